"""The bridge: each cause alone has its effect alone, together they sum to the change, and nothing is wild."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from finmod.models.variance.bridge import UNIT, bridge, exact
from finmod.models.variance.cells import COVERING, NEGOTIATED
from finmod.models.variance.effects import EFFECTS, PLACE
from tests.variance_cells import Cell, Month, cells_of, told


def test_more_use_is_volume() -> None:
    """100 hours at 2.00 become 130 hours at 2.00."""
    assert told(Cell(Month(100, 2.0), Month(130, 2.0))) == {"volume": 60}


def test_the_same_use_a_day_in_a_longer_month_is_days() -> None:
    assert told(Cell(Month(2800, 1.0, days=28), Month(3100, 1.0, days=31))) == {"days": 300}


def test_what_is_counted_by_the_month_has_no_effect_of_days() -> None:
    before, after = Month(2800, 1.0, days=28), Month(3100, 1.0, days=31)
    assert told(Cell(before, after, grows=False)) == {"volume": 300}


def test_days_that_are_not_told_yet_are_an_effect_of_days_for_months_too() -> None:
    """A stock of 300 GB-months of which 10 of 30 days are told: a third of the quantity."""
    cells = cells_of(Cell(Month(300, 1.0), Month(100, 1.0, days=10), grows=False))
    cells.after.told[:] = 1 / 3
    made = bridge(cells).effects[0]
    assert made[PLACE["days"]] == -200 * 10**12
    assert made.sum() == made[PLACE["days"]]


def test_what_ended_or_began_beside_days_that_are_not_told_is_so_of_the_days_that_are() -> None:
    """10 a day ended: for the 10 days that October tells that is 100 of 300; a discount of a tenth goes with it."""
    gone = Cell(Month(300, 1.0), Month(days=10), resource=1)
    born = Cell(Month(days=10), Month(300, 1.0), resource=2, service=1)
    discount = Cell(Month(cost=-30), kind=NEGOTIATED)
    whole = cells_of(gone)
    assert bridge(whole).effects[0, PLACE["ended_services"]] == -300 * UNIT
    for cell, names, side, wanted in (
        (gone, ("ended_services",), "after", (-100, -200)),
        (replace(gone, grows=False), ("ended_services",), "after", (-100, -200)),
        (replace(gone, grows=False, accrues=False), ("ended_services",), "after", (-300, 0)),
        (born, ("new_services",), "before", (100, 200)),
    ):
        cells = cells_of(cell)
        getattr(cells, side).told[:] = 1 / 3
        made = bridge(cells).effects[0].astype(float) / UNIT
        assert [round(made[PLACE[name]], 6) for name in (*names, "days")] == [*wanted]
    both = cells_of(gone, discount)
    both.after.told[:] = 1 / 3
    made = bridge(both).effects[1].astype(float) / UNIT
    assert [round(made[PLACE[name]], 6) for name in ("ended_services", "days", "negotiated_discount")] == [10, 20, 0]


def test_the_same_quantity_in_months_of_other_lengths_is_not_used_by_the_day() -> None:
    """A metered plan: one unit a month, at another price."""
    assert told(Cell(Month(1, 400.0, days=30), Month(1, 430.0, days=31))) == {"list_price": 30}


def test_a_dearer_list_price_is_list_price() -> None:
    assert told(Cell(Month(100, 2.0), Month(100, 2.5))) == {"list_price": 50}


def test_a_lower_contracted_price_is_negotiated_discount() -> None:
    assert told(Cell(Month(100, 2.0, 2.0), Month(100, 2.0, 1.8))) == {"negotiated_discount": -20}


def test_more_cover_at_the_same_rate_is_coverage() -> None:
    """Half, then all of 100 hours are covered at 1.40 instead of 2.00."""
    before, after = Month(100, 2.0, 2.0, 50, 70), Month(100, 2.0, 2.0, 100, 140)
    assert told(Cell(before, after)) == {"commitment_coverage": -30}


def test_first_cover_is_coverage_and_no_discount_of_it() -> None:
    assert told(Cell(Month(100, 2.0, 2.0), Month(100, 2.0, 2.0, 100, 140))) == {"commitment_coverage": -60}


def test_cover_that_became_cheaper_is_commitment_discount() -> None:
    before, after = Month(100, 2.0, 2.0, 100, 140), Month(100, 2.0, 2.0, 100, 120)
    assert told(Cell(before, after)) == {"commitment_discount": -20}


def test_a_dearer_currency_is_fx() -> None:
    """200 EUR at 1.10 become 200 EUR at 1.25 USD."""
    assert told(Cell(Month(100, 2.0, fx=1.10), Month(100, 2.0, fx=1.25))) == {"fx": 30}


def test_use_that_moves_to_a_dearer_size_is_mix_and_no_volume() -> None:
    """Two sizes of one group: 100 hours move from 1.00 to 3.00."""
    small = Cell(Month(200, 1.0), Month(100, 1.0), resource=0)
    large = Cell(Month(100, 3.0), Month(200, 3.0), resource=1)
    assert told(small, large) == {"mix": 200}


def test_a_resized_resource_is_mix_and_neither_new_nor_ended() -> None:
    """The same resource runs on another SKU: the old cell ends, the new one begins."""
    old = Cell(Month(100, 1.0), resource=7)
    new = Cell(after=Month(100, 3.0), resource=7)
    assert told(old, new) == {"mix": 200}


def test_use_without_a_resource_that_changes_its_sku_is_mix() -> None:
    assert told(Cell(Month(100, 1.0)), Cell(after=Month(100, 3.0))) == {"mix": 200}


def test_a_resource_of_a_service_that_was_there_is_new_or_ended() -> None:
    stays = Cell(Month(10, 1.0), Month(10, 1.0), resource=0)
    assert told(stays, Cell(after=Month(100, 2.0), resource=1)) == {"new_resources": 200}
    assert told(stays, Cell(Month(100, 2.0), resource=1)) == {"ended_resources": -200}


def test_a_resource_of_a_service_that_was_not_there_is_a_new_or_ended_service() -> None:
    stays = Cell(Month(10, 1.0), Month(10, 1.0), resource=0)
    assert told(stays, Cell(after=Month(100, 2.0), resource=1, service=1, group=1)) == {"new_services": 200}
    assert told(stays, Cell(Month(100, 2.0), resource=1, service=1, group=1)) == {"ended_services": -200}


def test_what_its_group_has_nothing_to_compare_with_is_new_though_its_resource_was_there() -> None:
    """A machine that begins to pay for requests: no request was there before."""
    hours = Cell(Month(10, 1.0), Month(10, 1.0), resource=0)
    requests = Cell(after=Month(1000, 0.01), resource=0, group=1)
    assert told(hours, requests) == {"new_resources": 10}


def test_a_unit_that_counts_a_thousand_times_as_much_is_no_price() -> None:
    """1,000,000 requests at 0.000002 become 1,010 thousands of them at 0.002, under one name of the unit."""
    assert told(Cell(Month(1_000_000, 0.000002), Month(1010, 0.002))) == {"unit_change": 0.02}


def test_a_price_that_truly_rose_a_hundredfold_is_a_price() -> None:
    assert set(told(Cell(Month(100, 0.01), Month(100, 1.0)))) == {"list_price"}


def test_without_a_list_price_contracted_price_stands_for_both() -> None:
    nan = float("nan")
    found = told(Cell(Month(100, nan, 1.0), Month(100, 2.0, 1.5)))
    assert found == {"list_price": 50}


def test_without_any_price_what_a_unit_costs_is_its_price() -> None:
    nan = float("nan")
    assert told(Cell(Month(100, nan, nan, cost=100), Month(100, nan, nan, cost=130))) == {"list_price": 30}


def test_without_any_price_of_what_is_covered_what_a_unit_costs_is_not_told_apart() -> None:
    nan = float("nan")
    before, after = Month(100, nan, nan, 50, 30, cost=80), Month(100, nan, nan, 50, 30, cost=90)
    assert told(Cell(before, after)) == {"other": 10}


def test_cover_that_begins_where_no_price_is_told_is_not_told_apart() -> None:
    """What a unit costs stands for its price in months without cover alone."""
    nan = float("nan")
    before, after = Month(100, nan, nan, cost=100), Month(100, nan, nan, 50, 30, cost=80)
    assert "list_price" not in told(Cell(before, after)) | told(Cell(after, before))


def test_what_was_free_has_a_price_of_nothing() -> None:
    assert told(Cell(Month(310, 0.0, days=31), Month(300, 1.0, days=30))) == {"days": -5, "list_price": 305}


def test_a_fee_is_whole_though_the_month_is_not() -> None:
    cells = cells_of(Cell(Month(2, 100.0), Month(3, 100.0, days=10), grows=False, accrues=False))
    cells.after.told[:] = 1 / 3
    made = bridge(cells).effects[0]
    assert made[PLACE["volume"]] == made.sum() == 100 * 10**12


def test_one_price_has_no_mix_though_one_of_the_resources_used_the_same_in_a_shorter_month() -> None:
    same = Cell(Month(310, 1.0, days=31), Month(310, 1.0, days=30), resource=0)
    more = Cell(Month(310, 1.0, days=31), Month(600, 1.0, days=30), resource=1)
    assert set(told(same, more)) == {"volume", "days"}


def test_the_rounding_of_doubles_is_no_exchange_rate() -> None:
    cells = cells_of(Cell(Month(1e6, 2.0), Month(1.3e6, 2.0)))
    cells.after.original[:] *= 1 + 1e-14
    assert bridge(cells).effects[0, PLACE["fx"]] == 0


def test_the_rounding_of_doubles_is_no_price_discount_or_rate() -> None:
    """Use that grows by a seventh: each price is as it was but for its last digits, and every unit is volume."""
    before, after = (Month(7e5, 0.3, 0.27, 7e4, 7e3), Month(8e5, 0.3 + 6e-17, 0.27 - 6e-17, 8e4, 8e3 + 1e-12))
    assert before.list_price != after.list_price
    made = bridge(cells_of(Cell(before, after))).effects[0]
    assert [EFFECTS[place].name for place in np.flatnonzero(made)] == ["volume"]


def test_cover_of_all_but_the_rounding_of_doubles_is_cover_of_all() -> None:
    before, after = Month(100, 2.0, 2.0, 100 - 1e-8, 140, cost=140), Month(100, 2.0, 2.0, 100, 120)
    assert set(told(Cell(before, after))) == {"commitment_discount"}


def test_without_a_quantity_all_of_the_change_is_not_told_apart() -> None:
    nan = float("nan")
    assert told(Cell(Month(nan, nan, cost=100), Month(nan, nan, cost=130))) == {"other": 30}
    assert told(Cell(Month(nan, nan, cost=100), Month(10, 13.0))) == {"other": 30}


def test_charges_beside_use_have_their_own_effect() -> None:
    tax = Cell(Month(cost=80), Month(cost=95), kind=PLACE["tax"])
    assert told(tax) == {"tax": 15}


def test_a_discount_follows_what_it_is_a_share_of() -> None:
    """Use doubles; the enterprise discount of 5 % beside it does too, and nobody renegotiated it."""
    use = Cell(Month(100, 10.0), Month(200, 10.0), resource=0)
    discount = Cell(Month(cost=-50), Month(cost=-100), kind=NEGOTIATED)
    assert told(use, discount) == {"volume": 950}


def test_a_discount_of_a_larger_share_was_renegotiated() -> None:
    use = Cell(Month(100, 10.0), Month(100, 10.0), resource=0)
    discount = Cell(Month(cost=-50), Month(cost=-80), kind=NEGOTIATED)
    assert told(use, discount) == {"negotiated_discount": -30}


def test_what_comes_under_a_payer_with_discounts_gets_them() -> None:
    """An account of another payer joins: 5 % of its 1,000 are taken off now, and nothing of its use changed."""
    own = Cell(Month(100, 10.0), Month(100, 10.0), resource=0)
    joined = Cell(Month(100, 10.0, reached=0.0), Month(100, 10.0), resource=1)
    discount = Cell(Month(cost=-50), Month(cost=-100), kind=NEGOTIATED)
    assert told(own, joined, discount) == {"negotiated_discount": -50}


def test_a_credit_that_covers_use_is_coverage() -> None:
    use = Cell(Month(100, 10.0), Month(100, 10.0), resource=0)
    assert told(use, Cell(Month(cost=-50), Month(cost=-80), kind=COVERING)) == {"commitment_coverage": -30}


def test_a_discount_that_goes_with_all_that_it_was_of_was_not_renegotiated() -> None:
    use = Cell(Month(100, 10.0, 10.0), Month(100, 10.0, 10.0, 100, 700), resource=0)
    discount = Cell(Month(cost=-50), kind=NEGOTIATED)
    assert told(use, discount) == {"commitment_coverage": -300 + 50}


def test_a_discount_of_more_than_an_accounts_use_is_one_of_the_whole_bill() -> None:
    """The payer has a plan of 20 a month, and the discount of everybody's use stands in its account."""
    plan = Cell(Month(20, 1.0), Month(20, 1.0), group=1, bases=(-1, 1, 1, 0))
    use = Cell(Month(100, 10.0), Month(200, 10.0), resource=0, bases=(-1, 2, 2, 0))
    discount = Cell(Month(cost=-51), Month(cost=-101), kind=NEGOTIATED, bases=(-1, 1, 1, 0))
    assert told(plan, use, discount) == {"volume": 950}


