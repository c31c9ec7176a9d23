"""Apply: the allocation of the working tree becomes the books' version, with author, time and the hash of its rules.

Owns the order of the steps: run, rows of closed months, rule files, commit. What they are is told in ``ledger``.
"""

from __future__ import annotations

import getpass
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from finmod.allocation.differences import changes, months, results, totals
from finmod.allocation.moves import matched
from finmod.allocation.run import ENGINE_MEMORY
from finmod.engines.disk import told_when_full
from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import InternalError, Problem, UserError
from finmod.ledger.applied import NewRun, Run, commit, runs
from finmod.ledger.applied_rows import AppliedRows, Months, applied_rows, write_months
from finmod.ledger.applied_rows import totals as applied_totals
from finmod.ledger.aside import aside
from finmod.ledger.closes import closes
from finmod.ledger.delta import damaged
from finmod.ledger.ledger import Ledger
from finmod.ledger.locks import books, hold
from finmod.ledger.rule_files import keep
from finmod.settings.project import Project
from finmod.terms.findings import Finding
from finmod.workspace.moves import Cause, Compared, common_dimensions, labels_of, sides
from finmod.workspace.plan import Planning, restated_since
from finmod.workspace.rules import Rules, read_rules
from finmod.workspace.steps import Step, silent

# No source of bills can be called so.
_ASIDE = "_allocation"
_LONGEST = 500
_GIT_SECONDS = 10


@dataclass(frozen=True, kw_only=True)
class Applied(Compared):
    """What was applied.

    Attributes:
        run: The version that stands now.
        before: The one that stood; None for none.
        is_new: Whether there was anything to apply: the same rules on the same charges make no new version.
        spans: What became of closed months.
    """

    run: Run
    before: Run | None
    is_new: bool
    spans: Months


def apply(
    project: Project, now: datetime, *, author: str | None = None, note: str | None = None, step: Step = silent
) -> Applied:
    """Make the allocation of the working tree the books'.

    Args:
        project: Whose rules and ledger.
        now: Time, UTC.
        author: Who does it; None for what git or the operating system calls the user.
        note: What is to be known of it.
        step: Progress.

    Raises:
        UserError: The rules have problems, the ledger is empty or damaged, or a month is being closed.
    """
    _refuse_long("the note", note)
    _refuse_long("the author", author)
    step("rules", 0, 4)
    rules = read_rules(project.root)
    ledger = Ledger(project.store)
    who = author or default_author(project.root)
    with (
        told_when_full(),
        hold(ledger.locks, "apply", "the allocation", wait=True),
        books(ledger.locks),
        aside(ledger.staging, _ASIDE, now) as folder,
        Engine(temp_folder=folder / "spill", memory_limit=ENGINE_MEMORY) as engine,
    ):
        try:
            return _applied(Planning(engine, ledger), rules, (who, note, now), folder, step)
        except EngineError as error:
            raise UserError(damaged(str(error))) from error


def _applied(work: Planning, rules: Rules, said: tuple[str, str | None, datetime], folder: Path, step: Step) -> Applied:
    engine, ledger = work.engine, work.ledger
    known = runs(engine, ledger)
    before = known[-1] if known else None
    step("allocation", 1, 4)
    closed = closes(engine, ledger, work.head)
    restated, untold = restated_since(work, rules, closed, before)
    new, findings = work.run("side_new", rules, work.drivers, levels=folder)
    _refuse_difference(engine)
    step("closed months", 2, 4)
    made = applied_rows(engine, ledger, closed, before, restated)
    old = work.stored("side_applied", before)
    both = sides(old, new, "EffectiveCost", None)
    step("commit", 3, 4)
    with ThreadPoolExecutor(1) as beside:  # what moves is matched while files are written
        moves = beside.submit(matched, changes(engine, both) if before else ())
        run = _committed(work, rules, (made, (*findings, *_told(made, untold))), before, said, folder)
    whole = tuple(totals(engine, both))
    return Applied(
        measure="EffectiveCost",
        dimensions=common_dimensions(old, new) if before else rules.allocation.to,
        labels=labels_of(rules.taxonomy, rules.allocation.to),
        months=tuple(months(engine, both)),
        booked={month: made.months.booked for month in made.months.moved if made.months.booked},
        causes=(Cause("everything", tuple(moves.result()), whole),) if before else (),
        totals=whole,
        results=tuple(results(engine, both)),
        findings=run.findings,
        is_first=before is None,
        run=run,
        before=before,
        is_new=before is None or run.version > before.version,
        spans=made.months,
    )


