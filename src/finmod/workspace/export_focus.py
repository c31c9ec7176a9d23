"""Export focus: the ledger as FOCUS 1.2, 1.3 or 1.4, in Parquet or CSV.

Owns which rows go out and that no text of a bill becomes a formula in a spreadsheet.
"""

from __future__ import annotations

from pathlib import Path

from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import Problem, UserError
from finmod.exports.focus import write_focus
from finmod.focus.columns import Version
from finmod.ledger.delta import damaged
from finmod.ledger.ledger import Ledger
from finmod.marts.catalogue import view_sql
from finmod.settings.project import Project
from finmod.terms.periods import parse_period
from finmod.workspace.steps import Step, silent, watching


def export_focus(  # noqa: PLR0913 -- the words of the command
    project: Project,
    version: Version,
    target: Path,
    *,
    period: str | None = None,
    source: str | None = None,
    step: Step = silent,
) -> int:
    """Write the ledger's charges as one FOCUS file; return their number.

    Args:
        project: Whose ledger.
        version: 1.2, 1.3 or 1.4.
        target: ``.parquet``, ``.csv`` or ``.csv.gz``; an existing file is replaced when the new one is whole.
        period: ``YYYY-MM``; None for all.
        source: Name of the source; None for all.
        step: Progress.

    Raises:
        UserError: An unknown ending, nothing to export, or a folder that cannot be written.
    """
    ledger = Ledger(project.store)
    month = parse_period(period) if period else None
    with Engine(temp_folder=project.store / "spill") as engine:
        snapshot = ledger.head(engine)
        try:
            engine.run(f"CREATE VIEW charges AS {view_sql('charges', ledger, snapshot)}")
        except EngineError as error:
            raise UserError(damaged(str(error))) from error
        try:
            with watching(engine, step) as told:
                told(f"write {target.name}", 0, 1)
                rows = write_focus(engine, version, target, period=month, source=source)
        except (EngineError, OSError) as error:
            if str(project.store) in str(error):
                raise UserError(damaged(str(error))) from error
            raise UserError(
                Problem(
                    code="FM1612",
                    found=f"the file cannot be written: {str(error).splitlines()[0]}",
                    where=str(target),
                    remedy="Name a file in a folder that exists and that you may write to.",
                )
            ) from error
    return rows
