"""Drivers by a query over files of the project: one SELECT of DuckDB, that reads nothing else.

Owns what the query may read: files below the project's folder, no network. The engine that runs it is its own.
"""

from __future__ import annotations

import re
from contextlib import chdir
from pathlib import Path

from finmod.engines.duckdb import Engine, EngineError, literal
from finmod.errors import Problem, UserError, printable
from finmod.sources.drivers.queries import Query
from finmod.sources.files import SourceFile
from finmod.sources.stage import Staged, stage

_KIND = re.compile(r"\A[A-Z][A-Za-z ]* Error: ")


def stage_query(engine: Engine, root: Path, query: Query, folder: Path) -> list[Staged]:
    """Return the rows of a query over files of the project.

    Args:
        engine: Where they are read afterwards.
        root: Folder of the project, from which the query names files.
        query: The statement.
        folder: Temporary folder.

    Raises:
        UserError: It is no SELECT, cannot run, or reads what it may not.
    """
    target = folder / "query.parquet"
    with Engine(temp_folder=folder / "spill") as own:
        own.run(f"SET allowed_directories = [{literal(f'{root}/')}, {literal(f'{folder}/')}]")
        own.run("SET enable_external_access = false")
        try:
            # What a query may read is compared with its names of files before any search path is: only the working
            # folder makes names relative to the project.
            with chdir(root):
                own.copy_parquet(f"{own.one_select(query.text)}\n", target, ordered=True)  # it may end in a comment
        except EngineError as error:
            raise UserError(_refused(query, str(error))) from error
    return [stage(engine, SourceFile(target, query.name, "", target.stat().st_size), folder)]


def _refused(query: Query, words: str) -> Problem:
    said = printable(_KIND.sub("", words.split("\n", 1)[0]), 500).rstrip("!.")
    is_outside = "disabled by configuration" in words or "not allowed" in words
    remedy = (
        "Files are named from the project's folder and lie inside of it." if is_outside else "Correct the statement."
    )
    return Problem(
        code="FM2180",
        found=f"the query cannot run: {said}",
        expected="one SELECT over files of the project" if is_outside or "one SELECT" in words else None,
        where=query.name,
        remedy=f"{remedy} Nothing of the driver was changed.",
    )
