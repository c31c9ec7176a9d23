"""Shares inferred from drivers: right where the data tell, refused in words where they do not."""

from __future__ import annotations

import re

import numpy as np
import pytest

from finmod.models.inferred_noise import Floats
from finmod.models.inferred_shares import Inferred, infer_shares

NAMES = ("requests", "stored_gb", "seats")


def drivers(periods: int = 90, width: int = 2, seed: int = 1) -> Floats:
    """Return totals that move on their own, of very different units."""
    wave = np.random.default_rng(seed).normal(1.0, 0.15, (periods, width))
    return np.asarray(np.maximum(wave, 0.1) * np.array([5e7, 3e3, 12.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0])[:width])


def cost_of(totals: Floats, parts: list[float], fixed: float = 0.0, noise: float = 0.01) -> Floats:
    """Return costs of about 1,000 a period, whose parts by driver and fixed part are as given."""
    chance = np.random.default_rng(2).normal(0.0, noise, len(totals))
    return np.asarray(1000 * (totals / totals.mean(axis=0) @ np.array(parts) + fixed + chance))


def refusal(*asked: Floats, names: tuple[str, ...] = NAMES) -> tuple[str, str]:
    """Return code and text of the refusal of cost and drivers."""
    found = infer_shares(*asked, names=names[: asked[1].shape[1]]).refusal
    assert found
    return found.code, found.text


def same(one: Inferred, other: Inferred, *, within: float) -> None:
    for name in ("shares", "lower", "upper", "explained"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), atol=within, err_msg=name)


def test_the_shares_of_drivers_and_the_fixed_part_are_found() -> None:
    totals = drivers()
    found = infer_shares(cost_of(totals, [0.6, 0.2], fixed=0.2), totals)

    assert found.refusal is None
    assert found.shares == pytest.approx([0.75, 0.25], abs=0.02)
    assert found.fixed == pytest.approx(200, abs=20)
    assert found.explained == pytest.approx(0.8, abs=0.02)
    assert found.coefficients * totals.mean(axis=0) == pytest.approx([600, 200], abs=15)
    assert (found.lower < [0.75, 0.25]).all()
    assert (found.upper > [0.75, 0.25]).all()
    assert (found.upper - found.lower < 0.1).all()


def test_a_driver_that_causes_nothing_may_have_a_share_of_exactly_nothing() -> None:
    totals = drivers(width=3)
    found = infer_shares(cost_of(totals, [0.7, 0.0, 0.3]), totals)

    assert found.lower[1] == 0
    assert found.upper[1] < 0.03
    assert found.shares.sum() == pytest.approx(1)


def test_the_interval_is_where_the_share_is_in_nine_of_ten_worlds() -> None:
    held = []
    for seed in range(40):
        totals = drivers(60, seed=seed + 10)
        noise = np.random.default_rng(seed).normal(0, 60, 60)
        found = infer_shares(cost_of(totals, [0.5, 0.3], fixed=0.2, noise=0) + noise, totals)
        held.append(bool(found.lower[0] <= 0.625 <= found.upper[0]))

    assert 34 <= sum(held) <= 40


def test_units_change_nothing() -> None:
    totals = drivers()
    cost = cost_of(totals, [0.5, 0.3], fixed=0.2, noise=0.05)
    other = infer_shares(cost / 1e6, totals * [1e-6, 1024.0])

    same(infer_shares(cost, totals), other, within=1e-6)


def test_the_order_of_drivers_changes_nothing() -> None:
    totals = drivers(width=3)
    cost = cost_of(totals, [0.5, 0.3, 0.1], noise=0.05)
    one, other = infer_shares(cost, totals), infer_shares(cost, totals[:, [2, 0, 1]])

    for name in ("shares", "lower", "upper", "coefficients"):
        assert getattr(other, name).tolist() == getattr(one, name)[[2, 0, 1]].tolist(), name


def test_the_same_seed_gives_the_same_figures_and_another_one_nearly_so() -> None:
    totals = drivers()
    cost = cost_of(totals, [0.5, 0.3], fixed=0.2, noise=0.05)

    assert infer_shares(cost, totals).draws.tobytes() == infer_shares(cost, totals).draws.tobytes()
    same(infer_shares(cost, totals), infer_shares(cost, totals, seed=7), within=0.01)


def test_a_driver_without_use_explains_nothing() -> None:
    totals = drivers(width=3)
    cost = cost_of(totals, [0.7, 0.3, 0.0])
    totals[:, 1] = 0
    found = infer_shares(cost, totals)

    assert (found.shares[1], found.lower[1], found.upper[1], found.coefficients[1]) == (0, 0, 0, 0)
    assert not found.draws[:, 1].any()


