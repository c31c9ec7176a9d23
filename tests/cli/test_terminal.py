"""What commands show on a terminal: nothing cut, no number broken, a bar that moves and goes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.books import Books, bill, month
from tests.cli.terminal import on_terminal

SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Books:
    made = Books(tmp_path_factory.mktemp("terminal") / "books")
    name = "A service whose name is longer than any narrow terminal has room for, in three lines at least"
    made.load(made.write("a.csv", bill(month(7, "1234567.123456789012", ServiceName=name), month(8, "-1"))))
    return made


def lines(shown: str) -> list[str]:
    return [line.rstrip() for line in SEQUENCE.sub("", shown).splitlines()]


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_text_is_folded_and_numbers_are_not(columns: int, wide: Books) -> None:
    sql = "SELECT BilledCost, ServiceName FROM charges ORDER BY 1 DESC"
    code, shown = on_terminal(["--project", wide.root, "query", sql], columns=columns)
    assert code == 0
    assert max(map(len, lines(shown))) <= columns
    assert "1234567.123456789012" in shown
    assert "".join("".join(lines(shown)).split()).count("Aservicewhose") == 1


def test_rows_that_do_not_fit_side_by_side_become_blocks_of_lines(wide: Books) -> None:
    code, shown = on_terminal(["--project", wide.root, "query", "SELECT * FROM charges ORDER BY x_Row"], columns=80)
    out = lines(shown)
    assert code == 0
    assert max(map(len, out)) <= 80
    assert [line for line in out if line.startswith("row ")] == ["row 1", "row 2"]
    assert sum(line.startswith("BilledCost ") for line in out) == 2
    assert not any(line.startswith("CommitmentDiscountId") for line in out)
    assert "too wide for this terminal" in out[-2] + out[-1]


def test_a_query_breaks_no_word(wide: Books) -> None:
    _, shown = on_terminal(["query", "--list"], columns=80)
    names = {line.split()[0] for line in lines(shown) if line and not line.startswith(" ")}
    assert {"kubernetes_usage_daily", "kubernetes_nodes_daily", "charges"} < names
    assert "row 1" not in lines(shown)
    file = "exports/BILLING_PERIOD=2026-10/northwind-00001.parquet"
    sql = f"SELECT BilledCost, BillingCurrency, '{file}' AS file FROM charges"
    _, shown = on_terminal(["--project", wide.root, "query", sql], columns=80)
    assert [line.split() for line in lines(shown) if file in line] == [["file", file]] * 2
    _, shown = on_terminal(["--project", wide.root, "query", sql], columns=120)
    assert "row 1" not in lines(shown)


def test_no_rows_of_many_columns_say_so(wide: Books) -> None:
    sql = "SELECT * FROM charges WHERE false"
    code, shown = on_terminal(["--project", wide.root, "query", sql], columns=80)
    assert code == 0
    (line,) = lines(shown)
    assert re.fullmatch(r"\d+ columns are too wide for this terminal side by side; no rows\.", line)


def test_columns_that_are_left_out_are_named(wide: Books) -> None:
    _, shown = on_terminal(["--project", wide.root, "status"], columns=80)
    assert "Left out for want of room: loaded (UTC); all of it: --output json" in lines(shown)
    _, shown = on_terminal(["--project", wide.root, "status"], columns=140)
    assert "Left out" not in shown


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_status_leaves_columns_out_rather_than_break_its_amounts(columns: int, wide: Books) -> None:
    code, shown = on_terminal(["--project", wide.root, "status"], columns=columns)
    out = lines(shown)
    assert code == 0
    assert max(map(len, out)) <= columns
    assert any("2026-07" in line and "1,234,567.12 USD" in line for line in out)
    heading = next(line for line in out if line.startswith("source"))
    assert ("loaded (UTC)" in heading) == (columns == 120)


@pytest.mark.parametrize("columns", [60, 80, 160])
def test_status_tells_true_ups_apart_however_narrow_it_is(columns: int, books: Books) -> None:
    path = books.write("a.csv", bill(month(7, "2"), month(8, "5")))
    books.load(path)
    books.run("close", "2026-07")
    books.load(books.write("a.csv", bill(month(7, "1"), month(8, "5"))))
    _, shown = on_terminal(["--project", books.root, "status"], columns=columns)
    out = lines(shown)
    place = next(number for number, line in enumerate(out) if "-1.00 USD" in line)
    # Below each other where that is too narrow.
    near = " ".join(out[max(place - 5, 0) : place + 2])
    assert "saas, true-up of" in near
    assert "2026-07" in near


def test_status_tells_the_time_of_a_load_as_history_does(wide: Books) -> None:
    _, shown = on_terminal(["--project", wide.root, "status"], columns=140)
    assert all(re.search(r" \d{4}-\d\d-\d\d \d\d:\d\d +\d+$", line) for line in lines(shown)[2:4])


def test_every_help_fits_its_terminal() -> None:
    for command in ("", "demo", "init", "sample", "load", "check", "status", "query", "export focus", "completion"):
        code, shown = on_terminal([*command.split(), "--help"], columns=60)
        assert code == 0
        assert max(map(len, lines(shown))) <= 60


@pytest.mark.parametrize("columns", [60, 80, 160])
def test_a_bar_shows_what_is_done_and_then_goes(columns: int, tmp_path: Path) -> None:
    books = Books(tmp_path / "books")
    file = books.write(f"[red]a very long name{'-' * 60}.csv", bill(*(month(number) for number in range(1, 9))))
    arguments: list[str | Path] = ["--project", books.root, "load", "--format", "focus", "--source", "saas", file]
    code, shown = on_terminal(arguments, columns=columns, keep_stdout=True)
    frames = [line.rstrip() for frame in shown.split("\r") for line in lines(frame) if line]
    assert code == 0
    assert frames
    assert max(map(len, frames)) <= columns
    # How many of how many, and the time it took, are never cut.
    assert all(re.search(r"\d+/(\d+|\?) \d:\d\d:\d\d$", frame) for frame in frames)
    assert any("saas 2026-" in frame for frame in frames)
    # The last thing shown takes the bar away again.
    assert shown.endswith(("\x1b[2K", "\x1b[?25h", "\x1b[1A\x1b[2K"))


def test_a_pipe_gets_no_bar_and_no_colour(loaded: Books) -> None:
    said = loaded.run("check")
    assert said.err == ""
    assert "\x1b" not in said.out
