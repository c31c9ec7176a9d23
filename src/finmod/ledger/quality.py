"""Odd patterns over whole billing periods: repeated charges, missing days, costs and discounts that are lost.

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
_NET_COLUMNS = frozenset({"x_NetUnblendedCost", "x_LineItemType"})


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


def unread_discounts(engine: Engine, charges: Sequence[Path]) -> list[Finding]:
    """Return a finding per source, billing period, payer and currency whose discounts stand in net columns alone.

    A bill of AWS repeats discounts that it has as rows in its net columns. With net columns and no such row BilledCost
    is too high by the finding's amount: BilledCost less net unblended cost. Bills without net columns have none.
    """
    sql = query("unread_discounts")
    # Other suppliers' charges lack the columns altogether.
    having = [path for path in charges if {name for name, _ in engine.columns(_all(path))} >= _NET_COLUMNS]
    found = [row for path in having for row in engine.rows(sql.format(charges=relation([path])))]
    return [
        Finding(
            code="FM1407",
            severity="warning",
            message=f"BilledCost is {billed:,.2f} {currency}, the bill's net unblended cost {net:,.2f}; no row of a "
            "discount stands for the difference.",
            source=source,
            billing_period=month,
            column="BilledCost",
            rows=count,
            amount=billed - net,
            currency=currency,
            example=account and printable(account),
            where=f"{printable(file)}, row {row:,}",
        )
        for source, month, account, currency, count, billed, net, file, row in found
    ]


def _all(path: Path) -> str:
    return f"SELECT * FROM {relation([path])}"
