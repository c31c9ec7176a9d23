"""Rules: taxonomy, allocation and drivers of one folder, read together, and one run of them on a state of the ledger.

Owns what belongs to the rules of a folder: the project's, a kept copy, a revision of git. What a run is, is told in
``allocation``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from finmod.allocation.definition import Allocation, DriverInfo
from finmod.allocation.findings import level_findings
from finmod.allocation.levels.cut import cut_levels, lower_levels
from finmod.allocation.reading import read_allocation
from finmod.allocation.renamed import RulesOf
from finmod.allocation.run import Run, allocate
from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.reduce import whole
from finmod.ledger.rule_files import RuleFiles, collect
from finmod.ledger.tables import ALLOCATED_LEVELS
from finmod.settings.allocation import ALLOCATION
from finmod.settings.drivers import DRIVERS, has_drivers, read_drivers
from finmod.taxonomy.definition import Taxonomy
from finmod.taxonomy.reading import ReadFiles, read_taxonomy
from finmod.terms.findings import Finding
from finmod.workspace.driver_values import offer_drivers, resolver


@dataclass(frozen=True)
class Rules:
    """The rules of a folder.

    Attributes:
        taxonomy: What names charges.
        allocation: Who pays for what.
        files: What they were read from.
    """

    taxonomy: Taxonomy
    allocation: Allocation
    files: RuleFiles

    @property
    def of(self) -> RulesOf:
        """Return what names and shares."""
        return RulesOf(self.taxonomy, self.allocation)

    @property
    def columns(self) -> dict[str, str]:
        """Return the dimensions that costs are allocated to -> their columns."""
        return {name: self.taxonomy.dimensions[name].column for name in self.allocation.to}


def read_rules(root: Path, like: Rules | None = None) -> Rules:
    """Return the rules of a folder.

    Args:
        root: The folder.
        like: Rules whose taxonomy is taken where its files are the same here: to read them takes longer.

    Raises:
        UserError: There is no taxonomy or no allocation, or every problem of them.
    """
    taxonomy, read = _taxonomy(root, like)
    drivers = read_drivers(root) if has_drivers(root) else {}
    known = {
        name: DriverInfo(name, each.settings.unit, each.settings.grain, each.settings.by)
        for name, each in drivers.items()
    }
    allocation = read_allocation(root, taxonomy, known)
    paths = [*read.paths, root / ALLOCATION, *([root / DRIVERS] if has_drivers(root) else [])]
    try:
        return Rules(taxonomy, allocation, collect(root, paths, read.rule_sets))
    except OSError as error:
        raise UserError(changed_meanwhile(error)) from error


def _taxonomy(root: Path, like: Rules | None) -> tuple[Taxonomy, ReadFiles]:
    """Return the taxonomy of a folder, and its files."""
    if like is not None and (same := _same_files(root, like)):
        return like.taxonomy, same
    read = ReadFiles()
    return read_taxonomy(root, read), read


def _same_files(root: Path, like: Rules) -> ReadFiles | None:
    """Return the files of a taxonomy as they lie in another folder; None where any of them is not the same there."""
    found = ReadFiles(rule_sets=dict(like.files.built_in))
    for name, content in like.files.files.items():
        own = os.path.relpath(name, like.files.root)
        if own in {ALLOCATION, DRIVERS}:
            continue
        path = root / own
        try:
            if path.read_bytes() != content:
                return None
        except OSError:
            return None
        found.paths.append(path)
    return found


def run_rules(  # noqa: PLR0913 -- what is run on what
    engine: Engine,
    ledger: Ledger,
    snapshot: Snapshot,
    rules: Rules,
    *,
    drivers: int | None = None,
    months: Sequence[date] | None = None,
    levels: Path | None = None,
) -> tuple[Finding, ...]:
    """Allocate by the rules; the tables of the result are made in the engine.

    Args:
        engine: Where.
        ledger: Has the charges.
        snapshot: Its state.
        rules: What names and shares them.
        drivers: Version of the drivers' values; None where there are none.
        months: First days of billing periods; None for all.
        levels: Folder where the levels below the targets are written; None where they are not asked for: the table of
            levels is empty then.

    Returns:
        What was odd.
    """
    run = made_run(engine, ledger, snapshot, rules, drivers=drivers, months=months)
    findings = run.findings
    rows = whole(ALLOCATED_LEVELS, [])
    if levels is not None and lower_levels(rules.allocation):
        cut = cut_levels(engine, rules.allocation, rules.taxonomy, resolver(engine, rules.taxonomy), levels)
        findings = (*findings, *level_findings(cut))
        rows = whole(ALLOCATED_LEVELS, [file.path for file in cut.files])
    engine.run(f"CREATE OR REPLACE TEMP VIEW {ALLOCATED_LEVELS.name} AS SELECT * FROM {rows}")
    return findings


def made_run(  # noqa: PLR0913 -- as above
    engine: Engine,
    ledger: Ledger,
    snapshot: Snapshot,
    rules: Rules,
    *,
    drivers: int | None,
    months: Sequence[date] | None,
) -> Run:
    """Allocate by the rules and return the run itself, to be asked; arguments as in ``run_rules``."""
    offer_drivers(engine, ledger, drivers)
    resolve = resolver(engine, rules.taxonomy)
    return allocate(engine, ledger, snapshot, rules.taxonomy, rules.allocation, resolve=resolve, months=months)


def changed_meanwhile(error: OSError) -> Problem:
    """Return the problem of a rule file that was there when it was read, and is not any more."""
    return Problem(
        code="FM2210",
        found=f"a rule file changed while it was read: {error.strerror}",
        expected="files that stay as they are until the command ends",
        where=str(error.filename),
        remedy="Run the command again.",
    )
