"""Full cost as a weight: what targets cost with all that pools give them, for pools that are shared by that.

Owns the first of two rounds. Pools that are shared by full cost are left out of it: what they give cannot be a reason
for itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from finmod.allocation.cells import BILL, PLACE_COLUMNS, PLACES, Cells
from finmod.allocation.cost_shares import DAYS
from finmod.allocation.definition import Allocation, Share
from finmod.allocation.split import UNIT
from finmod.allocation.vectors import Floats, Ints, Vector
from finmod.engines.duckdb import Engine, identifier
from finmod.errors import Problem, UserError
from finmod.focus.columns import COSTS
from finmod.settings.validate import listing

Given = dict[int, list[tuple[tuple[str | None, ...], tuple[Ints, Floats]]]]
"""Period -> currency and texts of the columns, with targets and what pools give them: as weights of shares by cost."""


def by_full_cost(allocation: Allocation) -> tuple[int, ...]:
    """Return the numbers of the pools that are shared by full cost, at any time."""
    return tuple(
        number
        for number, pool in enumerate(allocation.pools, start=1)
        if any(share.base == "full" for share in every(pool.shares))
    )


def every(shares: Iterable[Share]) -> Iterable[Share]:
    """Yield shares, each with those that are asked where it cannot tell."""
    for share in shares:
        each: Share | None = share
        while each is not None:
            yield each
            each = each.otherwise


@dataclass(frozen=True)
class FirstRound:
    """What pools give targets in the first round.

    Attributes:
        cells: The cells of pools.
        ways: Places of cells with where they end.
        places: Number of a place -> its texts, by ``PLACE_COLUMNS``.
    """

    cells: Cells
    ways: Sequence[tuple[Ints, Vector]]
    places: Mapping[int, tuple[object, ...]]

    def given(self, share: Share) -> Given:
        """Return what targets get, by period and by the texts of the columns that a share stays within."""
        strange = [name for name in share.within if name not in PLACE_COLUMNS]
        if strange:
            raise UserError(_no_such(share, strange[0]))
        cost = COSTS.index(share.measure)
        amounts = self.cells.whole[:, cost] + self.cells.rest[:, cost] / UNIT
        columns = [PLACE_COLUMNS.index(name) for name in ("BillingCurrency", *share.within)]
        keys: dict[tuple[int, tuple[object, ...]], int] = {}
        day = self.cells.day if share.grain == "day" else np.zeros_like(self.cells.day)
        every, of = np.unique(np.stack([self.cells.place, day], axis=1), axis=0, return_inverse=True)
        numbers = [self._key(place, at, columns, keys, share.grain) for place, at in every.tolist()]
        number = np.array(numbers, dtype=np.int64)[of.reshape(-1)]
        found: dict[int, list[tuple[Ints, Floats]]] = {}
        for cells, way in self.ways:
            sums = np.bincount(number[cells], weights=amounts[cells], minlength=len(keys))
            for key in np.flatnonzero(sums).tolist():
                found.setdefault(key, []).append((way.places, sums[key] * way.parts))
        given: Given = {}
        for (period, texts), key in keys.items():
            if key in found:
                told = tuple(None if text is None else str(text) for text in texts)
                given.setdefault(period, []).append((told, _joined(found[key])))
        return given

    def _key(
        self,
        number: int,
        day: int,
        columns: Sequence[int],
        keys: dict[tuple[int, tuple[object, ...]], int],
        grain: str | None,
    ) -> int:
        place = self.places[number]
        period = int(str(place[-1]))
        period = period * DAYS + day if grain == "day" else period
        return keys.setdefault((period, tuple(place[at] for at in columns)), len(keys))


def _joined(parts: Sequence[tuple[Ints, Floats]]) -> tuple[Ints, Floats]:
    places, weights = (np.concatenate(each) for each in zip(*parts, strict=True))
    held = places > 0
    return places[held], weights[held]


_COLUMNS = ("x_Source", "ServiceName", "ChargeCategory")


def _no_such(share: Share, column: str) -> Problem:
    return Problem(
        code="FM2145",
        found=f"{share.text} stays within {column}, and what other pools give has no such column",
        expected=f"{listing(_COLUMNS)} beside base: full",
        where=share.place,
        remedy="Share it by direct cost, or within one of these.",
    )


def read_places(engine: Engine) -> dict[int, tuple[object, ...]]:
    """Return number of a place -> its texts by ``PLACE_COLUMNS``, then the month of its bill in days since 1970."""
    columns = ", ".join(map(identifier, PLACE_COLUMNS))
    rows = engine.rows(f"SELECT place, {columns}, CAST({BILL} - DATE '1970-01-01' AS BIGINT) FROM {PLACES}")
    return {row[0]: tuple(row[1:]) for row in rows}
