"""``finmod drivers``: words in, words out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.books import Books, bill, finmod

DRIVERS = """
orders: {unit: order, grain: day, by: [product, team], from: {csv: o.csv}}
seats: {unit: seat, grain: month, from: {csv: s.csv}}
"""


@pytest.fixture
def driven(books: Books) -> Books:
    books.write("drivers.yaml", DRIVERS)
    books.write("o.csv", "date,product,team,orders\n2026-09-01,search,web,1234.5\n2026-09-03,ads,,2\n")
    books.write("s.csv", "date,seats\n2026-08,40\n2026-09,41\n")
    return books


def test_drivers_are_loaded_and_listed(driven: Books) -> None:
    said = driven.run("drivers", "load")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines() == [
        "orders: loaded 2 rows, 2026-09-01 to 2026-09-03, 1,236.5 order in all",
        "seats: loaded 2 rows, 2026-08 to 2026-09, 81 seat in all",
    ]
    assert driven.run("drivers", "load").out == "orders, seats: nothing to load, they have not changed\n"
    assert driven.run("drivers", "load", "seats").out == "seats: nothing to load, it has not changed\n"
    shown = driven.run("drivers").out.splitlines()
    assert [line.split()[:11] for line in shown[:3]] == [
        ["driver", "unit", "grain", "by", "from", "rows", "first", "last", "gaps", "last", "month"],
        ["orders", "order", "day", "product,", "team", "csv", "2", "2026-09-01", "2026-09-03", "1", "1,236.5"],
        ["seats", "seat", "month", "csv", "2", "2026-08", "2026-09", "0", "41", *shown[2].split()[-2:]],
    ]
    assert shown[3:] == [
        "warning FM2185: The driver orders has no row of 1 day between its first and last one; the first is 2026-09-02."
    ]


def test_drivers_that_were_never_loaded_say_what_to_do(driven: Books) -> None:
    shown = driven.run("drivers").out.splitlines()
    assert shown[1].split()[-6:] == ["-", "-", "-", "-", "-", "never"]
    assert shown[3:] == [
        "warning FM2191: The driver orders was never loaded. (drivers.yaml:2:1)",
        "warning FM2191: The driver seats was never loaded. (drivers.yaml:3:1)",
        f"Load them: finmod --project {driven.root} drivers load",
    ]


def test_programs_get_exact_values(driven: Books) -> None:
    loaded = json.loads(driven.run("drivers", "load", "--output", "json").out)
    assert loaded[0] == {
        "driver": "orders", "what": "loaded", "rows": 2, "first": "2026-09-01T00:00:00Z",
        "last": "2026-09-03T00:00:00Z", "sum": "1236.500000000000", "unit": "order",
    }  # fmt: skip
    orders, seats = json.loads(driven.run("drivers", "--output", "json").out)
    assert orders | {"loaded_at": ""} == {
        "driver": "orders", "unit": "order", "grain": "day", "by": "product, team", "source": "csv", "rows": 2,
        "first": "2026-09-01T00:00:00Z", "last": "2026-09-03T00:00:00Z", "missing_periods": 1,
        "last_month_sum": "1236.500000000000", "loaded_at": "", "findings": 1,
    }  # fmt: skip
    assert (seats["by"], seats["findings"]) == (None, 0)
    driven.write("drivers.yaml", "")
    assert driven.run("drivers", "load", "--output", "csv").out.splitlines()[1:] == [
        "orders,gone,,,,,",
        "seats,gone,,,,,",
    ]
    assert driven.run("drivers", "--output", "markdown").out.startswith("| driver |")


def test_a_driver_that_is_no_more_leaves(driven: Books) -> None:
    driven.run("drivers", "load")
    driven.write("drivers.yaml", DRIVERS.splitlines()[1])
    shown = driven.run("drivers").out.splitlines()
    assert shown[-2:] == [
        "warning FM2191: The driver seats is loaded, and drivers.yaml has it no more.",
        f"Load them: finmod --project {driven.root} drivers load",
    ]
    assert driven.run("drivers", "load").out.splitlines() == [
        "orders: nothing to load, it has not changed",
        "seats: left, drivers.yaml has it no more",
    ]


def test_what_is_refused_is_told_behind_what_was_loaded(driven: Books) -> None:
    driven.write("o.csv", "date,product,team,orders\n2026-09-01,search,web,x\n")
    said = driven.run("drivers", "load")
    assert said.code == 1
    assert said.out == "seats: loaded 2 rows, 2026-08 to 2026-09, 81 seat in all\n"
    assert said.err.startswith("o.csv, row 1: the value is 'x'; expected a number")
    assert driven.run("drivers", "load", "order").err.startswith(
        "there is no driver 'order'; expected orders or seats."
    )


def test_a_project_without_drivers_says_how_to_begin(books: Books) -> None:
    said = books.run("drivers")
    assert (said.code, said.out) == (
        0,
        "There are no drivers: name them in drivers.yaml, see docs/how-to/drivers.md.\n",
    )
    assert (books.run("drivers", "load").out, (books.root / ".finmod").exists()) == ("", False)


def test_a_load_of_everything_loads_the_drivers_behind_the_bills(driven: Books) -> None:
    driven.write("finmod.yaml", "name: n\ncurrency: USD\nsources: {saas: {format: focus, path: b.csv}}\n")
    driven.write("b.csv", bill({}))
    said = driven.run("load", "saas")
    assert "orders" not in said.out
    said = driven.run("load")
    assert said.code == 0
    assert said.out.splitlines()[1:] == [
        "orders: loaded 2 rows, 2026-09-01 to 2026-09-03, 1,236.5 order in all",
        "seats: loaded 2 rows, 2026-08 to 2026-09, 81 seat in all",
    ]
    driven.write("o.csv", "date,product,team,orders\n2026-09-01,search,web,x\n")
    driven.write("b.csv", bill({"BilledCost": "2"}))
    said = driven.run("load")
    assert (said.code, "Loaded 1 charge" in said.out) == (1, True)
    assert said.err.startswith("o.csv, row 1: the value is 'x'")
    driven.write("drivers.yaml", "orders: {}\n")
    said = driven.run("load")
    assert "orders.unit is missing" in said.err


def test_names_of_drivers_are_completed(driven: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_FINMOD_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", f"finmod --project {driven.root} drivers load or")
    monkeypatch.setenv("COMP_CWORD", "5")
    assert "orders" in finmod().out


def test_values_for_people_are_short(tmp_path: Path) -> None:
    books = Books(tmp_path / "p")
    books.write("drivers.yaml", "n: {unit: x, grain: hour, from: {csv: n.csv}}\n")
    books.write("n.csv", "date,n\n2026-09-01T13:00Z,0.005\n2026-09-01T14:00Z,2.1\n")
    assert books.run("drivers", "load").out == "n: loaded 2 rows, 2026-09-01 13:00 to 2026-09-01 14:00, 2.1 x in all\n"
