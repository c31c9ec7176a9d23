"""Real and foreign-made bills: what is in the file is in the ledger, to the last digit.

The files stand beside the project, in ../shared/data, and are no part of it. Expected totals are exact sums of the
files' text after rounding each value to 12 places.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finmod.errors import UserError
from finmod.settings.project import Project
from finmod.terms.money import known_sum
from tests.journeys.bills import ABSENT, DATA, assert_ledger_is_sound, cells, load, new_project, rows, total

pytestmark = [pytest.mark.journey, pytest.mark.skipif(not DATA.is_dir(), reason=ABSENT)]

_SPEC = "spec_examples/"
_FLEXIBILITY = _SPEC + "commitment_discount_flexibility__"
_SCENARIOS = _SPEC + "commitment_discount_scenarios__commitment_discount_"
_SAAS = _SPEC + "saas_examples__spend_agreements__saas_spend_agreements_"
_CORRECTION = _SPEC + "correction__closed-billing-period__scenario_1_partial_reallocation_"
SAVINGS_PLAN = _SPEC + "commitment_draft__aws_savings_plan_all_upfront_50pct.csv"

# The specification's excerpts leave the currency out.
_USD = {"constants": {"BillingCurrency": "USD"}}
# They end a period at 2023-02-01T30:00:00Z.
_HOUR_30 = {"unreadable_as_null": ["ChargePeriodEnd"]}
_MDY = {"date_order": "mdy"}
_AZURE_PAIR = ("azure/azure_ea_actual_small.csv", "azure/azure_ea_amortized_small.csv")
_MIXED_LINE_ENDS = "azure/koku_camel_azure_version_2.csv"
_HEADER_ALONE = "azure/opencost_azure_header_bom.csv"


@dataclass(frozen=True)
class Bill:
    """A file, what must be said to load it, and what it holds."""

    file: str
    charges: int
    billed_cost: str
    format: str = "focus"
    column: str = "BilledCost"
    wishes: dict[str, Any] = field(default_factory=dict)
    errors: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """Where the file is."""
        return DATA / self.file

    @property
    def source(self) -> str:
        """A name for its source: that of the file, as far as a source may have it."""
        return "".join(sign if sign.isalnum() else "_" for sign in self.path.name.split(".")[0].lower())[-60:].strip(
            "_"
        )


def _excerpt(file: str, charges: int, billed_cost: str, **wishes: Any) -> Bill:  # noqa: ANN401 -- as Bill.wishes
    """Return an example whose file is an excerpt: it has no BillingAccountId, which is an error and is told."""
    return Bill(file, charges, billed_cost, wishes={**_USD, **wishes}, errors=("FM1300",))


def _table(amount: str, day: str, **columns: str) -> dict[str, Any]:
    """Return what must be said of a table: which columns hold amount and day, and others."""
    named = {"BilledCost": amount, "ChargePeriodStart": day, **columns}
    return {"columns": named, "constants": {"BillingCurrency": "USD", "BillingAccountId": "acme"}}


_USAGE = _table("cost", "usage_date", SkuId="sku", ResourceId="instance_id")
_DISCOUNTS = _table("discount", "usage_date", ChargeDescription="discount_type")
_COMMITMENTS = _table("cost", "commitment_date", CommitmentDiscountId="commitment_id")
_LEGACY: dict[str, Any] = {"format": "aws-cur", "column": "lineItem/UnblendedCost"}
_ATHENA: dict[str, Any] = {"format": "aws-cur", "column": "line_item_unblended_cost"}


def _azure(file: str, charges: int, billed_cost: str, column: str, **wishes: Any) -> Iterator[Bill]:  # noqa: ANN401 -- as Bill.wishes
    """Yield a file of Azure's cost details that stands alone."""
    errors = wishes.pop("errors", ())
    yield Bill(f"azure/{file}", charges, billed_cost, "azure-cost", column, wishes, errors)


