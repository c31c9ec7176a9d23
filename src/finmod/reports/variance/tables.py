"""The tables of the page: which rows, which columns, and what stands together because it is small.

Owns the choice; how a table looks is told by the template, by ``markdown.py``, or by exports.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from finmod.errors import counted
from finmod.models.variance.headline import label_of
from finmod.models.variance.headline import places_of as places_of_unit
from finmod.models.variance.page import (
    Budget,
    Causes,
    Figure,
    Member,
    Members,
    Said,
    Savings,
    UnitCost,
    VariancePage,
    ranked_effects,
)
from finmod.models.variance.report import Change, nobody, together
from finmod.reports.charts.drawing import Chart
from finmod.reports.charts.labels import clean
from finmod.reports.variance.figures import NO_BREAK, cleaned, ended, name_of, sentence
from finmod.terms.money import known_sum

_NOTHING: Final = Decimal(0)
_MAIN, _SMALL = 2, Decimal("0.05")
# A last row of one other would take as much room as the member itself.
_LEAST_OTHERS: Final = 2
_BUDGETED: Final = 8

Cell = Said | Chart
Role = Literal["", "total", "rest"]


@dataclass(frozen=True)
class Head:
    """The heading of a column.

    Attributes:
        text: Of the heading.
        is_number: Whether its cells are numbers.
        needs_room: Whether it is left out where there is little; ``note`` then stands below a row's name.
        is_note: Whether its cells are that note.
    """

    text: str
    is_number: bool = False
    needs_room: bool = False
    is_note: bool = False


def number_head(text: str, *, needs_room: bool = False) -> Head:
    """Return the heading of a column of numbers."""
    return Head(text, is_number=True, needs_room=needs_room)


@dataclass(frozen=True)
class Row:
    """A row of a table."""

    cells: tuple[Cell, ...]
    role: Role = ""


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        caption: What it shows.
        heads: Its columns.
        rows: As many cells each; the first one is the name of the row.
    """

    caption: str
    heads: tuple[Head, ...]
    rows: tuple[Row, ...]


def share_of(amount: Decimal, whole: Decimal, *, fresh: bool = False) -> Said:
    """Return a change as a share; of nothing it is new, and of less than nothing it is none."""
    if whole > 0:
        return (Figure(amount / whole, "signed percent"),)
    return ("new",) if fresh and amount and not whole else ("",)


def before_of(change: Change) -> Said:
    """Return what was before, or that nobody planned it or knows its plan."""
    return (Figure(change.before),) if change.has_plan else (change.without_plan,)


def effects_table(page: VariancePage) -> Table:
    """Return every effect that is not 0, between what was and what is."""
    report, total = page.report, page.report.total
    rows = [Row(((label_of(report.before),), before_of(total), ("",), ("",)), "total")]
    for effect, amount in ranked_effects(total):
        cells = ((effect.title,), (Figure(amount, "signed"),), share_of(amount, total.before), (effect.meaning,))
        rows.append(Row(cells))
    change = share_of(total.change, total.before, fresh=total.is_new)
    rows += [
        Row((("Change",), (Figure(total.change, "signed"),), change, ("",)), "total"),
        Row(((label_of(report.after),), (Figure(total.after),), ("",), ("",)), "total"),
    ]
    heads = (Head("Effect"), number_head(report.currency), number_head("of before"), Head("What it is", is_note=True))
    return Table("Every effect: they sum to the change, to the last digit", heads, tuple(rows))


def members_table(page: VariancePage, members: Members, charts: Sequence[Chart | None], most: int) -> Table:
    """Return members with their trend, what they cost, and what changed it mainly; the smallest changes together.

    Args:
        page: Whose.
        members: All of them.
        charts: One per member; None where no chart is there.
        most: Rows at most, beside what is nobody's and all.
    """
    report = page.report
    named = [each for each in members.rows if each.change.member != (None,)]
    nobodys = [each for each in members.rows if each.change.member == (None,)]
    shown = len(named) if len(named) < most + _LEAST_OTHERS else most
    pictures = dict(zip((id(each) for each in members.rows), charts, strict=True))
    rows = [_member(each.change, members.by, pictures[id(each)]) for each in named[:shown]]
    if named[shown:]:
        rows.append(_summed(f"{len(named) - shown:,} others", named[shown:], "rest"))
    rows += [_member(each.change, members.by, pictures[id(each)]) for each in nobodys]
    rows.append(_row("All", report.total, (), "total"))
    heads = (
        Head(heading(members.by)), Head(counted(len(page.months), "month"), needs_room=True),
        number_head(label_of(report.before), needs_room=True), number_head(label_of(report.after)),
        number_head("Change"), number_head("%"), Head("Mainly", is_note=True),
    )  # fmt: skip
    caption = f"EffectiveCost in {report.currency}, and the effects that changed it most"
    if any(charts):
        return Table(caption, heads, tuple(rows))
    without = tuple(Row((*row.cells[:1], *row.cells[2:]), row.role) for row in rows)
    return Table(caption, (*heads[:1], *heads[2:]), without)


