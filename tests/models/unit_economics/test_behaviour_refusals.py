"""Refusals of behaviour: hostile names are printable, and each limit is on its own side."""

from __future__ import annotations

import numpy as np

from finmod.models.unit_economics.behaviour_refusals import (
    LEAST_MOVEMENT,
    refused_as_fixed,
    refused_as_still,
    refused_part,
    refused_share,
)

APART = np.random.default_rng(1).standard_normal((30, 2))


def test_what_moves_as_much_as_readings_err_is_still() -> None:
    assert refused_as_still("orders", LEAST_MOVEMENT) is None
    assert refused_as_still("orders", LEAST_MOVEMENT * 0.99)


def test_an_interval_of_40_points_is_an_answer_and_a_wider_one_is_not() -> None:
    assert refused_share(0.25, 0.65, ["orders"]) is None
    assert refused_share(0.25, 0.66, ["orders"])
    assert refused_part(0, 0.25, 0.65, ["orders", "users"], APART) is None
    wide = refused_part(0, -3.0, 4.0, ["orders", "users"], APART)
    assert wide
    assert wide.text == (
        "the cost moves for other reasons too much: the interval of what orders causes is 100 points of the cost wide, "
        "and 40 at most tell much"
    )


def test_a_share_that_may_be_nothing_refuses_marginal_costs() -> None:
    assert refused_as_fixed(0.01, 0.2, ["orders"]) is None
    fixed = refused_as_fixed(-0.01, 0.2, ["orders", "users"])
    assert fixed
    assert fixed.text == (
        "the cost does not move with orders or users: it may as well be fixed (20 % of it at most is variable)"
    )


def test_names_of_drivers_cannot_speak_to_a_terminal() -> None:
    refusal = refused_as_still("orders\x1b[31m", 0.0)
    assert refusal
    assert "\x1b" not in refusal.text
