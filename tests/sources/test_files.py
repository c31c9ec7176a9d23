"""Files are found by path, folder and glob, and known by hash."""

from __future__ import annotations

import errno
import gzip
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.sources.files import SourceFile, discover, display_name, fingerprint, refuse_same_content


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        (["b.csv"], ["b.csv"]),
        (["."], ["b.csv", "sub/A.CSV.GZ", "sub/deep/c.parquet"]),
        (["sub/*"], ["sub/A.CSV.GZ", "sub/note.txt"]),
        (["**/*.parquet"], ["sub/deep/c.parquet"]),
        (["sub", "sub/deep", "b.csv"], ["sub/A.CSV.GZ", "sub/deep/c.parquet", "b.csv"]),
    ],
)
def test_paths_folders_and_globs_are_found_sorted_and_once(
    tmp_path: Path, patterns: list[str], found: list[str]
) -> None:
    write(tmp_path, "b.csv", "sub/A.CSV.GZ", "sub/note.txt", "sub/deep/c.parquet")
    assert [path.relative_to(tmp_path).as_posix() for path in discover(tmp_path, patterns)] == found


def test_file_with_glob_characters_is_found_by_its_name(tmp_path: Path) -> None:
    write(tmp_path, "[a]*.csv", "a.csv")
    assert discover(tmp_path, ["[a]*.csv"]) == [tmp_path / "[a]*.csv"]


@pytest.mark.parametrize("pattern", ["no.csv", "no/*.csv", "x" * 300, "~nobody-of-that-name/b.csv", "a\0b"])
def test_pattern_that_finds_nothing_is_refused(tmp_path: Path, pattern: str) -> None:
    with pytest.raises(UserError, match="no file is found at") as caught:
        discover(tmp_path, [pattern, "also-not"])
    assert [problem.code for problem in caught.value.problems] == ["FM1101", "FM1101"]


def test_pattern_that_finds_nothing_is_told_whole_or_with_the_place_where_it_stands(tmp_path: Path) -> None:
    for where, named, place in ((None, tmp_path / "no.csv", None), ("finmod.yaml:7", "no.csv", "finmod.yaml:7")):
        with pytest.raises(UserError) as caught:
            discover(tmp_path, ["no.csv"], where=where)
        (problem,) = caught.value.problems
        assert (problem.found, problem.where) == (f"no file is found at '{named}'", place)
        assert problem.expected == "a file, a glob, or a folder with .csv, .csv.gz or .parquet files"
        assert problem.remedy == "Correct the path."


def test_closed_folder_is_refused_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "bills/9/a.csv", "bills/10/b.csv")
    scandir = os.scandir

    def closed(path: str) -> Iterator[os.DirEntry[str]]:
        if Path(path).name == "10":
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    for pattern in ("bills", "bills/*/*.csv", "**/*.csv", "bills/10/*", "bills/**"):
        with pytest.raises(UserError) as caught:
            discover(tmp_path, [pattern])
        assert [(problem.code, problem.where, problem.found) for problem in caught.value.problems] == [
            ("FM1102", "bills/10", "the folder cannot be read (Permission denied)")
        ]
    assert [path.name for path in discover(tmp_path, ["bills/9", "bills/9/*.csv"])] == ["a.csv"]


def test_fingerprint_is_hash_size_and_name_in_the_project(tmp_path: Path) -> None:
    write(tmp_path, "sub/b.csv")
    path = tmp_path / "sub/b.csv"
    assert fingerprint(path, tmp_path) == SourceFile(path, "sub/b.csv", sha256(b"sub/b.csv").hexdigest(), 9)
    assert display_name(path, tmp_path / "elsewhere") == path.as_posix()


def test_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"gone.csv: the file cannot be read \(No such file or directory\)"):
        fingerprint(tmp_path / "gone.csv", tmp_path)


def test_every_file_too_many_is_named(tmp_path: Path) -> None:
    for name in "abcd":
        (tmp_path / name).write_text("same" if name != "d" else "other")
    with pytest.raises(UserError) as caught:
        refuse_same_content([fingerprint(tmp_path / name, tmp_path) for name in "abcd"])
    assert [(problem.where, problem.code) for problem in caught.value.problems] == [("b", "FM1105"), ("c", "FM1105")]


def packed(text: bytes, level: int = 9) -> bytes:
    return gzip.compress(text, level, mtime=0)


TEXT = b"a,b\n" + b"1,2\n" * 99


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        (TEXT, packed(TEXT), True),
        (packed(TEXT), TEXT, True),
        (packed(TEXT, 1), packed(TEXT, 9), True),
        (packed(TEXT), packed(TEXT.replace(b"1", b"3")), False),
        (TEXT.replace(b"1", b"3"), packed(TEXT), False),
        (packed(b"more,") + packed(TEXT), TEXT, False),
        (packed(b"more,") + packed(TEXT, 1), packed(b"more,", 1) + packed(TEXT, 9), True),
        (packed(b"more,") + packed(b""), packed(b"other") + packed(b""), False),
        (packed(TEXT)[:-9] + packed(TEXT)[-8:], TEXT, False),
        (packed(TEXT)[:12], TEXT, False),
    ],
    ids=["plain", "packed first", "two levels", "another", "another of one size", "several members",
         "several members twice", "empty last member", "damaged", "too short"],
)  # fmt: skip
def test_packed_copy_of_a_file_has_the_same_content(tmp_path: Path, one: bytes, two: bytes, *, same: bool) -> None:
    (tmp_path / "1.csv").write_bytes(one)
    (tmp_path / "2.csv").write_bytes(two)
    files = [fingerprint(tmp_path / name, tmp_path) for name in ("1.csv", "2.csv")]
    if not same:
        return refuse_same_content(files)
    with pytest.raises(UserError, match=r"2.csv: the file has the same content as 1.csv;(?s:.*)FM1105"):
        refuse_same_content(files)
    return None


def test_folder_gives_no_files_of_hidden_folders_and_delta_tables(tmp_path: Path) -> None:
    for name in ("a.csv", "in/b.csv", ".finmod/staging/c.parquet", "lake/x_Source=a/d.parquet", "lake/e.parquet"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "lake" / "_delta_log").mkdir()
    assert [path.relative_to(tmp_path).as_posix() for path in discover(tmp_path, ["."])] == ["a.csv", "in/b.csv"]
