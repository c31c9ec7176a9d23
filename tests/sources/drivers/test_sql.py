"""Drivers by a query over files of the project, and nothing beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drivers import DriverProject


@pytest.fixture
def project(tmp_path: Path) -> DriverProject:
    made = DriverProject(tmp_path / "p")
    made.write("drivers.yaml", "orders: {unit: order, grain: day, by: product, from: {sql: drivers/orders.sql}}\n")
    made.write("raw/orders.csv", "when,app,n\n2026-09-01,ads,1\n2026-09-01,ads,2\n2026-09-02,search,0.1\n")
    return made


def of_sql(project: DriverProject, sql: str) -> DriverProject:
    project.write("drivers/orders.sql", sql)
    return project


def test_a_query_names_files_from_the_project(project: DriverProject) -> None:
    of_sql(
        project,
        """
-- what was ordered
SELECT "when" AS date, app AS product, sum(CAST(n AS DECIMAL(18,6))) AS orders
FROM read_csv('raw/*.csv') GROUP BY ALL ORDER BY date; -- the end
""",
    ).load()
    assert project.rows() == [
        ("2026-09-01", ("ads",), "3", None, "drivers/orders.sql, row 1"),
        ("2026-09-02", ("search",), "0.1", None, "drivers/orders.sql, row 2"),
    ]


def test_the_same_rows_are_no_new_version(project: DriverProject) -> None:
    sql = "SELECT \"when\" AS date, app AS product, n AS orders FROM 'raw/orders.csv'"
    assert of_sql(project, sql).load().version == 1
    assert project.load().version == 1
    project.write("raw/orders.csv", "when,app,n\n2026-09-02,search,0.1\n2026-09-01,ads,2\n2026-09-01,ads,1\n")
    assert project.load().version == 1
    project.write("raw/orders.csv", "when,app,n\n2026-09-01,ads,1\n")
    assert project.load().version == 2
    assert of_sql(project, f"{sql} -- again").load().version == 3


def test_a_query_may_stand_in_the_file_itself(project: DriverProject) -> None:
    project.write(
        "drivers.yaml",
        """orders: {unit: order, grain: day, from: {sql: "SELECT DATE '2026-09-01' AS date, 5 AS value"}}\n""",
    )
    project.load()
    assert project.rows() == [("2026-09-01", (), "5", None, "drivers.yaml (orders), row 1")]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT * FROM '/etc/passwd.csv'", "Files are named from the project's folder and lie inside of it."),
        ("SELECT * FROM read_text('../secret.txt')", "Files are named from the project's folder and lie inside of it."),
        ("SELECT * FROM 'https://localhost/x.parquet'", "Nothing of the driver was changed."),
        ("INSTALL httpfs", "one SELECT can run here, and this is"),
        ("SELECT 1; SELECT 2", "one SELECT can run here, and this is SELECT, SELECT"),
        ("COPY (SELECT 1) TO 'x.csv'", "one SELECT can run here, and this is COPY"),
        ("SELEC 1", "syntax error"),
        ("SELECT * FROM 'raw/none.csv'", "No files found"),
    ],
)
def test_whatever_else_it_wants_is_refused(project: DriverProject, sql: str, said: str) -> None:
    project.write("../secret.txt", "secret")
    before = sorted(path.name for path in project.root.iterdir() if path.name != ".finmod")
    (message,) = of_sql(project, sql).refused()
    assert message.startswith("drivers/orders.sql: the query cannot run: ")
    assert said in message
    assert message.endswith("Nothing of the driver was changed. (FM2180)")
    assert sorted(path.name for path in project.root.iterdir() if path.name not in {".finmod", "drivers"}) == [
        name for name in before if name != "drivers"
    ]


def test_columns_that_an_answer_lacks_are_told(project: DriverProject) -> None:
    (message,) = of_sql(project, "SELECT DATE '2026-09-01' AS date, 5 AS orders").refused()
    assert message.startswith("drivers/orders.sql: there is no column 'product'; expected it beside date and orders.")


def test_a_query_whose_file_is_missing_or_empty_is_told(project: DriverProject) -> None:
    assert project.refused()[0].startswith("drivers/orders.sql: the file cannot be read: no such file or directory.")
    assert of_sql(project, "\n").refused() == [
        "drivers/orders.sql: the file is empty. Write the query into it. (FM2180)"
    ]
    project.write("drivers/orders.sql", b"SELECT '\xff'")
    assert project.refused() == ["drivers/orders.sql: the file is not UTF-8. Save it as UTF-8. (FM1013)"]


def test_an_answer_without_rows_is_refused(project: DriverProject) -> None:
    (message,) = of_sql(project, "SELECT DATE '2026-09-01' AS date, 'a' AS product, 5 AS orders WHERE false").refused()
    assert message == (
        "drivers.yaml:1:55: the driver orders has no row with a value. See that its source has rows; what was loaded "
        "before is unchanged. (FM2183)"
    )
