"""Cost of commitments: it comes back as effective cost, whole, and after the discounts of the fees."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

import pytest

from finmod.engines.duckdb import Engine
from finmod.ledger.commitments import gross_commitment_cost, lost_commitment_cost
from finmod.ledger.invoice_sides import ChargeFiles
from finmod.ledger.ledger import Ledger
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS, CHARGES
from finmod.terms.findings import Finding, codes
from tests.books import month
from tests.ledger.conftest import NOW, Make

Charge = dict[str, str]
Commit = Callable[..., Ledger]


@pytest.fixture
def commit(engine: Engine, ledger: Ledger, period: Make) -> Commit:
    """Return a function that puts charges into the ledger, each into its billing period."""

    def make(*charges: Charge) -> Ledger:
        def start(charge: Charge) -> str:
            return charge["BillingPeriodStart"]

        by_month = groupby(sorted(charges, key=start), key=start)
        periods = [period(date.fromisoformat(first[:10]), *those) for first, those in by_month]
        ledger.commit(engine, periods, "load1", NOW)
        return ledger

    return make


def on(day: str, cost: str, **more: str) -> Charge:
    """Return a charge of one day."""
    start = date.fromisoformat(day)
    span = {"ChargePeriodStart": f"{day}T00:00:00Z", "ChargePeriodEnd": f"{start + timedelta(days=1)}T00:00:00Z"}
    return month(start.month, cost, **(span | more))


HELD = {"CommitmentDiscountId": "plan-1", "CommitmentDiscountType": "Savings Plan"}
JULY_1, JULY_2 = "2026-07-01", "2026-07-02"
# What a commitment of 100 a month costs a day.
DAILY = Decimal(1200) / 365


def purchase(billed: str, frequency: str = "Recurring", day: str = JULY_1, **more: str) -> Charge:
    fee = {"EffectiveCost": "0", "ChargeCategory": "Purchase", "ChargeFrequency": frequency}
    return on(day, billed, **(fee | HELD | more))


def covered(effective: str, status: str = "Used", day: str = JULY_2, **more: str) -> Charge:
    usage = {"EffectiveCost": effective, "ChargeFrequency": "Usage-Based", "CommitmentDiscountStatus": status}
    return on(day, "0", **(usage | HELD | more))


def hourly(billed: str) -> tuple[Charge, Charge]:
    """Return fees that are billed as they arise."""
    half = str(Decimal(billed) / 2)
    return purchase(half), purchase(half, day=JULY_2)


def lost(engine: Engine, ledger: Ledger) -> list[Finding]:
    return lost_commitment_cost(engine, ChargeFiles.of(ledger, ledger.head(engine)))


def test_a_commitment_that_reaches_charges_with_less_than_its_bill_is_told(engine: Engine, commit: Commit) -> None:
    (found,) = lost(engine, commit(*hourly("100"), covered("60"), covered("30", "Unused")))
    assert (found.code, found.severity, found.column) == ("FM1404", "warning", "EffectiveCost")
    assert (found.amount, found.currency, found.example) == (Decimal(100), "USD", "plan-1")
    assert found.message == "The commitment was billed 100.00 USD and reaches charges with 90.00."


@pytest.mark.parametrize("code", ["FM1404", "FM1415"])
def test_a_bill_that_amortises_already_has_a_remedy_of_its_own(code: str) -> None:
    assert "the amortized half of an Azure pair" in codes()[code].remedy


# The usage of the source ends on this day: a commitment of 100 a month has had 29 whole days of July, worth 95.08.
JULY_31 = "2026-07-31"


@pytest.mark.parametrize(("spread", "told"), [("95.09", 0), ("95.075", 0), ("95.06", 1)])
def test_cost_that_reached_charges_that_name_no_commitment_is_not_lost(
    engine: Engine, commit: Commit, spread: str, told: int
) -> None:
    other = {"CommitmentDiscountId": "plan-2"}
    whole = (purchase("100"), covered("500", **other), on(JULY_31, "0", EffectiveCost=spread))
    assert len(lost(engine, commit(*whole))) == told
    assert len(lost(engine, commit(*whole, purchase("100", CommitmentDiscountId="plan-3")))) == 2


@pytest.mark.parametrize(("spread", "told"), [("999999.5", 0), ("999998", 1)])
def test_a_millionth_is_rounding_where_no_charge_names_the_commitment_too(
    engine: Engine, commit: Commit, spread: str, told: int
) -> None:
    assert len(lost(engine, commit(*hourly("1000000"), on(JULY_2, "0", EffectiveCost=spread)))) == told


def test_a_month_in_progress_owes_the_days_that_have_usage(engine: Engine, commit: Commit) -> None:
    days = [on(f"2026-07-{day:02}", "0", EffectiveCost=f"{DAILY:.12f}") for day in range(1, 11)]
    assert lost(engine, commit(purchase("100"), *days)) == []
    (found,) = lost(engine, commit(purchase("100"), *days[5:]))
    assert found.message.endswith("its days in the month are worth at least 26.23.")


@pytest.mark.parametrize(
    "beside",
    [
        purchase("1000", EffectiveCost="1000", CommitmentDiscountId="other"),
        purchase("-100", ChargeClass="Correction", CommitmentDiscountId="other"),
        purchase("0", EffectiveCost="500", CommitmentDiscountId="other"),
    ],
    ids=["its own cost", "a correction", "more than its bill"],
)
def test_what_one_commitment_has_beyond_its_bill_makes_up_for_no_other(
    engine: Engine, commit: Commit, beside: Charge
) -> None:
    (found,) = lost(engine, commit(beside, purchase("10")))
    assert (found.example, found.amount) == ("plan-1", Decimal(10))


def test_a_commitment_that_reaches_no_charge_at_all_is_told(engine: Engine, commit: Commit) -> None:
    (found,) = lost(engine, commit(purchase("100")))
    assert found.message.endswith("reaches charges with 0.00; its days in the month are worth at least 98.36.")


@pytest.mark.parametrize(
    "charges",
    [
        (*hourly("100"), covered("60"), covered("40", "Unused")),
        (*hourly("100"), covered("99.99")),
        (*hourly("100"), covered("160")),
        (*hourly("50"), purchase("600", "One-Time"), covered("30")),
        (purchase("600", "One-Time"), covered("50")),
        (*hourly("100"), covered("60", ChargeClass="Correction")),
        (covered("60"),),
    ],
    ids=["whole", "a cent of rounding", "with an upfront part spread", "bought upfront in part this month",
         "bought upfront this month", "corrected", "not billed this month"],
)  # fmt: skip
def test_a_commitment_that_keeps_its_cost_or_proves_nothing_is_not_told(
    engine: Engine, commit: Commit, charges: tuple[Charge, ...]
) -> None:
    assert lost(engine, commit(*charges)) == []


def paid_monthly(
    first: date, last: date, *, pays_on: int, lost_part: str = "0", lost_month: int = 0
) -> Iterator[Charge]:
    """Yield a commitment of 1,200 a year: 100 a month on one day, and 1,200/365 of effective cost a day."""
    day = first
    while day <= last:
        if day.day == pays_on:
            yield purchase("100", day=f"{day}")
        kept = 1 - Decimal(lost_part) if day.month == lost_month else Decimal(1)
        yield covered(f"{DAILY * kept:.12f}", day=f"{day}")
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("first", "last", "pays_on"),
    [
        (date(2026, 2, 1), date(2026, 2, 28), 15),
        (date(2026, 1, 1), date(2026, 8, 31), 1),
        (date(2026, 1, 31), date(2026, 3, 31), 31),
        (date(2026, 2, 15), date(2026, 6, 14), 15),
        (date(2026, 4, 1), date(2026, 6, 10), 1),
        (date(2026, 4, 10), date(2026, 4, 20), 10),
    ],
    ids=["one February", "whole months", "bought on the last day", "from mid-month to mid-month", "a month in progress",
         "some days of one month"],
)  # fmt: skip
def test_what_the_days_of_months_explain_of_a_monthly_bill_is_not_told(
    engine: Engine, commit: Commit, first: date, last: date, pays_on: int
) -> None:
    assert lost(engine, commit(*paid_monthly(first, last, pays_on=pays_on))) == []


@pytest.mark.parametrize("month_number", [1, 2, 3, 4])
def test_what_days_do_not_explain_of_a_monthly_bill_is_told(engine: Engine, commit: Commit, month_number: int) -> None:
    spoiled = paid_monthly(date(2026, 1, 1), date(2026, 4, 30), pays_on=5, lost_part="0.1", lost_month=month_number)
    (found,) = lost(engine, commit(*spoiled))
    assert (found.code, found.billing_period) == ("FM1404", f"2026-{month_number:02}")
    days = monthrange(2026, month_number)[1]
    assert f"was billed 100.00 USD and reaches charges with {DAILY * days * Decimal('0.9'):.2f}" in found.message


def test_days_without_cost_between_other_months_are_told(engine: Engine, commit: Commit) -> None:
    every = paid_monthly(date(2026, 4, 1), date(2026, 6, 30), pays_on=1)
    gap = range(20, 31)
    kept = [each for each in every if each["ChargePeriodStart"][:10] not in {f"2026-05-{day}" for day in gap}]
    (found,) = lost(engine, commit(*kept))
    assert found.billing_period == "2026-05"


def gross(engine: Engine, ledger: Ledger) -> list[Finding]:
    head = ledger.head(engine)
    charges, days, keys = (ledger.files(table, head) for table in (CHARGES, CHARGE_DAYS, CHARGE_KEYS))
    return gross_commitment_cost(engine, charges, days, keys)


def too_high(found: Finding) -> str:
    """Return what a message says that EffectiveCost is too high by."""
    return found.message.rpartition(": ")[2].removesuffix(" too high.")


RESERVATION = {"CommitmentDiscountId": "ri-1", "CommitmentDiscountType": "Reservation"}
ONCE = "One-Time"


def fee(
    before: str, billed: str, frequency: str = "Recurring", quantity: str = "", day: str = JULY_1, **more: str
) -> Charge:
    """Return a fee of a bill of AWS with discounts as columns."""
    own = {"x_LineItemType": "Fee", "x_UnblendedCost": before, "x_NetUnblendedCost": billed}
    return purchase(billed, frequency, day, CommitmentDiscountQuantity=quantity, **(own | more))


def used(effective: str, quantity: str = "", status: str = "Used", day: str = JULY_2, **more: str) -> Charge:
    return covered(effective, status, day, CommitmentDiscountQuantity=quantity, **more)


def test_a_savings_plan_whose_usage_is_before_the_discounts_of_its_fees_is_an_error(
    engine: Engine, commit: Commit
) -> None:
    (found,) = gross(engine, commit(fee("100", "90"), used("60", "60"), used("40", "40", "Unused")))
    assert (found.code, found.severity, found.source, found.billing_period) == ("FM1413", "error", "saas", "2026-07")
    assert (found.column, found.rows, found.amount, found.currency) == ("EffectiveCost", 2, None, "USD")
    assert (found.example, found.where) == ("plan-1", "a.csv, row 2")
    assert found.message == (
        "The EffectiveCost of what 1 Savings Plan covers is 100.00 USD, before discounts; after those of the fees it "
        "is 90.00: 10.00 too high."
    )


def test_an_unused_part_alone_may_be_before_discounts(engine: Engine, commit: Commit) -> None:
    (found,) = gross(engine, commit(fee("100", "90"), used("54", "60"), used("40", "40", "Unused")))
    assert (found.rows, too_high(found)) == (1, "4.00")
    held = [fee("100", "90", quantity="10", **RESERVATION), used("54", "6", **RESERVATION)]
    (found,) = gross(engine, commit(*held, used("40", "4", "Unused", **RESERVATION)))
    assert (found.rows, too_high(found)) == (1, "4.00")


def test_a_reservation_without_quantities_is_compared_with_the_fee_of_the_month(engine: Engine, commit: Commit) -> None:
    parts = used("60", **RESERVATION), used("40", "", "Unused", **RESERVATION)
    (found,) = gross(engine, commit(fee("100", "90", **RESERVATION), *parts))
    assert (found.rows, too_high(found), found.example) == (2, "10.00", "ri-1")
    assert found.message.startswith("The EffectiveCost of what 1 Reservation covers is 100.00 USD, before discounts")


@pytest.mark.parametrize(
    "recurring", [[], [fee("31", "27.9", quantity="31", **RESERVATION)]], ids=["all upfront", "partly upfront"]
)
def test_an_upfront_fee_of_another_month_tells_too(engine: Engine, commit: Commit, recurring: list[Charge]) -> None:
    upfront = fee("365", "328.5", ONCE, "365", day="2026-06-30", **RESERVATION)
    share = 31 * (1 + len(recurring))
    after = str(share * Decimal("0.9"))
    (found,) = gross(engine, commit(upfront, *recurring, used(str(share), "31", **RESERVATION)))
    assert (found.billing_period, too_high(found)) == ("2026-07", f"{share - Decimal(after):.2f}")
    assert gross(engine, commit(upfront, *recurring, used(after, "31", **RESERVATION))) == []


def test_kinds_currencies_and_months_are_told_apart(engine: Engine, commit: Commit) -> None:
    june, euros = "2026-06-05", {"BillingCurrency": "EUR", "BillingAccountId": "a2", "CommitmentDiscountId": "p2"}
    more = [
        fee("10", "9", **RESERVATION),
        used("10", **RESERVATION),
        fee("10", "8", **euros),
        used("10", "10", **euros),
    ]
    third = [fee("10", "9", CommitmentDiscountId="p3"), used("10", "10", CommitmentDiscountId="p3")]
    before = [fee("10", "7", day=june), used("10", "10", day=june)]
    found = gross(engine, commit(fee("100", "90"), used("100", "100"), *more, *third, *before))
    assert [(each.billing_period, each.example, each.currency, too_high(each)) for each in found] == [
        ("2026-06", "plan-1", "USD", "3.00"),
        ("2026-07", "ri-1", "USD", "1.00"),
        ("2026-07", "p2", "EUR", "2.00"),
        ("2026-07", "p3", "USD", "11.00"),
    ]
    assert found[-1].message.startswith("The EffectiveCost of what 2 Savings Plans cover is 110.00 USD")


@pytest.mark.parametrize(
    "charges",
    [
        (fee("100", "90"), used("54", "60"), used("36", "40", "Unused")),
        (fee("100", "100"), used("100", "100")),
        (fee("100", "90") | {"BilledCost": "100"}, used("100", "100")),
        (fee("100", ""), used("100", "100")),
        (fee("0.05", "0.045"), used("0.05", "0.05")),
        (fee("100", "90", ChargeClass="Correction"), used("100", "100")),
        (used("100", "100"),),
        (fee("100", "90", **RESERVATION), used("90", **RESERVATION)),
        (fee("100", "90", **RESERVATION), used("150", **RESERVATION)),
        (fee("100", "90", ONCE, **RESERVATION), used("8.33", "1", **RESERVATION)),
        (purchase("90"), used("100", "100")),
    ],
    ids=["after discounts", "no discount", "billed before discounts", "no net cost", "below a cent", "corrected",
         "no fee", "a reservation after discounts", "a share of an upfront fee of before", "upfront without quantity",
         "no bill of AWS"],
)  # fmt: skip
def test_commitments_after_discounts_or_that_prove_nothing_are_not_told(
    engine: Engine, commit: Commit, charges: tuple[Charge, ...]
) -> None:
    assert gross(engine, commit(*charges)) == []
