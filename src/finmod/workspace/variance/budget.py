"""The variance against a budget: allocated cost of a month beside the plans of pnl.yaml, by member.

Owns which plans are compared, and by which dimension each is told. What is asked for by another one is refused: what
was planned of its members nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError, printable
from finmod.ledger.applied import runs
from finmod.ledger.closes import closes
from finmod.ledger.ledger import Ledger
from finmod.models.pnl_report import PnlReport
from finmod.models.variance.report import Change, Proof, State, VarianceReport, exact_sum, together
from finmod.settings.drivers import read_drivers
from finmod.settings.pnl import PnlFile, read_pnl
from finmod.settings.project import Project
from finmod.settings.validate import listing
from finmod.terms.findings import Finding, codes
from finmod.workspace.names import chosen_months
from finmod.workspace.pnl.periods import Asked
from finmod.workspace.pnl.statement import COHORT, make_pnl
from finmod.workspace.pnl.statement import Wanted as PnlWanted
from finmod.workspace.variance.findings import lacking_days
from finmod.workspace.variance.plans import Compared
from finmod.workspace.variance.states import standing
from finmod.workspace.variance.told import Told, told_of
from finmod.workspace.variance.wanted import Wanted

_COST: Final = "EffectiveCost"
# Margins and what is earned are no matter of a variance; what has no plan is said of each line in its own words.
_OF_STATEMENTS: Final = frozenset({"FM2315", "FM2317", "FM2337"})
_NAMED: Final = 5
_RANK: Final = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True)
class _Looked:
    """The month that is looked at.

    Attributes:
        month: Its first day.
        ledger_version: State of the ledger that was allocated last.
        dimensions: That costs are allocated to.
        told: How much of the month bills tell.
    """

    month: date
    ledger_version: int
    dimensions: tuple[str, ...]
    told: Told


@dataclass(frozen=True)
class _Told:
    """Of a line with a plan, what that is told by.

    Attributes:
        names: Every dimension.
        first: The one that it is compared by: which all plans are told by, or else the first of its own; None where it
            is planned for all together.
    """

    names: tuple[str, ...]
    first: str | None


def budget_variance(project: Project, wanted: Wanted) -> VarianceReport:
    """Return how a month's cost differs from its plans.

    The total is made line by line, of each by what its plan is told by, so that it is the same whatever is asked by.

    Raises:
        UserError: pnl.yaml has no budget of cloud cost or is of another cost, what is asked by is more than one
            dimension or none that every plan is told by, or as ``make_pnl``.
    """
    _refuse(project, wanted.by)
    looked = _looked(project, wanted)
    told = _told_by(project, looked.dimensions)
    statements: dict[str | None, PnlReport] = {}

    def compared(by: str | None, names: Sequence[str] | None = None) -> Compared:
        if by not in statements:
            statements[by] = make_pnl(project, PnlWanted(by, Asked(period=f"{looked.month:%Y-%m}")))
        return Compared.of(statements[by], f"{looked.month:%Y-%m}", names)

    asked = compared(wanted.by[0]) if wanted.by else None
    main = next((each.first for each in told.values() if each.first), None)
    whole = compared(main)
    if not whole.has_plans:
        raise UserError(_no_budget(whole.names))
    # What has no plan stands with those that most is told by.
    owners = {name: told[name].first if name in told else main for name in whole.names}
    parts = [
        compared(by, [name for name in whole.names if owners[name] == by]) for by in dict.fromkeys(owners.values())
    ]
    total = together([part.total() for part in parts])
    rows = asked.rows() if asked else []
    if asked:
        _refuse_apart(project, wanted.by[0], told)
        _refuse_other_sums(wanted.by[0], main, rows, total)
    return _report(project, wanted, looked, (whole.found, rows, total), parts)


def _report(
    project: Project, wanted: Wanted, looked: _Looked, made: tuple[PnlReport, list[Change], Change],
    parts: Sequence[Compared],
) -> VarianceReport:  # fmt: skip
    found, rows, total = made
    label, month = f"{looked.month:%Y-%m}", looked.month
    until = min(looked.told.until.values(), default=None)
    findings = [
        *_partial(looked),
        *(each for part in parts for each in part.found.findings if each.code not in _OF_STATEMENTS),
        *(each for part in parts for each in (*part.unknown(), *part.without_plan())),
        *_without_budget([each for part in parts for each in part.without_budget()], project.currency),
    ]
    # What two statements say is said once.
    findings = [*{(each.code, each.message): each for each in findings}.values()]
    return VarianceReport(
        project=project.name,
        currency=project.currency,
        before=State(f"budget of {label}", month, looked.ledger_version),
        after=State(label, month, looked.ledger_version, found.version, found.applied_at, until),
        by=wanted.by,
        rows=tuple(rows),
        total=replace(total, member=()),
        proofs=tuple(Proof(1, each.currency, each.ledger, each.stated) for each in found.proofs),
        findings=tuple(sorted(findings, key=lambda each: _RANK[each.severity])),
    )


def _looked(project: Project, wanted: Wanted) -> _Looked:
    with Engine(temp_folder=project.store / "spill") as engine:
        ledger = Ledger(project.store)
        known = runs(engine, ledger)
        now, there = standing(engine, ledger, known)
        month = chosen_months(there, wanted.period, 0)[0]
        closed = closes(engine, ledger, ledger.head(engine)).of(month)
        told = told_of(engine, ledger, now, month, closed=closed is not None)
    return _Looked(month, now.version, tuple(known[-1].dimensions) if known else (), told)


def _partial(looked: _Looked) -> Iterator[Finding]:
    """Yield what is said of a month that is not told whole: a plan of all of it stands beside the cost of some days."""
    if looked.told.until:
        told = listing([f"{printable(source, 40)} until {day}" for source, day in looked.told.until.items()], "and")
        message = (
            f"Plans are of the whole month, and bills tell {looked.month:%Y-%m} not whole: {told}. What is below plan "
            "may still come"
        )
        yield Finding(code="FM2522", message=message, severity=codes()["FM2522"].severity)
    yield from lacking_days(f"{looked.month:%Y-%m}", looked.told)


def _without_budget(costs: Sequence[tuple[str, Decimal]], currency: str) -> Iterator[Finding]:
    """Yield that pnl.yaml names no budget of some lines, the dearest first."""
    if costs:
        ranked = sorted(costs, key=lambda each: (-abs(each[1]), each[0]))
        named = [f"{printable(name, 60)!r} ({cost:,.2f} {currency})" for name, cost in ranked[:_NAMED]]
        more = [f"{len(ranked) - _NAMED:,} more"] if len(ranked) > _NAMED else []
        word, they = ("line", "it") if len(ranked) == 1 else ("lines", "they")
        lines = f"the {word} {listing([*named, *more], 'and')}"
        message = f"No budget is named for {lines}: what {they} cost is told as not planned"
        yield Finding(
            code="FM2523", message=message, severity=codes()["FM2523"].severity, measure=_COST,
            amount=exact_sum(cost for _, cost in ranked), currency=currency,
        )  # fmt: skip


def has_budget(project: Project) -> bool:
    """Return whether pnl.yaml names the plan of a line of cloud cost.

    Raises:
        UserError: pnl.yaml has problems.
    """
    return bool(_planned(read_pnl(project.root).settings))


def _planned(pnl: PnlFile) -> dict[str, str]:
    """Return cloud line -> driver of its plan."""
    others = {*(each.name for each in pnl.revenue), *(each.name for each in pnl.other)}
    return {name: each.driver for name, each in pnl.budget.items() if name not in others}


def planned_by(project: Project, dimensions: Sequence[str]) -> str | None:
    """Return the first of some dimensions that every plan of cloud cost is told by; None where there is none.

    Raises:
        UserError: pnl.yaml or drivers.yaml has problems.
    """
    return _common([*_names_of_plans(project).values()], dimensions)


def _common(plans: Sequence[Sequence[str]], dimensions: Sequence[str]) -> str | None:
    return next((each for each in dimensions if plans and all(each in names for names in plans)), None)


def _names_of_plans(project: Project) -> dict[str, tuple[str, ...]]:
    """Return cloud line -> every dimension that its plan is told by."""
    drivers = read_drivers(project.root)
    planned = _planned(read_pnl(project.root).settings)
    return {line: drivers[name].settings.by if name in drivers else () for line, name in planned.items()}


def _told_by(project: Project, dimensions: Sequence[str]) -> dict[str, _Told]:
    """Return cloud line -> what its plan is told by."""
    plans = _names_of_plans(project)
    common = _common([*plans.values()], dimensions)
    return {line: _Told(names, common or _common([names], dimensions)) for line, names in plans.items()}


def _refuse(project: Project, by: Sequence[str]) -> None:
    """Refuse what no plan is compared by.

    Raises:
        UserError: It is asked for.
    """
    if len(by) > 1:
        raise UserError(
            Problem(
                code="FM2509", found=f"--by has {len(by)} words beside --against budget", expected="one",
                remedy="Ask by one dimension: plans are told by one at a time.",
            )
        )  # fmt: skip
    cost = read_pnl(project.root).settings.cost
    if cost != _COST:
        raise UserError(
            Problem(
                code="FM2509", found=f"pnl.yaml tells {cost}, and so do its plans", expected=f"cost: {_COST}",
                remedy=f"A variance is of {_COST}: see finmod pnl for {cost} beside its plans, or correct pnl.yaml.",
            )
        )  # fmt: skip


def _refuse_apart(project: Project, by: str, told: Mapping[str, _Told]) -> None:
    """Refuse to compare members of whom nobody knows what was planned of a line.

    Raises:
        UserError: A plan is not told by what is asked by.
    """
    cohorts = read_pnl(project.root).settings.cohorts
    named = cohorts.get(by) or (next(iter(cohorts.values()), None) if by == COHORT else None)
    dimension = named.of if named else by
    apart = [printable(name, 40) for name, each in told.items() if dimension not in each.names]
    if apart:
        lines = listing(apart, "and")
        words = [f"{printable(name, 40)} {_words(each)}" for name, each in told.items()]
        raise UserError(
            Problem(
                code="FM2509",
                found=f"--by is {printable(by, 80)!r}, and what was planned of {lines} is not told by it",
                expected=f"what plans are told by: {listing(words, 'and')}",
                remedy="Leave --by out, ask by what all of them are told by, or load the driver of the plan by "
                f"{printable(dimension, 80)}.",
            )
        )


def _words(told: _Told) -> str:
    return f"by {listing(told.names, 'and')}" if told.names else "for all together"


def _refuse_other_sums(by: str, main: str | None, rows: Sequence[Change], total: Change) -> None:
    """Refuse members who do not sum to the total, as where all of a team has a plan, and a product of it has none.

    Raises:
        UserError: They do not.
    """
    own = together(rows)
    if (own.before, own.after, own.effects) != (total.before, total.after, total.effects):
        what = f"each {printable(main, 80)}" if main else "all together"
        raise UserError(
            Problem(
                code="FM2509",
                found=f"by {printable(by, 80)} other cost has a plan than of {what}, so that the sums would not be the "
                "same",
                expected=f"--by {printable(main, 80)}" if main else "no --by",
                remedy=f"Ask so, or give each {printable(main or by, 80)} a row of the plan, 0 where nothing was "
                "planned.",
            )
        )


def _no_budget(names: Sequence[str]) -> Problem:
    return Problem(
        code="FM2509",
        found="pnl.yaml has no budget of cloud cost to compare with",
        expected=f"a budget of one of these lines: {', '.join(names) or 'Cloud'}",
        remedy="Name the driver that has the plan under budget: docs/how-to/pnl.md.",
    )
