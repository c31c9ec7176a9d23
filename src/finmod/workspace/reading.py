"""The files of a source made ready for conversion: which count, in which role, and how each is read.

Owns the way from a source's settings to its conversions. Which of them touch the ledger is decided in ``load.py``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError, counted
from finmod.normalize.booking import refuse_unbookable
from finmod.normalize.convert import Conversion
from finmod.normalize.formats import READERS, detect, detected, require_format
from finmod.normalize.mapping import Declared
from finmod.settings.source import SourceSettings
from finmod.sources import answers
from finmod.sources.domains import MANY_ROWS
from finmod.sources.files import JSON_ENDINGS, SourceFile, discover, fingerprint
from finmod.sources.format import Selection
from finmod.sources.kinds import header_line, kind_of
from finmod.sources.stage import column_names, stage
from finmod.workspace.job import Inventory, Job, Read
from finmod.workspace.steps import Step

# The other refusals that can be accepted decide whether a bill is loaded, not how.
_CHANGES_READING = frozenset({"FM1116", "FM1257"})

_ANSWERS = frozenset({"openai", "anthropic"})
"""Formats whose columns answers of usage have too."""


def select(job: Job) -> Selection:
    """Return the files of a source that count, each half of a pair with its role.

    Raises:
        UserError: A path finds nothing, a file stands in both halves, or a delivery is incomplete.
    """
    where = f"finmod.yaml, source {job.name}" if job.declared else None
    form = READERS[job.settings.format].format
    json = form.reads_json
    paths = (("", job.settings.paths), ("actual", job.settings.actual), ("amortized", job.settings.amortized))
    parts = [
        (role, form.select_files(discover(job.root, patterns, where=where, json=json)))
        for role, patterns in paths
        if patterns
    ]
    roles: dict[Path, str] = {}
    for role, part in parts:
        # Manifests that tell one half alone say nothing of the other: only where both are there is it a pair.
        said = part.roles if not role and len(set(part.roles.values())) > 1 else {}
        meant = {path: said.get(path, role) for path in part.files}
        twice = [path for path, own in meant.items() if roles.setdefault(path, own) != own]
        if twice:
            raise UserError(_in_both_halves(twice[0]))
    return Selection(
        tuple(path for _, part in parts for path in part.files),
        tuple(left for _, part in parts for left in part.left_out),
        tuple(finding for _, part in parts for finding in part.findings),
        tuple(folder for _, part in parts for folder in part.whole),
        roles,
        {path: rows for _, part in parts for path, rows in part.promised.items()},
    )


def _in_both_halves(path: Path) -> Problem:
    return Problem(
        code="FM1027",
        found=f"{path.name} stands under actual and under amortized",
        expected="each file in one half of the pair",
        where=str(path),
        remedy="Narrow the path of one of the two.",
    )


def detect_format(root: Path, patterns: Sequence[str]) -> str:
    """Return the format that the first file of some paths looks like; JSON, which may be a manifest, comes last.

    Raises:
        UserError: There is no file, it is of no format that finmod knows, or no answer has a result that tells it.
    """
    with Engine() as engine:
        files = discover(root, patterns, json=True)
        bills = [path for path in files if not path.name.lower().endswith(JSON_ENDINGS)]
        file = fingerprint((bills or files)[0], root)
        found = detected(column_names(engine, file, json=True), file.name, line=header_line(file))
        sorts = {answers.told(path) for path in files} - {None} if found in _ANSWERS else set()
        if found in _ANSWERS and not sorts and all(map(answers.is_empty, files)):
            raise UserError(_no_results(file, found))
        return "ai-usage" if sorts == {"usage"} else found


def _no_results(file: SourceFile, costs: str) -> Problem:
    return Problem(
        code="FM1123",
        found="the answer has no results, so that nothing tells whether it is of costs or of usage",
        expected="its format",
        where=file.name,
        remedy=f"Load it with --format {costs} if it is of costs, with --format ai-usage if it is of usage.",
    )


def likely_format(file: SourceFile, columns: Sequence[str]) -> str | None:
    """Return the format that a file looks like by its columns and, where it is an answer, by what that has; or None."""
    found = detect(columns)
    return "ai-usage" if found in _ANSWERS and answers.told(file.path) == "usage" else found


def digest(job: Job) -> str:
    """Return what, besides their bytes, decides how files become charges."""
    format_name, reading, settings = job.settings.format, job.reading, job.settings
    revision = READERS[format_name].mapping([], declared(settings, "")).revision
    parts: list[object] = [
        format_name, revision, sorted(reading.constants.items()), sorted(reading.unreadable_as_null),
        reading.date_order, sorted(reading.accept & _CHANGES_READING),
    ]  # fmt: skip
    own = (
        settings.actual, settings.amortized, sorted(settings.columns.items()), settings.tags, settings.charge_period,
        settings.separator, settings.decimal_comma, settings.divide_by,
    )  # fmt: skip
    if settings.model_fields_set & {
        "actual", "amortized", "columns", "tags", "charge_period", "separator", "decimal_comma", "divide_by"
    }:  # fmt: skip
        parts.append(own)
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def declared(settings: SourceSettings, role: str) -> Declared:
    """Return what a source's settings say of its files that decides how they are mapped."""
    return Declared(
        role, settings.columns, settings.tags, settings.charge_period, settings.decimal_comma, settings.divide_by
    )


