"""Names in public tables: a column per dimension, one row per key and dimension, and every cost once."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finmod.focus.columns import COSTS
from finmod.marts.names import CHARGE_NAMES, bill_columns, charge_names_sql
from finmod.workspace.export_focus import export_focus
from finmod.workspace.query import query
from tests.books import Books, bill
from tests.normalize.azure_bill import load_alone
from tests.tagged import CHARGES, EURO, TAXONOMY, charge, tagged
from tests.taxonomy.small import read

DATED = TAXONOMY.replace('{"2": ads}', '{"2": [{is: ads, until: 2026-09-15}, {is: search, since: 2026-09-15}]}')
LATE = {"ChargePeriodStart": "2026-09-20T00:00:00Z", "ChargePeriodEnd": "2026-09-21T00:00:00Z"}
MORE = (
    charge(9, "40.123456789012", "i-4", "", SubAccountId="2", ServiceName="Databases", **LATE),
    charge(9, "-3", "i-4", "", SubAccountId="2", ServiceName="Databases", **LATE),
    charge(9, "2.5", "i-1", "", AllocatedResourceId="pod-1", AllocatedTags='{"product":"ads"}'),
    charge(9, "0.000000000001", "", '{"product":"=evil\\u001b","x":"\'; DROP TABLE names; --"}'),
    charge(9, "", "i-8", "{}", BilledCost="2", ListCost="3", ContractedCost="4"),
    charge(9, "11", "e-1", '{"team":"search-web"}', **EURO),
    charge(9, "12", "i-1", '{"product":"search"}', **EURO),
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Return a project with everything at once: dated lines, split costs, true-ups, two currencies; unchanged."""
    made = tagged(tmp_path_factory.mktemp("names") / "books", DATED)
    made.load(made.write("b.csv", bill(*MORE)), "--source", "more")
    assert made.run("close", "2026-08").code == 0
    restated = [charge(8, "50.5", "i-1", '{"product":"search"}'), charge(8, "7", "i-2", '{"product":"ads"}')]
    made.load(made.write("a.csv", bill(*restated, *CHARGES[2:])))
    return made


def amounts(books: Books, sql: str) -> dict[tuple[Any, ...], tuple[Decimal | None, ...]]:
    """Return place -> the four costs and the number of charges, of rows ``place..., costs, charges``."""
    rows = [list(row.values()) for row in books.query(sql)]
    return {
        tuple(row[: -len(COSTS) - 1]): tuple(
            None if cell is None else Decimal(str(cell)) for cell in row[-len(COSTS) - 1 :]
        )
        for row in rows
    }


SUMS = ", ".join(f"sum({cost})" for cost in COSTS)
PLACE = "strftime(x_BillingPeriod, '%Y-%m'), coalesce(strftime(x_TrueUpOf, '%Y-%m'), ''), BillingCurrency"


def test_every_cost_is_in_every_dimension_once(project: Books) -> None:
    daily = amounts(project, f"SELECT {PLACE}, {SUMS}, sum(x_Charges) FROM charges_daily GROUP BY ALL")
    assert ("2026-09", "2026-08", "USD") in daily
    for dimension in ("product", "team", "department"):
        named = f"FROM charge_names WHERE x_Dimension = '{dimension}' GROUP BY ALL"
        assert amounts(project, f"SELECT {PLACE}, {SUMS}, sum(x_Charges) {named}") == daily


@pytest.mark.parametrize("dimension", ["product", "team", "department"])
@pytest.mark.parametrize("table", ["charges", "charges_daily"])
def test_columns_of_dimensions_agree_with_the_names(table: str, dimension: str, project: Books) -> None:
    column, count = f"x_{dimension.capitalize()}", "count(*)" if table == "charges" else "sum(x_Charges)"
    of_table = amounts(
        project, f"SELECT {PLACE}, x_Source, x_ChargeKey, {column}, {SUMS}, {count} FROM {table} GROUP BY ALL"
    )
    names = f"FROM charge_names WHERE x_Dimension = '{dimension}' GROUP BY ALL"
    of_names = amounts(project, f"SELECT {PLACE}, x_Source, x_ChargeKey, x_Value, {SUMS}, sum(x_Charges) {names}")
    # A true-up has one row for many charges, or for none.
    kept = {place for place in of_names if table == "charges_daily" or not place[1]}
    assert {place: of_table[place] for place in kept} == {place: of_names[place] for place in kept}
    assert set(of_table) == set(of_names)


