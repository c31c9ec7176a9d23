"""The finding of a variance in sentences that can be repeated: what a month cost, against what, and why.

Owns which effects are named and how. A month that is not whole is compared by as many days; what nobody knows is said
to be unknown; effects against the change are told as what they are.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from finmod.errors import printable
from finmod.models.variance.effects import EFFECTS
from finmod.models.variance.page import Figure, Members, Name, Said, UnitCost
from finmod.models.variance.report import Change, State, VarianceReport
from finmod.terms.money import difference, known_sum

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
UNKNOWN: Final = frozenset({"FM2513", "FM2514"})
"""Findings that say that cost of a month is not known."""
_NOTHING: Final = Decimal(0)
# Of what moved, without signs: less is not named, more is nearly all of it; less than the last of cost is no change.
_NAMED, _DOMINANT, _FLAT = Decimal("0.05"), Decimal("0.9"), Decimal("0.0005")
_TENFOLD: Final = 10
_AHEAD, _AGAINST, _BOTH = 3, 2, 2
_LONGEST: Final = 48
_PHRASES: Final = {
    "volume": ("more use", "less use"),
    "mix": ("use that moved to dearer kinds", "use that moved to cheaper kinds"),
    "list_price": ("higher list prices", "lower list prices"),
    "negotiated_discount": ("smaller negotiated discounts", "larger negotiated discounts"),
    "commitment_coverage": ("commitments that cover less", "commitments that cover more"),
    "commitment_discount": ("smaller commitment discounts", "larger commitment discounts"),
    "unused_commitments": ("more of commitments unused", "less of commitments unused"),
    "fx": ("exchange rates", "exchange rates"),
    "new_resources": ("new resources", "new resources"),
    "ended_resources": ("resources that ended", "resources that ended"),
    "new_services": ("new services", "new services"),
    "ended_services": ("services that ended", "services that ended"),
    "credits": ("fewer credits and refunds", "more credits and refunds"),
    "tax": ("more tax", "less tax"),
    "support": ("dearer support", "cheaper support"),
    "one_time_fees": ("more one-time fees", "fewer one-time fees"),
    "restatement": ("corrections of earlier months", "corrections of earlier months"),
    "allocation_shares": ("other shares of shared cost", "other shares of shared cost"),
    "allocation_rules": ("other rules of allocation", "other rules of allocation"),
    "beyond_plan": ("cost beyond plan", "cost below plan"),
    "not_planned": ("cost that has no plan", "cost that has no plan"),
    "unit_change": ("units that changed", "units that changed"),
    "other": ("what bills do not tell apart", "what bills do not tell apart"),
}


def headline(report: VarianceReport) -> Said:
    """Return the finding in a sentence or two: figures are without a sign, words say which way they go."""
    return _unknown(report) or _finding(report)


def _unknown(report: VarianceReport) -> Said:
    """Return that nobody knows what a month cost, where that is so: without a rate its cost is 0, and not nothing."""
    if report.total.after or not UNKNOWN & {each.code for each in report.findings}:
        return ()
    nor = "" if report.total.before or is_plan(report.before) else ", nor what it is compared with"
    return (f"What {names(report)[0]} cost is not known{nor}.",)


def _finding(report: VarianceReport) -> Said:
    total, (now, then) = report.total, names(report)
    currency = f" {report.currency}"
    known = ", as far as it is known" if UNKNOWN & {each.code for each in report.findings} else ""
    # A plan is of the whole month, whatever bills tell of it.
    if not (report.after.is_whole and report.before.is_whole) and not is_plan(report.before):
        return (f"{now} cost ", Figure(total.after), currency, known, *_for_as_many_days(report, then))
    cost: Said = (f"{now} cost ", Figure(total.after), currency, _until(report), known)
    if is_plan(report.before) or not total.has_plan:
        # All cost beside the plan of some of it would tell nothing of how that was kept.
        return (*cost, *((". ", *budget_sentence(report)) if total.has_plan else (f"; {without_plan(report)}.",)))
    if not total.before and not total.after:
        return (f"{now} cost nothing, as {then} did.",)
    if not total.before:
        return (*cost, "; what it is compared with is not known." if known else f"; {then} cost nothing.")
    if not total.change and not any(total.effects):
        return (*cost, f", the same as {then}, and nothing moved.")
    return (*cost, ", ", *_change(total.change, total.before, then), *_why(report, total.effects))


def _until(report: VarianceReport) -> str:
    day = report.after.until
    return f" until {day.day} {MONTHS[day.month - 1]}" if day else ""


def _for_as_many_days(report: VarianceReport, then: str) -> Said:
    total = report.total
    days = total.effect("days")
    effects = [_NOTHING if each.name == "days" else amount
               for each, amount in zip(EFFECTS, total.effects, strict=True)]  # fmt: skip
    alike = difference(total.change, days)
    years = report.after.month.year != report.before.month.year
    partial = [_days_told(each, years=years) for each in (report.after, report.before) if not each.is_whole]
    words: Said = (f"; {' and '.join(partial)}. For as many days that is ",)
    if not any(effects):
        return (*words, f"the same as {then}.")
    return (*words, *_change(alike, difference(total.before, -days), then), *_why(report, effects))


def _days_told(state: State, *, years: bool) -> str:
    """Return which days of a month bills tell, as a clause: of one source which, of several that it is not all."""
    name = month_name(state.month, year=years)
    if len(state.partial) != 1:
        who = f"{len(state.partial)} sources do" if state.partial else "bills do"
        return f"{who} not tell all days of {name}"
    ends = (("from", state.since), ("until", state.until))
    days = " ".join(f"{word} {day.day} {MONTHS[day.month - 1]}" for word, day in ends if day)
    return f"{printable(state.partial[0], _LONGEST)} tells {name} {days} alone"


def _change(change: Decimal, before: Decimal, then: str) -> Said:
    if not change or abs(change) < _FLAT * abs(before):
        return (f"about as much as {then}",)
    word = "more" if change > 0 else "less"
    return (Figure(abs(change)), *_share(change, before), f" {word} than {then}")


def _share(change: Decimal, before: Decimal) -> Said:
    # Of nothing there is no share, and of nearly nothing one that nobody can read.
    share = abs(change) / before if before > 0 else None
    return (" (", Figure(share, "percent"), ")") if share is not None and share <= _TENFOLD else ()


def _why(report: VarianceReport, effects: Sequence[Decimal]) -> Said:
    """Return the effects that are named: those that go with the change, then those against it."""
    moved = known_sum(abs(each) for each in effects) or _NOTHING
    change = known_sum(effects) or _NOTHING
    found = sorted(zip(EFFECTS, effects, strict=True), key=lambda each: -abs(each[1]))
    sign = 1 if change > 0 or (not change and found[0][1] > 0) else -1
    ahead, against = ([(effect.name, amount) for effect, amount in found if amount * way > 0] for way in (sign, -sign))
    first, amount = ahead[0]
    if abs(amount) >= _DOMINANT * moved:
        return (": nearly all of it, ", Figure(abs(amount)), f", from {phrase(report, first, amount)}.")
    named = [ahead[0], *(each for each in ahead[1:_AHEAD] if abs(each[1]) >= _NAMED * moved)]
    contrary = [each for each in against[:_AGAINST] if abs(each[1]) >= _NAMED * moved]
    less: Said = (", less ", *_listed(report, contrary)) if contrary else ()
    return (": ", *_listed(report, named), *less, ".")


def _listed(report: VarianceReport, effects: Sequence[tuple[str, Decimal]]) -> Iterator[str | Figure]:
    for place, (name, amount) in enumerate(effects):
        if place:
            yield " and " if place == len(effects) - 1 else ", "
        yield Figure(abs(amount))
        yield f" from {phrase(report, name, amount)}"


def phrase(report: VarianceReport, name: str, amount: Decimal) -> str:
    """Return an effect as it stands after ``from``, such as ``one more day`` or ``more credits and refunds``."""
    codes = {each.code for each in report.findings}
    if name == "other" and UNKNOWN & codes and "FM2517" not in codes:
        return "charges whose cost is not known"
    if name == "restatement" and report.before.month == report.after.month:
        return "bills that were restated since"  # its own, beside how it was closed
    if name != "days":
        return _PHRASES[name][amount < 0]
    now, then = (monthrange(each.month.year, each.month.month)[1] for each in (report.after, report.before))
    if not (report.after.is_whole and report.before.is_whole) or now == then or (now > then) != (amount > 0):
        return "days"
    number = abs(now - then)
    count = "one" if number == 1 else f"{number}"
    return f"{count} {'more' if now > then else 'fewer'} {'day' if number == 1 else 'days'}"


def names(report: VarianceReport) -> tuple[str, str]:
    """Return what is looked at and what it is compared with, as sentences call them: ``October``, ``September``."""
    after, before = report.after, report.before
    is_one_year = after.month.year == before.month.year
    now, then = month_name(after.month, year=not is_one_year), month_name(before.month, year=not is_one_year)
    if is_plan(before):
        return now, "planned"
    if is_as_closed(before):
        return now, "at its close" if before.month == after.month else f"{then} at its close"
    return now, then


def is_as_closed(state: State) -> bool:
    """Return whether a state is a month as it was told when it was closed."""
    return state.label.endswith(" as closed")


def is_plan(state: State) -> bool:
    """Return whether a state is what was planned of a month."""
    return state.label.startswith("budget of ")


def label_of(state: State) -> str:
    """Return a state as the heading of a column: ``Oct 2026``, ``Oct 2026 as closed``, ``Budget of Oct 2026``."""
    month = f"{MONTHS[state.month.month - 1][:3]} {state.month.year}"
    return f"Budget of {month}" if is_plan(state) else f"{month}{' as closed' if is_as_closed(state) else ''}"


def month_name(month: date, *, year: bool) -> str:
    """Return the name of a month.

    >>> month_name(date(2026, 10, 1), year=True)
    'October 2026'
    """
    return f"{MONTHS[month.month - 1]} {month.year}" if year else MONTHS[month.month - 1]


def where(members: Members, report: VarianceReport) -> Said:
    """Return who has most of the change; nothing where nobody has any of it.

    Beside a plan the change is what is beyond it: who has no plan, or cost without one, did not cost more than planned.
    """
    named = [each.change for each in members.rows if each.change.member != (None,) and each.change.has_plan]
    is_planned = is_plan(report.before)

    def moved(change: Change) -> Decimal:
        return change.effect("beyond_plan") if is_planned else change.change

    sign = 1 if moved(report.total) >= 0 else -1
    most = sorted((each for each in named if moved(each) * sign > 0), key=lambda each: -abs(moved(each)))[:_AHEAD]
    if not most:
        return ()
    told: list[str | Figure] = [f"By {members.by}: "]
    for place, each in enumerate(most):
        name = each.member[0] or ""
        shown = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
        told += [", " if place else "", Name(shown), " ", Figure(moved(each), "signed")]
    if len(named) == 1:
        return (*told, ".")
    count = sum(moved(each) * sign > 0 for each in named)
    who: Said = (Figure(Decimal(count), "count"), " of ", Figure(Decimal(len(named)), "count"))
    if count == len(named):
        who = ("both",) if count == _BOTH else ("all ", Figure(Decimal(count), "count"))
    return (*told, "; ", *who, f" cost {'more' if sign > 0 else 'less'}{' than planned' if is_planned else ''}.")


def budget_sentence(report: VarianceReport) -> Said:
    """Return what of a budget was kept, in a variance against it, and what cost has no plan."""
    total = report.total
    if not total.has_plan:
        if total.lacks_rate:
            return ("The plan of the month is unknown for want of an exchange rate.",)
        return ("No plan was written for the month.",)
    beyond, unplanned = total.effect("beyond_plan"), total.effect("not_planned")
    known, a_known = (", as far as it is known", "a known") if total.lacks_rate else ("", "a")
    word = "less" if beyond < 0 else "more"
    kept: Said = (Figure(abs(beyond)), *_share(beyond, total.before), f" {word}") if beyond else ("just that",)
    without: Said = (", and ", Figure(unplanned), f" was spent without {a_known} plan") if unplanned else ()
    words = f" {report.currency}{known};{_until(report)} what has a plan cost "
    return ("Planned were ", Figure(total.before), words, *kept, *without, ".")


def without_plan(report: VarianceReport) -> str:
    """Return, as a clause, why there is no plan of anything: nobody wrote one, or it has no exchange rate."""
    if report.total.lacks_rate:
        return "its plan is unknown for want of an exchange rate"
    return "no plan was written for it"


def unit_sentence(units: Sequence[UnitCost]) -> Said:
    """Return the first unit cost that is known, with its change; nothing where none is."""
    for each in units:
        if each.now is not None and each.before:
            return (*unit_said(each), ".")
    return ()


def unit_said(unit: UnitCost) -> Said:
    """Return a unit cost and how it moved, as a clause."""
    metric, change = unit.metric, unit.change
    is_share = metric.format == "percent"
    now: Said = (f"{metric.label}: ", Figure(unit.now, "percent" if is_share else "unit", places_of(unit)))
    unit_text = metric.currency or metric.unit
    now = (*now, f" {unit_text}" if unit_text and not is_share else "")
    if change is None or unit.before is None:
        return now
    if is_share:
        return (*now, ", ", Figure(change, "points"))
    # Of nothing, and of less than nothing, a change is no share.
    return (*now, ", ", Figure(change / unit.before, "signed percent")) if unit.before > 0 else now


def places_of(unit: UnitCost) -> int | None:
    """Return how many digits behind the point a unit cost needs: two, or where it is small four that count."""
    if unit.metric.places is not None or unit.metric.format == "percent":
        return unit.metric.places
    largest = max((abs(each) for each in (unit.now, unit.before) if each), default=Decimal(1))
    return min(max(2, 3 - largest.adjusted()), 12) if largest < 1 else 2
