"""What is said of a variance, in which words and from which size on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.models.variance.effects import EFFECTS
from finmod.models.variance.report import Change, Proof
from finmod.terms.findings import Finding
from finmod.workspace.variance.findings import findings_of
from finmod.workspace.variance.told import Told
from finmod.workspace.variance.variance import Made
from tests.books import Books, bill
from tests.tagged import EURO, charge
from tests.variances import SEARCH, books_of, codes, compared_of, report_of, used

D = Decimal


def total(**effects: str) -> Change:
    """Return a change of these effects."""
    return Change((), D(0), D(0), tuple(D(effects.get(effect.name, "0")) for effect in EFFECTS))


def said(made: Made, change: Change | None = None, *proofs: Proof) -> list[Finding]:
    return [*findings_of(made.books, made.named, made.compared, change or total(volume="5"), proofs)]


def with_units(made: Made, *units: tuple[str, str, float | None]) -> Made:
    return replace(made, compared=replace(made.compared, units=units))


def test_of_two_whole_months_of_known_cost_nothing_is_said(made: Made) -> None:
    assert said(made, total(volume="5"), Proof(0, "USD", D(1), D(1))) == []


@pytest.mark.parametrize(("other", "is_said"), [("1", False), ("-1", False), ("1.01", True), ("-1.01", True)])
def test_what_is_not_told_apart_is_said_above_a_hundredth_of_what_moved(
    made: Made, other: str, *, is_said: bool
) -> None:
    """Effects of 99 less what is not told apart: signs do not matter, and 1 of 100 is not asked for."""
    moved = total(volume="50", mix=str(-(D(50) - abs(D(other)))), other=other)
    found = [(each.code, each.amount, each.currency) for each in said(made, moved)]
    assert found == ([("FM2517", D(other), "USD")] if is_said else [])


def test_where_nothing_moved_nothing_is_said_to_be_told_apart(made: Made) -> None:
    assert said(made, total()) == []


def test_units_that_were_converted_are_named_five_at_most(made: Made) -> None:
    units = [(f"{10**at} Requests", "Requests", 1.0 / 10**at) for at in range(6)]
    (found,) = said(with_units(made, *units))
    assert (found.code, found.severity) == ("FM2515", "info")
    assert found.message == (
        "Units of quantity changed: 1 Requests is now Requests, 10 Requests is now Requests, 100 Requests is now "
        "Requests, 1000 Requests is now Requests and 10000 Requests is now Requests. Quantities and prices of before "
        "are told in the unit of now"
    )


def test_units_that_nothing_converts_are_named_apart_with_what_they_moved(made: Made) -> None:
    units = with_units(made, ("Requests", "1000 Requests", 0.001), ("Widgets", "Crates", None))
    found = said(units, total(unit_change="20"))
    assert [(each.code, each.amount) for each in found] == [("FM2516", D(20)), ("FM2515", None)]
    assert found[0].message == (
        "Units changed, and nothing tells how many of the new one the old one is: Widgets is now Crates. What these "
        "charges cost more or less is an effect of its own, neither price nor volume"
    )
    assert "Widgets" not in found[1].message


def test_an_account_that_is_billed_in_another_currency_is_named(tmp_path: Path) -> None:
    """Account 1 goes from dollars to euros; account 2 has both before, and one of them after."""
    made = books_of(
        tmp_path / "books",
        used(8, "i-1", SEARCH, "31", "1"),
        used(9, "i-1", SEARCH, "30", "1", **EURO),
        *(used(8, f"i-{at}", SEARCH, "31", "1", SubAccountId="2", **money) for at, money in ((2, EURO), (3, {}))),
        used(9, "i-2", SEARCH, "30", "1", SubAccountId="2", **EURO),
        fx="2026-08-01,EUR,USD,1\n2026-09-01,EUR,USD,1.5\n",
    )
    (found,) = [each for each in report_of(made).findings if each.code == "FM2525"]
    assert found.message == (
        "Of saas the account 1 is billed in EUR, and was in USD: what it used stands as ended and new, each at the "
        "rate of its month"
    )


def test_days_that_lack_within_a_month_are_said(made: Made) -> None:
    named = (replace(made.named[0], told=Told(holes={"aws": 11})), made.named[1])
    (found,) = said(replace(made, named=named))
    assert (found.code, found.severity) == ("FM2526", "warning")
    assert found.message == (
        "2026-08 has no charges of aws on 11 days between its first and last one: what is missing there looks like "
        "less use"
    )


def test_a_unit_that_bills_leave_empty_is_no_unit(made: Made) -> None:
    (found,) = said(with_units(made, ("", "Hours", None)), total(unit_change="20"))
    assert "the old one is: no unit is now Hours. " in found.message


def test_a_wild_price_under_one_name_of_the_unit_is_said_where_it_moved_anything(made: Made) -> None:
    (found,) = said(made, total(unit_change="-3"))
    assert found.message.startswith("Some prices moved more than fiftyfold while quantities moved the other way")
    assert (found.code, found.amount) == ("FM2516", D(-3))


def test_unknown_costs_and_missing_rates_are_told_by_month(made: Made) -> None:
    lacking = replace(made, compared=replace(made.compared, unknown=(0, 2), unrated=(1, 0)))
    assert [each.message.split(":")[0] for each in said(lacking)] == [
        "There is no rate into USD for 1 row of 2026-08 in other currencies",
        "The cost of 2 charges of 2026-09 is unknown (NULL in the bill)",
    ]


def test_what_has_rates_in_one_month_alone_is_no_bill_that_tells_too_little(tmp_path: Path) -> None:
    books = books_of(
        tmp_path / "books", used(8, "i-1", SEARCH, "31", "1", **EURO), used(9, "i-1", SEARCH, "30", "1", **EURO),
        used(8, "i-2", SEARCH, "31", "1"), used(9, "i-2", SEARCH, "30", "1"), fx="2026-08-01,EUR,USD,1\n",
    )  # fmt: skip
    found = report_of(books)
    assert found.total.effect("other") == -31
    assert [each for each in codes(found) if each in {"FM2513", "FM2514", "FM2517"}] == ["FM2514"]


def test_a_month_is_said_not_to_be_whole_by_each_source_that_lacks_days(made: Made) -> None:
    before, after = made.named
    odd = replace(
        made,
        named=(
            replace(before, told=Told(since={"saas": date(2026, 8, 16)})),
            replace(after, told=Told(until={"a": date(2026, 9, 3), "b": date(2026, 9, 4)})),
        ),
    )
    assert [each.message.split(". ")[0] for each in said(odd)] == [
        "2026-08 is not told whole: saas since 2026-08-16",
        "2026-09 is not told whole: a until 2026-09-03 and b until 2026-09-04",
    ]


def test_what_was_not_compared_is_an_error_and_stands_first(made: Made) -> None:
    odd = with_units(made, ("Widgets", "Crates", None))
    found = said(odd, total(unit_change="20"), Proof(0, "USD", D(722), D(722)), Proof(1, "EUR", D(5), D("4.5")))
    assert [each.code for each in found] == ["FM2510", "FM2516"]
    assert found[0].severity == "error"
    assert found[0].message == "Of 2026-09 4.5 EUR were compared, and the ledger has 5"
    assert (found[0].amount, found[0].currency) == (D("-0.5"), "EUR")


def test_a_source_of_one_month_alone_and_bills_since_the_allocation_are_said(small: Books, tmp_path: Path) -> None:
    own = small.copy(tmp_path / "own")
    late = own.write("b.csv", bill(charge(8, "7", "x-1", "", ServiceName="Other", BillingAccountId="b")))
    assert own.run("load", "--format", "focus", "--source", "second", late).code == 0
    with compared_of(own) as made:
        (found,) = said(made)
        assert found.message == (
            "The variance stands on allocation 1, made of version 1 of the ledger, which has version 2 now: what came "
            "since is not in it. Run: finmod apply"
        )
    assert own.run("apply").code == 0
    with compared_of(own) as made:
        (found,) = said(made)
        assert (found.code, found.amount) == ("FM2512", D(-7))
        assert found.message == (
            "The source second has charges of 2026-08 and none of 2026-09: all it costs stands as ended. Where its "
            "bill is only missing, load it"
        )


def test_without_an_allocation_it_is_said_that_products_are_not_known(made: Made) -> None:
    before, after = made.named
    (found,) = said(replace(made, named=(before, replace(after, run=None))))
    assert (found.code, found.severity) == ("FM2518", "info")
