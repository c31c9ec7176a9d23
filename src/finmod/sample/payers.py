"""Who pays for which AWS account: one account came with a bought company and changed its payer within a month.

Owns the second payer and the day of the change. Accounts stand in teams.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from finmod.sample.months import Month
from finmod.sample.streams import Flags
from finmod.sample.teams import ACCOUNTS

_BOUGHT, _DAY = "marketplace-prod", 17


@dataclass(frozen=True)
class Move:
    """An account's change of payer.

    Attributes:
        account: Place in ``ACCOUNTS``.
        payer: The payer before: the supplier's id of the account, and its name.
        at: First instant under the company's own payer, UTC.
    """

    account: int
    payer: tuple[str, str]
    at: datetime

    def elsewhere(self, starts: Sequence[datetime]) -> Flags:
        """Return account x start: whether a charge of the account that starts then is on the payer's bill before."""
        flags = np.zeros((len(ACCOUNTS), len(starts)), dtype=np.bool_)
        flags[self.account] = [start < self.at for start in starts]
        return flags


def make_move(months: Sequence[Month]) -> Move:
    """Return the change of payer in the first third of a window."""
    account = next(place for place, one in enumerate(ACCOUNTS) if one.name == _BOUGHT)
    at = months[(len(months) - 1) // 3].start + timedelta(days=_DAY - 1)
    return Move(account, ("100000000002", "Harbour Market payer"), at)
