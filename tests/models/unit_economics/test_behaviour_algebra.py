"""Algebra in blocks gives what algebra at once gives."""

from __future__ import annotations

import numpy as np
import pytest

from finmod.models.unit_economics.behaviour_algebra import inverse, outer, whitened


@pytest.mark.parametrize("count", [1, 12, 48, 49, 130])
def test_blocks_give_what_the_whole_gives(count: int) -> None:
    chance = np.random.default_rng(count)
    root, columns = chance.standard_normal((count, count)), chance.standard_normal((count, 3))
    covariance = root @ root.T + count * np.eye(count)
    half, size = whitened(covariance, columns)

    np.testing.assert_allclose(half.T @ half, columns.T @ np.linalg.solve(covariance, columns), rtol=1e-9)
    assert size == pytest.approx(np.linalg.slogdet(covariance)[1] / 2)
    np.testing.assert_allclose(inverse(covariance), np.linalg.inv(covariance), rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(outer(columns), columns @ columns.T, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(outer(root), root @ root.T, rtol=1e-9, atol=1e-9)


def test_what_is_no_covariance_is_an_error() -> None:
    with pytest.raises(np.linalg.LinAlgError):
        whitened(-np.eye(60), np.ones((60, 1)))
