"""Invoices tie to the charges under their ids, to the last digit; the list must be readable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import UserError
from finmod.ledger.invoice_files import LIST_COLUMNS
from finmod.ledger.invoice_findings import InvoiceReport, invoice_report
from finmod.ledger.invoice_list import read_invoices
from finmod.ledger.invoice_sides import ChargeFiles
from finmod.ledger.ledger import Ledger
from finmod.ledger.reconcile import reconcile_invoices
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS, CHARGES
from finmod.terms.findings import Finding
from tests.books import month
from tests.ledger.conftest import JULY, NOW, Make

HEADER = ",".join(LIST_COLUMNS)
TIES = ("Acme,i1,2026-07,USD,3", "Acme,i2,2026-07,EUR,8")


Report = Callable[[str], InvoiceReport]
Compare = Callable[[str], Sequence[Finding]]


@pytest.fixture
def reports(engine: Engine, ledger: Ledger, period: Make, tmp_path: Path) -> Callable[..., Report]:
    """Return a function that loads charges and returns one that reports on lists."""

    def load(*charges: dict[str, str]) -> Report:
        ledger.commit(engine, [period(JULY, *charges)], "load1", NOW)
        head = ledger.head(engine)

        def report(content: str) -> InvoiceReport:
            file = tmp_path / "invoices.csv"
            file.write_text(content, encoding="utf-8", newline="")
            files = ChargeFiles(*(ledger.files(table, head) for table in (CHARGES, CHARGE_DAYS, CHARGE_KEYS)))
            return invoice_report(reconcile_invoices(engine, read_invoices(engine, [file]), files))

        return report

    return load


@pytest.fixture
def against(reports: Callable[..., Report]) -> Callable[..., Compare]:
    """Return a function that loads charges and returns one that compares lists with them."""

    def load(*charges: dict[str, str]) -> Compare:
        report = reports(*charges)
        return lambda content: [*report(content).findings]

    return load


@pytest.fixture
def compare(against: Callable[..., Compare]) -> Compare:
    """Return a function that compares a list with 3 USD under i1, 8 EUR under i2, both of Acme, 5 USD under none."""
    return against(
        month(7, "1", InvoiceId="i1", InvoiceIssuerName="Acme"),
        month(7, "2", InvoiceId="i1", InvoiceIssuerName="Acme", ServiceName="Compute"),
        month(7, "8", InvoiceId="i2", InvoiceIssuerName="Acme", BillingCurrency="EUR", BillingAccountId="a2"),
        month(7, "5", InvoiceIssuerName="Acme"),
    )


def charge(issuer: str, invoice: str, cost: str, **more: str) -> dict[str, str]:
    return month(7, cost, InvoiceId=invoice, InvoiceIssuerName=issuer, **more)


def euros(issuer: str, invoice: str, cost: str) -> dict[str, str]:
    return charge(issuer, invoice, cost, BillingCurrency="EUR", BillingAccountId="a2")


def codes(found: Sequence[Finding]) -> list[tuple[str, str]]:
    return [(each.code, each.severity) for each in found]


def listed(*lines: str) -> str:
    return "\n".join((HEADER, *lines, ""))


def test_invoices_that_tie_are_not_told(compare: Compare) -> None:
    assert compare(listed(*TIES)) == []


def test_an_invoice_in_several_lines_is_their_sum(compare: Compare) -> None:
    assert compare(listed("Acme,i1,2026-07,USD,4", "Acme,i1,2026-07,USD,-1.00", TIES[1])) == []


def test_a_mark_and_dos_line_ends_are_read(compare: Compare) -> None:
    assert compare("\ufeff" + listed(*TIES).replace("\n", "\r\n")) == []


@pytest.mark.parametrize(("amount", "gap"), [("103", "-100.00"), ("2.999999999999", "+0.000000000001")])
def test_another_amount_is_an_error(compare: Compare, amount: str, gap: str) -> None:
    (found,) = compare(listed(f"Acme,i1,2026-07,USD,{amount}", TIES[1]))
    assert (found.code, found.severity, found.source, found.billing_period) == ("FM1405", "error", "saas", "2026-07")
    assert (found.column, found.example, found.rows) == ("InvoiceId", "i1", 2)
    assert (found.amount, found.currency) == (Decimal(3), "USD")
    shown = "2.999999999999" if len(amount) > 3 else "103.00"
    assert found.message.startswith(
        f"The invoice is {shown} USD, its charges are 3.00: {gap} (invoice i1 of Acme, invoices.csv line 2)."
    )


def test_charges_of_an_invoice_that_is_not_listed_are_a_warning(compare: Compare) -> None:
    (found,) = compare(listed(TIES[0]))
    assert (found.code, found.severity, found.example, found.source) == ("FM1406", "warning", "i2", "saas")
    assert found.message == "The charges of invoice i2 of Acme are 8.00 EUR; the list of invoices does not have it."


@pytest.mark.parametrize(("amount", "severity"), [("7", "error"), ("-7", "error"), ("0.00", "info")])
def test_an_invoice_without_charges_is_an_error_unless_it_asks_for_nothing(
    compare: Compare, amount: str, severity: str
) -> None:
    (found,) = compare(listed(*TIES, f"Acme,i3,2026-07,USD,{amount}"))
    assert (found.code, found.severity, found.example, found.source) == ("FM1406", severity, "i3", None)
    assert (found.billing_period, found.currency, found.amount, found.rows) == ("2026-07", "USD", None, None)


def test_an_invoice_without_charges_is_told_with_its_place(compare: Compare) -> None:
    (found,) = compare(listed(*TIES, "Acme,i3,2026-07,USD,7"))
    assert found.message == "The invoice i3 of Acme is 7.00 USD (invoices.csv line 4); the ledger has no charge of it."


def test_invoices_of_months_that_the_ledger_does_not_hold_are_left_alone(compare: Compare) -> None:
    assert compare(listed(*TIES, "Acme,i3,2026-06,USD,7")) == []


def test_an_invoice_in_another_currency_than_its_charges_is_an_error(compare: Compare) -> None:
    (found,) = compare(listed("Acme,i1,2026-07,EUR,3", TIES[1]))
    assert (found.code, found.severity, found.example) == ("FM1405", "error", "i1")
    assert (found.amount, found.currency, found.rows) == (Decimal(3), "USD", 2)
    assert found.message == (
        "The invoice is 3.00 EUR, its charges are 3.00 USD: in another currency "
        "(invoice i1 of Acme, invoices.csv line 2)."
    )


def test_an_invoice_in_two_currencies_ties_in_each(against: Callable[..., Compare]) -> None:
    compare = against(charge("Acme", "i1", "3"), euros("Acme", "i1", "4"))
    both = ("Acme,i1,2026-07,USD,3", "Acme,i1,2026-07,EUR,4")
    assert compare(listed(*both)) == []
    assert codes(compare(listed(both[0], "Acme,i1,2026-07,EUR,5"))) == [("FM1405", "error")]
    (found,) = compare(listed(both[0]))
    assert (found.code, found.amount, found.currency, found.rows) == ("FM1405", None, None, 2)
    assert found.message.startswith("The invoice is 3.00 USD, its charges are 4.00 EUR and 3.00 USD: in another")


@pytest.mark.parametrize(("bill", "line"), [("", "Acme"), ("Acme", ""), ("Acme, Inc.", "Acme")])
def test_an_invoice_of_another_currency_and_another_name_cannot_be_told_from_another_one(
    against: Callable[..., Compare], bill: str, line: str
) -> None:
    (found,) = against(charge(bill, "i1", "3"))(listed(f"{line},i1,2026-07,EUR,3"))
    assert (found.code, found.severity) == ("FM1408", "error")


def test_issuers_that_are_not_named_are_compared_in_each_currency(against: Callable[..., Compare]) -> None:
    compare = against(charge("", "i1", "3"), euros("", "i1", "4"))
    assert codes(compare(listed(",i1,2026-07,USD,3", ",i1,2026-07,EUR,4"))) == [("FM1409", "info")]


def test_charges_without_an_issuer_beside_an_invoice_that_ties_are_an_error(against: Callable[..., Compare]) -> None:
    compare = against(charge("Acme", "i1", "100"), charge("", "i1", "50"))
    (found,) = compare(listed("Acme,i1,2026-07,USD,100"))
    assert (found.code, found.severity, found.amount, found.rows) == ("FM1408", "error", Decimal(150), 2)
    assert "50.00 USD of an unnamed issuer" in found.message
    assert "100.00 USD of Acme" in found.message
    for other in ("149.99", "150.000000000001"):
        assert codes(compare(listed(f"Acme,i1,2026-07,USD,{other}"))) == [("FM1408", "error")]


def test_an_invoice_that_ties_with_charges_without_an_issuer_is_a_warning(against: Callable[..., Compare]) -> None:
    dollars = [charge(name, number, cost) for number in ("i1", "i2") for name, cost in (("Acme", "90"), ("", "10"))]
    compare = against(*dollars, euros("Acme", "i2", "3"), euros("", "i2", "4"))
    (found,) = compare(listed("ACME,i1,2026-07,USD,100", "ACME,i2,2026-07,USD,100", "ACME,i2,2026-07,EUR,7"))
    assert (found.code, found.severity, found.column) == ("FM1409", "warning", "InvoiceIssuerName")
    assert found.message == "2 invoices of ACME tie only with charges under the same id that name no issuer."


@pytest.mark.parametrize(
    ("parts", "lines"),
    [
        ((("Acme", "90"), ("", "10"), ("Bmce", "0")), ("Acme,USD,100",)),
        ((("Acme", "90"), ("", "10")), ("Acme,USD,95", "Bmce,USD,5")),
        ((("Acme", "90"), ("", "10")), ("Acme,USD,95", ",USD,5")),
        ((("Acme", "100"), ("", "")), ("Acme,USD,100",)),
        ((("Acme", "90"), ("", "10")), ("Acme,USD,100", "Acme,EUR,1")),
    ],
    ids=["three issuers of charges", "two listed", "one listed without a name", "of unknown cost", "two currencies"],
)
def test_charges_without_an_issuer_that_cannot_be_told_apart_are_an_error(
    against: Callable[..., Compare], parts: Sequence[tuple[str, str]], lines: Sequence[str]
) -> None:
    of_list = (line.split(",") for line in lines)
    found = against(*(charge(name, "i1", cost) for name, cost in parts))(
        listed(*(f"{name},i1,2026-07,{currency},{amount}" for name, currency, amount in of_list))
    )
    assert codes(found) == [("FM1408", "error")]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((), None),
        (("Acme,i9,2026-06,USD,7",), None),
        (("Acme,i1,2026-07,USD,3",), True),
        (("Acme,i1,2026-06,USD,3", "Acme,i9,2026-06,USD,7"), True),
        (("Acme,i1,2026-06,USD,4",), False),
        (("Acme,i9,2026-07,USD,0",), True),
        (("Acme,i9,2026-07,USD,7",), False),
    ],
    ids=[
        "none listed",
        "of other months",
        "equal",
        "equal, of another month",
        "unequal",
        "of nothing",
        "without charges",
    ],
)
def test_whether_invoices_tie_is_said_of_those_that_can_be_compared(
    reports: Callable[..., Report], lines: Sequence[str], said: object
) -> None:
    assert reports(charge("Acme", "i1", "3"))(listed(*lines)).tie is said


@pytest.mark.parametrize("currency", ["USD", "EUR"])
def test_a_line_without_an_issuer_beside_an_invoice_that_ties_is_an_error(
    against: Callable[..., Compare], currency: str
) -> None:
    compare = against(charge("Acme", "i1", "100"))
    (found,) = compare(listed("Acme,i1,2026-07,USD,100", f",i1,2026-07,{currency},100"))
    assert (found.code, found.severity) == ("FM1408", "error")
    assert f"with 100.00 USD of Acme and 100.00 {currency} of an unnamed issuer, the charges" in found.message


def test_charges_of_another_issuer_beside_an_invoice_that_ties_are_not_listed(against: Callable[..., Compare]) -> None:
    compare = against(*TWO)
    assert codes(compare(listed("Acme,1001,2026-07,USD,20"))) == [("FM1406", "warning")]


def test_charges_that_are_not_listed_and_have_no_cost_are_not_told_as_nothing(against: Callable[..., Compare]) -> None:
    compare = against(charge("Acme", "i1", ""), charge("Bmce", "i2", ""), charge("Bmce", "i2", "2"))
    assert [each.message.partition(";")[0] for each in compare(listed())] == [
        "The charges of invoice i1 of Acme are 1 charge in USD without BilledCost",
        "The charges of invoice i2 of Bmce are 2.00 USD beside 1 charge in USD without BilledCost",
    ]


def test_every_amount_of_a_message_has_all_its_digits_and_separated_thousands(against: Callable[..., Compare]) -> None:
    (found,) = against(charge("Acme", "i1", "453837.159014175900"))(listed("Acme,i1,2026-07,USD,423138.1056270658"))
    assert "is 423,138.1056270658 USD, its charges are 453,837.1590141759: +30,699.0533871101 (" in found.message


TWO = (charge("Acme", "1001", "20"), charge("Bmce", "1001", "10"))


def test_suppliers_with_the_same_invoice_id_are_not_added_up(against: Callable[..., Compare]) -> None:
    compare = against(*TWO)
    assert compare(listed("Acme,1001,2026-07,USD,20", "Bmce,1001,2026-07,USD,10")) == []
    found = compare(listed("Acme,1001,2026-07,USD,10", "Bmce,1001,2026-07,USD,20"))
    assert codes(found) == [("FM1405", "error")] * 2
    assert [each.amount for each in found] == [Decimal(20), Decimal(10)]
    assert "(invoice 1001 of Bmce, invoices.csv line 3)" in found[1].message


def test_an_issuer_is_the_same_in_another_case_and_with_more_spaces(against: Callable[..., Compare]) -> None:
    assert against(charge("Acme  Cloud", "i1", "3"))(listed("ACME cloud,i1,2026-07,USD,3")) == []


def test_issuers_in_another_spelling_are_told_once_and_compared_by_id(against: Callable[..., Compare]) -> None:
    compare = against(charge("Acme, Inc.", "i1", "3"), charge("Acme, Inc.", "i2", "4"))
    (found,) = compare(listed("Acme,i1,2026-07,USD,3", "Acme,i2,2026-07,USD,4"))
    assert (found.code, found.severity, found.column) == ("FM1409", "warning", "InvoiceIssuerName")
    assert found.message == (
        "The list calls the issuer of 2 invoices 'Acme', the charges call it 'Acme, Inc.': "
        "compared by invoice id alone."
    )
    assert codes(compare(listed("Acme,i1,2026-07,USD,3", "Acme,i2,2026-07,USD,5"))) == [
        ("FM1405", "error"),
        ("FM1409", "warning"),
    ]


@pytest.mark.parametrize(("bill", "line"), [("", "Acme"), ("Acme", ""), ("", "")])
def test_without_an_issuer_an_invoice_is_compared_by_its_id(
    against: Callable[..., Compare], bill: str, line: str
) -> None:
    compare = against(charge(bill, "i1", "3"))
    (found,) = compare(listed(f"{line},i1,2026-07,USD,3"))
    assert (found.code, found.severity) == ("FM1409", "info")
    assert "nothing" in found.message
    assert codes(compare(listed(f"{line},i1,2026-07,USD,4"))) == [("FM1405", "error"), ("FM1409", "info")]


def test_a_whole_that_ties_to_charges_of_several_issuers_is_one_invoice(against: Callable[..., Compare]) -> None:
    compare = against(*TWO)
    assert codes(compare(listed("Market,1001,2026-07,USD,30"))) == [("FM1409", "warning")]


@pytest.mark.parametrize("issuers", [("Acme", "Bmce"), ("", "Bmce")])
def test_several_issuers_of_an_id_that_charges_do_not_name_are_an_error(
    against: Callable[..., Compare], issuers: tuple[str, str]
) -> None:
    compare = against(charge("", "1001", "30"))
    (found,) = compare(
        listed(*(f"{name},1001,2026-07,USD,{cost}" for name, cost in zip(issuers, (10, 20), strict=True)))
    )
    assert (found.code, found.severity, found.amount, found.rows) == ("FM1408", "error", Decimal(30), 1)
    assert found.message.endswith(
        " and 20.00 USD of Bmce, the charges under it are 30.00 USD of an unnamed issuer (invoices.csv line 2)."
    )


def test_charges_of_several_issuers_that_no_invoice_is_the_sum_of_are_an_error(
    against: Callable[..., Compare],
) -> None:
    assert codes(against(*TWO)(listed("Market,1001,2026-07,USD,10"))) == [("FM1408", "error")]


def test_charges_of_unknown_cost_do_not_tie(against: Callable[..., Compare]) -> None:
    compare = against(charge("Acme", "i1", "3"), charge("Acme", "i1", ""), charge("Acme", "i2", ""))
    found = compare(listed("Acme,i1,2026-07,USD,3", "Acme,i2,2026-07,USD,0"))
    assert codes(found) == [("FM1405", "error")] * 2
    first = "1 charge of the invoice without BilledCost cannot be counted. The invoice is"
    assert [each.message for each in found] == [
        f"{first} 3.00 USD, its other charges are 3.00 (invoice i1 of Acme, invoices.csv line 2).",
        f"{first} 0.00 USD, it has no other charge (invoice i2 of Acme, invoices.csv line 3).",
    ]
    assert [(each.amount, each.rows) for each in found] == [(Decimal(3), 2), (None, 1)]


def test_an_invoice_of_another_issuer_than_the_charges_under_its_id_is_told(against: Callable[..., Compare]) -> None:
    found = against(*TWO)(listed("Acme,1001,2026-07,USD,20", "Bmce,1001,2026-07,USD,10", "Third,1001,2026-07,USD,5"))
    assert codes(found) == [("FM1406", "error")]
    assert "invoice 1001 of Third" in found[0].message


def test_an_invoice_of_an_issuer_that_the_ledger_has_nothing_of_is_told(compare: Compare) -> None:
    (found,) = compare(listed(*TIES, "Bmce,b1,2026-07,USD,7"))
    assert (found.code, found.billing_period) == ("FM1406", "2026-07")


def test_a_list_that_is_not_there_is_refused(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="FM1129"):
        read_invoices(engine, [tmp_path / "none.csv"])


def test_a_difference_that_is_explained_is_a_warning_that_says_by_what(reports: Callable[..., Report]) -> None:
    report = reports(charge("Acme", "i1", "3"), charge("Acme", "", "2"))(listed("Acme,i1,2026-07,USD,5"))
    (found,) = report.findings
    assert (found.code, found.severity, found.amount, found.rows) == ("FM1414", "warning", Decimal(3), 1)
    assert found.message.endswith(" Explained: -2.00, charges of the account and month without an invoice id.")
    assert report.tie is False


def test_a_difference_that_is_explained_in_part_is_an_error_with_what_remains(against: Callable[..., Compare]) -> None:
    (found,) = against(charge("Acme", "i1", "3"), charge("Acme", "", "2"))(listed("Acme,i1,2026-07,USD,9"))
    assert (found.code, found.severity) == ("FM1405", "error")
    assert found.message.endswith(" without an invoice id. Not explained: -4.00.")


def test_an_invoice_that_is_rounded_to_cents_is_information(against: Callable[..., Compare]) -> None:
    (found,) = against(charge("Acme", "i1", "3.004"))(listed("Acme,i1,2026-07,USD,3.00"))
    assert (found.code, found.severity) == ("FM1414", "info")


def test_an_invoice_whose_charges_have_its_id_in_another_spelling_is_a_warning(
    against: Callable[..., Compare],
) -> None:
    found = against(charge("Acme", "0017", "3"))(listed("Acme,17,2026-07,USD,3"))
    assert codes(found) == [("FM1406", "warning"), ("FM1414", "warning")]
    assert "charges are under the id '0017'" in found[1].message


def test_an_invoice_over_two_billing_periods_is_not_told_where_it_ties(reports: Callable[..., Report]) -> None:
    later = {"ChargePeriodStart": "2026-07-01T00:00:00Z"}
    report = reports(charge("Acme", "i1", "3", **later))(listed("Acme,i1,2026-06,USD,1", "Acme,i1,2026-07,USD,2"))
    assert (report.findings, report.tie) == ((), True)


def test_invoices_that_are_rounded_to_cents_tie_and_are_counted(reports: Callable[..., Report]) -> None:
    compare = reports(charge("Acme", "i1", "3.001"), charge("Acme", "i2", "2"))
    report = compare(listed("Acme,i1,2026-07,USD,3", "Acme,i2,2026-07,USD,2"))
    assert [(each.code, each.severity) for each in report.findings] == [("FM1414", "info")]
    assert (report.tie, report.rounded) == (True, 1)
    report = compare(listed("Acme,i1,2026-07,USD,3", "Acme,i2,2026-07,USD,1"))
    assert (report.tie, report.rounded) == (False, 1)
