"""Actual and amortized cost of Azure side by side: one bill, and it ties."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.settings.project import Project
from tests.journeys.bills import new_project
from tests.normalize.azure_bill import (
    BASE,
    COVERED,
    IN_ACTUAL,
    PURCHASE,
    UNUSED,
    charges,
    codes,
    load,
    load_alone,
    load_pair,
    write,
)

AMORTIZED = [{}, {**COVERED, "CostInBillingCurrency": "2.85", "EffectivePrice": "0.11875"}, UNUSED]
ACTUAL = [{}, IN_ACTUAL, PURCHASE]
OCTOBER = {"BillingPeriodStartDate": "10/01/2026", "BillingPeriodEndDate": "10/31/2026", "Date": "10/02/2026"}


COMMITMENT_COLUMNS = ("PricingModel", "ReservationId", "benefitId", "benefitName")


def without(rows: list[dict[str, str]], *names: str) -> list[dict[str, str]]:
    return [{name: value for name, value in {**BASE, **row}.items() if name not in names} for row in rows]


def october(*rows: dict[str, str]) -> list[dict[str, str]]:
    return [{**row, **OCTOBER} for row in rows]


def sums(project: Project) -> tuple[object, ...]:
    """Return BilledCost, EffectiveCost and the number of charges."""
    return tuple(charges(project, "SELECT sum(BilledCost), sum(EffectiveCost), count(*) FROM charges")[0].values())


def test_a_pair_is_billed_as_actual_and_effective_as_amortized(tmp_path: Path) -> None:
    project = load_pair(tmp_path, ACTUAL, AMORTIZED)

    assert sums(project) == (Decimal("15.25"), Decimal("15.25"), 4)
    assert not codes(project) & {"FM1257", "FM1258", "FM1260", "FM1261", "FM1290"}


@pytest.mark.parametrize(
    ("lacking", "told"),
    [
        (("ChargeType",), "ChargeType"),
        (("PricingModel",), "PricingModel"),
        (("ChargeType", "PricingModel"), "ChargeType and no column PricingModel"),
        (("PricingModel", "ReservationId", "benefitId"), "PricingModel"),
    ],
)
def test_a_half_without_a_column_that_tells_commitments_is_refused(
    tmp_path: Path, lacking: tuple[str, ...], told: str
) -> None:
    halves = {
        "actual": write(tmp_path / "actual.csv", without(ACTUAL, *lacking), {}),
        "amortized": write(tmp_path / "amortized.csv", without(AMORTIZED, *lacking), {}),
    }

    with pytest.raises(UserError) as caught:
        load(new_project(tmp_path / "project"), **{role: [str(path)] for role, path in halves.items()})

    assert f"actual.csv:1: the file has no column {told};" in str(caught.value)
    assert "FM1124" in str(caught.value)


@pytest.mark.parametrize("lacking", [("ChargeType", *COMMITMENT_COLUMNS), ("PricingModel", "benefitId", "benefitName")])
def test_a_pair_without_commitments_or_of_before_pricing_models_needs_no_such_column(
    tmp_path: Path, lacking: tuple[str, ...]
) -> None:
    halves = [write(tmp_path / f"{role}.csv", without([{}], *lacking), {}) for role in ("actual", "amortized")]
    project = new_project(tmp_path / "project")

    load(project, actual=[str(halves[0])], amortized=[str(halves[1])])

    assert sums(project) == (Decimal(12), Decimal(12), 1)


WITHOUT_PRICE = {
    "Quantity": "",
    "UnitPrice": "",
    "PayGPrice": "",
    "PricingModel": "",
    "MeterCategory": "",
    "MeterId": "",
}
OFFER = {"PublisherType": "Marketplace", "PublisherName": "Contoso", "UnitPrice": "0", "PayGPrice": "0"}
PLAN_USE = {"PricingModel": "SavingsPlan", "benefitId": "plan-1"}
IN_BOTH: list[dict[str, str]] = [
    {},
    {"PricingModel": "Spot", "CostInBillingCurrency": "2.4"},
    {**WITHOUT_PRICE, "ChargeType": "RoundingAdjustment", "CostInBillingCurrency": "-0.005"},
    {**WITHOUT_PRICE, "ChargeType": "Tax", "CostInBillingCurrency": "1.9"},
    {**WITHOUT_PRICE, "ChargeType": "Credit", "CostInBillingCurrency": "-1"},
    {**OFFER, "ChargeType": "Purchase", "Frequency": "Recurring", "CostInBillingCurrency": "100"},
    {**OFFER, "CostInBillingCurrency": "3.3333333333333"},
    {"ChargeType": "Refund", "CostInBillingCurrency": "-4", "Quantity": "8"},
    {"ChargeType": "Mystery", "CostInBillingCurrency": "7"},
]
# What stands in the actual half alone: purchases, a monthly one, and the refund of what an earlier month bought.
BOUGHT = [
    PURCHASE,
    {**PURCHASE, "Frequency": "Recurring", "Term": "36", "CostInBillingCurrency": "8", "benefitId": "monthly"},
    {**PURCHASE, "ChargeType": "Refund", "CostInBillingCurrency": "-50", "benefitId": "earlier"},
    {**PURCHASE, **PLAN_USE, "Frequency": "Recurring", "CostInBillingCurrency": "72"},
]
IN_AMORTIZED = [
    {**COVERED, "CostInBillingCurrency": "6.1"},
    {**PLAN_USE, "CostInBillingCurrency": "9.3"},
    UNUSED,
    {**PLAN_USE, "ChargeType": "UnusedSavingsPlan", "CostInBillingCurrency": "1.7", "ResourceId": ""},
]
CUSTOMER = {"billingProfileId": "BP-1", "pricingCurrency": "USD", "costInPricingCurrency": "", "invoiceId": "G001"}


@pytest.mark.parametrize("agreement", [{}, CUSTOMER], ids=["enterprise", "customer"])
def test_no_kind_of_charge_is_lost_or_counted_twice(tmp_path: Path, agreement: dict[str, str]) -> None:
    """BilledCost is the sum of the actual half, EffectiveCost that of the amortized one, of all kinds of charges."""
    covered = [{**row, "CostInBillingCurrency": "0"} for row in IN_AMORTIZED[:2]]
    actual = [{**agreement, **row} for row in (*IN_BOTH, *covered, *BOUGHT)]
    amortized = [{**agreement, **row} for row in (*IN_BOTH, *IN_AMORTIZED)]

    project = load_pair(tmp_path, actual, amortized)

    billed, effective = (
        sum(round(Decimal(row.get("CostInBillingCurrency", "12")), 12) for row in half) for half in (actual, amortized)
    )
    assert sums(project) == (billed, effective, len(IN_BOTH) + len(BOUGHT) + len(IN_AMORTIZED))
    assert not codes(project) & {"FM1257", "FM1259", "FM1260"}
    sql = "SELECT sum(BilledCost), sum(EffectiveCost) FROM charges WHERE CommitmentDiscountId IS NOT NULL"
    assert list(charges(project, sql)[0].values()) == [Decimal("33.25"), Decimal("17.5")]


def test_loading_the_same_pair_again_loads_nothing(tmp_path: Path) -> None:
    project = load_pair(tmp_path, ACTUAL, AMORTIZED)

    again = load(project, actual=[str(tmp_path / "actual.csv")], amortized=[str(tmp_path / "amortized.csv")])

    assert (again.periods, again.unchanged) == ((), 2)


def test_a_pair_that_does_not_tie_is_an_error_with_the_amount(tmp_path: Path) -> None:
    project = load_pair(tmp_path, [*ACTUAL, {"CostInBillingCurrency": "1.5"}], AMORTIZED)

    found = charges(project, "SELECT * FROM findings WHERE x_Code = 'FM1260'")

    assert [(row["x_Severity"], row["BilledCost"], row["BillingCurrency"]) for row in found] == [
        ("error", Decimal("-1.5"), "USD")
    ]
    assert found[0]["x_Message"] == "BilledCost of the pair is 15.25 USD, the actual half is 16.75: -1.5."


def test_a_difference_below_half_a_cent_is_information(tmp_path: Path) -> None:
    project = load_pair(tmp_path, [*ACTUAL, {"CostInBillingCurrency": "0.0049"}], AMORTIZED)

    assert [row["x_Severity"] for row in charges(project, "SELECT * FROM findings WHERE x_Code = 'FM1260'")] == ["info"]


def test_purchases_in_the_amortized_half_do_not_count_twice(tmp_path: Path) -> None:
    project = load_pair(tmp_path, ACTUAL, [*AMORTIZED, PURCHASE])

    assert sums(project) == (Decimal("15.25"), Decimal("15.25"), 4)
    assert codes(project) >= {"FM1290"}
    assert "FM1260" not in codes(project)


def test_halves_of_different_months_are_refused_by_month(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        load_pair(tmp_path, [*ACTUAL, *october(*ACTUAL)], [*AMORTIZED, *[{**row, **_august()} for row in AMORTIZED]])

    said = str(caught.value)
    assert "the actual cost of 2026-10 has no amortized twin" in said
    assert "the amortized cost of 2026-08 has no actual twin" in said
    assert "--accept FM1257" in said
    assert "actual.csv" in said


def _august() -> dict[str, str]:
    return {"BillingPeriodStartDate": "08/01/2026", "BillingPeriodEndDate": "08/31/2026", "Date": "08/02/2026"}


def test_halves_in_different_currencies_are_refused_by_row(tmp_path: Path) -> None:
    euro = {"BillingCurrencyCode": "EUR"}
    with pytest.raises(UserError) as refused:
        load_pair(tmp_path, [*ACTUAL, euro], AMORTIZED)
    with pytest.raises(UserError) as both:
        load_pair(tmp_path, [{}], [euro])

    assert str(refused.value.problems[0]) == (
        f"{tmp_path / 'actual.csv'}, row 4: the actual cost of 2026-09 is in EUR, the amortized cost in USD; expected "
        "the same currencies in both halves of a month.\n  Export both halves for the same scope. If the bill is "
        "right: --accept FM1127, or accept: [FM1127] in finmod.yaml. (FM1127, docs/errors.md)"
    )
    assert [problem.code for problem in both.value.problems] == ["FM1127", "FM1127"]


def test_accepted_halves_in_different_currencies_do_not_tie(tmp_path: Path) -> None:
    project = load_pair(tmp_path, [*ACTUAL, {"BillingCurrencyCode": "EUR"}], AMORTIZED, accept=["FM1127"])

    found = charges(project, "SELECT x_Code, x_Severity FROM findings WHERE x_Code IN ('FM1127', 'FM1260') ORDER BY 1")
    assert [tuple(row.values()) for row in found] == [("FM1127", "warning"), ("FM1260", "error")]


def test_a_commitment_bought_in_a_currency_of_its_own_is_a_charge(tmp_path: Path) -> None:
    """The amortized half has no purchases: a currency in which nothing else is billed cannot stand in it."""
    bought = {**PURCHASE, "BillingAccountId": "999", "BillingCurrencyCode": "EUR"}

    project = load_pair(tmp_path, [*ACTUAL, bought], AMORTIZED)

    found = charges(project, "SELECT BillingCurrency, sum(BilledCost) FROM charges GROUP BY 1 ORDER BY 1")
    assert [tuple(row.values()) for row in found] == [("EUR", Decimal("3.25")), ("USD", Decimal("15.25"))]


def test_an_accepted_month_of_actual_cost_is_billed_right_and_not_amortized(tmp_path: Path) -> None:
    project = load_pair(tmp_path, [*ACTUAL, *october(*ACTUAL)], AMORTIZED, accept=["FM1257"])

    by_month = charges(
        project,
        "SELECT x_BillingPeriod, sum(BilledCost) b, sum(EffectiveCost) e, count(*) n, "
        "count(*) FILTER (EffectiveCost IS NULL) u FROM charges GROUP BY 1 ORDER BY 1",
    )

    assert [tuple(row.values())[1:] for row in by_month] == [
        (Decimal("15.25"), Decimal("15.25"), 4, 0),
        (Decimal("15.25"), Decimal(12), 3, 1),
    ]
    assert codes(project) >= {"FM1257", "FM1311"}


def test_an_accepted_actual_half_alone_is_billed_right(tmp_path: Path) -> None:
    project = new_project(tmp_path / "project")
    half = write(tmp_path / "actual.csv", ACTUAL)

    with pytest.raises(UserError, match="the actual cost of 2026-09 has no amortized twin"):
        load(project, actual=[str(half)])
    load(project, actual=[str(half)], accept=["FM1257"])

    assert sums(project) == (Decimal("15.25"), Decimal(12), 3)


def test_an_accepted_amortized_half_alone_says_that_purchases_are_missing(tmp_path: Path) -> None:
    project = new_project(tmp_path / "project")
    half = write(tmp_path / "amortized.csv", AMORTIZED)

    load(project, amortized=[str(half)], accept=["FM1257"])

    assert sums(project) == (Decimal(12), Decimal("15.25"), 3)
    found = charges(project, "SELECT * FROM findings WHERE x_Code = 'FM1257'")
    assert [row["x_Severity"] for row in found] == ["error"]
    assert "BilledCost lacks the purchases of commitments" in found[0]["x_Message"]


def test_the_twin_that_comes_later_makes_the_pair_whole(tmp_path: Path) -> None:
    project = new_project(tmp_path / "project")
    actual, amortized = tmp_path / "actual.csv", tmp_path / "amortized.csv"
    load(project, actual=[str(write(actual, ACTUAL))], accept=["FM1257"])

    load(project, actual=[str(actual)], amortized=[str(write(amortized, AMORTIZED))], accept=["FM1257"])

    assert sums(project) == (Decimal("15.25"), Decimal("15.25"), 4)
    assert "FM1257" not in codes(project)


def test_a_file_alone_is_fine_without_commitments(tmp_path: Path) -> None:
    assert sums(load_alone(tmp_path, [{}, {"ChargeType": "Tax"}])) == (Decimal(24), Decimal(24), 2)


@pytest.mark.parametrize("row", [IN_ACTUAL, PURCHASE, UNUSED], ids=["covered", "purchase", "unused"])
def test_a_file_alone_with_a_commitment_is_refused(tmp_path: Path, row: dict[str, str]) -> None:
    with pytest.raises(UserError) as caught:
        load_alone(tmp_path, [{}, row])

    assert "bill.csv, row 2: 1 row of reservations or savings plans in a file that stands alone" in str(caught.value)
    assert "FM1257" in str(caught.value)


def test_an_accepted_file_alone_knows_what_it_can(tmp_path: Path) -> None:
    project = load_alone(tmp_path, ACTUAL, accept=["FM1257"])

    assert sums(project) == (Decimal("15.25"), Decimal(12), 3)
    assert "EffectiveCost of what commitments cover is unknown" in _message(project, "FM1257")


def _message(project: Project, code: str) -> str:
    rows = charges(project, f"SELECT * FROM findings WHERE x_Code = '{code}'")
    return " ".join(row["x_Message"] for row in rows)


def test_an_accepted_amortized_file_alone_says_what_is_missing(tmp_path: Path) -> None:
    project = load_alone(tmp_path, AMORTIZED, accept=["FM1257"])

    assert sums(project) == (Decimal(12), Decimal("15.25"), 3)
    assert "BilledCost lacks the purchases of commitments" in _message(project, "FM1257")


def test_unknown_charge_types_are_kept_and_told(tmp_path: Path) -> None:
    rows = [{}, {"ChargeType": "Mystery"}, {"ChargeType": ""}, {"ChargeType": "\x1b[31mred"}]

    project = load_alone(tmp_path, rows)

    assert sums(project) == (Decimal(48), Decimal(48), 4)
    message = _message(project, "FM1258")
    assert "3 charges of unknown charge type" in message
    assert "'Mystery'" in message
    assert "\x1b" not in message


def test_broken_tags_are_told_with_their_row(tmp_path: Path) -> None:
    project = load_alone(tmp_path, [{"Tags": '"env": "prod"'}, {"Tags": '"env": "pr'}])

    found = charges(project, "SELECT * FROM findings WHERE x_Code = 'FM1261'")

    assert [(row["x_Charges"], row["x_Where"].endswith("bill.csv, row 2")) for row in found] == [(1, True)]


def test_parquet_halves_are_read_as_csv_halves(tmp_path: Path) -> None:
    from finmod.engines.duckdb import Engine  # noqa: PLC0415 -- this test alone writes Parquet

    for role, rows in (("actual", ACTUAL), ("amortized", AMORTIZED)):
        path = write(tmp_path / f"{role}.csv", rows)
        with Engine() as engine:
            engine.run(f"COPY (SELECT * FROM read_csv('{path}')) TO '{path.with_suffix('.parquet')}' (FORMAT parquet)")
    project = new_project(tmp_path / "project")

    load(project, actual=[str(tmp_path / "actual.parquet")], amortized=[str(tmp_path / "amortized.parquet")])

    assert sums(project) == (Decimal("15.25"), Decimal("15.25"), 4)