def test_a_key_stands_once_per_stretch_of_days_and_dimension(project: Books) -> None:
    key = "x_Source, x_BillingPeriod, x_ChargeKey, x_TrueUpOf, x_Since, x_Dimension"
    assert project.query(f"SELECT {key} FROM charge_names GROUP BY ALL HAVING count(*) > 1") == []
    (row,) = project.query("SELECT count(*) AS n, count(DISTINCT x_Dimension) AS d FROM charge_names")
    assert row["n"] % row["d"] == 0
    assert row["d"] == 3


def test_a_true_up_is_named_by_its_own_texts(project: Books) -> None:
    sql = (
        "SELECT x_Value, CAST(EffectiveCost AS VARCHAR) AS c, x_Place FROM charge_names "
        "WHERE x_TrueUpOf IS NOT NULL AND x_Dimension = 'product' ORDER BY EffectiveCost"
    )
    assert project.query(sql) == [
        {"x_Value": None, "c": "-10.000000000000", "x_Place": None},
        {"x_Value": "search", "c": "0.500000000000", "x_Place": "taxonomy.yaml:8:9"},
        {"x_Value": "ads", "c": "7.000000000000", "x_Place": "taxonomy.yaml:8:9"},
    ]


def test_a_change_within_a_month_names_each_day_as_it_was(project: Books) -> None:
    sql = (
        "SELECT strftime(x_ChargeDate, '%d') AS day, x_Product, CAST(sum(EffectiveCost) AS VARCHAR) AS c FROM {} "
        "WHERE ResourceId = 'i-4' GROUP BY ALL ORDER BY 1"
    )
    expected = [
        {"day": "01", "x_Product": "ads", "c": "30.000000000000"},
        {"day": "20", "x_Product": "search", "c": "37.123456789012"},
    ]
    assert project.query(sql.format("charges")) == project.query(sql.format("charges_daily")) == expected
    spans = project.query(
        "SELECT DISTINCT CAST(x_Since AS VARCHAR) AS since, CAST(x_Until AS VARCHAR) AS until FROM charge_names "
        "WHERE x_BillingPeriod = '2026-09-01' ORDER BY 1 NULLS FIRST"
    )
    assert spans == [{"since": None, "until": "2026-09-15"}, {"since": "2026-09-15", "until": None}]


def test_a_split_cost_is_named_by_the_tags_of_what_it_was_split_to(project: Books) -> None:
    sql = "SELECT x_Value, x_TagKey, x_TagText, x_TagState FROM charge_names JOIN (SELECT DISTINCT x_ChargeKey FROM "
    sql += "charges_daily WHERE AllocatedResourceId = 'pod-1') USING (x_ChargeKey) WHERE x_Dimension = 'product'"
    assert project.query(sql) == [
        {"x_Value": "ads", "x_TagKey": "product", "x_TagText": "ads", "x_TagState": "understood"}
    ]


def test_tags_are_told_with_their_state_and_text_whatever_names_the_key(project: Books) -> None:
    sql = (
        "SELECT DISTINCT x_Dimension AS d, x_TagState AS s, x_TagText AS t, x_Value AS v, x_How AS h, x_Rule AS r, "
        "x_RuleText AS w, x_Taggable AS g FROM charge_names JOIN (SELECT DISTINCT x_ChargeKey FROM charges_daily "
        "WHERE ResourceId = 'i-3') USING (x_ChargeKey) ORDER BY d"
    )
    assert [list(row.values()) for row in project.query(sql)] == [
        ["department", None, None, "growth", "dimension", None, "rolls up from team", "taggable"],
        ["product", "unrecognised", "serach", "ads", "map", 2, "account", "taggable"],
        ["team", "missing", None, "ads-web", "dimension", 2, "dimension product", "taggable"],
    ]


