"""Commitments over their terms: effective equals billed where the term lies wholly inside the loaded months."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.ledger.commitment_terms import CommitmentTerm, commitment_terms, unequal_terms
from finmod.ledger.invoice_sides import ChargeFiles
from finmod.ledger.ledger import Ledger
from finmod.ledger.quality import missing_days
from tests.books import month
from tests.ledger.conftest import Make
from tests.ledger.invoicing import Bench, Charge


@pytest.fixture
def bench(engine: Engine, ledger: Ledger, period: Make, tmp_path: Path) -> Bench:
    return Bench(engine, ledger, period, tmp_path)


def day(number: int, when: int, **more: str) -> Charge:
    """Return a charge of a day."""
    start, end = f"2026-{number:02}-{when:02}T00:00:00Z", f"2026-{number:02}-{when:02}T23:00:00Z"
    return month(number, more.pop("BilledCost", "0"), ChargePeriodStart=start, ChargePeriodEnd=end, **more)


def used(number: int, when: int, cost: str, status: str = "Used") -> Charge:
    more = {"CommitmentDiscountId": "c1", "CommitmentDiscountStatus": status}
    return day(number, when, EffectiveCost=cost, **more)


def fee(number: int, when: int, cost: str) -> Charge:
    more = {"ChargeCategory": "Purchase", "ChargeFrequency": "Recurring", "CommitmentDiscountId": "c1"}
    return day(number, when, BilledCost=cost, EffectiveCost="0", **more)


def upfront(cost: str, begins: str, ends: str, **more: str) -> Charge:
    stated = {"ChargePeriodStart": f"{begins}T00:00:00Z", "ChargePeriodEnd": f"{ends}T00:00:00Z"}
    kind = {"ChargeCategory": "Purchase", "ChargeFrequency": "One-Time", "CommitmentDiscountId": "c1"}
    return {**month(int(begins[5:7]), cost, EffectiveCost="0", **kind), **stated, **more}


def only(bench: Bench, *charges: Charge) -> CommitmentTerm:
    bench.load(*charges)
    (term,) = commitment_terms(bench.engine, bench.files())
    return term


def others(*days: tuple[int, int]) -> list[Charge]:
    """Return charges that no commitment covers: they tell what is loaded."""
    return [day(number, when, BilledCost="1", EffectiveCost="1") for number, when in days]


INSIDE = others((2, 1), (3, 1), (4, 1), (4, 30))


def test_a_term_that_the_purchase_states_is_compared_where_it_is_wholly_loaded(bench: Bench) -> None:
    parts = [used(2, 3, "4"), used(3, 3, "5"), used(4, 3, "2", "Unused"), fee(3, 1, "1")]
    term = only(bench, upfront("10", "2026-02-01", "2026-05-01"), *parts, *INSIDE)
    assert (term.rule, f"{term.begins} {term.ends}") == ("stated", "2026-02-01 2026-05-01")
    assert [term.upfront, term.recurring, term.used, term.unused] == [10, 1, 9, 2]
    assert [term.billed, term.effective, term.difference] == [11, 11, 0]
    assert term.holds
    assert unequal_terms([term]) == []


def test_a_fee_that_keeps_its_effective_cost_counts_as_used(bench: Bench) -> None:
    """Google takes the cost from the usage by credits and leaves it on the fee."""
    kept = {**fee(3, 1, "1"), "EffectiveCost": "1"}
    term = only(bench, upfront("10", "2026-02-01", "2026-05-01", EffectiveCost="10"), kept, *INSIDE)
    assert [term.billed, term.effective, term.difference] == [11, 11, 0]


@pytest.mark.parametrize(
    ("begins", "ends", "rest"),
    [("2026-02-01", "2026-06-01", INSIDE), ("2026-02-01", "2026-05-01", [*INSIDE[:1], *INSIDE[2:]])],
    ids=["it ends later", "a month is not loaded"],
)
def test_a_term_that_is_not_wholly_loaded_proves_nothing(
    bench: Bench, begins: str, ends: str, rest: list[Charge]
) -> None:
    term = only(bench, upfront("10", begins, ends), used(2, 3, "1"), *rest)
    assert (term.rule, term.holds) == ("beyond", True)


def test_effective_cost_that_is_not_what_was_billed_is_an_error_where_the_term_is_stated(bench: Bench) -> None:
    term = only(bench, upfront("10", "2026-02-01", "2026-05-01"), used(3, 3, "9"), *INSIDE)
    (found,) = unequal_terms([term])
    assert (found.code, found.severity, found.amount, found.currency) == ("FM1415", "error", Decimal(10), "USD")
    assert found.message == (
        "Over the term 2026-02-01 to 2026-05-01, as its purchase states, the commitment was billed 10.00 USD and its "
        "effective cost is 9.00: -1.00."
    )
    assert (found.where, found.example) == ("a.csv, row 1", "c1")


def test_a_term_that_the_bill_does_not_state_is_inferred_from_monthly_fees(bench: Bench) -> None:
    fees = [fee(number, 2, "5") for number in (2, 3, 4)]
    term = only(bench, *fees, used(2, 3, "7"), used(4, 29, "7"), *INSIDE)
    assert (term.rule, f"{term.begins} {term.ends}", term.difference) == (
        "inferred",
        "2026-02-02 2026-04-30",
        Decimal(-1),
    )
    (found,) = unequal_terms([term])
    assert (found.severity, "from its first to its last charge" in found.message) == ("warning", True)


@pytest.mark.parametrize(
    "charges",
    [
        [fee(2, 1, "5"), fee(3, 1, "5"), used(3, 3, "5")],
        [fee(2, 2, "5"), fee(3, 1, "5"), fee(4, 1, "5"), used(4, 30, "5")],
        [fee(2, 2, "5"), fee(4, 1, "5"), used(4, 2, "5")],
    ],
    ids=["from the first loaded day", "to the last loaded day", "a month without a fee"],
)
def test_a_term_that_may_have_begun_earlier_or_go_on_is_not_inferred(bench: Bench, charges: list[Charge]) -> None:
    assert only(bench, *charges, *INSIDE).rule == "beyond"


def test_a_term_that_a_purchase_of_a_day_states_in_months_is_compared(bench: Bench) -> None:
    """Azure bills a reservation on the day of its purchase; the day after its last one has its last hours."""
    term = only(bench, upfront("10", "2026-02-01", "2026-02-02", x_SkuTerm="2"), used(3, 3, "4"), *INSIDE)
    assert (term.rule, f"{term.begins} {term.ends}") == ("stated", "2026-02-01 2026-04-01")
    assert term.difference == -6
    (found,) = unequal_terms([term])
    assert (found.code, found.severity) == ("FM1415", "error")


@pytest.mark.parametrize("months", ["3", "1", "", "P1Y"])
def test_months_that_are_not_loaded_or_state_no_term_prove_nothing(bench: Bench, months: str) -> None:
    term = only(bench, upfront("10", "2026-02-01", "2026-02-02", x_SkuTerm=months), used(3, 3, "4"), *INSIDE)
    assert (term.rule, term.holds) == ("beyond", True)


def test_a_term_lasts_as_long_as_its_last_fee(bench: Bench) -> None:
    fees = [{**fee(number, 2, "5"), "ChargePeriodEnd": f"2026-{number + 1:02}-01T00:00:00Z"} for number in (2, 3, 4)]
    term = only(bench, *fees, used(2, 3, "7"), *INSIDE)
    assert (term.rule, term.ends.isoformat()) == ("beyond", "2026-05-01")


def test_a_cost_that_is_unknown_is_told_and_not_taken_for_nothing(bench: Bench) -> None:
    term = only(bench, upfront("10", "2026-02-01", "2026-05-01"), used(3, 3, ""), *INSIDE)
    assert (term.unknown, term.difference, term.holds) == (1, None, False)
    assert "1 charge of unknown cost cannot be counted" in unequal_terms([term])[0].message


def test_rounding_of_the_supplier_is_no_difference(bench: Bench) -> None:
    term = only(bench, upfront("10", "2026-02-01", "2026-05-01"), used(3, 3, "9.9999"), *INSIDE)
    assert (term.difference, term.holds) == (Decimal("-0.0001"), True)


def test_an_empty_ledger_has_no_commitments(engine: Engine) -> None:
    assert commitment_terms(engine, ChargeFiles([], [], [])) == []


def test_true_ups_of_a_closed_month_are_a_part_of_its_bill(bench: Bench) -> None:
    term = only(bench, upfront("10", "2026-02-01", "2026-05-01"), used(3, 3, "9"), *INSIDE)
    assert term.difference == -1
    bench.restate(date(2026, 3, 1), date(2026, 5, 1), used(3, 3, "9.5"), used(3, 4, "0.5", "Unused"), *INSIDE[1:2])
    (term,) = commitment_terms(bench.engine, bench.files())
    assert [term.used, term.unused, term.difference, term.rule] == [Decimal("9.5"), Decimal("0.5"), 0, "stated"]


def test_a_day_that_a_restated_bill_brings_is_not_missing(bench: Bench) -> None:
    days = [day(3, number, BilledCost="1") for number in range(1, 31)]
    bench.load(*days[:11], *days[12:])
    assert [item.example for item in missing_days(bench.engine, bench.files())] == ["2026-03-12"]
    bench.restate(date(2026, 3, 1), date(2026, 4, 1), *days)
    assert missing_days(bench.engine, bench.files()) == []


@pytest.mark.parametrize(("sku", "effective"), [("fee", 10), ("vm", 14)])
def test_the_offset_of_a_fee_is_of_its_sku_and_lowers_what_the_fee_keeps(
    bench: Bench, sku: str, effective: int
) -> None:
    kind = {"CommitmentDiscountType": "Spend-based CUD", "CommitmentDiscountId": "c1"}
    back = {**kind, "ChargeCategory": "Adjustment", "SkuId": sku}
    charges = [
        {**fee(3, 2, "10"), **kind, "SkuId": "fee", "EffectiveCost": "10"},
        day(3, 2, BilledCost="-4", EffectiveCost="-4", **back),
        {**used(3, 3, "4"), **kind, "BilledCost": "4", "SkuId": "vm"},
    ]

    term = only(bench, *INSIDE, *charges)

    assert term.effective == effective
    assert term.holds is (sku == "fee")
