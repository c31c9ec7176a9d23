"""Effects by target: what products and teams have of the effects of direct and of shared cost.

A target costs, of every cell or pool, a share s of an amount A. Its change is s A after less s A before, and symmetric
in both: mean share times the change of the amount, which goes effect by effect, and mean amount times the change of the
share, which is ``allocation_shares``. What the books of a month say beside that, since other rules or names made them,
is ``allocation_rules``. Both sum to 0 over all targets: they move money and make none.

Parts are rounded by telescoping, so that those of one amount sum to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from finmod.models.variance.cells import Flags, Floats, Ints, Units
from finmod.models.variance.effects import EFFECTS, PLACE
from finmod.models.variance.rounding import narrow, sums_by, whole

_CANCEL = 3.0
"""Parts that are so many times their sum, without signs, nearly cancel."""


@dataclass(frozen=True)
class Held:
    """Who has which part of an amount, in both months: sorted by ``of``.

    Attributes:
        of: Number of the amount: of a cell, or of what is shared as one.
        by: Number of who has it: of a place, or of a target.
        before: Its part, units of 1e-12.
        after: Likewise.
    """

    of: Ints
    by: Ints
    before: Units
    after: Units


def owned(held: Held, effects: Units) -> Units:
    """Return the effects of each row of ``held``, which sum to its change, and by amount to that amount's effects.

    Args:
        held: Who has cells; every cell has a row at least.
        effects: Of the cells.
    """
    change = held.after - held.before
    found = np.zeros((len(held.of), len(EFFECTS)), dtype=np.result_type(effects, change))
    counts = np.bincount(held.of, minlength=len(effects))
    single = counts[held.of] == 1
    found[single] = effects[held.of[single]]
    several = np.flatnonzero(~single)
    if len(several):
        part = Held(held.of[several], held.by[several], held.before[several], held.after[several])
        found[several] = split(part, effects)
        found[several, PLACE["allocation_shares"]] += change[several] - found[several].sum(axis=1)
    return found


def split(held: Held, effects: Units) -> Units:
    """Return the parts of effects by the mean of both months' shares; by amount they sum to its effects.

    Args:
        held: Who has which part.
        effects: One row per amount.
    """
    mean = (_shares(held.of, held.before, held.after) + _shares(held.of, held.after, held.before)) / 2
    shares = _cumulated(held.of, mean)
    parts = np.zeros((len(held.of), effects.shape[1]), dtype=effects.dtype)
    for column in range(effects.shape[1]):
        used = np.flatnonzero(effects[held.of, column] != 0)
        if len(used):
            parts[used, column] = _telescoped(held.of[used], shares[used], effects[held.of[used], column])
    return parts


def parts_of(of: Ints, weights: Units, amounts: Units) -> Units:
    """Return the part of each row in its amount, by weight; parts sum to the amount.

    Args:
        of: Number of the amount of each row, sorted.
        weights: One per row; where those of an amount sum to 0, its rows have equal parts.
        amounts: One per amount.
    """
    return _telescoped(of, _cumulated(of, _shares(of, weights, weights)), amounts[of])


def _cumulated(of: Ints, shares: Floats) -> Floats:
    """Return shares added up within each amount; the last of each is 1."""
    ends = np.flatnonzero(np.r_[of[1:] != of[:-1], True])
    starts = np.r_[0, ends[:-1] + 1]
    cumulated = np.cumsum(shares)
    found = cumulated - np.repeat(np.r_[0.0, cumulated[ends[:-1]]], ends - starts + 1)
    found[ends] = 1.0
    return np.asarray(found, dtype=np.float64)


def _telescoped(of: Ints, shares: Floats, amounts: Units) -> Units:
    told = _rounded(amounts, shares)
    first = np.r_[True, of[1:] != of[:-1]]
    parts: Units = told - np.where(first, 0, np.r_[told[:1] * 0, told[:-1]])
    return parts


def _rounded(amounts: Units, shares: Floats) -> Units:
    """Return amounts times shares in whole units; all of an amount at a share of 1."""
    return np.where(shares == 1.0, amounts, whole(amounts.astype(np.float64) * shares))


def _shares(of: Ints, amounts: Units, otherwise: Units) -> Floats:
    """Return each part of its amount; where that is 0, the part in the other month, and equal parts where both are.

    Where parts nearly cancel, what they are a part of says nothing: then their size does, without signs, in both.
    """
    count = int(of.max(initial=-1)) + 1
    pairs = (amounts, otherwise)
    sizes = [np.bincount(of, np.abs(each.astype(np.float64)), count) for each in pairs]
    totals = [np.abs(sums_by(of, each, count).astype(np.float64)) for each in pairs]
    cancels = np.zeros(count, dtype=np.bool_)
    for size, total in zip(sizes, totals, strict=True):
        cancels |= size > _CANCEL * total

    def parts(values: Units) -> Floats:
        total = sums_by(of, values, count).astype(np.float64)[of]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(total != 0, values.astype(np.float64) / total, np.nan), dtype=np.float64)

    found = parts(amounts)
    found = np.where(np.isfinite(found), found, parts(otherwise))
    if cancels.any():
        both = np.abs(amounts.astype(np.float64)) + np.abs(otherwise.astype(np.float64))
        whole_size = np.bincount(of, both, count)[of]
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.where(cancels[of] & (whole_size > 0), both / whole_size, found)
    even = 1 / np.bincount(of, minlength=count)[of]
    return np.asarray(np.where(np.isfinite(found), found, even), dtype=np.float64)


def shared(held: Held, effects: Units, amounts: tuple[Units, Units], ties: Flags) -> Units:
    """Return the effects of targets of what is shared, and of what is theirs alone.

    Args:
        held: What the books give each target of each amount.
        effects: Of the amounts, by today's names: of what no row of ``held`` has, nothing is given to anybody.
        amounts: The amounts by today's names, before and after.
        ties: Whether the books give these very amounts, and no others, in both months.

    Returns:
        One row per row of ``held``: it sums to the change of what the books give.
    """
    moved, parts = _moved(held, *amounts), split(held, narrow(effects))
    found = parts.astype(np.result_type(parts, moved, held.before, held.after))
    found[:, PLACE["allocation_shares"]] += moved
    rest = held.after - held.before - found.sum(axis=1)
    # Where the books have these very amounts, what is left is what rounding left.
    of_shares = ties[held.of]
    found[of_shares, PLACE["allocation_shares"]] += rest[of_shares]
    found[~of_shares, PLACE["allocation_rules"]] += rest[~of_shares]
    return found


def _moved(held: Held, before: Units, after: Units) -> Units:
    """Return mean amount times the change of the share; nothing where a month has nothing to share."""
    step = _shares(held.of, held.after, held.before) - _shares(held.of, held.before, held.after)
    mean = (before.astype(np.float64) + after.astype(np.float64))[held.of] / 2
    moved = whole(step * mean)
    # The last of each amount takes what the others lack: shares move money and make none.
    ends = np.flatnonzero(np.r_[held.of[1:] != held.of[:-1], True])
    moved[ends] -= sums_by(held.of, moved, int(held.of.max(initial=-1)) + 1)[held.of[ends]]
    return moved
