"""``finmod report variance`` of the sample company: what a whole command takes, PDF included, and each part of it.

Owns what is measured. Nothing here decides whether it is fast enough: the goal is printed beside.
"""

from __future__ import annotations

import shutil
import statistics
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.process import Run, run, timed
from finmod.exports.variance_excel import write_variance
from finmod.models.variance.page import VariancePage
from finmod.reports.pdf import pdf_of
from finmod.reports.variance.markdown import markdown_page
from finmod.reports.variance.page import html_page
from finmod.settings.project import load_project
from finmod.workspace.demo import run_demo
from finmod.workspace.report.variance import variance_page
from finmod.workspace.steps import silent
from finmod.workspace.variance.variance import Wanted

GOAL_SECONDS = 10
_ROWS, _MONTHS, _NOW = 1_000_000, 24, datetime(2026, 11, 1, tzinfo=UTC)


def reports(folder: Path, times: int) -> Iterator[str]:
    """Yield lines: seconds of the command with a PDF, the first of a project and later ones; and of each part.

    Args:
        folder: Where the project is made; one that is there is taken.
        times: How often each is run; the median is told.
    """
    made, root = folder / "demo-report", folder / "demo-report-run"
    if not (made / "made").exists():
        shutil.rmtree(made, ignore_errors=True)
        run_demo(made, rows=_ROWS, months=_MONTHS, now=_NOW, step=silent)
        (made / "made").touch()
    command = [sys.executable, "-m", "finmod", "--project", str(root), "report", "variance"]
    command += ["--file", str(root / "r.pdf")]
    first = [_anew(made, root, command) for _ in range(times)]
    later = [run(command) for _ in range(times)]
    what = f"of a demo of {_MONTHS} months of {_ROWS:,} rows in all"
    for name, runs in (("the first one", first), ("later ones, which find what is kept", later)):
        wall, processor = (statistics.median(getattr(each, key) for each in runs) for key in ("wall", "processor"))
        yield (
            f"finmod report variance --file r.pdf {what}, {name}: {wall:.2f} s ({processor:.2f} s of the processor) as "
            f"a whole command (goal {GOAL_SECONDS} s)"
        )
    yield from _parts(made, root, times)


def _anew(made: Path, root: Path, command: list[str]) -> Run:
    """Run a command on a copy of the project in which no report kept anything."""
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(made, root)
    return run(command)


def _parts(made: Path, root: Path, times: int) -> Iterator[str]:
    """Yield a line per part of a report in process, and one of their sum."""
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(made, root)
    project = load_project(root)
    page, first = timed(lambda: variance_page(project, Wanted()))
    if not all(proof.holds for proof in page.report.proofs):
        sys.exit(f"the report of {root} does not tie")
    works: dict[str, Callable[[], object]] = {
        "page, fetched and computed": lambda: variance_page(project, Wanted()),
        "HTML": lambda: html_page(page),
        "PDF": lambda: pdf_of(html_page(page, is_print=True)),
        "Markdown": lambda: markdown_page(page),
        "Excel": lambda: write_variance(page, root / "r.xlsx"),
    }
    every = 0.0
    for name, work in works.items():
        runs = [timed(work)[1] for _ in range(times)]
        wall, processor = (statistics.median(getattr(each, key) for each in runs) for key in ("wall", "processor"))
        every += wall
        beside = f"; the first time {first.wall:.2f} s" if name.startswith("page") else ""
        yield f"report in process, {name}: {wall:.2f} s ({processor:.2f} s of the processor){beside}"
    yield f"report in process, all five: {every:.2f} s (goal {GOAL_SECONDS} s), {_size(page)}"


def _size(page: VariancePage) -> str:
    """Return what the page has, for a figure without its size tells nothing."""
    members = sum(len(each.rows) for each in page.members)
    causes = len(page.causes.rows) if page.causes else 0
    return f"{len(page.months)} months, {members} members, {causes} causes, {len(page.units)} unit costs"
