"""A folder holds the files of the last run, and of the user's none is touched."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.workspace.file_sets import LIST, write_files


def names(folder: Path) -> set[str]:
    """Return the names of the files in a folder, but for the list."""
    return {path.name for path in folder.iterdir()} - {LIST}


def test_what_an_earlier_run_wrote_and_this_one_does_not_is_removed(tmp_path: Path) -> None:
    first = write_files(tmp_path / "out", "azure", {"a.json": "1", "b.json": "2"})
    assert (first.written, first.removed) == ((tmp_path / "out" / "a.json", tmp_path / "out" / "b.json"), ())
    second = write_files(tmp_path / "out", "azure", {"a.json": "3"})
    assert (second.removed, second.left) == ((tmp_path / "out" / "b.json",), ())
    assert names(tmp_path / "out") == {"a.json"}
    assert (tmp_path / "out" / "a.json").read_text(encoding="utf-8") == "3"


def test_files_of_another_purpose_and_of_the_user_stay(tmp_path: Path) -> None:
    (tmp_path / "notes.json").write_text("mine", encoding="utf-8")
    write_files(tmp_path, "azure", {"a.json": "1"})
    write_files(tmp_path, "aws", {"b.json": "2"})
    write_files(tmp_path, "aws", {"c.json": "3"})
    assert names(tmp_path) == {"notes.json", "a.json", "c.json"}
    assert write_files(tmp_path, "azure", {"d.json": "1"}).removed == (tmp_path / "a.json",)


@pytest.mark.parametrize("written", [{}, {"a.json": "1"}])
def test_a_file_that_finmod_did_not_write_so_is_never_replaced(written: Mapping[str, str], tmp_path: Path) -> None:
    write_files(tmp_path, "aws", written)
    (tmp_path / "a.json").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError) as caught:
        write_files(tmp_path, "aws", {"a.json": "2", "b.json": "2"})
    assert str(caught.value) == (
        f"{tmp_path / 'a.json'}: a file is there already that is not as finmod wrote it; nothing was written; expected "
        "a new file, or one that this command wrote and nobody changed.\n  Move it away, or name another folder: --to. "
        "(FM2079, docs/errors.md)"
    )
    assert names(tmp_path) == {"a.json"}
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == "mine"


def test_an_old_file_that_was_changed_is_left_and_told_each_time(tmp_path: Path) -> None:
    write_files(tmp_path, "aws", {"a.json": "1", "b.json": "1"})
    (tmp_path / "a.json").write_text("mine", encoding="utf-8")
    for _ in range(2):
        done = write_files(tmp_path, "aws", {"b.json": "2"})
        assert (done.removed, done.left) == ((), (tmp_path / "a.json",))
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == "mine"


def test_other_line_ends_and_the_same_text_without_a_list_are_as_finmod_wrote_them(tmp_path: Path) -> None:
    write_files(tmp_path, "aws", {"a.json": "1\n2\n", "b.json": "1\n"})
    (tmp_path / "a.json").write_bytes(b"1\r\n2\r\n")
    assert write_files(tmp_path, "aws", {"a.json": "3\n"}).removed == (tmp_path / "b.json",)
    (tmp_path / LIST).unlink()
    write_files(tmp_path, "aws", {"a.json": "3\n"})
    assert write_files(tmp_path, "aws", {"b.json": "1"}).removed == (tmp_path / "a.json",)


def test_a_list_that_names_other_places_or_is_none_removes_nothing(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("", encoding="utf-8")
    (tmp_path / "out").mkdir()
    digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    lines = f"aws {digest} ../kept\naws {digest} {tmp_path / 'kept'}\naws {digest} ..\naws\n\naws  x\n"
    for text in (lines.encode(), b"\xff\xfe"):
        (tmp_path / "out" / LIST).write_bytes(text)
        assert write_files(tmp_path / "out", "aws", {"a": "1"}).removed == ()
    assert (tmp_path / "kept").exists()


def test_after_a_run_that_ended_half_way_the_next_one_goes_on(tmp_path: Path) -> None:
    write_files(tmp_path, "aws", {"a": "1", "z": "1"})
    (tmp_path / "b").mkdir()
    with pytest.raises(UserError, match="is a directory"):
        write_files(tmp_path, "aws", {"a": "2", "b": "2"})
    (tmp_path / "b").rmdir()
    assert write_files(tmp_path, "aws", {"a": "3", "b": "3"}).removed == (tmp_path / "z",)
    assert names(tmp_path) == {"a", "b"}