def test_days_of_credits_are_survived() -> None:
    totals = drivers()
    cost = cost_of(totals, [0.7, 0.3])
    cost[[10, 50]] = [-4000.0, -900.0]
    found = infer_shares(cost, totals)

    assert found.refusal is None
    assert found.shares == pytest.approx([0.7, 0.3], abs=0.03)


def test_a_new_price_in_between_is_seen() -> None:
    totals = drivers(120)
    cost = cost_of(totals, [0.6, 0.4])
    cost[70:] *= 0.8
    found = infer_shares(cost, totals)

    assert found.diagnostics
    assert found.diagnostics.price_change
    assert found.diagnostics.price_change[0] == 70
    assert found.diagnostics.price_change[1] == pytest.approx(0.8, abs=0.02)
    assert found.diagnostics.r_squared > 0.95
    assert found.shares == pytest.approx([0.6, 0.4], abs=0.02)


def test_noise_that_lingers_counts_for_fewer_periods() -> None:
    totals = drivers(150)
    drift = np.random.default_rng(3).normal(0, 30, 150)
    for day in range(1, 150):
        drift[day] += 0.8 * drift[day - 1]
    steady = infer_shares(cost_of(totals, [0.6, 0.4]), totals).diagnostics
    lingering = infer_shares(cost_of(totals, [0.6, 0.4]) + drift, totals).diagnostics

    assert steady
    assert lingering
    assert steady.autocorrelation < 0.2
    assert lingering.autocorrelation == pytest.approx(0.8, abs=0.15)
    assert lingering.effective_periods < 40 < steady.effective_periods <= 150


def test_targets_get_what_their_use_explains() -> None:
    totals = drivers()
    mine = np.array([0.9, 0.2])
    use = np.stack([totals * mine, totals * (1 - mine)], axis=1)
    cost = cost_of(totals, [0.6, 0.2], fixed=0.2)
    found = infer_shares(cost, totals)
    targets = found.target_shares(use, cost)
    weights = found.weights(use)

    true = 0.75 * 0.9 + 0.25 * 0.2
    assert targets.shares == pytest.approx([true, 1 - true], abs=0.01)
    assert targets.shares.sum() == pytest.approx(1)
    assert (targets.lower < [true, 1 - true]).all()
    assert (targets.upper > [true, 1 - true]).all()
    assert 0 < targets.misallocated < 0.02
    assert weights.shape == (90, 2)
    assert weights.sum(axis=1) == pytest.approx(np.ones(90))
    assert cost @ weights / cost.sum() == pytest.approx(targets.shares)


def test_a_period_without_use_has_no_shares() -> None:
    totals = drivers()
    cost = cost_of(totals, [0.6, 0.4])
    use = np.stack([totals, totals], axis=1) / 2
    use[5] = 0
    found = infer_shares(cost, totals)

    assert np.isnan(found.weights(use)[5]).all()
    assert found.target_shares(use, cost).shares == pytest.approx([0.5, 0.5])


def test_too_few_periods_are_refused() -> None:
    totals = drivers(19)
    text = "cost and drivers are known of 19 periods where 24 are needed"

    assert refusal(cost_of(totals, [0.6, 0.4]), totals) == ("FM2250", text)
    found = infer_shares(cost_of(totals, [0.6, 0.4]), totals)
    assert np.isnan(found.shares).all()
    assert found.diagnostics is None


def test_a_cost_that_is_not_positive_in_sum_is_refused() -> None:
    totals = drivers()

    assert refusal(np.zeros(90), totals) == ("FM2251", "the cost of all periods is not above 0 in sum")


def test_drivers_that_cannot_be_are_refused() -> None:
    totals = drivers()
    cost = cost_of(totals, [0.6, 0.4])
    negative = totals.copy()
    negative[3, 1] = -1

    assert refusal(cost, negative) == ("FM2251", "stored_gb is negative in 1 of 90 periods")
    assert refusal(cost, 0 * totals) == ("FM2251", "requests or stored_gb is 0 throughout")
    many = drivers(120, 9)
    assert refusal(cost_of(many, [0.1] * 9), many, names=tuple("abcdefghi")) == (
        "FM2251",
        "there are 9 drivers where 8 can be told apart at most",
    )


def test_a_driver_that_never_changes_is_refused_since_it_looks_like_a_fixed_cost() -> None:
    totals = drivers()
    totals[:, 1] = 3000

    assert refusal(cost_of(totals, [0.6, 0.4]), totals) == (
        "FM2252",
        "stored_gb is the same in every period, so it cannot be told from a fixed cost",
    )


def test_a_cost_that_does_not_move_with_the_drivers_is_refused() -> None:
    totals = drivers()
    text = "the cost does not move with requests or stored_gb: it may as well be fixed"

    assert refusal(cost_of(totals, [0.0, 0.0], fixed=1.0, noise=0.05), totals) == ("FM2253", text)