def _committed(  # noqa: PLR0913, PLR0917 -- what a version is made of
    work: Planning,
    rules: Rules,
    made_and_found: tuple[AppliedRows, Sequence[Finding]],
    before: Run | None,
    said: tuple[str, str | None, datetime],
    folder: Path,
) -> Run:
    """Return the version that stands: a new one, or the one before where there is nothing new."""
    (made, findings), (author, note, now) = made_and_found, said
    differing = made.differing(before)
    keys = (rules.files.hash, work.head.version, work.drivers)
    if before is not None and not differing and not made.months.gone and _is_same(work, rules, before):
        return before
    keep(work.ledger.store, rules.files)
    rows, sums = applied_totals(work.engine, made)
    waiting = NewRun(
        author=author,
        rule_hash=keys[0],
        ledger_version=keys[1],
        drivers_version=keys[2],
        note=note,
        dimensions=rules.columns,
        months=made.prints,
        files=write_months(work.engine, made, differing, folder),
        gone=made.months.gone,
        columns=made.columns,
        findings=findings,
        rows=rows,
        totals=sums,
    )
    return commit(work.engine, work.ledger, waiting, before, max(now, work.head.loaded_at or now))


def _is_same(work: Planning, rules: Rules, run: Run) -> bool:
    """Return whether a version is of the same rules, drivers and charges; a close since does not matter."""
    keys = (rules.files.hash, work.drivers)
    return keys == (run.rule_hash, run.drivers_version) and work.has_same_charges(run)


def _refuse_difference(engine: Engine) -> None:
    """Refuse to keep a result whose proof does not hold: that would be our fault."""
    wrong = engine.row("SELECT count(*) FROM allocation_proofs WHERE x_Difference <> 0")[0]
    if wrong:
        message = f"{wrong:,} sums of charges differ from those of what was allocated; nothing was applied"
        raise InternalError(message)


def _told(made: AppliedRows, untold: Sequence[date]) -> Iterator[Finding]:
    """Yield what is to be known of closed months.

    Args:
        made: What became of them.
        untold: Those of which is not known whether charges or rules move it.
    """
    for month in made.months.replaced:
        yield Finding(
            code="FM2212",
            severity="warning",
            message="The closed month was allocated anew: what had been applied were not the charges that were closed.",
            billing_period=f"{month:%Y-%m}",
        )
    for month in made.months.late:
        yield Finding(
            code="FM2213",
            severity="info",
            message="The month was closed before it was ever allocated: it was allocated as it is.",
            billing_period=f"{month:%Y-%m}",
        )
    for month in made.months.moved:
        booked = f"What the rules move in the closed month is booked in {made.months.booked:%Y-%m}."
        unsure = " Charges that changed before it was closed may be in it: the rules that were applied cannot be run."
        yield Finding(
            code="FM2214",
            severity="warning" if month in untold else "info",
            message=f"{booked}{unsure if month in untold else ''}",
            billing_period=f"{month:%Y-%m}",
        )


def default_author(root: Path) -> str:
    """Return what git calls the user in a project's folder, else the login of the operating system's user."""
    try:
        asked = ["git", "-C", str(root), "config", "--get", "user.name"]
        said = subprocess.run(asked, capture_output=True, text=True, timeout=_GIT_SECONDS, check=False)
        name = said.stdout.strip()
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        name = ""
    return name[:_LONGEST] or _login()


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a user id without a name, as in a container
        return "unknown"


def _refuse_long(what: str, words: str | None) -> None:
    if words is not None and len(words) > _LONGEST:
        raise UserError(
            Problem(
                code="FM2215",
                found=f"{what} has {len(words):,} characters",
                expected=f"{_LONGEST} at most",
                remedy="Say it shorter, and where more is to be read.",
            )
        )
