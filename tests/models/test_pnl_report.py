"""Rows of a statement for programs: one for each period, member and item."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from finmod.models.pnl import statement
from finmod.models.pnl_figures import ITEMS, Cell, Line, Member
from finmod.models.pnl_report import COLUMNS, TITLES, PnlReport, rows_of
from finmod.terms.calendars import Calendar

D = Decimal


def report(by: str | None, months: int) -> PnlReport:
    cells = [Cell(0, at, "a", D(10)) for at in range(months)] + [Cell(1, 0, None, D(4), D(1))]
    made = statement([Line("Sales", "revenue"), Line("Cloud", "cogs", is_cloud=True)], months, cells)
    order: tuple[Member, ...] = made.members if by else ()
    return PnlReport(
        project="p", currency="USD", cost="EffectiveCost", version=1, applied_at=datetime(2026, 1, 1, tzinfo=UTC),
        by=by, grain="month", periods=Calendar().periods(date(2026, 1, 1), date(2026, 1 + months, 1), "month"),
        statement=made, order=order, others=0, proofs=(), findings=(),
    )  # fmt: skip


def told(made: PnlReport, item: str) -> list[tuple[object, ...]]:
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in rows_of(made)]
    return [(row["period"], row["by"], row["member"], row["actual"]) for row in rows if row["item"] == item]


def test_members_come_before_all_together_and_the_whole_comes_last() -> None:
    assert told(report("product", 2), "revenue") == [
        ("2026-01", "product", "a", D(10)), ("2026-01", "product", None, D(0)), ("2026-01", None, None, D(10)),
        ("2026-02", "product", "a", D(10)), ("2026-02", None, None, D(10)),
        ("total", "product", "a", D(20)), ("total", "product", None, D(0)), ("total", None, None, D(20)),
    ]  # fmt: skip


def test_one_period_is_its_own_whole() -> None:
    assert told(report(None, 1), "Cloud") == [("2026-01", None, None, D(4))]


def test_ratios_have_no_currency_and_lines_have_a_section() -> None:
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in rows_of(report(None, 1))]

    assert {(row["kind"], row["currency"]) for row in rows} == {("line", "USD"), ("total", "USD"), ("ratio", None)}
    assert [row["section"] for row in rows if row["kind"] == "line"] == ["revenue", "cogs"]


def test_every_item_has_a_title() -> None:
    assert tuple(TITLES) == ITEMS
