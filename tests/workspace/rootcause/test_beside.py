"""What else happened in two months: which events lie in them, whom they concern, which rules and bills came then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.ledger.applied import Run
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.models.rootcause.report import Happening
from finmod.settings.project import load_project
from finmod.workspace.rootcause.beside import closed, concerns, driver_moves, events_of, loads_again, rules_applied
from finmod.workspace.variance.cells import Looked
from tests.books import Books, bill
from tests.rootcause import leaves_of
from tests.tagged import charge
from tests.variances import small_once

AUGUST, SEPTEMBER = date(2026, 8, 1), date(2026, 9, 1)
LOOKED = (Looked(0, AUGUST, Snapshot()), Looked(1, SEPTEMBER, Snapshot()))
D = Decimal


def event(day: date, until: date | None = None) -> Happening:
    return Happening("event", day, until, f"{day}")


@pytest.mark.parametrize(("day", "until", "is_in"), [
    (date(2026, 7, 31), None, False), (AUGUST, None, True), (date(2026, 9, 30), None, True),
    (date(2026, 10, 1), None, False), (date(2026, 7, 1), date(2026, 7, 31), False),
    (date(2026, 7, 1), AUGUST, True), (date(2026, 7, 1), date(2027, 1, 1), True),
])  # fmt: skip
def test_an_event_is_of_the_months_that_it_has_a_day_of(day: date, until: date | None, *, is_in: bool) -> None:
    assert bool(events_of([event(day, until)], LOOKED)) is is_in


def test_between_two_months_that_are_apart_lies_nothing_and_events_stand_in_order() -> None:
    apart = (Looked(0, date(2026, 6, 1), Snapshot()), LOOKED[1])
    events = [event(date(2026, 9, 9)), event(date(2026, 7, 5)), event(date(2026, 6, 30))]
    assert [each.day for each in events_of(events, apart)] == [date(2026, 6, 30), date(2026, 9, 9)]


def run(version: int, rule_hash: str, *changed: date, note: str | None = None) -> Run:
    at = datetime(2026, 10, version, tzinfo=UTC)
    return Run(version=version, applied_at=at, author="Ann", rule_hash=rule_hash, ledger_version=1, changed=changed,
               note=note)  # fmt: skip


def test_rules_are_told_where_other_ones_gave_one_of_the_months_other_rows() -> None:
    known = [
        run(1, "a", AUGUST, SEPTEMBER), run(2, "a", SEPTEMBER), run(3, "b", SEPTEMBER, note="halves"),
        run(4, "c", date(2026, 7, 1)), run(5, "a", AUGUST),
    ]  # fmt: skip
    found = [*rules_applied(known, LOOKED)]
    assert [(each.kind, each.day, each.text) for each in found] == [
        ("rules", date(2026, 10, 3), "Ann applied allocation 3, which has other rules: halves"),
        ("rules", date(2026, 10, 5), "Ann applied allocation 5, which has other rules"),
    ]


def concerned(*moves: tuple[str, str, int], of: dict[str, str], name: dict[str, str]) -> bool:
    """Return whether an event concerns a cause, where leaves of (product, service) moved so much."""
    leaves = leaves_of(("product", "service"), [((product, service), 0, moved) for product, service, moved in moves])
    return concerns(leaves, Happening("event", SEPTEMBER, None, "odd", tuple(of.items())), [*name.items()])


def test_an_event_concerns_a_cause_where_both_are_mostly_of_the_same_money() -> None:
    """Of 100 that the cause moved and 400 of the event, 100 are both: 2 x 100 of 500 is enough, and not a bit less."""
    cause, source = {"product": "ads", "service": "db"}, {"service": "db"}
    assert concerned(("ads", "db", 100), ("shop", "db", 300), of=source, name=cause)
    assert not concerned(("ads", "db", 100), ("shop", "db", 301), of=source, name=cause)
    assert not concerned(("ads", "db", 100), ("shop", "db", -301), of=source, name=cause)
    assert not concerned(("ads", "db", 100), ("shop", "vm", 100), of={"product": "shop"}, name=cause)


def test_nothing_but_an_event_of_something_that_moved_concerns_a_cause() -> None:
    leaves = leaves_of(("product",), [(("ads",), 1, 2)])
    own = replace(event(SEPTEMBER), of=(("product", "ads"),))
    assert concerns(leaves, own, [("product", "ads")])
    assert not concerns(leaves, replace(own, of=()), [("product", "ads")])
    assert not concerns(leaves, replace(own, kind="load"), [("product", "ads")])
    still = leaves_of(("product",), [(("ads",), 1, 1)])
    assert not concerns(still, own, [("product", "ads")])


class Opened:
    """A ledger that is read."""

    def __init__(self, engine: Engine, root: Path) -> None:
        """Open it."""
        self.engine, self.ledger = engine, Ledger(load_project(root).store)


ORDERS = """\
date,product,orders
2026-08,search,310
2026-09,search,1200
2026-08,ads,31
2026-09,ads,30
2026-09,shop,30
2026-08,,62
2026-09,,30
"""


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """Bills loaded once and again, August closed and reopened, and orders."""
    made: Books = small_once(tmp_path_factory).copy(tmp_path_factory.mktemp("beside") / "books")
    made.load(made.write("b.csv", bill(charge(9, "12", "", "", ServiceName="Tax"))), "--accept", "FM1130")
    made.write("drivers.yaml", "orders: {unit: order, grain: month, by: [product], from: {csv: orders.csv}}\n")
    made.write("orders.csv", ORDERS)
    assert made.run("drivers", "load").code == 0
    assert made.run("close", "2026-08").code == 0
    assert made.run("reopen", "2026-08", "--reason", "late").code == 0
    with Engine() as engine:
        yield Opened(engine, made.root)


def test_a_bill_is_told_that_was_loaded_more_than_once(books: Opened) -> None:
    found = [*loads_again(books.engine, books.ledger, LOOKED)]
    assert [(each.kind, each.of) for each in found] == [("load", (("source", "saas"),))]
    assert found[0].text == f"The bill of 2026-09 was loaded 2 times, last on {found[0].day}"
    assert [*loads_again(books.engine, books.ledger, LOOKED[:1])] == []


def test_closes_and_reopenings_of_the_months_are_told(books: Opened) -> None:
    found = [each.text for each in closed(books.engine, books.ledger, LOOKED)]
    assert found == ["2026-08 was closed", "2026-08 was reopened"]
    assert [*closed(books.engine, books.ledger, LOOKED[1:])] == []


def moves(
    books: Opened, *of: tuple[str, str | None]
) -> list[tuple[Decimal, Decimal, tuple[tuple[str, str | None], ...]]]:
    found = driver_moves(books.engine, books.ledger, LOOKED, of)
    return [(round(each.before, 6), round(each.after, 6), each.of) for each in found]


def test_a_driver_moves_by_its_mean_a_day_of_the_member_that_is_asked_for(books: Opened) -> None:
    """403 and 1290 in all; what shop had before is not known: it has no row."""
    assert moves(books, ("product", "search")) == [(D(10), D(40), (("product", "search"),))]
    assert moves(books, ("product", "ads")) == [(D(1), D(1), (("product", "ads"),))]
    assert moves(books, ("product", "shop")) == []
    assert moves(books, ("team", "x")) == []
    assert moves(books) == [(D(13), D(43), ())]