def test_a_discount_of_nothing_that_is_told_is_an_effect_of_its_own() -> None:
    assert told(Cell(Month(cost=-50), Month(cost=-80), kind=NEGOTIATED)) == {"negotiated_discount": -30}


def test_a_discount_follows_what_is_new() -> None:
    more, new = Cell(Month(100, 10.0), Month(300, 10.0), resource=0), Cell(after=Month(100, 10.0), resource=1)
    found = told(more, new, Cell(Month(cost=-50), Month(cost=-200), kind=NEGOTIATED))
    assert found == {"volume": 1900, "new_resources": 950}


def test_use_and_share_that_both_moved_have_each_their_part_of_a_discount() -> None:
    """1,000 at 5 % become 4,000 at 10 %, by use and price alike."""
    use = Cell(Month(100, 10.0), Month(200, 20.0), resource=0)
    found = told(use, Cell(Month(cost=-50), Month(cost=-400), kind=NEGOTIATED))
    assert found == {"volume": 1500 - 112.5, "list_price": 1500 - 112.5, "negotiated_discount": -125}


def test_a_discount_is_of_what_credits_that_cover_leave() -> None:
    """Half of 1,000 is covered now, and a tenth of the rest is taken off as before."""
    use = Cell(Month(100, 10.0), Month(100, 10.0), resource=0)
    covering = Cell(after=Month(cost=-500), kind=COVERING)
    assert told(use, covering, Cell(Month(cost=-100), Month(cost=-50), kind=NEGOTIATED)) == {
        "commitment_coverage": -450
    }


