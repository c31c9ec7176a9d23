"""Symmetric effects of factors on a product: the Shapley value, exact for every number of factors.

Of a product of factors, each of which goes from one value to another, the Shapley value of a factor is the mean of what
it changes over all orders in which the factors could have changed. A product is linear in each of its factors, so the
mean is the integral along the straight line between the two states (Owen 1972, Multilinear Extensions of Games): a
polynomial in one variable, which Gauss-Legendre quadrature gives without error from half its degree of points. Zeros
and negative values need no rule of their own, which the logarithmic mean (LMDI) asks for; effects add up to the change.

Source: Shapley 1953; Owen 1972, Management Science 18(5); as a decomposition of changes Albrecht, Francois and Schoors
2002, Energy Policy 30(9), and Shorrocks 2013, Journal of Economic Inequality 11(1).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from finmod.models.variance.cells import Floats


def product_effects(before: Sequence[Floats], after: Sequence[Floats]) -> Floats:
    """Return what each factor of a product changed.

    Args:
        before: One array per factor, all of one length.
        after: The same.

    Returns:
        An array, factors x length. Its columns sum to the product after less the product before, but for rounding of
        doubles.

    >>> product_effects([np.array([2.0]), np.array([10.0])], [np.array([3.0]), np.array([20.0])]).tolist()
    [[15.0], [25.0]]
    """
    start = np.stack([*before])
    step = np.stack([*after]) - start
    found = np.zeros_like(start)
    # The integrand has degree n - 1, and so many points are exact to degree 2 x points - 1.
    points, weights = np.polynomial.legendre.leggauss(max((len(start) + 1) // 2, 1))
    for point, weight in zip((points + 1) / 2, weights / 2, strict=True):
        found += weight * step * _others(start + point * step)
    return found


def _others(factors: Floats) -> Floats:
    """Return for each factor the product of all others, without a division: a factor may be 0."""
    before, after = np.ones_like(factors), np.ones_like(factors)
    for at in range(1, len(factors)):
        before[at] = before[at - 1] * factors[at - 1]
        after[-at - 1] = after[-at] * factors[-at]
    return before * after
