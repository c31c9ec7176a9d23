"""Whether a bill that is about to be loaded stands in the ledger already, from another export of the same truth.

Owns the test and its refusal. What stands twice already is found by ``doubles.py``.
"""

from __future__ import annotations

from decimal import Decimal

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, counted
from finmod.ledger.ledger import Ledger, PreparedPeriod, Snapshot
from finmod.ledger.reduce import query, whole
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS

# Below so many charges, days of equal cost may well be chance, such as a fixed fee.
_FEWEST_CHARGES = 20


def _last_part(column: str) -> str:
    return f"lower(nullif(regexp_extract({column}, '[^/]+$'), ''))"


def same_bill(engine: Engine, ledger: Ledger, snapshot: Snapshot, ready: PreparedPeriod) -> list[Problem]:
    """Return a problem per other source that has more than half of a bill: account by account, day by day.

    Args:
        engine: Where to run.
        ledger: What stands.
        snapshot: Its state.
        ready: The month that is about to be committed.
    """
    days, keys = (ledger.files(table, snapshot) for table in (CHARGE_DAYS, CHARGE_KEYS))
    if not days:
        return []
    sql = query("same_bill").format(
        new_days=whole(CHARGE_DAYS, [ready.files[CHARGE_DAYS.name][0]]),
        new_keys=whole(CHARGE_KEYS, [ready.files[CHARGE_KEYS.name][0]]),
        days=whole(CHARGE_DAYS, days),
        keys=whole(CHARGE_KEYS, keys),
        account=_last_part("keys.BillingAccountId"),
        sub_account=_last_part("keys.SubAccountId"),
    )
    rows = engine.rows(sql, [ready.source, ready.period])
    return [
        _problem(ready, other, charges, same, currency)
        for other, currency, charges, same, every in rows
        if charges >= _FEWEST_CHARGES and same * 2 > every
    ]


def _problem(ready: PreparedPeriod, other: str, charges: int, same: Decimal, currency: str) -> Problem:
    return Problem(
        code="FM1440",
        found=f"the bill of {ready.period:%Y-%m} stands in the ledger already, under the source {other}: "
        f"{counted(charges, 'charge')} of {same:,.2f} {currency} on the same days of the same accounts",
        expected="each bill once, since its charges would count twice",
        where=f"source {ready.source}",
        remedy=f"To see whether both exports say the same, keep this one beside the other: compare_with: {other} in "
        f"finmod.yaml, or --compare-with {other}; then: finmod compare {other} {ready.source}. If they are two bills: "
        "--accept FM1440.",
    )
