"""What statements ask for: who can see columns of dimensions, who names one, and who can do without."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from finmod.engines.duckdb import Engine
from finmod.marts.asked import Asked, asked, names_table


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """Return an engine without tables: a statement is looked at before there are any."""
    with Engine(threads=1) as made:
        yield made


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM charges",
        "SELECT * EXCLUDE (x_Product) FROM Charges_Daily AS c LIMIT 1;",
        "SELECT c.* FROM charges AS c JOIN loads USING (x_Source)",
        "FROM charges",
        "TABLE charges_daily",
        "DESCRIBE charges",
        "SUMMARIZE charges_daily",
        "SHOW charges",
        "SHOW ALL TABLES",
        "SELECT COLUMNS('x_.*') FROM charges",
        "SELECT ServiceName FROM charges ORDER BY COLUMNS('x_.*')",
        "UNPIVOT charges_daily ON COLUMNS('x_P.*') INTO NAME n VALUE v",
        "SELECT * FROM (PIVOT charges ON ServiceName IN ('a') USING sum(BilledCost))",
        "WITH t AS (SELECT * FROM charges) SELECT count(*) FROM t",
        "SELECT 1 FROM loads WHERE EXISTS (SELECT * FROM charges)",
        "SELECT 1 UNION ALL BY NAME SELECT * FROM charges",
        "SELECT count(*) FROM charges NATURAL JOIN charges_daily",
        "SELECT #1 FROM charges",
        "SELECT z FROM charges AS c(y, z)",
        "SELECT to_json(c) FROM charges AS c",
        "SELECT charges FROM charges",
        "SELECT main.charges FROM charges",
        "SELECT count(memory.main.Charges_Daily) FROM charges_daily",
        "SELECT * FROM query_table('charges')",
        "SELECT * FROM information_schema.columns WHERE table_name = 'charges'",
        "SELECT column_name FROM INFORMATION_SCHEMA.COLUMNS WHERE table_name = 'charges'",
        "SELECT attname FROM pg_catalog.pg_attribute, charges WHERE false",
        "SELECT column_name FROM duckdb_columns WHERE table_name = 'charges'",
        "SELECT p FROM charges PIVOT (sum(BilledCost) FOR ServiceName IN ('a')) AS p",
        "SELECT column_count FROM duckdb_views WHERE view_name = 'charges'",
        "SELECT relnatts FROM pg_class WHERE relname = 'charges'",
        "SELECT sql FROM sqlite_master WHERE name = 'charges'",
        "SELECT sql FROM sqlite_schema WHERE name = 'charges'",
        "SELECT definition FROM pg_views WHERE viewname = 'charges'",
        "SELECT view_definition FROM information_schema.views WHERE table_name = 'charges'",
        "SELECT column_name FROM duckdb_columns() WHERE table_name = 'charges'",
    ],
)
def test_a_statement_can_ask_for_columns_that_it_does_not_name(engine: Engine, sql: str) -> None:
    assert asked(engine, sql).every


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("SELECT x_Product FROM charges", {"x_product"}),
        ("SELECT c.X_Product.y FROM charges_daily AS c", {"c", "x_product", "y"}),
        ("SELECT count(*) FROM charges JOIN charges_daily USING (x_Product)", {"x_product"}),
        ("SELECT count(*) FILTER (x_Team IS NULL) FROM charges GROUP BY ALL ORDER BY ALL", {"x_team"}),
        ("SELECT list_transform([1], lambda y: y || x_Team) FROM charges", {"x_team", "y"}),
        ("SELECT * FROM (SELECT ServiceName FROM charges) WHERE ServiceName = 'x_Team'", {"servicename"}),
        ("WITH t AS (SELECT ServiceName FROM charges) SELECT * FROM t, unnest([1])", {"servicename"}),
        ("SELECT count(*) FROM charges -- * x_Product", set()),
        ("SELECT 1 FROM charges WHERE EXISTS (SELECT * FROM loads)", set()),
        ("SHOW TABLES", set()),
        ("SELECT 1 FROM charges; COPY charges TO 'x'", set()),
        ("selec * from charges", set()),
        ("", set()),
    ],
)
def test_a_statement_that_names_its_columns_asks_for_no_other(engine: Engine, sql: str, columns: set[str]) -> None:
    assert asked(engine, sql) == Asked(every=False, columns=frozenset(columns))


@pytest.mark.parametrize(
    ("sql", "wanted"),
    [
        ("SELECT * FROM Metrics_Monthly", True),
        ("WITH a AS (FROM metrics_monthly) SELECT 1 FROM a", True),
        ("SELECT (SELECT max(x_Figure) FROM memory.main.metrics_monthly) AS m", True),
        ("DESCRIBE metrics_monthly", True),
        ("DESCRIBE SELECT * FROM metrics_monthly", True),
        ("SUMMARIZE metrics_monthly", True),
        ("PIVOT metrics_monthly ON x_Metric IN ('a') USING sum(x_Figure)", True),
        ("FROM query_table('metrics_monthly')", True),
        ("SELECT * FROM information_schema.columns WHERE table_name = 'metrics_monthly'", True),
        ("SELEC metrics_monthly", True),
        ("SELECT 'metrics_monthly'", False),
        ("SELECT x AS metrics_monthly FROM charges, unnest(['metrics_monthly'])", False),
    ],
)
def test_a_table_is_named_where_it_may_be_read(engine: Engine, sql: str, wanted: bool) -> None:  # noqa: FBT001
    assert names_table(engine, sql, "metrics_monthly") is wanted
