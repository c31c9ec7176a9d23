"""What is odd about drivers where shares asked them is told: too much use, and gaps inside of longer periods."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal as d  # noqa: N813 -- short, for tables
from pathlib import Path

import pytest

from finmod.allocation.definition import Grain, Level, Share
from finmod.engines.duckdb import Engine
from finmod.terms.findings import Finding, codes
from tests.allocated import Outcome, Row, books_of, by, day, driver, one, pool, ran


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as engine:
        yield engine


def told(found: Outcome, code: str) -> list[Finding]:
    """Return the findings of a code, whose severity is that of the catalogue."""
    findings = [each for each in found.run.findings if each.code == code]
    assert {each.severity for each in findings} <= {codes()[code].severity}
    return findings


def use(*numbers: int, hours: int = 0, **values: int) -> list[Row]:
    """Return a driver's rows on days of September 2026, or in the first hours of them."""
    starts = [f"2026-09-{at:02}" for at in numbers]
    grain: Grain = "hour" if hours else "day"
    starts = [f"{start}T{hour:02}:00:00" for start in starts for hour in range(hours)] if hours else starts
    return [row for start in starts for row in driver("use", values, start, grain)]


BY_CAPACITY = by("driver", driver="use", capacity="there")


def test_use_beyond_the_capacity_is_told_with_the_day_and_how_much(tmp_path: Path, engine: Engine) -> None:
    charges = [one("k8s", "40"), one("k8s", "20", **day(2)), one("k8s", "20", **day(3))]
    there = [row for at in (1, 2, 3) for row in driver("there", {"": 10}, f"2026-09-{at:02}")]
    rows = [*use(1, search=9, ads=3), *use(2, search=8), *use(3, ads=11), *there]
    found = ran(books_of(tmp_path, charges), engine, [pool("k8s", BY_CAPACITY)], rows)
    (finding,) = told(found, "FM2150")
    assert finding.message == (
        "pool k8s, by driver use: use is more than its capacity there in 2 days; most in 2026-09-01, 12 of 10, "
        "2 too much, search being the largest; nothing counts as idle then."
    )
    assert (finding.billing_period, finding.last_billing_period, finding.where) == (
        "2026-09", None, "allocation.yaml:9:9",
    )  # fmt: skip
    assert found.by_product("x_ChargeDate = '2026-09-01'") == {"search": 30, "ads": 10}


@pytest.mark.parametrize(
    ("grain", "at", "words"),
    [
        ("hour", "2026-09-01T05:00:00", "in 1 hour; most in 2026-09-01 05:00 UTC, "),
        ("month", "2026-09-01", "in 1 month; most in 2026-09, "),
    ],
)
def test_hours_and_months_beyond_the_capacity_are_told_as_such(
    tmp_path: Path, engine: Engine, grain: Grain, at: str, words: str
) -> None:
    rows = [*driver("use", {"": 3}, at, grain), *driver("there", {"": 2.5}, at, grain)]
    found = ran(books_of(tmp_path, [one("k8s", "24")]), engine, [pool("k8s", BY_CAPACITY)], rows)
    assert f"{words}3 of 2.5, 0.5 too much, what names nobody being the largest" in told(found, "FM2150")[0].message


def test_use_up_to_the_capacity_is_not_told_whatever_doubles_make_of_it(tmp_path: Path, engine: Engine) -> None:
    rows = [*driver("use", {"search": "0.1", "ads": "0.7"}), *driver("there", {"": "0.8"})]
    found = ran(books_of(tmp_path, [one("k8s", "40")]), engine, [pool("k8s", BY_CAPACITY)], rows)
    assert told(found, "FM2150") == []


BY_MONTH = by("driver", driver="use", grain="month")


def test_days_without_a_row_in_a_month_that_is_shared_as_one_are_told(tmp_path: Path, engine: Engine) -> None:
    charges = [one("k8s", "30"), one("k8s", "20", **day(2)), one("k8s", "10", **day(3))]
    found = ran(books_of(tmp_path, charges), engine, [pool("k8s", BY_MONTH)], use(1, search=3, ads=1))
    (finding,) = told(found, "FM2151")
    assert finding.message == (
        "pool k8s, by driver use: driver use has no row for 2 days with charges from 2026-09-02 to 2026-09-03; the "
        "rest of the month stands for them."
    )
    assert (finding.amount, finding.currency, finding.billing_period) == (d(30), "USD", "2026-09")
    assert found.by_product() == {"search": 45, "ads": 15}


