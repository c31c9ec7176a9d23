"""What a variance is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from finmod.workspace.variance.states import PREVIOUS


@dataclass(frozen=True)
class Wanted:
    """What is asked for.

    Attributes:
        period: First day of the month; None for the last one.
        against: What it is compared with, see ``states.WORDS``.
        by: Dimensions that costs are allocated to, and words, see ``variance.py``.
    """

    period: date | None = None
    against: str = PREVIOUS
    by: tuple[str, ...] = ()
