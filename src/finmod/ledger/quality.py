"""Odd patterns over whole billing periods: repeated charges, missing days, commitments whose cost is lost.

Owns their findings; the queries stand in ``sql/``. They are looked for by a check, not by a load: they need a
whole period at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from finmod.engines.duckdb import Engine
from finmod.errors import printable
from finmod.focus.columns import COSTS, MEASURES
from finmod.ledger.reduce import query, relation
from finmod.terms.findings import Finding

# Below this share of days with charges a bill is not daily, and a missing day says nothing.
_DAILY = 0.8
_MOST_DATES = 5


def repeated_charges(engine: Engine, charges: Sequence[Path]) -> list[Finding]:
    """Return a finding per source, billing period and currency in which equal charges stand more than once.

    Charges are equal when key, charge period and every amount are; amounts are those of the charges beyond the first.
    """
    amounts = ", ".join((*COSTS, *(name for name in MEASURES if name not in COSTS)))
    sql = query("repeated_charges")
    found = [row for path in charges for row in engine.rows(sql.format(charges=relation([path]), amounts=amounts))]
    return [
        Finding(
            code="FM1205",
            severity="warning",
            message=f"{count:,} charges equal another one in everything but their place in the file.",
            source=source,
            billing_period=month,
            rows=count,
            amount=billed,
            currency=currency,
            where=f"{printable(file)}, row {row:,}",
        )
        for source, month, currency, count, billed, file, row in found
    ]


def missing_days(engine: Engine, days: Sequence[Path]) -> list[Finding]:
    """Return a finding per source and billing period of daily bills that lack days between their first and last."""
    rows = engine.rows(query("missing_days").format(days=relation(list(days)), daily=_DAILY))
    return [
        Finding(
            code="FM1403",
            severity="warning",
            message=f"No charge on {', '.join(dates[:_MOST_DATES])}{' and more' if len(dates) > _MOST_DATES else ''}.",
            source=source,
            billing_period=month,
            column="ChargePeriodStart",
            example=dates[0],
        )
        for source, month, dates in rows
    ]


def lost_commitment_cost(engine: Engine, days: Sequence[Path], keys: Sequence[Path]) -> list[Finding]:
    """Return a finding per commitment and billing period whose effective cost is below its recurring bill.

    What a commitment without upfront payment costs in a month must come back as the effective cost of what it covered
    and of what stood unused. More is right where an upfront part is spread over the term; less means that cost is lost.
    """
    sql = query("lost_commitment_cost").format(days=relation(list(days)), keys=relation(list(keys)))
    return [
        Finding(
            code="FM1404",
            severity="warning",
            message=f"The commitment was billed {billed:,.2f} {currency} and reaches charges with {effective:,.2f}.",
            source=source,
            billing_period=month,
            column="EffectiveCost",
            amount=billed,
            currency=currency,
            example=printable(commitment),
        )
        for source, month, commitment, currency, billed, effective in engine.rows(sql)
    ]