def read_files(engine: Engine, job: Job, inventory: Inventory, folder: Path, step: Step) -> Read:
    """Stage the changed files, then the unchanged ones that share a billing period with them."""
    read, changed, problems = Read(), inventory.changed, list[Problem]()
    for place, file in enumerate(changed):
        step(f"read {file.name}", place, len(changed))
        try:
            read.add(engine, _conversion(engine, job, file, folder))
        except UserError as error:
            problems += error.problems
    if problems:
        raise UserError(*problems)
    names = {file.name for file in changed}
    read.touched |= {period for found in read.periods.values() for period in found.periods}
    read.touched |= {entry.period for entry in inventory.known if entry.file in names} | inventory.left_behind
    beside = {entry.sha256 for entry in inventory.known if entry.period in read.touched}
    for file in inventory.every:
        if file not in changed and file.sha256 in beside:
            step(f"read {file.name}", len(changed), len(changed))
            read.add(engine, _conversion(engine, job, file, folder))
    if not read.conversions:
        # What superseded files brought goes, and nothing comes for it: one file says how its emptiness is written.
        read.add(engine, _conversion(engine, job, inventory.every[0], folder))
    _look_together(engine, job, read)
    for name, found in refuse_unbookable(read.periods, job.reading.accept).items():
        accepted = tuple(replace(finding, source=job.name) for finding in found)
        read.periods[name] = replace(read.periods[name], findings=(*read.periods[name].findings, *accepted))
    return read


def _look_together(engine: Engine, job: Job, read: Read) -> None:
    """Look at files side by side, where the format asks for it, in the billing periods that are replaced.

    What is found goes with a file of its billing period, else with the first.
    """
    together = READERS[job.settings.format].together
    if together is None:
        return
    periods = [read.periods[item.staged.file.name] for item in read.conversions]
    pairs = [
        (item, replace(found, periods=found.periods & read.touched))
        for item, found in zip(read.conversions, periods, strict=True)
    ]
    for finding in together(engine, pairs):
        of_it = (item for item, found in pairs if finding.billing_period in {f"{day:%Y-%m}" for day in found.periods})
        name = next(of_it, read.conversions[0]).staged.file.name
        told = (*read.periods[name].findings, replace(finding, source=job.name))
        read.periods[name] = replace(read.periods[name], findings=told)


def _conversion(engine: Engine, job: Job, file: SourceFile, folder: Path) -> Conversion:
    format_name, settings = job.settings.format, job.settings
    reader = READERS[format_name]
    names = _names(engine, job, file)
    # A saved error of an API is no other format: whoever reads the answer says what the API said.
    if reader.format.page is None or "error" not in names or "data" in names:
        require_format(format_name, names, file.name, line=header_line(file), likely=likely_format(file, names))
    mapping, canonical = (
        reader.mapping(names, declared(settings, job.roles.get(file.path, ""))),
        reader.format.canonical,
    )
    needed = mapping.source_columns()
    staged = stage(
        engine,
        file,
        folder,
        wanted=lambda name: mapping.keeps_others or canonical(name) in needed,
        pad_short_rows="FM1116" in job.reading.accept,
        form=reader.format,
        separator=settings.separator,
    )
    if staged.rows < job.promised.get(file.path, 0):
        raise UserError(_cut(file, staged.rows, job.promised[file.path]))
    staged = staged.with_domains(engine) if staged.rows >= MANY_ROWS else staged
    return Conversion(job.name, staged, mapping, canonical, job.reading)


def _cut(file: SourceFile, rows: int, promised: int) -> Problem:
    return Problem(
        code="FM1251",
        found=f"the file has {counted(rows, 'row')}, and the manifest beside it says {promised:,}",
        expected="the whole bill; a part of it would load as if it were all",
        where=file.name,
        remedy="Download file and manifest of the same run again.",
    )


def _names(engine: Engine, job: Job, file: SourceFile) -> list[str]:
    """Return a file's column names; of JSON where the format reads that, or where another format does."""
    form = READERS[job.settings.format].format
    if not form.reads_json and kind_of(file, json=True) == "json":
        names = column_names(engine, file, json=True)
        if detect(names) is not None:
            return names
    return column_names(
        engine, file, separator=job.settings.separator, any_separator=form.any_separator, json=form.reads_json
    )
