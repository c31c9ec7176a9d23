"""What pnl.yaml says that meets nothing, or not all: rules that take no charge, budgets of some members alone.

Owns the comparison of rules with the taxonomy and the applied allocation, and of plans with what they are compared to.
Globs and patterns are not compared as texts are: whether they take a charge is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from finmod.engines.duckdb import identifier
from finmod.errors import counted, near, printable
from finmod.marts.monthly import allocated_months
from finmod.models.pnl_figures import Cell
from finmod.settings.pnl import COLUMNS, Pnl
from finmod.settings.validate import listing
from finmod.taxonomy.definition import Taxonomy
from finmod.taxonomy.patterns import is_pattern
from finmod.terms.findings import Finding
from finmod.workspace.pnl.costs import Books, cloud_costs
from finmod.workspace.pnl.lines import Lines, Series
from finmod.workspace.pnl.series import Question, SeriesCells, series_cells

_NAMED = 5
_POOL = "x_Pool"


@dataclass(frozen=True)
class _Looked:
    """A text that a rule looks for, and that is no pattern.

    Attributes:
        rule: Place of the rule.
        name: Of its line.
        subject: Dimension or column.
        text: The text.
        place: ``file:line:column``.
    """

    rule: int
    name: str
    subject: str
    text: str
    place: str


def odd_rules(books: Books, pnl: Pnl, lines: Lines, taxonomy: Taxonomy | None) -> list[Finding]:
    """Return what is said of rules that look for what is not there, or that take no charge in any month.

    Args:
        books: Has the rows of the applied allocation.
        pnl: Has the rules.
        lines: Has them as SQL.
        taxonomy: Has the values of dimensions; None where there is none: any text may be one.
    """
    if not lines.rules:
        return []
    rows = allocated_months(books.engine, books.ledger, books.run, books.project.currency)

    @cache
    def texts_of(column: str) -> list[str]:
        name = identifier(column)
        found = books.engine.rows(f"SELECT DISTINCT {name} FROM {rows} WHERE {name} IS NOT NULL ORDER BY 1")
        return [text for (text,) in found]

    looked = [*_looked(pnl)]
    strange = [each for each in looked if each.subject == _POOL and not _has(texts_of(_POOL), each.text)]
    named = [
        *_unknown_values(looked, taxonomy, books.run.dimensions),
        *((each.rule, _no_pool(each, texts_of(_POOL), books.run.version)) for each in strange),
    ]
    told = {rule for rule, _ in named}
    found = [finding for _, finding in named]
    for rule, (is_met, is_taking) in enumerate(_taken(books, lines, rows)):
        if is_taking or rule in told:
            continue
        own = [each for each in looked if each.rule == rule and each.subject in COLUMNS]
        hints = (near(each.text, texts_of(each.subject)) for each in own if not _has(texts_of(each.subject), each.text))
        found.append(_idle(pnl, rule, next(filter(None, hints), None), books.run.version, is_met=is_met))
    return found


def _unknown_values(
    looked: Sequence[_Looked], taxonomy: Taxonomy | None, dimensions: Mapping[str, str]
) -> Iterator[tuple[int, Finding]]:
    """Yield place of the rule, and what is said of a text that is no value of its dimension."""
    columns = {column: name for name, column in dimensions.items()}
    for each in looked:
        subject = columns.get(each.subject, each.subject)
        dimension = taxonomy.dimensions.get(subject) if taxonomy and subject in dimensions else None
        if dimension is None or dimension.values is None or _has(dimension.values, each.text):
            continue
        close = near(each.text, dimension.values)
        hint = f"Did you mean {close!r}?" if close else f"Name one of taxonomy.yaml, as {subject} is called there."
        message = (
            f"The rule of the line {printable(each.name, 60)!r} looks for {printable(each.text, 60)!r}, which is no "
            f"value of {subject}: no charge has it. {hint}"
        )
        yield each.rule, Finding(code="FM2328", severity="warning", message=message, where=each.place)


def _has(texts: Iterable[str], text: str) -> bool:
    """Return whether a text is among others, whatever the case, as rules match."""
    return text.casefold() in map(str.casefold, texts)


def _no_pool(looked: _Looked, pools: Sequence[str], version: int) -> Finding:
    close = near(looked.text, pools)
    there = (
        f"Its pools are {listing(pools[:_NAMED], 'and')}{_more(len(pools))}."
        if pools
        else "That allocation has no pools."
    )
    message = (
        f"The rule of the line {printable(looked.name, 60)!r} looks for {printable(looked.text, 60)!r}, which is no "
        f"pool of allocation {version} that has charges. {f'Did you mean {close!r}?' if close else there}"
    )
    return Finding(code="FM2328", severity="warning", message=message, where=looked.place)


def _taken(books: Books, lines: Lines, rows: str) -> list[tuple[bool, bool]]:
    """Return of each rule whether any charge meets its conditions, and whether it takes any: rules above take first."""
    cases = "".join(f"WHEN {condition} THEN {at} " for at, (condition, _) in enumerate(lines.rules))
    told = ", ".join(
        f"coalesce(bool_or({condition}), false), coalesce(bool_or(rule = {at}), false)"
        for at, (condition, _) in enumerate(lines.rules)
    )
    (found,) = books.engine.rows(f"SELECT {told} FROM (SELECT *, CASE {cases}END AS rule FROM {rows})")
    return [*zip(found[::2], found[1::2], strict=True)]


def _idle(pnl: Pnl, rule: int, close: str | None, version: int, *, is_met: bool) -> Finding:
    remedy = f"Did you mean {printable(close, 60)!r}?" if close else "Correct them, unless such charges are to come."
    why = f"nothing meets its conditions. {remedy}"
    if is_met:
        why = "rules above it take what it looks for. Put it above them, or take it out."
    message = (
        f"The rule of the line {printable(pnl.settings.cloud[rule].name, 60)!r} takes no charge in any month of "
        f"allocation {version}: {why}"
    )
    return Finding(code="FM2329", severity="warning", message=message, where=pnl.place("cloud", rule, "when"))


def _looked(pnl: Pnl) -> Iterator[_Looked]:
    """Yield each text that a rule looks for and that is no pattern; what it must not be may be nowhere."""
    for at, line in enumerate(pnl.settings.cloud):
        for subject, condition in line.when.items():
            for text in condition.any:
                if not is_pattern(text):
                    yield _Looked(at, line.name, subject, text, pnl.place("cloud", at, "when", subject))


def partial_plans(question: Question, actual: Sequence[Cell], budgets: SeriesCells) -> list[Finding]:
    """Return what is said of budgets that only some of the members have that the line has amounts of.

    Args:
        question: What is asked.
        actual: Cells of what was, by the dimension that is asked for.
        budgets: Those of what was planned.
    """

    @cache
    def was(by: str) -> Sequence[Cell]:
        if by == question.by:
            return actual
        budgeted = {each.line for each in question.lines.budgets}
        own = [each for each in question.lines.series if each.line in budgeted]
        cells: list[Cell] = series_cells(replace(question, by=by), own).cells
        if any(question.lines.lines[line].is_cloud for line in budgeted):
            cells += cloud_costs(question.books, question.lines, question.periods, by, None).cells
        return cells

    found = []
    for series in question.lines.budgets:
        by = _told_by(question, series)
        if by is None:
            continue
        plan = budgets.cells if by == question.by else series_cells(replace(question, by=by), [series]).cells
        planned, all_of_it = _members(plan, series.line, is_plan=True), _members(was(by), series.line)
        groups = [
            (frozenset(planned.get(place, ())), frozenset(members - planned.get(place, set())), place)
            for place, members in sorted(all_of_it.items())
            if (series.line, place) not in budgets.unknown and members - planned.get(place, set())
        ]
        if groups:
            found.append(_partial(question, series, by, groups))
    return found


def _told_by(question: Question, series: Series) -> str | None:
    """Return the dimension whose members a plan is compared by: the one asked for, or one that costs are allocated to.

    None where the plan is told by neither.
    """
    names = [question.by] if question.by else []
    names += question.books.run.dimensions
    return next((name for name in names if name in series.driver.settings.by), None)


def _members(cells: Sequence[Cell], line: int, *, is_plan: bool = False) -> dict[int, set[str]]:
    """Return period -> members that have an amount of a line; of a plan 0 is one too."""
    found: dict[int, set[str]] = {}
    for cell in cells:
        if cell.line == line and cell.member is not None and (is_plan or cell.amount != 0):
            found.setdefault(cell.period, set()).add(cell.member)
    return found


def _partial(
    question: Question, series: Series, by: str, groups: Sequence[tuple[frozenset[str], frozenset[str], int]]
) -> Finding:
    """Return what is said of one budget: of the members that most periods lack, and of how many periods else."""
    (planned, lacking), _ = Counter((planned, lacking) for planned, lacking, _ in groups).most_common(1)[0]
    labels = [question.periods.chosen[each[2]].label for each in groups if each[:2] == (planned, lacking)]
    others = len(groups) - len(labels)
    shown = ", ".join(printable(each, 40) for each in sorted(planned)[:_NAMED]) + _more(len(planned))
    lack = ", ".join(printable(each, 40) for each in sorted(lacking)[:_NAMED]) + _more(len(lacking))
    also = f", and of some alone in {counted(others, 'other period')}" if others else ""
    message = (
        f"The budget of the line {printable(question.lines.lines[series.line].name, 60)!r} is of {len(planned):,} of "
        f"{counted(len(planned | lacking), by)} alone in {', '.join(labels[:_NAMED])}{_more(len(labels))}{also}"
        f"{f': {shown}' if planned else ''}. What was planned of {lack} is unknown, and the variance of all together "
        f"compares the whole line with the plan of some. Add them to the driver {series.driver.name}, 0 where nothing "
        "was planned."
    )
    return Finding(code="FM2337", severity="warning", message=message, where=series.place)


def _more(count: int) -> str:
    return f" and {count - _NAMED:,} more" if count > _NAMED else ""
