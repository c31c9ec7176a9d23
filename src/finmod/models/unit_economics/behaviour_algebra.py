"""Inverses of covariances of some hundred periods, in blocks so small that no linear algebra library starts threads.

Threads save nothing on matrices of this size and wait for each other where the machine has other work to do: one
factorisation of 182 periods took 0.8 ms on one thread and up to 250 ms on two, on a busy machine of two processors.

Source: blocked Cholesky factorisation, Golub and Van Loan (2013), "Matrix Computations", section 4.2.9.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from finmod.models.inferred_noise import Floats

_BLOCK: Final = 48


def whitened(covariance: Floats, columns: Floats) -> tuple[Floats, float]:
    """Return columns of which each row has variance 1 and stands alone, and half the log determinant of the covariance.

    Args:
        covariance: n x n, positive definite.
        columns: n x m.

    Raises:
        LinAlgError: The covariance is not positive definite.
    """
    count = len(covariance)
    spans = [slice(start, min(start + _BLOCK, count)) for start in range(0, count, _BLOCK)]
    left, result, size = covariance.copy(), columns.astype(np.float64), 0.0
    for place, span in enumerate(spans):
        corner = np.linalg.cholesky(left[span, span])
        size += float(np.log(np.diag(corner)).sum())
        undone = np.linalg.inv(corner)
        result[span] = undone @ result[span]
        rest = spans[place + 1 :]
        panels = [left[one, span] @ undone.T for one in rest]
        for row, (one, panel) in enumerate(zip(rest, panels, strict=True)):
            result[one] -= panel @ result[span]
            for other, across in zip(rest[: row + 1], panels[: row + 1], strict=True):
                left[one, other] -= panel @ across.T
    return result, size


def inverse(covariance: Floats) -> Floats:
    """Return the inverse of a covariance, n x n and positive definite."""
    half, _ = whitened(covariance, np.eye(len(covariance)))
    return outer(half.T)


def outer(columns: Floats) -> Floats:
    """Return ``columns @ columns.T``, n x n."""
    count, width = columns.shape
    result = np.zeros((count, count))
    for start in range(0, count, _BLOCK):
        rows = columns[start : start + _BLOCK]
        for other in range(0, count, _BLOCK):
            across = columns[other : other + _BLOCK]
            for place in range(0, width, _BLOCK):
                inner = slice(place, place + _BLOCK)
                result[start : start + _BLOCK, other : other + _BLOCK] += rows[:, inner] @ across[:, inner].T
    return result
