"""The Python API."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

import finmod as fm
from finmod.errors import UserError
from finmod.workspace.api import Workspace
from finmod.workspace.frame import Frame
from tests.applied import shared
from tests.tagged import charge, with_charges

FRAME = Frame(("name", "amount", "day"), (("a", Decimal("1.5"), date(2026, 9, 1)), (None, None, None)))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    books = shared(tmp_path_factory.mktemp("api") / "books")
    assert books.run("apply", "--author", "ada").code == 0
    return fm.open(books.root)


def test_a_metric_is_a_frame_with_what_was_odd(workspace: Workspace) -> None:
    found = workspace.metric("cloud_cost", by="product", first="2026-09", compare="previous")
    assert found.columns == (
        "metric", "period", "first_day", "product", "numerator", "denominator", "value", "unit", "before", "change",
        "change_share", "why",
    )  # fmt: skip
    assert [(row["product"], row["value"], row["change"]) for row in found] == [
        ("ads", Decimal("42.666666666667"), 0), ("search", Decimal("95.333333333333"), 0), (None, Decimal(10), 0),
    ]  # fmt: skip
    assert (len(found), found.findings) == (3, ())


def test_a_folder_without_a_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"there is no finmod\.yaml"):
        fm.open(tmp_path)


def test_the_nearest_project_is_opened(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(workspace.project.root)
    assert repr(fm.open()) == f"<finmod workspace 'northwind' at {workspace.project.root}>"


def test_the_statement_is_a_frame(workspace: Workspace) -> None:
    rows = [row for row in workspace.pnl(by="product", first="2026-09") if row["kind"] == "line"]
    assert [(row["member"], row["actual"]) for row in rows if row["by"]] == [
        ("ads", Decimal("42.666666666667")), ("search", Decimal("95.333333333333")), (None, Decimal(10)),
    ]  # fmt: skip
    assert {row["period"] for row in workspace.pnl()} == {"2026-08", "2026-09", "total"}


def test_the_statement_has_every_period_with_charges_though_it_is_no_whole_one(workspace: Workspace) -> None:
    assert {*workspace.pnl(grain="quarter").column("period")} == {"FY2026 Q3"}
    assert {*workspace.pnl(grain="year").column("period")} == {"FY2026"}


def test_metrics_and_queries_are_frames(workspace: Workspace) -> None:
    assert "cloud_cost" in workspace.metrics().column("metric")
    (row,) = workspace.query("SELECT sum(EffectiveCost) AS cost FROM allocated_daily")
    assert row == {"cost": Decimal(296)}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"name": None}, "name is None; expected the name of a metric"),
        ({"name": " "}, "name is ' '; expected the name of a metric"),
        ({"name": "cloud_cos"}, "Did you mean 'cloud_cost'?"),
        ({"by": 3}, "by is 3; expected a dimension or a word such as service, or a list of them"),
        ({"by": b"product"}, "by is b'product'; expected a dimension"),
        ({"by": ["product", None]}, "by is ['product', None]; expected a dimension"),
        ({"by": ""}, "by is ''; expected a dimension"),
        (
            {"grain": "months"},
            "grain is 'months'; expected day, month, period, quarter or year.\n  Did you mean 'month'?",
        ),
        ({"grain": None}, "grain is None; expected day, month"),
        ({"compare": "last"}, "compare is 'last'; expected previous or year.\n  Correct compare."),
        ({"compare": True}, "compare is True; expected previous or year"),
        ({"first": "2026-13"}, "first is '2026-13'; expected a month as 'YYYY-MM', such as '2026-09', or a date of it"),
        ({"last": "2026-09-15"}, "last is '2026-09-15'; expected a month as 'YYYY-MM'"),
        ({"last": 202609}, "last is 202609; expected a month as 'YYYY-MM'"),
        ({"first": "2031-01"}, "Correct first and last. (FM2410"),
    ],
)
def test_an_argument_of_a_metric_that_it_does_not_take_is_named(
    workspace: Workspace, wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError) as refused:
        workspace.metric(**{"name": "cloud_cost", **wrong})
    assert message in str(refused.value)
    assert "--" not in str(refused.value).replace("--list", "")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"by": ["product"]}, "by is ['product']; expected a dimension or a cohort; None without top and bottom"),
        ({"top": 3}, "by is None; expected a dimension or a cohort; None without top and bottom"),
        ({"grain": "day"}, "grain is 'day'; expected month, period, quarter or year"),
        ({"first": 2026}, "first is 2026; expected a period such as '2026-09' or 'FY2027-Q1', or a date of a month"),
        ({"first": "2026-13"}, "first is '2026-13'; expected a period of the grain month from 2026-08 to 2026-09"),
        ({"first": "2026-09", "last": "2026-08"}, "first 2026-09 is after last 2026-08"),
        ({"by": "product", "top": -1}, "top is -1; expected a whole number from 0 to 100000"),
        ({"by": "product", "bottom": "3"}, "bottom is '3'; expected a whole number from 0 to 100000"),
    ],
)
def test_an_argument_of_the_statement_that_it_does_not_take_is_named(
    workspace: Workspace, wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError) as refused:
        workspace.pnl(**wrong)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"sql": None}, "sql is None; expected a statement"),
        (
            {"sql": "SELECT 1", "as_of": "2026-09"},
            "as_of is '2026-09'; expected a version such as 3, a date of a closed",
        ),
        ({"sql": "SELECT 1", "as_of": True}, "as_of is True; expected a version"),
    ],
)
def test_an_argument_of_a_query_that_it_does_not_take_is_named(
    workspace: Workspace, wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError) as refused:
        workspace.query(**wrong)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    "month", ["2026-09", date(2026, 9, 17), datetime(2026, 10, 1, 1, tzinfo=timezone(timedelta(hours=2)))]
)
def test_a_day_stands_for_its_month(workspace: Workspace, month: str | date) -> None:
    assert workspace.metric("cloud_cost", None, first=month, last=month).column("period") == ["2026-09"]


def test_a_day_stands_for_its_month_in_a_statement(workspace: Workspace) -> None:
    assert {*workspace.pnl(first=date(2026, 9, 17), last=datetime(2026, 9, 30, tzinfo=UTC)).column("period")} == {
        "2026-09"
    }


def test_an_instant_without_a_zone_is_of_utc(workspace: Workspace) -> None:
    assert workspace.query("SELECT 1 AS one", as_of=datetime(2099, 1, 1)).column("one") == [1]  # noqa: DTZ001 -- as users write it


def test_a_folder_that_is_no_path_is_refused() -> None:
    with pytest.raises(UserError, match=r"folder is 3; expected the folder of a project"):
        fm.open(3)  # type: ignore[arg-type]


def test_rows_of_everything_follow_where_they_are_asked_for(workspace: Workspace) -> None:
    found = workspace.metric("cloud_cost", "product", first="2026-09", totals=True)
    assert [(row["product"], row["is_total"], row["value"]) for row in found][2:] == [
        (None, False, Decimal(10)), (None, True, Decimal(148)),
    ]  # fmt: skip
    assert str(found.arrow().schema.field("is_total").type) == "bool"
    assert workspace.metric("cloud_cost", totals=True).column("is_total") == [True, True]
    with pytest.raises(UserError, match="totals is 'no'; expected True or False"):
        workspace.metric("cloud_cost", totals="no")  # type: ignore[arg-type]


def test_a_dimension_called_as_a_column_of_figures_has_its_column_of_sql(tmp_path: Path) -> None:
    tags = "{dimensions: {value: {values: [ads], from: [{tag: x}]}, unit: {values: [web], from: [{tag: y}]}}}"
    project = with_charges(tmp_path / "books", [charge(9, "8", "i-9", '{"x":"ads","y":"web"}')], tags)
    project.write("allocation.yaml", "to: [value, unit]\n")
    assert project.run("apply").code == 0
    found = fm.open(project.root).metric("cloud_cost", by=["value", "unit"])
    assert found.columns[3:8] == ("x_Value", "x_Unit", "numerator", "denominator", "value")
    assert [(row["x_Value"], row["value"], row["unit"]) for row in found] == [("ads", Decimal(8), "USD")]
    assert found.column("x_Unit") == ["web"]
    assert found.arrow().num_rows == 1
    shown = project.run("metric", "cloud_cost", "--by", "value", "--output", "json")
    assert '"x_Value": "ads"' in shown.out


@pytest.mark.parametrize("rows", ["", "WHERE false"])
def test_a_query_has_the_types_of_its_statement(workspace: Workspace, rows: str) -> None:
    sql = f"SELECT 1::DECIMAL(38,18) AS fine, 2::HUGEINT AS wide, 3::SMALLINT AS small, NULL AS none {rows}"
    assert workspace.query(sql).arrow().schema == pa.schema([
        ("fine", pa.decimal128(38, 18)), ("wide", pa.decimal128(38, 0)), ("small", pa.int16()), ("none", pa.string()),
    ])  # fmt: skip


def test_arrow_keeps_amounts_exact() -> None:
    table = FRAME.arrow()
    assert table.schema == pa.schema([("name", pa.string()), ("amount", pa.decimal128(38, 12)), ("day", pa.date32())])
    assert table.to_pylist() == [
        {"name": "a", "amount": Decimal("1.5"), "day": date(2026, 9, 1)}, {"name": None, "amount": None, "day": None},
    ]  # fmt: skip


def test_an_empty_frame_has_its_columns() -> None:
    table = Frame(("name", "amount"), (), types={"amount": "DECIMAL(38,12)"}).arrow()
    assert (table.num_rows, table.schema.names, str(table.schema.field("amount").type)) == (
        0, ["name", "amount"], "decimal128(38, 12)",
    )  # fmt: skip


def test_a_library_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(UserError) as refused:
        FRAME.polars()
    assert "polars is not installed" in str(refused.value)
    assert "Install it: pip install polars. Rows as they are: list(frame). (FM2432" in str(refused.value)


def test_a_library_that_takes_no_stream_yet_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise TypeError

    monkeypatch.setitem(sys.modules, "polars", SimpleNamespace(DataFrame=refuse, __version__="1.2.1"))
    with pytest.raises(UserError, match=r"polars 1\.2\.1 takes no Arrow streams; expected polars 1\.3 or later"):
        FRAME.polars()


def test_polars_keeps_amounts_exact() -> None:
    frame = FRAME.polars()
    assert frame.schema == {"name": pl.String, "amount": pl.Decimal(38, 12), "day": pl.Date}
    assert frame.rows() == [("a", Decimal("1.5"), date(2026, 9, 1)), (None, None, None)]


def test_pandas_gets_decimals_or_floats() -> None:
    assert FRAME.pandas()["amount"].tolist() == [Decimal("1.5"), None]
    floats = FRAME.pandas(floats=True)["amount"]
    assert (str(floats.dtype), floats[0], floats.isna().tolist()) == ("float64", 1.5, [False, True])
