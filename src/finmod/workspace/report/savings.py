"""Potential savings as the page tells them.

Owns which of the list a page shows, and the words. What is a candidate is found in ``workspace/savings``.
"""

from __future__ import annotations

from typing import Final

from finmod.models.variance.page import Saving, Savings
from finmod.terms.savings import How
from finmod.workspace.savings.savings import Listed, SavingsReport

SHOWN: Final = 8
"""Candidates that a page shows, the largest; the others stand together."""
_OF_AMOUNTS: Final = frozenset({"FM2558"})
"""Notes that change what amounts mean: "a month" is then of some days alone."""
_HOW: Final[dict[How, str]] = {
    "whole": "the whole charge", "by the bill": "by the bill's own prices", "at most": "at most",
    "rule of thumb": "a rule of thumb", "unknown": "a bill cannot tell it",
}  # fmt: skip


def savings_told(report: SavingsReport) -> Savings | None:
    """Return the list with its sums, and what must be known of them; None where there is no candidate."""
    whole = report.total
    if not whole.candidates:
        return None
    rows = tuple(_told(each) for each in report.savings[:SHOWN])
    has_amount = whole.unknown < whole.candidates
    amount, cash = (whole.amount, whole.cash) if has_amount else (None, None)
    minds = tuple(each for each in report.findings if each.severity != "info" or each.code in _OF_AMOUNTS)
    return Savings(rows, whole.candidates, amount, cash, whole.unknown, minds)


def _told(saving: Listed) -> Saving:
    candidate = saving.candidate
    group = candidate.about.group
    places = (group.resource or group.service, group.account_name or group.account, group.region)
    return Saving(
        title=candidate.rule.title,
        what=", ".join(each for each in places if each),
        owner=group.owner,
        amount=saving.amount,
        cash=saving.cash,
        how=_HOW[candidate.how],
        effort=candidate.rule.effort,
        evidence=candidate.about.evidence,
    )
