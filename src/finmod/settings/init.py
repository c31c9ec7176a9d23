"""A new project folder: finmod.yaml, taxonomy.yaml, drivers.yaml, metrics.yaml, pnl.yaml, savings.yaml, Schemas.

Owns what ``finmod init`` writes. Never overwrites what a user may have written.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import contextmanager
from importlib import resources
from string import Template
from typing import TYPE_CHECKING

from finmod.errors import Problem, UserError
from finmod.settings.allocation import ALLOCATION, AllocationFile
from finmod.settings.drivers import DRIVERS
from finmod.settings.metrics import METRICS
from finmod.settings.pnl import PNL
from finmod.settings.project import FILE, ProjectFile
from finmod.settings.savings_file import SAVINGS
from finmod.settings.schema import (
    write_allocation_schema,
    write_drivers_schema,
    write_metrics_schema,
    write_pnl_schema,
    write_savings_schema,
    write_schema,
    write_taxonomy_schema,
)
from finmod.settings.taxonomy import TAXONOMY
from finmod.settings.validate import unplaced, validated
from finmod.settings.yaml import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_IGNORED = "/.finmod/"


def project_text(name: str, currency: str) -> str:
    """Return a commented finmod.yaml.

    Raises:
        UserError: Name or currency is not allowed.
    """
    options = {"name": "--name", "currency": "--currency"}
    validated(ProjectFile, unplaced({"name": name, "currency": currency}, options))
    text = Template(_template(FILE)).substitute(schema="$schema", name=_scalar(name), currency=currency)
    validated(ProjectFile, parse_yaml(text, FILE))
    return text


def taxonomy_text() -> str:
    """Return a commented taxonomy.yaml, without dimensions."""
    return _template(TAXONOMY)


def drivers_text() -> str:
    """Return a commented drivers.yaml, without drivers."""
    return _template(DRIVERS)


def pnl_text() -> str:
    """Return a commented pnl.yaml, without lines."""
    return _template(PNL)


def metrics_text() -> str:
    """Return a commented metrics.yaml, without metrics."""
    return _template(METRICS)


def write_project(folder: Path, name: str, currency: str) -> Path:
    """Write a new project into a folder, made if need be, and return the path of its finmod.yaml.

    A taxonomy.yaml, drivers.yaml, metrics.yaml, pnl.yaml or savings.yaml that stands there is kept; a .gitignore too,
    and it gets one line for the ledger.

    Raises:
        UserError: The folder has a finmod.yaml or cannot be written; name or currency is not allowed.
    """
    text = project_text(name, currency)
    path = folder / FILE
    if os.path.lexists(path):
        raise UserError(_stands(path, "Edit it, or name an empty folder: `finmod init DIR`."))
    with _told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        write_schema(folder / ".schema")
        write_taxonomy_schema(folder / ".schema")
        write_allocation_schema(folder / ".schema")
        write_drivers_schema(folder / ".schema")
        write_metrics_schema(folder / ".schema")
        write_pnl_schema(folder / ".schema")
        write_savings_schema(folder / ".schema")
        _ignore_store(folder / ".gitignore")
        for file, started in _started().items():
            if not os.path.lexists(folder / file):
                _write_new(folder / file, started)
        _write_new(path, text)
    return path


def _started() -> dict[str, str]:
    """Return the files that a new project starts from -> their text."""
    return {
        TAXONOMY: taxonomy_text(),
        DRIVERS: drivers_text(),
        METRICS: metrics_text(),
        PNL: pnl_text(),
        SAVINGS: _template(SAVINGS),
    }


def write_taxonomy(folder: Path) -> Path:
    """Write a taxonomy.yaml to start from, and its schema, into the folder of a project; return its path.

    Raises:
        UserError: The folder has a taxonomy.yaml or cannot be written.
    """
    path = folder / TAXONOMY
    if os.path.lexists(path):
        raise UserError(_stands(path, "Edit it; to start anew, move it away first."))
    with _told(folder):
        write_taxonomy_schema(folder / ".schema")
        _write_new(path, taxonomy_text())
    return path


def allocation_text(to: Sequence[str]) -> str:
    """Return a commented allocation.yaml without pools.

    Args:
        to: Dimensions of the taxonomy that costs are allocated to, the main one first.
    """
    text = Template(_template(ALLOCATION)).substitute(schema="$schema", to=", ".join(map(_scalar, to)))
    validated(AllocationFile, parse_yaml(text, ALLOCATION))
    return text


def init_allocation(folder: Path, to: Sequence[str]) -> Path:
    """Write an allocation.yaml to start from, and its schema, into the folder of a project; return its path.

    Args:
        folder: Of the project.
        to: Dimensions of its taxonomy that costs are allocated to, the main one first.

    Raises:
        UserError: There is no dimension; or the folder has an allocation.yaml or cannot be written.
    """
    path = folder / ALLOCATION
    if not to:
        raise UserError(
            Problem(
                code="FM2101",
                found="there is no dimension",
                expected="one that costs are allocated to, such as product",
                where=TAXONOMY,
                remedy="Add it there: docs/how-to/taxonomy.md.",
            )
        )
    if os.path.lexists(path):
        raise UserError(_stands(path, "Edit it; to start anew, move it away first."))
    text = allocation_text(to)
    with _told(folder):
        write_allocation_schema(folder / ".schema")
        _write_new(path, text)
    return path


def _template(name: str) -> str:
    return resources.files("finmod.settings").joinpath("templates", name).read_text(encoding="utf-8")


def _write_new(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8") as file:
        file.write(text)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Tell the user what the operating system refuses."""
    try:
        yield
    except OSError as error:
        found = f"the project cannot be written: {(error.strerror or type(error).__name__).lower()}"
        remedy = "Name a folder that you may write to."
        raise UserError(
            Problem(code="FM1011", found=found, where=str(error.filename or folder), remedy=remedy)
        ) from None


def _scalar(text: str) -> str:
    """Return text as YAML, in quotes where it could be read as something else."""
    is_plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9 _-]*[A-Za-z0-9]", text)
    if is_plain and parse_yaml(f"a: {text}", "").root.plain() == {"a": text}:
        return text
    return json.dumps(text, ensure_ascii=False)


def _ignore_store(path: Path) -> None:
    before = path.read_text(encoding="utf-8", errors="surrogateescape") if path.exists() else ""
    if _IGNORED not in before.splitlines():
        gap = "" if before.endswith("\n") or not before else "\n"
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{gap}{_IGNORED}\n")


def _stands(path: Path, remedy: str) -> Problem:
    found = f"the file {path} is there already; nothing was written"
    return Problem(code="FM1010", found=found, remedy=remedy)
