"""From published rates to the rate of a charge."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from finmod.ledger.fx_file import Published
from finmod.ledger.rates import Method, Rule, UsedRate, derived, rates_used, rounded


def day(number: int, month: int = 9) -> date:
    return date(2026, month, number)


EUR_USD: Published = {("EUR", "USD"): {day(1): Decimal("1.25"), day(4): Decimal("1.2"), day(30): Decimal("1.6")}}


def rate(published: Published, currency: str, when: date, rule: Rule) -> UsedRate:
    (used,) = rates_used([(currency, when)], published, rule)
    return used


def test_a_rate_that_stands_there_goes_before_its_inverse_and_that_before_a_cross() -> None:
    published: Published = {
        ("EUR", "USD"): {day(1): Decimal("1.25")},
        ("EUR", "GBP"): {day(1): Decimal("0.75"), day(2): Decimal("0.5")},
        ("GBP", "USD"): {day(2): Decimal("1.4")},
        ("USD", "GBP"): {day(2): Decimal("0.7"), day(3): Decimal("0.8")},
    }
    found = {
        when: (Decimal(each.over) / each.under, each.how) for when, each in derived(published, "GBP", "USD").items()
    }
    assert found == {
        day(1): (Decimal("1.25") / Decimal("0.75"), "cross via EUR"),
        day(2): (Decimal("1.4"), "direct"),
        day(3): (Decimal("1.25"), "inverse"),
    }


def test_a_cross_goes_through_the_euro_where_it_can_and_never_mixes_days() -> None:
    published: Published = {
        ("AUD", "GBP"): {day(1): Decimal("0.5"), day(3): Decimal("0.5")},
        ("AUD", "USD"): {day(1): Decimal("0.6"), day(3): Decimal("0.6")},
        ("EUR", "GBP"): {day(1): Decimal("0.8"), day(2): Decimal("0.8")},
        ("EUR", "USD"): {day(1): Decimal("1.2"), day(3): Decimal("1.2")},
    }
    found = derived(published, "GBP", "USD")
    assert {when: each.how for when, each in found.items()} == {day(1): "cross via EUR", day(3): "cross via AUD"}


def test_a_derived_rate_is_exact_and_rounded_once_to_18_places() -> None:
    published: Published = {("EUR", "USD"): {day(1): Decimal("1.1709")}, ("EUR", "GBP"): {day(1): Decimal("0.8655")}}
    (cross,) = derived(published, "GBP", "USD").values()
    assert rounded([cross]) == Decimal("1.352859618717504333")
    (inverse,) = derived(published, "USD", "EUR").values()
    assert rounded([inverse]) == Decimal("0.854043897856349816")


def test_a_rate_that_rounds_to_nothing_or_has_no_room_is_unknown() -> None:
    tiny: Published = {("JPY", "USD"): {day(1): Decimal("0.000000000000000001")}}
    assert rate(tiny, "USD", day(1), Rule("JPY")).rate is None
    assert rate(tiny, "JPY", day(1), Rule("USD")).rate == Decimal("0.000000000000000001")


@pytest.mark.parametrize(
    ("when", "days", "expected"),
    [
        (day(1), 7, ("1.25", day(1))),
        (day(3), 7, ("1.25", day(1))),
        (day(4), 7, ("1.2", day(4))),
        (day(11), 7, ("1.2", day(4))),
        (day(12), 7, None),
        (day(12), 8, ("1.2", day(4))),
        (day(5), 0, None),
        (day(31, 8), 7, None),
    ],
)
def test_the_rate_of_a_day_is_the_last_one_before_it_that_is_not_too_old(
    when: date, days: int, expected: tuple[str, date] | None
) -> None:
    used = rate(EUR_USD, "EUR", when, Rule("USD", "day", days))
    assert (used.rate, used.rate_date) == ((Decimal(expected[0]), expected[1]) if expected else (None, None))


@pytest.mark.parametrize(("method", "expected"), [("month_average", "1.35"), ("month_end", "1.6")])
def test_a_month_has_the_mean_or_the_last_of_its_rates(method: Method, expected: str) -> None:
    for when in (day(1), day(15), day(30)):
        used = rate(EUR_USD, "EUR", when, Rule("USD", method))
        assert (used.rate, used.rate_date, used.is_final) == (Decimal(expected), day(30), True)
    assert rate(EUR_USD, "EUR", day(1, 10), Rule("USD", method)).rate is None


def test_the_mean_of_derived_rates_is_exact_and_rounded_once() -> None:
    published: Published = {("USD", "EUR"): {day(1): Decimal(3), day(2): Decimal(7), day(3): Decimal(11)}}
    used = rate(published, "EUR", day(30), Rule("USD", "month_average"))
    assert used.rate == Decimal("0.189033189033189033")  # (1/3 + 1/7 + 1/11) / 3


@pytest.mark.parametrize(
    ("method", "when", "last", "final"),
    [
        ("day", day(4), day(4), True),
        ("day", day(5), day(4), False),
        ("day", day(5), day(7), True),
        ("month_average", day(5), day(29), False),
        ("month_average", day(5), day(30), True),
        ("month_end", day(5), day(1, 10), True),
        # The last day of October 2026 is a Saturday.
        ("month_end", day(5, 10), day(30, 10), True),
        ("month_end", day(5, 10), day(29, 10), False),
    ],
)
def test_a_rate_is_final_when_none_that_comes_later_can_take_its_place(
    method: Method, when: date, last: date, *, final: bool
) -> None:
    published: Published = {("EUR", "USD"): {when.replace(day=1): Decimal(1), last: Decimal(2)}}
    assert rate(published, "EUR", when, Rule("USD", method)).is_final == final


def test_one_rate_comes_back_per_currency_and_day_and_none_for_the_reporting_currency() -> None:
    pairs = [("EUR", day(4)), ("USD", day(1)), ("EUR", day(4)), ("CHF", day(1)), ("EUR", day(1))]
    used = rates_used(pairs, EUR_USD, Rule("USD"))
    assert [(item.currency, item.charge_date, item.how) for item in used] == [
        ("CHF", day(1), None),
        ("EUR", day(1), "direct"),
        ("EUR", day(4), "direct"),
    ]


def test_the_first_and_the_last_day_of_the_calendar_are_days_like_others() -> None:
    published: Published = {("EUR", "USD"): {date.min: Decimal(2), date.max: Decimal(3)}}
    for method in ("day", "month_average", "month_end"):
        used = rates_used([("EUR", date.min), ("EUR", date.max)], published, Rule("USD", method))
        assert [item.rate for item in used] == [2, 3]
