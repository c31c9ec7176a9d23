"""Which sources a command works on: those of finmod.yaml, or files named on the command line.

Owns the choice; reading is in ``load.py``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from finmod.errors import Problem, UserError, near, printable
from finmod.settings.paths import path_fault
from finmod.settings.project import Project
from finmod.settings.source import SourceSettings, source_settings
from finmod.workspace.reading import detect_format

_HALVES = ("actual", "amortized")
SOURCE_NAME = r"[a-z][a-z0-9_-]{0,62}"
"""As in finmod.yaml: the name becomes a folder of the store."""


def chosen_sources(
    project: Project,
    names: Sequence[str],
    format_name: str | None,
    source_name: str | None,
    options: Mapping[str, Any],
) -> dict[str, SourceSettings]:
    """Return the sources that the words of a load name.

    Args:
        project: Whose finmod.yaml.
        names: Sources of finmod.yaml or paths, not both; all sources where it is empty. A name that is both is the
            source; the path is then written ``./name``.
        format_name: Format of the files at the paths; None where their columns tell it.
        source_name: Name of the source that the paths make; None for that of the format.
        options: Keys of ``source_settings``.

    Raises:
        UserError: The words name nothing, or sources and paths at once, or an option makes no sense.
    """
    halves = bool(options.get("actual") or options.get("amortized"))
    by_path = format_name is not None or source_name is not None or (halves and not names)
    if by_path or any(name not in project.sources for name in names):
        return adhoc_source(project, names, format_name, source_name, options)
    return configured_sources(project, names, options)


def configured_sources(
    project: Project, names: Sequence[str], options: Mapping[str, Any] | None = None
) -> dict[str, SourceSettings]:
    """Return the sources of finmod.yaml, all or by name.

    Args:
        project: Whose finmod.yaml.
        names: Sources to take; all where it is empty.
        options: Keys of ``source_settings`` that add to what finmod.yaml says; ``date_order`` takes its place.

    Raises:
        UserError: There are none, or an option says what finmod.yaml could not.
    """
    if not project.sources:
        raise UserError(
            Problem(
                code="FM1063",
                found="no source is named",
                expected="sources: with a format and a path",
                where=str(project.root / "finmod.yaml"),
                remedy="Add one, or load files by path: finmod load PATH.",
            )
        )
    added = {key: value for key, value in (options or {}).items() if value}
    return {name: _with(project.sources[name], added) for name in names or project.sources}


def _with(settings: SourceSettings, added: Mapping[str, Any]) -> SourceSettings:
    if not added:
        return settings
    said = {name: getattr(settings, name) for name in settings.model_fields_set}
    lists = ("unreadable_as_null", "accept", "actual", "amortized", "tags")
    said |= {key: value for key, value in added.items() if key not in ("constants", "columns", *lists)}
    said |= {key: {**said.get(key, {}), **added[key]} for key in ("constants", "columns") if key in added}
    said |= {key: tuple(dict.fromkeys((*said.get(key, ()), *added[key]))) for key in lists if key in added}
    return source_settings(said.pop("format"), said.pop("paths", ()), **said)


def adhoc_source(
    project: Project,
    paths: Sequence[str],
    format_name: str | None,
    source_name: str | None,
    options: Mapping[str, Any],
) -> dict[str, SourceSettings]:
    """Return one source made of files named on the command line; relative paths start at the working folder.

    Raises:
        UserError: No path, no file there, a name of finmod.yaml among them, or a format that is not known.
    """
    if source_name is not None and not re.fullmatch(SOURCE_NAME, source_name):
        raise UserError(_bad_name(source_name))
    _refuse_words(project, paths, format_name)
    absolute = [str(Path.cwd() / path) for path in paths]
    halves = {key: tuple(str(Path.cwd() / path) for path in options[key]) for key in _HALVES if options.get(key)}
    if not absolute and not halves:
        raise UserError(
            Problem(
                code="FM1063",
                found="no file is named",
                expected="a path: --format and --source are for files by path",
                remedy="Name one, or leave them out to load the sources of finmod.yaml.",
            )
        )
    every = [*absolute, *(path for half in halves.values() for path in half)]
    found = detect_format(Path.cwd(), every) if format_name is None else format_name
    settings = source_settings(found, absolute, **{**options, **halves})
    return {source_name or found: settings}


def _refuse_words(project: Project, paths: Sequence[str], format_name: str | None) -> None:
    faults = [(path, fault) for path in paths if (fault := path_fault(path))]
    if faults:
        raise UserError(*(_no_path(path, *fault) for path, fault in faults))
    unknown = [path for path in paths if path not in project.sources and not _looks_like_path(path)]
    if unknown and format_name is None:
        raise UserError(_unknown(project, unknown[0]))
    configured = [path for path in paths if path in project.sources]
    if configured:
        raise UserError(_configured(configured[0]))


def _unknown(project: Project, word: str) -> Problem:
    close, shown = near(word, project.sources), printable(word)
    known = bool(project.sources)
    return Problem(
        code="FM1062",
        found=f"'{shown}' is neither a source of finmod.yaml nor a file"
        if known
        else f"'{shown}' is no file, and finmod.yaml names no source yet",
        expected=f"one of {', '.join(project.sources)}, or a path" if known else "a path",
        remedy=f"Did you mean '{close}'?" if close else "Add it to finmod.yaml, or correct the path.",
    )


def _no_path(path: str, code: str, expected: str, remedy: str | None) -> Problem:
    found = f"PATH is '{printable(path)}'"
    return Problem(code=code, found=found, expected=expected, remedy=remedy or "Correct the path.")


def _bad_name(name: str) -> Problem:
    return Problem(
        code="FM1061",
        found=f"--source is '{printable(name)}'",
        expected="a lower-case letter, then lower-case letters, digits, _ or -, at most 63 characters",
        remedy="Name the source otherwise.",
    )


def _configured(name: str) -> Problem:
    also = f" The path of that name is written ./{name}." if Path(name).exists() else ""
    return Problem(
        code="FM1061",
        found=f"'{name}' is a source of finmod.yaml, beside a path, --format or --source",
        expected="either sources of finmod.yaml or files by path",
        remedy=f"Load it by itself, without --format and --source: finmod load {name}.{also}",
    )


def _looks_like_path(text: str) -> bool:
    return bool(re.search(r"[/\\*?.]", text)) or os.path.lexists(text)
