"""Differences are explained by charges and lines, exactly; what is not explained remains; nothing explains twice."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.ledger.invoices import InvoiceRow
from finmod.ledger.ledger import Ledger
from tests.ledger.conftest import AUGUST, JULY, Make
from tests.ledger.invoicing import Bench, Charge, charge

I1 = "Acme,i1,2026-07,USD"


@pytest.fixture
def bench(engine: Engine, ledger: Ledger, period: Make, tmp_path: Path) -> Bench:
    return Bench(engine, ledger, period, tmp_path)


def tax(invoice: str, cost: str, **more: str) -> Charge:
    return charge(invoice, cost, ChargeCategory="Tax", ServiceName="Tax", **more)


def said(row: InvoiceRow) -> list[tuple[str, str]]:
    return [(item.kind, f"{item.amount.normalize():f}") for item in row.explanations]


def rest(row: InvoiceRow) -> str | None:
    """Return what remains, as text."""
    return None if row.remainder is None else f"{row.remainder.normalize():f}"


def of_month(rows: Sequence[InvoiceRow], month: str = "2026-07", invoice: str = "i1") -> InvoiceRow:
    (row,) = (row for row in rows if (row.invoice_id, row.billing_period) == (invoice, month))
    return row


def test_charges_of_the_invoice_in_another_billing_period_explain_both(bench: Bench) -> None:
    bench.load(charge("i1", "2"), charge("i1", "1", 8))
    rows = bench.rows(f"{I1},3")
    assert said(of_month(rows)) == [("other billing period", "-1")]
    assert said(of_month(rows, "2026-08")) == [("other billing period", "1")]
    assert [row.remainder for row in rows] == [0, 0]


def test_what_billing_periods_do_not_explain_of_each_other_remains(bench: Bench) -> None:
    bench.load(charge("i1", "2"), charge("i1", "1", 8))
    rows = bench.rows(f"{I1},10")
    assert (said(of_month(rows)), rest(of_month(rows))) == ([("other billing period", "-1")], "-7")
    assert of_month(rows, "2026-08").remainder == 0


@pytest.mark.parametrize(("bill", "line"), [("i 1", "i1"), ("0017", "17"), ("17", "0017"), ("AB-1", "ab-1")])
def test_an_id_with_blanks_zeros_or_in_another_case_explains_an_invoice_without_charges(
    bench: Bench, bill: str, line: str
) -> None:
    bench.load(charge(bill, "3"))
    found = {row.status: row for row in bench.rows(f"Acme,{line},2026-07,USD,3")}
    assert said(found["no charges"]) == [("other spelling of the id", "-3")]
    assert (rest(found["no charges"]), found["not listed"].difference) == ("0", None)


def test_an_id_of_another_issuer_is_no_other_spelling(bench: Bench) -> None:
    bench.load(charge("007", "3", InvoiceIssuerName="Bmce"))
    assert said(of_month(bench.rows("Acme,7,2026-07,USD,3"), invoice="7")) == []


def test_charges_under_the_id_by_another_issuer_explain_a_part(bench: Bench) -> None:
    bench.load(charge("i1", "3"), charge("i1", "2", InvoiceIssuerName="Acme Inc."))
    row = of_month([row for row in bench.rows(f"{I1},6") if row.issuer == "Acme"])
    assert (said(row), rest(row)) == ([("other issuer", "-2")], "-1")


def test_charges_of_the_account_without_an_invoice_id_explain(bench: Bench) -> None:
    bench.load(charge("i1", "3"), charge("", "2"), charge("", "7", BillingAccountId="a2"), charge("", "9", 8))
    row = of_month(bench.rows(f"{I1},5"))
    assert (said(row), rest(row)) == ([("no invoice id", "-2")], "0")
    part = of_month(bench.rows(f"{I1},8"))
    assert (said(part), rest(part)) == ([("no invoice id", "-2")], "-3")
    assert said(of_month(bench.rows(f"{I1},4"))) == []


def test_tax_without_an_invoice_id_explains_where_it_is_the_whole_difference(bench: Bench) -> None:
    bench.load(charge("i1", "3"), tax("", "0.57"), charge("", "2"))
    row = of_month(bench.rows(f"{I1},3.57"))
    assert (said(row), rest(row)) == ([("tax without an invoice id", "-0.57")], "0")


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("tax", {"ChargeCategory": "Tax"}),
        ("credits", {"ChargeCategory": "Credit"}),
        ("corrections", {"ChargeClass": "Correction"}),
        ("adjustments", {"ChargeCategory": "Adjustment"}),
        ("support", {"ServiceName": "Premium Support"}),
        ("purchases", {"ChargeCategory": "Purchase"}),
        ("commitment fees", {"ChargeCategory": "Purchase", "CommitmentDiscountId": "c1"}),
        ("covered usage", {"CommitmentDiscountId": "c1", "CommitmentDiscountStatus": "Used"}),
    ],
)
@pytest.mark.parametrize("cost", ["0.5", "-0.5"])
def test_charges_of_a_kind_that_are_the_difference_explain_it(bench: Bench, kind: str, more: Charge, cost: str) -> None:
    bench.load(charge("i1", "3"), charge("i1", cost, **more))
    row = of_month(bench.rows(f"{I1},3"))
    assert (said(row), rest(row)) == ([(kind, cost)], "0")
    assert said(of_month(bench.rows(f"{I1},2.9"))) == []


def test_two_kinds_together_explain(bench: Bench) -> None:
    bench.load(charge("i1", "3"), tax("i1", "0.5"), charge("i1", "-0.2", ChargeCategory="Credit"))
    assert said(of_month(bench.rows(f"{I1},3"))) == [("tax", "0.5"), ("credits", "-0.2")]


def test_charges_that_stand_twice_explain(bench: Bench) -> None:
    bench.load(charge("i1", "3"), charge("i1", "2", ServiceName="Compute"), charge("i1", "2", ServiceName="Compute"))
    row = of_month(bench.rows(f"{I1},5"))
    assert (said(row), rest(row), row.explanations[0].charges) == ([("duplicates", "2")], "0", 1)
    part = of_month(bench.rows(f"{I1},4"))
    assert (said(part), rest(part)) == ([("duplicates", "2")], "1")


def test_charges_of_nothing_that_stand_twice_are_counted_as_a_check_counts_them(bench: Bench) -> None:
    free = charge("i1", "0", ServiceName="Free")
    bench.load(charge("i1", "3"), *[charge("i1", "2", ServiceName="Compute")] * 2, free, free, tax("i1", "1"))
    row = of_month(bench.rows(f"{I1},6"))
    assert (said(row), rest(row), row.explanations[0].charges) == ([("duplicates", "2")], "0", 2)


def test_charges_of_nothing_that_stand_twice_explain_nothing(bench: Bench) -> None:
    bench.load(charge("i1", "3"), *[tax("i1", "0")] * 2, tax("i1", "1"))
    row = of_month(bench.rows(f"{I1},3"))
    assert (said(row), rest(row)) == ([("tax", "1")], "0")


def test_refunds_that_stand_twice_explain_charges_that_are_too_small(bench: Bench) -> None:
    bench.load(charge("i1", "9"), charge("i1", "-2"), charge("i1", "-2"), charge("i1", "1"), charge("i1", "1"))
    assert said(of_month(bench.rows(f"{I1},9"))) == [("duplicates", "-2")]


def test_usage_with_the_wrong_sign_explains(bench: Bench) -> None:
    bench.load(charge("i1", "9"), charge("i1", "-2", ServiceName="Compute"))
    assert said(of_month(bench.rows(f"{I1},11"))) == [("sign", "-4")]


def test_charges_used_earlier_explain(bench: Bench) -> None:
    used = {"ChargePeriodStart": "2026-06-30T00:00:00Z", "ChargePeriodEnd": "2026-07-01T00:00:00Z"}
    bench.load(charge("i1", "3"), charge("i1", "2", **used))
    assert said(of_month(bench.rows(f"{I1},3"))) == [("earlier usage", "2")]


def test_late_charges_without_an_invoice_id_explain(bench: Bench) -> None:
    used = {"ChargePeriodStart": "2026-07-31T00:00:00Z", "ChargePeriodEnd": "2026-08-01T00:00:00Z"}
    bench.load(charge("i1", "3"), charge("", "2", 8, **used), charge("", "5", 8))
    assert said(of_month(bench.rows(f"{I1},5"))) == [("late charges", "-2")]


def test_another_invoice_of_the_account_explains_where_it_is_the_whole_difference(bench: Bench) -> None:
    bench.load(charge("i1", "3"), charge("i2", "2"), charge("i3", "4"))
    assert said(of_month(bench.rows(f"{I1},5"))) == [("other invoice", "-2")]
    assert said(of_month(bench.rows(f"{I1},8"))) == []


def test_an_invoice_that_is_listed_twice_explains(bench: Bench) -> None:
    bench.load(charge("i1", "3"))
    row = of_month(bench.rows(f"{I1},3", f"{I1},3"))
    assert (said(row), rest(row)) == ([("listed twice", "-3")], "0")


@pytest.mark.parametrize(("invoiced", "kinds"), [("3.00", ["rounding"]), ("3.01", []), ("2.9999", []), ("3.003", [])])
def test_an_invoice_in_whole_cents_is_rounded(bench: Bench, invoiced: str, kinds: list[str]) -> None:
    bench.load(charge("i1", "3.0041"))
    row = of_month(bench.rows(f"{I1},{invoiced}"))
    assert [kind for kind, _ in said(row)] == kinds
    assert row.remainder == (0 if invoiced == "3.00" else Decimal("3.0041") - Decimal(invoiced))


def test_rounding_stands_beside_another_explanation(bench: Bench) -> None:
    bench.load(charge("i1", "3.0041"), tax("i1", "0.6"))
    assert said(of_month(bench.rows(f"{I1},3.00"))) == [("tax", "0.6"), ("rounding", "0.0041")]


def test_what_explains_the_larger_difference_explains_no_other(bench: Bench) -> None:
    bench.load(charge("i1", "3"), charge("i2", "4"), charge("", "2"))
    rows = bench.rows(f"{I1},5", "Acme,i2,2026-07,USD,10")
    second = of_month(rows, invoice="i2")
    assert (said(second), rest(second)) == ([("no invoice id", "-2")], "-4")
    assert (said(of_month(rows)), rest(of_month(rows))) == ([], "-2")


def test_an_amount_in_another_currency_explains_nothing(bench: Bench) -> None:
    bench.load(charge("i1", "3"), charge("", "2", BillingCurrency="EUR", BillingAccountId="a2"))
    row = of_month(bench.rows(f"{I1},5"))
    assert (said(row), rest(row)) == ([], "-2")


def test_an_invoice_without_charges_is_explained_by_charges_of_its_issuer_that_are_all_of_it(bench: Bench) -> None:
    bench.load(charge("", "3"), charge("", "8", InvoiceIssuerName="Bmce", BillingAccountId="a2"))
    assert said(of_month(bench.rows(f"{I1},3"))) == [("no invoice id of the issuer", "-3")]
    assert said(of_month(bench.rows(f"{I1},4"))) == []


def test_a_credit_note_is_explained_like_an_invoice(bench: Bench) -> None:
    bench.load(charge("c1", "-5"), tax("c1", "-0.5"))
    row = of_month(bench.rows("Acme,c1,2026-07,USD,-5"), invoice="c1")
    assert (row.difference, said(row)) == (Decimal("-0.5"), [("tax", "-0.5")])


def test_a_difference_of_all_the_digits_that_an_amount_can_have_is_exact(bench: Bench) -> None:
    bench.load(charge("i1", "3.000000000001"), charge("i1", "0.000000000003", 8), charge("", "9"))
    row = of_month(bench.rows(f"{I1},{'9' * 26}.000000000002"))
    assert said(row) == [("other billing period", "-0.000000000003"), ("no invoice id", "-9")]
    assert f"{row.remainder:f}" == "-99999999999999999999999986.999999999998"


def test_a_restated_bill_of_a_closed_month_explains_what_its_true_ups_moved(bench: Bench) -> None:
    bench.load(charge("i1", "3"), charge("i2", "7", ServiceName="Compute"))
    bench.restate(JULY, AUGUST, charge("i1", "5.5"), charge("i2", "6.5", ServiceName="Compute"))
    rows = bench.rows(f"{I1},6", "Acme,i2,2026-07,USD,6.5")
    assert (said(of_month(rows)), rest(of_month(rows))) == ([("true-ups", "-2.5")], "-0.5")
    assert said(of_month(rows, invoice="i2")) == [("true-ups", "0.5")]


def test_true_ups_of_a_bill_that_lost_its_invoice_ids_explain_an_invoice_of_the_account(bench: Bench) -> None:
    bench.load(charge("i1", "3"))
    bench.restate(JULY, AUGUST, charge("", "5"))
    assert said(of_month(bench.rows(f"{I1},5"))) == [("true-ups", "-2")]


def test_charges_that_stand_on_two_invoices_give_a_true_up_of_neither(bench: Bench) -> None:
    bench.load(charge("i1", "3"))
    bench.restate(JULY, AUGUST, charge("i1", "4"), charge("i2", "6"))
    rows = bench.rows(f"{I1},10")
    assert said(of_month(rows)) == [("true-ups", "-7")]
    assert [part.restated_on for row in rows for part in row.parts if part.true_up_of] == [None]


def test_a_correction_on_the_next_invoice_is_the_true_up_of_an_earlier_month(bench: Bench) -> None:
    bench.load(charge("i1", "3"), charge("i2", "7", 8))
    bench.restate(JULY, AUGUST, charge("i1", "5"))
    rows = bench.rows(f"{I1},3", "Acme,i2,2026-08,USD,9")
    assert of_month(rows).status == "ties"
    assert said(of_month(rows, "2026-08", "i2")) == [("earlier true-ups", "-2")]


def test_a_true_up_explains_one_invoice_alone(bench: Bench) -> None:
    bench.load(charge("i1", "3"), charge("i2", "7", 8))
    bench.restate(JULY, AUGUST, charge("i1", "5"))
    rows = bench.rows(f"{I1},5", "Acme,i2,2026-08,USD,9")
    assert (said(of_month(rows)), rest(of_month(rows))) == ([("true-ups", "-2")], "0")
    assert (said(of_month(rows, "2026-08", "i2")), rest(of_month(rows, "2026-08", "i2"))) == ([], "-2")


def test_true_ups_are_charges_without_an_invoice_of_the_month_that_they_are_booked_in(bench: Bench) -> None:
    bench.load(charge("i1", "3"))
    bench.restate(JULY, AUGUST, charge("i1", "5"))
    found = bench.reconcile(f"{I1},5", "Acme,i9,2026-08,USD,4", most=3)
    (row,) = (row for row in found.rows if row.status == "not invoiced")
    assert (row.billing_period, row.charged, row.charges) == ("2026-08", Decimal(2), 1)
    assert sum(row.charged or Decimal(0) for row in found.rows) == Decimal(5)
    # No bill of August is loaded.
    assert of_month(found.rows, "2026-08", "i9").status == "not loaded"
    ((behind, examples),) = found.examples.items()
    assert (behind[0].invoice_id, [(item.row, item.billed) for item in examples]) == ("i1", [(None, Decimal(2))])
