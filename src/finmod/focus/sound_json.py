"""Whether a text is a JSON object that every reader takes.

Owns the test. The engine alone takes NaN, Infinity, a comma before a bracket and a key that stands twice, and most
other readers refuse them, or keep one of the two values without a word.
"""

from __future__ import annotations

# Of few texts: only these are read without what stands in quotes, where all of it may stand.
_ODD = r"'[:,\[]\s*-?(?i:nan|inf)|,\s*[}\]]'"


def is_sound_object(text: str) -> str:
    """Return SQL for whether a text is a JSON object as RFC 8259 has it, each key of it once; NULL for NULL.

    Args:
        text: SQL for the text.
    """
    plain = rf"""regexp_replace({text}, '"(?:[^"\\]|\\.)*"', '""', 'g')"""
    numbers = f"CASE WHEN regexp_matches({text}, {_ODD}) THEN NOT regexp_matches({plain}, {_ODD}) ELSE true END"
    keys = f"json_keys({text})"
    once = f"coalesce(list_unique({keys}) = len({keys}), true)"
    whole = f"CASE WHEN json_type({text}) = 'OBJECT' THEN {once} AND {numbers} ELSE false END"
    return f"CASE WHEN json_valid({text}) THEN {whole} WHEN {text} IS NOT NULL THEN false END"
