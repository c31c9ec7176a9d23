"""The product P&L: what products, teams, customers or cohorts earn and cost, period by period, with its proof.

Owns which lines, periods and members are asked for and the order of the steps. The arithmetic is that of
``models/pnl.py``; where amounts come from stands in ``costs.py`` and ``series.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import Problem, UserError, counted, printable
from finmod.ledger.applied import runs, same_charges
from finmod.ledger.delta import damaged
from finmod.ledger.ledger import Ledger
from finmod.models.pnl import Proof, Statement, statement
from finmod.models.pnl_figures import Cell, Member
from finmod.models.pnl_report import OddPlans, PnlReport
from finmod.settings.drivers import read_drivers
from finmod.settings.metric_reading import read_metrics
from finmod.settings.pnl import Pnl, read_pnl
from finmod.settings.project import Project
from finmod.settings.validate import listing
from finmod.taxonomy.reading import has_taxonomy, read_taxonomy
from finmod.terms.findings import Finding
from finmod.workspace.days_told import billed_until, cut_charges, runs_on
from finmod.workspace.pnl.cohorts import Cohorts, read_cohorts, refuse_dimensions
from finmod.workspace.pnl.costs import Books, Costs, cloud_costs, is_target, level_of, unproved
from finmod.workspace.pnl.lines import Lines, read_lines
from finmod.workspace.pnl.periods import Asked, Periods, chosen_periods
from finmod.workspace.pnl.rules import odd_rules, partial_plans
from finmod.workspace.pnl.series import Question, SeriesCells, series_cells

COHORT = "cohort"
_NAMED = 5
_RANK = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True)
class Wanted:
    """What is asked for.

    Attributes:
        by: Dimension or cohort whose members are told; None for all together.
        asked: The periods.
        top: How many of the best members stand alone; None for all.
        bottom: How many of the worst; None as ``top``.
        most: How many of both where neither is given and there are more members than that; None for all.
    """

    by: str | None = None
    asked: Asked = field(default_factory=Asked)
    top: int | None = None
    bottom: int | None = None
    most: tuple[int, int] | None = None


@dataclass(frozen=True)
class _Found:
    """Cells of all lines and plans, not yet of single members.

    Attributes:
        lines: The lines.
        periods: The periods.
        actual: Cells of what was.
        plan: Cells of what was planned.
        series: What is unknown of the lines that drivers have.
        budgets: The same of plans.
    """

    lines: Lines
    periods: Periods
    actual: tuple[Cell, ...]
    plan: tuple[Cell, ...]
    series: SeriesCells
    budgets: SeriesCells

    def statement(self, named: dict[Member, Member] | None = None) -> Statement:
        """Return the statement, of members that are called otherwise where ``named`` says so."""
        lines, planned = self.lines, {each.line for each in self.lines.budgets}
        return statement(
            lines.lines,
            len(self.periods.chosen),
            _renamed(self.actual, named),
            plan=_renamed(self.plan, named),
            planned=planned,
            untold=self.series.untold,
            unplanned=self.budgets.untold,
        )


def make_pnl(project: Project, wanted: Wanted) -> PnlReport:
    """Return the statement that is asked for.

    Raises:
        UserError: Nothing was applied, what is asked for is not there, or pnl.yaml, or what it names, has problems.
    """
    pnl = read_pnl(project.root)
    drivers = read_drivers(project.root)
    ledger = Ledger(project.store)
    with Engine(temp_folder=project.store / "spill") as engine:
        try:
            known = runs(engine, ledger)
            if not known:
                raise UserError(_nothing_applied())
            books = Books(engine, project, ledger, known[-1])
            lines = read_lines(
                engine,
                pnl,
                drivers,
                lambda: read_metrics(project.root, project.currency, drivers),
                books.run.dimensions,
            )
            refuse_dimensions(pnl, books.run)
            periods = chosen_periods(project.calendar, wanted.asked, books.run.months)
            return _made(books, pnl, lines, periods, wanted)
        except EngineError as error:
            raise UserError(damaged(str(error))) from error


def _made(books: Books, pnl: Pnl, lines: Lines, periods: Periods, wanted: Wanted) -> PnlReport:
    cohorts = _cohorts(books, pnl, wanted.by)
    dimension = cohorts.dimension if cohorts else wanted.by
    level = None
    if dimension is not None and not is_target(books.run, dimension):
        level = level_of(books, dimension, pnl.settings.cohorts)
    costs = cloud_costs(books, lines, periods, dimension, level)
    taxonomy = read_taxonomy(books.project.root) if has_taxonomy(books.project.root) else None
    question = Question(books, taxonomy, lines, periods, dimension)
    series, budgets = series_cells(question, lines.series), series_cells(question, lines.budgets, "budget of the line")
    actual = _with_unknown((*costs.cells, *series.cells), series)
    plan = (*_with_unknown(tuple(budgets.cells), budgets), *_unplanned(actual, budgets))
    found = _Found(lines, periods, actual, plan, series, budgets)
    groups, lacking = _grouped(found, cohorts)
    whole = found.statement(groups)
    order, together, others, told = _picked(found, whole, groups, wanted)
    proofs = _of_the_statement(costs.proofs, told, books.project.currency)
    findings = [
        *unproved(proofs), *_standing(books), *lines.findings, *odd_rules(books, pnl, lines, taxonomy),
        *_unclassified(lines, costs, books.project.currency), *costs.findings, *series.findings, *budgets.findings,
        *partial_plans(question, (*costs.cells, *series.cells), budgets),
        *lacking, *_calendar(books, periods), *_without_revenue(told, order, wanted.by, lines),
    ]  # fmt: skip
    return PnlReport(
        project=books.project.name,
        currency=books.project.currency,
        cost=lines.cost,
        version=books.run.version,
        applied_at=books.run.applied_at,
        by=wanted.by,
        grain=periods.grain,
        periods=periods.chosen,
        statement=told,
        order=order,
        others=others,
        together=together,
        proofs=proofs,
        findings=tuple(sorted(findings, key=lambda each: _RANK[each.severity])),
        odd_plans=_odd_plans(budgets, groups),
    )


def _odd_plans(budgets: SeriesCells, groups: dict[Member, Member] | None) -> OddPlans:
    """Return what of plans is odd; members without a group, who have a plan, stand with what is nobody's too."""
    known = {(each.line, each.member) for each in budgets.cells if each.member is not None}
    ungrouped = {line for line, member in known if groups and groups[member] is None}
    unrated = frozenset((line, groups[member] if groups else member) for line, member in budgets.unrated)
    return OddPlans(frozenset(budgets.strange - ungrouped), unrated)


