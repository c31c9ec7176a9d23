"""What is asked for where nothing is said: the last month against the one before, of everything."""

from __future__ import annotations

from finmod.workspace.variance.states import PREVIOUS
from finmod.workspace.variance.wanted import Wanted


def test_the_last_month_against_the_one_before_is_asked_for() -> None:
    assert Wanted() == Wanted(period=None, against=PREVIOUS, by=())
