"""Root causes as the page tells them: what each is, how much of the change it has, and what stands beside it.

Owns the words. Which causes there are is found in ``models/rootcause``.
"""

from __future__ import annotations

from typing import Final

from finmod.errors import printable
from finmod.models.rootcause.answer import Cause as Found
from finmod.models.rootcause.answer import Value
from finmod.models.rootcause.report import Beside, CausesReport, DriverMove, Happening
from finmod.models.variance.page import Cause, Causes, Figure, Name, Said

_KINDS: Final = {"new": "new", "ended": "ended", "more": "more than usual", "less": "less than usual"}
_SHOWN, _LONGEST = 3, 60
_TAIL: Final = 40
# Of a page's readers nobody writes it small; commands take it so.
_WRITTEN: Final = {"sku": "SKU"}


def causes_told(report: CausesReport) -> Causes:
    """Return root causes in words, their figures apart."""
    found = report.found
    rows = [
        Cause(
            f"{_name(each.name)}: {_KINDS[each.kind]}",
            each.explained,
            each.share,
            tuple(_evidence(each, beside)),
        )
        for each, beside in zip(found.causes, report.beside, strict=True)
    ]
    besides = [_happening(each) for each in report.happenings]
    if report.drivers:
        besides.append(_drivers(report.drivers))
    return Causes(tuple(rows), found.usual, found.unexplained, tuple(besides), found.others, found.by_others)


def _evidence(cause: Found, beside: Beside) -> list[Said]:
    told: list[Said] = [(f"all of it: {_name(cause.known_alike)}",)] if cause.known_alike else []
    if cause.own:
        told.append(("narrower causes have a part of it; in all ", Figure(cause.change, "signed")))
    moved = () if cause.one_resource else cause.resources[:_SHOWN]
    if moved:
        words: list[str | Figure] = [
            f"{'largest ' if cause.leaves > len(moved) else ''}resource{'' if len(moved) == 1 else 's'}: "
        ]
        for place, each in enumerate(moved):
            words += [", " if place else "", Name(_end(each.name)), " ", Figure(each.change, "signed")]
        told.append(tuple(words))
    told += [_happening(each) for each in beside.happenings]
    if beside.drivers:
        told.append(_drivers(beside.drivers))
    return told


def _happening(each: Happening) -> Said:
    until = f" to {each.until}" if each.until else ""
    of = f" ({_name(each.of)})" if each.of else ""
    return (f"{each.day}{until}: {printable(each.text, 200)}{of}",)


def _drivers(moves: tuple[DriverMove, ...]) -> Said:
    words: list[str | Figure] = ["drivers, a day: "]
    for place, each in enumerate(moves):
        of = f" of {_name(each.of)}" if each.of else ""
        words += [", " if place else "", Name(f"{printable(each.driver, _LONGEST)}{of}")]
        words += [" ", Figure(each.change, "signed percent")] if each.change is not None else []
        words += [" new"] if each.is_new else []
        words += [f" ({each.told})"] if each.told else []
    return tuple(words)


def _name(name: tuple[Value, ...]) -> str:
    told = [(_WRITTEN.get(word, word), value) for word, value in name]
    return ", ".join(f"no {word}" if value is None else f"{word} {printable(value, _LONGEST)}" for word, value in told)


def _end(name: str | None) -> str:
    """Return the end of a long name of a resource, which tells it from others."""
    if name is None:
        return "without a resource"
    return name if len(name) <= _TAIL else f"…{name[-_TAIL:]}"
