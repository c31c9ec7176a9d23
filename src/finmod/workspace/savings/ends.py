"""When commitments end, as far as bills tell it: a fee that is paid once runs for the whole term.

Owns where that is looked up. Recurring fees run for a month or an hour and tell no term; Microsoft's are of one day.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from finmod.engines.duckdb import literal
from finmod.ledger.reduce import whole
from finmod.ledger.tables import CHARGE_KEYS, CHARGES
from finmod.workspace.metrics.measures import Measures
from finmod.workspace.savings.evidence import files_of, month_of


def commitment_ends(books: Measures, month: date, commitments: Collection[str]) -> dict[str, date]:
    """Return commitment -> its last day, of those whose fee a bill until a month tells beyond its own month.

    Args:
        books: The project's books.
        month: First day of a billing period.
        commitments: Ids.
    """
    wanted = [each for each in sorted(commitments) if each]
    if not wanted:
        return {}
    names = ", ".join(map(literal, wanted))
    keys = whole(CHARGE_KEYS, files_of(books, CHARGE_KEYS, first=date.min, last=month))
    books.engine.run(
        "CREATE OR REPLACE TEMP TABLE savings_fees AS SELECT x_Source, x_BillingPeriod, x_ChargeKey, "
        f"CommitmentDiscountId AS commitment FROM {keys} WHERE ChargeCategory = 'Purchase' "
        f"AND ChargeFrequency = 'One-Time' AND CommitmentDiscountId IN ({names})"
    )
    months = {row[0] for row in books.engine.rows("SELECT DISTINCT x_BillingPeriod FROM savings_fees")}
    # Few months have such a fee, and only their charges are read.
    files = [file for file in books.ledger.files(CHARGES, books.snapshot) if month_of(file) in months]
    if not files:
        return {}
    end = "CAST(make_timestamp(epoch_us(max(ChargePeriodEnd)) - 1) AS DATE)"
    rows = books.engine.rows(
        f"SELECT commitment, {end} FROM {whole(CHARGES, files)} JOIN savings_fees "
        "USING (x_Source, x_BillingPeriod, x_ChargeKey) GROUP BY commitment, x_BillingPeriod "
        f"HAVING {end} > last_day(x_BillingPeriod)"
    )
    return {commitment: max(last for each, last in rows if each == commitment) for commitment, _ in rows}
