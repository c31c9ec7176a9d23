"""What a share went by on a day: the driver's value of a target beside that of everybody, or what stands for it.

Owns the reading of that out of a run's shares.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from finmod.allocation.cost_shares import ByCost
from finmod.allocation.definition import Share
from finmod.allocation.driver_shares import ByDriver
from finmod.allocation.inferred import ByInference
from finmod.allocation.kubernetes_shares import ByKubernetes
from finmod.allocation.run import Run
from finmod.allocation.shares import Dated, Shared, When
from finmod.allocation.vectors import Partly, Vector


@dataclass(frozen=True)
class Basis:
    """What a share went by.

    Attributes:
        what: In a few words, such as ``requests`` or ``EffectiveCost of the target``.
        own: The target's value; a number of a statistical model where the share is inferred.
        whole: That of everybody.
        part: The share that came of it, 0 to 1, straight from the pool.
        share: The share.
        lower: Of an inferred share of the month, where its interval begins; None of others.
        upper: Where it ends.
        refused: Why shares that were asked first could not tell.
    """

    what: str
    own: float
    whole: float
    part: float
    share: Share
    lower: float | None = None
    upper: float | None = None
    refused: tuple[str, ...] = ()


def basis_of(run: Run, pool: int, when: When, wanted: AbstractSet[int]) -> Basis | None:
    """Return what the share of a pool went by for some targets; None where no share could tell.

    Args:
        run: The run.
        pool: Number of the pool.
        when: The day, with the group.
        wanted: Numbers of the targets; those that they were cut out of count with them.
    """
    share, asked, vector, refused = _answer(run.network.pools[pool], when)
    if share is None or vector is None:
        return None
    wide = _with_parents(run, wanted)
    part = _sum(vector, wide) / float(vector.weights.sum())
    own, whole, what = _values(asked, when, wide, share) or (
        _sum(vector, wide),
        float(vector.weights.sum()),
        share.text,
    )
    lower, upper = _interval(asked, when, wide)
    return Basis(what, own, whole, part, share, lower, upper, refused)


def _answer(dated: Dated, when: When) -> tuple[Share | None, Shared | None, Vector | None, tuple[str, ...]]:
    refused: list[str] = []
    chain = next((chain for share, chain in dated.shares if share.span.holds_on(when.date)), ())
    for share, asked in chain:
        found = asked.on(when)
        if isinstance(found, Vector):
            # Of a day of which hours could not be told, the rest goes by the shares behind.
            return share, asked, dated.on(when) if isinstance(found, Partly) else found, tuple(refused)
        refused.append(found)
    return None, None, None, tuple(refused)


def _values(asked: Shared | None, when: When, wide: AbstractSet[int], share: Share) -> tuple[float, float, str] | None:
    if isinstance(asked, ByDriver) and asked.series is not None and asked.series.grain != "hour":
        found = asked.series.values.get(asked.period(when))
        if found is not None:
            held = np.isin(found[0], np.array(sorted(wide), dtype=np.int64))
            return float(found[1][held].sum()), float(found[1].sum()), share.driver or ""
    if isinstance(asked, ByCost | ByKubernetes):
        vector = asked.on(when)
        what = f"{share.measure} of the targets" if isinstance(asked, ByCost) else asked.words(when.group)
        if isinstance(vector, Vector):
            return _sum(vector, wide), float(vector.weights.sum()), what
    return None


def _interval(asked: Shared | None, when: When, wide: AbstractSet[int]) -> tuple[float | None, float | None]:
    if not isinstance(asked, ByInference):
        return None, None
    fit = asked.fit_of(when)
    if fit is None or fit.shares is None:
        return None, None
    held = np.isin(fit.targets, np.array(sorted(wide), dtype=np.int64))
    if held.sum() != 1:
        return None, None
    return float(fit.shares.lower[held][0]), float(fit.shares.upper[held][0])


def _with_parents(run: Run, wanted: AbstractSet[int]) -> AbstractSet[int]:
    """Return targets with those of the main value alone that they may have been cut out of."""
    mains = {run.targets.main(number) for number in wanted} - {None}
    return {*wanted, *(run.targets.of_main(name) for name in mains if name is not None)}


def _sum(vector: Vector, wanted: AbstractSet[int]) -> float:
    return float(vector.weights[np.isin(vector.places, np.array(sorted(wanted), dtype=np.int64))].sum())
