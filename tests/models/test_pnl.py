"""The statement: exact sums, ratios that are never infinity, unknown parts that stay unknown."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from finmod.models.pnl import Proof, Statement, statement
from finmod.models.pnl_figures import ITEMS, Cell, Line

D = Decimal
LINES = (
    Line("Subscriptions", "revenue"),
    Line("Hosting", "cogs", is_cloud=True),
    Line("Support", "opex", is_cloud=True),
    Line("Salaries", "opex"),
)


def made(*cells: Cell, periods: int = 1, **more: object) -> Statement:
    return statement(LINES, periods, cells, **more)  # type: ignore[arg-type]


def items(found: Statement, member: str | None = "search", period: int = 0) -> dict[str, Decimal | None]:
    return {name: found.columns[period, member].actual.item(name) for name in ITEMS}


WHOLE = (
    Cell(0, 0, "search", D(200)),
    Cell(1, 0, "search", D(50), D(1)),
    Cell(1, 0, "search", D(10), D("0.5")),
    Cell(2, 0, "search", D(20)),
    Cell(3, 0, None, D(30)),
    Cell(1, 0, None, D(4), D(1)),
)


def test_what_is_nobodys_has_no_margin_and_all_together_have_one() -> None:
    lines = (Line("Sales", "revenue"), Line("Hosting", "cogs"))
    cells = [Cell(0, 0, None, Decimal(100)), Cell(1, 0, None, Decimal(10)), Cell(1, 0, "search", Decimal(30))]
    found = statement(lines, 1, cells)

    assert (found.whole[None].actual.gross_profit, found.whole[None].actual.gross_margin) == (Decimal(90), None)
    assert found.total.actual.gross_margin == Decimal("0.6")


def test_what_is_unknown_of_a_member_alone_counts_nothing_in_the_whole() -> None:
    lines = (Line("Sales", "revenue"),)
    cells = [Cell(0, 0, "search", Decimal(3)), Cell(0, 0, "ads", None, is_alone=True), Cell(0, 1, "ads", Decimal(2))]
    found = statement(lines, 2, cells)

    assert (found.columns[0, "ads"].actual.revenue, found.whole["ads"].actual.revenue) == (None, None)
    assert [each.actual.revenue for each in (*found.totals, found.total)] == [Decimal(3), Decimal(2), Decimal(5)]


def test_margins_have_12_places() -> None:
    cells = [Cell(0, 0, "a", Decimal(3)), Cell(1, 0, "a", Decimal(1))]
    found = statement((Line("Sales", "revenue"), Line("Hosting", "cogs")), 1, cells)

    assert found.total.actual.gross_margin == Decimal("0.666666666667")


def test_a_statement_goes_from_revenue_to_margins() -> None:
    assert items(made(*WHOLE)) == {
        "revenue": D(200), "cogs": D(60), "gross_profit": D(140), "gross_margin": D("0.7"), "opex": D(20),
        "operating_profit": D(120), "operating_margin": D("0.6"), "variable_cost": D(55), "contribution": D(145),
        "contribution_margin": D("0.725"),
    }  # fmt: skip


def test_what_is_nobodys_is_in_the_total_and_comes_last() -> None:
    found = made(*WHOLE, Cell(0, 0, "ads", D(1)))

    assert found.members == ("ads", "search", None)
    assert found.total.actual.operating_profit == D(201) - 64 - 50
    assert found.ranked() == ["search", "ads"]


def test_totals_are_over_members_and_wholes_over_periods() -> None:
    found = made(Cell(0, 0, "a", D(1)), Cell(0, 1, "a", D(2)), Cell(0, 1, "b", D(4)), periods=3)

    assert [each.actual.revenue for each in found.totals] == [D(1), D(6), None]
    assert {name: each.actual.revenue for name, each in found.whole.items()} == {"a": D(3), "b": D(4)}
    assert found.total.actual.revenue == D(7)


def test_an_unknown_part_makes_what_it_is_in_unknown_and_nothing_else() -> None:
    found = made(*WHOLE, Cell(1, 0, "ads", None, known=D(7)), Cell(0, 0, "ads", D(9)))
    ads, whole = found.columns[0, "ads"].actual, found.total.actual

    assert (ads.revenue, ads.cogs, ads.gross_profit, ads.gross_margin, ads.opex) == (D(9), None, None, None, D(0))
    assert (whole.revenue, whole.cogs, whole.opex, whole.operating_profit) == (D(209), None, D(50), None)
    assert found.columns[0, "search"].actual.cogs == D(60)
    assert found.stated == D(50) + 10 + 20 + 4 + 7


def test_a_margin_without_revenue_is_unknown_and_never_infinity() -> None:
    for revenue in (D(0), D(-5), None):
        found = made(Cell(0, 0, "a", revenue), Cell(1, 0, "a", D(3))).columns[0, "a"].actual
        assert (found.gross_margin, found.operating_margin, found.contribution_margin) == (None, None, None)
    assert made(Cell(0, 0, "a", D(-5))).columns[0, "a"].actual.gross_profit == D(-5)


def test_variance_is_actual_less_plan_and_unknown_where_a_line_has_no_budget() -> None:
    found = made(*WHOLE, plan=[Cell(0, 0, "search", D(180)), Cell(1, 0, "search", D(70), D(1))], planned=[0, 1])
    column = found.columns[0, "search"]

    assert (column.variance("revenue"), column.variance("cogs"), column.variance("gross_profit")) == (
        D(20),
        D(-10),
        D(30),
    )
    assert column.line_variance(0) == 20
    assert (column.variance("opex"), column.variance("operating_profit"), column.line_variance(2)) == (None,) * 3
    assert made(*WHOLE).columns[0, "search"].variance("revenue") is None


def test_what_is_told_of_all_together_is_unknown_of_each_and_known_in_the_total() -> None:
    found = made(Cell(0, 0, None, D(90)), Cell(1, 0, "a", D(30)), untold=[0])
    alone, whole = found.columns[0, "a"].actual, found.total.actual

    assert (alone.revenue, alone.gross_profit, alone.cogs) == (None, None, D(30))
    assert (whole.revenue, whole.gross_profit) == (D(90), D(60))
    assert found.columns[0, None].actual.revenue == D(90)


def test_without_a_line_of_revenue_it_is_unknown_and_not_nothing() -> None:
    found = statement([Line("Hosting", "cogs", is_cloud=True)], 1, [Cell(0, 0, "a", D(1))])

    assert (found.total.actual.revenue, found.total.actual.gross_profit) == (None, None)


def test_a_member_that_is_planned_and_was_not_has_a_column() -> None:
    found = made(*WHOLE, plan=[Cell(0, 0, "shop", D(5))], planned=[0])

    assert found.columns[0, "shop"].variance("revenue") == D(-5)


def test_unknown_profits_are_ranked_last_by_cost() -> None:
    found = made(
        Cell(0, 0, "a", D(1)), Cell(0, 0, "b", None), Cell(1, 0, "b", D(9)), Cell(0, 0, "c", None),
        Cell(1, 0, "c", D(3)),
    )  # fmt: skip

    assert found.ranked() == ["a", "c", "b"]


def test_a_proof_holds_to_the_last_digit() -> None:
    assert Proof("USD", D("1e15"), D("1000000000000000.000000000000")).holds
    broken = Proof("USD", D("1e15"), D("1000000000000000.000000000001"))
    assert (broken.holds, broken.difference) == (False, D("0.000000000001"))


AMOUNTS = st.decimals(min_value=-(10**15), max_value=10**15, places=12)


@given(st.lists(st.tuples(st.integers(1, 2), st.integers(0, 2), st.sampled_from(["a", "b", None]), AMOUNTS)))
def test_members_and_nobody_sum_to_all_cells_exactly(cells: list[tuple[int, int, str | None, Decimal]]) -> None:
    found = made(*(Cell(*cell) for cell in cells), periods=3)
    expected = sum((int(amount * 10**12) for *_, amount in cells), 0)

    costs = [(each.actual.cogs or D(0)) + (each.actual.opex or D(0)) for each in found.whole.values()]

    assert int(found.stated.scaleb(12)) == expected
    assert sum(int(each.scaleb(12)) for each in costs) == expected
    assert sum(int(((each.actual.cogs or D(0)) + (each.actual.opex or D(0))).scaleb(12)) for each in found.totals) == (
        expected
    )
