"""Bad Azure bills are refused with place and remedy, and the ledger stays as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.workspace.query import query
from tests.journeys.bills import new_project
from tests.normalize.azure_bill import BASE, COVERED, IN_ACTUAL, PURCHASE, Row, load, load_pair, write

REFUSED: dict[str, tuple[list[Row], tuple[str, ...]]] = {
    "NaN as a cost": (
        [{}, {"CostInBillingCurrency": "NaN"}],
        (
            "bill.csv, row 2: CostInBillingCurrency is 'NaN'; expected a number",
            "\n  Mend the export. (FM1120",
        ),
    ),
    "infinity as a cost": ([{"CostInBillingCurrency": "Infinity"}], ("row 1", "is 'Infinity'", "FM1120")),
    "NaN as a quantity": ([{"Quantity": "nan"}], ("Quantity is 'nan'", "FM1120")),
    "a comma in a cost": ([{"CostInBillingCurrency": "1,234.5"}], ("is '1,234.5'", "FM1120")),
    "no date": ([{"Date": ""}], ("Date is empty in 1 row", "FM1125")),
    "a word as a date": (
        [{"Date": "soon"}],
        ("Date is 'soon'; expected a date as month/day/year, or a date and time in ISO 8601", "FM1121"),
    ),
    "the day before the month": (
        [{"Date": "13/01/2026"}],
        (
            "Date is '13/01/2026'; expected a date as month/day/year, or",
            "as day/month/year: --date-order dmy",
            "FM1121",
        ),
    ),
    "a day of no order": ([{"Date": "31/09/2026"}], ("Date is '31/09/2026'", "There is no such day: mend", "FM1121")),
    "a time that is none": ([{"Date": "09/13/2026 25:00"}], ("Date is '09/13/2026 25:00'", "Mend the export. (FM1121")),
    "two currencies": (
        [{}, {"BillingCurrencyCode": "EUR"}],
        ("one billing account is billed in EUR and USD in 2026-09", "--accept", "FM1127"),
    ),
    "nothing but headers": ([dict.fromkeys(BASE, "")], ("none of its 1 row is a charge", "FM1254")),
}


@pytest.mark.parametrize(("rows", "said"), REFUSED.values(), ids=REFUSED)
def test_a_bad_bill_is_refused_with_place_and_remedy(tmp_path: Path, rows: list[Row], said: tuple[str, ...]) -> None:
    project = new_project(tmp_path / "project")

    with pytest.raises(UserError) as caught:
        load(project, write(tmp_path / "bill.csv", rows))

    message = str(caught.value).replace("USD and EUR", "EUR and USD")
    assert [text for text in said if text not in message] == [], message
    assert query(project, "SELECT count(*) FROM charges").rows == [(0,)]


_OF_DATES = ("Date", "BillingPeriodStartDate", "BillingPeriodEndDate")


@pytest.mark.parametrize("column", _OF_DATES)
@pytest.mark.parametrize("text", ["yesterday", "02/31/2026"])
def test_a_bad_date_in_a_row_that_the_other_half_stands_for_is_refused_too(
    tmp_path: Path, column: str, text: str
) -> None:
    with pytest.raises(UserError) as caught:
        load_pair(tmp_path, [PURCHASE, IN_ACTUAL, {column: text}], [{}, {**COVERED, "CostInBillingCurrency": "3"}])

    assert f"actual.csv, row 3: {column} is '{text}'" in str(caught.value)
    assert "FM1121" in str(caught.value)


def test_an_impossible_year_in_a_row_that_the_other_half_stands_for_is_refused_too(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"actual\.csv, row 2(?s:.)*FM1126") as caught:
        load_pair(tmp_path, [PURCHASE, {"BillingPeriodStartDate": "290000-01-01"}], [{}])

    assert "BillingPeriodStart is 290000-01-01" in str(caught.value)


# Every column that the cost goes into.
_OF_COST = [
    "BilledCost",
    "EffectiveCost",
    "ListCost",
    "ContractedCost",
    "ListUnitPrice",
    "ContractedUnitPrice",
    "PricingCurrencyEffectiveCost",
    "PricingCurrencyListUnitPrice",
    "PricingCurrencyContractedUnitPrice",
    "CommitmentDiscountQuantity",
    "CommitmentDiscountUnit",
]


def test_a_cost_that_cannot_be_read_may_become_unknown(tmp_path: Path) -> None:
    project = new_project(tmp_path / "project")

    load(
        project,
        write(tmp_path / "bill.csv", [{}, {"CostInBillingCurrency": "NaN"}]),
        unreadable_as_null=_OF_COST,
    )

    assert query(project, "SELECT count(*), count(BilledCost) FROM charges").rows == [(2, 1)]


def test_dates_are_day_first_where_the_user_says_so(tmp_path: Path) -> None:
    project = new_project(tmp_path / "project")
    dmy = {"Date": "13/09/2026", "BillingPeriodStartDate": "01/09/2026", "BillingPeriodEndDate": "30/09/2026"}

    load(project, write(tmp_path / "bill.csv", [dmy]), date_order="dmy")

    assert str(query(project, "SELECT x_ChargeDate FROM charges").rows[0][0]) == "2026-09-13"


def test_a_focus_file_under_the_name_of_azure_cost_is_told(tmp_path: Path) -> None:
    path = tmp_path / "bill.csv"
    path.write_text("BilledCost,ChargePeriodStart,ChargeCategory\n1,2026-09-01,Usage\n", encoding="utf-8")

    with pytest.raises(UserError) as caught:
        load(new_project(tmp_path / "project"), path)

    assert "the file is not of the format azure-cost" in str(caught.value)
    assert "load it with --format focus" in str(caught.value)


def test_azures_bill_under_another_name_is_told(tmp_path: Path) -> None:
    from tests.journeys.bills import load as load_as  # noqa: PLC0415 -- the name is taken

    with pytest.raises(UserError, match="load it with --format azure-cost"):
        load_as(new_project(tmp_path / "project"), "aws", "aws-cur", write(tmp_path / "bill.csv", [{}]))


@pytest.mark.parametrize(("rows", "refused"), [(3, True), (2, False), (1, False)])
def test_a_file_of_fewer_rows_than_its_manifest_says_is_refused(
    tmp_path: Path,
    rows: int,
    refused: bool,  # noqa: FBT001 -- a parameter
) -> None:
    project = new_project(tmp_path / "project")
    bill = write(tmp_path / "bill.csv", [{}, {}])
    content = {"blobs": [{"blobName": "x/bill.csv", "dataRowCount": rows}]}
    (tmp_path / "manifest.json").write_text(json.dumps(content), encoding="utf-8")

    if refused:
        with pytest.raises(UserError) as caught:
            load(project, bill)
        assert "bill.csv: the file has 2 rows, and the manifest beside it says 3; expected" in str(caught.value)
    else:
        load(project, bill)
    assert query(project, "SELECT count(*) FROM charges").rows == [(0 if refused else 2,)]