def budget_table(page: VariancePage, budget: Budget) -> Table:
    """Return members with what was planned, what they cost, and which part of that has a plan: the % is of that."""
    members = [each.change for each in budget.members.rows] if budget.members else []
    by = budget.members.by if budget.members else ""
    named = [each for each in members if each.member != (None,)]
    shown = len(named) if len(named) < _BUDGETED + _LEAST_OTHERS else _BUDGETED
    rows = [_planned(name_of(each.member[0], ""), each) for each in named[:shown]]
    if named[shown:]:
        rows.append(_planned(f"{len(named) - shown:,} others", together(named[shown:]), "rest"))
    rows += [_planned(nobody(by), each) for each in members if each.member == (None,)]
    rows.append(_planned("All", budget.report.total, "total"))
    heads = (
        Head(heading(by)), number_head("Planned", needs_room=True), number_head(label_of(page.report.after)),
        number_head("Beyond plan"), number_head("%"), number_head("Without a plan"),
    )  # fmt: skip
    return Table(f"EffectiveCost in {page.report.currency} beside the plans of pnl.yaml", heads, tuple(rows))


def _planned(name: str, change: Change, role: Role = "") -> Row:
    beyond, unplanned = change.effect("beyond_plan"), change.effect("not_planned")
    moved: tuple[Said, Said] = (("",), ("",))
    if change.has_plan:
        moved = (Figure(beyond, "signed"),), share_of(beyond, change.before)
    without: Said = (Figure(unplanned),) if unplanned else ("",)
    return Row(((name,), before_of(change), (Figure(change.after),), *moved, without), role)


def heading(word: str) -> str:
    """Return a dimension or word as a heading."""
    return name_of(word[:1].upper() + word[1:], "")


def _sum(amounts: Iterator[Decimal] | Sequence[Decimal]) -> Decimal:
    return known_sum(amounts) or _NOTHING


def _summed(name: str, members: Sequence[Member], role: Role) -> Row:
    return _row(name, together([each.change for each in members]), (), role)


def _member(change: Change, by: str, chart: Chart | None) -> Row:
    return _row(name_of(change.member[0], nobody(by)), change, chart or (), "")


def _row(name: str, change: Change, chart: Cell, role: Role) -> Row:
    return Row(
        (
            (name,), chart or ("",), before_of(change), (Figure(change.after),),
            (Figure(change.change, "signed"),), share_of(change.change, change.before, fresh=change.is_new),
            mainly(change),
        ),
        role,
    )  # fmt: skip


def mainly(change: Change) -> Said:
    """Return the largest effects of a change, those that matter."""
    moved = _sum([abs(each) for each in change.effects])
    told: Said = ()
    for effect, amount in ranked_effects(change)[:_MAIN]:
        if abs(amount) >= _SMALL * moved:
            # Where every row says it, its long title would take the room of the others.
            name = effect.name if effect.name == "days" else effect.title.lower()
            told = sentence(told, ", " if told else "", f"{name}{NO_BREAK}", Figure(amount, "signed"))
    return told


def units_table(page: VariancePage, charts: Sequence[Chart | None]) -> Table:
    """Return unit costs of both months, with their change and whether it is a good one.

    Of a budget, or of a month as it was closed, nothing is known of units: then there is one month alone.
    """
    has_before = any(each.before is not None for each in page.units)
    rows = [Row(_unit(each, chart, has_before=has_before)) for each, chart in zip(page.units, charts, strict=True)]
    before = [number_head(label_of(page.report.before), needs_room=True)] if has_before else []
    change = [number_head("Change"), Head("That is")] if has_before else []
    heads = (
        Head("Unit cost"), Head(counted(len(page.months), "month"), needs_room=True), *before,
        number_head(label_of(page.report.after)), *change,
    )  # fmt: skip
    return Table("Cost divided by what it is spent on", heads, tuple(rows))


