"""A folder gives every bill below it, through links too; what is closed is told and never passed over."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from finmod.sources.folders import look


def names(root: Path, path: str) -> list[str]:
    seen = look(root / path, lambda name: name.endswith(".csv"))
    assert seen.closed == []
    return sorted(file.relative_to(root).as_posix() for file in seen.files)


def files(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()


def test_linked_folder_is_read_as_by_a_glob(tmp_path: Path) -> None:
    files(tmp_path, "in/9/a.csv", "else/10/b.csv", "else/10/no.txt")
    (tmp_path / "in" / "10").symlink_to(tmp_path / "else" / "10")
    assert names(tmp_path, "in") == names(tmp_path, "in/*/*.csv") == ["in/10/b.csv", "in/9/a.csv"]


def test_each_real_folder_is_read_once_under_its_own_name(tmp_path: Path) -> None:
    files(tmp_path, "in/z/a.csv", "in/z/deep/b.csv", "in/c.csv")
    for link, target in (("a", "z"), ("z/up", ".."), ("z/deep/self", "."), ("out", "../.."), ("b", "a")):
        (tmp_path / "in" / link).symlink_to(target)
    (tmp_path / "in" / "circle").symlink_to("circle")
    assert names(tmp_path, "in") == ["in/c.csv", "in/z/a.csv", "in/z/deep/b.csv"]


def test_linked_delta_table_and_hidden_link_hold_no_bills(tmp_path: Path) -> None:
    files(tmp_path, "lake/_delta_log/0.json", "lake/a.csv", "else/b.csv", "in/c.csv")
    (tmp_path / "in" / "lake").symlink_to(tmp_path / "lake")
    (tmp_path / "in" / ".hidden").symlink_to(tmp_path / "else")
    assert names(tmp_path, "in") == ["in/c.csv"]


def test_folder_that_is_a_link_is_read(tmp_path: Path) -> None:
    files(tmp_path, "else/b.csv")
    (tmp_path / "in").symlink_to("else")
    assert names(tmp_path, "in") == ["in/b.csv"]


def test_many_closed_folders_are_all_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files(tmp_path, "in/a/b.csv", "in/c/d.csv", "in/e.csv")
    scandir = os.scandir

    def closed(path: str) -> Iterator[os.DirEntry[str]]:
        if Path(path).name in "ac":
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    assert sorted(each.path.name for each in look(tmp_path / "in", str.isascii).closed) == ["a", "c"]
