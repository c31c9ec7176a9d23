"""Patterns over a whole billing period: repeated charges, missing days, discounts that are lost."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from finmod.engines.duckdb import Engine
from finmod.ledger.invoice_sides import ChargeFiles
from finmod.ledger.ledger import Ledger
from finmod.ledger.quality import missing_days, missing_months, repeated_charges, unread_discounts
from finmod.ledger.tables import CHARGES
from finmod.settings.project import load_project
from finmod.terms.findings import Finding
from finmod.workspace.check import check
from tests.books import Books, bill, month
from tests.ledger.conftest import JULY, NOW, Make

Commit = Callable[..., Ledger]


@pytest.fixture
def commit(engine: Engine, ledger: Ledger, period: Make) -> Commit:
    """Return a function that puts charges of July into the ledger."""

    def make(*charges: dict[str, str]) -> Ledger:
        ledger.commit(engine, [period(JULY, *charges)], "load1", NOW)
        return ledger

    return make


def on(day: int, cost: str = "1", **more: str) -> dict[str, str]:
    """Return a charge of one day of July."""
    span = {"ChargePeriodStart": f"2026-07-{day:02}T00:00:00Z", "ChargePeriodEnd": f"2026-07-{day + 1:02}T00:00:00Z"}
    return month(7, cost, **(span | more))


def repeated(engine: Engine, ledger: Ledger) -> list[Finding]:
    return repeated_charges(engine, ledger.files(CHARGES, ledger.head(engine)))


def missing(engine: Engine, ledger: Ledger) -> list[Finding]:
    return missing_days(engine, ChargeFiles.of(ledger, ledger.head(engine)))


def test_charges_beyond_the_first_of_equal_ones_are_told(engine: Engine, commit: Commit) -> None:
    (found,) = repeated(engine, commit(on(1, "5"), on(2), on(1, "5"), on(1, "5"), on(2)))
    assert (found.code, found.severity, found.source, found.billing_period) == ("FM1205", "warning", "saas", "2026-07")
    assert (found.rows, found.amount, found.currency) == (3, Decimal(11), "USD")
    assert found.where is not None
    assert found.where.startswith("a.csv, row ")


@pytest.mark.parametrize(
    "other",
    [
        {"BilledCost": "1.000000000001"},
        {"EffectiveCost": "1"},
        {"ServiceName": "Compute"},
        {"ChargePeriodEnd": "2026-07-01T12:00:00Z"},
        {"ConsumedQuantity": "2"},
        {"BillingCurrency": "EUR", "BillingAccountId": "a2"},
        {"x_Id": "2"},
        {'x_an "odd" {name}': "2"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_charges_that_differ_in_anything_are_not_repeated(
    engine: Engine, commit: Commit, other: dict[str, str]
) -> None:
    assert repeated(engine, commit(on(1), on(1) | other)) == []


@pytest.mark.parametrize(("times", "said"), [(2, "1 charge equals another one"), (3, "2 charges equal another one")])
def test_repeated_charges_agree_in_the_suppliers_own_columns_too(
    engine: Engine, commit: Commit, times: int, said: str
) -> None:
    (found,) = repeated(engine, commit(*[on(1, x_Id="1")] * times, on(1, x_Id="2")))
    assert found.message == f"{said} in everything but the place in the file."


def deliveries(books: Books, **files: list[dict[str, str]]) -> list[Finding]:
    """Load files as one source; return what is told of repeated charges."""
    for name, charges in files.items():
        books.write(f"exports/{name}.csv", bill(*charges))
    books.load(books.root / "exports")
    return [found for found in check(load_project(books.root)).findings if found.code == "FM1205"]


def seats(first: int, last: int) -> list[dict[str, str]]:
    """Return charges of different resources."""
    return [month(7, "1.5", ResourceId=f"r{seat}") for seat in range(first, last)]


def test_a_delivery_beside_a_later_one_that_holds_it_is_an_error(books: Books) -> None:
    (found,) = deliveries(books, early=seats(0, 25), late=seats(0, 40))

    assert (found.severity, found.rows, found.amount) == ("error", 25, Decimal("37.5"))
    assert found.message == (
        "25 charges equal another one in everything but the place in the file. No charge of exports/early.csv stands "
        "in that file alone."
    )


@pytest.mark.parametrize(("early", "rows"), [((0, 25), 5), ((20, 39), 19)], ids=["a part", "few"])
def test_files_that_share_a_part_or_few_charges_are_a_warning(books: Books, early: tuple[int, int], rows: int) -> None:
    (found,) = deliveries(books, early=seats(*early), late=seats(20, 45))

    assert (found.severity, found.rows) == ("warning", rows)
    assert "alone" not in found.message


def test_a_file_that_repeats_itself_is_a_warning(books: Books) -> None:
    (found,) = deliveries(books, early=[*seats(0, 25), *seats(0, 25)])

    assert (found.severity, found.rows) == ("warning", 25)


@pytest.mark.parametrize(
    ("months", "gaps", "severity"),
    [
        (["2025-11", "2026-02", "2025-12"], ["2026-01"], "warning"),
        (["2026-01", "2026-03"], ["2026-02"], "warning"),
        (["2026-01", "2026-02"], [], ""),
        (["2026-03"], [], ""),
        (["2026-01", "2026-04"], ["2026-02"], "info"),
    ],
    ids=["a month of four", "a month of three", "none", "one month", "a quarterly bill"],
)
def test_months_without_anything_between_the_first_and_the_last_are_told(
    months: list[str], gaps: list[str], severity: str
) -> None:
    found = missing_months([*(("a", month) for month in months), ("b", "2020-01")], "charge")
    assert [(item.source, item.billing_period) for item in found] == [("a", month) for month in gaps]
    assert {(item.code, item.severity) for item in found} <= {("FM1417", severity)}


def test_months_in_a_row_of_a_source_that_is_hardly_monthly_are_one_finding_with_the_first_and_the_last() -> None:
    charges = missing_months([("a", "2025-11"), ("a", "2026-03"), ("a", "2026-05")], "charge")
    assert [(item.billing_period, item.last_billing_period, item.message) for item in charges] == [
        ("2025-12", "2026-02", "No charge in 2025-12 to 2026-02; months before and after have some."),
        ("2026-04", None, "No charge in 2026-04; months before and after have some."),
    ]


def test_months_in_a_row_of_a_monthly_source_are_a_finding_each() -> None:
    usage = missing_months([("a", f"2026-{number:02}") for number in (1, 2, 5, 6)], "usage")
    assert [(item.billing_period, item.last_billing_period, item.message) for item in usage] == [
        ("2026-03", None, "No usage in 2026-03; months before and after have some."),
        ("2026-04", None, "No usage in 2026-04; months before and after have some."),
    ]


def test_days_without_charges_between_the_first_and_the_last_are_told(engine: Engine, commit: Commit) -> None:
    (found,) = missing(engine, commit(*(on(day) for day in range(3, 29) if day not in (12, 20))))
    assert (found.code, found.severity, found.column, found.example) == (
        "FM1403",
        "warning",
        "ChargePeriodStart",
        "2026-07-12",
    )
    assert found.message == "No charge on 2026-07-12, 2026-07-20."


def test_only_five_missing_days_are_named(engine: Engine, commit: Commit) -> None:
    gone = (5, 9, 13, 17, 21, 25)
    (found,) = missing(engine, commit(*(on(day) for day in range(1, 31) if day not in gone)))
    assert found.message.endswith("2026-07-17, 2026-07-21 and more.")


@pytest.mark.parametrize("days", [range(1, 30), range(10, 20), (1, 30), (1,), (*range(1, 8), 20)], ids=str)
def test_whole_partial_and_sparse_bills_miss_no_day(engine: Engine, commit: Commit, days: tuple[int, ...]) -> None:
    assert missing(engine, commit(*(on(day) for day in days))) == []


def test_late_usage_of_an_earlier_month_opens_no_gap(engine: Engine, commit: Commit) -> None:
    late = {"ChargePeriodStart": "2026-06-10T00:00:00Z", "ChargePeriodEnd": "2026-06-11T00:00:00Z"}
    assert missing(engine, commit(*(on(day) for day in range(1, 29)), on(1, "2", **late))) == []


def unread(engine: Engine, ledger: Ledger) -> list[Finding]:
    return unread_discounts(engine, ledger.files(CHARGES, ledger.head(engine)))


def net(billed: str, after: str, kind: str = "Usage", **more: str) -> dict[str, str]:
    """Return a charge of a bill with net columns."""
    return on(1, billed, x_NetUnblendedCost=after, x_LineItemType=kind, **more)


def test_discounts_that_stand_in_net_columns_alone_are_told(engine: Engine, commit: Commit) -> None:
    (found,) = unread(engine, commit(net("3", "3"), net("10", "8"), net("5", "4.5"), net("7", "", "Tax")))
    assert (found.code, found.severity, found.source, found.billing_period) == ("FM1407", "warning", "saas", "2026-07")
    assert (found.rows, found.amount, found.currency, found.example) == (2, Decimal("2.5"), "USD", "a1")
    assert found.message == (
        "BilledCost is 18.00 USD, the bill's net unblended cost 15.50 USD; no row of a discount stands for "
        "the difference."
    )
    assert found.where == "a.csv, row 2"


def test_each_payer_and_currency_is_told_apart(engine: Engine, commit: Commit) -> None:
    euros = {"BillingAccountId": "a2", "BillingCurrency": "EUR"}
    rows = commit(net("10", "8"), net("10", "9", **euros), net("-1", "0", "Discount", BillingAccountId="a3"))
    assert [(item.example, item.currency, item.amount) for item in unread(engine, rows)] == [
        ("a1", "USD", Decimal(2)),
        ("a2", "EUR", Decimal(1)),
    ]


@pytest.mark.parametrize(
    "charges",
    [
        (net("10", "8"), net("-2", "0", "EdpDiscount")),
        (net("10", "8"), net("-2", "", "PrivateRateDiscount")),
        (net("10", "8"), net("-2", "-2", "BundledDiscount")),
        (net("8", "8"), net("0.1", "0.10000000000000001")),
        (net("10", ""), net("5", "")),
        (net("1", "0.999"), net("1", "1.001")),
        (on(1, "10", x_NetUnblendedCost="8"),),
        (on(1, "10"),),
    ],
    ids=["rows", "rows without net", "rows that net repeats", "net is billed", "no net at all", "below a cent",
         "no line item type", "no such columns"],
)  # fmt: skip
def test_bills_whose_discounts_are_rows_or_read_net_are_not_told(
    engine: Engine, commit: Commit, charges: tuple[dict[str, str], ...]
) -> None:
    assert unread(engine, commit(*charges)) == []


def stated(billed: str, discounts: str, after: str = "", **more: str) -> dict[str, str]:
    """Return a charge of a bill that names its discounts."""
    return net(billed, after, x_Discounts=discounts, **more)


@pytest.mark.parametrize(
    ("discounts", "amount", "said"),
    [
        ('{"edp_discount":-10,"total_discount":-10}', Decimal(10), "-10.00 USD"),
        ('{"total_discount":"-1e1"}', Decimal(10), "-10.00 USD"),
        ('{"edp_discount":"-10"}', None, "an amount that cannot be read"),
        ("{'total_discount': -10}", None, "an amount that cannot be read"),
        ('{"total_discount":"-1,0"}', None, "an amount that cannot be read"),
    ],
    ids=["map", "text", "no total", "no JSON", "no number"],
)
def test_discounts_that_are_named_without_a_net_cost_are_an_error(
    engine: Engine, commit: Commit, discounts: str, amount: Decimal | None, said: str
) -> None:
    (found,) = unread(engine, commit(on(1, "7"), stated("100", discounts)))
    assert (found.code, found.severity, found.rows, found.where) == ("FM1407", "error", 1, "a.csv, row 2")
    assert (found.amount, found.currency, found.example) == (amount, "USD", "a1")
    assert found.message == (
        f"BilledCost is 100.00 USD before discounts. The bill's discount columns hold {said}, and it has neither a net "
        "unblended cost nor a row of a discount for these charges."
    )


def taken(billed: str, gross: str, after: str, kind: str = "Usage") -> dict[str, str]:
    """Return a charge of a bill with gross and net costs."""
    return net(billed, after, kind, x_UnblendedCost=gross)


def test_rows_of_discounts_beside_net_costs_are_told(engine: Engine, commit: Commit) -> None:
    (found,) = unread(engine, commit(taken("90", "100", "90"), taken("-10", "-10", "", "EdpDiscount")))
    assert (found.code, found.severity, found.rows, found.where) == ("FM1407", "warning", 1, "a.csv, row 2")
    assert (found.amount, found.currency) == (Decimal(-10), "USD")
    assert found.message == (
        "BilledCost is net of discounts of -10.00 USD, and rows of discounts add -10.00 USD: they may be taken off "
        "twice."
    )


@pytest.mark.parametrize(
    "charges",
    [
        (stated("100", '{"total_discount":0,"edp_discount":0.0}'),),
        (stated("100", "{}"), stated("100", "")),
        (stated("90", '{"total_discount":-10}', "90"),),
        (stated("100", '{"total_discount":-10}'), net("-10", "", "EdpDiscount")),
        (stated("5", '{"total_discount":-1}'), stated("-5", '{"total_discount":1}')),
        (taken("100", "100", "90"), taken("-10", "-10", "0", "EdpDiscount")),
        (taken("90", "100", "90"), taken("0", "-10", "0", "EdpDiscount")),
        (taken("1", "1.001", "1"), taken("-10", "-10", "-10", "EdpDiscount")),
    ],
    ids=["no discount", "empty", "read net", "rows", "taken back", "legacy", "rows net of themselves", "below a cent"],
)
def test_discounts_that_billed_cost_has_once_are_not_told(
    engine: Engine, commit: Commit, charges: tuple[dict[str, str], ...]
) -> None:
    assert unread(engine, commit(*charges)) == []
