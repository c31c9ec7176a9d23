"""Invoices tie to the charges under their ids, to the last digit; the list must be readable."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import UserError
from finmod.ledger.invoices import COLUMNS, invoice_differences
from finmod.ledger.ledger import Ledger
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS
from finmod.terms.findings import Finding
from tests.books import month
from tests.ledger.conftest import JULY, NOW, Make

HEADER = ",".join(COLUMNS)
TIES = ("Acme,i1,2026-07,USD,3", "Acme,i2,2026-07,EUR,8")


@pytest.fixture
def compare(engine: Engine, ledger: Ledger, period: Make, tmp_path: Path) -> Callable[[str | bytes], list[Finding]]:
    """Return a function that compares a list with a ledger of 3 USD under i1, 8 EUR under i2, 5 USD under none."""
    charges = (
        month(7, "1", InvoiceId="i1"),
        month(7, "2", InvoiceId="i1", ServiceName="Compute"),
        month(7, "8", InvoiceId="i2", BillingCurrency="EUR", BillingAccountId="a2"),
        month(7, "5"),
    )
    ledger.commit(engine, [period(JULY, *charges)], "load1", NOW)
    head = ledger.head(engine)

    def made(content: str | bytes) -> list[Finding]:
        file = tmp_path / "invoices.csv"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return invoice_differences(engine, file, ledger.files(CHARGE_DAYS, head), ledger.files(CHARGE_KEYS, head))

    return made


Compare = Callable[[str | bytes], list[Finding]]


def listed(*lines: str) -> str:
    return "\n".join((HEADER, *lines, ""))


def test_invoices_that_tie_are_not_told(compare: Compare) -> None:
    assert compare(listed(*TIES)) == []


def test_an_invoice_in_several_lines_is_their_sum(compare: Compare) -> None:
    assert compare(listed("Acme,i1,2026-07,USD,4", "Acme,i1,2026-07,USD,-1.00", TIES[1])) == []


def test_a_mark_and_dos_line_ends_are_read(compare: Compare) -> None:
    assert compare("\ufeff" + listed(*TIES).replace("\n", "\r\n")) == []


@pytest.mark.parametrize(("amount", "gap"), [("103", "+100"), ("2.999999999999", "-0.000000000001")])
def test_another_amount_is_an_error(compare: Compare, amount: str, gap: str) -> None:
    (found,) = compare(listed(f"Acme,i1,2026-07,USD,{amount}", TIES[1]))
    assert (found.code, found.severity, found.source, found.billing_period) == ("FM1405", "error", "saas", "2026-07")
    assert (found.column, found.example, found.rows) == ("InvoiceId", "i1", 2)
    assert (found.amount, found.currency) == (Decimal(3), "USD")
    assert f"its charges are 3.00: {gap}" in found.message


def test_charges_of_an_invoice_that_is_not_listed_are_a_warning(compare: Compare) -> None:
    (found,) = compare(listed(TIES[0]))
    assert (found.code, found.severity, found.example, found.source) == ("FM1406", "warning", "i2", "saas")
    assert found.message == "The charges of the invoice are 8.00 EUR; the list of invoices does not have it."


def test_an_invoice_without_charges_is_a_warning(compare: Compare) -> None:
    (found,) = compare(listed(*TIES, "Acme,i3,2026-07,USD,7"))
    assert (found.code, found.severity, found.example, found.source) == ("FM1406", "warning", "i3", None)
    assert found.message == "The invoice is 7.00 USD; the ledger has no charge of it."


def test_invoices_of_months_that_the_ledger_does_not_hold_are_left_alone(compare: Compare) -> None:
    assert compare(listed(*TIES, "Acme,i3,2026-06,USD,7")) == []


def test_an_invoice_in_another_currency_is_another_invoice(compare: Compare) -> None:
    found = compare(listed("Acme,i1,2026-07,EUR,3", TIES[1]))
    assert [(each.code, each.example, each.currency) for each in found] == [
        ("FM1406", "i1", "USD"),
        ("FM1406", "i1", "EUR"),
    ]


UNREADABLE: dict[str, str | bytes] = {
    "nothing": "",
    "other columns": "invoice,amount\ni1,3\n",
    "other order": ",".join(reversed(COLUMNS)) + "\n",
    "no number": listed("Acme,i1,2026-07,USD,three"),
    "no utf-8": b"issuer,invoice_id\xff\n",
    "a field too many": listed("Acme,i1,2026-07,USD,3,4"),
    "semicolons": listed(*TIES).replace(",", ";"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_list_that_cannot_be_read_is_refused(compare: Compare, case: str) -> None:
    with pytest.raises(UserError, match="the invoices cannot be read") as caught:
        compare(UNREADABLE[case])
    assert {problem.code for problem in caught.value.problems} == {"FM1129"}
    assert str(caught.value).startswith("invoices.csv: ")
    assert f"expected CSV with the columns {', '.join(COLUMNS)}" in str(caught.value)


def test_a_list_that_is_not_there_is_refused(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="FM1129"):
        invoice_differences(engine, tmp_path / "none.csv", [], [])
