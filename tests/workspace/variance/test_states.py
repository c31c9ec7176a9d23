"""Which states are compared, what is refused, and how much of a month bills are taken to tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import UserError
from finmod.ledger.applied import runs
from finmod.ledger.ledger import Ledger
from finmod.settings.project import load_project
from finmod.terms.periods import parse_period
from finmod.workspace.variance.states import Named, name_states
from finmod.workspace.variance.told import Told, told_of
from tests.books import Books, bill
from tests.variances import SEARCH, books_of, by_the_day, report_of, used

AUGUST, SEPTEMBER = date(2026, 8, 1), date(2026, 9, 1)


def named(books: Books, period: str | None, against: str) -> tuple[Named, Named]:
    with Engine() as engine:
        ledger = Ledger(load_project(books.root).store)
        return name_states(engine, ledger, runs(engine, ledger), parse_period(period) if period else None, against)


@pytest.mark.parametrize(("period", "against"), [(None, "previous"), ("2026-09", "previous"), ("2026-09", "2026-08")])
def test_a_month_is_the_last_one_and_compared_with_the_one_before(
    small: Books, period: str | None, against: str
) -> None:
    before, after = named(small, period, against)
    assert (before.month, after.month) == (AUGUST, SEPTEMBER)
    assert (before.label, after.label) == ("2026-08", "2026-09")
    assert before.run == after.run is not None
    assert before.snapshot == after.snapshot


@pytest.mark.parametrize(("period", "against", "message"), [
    ("2026-09", "last-week", "--against is 'last-week'; expected previous, same-month-last-year"),
    ("2026-09", "previos", "Did you mean 'previous'"),
    ("2026-08", "previous", "there are no charges of 2026-07 to compare 2026-08 with; expected one of 2026-09"),
    ("2026-09", "same-month-last-year", "there are no charges of 2025-09"),
    ("2026-09", "2026-09", "2026-09 is compared with itself"),
    ("2026-09", "2026-00", "--against is '2026-00'"),
    ("2026-09", "0000-08", "--against is '0000-08'"),
    ("2026-09", "close:2026-13", "--against is 'close:2026-13'; expected previous, same-month-last-year"),
    ("2026-09", "close:2026-08", "2026-08 is not closed; expected a closed month, and no month is closed"),
    ("2026-11", "previous", "there are no charges of 2026-11"),
])  # fmt: skip
def test_what_cannot_be_compared_is_refused_in_words(small: Books, period: str, against: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        named(small, period, against)
    assert message in str(caught.value)


@pytest.mark.parametrize(("last", "expected"), [
    (7, "one of 2026-02, 2026-03, 2026-04, 2026-05, 2026-06, 2026-07"),
    (8, "one of those from 2026-02 to 2026-08 that were loaded"),
])  # fmt: skip
def test_of_many_months_the_first_and_the_last_are_named(last: int, expected: str, tmp_path: Path) -> None:
    books = books_of(
        tmp_path / "books", *(used(month, "i-1", SEARCH, "1", "1") for month in range(1, last + 1)), apply=False
    )
    with pytest.raises(UserError) as caught:
        named(books, "2026-01", "previous")
    assert f"there are no charges of 2025-12 to compare 2026-01 with; expected {expected}.\n" in str(caught.value)


def days(*spans: tuple[int, int, int]) -> list[Mapping[str, str]]:
    """Return use on every day of some spans of (month, first day, last day)."""
    return [each for span in spans for each in by_the_day(*span)]


HALF = {"ChargePeriodStart": "2026-09-15T00:00:00Z", "ChargePeriodEnd": "2026-10-01T00:00:00Z"}
DELIVERED = {
    # After April May begins a day late; a weekend lacks in June, a day more in August, which says nothing of September.
    "steady": days((3, 1, 31), (4, 1, 10), (5, 2, 31), (6, 1, 27), (7, 1, 31), (8, 1, 27), (9, 1, 20)),
    "twenty": days((8, 12, 31), (9, 1, 10)),
    "nineteen": days((8, 13, 31), (9, 1, 10)),
    # Eleven days lack, three in the next month.
    "hole": days((5, 1, 31), (6, 1, 9), (6, 21, 30), (7, 1, 10), (7, 14, 31)),
    # Nothing stands before its first month, and the next one is told by the day.
    "first": days((2, 1, 10), (3, 1, 31)),
    # It begins five days before the end, four, with a gap, and tells a fee of several days.
    "often": [
        *days((1, 27, 31), (3, 28, 31), (5, 11, 19), (5, 21, 31), (9, 11, 30)),
        used(9, "f", SEARCH, "1", "9", **HALF),
    ],
}
"""Source -> days of which it has charges."""


class Delivered:
    """The ledger of these, with August closed in its last state."""

    def __init__(self, engine: Engine, root: Path) -> None:
        """Open it."""
        self.root = root
        self.engine, self.ledger = engine, Ledger(load_project(root).store)
        self.snapshot = self.ledger.head(engine)

    def told(self, month: date, *, closed: bool = False) -> Told:
        """Return how much is told of a month."""
        return told_of(self.engine, self.ledger, self.snapshot, month, closed=closed)


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Delivered]:
    made = Books(tmp_path_factory.mktemp("states") / "books")
    for source, charges in DELIVERED.items():
        file = made.write(f"{source}.csv", bill(*({**charge, "BillingAccountId": source} for charge in charges)))
        said = made.run("load", "--format", "focus", "--source", source, file)
        assert said.code == 0, said.err
    assert made.run("close", "2026-08").code == 0
    with Engine() as engine:
        yield Delivered(engine, made.root)


def month_of(number: int) -> date:
    return date(2026, number, 1)


def test_the_last_month_is_told_until_its_last_day_of_sources_that_told_the_month_before_by_the_day(
    delivered: Delivered,
) -> None:
    """Twenty days until its end are enough, and nineteen are not."""
    assert delivered.told(SEPTEMBER).until == {"twenty": date(2026, 9, 10)}


def test_an_earlier_month_has_a_gap_at_its_end_where_its_source_told_days_before_and_goes_on(
    delivered: Delivered,
) -> None:
    """A weekend may lack."""
    found = {number: told for number in range(1, 9) if (told := delivered.told(month_of(number)).until)}
    assert found == {2: {"first": date(2026, 2, 10)}, 8: {"steady": date(2026, 8, 27)}}


def test_days_that_lack_within_a_month_are_counted_where_a_month_beside_has_every_day(delivered: Delivered) -> None:
    found = {number: told for number in range(1, 10) if (told := delivered.told(month_of(number)).holes)}
    assert found == {6: {"hole": 11}}


def test_a_closed_month_is_told_whole(delivered: Delivered) -> None:
    closed = delivered.told(AUGUST, closed=True)
    assert closed.until == {}
    # When a source began is as true of a closed month.
    assert closed.since == delivered.told(AUGUST).since
    assert delivered.told(month_of(6), closed=True).holes == {}


def test_a_source_begins_within_a_month_where_it_goes_on_by_the_day_until_the_end(delivered: Delivered) -> None:
    """Five days are enough, and four are not.

    What has a gap or tells a fee of several days began at no day that is known.
    """
    found = {number: told for number in range(1, 10) if (told := delivered.told(month_of(number)).since)}
    late = {"twenty": date(2026, 8, 12), "nineteen": date(2026, 8, 13)}
    assert found == {1: {"often": date(2026, 1, 27)}, 8: late}


def test_a_close_is_a_state_of_its_own_and_its_month_now_counts_what_came_later(delivered: Delivered) -> None:
    made = Books(delivered.root)
    before, after = named(made, "2026-08", "close")
    assert (before.label, after.label) == ("2026-08 as closed", "2026-08 as it is known now")
    assert (before.restated, after.restated) == ((), (SEPTEMBER,))
    # It was closed, so that it is whole: open it would be told until the 27th.
    assert (before.told.until, after.told.until) == ({}, {})
    before, after = named(made, "2026-09", "close:2026-08")
    assert (before.label, after.label, after.restated) == ("2026-08 as closed", "2026-09", ())
    assert (before.told.until, after.told.until) == ({}, {"twenty": date(2026, 9, 10)})
    assert before.told.since == {"twenty": date(2026, 8, 12), "nineteen": date(2026, 8, 13)}
    with pytest.raises(UserError, match="2026-09 is not closed; expected a closed month, such as 2026-08"):
        named(made, "2026-09", "close")


def test_targets_of_a_close_whose_bills_were_never_allocated_are_not_told(tmp_path: Path) -> None:
    """August was allocated at 310, told again at 330, and closed so: products that sum to 310 are not those of 330."""
    made = books_of(tmp_path / "books", used(8, "i-1", SEARCH, "310", "1"), used(9, "i-1", SEARCH, "300", "1"))
    text = (made.root / "a.csv").read_text(encoding="utf-8")
    made.load(made.write("a.csv", text.replace("310", "330")), "--accept", "FM1130")
    assert made.run("close", "2026-08").code == 0
    assert report_of(made, against="close:2026-08").total.before == 330
    with pytest.raises(UserError, match="no allocation was made of 2026-08 as closed"):
        report_of(made, "product", against="close:2026-08")
