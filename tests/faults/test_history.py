"""The ledger at any earlier state, also after its project was copied, moved or renamed."""

from __future__ import annotations

import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.books import DROP, Books, bill, month

SUM = "SELECT sum(BilledCost) AS c FROM charges"


@pytest.fixture
def restated(books: Books) -> Books:
    """A project whose bill was 1 USD, then 2, then 3 with a column more."""
    books.load(books.write("b.csv", bill(month(9, "1"))))
    books.load(books.write("b.csv", bill(month(9, "2", ChargeCategory="Nothing of FOCUS"))))
    books.load(books.write("b.csv", bill(month(9, "3", x_Team="a"))))
    return books


def expect_history(books: Books) -> None:
    found = [books.query(SUM, "--as-of", str(version))[0]["c"] for version in (1, 2, 3)]
    assert found == ["1.000000000000", "2.000000000000", "3.000000000000"]
    assert books.query(SUM) == [{"c": "3.000000000000"}]


def test_every_version_is_kept(restated: Books) -> None:
    expect_history(restated)
    assert restated.run("query", SUM, "--as-of", "4").code == 1
    assert (
        "the ledger has no state at 4; expected a version from 1 to 3" in restated.run("query", SUM, "--as-of", "4").err
    )
    assert restated.run("query", SUM, "--as-of", "0").code == 1


def test_loads_findings_and_cube_are_those_of_the_version(restated: Books) -> None:
    for version in (1, 2, 3):
        loads = restated.query("SELECT x_LedgerVersion, x_Current FROM loads ORDER BY 1", "--as-of", str(version))
        assert loads == [{"x_LedgerVersion": n, "x_Current": n == version} for n in range(1, version + 1)]
        cube = restated.query(SUM.replace("charges", "charges_daily"), "--as-of", str(version))
        assert cube == [{"c": f"{version}.000000000000"}]
        odd = restated.query(
            "SELECT count(*) AS n FROM findings WHERE x_Example LIKE '%Nothing of FOCUS%'", "--as-of", str(version)
        )
        assert odd == [{"n": int(version == 2)}]
    assert "x_Team" not in restated.query("SELECT * FROM charges", "--as-of", "1")[0]


def test_state_is_found_by_time(books: Books) -> None:
    books.load(books.write("b.csv", bill(month(9, "1"))))
    time.sleep(0.01)
    between = datetime.now(tz=UTC)
    books.load(books.write("b.csv", bill(month(9, "2"))))
    assert books.query(SUM, "--as-of", between.isoformat()) == [{"c": "1.000000000000"}]
    assert books.query(SUM, "--as-of", "2999-01-01") == [{"c": "2.000000000000"}]
    said = books.run("query", SUM, "--as-of", "2000-01-01")
    assert said.code == 1
    assert "FM1502" in said.err


def test_every_time_that_is_printed_gives_its_own_version(books: Books) -> None:
    for number, name in enumerate(("one", "two", "three"), 1):
        books.write(f"{name}.csv", bill(month(9, str(number))))
    sources = "".join(f"  {name}: {{format: focus, path: {name}.csv}}\n" for name in ("one", "two", "three"))
    books.write("finmod.yaml", f"name: n\ncurrency: USD\nsources:\n{sources}")
    assert books.run("load").code == 0
    said = books.query("SELECT DISTINCT x_LedgerVersion AS v, x_LoadedAt AS t FROM loads ORDER BY 1")
    assert [books.query(SUM, "--as-of", row["t"])[0]["c"] for row in said] == [f"{n}.000000000000" for n in (1, 3, 6)]
    first = said[0]["t"]
    refused = books.run("query", SUM, "--as-of", "2000-01-01").err
    printed = refused.split("or a time from ")[1].split(" on.")[0]
    assert datetime.fromisoformat(printed) == datetime.fromisoformat(first).replace(tzinfo=UTC)
    assert books.query(SUM, "--as-of", printed) == [{"c": "1.000000000000"}]


def test_copied_moved_or_renamed_project_goes_on_with_its_history(restated: Books, tmp_path: Path) -> None:
    copy = restated.copy(tmp_path / "a copy")
    (tmp_path / "elsewhere").mkdir()
    moved = Books(Path(shutil.move(copy.root, tmp_path / "elsewhere/renamed")))
    shutil.rmtree(restated.root)
    expect_history(moved)
    assert "nothing to load" in moved.load(moved.root / "b.csv").out
    moved.load(moved.write("b.csv", bill(month(9, "4"))))
    assert moved.query(SUM) == [{"c": "4.000000000000"}]
    assert moved.query(SUM, "--as-of", "1") == [{"c": "1.000000000000"}]


def test_month_that_a_restated_file_has_left_is_left(books: Books) -> None:
    books.load(books.write("b.csv", bill(month(8, "1"), month(9, "2"))))
    books.load(books.write("b.csv", bill(month(9, "2"))), *DROP)
    assert books.totals() == {"saas 2026-09": "1 2.000000000000"}
    assert len(books.query("SELECT x_BillingPeriod FROM charges", "--as-of", "1")) == 2
    assert books.query("SELECT x_BillingPeriod FROM loads WHERE x_Current") == [{"x_BillingPeriod": "2026-09-01"}]
    assert books.run("check").code in (0, 1)
