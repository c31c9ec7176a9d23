"""The records of a taxonomy: days, columns, and which dimension waits for which."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from finmod.taxonomy.definition import ALWAYS, Dimension, Rule, Span, asked, common
from tests.taxonomy.small import read

FIRST, SECOND = date(2026, 1, 1), date(2026, 2, 1)


@pytest.mark.parametrize(
    ("span", "days", "words"),
    [
        (ALWAYS, [date.min, FIRST, SECOND, date.max], ""),
        (Span(since=FIRST), [FIRST, SECOND, date.max], f"since {FIRST}"),
        (Span(until=SECOND), [date.min, FIRST], f"until {SECOND}"),
        (Span(FIRST, SECOND), [FIRST], f"since {FIRST}, until {SECOND}"),
    ],
)
def test_a_span_holds_from_its_first_day_until_before_its_last(span: Span, days: list[date], words: str) -> None:
    assert [day for day in (date.min, FIRST, SECOND, date.max) if span.holds_on(day)] == days
    assert str(span) == words


@pytest.mark.parametrize(
    ("name", "column"),
    [("product", "x_Product"), ("cost-centre", "x_CostCentre"), ("cost_centre", "x_CostCentre"), ("a1-b-", "x_A1B")],
)
def test_a_dimension_is_a_column_in_the_case_of_focus(name: str, column: str) -> None:
    assert Dimension(name, "", None, ()).column == column


def test_tag_keys_are_those_of_all_tag_rules_the_one_to_write_first() -> None:
    rules = (
        Rule(1, "label", "", "", keys=("a/b",)),
        Rule(2, "tag", "", "", keys=("product", "app")),
        Rule(3, "is", "", ""),
        Rule(4, "tag", "", "", keys=("app", "service")),
    )

    assert Dimension("p", "", None, rules).tag_keys == ("product", "app", "service")
    assert Dimension("p", "", None, ()).tag_keys == ()


def test_a_dimension_without_values_is_open() -> None:
    assert Dimension("p", "", None, ()).is_open
    assert not Dimension("p", "", {}, ()).is_open


def test_days_are_those_on_which_anything_begins_or_ends(tmp_path: Path) -> None:
    text = """
    dimensions:
      p:
        values:
          a: {since: 2026-01-02, until: 2026-01-03}
          b: {aliases: [{is: x, since: 2026-01-04}], parent: [{is: y, until: 2026-01-05}]}
        from:
          - {tag: p, since: 2026-01-06}
          - account: {"1": [{is: a, until: 2026-01-07}, {is: b, since: 2026-01-08}]}
          - {lookup: {file: l.csv, key: SubAccountName, value: p}}
          - {when: {ServiceName: a}, is: b, until: 2026-01-10}
        rolls_up: d
      d: {}
    """
    found = read(tmp_path, text, {"l.csv": "SubAccountName,p,since\nx,a,2026-01-09\ny,b,2026-01-09\n"}).days()

    assert found == tuple(date(2026, 1, day) for day in range(2, 11))


def test_a_dimension_waits_for_those_that_it_asks_and_those_that_roll_up_to_it(tmp_path: Path) -> None:
    text = """
    dimensions:
      unit: {}
      department: {rolls_up: unit}
      team:
        rolls_up: department
        from: [{dimension: product, map: {a: b}}, {when: {env: prod, ServiceName: x}, is: y}]
      product: {from: [{dimension: env, map: {a: b}}]}
      env: {}
    """
    taxonomy = read(tmp_path, text)

    assert asked(taxonomy.dimensions["team"], taxonomy) == ("product", "env")
    assert asked(taxonomy.dimensions["unit"], taxonomy) == ("department",)
    assert [each.name for each in taxonomy.in_order()] == ["env", "product", "team", "department", "unit"]
    assert list(taxonomy.dimensions) == ["unit", "department", "team", "product", "env"]


def test_spans_have_the_days_in_common_on_which_all_hold() -> None:
    def until(day: int) -> Span:
        return Span(until=date(2026, 1, day))

    second = Span(since=date(2026, 1, 2))
    assert common(until(3), second) == Span(date(2026, 1, 2), date(2026, 1, 3))
    assert common(until(2), second) is None
    assert common(second, until(2), Span()) is None
    assert common(Span(), second) == second