def test_days_that_have_a_row_or_no_charge_are_not_told(tmp_path: Path, engine: Engine) -> None:
    charges = [one("k8s", "30"), one("k8s", "20", **day(3))]
    found = ran(books_of(tmp_path, charges), engine, [pool("k8s", BY_MONTH)], use(1, 3, search=3))
    assert told(found, "FM2151") == []


def test_a_day_driver_that_is_shared_by_day_has_no_gaps_inside(tmp_path: Path, engine: Engine) -> None:
    charges = [one("k8s", "30"), one("k8s", "20", **day(2))]
    found = ran(books_of(tmp_path, charges), engine, [pool("k8s", by("driver", driver="use"))], use(1, search=3))
    assert told(found, "FM2151") == []
    assert [each.amount for each in told(found, "FM2141")] == [20]


@pytest.mark.parametrize(("grain", "length"), [("day", "day"), ("month", "month")])
def test_hours_without_a_row_are_told_where_longer_periods_are_shared(
    tmp_path: Path, engine: Engine, grain: str, length: str
) -> None:
    share = by("driver", driver="use", grain=grain)
    found = ran(books_of(tmp_path, [one("k8s", "30")]), engine, [pool("k8s", share)], use(1, hours=20, search=3))
    (finding,) = told(found, "FM2151")
    assert finding.message == (
        "pool k8s, by driver use: driver use has no row for 4 hours of 1 day with charges on 2026-09-01; the rest of "
        f"the {length} stands for them."
    )


def test_a_level_that_is_cut_by_longer_periods_is_told_once(tmp_path: Path, engine: Engine) -> None:
    charges = [one(name, "30", **day(at)) for name in ("search", "ads") for at in (1, 2)]
    rows = use(1, **{"search/web": 1, "search/api": 1, "ads/web": 1})
    level = Level(
        name="team", dimensions=("team",), within=("product",), shares=(BY_MONTH,), place="allocation.yaml:5:5"
    )
    found = ran(books_of(tmp_path, charges), engine, [], rows, levels=[level])
    (finding,) = told(found, "FM2151")
    assert finding.message == (
        "level team, by driver use: driver use has no row for 1 day with charges on 2026-09-02; the rest of the month "
        "stands for them."
    )


def test_hours_without_an_answer_are_as_grave_as_the_share_says(tmp_path: Path, engine: Engine) -> None:
    share = by("driver", driver="use", unallocated=True)
    found = ran(books_of(tmp_path, [one("k8s", "24")]), engine, [pool("k8s", share)], use(1, hours=20, search=3))
    assert [(each.amount, each.currency) for each in told(found, "FM2142")] == [(d(4), "USD")]
    assert told(found, "FM2141") == []


def test_hours_of_use_that_is_negative_or_nothing_are_told_by_their_reason(tmp_path: Path, engine: Engine) -> None:
    rows = [*use(1, hours=22, search=3), *driver("use", {"search": -1}, "2026-09-01T22:00:00", "hour"),
            *driver("use", {"search": 0}, "2026-09-01T23:00:00", "hour")]  # fmt: skip
    found = ran(books_of(tmp_path, [one("k8s", "24")]), engine, [pool("k8s", by("driver", driver="use"))], rows)
    assert sorted(each.message.partition(": ")[2] for each in told(found, "FM2141")) == [
        "driver use is 0 for everybody, 1 hour on 2026-09-01; their part of its cost stays unallocated.",
        "driver use is negative, 1 hour on 2026-09-01; their part of its cost stays unallocated.",
    ]


def test_an_amount_of_many_digits_is_told_to_the_last(tmp_path: Path, engine: Engine) -> None:
    charges = [one("k8s", "1234567890123456789.000000000024")]
    rows = use(1, hours=23, search=3)
    found = ran(books_of(tmp_path, charges), engine, [pool("k8s", by("driver", driver="use"))], rows)
    assert told(found, "FM2141")[0].amount == d("51440328755144032.875000000001")


def test_an_inferred_day_with_hours_missing_is_told(tmp_path: Path, engine: Engine) -> None:
    days = range(1, 26)
    charges = [one("net", f"{10 + at * 7 % 11}", **day(at)) for at in days]
    rows = [
        row
        for at in days
        for hour in range(20 if at == 7 else 24)
        for row in driver("use", {"search": 10 + at * 7 % 11}, f"2026-09-{at:02}T{hour:02}:00:00", "hour")
    ]
    share: Share = by("inferred", drivers=("use",), months=1)
    found = ran(books_of(tmp_path, charges), engine, [pool("net", share)], rows)
    (finding,) = told(found, "FM2151")
    assert finding.message == (
        "pool net, by inferred: driver use has no row for 4 hours of 1 day with charges on 2026-09-07; the rest of the "
        "day stands for them."
    )
