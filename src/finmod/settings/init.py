"""A new project folder: finmod.yaml, its JSON Schema, .gitignore.

Owns what ``finmod init`` writes. Never overwrites what a user may have written.
"""

from __future__ import annotations

import json
import os
import re
from importlib import resources
from string import Template
from typing import TYPE_CHECKING

from finmod.errors import Problem, UserError
from finmod.settings.project import FILE, ProjectFile
from finmod.settings.schema import write_schema
from finmod.settings.validate import unplaced, validated
from finmod.settings.yaml import parse_yaml

if TYPE_CHECKING:
    from pathlib import Path

_IGNORED = "/.finmod/"


def project_text(name: str, currency: str) -> str:
    """Return a commented finmod.yaml.

    Raises:
        UserError: Name or currency is not allowed.
    """
    options = {"name": "--name", "currency": "--currency"}
    validated(ProjectFile, unplaced({"name": name, "currency": currency}, options))
    template = resources.files("finmod.settings").joinpath("templates", FILE).read_text(encoding="utf-8")
    text = Template(template).substitute(schema="$schema", name=_scalar(name), currency=currency)
    validated(ProjectFile, parse_yaml(text, FILE))
    return text


def write_project(folder: Path, name: str, currency: str) -> Path:
    """Write a new project into a folder, made if need be, and return the path of its finmod.yaml.

    A .gitignore that stands there is kept and gets one line for the ledger.

    Raises:
        UserError: The folder has a finmod.yaml or cannot be written; name or currency is not allowed.
    """
    text = project_text(name, currency)
    path = folder / FILE
    if os.path.lexists(path):
        raise UserError(_stands(path))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_schema(folder / ".schema")
        _ignore_store(folder / ".gitignore")
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        found = f"the project cannot be written: {(error.strerror or type(error).__name__).lower()}"
        remedy = "Name a folder that you may write to."
        raise UserError(
            Problem(code="FM1011", found=found, where=str(error.filename or folder), remedy=remedy)
        ) from None
    return path


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


def _stands(path: Path) -> Problem:
    return Problem(
        code="FM1010",
        found=f"the file {path} is there already; nothing was written",
        remedy="Edit it, or name an empty folder: `finmod init DIR`.",
    )
