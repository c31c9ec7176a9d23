"""Months of an allocation: open ones are replaced, closed ones stay, and what moves there is booked in the open one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from finmod.engines.duckdb import Engine
from finmod.ledger import applied_rows
from finmod.ledger.applied import files_of
from finmod.ledger.applied_rows import restated_months
from finmod.ledger.ledger import Ledger
from finmod.ledger.reduce import relation
from finmod.ledger.tables import ALLOCATED, ALLOCATED_LEVELS
from tests.ledger.allocating import (
    AUGUST,
    NOVEMBER,
    OCTOBER,
    SEPTEMBER,
    allocated,
    apply,
    apply_tables,
    closed,
    stored,
)

TEN, FOUR = Decimal(10), Decimal(4)
OLD = ((SEPTEMBER, "k8s", "search", "10"), (OCTOBER, "k8s", "search", "3"))
NEW = ((SEPTEMBER, "k8s", "search", "6"), (SEPTEMBER, "k8s", "ads", "4"), (OCTOBER, "k8s", "ads", "3"))


def test_open_months_are_replaced(engine: Engine, ledger: Ledger) -> None:
    apply(engine, ledger, *OLD)
    run, made = apply(engine, ledger, *NEW)
    assert (made.months.stand, made.months.moved) == ((), ())
    assert all(row[1] is None for row in stored(engine, ledger, run))
    assert len(stored(engine, ledger, run)) == 3


def test_what_new_rules_move_in_a_closed_month_is_booked_in_the_open_one(engine: Engine, ledger: Ledger) -> None:
    apply(engine, ledger, *OLD)
    run, made = apply(engine, ledger, *NEW, shut=closed(SEPTEMBER))
    assert (made.months.stand, made.months.moved, made.months.booked) == ((SEPTEMBER,), (SEPTEMBER,), OCTOBER)
    assert run.changed == (OCTOBER,)
    assert stored(engine, ledger, run) == [
        (SEPTEMBER, None, "k8s", "search", TEN),
        (OCTOBER, SEPTEMBER, "k8s", "ads", FOUR),
        (OCTOBER, SEPTEMBER, "k8s", "search", -FOUR),
        (OCTOBER, None, "k8s", "ads", Decimal(3)),
    ]
    (days,) = {row[0] for row in engine.rows(
        f"SELECT x_ChargeDate FROM {relation(files_of(ledger, ALLOCATED, run))} WHERE x_AllocationOf IS NOT NULL"
    )}  # fmt: skip
    assert days == SEPTEMBER


def test_the_same_rules_again_book_the_same_and_change_nothing(engine: Engine, ledger: Ledger) -> None:
    apply(engine, ledger, *OLD)
    first, _ = apply(engine, ledger, *NEW, shut=closed(SEPTEMBER))
    second, _ = apply(engine, ledger, *NEW, shut=closed(SEPTEMBER))
    assert second.changed == ()
    assert stored(engine, ledger, second) == stored(engine, ledger, first)


def test_rules_that_return_to_what_was_told_book_nothing(engine: Engine, ledger: Ledger) -> None:
    apply(engine, ledger, *OLD)
    apply(engine, ledger, *NEW, shut=closed(SEPTEMBER))
    run, made = apply(engine, ledger, *OLD, shut=closed(SEPTEMBER))
    assert made.months.moved == ()
    assert [row for row in stored(engine, ledger, run) if row[1]] == []


def test_true_ups_of_a_closed_month_that_stand_in_closed_months_count(engine: Engine, ledger: Ledger) -> None:
    """September is closed and moved in October, October is closed; then the rules go back, and forth in November."""
    apply(engine, ledger, *OLD)
    apply(engine, ledger, *NEW, shut=closed(SEPTEMBER))
    shut = closed(SEPTEMBER, OCTOBER)
    run, made = apply(engine, ledger, *NEW, (NOVEMBER, None, "ads", "1"), shut=shut)
    assert (made.months.moved, [row for row in stored(engine, ledger, run) if row[0] == NOVEMBER]) == (
        (), [(NOVEMBER, None, None, "ads", Decimal(1))],
    )  # fmt: skip
    run, made = apply(engine, ledger, *OLD, (NOVEMBER, None, "ads", "1"), shut=shut)
    assert made.months.moved == (SEPTEMBER, OCTOBER)
    assert [row for row in stored(engine, ledger, run) if row[0] == NOVEMBER] == [
        (NOVEMBER, SEPTEMBER, "k8s", "ads", -FOUR),
        (NOVEMBER, SEPTEMBER, "k8s", "search", FOUR),
        (NOVEMBER, OCTOBER, "k8s", "ads", Decimal(-3)),
        (NOVEMBER, OCTOBER, "k8s", "search", Decimal(3)),
        (NOVEMBER, None, None, "ads", Decimal(1)),
    ]


def test_true_ups_need_no_charge_of_the_open_month(engine: Engine, ledger: Ledger) -> None:
    apply(engine, ledger, OLD[0])
    run, _ = apply(engine, ledger, *NEW[:2], shut=closed(SEPTEMBER))
    assert [row[:2] for row in stored(engine, ledger, run)] == [
        (SEPTEMBER, None), (OCTOBER, SEPTEMBER), (OCTOBER, SEPTEMBER),
    ]  # fmt: skip
    run, _ = apply(engine, ledger, OLD[0], shut=closed(SEPTEMBER))
    assert [row[:2] for row in stored(engine, ledger, run)] == [(SEPTEMBER, None)]
    assert run.changed == (OCTOBER,)


def test_a_closed_month_that_was_never_applied_is_applied_as_it_is(engine: Engine, ledger: Ledger) -> None:
    run, made = apply(engine, ledger, *OLD, shut=closed(SEPTEMBER))
    assert (made.months.late, made.months.stand) == ((SEPTEMBER,), ())
    assert len(stored(engine, ledger, run)) == 2
    _, made = apply(engine, ledger, *NEW, shut=closed(SEPTEMBER))
    assert (made.months.late, made.months.stand) == ((), (SEPTEMBER,))


def test_a_closed_month_that_held_true_ups_alone_keeps_them_when_it_is_applied(engine: Engine, ledger: Ledger) -> None:
    apply(engine, ledger, OLD[0])
    apply(engine, ledger, *NEW[:2], shut=closed(SEPTEMBER))
    run, made = apply(engine, ledger, *NEW, shut=closed(SEPTEMBER, OCTOBER))
    assert made.months.late == (OCTOBER,)
    assert stored(engine, ledger, run)[1:] == [
        (OCTOBER, SEPTEMBER, "k8s", "ads", FOUR),
        (OCTOBER, SEPTEMBER, "k8s", "search", -FOUR),
        (OCTOBER, None, "k8s", "ads", Decimal(3)),
    ]


def test_a_month_whose_charges_changed_between_apply_and_close_is_replaced(engine: Engine, ledger: Ledger) -> None:
    """Its true-ups would not sum to zero: what was applied were not the charges that were closed."""
    apply(engine, ledger, *OLD)
    run, made = apply(engine, ledger, (SEPTEMBER, "k8s", "search", "11"), NEW[2], shut=closed(SEPTEMBER))
    assert (made.months.replaced, made.months.moved) == ((SEPTEMBER,), ())
    assert stored(engine, ledger, run) == [
        (SEPTEMBER, None, "k8s", "search", Decimal(11)), (OCTOBER, None, "k8s", "ads", Decimal(3)),
    ]  # fmt: skip


def test_a_replaced_month_takes_back_what_was_moved_of_it_and_keeps_what_it_holds(
    engine: Engine, ledger: Ledger
) -> None:
    apply(engine, ledger, (AUGUST, "k8s", "search", "10"), *OLD)
    shut = closed(AUGUST)
    moved = (AUGUST, "k8s", "ads", "10")
    apply(engine, ledger, moved, *OLD, shut=shut)
    shut = closed(AUGUST, SEPTEMBER)
    run, made = apply(engine, ledger, moved, (SEPTEMBER, "k8s", "search", "12"), OLD[1], shut=shut)
    assert (made.months.stand, made.months.replaced) == ((AUGUST,), (SEPTEMBER,))
    assert [row for row in stored(engine, ledger, run) if row[0] == SEPTEMBER] == [
        (SEPTEMBER, AUGUST, "k8s", "ads", TEN),
        (SEPTEMBER, AUGUST, "k8s", "search", -TEN),
        (SEPTEMBER, None, "k8s", "search", Decimal(12)),
    ]
    run, made = apply(
        engine, ledger, (AUGUST, "k8s", "search", "9"), (SEPTEMBER, "k8s", "search", "12"), OLD[1], shut=shut
    )
    assert made.months.replaced == (AUGUST,)
    assert [row[1:] for row in stored(engine, ledger, run) if row[0] == OCTOBER and row[1]] == [
        (AUGUST, "k8s", "ads", -TEN), (AUGUST, "k8s", "search", TEN),
    ]  # fmt: skip


def test_a_reopened_month_is_replaced_and_its_true_ups_vanish(engine: Engine, ledger: Ledger) -> None:
    apply(engine, ledger, *OLD)
    apply(engine, ledger, *NEW, shut=closed(SEPTEMBER))
    run, made = apply(engine, ledger, *NEW)
    assert (made.months.stand, made.months.booked) == ((), None)
    assert stored(engine, ledger, run) == [
        (SEPTEMBER, None, "k8s", "ads", FOUR),
        (SEPTEMBER, None, "k8s", "search", Decimal(6)),
        (OCTOBER, None, "k8s", "ads", Decimal(3)),
    ]


def test_true_ups_sum_to_zero_for_every_cost(engine: Engine, ledger: Ledger) -> None:
    apply(engine, ledger, *OLD)
    run, _ = apply(engine, ledger, *NEW, shut=closed(SEPTEMBER))
    costs = "sum(BilledCost), sum(EffectiveCost), sum(ListCost), sum(ContractedCost)"
    rows = engine.rows(
        f"SELECT {costs} FROM {relation(files_of(ledger, ALLOCATED, run))} WHERE x_AllocationOf IS NOT NULL "
        "GROUP BY BillingCurrency, x_ChargeDate"
    )
    assert rows == [(Decimal(0),) * 4]


def test_unknown_costs_stay_unknown(engine: Engine, ledger: Ledger) -> None:
    apply(engine, ledger, (SEPTEMBER, None, "search", "NULL"), (SEPTEMBER, None, "ads", "1"))
    run, made = apply(
        engine, ledger, (SEPTEMBER, None, "ads", "NULL"), (SEPTEMBER, None, "search", "1"), shut=closed(SEPTEMBER)
    )
    assert made.months.moved == (SEPTEMBER,)
    assert [row[3:] for row in stored(engine, ledger, run) if row[1]] == [("ads", Decimal(-1)), ("search", Decimal(1))]


def test_levels_of_closed_months_stand_too(engine: Engine, ledger: Ledger) -> None:
    def level(customer: str) -> None:
        allocated(engine, *OLD)
        engine.run("ALTER TABLE allocated_levels ADD COLUMN x_Customer VARCHAR")
        engine.run(
            "INSERT INTO allocated_levels BY NAME SELECT DATE '2026-09-01' AS x_BillingPeriod, DATE '2026-09-02' AS "
            f"x_ChargeDate, 'USD' AS BillingCurrency, 5 AS EffectiveCost, '{customer}' AS x_Customer"
        )

    level("acme")
    apply_tables(engine, ledger)
    level("zorg")
    run, made = apply_tables(engine, ledger, shut=closed(SEPTEMBER))
    assert made.columns["allocated_levels"] == ["x_Product", "x_Customer"]
    assert engine.rows(
        "SELECT x_BillingPeriod, x_AllocationOf, x_Customer, EffectiveCost FROM "
        f"{relation(files_of(ledger, ALLOCATED_LEVELS, run))} ORDER BY ALL"
    ) == [
        (SEPTEMBER, None, "acme", Decimal(5)), (OCTOBER, SEPTEMBER, "acme", Decimal(-5)),
        (OCTOBER, SEPTEMBER, "zorg", Decimal(5)),
    ]  # fmt: skip


def test_a_level_that_a_closed_month_did_not_have_books_nothing_of_it(engine: Engine, ledger: Ledger) -> None:
    def level(*names: str) -> None:
        allocated(engine, *OLD)
        for name in names:
            engine.run(
                "INSERT INTO allocated_levels BY NAME SELECT DATE '2026-09-01' AS x_BillingPeriod, DATE '2026-09-02' "
                f"AS x_ChargeDate, 'USD' AS BillingCurrency, '{name}' AS x_Level, 5 AS EffectiveCost, 'a' AS x_Product"
            )

    shut = closed(SEPTEMBER)
    level("customer")
    apply_tables(engine, ledger)
    for names in (("customer", "device"), ("device",), ("customer",)):
        level(*names)
        run, made = apply_tables(engine, ledger, shut=shut)
        assert made.months.moved == ()
        rows = relation(files_of(ledger, ALLOCATED_LEVELS, run))
        assert engine.rows(f"SELECT x_BillingPeriod, x_Level FROM {rows}") == [(SEPTEMBER, "customer")]


def test_dimensions_that_rules_no_longer_have_are_kept_in_true_ups(engine: Engine, ledger: Ledger) -> None:
    apply(engine, ledger, OLD[0])
    allocated(engine, (SEPTEMBER, "k8s", "web", "10"), columns=("x_Team",))
    run, _ = apply_tables(engine, ledger, shut=closed(SEPTEMBER))
    assert engine.rows(
        "SELECT x_Product, x_Team, EffectiveCost FROM "
        f"{relation(files_of(ledger, ALLOCATED, run))} WHERE x_AllocationOf IS NOT NULL ORDER BY ALL"
    ) == [("search", None, -TEN), (None, "web", TEN)]


def test_amounts_of_the_order_in_which_a_pool_was_split_are_no_true_ups(engine: Engine, ledger: Ledger) -> None:
    apply(engine, ledger, (SEPTEMBER, "k8s", "search", "10.000000000001"), (SEPTEMBER, "k8s", "ads", "5"))
    again = ((SEPTEMBER, "k8s", "search", "10"), (SEPTEMBER, "k8s", "ads", "5.000000000001"))
    run, made = apply(engine, ledger, *again, shut=closed(SEPTEMBER))
    assert (made.months.moved, run.changed) == ((), ())


def test_small_amounts_of_a_pool_that_moves_more_are_booked_with_it(engine: Engine, ledger: Ledger) -> None:
    """What is booked sums to zero."""
    apply(engine, ledger, (SEPTEMBER, "k8s", "search", "10.000000000001"), (SEPTEMBER, "k8s", "ads", "5"))
    again = (
        (SEPTEMBER, "k8s", "search", "10"),
        (SEPTEMBER, "k8s", "ads", "4"),
        (SEPTEMBER, "k8s", "shop", "1.000000000001"),
    )
    run, _ = apply(engine, ledger, *again, shut=closed(SEPTEMBER))
    assert [row[3:] for row in stored(engine, ledger, run) if row[1]] == [
        ("ads", Decimal(-1)), ("search", Decimal("-1e-12")), ("shop", Decimal("1.000000000001")),
    ]  # fmt: skip


def test_months_whose_charges_are_not_those_that_were_applied_are_found(engine: Engine, ledger: Ledger) -> None:
    run, _ = apply(engine, ledger, *OLD)
    allocated(engine, (SEPTEMBER, "k8s", "search", "10.000000000001"), (OCTOBER, "k8s", "ads", "3"))
    assert restated_months(engine, ledger, run, [SEPTEMBER, OCTOBER]) == [OCTOBER]
    assert restated_months(engine, ledger, run, [SEPTEMBER]) == []


def test_months_that_are_written_one_by_one_are_those_that_are_written_together(
    engine: Engine, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    together, _ = apply(engine, ledger, *NEW)
    rows = stored(engine, ledger, together)
    monkeypatch.setattr(applied_rows, "_MANY", 1)
    apply(engine, ledger, *OLD)
    one_by_one, made = apply(engine, ledger, *NEW)
    assert stored(engine, ledger, one_by_one) == rows
    assert (one_by_one.months, one_by_one.totals, one_by_one.rows) == (together.months, together.totals, 3)
    assert {month for month, *_ in rows} == set(made.prints)