BILLS = (
    Bill("focus/focus_sample_1000_focus1.0.csv", 1000, "20.52022672899"),
    Bill("aws/aws_cur_legacy_anonymised_2023-11.csv", 1281, "1.68230869740", **_LEGACY),
    Bill("aws/nise_cur_legacy_2026-09_20k.csv.gz", 19999, "140.331580072239", **_LEGACY),
    Bill("aws/nise_aws_marketplace_2026-09.csv.gz", 696, "4129.027508132712", **_LEGACY),
    Bill("aws/koku_2023-06-01.csv", 3, "30", **_LEGACY),
    Bill("aws/koku_2023-06-01-not-final.csv", 3, "30", **_LEGACY),
    Bill("aws/koku_2022-07-01-alt-columns.csv", 2, "0", **_ATHENA),
    Bill("aws/koku_test_cur.csv", 19, "0.082749984125", **_LEGACY, wishes={"accept": ["FM1116"]}),
    _excerpt(
        _FLEXIBILITY + "one_hundred_percent_utilization_with_commitment_discount_flexibility_with_1_resource.csv",
        3,
        "2.75",
    ),
    _excerpt(
        _FLEXIBILITY + "one_hundred_percent_utilization_with_commitment_discount_flexibility_with_2_resources.csv",
        3,
        "2",
    ),
    _excerpt(_FLEXIBILITY + "one_hundred_percent_utilization_without_commitment_discount_flexibility.csv", 2, "1.5"),
    _excerpt(_FLEXIBILITY + "zero_percent_utilization_without_commitment_discount_flexibility.csv", 3, "3.5"),
    _excerpt(_SCENARIOS + "purchase_scenario_1.csv", 1, "8760"),
    _excerpt(_SCENARIOS + "purchase_scenario_2.csv", 3, "3", **_HOUR_30),
    _excerpt(_SCENARIOS + "purchase_scenario_3.csv", 4, "4381.5", **_HOUR_30),
    _excerpt(_SCENARIOS + "usage_scenario_1.csv", 1, "0"),
    _excerpt(_SCENARIOS + "usage_scenario_2.csv", 1, "0"),
    _excerpt(_SCENARIOS + "usage_scenario_3.csv", 2, "0"),
    _excerpt(_SCENARIOS + "usage_scenario_4.csv", 2, "0.5"),
    Bill(SAVINGS_PLAN, 28, "693015.12", wishes=_USD),
    _excerpt(_CORRECTION + "original.csv", 1, "1500"),
    _excerpt(_CORRECTION + "delta.csv", 2, "0"),
    _excerpt(_CORRECTION + "ledger.csv", 3, "0"),
    Bill(_SAAS + "a1.csv", 4, "1200", wishes=_MDY),
    Bill(_SAAS + "a2.csv", 13, "1200", wishes=_MDY),
    Bill(_SAAS + "b1.csv", 5, "1200", wishes=_MDY),
    Bill(_SAAS + "b2.csv", 14, "1200", wishes=_MDY),
    Bill("oci/oci_cost_2023-11.csv", 506, "2.523589325430", format="oci-cost", column="cost/myCost"),
    Bill(
        "saas/cloudzero_cbf.csv",
        6,
        "105.3",
        format="cloudzero-cbf",
        column="cost/cost",
        wishes={"constants": {"BillingCurrency": "USD", "BillingAccountId": "acme"}},
    ),
    Bill("saas/cloudzero_usage.csv", 3, "47.3", format="table", column="cost", wishes=_USAGE),
    Bill("saas/cloudzero_discounts.csv", 2, "-32", format="table", column="discount", wishes=_DISCOUNTS),
    Bill("saas/cloudzero_commitments.csv", 1, "90", format="table", column="cost", wishes=_COMMITMENTS),
    *_azure("azure_ea_anonymised_2023-09_cad.csv", 27, "1.261369265057", "CostInBillingCurrency"),
    *_azure("koku_azure_camelCased.csv", 3, "0.00011016", "preTaxCost"),
    *_azure("koku_azure_costreport_v1.csv", 3, "0.00011016", "PreTaxCost"),
    # Its currency was masked: MC is none.
    *_azure("koku_azure_version_2.csv", 5, "19.998413754", "CostInBillingCurrency", errors=("FM1307",)),
    *_azure("nise_azure_2026-09.csv.gz", 240, "37.740522128360", "CostInBillingCurrency"),
    # Usage that a reservation covers, of an actual half whose twin is not there: what it cost is not known.
    *_azure(
        "opencost_azure_header_enterprise.csv", 1, "0", "CostInBillingCurrency", errors=("FM1311",), accept=["FM1257"]
    ),
    # A partner's file without account and billing period.
    *_azure("opencost_azure_header_enterprise_camel.csv", 1, "0.012", "costInBillingCurrency", errors=("FM1313",)),
    *_azure("opencost_azure_header_german.csv", 1, "0.075", "PreTaxCost (PreTaxCost)"),
    *_azure("opencost_azure_header_payg.csv", 1, "0.075", "PreTaxCost"),
    # These name no currency; rows of the template lack their last field.
    *_azure("opencost_azure_missing_brackets.csv", 1, "4", "costinbillingcurrency", **_USD),
    *_azure("opencost_azure_template.csv", 87, "16.393506212225", "costinbillingcurrency", **_USD, accept=["FM1116"]),
    *_azure("opencost_azure_vm.csv", 1, "4", "costinbillingcurrency", **_USD),
)


