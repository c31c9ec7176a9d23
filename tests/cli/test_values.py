"""What an option takes, and what is said where it gets something else."""

from __future__ import annotations

from pathlib import Path

import pytest
import rich_click as click

from finmod.cli.values import Place
from finmod.errors import UserError
from finmod.sample.months import parse_month
from tests.books import Books, finmod

SAMPLE = "See: finmod sample --help. (FM1061, docs/errors.md)"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("sample", "{d}", "--rows", "1e6"),
            f"--rows is '1e6'; expected a whole number from 400 a month to 100,000,000, in digits alone.\n  {SAMPLE}",
        ),
        (("sample", "{d}", "--rows", "٤٠٠"), "--rows is '٤٠٠'; expected a whole number from 400"),
        (("sample", "{d}", "--rows", "9" * 5000), "(5,000 characters)'; expected a whole number from 400"),
        (("sample", "{d}", "--seed", "1.5"), "--seed is '1.5'; expected a whole number from 0 up"),
        (("sample", "{d}", "--months", ""), "--months is ''; expected a whole number from 1 to 120"),
        (("sample", "{d}", "--spend", "1e9"), "--spend is '1e9'; expected a whole number from 100,000 to 500,000,000"),
        (
            ("sample", "{d}", "--rows", "100000001"),
            "--rows is '100000001'; expected a whole number from 400 a month to",
        ),
        (("demo", "{d}", "--months", "121"), "--months is '121'; expected a whole number from 2 to 120"),
        (
            ("sample", "{d}", "--end", "9999-12"),
            "--end is '9999-12'; expected a month from 2000-01 to 2099-12.",
        ),
        (("sample", "{d}", "--end", ""), "--end is ''; expected a month as YYYY-MM, such as 2026-09."),
        (
            ("close", "sep"),
            "PERIOD is 'sep'; expected a month as YYYY-MM, such as 2026-09.\n  See: finmod close --help.",
        ),
        (("close", "9999-12"), "PERIOD is '9999-12'; expected a month from 0001-01 to 9998-12."),
        (
            ("load", "--separator", ":"),
            "--separator is ':'; expected comma (,), semicolon (;), tab or bar (|).\n  See: finmod load --help.",
        ),
        (("load", "--separator", ""), "--separator is ''; expected comma (,), semicolon (;), tab or bar (|)."),
        (("load", "--separator", "semikolon"), "tab or bar (|).\n  Did you mean 'semicolon'?"),
        (("sample", "{d}", "--fault", ""), "--fault is ''; expected a name"),
        (("demo", "{d}", "--months", "1"), "--months is '1'; expected a whole number from 2 to 120"),
        (("query", "SELECT 1", "--output", "xml"), "--output is 'xml'; expected table, json, csv or markdown."),
        (("query", "SELECT 1", "--output", "jsno"), "Did you mean 'json'? (FM1061"),
        (("load", "--date-order", "ymd"), "--date-order is 'ymd'; expected iso, mdy or dmy."),
        (
            ("export", "focus", "--to", "f.csv", "--version", "1.0"),
            "--version is '1.0'; expected 1.2, 1.3 or 1.4.\n  See",
        ),
        (("completion", "cmd"), "SHELL is 'cmd'; expected bash, fish or zsh."),
        (("sample", ""), "FOLDER is ''; expected a path of printable characters."),
        (("init", "s3://b"), "FOLDER is 's3://b'; expected a local folder.\n  Nothing is written to addresses"),
        (
            ("demo", "~/demo"),
            "FOLDER is '~/demo'; expected a path without ~.\n  Write the whole path of the home folder.",
        ),
        (
            ("--project", "", "status"),
            "--project is ''; expected a path of printable characters.\n  See: finmod --help.",
        ),
        (("--project", "{f}", "status"), "{f}', which is a file; expected a folder.\n"),
        (
            ("--project", "s3://b", "status"),
            "--project is 's3://b'; expected a local folder.\n  Addresses such as s3://",
        ),
        (("init", "{f}"), "{f}', which is a file; expected a folder.\n  See: finmod init --help."),
    ],
)
def test_a_value_that_an_option_does_not_take_is_told_in_our_words(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "f").write_text("")
    places = {"d": "d", "f": "f"}
    ended = finmod(*(argument.format(**places) for argument in arguments))
    assert (ended.code, ended.out) == (1, "")
    assert said.format(**places) in ended.err
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


@pytest.mark.parametrize("name", ["~here", "a\xa0b", "s3:/b"])
def test_a_project_that_is_there_may_be_called_as_it_likes(name: str, tmp_path: Path) -> None:
    books = Books(tmp_path / name)
    assert "the ledger is empty" in books.run("status").out


def test_the_months_of_a_sample_are_those_that_it_takes(tmp_path: Path) -> None:
    for month in ("2000-01", "2099-12"):
        parse_month(month)
        assert "FM1701" in finmod("sample", tmp_path / "d", "--end", month, "--rows", "400").err
    for month in ("1999-12", "2100-01"):
        with pytest.raises(UserError):
            parse_month(month)
        assert "--end is" in finmod("sample", tmp_path / "d", "--end", month).err


@pytest.mark.parametrize(("place", "offered"), [(Place("folder"), "dir"), (Place("file"), "file")])
def test_the_shell_is_offered_folders_where_one_is_meant(place: Place, offered: str) -> None:
    command = click.Command("c", params=[click.Option(["--to"], type=place)])
    (item,) = place.shell_complete(click.Context(command), command.params[0], "a")
    assert (item.value, item.type) == ("a", offered)
