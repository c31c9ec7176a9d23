"""Bills that the ledger has twice: the same file, the same charges in other bytes, the same account in another form."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine, literal
from finmod.ledger.doubles import bills_loaded_twice
from finmod.ledger.ledger import Ledger, PreparedPeriod, Snapshot
from finmod.ledger.tables import CHARGES
from finmod.settings.project import load_project
from finmod.terms.findings import Finding
from finmod.workspace.check import check
from tests.books import Books, bill, month
from tests.ledger.conftest import AUGUST, JULY, NOW, Make

TWICE = ("FM1410", "FM1411", "FM1412")


def committed(engine: Engine, ledger: Ledger, *periods: PreparedPeriod) -> Snapshot:
    """Commit periods of several sources, each as a load of its own."""
    return [ledger.commit(engine, [each], f"{each.source}-{each.files[CHARGES.name][1]}", NOW) for each in periods][-1]


def test_the_same_file_under_two_sources_is_an_error_with_its_amount(
    engine: Engine, ledger: Ledger, period: Make
) -> None:
    both = month(7, "1000"), month(7, "234.5", ServiceName="Compute")
    ledger.commit(
        engine, [period(JULY, *both, source="usual"), period(AUGUST, month(8, "7"), source="usual")], "l1", NOW
    )
    one = ledger.commit(engine, [period(AUGUST, month(8, "8"), source="again")], "l2", NOW)
    assert bills_loaded_twice(engine, ledger, one) == []
    state = ledger.commit(engine, [period(JULY, *both, source="again", name="again.csv")], "l3", NOW)
    (found,) = bills_loaded_twice(engine, ledger, state)
    assert (found.code, found.severity, found.source, found.billing_period) == ("FM1410", "error", "again", "2026-07")
    assert (found.rows, found.amount, found.currency, found.where) == (2, Decimal("1234.5"), "USD", "again.csv")
    assert found.message == "The file is also loaded under usual as a.csv: 2 charges of 1,234.50 USD counted twice."


def test_a_file_that_another_one_replaced_is_under_no_second_source(
    engine: Engine, ledger: Ledger, period: Make
) -> None:
    ledger.commit(engine, [period(JULY, month(7, "1"), source="first")], "l1", NOW)
    ledger.commit(engine, [period(JULY, month(7, "2"), source="first")], "l2", NOW)
    state = ledger.commit(engine, [period(JULY, month(7, "1"), source="second")], "l3", NOW)
    assert bills_loaded_twice(engine, ledger, state) == []


def test_a_file_under_three_sources_is_told_twice_and_each_currency_apart(
    engine: Engine, ledger: Ledger, period: Make
) -> None:
    charges = month(7, "1"), month(7, "2", BillingCurrency="EUR", BillingAccountId="b")
    state = committed(engine, ledger, *(period(JULY, *charges, source=name) for name in ("c", "a", "b")))
    found = bills_loaded_twice(engine, ledger, state)
    assert [(each.source, each.currency, each.amount) for each in found] == [
        ("a", "EUR", Decimal(2)),
        ("a", "USD", Decimal(1)),
        ("b", "EUR", Decimal(2)),
        ("b", "USD", Decimal(1)),
    ]
    assert bills_loaded_twice(engine, ledger, Snapshot()) == []


def test_a_file_under_two_sources_whose_costs_are_unknown_has_no_amount(
    engine: Engine, ledger: Ledger, period: Make
) -> None:
    state = committed(engine, ledger, *(period(JULY, month(7, ""), source=name) for name in ("a", "b")))
    (found,) = bills_loaded_twice(engine, ledger, state)
    assert (found.amount, found.rows) == (None, 1)
    assert found.message == "The file is also loaded under a: 1 charge of an unknown amount of USD counted twice."


def test_one_bill_in_other_bytes_is_told_where_chance_is_out_of_the_question(
    engine: Engine, ledger: Ledger, period: Make
) -> None:
    many = [month(7, "1.25")] * 20
    committed(engine, ledger, period(JULY, *many, source="a"), period(JULY, month(7, "3"), source="few"))
    other = period(JULY, *many[:-1], month(7, "1.250"), source="b", name="b.csv")
    state = committed(engine, ledger, other, period(JULY, month(7, "3.0"), source="again"))
    (found,) = bills_loaded_twice(engine, ledger, state)
    assert (found.code, found.severity, found.source, found.rows) == ("FM1411", "warning", "b", 20)
    assert (found.amount, found.where) == (Decimal(25), "b.csv")
    assert found.message == (
        "The file has as many charges as a.csv of a, and the same total at every digit: 20 charges of 25.00 USD."
    )


def files(books: Books, **exports: bytes | str) -> list[Finding]:
    """Load files as one source; return what is told of them."""
    for name, content in exports.items():
        books.write(f"exports/{name.replace('_', '.')}", content)
    books.load(books.root / "exports")
    return twice(books)


def twice(books: Books) -> list[Finding]:
    return [finding for finding in check(load_project(books.root)).findings if finding.code in TWICE]


def seats(**more: str) -> list[dict[str, str]]:
    """Return 20 charges of different resources."""
    return [month(7, f"1.{seat:02}", ResourceId=f"r{seat}", x_Rate="0.10", **more) for seat in range(20)]


def as_parquet(text: str, folder: Path) -> bytes:
    """Return a CSV bill as Parquet whose numbers are numbers."""
    (folder / "a.csv").write_text(text, encoding="utf-8")
    numbers = "CAST(BilledCost AS DECIMAL(18, 6)) AS BilledCost, CAST(x_Rate AS DOUBLE) AS x_Rate"
    with Engine() as engine:
        rows = f"read_csv({literal(str(folder / 'a.csv'))}, all_varchar = true)"
        engine.copy_parquet(f"SELECT * REPLACE ({numbers}) FROM {rows}", folder / "a.parquet")
    return (folder / "a.parquet").read_bytes()


@pytest.mark.parametrize("form", ["line ends", "order", "parquet"])
def test_a_bill_that_lies_twice_in_one_source_is_an_error(books: Books, tmp_path: Path, form: str) -> None:
    text = bill(*seats())
    forms: dict[str, tuple[str, bytes | str]] = {
        "line ends": ("b_csv", text.replace("\n", "\r\n")),
        "order": ("b_csv", bill(*reversed(seats()))),
        "parquet": ("a_parquet", as_parquet(text, tmp_path)),
    }
    name, other = forms[form]
    (found,) = files(books, a_csv=text, **{name: other})
    assert (found.code, found.severity, found.source, found.billing_period) == ("FM1411", "error", "saas", "2026-07")
    assert (found.rows, found.amount, found.where) == (20, Decimal("21.9"), f"exports/{name.replace('_', '.')}")
    assert found.message == (
        "The file has the same charges as exports/a.csv, one by one: 20 charges of 21.90 USD counted twice."
    )


@pytest.mark.parametrize(
    "other",
    [
        seats(SubAccountId="other"),
        seats(EffectiveCost="1"),
        seats(ChargePeriodEnd="2026-07-03T00:00:00Z"),
        seats(x_SeatId="2"),
        [*seats()[:-2], month(7, "1.17", ResourceId="r18"), month(7, "1.20", ResourceId="r19")],
    ],
    ids=["of another account", "of another cost", "of another time", "of another id", "of other amounts"],
)
def test_two_bills_of_one_source_that_only_have_the_same_total_are_a_warning(
    books: Books, other: list[dict[str, str]]
) -> None:
    (found,) = files(books, a_csv=bill(*seats()), b_csv=bill(*other))
    assert (found.code, found.severity, found.where) == ("FM1411", "warning", "exports/b.csv")
    assert "as many charges as exports/a.csv of saas, and the same total" in found.message


def test_a_bill_that_lies_twice_in_one_source_is_told_whatever_another_source_has(books: Books) -> None:
    once = books.write("once.csv", bill(*reversed(seats())))
    assert books.run("load", "--format", "focus", "--source", "first", once).code == 0
    text = bill(*seats())
    told = files(books, a_csv=text, b_csv=text.replace("\n", "\r\n"))
    assert [(each.severity, each.where) for each in told] == [
        ("error", "exports/b.csv"),
        ("warning", "exports/a.csv"),
    ]


def account(cost: str, *, charges: int = 20, **more: str) -> list[dict[str, str]]:
    """Return charges of a billing account: one with what the others do not have."""
    rest = charges - 1
    return [*[month(7, "0.5", **more)] * rest, month(7, str(Decimal(cost) - rest * Decimal("0.5")), **more)]


def load(books: Books, **sources: list[dict[str, str]]) -> list[Finding]:
    """Load charges as a file per source; return what is told of them."""
    for source, charges in sources.items():
        file = books.write(f"{source}.csv", bill(*charges))
        assert books.run("load", "--format", "focus", "--source", source, file, "--accept", "FM1440").code == 0
    return twice(books)


def test_an_account_that_has_one_total_under_two_sources_is_a_warning(books: Books) -> None:
    (found,) = load(books, focus=account("1000.001", charges=25, ServiceName="Compute"), cur=account("1000"))
    assert (found.code, found.severity, found.source, found.billing_period) == ("FM1412", "warning", "focus", "2026-07")
    assert (found.column, found.example, found.where) == ("BillingAccountId", "a1", None)
    assert (found.rows, found.amount, found.currency) == (25, Decimal("1000.001"), "USD")
    assert found.message == (
        "The billing account has the same total under cur, in 20 charges there: 1,000.00 USD may count twice."
    )


@pytest.mark.parametrize(
    "other",
    [
        account("1000.01", charges=25),
        account("1000", charges=19),
        account("1000", charges=25, BillingAccountId="a2"),
        account("1000", charges=25, BillingAccountId=""),
        account("1000", charges=25, BillingCurrency="EUR"),
    ],
    ids=["another total", "few charges", "another account", "no account", "another currency"],
)
def test_accounts_that_differ_or_have_few_charges_are_not_told(books: Books, other: list[dict[str, str]]) -> None:
    assert load(books, cur=account("1000"), other=other) == []


def test_accounts_without_a_total_are_not_told(books: Books) -> None:
    assert load(books, a=account("0.004"), b=account("0.004", charges=25)) == []


def test_an_account_is_not_told_where_its_files_are(books: Books) -> None:
    told = load(books, a=account("1000"), b=account("1000"), c=[*reversed(account("1000"))])
    assert [(each.code, each.source) for each in told] == [("FM1410", "b"), ("FM1411", "c")]
