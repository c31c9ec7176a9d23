"""Figures of metrics."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from finmod.models.metrics import Figure, Place, Term, figures, quotient, summed
from finmod.terms.money import plain

SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)
MONTHS = [(SEPTEMBER, OCTOBER), (OCTOBER, NOVEMBER)]


def cost(**months: tuple[str | None, ...]) -> Term:
    """Return cost by product, known in both months: ``ads=("1", None)`` is that of September and October."""
    return term({"places": (0,), "known": frozenset({SEPTEMBER, OCTOBER})}, months)


def driver(**months: tuple[str | None, ...]) -> Term:
    """Return a driver by product."""
    return term({"places": (0,)}, months)


def term(more: dict[str, Any], months: dict[str, tuple[str | None, ...]]) -> Term:
    cells: dict[Place, Decimal | None] = {
        (start, (product,)): None if text == "?" else Decimal(text)
        for product, texts in months.items()
        for (start, _), text in zip(MONTHS, texts, strict=True)
        if text is not None
    }
    return Term(cells=cells, **more)


def told(found: list[Figure]) -> list[tuple[str | None, str, str | None]]:
    return [(each.member[0] if each.member else "", _shown(each.value), each.why) for each in found]


def _shown(value: Decimal | None) -> str:
    return "None" if value is None else plain(value)


def test_a_ratio_divides_the_sums_of_both_sides() -> None:
    found = figures([cost(ads=("10", "12"))], [driver(ads=("4", "3"))], MONTHS, 1)
    assert told(found) == [("ads", "2.5", None), ("ads", "4", None)]


def test_the_figure_of_everything_is_made_of_sums_and_not_of_figures() -> None:
    above, below = cost(ads=("10", "10"), shop=("90", "90")), driver(ads=("10", "10"), shop=("10", "10"))
    assert told(figures([summed(above)], [summed(below)], MONTHS, 0)) == [("", "5", None), ("", "5", None)]


def test_zero_and_less_divide_nothing() -> None:
    found = figures([cost(ads=("10", "10"))], [driver(ads=("0", "-2"))], MONTHS, 1)
    assert told(found) == [("ads", "None", "zero"), ("ads", "None", "negative")]


def test_a_month_without_cost_is_zero_where_it_was_loaded_and_unknown_where_not() -> None:
    assert told(figures([cost(ads=("10", None))], [driver(ads=("5", "5"))], MONTHS, 1))[1] == ("ads", "0", None)
    partly = Term(cells={(SEPTEMBER, ("ads",)): Decimal(10)}, places=(0,), known=frozenset({SEPTEMBER}))
    assert told(figures([partly], [driver(ads=("5", "5"))], MONTHS, 1))[1] == ("ads", "None", "missing")


def test_an_unknown_part_makes_the_figure_unknown() -> None:
    found = figures([cost(ads=("?", "1"))], [driver(ads=("5", "?"))], MONTHS, 1)
    assert told(found) == [("ads", "None", "unknown"), ("ads", "None", "unknown")]


def test_a_driver_that_is_not_told_is_missing_and_before_its_first_day_not_yet_there() -> None:
    late = Term(cells={(OCTOBER, ("new",)): Decimal(2)}, places=(0,), since={("new",): date(2026, 10, 9)})
    found = figures([cost(new=("1", "4"), old=("1", "1"))], [late], MONTHS, 1)
    assert told(found) == [
        ("new", "None", "not yet"), ("new", "2", None), ("old", "None", "missing"), ("old", "None", "missing"),
    ]  # fmt: skip


def test_months_are_dense_for_every_member_of_either_side() -> None:
    found = figures([cost(ads=("1", None))], [driver(shop=(None, "1"))], MONTHS, 1)
    assert [(each.member[0], each.start) for each in found] == [
        ("ads", SEPTEMBER), ("ads", OCTOBER), ("shop", SEPTEMBER), ("shop", OCTOBER),
    ]  # fmt: skip


def test_a_driver_without_a_dimension_is_that_of_the_whole() -> None:
    by_team: dict[Place, Decimal | None] = {
        (SEPTEMBER, ("ads", "api")): Decimal(6),
        (SEPTEMBER, ("ads", "web")): Decimal(4),
    }
    above = Term(cells=by_team, places=(0, 1), known=frozenset({SEPTEMBER}))
    found = figures([above], [driver(ads=("10", None))], MONTHS[:1], 2)
    assert [(each.member, _shown(each.value)) for each in found] == [(("ads", "api"), "0.6"), (("ads", "web"), "0.4")]


def test_terms_are_taken_off() -> None:
    minus = Term(cells=cost(ads=("4", "20")).cells, places=(0,), sign=-1)
    assert told(figures([driver(ads=("10", "10")), minus], [driver(ads=("10", "10"))], MONTHS, 1)) == [
        ("ads", "0.6", None), ("ads", "-1", None),
    ]  # fmt: skip


def test_a_sum_of_unknown_parts_is_unknown() -> None:
    (first, second) = figures([summed(cost(ads=("?", "1"), shop=("2", "2")))], [], MONTHS, 0)
    assert (first.value, first.why) == (None, "unknown")
    assert second.value == 3


def test_nobodys_cost_stands_last() -> None:
    above = Term(
        cells={(SEPTEMBER, (None,)): Decimal(1), (SEPTEMBER, ("zoo",)): Decimal(2)}, places=(0,),
        known=frozenset({SEPTEMBER}),
    )  # fmt: skip
    assert [each.member for each in figures([above], [], MONTHS[:1], 1)] == [("zoo",), (None,)]


def test_large_amounts_keep_every_digit() -> None:
    assert quotient(Decimal("123456789012345678901234567890.123456789012"), Decimal(1)) == Decimal(
        "123456789012345678901234567890.123456789012"
    )
    assert quotient(Decimal(2), Decimal(3)) == Decimal("0.666666666667")
    assert str(quotient(Decimal(200), Decimal(2))) == "100.000000000000"
