"""The command line: help of every command, exit codes, wrong words, pipes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
import rich_click

from tests.books import Books, bill, finmod, rows

HELP = {
    "": ("Usage", "--project", "load", "check", "query", "export", "Exit codes", "2 there are changes"),
    "load": ("--format", "--source", "--set", "--unreadable-as-null", "--date-order", "--accept", "--output"),
    "check": ("--proof", "--output", "Exit code 1"),
    "reconcile": ("--rows", "--output", "PERIOD", "Exit code 1"),
    "compare": ("--by", "--period", "--detailed-exitcode", "--output", "SOURCE_A", "SOURCE_B"),
    "query": ("--list", "--as-of", "--output"),
    "tags": (
        "--period",
        "--by",
        "--trend",
        "--check",
        "--output",
        "drift",
        "rules",
        "repair",
        "infer",
        "todo",
        "export",
    ),
    "tags drift": ("--period", "--output"),
    "tags keys": ("--period", "--output"),
    "tags rules": ("--period", "--months", "--dimension", "--output"),
    "tags repair": ("--period", "--dimension", "--threshold", "--accept", "--text", "--output"),
    "tags infer": ("--period", "--dimension", "--target", "--to", "--output"),
    "tags todo": ("--period", "--owner", "--respelt", "--to", "--output"),
    "tags export": (
        "--target",
        "--to",
        "--enforce",
        "--scope",
        "--resource-type",
        "--inherit",
        "--mark-for",
        "--output",
    ),
    "tags init": (),
    "explain": ("KEY|RESOURCE", "--period", "--output"),
    "plan": ("--init", "--detail", "--measure", "--months", "--period", "--detailed-exitcode", "--output"),
    "apply": ("--note", "--author", "--output"),
    "diff": ("--detail", "--measure", "--months", "--period", "--output", "A", "B"),
    "metric": ("NAME", "--list", "--by", "--grain", "--from", "--to", "--compare", "--output"),
    "variance": ("PERIOD", "--against", "--by", "--effect", "--of", "--causes", "--top", "--output"),
    "savings": ("PERIOD", "--list", "--by", "--rule", "--owner", "--least", "--top", "--output"),
    "report": ("variance",),
    "report variance": ("PERIOD", "--against", "--by", "--file", "--output"),
    "pnl": ("--by", "--grain", "--from", "--to", "--period", "--top", "--bottom", "--file", "--output"),
    "unit-economics": ("METRIC", "split", "project", "break-even", "sensitivity", "price-floor", "cohorts"),
    "unit-economics split": ("--by", "--only", "--variable", "--revenue", "--seed", "--output"),
    "unit-economics project": ("--growth", "--years", "--curve", "--scale", "--step", "--capacity", "--grain"),
    "unit-economics break-even": ("--price", "--fee", "--profit", "--together", "--output"),
    "unit-economics sensitivity": ("--figure", "--range", "--margin", "--output"),
    "unit-economics price-floor": ("--price", "--fee", "--fee-per-unit", "--margin", "--volumes", "--output"),
    "unit-economics cohorts": ("--of", "--cohort", "--revenue", "--output"),
    "export": ("focus",),
    "export focus": ("--version", "--to", "--period", "--source"),
    "close": ("--note", "--early", "--output", "PERIOD"),
    "reopen": ("--reason", "--output", "PERIOD"),
    "history": ("--output", "PERIOD"),
    "fx": ("read", "show"),
    "fx read": ("--currency", "--since", "--replace", "--output", "FILE"),
    "fx show": ("--date", "--output"),
    "drivers": ("load", "--output"),
    "drivers load": ("--again", "--output", "NAME"),
    "init": ("--name", "--currency"),
    "status": ("--output",),
    "sample": ("--seed", "--months", "--rows", "--spend", "--fault"),
    "completion": ("bash", "zsh", "fish"),
    "demo": ("--rows", "--months"),
}


@pytest.mark.parametrize(("command", "words"), HELP.items(), ids=HELP)
def test_help_names_every_option(command: str, words: tuple[str, ...]) -> None:
    said = finmod(*command.split(), "--help")
    assert (said.code, said.err) == (0, "")
    assert [word for word in words if word not in said.out] == []


@pytest.mark.parametrize("heavy", ["duckdb", "deltalake", "jinja2", "numpy", "pydantic", "ruamel"])
def test_help_waits_for_no_heavy_library(heavy: str) -> None:
    code = f"import sys, finmod.cli.main; sys.exit({heavy!r} in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0


def test_every_command_is_in_the_help() -> None:
    from finmod.cli.main import finmod as group  # noqa: PLC0415 -- the group, not the helper of that name

    assert set(group.commands) == {name for name in HELP if name and " " not in name}


def test_commands_stand_in_the_order_of_the_help() -> None:
    from finmod.cli.main import finmod as group  # noqa: PLC0415 -- as above

    parts = rich_click.rich_click.COMMAND_GROUPS["finmod"]
    assert list(group.commands) == [name for part in parts for name in part["commands"]]


@pytest.mark.parametrize("command", [name for name in HELP if name])
def test_the_help_says_what_is_required_and_what_may_be_repeated(command: str) -> None:
    from finmod.cli.main import finmod as group  # noqa: PLC0415 -- as above

    found: click.Command = group
    for name in command.split():
        assert isinstance(found, click.Group)
        found = found.commands[name]
    usage = " ".join(found.collect_usage_pieces(click.Context(found)))
    for option in (item for item in found.params if isinstance(item, click.Option)):
        assert not option.required or f"{option.opts[0]} {option.metavar}" in usage
        assert option.multiple == ("may be repeated" in (option.help or "").lower())


def test_the_version_is_said() -> None:
    assert finmod("--version").out.startswith("finmod ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("qery", "SELECT 1"), "qery"),
        (("query",), "Give a statement"),
        (("query", "--lst"), "--list"),
        (("query", "SELECT 1", "--output", "xml"), "xml"),
        (("export", "focus"), "--to"),
        (("--project", "/nowhere/at/all", "status"), "FM1001"),
        (("--project",), "requires an argument.\n  See: finmod --help\n"),
        (("qury",), "No such command 'qury'. Did you mean 'query'?\n  See: finmod --help\n"),
        (("query", "--lst"), "No such option '--lst'. Did you mean '--list'?\n  See: finmod query --help\n"),
    ],
)
def test_wrong_words_end_with_1_and_a_hint(arguments: tuple[str, ...], words: str) -> None:
    said = finmod(*arguments)
    assert (said.code, said.out) == (1, "")
    assert words in said.err
    assert "Traceback" not in said.err


def test_a_statement_may_begin_with_a_comment(loaded: Books) -> None:
    for sql in ("-- one\nSELECT 1 AS one", "--one\nSELECT 1 AS one", "--list of\nSELECT 1 AS one"):
        assert loaded.query(sql) == [{"one": 1}]
        assert loaded.run("query", "--output", "csv", "--", sql).out == "one\n1\n"
    late = loaded.run("query", "SELECT 1", "--as-of=2026-01-01 12:00")
    assert "FM" in late.err


@pytest.mark.parametrize("arguments", [(), ("export",)])
def test_a_group_without_a_command_shows_its_help_and_ends_with_1(arguments: tuple[str, ...]) -> None:
    said = finmod(*arguments)
    assert said.code == 1
    assert "Usage" in said.out


def test_the_nearest_project_upward_is_taken(loaded: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    (loaded.root / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(loaded.root / "deep" / "er")
    assert "northwind: ledger version 1, 1 charge" in finmod("status").out


def run(*arguments: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)} | {str(k): str(v) for k, v in options.items()}
    environment.pop("FINMOD_TRACEBACK", None) if "FINMOD_TRACEBACK" not in options else None
    return subprocess.run(
        [sys.executable, "-m", "finmod", *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_our_own_fault_ends_with_70_in_one_line_and_a_traceback_on_wish(loaded: Books) -> None:
    # An installation with a file missing.
    code = (
        "import sys; from finmod.cli.main import main; sys.modules['finmod.workspace.status'] = None; "
        f"sys.argv = ['finmod', '--project', {str(loaded.root)!r}, 'status']; main()"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    environment.pop("FINMOD_TRACEBACK", None)
    for wished, shown in (({}, False), ({"FINMOD_TRACEBACK": "1"}, True)):
        said = subprocess.run(
            [sys.executable, "-c", code], env=environment | wished, capture_output=True, text=True, check=False
        )
        assert said.returncode == (1 if shown else 70)
        assert ("it is not your fault: ModuleNotFoundError" in said.stderr) != shown
        assert ("Traceback" in said.stderr) == shown


def test_a_working_folder_that_was_removed_is_told_before_anything_is_written(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    said = subprocess.run(
        ["bash", "-c", f'rmdir "{gone}"; exec "{sys.executable}" -m finmod init "{tmp_path / "books"}"'],
        cwd=gone, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr == (
        "the working folder was removed.\n"
        "  Change to a folder that is there, then run the command again. (FM1065, docs/errors.md)\n"
    )
    assert not (tmp_path / "books").exists()


def test_a_reader_that_goes_away_is_no_error(books: Books) -> None:
    books.load(books.write("exports/a.csv", bill(*rows(3000))))
    command = f'"{sys.executable}" -m finmod --project "{books.root}" query "SELECT * FROM charges" --output csv'
    done = subprocess.run(
        ["bash", "-c", f"{command} | head -1; echo ${{PIPESTATUS[0]}}"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "0"


@pytest.mark.parametrize("arguments", ["--help", "load --help", "query --list"])
def test_a_help_whose_reader_goes_away_is_no_error(arguments: str) -> None:
    # The reader is gone before the first line.
    command = f'(sleep 0.5; exec "{sys.executable}" -m finmod {arguments}) | true; echo ${{PIPESTATUS[0]}}'
    done = subprocess.run(
        ["bash", "-c", command],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("0\n", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_say_where_they_go(shell: str) -> None:
    said = finmod("completion", shell)
    assert said.code == 0
    assert said.out.startswith("# finmod completion")
    assert "_FINMOD_COMPLETE" in said.out


def test_a_shell_without_completion_is_refused() -> None:
    said = finmod("completion", "cmd")
    assert said.code == 1
    assert "bash" in said.err


def test_an_output_without_room_is_told(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        said = subprocess.run(
            [sys.executable, "-m", "finmod", "query", "--list", "--output", "csv"],
            stdout=full, stderr=subprocess.PIPE, text=True, cwd=tmp_path, check=False,
        )  # fmt: skip
    assert (said.returncode, said.stderr.splitlines()[0]) == (1, "The output cannot be written: no space is left.")
