"""What explain refuses: names that an allocation does not have, months and amounts that there are not.

Owns the words of these problems, and what a value may be called by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from finmod.allocation.explain.answers import Asked
from finmod.errors import Problem, UserError, near, printable
from finmod.settings.validate import listing
from finmod.taxonomy.definition import Value, default_label

_MOST_NAMES = 30


def value_named(dimension: str, text: str, known: Mapping[str, Value]) -> str:
    """Return the value that a text is: its name, or what reports call it, in whatever case.

    Raises:
        UserError: It is none, or several are called so.
    """
    if text in known:
        return text
    called = text.casefold()
    found = [
        name
        for name, value in known.items()
        if called in {each.casefold() for each in (name, value.label or default_label(name))}
    ]
    if len(found) > 1:
        raise UserError(
            Problem(
                code="FM2230",
                found=f"{printable(text, 80)!r} is what {len(found)} values of {dimension} are called",
                expected=listing([printable(name, 80) for name in found]),
                remedy="Name one of them.",
            )
        )
    if not found:
        refuse_unknown(f"value of {dimension}", text, list(known))
    return found[0]


def refuse_unknown(what: str, name: str, known: Sequence[str]) -> None:
    """Refuse a name that is none of the known ones, with the near one."""
    if name in known:
        return
    close = near(name, known)
    shown = known if len(known) <= _MOST_NAMES else []
    raise UserError(
        Problem(
            code="FM2230",
            found=f"{printable(name, 80)!r} is no {what}",
            expected=listing(shown) if shown else None,
            remedy=f"Did you mean {close!r}?" if close else "Name one that there is.",
        )
    )


def nothing_applied() -> Problem:
    """Return the problem of a project of which nothing was applied."""
    return Problem(
        code="FM2231",
        found="no allocation was applied yet",
        expected="one to explain",
        remedy="See what the rules give with: finmod plan; make it the books' with: finmod apply.",
    )


def no_month(month: date | None, there: Sequence[date]) -> Problem:
    """Return the problem of a month that was not applied."""
    return Problem(
        code="FM2232",
        found=f"{month:%Y-%m} is not in the applied allocation" if month else "the applied allocation has no month",
        expected=f"a month from {there[0]:%Y-%m} to {there[-1]:%Y-%m}" if there else None,
        remedy="Apply it first: finmod apply.",
    )


def no_amount(asked: Asked, month: date) -> Problem:
    """Return the problem of a target without an amount in a month."""
    of_pool = f" from pool {printable(asked.pool, 80)}" if asked.pool else ""
    return Problem(
        code="FM2233",
        found=f"{_what(asked)} has no {asked.measure}{of_pool} "
        f"{f'of charges that begin on {asked.day} on the bill of' if asked.day else 'in'} {month:%Y-%m}",
        remedy="A charge that runs for days, of which other days have parts, is explained on its first one. "
        'See what there is with: finmod query "SELECT x_ChargeDate, x_ChargeDays, sum(EffectiveCost) FROM '
        f"allocated_daily WHERE x_BillingPeriod = '{month}' GROUP BY ALL ORDER BY 1\"."
        if asked.day
        else 'See what there is with: finmod query "SELECT * FROM allocated_daily LIMIT 10".',
    )


def no_true_up(asked: Asked, month: date, of: date) -> Problem:
    """Return the problem of a month of which nothing is booked."""
    return Problem(
        code="FM2233",
        found=f"{_what(asked)} has no true-up of {of:%Y-%m} in {month:%Y-%m}",
        expected="a closed month of which something was moved later, and the month in which it is booked as --period",
        remedy='See which there are with: finmod query "SELECT DISTINCT x_AllocationOf, x_BillingPeriod FROM '
        'allocated_daily WHERE x_AllocationOf IS NOT NULL".',
    )


def _what(asked: Asked) -> str:
    return ", ".join(f"{name} {printable(value or '(none)', 80)}" for name, value in asked.values.items()) or "all"
