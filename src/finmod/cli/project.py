"""The project that a command works on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from finmod.settings.project import Project


def opened(folder: Path | None) -> Project:
    """Return the project of a folder, or the nearest one from the working folder upward."""
    from finmod.settings.project import find_project, load_project

    return load_project(folder if folder is not None else find_project(Path.cwd()))