def test_drivers_that_are_one_and_the_same_are_refused_whatever_the_cost() -> None:
    totals = drivers()
    totals[:, 1] = totals[:, 0] / 1e4 * (1 + np.random.default_rng(5).normal(0, 0.003, 90))
    text = "requests and stored_gb move together (correlation 1.000)"

    assert refusal(cost_of(totals, [0.5, 0.5]), totals) == ("FM2254", text)
    assert refusal(cost_of(totals, [1.0, 0.0], noise=0.0), totals) == ("FM2254", text)
    totals[:, 1] = totals[:, 0] / 1024
    assert refusal(cost_of(totals, [0.5, 0.5]), totals) == ("FM2254", text)


@pytest.mark.parametrize("cost", [0.0, 1.0])
def test_a_driver_of_few_days_that_stands_twice_is_refused_and_not_reckoned_with(cost: float) -> None:
    chance = np.random.default_rng(0)
    rare = chance.gamma(1, 1, 90) * (chance.random(90) < 0.1)
    totals = np.column_stack([rare, 3 * rare])

    assert refusal(7 + cost * rare, totals) == (
        "FM2254",
        "requests and stored_gb move together (correlation 1.000)",
    )


def test_drivers_that_move_together_are_refused_where_that_leaves_it_open() -> None:
    totals = drivers()
    totals[:, 1] = totals[:, 0] / 1e4 * (1 + np.random.default_rng(5).normal(0, 0.04, 90))
    code, text = refusal(cost_of(totals, [0.5, 0.5], noise=0.06), totals)

    assert code == "FM2254"
    assert re.fullmatch(
        r"requests and stored_gb move together \(correlation 0\.96\d\): "
        r"(requests|stored_gb) may explain \d+ to \d+ % of it, and more than 40 points tell nothing",
        text,
    )


def test_a_driver_that_moves_as_the_others_do_in_sum_is_refused() -> None:
    totals = drivers(width=3)
    totals[:, 2] = totals[:, 0] / 5e7 + totals[:, 1] / 3e3
    _, text = refusal(cost_of(totals, [0.5, 0.5, 0.0]), totals)

    assert re.fullmatch(r"\w+ moves with the others taken together \(correlation 1\.000\)", text)


def test_a_cost_that_is_fixed_for_the_most_part_is_refused() -> None:
    totals = drivers()

    assert refusal(cost_of(totals, [0.1, 0.2], fixed=0.7, noise=0.003), totals) == (
        "FM2256",
        "no more than 30 % of the cost moves with requests or stored_gb",
    )


def test_a_unit_that_does_not_cost_the_same_for_all_is_told() -> None:
    chance = np.random.default_rng(8)
    use = np.maximum(chance.normal(1, 0.2, (90, 4, 1)), 0.1) * np.array([4.0, 3, 2, 1])[:, None]
    noise = chance.normal(0, 0.1, 90)
    even, uneven = use[..., 0] @ np.ones(4) + noise, use[..., 0] @ np.array([0.3, 0.6, 2, 4]) + noise

    assert infer_shares(even, use.sum(axis=1)).doubt(use) is None
    doubt = infer_shares(uneven, use.sum(axis=1)).doubt(use)
    assert doubt
    assert (doubt.code, doubt.text) == ("FM2257", "a unit of its drivers does not cost the same for all targets")
    # The totals say 0.74: 0.3, 0.6, 2 and 4 lie 2.4 times as much from it in the root mean square.
    assert 1 < doubt.least < 2.4


def test_one_target_alone_is_never_in_doubt() -> None:
    totals = drivers()

    assert infer_shares(cost_of(totals, [0.6, 0.4]), totals).doubt(totals[:, None]) is None


def test_a_cost_that_moves_for_other_reasons_is_refused() -> None:
    totals = drivers(60)
    code, text = refusal(cost_of(totals, [0.5, 0.5], noise=0.25), totals)

    assert code == "FM2255"
    assert text.startswith("the cost moves for other reasons too much: ")


def test_hostile_names_are_made_safe() -> None:
    totals = drivers()
    totals[:, 0] = 0
    _, text = refusal(np.ones(90), totals * 0, names=("\x1b[31mred", "stored"))

    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("cost", "totals", "message"),
    [
        (np.ones(3), np.ones((4, 1)), "cost of shape (3,) and driver totals of shape (4, 1)"),
        (np.ones(3), np.ones(3), "cost of shape (3,) and driver totals of shape (3,)"),
        (np.array([1.0, np.nan, 1.0]), np.ones((3, 1)), "costs and driver totals have to be finite"),
    ],
)
def test_what_is_no_number_or_does_not_fit_is_our_fault(cost: Floats, totals: Floats, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        infer_shares(cost, totals)
