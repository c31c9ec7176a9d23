"""The Wilson score interval of a share that was counted.

Owns the formula. Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal
of the American Statistical Association 22 (1927), 209-212.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from finmod.taxonomy.inference.frame import Floats

Z_95 = 1.959963984540054
"""Quantile of the normal distribution for an interval of 95 %."""


def wilson_lower(hits: npt.ArrayLike, count: npt.ArrayLike, z: float) -> Floats:
    """Return the lower end of the interval of a share, 0 where nothing was counted.

    >>> round(float(wilson_lower(41, 41, Z_95)), 3)
    0.914
    """
    return _end(hits, count, z, -1)


def wilson_upper(hits: npt.ArrayLike, count: npt.ArrayLike, z: float) -> Floats:
    """Return the upper end of the interval of a share, 1 where nothing was counted.

    >>> round(float(wilson_upper(0, 4, Z_95)), 2)
    0.49
    """
    return np.where(np.asarray(count) > 0, _end(hits, count, z, 1), 1.0)


def _end(hits: npt.ArrayLike, count: npt.ArrayLike, z: float, side: int) -> Floats:
    number = np.maximum(np.asarray(count, dtype=np.float64), 1.0)
    share = np.where(np.asarray(count) > 0, np.asarray(hits, dtype=np.float64) / number, 0.0)
    middle = share + z * z / (2 * number)
    spread = z * np.sqrt(share * (1 - share) / number + z * z / (4 * number * number))
    end = (middle + side * spread) / (1 + z * z / number)
    # Where all or none were hits the end is the share itself, which rounding would miss by a little.
    end = np.where(share == (side + 1) // 2, share, end)
    return np.asarray(np.where(np.asarray(count) > 0, np.clip(end, 0.0, 1.0), 0.0), dtype=np.float64)
