"""The proof that nothing was lost: every cost, from the files' manifest to the charges to the daily cube.

Owns the sums and their comparison, per source, billing period, currency and cost. A closed month that was restated is
what was closed and its true-ups: together they are the last bill that was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from finmod.engines.duckdb import Engine
from finmod.focus.columns import COSTS
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.manifest import CURRENT, NEWEST
from finmod.ledger.reduce import relation, whole
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS, CHARGES, LOADS, TRUE_UPS
from finmod.terms.findings import Finding
from finmod.terms.money import known_sum


@dataclass(frozen=True)
class Proof:
    """One sum that must stay the same from file to cube.

    Attributes:
        source: Name of the source.
        billing_period: ``YYYY-MM``.
        currency: Currency of the amounts.
        measure: FOCUS id of the cost.
        files: Sum over the files' own text, rounded once per value; None for costs that files do not total. Files are
            those of the last bill that was read.
        charges: Sum over the ledger's charges, and over the true-ups of a closed month; None where each is unknown.
        days: Sum over the daily cube; as above.
        rows: Number of charges in files, in the ledger, in the cube; those of a closed month as it was closed.
        days_apart: Number of days on which charges and daily cube have different sums.
        rounding_difference: Exact total of the files' text minus ``files``; None for costs that files do not total.
    """

    source: str
    billing_period: str
    currency: str
    measure: str
    files: Decimal | None
    charges: Decimal | None
    days: Decimal | None
    rows: tuple[int, int, int]
    days_apart: int
    rounding_difference: Decimal | None

    @property
    def holds(self) -> bool:
        """Return whether every step has the same charges and the same sum."""
        same = self.charges == self.days and self.days_apart == 0 and len(set(self.rows)) == 1
        return same and (self.measure != "BilledCost" or self.files == self.charges)


class _Place(NamedTuple):
    source: str
    period: date
    currency: str


class _Sums(NamedTuple):
    rows: int = 0
    costs: tuple[Decimal | None, ...] = (None,) * len(COSTS)
    rounding: Decimal | None = None


_Days = dict[date, _Sums]


def proofs(engine: Engine, ledger: Ledger, snapshot: Snapshot) -> list[Proof]:
    """Return the sums of every cost at each step, per source, billing period and currency; compared day by day."""
    loads = whole(LOADS, ledger.files(LOADS, snapshot))
    files, newest = _files(engine, loads, CURRENT), _files(engine, loads, NEWEST)
    restated = _restated(engine, loads)
    charges, cube = _charges(engine, ledger, snapshot), _cube(engine, ledger, snapshot)
    true_ups = _true_ups(engine, ledger, snapshot)
    found = []
    for place in sorted({*files, *charges, *cube, *newest, *true_ups}, key=str):
        told, more = files.get(place, _Sums()), true_ups.get(place, {})
        steps = _with(charges.get(place, {}), more), _with(cube.get(place, {}), more)
        if place[:2] in restated:
            told = _of_restated(newest.get(place, _Sums()), told, steps[0])
        found += [_proof(place, position, told, steps) for position in range(len(COSTS))]
    return found


def _of_restated(newest: _Sums, closed: _Sums, charges: _Days) -> _Sums:
    """Return what the last bill says of a month whose rows are those of the close.

    A bill without the currency, or with unknown costs alone, adds up to 0 where true-ups took back what was known.
    """
    billed = newest.costs[0]
    if billed is None and _total(charges, 0) is not None:
        billed = Decimal(0)
    return _Sums(closed.rows, (billed, *newest.costs[1:]), newest.rounding)


def _with(days: _Days, more: _Days) -> _Days:
    """Return the sums of days with those of true-ups, whose rows are no charges of the month."""
    nothing = _Sums()
    return {
        day: _Sums(
            days.get(day, nothing).rows,
            tuple(
                known_sum(costs)
                for costs in zip(days.get(day, nothing).costs, more.get(day, nothing).costs, strict=True)
            ),
        )
        for day in {*days, *more}
    }


def _proof(place: _Place, position: int, files: _Sums, steps: tuple[_Days, _Days]) -> Proof:
    charges, cube = steps
    billed = COSTS[position] == "BilledCost"
    nothing = _Sums()
    apart = [
        charges.get(day, nothing).costs[position] != cube.get(day, nothing).costs[position] for day in {*charges, *cube}
    ]
    return Proof(
        source=place.source,
        billing_period=f"{place.period:%Y-%m}",
        currency=place.currency,
        measure=COSTS[position],
        files=files.costs[position] if billed else None,
        charges=_total(charges, position),
        days=_total(cube, position),
        rows=(files.rows, sum(day.rows for day in charges.values()), sum(day.rows for day in cube.values())),
        days_apart=sum(apart),
        rounding_difference=files.rounding if billed else None,
    )


def _total(days: _Days, position: int) -> Decimal | None:
    return known_sum(day.costs[position] for day in days.values())


_PLACE = "x_Source, x_BillingPeriod, BillingCurrency"


def _charges(engine: Engine, ledger: Ledger, snapshot: Snapshot) -> Mapping[_Place, _Days]:
    sums = ", ".join(f"sum({cost})" for cost in COSTS)
    rows = relation(ledger.files(CHARGES, snapshot))
    return _by_day(engine, f"SELECT {_PLACE}, x_ChargeDate, count(*), {sums} FROM {rows} GROUP BY ALL")


def _cube(engine: Engine, ledger: Ledger, snapshot: Snapshot) -> Mapping[_Place, _Days]:
    sums = ", ".join(f"sum(days.{cost})" for cost in COSTS)
    days, keys = (relation(ledger.files(table, snapshot)) for table in (CHARGE_DAYS, CHARGE_KEYS))
    sql = (
        f"SELECT {_PLACE}, x_ChargeDate, CAST(sum(days.x_Charges) AS BIGINT), {sums} FROM {days} AS days "
        f"JOIN {keys} AS keys USING (x_Source, x_BillingPeriod, x_ChargeKey) GROUP BY ALL"
    )
    return _by_day(engine, sql)


def _by_day(engine: Engine, sql: str) -> Mapping[_Place, _Days]:
    found: dict[_Place, _Days] = {}
    for source, period, currency, day, rows, *costs in engine.rows(sql):
        found.setdefault(_Place(source, period, currency), {})[day] = _Sums(rows, tuple(costs))
    return found


def _true_ups(engine: Engine, ledger: Ledger, snapshot: Snapshot) -> Mapping[_Place, _Days]:
    sums = ", ".join(f"sum({cost})" for cost in COSTS)
    rows = whole(TRUE_UPS, ledger.files(TRUE_UPS, snapshot))
    return _by_day(
        engine, f"SELECT x_Source, x_TrueUpOf, BillingCurrency, x_ChargeDate, 0, {sums} FROM {rows} GROUP BY ALL"
    )


def _files(engine: Engine, loads: str, those: str) -> Mapping[_Place, _Sums]:
    rows = engine.rows(
        f"SELECT {_PLACE}, CAST(sum(x_Charges) AS BIGINT), sum(BilledCost), "
        f"sum(CAST(x_RoundingDifference AS DECIMAL(38,24))) FROM (SELECT * FROM {loads} QUALIFY {those}) GROUP BY ALL"
    )
    unknown = (None,) * (len(COSTS) - 1)
    return {_Place(*row[:3]): _Sums(row[3], (row[4], *unknown), row[5]) for row in rows}


def _restated(engine: Engine, loads: str) -> frozenset[tuple[str, date]]:
    """Return source and month of each closed month that was restated."""
    rows = engine.rows(
        f"SELECT DISTINCT x_Source, x_BillingPeriod FROM {loads} "
        "WHERE x_BookedPeriod IS NOT NULL AND x_UndoneVersion IS NULL"
    )
    return frozenset((source, period) for source, period in rows)


def broken(found: list[Proof]) -> list[Finding]:
    """Return a finding per proof that does not hold."""
    return [
        Finding(
            code="FM1402",
            severity="error",
            message=f"{proof.measure} is {_sum(proof.files)} in the files' manifest, {_sum(proof.charges)} in the "
            f"charges and {_sum(proof.days)} in the daily cube; their rows are "
            f"{', '.join(f'{rows:,}' for rows in proof.rows)}.",
            source=proof.source,
            billing_period=proof.billing_period,
            column=proof.measure,
            rows=proof.rows[1],
            currency=proof.currency,
        )
        for proof in found
        if not proof.holds
    ]


def _sum(amount: Decimal | None) -> str:
    return "not totalled" if amount is None else f"{amount:f}"
