"""True-ups: what the restated bill of a closed month moves, booked in the open month.

Owns the difference between a restated bill and what stands of its month, as rows in the delta style of FOCUS
corrections, and the proof that closed charges and true-ups together are the restated bill. Only the cubes are compared,
never the charges.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from finmod.engines.duckdb import Engine, identifier, literal
from finmod.errors import InternalError, counted
from finmod.focus.columns import COSTS, MEASURES
from finmod.ledger.conformance import write_findings
from finmod.ledger.delta import partition_folder
from finmod.ledger.ledger import Ledger, PreparedPeriod, Snapshot
from finmod.ledger.reduce import query, whole
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS, FINDINGS, TRUE_UPS, Table
from finmod.normalize.charges import COST_UNKNOWNS, KEY_TEXTS
from finmod.terms.findings import Finding
from finmod.terms.periods import months_before

NAMES_OF_DOCUMENTS: Final = frozenset({"InvoiceId", "InvoiceDetailId", "ChargeClass"})
"""Texts that say on which document a charge stands, not what it is: a month that only got its invoice moves nothing."""

_COMPARED = tuple(name for name in KEY_TEXTS if name not in NAMES_OF_DOCUMENTS)
_AMOUNTS = (*MEASURES, *COST_UNKNOWNS)


@dataclass(frozen=True)
class Booking:
    """How the differences of one restated month are booked.

    Attributes:
        month: First day of the open month that takes them.
        load_id: Names the load.
        now: Time of the load, UTC.
        seen: State of the ledger that the bill is compared with.
    """

    month: date
    load_id: str
    now: datetime
    seen: Snapshot


@dataclass(frozen=True)
class Moved:
    """What a restatement moved in one currency.

    Attributes:
        rows: Number of true-ups.
        costs: FOCUS id of a cost -> difference; None where it is unknown on both sides.
    """

    rows: int
    costs: Mapping[str, Decimal | None]


def book(
    engine: Engine, ledger: Ledger, restated: tuple[PreparedPeriod, Sequence[Finding]], booking: Booking, folder: Path
) -> tuple[PreparedPeriod, tuple[Finding, ...], dict[str, Moved]]:
    """Turn a restated bill of a closed month into true-ups.

    Args:
        engine: Where to run.
        ledger: What stands.
        restated: The month as it was made ready for its commit, and its findings.
        booking: Where the differences go.
        folder: Staging folder.

    Returns:
        The month, ready for a commit that leaves its charges alone; its findings with one more per currency, or one
        alone where nothing moved; currency -> what moved.

    Raises:
        InternalError: Charges and true-ups are not the restated bill: our fault, nothing is committed.
    """
    ready, findings = restated
    sides = _sides(ledger, ready, booking.seen)
    target = folder / f"{ready.period}-{TRUE_UPS.name}.parquet"
    differences = _differences(ready, booking, sides, _filled(engine, sides))
    rows = engine.copy_parquet(f"SELECT * FROM {sides['booked']} UNION ALL BY NAME {differences}", target)
    written = whole(TRUE_UPS, [target])
    prove(engine, ready, sides, written)
    moved = _moved(engine, written, booking.load_id)
    files = {TRUE_UPS.name: (target, rows)} if moved else {}
    told = (*findings, *_told(ready, booking, moved))
    path = folder / f"{ready.period}-{FINDINGS.name}-of-closed.parquet"
    files[FINDINGS.name] = (path, write_findings(engine, ready.source, ready.period, told, path))
    return replace(ready, files=files, extra={}, booked=booking.month), told, moved


def _sides(ledger: Ledger, ready: PreparedPeriod, seen: Snapshot) -> dict[str, str]:
    """Return SQL for the rows of the restated bill, of the charges that stand, and of true-ups that stand."""

    def standing(table: Table) -> str:
        folder = partition_folder(ledger.delta.path(table).absolute(), ready.source, ready.period, table.period)
        return whole(table, [file for file in ledger.files(table, seen) if file.parent == folder])

    return {
        "new_days": whole(CHARGE_DAYS, [ready.files[CHARGE_DAYS.name][0]]),
        "new_keys": whole(CHARGE_KEYS, [ready.files[CHARGE_KEYS.name][0]]),
        "old_days": standing(CHARGE_DAYS),
        "old_keys": standing(CHARGE_KEYS),
        "booked": standing(TRUE_UPS),
    }


def _filled(engine: Engine, sides: Mapping[str, str]) -> list[str]:
    """Return the compared texts that some side has: the others need no hashing."""
    counts = ", ".join(f"count({identifier(name)}) AS {identifier(name)}" for name in _COMPARED)
    every = " UNION ALL ".join(f"SELECT {counts} FROM {sides[side]}" for side in ("new_keys", "old_keys", "booked"))
    sums = ", ".join(f"sum({identifier(name)}) > 0" for name in _COMPARED)
    return [
        name
        for name, is_filled in zip(_COMPARED, engine.row(f"SELECT {sums} FROM ({every})"), strict=True)
        if is_filled
    ]


def _differences(ready: PreparedPeriod, booking: Booking, sides: Mapping[str, str], filled: Sequence[str]) -> str:
    """Return the SELECT of the true-ups that a restated bill makes; ``filled`` are the texts that tell them apart."""
    texts = ", ".join(identifier(name) for name in filled)
    salted = ", ".join(f"concat('#', {identifier(name)})" for name in filled)
    sql = query("true_ups").format(
        **sides,
        texts=texts,
        hashes=f"hash({texts}) AS first_hash, hash({salted}) AS second_hash",
        measures=", ".join(_AMOUNTS),
        less=", ".join(f"-{name} AS {name}" for name in _AMOUNTS),
        sums=", ".join(f"CAST(sum({name}) AS {TRUE_UPS.columns[name]}) AS {name}" for name in _AMOUNTS),
        moved=" OR ".join(f"coalesce(sum({name}), 0) <> 0" for name in _AMOUNTS),
    )
    made = _made(ready, booking)
    made |= {name: identifier(name) for name in (*filled, *_AMOUNTS, "x_ChargeDate", "x_File", "x_TrueUpInvoiceId")}
    picked = ", ".join(
        f"CAST({made.get(name, 'NULL')} AS {kind}) AS {identifier(name)}" for name, kind in TRUE_UPS.columns.items()
    )
    return f"SELECT {picked} FROM ({sql})"


def _made(ready: PreparedPeriod, booking: Booking) -> dict[str, str]:
    """Return column -> SQL of what every true-up has beside the texts and amounts."""
    of, at = literal(ready.period.isoformat()), literal(booking.month.isoformat())
    load = literal(booking.load_id)
    day = "epoch_us(CAST(x_ChargeDate AS TIMESTAMP))"
    return {
        "ChargeClass": "'Correction'",
        "BillingPeriodStart": _instant(booking.month),
        "BillingPeriodEnd": _instant(months_before(booking.month, -1)),
        "ChargePeriodStart": f"make_timestamptz({day})",
        "ChargePeriodEnd": f"make_timestamptz({day} + 86400000000)",
        "x_Source": literal(ready.source),
        "x_BillingPeriod": f"DATE {at}",
        # A load has a key of its own for each of its true-ups: two of them may be booked in one month.
        "x_ChargeKey": f"CAST(hash({load}, {of}, first_hash, second_hash) >> 1 AS BIGINT)",
        "x_TrueUpOf": f"DATE {of}",
        "x_TrueUpAt": f"make_timestamptz({_microseconds(booking.now)})",
        "x_TrueUpLoad": load,
    }


def _instant(day: date) -> str:
    return f"make_timestamptz({_microseconds(datetime(day.year, day.month, day.day, tzinfo=UTC))})"


def _microseconds(instant: datetime) -> int:
    since = instant - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _moved(engine: Engine, true_ups: str, load_id: str) -> dict[str, Moved]:
    sums = ", ".join(f"sum({cost})" for cost in COSTS)
    rows = engine.rows(
        f"SELECT BillingCurrency, count(*), {sums} FROM {true_ups} WHERE x_TrueUpLoad = ? GROUP BY 1 ORDER BY 1",
        [load_id],
    )
    return {currency: Moved(count, dict(zip(COSTS, costs, strict=True))) for currency, count, *costs in rows}


def prove(engine: Engine, ready: PreparedPeriod, sides: Mapping[str, str], true_ups: str) -> None:
    """Prove that what stood and all true-ups are the restated bill, per currency and amount.

    Args:
        engine: Where to run.
        ready: The month.
        sides: SQL for the rows of ``new_days``, ``new_keys``, ``old_days`` and ``old_keys``.
        true_ups: SQL for the rows of every true-up of the month.

    Raises:
        InternalError: They are not.
    """
    left = ", ".join(f"coalesce(sum({name}), 0)" for name in _AMOUNTS)
    plus, minus = ", ".join(_AMOUNTS), ", ".join(f"-{name}" for name in _AMOUNTS)
    parts = [
        f"SELECT BillingCurrency, {amounts} FROM {sides[days]} "
        f"JOIN (SELECT x_ChargeKey, BillingCurrency FROM {sides[keys]}) USING (x_ChargeKey)"
        for days, keys, amounts in (("new_days", "new_keys", plus), ("old_days", "old_keys", minus))
    ]
    parts.append(f"SELECT BillingCurrency, {minus} FROM {true_ups}")
    rows = engine.rows(f"SELECT BillingCurrency, {left} FROM ({' UNION ALL '.join(parts)}) GROUP BY 1")
    for currency, *rests in rows:
        wrong = [f"{name} {rest}" for name, rest in zip(_AMOUNTS, rests, strict=True) if rest]
        if wrong:
            message = (
                f"{ready.source} {ready.period:%Y-%m}: closed charges and true-ups differ from the restated bill by "
                f"{', '.join(wrong)} {currency}; nothing was committed"
            )
            raise InternalError(message)


def _told(ready: PreparedPeriod, booking: Booking, moved: Mapping[str, Moved]) -> list[Finding]:
    if not moved:
        message = "The closed month was read again; the bill moves nothing."
        return [_finding(ready, message, None, None)]
    return [
        _finding(
            ready,
            f"The closed month was restated: {counted(change.rows, 'true-up')} in {booking.month:%Y-%m} "
            f"{'moves' if change.rows == 1 else 'move'} BilledCost by {_shown(change.costs['BilledCost'])} and "
            f"EffectiveCost by {_shown(change.costs['EffectiveCost'])} {currency}.",
            currency,
            change,
        )
        for currency, change in moved.items()
    ]


def _shown(amount: Decimal | None) -> str:
    return "an unknown amount" if amount is None else f"{amount:+,.2f}"


def _finding(ready: PreparedPeriod, message: str, currency: str | None, change: Moved | None) -> Finding:
    return Finding(
        code="FM1510",
        severity="info",
        message=message,
        source=ready.source,
        billing_period=f"{ready.period:%Y-%m}",
        rows=change.rows if change else 0,
        amount=change.costs["BilledCost"] if change else None,
        currency=currency,
    )
