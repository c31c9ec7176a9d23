"""Targets by number: whom costs go to, numbered so that arrays can hold them.

Owns the numbers. Number 0 is nobody: what stays unallocated.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from finmod.allocation.definition import Values
from finmod.allocation.vectors import Ints

UNALLOCATED = 0


@dataclass
class Targets:
    """The targets of a run.

    Attributes:
        dimensions: Names of the dimensions that costs are allocated to.
        every: Number -> values.
    """

    dimensions: tuple[str, ...]
    every: list[Values] = field(init=False)
    _numbers: dict[Values, int] = field(init=False, repr=False)
    _rank: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64), repr=False)

    def __post_init__(self) -> None:
        """Begin with nobody."""
        nobody: Values = (None,) * len(self.dimensions)
        self.every = [nobody]
        self._numbers = {nobody: UNALLOCATED}

    def number(self, values: Sequence[str | None]) -> int:
        """Return the number of a target, a new one where it has none yet."""
        key = tuple(values)
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self.every)
            self.every.append(key)
        return found

    def of_main(self, value: str) -> int:
        """Return the number of a value of the main dimension alone."""
        return self.number((value, *(None,) * (len(self.dimensions) - 1)))

    def main(self, number: int) -> str | None:
        """Return the value of a target in the main dimension."""
        return self.every[number][0]

    def name(self, number: int) -> str:
        """Return how messages call a target: its values, the main one first.

        >>> targets = Targets(("product", "team"))
        >>> targets.name(targets.number(("search", "search-web"))), targets.name(0)
        ('search/search-web', 'unallocated')
        """
        return "/".join(value or "-" for value in self.every[number]).removesuffix("/-") if number else "unallocated"

    def rank(self) -> Ints:
        """Return the place of each target in the order of their values, those without a value first."""
        if len(self._rank) < len(self.every):
            texts = [[(text is not None, text or "") for text in values] for values in self.every]
            order = sorted(range(len(texts)), key=texts.__getitem__)
            self._rank = np.empty(len(order), dtype=np.int64)
            self._rank[order] = np.arange(len(order))
        return self._rank

    def numbers(self, every: Iterable[Sequence[str | None]]) -> list[int]:
        """Return the number of each of many targets."""
        return [self.number(values) for values in every]