def test_what_comes_wholly_under_a_payer_with_discounts_has_them_on_what_moved_in_part() -> None:
    """An account of which a payer with 5 % had 9 in 10, and has all; 1,000 became 4,000 by use and price alike."""
    own = Cell(Month(100, 10.0), Month(100, 10.0), resource=0)
    joined = Cell(Month(100, 10.0, reached=0.9), Month(200, 20.0), resource=1, group=1)
    discount = Cell(Month(cost=-95), Month(cost=-250), kind=NEGOTIATED)
    assert told(own, joined, discount) == {
        "volume": 1500 - 71.25, "list_price": 1500 - 71.25, "negotiated_discount": -12.5,
    }  # fmt: skip


def test_what_is_new_under_another_payer_has_no_part_of_a_discount() -> None:
    own = Cell(Month(100, 10.0), Month(100, 10.0), resource=0)
    new = Cell(Month(reached=float("nan")), Month(100, 10.0, reached=0.0), resource=1)
    discount = Cell(Month(cost=-50), Month(cost=-60), kind=NEGOTIATED)
    assert told(own, new, discount) == {"new_resources": 1000, "negotiated_discount": -10}


def test_a_discount_beside_use_that_was_given_back_is_an_effect_of_its_own() -> None:
    use = Cell(Month(100, 10.0), Month(100, cost=-100, contracted_price=10.0, list_price=10.0), resource=0)
    found = told(use, Cell(Month(cost=-50), Month(cost=-30), kind=NEGOTIATED))
    assert found["negotiated_discount"] == 20