@pytest.mark.parametrize("bill", BILLS, ids=lambda bill: bill.path.name)
def test_the_ledger_holds_the_bill_to_the_last_digit(bill: Bill, tmp_path: Path) -> None:
    project = new_project(tmp_path)
    values = list(cells(bill.path, bill.column))

    report = load(project, bill.source, bill.format, bill.path, **bill.wishes)

    exact, rounded = total(values, rounded=False), total(values, rounded=True)
    assert rounded == Decimal(bill.billed_cost)
    assert rows(project, "SELECT count(*), sum(BilledCost) FROM charges") == [(bill.charges, rounded)]
    assert rows(project, "SELECT CAST(sum(x_Charges) AS BIGINT), sum(BilledCost) FROM charges_daily") == [
        (bill.charges, rounded)
    ]
    manifest = rows(project, "SELECT x_Charges, x_ControlTotal, BilledCost, x_RoundingDifference FROM loads")
    assert sum(row[0] for row in manifest) == len(values) == bill.charges
    assert sum(Decimal(row[1]) for row in manifest) == exact
    assert sum(row[2] for row in manifest) == rounded
    assert sum(Decimal(row[3]) for row in manifest) == exact - rounded
    assert known_sum(amount for period in report.periods for amount in period.billed_cost.values()) == rounded
    assert_ledger_is_sound(project, errors=bill.errors)


def test_the_same_bill_again_loads_nothing(tmp_path: Path) -> None:
    project, bill = new_project(tmp_path), BILLS[0]
    first = load(project, bill.source, bill.format, bill.path)

    again = load(project, bill.source, bill.format, bill.path)

    assert (again.periods, again.unchanged, again.version) == ((), 1, first.version)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The sample of the FOCUS Foundation, loaded."""
    project = new_project(tmp_path_factory.mktemp("sample"))
    load(project, "sample", "focus", DATA / "focus/focus_sample_1000_focus1.0.csv")
    return project


def test_the_focus_sample_keeps_all_four_costs(sample: Project) -> None:
    """Six of Oracle's rows have an EffectiveCost of 0 beside a cost that is billed: kept, and told."""
    sums = rows(sample, "SELECT sum(BilledCost), sum(EffectiveCost), sum(ListCost), sum(ContractedCost) FROM charges")

    assert sums == [tuple(map(Decimal, ("20.52022672899", "14.97651418586", "20.39090575119", "14.97626039326")))]
    told = rows(sample, "SELECT sum(x_Charges), bool_and(x_Message LIKE '%kept as written%') FROM findings "
                "WHERE x_Code = 'FM1268'")  # fmt: skip
    assert told == [(6, True)]


def test_the_focus_sample_keeps_its_providers_apart(sample: Project) -> None:
    by_provider = rows(
        sample, "SELECT ServiceProviderName, count(*), sum(BilledCost) FROM charges GROUP BY 1 ORDER BY 1"
    )

    assert by_provider == [
        ("AWS", 942, Decimal("18.00663861840")),
        ("Microsoft", 51, Decimal("1.97651418586")),
        ("Oracle", 7, Decimal("0.53707392473")),
    ]