def test_hostile_texts_are_told_as_they_stand(project: Books) -> None:
    (row,) = project.query("SELECT x_TagText AS t FROM charge_names WHERE x_TagText LIKE '%evil%'")
    assert row["t"] == "=evil\x1b"


def test_without_a_taxonomy_there_are_no_names_and_no_columns_of_them(loaded: Books) -> None:
    assert loaded.query("SELECT * FROM charge_names") == []
    described = loaded.query("DESCRIBE charge_names")
    assert {row["column_name"]: row["column_type"] for row in described} == CHARGE_NAMES
    said = loaded.run("query", "SELECT x_Product FROM charges")
    assert said.code == 1
    assert "x_Product" in said.err


def test_filled_and_empty_the_table_has_the_same_columns(project: Books) -> None:
    described = project.query("DESCRIBE charge_names")
    assert {row["column_name"]: row["column_type"] for row in described} == CHARGE_NAMES
    assert charge_names_sql(None).endswith("WHERE false")


def test_described_tables_have_a_column_per_dimension(project: Books) -> None:
    for table in ("charges", "charges_daily"):
        names = [row["column_name"] for row in project.query(f"DESCRIBE {table}")]
        assert names[-3:] == ["x_Product", "x_Team", "x_Department"]


@pytest.mark.parametrize(
    "sql",
    [
        "SHOW TABLES", "SHOW ALL TABLES", "SHOW DATABASES", "SHOW charges", "SHOW charge_names", "SHOW loads",
        "-- all\nshow charges_daily;",
    ],
)  # fmt: skip
def test_beside_a_taxonomy_everything_can_be_shown(project: Books, sql: str) -> None:
    assert project.query(sql)


@pytest.mark.parametrize("catalogue", ["INFORMATION_SCHEMA.COLUMNS", "information_schema.columns", "duckdb_columns"])
def test_catalogues_have_the_columns_of_dimensions(project: Books, catalogue: str) -> None:
    rows = project.query(f"SELECT column_name FROM {catalogue} WHERE table_name = 'charges'")
    assert {"column_name": "x_Product"} in rows


