"""A load that dies at any moment loses nothing: readers see before or after, and the next load completes."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from deltalake import DeltaTable

from tests.books import Books, bill, month
from tests.faults.killer import Killer, points

BEFORE = bill(month(8, "1"), month(9, "2"))
AFTER = bill(month(8, "10"), month(8, "0.5", x_Team="a"), month(9, "20"))
OLD = {"saas 2026-08": "1 1.000000000000", "saas 2026-09": "1 2.000000000000"}
NEW = {"saas 2026-08": "2 10.500000000000", "saas 2026-09": "1 20.000000000000"}
ARGUMENTS = ("--format", "focus", "--source", "saas")
LOAD = (*ARGUMENTS, "BOOKS/b.csv")


@pytest.fixture
def killer(tmp_path: Path) -> Killer:
    books = Books(tmp_path / "books")
    books.load(books.write("b.csv", BEFORE))
    books.write("b.csv", AFTER)
    return Killer(books, tmp_path)


def delta_rows(books: Books, table: str) -> int:
    """Return the rows of a ledger table as any reader of Delta Lake sees it, from its log alone."""
    return int(DeltaTable(str(books.root / ".finmod/tables" / table)).count())


def expect_before_or_after(books: Books) -> dict[str, str]:
    totals = books.totals()
    assert totals in (OLD, NEW)
    assert books.run("check").code in (0, 1)
    loads = books.query(
        "SELECT strftime(x_BillingPeriod, '%Y-%m') AS p, sum(x_Charges) || ' ' || sum(BilledCost) AS v "
        "FROM loads WHERE x_Current GROUP BY 1"
    )
    assert {f"saas {row['p']}": row["v"] for row in loads} == totals
    return totals


def expect_completion(books: Books) -> None:
    books.load(books.root / "b.csv")
    assert books.totals() == NEW
    assert books.staged() == []
    assert "nothing to load" in books.load(books.root / "b.csv").out
    assert delta_rows(books, "charges") == 3
    assert delta_rows(books, "charge_keys") == 2
    assert delta_rows(books, "charge_days") == 2


def test_load_killed_at_any_step_shows_before_or_after_and_the_next_completes(
    killer: Killer, *, long_faults: bool
) -> None:
    whole, answer = killer.run(0, *LOAD)
    steps = int(answer)
    assert steps > 20
    expect_completion(whole)
    seen = set()
    for last in points(steps, 5, long_faults=long_faults):
        books, answer = killer.run(last, *LOAD)
        assert answer == "killed", (last, answer)
        seen.add(tuple(expect_before_or_after(books).values()))
        expect_completion(books)
    assert seen == {tuple(OLD.values()), tuple(NEW.values())}


def test_recovery_that_is_killed_too_is_recovered(killer: Killer, *, long_faults: bool) -> None:
    _, answer = killer.run(0, *LOAD)
    middle = int(answer) - 12
    for last in range(1, 60, 1 if long_faults else 31):
        books = killer.project.copy(killer.folder / f"twice-{last}")
        assert killer.answer(books, middle, *LOAD) == "killed"
        killer.answer(books, last, *LOAD)
        expect_before_or_after(books)
        expect_completion(books)


def test_first_load_that_is_killed_leaves_an_empty_ledger_that_loads(tmp_path: Path, *, long_faults: bool) -> None:
    empty = Books(tmp_path / "books")
    empty.write("b.csv", bill(month(8, "1")))
    killer = Killer(empty, tmp_path)
    steps = int(killer.run(0, *LOAD)[1])
    for last in points(steps, 3, long_faults=long_faults):
        books, answer = killer.run(last, *LOAD)
        assert answer == "killed"
        assert books.totals() in ({}, {"saas 2026-08": "1 1.000000000000"})
        assert books.run("status").code == 0
        books.load(books.root / "b.csv")
        assert books.totals() == {"saas 2026-08": "1 1.000000000000"}


@pytest.mark.fault
def test_real_process_killed_at_random_moments(tmp_path: Path, *, long_faults: bool) -> None:
    if not long_faults:
        pytest.skip("NOT RUN without --long-faults: a real process killed at 40 random moments takes a minute")
    books = Books(tmp_path / "books")
    books.load(books.write("b.csv", BEFORE))
    books.write("b.csv", AFTER)
    moments = random.Random(7)  # noqa: S311 -- moments, not secrets
    for number in range(40):
        copy = books.copy(tmp_path / f"at-{number}")
        command = [
            sys.executable,
            "-m",
            "finmod",
            "--project",
            str(copy.root),
            "load",
            *ARGUMENTS,
            str(copy.root / "b.csv"),
        ]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            time.sleep(moments.uniform(0.3, 1.2))
            process.send_signal(signal.SIGKILL)
        expect_before_or_after(copy)
        expect_completion(copy)
