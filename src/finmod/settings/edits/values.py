"""Aliases put into the values of a dimension as edits of the text: nothing beside them moves.

Owns where an alias goes in each form that values can have. Knows no file; whether the text that comes out means what
was wanted, proof.py tells by reading it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from finmod.settings.places import Place
from finmod.settings.quoting import yaml_scalar

_COLON = re.compile(r"[ \t]*:")
_DASH = re.compile(r"([ \t]*)-[ \t]+")
_INDENT = re.compile(r"[ ]+")
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_ELSEWHERE = "an alias (*name) of another place"
_NO_LINE = "something that does not begin on a line of its own"
_LONG = "a text over several lines"
_OTHER = "something else than settings with a list of aliases"
_BLOCKS = frozenset({"|", ">"})


class NoPlaceError(Exception):
    """The text has a form in which nothing can be put; the message says which."""


@dataclass(frozen=True, order=True)
class Edit:
    """A part of a text and what stands there instead; nothing is taken out where start and end are one."""

    start: int
    end: int
    new: str


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return a text with edits that do not overlap.

    >>> edited("abc", [Edit(1, 1, "-"), Edit(2, 3, "C")])
    'a-bC'
    """
    parts, done = [], 0
    for edit in sorted(edits):
        parts += [text[done : edit.start], edit.new]
        done = edit.end
    return "".join((*parts, text[done:]))


def alias_edits(text: str, values: Place, added: Mapping[str, Sequence[str]]) -> Iterator[Edit]:
    """Yield the edits that add aliases to values.

    Args:
        text: The whole file.
        values: The place of a dimension's values: a mapping or a list of names.
        added: Value -> new aliases, in order.

    Raises:
        NoPlaceError: A value is written in a form that is not edited.
    """
    if values.entries is not None:
        for key, value in values.entries:
            if key.text in added:
                yield from _into_value(text, key, value, [yaml_scalar(alias) for alias in added[key.text]])
    elif values.items is not None:
        settings = {name: f"{{aliases: [{', '.join(map(yaml_scalar, texts))}]}}" for name, texts in added.items()}
        yield from _as_mapping(text, values, settings)
    else:
        raise NoPlaceError(_ELSEWHERE)


def _into_value(text: str, key: Place, value: Place, new: Sequence[str]) -> Iterator[Edit]:
    listed = ", ".join(new)
    if value.repeats:
        raise NoPlaceError(_ELSEWHERE)
    if value.is_scalar:
        yield _instead_of_nothing(text, key, value, f"{{aliases: [{listed}]}}")
        return
    if value.entries is None:
        raise NoPlaceError(_OTHER)
    pair = value.entry("aliases")
    if pair is not None:
        yield from _into_aliases(text, pair[1], new)
    elif value.flow:
        at = value.entries[0][0].start if value.entries else value.opened
        yield Edit(at, at, f"aliases: [{listed}]{', ' if value.entries else ''}")
    else:
        first = value.entries[0][0]
        indent = text[_line_start(text, first.start) : first.start]
        if not _INDENT.fullmatch(indent) or _line_start(text, first.start) == _line_start(text, key.start):
            raise NoPlaceError(_NO_LINE)
        yield _line_after(text, key.end, f"{indent}aliases: [{listed}]")


def _instead_of_nothing(text: str, key: Place, value: Place, new: str) -> Edit:
    """Return the edit that gives a key without a value one."""
    if value.anchored or value.text not in _NOTHING or value.style:
        raise NoPlaceError(_OTHER)
    if not value.is_absent:
        return Edit(value.start, value.end, new)
    colon = _COLON.match(text, key.end)
    if colon:
        return Edit(colon.end(), colon.end(), f" {new}")
    return Edit(key.end, key.end, f": {new}")


def _into_aliases(text: str, aliases: Place, new: Sequence[str]) -> Iterator[Edit]:
    listed = ", ".join(new)
    if aliases.repeats or aliases.entries is not None:
        raise NoPlaceError(_ELSEWHERE if aliases.repeats else _OTHER)
    if aliases.items is None:
        yield from _beside_one(text, aliases, listed)
    elif not aliases.flow:
        yield _below_the_last(text, aliases.items[-1], new)
    elif aliases.items:
        at = aliases.items[-1].end
        yield Edit(at, at, f", {listed}")
    else:
        yield Edit(aliases.opened, aliases.opened, listed)


def _beside_one(text: str, alias: Place, listed: str) -> Iterator[Edit]:
    """Yield the edits that make a list of one text."""
    if alias.style in _BLOCKS or "\n" in text[alias.start : alias.end]:
        raise NoPlaceError(_LONG)
    yield Edit(alias.start, alias.start, "[")
    yield Edit(alias.end, alias.end, f", {listed}]")


def _below_the_last(text: str, last: Place, new: Sequence[str]) -> Edit:
    """Return the edit that adds items to a list with one item a line."""
    dash = _DASH.fullmatch(text, _line_start(text, last.start), last.start)
    if not dash or last.style in _BLOCKS:
        raise NoPlaceError(_LONG if last.style in _BLOCKS else _NO_LINE)
    end = _last_character(last)
    lines = [f"{dash[0]}{one}" for one in new]
    return _line_after(text, end, line_end(text).join(lines))


def _last_character(place: Place) -> int:
    """Return where the last thing in a value ends; a block collection's own end is where the next one starts."""
    if place.flow or place.is_scalar or place.repeats:
        return place.end
    inside = place.items[-1] if place.items else place.entries[-1][1] if place.entries else place
    return _last_character(inside)


def _as_mapping(text: str, values: Place, settings: Mapping[str, str]) -> Iterator[Edit]:
    """Yield the edits that make a mapping of a list of names: brackets or dashes change, and nothing else does."""
    items = values.items or ()
    if any(not item.is_scalar or item.style in _BLOCKS or "\n" in text[item.start : item.end] for item in items):
        raise NoPlaceError(_LONG)
    if values.flow:
        yield Edit(values.opened - 1, values.opened, "{")
        yield Edit(values.end - 1, values.end, "}")
    for item in items:
        if not values.flow:
            start = _line_start(text, item.start)
            dash = _DASH.fullmatch(text, start, item.start)
            if not dash:
                raise NoPlaceError(_NO_LINE)
            yield Edit(start, item.start, f"{dash[1]}  ")
        new = f" {settings[item.text]}" if item.text in settings else ""
        if new or not values.flow:
            yield Edit(item.end, item.end, f":{new}")


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _line_after(text: str, at: int, line: str) -> Edit:
    """Return the edit that puts a line below the one on which a character stands."""
    end = text.find("\n", at)
    if end < 0:
        return Edit(len(text), len(text), f"{line_end(text)}{line}")
    return Edit(end + 1, end + 1, f"{line}{line_end(text, end)}")


def line_end(text: str, end: int | None = None) -> str:
    """Return what ends a line of a text, or its first line: CRLF or LF."""
    at = text.find("\n") if end is None else end
    return "\r\n" if at > 0 and text[at - 1] == "\r" else "\n"
