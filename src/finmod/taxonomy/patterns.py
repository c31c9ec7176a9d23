r"""Patterns of the taxonomy: texts, globs and /regular expressions/, as the engine runs them.

Owns their reading and what is refused. The engine's matcher (RE2) takes time linear in the text; what needs another
kind of matcher is refused, and so is what hangs the matchers of other tools that the same pattern is copied to, as
``ambiguity.py`` finds it.

Source: RE2, "Syntax".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from finmod.engines.duckdb import Engine, EngineError, literal
from finmod.errors import printable
from finmod.taxonomy.ambiguity import ATOM, QUANTIFIER, ambiguous

_GLOB = {"*": ".*", "?": "."}
_LONGEST = 2000
# More in one expression would outgrow the memory that RE2 gives it: 87,000 of what a plain class of letters takes.
_TOGETHER = 200
_HEAVIEST = 20_000
# What the sets of letters of Unicode, a negated class and any one character take beside a plain letter, measured.
_UNICODE, _NEGATED, _ANY = 250, 8, 2


@dataclass(frozen=True)
class Refused:
    """Why a pattern cannot be used: what was found, what was expected, what to do."""

    found: str
    expected: str
    remedy: str


def is_regex(text: str) -> bool:
    """Return whether a text is a regular expression: it stands between slashes.

    >>> is_regex("/^search-[0-9]+$/"), is_regex("search-*")
    (True, False)
    """
    return len(text) > 2 and text.startswith("/") and text.endswith("/")  # noqa: PLR2004 -- two slashes and something


def is_pattern(text: str) -> bool:
    """Return whether a text is a glob or a regular expression, and not one text alone."""
    return is_regex(text) or any(sign in text for sign in _GLOB)


def regex(text: str) -> str:
    r"""Return what matches a text, glob or regular expression, against a whole text.

    >>> regex("search-*"), regex("a.b"), regex("/a|b/")
    ('search\\-.*', 'a\\.b', '(?:a|b)')
    """
    if is_regex(text):
        return f"(?:{text[1:-1]})"
    return "".join(_GLOB.get(sign) or re.escape(sign) for sign in text)


def any_of(texts: Sequence[str]) -> str:
    """Return what matches one of several."""
    return "|".join(f"(?:{regex(text)})" for text in texts)


def matches(subject: str, texts: Sequence[str]) -> str:
    """Return SQL that is true where a text is one of some texts, globs or regular expressions, whatever the case."""
    exact = [_lower(text) for text in texts if not is_pattern(text)]
    others = [text for text in texts if is_pattern(text)]
    parts = [f"lower({subject}) IN ({', '.join(exact)})"] if exact else []
    parts += [_test(subject, group) for group in _groups(others)]
    return f"({' OR '.join(parts)})" if parts else "false"


def _lower(text: str) -> str:
    """Return SQL for a text in lower case as the engine has it, which knows no final sigma as Python does."""
    return literal(text.lower()) if text.isascii() else f"lower({literal(text)})"


def lowered(engine: Engine, texts: Sequence[str]) -> dict[str, str]:
    """Return each text in lower case as the engine has it."""
    return dict(engine.rows("SELECT text, lower(text) FROM (SELECT unnest(?::VARCHAR[]) AS text)", [list(texts)]))


def first_match(subject: str, patterns: Sequence[tuple[str, int]]) -> str:
    """Return SQL for the number of the first pattern that matches; NULL where none does.

    The patterns are halved: a text is compared with all of them at once, then with the first half of them, and so on,
    so that 120 patterns cost it eight comparisons and not 120.

    Args:
        subject: Text column.
        patterns: Globs or regular expressions, each with its number.
    """
    if not patterns:
        return "NULL::INTEGER"
    groups = _groups([text for text, _ in patterns])
    if len(groups) > 1:
        rest = iter(patterns)
        parts = (first_match(subject, list(islice(rest, len(group)))) for group in groups)
        return f"coalesce({', '.join(parts)})"
    every = _test(subject, [text for text, _ in patterns])
    return f"CASE WHEN {every} THEN {_halved(subject, patterns)} END"


def _halved(subject: str, patterns: Sequence[tuple[str, int]]) -> str:
    """Return SQL for the first pattern that matches a text of which one does."""
    if len(patterns) == 1:
        return str(patterns[0][1])
    middle = len(patterns) // 2
    first = _test(subject, [text for text, _ in patterns[:middle]])
    return (
        f"CASE WHEN {first} THEN {_halved(subject, patterns[:middle])} ELSE {_halved(subject, patterns[middle:])} END"
    )


def _test(subject: str, texts: Sequence[str]) -> str:
    return f"regexp_full_match({subject}, {literal(any_of(texts))}, 'is')"


def _groups(texts: Sequence[str]) -> list[list[str]]:
    """Return patterns in their order, in groups that are compared together."""
    groups: list[list[str]] = []
    held = 0
    for text in texts:
        needs = _weight(text)
        if not groups or len(groups[-1]) == _TOGETHER or held + needs > _HEAVIEST:
            groups.append([])
            held = 0
        groups[-1].append(text)
        held += needs
    return groups


def _weight(text: str) -> int:
    """Return what a pattern takes of the memory of RE2 at most, as a number of plain letters."""
    if not is_regex(text):
        return _ANY * len(text)
    inside, place = text[1:-1], 0
    groups = [0]
    while place < len(inside):
        atom = ATOM.match(inside, place)
        if atom is None:
            return _HEAVIEST
        place = atom.end()
        if atom["open"]:
            groups.append(1)
            continue
        own = groups.pop() if atom["close"] and len(groups) > 1 else _weight_of_one(atom[0])
        found = QUANTIFIER.match(inside, place)
        if found is not None:
            place = found.end()
            own *= max(1, int(found["high"] or 0), int(found["low"] or 0) + 1)
        groups[-1] += own
    return sum(groups)


def _weight_of_one(atom: str) -> int:
    unicode = len(re.findall(r"\\[pP]", atom))
    negated = len(re.findall(r"\[\^|\\[WSD]|\[:\^", atom))
    return _ANY * len(atom.encode()) + _UNICODE * unicode + _NEGATED * negated


def are_taken(engine: Engine, texts: Sequence[str]) -> bool:
    """Return whether an engine takes every one of some patterns, asked in few statements; False where it may not."""
    chosen = [text for text in texts if is_regex(text)]
    if any(len(text) > _LONGEST for text in chosen):
        return False
    try:
        for first in range(0, len(chosen), _TOGETHER):
            engine.row(f"SELECT {', '.join(map(_tried, chosen[first : first + _TOGETHER]))}")
    except EngineError:
        return False
    return True


def _tried(text: str) -> str:
    """Return SQL that fails where a pattern is none.

    It is tried alone and as it is put together with others: a)|(b is none, though (a)|(b) is one.
    """
    return ", ".join(f"regexp_full_match('', {literal(each)}, 'is')" for each in (text[1:-1], regex(text)))


def refused(engine: Engine, text: str, *, is_taken: bool = False) -> Refused | None:
    """Return why a text cannot be a pattern of an engine, or None where it can.

    Args:
        engine: The engine.
        text: The text.
        is_taken: Whether the engine is known to take it: what is left is whether it would hang others.
    """
    if len(text) > _LONGEST:
        found = f"the pattern has {len(text):,} characters"
        return Refused(found, f"{_LONGEST:,} at most", "Use a lookup in a CSV, or several patterns.")
    if not is_regex(text):
        return None
    inside = text[1:-1]
    try:
        if not is_taken:
            engine.row(f"SELECT {_tried(text)}")
    except EngineError as error:
        words = str(error).split("\n", 1)[0].rpartition("Error: ")[2].rstrip(".")
        if "too large" in words:
            remedy = "Lower the numbers in {}, or write several patterns."
            return Refused("the pattern is too large", "one that takes less memory", remedy)
        return Refused(
            f"the pattern cannot be used: {words}",
            "a regular expression of RE2: no look-around, no back-reference",
            "Correct it, or write a glob such as search-*.",
        )
    repeat = ambiguous(engine, inside)
    if repeat is None:
        return None
    return Refused(
        f"the repeat {printable(repeat, 60)} can read one text in very many ways, and other tools would try them all",
        "a pattern that reads each text in one way",
        "Write a+ in place of (a+)+, [a-z-]+ in place of ([a-z]+-?)+, (a|b)* in place of (a|ab|b)*.",
    )
