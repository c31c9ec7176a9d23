"""Shares by a driver: periods in which nobody used anything, and hours that lack."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from decimal import Decimal as d  # noqa: N813 -- short, for tables
from pathlib import Path

import pytest

from finmod.allocation.explain.basis import basis_of
from finmod.allocation.shares import When
from finmod.engines.duckdb import Engine
from tests.allocated import books_of, by, driver, one, pool, ran


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as engine:
        yield engine


@pytest.mark.parametrize(
    ("idle", "expected"),
    [("unallocated", {None: d(80)}), ("owner", {"k8s": d(80)}), (None, None), ("proportional", None), ("even", None)],
)
def test_a_day_on_which_nobody_used_anything_of_a_capacity_is_idle_as_a_whole(
    tmp_path: Path, engine: Engine, idle: str | None, expected: dict[str | None, Decimal] | None
) -> None:
    share = by("driver", driver="use", capacity="there", idle=idle)
    rows = [*driver("use", {"search": 0, "ads": 0}), *driver("there", {"": 8})]
    found = ran(books_of(tmp_path, [one("k8s", "80")]), engine, [pool("k8s", share)], rows)
    assert found.by_product() == (expected or {None: d(80)})
    messages = [each.message for each in found.run.findings]
    assert [": driver use is 0 for everybody on" in each for each in messages] == ([] if expected else [True])


def test_hours_without_a_value_go_as_else_says(tmp_path: Path, engine: Engine) -> None:
    rows = [row for hour in range(18) for row in driver("use", {"ads": 1}, f"2026-09-01T{hour:02}:00:00", "hour")]
    charges = [one("k8s", "40"), one("search", "3"), one("ads", "1"), one("net", "8")]
    share = by("driver", driver="use", otherwise=by("cost"))
    found = ran(books_of(tmp_path, charges), engine, [pool("k8s", share), pool("net", by("cost"))], rows)
    # 18 hours to ads, and of the other 6 a quarter.
    assert found.by_product("x_Pool = 'k8s'") == {"ads": d("32.5"), "search": d("7.5")}
    (finding,) = found.run.findings
    assert (finding.code, finding.severity, finding.amount) == ("FM2142", "info", d(10))
    assert finding.message == (
        "pool k8s, by driver use: driver use has no value for the period, 6 hours on 2026-09-01; their part of its "
        "cost is shared as 'else' says (by cost)."
    )
    basis = basis_of(found.run, 1, When(20_697, 20_697, currency="USD"), {found.run.targets.number(("search", None))})
    assert basis is not None
    assert basis.part == pytest.approx(7.5 / 40)


def test_hours_that_else_cannot_tell_either_stay_unallocated(tmp_path: Path, engine: Engine) -> None:
    rows = [row for hour in range(18) for row in driver("use", {"ads": 1}, f"2026-09-01T{hour:02}:00:00", "hour")]
    share = by("driver", driver="use", otherwise=by("driver", driver="gone"))
    found = ran(books_of(tmp_path, [one("k8s", "40")]), engine, [pool("k8s", share)], rows)
    assert found.by_product() == {"ads": 30, None: 10}
    assert "FM2141" in [each.code for each in found.run.findings]


def test_an_hour_without_a_value_leaves_its_part_alone_unallocated(tmp_path: Path, engine: Engine) -> None:
    rows = [row for hour in range(18) for row in driver("use", {"ads": 1}, f"2026-09-01T{hour:02}:00:00", "hour")]
    found = ran(books_of(tmp_path, [one("k8s", "40")]), engine, [pool("k8s", by("driver", driver="use"))], rows)
    assert found.by_product() == {"ads": 30, None: 10}
    assert "use has no value for the period, 6 hours on 2026-09-01; their part" in found.run.findings[0].message
    assert (found.run.findings[0].amount, found.run.findings[0].currency) == (d(10), "USD")
