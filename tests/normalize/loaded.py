"""Small bills of any format, loaded into a project of their own: the charges that come out, or the refusal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from finmod.errors import UserError
from tests.journeys.bills import load, new_project, rows


def charges(folder: Path, format_name: str, files: dict[str, str], picked: str, **wishes: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 -- as source_settings
    """Return columns of the charges that files make (name -> text), in the order of files and rows."""
    project = new_project(folder)
    load(project, "bill", format_name, *written(folder, files), **wishes)
    return rows(project, f"SELECT {picked} FROM charges ORDER BY x_File, x_Row")


def charge(folder: Path, format_name: str, files: dict[str, str], picked: str, **wishes: Any) -> dict[str, Any]:  # noqa: ANN401 -- as source_settings
    """Return the named columns of the one charge that files make."""
    found = charges(folder, format_name, files, picked, **wishes)
    assert len(found) == 1
    return dict(zip((name.strip() for name in picked.split(",")), found[0], strict=True))


def findings(folder: Path) -> list[tuple[str, str, str]]:
    """Return code, severity and message of the findings of the project in a folder."""
    sql = "SELECT x_Code, x_Severity, x_Message FROM findings ORDER BY x_Code, x_Message"
    return [(row[0], row[1], row[2]) for row in rows(new_project(folder), sql)]


def refused(folder: Path, format_name: str, files: dict[str, str], **wishes: Any) -> str:  # noqa: ANN401 -- as source_settings
    """Return the message with which files are refused; nothing of them may be in the ledger."""
    with pytest.raises(UserError) as error:
        charges(folder, format_name, files, "1", **wishes)
    assert rows(new_project(folder), "SELECT count(*) FROM charges") == [(0,)]
    return "\n".join(map(str, error.value.problems))


def written(folder: Path, files: dict[str, str]) -> list[Path]:
    """Write files below a folder and return their paths."""
    paths = []
    for name, text in files.items():
        path = folder / "exports" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths
