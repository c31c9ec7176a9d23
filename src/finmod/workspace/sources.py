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


def _looks_like_path(text: str) -> bool:
    return bool(re.search(r"[/\\*?.]", text)) or Path(text).exists()
