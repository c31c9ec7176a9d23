"""Words that a command does not know are told with the right ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.books import finmod


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("completion",), "SHELL is missing; expected bash, fish or zsh.\n  See: finmod completion --help\n"),
        (("sample",), "FOLDER is missing.\n  See: finmod sample --help\n"),
        (
            ("export", "focus"),
            "--to is missing: file to write: .parquet, .csv or .csv.gz; one that is there is replaced.\n",
        ),
        (
            ("load", "--se", "a=b"),
            "No such option '--se'. Did you mean '--help', '--set' or '--source'?\n  See: finmod load",
        ),
        (("--project",), "Option '--project' requires an argument.\n  See: finmod --help\n"),
        (("load", "--source"), "Option '--source' requires an argument.\n  See: finmod load --help\n"),
        (
            ("--project", "x", "tags", "export", "--target"),
            "Option '--target' requires an argument.\n  See: finmod tags export --help\n",
        ),
        (("load", "--xyzxyz"), "No such option '--xyzxyz'.\n  See: finmod load --help\n"),
        (("statu",), "No such command 'statu'. Did you mean 'status'?\n  See: finmod --help\n"),
        (
            ("status", "a\x1bb"),
            "Got unexpected extra argument (a\N{REPLACEMENT CHARACTER}b).\n  See: finmod status --help\n",
        ),
        (
            ("query", "--list", "SELECT 1"),
            (
                "--list takes no statement and no --as-of: it lists the tables, which are the same at all times.\n"
                "  See: finmod query --help\n"
            ),
        ),
        (("query", "--list", "--as-of", "1"), "--list takes no statement and no --as-of"),
    ],
)
def test_words_that_do_not_fit_are_told_with_those_that_do(arguments: tuple[str, ...], said: str) -> None:
    ended = finmod(*arguments)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(said)


@pytest.mark.parametrize(
    ("arguments", "right"),
    [
        (("status", "--project", "a b"), "finmod --project 'a b' status"),
        (
            ("query", "SELECT 'x'", "--project=a", "--output", "json"),
            """finmod --project a query 'SELECT '"'"'x'"'"'' --output json""",
        ),
        (("export", "focus", "--project", "a", "--to", "f.csv"), "finmod --project a export focus --to f.csv"),
        (("status", "--project"), "finmod --project DIR status"),
    ],
)
def test_a_project_behind_the_command_is_put_before_it(arguments: tuple[str, ...], right: str) -> None:
    ended = finmod(*arguments)
    assert ended.code == 1
    assert ended.err == f"The option --project stands behind the command.\n  Write it before the command: {right}\n"


def test_the_command_that_is_told_runs(tmp_path: Path) -> None:
    finmod("init", tmp_path / "p")
    told = finmod("status", "--project", tmp_path / "p").err.partition("command: finmod ")[2]
    assert finmod(*told.split()).out.startswith("p: the ledger is empty")
