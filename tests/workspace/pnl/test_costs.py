"""What cloud lines cost: charges in other currencies, of unknown cost, and corrections of closed months."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from tests.applied import TAXONOMY
from tests.books import Books
from tests.statements import findings, item, lines, report_of
from tests.tagged import EURO, charge, with_charges

D = Decimal
ALLOCATION = """\
to: [product]
levels:
  - {name: customer, within: [product], share: {by: driver, driver: use}}
"""
DRIVERS = "use: {unit: request, grain: month, by: [product, customer], from: {csv: use.csv}}\n"
USE = "date,product,customer,use\n2026-09,search,acme,3\n2026-09,search,bolt,1\n"
ONE_LINE = "default: {name: Hosting, section: cogs}\n"
SEARCH = '{"product":"search"}'


def applied(folder: Path, *more: dict[str, str], fx: str = "", pnl: str = ONE_LINE) -> Books:
    """Return a project with 100 USD of search in September, and more charges of it."""
    charges = [charge(9, "100", "i-1", SEARCH), *(charge(9, each.pop("cost"), "i-2", SEARCH, **each) for each in more)]
    made = with_charges(folder, charges, TAXONOMY)
    for name, text in {"allocation.yaml": ALLOCATION, "drivers.yaml": DRIVERS, "use.csv": USE, "pnl.yaml": pnl}.items():
        made.write(name, text)
    if fx:
        made.write("fx.csv", f"date,from,to,rate\n{fx}\n")
        made.write("finmod.yaml", (made.root / "finmod.yaml").read_text(encoding="utf-8") + "fx: fx.csv\n")
    for words in (("drivers", "load"), ("apply",)):
        said = made.run(*words)
        assert said.code == 0, said.err
    return made


def test_charges_in_another_currency_are_converted_and_proven_in_their_own(tmp_path: Path) -> None:
    books = applied(tmp_path / "books", {"cost": "40", **EURO}, fx="2026-09-01,EUR,USD,1.25")

    for by in ("product", "customer"):
        found = report_of(books, by)
        assert [(each.currency, each.ledger, each.holds) for each in found.proofs] == [
            ("EUR", D(40), True), ("USD", D(100), True),
        ]  # fmt: skip
        assert found.statement.total.actual.cogs == D(150)
    assert item(report_of(books, "customer"), "cogs", "acme") == D("112.5")


def test_a_month_closed_after_the_allocation_keeps_its_rates(tmp_path: Path) -> None:
    books = applied(tmp_path / "books", {"cost": "40", **EURO}, fx="2026-09-01,EUR,USD,1.25")
    said = books.run("close", "2026-09", "--with-errors")
    assert said.code == 0, said.err
    books.write("fx.csv", "date,from,to,rate\n2026-09-01,EUR,USD,2\n")

    assert report_of(books).statement.total.actual.cogs == D(150)
    assert report_of(books, "customer").statement.total.actual.cogs == D(150)


def test_charges_without_a_rate_make_their_line_unknown_and_it_is_said(tmp_path: Path) -> None:
    found = report_of(applied(tmp_path / "books", {"cost": "40", **EURO}))

    assert lines(found) == {"Hosting": None}
    assert all(each.holds for each in found.proofs)
    assert (
        "FM2324 Charges in another currency have no exchange rate, and every sum with them is unknown: add rates to "
        "the table of fx, see finmod check." in findings(found)
    )


def test_charges_of_unknown_cost_make_their_line_unknown_and_are_counted(tmp_path: Path) -> None:
    books = applied(tmp_path / "books", {"cost": "40", "ListCost": ""}, pnl="cost: ListCost\n" + ONE_LINE)

    for by in ("product", "customer"):
        found = report_of(books, by)
        assert found.statement.total.actual.cogs is None
        assert any(each.startswith("FM2318 The cost of ") and "is unknown (NULL in the bill)" in each
                   for each in findings(found))  # fmt: skip


def test_shares_that_change_are_those_of_each_month(tmp_path: Path) -> None:
    pnl = "default: {name: A, section: cogs, variable: [{is: 0.5, until: 2026-09-01}, {is: 0.25, since: 2026-09-01}]}\n"
    charges = (charge(8, "100", "i-1", SEARCH), charge(9, "100", "i-1", SEARCH))
    made = with_charges(tmp_path / "books", charges, TAXONOMY)
    made.write("allocation.yaml", "to: [product]\n")
    made.write("pnl.yaml", pnl)
    assert made.run("apply").code == 0

    months = report_of(made, first="2026-08")
    assert [item(months, "variable_cost", period=at) for at in (0, 1)] == [D(50), D(25)]
    assert item(report_of(made, grain="quarter"), "variable_cost") == D(75)


CREDITS = "cloud: [{name: Credits, when: {ChargeCategory: Credit}, section: opex}]\n" + ONE_LINE


def test_customers_have_their_part_of_lines_that_cancel_each_other_out(tmp_path: Path) -> None:
    fifth = {"ChargePeriodStart": "2026-09-05T00:00:00Z", "ChargePeriodEnd": "2026-09-06T00:00:00Z"}
    credit = {"cost": "-100", "ChargeCategory": "Credit", **fifth}
    found = report_of(applied(tmp_path / "books", credit, pnl=CREDITS), "customer")

    assert lines(found, "acme") == {"Hosting": D(75), "Credits": D(-75)}
    assert lines(found, "bolt") == {"Hosting": D(25), "Credits": D(-25)}
    assert {*found.order} == {"acme", "bolt"}


def test_lines_that_cancel_each_other_out_on_every_day_are_nobodys_and_it_is_said(tmp_path: Path) -> None:
    books = applied(tmp_path / "books", {"cost": "-100", "ChargeCategory": "Credit"}, pnl=CREDITS)
    found = report_of(books, "customer")

    assert lines(found, None) == {"Hosting": D(100), "Credits": D(-100)}
    assert found.order == (None,)
    assert (
        "FM2326 Charges and credits come to 0 together, day by day, and nothing tells which customer has them: they "
        "stand with what is nobody's." in findings(found)
    )
