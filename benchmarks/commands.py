"""``finmod plan`` and ``finmod apply`` as whole commands in a process of their own, each after a change of one rule.

Owns the project that they run on: the month of the largest benchmark, with the rules and drivers of ``pools.py``.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from functools import partial
from itertools import cycle
from pathlib import Path

from benchmarks.pools import POOLS, months_until, project_of_months, write_drivers, write_rules
from benchmarks.process import Run, run, timed
from finmod.cli.main import main as finmod
from finmod.engines.duckdb import Engine, file_list, literal
from finmod.settings.project import load_project
from finmod.workspace.plan import plan

_SERIES = """
SELECT CAST(x_Start AS DATE) AS date, x_Dimensions ->> 'product' AS product, x_Dimensions ->> 'team' AS team,
    x_Value AS value
FROM read_parquet({files}) WHERE x_Driver = {name}
"""
_CHANGED = re.compile(r"(name: s3, .*driver: )d\d+")


def plan_and_apply(folder: Path, model: Path, months: int, times: int, goal: float) -> Iterator[str]:
    """Yield a line: seconds of a plan and of an apply of some months, and their peak memory.

    Args:
        folder: Where the project is made, anew each time: what was applied before would lengthen its log.
        model: Project of the month.
        months: How many such months, the model's the last.
        times: How often each is run after the first time, the best of which is told.
        goal: Seconds.
    """
    project = folder / f"project-commands-{months}"
    write_applied(folder, project, model, months_until(date(2026, 9, 1), months))
    _change(project, "d5")
    peaks = [run([sys.executable, "-m", "finmod", "--project", str(project), name]).peak for name in ("plan", "apply")]
    command = [sys.executable, "-m", "benchmarks.commands", str(project), str(times)]
    found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    planned, applied = (Run(**found[name]) for name in ("plan", "apply"))
    yield (
        f"finmod plan of {months} such month{'s' if months > 1 else ''} after a change of one rule "
        f"{planned.wall:.2f} s ({planned.processor:.2f} s of the processor), finmod apply {applied.wall:.2f} s "
        f"({applied.processor:.2f} s) in process, each whole (goal {goal} s); {found['moves']:,} moves; "
        f"peak of the process {peaks[0] / 1e9:.2f} and {peaks[1] / 1e9:.2f} GB (goal 2)"
    )


def write_applied(folder: Path, project: Path, model: Path, months: Sequence[date]) -> None:
    """Make a project of some months with rules and drivers, and apply them; anew where it is there."""
    shutil.rmtree(project, ignore_errors=True)
    project_of_months(project, model, months)
    write_rules(project)
    files = write_drivers(folder, months)
    with Engine() as engine:
        for number in range(POOLS):
            sql = _SERIES.format(files=file_list(files), name=literal(f"d{number}"))
            engine.copy_parquet(sql, project / f"d{number}.parquet")
    lines = (
        f"d{at}: {{unit: call, grain: day, by: [product, team], from: {{parquet: d{at}.parquet}}, value: value}}\n"
        for at in range(POOLS)
    )
    (project / "drivers.yaml").write_text("".join(lines), encoding="utf-8")
    for words in (("drivers", "load"), ("apply",)):  # in processes of their own: their memory is not what is asked
        command = [sys.executable, "-m", "finmod", "--project", str(project), *words]
        subprocess.run(command, capture_output=True, check=True)


def _change(project: Path, driver: str) -> None:
    """Share the pool s3 by another driver."""
    rules = project / "allocation.yaml"
    rules.write_text(_CHANGED.sub(rf"\g<1>{driver}", rules.read_text(encoding="utf-8")), encoding="utf-8")


def main() -> None:
    """Change the rules of a project, plan and apply them, as often as is asked; print the best times."""
    project, times = Path(sys.argv[1]), int(sys.argv[2])
    found: dict[str, list[Run]] = {"plan": [], "apply": []}
    for _, driver in zip(range(times + 1), cycle(("d4", "d3"))):
        _change(project, driver)
        for name, runs in found.items():
            runs.append(timed(partial(_run, project, name))[1])
    _change(project, "d5")
    moves = sum(len(cause.moves) for cause in plan(load_project(project)).causes)
    best = {name: asdict(min(runs[1:], key=lambda each: each.wall)) for name, runs in found.items()}
    print(json.dumps({**best, "moves": moves}))


def _run(project: Path, *words: str) -> None:
    """Run a command as the shell does."""
    sys.argv = ["finmod", "--project", str(project), *words]
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            finmod()
    except SystemExit as end:
        if end.code:
            sys.exit(f"finmod {' '.join(words)} failed:\n{said.getvalue()[-2000:]}")


if __name__ == "__main__":
    main()
