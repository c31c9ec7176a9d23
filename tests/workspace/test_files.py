"""Files that a user asks for: whole or not there."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.workspace.files import write_file, write_list


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


def test_permissions_and_links_of_what_is_there_stay(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("one", encoding="utf-8")
    (tmp_path / "real").chmod(0o640)
    (tmp_path / "link").symlink_to("real")
    write_file(tmp_path / "link", "two")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text(encoding="utf-8") == "two"
    assert (tmp_path / "real").stat().st_mode & 0o777 == 0o640


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


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_an_interrupt_leaves_what_was_there_and_nothing_beside_it(
    moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "list.csv").write_text("kept", encoding="utf-8")
    monkeypatch.setattr(os, moment, interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_file(tmp_path / "list.csv", "x")
    assert {each.name: each.read_text(encoding="utf-8") for each in tmp_path.iterdir()} == {"list.csv": "kept"}


def interrupt(*_: object) -> None:
    """Be what Ctrl-C is to the code that runs."""
    raise KeyboardInterrupt


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are pipes with names on POSIX alone")
def test_a_pipe_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(UserError) as caught:
        write_file(path, "x")
    assert str(caught.value) == (
        f"{path}: the file cannot be written: it is a pipe or a device.\n"
        "  Name a place that you may write to. (FM1612, docs/errors.md)"
    )
    with pytest.raises(UserError, match="FM2025"):
        write_list(path, "a,b\n3,4\n")
    assert stat.S_ISFIFO(path.stat().st_mode)
    assert [each.name for each in tmp_path.iterdir()] == ["pipe"]


def test_a_link_to_itself_and_a_name_too_long_are_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("link")
    for path, why in ((tmp_path / "link", "too many levels of symbolic links"), (tmp_path / ("n" * 300), "too long")):
        for write in (write_file, write_list):
            with pytest.raises(UserError, match=rf"(?s){why}.*FM1612"):
                write(path, "x")
    assert (tmp_path / "link").is_symlink()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a,b\n1,2\n", "a,b\n3,4\n"),
        ("\ufeffa,b\r\n", "a,b\n3,4\n"),
        ("# Tags to mend: x, 2026-08\n", "# Tags to mend: y, 2026-09\nz\n"),
    ],
)
def test_a_list_replaces_a_list_of_its_kind(old: str, new: str, tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_bytes(old.encode())
    write_list(path, new)
    assert path.read_text(encoding="utf-8") == new


@pytest.mark.parametrize("there", ["dimensions: {}\n", "", "a,c\n1,2\n", "a"])
def test_a_list_never_replaces_another_file(there: str, tmp_path: Path) -> None:
    path = tmp_path / "taxonomy.yaml"
    path.write_text(there, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        write_list(path, "a,b\n3,4\n")
    assert str(caught.value) == (
        f"{path}: a file is there already that is no such list; nothing was written; expected a new file, or a list "
        "that this command wrote before.\n  Name another file, or remove that one. (FM2025, docs/errors.md)"
    )
    assert path.read_text(encoding="utf-8") == there
