"""Files are found by path, folder and glob, told by content and known by hash."""

from __future__ import annotations

import gzip
from hashlib import sha256
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.sources.files import SourceFile, discover, display_name, fingerprint, is_gzip, kind_of, refuse_same_content


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


def test_fingerprint_is_hash_size_and_name_in_the_project(tmp_path: Path) -> None:
    write(tmp_path, "sub/b.csv")
    path = tmp_path / "sub/b.csv"
    assert fingerprint(path, tmp_path) == SourceFile(path, "sub/b.csv", sha256(b"sub/b.csv").hexdigest(), 9)
    assert display_name(path, tmp_path / "elsewhere") == path.as_posix()


def test_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"gone.csv: the file cannot be read \(No such file or directory\)"):
        fingerprint(tmp_path / "gone.csv", tmp_path)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"a,b\n", "csv"),
        (b"PAR1....", "parquet"),
        (gzip.compress(b"a,b\n", mtime=0), "gzip"),
        (b"\xef\xbb\xbfa,b", "csv"),
    ],
)
def test_content_says_the_kind(tmp_path: Path, content: bytes, kind: str) -> None:
    (tmp_path / "b").write_bytes(content)
    file = fingerprint(tmp_path / "b", tmp_path)
    assert kind_of(file) == kind
    assert is_gzip(file) is (kind == "gzip")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PK\x03\x04..", "ZIP"),
        ("a,b\n1,2".encode("utf-16"), "UTF-16"),
        ("a,b\n1,2".encode("utf-16-be"), "UTF-16"),
        (b"(\xb5/\xfd", "Zstandard"),
        (b"BZh9", "bzip2"),
        (b"\n <html>", "web page"),
        (b' [{"a":1}]', "JSON"),
        (b"%PDF-1.7", "PDF"),
    ],
)
def test_other_kinds_are_refused_with_what_to_do(tmp_path: Path, content: bytes, what: str) -> None:
    (tmp_path / "b.csv").write_bytes(content)
    with pytest.raises(
        UserError, match=f"b.csv: the file is .*{what}.*; expected CSV in UTF-8, gzipped CSV or Parquet"
    ):
        kind_of(fingerprint(tmp_path / "b.csv", tmp_path))


def test_every_file_too_many_is_named(tmp_path: Path) -> None:
    for name in "abcd":
        (tmp_path / name).write_text("same" if name != "d" else "other")
    with pytest.raises(UserError) as caught:
        refuse_same_content([fingerprint(tmp_path / name, tmp_path) for name in "abcd"])
    assert [(problem.where, problem.code) for problem in caught.value.problems] == [("b", "FM1105"), ("c", "FM1105")]


def test_folder_gives_no_files_of_hidden_folders_and_delta_tables(tmp_path: Path) -> None:
    for name in ("a.csv", "in/b.csv", ".finmod/staging/c.parquet", "lake/x_Source=a/d.parquet", "lake/e.parquet"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "lake" / "_delta_log").mkdir()
    assert [path.relative_to(tmp_path).as_posix() for path in discover(tmp_path, ["."])] == ["a.csv", "in/b.csv"]
