"""When commitments end."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from finmod.settings.project import load_project
from finmod.workspace.metrics.measures import measures
from finmod.workspace.savings.ends import commitment_ends
from tests.bills_by_day import SEPTEMBER, Charge, More, charged, used

FEE: More = {"ChargeCategory": "Purchase", "ChargeFrequency": "One-Time"}


def fee(commitment: str, end: str, **more: str) -> list[Charge]:
    """Return a fee of a commitment that runs from September."""
    given: More = {**FEE, "CommitmentDiscountId": commitment, "ChargePeriodEnd": end, **more}
    return used("", "", "0", days=[1], **given)


def test_a_fee_paid_once_tells_the_last_day_of_the_term(tmp_path: Path) -> None:
    books = charged(
        tmp_path,
        fee("year", "2027-09-01T00:00:00Z"),
        fee("renewed", "2027-09-01T00:00:00Z"),
        fee("renewed", "2028-09-01T00:00:00Z"),
        fee("day", "2026-09-02T00:00:00Z"),
        fee("month", "2026-10-01T00:00:00Z"),
        fee("monthly", "2027-09-01T00:00:00Z", ChargeFrequency="Recurring"),
    )
    names = {"year", "renewed", "day", "month", "monthly", "", "o'other"}

    with measures(load_project(books.root)) as read:
        ends = commitment_ends(read, SEPTEMBER, names)
        before = commitment_ends(read, date(2026, 8, 1), names)

    assert ends == {"year": date(2027, 8, 31), "renewed": date(2028, 8, 31)}
    assert before == {}
