"""Exchange rates that closes keep: what a closed month was told in the reporting currency stays what it was.

Owns which rates a close keeps and which of them stand. A rate is kept per month of the bill, currency and day, so that
a true-up is converted as the charges are that it corrects, and true-ups that cancel out do so in the reporting currency
too. Which rate a charge has otherwise is told by ``rates.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from finmod.engines.duckdb import Engine
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.rates import UsedRate
from finmod.ledger.reduce import whole
from finmod.ledger.tables import CLOSE_RATES


@dataclass(frozen=True)
class KeptRate:
    """A rate that a close keeps: a row of the table ``close_rates``, its columns in their order.

    Attributes:
        month: First day of the billing period of the charges; of true-ups that of the restated month.
        currency: BillingCurrency of the charges.
        charge_date: Their day.
        to: Reporting currency.
        rate: What one unit of ``currency`` is in it.
        rate_date: Day on which it was published.
        how: As ``UsedRate`` has it.
        version: Ledger version of the close.
    """

    month: date
    currency: str
    charge_date: date
    to: str
    rate: Decimal
    rate_date: date | None
    how: str | None
    version: int

    @property
    def used(self) -> UsedRate:
        """Return it as the rate of its charges; nothing that is published later takes its place."""
        return UsedRate(self.currency, self.charge_date, self.rate, self.rate_date, self.how, is_final=True)


def every_kept_rate(engine: Engine, ledger: Ledger, snapshot: Snapshot) -> tuple[KeptRate, ...]:
    """Return what the closes that stand in one state of the ledger keep, into whatever reporting currency."""
    files = ledger.files(CLOSE_RATES, snapshot)
    if not files:
        return ()
    columns = ", ".join(CLOSE_RATES.columns)
    rows = engine.rows(f"SELECT {columns} FROM {whole(CLOSE_RATES, files)} ORDER BY ALL")
    return tuple(KeptRate(*row) for row in rows)


def newly_kept(
    days: Iterable[tuple[date, str, date]], rates: Iterable[UsedRate], kept: Iterable[KeptRate], to: str
) -> list[KeptRate]:
    """Return what a close adds: the known rate of every month, currency and day that no close keeps already.

    An unknown rate is not kept: the one that is read later is taken.

    Args:
        days: Months of bills, currencies and days of what is booked in the month that is closed.
        rates: The rate of each currency and day, as the user's table has it.
        kept: What closes keep.
        to: Reporting currency.
    """
    of_day = {(used.currency, used.charge_date): used for used in rates}
    known = {(each.month, each.currency, each.charge_date) for each in kept if each.to == to}
    found = []
    for month, currency, day in sorted({*days} - known):
        used = of_day[currency, day]
        if used.rate is not None:
            found.append(KeptRate(month, currency, day, to, used.rate, used.rate_date, used.how, -1))
    return found


def rows_of(rates: Sequence[KeptRate]) -> list[Sequence[Any]]:
    """Return the rows of the table."""
    return [astuple(rate) for rate in rates]
