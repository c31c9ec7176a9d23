"""Lines of a statement: a driver that two of them have is counted twice, and it is said."""

from __future__ import annotations

from pathlib import Path

from tests.statements import PNL, books_of, findings, report_of

TWICE = PNL.replace(
    "revenue: [{name: Subscriptions, driver: revenue}]",
    "revenue: [{name: Subscriptions, driver: revenue}, {name: Licences, driver: revenue}]",
)


def test_a_driver_of_two_lines_is_named_with_both(tmp_path: Path) -> None:
    found = report_of(books_of(tmp_path / "books", pnl_yaml=TWICE))

    assert [(each.message, each.severity, each.where) for each in found.findings if each.code == "FM2339"] == [
        (
            (
                "The lines 'Subscriptions' and 'Licences' have one driver, revenue: what it tells is counted twice. "
                "Give one of them another driver, or take it out."
            ),
            "warning",
            "pnl.yaml:1:76",
        )
    ]


def test_a_cost_with_the_driver_of_revenue_is_named(tmp_path: Path) -> None:
    books = books_of(tmp_path / "books", pnl_yaml=PNL.replace("driver: salaries", "driver: revenue"))

    assert any("FM2339 The lines 'Subscriptions' and 'Salaries'" in each for each in findings(report_of(books)))


def test_a_plan_may_have_the_driver_of_a_line(tmp_path: Path) -> None:
    books = books_of(tmp_path / "books", pnl_yaml=PNL + "budget: {Subscriptions: revenue}\n")

    assert not any("FM2339" in each for each in findings(report_of(books)))