def _of_the_statement(proofs: tuple[Proof, ...], told: Statement, currency: str) -> tuple[Proof, ...]:
    """Return the proofs, of one currency alone by the cells of the statement itself."""
    if [each.currency for each in proofs] != [currency]:
        return proofs
    return (replace(proofs[0], stated=told.stated),)


def _cohorts(books: Books, pnl: Pnl, by: str | None) -> Cohorts | None:
    """Return the cohorts that are asked for by their name, or as the only ones; None where a dimension is."""
    names = [*pnl.settings.cohorts]
    if by is None or by in books.run.dimensions:
        return None
    if by in names:
        return read_cohorts(books.project.root, pnl, by)
    if by != COHORT:
        return None
    if len(names) == 1:
        return read_cohorts(books.project.root, pnl, names[0])
    raise UserError(
        Problem(
            code="FM2331",
            found=f"--by is {COHORT!r}, and pnl.yaml has {'several of them' if names else 'none'}",
            expected=listing(names) if names else "cohorts in pnl.yaml",
            remedy=f"Name one: --by {names[0]}." if names else "Add cohorts: docs/how-to/pnl.md.",
        )
    )


def _with_unknown(cells: tuple[Cell, ...], series: SeriesCells) -> tuple[Cell, ...]:
    """Return cells, with one that is unknown for every member of a period of which nothing is known of a line."""
    if not series.unknown:
        return cells
    members: dict[int, set[Member]] = {}
    for cell in cells:
        members.setdefault(cell.period, {None}).add(cell.member)
    unknown = [
        Cell(line, period, member, None)
        for line, period in sorted(series.unknown)
        for member in members.get(period, {None})
    ]
    return (*cells, *unknown)


def _unplanned(actual: tuple[Cell, ...], budgets: SeriesCells) -> Iterator[Cell]:
    """Yield a cell for each plan that a member lacks in a period: what nobody planned is unknown of it, not 0."""
    planned = {(cell.line, cell.period, cell.member) for cell in budgets.cells}
    places = dict.fromkeys((cell.period, cell.member) for cell in actual)
    for line in sorted(budgets.told):
        for period, member in places:
            if (line, period, member) not in planned:
                yield Cell(line, period, member, None, is_alone=True)


def _renamed(cells: Iterable[Cell], named: dict[Member, Member] | None) -> Iterator[Cell]:
    for cell in cells:
        if named is None:
            yield cell
        else:
            yield replace(cell, member=named[cell.member])


def _grouped(found: _Found, cohorts: Cohorts | None) -> tuple[dict[Member, Member] | None, list[Finding]]:
    """Return member -> group, and what is said of members without one; no groups where none are asked for."""
    if cohorts is None:
        return None, []
    members = {cell.member for cells in (found.actual, found.plan) for cell in cells}
    groups: dict[Member, Member] = {each: cohorts.groups.get(each or "") for each in members}
    lacking = sorted(each for each in members if each is not None and groups[each] is None)
    if not lacking:
        return groups, []
    shown = ", ".join(repr(printable(each, 40)) for each in lacking[:_NAMED])
    more = f" and {len(lacking) - _NAMED:,} more" if len(lacking) > _NAMED else ""
    message = (
        f"The cohorts {printable(cohorts.name, 40)} have no group of {shown}{more}: what they have stands with what is "
        f"nobody's. Add them to {printable(cohorts.file, 80)}."
    )
    return groups, [Finding(code="FM2322", severity="warning", message=message, where=cohorts.file)]


