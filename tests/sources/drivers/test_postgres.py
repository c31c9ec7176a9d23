"""Drivers in a real PostgreSQL: exact numbers, a transaction that only reads, and refusals in its own words."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.drivers import DriverProject
from tests.refusals import messages
from tests.servers import Postgres, free_port, postgres


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as made:
        with psycopg.connect(made.address(), autocommit=True) as connection:
            connection.execute(
                "CREATE TABLE sales "
                "(at timestamptz, app text, amount numeric(40,12), ratio float8, small real, n bigint)"
            )
            connection.execute(
                "INSERT INTO sales VALUES "
                "('2026-09-01 00:30+02', 'ads', 12345678901234567890.123456789012, 0.1, 0.1, 3), "
                "('2026-09-05 12:00+00', 'ads', 0.000000000001, 1e15, 2.5, -1), "
                "('2026-09-05 12:00+00', NULL, NULL, 'NaN', 1, 2), "
                "('2026-09-06 12:00+00', 'a,\"b\n', 1, 1, 1, 1)"
            )
        yield made


@pytest.fixture
def project(tmp_path: Path, server: Postgres, monkeypatch: pytest.MonkeyPatch) -> DriverProject:
    monkeypatch.setenv("FINANCE_DSN", server.address())
    return DriverProject(tmp_path / "p")


def of_sql(project: DriverProject, sql: str, more: str = "", *, grain: str = "month") -> DriverProject:
    project.write(
        "drivers.yaml",
        f"""
revenue:
  unit: USD
  grain: {grain}
  by: product
  from: {{postgres: "env:FINANCE_DSN", sql: drivers/revenue.sql{more}}}
""",
    )
    project.write("drivers/revenue.sql", sql)
    return project


def test_numbers_are_exact_and_instants_are_utc(project: DriverProject) -> None:
    of_sql(
        project, "\n-- what was sold\nSELECT at AS date, app AS product, amount AS revenue FROM sales ORDER BY at, n;\n"
    ).load()
    assert project.rows() == [
        ("2026-08-01", ("ads",), "12345678901234567890.123456789012", None, "drivers/revenue.sql, row 1"),
        ("2026-09-01", ('a,"b',), "1", None, "drivers/revenue.sql, row 4"),
        ("2026-09-01", ("ads",), "0.000000000001", None, "drivers/revenue.sql, row 2"),
    ]


@pytest.mark.parametrize(
    ("column", "values"), [("ratio", ["0.1", "1000000000000000"]), ("small", ["0.1", "2.5"]), ("n", ["3", "-1"])]
)
def test_every_kind_of_number_is_read(project: DriverProject, column: str, values: list[str]) -> None:
    of_sql(project, f"SELECT at AS date, app AS product, {column} AS revenue FROM sales WHERE app = 'ads'").load()
    assert [row[2] for row in project.rows()] == values


def test_the_same_rows_are_no_new_version(project: DriverProject) -> None:
    of_sql(project, "SELECT date '2026-09-01' AS date, 'a' AS product, 1 AS revenue")
    assert project.load().version == 1
    assert project.load().version == 1
    assert project.load(again=True).version == 2


_QUERIES = [
    "SELECT * FROM nothing",
    "\n\nSELECT now() AS date,\n  produkt FROM sales",
    "SELEC 1",
    "SELECT 1; DROP TABLE sales",
    "SELECT 1 / 0 AS date, 1 AS product, 1 AS revenue",
    "DELETE FROM sales RETURNING at AS date, app AS product, n AS revenue",
    "SELECT pg_sleep(5) AS date, 1 AS product, 1 AS revenue",
]
_SAID = """
drivers/revenue.sql:1:15: PostgreSQL says: relation "nothing" does not exist. Correct the query: one SELECT.
drivers/revenue.sql:4:3: PostgreSQL says: column "produkt" does not exist. Correct the query: one SELECT.
drivers/revenue.sql:1:1: PostgreSQL says: syntax error at or near "SELEC". Correct the query: one SELECT.
drivers/revenue.sql: PostgreSQL says: cannot insert multiple commands into a prepared statement. Correct the query:
  one SELECT.
