"""The Python API."""

from __future__ import annotations

import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

import finmod as fm
from finmod.errors import UserError
from finmod.workspace.api import Workspace
from finmod.workspace.frame import Frame
from tests.applied import shared

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


def test_metrics_and_queries_are_frames(workspace: Workspace) -> None:
    assert "cloud_cost" in workspace.metrics().column("metric")
    (row,) = workspace.query("SELECT sum(EffectiveCost) AS cost FROM allocated_daily")
    assert row == {"cost": Decimal(296)}


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


def test_polars_keeps_amounts_exact() -> None:
    frame = FRAME.polars()
    assert frame.schema == {"name": pl.String, "amount": pl.Decimal(38, 12), "day": pl.Date}
    assert frame.rows() == [("a", Decimal("1.5"), date(2026, 9, 1)), (None, None, None)]


def test_pandas_gets_decimals_or_floats() -> None:
    assert FRAME.pandas()["amount"].tolist() == [Decimal("1.5"), None]
    floats = FRAME.pandas(floats=True)["amount"]
    assert (str(floats.dtype), floats[0], floats.isna().tolist()) == ("float64", 1.5, [False, True])
