"""Nothing is lost and nothing is made, whatever the graph of pools, the drivers and the amounts."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from finmod.allocation.definition import Level, Pool, Share
from finmod.engines.duckdb import Engine
from finmod.errors import UserError
from finmod.focus.columns import COSTS
from finmod.settings.project import Project
from tests.allocated import Row, books_of, by, day, driver, fixed, one, pool, ran
from tests.examples import examples
from tests.tagged import charge

POOLS = ("k8s", "data", "net")
PLACES = ("search", "ads", "shop", *POOLS)
COSTLY = (
    one("search", "300.000000000001", team="web", ListCost="400"),
    one("ads", "-20.5", team="api", **day(2)),
    one("ads", "77", SubAccountId="2"),
    one("shop", "0.333333333333", BillingCurrency="EUR", **day(2)),
    one("", "12", ListCost="13"),
    one("k8s", "99.999999999999", ContractedCost="90"),
    one("k8s", "-7.000000000003", **day(2)),
    one("k8s", "12345678901234567.000000000007", BillingCurrency="JPY", **day(3)),
    one("data", "0.000000000001", SubAccountId="2"),
    one("data", "8", **day(2), EffectiveCost=""),
    one("net", "1000", SubAccountId="2", BillingCurrency="EUR", **day(3)),
    charge(8, "55.5", "i-8", '{"product":"net"}'),
)
"""Three days and two months of three currencies: credits, unknown costs, and amounts that 64 bits do not hold."""

weight = st.one_of(st.just("0"), st.integers(1, 1000).map(str), st.decimals("0.000001", "99", places=6).map(str))


@cache
def project() -> Project:
    return books_of(Path(tempfile.mkdtemp(prefix="finmod-tests-")), COSTLY)


@st.composite
def shares(draw: st.DrawFn, name: str) -> Share:
    kind = draw(st.sampled_from(["driver", "driver", "cost", "even", "fixed"]))
    if kind == "fixed":
        first = draw(st.integers(0, 100))
        return fixed(search=str(Decimal(first) / 100), unallocated=str(Decimal(100 - first) / 100))
    if kind == "driver":
        return by(
            "driver", driver=name, idle=draw(st.sampled_from([None, "proportional", "even", "owner", "unallocated"])),
            minimum=draw(st.sampled_from([None, Decimal("0.1")])), unallocated=draw(st.booleans()),
        )  # fmt: skip
    if kind == "cost":
        return by(
            "cost", base=draw(st.sampled_from(["direct", "full"])), pools=draw(st.booleans()),
            within=draw(st.sampled_from([(), ("x_Source",)])), grain=draw(st.sampled_from([None, "day"])),
        )  # fmt: skip
    return by(kind, pools=draw(st.booleans()))


@st.composite
def drivers(draw: st.DrawFn) -> list[Row]:
    rows: list[Row] = []
    for name in POOLS:
        for at in draw(st.sets(st.integers(1, 3))):
            values: Mapping[str, object] = draw(
                st.dictionaries(st.sampled_from(["", "search/web", *PLACES]), weight, max_size=5)
            )
            rows += driver(name, values, f"2026-09-{at:02}")
    return rows


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    made: list[Pool] = [pool(name, draw(shares(name))) for name in draw(st.permutations(POOLS))]
    level = Level(name="team", place="", dimensions=("team",), within=("product",), shares=(by("cost"),))
    return {"pools": made, "drivers": draw(drivers()), "levels": draw(st.sampled_from([(), (level,)]))}


@given(world=worlds())
@settings(max_examples=examples(25), deadline=None)
def test_what_goes_in_comes_out_by_day_currency_pool_and_measure(world: dict[str, Any]) -> None:
    with Engine() as engine:
        try:
            ran(project(), engine, **world)
        except UserError as error:
            assert [problem.code for problem in error.problems] == ["FM2140"]  # noqa: PT017 -- a loop is no failure
            return
        wrong = engine.rows("SELECT * FROM allocation_proofs WHERE x_Difference <> 0")
        assert wrong == []
        sums = ", ".join(f"sum({name})" for name in COSTS)
        assert engine.row(f"SELECT {sums} FROM allocated") == engine.row(f"SELECT {sums} FROM allocation_cells")
        assert engine.row(
            "SELECT count(*) FROM allocated WHERE x_Product IN ('k8s', 'data', 'net') AND x_Pool IS NULL"
        ) == (0,)
