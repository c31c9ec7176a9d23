"""Closes, reopenings and restatements that die, or meet another writer: readers see before or after, never between."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from finmod.ledger.locks import books as keep
from finmod.ledger.locks import hold
from tests.books import Books, bill, month
from tests.faults.killer import Killer, points
from tests.faults.test_two_writers import ends, start

LOAD = ("--format", "focus", "--source", "saas")
FIRST, RESTATED = bill(month(7, "1"), month(8, "5")), bill(month(7, "3"), month(8, "50"))


@pytest.fixture
def killer(tmp_path: Path) -> Killer:
    books = Books(tmp_path / "books")
    books.load(books.write("a.csv", FIRST))
    return Killer(books, tmp_path)


def state(books: Books) -> tuple[dict[str, str], int, bool]:
    """Return totals, the number of closes that stand, and whether every total is proven."""
    closes = books.query("SELECT count(*) AS n FROM closes WHERE x_ReopenedAt IS NULL")[0]["n"]
    proof = books.run("check", "--proof", "--output", "csv").out
    return books.totals(), closes, "False" not in proof


BEFORE = {"saas 2026-07": "1 1.000000000000", "saas 2026-08": "1 5.000000000000"}
BOOKED = {"saas 2026-07": "1 1.000000000000", "saas 2026-08": "2 52.000000000000"}
OPEN = {"saas 2026-07": "1 1.000000000000", "saas 2026-08": "1 50.000000000000"}
REPLACED = {"saas 2026-07": "1 3.000000000000", "saas 2026-08": "1 50.000000000000"}


def test_close_killed_at_any_step_is_whole_or_was_not(killer: Killer, *, long_faults: bool) -> None:
    _, answer = killer.run(0, "close", "2026-07")
    seen = set()
    for last in points(int(answer), 3, long_faults=long_faults):
        books, answer = killer.run(last, "close", "2026-07")
        assert answer == "killed"
        totals, closes, proven = state(books)
        assert (totals, proven) == (BEFORE, True)
        seen.add(closes)
        again = books.run("close", "2026-07")
        assert (again.code, "FM1514" in again.err) == ((1, True) if closes else (0, False))
        assert state(books) == (BEFORE, 1, True)
        assert books.run("query", "SELECT 1", "--as-of", "2026-07").code == 0
    assert seen == {0, 1}


def test_restatement_killed_at_any_step_is_whole_or_was_not(killer: Killer, *, long_faults: bool) -> None:
    assert killer.project.run("close", "2026-07").code == 0
    killer.project.write("a.csv", RESTATED)
    _, answer = killer.run(0, *LOAD, "BOOKS/a.csv")
    seen = set()
    for last in points(int(answer), 3, long_faults=long_faults):
        books, answer = killer.run(last, *LOAD, "BOOKS/a.csv")
        assert answer == "killed"
        totals, closes, proven = state(books)
        assert totals in (BEFORE, BOOKED)
        assert (closes, proven) == (1, True)
        seen.add(totals == BOOKED)
        books.load(books.root / "a.csv")
        assert state(books) == (BOOKED, 1, True)
        assert "nothing to load" in books.load(books.root / "a.csv").out
    assert seen == {False, True}


def test_reopening_killed_at_any_step_is_whole_or_was_not(killer: Killer, *, long_faults: bool) -> None:
    assert killer.project.run("close", "2026-07").code == 0
    killer.project.load(killer.project.write("a.csv", RESTATED))
    words = ("reopen", "2026-07", "--reason", "wrong")
    _, answer = killer.run(0, *words)
    seen = set()
    for last in points(int(answer), 3, long_faults=long_faults):
        books, answer = killer.run(last, *words)
        assert answer == "killed"
        totals, closes, proven = state(books)
        assert (totals, closes, proven) in ((BOOKED, 1, True), (OPEN, 0, True))
        seen.add(closes)
        books.run(*words)
        assert state(books) == (OPEN, 0, True)
        books.load(books.root / "a.csv")
        assert state(books) == (REPLACED, 0, True)
    assert seen == {0, 1}


def test_a_month_is_not_closed_while_a_load_runs(loaded: Books) -> None:
    with keep(loaded.root / ".finmod/locks"):
        said = loaded.run("close", "2026-09", "--early")
    assert said.code == 1
    assert "a load or an apply runs, or another month is being closed or reopened" in said.err
    assert "Wait until it is done, then run the command again. Nothing was changed. (FM1511" in said.err
    assert loaded.run("close", "2026-09", "--early").code == 0


def test_a_close_and_loads_at_once_leave_a_whole_ledger(loaded: Books) -> None:
    """Whoever comes first, the month is as it was closed, and what came after it is a true-up."""
    path = loaded.write("b.csv", bill(month(9, "7"), *(month(9, "0") for _ in range(5000))))
    load = start(loaded, "saas", path)
    closes = [loaded.run("close", "2026-09", "--early") for _ in range(8)]
    ((code, message),) = ends([load])
    assert code == 0, message
    assert {said.code for said in closes} <= {0, 1}
    assert all("FM1511" in said.err or "FM1514" in said.err for said in closes if said.code)
    if all(said.code for said in closes):
        loaded.run("close", "2026-09", "--early")
    (total,) = loaded.query("SELECT CAST(sum(BilledCost) AS DOUBLE) AS b FROM charges")
    assert total == {"b": 7.0}
    assert state(loaded)[1:] == (1, True)


def test_a_close_waits_for_a_commit(loaded: Books) -> None:
    with hold(loaded.root / ".finmod/locks", "commit", "the ledger"):
        process = subprocess.Popen(
            [sys.executable, "-m", "finmod", "--project", str(loaded.root), "close", "2026-09", "--early"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(3)
        assert state(loaded)[1] == 0
    assert list(ends([process])) == [(0, "")]
    assert state(loaded)[1:] == (1, True)
