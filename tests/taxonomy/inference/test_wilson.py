"""The Wilson interval: known values, its ends, and nothing counted."""

from __future__ import annotations

import pytest

from finmod.taxonomy.inference.wilson import Z_95, wilson_lower, wilson_upper


def test_values_of_the_literature() -> None:
    # 81 of 263: R. G. Newcombe, Statistics in Medicine 17 (1998), table I.
    assert float(wilson_lower(81, 263, Z_95)) == pytest.approx(0.2553, abs=5e-5)
    assert float(wilson_upper(81, 263, Z_95)) == pytest.approx(0.3662, abs=5e-5)
    assert float(wilson_upper(0, 20, Z_95)) == pytest.approx(0.1611, abs=5e-5)


def test_all_hits_end_at_one_and_no_hits_at_zero() -> None:
    assert float(wilson_upper(1978, 1978, Z_95)) == 1.0
    assert float(wilson_lower(0, 7, Z_95)) == 0.0


def test_nothing_counted_may_be_anything() -> None:
    assert (float(wilson_lower(0, 0, Z_95)), float(wilson_upper(0, 0, Z_95))) == (0.0, 1.0)


def test_seventy_three_right_answers_show_a_precision_of_95_percent() -> None:
    assert float(wilson_lower(73, 73, Z_95)) >= 0.95 > float(wilson_lower(72, 72, Z_95))
