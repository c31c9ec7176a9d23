"""Root causes of a change between two states of the books, with what else happened then.

Owns the order of the steps. The search is that of ``models/rootcause``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from finmod.errors import UserError
from finmod.ledger.applied import runs
from finmod.models.rootcause.causes import root_causes
from finmod.models.rootcause.report import Beside, CausesReport, DriverMove, Happening
from finmod.models.variance.report import VarianceReport
from finmod.settings.pnl import read_pnl
from finmod.settings.project import Project
from finmod.workspace.rootcause.beside import closed, concerns, driver_moves, events_of, loads_again, rules_applied
from finmod.workspace.rootcause.events import read_events
from finmod.workspace.rootcause.leaves import RESOURCE, WORDS, leaves_of
from finmod.workspace.rootcause.misspelt import misspelt
from finmod.workspace.variance.variance import Made, Wanted, made_of, report_of

MOST: Final = 5


def causes(project: Project, wanted: Wanted, most: int = MOST) -> CausesReport:
    """Return the combinations that explain a change best.

    Args:
        project: Whose books.
        wanted: The two states; what it asks by is not looked at.
        most: How many causes are told.

    Raises:
        UserError: As ``variance``, or the list of events has problems.
    """
    states = Wanted(wanted.period, wanted.against)
    with made_of(project, states, called=True) as made:
        return causes_of(made, report_of(made, states), most)


def causes_of(made: Made, report: VarianceReport, most: int = MOST) -> CausesReport:
    """Return the same of a comparison that was made with ``called``.

    Args:
        made: The comparison, its engine open.
        report: Of it.
        most: How many causes are told.
    """
    books = made.books
    leaves = leaves_of(made)
    found = root_causes(leaves, most=most)
    events = _events(made)
    happenings = [*events, *_happenings(made)]
    beside = tuple(
        Beside(
            tuple(each for each in happenings if concerns(leaves, each, cause.name)),
            tuple(_drivers(made, dict((*cause.name, *cause.alike)))),
        )
        for cause in found.causes
    )
    told = {id(each) for every in beside for each in every.happenings}
    return CausesReport(
        project=report.project,
        currency=report.currency,
        before=report.before,
        after=report.after,
        found=found,
        beside=beside,
        happenings=tuple(each for each in happenings if id(each) not in told),
        drivers=tuple(driver_moves(books.engine, books.ledger, made.looked, (), plans=_plans(books.project))),
        findings=(*report.findings, *misspelt(events, leaves, _values(made), _months(report))),
        proofs=report.proofs,
    )


def _drivers(made: Made, name: Mapping[str, str | None]) -> list[DriverMove]:
    """Return how the drivers of a cause moved; none where it is of no dimension that drivers are told by."""
    books = made.books
    of = [(dimension, value) for dimension, value in name.items() if dimension in books.called and value is not None]
    return driver_moves(books.engine, books.ledger, made.looked, of, plans=_plans(books.project)) if of else []


def _plans(project: Project) -> list[str]:
    """Return the drivers that pnl.yaml has plans of; none where it has problems, which are told elsewhere."""
    try:
        return [each.driver for each in read_pnl(project.root).settings.budget.values()]
    except UserError:
        return []


def _events(made: Made) -> list[Happening]:
    books = made.books
    if books.project.events is None:
        return []
    words = [*WORDS, RESOURCE, *books.called, *books.tags]
    return events_of(read_events(books.project.events, words), made.looked)


def _values(made: Made) -> dict[str, list[str]]:
    """Return dimension -> its values, of those whose values the taxonomy lists."""
    rules = made.books.rules
    return {name: [*each.values] for name, each in rules.taxonomy.dimensions.items() if each.values} if rules else {}


def _months(report: VarianceReport) -> str:
    months = dict.fromkeys(f"{each.month:%Y-%m}" for each in (report.before, report.after))
    return " or ".join(months)


def _happenings(made: Made) -> list[Happening]:
    books = made.books
    known = runs(books.engine, books.ledger)
    found: list[Happening] = []
    found += rules_applied(known, made.looked)
    found += loads_again(books.engine, books.ledger, made.looked)
    found += closed(books.engine, books.ledger, made.looked)
    return found
