"""How missing tags are inferred: the target, what is shared, and what a group must have before it speaks.

Owns the options and their checks.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmod.errors import Problem, UserError
from finmod.taxonomy.inference.counts import Demand
from finmod.taxonomy.inference.wilson import Z_95

_LEAST_TARGET, _LEAST_FOLDS, _MOST_FOLDS = 0.5, 2, 50


@dataclass(frozen=True, kw_only=True)
class InferenceOptions:
    """How to infer.

    Attributes:
        target: Precision on held-out labels that the lower end of its interval must reach; 0.5 or more, below 1.
        folds: Number of parts in which labels are held out, 2 to 50.
        seed: Which labels are held out together.
        shared_values: Values that are platforms: nothing is inferred to be one, nor anything like them.
        labelled: Least share of a group that must be labelled before it speaks, above 0, at most 1.
        support: Fewest labelled members of a group that speaks, 1 or more.
    """

    target: float = 0.95
    folds: int = 5
    seed: int = 1
    shared_values: frozenset[str] = frozenset()
    labelled: float = 0.5
    support: int = 3

    @property
    def demand(self) -> Demand:
        """Return what is demanded of a group: its labels must be as pure as the target is high."""
        return Demand(support=self.support, purity=self.target, labelled=self.labelled, z=Z_95)

    def check(self) -> None:
        """Raise a UserError with FM2050 for each option that makes no sense."""
        wanted = (
            ("target precision", self.target, _LEAST_TARGET <= self.target < 1, "0.5 or more, and below 1"),
            ("number of parts", self.folds, _LEAST_FOLDS <= self.folds <= _MOST_FOLDS, "2 to 50"),
            ("share of labelled resources", self.labelled, 0 < self.labelled <= 1, "above 0, and at most 1"),
            ("number of labelled resources", self.support, self.support >= 1, "1 or more"),
        )
        problems = [
            Problem(
                code="FM2050",
                found=f"the {name} is {value}",
                expected=right,
                remedy="Name a number in that range, or leave the option out.",
            )
            for name, value, sound, right in wanted
            if not sound
        ]
        if problems:
            raise UserError(*problems)
