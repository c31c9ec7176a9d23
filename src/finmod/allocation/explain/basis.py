"""What a share went by on a day: the driver's value of a target beside that of everybody, or what stands for it.

Owns the reading of that out of a run's shares.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from finmod.allocation.cost_shares import ByCost
from finmod.allocation.definition import Share
from finmod.allocation.driver_series import HOURS
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
        period: Number of the period that the values are of: days of one period have the same ones. None of what has no
            period.
    """

    what: str
    own: float
    whole: float
    part: float
    share: Share
    lower: float | None = None
    upper: float | None = None
    refused: tuple[str, ...] = ()
    period: int | None = None


@dataclass(frozen=True)
class Answer:
    """What the shares of a pool say on a day.

    Attributes:
        share: The share that answered; None where none could.
        asked: It, ready to be asked.
        vector: Where cost goes; None likewise.
        refused: Why shares that were asked first could not tell.
    """

    share: Share | None
    asked: Shared | None
    vector: Vector | None
    refused: tuple[str, ...]


def answered(dated: Dated, when: When) -> Answer:
    """Return what the shares of a pool say on a day, and which of them."""
    refused: list[str] = []
    chain = next((chain for share, chain in dated.shares if share.span.holds_on(when.date)), ())
    for share, asked in chain:
        found = asked.on(when)
        if isinstance(found, Vector):
            # Of a day of which hours could not be told, the rest goes by the shares behind.
            vector = dated.on(when) if isinstance(found, Partly) else found
            return Answer(share, asked, vector, tuple(refused))
        refused.append(found)
    return Answer(None, None, None, tuple(refused))


def basis_of(run: Run, pool: int, when: When, wanted: AbstractSet[int]) -> Basis | None:
    """Return what the share of a pool went by for some targets; None where no share could tell.

    Args:
        run: The run.
        pool: Number of the pool.
        when: The day, with the group.
        wanted: Numbers of the targets; those that they were cut out of count with them.
    """
    return basis_of_answer(run, answered(run.network.pools[pool], when), when, wanted)


def basis_of_answer(run: Run, answer: Answer, when: When, wanted: AbstractSet[int]) -> Basis | None:
    """Return what an answer went by, see ``basis_of``."""
    share, asked, vector = answer.share, answer.asked, answer.vector
    if share is None or vector is None:
        return None
    wide = _with_parents(run, wanted)
    part = _sum(vector, wide) / float(vector.weights.sum())
    own, whole, what, period = _values(asked, when, wide, share) or (
        _sum(vector, wide),
        float(vector.weights.sum()),
        share.text,
        None,
    )
    lower, upper = _interval(asked, when, wide)
    return Basis(what, own, whole, part, share, lower, upper, answer.refused, period)


def basis_of_cut(dated: Dated, vector: Vector, when: When, wanted: AbstractSet[int]) -> Basis | None:
    """Return what a level's share went by for some of those that it cuts a target into; None where they have no part.

    Args:
        dated: The shares of the level for that target.
        vector: What they say on the day, by the targets that it is cut into.
        when: The day.
        wanted: Numbers of the targets.
    """
    answer = answered(dated, when)
    own, whole = _sum(vector, wanted), float(vector.weights.sum())
    if answer.share is None or own <= 0:
        return None
    what = answer.share.driver or (f"{answer.share.measure} of the targets" if answer.share.kind == "cost" else "parts")
    return Basis(what, own, whole, own / whole, answer.share, refused=answer.refused, period=_period(answer, when))


def _period(answer: Answer, when: When) -> int | None:
    if isinstance(answer.asked, ByDriver):
        return answer.asked.period(when)
    if isinstance(answer.asked, ByCost):
        return when.day if answer.asked.share.grain == "day" else when.period
    return None


def _values(
    asked: Shared | None, when: When, wide: AbstractSet[int], share: Share
) -> tuple[float, float, str, int | None] | None:
    """Return the value of the targets and of everybody, what it is, and the number of its period."""
    if isinstance(asked, ByDriver) and asked.series is not None:
        period = asked.period(when)
        hourly = asked.series.grain == "hour"
        periods = range(period * HOURS, (period + 1) * HOURS) if hourly else (period,)
        found = [values for each in periods if (values := asked.series.values.get(each)) is not None]
        if found:
            held = np.array(sorted(wide), dtype=np.int64)
            own = sum(float(values[np.isin(places, held)].sum()) for places, values in found)
            return own, sum(float(values.sum()) for _, values in found), share.driver or "", period
    if isinstance(asked, ByCost):
        period = when.day if share.grain == "day" else when.period
        what = f"{share.measure} of the targets"
    elif isinstance(asked, ByKubernetes):
        period = when.date.toordinal() if share.grain != "month" else when.date.replace(day=1).toordinal()
        what = asked.words(when.group)
    else:
        return None
    vector = asked.on(when)
    return (_sum(vector, wide), float(vector.weights.sum()), what, period) if isinstance(vector, Vector) else None


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
