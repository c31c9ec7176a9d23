"""Answers of OpenAI and Anthropic that say what was used: tokens, requests and the like, and no money.

Owns which supplier an answer is of, and its rows. Its form stands in the supplier's own file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError
from finmod.sources import answers, anthropic, json_rows, openai
from finmod.sources.files import SourceFile
from finmod.sources.format import Format, Selection
from finmod.sources.kinds import kind_of
from finmod.sources.stage import Staged, StagedColumn

_BUCKET: Final = ("kind", "unread", "bucket_start", "bucket_end", "bucket_number", "page_number", "has_more")
_ROWS: Final = {"openai": openai.usage_rows, "anthropic": anthropic.usage_rows}
COLUMNS: Final = {
    name: (*_BUCKET, *(field.replace(".", "_") for field in fields))
    for name, fields in (("openai", openai.USAGE_FIELDS), ("anthropic", anthropic.USAGE_FIELDS))
}
"""Supplier -> columns of its staged answers. ``kind`` is NULL in the row of a bucket without results."""


def report_of(columns: Sequence[str]) -> str:
    """Return the supplier whose staged answer has these columns."""
    return "anthropic" if "uncached_input_tokens" in columns else "openai"


def recognise(columns: Sequence[str]) -> bool:
    """Return whether the keys are those of a page of one of the suppliers."""
    return openai.recognise(columns) or anthropic.recognise(columns)


def select_files(paths: Sequence[Path]) -> Selection:
    """Return the answers of usage: those of costs may lie beside them."""
    return answers.select(paths, "usage", "costs, for a source of the format openai or anthropic")


FORMAT: Final = Format(
    "ai-usage", "AI usage (answers of OpenAI and Anthropic)", recognise, str, select_files, stages_json=True
)


def stage_usage(engine: Engine, file: SourceFile, folder: Path) -> Staged:
    """Make an answer ready for queries: a row per result, and one per bucket without any.

    Args:
        engine: Where to write it.
        file: JSON or gzipped JSON, told by content.
        folder: Temporary folder for the staged text.

    Raises:
        UserError: The file cannot be read whole, or is no answer of usage.
    """
    if kind_of(file, json=True) != "json":
        raise UserError(_no_answer(file))
    document = json_rows.read_document(file)
    target = folder / f"{file.sha256[:24]}.parquet"
    try:
        supplier = _supplier(document)
        rows = json_rows.write_rows(engine, _ROWS[supplier](document), COLUMNS[supplier], target)
    except UserError as error:
        placed = (replace(item, where=", ".join(filter(None, (file.name, item.where)))) for item in error.problems)
        raise UserError(*placed) from error
    if not rows:
        raise UserError(_nothing(file))
    columns = tuple(StagedColumn(name, name, "VARCHAR") for name in COLUMNS[supplier])
    return Staged(file, target, columns, rows)


def _supplier(document: object) -> str:
    """Return whose pages a document has: those of OpenAI say what object they are."""
    found = {("openai" if "object" in page else "anthropic"): place for place, page in answers.pages(document)}
    if len(found) > 1:
        place = max(found.values())
        raise UserError(answers.unexpected("pages of OpenAI and of Anthropic", "those of one supplier", place))
    return next(iter(found), "openai")


def _no_answer(file: SourceFile) -> Problem:
    return Problem(
        code="FM1291",
        found="the file is no JSON",
        expected="an answer of OpenAI or Anthropic, as it came",
        where=file.name,
        remedy="Keep the answers of /v1/organization/usage/... or /v1/organizations/usage_report/messages as files.",
    )


def _nothing(file: SourceFile) -> Problem:
    return Problem(
        code="FM1107",
        found="the answer has no buckets of time",
        where=file.name,
        remedy="Ask for a time that there is usage of, or take the file out of the source's path.",
    )
