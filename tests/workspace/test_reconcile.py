"""The verdict of a reconciliation: every difference explained, every total kept, every whole term paid back; or red."""

from __future__ import annotations

from decimal import Decimal

import pytest

from finmod.errors import UserError
from finmod.settings.project import Project, load_project
from finmod.workspace.check import check
from finmod.workspace.reconcile import reconcile
from tests.books import Books, bill, month

HEAD = "issuer,invoice_id,billing_period,currency,amount\n"


def charge(invoice: str, cost: str, number: int = 9, /, **more: str) -> dict[str, str]:
    return month(number, cost, **{"InvoiceId": invoice, "InvoiceIssuerName": "Acme", "EffectiveCost": cost, **more})


def project(books: Books, *lines: str, more: str = "") -> Project:
    """Return the project with a list of invoices."""
    books.write("finmod.yaml", f"name: n\ncurrency: USD\ninvoices: invoices.csv\n{more}")
    books.write("invoices.csv", HEAD + "".join(f"{line}\n" for line in lines))
    return load_project(books.root)


def test_invoices_that_tie_are_green(books: Books) -> None:
    books.load(books.write("a.csv", bill(charge("i1", "3"))))
    report = reconcile(project(books, "Acme,i1,2026-09,USD,3"))
    assert (report.red, report.unexplained, [row.status for row in report.invoices]) == (False, {}, ["ties"])
    assert [(proof.measure, proof.holds) for proof in report.proofs] == [("BilledCost", True)]


def test_an_explained_difference_is_green_in_reconcile_and_a_warning_in_check(books: Books) -> None:
    books.load(books.write("a.csv", bill(charge("i1", "3"), charge("i1", "0.5", ChargeCategory="Tax"))))
    of = project(books, "Acme,i1,2026-09,USD,3")
    assert reconcile(of).red is False
    (found,) = (item for item in check(of).findings if item.code == "FM1414")
    assert (found.severity, "Explained: +0.50, tax of the charges is not on the invoice." in found.message) == (
        "warning",
        True,
    )


@pytest.mark.parametrize(
    ("settings", "red"),
    [("{fail_on: warning}", True), ("{fail_on: warning, ignore: [FM1414]}", False), ("{fail_on: error}", False)],
)
def test_an_explained_difference_is_as_grave_as_the_project_says(books: Books, settings: str, red: object) -> None:
    books.load(books.write("a.csv", bill(charge("i1", "3"), charge("i1", "0.5", ChargeCategory="Tax"))))
    of = project(books, "Acme,i1,2026-09,USD,3", more=f"check: {settings}\n")
    assert reconcile(of).red is red
    assert reconcile(of, "2026-09").red is red


def test_an_invoice_under_another_spelling_of_its_id_is_told_once(books: Books) -> None:
    books.load(books.write("a.csv", bill(charge("AB-1", "3"), charge("i2", "1"))))
    of = project(books, "Acme,ab-1,2026-09,USD,3")
    report = reconcile(of)
    assert not report.red
    assert (report.unexplained, report.not_listed) == ({}, {"USD": Decimal(1)})
    told = [item.message for item in check(of).findings if item.code == "FM1406"]
    assert told == [
        (
            "The charges of invoice AB-1 of Acme are 3.00 USD; the list of invoices has it as 'ab-1': write the id "
            "there as the bill does."
        ),
        "The charges of invoice i2 of Acme are 1.00 USD; the list of invoices does not have it.",
    ]


def test_rounding_alone_is_never_red(books: Books) -> None:
    books.load(books.write("a.csv", bill(charge("i1", "3.004"))))
    assert not reconcile(project(books, "Acme,i1,2026-09,USD,3", more="check: {fail_on: warning}\n")).red


@pytest.mark.parametrize("amount", ["3.5", "-3", "2.999999999999"])
def test_what_is_not_explained_is_red_in_both(books: Books, amount: str) -> None:
    books.load(books.write("a.csv", bill(charge("i1", "3"))))
    of = project(books, f"Acme,i1,2026-09,USD,{amount}")
    report = reconcile(of)
    assert (report.red, report.unexplained) == (True, {"USD": abs(3 - Decimal(amount))})
    assert "FM1405" in {item.code for item in check(of).findings if item.severity == "error"}