def _unit(unit: UnitCost, chart: Chart | None, *, has_before: bool) -> tuple[Cell, ...]:
    metric, places = unit.metric, places_of_unit(unit)
    is_share = metric.format == "percent"
    kind: Literal["percent", "unit"] = "percent" if is_share else "unit"
    change: Said = ("",)
    if unit.change is not None and is_share:
        change = (Figure(unit.change, "points"),)
    elif unit.change is not None and unit.before is not None and unit.before > 0:
        change = (Figure(unit.change / unit.before, "signed percent"),)
    name = name_of(metric.label, "") + (f", {name_of(metric.currency, '')}" if metric.currency else "")
    now = (Figure(unit.now, kind, places),)
    if not has_before:
        return (name,), chart or ("",), now
    verdict = {True: "better", False: "worse", None: ""}[unit.is_better]
    return (name,), chart or ("",), (Figure(unit.before, kind, places),), now, change, (verdict,)


def causes_table(page: VariancePage, causes: Causes) -> Table:
    """Return root causes with their evidence, then what else changed: together they are the change."""
    rows = [
        Row(((name_of(each.what, "", longest=240),), (Figure(each.amount, "signed"),),
             (Figure(each.share, "percent"),) if each.share is not None else ("",),
             listed(each.evidence)))
        for each in causes.rows
    ]  # fmt: skip
    rows += [Row((name, (Figure(amount, "signed"),), ("",), ("",)), "rest") for name, amount in causes.rest]
    rows.append(Row((("Change",), (Figure(page.report.total.change, "signed"),), ("",), ("",)), "total"))
    heads = (Head("Cause"), number_head(page.report.currency), number_head("of the change"),
             Head("Evidence", is_note=True))  # fmt: skip
    caption = "What moved unlike the rest" if causes.rows else "Nothing moved unlike the rest"
    return Table(caption, heads, tuple(rows))


def listed(clauses: Sequence[Said]) -> Said:
    """Return clauses as one sentence; names in them are made harmless."""
    told: Said = ()
    for clause in clauses:
        told = sentence(told, "; " if told else "", tuple(cleaned(clause)))
    return told


def savings_table(page: VariancePage, savings: Savings) -> Table:
    """Return potential savings, of a month or of the days told, the largest first, then the others together."""
    rows = [
        Row(((f"{each.title}: {name_of(each.what, '')}",), (Figure(each.amount),), (Figure(each.cash),),
             (name_of(each.owner, "nobody named"),), (f"{each.how}; effort {each.effort}",)))
        for each in savings.rows
    ]  # fmt: skip
    if savings.left:
        name = sentence(Figure(Decimal(savings.left), "count"), " other" if savings.left == 1 else " others")
        name = sentence(name, _lacking(savings.left_unknown, savings.left))
        rows.append(Row((name, *((Figure(each),) for each in savings.others), ("",), ("",)), "rest"))
    name = sentence("All", _lacking(savings.unknown, savings.candidates))
    rows.append(Row((name, (Figure(savings.amount),), (Figure(savings.cash),), ("",), ("",)), "total"))
    span, whole = (", of the days told", "days told") if savings.is_of_some_days else (" a month", "month")
    heads = (Head("Potential saving"), number_head(f"{page.report.currency}{span}"), number_head("of it cash"),
             Head("Owner", needs_room=True), Head("How sure", is_note=True))  # fmt: skip
    return Table(f"What could be saved of the {whole}; nothing of it is saved twice", heads, tuple(rows))


def _lacking(unknown: int, every: int) -> Said:
    """Return how many of those whose sum is known have no amount."""
    return (", ", Figure(Decimal(unknown), "count"), " without an amount") if 0 < unknown < every else ()


def savings_tile(page: VariancePage, savings: Savings) -> tuple[Said, Said]:
    """Return what could be saved in all; and what of it is cash, of how many, and how many have no amount."""
    candidates = (
        Figure(Decimal(savings.candidates), "count"), " candidate" if savings.candidates == 1 else " candidates",
    )  # fmt: skip
    if savings.amount is None:
        lacking = ", without an amount" if savings.candidates == 1 else ", none of them with an amount"
        return (Figure(None),), (*candidates, lacking)
    span = "of the days told" if savings.is_of_some_days else "a month"
    below = sentence(f"{span}, ", Figure(savings.cash), " of it cash; ", candidates)
    whole = Figure(savings.amount), f" {page.report.currency}"
    return whole, sentence(below, _lacking(savings.unknown, savings.candidates))


def savings_notes(savings: Savings) -> tuple[str, ...]:
    """Return what must be known before amounts of savings are believed."""
    return tuple(ended(clean(each.message)) for each in savings.findings)
