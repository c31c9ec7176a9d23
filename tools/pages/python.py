"""docs/reference/python.md: the Python API, from its signatures and docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import finmod
from finmod.workspace.api import Workspace
from finmod.workspace.api_unit_economics import UnitEconomics
from finmod.workspace.frame import Frame
from tools.pages.markdown import made_from, table

_HEAD = f"""# Python

{made_from("src/finmod/workspace/api.py")}
`import finmod as fm`, then `ws = fm.open("northwind")`: answers are those of the commands, from the same functions.
Examples that run: [metrics](../how-to/metrics.md#in-python), [unit economics](../how-to/price-floor.md#in-python).
Errors are `finmod.errors.UserError`, with the words of the command line and the names of arguments.

A `Number` is an int, float, Decimal, or text such as `"2.9%"`; an `Interval` is a number, or the two ends that it lies
between; a `Pair` is units a month and cost a month.
"""
_SECTIONS = ("Args", "Attributes", "Returns", "Raises")


class _Told(NamedTuple):
    """A docstring in its parts.

    Attributes:
        text: All before the first section, without examples.
        args: Name -> what it is.
        returns: What comes back.
    """

    text: str
    args: Mapping[str, str]
    returns: str


def python_pages() -> Mapping[str, str]:
    """Return the page of the Python API."""
    parts = [_HEAD, _function("fm.open", finmod.open)]
    for title, name, kind in (
        ("The workspace", "ws", Workspace),
        ("Unit economics", "units", UnitEconomics),
        ("The frame", "frame", Frame),
    ):
        parts += [f"\n## {title}\n\n{_told(kind).text}\n", *_attributes(kind)]
        parts += [_function(f"{name}.{each}", function) for each, function in _methods(kind)]
    return {"docs/reference/python.md": "".join(parts)}


def _methods(kind: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, value in vars(kind).items():
        if inspect.isfunction(value) and not name.startswith("_"):
            yield name, value


def _attributes(kind: type) -> list[str]:
    told = _told(kind).args
    rows = [(f"`{name}`", words) for name, words in told.items()]
    return [f"\n{table(('attribute', 'what it is'), rows)}"] if rows else []


def _function(name: str, function: Callable[..., Any]) -> str:
    told = _told(function)
    parameters = [each for each in inspect.signature(function).parameters.values() if each.name != "self"]
    section = f"\n### {name}\n\n`{name}({_call(parameters)})`\n\n{told.text}\n"
    rows = [(f"`{each.name}`", f"`{each.annotation}`", told.args.get(each.name, "")) for each in parameters]
    if any(words for *_, words in rows):
        section += f"\n{table(('argument', 'type', 'what it is'), rows)}"
    return f"{section}\nReturns: {told.returns}\n" if told.returns else section


def _call(parameters: list[inspect.Parameter]) -> str:
    """Return the arguments as they stand in a call; those after the star by name alone."""
    words, is_named = [], False
    for each in parameters:
        if each.kind is each.KEYWORD_ONLY and not is_named:
            words.append("*")
            is_named = True
        words.append(each.name if each.default is each.empty else f"{each.name}={each.default!r}")
    return ", ".join(words)


def _told(of: Any) -> _Told:  # noqa: ANN401 -- a class or a function
    """Return a docstring of Google's form in its parts."""
    parts = re.split(rf"^({'|'.join(_SECTIONS)}):\n", inspect.getdoc(of) or "", flags=re.MULTILINE)
    text = re.split(r"^>>> ", parts[0], flags=re.MULTILINE)[0].strip()
    sections = dict(zip(parts[1::2], map(inspect.cleandoc, parts[2::2]), strict=True))
    args = re.split(r"^(\w+): ", sections.get("Args") or sections.get("Attributes", ""), flags=re.MULTILINE)
    named = {name: _line(words) for name, words in zip(args[1::2], args[2::2], strict=True)}
    return _Told(_marked(text), named, _line(sections.get("Returns", "")))


def _line(words: str) -> str:
    return _marked(" ".join(words.split()))


def _marked(text: str) -> str:
    return text.replace("``", "`")
