"""Which sources a command works on: those of finmod.yaml, or files named on the command line.

Owns the choice; reading is in ``load.py``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from finmod.errors import Problem, UserError, near
from finmod.settings.project import Project, SourceSettings, source_settings
from finmod.workspace.load import detect_format

SOURCE_NAME = r"[a-z][a-z0-9_-]{0,62}"
"""As in finmod.yaml: the name becomes a folder of the store."""


def configured_sources(project: Project, names: Sequence[str]) -> dict[str, SourceSettings]:
    """Return the sources of finmod.yaml, all or by name.

    Raises:
        UserError: There are none.
    """
    if not project.sources:
        raise UserError(
            Problem(
                code="FM1063",
                found="finmod.yaml names no source",
                expected="sources: with a format and a path",
                where=str(project.root / "finmod.yaml"),
                remedy="Add one, or load files by path: finmod load PATH.",
            )
        )
    return {name: project.sources[name] for name in names or project.sources}


def adhoc_source(
    project: Project,
    paths: Sequence[str],
    format_name: str | None,
    source_name: str | None,
    options: Mapping[str, Any],
) -> dict[str, SourceSettings]:
    """Return one source made of files named on the command line; relative paths start at the working folder.

    Raises:
        UserError: No path, no file there, or a format that is not known.
    """
    if source_name is not None and not re.fullmatch(SOURCE_NAME, source_name):
        raise UserError(_bad_name(source_name))
    configured = [path for path in paths if path in project.sources and not Path(path).exists()]
    if configured:
        raise UserError(_configured(configured[0]))
    unknown = [path for path in paths if not _looks_like_path(path)]
    if unknown and format_name is None:
        close = near(unknown[0], project.sources)
        raise UserError(
            Problem(
                code="FM1062",
                found=f"'{unknown[0]}' is neither a source of finmod.yaml nor a file",
                expected=f"one of {', '.join(project.sources) or 'no sources yet'}, or a path",
                remedy=f"Did you mean '{close}'?" if close else "Add it to finmod.yaml, or correct the path.",
            )
        )
    absolute = [str(Path.cwd() / path) for path in paths]
    if not absolute:
        raise UserError(
            Problem(code="FM1063", found="no file is named", remedy="Run: finmod load --format FORMAT PATH...")
        )
    found = format_name or detect_format(Path.cwd(), absolute)
    settings = source_settings(found, absolute, **options)
    return {source_name or found: settings}


def _bad_name(name: str) -> Problem:
    return Problem(
        code="FM1061",
        found=f"--source is '{name}'",
        expected="a lower-case letter, then lower-case letters, digits, _ or -, at most 63 characters",
        remedy="Name the source otherwise.",
    )


def _configured(name: str) -> Problem:
    return Problem(
        code="FM1061",
        found=f"'{name}' is a source of finmod.yaml, beside options or paths of the command line",
        expected="either sources of finmod.yaml, read as it says, or files by path",
        remedy=f"Write the wish into finmod.yaml and run: finmod load {name}.",
    )


def _looks_like_path(text: str) -> bool:
    return bool(re.search(r"[/\\*?.]", text)) or Path(text).exists()
