"""The variance against a budget: allocated cost of a month beside the plans of pnl.yaml, by member.

Owns what a plan is compared with: the cloud lines that have a budget. What has no plan is told apart, never as if it
had been planned at 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError, printable
from finmod.ledger.applied import runs
from finmod.ledger.ledger import Ledger
from finmod.models.pnl_figures import EXACT, Column, Line, Member
from finmod.models.pnl_report import PnlReport
from finmod.models.variance.effects import EFFECTS, PLACE
from finmod.models.variance.report import Change, Proof, State, VarianceReport, exact_sum, together
from finmod.settings.drivers import read_drivers
from finmod.settings.pnl import PnlFile, read_pnl
from finmod.settings.project import Project
from finmod.settings.validate import listing
from finmod.terms.findings import Finding, codes
from finmod.workspace.names import chosen_months
from finmod.workspace.pnl.periods import Asked
from finmod.workspace.pnl.statement import Wanted as PnlWanted
from finmod.workspace.pnl.statement import make_pnl
from finmod.workspace.variance.states import standing
from finmod.workspace.variance.wanted import Wanted

_ZERO: Final = Decimal(0)
_NAMED: Final = 5
# Margins are no matter of a variance, and what has no plan is said of each line in its own words.
_OF_STATEMENTS: Final = frozenset({"FM2317", "FM2337"})


def budget_variance(project: Project, wanted: Wanted) -> VarianceReport:
    """Return how a month's cost differs from its plans.

    Raises:
        UserError: pnl.yaml has no budget of cloud cost, more than one dimension is asked by, or as ``make_pnl``.
    """
    if len(wanted.by) > 1:
        raise UserError(
            Problem(
                code="FM2509", found=f"--by has {len(wanted.by)} words beside --against budget", expected="one",
                remedy="Ask by one dimension: plans are told by one at a time.",
            )
        )  # fmt: skip
    with Engine(temp_folder=project.store / "spill") as engine:
        ledger = Ledger(project.store)
        known = runs(engine, ledger)
        now, there = standing(engine, ledger, known)
        month = chosen_months(there, wanted.period, 0)[0]
    # What is planned of members is compared with theirs, whether they are asked for or not: the total is one.
    by = wanted.by[0] if wanted.by else _planned_by(project, [*known[-1].dimensions] if known else [])
    found = make_pnl(project, PnlWanted(by, Asked(period=f"{month:%Y-%m}")))
    places = [at for at, line in enumerate(found.statement.lines) if line.is_cloud]
    if not any(at in found.statement.planned for at in places):
        raise UserError(_no_budget(found.statement.lines, places))
    compared = _Compared(found, places, f"{month:%Y-%m}")
    rows, total = compared.rows(), compared.total()
    states = (
        State(f"budget of {month:%Y-%m}", month, now.version),
        State(f"{month:%Y-%m}", month, now.version, found.version, found.applied_at),
    )
    return VarianceReport(
        project=project.name,
        currency=project.currency,
        before=states[0],
        after=states[1],
        by=wanted.by,
        rows=tuple(rows) if wanted.by else (),
        total=total,
        proofs=tuple(Proof(1, each.currency, each.ledger, each.stated) for each in found.proofs),
        findings=(
            *(each for each in found.findings if each.code not in _OF_STATEMENTS),
            *compared.unknown(),
            *compared.without_plan(),
        ),
    )


def has_budget(project: Project) -> bool:
    """Return whether pnl.yaml names the plan of a line of cloud cost.

    Raises:
        UserError: pnl.yaml has problems.
    """
    pnl = read_pnl(project.root).settings
    return bool({*pnl.budget} - _not_cloud(pnl))


def _not_cloud(pnl: PnlFile) -> set[str]:
    return {*(each.name for each in pnl.revenue), *(each.name for each in pnl.other)}


@dataclass(frozen=True)
class _Compared:
    """A statement of one month with plans.

    Attributes:
        found: The statement.
        places: Of its cloud lines.
        month: As people write it.
    """

    found: PnlReport
    places: Sequence[int]
    month: str

    def rows(self) -> list[Change]:
        """Return members, the largest change first; what is planned for none of them is nobody's."""
        members = [self._change((member,), column) for member, column in self._columns()]
        missing = exact_sum((self._total_plan(), *(-each.before for each in members)))
        if missing:
            members = [*_with_rest(members, missing)]
        return sorted(members, key=lambda each: (each.member == (None,), -abs(each.change), each.member[0] or ""))

    def total(self) -> Change:
        """Return everything: what its members have, and what is planned for all together."""
        return together(self.rows())

    def unknown(self) -> Iterator[Finding]:
        """Yield that some cost is unknown, and stands in no effect."""
        unknown = any(column.actual.lines[at] is None for _, column in self._columns() for at in self.places)
        if unknown:
            message = "The cost of some members is unknown, and is taken as 0 beside their plan"
            yield Finding(code="FM2513", message=message, severity=codes()["FM2513"].severity)

    def without_plan(self) -> Iterator[Finding]:
        """Yield for each line with a budget who has cost and no plan of it: what was planned is unknown, and not 0."""
        for at in self.places:
            lacking = [
                (member, column.actual.lines[at] or _ZERO)
                for member, column in self._columns()
                if column.actual.lines[at] != 0
                and (column.plan is None or self._planned(column.plan.lines, at) is None)
            ]
            if at not in self.found.statement.planned or not lacking:
                continue
            ranked = sorted(lacking, key=lambda each: (-abs(each[1]), each[0] or ""))
            names = [_whose(member, self.found.by) for member, _ in ranked]
            more = [f"{len(names) - _NAMED:,} more"] if len(names) > _NAMED else []
            of = f" of {listing([*names[:_NAMED], *more], 'and')}" if self.found.by else ""
            line = printable(self.found.statement.lines[at].name, 60)
            message = (
                f"No plan of the line {line!r} was written for {self.month}{of}: what was planned there is unknown, "
                "and not 0. What it cost is told as not planned, and sums take 0 for the plan"
            )
            yield Finding(
                code="FM2520", message=message, severity=codes()["FM2520"].severity, measure="EffectiveCost",
                amount=exact_sum(amount for _, amount in lacking), currency=self.found.currency,
            )  # fmt: skip

    def _columns(self) -> Iterator[tuple[Member, Column]]:
        statement = self.found.statement
        for member in statement.members:
            if (0, member) in statement.columns:
                yield member, statement.columns[0, member]

    def _total_plan(self) -> Decimal:
        plan = self.found.statement.totals[0].plan
        return exact_sum(self._planned(plan.lines, at) or _ZERO for at in self.places) if plan else _ZERO

    def _planned(self, lines: Sequence[Decimal | None], at: int) -> Decimal | None:
        return lines[at] if at in self.found.statement.planned else None

    def _change(self, member: tuple[Member, ...], column: Column) -> Change:
        effects = [_ZERO] * len(EFFECTS)
        before = after = _ZERO
        has_plan = False
        for at in self.places:
            actual = column.actual.lines[at] or _ZERO
            plan = self._planned(column.plan.lines, at) if column.plan else None
            after = EXACT.add(after, actual)
            if plan is None:
                effects[PLACE["not_planned"]] = EXACT.add(effects[PLACE["not_planned"]], actual)
            else:
                has_plan = True
                before = EXACT.add(before, plan)
                moved = EXACT.subtract(actual, plan)
                effects[PLACE["beyond_plan"]] = EXACT.add(effects[PLACE["beyond_plan"]], moved)
        return Change(member, before, after, tuple(effects), has_plan)


