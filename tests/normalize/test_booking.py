"""Rows that the ledger could not place are refused: without period, day or currency, or of two currencies."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import UserError
from finmod.normalize.booking import FilePeriods, file_periods, refuse_unbookable
from finmod.normalize.values import Reading
from tests.books import CHARGE, bill, month
from tests.normalize import loaded
from tests.normalize.staged import conversion, parquet


def periods(folder: Path, text: str, reading: Reading | None = None) -> FilePeriods:
    (folder / "b.csv").write_text(text)
    with Engine() as engine:
        return file_periods(engine, conversion(engine, folder / "b.csv", folder / "work", reading))


def refused(folder: Path, text: str, reading: Reading | None = None) -> list[tuple[str, str | None, str]]:
    with pytest.raises(UserError) as caught:
        periods(folder, text, reading)
    return [(problem.code, problem.where, problem.found) for problem in caught.value.problems]


def booked(folder: Path, *texts: str, accept: str = "") -> list[tuple[str, str | None, str]]:
    """Return what is refused of several files of one load."""
    folder.mkdir(exist_ok=True)
    reading = Reading(accept=frozenset({accept}))
    with Engine() as engine:
        made = {}
        for place, text in enumerate(texts):
            (folder / f"{place}.csv").write_text(text)
            read = conversion(engine, folder / f"{place}.csv", folder / "work", reading)
            made[f"{place}.csv"] = file_periods(engine, read)
        try:
            found = refuse_unbookable(made, reading.accept)
            told = [item.code for findings in found.values() for item in findings]
            assert told == ([accept] if accept and told else [])
        except UserError as error:
            return [(problem.code, problem.where, problem.found) for problem in error.problems]
    return []


def test_periods_are_the_months_of_the_billing_period(tmp_path: Path) -> None:
    found = periods(tmp_path, bill(month(8), month(9), month(9)))
    assert found.periods == {date(2026, 8, 1), date(2026, 9, 1)}
    assert found.findings == ()


def test_missing_column_is_refused_unless_a_constant_fills_it(tmp_path: Path) -> None:
    text = bill({}).replace("BillingCurrency", "Other")
    assert refused(tmp_path, text) == [("FM1124", "b.csv:1", "the file has no column for BillingCurrency")]
    assert periods(tmp_path, text, Reading(constants={"BillingCurrency": "USD"})).periods == {date(2026, 9, 1)}


def test_parquet_has_no_line_of_a_header(tmp_path: Path) -> None:
    twice = {**CHARGE, "servicename": "x"}
    missing = {name: value for name, value in CHARGE.items() if name != "BillingCurrency"}
    for columns, code in ((twice, "FM1109"), (missing, "FM1124")):
        path = parquet(tmp_path, {name: [value] for name, value in columns.items()})
        with Engine() as engine, pytest.raises(UserError) as caught:
            file_periods(engine, conversion(engine, path, tmp_path / "work"))
        assert [(problem.code, problem.where) for problem in caught.value.problems] == [(code, "bill.parquet")]


def test_empty_periods_are_all_told(tmp_path: Path) -> None:
    text = bill({}, {"BillingPeriodStart": ""}, {"ChargePeriodStart": ""}, {"ChargePeriodStart": ""})
    assert sorted(refused(tmp_path, text)) == [
        ("FM1125", "b.csv, row 2", "BillingPeriodStart is empty in 1 row"),
        ("FM1125", "b.csv, row 3", "ChargePeriodStart is empty in 2 rows"),
    ]


@pytest.mark.parametrize("day", ["0026-09-01", "1999-12-31", "2101-01-01", "294000-01-01", "infinity"])
def test_year_that_no_bill_has_is_refused(tmp_path: Path, day: str) -> None:
    for column in ("ChargePeriodStart", "ChargePeriodEnd", "BillingPeriodEnd"):
        assert {code for code, _, _ in refused(tmp_path, bill({column: day}))} <= {"FM1126", "FM1121"}


def test_columns_that_would_become_one_are_refused(tmp_path: Path) -> None:
    for one, two in (("ServiceName", "servicename"), ("x_Team", "X_TEAM"), ("Team", "x_team")):
        ((code, where, found),) = refused(tmp_path, bill({one: "a", two: "b"}))
        assert (code, where) == ("FM1109", "b.csv:1")
        assert found == f"the columns '{one}' and '{two}' are one and the same in the ledger"


@pytest.mark.parametrize(
    ("form", "one", "two"),
    [
        ("azure-cost", "costinbillingcurrency", "CostInBillingCurrency"),
        ("azure-cost", "CostInBillingCurrency", "PreTaxCost"),
        ("gcp-billing", "Cost", "cost"),
        ("aws-cur2", "line_item_unblended_cost", "Line_Item_Unblended_Cost"),
        ("oci-cost", "cost/myCost", "cost/mycost"),
    ],
)
def test_columns_that_a_format_reads_as_one_are_refused(form: str, one: str, two: str, tmp_path: Path) -> None:
    header = {
        "azure-cost": "SubscriptionId,Date,MeterCategory,BillingCurrency",
        "gcp-billing": "billing_account_id,usage_start_time,currency,invoice.month",
        "aws-cur2": "bill_billing_period_start_date,line_item_usage_start_date,line_item_line_item_type,"
        "line_item_currency_code,line_item_usage_account_name,product",
        "oci-cost": "lineItem/tenantId,lineItem/intervalUsageStart,product/service,cost/currencyCode",
    }[form]
    text = f"{header},{one},{two}\n{'2026-09-01,' * len(header.split(','))}1,99\n"

    told = loaded.refused(tmp_path, form, {"b.csv": text})

    assert f"b.csv:1: the columns '{one}' and '{two}' are one and the same" in told
    assert "FM1109" in told


def test_columns_of_no_standard_are_told(tmp_path: Path) -> None:
    found = periods(tmp_path, bill({"Team": "a", "x_Own": "b", "x_File": "c"}))
    assert [(finding.code, finding.column) for finding in found.findings] == [
        ("FM1202", "x_Team"),
        ("FM1206", "x_File"),
    ]


def test_one_account_has_one_currency_per_period_over_all_files(tmp_path: Path) -> None:
    usd, eur = bill(month(9), month(9)), bill(month(9, BillingCurrency="EUR"))
    found = "one billing account is billed in USD and EUR in 2026-09"
    assert booked(tmp_path / "a", usd, eur) == [("FM1127", "1.csv, row 1", found)]
    assert booked(tmp_path / "b", bill(month(9), month(9), month(9, BillingCurrency="EUR"))) == [
        ("FM1127", "0.csv, row 3", found)
    ]
    assert booked(tmp_path / "c", usd, eur, accept="FM1127") == []
    assert booked(tmp_path / "d", usd, bill(month(8, BillingCurrency="EUR"))) == []
    assert booked(tmp_path / "e", usd, bill(month(9, BillingCurrency="EUR", BillingAccountId="other"))) == []


@pytest.mark.parametrize(
    ("category", "start", "is_refused"),
    [
        ("Usage", "2026-10-01T00:00:00Z", False),
        ("Usage", "2026-10-02T00:00:00Z", True),
        ("Tax", "2026-11-01T00:00:00Z", True),
        ("Purchase", "2026-11-01T00:00:00Z", False),
        ("Usage", "2026-03-01T00:00:00Z", False),
    ],
)
def test_usage_cannot_start_after_its_billing_period(
    tmp_path: Path, category: str, start: str, *, is_refused: bool
) -> None:
    text = bill({}, {"ChargeCategory": category, "ChargePeriodStart": start})
    assert [(code, where) for code, where, _ in booked(tmp_path, text)] == [("FM1128", "0.csv, row 2")] * is_refused
    assert booked(tmp_path, text, accept="FM1128") == []


def test_instant_that_no_bill_has_is_told_with_its_column_and_row(tmp_path: Path) -> None:
    odd = {"ChargePeriodEnd": "infinity", "BillingPeriodEnd": "2101-01-01"}
    text = bill({}, {}, {"ChargePeriodEnd": "1999-12-31"}, odd)
    assert sorted(refused(tmp_path, text)) == [
        ("FM1126", "b.csv, row 3", "ChargePeriodEnd is 1999-12-31 00:00:00 (and 1 more row)"),
        ("FM1126", "b.csv, row 4", "BillingPeriodEnd is 2101-01-01 00:00:00"),
    ]
