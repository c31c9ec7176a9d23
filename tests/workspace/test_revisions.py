"""Rule files of revisions of git."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.workspace import revisions
from finmod.workspace.revisions import export_rules, is_revision


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a project inside a repository, with a shared file outside of it, a bill, and a link that leads away."""
    root = tmp_path / "company" / "finops"
    root.mkdir(parents=True)
    (root / "taxonomy.yaml").write_text("include: [../shared.yaml]\n", encoding="utf-8")
    (root / "owners.csv").write_bytes(b"a,b\r\n")
    (root / "bill.parquet").write_bytes(b"PAR1")
    (root / "away.yaml").symlink_to("/etc/hosts")
    (root.parent / "shared.yaml").write_text("dimensions: {}\n", encoding="utf-8")
    for words in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "x"],
    ):
        subprocess.run(["git", "-C", root.parent, *words], check=True)
    return root


def test_what_git_knows_is_a_revision(repository: Path, tmp_path: Path) -> None:
    assert is_revision(repository, "HEAD")
    assert not is_revision(repository, "HEAD~1")
    assert not is_revision(repository, "--help")
    assert not is_revision(tmp_path, "HEAD")


def test_rule_files_are_written_as_they_were_and_bills_are_not(repository: Path, tmp_path: Path) -> None:
    (repository / "taxonomy.yaml").write_text("changed", encoding="utf-8")
    (repository / "new.yaml").write_text("new", encoding="utf-8")
    root = export_rules(repository, "HEAD", tmp_path / "out")
    assert (root / "taxonomy.yaml").read_text(encoding="utf-8") == "include: [../shared.yaml]\n"
    assert (root / ".." / "shared.yaml").read_text(encoding="utf-8") == "dimensions: {}\n"
    assert sorted(path.name for path in root.iterdir()) == ["owners.csv", "taxonomy.yaml"]
    assert (root / "owners.csv").read_bytes() == b"a,b\r\n"


def test_a_revision_that_git_does_not_give_is_told(repository: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"git does not give the rules of that revision: (?s:.*)FM2216"):
        export_rules(repository, "HEAD~5", tmp_path / "out")


def test_without_git_nothing_is_a_revision(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository))
    assert not is_revision(repository, "HEAD")


def test_a_bill_that_lies_there_as_csv_is_left_out(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revisions, "_LARGEST", 4)
    root = export_rules(repository, "HEAD", tmp_path / "out")
    assert [path.name for path in root.iterdir()] == []
    monkeypatch.setattr(revisions, "_LARGEST", 5)
    assert [path.name for path in export_rules(repository, "HEAD", tmp_path / "more").iterdir()] == ["owners.csv"]


def test_a_folder_that_git_does_not_look_into_is_told(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git = tmp_path / "bin" / "git"
    git.parent.mkdir()
    git.write_text("#!/bin/sh\necho 'fatal: detected dubious ownership, see safe.directory' >&2\nexit 128\n")
    git.chmod(0o755)
    monkeypatch.setenv("PATH", str(git.parent))
    with pytest.raises(UserError, match=r"fatal: detected dubious ownership, see safe\.directory"):
        is_revision(repository, "HEAD")
