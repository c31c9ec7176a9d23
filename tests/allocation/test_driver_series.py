"""Values of drivers: read together or one by one, they are the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import pytest

from finmod.allocation import driver_series
from finmod.allocation.definition import Grain
from finmod.allocation.driver_series import Drivers, Series
from finmod.allocation.targets import Targets
from finmod.engines.duckdb import Engine
from tests.allocated import Row, as_it_is, driver, offer_drivers

SEPTEMBER = ((date(2026, 9, 1) - date(1970, 1, 1)).days, (date(2026, 9, 30) - date(1970, 1, 1)).days)
Asked = tuple[str, Grain | None]


def hourly(name: str, hours: Iterable[int], value: int) -> list[Row]:
    return [row for hour in hours for row in driver(name, {"ads": value}, f"2026-09-02T{hour:02}:00:00", "hour")]


ROWS = [
    *driver("a", {"search": 1, "ads": 3}),
    *driver("a", {"search": 2}, "2026-09-03"),
    *driver("b", {"shop": 5, "": 2}),
    *driver("b", {"shop": 7}, "2026-08-31"),  # of a month that is not shared
    *driver("twice", {"search": 1}),
    *driver("twice", {"search": 4}),
    *hourly("hours", range(20), 2),
    *driver("monthly", {"search/web": 9}, grain="month"),
]
WANTED: list[Asked] = [
    ("a", None), ("b", None), ("hours", "day"), ("monthly", None), ("a", "month"), ("twice", None), ("none", None),
    ("hours", None),
]  # fmt: skip


def read(engine: Engine, wanted: Sequence[Asked], edges: Sequence[date] = ()) -> list[object]:
    """Return what each driver says, by the values of its targets."""
    targets = Targets(("product", "team"))
    drivers = Drivers(engine, targets, as_it_is, edges, SEPTEMBER, wanted)
    return [_plain(drivers.series(*asked), targets) for asked in WANTED]


def _plain(series: Series | None, targets: Targets) -> object:
    if series is None:
        return None
    values = {
        period: [
            (targets.every[number], amount) for number, amount in zip(numbers.tolist(), amounts.tolist(), strict=True)
        ]
        for period, (numbers, amounts) in series.values.items()
    }
    return series.grain, values, series.whole, series.known


@pytest.fixture
def engine() -> Iterable[Engine]:
    with Engine() as engine:
        offer_drivers(engine, ROWS)
        yield engine


@pytest.mark.parametrize("room", [1, 3, 1_000_000])
def test_drivers_that_are_read_together_say_what_each_says_alone(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    alone = read(engine, ())
    monkeypatch.setattr(driver_series, "_TOGETHER", room)
    assert read(engine, WANTED) == alone
    assert alone[0] == (
        "day",
        {20697: [(("ads", None), 3.0), (("search", None), 1.0)], 20699: [(("search", None), 2.0)]},
        1,
        None,
    )
    assert alone[1] == ("day", {20697: [((None, None), 2.0), (("shop", None), 5.0)]}, 1, None)
    assert alone[2] == ("day", {20698: [(("ads", None), 40.0)]}, 24, {20698: 20})
    assert alone[3] == ("month", {680: [(("search", "web"), 9.0)]}, 1, None)
    assert alone[5] == ("day", {20697: [(("search", None), 5.0)]}, 1, None)
    assert alone[6] is None


def test_drivers_of_one_length_are_read_by_one_statement(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def arrays(self: Engine, sql: str) -> object:
        asked.append(sql)
        return kept(self, sql)

    kept = Engine.arrays
    monkeypatch.setattr(Engine, "arrays", arrays)
    drivers = Drivers(engine, Targets(("product",)), as_it_is, (), SEPTEMBER, [("a", None), ("b", None)])
    assert drivers.series("a", None) is drivers.series("a", None)
    assert drivers.series("b", None) is not None
    assert len(asked) == 1


def test_a_text_that_is_another_value_from_a_day_on_is_told_apart_whatever_is_read_with_it(engine: Engine) -> None:
    def resolve(dimension: str, text: str, day: date | None = None) -> str | None:
        del dimension
        return "late" if text == "search" and day is not None and day >= date(2026, 9, 2) else text

    targets = Targets(("product", "team"))
    wanted: list[Asked] = [("a", None), ("b", None)]
    for ahead in ([], wanted):
        drivers = Drivers(engine, targets, resolve, [date(2026, 9, 2)], SEPTEMBER, ahead)
        found = [_plain(drivers.series(*each), targets) for each in wanted]
        assert found[0] == (
            "day",
            {20697: [(("ads", None), 3.0), (("search", None), 1.0)], 20699: [(("late", None), 2.0)]},
            1,
            None,
        )
        assert found[1] == ("day", {20697: [((None, None), 2.0), (("shop", None), 5.0)]}, 1, None)


def test_a_driver_without_a_row_in_the_months_that_are_shared_has_no_period(engine: Engine) -> None:
    offer_drivers(engine, driver("use", {"ads": 3}, "2026-08-01"))
    for ahead in ([], [("use", None)]):
        found = Drivers(engine, Targets(("product",)), as_it_is, (), SEPTEMBER, ahead).series("use", None)
        assert found is not None
        assert (found.grain, dict(found.values)) == ("day", {})


def test_hours_of_any_century_are_told_apart(engine: Engine) -> None:
    at = "2090-09-02T05:00:00"
    offer_drivers(engine, [*driver("a", {"ads": 1}, at, "hour"), *driver("b", {"ads": 2}, at, "hour")])
    day = (date(2090, 9, 2) - date(1970, 1, 1)).days
    targets = Targets(("product",))
    drivers = Drivers(engine, targets, as_it_is, (), (day, day), [("a", None), ("b", None)])
    for name, value in (("a", 1.0), ("b", 2.0)):
        found = drivers.series(name, None)
        assert found is not None
        assert {period: amounts.tolist() for period, (_, amounts) in found.values.items()} == {day * 24 + 5: [value]}
