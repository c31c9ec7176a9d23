"""The allocation of the working tree becomes the books' version."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import UserError
from finmod.ledger.applied import Run, runs
from finmod.ledger.ledger import Ledger
from finmod.ledger.locks import books as closing_books
from finmod.ledger.rule_files import kept
from finmod.workspace.apply import apply, default_author
from finmod.workspace.plan import plan
from tests.applied import ALLOCATION, AUGUST, CHARGES, HALVES, NOW, SEPTEMBER, project_of, shared
from tests.books import Books, bill
from tests.tagged import charge


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return shared(tmp_path / "books")


def log(books: Books) -> tuple[Run, ...]:
    with Engine() as engine:
        return runs(engine, Ledger(books.root / ".finmod"))


def by_product(books: Books, *arguments: str) -> dict[str | None, str]:
    rows = books.query(
        "SELECT x_Product, sum(EffectiveCost) AS c FROM allocated_daily WHERE x_BillingPeriod = DATE '2026-09-01' "
        "GROUP BY ALL",
        *arguments,
    )
    return {row["x_Product"]: row["c"] for row in rows}


def test_a_version_has_author_note_rules_and_state(books: Books) -> None:
    done = apply(project_of(books), NOW, author="ada", note="first")
    run = done.run
    assert (done.is_new, done.before, done.is_first) == (True, None, True)
    assert (run.version, run.author, run.note, run.ledger_version) == (1, "ada", "first", 1)
    assert run.applied_at > NOW
    assert run.changed == (AUGUST, SEPTEMBER)
    assert run.totals["USD"]["EffectiveCost"] == Decimal(296)
    assert log(books) == (run,)
    root = kept(books.root / ".finmod", run.rule_hash)
    assert root
    assert (root / "allocation.yaml").read_text(encoding="utf-8") == ALLOCATION
    assert books.staged() == []


def test_the_same_again_makes_no_version(books: Books) -> None:
    first = apply(project_of(books), NOW, author="ada")
    again = apply(project_of(books), NOW + timedelta(days=1), author="bob")
    assert (again.is_new, again.run, log(books)) == (False, first.run, (first.run,))


def test_a_close_alone_makes_no_version(books: Books) -> None:
    first = apply(project_of(books), NOW, author="ada")
    assert books.run("close", "2026-08").code == 0
    again = apply(project_of(books), NOW + timedelta(days=1), author="bob")
    assert (again.is_new, again.run, again.findings) == (False, first.run, first.run.findings)
    assert plan(project_of(books)).causes == ()


def test_other_rules_make_a_version_and_the_one_before_stays_to_be_seen(books: Books) -> None:
    first = apply(project_of(books), NOW, author="ada").run
    before = by_product(books)
    books.write("allocation.yaml", HALVES)
    done = apply(project_of(books), NOW, author="ada")
    assert done.run.version == 2
    assert [total.difference for total in done.totals] == [0]
    assert by_product(books) != before
    assert by_product(books, "--as-of", first.applied_at.isoformat()) == before


def test_text_alone_makes_a_version_without_new_rows(books: Books) -> None:
    apply(project_of(books), NOW, author="ada")
    books.write("allocation.yaml", f"# looked at again\n{ALLOCATION}")
    done = apply(project_of(books), NOW, author="ada")
    assert (done.run.version, done.run.changed) == (2, ())


def test_new_charges_get_rows_in_their_month_alone(books: Books) -> None:
    apply(project_of(books), NOW, author="ada")
    books.load(books.write("a.csv", bill(*CHARGES, charge(9, "5", "i-7", '{"product":"ads"}'))))
    done = apply(project_of(books), NOW, author="ada")
    assert (done.run.changed, done.run.ledger_version) == ((SEPTEMBER,), 2)


def test_a_closed_month_stays_as_it_was_told(books: Books) -> None:
    apply(project_of(books), NOW, author="ada")
    assert books.run("close", "2026-09").code == 0
    told = by_product(books)
    books.write("allocation.yaml", HALVES)
    done = apply(project_of(books), NOW, author="ada")
    assert by_product(books) == told
    assert by_product(books, "--as-of", "2026-09") == told
    rows = books.query("SELECT x_BillingPeriod, x_AllocationOf, x_Product, EffectiveCost FROM allocated_daily "
                       "WHERE x_AllocationOf IS NOT NULL ORDER BY ALL")  # fmt: skip
    assert [(row["x_BillingPeriod"], row["x_AllocationOf"], row["x_Product"]) for row in rows] == [
        ("2026-10-01", month, product) for month in ("2026-08-01", "2026-09-01") for product in ("ads", "search")
    ]
    assert sum(Decimal(row["EffectiveCost"]) for row in rows) == 0
    assert [(item.code, item.billing_period) for item in done.findings] == [
        ("FM2214", "2026-08"),
        ("FM2214", "2026-09"),
    ]
    assert done.findings[0].message == "What the rules move in the closed month is booked in 2026-10."
    assert done.booked == {AUGUST: SEPTEMBER.replace(month=10), SEPTEMBER: SEPTEMBER.replace(month=10)}


def test_a_month_that_was_closed_before_it_was_applied_is_told(books: Books) -> None:
    assert books.run("close", "2026-08").code == 0
    done = apply(project_of(books), NOW, author="ada")
    assert [(item.code, item.severity, item.billing_period) for item in done.findings] == [
        ("FM2213", "info", "2026-08")
    ]
    assert done.findings[0].message == "The month was closed before it was ever allocated: it was allocated as it is."


def test_a_month_whose_charges_changed_before_its_close_is_allocated_anew_and_told(books: Books) -> None:
    apply(project_of(books), NOW, author="ada")
    books.load(books.write("a.csv", bill(*CHARGES, charge(8, "5", "i-7", '{"product":"ads"}'))))
    assert books.run("close", "2026-08").code == 0
    done = apply(project_of(books), NOW, author="ada")
    assert [(item.code, item.severity, item.billing_period) for item in done.findings] == [
        ("FM2212", "warning", "2026-08")
    ]
    assert done.findings[0].message.startswith("The closed month was allocated anew: what had been applied were not")
    assert books.query("SELECT sum(EffectiveCost) AS c FROM allocated_daily")[0]["c"] == "301.000000000000"


def other_product(*charges: Mapping[str, str]) -> list[Mapping[str, str]]:
    """Return the charges; what named search in August names ads."""
    was, now = '{"product":"search"}', '{"product":"ads"}'
    return [{**each, "Tags": now} if (each["Tags"], each["ChargePeriodStart"][:7]) == (was, "2026-08") else each
            for each in charges]  # fmt: skip


def test_charges_that_changed_their_target_before_a_close_are_no_matter_of_rules(books: Books) -> None:
    """The bill of August costs the same, and 60 of it are of ads: the month is not what was applied."""
    apply(project_of(books), NOW, author="ada")
    books.load(books.write("a.csv", bill(*other_product(*CHARGES))))
    assert books.run("close", "2026-08").code == 0
    found = plan(project_of(books))
    assert ([(cause.kind, len(cause.moves) > 0) for cause in found.causes], found.booked) == ([("charges", True)], {})
    done = apply(project_of(books), NOW, author="ada")
    assert [(item.code, item.billing_period) for item in done.findings] == [("FM2212", "2026-08")]
    assert done.run.changed == (AUGUST,)
    rows = books.query("SELECT count(*) AS n FROM allocated_daily WHERE x_AllocationOf IS NOT NULL")
    assert rows == [{"n": 0}]
    assert not apply(project_of(books), NOW, author="ada").is_new


def test_other_rules_after_charges_that_changed_elsewhere_are_booked_as_rules(books: Books) -> None:
    apply(project_of(books), NOW, author="ada")
    books.load(books.write("a.csv", bill(*CHARGES, charge(9, "5", "i-7", '{"product":"ads"}'))))
    assert books.run("close", "2026-08").code == 0
    books.write("allocation.yaml", HALVES)
    done = apply(project_of(books), NOW, author="ada")
    assert [(item.code, item.billing_period) for item in done.findings] == [("FM2214", "2026-08")]


def test_where_the_rules_that_were_applied_are_gone_charges_and_rules_are_not_told_apart(books: Books) -> None:
    apply(project_of(books), NOW, author="ada")
    books.load(books.write("a.csv", bill(*other_product(*CHARGES))))
    assert books.run("close", "2026-08").code == 0
    books.write("allocation.yaml", HALVES)
    shutil.rmtree(books.root / ".finmod" / "rules")
    (found,) = apply(project_of(books), NOW, author="ada").findings
    assert (found.code, found.severity, found.billing_period) == ("FM2214", "warning", "2026-08")
    assert found.message == (
        "What the rules move in the closed month is booked in 2026-09. Charges that changed before it was closed may "
        "be in it: the rules that were applied cannot be run."
    )


def test_a_reopened_month_is_replaced_and_its_true_ups_vanish(books: Books) -> None:
    apply(project_of(books), NOW, author="ada")
    books.run("close", "2026-09")
    books.write("allocation.yaml", HALVES)
    apply(project_of(books), NOW, author="ada")
    assert books.run("reopen", "2026-09", "--reason", "x").code == 0
    apply(project_of(books), NOW, author="ada")
    assert books.query("SELECT count(*) AS n FROM allocated_daily WHERE x_AllocationOf IS NOT NULL") == [{"n": 0}]


def test_restated_charges_of_a_closed_month_are_allocated_where_they_are_booked(books: Books) -> None:
    apply(project_of(books), NOW, author="ada")
    books.run("close", "2026-08")
    books.load(books.write("a.csv", bill({**CHARGES[0], "EffectiveCost": "70"}, *CHARGES[1:])))
    apply(project_of(books), NOW, author="ada")
    rows = books.query("SELECT x_BillingPeriod, x_Product, sum(EffectiveCost) AS c FROM allocated_daily "
                       "WHERE x_TrueUpOf IS NOT NULL GROUP BY ALL")  # fmt: skip
    assert [(row["x_BillingPeriod"], row["x_Product"], row["c"]) for row in rows] == [
        ("2026-09-01", "search", "10.000000000000")
    ]


def test_two_that_apply_at_once_make_one_version(books: Books) -> None:
    project, done = project_of(books), list[bool]()

    def run() -> None:
        done.append(apply(project, NOW, author="ada").is_new)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, True]
    assert [run.version for run in log(books)] == [1]


def test_while_a_month_is_being_closed_nothing_is_applied(books: Books) -> None:
    """What is applied waits, so that a version of the ledger tells what stood at a close."""
    project, done = project_of(books), list[int]()
    thread = threading.Thread(target=lambda: done.append(apply(project, NOW, author="ada").run.version))
    with closing_books(Ledger(project.store).locks, closing=True):
        thread.start()
        thread.join(0.3)
        assert (thread.is_alive(), done) == (True, [])
    thread.join()
    assert done == [1]


def test_what_a_killed_apply_left_aside_is_removed(books: Books) -> None:
    left = books.root / ".finmod" / "staging" / "_allocation@20260101T000000000000"
    left.mkdir(parents=True)
    (left / "x.parquet").write_bytes(b"x")
    apply(project_of(books), NOW, author="ada")
    assert books.staged() == []


@pytest.mark.parametrize("what", ["note", "author"])
def test_what_is_very_long_is_refused(what: str, books: Books) -> None:
    with pytest.raises(UserError, match=rf"the {what} has 501 characters; expected 500 at most(?s:.*)FM2215"):
        apply(
            project_of(books),
            NOW,
            author="x" * (501 if what == "author" else 1),
            note="x" * (501 if what == "note" else 1),
        )


def test_the_author_is_whom_git_knows(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    subprocess.run(["git", "-C", tmp_path, "config", "user.name", "Ada L"], check=True)
    assert default_author(tmp_path) == "Ada L"


def test_without_git_the_author_is_the_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("LOGNAME", "grace")
    assert default_author(tmp_path) == "grace"


def test_rules_with_problems_apply_nothing(books: Books) -> None:
    books.write("allocation.yaml", ALLOCATION.replace("ads: 0.25", "ads: 0.15"))
    before = books.trace()
    with pytest.raises(UserError, match=r"allocation\.yaml:3:"):
        apply(project_of(books), NOW, author="ada")
    assert (books.trace(), log(books)) == (before, ())


def test_what_applying_moved_is_told(books: Books) -> None:
    apply(project_of(books), NOW, author="ada")
    books.write("allocation.yaml", HALVES)
    (cause,) = apply(project_of(books), NOW, author="ada").causes
    assert cause.kind == "everything"
    assert [(move.pool, move.giver, move.taker, int(move.amount)) for move in cause.moves] == [
        ("cluster", ("search",), ("ads",), 10)
    ] * 2