def _with_rest(members: Sequence[Change], missing: Decimal) -> Iterator[Change]:
    """Yield members with what is planned for all of them together as nobody's."""
    nobody = next((each for each in members if each.member == (None,)), None)
    yield from (each for each in members if each is not nobody)
    own = nobody or Change((None,), _ZERO, _ZERO, (_ZERO,) * len(EFFECTS))
    effects = [*own.effects]
    effects[PLACE["beyond_plan"]] = EXACT.subtract(effects[PLACE["beyond_plan"]], missing)
    yield Change((None,), EXACT.add(own.before, missing), own.after, tuple(effects))


def _planned_by(project: Project, dimensions: Sequence[str]) -> str | None:
    """Return the dimension that plans of cloud lines are told by; None where it is none that costs are allocated to."""
    pnl, drivers = read_pnl(project.root).settings, read_drivers(project.root)
    others = _not_cloud(pnl)
    named = [drivers[each.driver] for line, each in pnl.budget.items() if line not in others and each.driver in drivers]
    return next((name for driver in named for name in dimensions if name in driver.settings.by), None)


def _whose(member: Member, by: str | None) -> str:
    return printable(member, 40) if member is not None else f"cost without a {printable(by or 'member', 40)}"


def _no_budget(lines: Sequence[Line], places: Sequence[int]) -> Problem:
    names = ", ".join(lines[at].name for at in places) or "Cloud"
    return Problem(
        code="FM2509",
        found="pnl.yaml has no budget of cloud cost to compare with",
        expected=f"a budget of one of these lines: {names}",
        remedy="Name the driver that has the plan under budget: docs/how-to/pnl.md.",
    )
