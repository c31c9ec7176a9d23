"""Applied allocations: versions of what each target costs, each whole or not there."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import UserError
from finmod.ledger.applied import NewRun, at_close, at_ledger, at_time, commit, files_of, runs
from finmod.ledger.ledger import Ledger
from finmod.ledger.tables import ALLOCATED, ALLOCATION_PROOFS, ALLOCATION_RUNS, ALLOCATION_TABLES
from finmod.terms.findings import Finding
from tests.ledger.allocating import AUGUST, NOW, SEPTEMBER, allocated, apply, apply_tables, closed, stored


def test_nothing_is_applied_at_first(engine: Engine, ledger: Ledger) -> None:
    assert runs(engine, ledger) == ()
    assert files_of(ledger, ALLOCATED, None) == []
    assert not ledger.store.exists()


def test_an_applied_version_has_its_rows_its_author_and_its_totals(engine: Engine, ledger: Ledger) -> None:
    run, _ = apply(engine, ledger, (AUGUST, None, "search", "1.5"), (SEPTEMBER, "k8s", None, "2"), ledger_version=7)
    assert (run.version, run.author, run.rule_hash, run.ledger_version, run.rows) == (1, "ada", "hash1", 7, 2)
    assert (run.applied_at, run.changed, run.dimensions) == (NOW, (AUGUST, SEPTEMBER), {"product": "x_Product"})
    assert run.totals["USD"] == dict.fromkeys(
        ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost"), Decimal("3.5")
    )
    assert runs(engine, Ledger(ledger.store)) == (run,)
    assert stored(engine, ledger, run) == [
        (AUGUST, None, None, "search", Decimal("1.5")), (SEPTEMBER, None, "k8s", None, Decimal(2)),
    ]  # fmt: skip


def test_only_months_that_differ_get_new_files(engine: Engine, ledger: Ledger) -> None:
    first, _ = apply(engine, ledger, (AUGUST, None, "search", "1"), (SEPTEMBER, None, "search", "2"))
    second, _ = apply(engine, ledger, (AUGUST, None, "search", "1"), (SEPTEMBER, None, "ads", "2"))
    assert second.changed == (SEPTEMBER,)
    before, after = (set(files_of(ledger, ALLOCATED, run)) for run in (first, second))
    assert [file.parent.name for file in before & after] == [f"x_BillingPeriod={AUGUST}"]
    third, _ = apply(engine, ledger, (AUGUST, None, "search", "1"), (SEPTEMBER, None, "ads", "2"))
    assert (third.version, third.changed, third.tables) == (3, (), second.tables)


def test_every_version_can_be_read_again(engine: Engine, ledger: Ledger) -> None:
    for amount in ("1", "2", "3"):
        apply(engine, ledger, (AUGUST, None, "search", amount))
    found = [stored(engine, ledger, run)[0][-1] for run in runs(engine, ledger)]
    assert found == [Decimal(1), Decimal(2), Decimal(3)]


def test_a_month_that_has_no_rows_any_more_goes(engine: Engine, ledger: Ledger) -> None:
    apply(engine, ledger, (AUGUST, None, "search", "1"), (SEPTEMBER, None, "search", "2"))
    run, _ = apply(engine, ledger, (SEPTEMBER, None, "search", "2"))
    assert (run.changed, [row[0] for row in stored(engine, ledger, run)]) == ((AUGUST,), [SEPTEMBER])


def test_no_two_versions_have_the_same_time(engine: Engine, ledger: Ledger) -> None:
    made = [apply(engine, ledger, (AUGUST, None, "search", amount))[0] for amount in ("1", "2")]
    assert [run.applied_at for run in made] == [NOW, NOW + timedelta(microseconds=1)]


def test_a_new_dimension_is_a_new_column(engine: Engine, ledger: Ledger) -> None:
    first, _ = apply(engine, ledger, (AUGUST, None, "search", "1"))
    allocated(engine, (AUGUST, None, "search", "1"), columns=("x_Product", "x_Team"))
    run, made = apply_tables(engine, ledger)
    assert made.columns["allocated"] == ["x_Product", "x_Team"]
    assert ledger.delta.columns(ALLOCATED, run.tables["allocated"])[-2:] == ["x_Product", "x_Team"]
    assert stored(engine, ledger, run) == stored(engine, ledger, first)


@pytest.mark.parametrize("tables", [1, 2])
@pytest.mark.parametrize("applied", [0, 1])
def test_a_writer_that_died_between_its_commits_leaves_no_trace(
    engine: Engine, ledger: Ledger, tables: int, applied: int
) -> None:
    before = [apply(engine, ledger, (AUGUST, None, "search", "1"))[0] for _ in range(applied)]
    log = ledger.delta.replace

    class Died(Exception):  # noqa: N818 -- it is no error of ours
        pass

    seen: list[str] = []

    def dying(table: object, files: object) -> int:
        if len(seen) == tables:
            raise Died
        seen.append("x")
        return log(table, files)  # type: ignore[arg-type]

    ledger.delta.replace = dying  # type: ignore[method-assign]
    with pytest.raises(Died):
        apply(engine, ledger, (AUGUST, None, "lost", "100"), (SEPTEMBER, None, "lost", "100"))
    again = Ledger(ledger.store)
    assert runs(engine, again) == tuple(before)
    assert [stored(engine, again, run) for run in before] == [[(AUGUST, None, None, "search", Decimal(1))]] * applied
    after, _ = apply(engine, again, (AUGUST, None, "search", "2"))
    assert after.version == applied + 1
    assert stored(engine, again, after) == [(AUGUST, None, None, "search", Decimal(2))]


def test_the_folder_can_be_moved_with_its_history(engine: Engine, ledger: Ledger, tmp_path: Path) -> None:
    for amount in ("1", "2"):
        apply(engine, ledger, (AUGUST, None, "search", amount))
    shutil.move(ledger.store, tmp_path / "moved")
    there = Ledger(tmp_path / "moved")
    assert [stored(engine, there, run)[0][-1] for run in runs(engine, there)] == [Decimal(1), Decimal(2)]


def test_a_table_that_has_no_rows_of_a_month_any_more_has_no_file_of_it(engine: Engine, ledger: Ledger) -> None:
    apply(engine, ledger, (AUGUST, None, "search", "1"))
    allocated(engine, (AUGUST, None, "search", "2"))
    engine.run("DELETE FROM allocation_proofs")
    run, _ = apply_tables(engine, ledger)
    assert files_of(ledger, ALLOCATION_PROOFS, run) == []
    assert len(files_of(ledger, ALLOCATED, run)) == 1
    first = runs(engine, ledger)[0]
    assert len(files_of(ledger, ALLOCATION_PROOFS, first)) == 1


def test_a_damaged_log_is_told(engine: Engine, ledger: Ledger) -> None:
    apply(engine, ledger, (AUGUST, None, "search", "1"))
    for file in ledger.delta.path(ALLOCATION_RUNS).glob("*.parquet"):
        file.write_bytes(b"no parquet")
    with pytest.raises(UserError, match=r"the ledger cannot be read: (?s:.*)FM1503"):
        runs(engine, Ledger(ledger.store))


def test_which_version_stood_is_told_by_ledger_time_and_close(engine: Engine, ledger: Ledger) -> None:
    for version, amount in ((3, "1"), (3, "2"), (5, "3")):
        apply(engine, ledger, (AUGUST, None, "search", amount), ledger_version=version)
    known = runs(engine, ledger)
    assert [(run := at_ledger(known, version)) and run.version for version in (2, 3, 4, 5, 9)] == [None, 2, 2, 3, 3]
    assert [(run := at_time(known, NOW + timedelta(microseconds=more))) and run.version for more in (-1, 0, 1, 9)] == [
        None, 1, 2, 3,
    ]  # fmt: skip
    (close,) = closed(AUGUST, version=5).every
    assert (run := at_close(known, close))
    assert run.version == 2
    assert at_close(known, replace(close, version=3)) is None


def test_findings_and_unknown_totals_are_kept(engine: Engine, ledger: Ledger) -> None:
    finding = Finding(code="FM2140", severity="error", message="it's <odd>", amount=Decimal("1.50"), currency="USD")
    new = NewRun(
        author="o'brien", rule_hash="h", ledger_version=1, drivers_version=4, note="why; not", dimensions={}, months={},
        files={}, gone=(), columns={}, findings=[finding], rows=0, totals={"EUR": {"BilledCost": None}},
    )  # fmt: skip
    run = commit(engine, ledger, new, None, NOW)
    assert (run.findings, run.author, run.note, run.drivers_version) == ((finding,), "o'brien", "why; not", 4)
    assert run.totals == {"EUR": dict.fromkeys(("BilledCost", "EffectiveCost", "ListCost", "ContractedCost"))}
    assert all(table.name in run.tables for table in ALLOCATION_TABLES)


def test_an_empty_ledger_can_be_applied(engine: Engine, ledger: Ledger) -> None:
    run, _ = apply(engine, ledger)
    assert (run.totals, run.rows, stored(engine, ledger, run)) == ({}, 0, [])
