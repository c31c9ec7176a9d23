"""The table ``invoices``: list and charges together, as SQL."""

from __future__ import annotations

from typing import Any

from tests.books import Books, bill, month
from tools.pages.tables import public_columns

HEAD = "issuer,invoice_id,billing_period,currency,amount\n"


def row(books: Books, *arguments: str) -> dict[str, Any]:
    """Return the one row of the table."""
    (found,) = books.query("SELECT * FROM invoices", *arguments)
    return found


def project(books: Books, *lines: str, files: str = "invoices.csv") -> None:
    """Give the project a list and one charge of 3.25 USD under the invoice i1 of Acme."""
    books.write("finmod.yaml", f"name: n\ncurrency: USD\ninvoices: {files}\n")
    books.write("invoices.csv", HEAD + "".join(f"{line}\n" for line in lines))
    books.load(books.write("a.csv", bill(month(9, "3.25", InvoiceId="i1", InvoiceIssuerName="Acme"))))


def test_a_row_has_both_sides_and_what_explains_the_difference(books: Books) -> None:
    project(books, "Acme,i1,2026-09,USD,2.25", "Acme,i1,2026-09,USD,2.25")
    assert row(books) == {
        "InvoiceIssuerName": "Acme",
        "InvoiceId": "i1",
        "x_BillingPeriod": "2026-09-01",
        "BillingCurrency": "USD",
        "x_InvoicedCost": "4.500000000000",
        "BilledCost": "3.250000000000",
        "x_Charges": 1,
        "x_UnknownBilledCost": 0,
        "x_Difference": "-1.250000000000",
        "x_Status": "differs",
        "x_ExplainedCost": "0.000000000000",
        "x_ExplainedShare": "0.000000000000",
        "x_ExplainedBy": None,
        "x_Sources": "saas",
        "x_Listed": "invoices.csv line 2, invoices.csv line 3",
    }


def test_the_share_that_is_explained_is_a_decimal(books: Books) -> None:
    project(books, "Acme,i1,2026-09,USD,3.25", "Acme,i1,2026-09,USD,3.25")
    found = row(books)
    assert (found["x_ExplainedShare"], found["x_ExplainedCost"]) == ("1.000000000000", "-3.250000000000")
    assert found["x_ExplainedBy"] == "listed twice"


def test_without_a_list_the_charges_stand_alone(loaded: Books) -> None:
    found = row(loaded)
    assert (found["x_InvoicedCost"], found["BilledCost"], found["x_Difference"]) == (None, "1.500000000000", None)
    assert (found["InvoiceId"], found["x_Status"], found["x_ExplainedShare"]) == (None, "not invoiced", None)


def test_an_invoice_detail_file_and_a_list_are_one_list(books: Books) -> None:
    project(books, "Acme,i1,2026-09,USD,1.25", files="[invoices.csv, detail.csv]")
    books.write(
        "detail.csv",
        "InvoiceIssuerName,InvoiceId,BillingPeriodStart,BillingCurrency,BilledCost\nAcme,i1,2026-09-01,USD,2\n",
    )
    assert row(books)["x_Status"] == "ties"


def test_an_earlier_state_of_the_ledger_is_compared_with_the_list_as_it_is(books: Books) -> None:
    project(books, "Acme,i1,2026-09,USD,3.25")
    books.load(
        books.write("b.csv", bill(month(9, "1", InvoiceId="i1", InvoiceIssuerName="Acme"))), "--accept", "FM1130"
    )
    assert (row(books)["x_Status"], row(books, "--as-of", "1")["x_Status"]) == ("differs", "ties")


def test_many_rows_are_all_there(books: Books) -> None:
    charges = [month(9, str(number), InvoiceId=f"i{number}") for number in range(1, 501)]
    books.load(books.write("a.csv", bill(*charges)))
    (found,) = books.query("SELECT count(*) AS n, sum(BilledCost) AS s FROM invoices")
    assert found == {"n": 500, "s": "125250.000000000000"}


def test_a_list_that_cannot_be_read_is_told(books: Books) -> None:
    project(books, "Acme,i1,2026-09,USD,three")
    said = books.run("query", "SELECT 1 FROM invoices")
    assert (said.code, "invoices.csv:2: amount is 'three'" in said.err) == (1, True)
    assert books.run("query", "SELECT 1 FROM charges").code == 0


def test_hostile_text_is_a_value(books: Books) -> None:
    books.load(books.write("a.csv", bill(month(9, "1", InvoiceId="'); DROP TABLE invoices; --"))))
    assert row(books)["InvoiceId"] == "'); DROP TABLE invoices; --"


def test_the_columns_are_those_of_the_page(loaded: Books) -> None:
    described = {item["column_name"]: item["column_type"] for item in loaded.query("DESCRIBE invoices")}
    assert described == public_columns("invoices")