def test_what_is_not_explained_is_added_up_without_signs_and_per_currency(books: Books) -> None:
    euros = {"BillingCurrency": "EUR", "BillingAccountId": "a2"}
    books.load(books.write("a.csv", bill(charge("i1", "3"), charge("i2", "4"), charge("i3", "5", **euros))))
    lines = ("Acme,i1,2026-09,USD,2", "Acme,i2,2026-09,USD,5", "Acme,i3,2026-09,EUR,7")
    assert reconcile(project(books, *lines)).unexplained == {"USD": 2, "EUR": 2}


@pytest.mark.parametrize(
    ("charges", "line"),
    [
        ([charge("i1", "3")], "Acme,i1,2026-09,EUR,3"),
        ([charge("i1", "3"), charge("i1", "")], "Acme,i1,2026-09,USD,3"),
        ([charge("i1", "3"), charge("i2", "4")], "Acme,i9,2026-09,USD,8"),
    ],
    ids=["another currency", "an unknown cost", "no charges"],
)
def test_what_cannot_be_compared_is_red(books: Books, charges: list[dict[str, str]], line: str) -> None:
    books.load(books.write("a.csv", bill(*charges)))
    assert reconcile(project(books, line)).red


def test_differences_come_first_and_the_largest_before_the_others(books: Books) -> None:
    books.load(books.write("a.csv", bill(*(charge(f"i{number}", "10") for number in range(4)))))
    lines = [f"Acme,i{number},2026-09,USD,{amount}" for number, amount in enumerate((10, 11, 5))]
    report = reconcile(project(books, *lines))
    assert [row.invoice_id for row in report.invoices] == ["i2", "i1", "i3", "i0"]


def test_a_period_shows_its_own_rows_alone_and_matches_with_all(books: Books) -> None:
    books.load(books.write("a.csv", bill(charge("i1", "3", 8), charge("i1", "2"), charge("i2", "1"))))
    report = reconcile(project(books, "Acme,i1,2026-08,USD,5", "Acme,i2,2026-09,USD,9"), "2026-08")
    assert (report.red, [row.billing_period for row in report.invoices]) == (False, ["2026-08"])
    assert [item.kind for item in report.invoices[0].explanations] == ["other billing period"]
    assert {proof.billing_period for proof in report.proofs} == {"2026-08"}


def test_a_period_that_is_not_loaded_is_refused(loaded: Books) -> None:
    with pytest.raises(UserError, match="the ledger has no charge of 2026-05; expected a billing period from 2026-09"):
        reconcile(load_project(loaded.root), "2026-05")


def test_an_empty_ledger_cannot_be_reconciled(books: Books) -> None:
    with pytest.raises(UserError, match="the ledger is empty"):
        reconcile(load_project(books.root))


def test_without_a_list_the_totals_are_compared_and_nothing_is_red(loaded: Books) -> None:
    report = reconcile(load_project(loaded.root))
    assert (report.has_list, report.red, len(report.proofs)) == (False, False, 1)


def test_costs_that_are_unknown_are_told_with_their_place(books: Books) -> None:
    books.load(books.write("a.csv", bill(charge("i1", "3"), charge("i1", "3", EffectiveCost=""))))
    (unknown,) = reconcile(load_project(books.root)).unknown
    assert (unknown.cost, unknown.charges, unknown.file, unknown.row) == ("EffectiveCost", 1, "a.csv", 2)


@pytest.mark.parametrize(("settings", "red"), [("", True), ("check: {ignore: [FM1415]}\n", False)])
def test_a_commitment_that_does_not_come_back_over_its_term_is_red(books: Books, settings: str, red: object) -> None:
    bought = {
        "ChargeCategory": "Purchase",
        "ChargeFrequency": "One-Time",
        "CommitmentDiscountId": "c1",
        "EffectiveCost": "0",
        "ChargePeriodStart": "2026-08-01T00:00:00Z",
        "ChargePeriodEnd": "2026-10-01T00:00:00Z",
    }
    covered = {"CommitmentDiscountId": "c1", "CommitmentDiscountStatus": "Used", "EffectiveCost": "9"}
    last = {"ChargePeriodStart": "2026-09-30T00:00:00Z", "ChargePeriodEnd": "2026-10-01T00:00:00Z"}
    charges = [charge("", "10", 8, **bought), charge("", "0", **covered), charge("", "1", **last)]
    books.load(books.write("a.csv", bill(*charges)))
    books.write("finmod.yaml", f"name: n\ncurrency: USD\n{settings}")
    report = reconcile(load_project(books.root))
    assert [(term.rule, term.difference) for term in report.terms] == [("stated", Decimal(-1))]
    assert report.red is red
    assert "FM1415" in {item.code for item in check(load_project(books.root)).findings}
