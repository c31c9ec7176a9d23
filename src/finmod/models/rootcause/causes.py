"""Root causes of a change of cost: few combinations of dimensions that moved unlike the rest, simplest names first.

Owns the door: ``root_causes``. It answers where a change sits, by arithmetic alone. Why somebody did what was done, and
what else happened then, is for others to lay beside it.

The method, in the order in which it runs:

1. Leaves are summed over resources to cells. A resource that is replaced by another of its kind is no change.
2. What each cell would have cost is what it cost before, times one growth that all share: the weighted median of the
   cells' own. Growth of the total will not do, since causes are in it: after one account tripled, all others would
   seem to decline. Where a forecast is known, it is given instead.
3. Every combination of at most three dimensions claims that its cells moved by one factor (or are new), which is what
   a cause does to all that it reaches (the ripple effect of HotSpot). Layer by layer the claim is found that explains
   most money. None can explain more than its cells are off, nor can a part of it: what falls short of the best so far
   is not looked at (the bound of Apriori, on money).
4. A claim has to be no chance: how much likelier it makes the relative moves of its cells, with Cauchy errors as wide
   as cells usually have and each cell counted with the root of its money, is held against the number of names tried;
   what explains two fifths of all that moved needs no such proof. Names that explain nearly the same money are
   weighed by the same likelihood and their length: another dimension has to make the moves likelier by a factor of
   e**3. Names that select the same leaves differ in length alone: the shortest stands.
5. One resource is the cause where it alone moved: where it explains more of what its cells are off by than any
   combination does, beyond the chance of so many names, or where it has nearly all of what is off in the combination
   that was found while the others there stood still. A resource explains only what its cells are off by, so one that is
   replaced by another explains nothing.
6. What is found is expected from then on, and the search begins again, until nothing explains 0.5 % of the bill and 3
   % of what is left, or there are 20.
7. What was found is counted in exact money: each leaf once, with the narrowest cause that has it, whether that one is
   told by name or among the others. The rest is told, in what was expected anyway and what nothing explains.

What it takes for granted: causes reach few combinations; most of the money moves alike. A cause that holds more than
half of the money is taken for growth, and the other half for the cause. Differences of less than the noise of cells are
not found. Of names that explain the same to within noise the shorter one is told, which need not be the one that
somebody had in mind. Where nothing was before, or nothing is after, nothing is told apart and there is no cause.

Sources: Bhagwan et al., Adtributor, NSDI 2014 (explanatory power, surprise, succinctness); Sun et al., HotSpot, IEEE
Access 2018 (ripple effect, potential score); Li et al., Squeeze, ISSRE 2019 (one factor for all of a cause, relative
deviations); Kalander, RiskLoc, 2022 (leaves that stand still count against a name); El Gebaly et al., Explanation
Tables, VLDB 2014 (one combination after another, each on what is left); Abuzaid et al., DIFF, VLDB 2018 (pruned search
over combinations). Against HotSpot and Squeeze the score is in money and not divided by the whole, factors are medians,
and names are chosen by likelihood. Measured in ``benchmarks/quality/rootcause.py``.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final

import numpy as np

from finmod.models.rootcause.answer import RootCauses
from finmod.models.rootcause.cells import Cells, cells_of
from finmod.models.rootcause.claims import middle, prospect
from finmod.models.rootcause.counting import answered
from finmod.models.rootcause.leaves import Floats, Leaves, searched
from finmod.models.rootcause.search import Claim, found_claims
from finmod.models.rootcause.singles import Singles, singles_of

MOST: Final = 5
"""Causes that are told by name at most; the others that are found are told in one sum."""
NAMED: Final = 5
"""Resources of a cause that are told at most."""
LEAST: Final = Decimal("0.005")
"""Part of the larger of both totals that a cause has to explain."""
_DIGITS: Final = 12


def root_causes(leaves: Leaves, *, most: int = MOST, named: int = NAMED, least: Decimal = LEAST) -> RootCauses:
    """Return the combinations of dimensions that explain a change best.

    The answer does not depend on the order of leaves or of dimensions, and has no chance in it.

    Args:
        leaves: What is explained, of one currency.
        most: Causes by name at most, ``search.END`` where it is more. Those that are found beyond are told in one sum,
            so that what nothing explains is the same whatever it is.
        named: Resources of each at most.
        least: Part of the larger of both totals, without signs, that a cause has to explain: what is material.

    Returns:
        Causes, each the one that explains most of what those before it left, and the rest: their ``explained``,
        ``by_others``, ``usual`` and ``unexplained`` sum to the change, to the last digit. No cause where nothing moved
        unlike the rest.

    >>> from finmod.models.rootcause.leaves import Dimension
    >>> services = Dimension("ServiceName", np.array([0, 0, 1, 1, 2, 2]), ["EC2", "S3", "RDS"])
    >>> regions = Dimension("RegionId", np.array([0, 1, 0, 1, 0, 1]), ["eu", "us"])
    >>> before = np.array([100, 100, 100, 100, 100, 100]) * 10**12
    >>> after = np.array([100, 100, 100, 400, 100, 100]) * 10**12
    >>> found = root_causes(Leaves(dimensions=(services, regions), before=before, after=after))
    >>> [(one.name, f"{one.change:f}", one.kind) for one in found.causes]
    [((('RegionId', 'us'), ('ServiceName', 'S3')), '300.000000000000', 'more')]
    """
    if not len(leaves.before):
        return RootCauses(before=Decimal(0), after=Decimal(0), growth=None, causes=(), offsets=(), usual=Decimal(0))
    known = searched(leaves)
    cells = cells_of(known)
    growth = None if cells.expected is not None else _growth(cells.before, cells.after)
    factor = float(1 if growth is None else growth)
    singles = singles_of(known, cells, factor)
    if singles is not None and growth is not None and not cells.names:
        # Of one cell nobody can tell its growth from a cause: then resources say what most of the money did.
        growth = _growth(singles.expected / factor, singles.after)
        factor = float(1 if growth is None else growth)
        singles = singles_of(known, cells, factor)
    claims = _claims(cells, singles, factor, float(least))
    told = [replace(each, is_told=at < most) for at, each in enumerate(claims)]
    return answered(leaves, cells, told, growth, named=named)


def of_as_many_days(leaves: Leaves, given: Floats) -> Leaves:
    """Return leaves that are expected to move as most of the money does, beside months that are not told whole.

    Args:
        leaves: Of two months.
        given: Per leaf what it cost before, in as many days as are told of it after; units of currency.
    """
    if not len(leaves.before):
        return leaves
    cells = cells_of(searched(replace(leaves, expected=given)))
    growth = None if cells.expected is None else _growth(cells.expected, cells.after)
    return replace(leaves, expected=given * float(1 if growth is None else growth))


def _claims(cells: Cells, singles: Singles | None, growth: float, least: float) -> list[Claim]:
    sizes = [float(np.abs(amounts).sum()) for amounts in (cells.before, cells.after)]
    if not all(sizes):
        return []
    usual = cells.expected if cells.expected is not None else cells.before * growth
    return found_claims(cells, prospect(cells.after, usual), least=least * max(sizes), singles=singles)


def _growth(before: Floats, after: Floats) -> Decimal | None:
    """Return the factor that most of the money moved by; None where nothing is there both before and after."""
    both = before * after > 0
    if not both.any():
        return None
    factor = middle(after[both] / before[both], np.abs(before[both]))
    return Decimal(f"{factor:.{_DIGITS}g}")
