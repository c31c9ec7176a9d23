"""The words that a user types to go on, as they work where the user is."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from finmod.cli.main import finmod as group
from finmod.cli.project import OF_NO_PROJECT, ON_A_PROJECT, command_line, program, typeable
from tests.books import Books, finmod


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


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("See all of it with: finmod check, or finmod reconcile.",
         "See all of it with: finmod --project 'a b' check, or finmod --project 'a b' reconcile."),
        ("See what is loaded with: finmod status.", "See what is loaded with: finmod --project 'a b' status."),
        ("Read one: finmod fx read FILE; or write.", "Read one: finmod --project 'a b' fx read FILE; or write."),
        ("finmod query 'DESCRIBE charges'", "finmod --project 'a b' query 'DESCRIBE charges'"),
        ("Run `finmod init DIR`.", "Run `finmod init DIR`."),
        ("finmod demo makes its company in a new folder.", "finmod demo makes its company in a new folder."),
        ("See: finmod load --help.", "See: finmod load --help."),
        ("See: finmod export focus --help.", "See: finmod export focus --help."),
        ("x_Row is filled by finmod: load it.", "x_Row is filled by finmod: load it."),
        ("Name it in finmod.yaml.", "Name it in finmod.yaml."),
    ],
)  # fmt: skip
def test_a_command_in_a_text_gets_its_project(text: str, typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["finmod"])
    assert typeable(Path("a b"), text) == typed
    assert typeable(None, text) == text


def test_every_command_works_on_a_project_or_on_none() -> None:
    assert {*ON_A_PROJECT, *OF_NO_PROJECT} == set(group.commands)


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (["check"], "Load a bill first: finmod --project {0} load. (FM1502,"),
        (["load"], "Add one, or load files by path: finmod --project {0} load PATH. (FM1063,"),
        (["close", "2026-07"], "Load its bills first: finmod --project {0} load. (FM1515,"),
        (["export", "focus", "--to", "{0}/f.csv"], "finmod --project {0} "),
        (["query", "SELECT * FROM nothing"], "finmod --project {0} query --list. (FM"),
        (["reopen", "2026-13", "--reason", "r"], "See: finmod reopen --help. (FM1061,"),
    ],
)
def test_what_to_do_after_an_error_can_be_typed(arguments: list[str], remedy: str, books: Books) -> None:
    command, *others = (argument.format(books.root) for argument in arguments)
    said = books.run(command, *others)
    assert (said.code, said.out) == (1, "")
    assert remedy.format(books.root) in said.err


def test_a_folder_without_a_project_is_named_to_init(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "\n  Run `finmod init nope` to start a project there, or " in finmod("--project", "nope", "load").err


def test_no_project_is_named_where_none_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["finmod"])
    assert command_line(None, "load") == "finmod load"
    assert command_line(Path("a; rm -rf b"), "load") == "finmod --project 'a; rm -rf b' load"
