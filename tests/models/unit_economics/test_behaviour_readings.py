"""Readings: how much they move beside their course, and what of an error is believed."""

from __future__ import annotations

import numpy as np
import pytest

from finmod.models.unit_economics.behaviour_readings import believed, movement, surprises

DAYS = np.arange(182)
CHANCE = np.random.default_rng(4)
WEEK = np.where(DAYS % 7 < 5, 1.0, 0.8)


def test_growth_is_no_movement_and_a_week_is() -> None:
    columns = np.column_stack([1.001**DAYS, WEEK, np.full(182, 5.0), np.zeros(182)])

    grows, week, same, none = movement(columns)
    assert grows < 1e-3
    assert week == pytest.approx(WEEK.std() / WEEK.mean(), rel=0.1)
    assert same == pytest.approx(0, abs=1e-6)
    assert none == 0


def test_a_week_is_no_surprise_where_it_is_a_rhythm() -> None:
    found = surprises(np.column_stack([WEEK * 1.001**DAYS]), 7)

    assert np.abs(found).max() < 1e-3
    assert np.abs(surprises(np.column_stack([WEEK]), 1)).max() > 0.1


def test_a_driver_that_is_zero_at_times_is_left_as_it_is() -> None:
    readings = np.column_stack([WEEK * (DAYS > 0), WEEK * np.exp(0.05 * CHANCE.standard_normal(182))])
    surprise = surprises(readings, 7)

    assert not surprise[:, 0].any()
    assert (believed(readings, surprise, 0.02)[:, 0] == readings[:, 0]).all()


def test_what_is_believed_is_nearer_to_the_truth_than_what_is_read() -> None:
    truth = WEEK[:, None] * np.exp(0.02 * CHANCE.standard_normal((182, 2)))
    readings = truth * np.exp(0.02 * CHANCE.standard_normal((182, 2)))
    found = believed(readings, surprises(readings, 7), 0.02)

    assert np.abs(np.log(found / truth)).mean() < 0.8 * np.abs(np.log(readings / truth)).mean()


def test_readings_without_an_error_are_believed() -> None:
    readings = np.column_stack([WEEK])

    assert believed(readings, surprises(readings, 1), 0.0) is readings


def test_drivers_that_are_one_stay_one() -> None:
    one = WEEK * np.exp(0.05 * CHANCE.standard_normal(182))
    readings = np.column_stack([one, 2 * one])
    found = believed(readings, surprises(readings, 7), 0.01)

    assert found[:, 1] == pytest.approx(2 * found[:, 0], rel=1e-4)
