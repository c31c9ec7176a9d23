"""An apply that dies, or meets another writer: readers see the version before or the one after, each of them whole."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from finmod.ledger.locks import books as keep
from finmod.ledger.locks import hold
from finmod.workspace.drivers import load_drivers
from tests.applied import HALVES, project_of, shared
from tests.books import Books, bill
from tests.faults.killer import Killer, points
from tests.faults.test_two_writers import ends, start
from tests.tagged import charge

CUSTOMERS = "levels:\n  - {name: customer, within: [product], share: {by: driver, driver: calls}}\n"
CALLS = "calls: {unit: call, grain: month, by: [product, customer], from: {csv: calls.csv}}\n"
APPLY = ("apply", "--author", "ada")

WHOLE = """
SELECT r.x_Version AS version, r.x_Rows = a.n AND r.EffectiveCost = a.cost AS rows, p.unequal = 0 AND p.after = a.cost
  AS proofs, coalesce(l.cost = c.cost, r.x_Version = 1) AS levels, a.moved, a.search
FROM (SELECT * FROM allocation_runs ORDER BY x_Version DESC LIMIT 1) AS r,
  (SELECT count(*) AS n, sum(EffectiveCost) AS cost, count(x_AllocationOf) AS moved,
     sum(EffectiveCost) FILTER (WHERE x_Product = 'search') AS search FROM allocated_daily) AS a,
  (SELECT count(*) FILTER (WHERE x_Difference <> 0) AS unequal,
     sum(x_After) FILTER (WHERE x_Measure = 'EffectiveCost') AS after FROM allocation_proofs) AS p,
  (SELECT sum(EffectiveCost) AS cost FROM allocated_levels_daily) AS l,
  (SELECT sum(EffectiveCost) AS cost FROM allocated_daily
     WHERE x_BillingPeriod IN (SELECT x_BillingPeriod FROM allocated_levels_daily)) AS c
"""
"""Of the version that stands: whether its rows, its proofs and its levels agree with its log.

