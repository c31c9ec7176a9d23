"""FOCUS InvoiceDetail as a list of invoices: CSV and Parquet, read as strictly as our own list."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError
from finmod.ledger.invoice_files import ListedInvoice
from finmod.ledger.invoice_list import read_invoices

ROW = {
    "InvoiceDetailId": "d1",
    "InvoiceIssuerName": "Acme, Inc.",
    "InvoiceId": "i1",
    "BillingPeriodStart": "2026-07-01T00:00:00Z",
    "BillingPeriodEnd": "2026-08-01T00:00:00Z",
    "BillingCurrency": "USD",
    "BilledCost": "3.5",
    "InvoiceIssueStatus": "Issued",
    "PaymentCurrency": "EUR",
    "PaymentCurrencyBilledCost": "3.1",
}


def content(*rows: dict[str, str]) -> str:
    whole = [{**ROW, **row} for row in rows]
    lines = [list(whole[0]), *(list(row.values()) for row in whole)]
    return "".join(",".join(f'"{cell}"' for cell in line) + "\n" for line in lines)


def write(folder: Path, *rows: dict[str, str]) -> Path:
    file = folder / "detail.csv"
    file.write_text(content(*rows), encoding="utf-8")
    return file


def problems(engine: Engine, file: Path) -> tuple[Problem, ...]:
    with pytest.raises(UserError) as caught:
        read_invoices(engine, [file])
    assert {problem.code for problem in caught.value.problems} == {"FM1129"}
    return caught.value.problems


def test_billed_cost_in_the_billing_currency_is_what_a_row_asks_for(engine: Engine, tmp_path: Path) -> None:
    found = read_invoices(engine, [write(tmp_path, {}, {"BilledCost": "-1", "InvoiceIssuerName": "NULL"})])
    assert found == [
        ListedInvoice("Acme, Inc.", "i1", "2026-07", "USD", Decimal("3.5"), 2, "detail.csv", "line", is_detail=True),
        ListedInvoice(None, "i1", "2026-07", "USD", Decimal(-1), 3, "detail.csv", "line", is_detail=True),
    ]


@pytest.mark.parametrize(
    ("text", "amount"),
    [("1E3", "1000"), ("-2.5e-1", "-0.25"), ("0.0000000000005", "0.000000000001"), ("7", "7")],
)
def test_numbers_are_read_as_focus_writes_them_and_rounded_once(
    engine: Engine, tmp_path: Path, text: str, amount: str
) -> None:
    (found,) = read_invoices(engine, [write(tmp_path, {"BilledCost": text})])
    assert found.amount == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "month"),
    [("2026-07-01", "2026-07"), ("2026-07-01 00:00:00", "2026-07"), ("2026-07-01T00:00:00+02:00", "2026-06")],
)
def test_the_billing_period_is_the_month_of_its_start_in_utc(
    engine: Engine, tmp_path: Path, text: str, month: str
) -> None:
    (found,) = read_invoices(engine, [write(tmp_path, {"BillingPeriodStart": text})])
    assert found.billing_period == month


@pytest.mark.parametrize(("status", "amount"), [("Voided", "0"), ("Open", "3.5"), ("", "3.5")])
def test_a_voided_invoice_asks_for_nothing(engine: Engine, tmp_path: Path, status: str, amount: str) -> None:
    (found,) = read_invoices(engine, [write(tmp_path, {"InvoiceIssueStatus": status})])
    assert found.amount == Decimal(amount)


@pytest.mark.parametrize(
    ("column", "value", "found"),
    [
        ("InvoiceId", "", "InvoiceId is empty; expected the id that the invoice bears"),
        ("InvoiceId", "NULL", "InvoiceId is 'NULL'; expected the id"),
        ("BillingPeriodStart", "07/01/2026", "BillingPeriodStart is '07/01/2026'; expected an instant"),
        ("BillingPeriodStart", "2026-13-01", "BillingPeriodStart is '2026-13-01'; expected an instant"),
        ("BillingCurrency", "usd", "BillingCurrency is 'usd'; expected a currency code"),
        ("BilledCost", "", "BilledCost is empty; expected a decimal number"),
        ("BilledCost", "NaN", "BilledCost is 'NaN'; expected a decimal number"),
        ("BilledCost", "1,5", "BilledCost is '1,5'; expected a decimal number"),
        ("BilledCost", "1e99", "BilledCost is '1e99'; expected a decimal number"),
        ("InvoiceIssueStatus", "Paid", "InvoiceIssueStatus is 'Paid'; expected one of Open, Issued, Voided"),
    ],
)
def test_a_row_that_cannot_be_understood_is_refused_with_its_place(
    engine: Engine, tmp_path: Path, column: str, value: str, found: str
) -> None:
    (problem,) = problems(engine, write(tmp_path, {}, {column: value}))
    assert str(problem).startswith(f"detail.csv:3: {found}")
    assert problem.remedy


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("InvoiceId,BilledCost,BillingCurrency", "it lacks InvoiceIssuerName, BillingPeriodStart"),
        (",".join([*ROW, "ChargePeriodStart"]), "ChargePeriodStart is of a bill, which is loaded, not listed"),
        (",".join([*ROW, "BilledCost"]), "a column stands twice"),
    ],
)
def test_columns_of_another_file_are_refused(engine: Engine, tmp_path: Path, header: str, found: str) -> None:
    file = tmp_path / "detail.csv"
    file.write_text(f"{header}\n", encoding="utf-8")
    (problem,) = problems(engine, file)
    assert found in str(problem)


def test_a_short_row_is_refused(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "detail.csv"
    file.write_text(f"{content({})}only,three,fields\n", encoding="utf-8")
    (problem,) = problems(engine, file)
    assert str(problem).startswith("detail.csv:3: the line has 3 fields")


def test_parquet_is_read_with_its_rows(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "detail.parquet"
    engine.copy_parquet(
        "SELECT 'Acme' AS InvoiceIssuerName, i AS InvoiceId, TIMESTAMPTZ '2026-07-01 00:00:00+00' "
        "AS BillingPeriodStart, 'USD' AS BillingCurrency, CAST(1.5 AS DOUBLE) AS BilledCost "
        "FROM (VALUES ('i1'), ('i2')) AS v (i)",
        file,
        ordered=True,
    )
    found = read_invoices(engine, [file])
    assert [(line.invoice_id, line.billing_period, line.amount, line.place) for line in found] == [
        ("i1", "2026-07", Decimal("1.5"), "detail.parquet row 1"),
        ("i2", "2026-07", Decimal("1.5"), "detail.parquet row 2"),
    ]


def test_parquet_that_is_damaged_or_of_other_columns_is_refused(engine: Engine, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.parquet"
    damaged.write_bytes(b"PAR1 and nothing else PAR1")
    assert "the Parquet file cannot be read" in str(problems(engine, damaged)[0])
    other = tmp_path / "other.parquet"
    engine.copy_parquet("SELECT 1 AS a", other)
    assert "it lacks InvoiceIssuerName" in str(problems(engine, other)[0])


def test_several_files_are_one_list(engine: Engine, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("issuer,invoice_id,billing_period,currency,amount\nAcme,i2,2026-07,USD,1\n", encoding="utf-8")
    found = read_invoices(engine, [write(tmp_path, {}), own])
    assert [(line.invoice_id, line.place) for line in found] == [
        ("i1", "detail.csv line 2"),
        ("i2", "own.csv line 2"),
    ]
