"""The variance and its causes in the Python API: what arguments may be, and the frames that come out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from finmod.models.variance.effects import EFFECTS
from finmod.settings.project import Project
from finmod.workspace.api_words import arguments, count_of, month_of, text_of, words_of
from finmod.workspace.frame import Frame
from finmod.workspace.rootcause.causes import MOST, causes
from finmod.workspace.variance.variance import variance
from finmod.workspace.variance.wanted import Wanted

_DECIMAL: Final = "DECIMAL(38,12)"
_AMOUNTS: Final = ("before", "after", "change", *(effect.name for effect in EFFECTS))
_OF_CAUSES: Final = ("before", "after", "expected", "explained")


def variance_frame(
    project: Project, month: str | date | None, against: str | date, by: str | Sequence[str] | None
) -> Frame:
    """Return a variance as a frame: a row per member, and one of everything.

    Args:
        project: Whose.
        month: The month, as it was given.
        against: What it is compared with, likewise.
        by: What members are, likewise.

    Raises:
        UserError: An argument is none that it takes, or as ``variance``.
    """
    wanted = Wanted(month_of(month, "month"), _against(against), tuple(dict.fromkeys(words_of(by, "by"))))
    with arguments():
        report = variance(project, wanted)
    rows = [
        (*each.member, False, each.told_before, each.after, each.told_change, *each.effects) for each in report.rows
    ]
    total = report.total
    nobody = (None,) * len(report.by)
    rows.append((*nobody, True, total.told_before, total.after, total.told_change, *total.effects))
    types = {**dict.fromkeys(report.by, "VARCHAR"), **dict.fromkeys(_AMOUNTS, _DECIMAL), "is_total": "BOOLEAN"}
    return Frame((*report.by, "is_total", *_AMOUNTS), tuple(rows), report.findings, types)


def causes_frame(project: Project, month: str | date | None, against: str | date, top: int | None) -> Frame:
    """Return root causes as a frame: a row per cause, with what it has without narrower ones, and rows of the rest.

    ``part`` is cause, others, usual or unexplained, as in the CSV of the command; ``explained`` of all rows sums to the
    change. Rows of the rest have no other amounts.

    Args:
        project: Whose.
        month: The month, as it was given.
        against: What it is compared with, likewise.
        top: How many causes, likewise.

    Raises:
        UserError: An argument is none that it takes, or as ``causes``.
    """
    wanted = Wanted(month_of(month, "month"), _against(against))
    most = count_of(top, "top")
    with arguments():
        report = causes(project, wanted, MOST if most is None else most)
    rows: list[tuple[object, ...]] = []
    for cause in report.found.causes:
        name = ", ".join(f"{word}={'' if value is None else value}" for word, value in cause.name)
        resources = ", ".join(one.name or "" for one in cause.resources)
        own = cause.counted
        amounts = (own.before, own.after, own.expected, cause.explained)
        rows.append(("cause", name, *amounts, cause.share, cause.kind, resources))
    rows += [(part, what, None, None, None, amount, None, None, None) for part, what, amount in report.found.rest()]
    types = {**dict.fromkeys(_OF_CAUSES, _DECIMAL), "share": _DECIMAL}
    types |= dict.fromkeys(("part", "cause", "kind", "resources"), "VARCHAR")
    return Frame(("part", "cause", *_OF_CAUSES, "share", "kind", "resources"), tuple(rows), report.findings, types)


def _against(given: str | date) -> str:
    if isinstance(given, date):
        return f"{given:%Y-%m}"
    return text_of(given, "against", "previous, a month, or another word that --against takes")