The first has no level, and one that is new leaves closed months as they are.
"""

Seen = tuple[int, int, str]
FIRST: Seen = (1, 0, "190.666666666666")
SECOND: Seen = (2, 2, "170.666666666666")
REOPENED: Seen = (3, 0, "170.666666666666")
"""Search costs 60 a month, three quarters or half of the cluster's 40, two thirds of the support's 8."""


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """A project with a version; the rules of the next move the closed August in October, and have a level."""
    books = shared(tmp_path_factory.mktemp("closed") / "books")
    assert books.run(*APPLY).code == 0
    assert books.run("close", "2026-08").code == 0
    books.write("calls.csv", "date,product,customer,calls\n2026-09,search,acme,3\n2026-09,search,zorg,1\n")
    books.write("drivers.yaml", CALLS)
    assert load_drivers(project_of(books), (), datetime(2026, 10, 1, tzinfo=UTC))[1] == []
    books.write("allocation.yaml", f"{HALVES}{CUSTOMERS}")
    return books


@pytest.fixture
def killer(closed: Books, tmp_path: Path) -> Killer:
    return Killer(closed.copy(tmp_path / "books"), tmp_path)


def seen(books: Books) -> Seen:
    """Return the version that readers see, the number of rows that closed months moved, and what search costs.

    Rows, proofs and levels must be those of one version, and ``check`` must prove them against the charges again.
    """
    (found,) = books.query(WHOLE)
    assert (found["rows"], found["proofs"], found["levels"]) == (True, True, True), found
    said = books.run("check", "--proof", "--output", "csv")
    assert (said.code, "False" in said.out) == (0, False), said
    assert f"allocation version {found['version']}" in said.out
    return found["version"], found["moved"], found["search"]


def expect_completion(books: Books, after: Seen) -> None:
    """Apply what died, or stands already: it stands then, once, and nothing is left aside."""
    said = books.run(*APPLY)
    assert said.code == 0, said.err
    assert seen(books) == after
    assert books.staged() == []
    assert [path.name for path in (books.root / ".finmod" / "rules").iterdir() if path.name.startswith(".")] == []


def expect_before_or_after(killer: Killer, before: Seen, after: Seen, few: int, *, long_faults: bool) -> None:
    """Die at some steps, each on a copy: what stands is whole, and the next apply completes."""
    whole, answer = killer.run(0, *APPLY)
    assert seen(whole) == after
    found = set()
    for last in points(int(answer), few, long_faults=long_faults):
        books, answer = killer.run(last, *APPLY)
        assert answer == "killed", (last, answer)
        found.add(seen(books))
        expect_completion(books, after)
    assert found == {before, after}


def test_apply_killed_at_any_step_is_whole_or_was_not(killer: Killer, *, long_faults: bool) -> None:
    expect_before_or_after(killer, FIRST, SECOND, 2, long_faults=long_faults)


def test_apply_that_takes_rows_away_killed_at_any_step_is_whole_or_was_not(
    killer: Killer, *, long_faults: bool
) -> None:
    """August is open again: what October had of it goes, and with it all rows of October."""
    assert killer.project.run(*APPLY).code == 0
    assert killer.project.run("reopen", "2026-08", "--reason", "wrong").code == 0
    expect_before_or_after(killer, SECOND, REOPENED, 1, long_faults=long_faults)


def test_an_apply_that_completes_another_and_is_killed_too_is_completed(killer: Killer, *, long_faults: bool) -> None:
    _, answer = killer.run(0, *APPLY)
    books, killed = killer.run(int(answer) * 2 // 3, *APPLY)
    assert (killed, seen(books)) == ("killed", FIRST)
    left = books.copy(killer.folder / "left")
    # What the first one made already is not made again: the second has steps of its own.
    steps = int(killer.answer(books, 0, *APPLY))
    for last in range(1 if long_faults else steps * 3 // 4, steps + 1, 1 if long_faults else steps):
        twice = left.copy(killer.folder / f"twice-{last}")
        assert killer.answer(twice, last, *APPLY) == "killed"
        assert seen(twice) in {FIRST, SECOND}
        expect_completion(twice, SECOND)


def begin(books: Books, *words: str) -> subprocess.Popen[str]:
    """Start a command in a process of its own."""
    command = [sys.executable, "-m", "finmod", "--project", str(books.root), *words]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


@pytest.mark.fault
def test_real_apply_killed_at_random_moments(killer: Killer, *, long_faults: bool) -> None:
    if not long_faults:
        pytest.skip("NOT RUN without --long-faults: a real process killed at 40 random moments takes two minutes")
    moments = random.Random(7)  # noqa: S311 -- moments, not secrets
    for number in range(40):
        copy = killer.project.copy(killer.folder / f"random-{number}")
        with begin(copy, *APPLY) as process:
            time.sleep(moments.uniform(0.5, 2.5))
            process.send_signal(signal.SIGKILL)
        assert seen(copy) in {FIRST, SECOND}
        expect_completion(copy, SECOND)


def test_two_applies_and_a_load_at_once_leave_one_version_of_one_state(killer: Killer) -> None:
    """Each waits for the other or goes before it; a version is of the charges before the load or after it."""
    books = killer.project
    path = books.write("b.csv", bill(charge(9, "12", "i-9", "")))
    writers = [begin(books, *APPLY), start(books, "crm", path)]
    said = books.run(*APPLY)
    assert [(said.code, said.err), *ends(writers)] == [(0, "")] * 3
    found = seen(books)
    assert (found[0] in {2, 3}, found[1:]) == (True, SECOND[1:])
    assert books.run(*APPLY).code == 0
    assert seen(books)[1:] == SECOND[1:]
    assert books.query("SELECT sum(EffectiveCost) AS c FROM allocated_daily") == [{"c": "308.000000000000"}]


def test_a_month_is_not_closed_while_an_allocation_is_applied(killer: Killer) -> None:
    locks = killer.project.root / ".finmod/locks"
    with hold(locks, "apply", "the allocation", wait=True), keep(locks):
        said = killer.project.run("close", "2026-09", "--early")
    assert (said.code, "a load or an apply runs, or another month is being closed" in said.err) == (1, True)
    assert "FM1511" in said.err
