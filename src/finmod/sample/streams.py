"""Named random streams: one per part of the world, so that extending one part never shifts another.

Owns the only source of chance in the sample. Only uniform doubles are drawn: their bits are guaranteed by PCG64,
while numpy may change its other distributions between versions.
"""

from __future__ import annotations

from zlib import crc32

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]
Times = npt.NDArray[np.datetime64]
Flags = npt.NDArray[np.bool_]


class Stream:
    """Chance for one named part of the world.

    Args:
        seed: The company's seed.
        names: The part, such as ``"usage", "aws", "2026-10"``.
    """

    def __init__(self, seed: int, *names: str) -> None:
        """Open the stream at its beginning."""
        words = [seed, *(crc32(name.encode()) for name in names)]
        self._generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))

    def uniform(self, *shape: int) -> Floats:
        """Return doubles in [0, 1) of the given shape."""
        return self._generator.random(shape)

    def integers(self, low: int, high: int, *shape: int) -> Ints:
        """Return integers from ``low`` up to and without ``high`` of the given shape."""
        return (low + np.floor(self.uniform(*shape) * (high - low))).astype(np.int64)

    def integer(self, low: int, high: int) -> int:
        """Return one integer from ``low`` up to and without ``high``."""
        return int(self.integers(low, high, 1)[0])

    def shuffled(self, count: int) -> Ints:
        """Return 0 .. count - 1 in a random order."""
        return np.argsort(self.uniform(count), kind="stable").astype(np.int64)

    def choices(self, weights: Floats, count: int) -> Ints:
        """Return ``count`` places drawn with the given weights."""
        edges = np.cumsum(weights) / np.sum(weights)
        found = np.searchsorted(edges, self.uniform(count), side="right")
        return np.minimum(found, len(weights) - 1).astype(np.int64)
