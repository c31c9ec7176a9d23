"""A YAML text with aliases added to values, proven by reading it: it means the old one and the aliases, no more.

Owns the proof. Where aliases go stands in values.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from finmod.errors import Problem, UserError, printable
from finmod.settings.edits.values import NoPlaceError, alias_edits, edited
from finmod.settings.places import Place, places
from finmod.settings.taxonomy import TaxonomyFile
from finmod.settings.validate import validated
from finmod.settings.yaml import parse_yaml

Added = Mapping[tuple[str, str], Sequence[str]]
"""(dimension, value) -> new aliases, in order."""

_NO_PLACE = "FM2045"
_MORE = "more would change than that"


def with_new_aliases(text: str, name: str, added: Added) -> str:
    """Return a taxonomy's text with aliases added to values that it has.

    Args:
        text: The whole file; it has no problems.
        name: What messages call it.
        added: What is new.

    Raises:
        UserError: FM2045, values are written in a form in which nothing can be put.
    """
    root = places(text)
    new = _new_text(text, root, added)
    if isinstance(new, str) and _means(new, text, name, added):
        return new
    # Which of them is it? Each is tried alone.
    problems = []
    for key in added:
        found = _new_text(text, root, {key: added[key]})
        if isinstance(found, NoPlaceError) or not _means(found, text, name, {key: added[key]}):
            why = f"it is written as {found}" if isinstance(found, NoPlaceError) else _MORE
            problems.append(_refusal(name, root, key, added[key], why))
    if not problems:
        first = next(iter(added))
        problems.append(_refusal(name, root, first, added[first], _MORE))
    raise UserError(*problems)


def alias_lines(text: str, aliases: Iterable[tuple[str, str, str]]) -> Iterator[int]:
    """Yield the line on which each alias stands in a text, from 1; that of its value where it does not.

    Args:
        text: The whole file.
        aliases: Dimension, value and alias of each.
    """
    root = places(text)
    for dimension, value, alias in aliases:
        pair = _value(root, dimension, value)
        found = pair[1].entry("aliases") if pair and pair[1] else None
        items = (found[1], *(found[1].items or ())) if found else ()
        lines = [item.line for item in items if item.is_scalar and item.text == alias]
        yield lines[0] if lines else pair[0].line if pair else 1


def _new_text(text: str, root: Place, added: Added) -> str | NoPlaceError:
    edits = []
    try:
        for dimension in dict.fromkeys(dimension for dimension, _ in added):
            values = _values(root, dimension)
            if values is None:
                return NoPlaceError("an alias (*name) of another place")
            here = {value: new for (name, value), new in added.items() if name == dimension}
            edits += list(alias_edits(text, values, here))
    except NoPlaceError as error:
        return error
    return edited(text, edits)


def _values(root: Place, dimension: str) -> Place | None:
    place = root
    for key in ("dimensions", dimension, "values"):
        pair = place.entry(key)
        if pair is None:
            return None
        place = pair[1]
    return place


def _value(root: Place, dimension: str, value: str) -> tuple[Place, Place | None] | None:
    """Return key and value of a value, or its name in a list; None where an alias stands in the way."""
    values = _values(root, dimension)
    if values is None:
        return None
    if (pair := values.entry(value)) is not None:
        return pair
    return next(((item, None) for item in values.items or () if item.is_scalar and item.text == value), None)


def _means(new: str, text: str, name: str, added: Added) -> bool:
    """Return whether a text can be read and means the old one with the aliases."""
    wanted = parse_yaml(text, name).root.plain()
    for (dimension, value), aliases in added.items():
        _add(wanted["dimensions"][dimension], value, aliases)
    try:
        document = parse_yaml(new, name)
        validated(TaxonomyFile, document)
    except UserError:
        return False
    same: bool = _typed(document.root.plain()) == _typed(wanted)
    return same


def _add(dimension: dict[str, Any], value: str, aliases: Sequence[str]) -> None:
    if isinstance(dimension["values"], list):
        dimension["values"] = dict.fromkeys(dimension["values"])
    settings = dimension["values"][value] or {}
    before = settings.get("aliases")
    before = [] if before is None else before if isinstance(before, list) else [before]
    dimension["values"][value] = {**settings, "aliases": [*before, *aliases]}


def _typed(data: Any) -> Any:  # noqa: ANN401 -- YAML holds any data
    """Return data in which 1, true and 1.0 differ."""
    if isinstance(data, dict):
        return {key: _typed(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_typed(value) for value in data]
    return type(data), data


def _refusal(name: str, root: Place, key: tuple[str, str], aliases: Sequence[str], why: str) -> Problem:
    dimension, value = key
    pair = _value(root, dimension, value)
    listed = ", ".join(printable(alias, 80) for alias in aliases[:5])
    return Problem(
        code=_NO_PLACE,
        found=f"aliases cannot be added to {printable(value, 80)!r} of {dimension!r}: {why}",
        where=f"{name}:{pair[0].line}" if pair else name,
        remedy=f"Add by hand: aliases: [{listed}].",
    )
