"""What inference tells about itself: how often it was right on labels that were held out, and how much it covers.

Owns the report and its arithmetic. What is inferred stands in infer.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from finmod.errors import counted
from finmod.taxonomy.inference.frame import Flags, Texts
from finmod.taxonomy.inference.wilson import wilson_lower, wilson_upper


@dataclass(frozen=True, kw_only=True)
class Precision:
    """A precision that was counted.

    Attributes:
        decided: Number of decisions.
        right: Number of right ones.
        low: Lower end of the Wilson interval; 0 where nothing was decided.
        high: Its upper end; 1 where nothing was decided.
    """

    decided: int
    right: int
    low: float
    high: float

    @property
    def share(self) -> float | None:
        """Return the share of right decisions; None where nothing was decided."""
        return self.right / self.decided if self.decided else None


def counted_precision(right: Flags, z: float) -> Precision:
    """Return the precision of decisions, with its interval for a quantile of the normal distribution."""
    decided, hits = len(right), int(np.count_nonzero(right))
    low, high = float(wilson_lower(hits, decided, z)), float(wilson_upper(hits, decided, z))
    return Precision(decided=decided, right=hits, low=low, high=high)


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """How much is decided.

    Attributes:
        decided: Resources with a decision.
        resources: All resources.
        decided_cost: Cost of those with a decision.
        cost: Cost of all.
    """

    decided: int
    resources: int
    decided_cost: Decimal
    cost: Decimal

    @property
    def share(self) -> float | None:
        """Return the share of resources; None where there are none."""
        return self.decided / self.resources if self.resources else None

    @property
    def cost_share(self) -> Decimal | None:
        """Return the share of cost; None where it is not positive."""
        return self.decided_cost / self.cost if self.cost > 0 else None


def coverage(decided: Flags, cost: Texts) -> Coverage:
    """Return how much of some resources is decided."""
    return Coverage(
        decided=int(np.count_nonzero(decided)),
        resources=len(cost),
        decided_cost=sum(cost[decided].tolist(), Decimal(0)),
        cost=sum(cost.tolist(), Decimal(0)),
    )


@dataclass(frozen=True, kw_only=True)
class InferenceReport:
    """How good an inference is.

    Each labelled resource is held out once, together with the others of its part. What is decided about it has not seen
    the labels of that part: not what its groups say, nor what each kind is worth, which is learned on the other parts
    with the labels of this one counted for nobody. The held-out labels are a part of those that people wrote. That they
    speak for resources on which nobody wrote any is not proven by them: that is why groups in which labels are rare
    never lead to a value.

    Attributes:
        target: Precision that was asked for.
        folds: Number of parts.
        seed: Seed of the parts.
        precision: Precision on held-out labels; its lower end is at least ``target``, or nothing is inferred.
        held_out: Coverage of labelled resources, each held out once.
        unlabelled: Coverage of resources without a label.
        abstained: Reason -> number of resources without a label and without a value.
        problem: Why nothing is inferred at all; None otherwise.
    """

    target: float
    folds: int
    seed: int
    precision: Precision
    held_out: Coverage
    unlabelled: Coverage
    abstained: Mapping[str, int]
    problem: str | None


def why_nothing(target: float, precision: Precision, labelled: int, *, z: float, folds: int) -> str | None:
    """Return why nothing may be inferred; None where the target is reached.

    Args:
        target: Precision that was asked for.
        precision: Precision on held-out labels.
        labelled: Number of labelled resources.
        z: Quantile of the interval.
        folds: Number of parts: what a kind is worth is learned without the part that is decided.
    """
    if precision.decided and precision.low >= target:
        return None
    if not labelled:
        return "no resource has a value to learn from"
    if not precision.decided:
        needed = int(np.ceil(np.ceil(z * z * target / (1 - target)) * folds / (folds - 1)))
        was = "was" if labelled == 1 else "were"
        return (
            f"no kind of evidence reaches a precision of {target:.2f} on {counted(labelled, 'labelled resource')} that"
            f" {was} held out in turn; a kind that is always right needs about {needed} of them to show it"
        )
    return (
        f"on held-out labels {precision.right:,} of {precision.decided:,} decisions were right, a precision of"
        f" {precision.low:.3f} at least, which is below the target of {target:.2f}"
    )


def count_by(names: Texts) -> dict[str, int]:
    """Return how often each text occurs, sorted; None is left out."""
    found, count = np.unique([name for name in names.tolist() if name is not None], return_counts=True)
    return dict(zip([str(name) for name in found], count.tolist(), strict=True))
