"""Which months are closed, what refuses a close, and which state a close is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import UserError
from finmod.ledger.closes import Closes, close, closes, last_months, months_with_charges, reopen, version_of
from finmod.ledger.ledger import Ledger
from finmod.ledger.locks import books
from finmod.ledger.tables import CHARGES
from tests.books import month
from tests.ledger.conftest import AUGUST, JULY, NOW, Make

APRIL, MAY, JUNE, SEPTEMBER, OCTOBER = (date(2026, month, 1) for month in (4, 5, 6, 9, 10))
Load = Any


@pytest.fixture
def load(engine: Engine, ledger: Ledger, period: Make) -> Load:
    """Return a function that loads a charge of 1 USD into each month of 2026 that it is given by number."""

    def made(*months: int) -> None:
        parts = [period(date(2026, number, 1), month(number, "1")) for number in months]
        ledger.commit(engine, parts, f"l{'-'.join(map(str, months))}", NOW)

    return made


def closed(engine: Engine, ledger: Ledger) -> Closes:
    return closes(engine, ledger, ledger.head(engine))


def test_nothing_is_closed_at_first(engine: Engine, ledger: Ledger) -> None:
    assert closed(engine, ledger) == Closes()
    assert Closes().booked(JULY) is None


def test_a_close_is_a_version_of_its_own(engine: Engine, ledger: Ledger, load: Load) -> None:
    load(7)
    made = close(engine, ledger, JULY, NOW, note="told to finance")
    assert (made.version, made.closed_at, made.note) == (2, NOW + timedelta(microseconds=1), "told to finance")
    assert closed(engine, ledger).every == (made,)
    assert ledger.head(engine).version == version_of(engine, ledger, JULY) == 2
    load(8)
    assert ledger.at(engine, 2).tables["charges"] == 1
    assert closed(engine, ledger).every == (made,)


def test_months_are_closed_in_order(engine: Engine, ledger: Ledger, load: Load) -> None:
    load(5, 6, 7, 8)
    close(engine, ledger, MAY, NOW)
    with pytest.raises(UserError, match=r"2026-06 has charges and is open, and 1 more before 2026-08; (?s:.*)FM1516"):
        close(engine, ledger, AUGUST, NOW)
    with pytest.raises(UserError, match=r"Close it first: finmod close 2026-06; or all of them: "):
        close(engine, ledger, JULY, NOW)
    for each in (JUNE, JULY, AUGUST):
        close(engine, ledger, each, NOW)
    assert sorted(closed(engine, ledger).standing) == [MAY, JUNE, JULY, AUGUST]
    assert [made.months for made in closed(engine, ledger).every] == ["2026-05", "2026-06", "2026-07", "2026-08"]


def test_the_first_close_takes_every_month_before_it_along(engine: Engine, ledger: Ledger, load: Load) -> None:
    load(5, 7, 8)
    made = close(engine, ledger, JULY, NOW)
    assert (made.since, made.period, made.months) == (MAY, JULY, "2026-05 to 2026-07")
    known = closed(engine, ledger)
    assert [known.booked(each) for each in (MAY, JUNE, JULY)] == [AUGUST] * 3
    assert [known.of(each) for each in (APRIL, MAY, JUNE, JULY, AUGUST)] == [None, made, made, made, None]
    assert version_of(engine, ledger, MAY) == version_of(engine, ledger, JULY) == made.version
    with pytest.raises(UserError, match=r"2026-05 is closed already, on 2026-10-05 00:00 UTC, version 2; "):
        close(engine, ledger, MAY, NOW)
    assert reopen(engine, ledger, JULY, NOW, reason="too soon")[0].since == MAY
    assert closed(engine, ledger).booked(MAY) is None


def test_open_months_are_closed_with_a_later_one_where_that_is_asked_for(
    engine: Engine, ledger: Ledger, load: Load
) -> None:
    load(5, 6, 7, 8)
    close(engine, ledger, MAY, NOW)
    made = close(engine, ledger, AUGUST, NOW, with_earlier=True)
    assert made.months == "2026-06 to 2026-08"
    assert version_of(engine, ledger, JUNE) == made.version
    assert reopen(engine, ledger, AUGUST, NOW, reason="too soon")[0] == replace(
        made, reopened_at=NOW + timedelta(microseconds=3), reopened_version=4, reason="too soon"
    )
    assert closed(engine, ledger).last == MAY


def test_a_month_is_closed_once(engine: Engine, ledger: Ledger, load: Load) -> None:
    load(7)
    close(engine, ledger, JULY, NOW)
    with pytest.raises(
        UserError, match=r"2026-07 is closed already, on 2026-10-05 00:00 UTC, version 2; (?s:.*)FM1514"
    ):
        close(engine, ledger, JULY, NOW)


def test_a_month_without_charges_is_not_closed(engine: Engine, ledger: Ledger, load: Load) -> None:
    with pytest.raises(UserError, match=r"2026-07 has no charges; (?s:.*)Load its bills first(?s:.*)FM1515"):
        close(engine, ledger, JULY, NOW)
    load(7)
    with pytest.raises(UserError, match=r"2026-08 has no charges; expected a month with charges, such as 2026-07"):
        close(engine, ledger, AUGUST, NOW)


@pytest.mark.parametrize(("now", "is_over"), [(datetime(2026, 9, 30, 23, 59, tzinfo=UTC), False), (NOW, True)])
def test_a_month_that_has_not_ended_is_closed_early_alone(
    engine: Engine, ledger: Ledger, load: Load, now: datetime, *, is_over: bool
) -> None:
    load(9)
    if not is_over:
        with pytest.raises(UserError, match=r"2026-09 has not ended by 2026-09-30 23:59 UTC(?s:.*)--early\. \(FM1513"):
            close(engine, ledger, SEPTEMBER, now)
    close(engine, ledger, SEPTEMBER, now, early=not is_over)


def test_what_lies_between_closed_months_is_closed_with_them(engine: Engine, ledger: Ledger, load: Load) -> None:
    load(6, 8)
    close(engine, ledger, JUNE, NOW)
    close(engine, ledger, AUGUST, NOW)
    known = closed(engine, ledger)
    assert [known.booked(each) for each in (date(2026, 5, 1), JUNE, JULY, AUGUST, SEPTEMBER)] == [
        None, SEPTEMBER, SEPTEMBER, SEPTEMBER, None,
    ]  # fmt: skip
    with pytest.raises(UserError, match="2026-07 is closed already, on 2026-10-05 00:00 UTC, version 3; "):
        close(engine, ledger, JULY, NOW)


def test_what_lies_before_the_first_closed_month_stays_as_it_is_loaded(
    engine: Engine, ledger: Ledger, load: Load
) -> None:
    load(7)
    close(engine, ledger, JULY, NOW)
    load(6, 8)
    with pytest.raises(UserError, match=r"2026-06 lies before 2026-07, the first month that was closed(?s:.*)FM1514"):
        close(engine, ledger, JUNE, NOW)
    close(engine, ledger, AUGUST, NOW)
    assert months_with_charges(engine, ledger, ledger.head(engine)) == [JUNE, JULY, AUGUST]


def test_the_last_month_of_a_source_is_that_of_its_charges_up_to_a_month(
    engine: Engine, ledger: Ledger, load: Load, period: Make
) -> None:
    load(5, 6, 8)
    ledger.commit(engine, [period(MAY, month(5), source="gcp")], "l2", NOW)
    ledger.commit(engine, [period(AUGUST, month(8), source="new")], "l3", NOW)
    head = ledger.head(engine)
    assert last_months(engine, ledger, head, JULY) == {"saas": JUNE, "gcp": MAY}
    assert last_months(engine, ledger, head, AUGUST) == {"saas": AUGUST, "gcp": MAY, "new": AUGUST}


def test_the_last_closed_month_alone_is_reopened(engine: Engine, ledger: Ledger, load: Load) -> None:
    load(7, 8)
    with pytest.raises(UserError, match=r"2026-07 is not closed: no month is closed(?s:.*)FM1517"):
        reopen(engine, ledger, JULY, NOW, reason="r")
    close(engine, ledger, JULY, NOW)
    close(engine, ledger, AUGUST, NOW)
    with pytest.raises(UserError, match=r"which is 2026-08(?s:.*)Reopen the later ones first: finmod reopen 2026-08"):
        reopen(engine, ledger, JULY, NOW, reason="r")
    with pytest.raises(UserError, match="2026-09 is not closed: the last closed month is 2026-08"):
        reopen(engine, ledger, SEPTEMBER, NOW, reason="r")
    undone, taken_back = reopen(engine, ledger, AUGUST, NOW, reason="it's wrong; DROP TABLE")
    assert (undone.period, undone.version, undone.reopened_version, taken_back) == (AUGUST, 3, 4, 0)
    known = closed(engine, ledger)
    assert known.last == JULY
    assert known.every[1] == undone
    assert undone.reason == "it's wrong; DROP TABLE"


def test_a_reopened_month_can_be_closed_again_and_both_closes_are_known(
    engine: Engine, ledger: Ledger, load: Load
) -> None:
    load(7)
    close(engine, ledger, JULY, NOW)
    reopen(engine, ledger, JULY, NOW, reason="r")
    with pytest.raises(UserError, match=r"2026-07 was reopened(?s:.*)--as-of 2\. \(FM1512"):
        version_of(engine, ledger, JULY)
    again = close(engine, ledger, JULY, NOW)
    assert version_of(engine, ledger, JULY) == again.version == 4
    assert [each.reopened_version for each in closed(engine, ledger).every] == [3, None]


def test_a_month_that_was_never_closed_has_no_close_to_look_at(engine: Engine, ledger: Ledger, load: Load) -> None:
    load(7, 8)
    with pytest.raises(UserError, match="2026-07 is not closed; expected a closed month, and there is none yet"):
        version_of(engine, ledger, JULY)
    close(engine, ledger, JULY, NOW)
    with pytest.raises(UserError, match=r"2026-08 is not closed; expected one of the closed months 2026-07\."):
        version_of(engine, ledger, AUGUST)


def test_a_load_that_began_before_a_close_is_not_committed_after_it(
    engine: Engine, ledger: Ledger, load: Load, period: Make
) -> None:
    load(7)
    seen = ledger.head(engine)
    part = period(JULY, month(7, "2"))
    close(engine, ledger, JULY, NOW)
    with pytest.raises(UserError, match=r"closed, reopened or loaded a month at the same time(?s:.*)FM1511"):
        ledger.commit(engine, [part], "late", NOW, seen=seen)
    assert ledger.head(engine).version == 2
    assert ledger.delta.version(CHARGES) == 1


def test_a_close_waits_for_nobody_and_loads_go_side_by_side(ledger: Ledger) -> None:
    def closing() -> None:
        with books(ledger.locks, closing=True):
            pass

    told = r"a load or an apply runs, or another month is being closed or reopened(?s:.*)FM1511"
    with books(ledger.locks), books(ledger.locks), pytest.raises(UserError, match=told):
        closing()
    with books(ledger.locks, closing=True), pytest.raises(UserError, match=told):
        closing()
    closing()
