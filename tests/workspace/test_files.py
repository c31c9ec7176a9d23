"""Files that a user asks for: whole or not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.workspace.files import write_file


def test_a_file_is_written_as_it_is_and_its_folder_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "list.csv"
    write_file(path, "é\r\nx\n")
    assert path.read_bytes() == "é\r\nx\n".encode()
    assert [each.name for each in path.parent.iterdir()] == ["list.csv"]


def test_a_file_that_is_there_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    for text in ("one", "two"):
        write_file(path, text)
    assert path.read_text(encoding="utf-8") == "two"


@pytest.mark.parametrize(("name", "why"), [("file/list.csv", "file exists"), ("folder", "is a directory")])
def test_what_cannot_be_written_is_refused_and_leaves_nothing(name: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    path = tmp_path / name
    with pytest.raises(UserError) as caught:
        write_file(path, "x")
    assert str(caught.value) == (
        f"{path}: the file cannot be written: {why}.\n  Name a place that you may write to. (FM1612, docs/errors.md)"
    )
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder"]
    assert (tmp_path / "file").read_text(encoding="utf-8") == "kept"