def test_an_unknown_cost_is_no_zero(sample: Project) -> None:
    unknown = rows(sample, "SELECT ServiceProviderName, count(*) FROM charges WHERE ContractedCost IS NULL GROUP BY 1")

    assert unknown == [("Oracle", 7)]
    assert rows(sample, "SELECT CAST(sum(x_UnknownContractedCost) AS BIGINT) FROM charges_daily") == [(7,)]


def test_an_upfront_savings_plan_is_spread_over_its_hours(tmp_path: Path) -> None:
    project = new_project(tmp_path)
    load(project, "plan", "focus", DATA / SAVINGS_PLAN, **_USD)

    purchase = rows(project, "SELECT BilledCost, EffectiveCost FROM charges WHERE ChargeCategory = 'Purchase'")
    hours = rows(
        project,
        "SELECT CommitmentDiscountStatus, count(*), min(EffectiveCost), max(EffectiveCost), sum(BilledCost) "
        "FROM charges WHERE CommitmentDiscountStatus IS NOT NULL GROUP BY 1 ORDER BY 1",
    )

    assert purchase == [(Decimal("693003.60"), Decimal(0))]
    assert purchase[0][0] == Decimal("79.11") * 8760
    hour = Decimal("79.11")
    assert hours == [("Unused", 12, hour, hour, Decimal(0)), ("Used", 12, hour, hour, Decimal(0))]


def test_a_correction_nets_the_same_as_deltas_and_as_a_ledger(tmp_path: Path) -> None:
    nets = []
    for style in ("delta", "ledger"):
        project = new_project(tmp_path / style)
        load(project, "bill", "focus", DATA / f"{_CORRECTION}original.csv", DATA / f"{_CORRECTION}{style}.csv", **_USD)
        nets.append(
            rows(
                project,
                "SELECT ResourceId, sum(BilledCost), sum(EffectiveCost), sum(ListCost) FROM charges "
                "GROUP BY 1 ORDER BY 1",
            )
        )
        periods = rows(project, "SELECT DISTINCT x_BillingPeriod, x_ChargeDate, ChargeClass FROM charges ORDER BY 1")
        assert [(period.month, day.month, kind) for period, day, kind in periods] == [
            (5, 5, None),
            (6, 5, "Correction"),
        ]

    corrected = [
        ("R-111", Decimal(1200), Decimal(1200), Decimal(1600)),
        ("R-222", Decimal(300), Decimal(300), Decimal(400)),
    ]
    assert nets == [corrected, corrected]


def test_the_final_bill_replaces_the_one_that_was_not_final(tmp_path: Path) -> None:
    project = new_project(tmp_path)
    file = tmp_path / "exports" / "2023-06.csv"
    file.parent.mkdir()
    shutil.copy(DATA / "aws/koku_2023-06-01-not-final.csv", file)
    first = load(project, "aws", "aws-cur", file)
    assert rows(project, "SELECT DISTINCT InvoiceId FROM charges") == [(None,)]

    shutil.copy(DATA / "aws/koku_2023-06-01.csv", file)
    second = load(project, "aws", "aws-cur", file)

    assert [period.replaced for period in (*first.periods, *second.periods)] == [False, True]
    sql = "SELECT count(*), sum(BilledCost), any_value(InvoiceId), any_value(BillingCurrency) FROM charges"
    assert rows(project, sql) == [(3, Decimal(30), "987654321", "NOK")]
    assert rows(project, "SELECT x_Current, count(*) FROM loads GROUP BY 1 ORDER BY 1") == [(False, 1), (True, 1)]


def test_ragged_rows_are_refused_until_they_are_accepted(tmp_path: Path) -> None:
    project = new_project(tmp_path)

    with pytest.raises(UserError, match="FM1116"):
        load(project, "aws", "aws-cur", DATA / "aws/koku_test_cur.csv")

    assert rows(project, "SELECT count(*) FROM charges") == [(0,)]


def test_rows_that_a_connector_made_of_headers_alone_are_no_charges(tmp_path: Path) -> None:
    project = new_project(tmp_path)

    with pytest.raises(UserError, match="FM1254"):
        load(project, "aws", "aws-cur2", DATA / "aws/fivetran_aws_cost_report.csv")

    assert rows(project, "SELECT count(*) FROM charges") == [(0,)]


def test_dates_with_slashes_are_refused_until_their_order_is_said(tmp_path: Path) -> None:
    project = new_project(tmp_path)

    with pytest.raises(UserError, match=r"(?s)BillingPeriodEnd is '5/1/25'.*date-order mdy"):
        load(project, "saas", "focus", DATA / f"{_SAAS}a1.csv")


def test_azures_pair_bills_its_purchase_once_and_uses_what_it_covers(tmp_path: Path) -> None:
    project = new_project(tmp_path)
    actual, amortized = (str(DATA / half) for half in _AZURE_PAIR)

    load(project, "azure", "azure-cost", actual=[actual], amortized=[amortized])

    sums = "count(*), sum(BilledCost), sum(EffectiveCost)"
    purchase = rows(project, f"SELECT {sums} FROM charges WHERE ChargeCategory = 'Purchase'")
    covered = rows(project, f"SELECT {sums} FROM charges WHERE CommitmentDiscountStatus = 'Used'")
    assert purchase == [(1, Decimal("3.25"), Decimal(0))]
    assert covered == [(2, Decimal(0), Decimal("0.499152000468"))]
    whole = total(list(cells(DATA / _AZURE_PAIR[1], "Cost")), rounded=True)
    assert rows(project, f"SELECT {sums} FROM charges") == [
        (29, whole - Decimal("0.499152000468") + Decimal("3.25"), whole)
    ]
    # Microsoft cut the pair: its halves do not hold the same rows, which is what FM1260 is for.
    assert_ledger_is_sound(project, errors=("FM1260",))


def test_an_azure_bill_with_mixed_line_ends_is_refused_until_they_are_the_same(tmp_path: Path) -> None:
    project, mended = new_project(tmp_path), tmp_path / "mended.csv"
    mended.write_bytes((DATA / _MIXED_LINE_ENDS).read_bytes().replace(b"\r\n", b"\n"))

    with pytest.raises(UserError, match="FM1115"):
        load(project, "azure", "azure-cost", DATA / _MIXED_LINE_ENDS)
    load(project, "azure", "azure-cost", mended)

    assert rows(project, "SELECT count(*), sum(BilledCost) FROM charges") == [(4, Decimal("0.0000262412"))]


def test_an_azure_bill_of_one_empty_row_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="FM1254"):
        load(new_project(tmp_path), "azure", "azure-cost", DATA / _HEADER_ALONE, **_USD)


_OPENAI = "saas/openai_usage_costs_examples.json"


def test_openais_example_of_costs_is_loaded_and_those_of_usage_are_refused(tmp_path: Path) -> None:
    project, answers = new_project(tmp_path), json.loads((DATA / _OPENAI).read_text(encoding="utf-8"))
    files = {path: tmp_path / f"{path.rpartition('/')[2]}.json" for path in answers}
    for path, file in files.items():
        file.write_text(json.dumps(answers[path]), encoding="utf-8")
    said = {"constants": {"BillingAccountId": "org"}}

    load(project, "openai", "openai", files.pop("/organization/costs"), **said)

    assert rows(project, "SELECT count(*), sum(BilledCost), any_value(BillingCurrency) FROM charges") == [
        (1, Decimal("0.06"), "USD")
    ]
    assert rows(project, "SELECT x_ControlTotal FROM loads") == [("0.06",)]
    usage = [*files.values(), DATA / "saas/narev_openai_completions_usage.json"]
    for file in usage:
        with pytest.raises(UserError, match=r"the answer holds usage .* and no cost"):
            load(project, file.stem, "openai", file, **said)
    assert_ledger_is_sound(project)


def test_every_bill_of_the_folder_has_a_test() -> None:
    listed = {bill.file for bill in BILLS} | {"aws/fivetran_aws_cost_report.csv"}
    listed |= {*_AZURE_PAIR, _MIXED_LINE_ENDS, _HEADER_ALONE}
    there = {
        file.relative_to(DATA).as_posix()
        for room in ("focus", "aws", "azure", "spec_examples", "oci", "saas")
        for file in (DATA / room).glob("*.csv*")
    }

    assert there == listed
