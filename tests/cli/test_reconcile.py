"""``finmod reconcile`` on one screen: differences, what explains them, the charges behind, the verdict."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from tests.books import Books, bill, finmod, month
from tests.cli.terminal import on_terminal

HEAD = "issuer,invoice_id,billing_period,currency,amount\n"


@pytest.fixture
def differing(books: Books) -> Books:
    """A project with an invoice of 3 USD: 3.25 USD charged, of which 0.25 is tax, and 5 USD of another invoice."""
    charges = [
        month(9, "3", InvoiceId="i1", InvoiceIssuerName="Acme"),
        month(9, "0.25", InvoiceId="i1", InvoiceIssuerName="Acme", ChargeCategory="Tax", ServiceName="VAT"),
        month(9, "5", InvoiceId="i2", InvoiceIssuerName="Acme"),
    ]
    books.load(books.write("a.csv", bill(*charges)))
    return books


def listed(books: Books, *lines: str) -> None:
    books.write("finmod.yaml", "name: n\ncurrency: USD\ninvoices: invoices.csv\n")
    books.write("invoices.csv", HEAD + "".join(f"{line}\n" for line in lines))


def test_a_difference_is_shown_with_what_explains_it_and_the_charges_behind(differing: Books) -> None:
    listed(differing, "Acme,i1,2026-09,USD,3", "Acme,i2,2026-09,USD,5")
    said = differing.run("reconcile")
    assert said.code == 0, said.err
    assert "1 tie to the last digit, 1 differing." in said.out
    assert "i1 of Acme, 2026-09: 0.25 USD, charged less invoiced" in said.out
    assert "  0.25 USD: tax of the charges is not on the invoice, 1 charge\n" in said.out
    assert "a.csv, row 2: 2026-09-01 Tax VAT 0.25 USD" in said.out
    assert said.out.endswith("No difference between invoices and charges is left unexplained.\nGREEN\n")


def test_what_is_not_explained_is_red(differing: Books) -> None:
    listed(differing, "Acme,i1,2026-09,USD,2", "Acme,i2,2026-09,USD,5.000000000001")
    said = differing.run("reconcile", "2026-09", "--rows", "1")
    assert said.code == 1
    assert "  1.25 USD: not explained\n" in said.out
    assert "-0.000000000001 USD: not explained" in said.out
    assert "row 1: 2026-09-01 Usage Storage 3.00 USD" in said.out
    assert "Not explained: 1.25 USD.\nRED: something must be done.\n" in said.out


def test_what_the_list_lacks_is_told_with_its_sum_and_is_as_grave_as_the_check_says(differing: Books) -> None:
    listed(differing, "Acme,i1,2026-09,USD,3")
    said = differing.run("reconcile")
    assert said.code == 0, said.err
    assert "Charged, and not on the list of invoices: 5.00 USD.\n" in said.out
    yaml = (differing.root / "finmod.yaml").read_text(encoding="utf-8")
    differing.write("finmod.yaml", f"{yaml}check: {{fail_on: warning, ignore: [FM1300]}}\n")
    assert differing.run("reconcile").code == 1
    differing.write("finmod.yaml", f"{yaml}check: {{fail_on: warning, ignore: [FM1406, FM1414]}}\n")
    assert differing.run("reconcile").code == 0


def test_totals_of_files_are_said(differing: Books) -> None:
    said = differing.run("reconcile")
    assert said.code == 0
    assert "finmod.yaml names no list of invoices: there is nothing to compare with." in said.out
    assert "1 of 1 control totals of BilledCost, and their row counts, are the same" in said.out


def test_a_day_without_charges_is_said_beside_what_is_not_explained(books: Books) -> None:
    days = [
        month(
            9,
            "1",
            InvoiceId="i1",
            ChargePeriodStart=f"2026-09-{day:02}T00:00:00Z",
            ChargePeriodEnd=f"2026-09-{day:02}T23:00:00Z",
        )
        for day in range(1, 31)
        if day != 12
    ]
    books.load(books.write("a.csv", bill(*days)))
    listed(books, ",i1,2026-09,USD,30")
    assert "saas: No charge on 2026-09-12." in books.run("reconcile").out


def test_json_has_a_row_per_invoice_explanation_total_and_commitment(differing: Books) -> None:
    listed(differing, "Acme,i1,2026-09,USD,3")
    said = differing.run("reconcile", "--output", "json")
    rows = json.loads(said.out)
    assert [(row["section"], row["status"], row["invoice_id"]) for row in rows] == [
        ("invoice", "differs", "i1"),
        ("explanation", None, "i1"),
        ("invoice", "not listed", "i2"),
        ("total", "holds", None),
    ]
    first, why = rows[0], rows[1]
    assert (first["expected"], first["found"], first["currency"]) == ("3.000000000000", "3.250000000000", "USD")
    assert (first["difference"], first["explained"], first["remainder"]) == (
        "0.250000000000",
        "0.250000000000",
        "0.000000000000",
    )
    assert (why["difference"], why["what"]) == ("0.250000000000", "tax: tax of the charges is not on the invoice")
    assert why["examples"] == [
        {
            "file": "a.csv",
            "row": 2,
            "day": "2026-09-01",
            "service": "VAT",
            "category": "Tax",
            "billed": "0.250000000000",
        }
    ]


def test_csv_holds_the_same_rows(differing: Books) -> None:
    rows = [*csv.DictReader(io.StringIO(differing.run("reconcile", "--output", "csv").out))]
    assert [row["section"] for row in rows] == ["invoice", "invoice", "total"]


def test_text_of_bills_is_made_harmless(books: Books) -> None:
    books.load(books.write("a.csv", bill(month(9, "1", InvoiceId="\x1b[31m=1", ServiceName="\x1b]0;x\x07"))))
    listed(books)
    said = books.run("reconcile")
    assert "\x1b" not in said.out
    assert "\x07" not in said.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["2026-13"], "PERIOD is '2026-13'; expected a month as YYYY-MM"),
        (["2026-05"], "the ledger has no charge of 2026-05"),
        (["--rows", "-1"], "--rows is '-1'; expected a whole number from 0 to 1000"),
    ],
)
def test_words_that_make_no_sense_are_refused(loaded: Books, arguments: list[str], message: str) -> None:
    said = loaded.run("reconcile", *arguments)
    assert (said.code, message in said.err) == (1, True), said.err


@pytest.mark.parametrize("columns", [60, 100])
def test_a_terminal_breaks_no_word_and_keeps_the_indent(columns: int, differing: Books) -> None:
    listed(differing, "Acme,i1,2026-09,USD,3", "Acme,i2,2026-09,USD,5")
    code, shown = on_terminal(["--project", differing.root, "reconcile"], columns=columns)
    lines = [line.rstrip() for line in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown).splitlines()]
    assert code == 0
    place = next(place for place, line in enumerate(lines) if line.startswith("  1 of 1 control totals"))
    told = lines[place : lines.index("", place)]
    assert [line[:2] for line in told] == ["  "] * len(told)
    assert " ".join(line.strip() for line in told).startswith(
        "1 of 1 control totals of BilledCost, and their row counts, are the same in files, charges and daily cube. saas"
    )
    assert max(map(len, told)) <= columns


def test_a_list_that_cannot_be_read_is_told(loaded: Books) -> None:
    listed(loaded, "Acme,i1,Jan,USD,3")
    assert "invoices.csv:2: billing_period is 'Jan'" in loaded.run("reconcile").err


def test_outside_a_project_it_says_so(tmp_path: Path) -> None:
    assert "FM1001" in finmod("--project", tmp_path, "reconcile").err


def test_a_long_commitment_is_shown_by_the_last_part_of_its_id(books: Books) -> None:
    plan = "arn:aws:savingsplans::100000000001:savingsplan/00000000-0000-4000-8000-000000000001"
    named = {
        "CommitmentDiscountId": plan, "CommitmentDiscountType": "Savings Plan", "CommitmentDiscountCategory": "Spend",
        "BillingAccountId": "acme",
    }  # fmt: skip
    bought = {**named, "ChargeCategory": "Purchase", "ChargeFrequency": "One-Time", "EffectiveCost": "0"}
    term = {"ChargePeriodStart": "2026-06-01T00:00:00Z", "ChargePeriodEnd": "2026-08-01T00:00:00Z"}
    used = {**named, "CommitmentDiscountStatus": "Used", "EffectiveCost": "10"}
    charges = (month(6, "1"), month(6, "10", **bought, **term), month(7, "0", **used), month(8, "1"))
    books.load(books.write("a.csv", bill(*charges)))
    assert ".../00000000-0000-4000-8000-000000000001  " in books.run("reconcile").out
    rows = json.loads(books.run("reconcile", "--output", "json").out)
    assert [row["commitment"] for row in rows if row["section"] == "commitment"] == [plan]


def test_invoices_of_whole_cents_are_told_once_and_not_each(books: Books) -> None:
    costs = ("1.234", "2.001", "3")
    books.load(books.write("a.csv", bill(*(month(9, cost, InvoiceId=f"i{cost[0]}") for cost in costs))))
    listed(books, ",i1,2026-09,USD,1.23", ",i2,2026-09,USD,2.00", ",i3,2026-09,USD,3")
    said = books.run("reconcile")
    assert said.code == 0, said.err
    assert "  1 tie to the last digit, 2 to the cent (the bills have more digits).\n" in said.out
    (row,) = [line.split("  ") for line in said.out.splitlines() if line.startswith("i1 ")]
    assert [word.strip() for word in row if word][1:] == [
        "2026-09", "to the cent", "1.23 USD", "1.23 USD", "0.00 USD", "0.00 USD",
    ]  # fmt: skip
    assert "2 invoices are rounded to cents, which makes 0.005 USD of difference, charged less invoiced.\n" in said.out
    assert "rounded to cents\n" not in said.out
    rows = json.loads(books.run("reconcile", "--output", "json").out)
    assert [(row["status"], row["difference"]) for row in rows if row["section"] == "invoice"] == [
        ("differs", "0.004000000000"), ("differs", "0.001000000000"), ("ties", "0.000000000000"),
    ]  # fmt: skip
    assert (
        "Every listed invoice of a loaded month equals its charges, 2 of them to the cent.\n" in books.run("check").out
    )
    listed(books, ",i1,2026-09,USD,1.23", ",i2,2026-09,USD,1", ",i3,2026-09,USD,3")
    assert "Not every listed invoice equals its charges, to the cent.\n" in books.run("check").out


def test_the_status_stands_beside_invoices_of_whole_cents_at_120_columns(books: Books) -> None:
    named = {"InvoiceId": "an-invoice-of-many-letters", "InvoiceIssuerName": "An issuer of many letters, Inc."}
    books.load(books.write("a.csv", bill(month(9, "1234567.124123456789", **named))))
    listed(books, "Acme,an-invoice-of-many-letters,2026-09,USD,1234567.12")
    _, shown = on_terminal(["--project", books.root, "reconcile"], columns=120)
    assert "to the cent  1,234,567.12 USD  1,234,567.12 USD    0.00 USD       0.00 USD" in shown


def test_the_largest_charges_are_not_those_that_are_not_explained(differing: Books) -> None:
    listed(differing, "Acme,i1,2026-09,USD,2", "Acme,i2,2026-09,USD,5")
    said = differing.run("reconcile", "--rows", "1")
    assert "  1.25 USD: not explained\n  largest charges of the invoice:\n    a.csv, row 1:" in said.out
