"""Every format that finmod reads: how files are known and chosen, and which mapping turns them into charges.

Owns the list. A new supplier adds one file in ``sources``, one here in ``normalize``, and a line below.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError
from finmod.normalize import (
    ai_usage,
    answers,
    anthropic,
    aws,
    azure,
    azure_pairs,
    cbf,
    focus,
    gcp,
    gcp_checks,
    kubernetes,
    oci,
    openai,
    table,
)
from finmod.normalize.booking import FilePeriods
from finmod.normalize.convert import Conversion
from finmod.normalize.mapping import Declared, Mapping
from finmod.sources import ai_usage as ai_usage_answers
from finmod.sources import anthropic as anthropic_answers
from finmod.sources import aws_cur, aws_cur2, azure_cost, cloudzero_cbf, gcp_billing, oci_cost
from finmod.sources import focus as focus_files
from finmod.sources import kubernetes as kubernetes_files
from finmod.sources import openai as openai_answers
from finmod.sources import table as table_files
from finmod.sources.format import Format
from finmod.terms.findings import Finding


@dataclass(frozen=True)
class Reader:
    """A format and its mapping.

    Attributes:
        format: How its files are known and chosen.
        mapping: Column names of a file, and what is said of it -> the mapping for it; tags may stand in columns of
            their own.
        together: Looks at the files of a load side by side, each with its billing periods, and returns what is odd
            about them; refuses those that cannot be one bill. None where each file stands for itself.
    """

    format: Format
    mapping: Callable[[Sequence[str], Declared], Mapping]
    together: Callable[[Engine, Sequence[tuple[Conversion, FilePeriods]]], list[Finding]] | None = None


READERS: Final = {
    "aws-cur2": Reader(aws_cur2.FORMAT, lambda columns, _: aws.mapping("aws-cur2", columns)),
    "aws-cur": Reader(aws_cur.FORMAT, lambda columns, _: aws.mapping("aws-cur", columns)),
    "azure-cost": Reader(azure_cost.FORMAT, azure.mapping, azure_pairs.together),
    "focus": Reader(focus_files.FORMAT, lambda columns, _: focus.mapping(columns), focus.together),
    "gcp-billing": Reader(gcp_billing.FORMAT, lambda _columns, _: gcp.mapping(), gcp_checks.look),
    "kubernetes": Reader(kubernetes_files.FORMAT, lambda columns, _: kubernetes.mapping(columns)),
    "oci-cost": Reader(oci_cost.FORMAT, lambda columns, _: oci.mapping(columns), oci.look),
    "cloudzero-cbf": Reader(cloudzero_cbf.FORMAT, lambda columns, _: cbf.mapping(columns), cbf.look),
    "openai": Reader(openai_answers.FORMAT, lambda *_: openai.OPENAI, answers.whole_and_once),
    "anthropic": Reader(anthropic_answers.FORMAT, lambda *_: anthropic.ANTHROPIC, anthropic.look),
    "ai-usage": Reader(ai_usage_answers.FORMAT, lambda columns, _: ai_usage.mapping(columns)),
    "table": Reader(table_files.FORMAT, lambda _, declared: table.mapping(declared)),
}
"""Format name -> reader; the first that recognises a file names its format."""


def detect(columns: Sequence[str]) -> str | None:
    """Return the format that column names look like, or None."""
    known = (item for item in READERS.items() if item[0] != table_files.FORMAT.name)  # a table may be anything
    return next((name for name, reader in known if reader.format.recognise(columns)), None)


def require_format(
    name: str, columns: Sequence[str], file: str, *, line: int | None = 1, likely: str | None = None
) -> None:
    """Refuse a file that is not of the format it is given under, naming the likely right one.

    Args:
        name: The format it is given under.
        columns: Its column names.
        file: What messages call it.
        line: Line of the column names; None for Parquet, which has no lines.
        likely: What the file looks like by more than its columns; None where they say it.

    Raises:
        UserError: Another format, or none that is known.
    """
    if READERS[name].format.recognise(columns):
        return
    likely = likely or detect(columns)
    lacking = [] if likely else READERS[name].format.lacking(columns)
    if likely:
        remedy = f"It looks like {READERS[likely].format.title}: load it with --format {likely}."
    elif lacking:
        remedy = READERS[name].format.instead(columns) or "Export it again with all columns."
    else:
        remedy = _unknown(columns)
    raise UserError(
        Problem(
            code="FM1123",
            found=f"the file is not of the format {name}" + (f": it lacks {', and '.join(lacking)}" if lacking else ""),
            expected=f"the columns of {READERS[name].format.title}",
            where=f"{file}:{line}" if line else file,
            remedy=remedy,
        )
    )


def detected(columns: Sequence[str], file: str, *, line: int | None = 1) -> str:
    """Return the format that a file looks like.

    Args:
        columns: Its column names.
        file: What messages call it.
        line: Line of the column names; None for Parquet, which has no lines.

    Raises:
        UserError: None that is known.
    """
    found = detect(columns)
    if found is None:
        raise UserError(
            Problem(
                code="FM1123",
                found="the file is of no format that finmod knows",
                expected=", ".join(READERS),
                where=f"{file}:{line}" if line else file,
                remedy=_unknown(columns),
            )
        )
    return found


def _unknown(columns: Sequence[str]) -> str:
    there = {name.casefold() for name in columns}
    lacking = [name for name in focus_files.MARKS if name.casefold() not in there]
    if 0 < len(lacking) < len(focus_files.MARKS):
        return f"If it is FOCUS, it lacks the column {', '.join(lacking)}: export it with all columns."
    return (
        "See docs/reference/mappings for the columns that each format needs. Any other table is loaded with "
        "--format table, by the columns that you name: docs/how-to/table.md."
    )
