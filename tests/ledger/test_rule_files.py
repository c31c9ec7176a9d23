"""Rule files kept by hash."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.ledger.rule_files import RuleFiles, collect, keep, kept


def project(folder: Path, text: str = "a: 1\n") -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lists").mkdir(exist_ok=True)
    (folder / "allocation.yaml").write_text(text, encoding="utf-8")
    (folder / "lists" / "owners.csv").write_bytes(b"a,b\r\n")
    return [folder / "allocation.yaml", folder / "lists" / "owners.csv"]


def test_the_hash_is_of_names_and_bytes_wherever_the_project_lies(tmp_path: Path) -> None:
    one = collect(tmp_path / "a", project(tmp_path / "a"))
    two = collect(tmp_path / "deep" / "b", project(tmp_path / "deep" / "b"))
    assert one.root == "."
    assert one.hash == two.hash
    assert len(one.hash) == 64
    assert collect(tmp_path / "a", project(tmp_path / "a", "a: 2\n")).hash != one.hash
    assert RuleFiles(".", {"ab": b"c"}).hash != RuleFiles(".", {"a": b"bc"}).hash
    assert RuleFiles(".", {}, {"ai": "x"}).hash != RuleFiles(".", {}, {"ai": "y"}).hash


def test_what_is_kept_is_there_as_it_was(tmp_path: Path) -> None:
    rules = collect(tmp_path / "p", project(tmp_path / "p"), {"ai": "dimensions: {}\n"})
    keep(tmp_path / "store", rules)
    project(tmp_path / "p", "changed")
    keep(tmp_path / "store", rules)
    root = kept(tmp_path / "store", rules.hash)
    assert root
    assert (root / "allocation.yaml").read_text(encoding="utf-8") == "a: 1\n"
    assert (root / "lists" / "owners.csv").read_bytes() == b"a,b\r\n"
    assert [path.name for path in (tmp_path / "store" / "rules").iterdir()] == [rules.hash]
    assert kept(tmp_path / "store", "0" * 64) is None


def test_what_a_killed_writer_left_aside_goes(tmp_path: Path) -> None:
    rules = RuleFiles(".", {"a": b"b"})
    for _ in range(2):
        left = tmp_path / "rules" / f".{rules.hash}-1" / "files" / "a"
        left.parent.mkdir(parents=True)
        left.write_bytes(b"")
        keep(tmp_path, rules)
        assert [path.name for path in (tmp_path / "rules").iterdir()] == [rules.hash]


def test_files_outside_of_the_project_keep_their_way(tmp_path: Path) -> None:
    paths = project(tmp_path / "company" / "project")
    (tmp_path / "company" / "shared.yaml").write_text("b: 2\n", encoding="utf-8")
    rules = collect(tmp_path / "company" / "project", [*paths, tmp_path / "company" / "project" / ".." / "shared.yaml"])
    assert (rules.root, sorted(rules.files)) == (
        "project", ["project/allocation.yaml", "project/lists/owners.csv", "shared.yaml"],
    )  # fmt: skip
    keep(tmp_path / "store", rules)
    root = kept(tmp_path / "store", rules.hash)
    assert root
    assert (root / ".." / "shared.yaml").read_text(encoding="utf-8") == "b: 2\n"


def test_a_store_that_cannot_be_written_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "store").write_bytes(b"")
    with pytest.raises(UserError, match="FM1506"):
        keep(tmp_path / "store", RuleFiles(".", {"a": b""}))


def test_a_store_can_be_moved(tmp_path: Path) -> None:
    rules = collect(tmp_path / "p", project(tmp_path / "p"))
    keep(tmp_path / "store", rules)
    shutil.move(tmp_path / "store", tmp_path / "moved")
    assert kept(tmp_path / "moved", rules.hash)
