"""Conservation: every cost of every day, kind of charge and currency is in the cube, to the last digit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from finmod.engines.duckdb import Engine, file_list
from finmod.focus.columns import COSTS
from finmod.ledger.prepare import PeriodInput, prepare
from tests.books import CHARGE, bill
from tests.normalize.staged import conversion
from tests.properties.bills import FEW

cost = st.one_of(st.just(""), st.decimals(-(10**6), 10**6, places=13).map(lambda value: f"{value:f}"))
charges = st.lists(
    st.builds(
        lambda day, key, costs: {
            **dict(zip(COSTS, costs, strict=True)),
            "ServiceName": key,
            "ChargePeriodStart": f"2026-09-{day:02}T00:00:00Z",
        },
        st.integers(1, 4),
        st.sampled_from(["a", "b", "", "A"]),
        st.tuples(cost, cost, cost, cost),
    ),
    min_size=1,
    max_size=30,
)


@FEW
@given(rows=charges)
def test_the_cube_holds_every_cost_per_day_key_and_currency(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    path = tmp_path / "bill.csv"
    path.write_text(bill(*({**CHARGE, **row} for row in rows)), encoding="utf-8")
    with Engine() as engine:
        made = conversion(engine, path, tmp_path / "staged")
        ready, _ = prepare(
            engine, PeriodInput("saas", date(2026, 9, 1), (made,), frozenset(), "x"), tmp_path / "staged"
        )
        of = {name: f"read_parquet({file_list([file])})" for name, (file, _) in ready.files.items()}
        sums = ", ".join(f"sum({name}), count(*) - count({name})" for name in COSTS)
        kept = ", ".join(f"sum(d.{name}), CAST(sum(d.x_Unknown{name}) AS BIGINT)" for name in COSTS)
        per = "ServiceName, BillingCurrency, x_ChargeDate"
        from_charges = engine.rows(f"SELECT {per}, count(*), {sums} FROM {of['charges']} GROUP BY ALL ORDER BY ALL")
        from_cube = engine.rows(
            f"SELECT {per}, CAST(sum(d.x_Charges) AS BIGINT), {kept} FROM {of['charge_days']} AS d "
            f"JOIN {of['charge_keys']} USING (x_ChargeKey) GROUP BY ALL ORDER BY ALL"
        )
        keys = engine.row(f"SELECT count(*), count(DISTINCT x_ChargeKey) FROM {of['charge_keys']}")
    assert from_cube == from_charges
    assert keys == (len({row["ServiceName"] for row in rows}),) * 2
    given_costs = [Decimal(row["BilledCost"]) for row in rows if row["BilledCost"]]
    python = sum((value.quantize(Decimal("1e-12"), "ROUND_HALF_UP") for value in given_costs), Decimal(0))
    assert sum((Decimal(row.billed_cost or 0) for row in ready.manifest), Decimal(0)) == python
