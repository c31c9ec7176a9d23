"""Azure's cost details to FOCUS: kinds of charges, the four costs, commitments, quantities."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from finmod.normalize.azure_services import UNITS
from tests.normalize.azure_bill import BASE, COVERED, IN_ACTUAL, ORDER, PLAN, PURCHASE, UNUSED, charge, mapped

COSTS = ("BilledCost", "EffectiveCost", "ContractedCost", "ListCost")
PLANNED = {**COVERED, "PricingModel": "SavingsPlan", "benefitId": PLAN, "benefitName": "SP-1", "PayGPrice": "0.75"}


def costs(found: dict[str, object]) -> tuple[object, ...]:
    return tuple(found[name] for name in COSTS)


def test_usage_on_demand_costs_what_it_is_billed(tmp_path: Path) -> None:
    assert costs(charge(tmp_path, {})) == (Decimal(12), Decimal(12), Decimal(12), Decimal(18))


def test_covered_usage_is_effective_and_not_billed(tmp_path: Path) -> None:
    found = mapped(
        tmp_path,
        [
            {**COVERED, "CostInBillingCurrency": "4.8", "EffectivePrice": "0.2"},
            {**PLANNED, "CostInBillingCurrency": "6"},
        ],
        "amortized",
    )

    assert [costs(row) for row in found] == [
        (Decimal(0), Decimal("4.8"), Decimal(12), None),
        (Decimal(0), Decimal(6), Decimal(12), Decimal(18)),
    ]
    assert [row["CommitmentDiscountStatus"] for row in found] == ["Used", "Used"]
    assert [row["PricingCategory"] for row in found] == ["Committed", "Committed"]


def test_the_purchase_of_a_commitment_is_billed_and_not_effective(tmp_path: Path) -> None:
    found = charge(tmp_path, PURCHASE, "actual")

    assert costs(found) == (Decimal("3.25"), Decimal(0), Decimal("3.25"), None)
    assert found["ChargeCategory"] == "Purchase"
    assert found["CommitmentDiscountStatus"] is None
    assert found["CommitmentDiscountQuantity"] == Decimal(8760)


@pytest.mark.parametrize("kind", ["Purchase", "Refund"])
def test_the_purchase_of_a_commitment_is_priced_as_agreed_and_not_committed(tmp_path: Path, kind: str) -> None:
    """FOCUS, PricingCategory: Committed is what an existing commitment covers, and not its purchase."""
    assert charge(tmp_path, {**PURCHASE, "ChargeType": kind}, "actual")["PricingCategory"] == "Standard"


@pytest.mark.parametrize(
    ("cost", "payg", "listed"),
    [("-4.5", "5", "-5"), ("-4.5", "-5", "-5"), ("4.5", "5", "5"), ("0", "5", "5"), ("-4.5", "0", "-18")],
)
def test_a_refund_gives_its_list_cost_back(tmp_path: Path, cost: str, payg: str, listed: str) -> None:
    base = {**BASE, "PaygCostInBillingCurrency": payg}

    assert charge(tmp_path, {"CostInBillingCurrency": cost}, base=base)["ListCost"] == Decimal(listed)


def test_the_refund_of_a_commitment_corrects_its_purchase(tmp_path: Path) -> None:
    refund = {**PURCHASE, "ChargeType": "Refund", "Quantity": "-1", "CostInBillingCurrency": "-3.25", "UnitPrice": "0"}

    found = charge(tmp_path, refund, "actual")

    assert costs(found) == (Decimal("-3.25"), Decimal(0), None, None)
    assert (found["ChargeCategory"], found["ChargeClass"]) == ("Purchase", "Correction")
    assert found["CommitmentDiscountId"] == ORDER


def test_a_refund_with_a_quantity_above_zero_lowers_every_cost(tmp_path: Path) -> None:
    refund = {"ChargeType": "Refund", "Quantity": "2", "CostInBillingCurrency": "-1", "Frequency": "OneTime"}

    found = charge(tmp_path, refund)
    assert costs(found) == (Decimal(-1), Decimal(-1), Decimal(-1), Decimal("-1.5"))
    assert found["PricingQuantity"] * found["ListUnitPrice"] == found["ListCost"]
    assert found["PricingQuantity"] * found["ContractedUnitPrice"] == found["ContractedCost"]


@pytest.mark.parametrize(
    ("said", "frequency"), [("UsageBased", "One-Time"), ("Recurring", "Recurring"), ("", "One-Time")]
)
def test_a_refund_is_no_purchase_by_usage(tmp_path: Path, said: str, frequency: str) -> None:
    refund = {"ChargeType": "Refund", "Quantity": "2", "CostInBillingCurrency": "-1", "Frequency": said}

    assert charge(tmp_path, refund)["ChargeFrequency"] == frequency


@pytest.mark.parametrize("quantity", ["1", "-1"])
def test_a_refund_takes_the_hours_of_its_purchase_back(tmp_path: Path, quantity: str) -> None:
    refund = {**PURCHASE, "ChargeType": "Refund", "Quantity": quantity, "CostInBillingCurrency": "-3.25"}

    found = mapped(tmp_path, [PURCHASE, refund], "actual")

    assert sum(row["CommitmentDiscountQuantity"] for row in found) == 0
    assert sum(row["PricingQuantity"] for row in found) == 0
    assert sum(row["ContractedCost"] for row in found) == 0


def test_a_refund_at_a_price_below_zero_keeps_its_quantity(tmp_path: Path) -> None:
    refund = {"ChargeType": "Refund", "Quantity": "2", "CostInBillingCurrency": "-1", "UnitPrice": "-0.5"}

    found = charge(tmp_path, refund)

    assert (found["PricingQuantity"], found["ContractedCost"]) == (Decimal(2), Decimal(-1))


def test_what_a_commitment_leaves_unused_is_effective_usage(tmp_path: Path) -> None:
    plan = {**PLANNED, "ChargeType": "UnusedSavingsPlan", "CostInBillingCurrency": "0.7", "Quantity": "0.7"}

    found = mapped(tmp_path, [UNUSED, plan], "amortized")

    assert [costs(row) for row in found] == [
        (Decimal(0), Decimal("0.4"), None, None),
        (Decimal(0), Decimal("0.7"), None, None),
    ]
    assert {row["ChargeCategory"] for row in found} == {"Usage"}
    assert {row["CommitmentDiscountStatus"] for row in found} == {"Unused"}
    assert [row["CommitmentDiscountType"] for row in found] == ["Reservation", "Savings Plan"]
    assert [row["CommitmentDiscountUnit"] for row in found] == ["Hours", "USD"]
    assert [(row["SkuId"], row["SkuMeter"]) for row in found] == [("f31064a2", "B1s")] * 2


def test_of_an_actual_half_only_purchases_of_commitments_are_charges(tmp_path: Path) -> None:
    found = mapped(tmp_path, [{}, PURCHASE, IN_ACTUAL, {"ChargeType": "Purchase", "Frequency": "Recurring"}], "actual")

    assert [row["BilledCost"] for row in found] == [Decimal("3.25")]


def test_purchases_of_commitments_in_an_amortized_half_are_left_out(tmp_path: Path) -> None:
    found = mapped(tmp_path, [{}, PURCHASE, {"ChargeType": "Purchase", "Frequency": "Recurring"}], "amortized")

    assert [row["BilledCost"] for row in found] == [Decimal(12), Decimal(12)]


def test_the_effective_cost_of_covered_usage_in_actual_cost_is_unknown(tmp_path: Path) -> None:
    assert costs(charge(tmp_path, IN_ACTUAL)) == (Decimal(0), None, Decimal(12), None)


@pytest.mark.parametrize(
    ("kind", "category", "effective"),
    [
        ("Usage", "Usage", 12),
        ("usage", "Usage", 12),
        ("Purchase", "Purchase", 12),
        ("Tax", "Tax", 12),
        ("Credit", "Credit", 12),
        ("RoundingAdjustment", "Adjustment", 12),
        ("Mystery", "Adjustment", 12),
        ("", "Adjustment", 12),
    ],
)
def test_every_charge_type_has_a_category_and_keeps_its_cost(
    tmp_path: Path, kind: str, category: str, effective: int
) -> None:
    found = charge(tmp_path, {"ChargeType": kind})

    assert (found["ChargeCategory"], found["EffectiveCost"]) == (category, Decimal(effective))


@pytest.mark.parametrize("kind", ["Tax", "RoundingAdjustment", "Credit"])
def test_charges_without_a_price_are_listed_as_they_are_billed(tmp_path: Path, kind: str) -> None:
    found = charge(tmp_path, {"ChargeType": kind, "CostInBillingCurrency": "-0.01", "UnitPrice": "0", "PayGPrice": "0"})

    assert costs(found) == (Decimal("-0.01"),) * 4
    assert (found["PricingQuantity"], found["PricingUnit"], found["ListUnitPrice"], found["SkuId"]) == (None,) * 4


def test_a_price_of_zero_beside_a_cost_is_unknown_and_no_negative_saving(tmp_path: Path) -> None:
    found = charge(tmp_path, {"UnitPrice": "0", "PayGPrice": "0"})

    assert (found["ContractedCost"], found["ListCost"]) == (None, None)
    assert (found["ContractedUnitPrice"], found["ListUnitPrice"]) == (None, None)


def test_a_list_price_of_zero_beside_a_negotiated_one_is_unknown(tmp_path: Path) -> None:
    """Usage that a free amount covers costs nothing, and yet its list price is not below its own."""
    found = charge(tmp_path, {"PayGPrice": "0", "CostInBillingCurrency": "0", "EffectivePrice": "0"})

    assert costs(found) == (Decimal(0), Decimal(0), Decimal(12), None)
    assert (found["ListUnitPrice"], found["PricingCurrencyListUnitPrice"]) == (None, None)
    assert found["ContractedUnitPrice"] == found["PricingCurrencyContractedUnitPrice"] == Decimal("0.5")


def test_what_a_plan_covers_in_actual_cost_consumes_an_unknown_part_of_it(tmp_path: Path) -> None:
    covered = {**PLANNED, "CostInBillingCurrency": "0", "EffectivePrice": "0"}

    assert charge(tmp_path, covered)["CommitmentDiscountQuantity"] is None
    assert charge(tmp_path, {**covered, "CostInBillingCurrency": "6"})["CommitmentDiscountQuantity"] == Decimal(6)


def test_what_is_free_has_a_list_cost_of_zero(tmp_path: Path) -> None:
    free = {"UnitPrice": "0", "PayGPrice": "0", "CostInBillingCurrency": "0", "EffectivePrice": "0"}

    assert costs(charge(tmp_path, free)) == (Decimal(0),) * 4


def test_a_missing_unit_price_is_unknown(tmp_path: Path) -> None:
    base = {name: value for name, value in BASE.items() if name not in ("UnitPrice", "PayGPrice")}

    assert costs(charge(tmp_path, {}, base=base)) == (Decimal(12), Decimal(12), None, None)


def test_a_product_that_money_cannot_hold_is_unknown(tmp_path: Path) -> None:
    found = charge(tmp_path, {"Quantity": "900000000000000", "UnitPrice": "900000000000"})

    assert (found["BilledCost"], found["ContractedCost"]) == (Decimal(12), None)


def test_prices_in_another_currency_become_the_billing_currency(tmp_path: Path) -> None:
    row = {
        "pricingCurrency": "EUR",
        "exchangeRatePricingToBilling": "1.25",
        "costInPricingCurrency": "9.6",
        "paygCostInBillingCurrency": "",
        "UnitPrice": "0.4",
        "PayGPrice": "0.5",
    }

    found = charge(tmp_path, row)

    assert costs(found) == (Decimal(12), Decimal(12), Decimal(12), Decimal(15))
    assert (found["BillingCurrency"], found["PricingCurrency"]) == ("USD", "EUR")
    assert (found["ListUnitPrice"], found["PricingCurrencyListUnitPrice"]) == (Decimal("0.625"), Decimal("0.5"))
    assert found["PricingCurrencyEffectiveCost"] == Decimal("9.6")
    assert found["x_BillingExchangeRate"] == "1.25"


def test_without_an_exchange_rate_a_foreign_price_is_unknown(tmp_path: Path) -> None:
    found = charge(tmp_path, {"pricingCurrency": "EUR", "exchangeRatePricingToBilling": ""})

    assert costs(found) == (Decimal(12), Decimal(12), None, None)


def test_microsofts_own_list_cost_goes_before_ours(tmp_path: Path) -> None:
    assert charge(tmp_path, {"paygCostInBillingCurrency": "17.99"})["ListCost"] == Decimal("17.99")
    assert charge(tmp_path, {"paygCostInBillingCurrency": "0"})["ListCost"] == Decimal(18)


@pytest.mark.parametrize(
    ("model", "meter", "category"),
    [
        ("OnDemand", "B1s", "Standard"),
        ("On Demand", "B1s", "Standard"),
        ("Spot", "B1s Spot", "Dynamic"),
        ("", "D4s v5 Spot", "Dynamic"),
        ("", "B1s", "Standard"),
        ("Barter", "B1s", "Other"),
    ],
)
def test_the_pricing_model_tells_the_pricing_category(tmp_path: Path, model: str, meter: str, category: str) -> None:
    assert charge(tmp_path, {"PricingModel": model, "MeterName": meter})["PricingCategory"] == category


def test_old_files_tell_covered_usage_by_its_reservation(tmp_path: Path) -> None:
    old = {"PricingModel": "", "ReservationId": "4f18e7c9", "CostInBillingCurrency": "0"}

    found = charge(tmp_path, old)

    assert (found["CommitmentDiscountId"], found["CommitmentDiscountType"]) == ("4f18e7c9", "Reservation")
    assert (found["BilledCost"], found["EffectiveCost"]) == (Decimal(0), None)


def test_an_on_demand_row_is_of_no_commitment_even_if_it_names_one(tmp_path: Path) -> None:
    found = charge(tmp_path, {"benefitId": ORDER, "ReservationId": "4f18e7c9"})

    assert (found["CommitmentDiscountId"], found["BilledCost"]) == (None, Decimal(12))


def test_hours_of_a_flexible_reservation_count_by_their_ratio(tmp_path: Path) -> None:
    row = {**COVERED, "Quantity": "8", "AdditionalInfo": '{"VCPUs": 2, "RINormalizationRatio": 2.0}'}

    assert charge(tmp_path, row, "amortized")["CommitmentDiscountQuantity"] == Decimal(16)


def test_a_monthly_purchase_does_not_say_how_much_it_commits(tmp_path: Path) -> None:
    found = charge(tmp_path, {**PURCHASE, "Frequency": "Recurring"}, "actual")

    assert (found["CommitmentDiscountQuantity"], found["CommitmentDiscountUnit"]) == (None, None)


@pytest.mark.parametrize(
    ("unit", "written"),
    [
        ("1 Hour", "Hours"),
        ("10 Hours", "10 Hours"),
        ("1 GB/Month", "GB-Months"),
        ("10K", "10000 Units"),
        ("1/Month", "Units/Month"),
        ("1 /Month", "Units/Month"),
        ("100 Hours", "100 Hours"),
        ("7 Odd Things", "7 Odd Things"),
        ("", "Units"),
        ("Unassigned", "Units"),
    ],
)
def test_units_are_written_as_focus_writes_them(tmp_path: Path, unit: str, written: str) -> None:
    found = charge(tmp_path, {"UnitOfMeasure": unit})

    assert (found["PricingUnit"], found["ConsumedUnit"]) == (written, written)
    assert (found["PricingQuantity"], found["ConsumedQuantity"]) == (Decimal(24), Decimal(24))


def test_every_unit_of_the_table_has_a_block_that_fits() -> None:
    assert {UNITS[f"{block} Hours"] for block in ("1", "10", "100", "1000")} == {
        "Hours",
        "10 Hours",
        "100 Hours",
        "1000 Hours",
    }
