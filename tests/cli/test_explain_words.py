"""What is said of a pool's part: what its share went by, text by text, period by period."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from finmod.allocation.explain.answers import CutPart, DayPart, PoolPart
from finmod.allocation.explain.basis import Basis
from finmod.cli.explain_words import lines, sentence
from tests.allocated import by

SEPTEMBER = date(2026, 9, 1)
SHARE = by("cost", within=("x_Source",))


def day(number: int, source: str | None, cost: str, period: int | None = 1) -> DayPart:
    """Return a day of which the target got a quarter."""
    basis = Basis("EffectiveCost of the targets", 1.0, 4.0, 0.25, SHARE, period=period)
    on = date(2026, 9, number)
    return DayPart(on, SEPTEMBER, Decimal(cost), Decimal(cost) / 4, basis, {"x_Source": source})


def part(*days: DayPart) -> PoolPart:
    """Return a part of these days."""
    whole = sum((each.pooled for each in days), Decimal())
    return PoolPart("company", whole / 4, whole, 3, "allocation.yaml:3:5", (SHARE,), days, ())


def said(*days: DayPart) -> list[str]:
    return list(lines(part(*days), "Search", "USD"))


def test_a_pool_of_one_text_is_told_in_one_line() -> None:
    assert said(day(1, "aws", "8"), day(2, "aws", "8")) == [
        (
            "Share: by cost (allocation.yaml:9:9), x_Source aws: EffectiveCost of the targets is 1 of 4, 25.0 % "
            "straight from it over 2 days."
        )
    ]


def test_values_of_two_periods_are_added_though_they_are_the_same() -> None:
    (line,) = said(day(1, "aws", "8", 1), day(2, "aws", "8", 2))
    assert "EffectiveCost of the targets is 2 of 8, 25.0 % straight from it over 2 days." in line


def test_texts_are_told_apart_the_dearest_first_and_the_rest_together() -> None:
    days = [day(1, f"s{number}", f"{number}00") for number in range(1, 8)]
    told = said(*days, day(1, None, "-5000"))
    assert told[0] == "Share: by cost (allocation.yaml:9:9), told apart:"
    assert told[1] == (
        "x_Source (none): -1,250.00 USD of -5,000.00 USD: EffectiveCost of the targets is 1 of 4, 25.0 % straight "
        "from it."
    )
    assert [line.split(":")[0] for line in told[2:]] == [*(f"x_Source s{number}" for number in (7, 6, 5, 4)), "3 more"]
    assert told[-1] == "3 more: 150.00 USD of 600.00 USD."


def test_a_level_says_whose_cost_it_cut_and_by_what() -> None:
    cut = CutPart("team", ("search", None), Basis("use", 1.0, 2.0, 0.5, by("driver", driver="use"), period=1))
    assert said(replace(day(1, "aws", "8"), cuts=(cut,)))[1] == (
        "Level team cuts what search has, by driver use (allocation.yaml:9:9): use is 1 of 2, 50.0 %."
    )


def test_an_interval_that_ends_at_0_is_told() -> None:
    share = by("inferred")
    basis = Basis("fit", 0.0, 1.0, 0.0, share, lower=0.0, upper=0.0)
    only = replace(day(1, "aws", "8"), basis=basis, within={})
    (line,) = lines(replace(part(only), shares=(share,)), "Search", "USD")
    assert line.endswith("of the month 0.0 to 0.0 % at 90 %.")


def test_direct_cost_says_who_is_named() -> None:
    own = replace(part(day(1, "aws", "8")), pool=None, amount=Decimal(8), days=(), shares=())
    told = [sentence(own, Decimal(16), "USD", name) for name in ("Search", "Unallocated", "All targets")]
    assert told == [
        "8.00 USD (50.0 %) is its own: 3 charge keys name it.",
        "8.00 USD (50.0 %) is in no pool: 3 charge keys name nobody.",
        "8.00 USD (50.0 %) is in no pool, from 3 charge keys.",
    ]
    cut = replace(own, is_cut=True, pooled=Decimal(32))
    assert sentence(cut, Decimal(16), "USD", "Search") == (
        "8.00 USD (50.0 %) is cut out of what charges name less closely: 25.0 % of their 32.00 USD, from 3 charge keys."
    )
