"""What is odd about drivers, in the words that are told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.ledger.ledger import Ledger
from finmod.terms.findings import Finding
from finmod.workspace.driver_findings import driver_findings
from tests.books import Books, bill, month
from tests.drivers import DriverProject

ORDERS = "orders: {unit: order, grain: day, by: [product], from: {csv: o.csv}}\n"
WHOLE = "".join(f"2026-09-{day:02},search,1\n" for day in range(1, 31))


@pytest.fixture
def project(tmp_path: Path) -> DriverProject:
    made = DriverProject(tmp_path / "p")
    made.write("drivers.yaml", ORDERS)
    return made


def findings(project: DriverProject) -> list[Finding]:
    ledger = Ledger(project.project.store)
    with Engine() as engine:
        return driver_findings(engine, project.project, ledger, ledger.head(engine))


def told(project: DriverProject) -> list[tuple[str, str]]:
    return [(finding.code, finding.message) for finding in findings(project)]


def loaded(project: DriverProject, rows: str) -> DriverProject:
    project.write("o.csv", f"date,product,orders\n{rows}")
    project.load()
    return project


def test_a_sound_driver_and_a_project_without_drivers_have_none(project: DriverProject) -> None:
    assert told(loaded(project, WHOLE)) == []
    project.write("drivers.yaml", "")
    assert [code for code, _ in told(project)] == ["FM2191"]
    project.load()
    assert told(project) == []


def test_gaps_are_told_with_their_number_and_the_first(project: DriverProject) -> None:
    loaded(project, "2026-09-01,search,1\n2026-09-04,search,1\n2026-09-06,ads,1\n")
    (found,) = findings(project)
    assert found == Finding(
        code="FM2185", severity="warning", rows=3, billing_period="2026-09",
        message="The driver orders has no row of 3 days between its first and last one; the first is 2026-09-02.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("grain", "rows", "said", "months"),
    [
        ("day", "2026-08-30,a,1\n2026-08-31,a,1\n", "nothing before 2026-08-30 and nothing after 2026-08-31",
         ("2026-07", "2026-09")),
        ("day", "2026-07-01,a,1\n", "nothing after 2026-07-01", ("2026-07", "2026-09")),
        ("month", "2026-07,a,1\n", "nothing after 2026-07", ("2026-08", "2026-09")),
        ("month", "2026-08,a,1\n2026-09,a,1\n", "nothing before 2026-08", ("2026-07", None)),
        ("hour", "2026-07-01T00:00Z,a,1\n", "nothing after 2026-07-01 00:00 UTC", ("2026-07", "2026-09")),
        ("month", "2026-11,a,1\n", "nothing before 2026-11", ("2026-07", "2026-09")),
        ("month", "2026-05,a,1\n", "nothing after 2026-05", ("2026-07", "2026-09")),
    ],
)  # fmt: skip
def test_days_of_bills_that_a_driver_does_not_reach_are_told(
    books: Books, grain: str, rows: str, said: str, months: tuple[str, str | None]
) -> None:
    books.load(books.write("a.csv", bill(month(7), month(8), month(9))))
    project = DriverProject(books.root)
    project.write("drivers.yaml", ORDERS.replace("day", grain))
    reach = [each for each in findings(loaded(project, rows)) if each.code == "FM2186"]
    assert [(each.message, each.billing_period, each.last_billing_period) for each in reach] == [
        (f"The driver orders has {said}, and bills have charges from 2026-07-01 to 2026-09-01.", *months)
    ]


@pytest.mark.parametrize("rows", ["2026-07-01,a,1\n2026-09-01,a,1\n", "2026-06-01,a,1\n2026-12-31,a,1\n"])
def test_a_driver_that_reaches_further_is_no_finding(books: Books, rows: str) -> None:
    books.load(books.write("a.csv", bill(month(7), month(9))))
    assert "FM2186" not in {each.code for each in findings(loaded(DriverProject(_with_drivers(books)), rows))}


def _with_drivers(books: Books) -> Path:
    books.write("drivers.yaml", ORDERS)
    return books.root


def test_negative_values_and_the_future_are_told(project: DriverProject) -> None:
    loaded(project, f"{WHOLE}2026-10-01,ads,-1234.5\n2026-10-02,ads,1\n")
    negative, future = findings(project)
    assert (negative.code, negative.rows, negative.where) == ("FM2187", 1, "o.csv, row 31")
    assert negative.message == "The driver orders has 1 negative value, -1,234.5 order in all."
    assert (future.code, future.rows, future.where) == ("FM2190", 2, None)
    assert future.message == (
        "The driver orders has 2 rows of periods that had not begun when it was loaded, up to 2026-10-02."
    )


def test_names_that_the_taxonomy_does_not_know_are_told(project: DriverProject) -> None:
    project.write(
        "taxonomy.yaml", "dimensions: {product: {values: {search: {aliases: [srch]}}}, team: {values: [web]}}\n"
    )
    odd = "".join(f"2026-09-01,x{number},2.5\n" for number in range(6))
    loaded(project, f"{WHOLE}{odd}2026-09-01,SRCH,1\n2026-09-01,\x1b[31m,1\n2026-09-02,x0,1\n")
    (found,) = [each for each in findings(project) if each.code == "FM2188"]
    assert found.message == (
        "The driver orders names what is no product: 'x0', '\N{REPLACEMENT CHARACTER}[31m', 'x1', 'x2' and 'x3' and 2 "
        "more; 8 rows, 17 order."
    )
    assert (found.rows, found.example, found.where) == (8, "x0", "o.csv, row 31")


def test_a_dimension_that_is_nearly_one_of_the_taxonomy_is_told(project: DriverProject) -> None:
    project.write("taxonomy.yaml", "dimensions: {products: {values: [search]}}\n")
    assert told(loaded(project, WHOLE)) == [
        ("FM2194", "The driver orders is told by 'product', and the taxonomy has 'products': is that meant?")
    ]
    project.write("taxonomy.yaml", "dimensions: {customer: {values: [search]}}\n")
    assert told(project) == []


def test_what_a_load_did_to_rows_is_told(project: DriverProject) -> None:
    project.write("drivers.yaml", ORDERS.replace("}}", "}, gaps: zero}"))
    project.write("o.csv", "date,product,orders,unit\n2026-09-01,a,1,cart\n2026-09-01,a,2,order\n2026-09-03,a,1,cart\n"
                  "2026-09-03,b,,cart\n")  # fmt: skip
    project.load()
    assert told(project) == [
        ("FM2189", "3 rows of the driver orders say the unit 'cart', and drivers.yaml 'order'."),
        ("FM2192", "1 row of the driver orders became part of another one of the same period and target (sum)."),
        ("FM2192", "1 row of the driver orders has no value, and was passed over."),
        ("FM2193", "1 gap of the driver orders was filled (zero)."),
    ]
    assert [found.severity for found in findings(project)] == ["warning", "info", "info", "info"]


def test_a_driver_that_is_not_as_its_source_is_now_is_told(project: DriverProject) -> None:
    assert told(project) == [("FM2191", "The driver orders was never loaded.")]
    loaded(project, WHOLE)
    project.write("o.csv", "date,product,orders\n2026-09-01,search,1\n")
    assert told(project) == [("FM2191", "The files of the driver orders changed after they were loaded.")]
    project.write("drivers.yaml", ORDERS.replace("unit: order", "unit: cart"))
    (found,) = findings(project)
    assert (found.message, found.where) == (
        "The driver orders was loaded by another entry of drivers.yaml, or another query, than it has now.",
        "drivers.yaml:1:1",
    )
    (project.root / "o.csv").unlink()
    assert told(project) == [
        ("FM2191", "The driver orders cannot be read any more: no file is found at 'o.csv'."),
    ]
    project.write("drivers.yaml", ORDERS.replace("orders:", "others:"))
    assert told(project) == [
        ("FM2191", "The driver others was never loaded."),
        ("FM2191", "The driver orders is loaded, and drivers.yaml has it no more."),
    ]


def test_a_check_tells_them(loaded_books: Books) -> None:
    said = loaded_books.run("check")
    assert "FM2191" in said.out
    assert "The driver orders was never loaded." in said.out


@pytest.fixture
def loaded_books(loaded: Books) -> Books:
    loaded.write("drivers.yaml", ORDERS)
    return loaded


def test_facts_are_those_of_the_load(project: DriverProject) -> None:
    """What is the future is told by when a driver was loaded, not by when somebody looks."""
    project.write("o.csv", f"date,product,orders\n{WHOLE}2026-10-05,ads,1\n")
    project.load(now=datetime(2026, 11, 1, tzinfo=UTC))
    assert {code for code, _ in told(project)} == {"FM2185"}
