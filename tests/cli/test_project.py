"""The words that a user types to go on, as they work where the user is."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from finmod.cli.project import command_line, program


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program in an environment of its own, started by its path, in a folder beside it."""
    script = tmp_path / "here" / "an env" / "bin" / "finmod"
    script.parent.mkdir(parents=True)
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(sys, "argv", [str(script)])
    monkeypatch.setenv("PATH", os.fspath(tmp_path / "nothing"))
    return script


def test_a_program_that_the_shell_does_not_find_is_named_by_its_path(started: Path) -> None:
    assert started.is_absolute()
    assert program() == "'an env/bin/finmod'"
    assert command_line(Path("demo"), "status") == "'an env/bin/finmod' --project demo status"


def test_a_program_elsewhere_is_named_by_its_whole_path(started: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(started.parents[3])
    (started.parents[3] / "other").mkdir()
    monkeypatch.chdir("other")
    assert program() == f"'{started}'"


def test_a_program_that_the_shell_finds_is_named_by_its_name(started: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.fspath(started.parent))
    assert program() == "finmod"


def test_another_program_of_that_name_is_not_taken_for_it(started: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = started.parents[2] / "other"
    other.mkdir()
    (other / "finmod").write_text("#!/bin/sh\n")
    (other / "finmod").chmod(0o755)
    monkeypatch.setenv("PATH", os.fspath(other))
    assert program() == "'an env/bin/finmod'"


def test_a_module_is_named_with_its_interpreter(started: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["somewhere/finmod/__main__.py"])
    monkeypatch.setattr(sys, "executable", str(started.with_name("python")))
    assert program() == "'an env/bin/python' -m finmod"


def test_no_project_is_named_where_none_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["finmod"])
    assert command_line(None, "load") == "finmod load"
    assert command_line(Path("a; rm -rf b"), "load") == "finmod --project 'a; rm -rf b' load"
