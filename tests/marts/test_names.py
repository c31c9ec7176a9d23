"""Names in public tables: a column per dimension, one row per key and dimension, and every cost once."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finmod.focus.columns import COSTS
from finmod.marts.names import CHARGE_NAMES, charge_names_sql
from tests.books import Books, bill
from tests.tagged import CHARGES, EURO, TAXONOMY, charge, tagged

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


def test_a_taxonomy_with_problems_stops_what_asks_for_names_and_nothing_else(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books", TAXONOMY.replace("is: shared", "is: x"))
    assert books.query("SELECT count(*) AS n FROM charges") == [{"n": 8}]
    for sql in ("SELECT * FROM charge_names", "SELECT x_Product FROM charges", "SELECT x_Produc FROM charges_daily"):
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
