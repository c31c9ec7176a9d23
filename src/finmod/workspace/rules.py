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

from finmod.allocation.definition import Allocation
from finmod.allocation.findings import level_findings
from finmod.allocation.levels import cut_levels, lower_levels
from finmod.allocation.reading import read_allocation
from finmod.allocation.renamed import RulesOf
from finmod.allocation.run import allocate
from finmod.engines.duckdb import Engine, file_list
from finmod.errors import Problem, UserError
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.reduce import whole
from finmod.ledger.rule_files import RuleFiles, collect
from finmod.ledger.tables import ALLOCATED_LEVELS
from finmod.settings.allocation import ALLOCATION
from finmod.taxonomy.definition import Taxonomy
from finmod.taxonomy.reading import ReadFiles, read_taxonomy
from finmod.terms.findings import Finding
from finmod.workspace.driver_values import driver_infos, offer_drivers, resolver

DRIVERS = "drivers.yaml"


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


def read_rules(root: Path) -> Rules:
    """Return the rules of a folder.

    Raises:
        UserError: There is no taxonomy or no allocation, or every problem of them.
    """
    read = ReadFiles()
    taxonomy = read_taxonomy(root, read)
    allocation = read_allocation(root, taxonomy, driver_infos(root))
    paths = [*read.paths, root / ALLOCATION]
    paths += [root / DRIVERS] if os.path.lexists(root / DRIVERS) else []
    try:
        return Rules(taxonomy, allocation, collect(root, paths, read.rule_sets))
    except OSError as error:
        raise UserError(_changing(error)) from error


def run_rules(  # noqa: PLR0913 -- what is run on what
    engine: Engine,
    ledger: Ledger,
    snapshot: Snapshot,
    rules: Rules,
    *,
    drivers: int | None = None,
    months: Sequence[date] | None = None,
    folder: Path | None = None,
) -> tuple[Finding, ...]:
    """Allocate by the rules; the tables of the result are made in the engine.

    Args:
        engine: Where.
        ledger: Has the charges.
        snapshot: Its state.
        rules: What names and shares them.
        drivers: Version of the drivers' values; None where there are none.
        months: First days of billing periods; None for all.
        folder: Where the rows of lower levels are written; None where they are not wanted.

    Returns:
        What was odd.
    """
    offer_drivers(engine, ledger, drivers, rules.allocation.drivers())
    resolve = resolver(engine, rules.taxonomy)
    run = allocate(
        engine,
        ledger,
        snapshot,
        rules.taxonomy,
        rules.allocation,
        resolve=resolve,
        months=months,
    )
    empty = whole(ALLOCATED_LEVELS, [])
    if folder is None or not lower_levels(rules.allocation):
        engine.run(f"CREATE OR REPLACE TEMP VIEW {ALLOCATED_LEVELS.name} AS SELECT * FROM {empty}")
        return run.findings
    cut = cut_levels(engine, rules.allocation, rules.taxonomy, resolve, folder)
    rows = f"read_parquet({file_list([file.path for file in cut.files])})" if cut.files else empty
    engine.run(f"CREATE OR REPLACE TEMP VIEW {ALLOCATED_LEVELS.name} AS SELECT * FROM {rows}")
    return (*run.findings, *level_findings(cut))


def _changing(error: OSError) -> Problem:
    return Problem(
        code="FM2210",
        found=f"a rule file changed while it was read: {error.strerror}",
        expected="files that stay as they are until the command ends",
        where=str(error.filename),
        remedy="Run the command again.",
    )