def _picked(
    found: _Found, whole: Statement, groups: dict[Member, Member] | None, wanted: Wanted
) -> tuple[tuple[Member, ...], Member, int, Statement]:
    """Return the members as they are shown, what others are called and how many they are, and the statement of them."""
    ranked = whole.ranked()
    nobody: list[Member] = [None] if None in whole.members else []
    top, bottom = wanted.top, wanted.bottom
    if top is None and bottom is None and wanted.most and len(ranked) > sum(wanted.most):
        top, bottom = wanted.most
    if top is None and bottom is None:
        return (*ranked, *nobody), None, 0, whole
    best = ranked[: top or 0]
    worst = ranked[max(len(ranked) - (bottom or 0), len(best)) :]
    others = ranked[len(best) : len(ranked) - len(worst)]
    if len(others) <= 1:  # one that stands alone needs no other name
        return (*ranked, *nobody), None, 0, whole
    label = f"{len(others):,} others"
    while label in whole.members:  # a member may be called so
        label += "*"
    named: dict[Member, Member] = {each: each for each in whole.members} | dict.fromkeys(others, label)
    through = named if groups is None else {member: named[group] for member, group in groups.items()}
    return (*best, label, *worst, *nobody), label, len(others), found.statement(through)


def _standing(books: Books) -> list[Finding]:
    """Return what is said where the ledger has more than what was allocated."""
    head = books.ledger.head(books.engine)
    then = books.ledger.at(books.engine, books.run.ledger_version)
    if head.version == then.version or same_charges(head, then):
        return []
    message = (
        f"The statement stands on allocation {books.run.version}, made of version {books.run.ledger_version} of the "
        f"ledger, which has version {head.version} now: what came since is not in it. Look at it with: finmod plan; "
        "then: finmod apply."
    )
    return [Finding(code="FM2319", severity="warning", message=message)]


def _unclassified(lines: Lines, costs: Costs, currency: str) -> list[Finding]:
    if not lines.unclassified or not costs.unclassified:
        return []
    message = (
        "No rule of pnl.yaml takes these charges, and it names no line of what is left: they are cost of sales. Name "
        "one: default: {name: Cloud hosting, section: cogs}."
    )
    return [
        Finding(
            code="FM2311", severity="warning", message=message, amount=costs.unclassified, currency=currency,
            measure=lines.cost,
        )
    ]  # fmt: skip


def _calendar(books: Books, periods: Periods) -> list[Finding]:
    found = []
    drifts = periods.calendar.drifts_from(periods.first, periods.end) if periods.by_day else None
    if drifts:
        message = (
            f"The calendar of weeks drifts: from {drifts.label} on, which begins on {drifts.first}, years start more "
            "than 7 days beside their month. Give the year before a 53rd week: years_of_53_weeks in finmod.yaml."
        )
        found.append(Finding(code="FM2320", severity="warning", message=message, where="finmod.yaml"))
    lacking = [month for month in periods.months() if month not in books.run.months]
    if lacking:
        shown = ", ".join(f"{month:%Y-%m}" for month in lacking[:_NAMED])
        more = f" and {len(lacking) - _NAMED} more" if len(lacking) > _NAMED else ""
        message = (
            f"There are no charges of {shown}{more}, which the periods have days of: they and their totals tell of "
            "the other months alone, of drivers too. Load the bills, then: finmod apply."
        )
        found.append(Finding(code="FM2321", severity="warning", message=message))
    if periods.by_day:
        found += cut_charges(books.engine, books.ledger, books.run, periods.chosen, books.project.currency)
        found += runs_on(billed_until(books.engine, books.ledger, books.run), periods.chosen)
    return found


def _without_revenue(told: Statement, order: Sequence[Member], by: str | None, lines: Lines) -> list[Finding]:
    """Return what is said of members whose revenue is known and not above 0: they have no margin."""
    if not any(line.section == "revenue" for line in lines.lines):
        return []
    zero = Decimal(0)
    revenues = {each: told.whole[each].actual.revenue for each in order if each is not None} if by else {}
    if not by:
        revenues = {"the company": told.total.actual.revenue}
    return [
        *_no_margin([each for each, amount in revenues.items() if amount == zero], "no revenue"),
        *_no_margin([each for each, amount in revenues.items() if amount is not None and amount < zero],
                    "less revenue than was given back"),
    ]  # fmt: skip


def _no_margin(members: Sequence[str], what: str) -> list[Finding]:
    if not members:
        return []
    shown = ", ".join(printable(each, 40) for each in members[:_NAMED])
    more = f" and {counted(len(members) - _NAMED, 'other')}" if len(members) > _NAMED else ""
    message = f"Margins of {shown}{more} are unknown: there is {what}, and a share of that says nothing."
    return [Finding(code="FM2317", severity="info", message=message)]


def _nothing_applied() -> Problem:
    return Problem(
        code="FM2330",
        found="no allocation was applied yet",
        expected="one that a statement can stand on",
        remedy="See what the rules give with: finmod plan; make it the books' with: finmod apply.",
    )
