"""What stands on one side of a figure alone: cost of targets that have no units, and units of no known target.

Owns their findings. Both are in the figure of everything, where neither can be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from finmod.errors import counted, printable
from finmod.models.metrics import Member
from finmod.settings.validate import listing
from finmod.terms.findings import Finding
from finmod.terms.metrics import Measure, Metric
from finmod.workspace.driver_cells import DriverCells
from finmod.workspace.metrics.findings import finding
from finmod.workspace.metrics.measures import Measures
from finmod.workspace.metrics.periods import Periods
from finmod.workspace.metrics.sums import Sums, sums

_SHOWN: Final = 3


def of_strangers(
    books: Measures,
    measure: Measure,
    cells: DriverCells,
    shown: AbstractSet[date],
    keeps: Callable[[Member], bool],
) -> Iterator[Finding]:
    """Yield what of a driver is of nobody that the taxonomy knows.

    Args:
        books: Have the taxonomy.
        measure: The driver's.
        cells: Its values.
        shown: First days of the months, or days, that are shown.
        keeps: Whether the measure's conditions allow a member.
    """
    taxonomy = books.taxonomy
    known = [(at, name) for at, name in enumerate(cells.by) if taxonomy and name in taxonomy.dimensions]
    strange = {member for member in cells.since if any(member[at] is None for at, _ in known) and keeps(member)}
    totals = [
        reading.total
        for (start, member), reading in cells.cells.items()
        if start in shown and member in strange and reading.total
    ]
    if totals:
        names = sorted({name for at, name in known for member in strange if member[at] is None})
        message = (
            f"driver {measure.name} tells {sum(totals, Decimal(0)).normalize():,f} of no known {listing(names)} (unit: "
            f"{printable(cells.unit, 40)}): they stand with what is nobody's; finmod drivers tells of which texts"
        )
        yield finding("FM2439", message, where=measure.place)


def of_cost_without_units(
    books: Measures, chosen: Metric, driver: DriverCells | None, looked: AbstractSet[date], periods: Periods
) -> Iterator[Finding]:
    """Yield what targets cost that the driver below the line is not told of, in months that are shown.

    Args:
        books: Has the costs.
        chosen: The metric.
        driver: The one below the line; None where that is another measure.
        looked: First days of the months, or days.
        periods: Theirs.
    """
    targets = [name for name in (books.run.dimensions if books.run else ()) if driver and name in driver.by]
    costs = [each for each in chosen.numerator if each.kind == "cost" and each.basis == "allocated"]
    if driver is None or not driver.since or not targets or len(costs) < len(chosen.numerator):
        return
    at = [driver.by.index(name) for name in targets]
    told = {tuple(member[place] for place in at) for start, member in driver.cells if start in looked}
    amounts: dict[tuple[str | None, ...], Decimal] = {}
    for measure in costs:
        for (start, member), amount in _sums(books, measure, targets, periods).cells.items():
            if start in looked and None not in member and member not in told and amount:
                amounts[member] = amounts.get(member, Decimal(0)) + amount * measure.sign
    left = {member: amount for member, amount in amounts.items() if amount}
    if left:
        largest = sorted(left, key=lambda member: (-abs(left[member]), member))
        names = ", ".join(" and ".join(printable(text or "", 40) for text in member) for member in largest[:_SHOWN])
        more = f" and {len(left) - _SHOWN} more" if len(left) > _SHOWN else ""
        message = (
            f"driver {driver.name} is not told of {counted(len(left), 'value')} of {listing(targets, 'and')}, whose "
            f"cost is in the figure of all: {names}{more}"
        )
        amount, currency = sum(left.values(), Decimal(0)), books.project.currency
        yield replace(finding("FM2440", message, where=chosen.place, amount=amount, currency=currency),
                      measure=costs[0].name)  # fmt: skip


def _sums(books: Measures, measure: Measure, by: Sequence[str], periods: Periods) -> Sums:
    asked = (replace(measure, sign=1, place=""), tuple(by), periods.rows)
    if asked not in books.kept:
        books.kept[asked] = sums(books, measure, by, periods.rows)
    found: Sums = books.kept[asked]
    return found