def test_a_taxonomy_with_problems_stops_what_asks_for_names_and_nothing_else(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books", TAXONOMY.replace("is: shared", "is: x"))
    assert books.query("SELECT count(*) AS n FROM charges") == [{"n": 8}]
    assert books.query("SELECT x_Source, x_FxRate FROM charges_daily LIMIT 1")
    assert books.query("SHOW TABLES")
    for sql in (
        "SELECT * FROM charge_names",
        "SELECT x_Product FROM charges",
        "SELECT x_Produc FROM charges_daily",
        "SELECT * FROM charges",
    ):
        said = books.run("query", sql)
        assert said.code == 1
        assert "taxonomy.yaml:10:9: 'x' is no value of product" in said.err, sql
    assert len(books.query("DESCRIBE charges")) > 60


def test_values_and_places_of_any_text_are_told(tmp_path: Path) -> None:
    evil = "o'brien \\\"; DROP TABLE names; --"
    text = f'dimensions: {{product: {{values: ["{evil}"], from: [{{is: "{evil}"}}]}}}}\n'
    books = tagged(tmp_path / "books", text)
    meant = evil.replace("\\", "")
    assert books.query("SELECT DISTINCT x_Product AS p FROM charges") == [{"p": meant}]
    assert books.query("SELECT DISTINCT x_Value AS v FROM charge_names") == [{"v": meant}]


def test_names_can_be_seen_as_of_an_earlier_state(project: Books) -> None:
    before = project.query(
        "SELECT sum(EffectiveCost) AS c FROM charge_names WHERE x_Dimension = 'team'", "--as-of", "1"
    )
    assert [str(row["c"]) for row in before] == ["192.000000000000"]


@pytest.mark.parametrize(
    ("sql", "hint"),
    [
        ("SELECT x_Produc FROM charges_daily", "Did you mean x_Product? "),
        ("SELECT c.x_Teem FROM charges AS c", "Did you mean x_Team? "),
        ("SELECT x_Sourc FROM charges", "Did you mean x_Source? "),
        ("SELECT x_Departmnt FROM loads", ""),
    ],
)
def test_a_mistyped_column_of_a_dimension_is_told_where_the_table_has_it(sql: str, hint: str, project: Books) -> None:
    said = project.run("query", sql)
    assert said.code == 1
    see = f"See the columns of a table with: finmod --project {project.root} query 'DESCRIBE charges'."
    assert said.err.splitlines()[1] == f"  {hint}{see} (FM1601, docs/errors.md)"


COST_CENTER = 'dimensions: {cost-center: {from: [{account: {"9ec51cfd": "4711"}}]}}\n'
SEEN = [
    "SELECT x_CostCenter, x_BillCostCenter FROM charges",
    "SELECT c.* FROM charges AS c",
    "FROM charges",
    "SELECT * EXCLUDE (ServiceName) FROM charges",
]


def test_a_dimension_keeps_its_name_beside_a_column_of_the_bill(tmp_path: Path) -> None:
    project = load_alone(tmp_path, [{"CostCenter": "emea"}])
    assert query(project, "SELECT x_CostCenter FROM charges").rows == [("emea",)]
    (project.root / "taxonomy.yaml").write_text(COST_CENTER, encoding="utf-8")

    for sql in SEEN:
        found = query(project, sql)
        (row,) = (dict(zip(found.columns, each, strict=True)) for each in found.rows)
        assert (row["x_CostCenter"], row["x_BillCostCenter"]) == ("4711", "emea"), sql
    for sql in ("SELECT x_BillCostCenter FROM charges", "SELECT x_billcostcenter FROM charges"):
        assert query(project, sql).rows == [("emea",)]
    for sql in ("SELECT x_CostCenter FROM charges_daily", "SELECT x_Value FROM charge_names"):
        assert query(project, sql).rows == [("4711",)]
    described = [row[0] for row in query(project, "DESCRIBE charges").rows]
    assert described[-2:] == ["x_BillCostCenter", "x_CostCenter"]
    assert len({name.lower() for name in described}) == len(described)
    export_focus(project, "1.4", tmp_path / "focus.csv")
    (written,) = csv.DictReader((tmp_path / "focus.csv").read_text(encoding="utf-8").splitlines())
    assert (written["x_BillCostCenter"], written.get("x_CostCenter")) == ("emea", None)


def test_the_name_of_a_bill_s_column_is_taken_by_nothing_else(tmp_path: Path) -> None:
    text = "dimensions: {cost-center: {from: [{is: a}]}, bill-cost-center: {from: [{is: b}]}}"
    assert bill_columns(read(tmp_path, text), ["BilledCost", "x_costcenter", "x_BILLcostcenter2"]) == {
        "x_costcenter": "x_Billcostcenter3"
    }


@pytest.mark.parametrize("table", ["charges", "charges_daily"])
def test_columns_of_dimensions_are_there_for_all_who_do_not_name_them(table: str, project: Books) -> None:
    named = project.query(f"SELECT x_Product, count(*) AS n FROM {table} GROUP BY ALL ORDER BY ALL")
    dimensions = {"x_Product", "x_Team", "x_Department"}
    assert dimensions < {*project.query(f"SELECT * FROM {table} LIMIT 1")[0]}
    assert "x_Product" not in project.query(f"SELECT * EXCLUDE (x_Product) FROM {table} LIMIT 1")[0]
    (row,) = project.query(f"SELECT COLUMNS('^x_(Team|Product)$') FROM {table} LIMIT 1")
    assert list(row) == ["x_Product", "x_Team"]
    turned = f"FROM {table} UNPIVOT INCLUDE NULLS (v FOR k IN (x_Product)) GROUP BY ALL ORDER BY ALL"
    assert project.query(f"SELECT v AS x_Product, count(*) AS n {turned}") == named
    joined = f"SELECT count(*) AS n FROM {table} JOIN (SELECT 'ads' AS x_Product) USING (x_Product)"
    assert project.query(joined) == [{"n": next(each["n"] for each in named if each["x_Product"] == "ads")}]
    assert project.query(f"SELECT any_value(t).x_Department IS NULL AS a FROM {table} AS t WHERE t.x_Team IS NULL") == [
        {"a": True}
    ]
