"""Whether a bill that is about to be loaded stands in the ledger already, from another export of the same truth.

Owns the test and its refusal. What stands twice already is found by ``doubles.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, counted
from finmod.ledger.ledger import Ledger, PreparedPeriod, Snapshot
from finmod.ledger.reduce import query, whole
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS

# Below so many charges, days of equal cost may well be chance, such as a fixed fee.
_FEWEST_CHARGES = 20


def _last_part(column: str) -> str:
    return f"lower(nullif(regexp_extract({column}, '[^/]+$'), ''))"


def same_bill(
    engine: Engine, ledger: Ledger, snapshot: Snapshot, source: str, prepared: Sequence[PreparedPeriod]
) -> list[Problem]:
    """Return a problem per month and other source that has more than half of a bill: account by account, day by day.

    Args:
        engine: Where to run.
        ledger: What stands.
        snapshot: Its state.
        source: Whose bill it is.
        prepared: The months that are about to be committed.
    """
    days, keys = (ledger.files(table, snapshot) for table in (CHARGE_DAYS, CHARGE_KEYS))
    if not days:
        return []
    sql = query("same_bill").format(
        new_days=whole(CHARGE_DAYS, [ready.files[CHARGE_DAYS.name][0] for ready in prepared]),
        new_keys=whole(CHARGE_KEYS, [ready.files[CHARGE_KEYS.name][0] for ready in prepared]),
        days=whole(CHARGE_DAYS, days),
        keys=whole(CHARGE_KEYS, keys),
        periods=", ".join(f"DATE '{ready.period}'" for ready in prepared),
        account=_last_part("keys.BillingAccountId"),
        sub_account=_last_part("keys.SubAccountId"),
    )
    rows = engine.rows(sql, [source])
    return [
        _problem(source, period, other, f"{counted(charges, 'charge')} of {billed:,.2f} {currency}")
        for period, other, currency, charges, billed, same, every in rows
        if charges >= _FEWEST_CHARGES and same * 2 > every
    ]


def _problem(source: str, period: date, other: str, what: str) -> Problem:
    return Problem(
        code="FM1440",
        found=f"the bill of {period:%Y-%m} stands in the ledger already, under the source {other}: {what} on the same "
        "days of the same accounts",
        expected="each bill once, since its charges would count twice",
        where=f"source {source}",
        remedy=f"To see whether both exports say the same, keep this one beside the other: compare_with: {other} in "
        f"finmod.yaml, or --compare-with {other}; then: finmod compare {other} {source}. If they are two bills: "
        "--accept FM1440.",
    )
