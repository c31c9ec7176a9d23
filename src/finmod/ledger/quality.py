"""Odd patterns over whole billing periods: repeated charges, missing days, discounts that are lost.

Owns their findings; the queries stand in ``sql/``. They are looked for by a check, not by a load: they need a
whole period at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from finmod.engines.duckdb import Engine, identifier
from finmod.errors import counted, printable
from finmod.focus.columns import MEASURES
from finmod.ledger.invoice_sides import ChargeFiles
from finmod.ledger.reduce import query, relation
from finmod.normalize.charges import CHARGE_TYPES
from finmod.terms.findings import Finding, Severity

# Below this share of days with charges a bill is not daily, and a missing day says nothing.
_DAILY = 0.8
_MOST_DATES = 5
# Below so many charges a file may well repeat another one by chance.
_FEWEST_CHARGES = 20
_MOST_FILES = 3
_DISCOUNT_COLUMNS = {"unblended": "x_UnblendedCost", "net": "x_NetUnblendedCost", "discounts": "x_Discounts"}


def repeated_charges(engine: Engine, charges: Sequence[Path]) -> list[Finding]:
    """Return a finding per source, billing period and currency in which equal charges stand more than once.

    Charges are equal when key, charge period, every amount and every column of the supplier's own (``x_``) are;
    amounts are those of the charges beyond the first. It is an error where every charge of a file stands in others:
    a delivery lies beside a later one of the same bill.
    """
    found = []
    for path in charges:
        own = sorted(identifier(name) for name in _columns(engine, path) - CHARGE_TYPES.keys())
        inputs = {"charges": relation([path]), "compared": ", ".join((*MEASURES, *own)), "fewest": _FEWEST_CHARGES}
        rows = engine.rows(query("repeated_charges").format(**inputs))
        many = sum(count for _, _, _, count, *_ in rows) >= _FEWEST_CHARGES
        inside = engine.rows(query("files_within_others").format(**inputs)) if many else []
        found += [_repeated(*row, inside=[file for (file,) in inside]) for row in rows]
    return found


def _repeated(  # noqa: PLR0913, PLR0917 -- the columns of the query
    source: str, month: str, currency: str, count: int, billed: Decimal, file: str, row: int, *, inside: Sequence[str]
) -> Finding:  # fmt: skip
    message = (
        f"{counted(count, 'charge')} {'equals' if count == 1 else 'equal'} another one in everything but the place in "
        "the file."
    )
    if inside:
        more = f" and {len(inside) - _MOST_FILES} more" if len(inside) > _MOST_FILES else ""
        message += f" No charge of {', '.join(map(printable, inside[:_MOST_FILES]))}{more} stands in that file alone."
    return Finding(
        code="FM1205",
        severity="error" if inside else "warning",
        message=message,
        source=source,
        billing_period=month,
        rows=count,
        amount=billed,
        currency=currency,
        where=f"{printable(file)}, row {row:,}",
    )


def missing_days(engine: Engine, files: ChargeFiles) -> list[Finding]:
    """Return a finding per source and billing period of daily bills that lack days between their first and last."""
    rows = engine.rows(query("missing_days").format(days=files.bill_days, daily=_DAILY))
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


def missing_months(loaded: Iterable[tuple[str, str]], what: str) -> list[Finding]:
    """Return a finding per source and month that it lacks between its first and its last one.

    Of a source that has no more than half of these months, which is hardly monthly, mere information, one for months in
    a row.

    Args:
        loaded: Source and month, ``YYYY-MM``, of everything that is there.
        what: What its rows are, in words of messages.
    """
    months = defaultdict[str, set[str]](set)
    for source, month in loaded:
        months[source].add(month)
    found = []
    for source, there in sorted(months.items()):
        span = _months(min(there), max(there))
        runs = [list(run) for is_there, run in groupby(span, key=there.__contains__) if not is_there]
        if 2 * len(there) > len(span):
            found += [_no_months(source, [month], what, "warning") for run in runs for month in run]
        else:
            found += [_no_months(source, run, what, "info") for run in runs]
    return found


def _months(first: str, last: str) -> list[str]:
    begin, end = (int(month[:-3]) * 12 + int(month[-2:]) - 1 for month in (first, last))
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(begin, end + 1)]


def _no_months(source: str, run: Sequence[str], what: str, severity: Severity) -> Finding:
    last = run[-1] if len(run) > 1 else None
    when = f"{run[0]} to {last}" if last else run[0]
    return Finding(
        code="FM1417",
        severity=severity,
        message=f"No {what} in {when}; months before and after have some.",
        source=source,
        billing_period=run[0],
        last_billing_period=last,
    )


def unread_discounts(engine: Engine, charges: Sequence[Path]) -> list[Finding]:
    """Return a finding per source, billing period, payer and currency whose discounts BilledCost lacks or has twice.

    A bill of AWS has discounts as rows, which its net columns repeat, or as columns, which its net cost is less.
    Without rows and with a lower net cost, BilledCost is too high by the amount: BilledCost less net unblended cost.
    Where discounts are named and neither a net cost nor a row has them, an error, the amount is what they are worth,
    positive, None where one cannot be read. Where BilledCost is net and discounts are rows as well, the amount is the
    rows' BilledCost: it may be counted twice. Bills that are not of AWS have none.
    """
    sql = query("unread_discounts")
    found = []
    for path in charges:
        columns = _columns(engine, path)
        inputs = {name: column if column in columns else "NULL" for name, column in _DISCOUNT_COLUMNS.items()}
        if "x_LineItemType" in columns and (inputs["net"] != "NULL" or inputs["discounts"] != "NULL"):
            found += engine.rows(sql.format(charges=relation([path]), **inputs))
    return [_unread(*row) for row in found]


def _unread(  # noqa: PLR0913, PLR0917 -- the columns of the query
    source: str, month: str, account: str | None, currency: str, kind: str, count: int, billed: Decimal,
    found: Decimal | None, file: str, row: int,
) -> Finding:  # fmt: skip
    worth = "an amount that cannot be read" if found is None else f"{found:,.2f} {currency}"
    message = {
        "net": f"BilledCost is {billed:,.2f} {currency}, the bill's net unblended cost {worth}; no row of a discount "
        "stands for the difference.",
        "stated": f"BilledCost is {billed:,.2f} {currency} before discounts. The bill's discount columns hold {worth}, "
        "and it has neither a net unblended cost nor a row of a discount for these charges.",
        "twice": f"BilledCost is net of discounts of {billed:,.2f} {currency}, and rows of discounts add {worth}: they "
        "may be taken off twice.",
    }[kind]
    amount = found if found is None else {"net": billed - found, "stated": abs(found), "twice": found}[kind]
    return Finding(
        code="FM1407",
        severity="error" if kind == "stated" else "warning",
        message=message,
        source=source,
        billing_period=month,
        column="BilledCost",
        rows=count,
        amount=amount,
        currency=currency,
        example=account and printable(account),
        where=f"{printable(file)}, row {row:,}",
    )


def _columns(engine: Engine, path: Path) -> frozenset[str]:
    return frozenset(name for name, _ in engine.columns(f"SELECT * FROM {relation([path])}"))
