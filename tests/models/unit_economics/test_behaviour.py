"""Behaviour of costs of known causes: found with intervals where the data tell, refused in words where they do not."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from finmod.models.inferred_noise import Floats
from finmod.models.unit_economics.behaviour import DAILY, MONTHLY, cost_behaviour
from finmod.models.unit_economics.behaviour_result import CostBehaviour, Estimate

DAYS = np.arange(98)
WEEK = np.where(DAYS % 7 < 5, 1.0, 0.7)


def traffic(seed: int, count: int = 98) -> Floats:
    """Return about 1,000 units a day, fewer at weekends, with days of their own."""
    return np.asarray(1000 * WEEK[:count] * np.exp(0.05 * np.random.default_rng(seed).standard_normal(count)))


def noise(size: float = 0.005, count: int = 98) -> Floats:
    return np.asarray(np.exp(size * np.random.default_rng(99).standard_normal(count)))


ORDERS, USERS = traffic(1), traffic(2)
BOTH = np.column_stack([ORDERS, USERS])
NAMES = ("orders", "users", "stored_gb")


def behaviour(cost: Floats, *drivers: Floats, changes: tuple[int, ...] = (), seed: int = 0) -> CostBehaviour:
    columns = np.column_stack(drivers)
    return cost_behaviour(cost, columns, names=NAMES[: columns.shape[1]], changes=changes, seed=seed)


def near(found: Estimate, true: float, width: float) -> bool:
    """Return whether an estimate and its interval are near the truth; how often they hold it is tested elsewhere."""
    return found.lower <= found.value <= found.upper < found.lower + width and abs(found.value - true) < width / 2


def refused(found: CostBehaviour, driver: int = 0) -> tuple[str, str]:
    refusal = found.drivers[driver].refusal
    assert refusal
    return refusal.code, refusal.text


def test_an_exact_line_is_found_as_it_is() -> None:
    found = behaviour(400 + 0.25 * ORDERS, ORDERS)

    (orders,) = found.drivers
    assert orders.marginal_cost.value == pytest.approx(0.25, rel=0.01)
    assert found.fixed_cost.value == pytest.approx(400, rel=0.01)
    assert orders.refusal is None
    assert found.refusal is None
    assert found.diagnostics
    assert found.diagnostics.changes == ()


def test_average_cost_is_the_whole_cost_of_the_recent_days_by_their_units() -> None:
    cost = 400 + 0.25 * ORDERS[-60:]
    (orders,) = behaviour(cost, ORDERS[-60:]).drivers

    assert orders.average_cost == pytest.approx(cost[-28:].sum() / ORDERS[-28:].sum(), rel=1e-12)


def test_parts_of_two_drivers_are_told_apart_and_together() -> None:
    found = behaviour((400 + 0.25 * ORDERS + 0.5 * USERS) * noise(), ORDERS, USERS)

    orders, users = found.drivers
    assert near(orders.marginal_cost, 0.25, 0.06)
    assert near(users.marginal_cost, 0.5, 0.06)
    assert near(found.fixed_cost, 400, 30)
    recent = slice(-28, None)
    together = 0.25 * ORDERS[recent].mean() + 0.5 * USERS[recent].mean()
    assert near(orders.joint_marginal_cost, together / ORDERS[recent].mean(), 0.04)
    assert near(found.variable_share, together / (400 + together), 0.03)
    assert orders.elasticity.value + users.elasticity.value == pytest.approx(found.variable_share.value, abs=1e-6)


def test_after_a_step_the_cost_is_that_of_now() -> None:
    later = DAYS >= 60
    found = behaviour((400 + 100 * later + np.where(later, 0.4, 0.25) * ORDERS) * noise(), ORDERS)

    assert near(found.drivers[0].marginal_cost, 0.4, 0.05)
    assert near(found.fixed_cost, 500, 40)
    assert found.diagnostics
    assert found.diagnostics.changes == ((60, 98, True),)


def test_a_known_change_is_taken_up_where_it_is() -> None:
    later = DAYS >= 60
    found = behaviour((400 + 0.25 * ORDERS) * np.where(later, 0.97, 1.0) * noise(), ORDERS, changes=(60, 500))

    assert found.diagnostics
    assert (60, 98, True) in found.diagnostics.changes
    assert near(found.drivers[0].marginal_cost, 0.25 * 0.97, 0.03)


def test_an_incident_is_no_behaviour() -> None:
    cost = (400 + 0.25 * ORDERS) * noise()
    cost[-8:-4] *= 1.6
    found = behaviour(cost, ORDERS)

    assert near(found.drivers[0].marginal_cost, 0.25, 0.03)
    assert near(found.fixed_cost, 400, 25)
    assert found.diagnostics
    assert found.diagnostics.changes == ((90, 94, False),)


def test_days_before_a_launch_do_not_count() -> None:
    begun = DAYS >= 30
    found = behaviour((400 + 0.25 * ORDERS) * noise() * begun, ORDERS * begun)

    assert found.diagnostics
    assert (found.diagnostics.first, found.diagnostics.periods) == (30, 68)
    assert near(found.drivers[0].marginal_cost, 0.25, 0.04)


def test_an_error_of_readings_does_not_make_a_driver_cheap() -> None:
    off = 1 + 0.01 * np.random.default_rng(5).standard_normal((98, 2))
    steady = np.column_stack([ORDERS, USERS]) / WEEK[:, None]
    found = behaviour((400 + 0.25 * steady[:, 0] + 0.5 * steady[:, 1]) * noise(), *np.asarray(steady * off).T)

    assert [one.refusal for one in found.drivers] == [None, None]
    assert near(found.drivers[0].marginal_cost, 0.25, 0.12)
    assert near(found.drivers[1].marginal_cost, 0.5, 0.12)


def test_a_driver_that_does_not_move_is_refused_and_counts_as_fixed() -> None:
    found = behaviour((400 + 0.25 * ORDERS) * noise(), ORDERS, USERS, np.full(98, 7.0))

    assert refused(found, 2) == (
        "FM2342",
        "stored_gb moves by 0.0 % beside its trend, so it cannot be told from a fixed cost",
    )
    assert math.isnan(found.drivers[2].marginal_cost.value)
    assert found.left_out == ("stored_gb",)
    assert near(found.drivers[0].marginal_cost, 0.25, 0.06)


def test_a_driver_that_only_grows_is_refused() -> None:
    found = behaviour(400 + 0.25 * ORDERS, np.asarray(1000 * 1.002**DAYS))

    assert refused(found)[0] == "FM2342"
    assert found.refusal
    assert found.refusal.code == "FM2342"


def test_what_a_driver_that_only_grows_causes_does_not_go_to_others() -> None:
    growth = 1.02 ** (DAYS - 97)
    stored = np.asarray(1000 * growth)
    found = behaviour((100 + 0.25 * ORDERS * growth + 0.3 * stored) * noise(), ORDERS * growth, stored)
    # Now is the mean of the last 28 days.
    at_rest = 100 + 0.3 * stored[-28:].mean()

    assert found.left_out == ("users",)
    assert near(found.drivers[0].marginal_cost, 0.25, 0.08)
    assert near(found.fixed_cost, at_rest, 60)


@pytest.mark.parametrize(
    "other", [ORDERS * 3, np.asarray(ORDERS * np.exp(0.003 * np.random.default_rng(3).standard_normal(98)))]
)
def test_drivers_that_move_together_have_a_joint_answer_only(other: Floats) -> None:
    found = behaviour((400 + 0.25 * ORDERS) * noise(), ORDERS, other)

    for driver in (0, 1):
        code, text = refused(found, driver)
        assert code == "FM2343"
        assert re.fullmatch(
            r"(orders and users|users and orders) move together \(correlation 1\.000\): the interval of what \w+ "
            r"causes is \d+ points of the cost wide, and 40 at most tell much",
            text,
        )
    assert found.drivers[0].joint_refusal is None
    assert near(found.drivers[0].joint_marginal_cost, 0.25, 0.03)
    assert near(found.fixed_cost, 400, 25)


def test_a_cost_that_follows_nothing_may_as_well_be_fixed() -> None:
    found = behaviour(400 * noise(0.01), ORDERS)

    code, text = refused(found)
    assert code == "FM2344"
    assert re.fullmatch(
        r"the cost does not move with orders: it may as well be fixed \(\d % of it at most is variable\)", text
    )
    assert found.drivers[0].joint_refusal == found.drivers[0].refusal
    assert found.refusal is None
    assert near(found.fixed_cost, 400, 15)


def test_a_cost_that_moves_for_other_reasons_is_refused() -> None:
    found = behaviour(400 * noise(1.0) + 0.25 * ORDERS, ORDERS)

    code, text = refused(found)
    assert code == "FM2345"
    assert re.fullmatch(
        r"the cost moves for other reasons too much: the interval of what orders causes is \d+ points of the cost "
        r"wide, and 40 at most tell much",
        text,
    )
    assert found.refusal == found.drivers[0].refusal


def test_a_cost_that_falls_where_a_driver_rises_is_refused() -> None:
    found = behaviour((400 - 0.25 * ORDERS + 0.9 * USERS) * noise(), ORDERS, USERS)

    code, text = refused(found)
    assert code == "FM2346"
    assert re.fullmatch(r"the cost falls with more orders, by 0\.\d\d % or more for each 1 %", text)
    assert found.drivers[0].marginal_cost == Estimate(0.0, 0.0, 0.0)
    assert found.drivers[1].refusal is None


def test_a_cost_that_falls_with_all_there_is_has_no_split() -> None:
    found = behaviour((800 - 0.25 * ORDERS) * noise(), ORDERS)

    assert found.refusal
    assert found.refusal.code == "FM2346"


@pytest.mark.parametrize(
    ("cost", "drivers", "code", "text"),
    [
        (ORDERS[:19], ORDERS[:19, None], "FM2340", "cost and drivers are known of 19 periods where 20 are needed"),
        (ORDERS[:23], BOTH[:23], "FM2340", "cost and drivers are known of 23 periods where 24 are needed"),
        (np.zeros(98), ORDERS[:, None], "FM2341", "the cost of the last 28 periods is 0"),
        (ORDERS * (DAYS < 60), ORDERS[:, None], "FM2341", "the cost of the last 28 periods is 0"),
        (ORDERS - 900, ORDERS[:, None], "FM2341", r"the cost is negative in \d+ of 98 periods"),
        (ORDERS, (ORDERS - 900)[:, None], "FM2341", r"orders is negative in \d+ of 98 periods"),
        (ORDERS, BOTH * [1, 0], "FM2341", "users is 0 throughout the last 28 periods"),
    ],
)
def test_what_no_behaviour_follows_from_is_refused(cost: Floats, drivers: Floats, code: str, text: str) -> None:
    found = cost_behaviour(cost, drivers, names=NAMES[: drivers.shape[1]])

    refusals = {one.refusal for one in found.drivers} | {found.refusal}
    assert len(refusals) == 1
    (refusal,) = refusals
    assert refusal
    assert refusal.code == code
    assert re.fullmatch(text, refusal.text)
    assert found.diagnostics is None


def test_more_than_eight_drivers_are_refused() -> None:
    columns = np.column_stack([traffic(seed) for seed in range(9)])
    found = cost_behaviour(ORDERS, columns, names=[f"driver {place}" for place in range(9)])

    assert found.refusal
    assert found.refusal.text == "there are 9 drivers where 8 can be told apart at most"


def test_average_cost_is_told_where_nothing_else_is() -> None:
    found = behaviour(ORDERS[:10] * 2, ORDERS[:10], np.zeros(10))

    assert [one.average_cost for one in found.drivers] == [2.0, None]


def test_units_of_cost_and_drivers_change_nothing() -> None:
    cost = (400 + 0.25 * ORDERS + 0.5 * USERS) * noise()
    one, other = behaviour(cost, ORDERS, USERS), behaviour(cost * 1e6, ORDERS * 1e9, USERS)

    assert other.variable_share.lower == pytest.approx(one.variable_share.lower, rel=1e-6)
    assert other.drivers[0].marginal_cost.upper == pytest.approx(one.drivers[0].marginal_cost.upper * 1e-3, rel=1e-6)
    assert other.fixed_cost.value == pytest.approx(one.fixed_cost.value * 1e6, rel=1e-6)


def test_the_same_seed_gives_the_same_intervals() -> None:
    cost = (400 + 0.25 * ORDERS) * noise()
    one, same, other = (behaviour(cost[-40:], ORDERS[-40:], seed=seed).drivers for seed in (3, 3, 4))

    assert one == same
    assert one != other


def test_months_are_enough_where_they_move() -> None:
    months = np.arange(36)
    revenue = np.asarray(1e6 * (1 + 0.02 * months) * np.exp(0.1 * np.random.default_rng(1).standard_normal(36)))
    cost = np.asarray((5e5 + 0.4 * revenue) * noise(0.01, 36))
    found = cost_behaviour(cost, revenue[:, None], names=["revenue"], grain=MONTHLY)

    assert near(found.drivers[0].marginal_cost, 0.4, 0.1)
    assert found.diagnostics
    assert found.diagnostics.recent == 3


def test_now_may_be_a_whole_month() -> None:
    found = cost_behaviour(400 + 0.25 * ORDERS, ORDERS[:, None], names=["orders"], grain=replace(DAILY, recent=31))

    assert found.drivers[0].average_cost == pytest.approx((400 + 0.25 * ORDERS[-31:]).sum() / ORDERS[-31:].sum())


def test_days_without_units_are_days_like_others() -> None:
    closed = ORDERS * (DAYS % 7 < 6)
    assert closed[97] == 0 < closed[96]
    for last in (97, 98):
        found = behaviour((400 + 0.25 * closed[:last]) * noise()[:last], closed[:last])
        assert near(found.drivers[0].marginal_cost, 0.25, 0.03)


def test_shapes_that_do_not_fit_and_numbers_that_are_none_are_errors() -> None:
    with pytest.raises(ValueError, match=r"cost of shape \(98,\), readings of shape \(98, 1\) and 2 names"):
        cost_behaviour(ORDERS, ORDERS[:, None], names=["a", "b"])
    with pytest.raises(ValueError, match="have to be finite"):
        cost_behaviour(ORDERS * np.nan, ORDERS[:, None], names=["a"])