def test_two_causes_at_once_share_what_they_did_together() -> None:
    """Quantity and price both double: 100 becomes 400, and neither order is preferred."""
    assert told(Cell(Month(100, 1.0), Month(200, 2.0))) == {"volume": 150, "list_price": 150}


amounts = st.floats(0.01, 1e5, allow_nan=False)
months = st.builds(
    lambda quantity, price, off, share, rate, fx, days: Month(
        quantity, price, price * off, quantity * share, quantity * share * price * off * rate, fx=fx, days=days
    ),
    amounts, st.floats(0.001, 100), st.floats(0.3, 1.0), st.sampled_from([0.0, 0.25, 1.0]), st.floats(0.2, 1.0),
    st.floats(0.5, 2.0), st.sampled_from([28, 30, 31]),
)  # fmt: skip
cells = st.builds(
    Cell, st.one_of(st.just(Month()), months), st.one_of(st.just(Month()), months),
    service=st.integers(0, 2), resource=st.integers(-1, 3), group=st.integers(0, 2),
)  # fmt: skip


@given(st.lists(cells, min_size=1, max_size=12))
def test_effects_of_every_cell_sum_to_its_change_to_the_last_digit(rows: list[Cell]) -> None:
    given_cells = cells_of(*rows)
    made = bridge(given_cells)
    assert np.array_equal(made.effects.sum(axis=1), given_cells.after.amount - given_cells.before.amount)


