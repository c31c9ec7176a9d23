"""Compare: two sources that should be the same bill, month by month, and what makes the difference.

Owns where the two are found: among the bills, or among the sources that are kept for comparison.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from finmod.engines.duckdb import Engine, EngineError, literal
from finmod.errors import Problem, UserError, near, printable
from finmod.focus.columns import COSTS
from finmod.ledger.comparison import comparison_ledger
from finmod.ledger.delta import damaged
from finmod.ledger.ledger import Ledger
from finmod.ledger.reduce import whole
from finmod.ledger.tables import LOADS
from finmod.marts.catalogue import view_sql
from finmod.marts.compare import Pair, compared
from finmod.settings.project import Project


@dataclass(frozen=True)
class Comparison:
    """Two sources side by side.

    Attributes:
        first: Name of the first source.
        second: Name of the second source.
        totals: One per billing period and currency.
        differences: One per billing period, currency and value of the dimension whose costs differ, largest first.
        left_out: One per billing period and currency that one source alone has, where no month was asked for.
    """

    first: str
    second: str
    totals: tuple[Pair, ...]
    differences: tuple[Pair, ...]
    left_out: tuple[Pair, ...] = ()

    @property
    def same(self) -> bool:
        """Return whether every total is the same to the last digit."""
        return all(pair.same for pair in self.totals)


def compare(project: Project, first: str, second: str, *, by: str = "service", period: str | None = None) -> Comparison:
    """Compare two sources that should be the same bill.

    Args:
        project: Whose ledgers.
        first: Name of a source, among the bills or kept for comparison.
        second: Another.
        by: What differences are listed by, a name of ``marts.compare.DIMENSIONS``.
        period: Billing period, ``YYYY-MM``; None for the months that both have.

    Raises:
        UserError: A source has no charges, or none in the month, or they have no month in common; or both are one.
    """
    if first == second:
        raise UserError(_itself(first))
    with Engine(temp_folder=project.store / "spill") as engine:
        ledgers = (Ledger(project.store), comparison_ledger(project.store))
        try:
            found = [_cube(engine, ledgers, name) for name in (first, second)]
            months = _months(engine, found, (first, second), period)
            every = compared(engine, found[0], found[1])
            totals = [pair for pair in every if pair.month in months]
            cubes = [f"{cube} AND strftime(x_BillingPeriod, '%Y-%m') IN ({_listed(months)})" for cube in found]
            differences = [pair for pair in compared(engine, cubes[0], cubes[1], by) if not pair.same]
        except EngineError as error:
            raise UserError(damaged(str(error))) from error
    differences.sort(key=lambda pair: max(abs(pair.difference(cost) or Decimal(0)) for cost in COSTS), reverse=True)
    left_out = () if period else tuple(pair for pair in every if pair.month not in months)
    return Comparison(first, second, tuple(totals), tuple(differences), left_out)


def _itself(name: str) -> Problem:
    return Problem(
        code="FM1443",
        found=f"both sources are {printable(name, 80)}",
        expected="two sources that have the same bill",
        remedy="Name the other export: it is kept beside the bill with finmod load --compare-with.",
    )


def _cube(engine: Engine, ledgers: tuple[Ledger, ...], name: str) -> str:
    """Return SQL for the daily cube of a source, from the first ledger that has it.

    Bills are compared, so that true-ups stand in the closed month that they restate.
    """
    known: list[str] = []
    for ledger in ledgers:
        snapshot = ledger.head(engine)
        loads = whole(LOADS, ledger.files(LOADS, snapshot))
        here = [
            source
            for (source,) in engine.rows(f"SELECT DISTINCT x_Source FROM {loads} WHERE x_Charges > 0 ORDER BY 1")
            if source is not None
        ]
        if name in here:
            rows = view_sql("charges_daily", ledger, snapshot)
            bill = "coalesce(x_TrueUpOf, x_BillingPeriod) AS x_BillingPeriod, "
            bill += "CASE WHEN x_TrueUpOf IS NULL THEN x_Charges ELSE 0 END AS x_Charges"
            return f"SELECT * FROM (SELECT * REPLACE ({bill}) FROM ({rows})) WHERE x_Source = {literal(name)}"
        known += here
    close = near(name, known)
    raise UserError(
        Problem(
            code="FM1442",
            found=f"the ledger has no charges of a source '{printable(name, 80)}'",
            expected=f"one of {', '.join(dict.fromkeys(known))}" if known else "a source that was loaded",
            remedy=f"Did you mean '{close}'?" if close else "Load it first: finmod load.",
        )
    )


def _months(engine: Engine, cubes: list[str], names: tuple[str, str], period: str | None) -> list[str]:
    """Return the months that both sources have, or the wanted one."""
    of_each = [
        {month for (month,) in engine.rows(f"SELECT DISTINCT strftime(x_BillingPeriod, '%Y-%m') FROM ({cube})")}
        for cube in cubes
    ]
    wanted = of_each[0] & of_each[1] if period is None else {period}
    if wanted and wanted <= of_each[0] | of_each[1]:
        return sorted(wanted)
    what = f"neither {names[0]} nor {names[1]} has charges in {period}"
    raise UserError(
        Problem(
            code="FM1443",
            found=what if period else f"{names[0]} and {names[1]} have no billing period in common",
            expected="a month of "
            + " or ".join(f"{name}: {_span(each)}" for name, each in zip(names, of_each, strict=True)),
            remedy="Load the other export of the same months.",
        )
    )


def _span(months: set[str]) -> str:
    return f"{min(months)} to {max(months)}" if len(months) > 1 else next(iter(months), "none")


def _listed(months: list[str]) -> str:
    return ", ".join(map(literal, months))
