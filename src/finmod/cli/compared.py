"""What commands about a variance share: what a month is compared with, and what is said of one that is not proven."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import rich_click as click

from finmod.cli.values import Name
from finmod.errors import Problem, UserError

if TYPE_CHECKING:
    from finmod.models.variance.report import Proof

against_option = click.option(
    "--against", type=Name("a month, or a word such as previous"), metavar="STATE", default="previous",
    show_default=True, help="What it is compared with: previous, same-month-last-year, a month such as 2026-08, close "
    "(how the month was told when it was closed), close:2026-08, or budget: the plans of pnl.yaml.",
)  # fmt: skip
"""The option that names the other state."""


def must_hold(proofs: Sequence[Proof]) -> None:
    """Fail where what was compared is not what the ledger has: nobody sends such figures unseen.

    Raises:
        UserError: A proof does not hold.
    """
    if not all(each.holds for each in proofs):
        raise UserError(
            Problem(
                code="FM2510",
                found="what was compared is not the ledger's total",
                expected="the very sum of all charges of each month, to the last digit",
                remedy="Run finmod check; where it finds nothing, report it.",
            )
        )