@given(st.lists(cells, min_size=1, max_size=12))
def test_what_was_seen_the_other_way_round_has_the_opposite_effects(rows: list[Cell]) -> None:
    """But for what is new there and ended here."""
    there = bridge(cells_of(*rows)).effects.astype(object).sum(axis=0)
    back = bridge(cells_of(*(Cell(r.after, r.before, r.kind, r.service, r.resource, r.group) for r in rows)))
    turned = -back.effects.astype(object).sum(axis=0)
    pairs = [("new_resources", "ended_resources"), ("new_services", "ended_services")]
    for effect in EFFECTS:
        twin = next((b if a == effect.name else a for a, b in pairs if effect.name in {a, b}), effect.name)
        assert abs(int(there[PLACE[effect.name]]) - int(turned[PLACE[twin]])) <= max(1e-9 * abs(int(there.sum())), 1e7)


@given(st.lists(cells, min_size=2, max_size=10), st.randoms())
def test_the_order_of_cells_does_not_matter(rows: list[Cell], chance: object) -> None:
    order = list(range(len(rows)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    one = bridge(cells_of(*rows)).effects
    other = bridge(cells_of(*(rows[at] for at in order))).effects
    assert np.allclose(one[order].astype(float), other.astype(float), rtol=0, atol=1e6)


def test_amounts_that_64_bits_have_no_room_for_are_exact() -> None:
    change = np.array([10**25 + 1], dtype=object)
    made = exact(np.array([[6e12, 4e12] + [0.0] * (len(EFFECTS) - 2)]), change)
    assert made.sum() == 10**25 + 1


def test_what_rounding_leaves_goes_to_the_largest_effect_whatever_its_sign() -> None:
    made = exact(np.array([[1e-12, -6e-12] + [0.0] * (len(EFFECTS) - 2)]), np.array([-4], dtype=np.int64))
    assert made[0, :2].tolist() == [1, -5]


def test_what_is_more_than_rounding_is_told_as_what_nothing_explains() -> None:
    effects = np.array([[3.0, 1.0] + [0.0] * (len(EFFECTS) - 2)] * 2)
    made = exact(effects, np.array([4 * UNIT + 900, 4 * UNIT + 10**4], dtype=np.int64))
    assert [row[PLACE["other"]] for row in made.tolist()] == [0, 10**4]
    assert made[0, 0] == 3 * UNIT + 900
    assert made.sum(axis=1).tolist() == [4 * UNIT + 900, 4 * UNIT + 10**4]


def test_a_change_without_a_cause_is_told_as_such() -> None:
    made = exact(np.zeros((1, len(EFFECTS))), np.array([5], dtype=np.int64))
    assert made[0, PLACE["other"]] == 5


def test_a_number_of_cells_of_zero_is_no_error() -> None:
    assert bridge(cells_of()).effects.shape == (0, len(EFFECTS))
    assert Decimal(0) == sum((Decimal(int(each)) for each in bridge(cells_of()).effects.ravel()), Decimal(0))


def test_what_is_not_known_of_a_cost_is_no_price_cut_and_no_exchange_rate() -> None:
    """A resource whose cost of now is NULL, one without a rate, and a discount of which half is unknown."""
    month = Month(quantity=10, list_price=10, contracted_price=10)
    unknown = Cell(month, replace(month, cost=0.0), resource=1, lacks=True)
    unrated = Cell(month, replace(month, fx=0.0), resource=2, lacks=True)
    whole = Cell(month, month, resource=3)
    assert told(unknown, whole) == {"other": -100}
    assert told(unrated, whole) == {"other": -100}
    discount = Cell(Month(cost=-10.0), Month(cost=-5.0), kind=NEGOTIATED, lacks=True)
    assert told(discount, whole) == {"other": 5}
