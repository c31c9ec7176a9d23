"""What the commands print, in each form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.books import Books, bill, finmod, month


@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown"])
@pytest.mark.parametrize("command", ["status", "check", "query SELECT 1 AS one"])
def test_every_command_with_output_has_every_form(loaded: Books, command: str, form: str) -> None:
    name, _, sql = command.partition(" ")
    said = loaded.run(name, *([sql] if sql else []), "--output", form)
    assert said.err == ""
    assert said.code == (1 if name == "check" else 0)
    if form == "json":
        assert isinstance(json.loads(said.out), list)
    if form == "markdown":
        assert said.out.startswith("| ")


def test_init_then_load_by_path_then_status(tmp_path: Path) -> None:
    assert "Wrote" in finmod("init", tmp_path / "shop", "--currency", "EUR").out
    books = Books(tmp_path / "shop")
    books.write("a.csv", bill(month(7, "1.25")))
    said = books.run("load", books.root / "a.csv")
    assert (said.code, said.err) == (0, "")
    assert "focus" in said.out
    assert "1.25 USD" in said.out
    status = books.run("status").out
    assert "shop: ledger version 1, 1 charges in 1 billing periods" in status


def test_status_of_an_empty_ledger_names_what_was_never_loaded(books: Books) -> None:
    books.write("finmod.yaml", "name: n\ncurrency: USD\nsources:\n  aws: {format: focus, path: a.csv}\n")
    said = books.run("status").out
    assert "ledger version -1" in said or "0 charges" in said
    assert "aws: never loaded; run: finmod load aws" in said


def test_check_proves_every_total(loaded: Books) -> None:
    said = loaded.run("check")
    assert "4 of 4 totals are the same in files, charges and daily cube, to the last digit." in said.out
    assert "BilledCost 1.50 USD; rounding to 12 places moved it by 0." in said.out
    proof = json.loads(loaded.run("check", "--proof", "--output", "json").out)
    assert [(row["charges"], row["holds"]) for row in proof] == [(1, True)] * 4


def test_check_of_an_empty_ledger_is_refused(books: Books) -> None:
    said = books.run("check")
    assert (said.code, said.out) == (1, "")
    assert "FM1502" in said.err


def test_currencies_of_a_hostile_bill_are_shown_as_text(books: Books) -> None:
    books.load(books.write("a.csv", bill({"BillingCurrency": "[red]"})))
    assert "1.50 [red]" in books.run("check").out


def test_load_by_name_reads_the_sources_of_the_project(books: Books) -> None:
    books.write("finmod.yaml", "name: n\ncurrency: USD\nsources:\n  aws: {format: focus, path: a.csv}\n")
    books.write("a.csv", bill({}))
    assert "1.50 USD" in books.run("load", "aws").out
    assert "nothing to load" in books.run("load").out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("awss",), "Did you mean 'aws'?"),
        (("aws", "--set", "RegionId=x"), "finmod.yaml"),
        (("--set", "RegionId", "a.csv"), "'RegionId' is not COLUMN=VALUE"),
        (("--format", "fokus", "a.csv"), "Did you mean 'focus'?"),
        (("--source", "../evil", "a.csv"), "--source is '../evil'"),
        (("--source", "a b", "a.csv"), "a lower-case letter"),
        (("--format", "focus"), "FM1063"),
        (("no.csv",), "FM1101"),
        (("a.csv", "--set", "RegionIdd=x"), "RegionId"),
        (("a.csv", "--accept", "FM9999"), "FM1116"),
    ],
)
def test_wrong_words_of_load_are_refused_with_the_right_ones(
    books: Books, arguments: tuple[str, ...], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.write("finmod.yaml", "name: n\ncurrency: USD\nsources:\n  aws: {format: focus, path: a.csv}\n")
    books.write("a.csv", bill({}))
    monkeypatch.chdir(books.root)
    said = books.run("load", *arguments)
    assert said.code == 1
    assert words in said.err
    assert "Traceback" not in said.err
    assert not (books.root / ".finmod").exists()


def test_load_without_sources_says_what_to_do(books: Books) -> None:
    assert "FM1063" in books.run("load").err


def test_superseded_and_unknown_files_are_refused_under_a_wrong_format(books: Books) -> None:
    said = books.run("load", "--format", "aws-cur2", books.write("a.csv", bill({})))
    assert said.code == 1
    assert "--format focus" in said.err
    assert "no format that finmod knows" in books.run("load", books.write("b.csv", "a,b\n1,2\n")).err