drivers/revenue.sql: PostgreSQL says: division by zero. Correct the query: one SELECT.
drivers/revenue.sql: PostgreSQL says: cannot execute DELETE in a read-only transaction. Write one SELECT: nothing is
  changed in a database.
drivers/revenue.sql: PostgreSQL says: canceling statement due to statement timeout. Make the query faster, or give it
  more than 1 s: timeout: of its source.
"""
REFUSED = list(zip(_QUERIES, messages(_SAID), strict=True))


@pytest.mark.parametrize(("sql", "said"), REFUSED)
def test_what_the_database_refuses_is_told_with_its_place(project: DriverProject, sql: str, said: str) -> None:
    assert of_sql(project, sql, ", timeout: 1").refused() == [f"{said} What was loaded before is unchanged. (FM2181)"]


def test_a_cell_that_is_no_number_is_refused(project: DriverProject) -> None:
    (message,) = of_sql(
        project, "SELECT at AS date, app AS product, ratio AS revenue FROM sales ORDER BY at, n"
    ).refused()
    assert message.startswith("drivers/revenue.sql, row 3: the value is 'NaN'; expected a number")


_LOGIN = (
    "See that the server runs, that it can be reached from here, and that user and password are right. What was loaded "
    "before is unchanged. (FM2181)"
)


def test_a_wrong_password_is_told_and_no_password_is_shown(
    project: DriverProject, server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINANCE_DSN", server.address("wr0ng"))
    (message,) = of_sql(project, "SELECT 1").refused()
    assert message.startswith("drivers.yaml:6:10: PostgreSQL says: ")
    assert 'password authentication failed for user "finmod"' in message
    assert message.endswith(_LOGIN)
    assert "wr0ng" not in message


def test_a_server_that_is_not_there_and_a_database_that_is_not_are_told(
    project: DriverProject, server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_sql(project, "SELECT 1")
    monkeypatch.setenv("FINANCE_DSN", server.address(database="none"))
    assert 'database "none" does not exist' in project.refused()[0]
    monkeypatch.setenv("FINANCE_DSN", f"postgresql://finmod:p@127.0.0.1:{free_port()}/postgres")
    (message,) = project.refused()
    assert "Connection refused" in message
    assert message.endswith(_LOGIN)
    unreadable = (
        "drivers.yaml:6:10: the address of the database cannot be read; expected such as "
        "postgresql://user@server/database, or host=server dbname=database user=user. Correct it; signs such as @, /, "
        "# and ? in a password are written as %40, %2F, %23 and %3F. (FM2181)"
    )
    monkeypatch.setenv("FINANCE_DSN", "postgresql://finmod:hidden@[::bad/x")
    (message,) = project.refused()
    assert message == unreadable
    for address in ("postgresql://me:5432/s3cret@db/x", "postgresql://me:s3cret#@db/x", "postgresql://db:s3cret/x"):
        monkeypatch.setenv("FINANCE_DSN", address)
        assert project.refused() == [unreadable]
    monkeypatch.delenv("FINANCE_DSN")
    (message,) = project.refused()
    assert message == (
        "drivers.yaml:6:10: the environment has no variable FINANCE_DSN; expected the secret or address in it. Set it "
        "before the command: export FINANCE_DSN=... (FM2175)"
    )


def test_the_extra_is_named_where_it_is_missing(project: DriverProject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    (message,) = of_sql(project, "SELECT 1").refused()
    assert message == (
        "drivers.yaml:6:10: psycopg is not installed; expected the extra postgres of finmod. Install it: pip install "
        "'finmod[postgres]' (FM2176)"
    )


def test_a_server_that_goes_away_while_it_answers_is_told(project: DriverProject) -> None:
    """The last test of the server: it ends its own connection, as a stopped server does."""
    sql = "SELECT pg_terminate_backend(pg_backend_pid()) AS date, 1 AS product, 1 AS revenue"
    (message,) = of_sql(project, sql).refused()
    assert message.startswith("drivers.yaml:6:10: PostgreSQL says: ")
    assert message.endswith(_LOGIN)
    assert project.rows() == []
