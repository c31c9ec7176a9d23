"""The finding in a sentence: its sign, its causes, and what it says where something lacks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from finmod.models.variance.effects import EFFECTS
from finmod.models.variance.headline import budget_sentence, headline, label_of, phrase, unit_sentence, where
from finmod.models.variance.page import Member, Members
from finmod.models.variance.report import State
from tests.variance_pages import PRODUCTS, change, report_of, report_told, unit, whole, words

FINDINGS = """\
1000 1095 volume=60 days=30 tax=5: October cost 1,095 USD, 95 (9.5 %) more than September: 60 from more use, 30 from \
one more day and 5 from more tax.
1000 900 volume=-80 mix=-40 support=20: October cost 900 USD, 100 (10.0 %) less than September: 80 from less use and \
40 from use that moved to cheaper kinds, less 20 from dearer support.
1000 1100 volume=100: October cost 1,100 USD, 100 (10.0 %) more than September: nearly all of it, 100, from more use.
1000 1000: October cost 1,000 USD, the same as September, and nothing moved.
1000 1000 fx=50 volume=-50: October cost 1,000 USD, about as much as September: 50 from less use, less 50 from \
exchange rates.
1 11 volume=10: October cost 11 USD, 10 (1000.0 %) more than September: nearly all of it, 10, from more use.
1 12 volume=11: October cost 12 USD, 11 more than September: nearly all of it, 11, from more use.
0 80 new_services=80: October cost 80 USD; September cost nothing.
0 0: October cost nothing, as September did.
-10 20 credits=30: October cost 20 USD, 30 more than September: nearly all of it, 30, from fewer credits and refunds.
1000 0 ended_services=-1000: October cost 0 USD, 1,000 (100.0 %) less than September: nearly all of it, 1,000, from \
services that ended.
"""
"""What is there before and after, effects, and the sentence that they make."""


@pytest.mark.parametrize("line", FINDINGS.splitlines())
def test_the_finding_says_what_it_cost_against_what_and_why(line: str) -> None:
    given, _, told = line.partition(": ")
    before, after, *effects = given.split()
    named = dict(each.split("=") for each in effects)
    assert words(headline(report_told(before, after, **named))) == told


def test_small_effects_are_not_named() -> None:
    told = words(headline(report_told(1000, 1100, volume=70, days=27, tax=2, support=1)))
    assert told.endswith(": 70 from more use and 27 from one more day.")


def test_a_month_that_is_not_whole_is_compared_by_as_many_days() -> None:
    """Half of the month is there: to say that it cost half would be no finding."""
    report = report_told(1000, 550, days=-500, list_price=40, volume=10)
    report = replace(report, after=replace(report.after, until=date(2026, 10, 15), partial=("aws",)))
    assert words(headline(report)) == (
        "October cost 550 USD; aws tells October until 15 October alone. For as many days that is 50 (10.0 %) more "
        "than September: 40 from higher list prices and 10 from more use."
    )
    several = replace(report, after=replace(report.after, partial=("aws", "gcp")))
    assert "550 USD; 2 sources do not tell all days of October. For as many days" in words(headline(several))
    same = replace(report, total=change(1000, 500, days=-500))
    assert words(headline(same)).endswith("For as many days that is the same as September.")


@pytest.mark.parametrize("code", ["FM2513", "FM2514"])
def test_what_nobody_knows_is_said_to_be_unknown(code: str) -> None:
    told = words(headline(report_of(change(10, 20), found=[code])))
    assert told.startswith("October cost 20 USD, as far as it is known, 10 (100.0 %) more than September")


@pytest.mark.parametrize(("before", "after", "told"), [
    (0, 0, "What October cost is not known, nor what it is compared with."),
    (10, 0, "What October cost is not known."),
    (0, 20, "October cost 20 USD, as far as it is known; what it is compared with is not known."),
])  # fmt: skip
def test_a_month_of_which_no_cost_is_known_did_not_cost_nothing(before: int, after: int, told: str) -> None:
    report = report_of(change(before, after, other=after - before), found=["FM2514"])
    assert words(headline(report)) == told
    planned = replace(report, before=State("budget of 2026-10", date(2026, 10, 1), 3))
    assert "compared" not in words(headline(planned))


def test_what_moved_for_want_of_a_rate_is_no_gap_of_the_bill() -> None:
    for found, told in ((["FM2514"], "charges whose cost is not known"), (["FM2513", "FM2517"], "what bills do not")):
        report = report_of(change(50, 20, volume=0, other=-30), found=found)
        assert f"nearly all of it, 30, from {told}" in words(headline(report))


def test_months_of_two_years_have_their_year_and_a_close_is_called_one() -> None:
    told = words(headline(report_of(change(10, 20), before=date(2025, 10, 1))))
    assert told.startswith("October 2026 cost 20 USD, 10 (100.0 %) more than October 2025")
    report = report_told(10, 20)
    closed = replace(report, before=State("2026-10 as closed", date(2026, 10, 1), 3))
    assert words(headline(closed)).startswith("October cost 20 USD, 10 (100.0 %) more than at its close")
    restated = replace(closed, total=change(10, 20, volume=0, restatement=10))
    assert words(headline(restated)).endswith(": nearly all of it, 10, from bills that were restated since.")
    assert label_of(closed.before) == "Oct 2026 as closed"


def test_a_month_before_that_begins_late_is_compared_by_as_many_days_too() -> None:
    """Use did not change: a calendar has one more day in October, and it is not what was added."""
    report = report_told(384, 744, days=360)
    late = replace(report.before, since=date(2026, 9, 15), partial=("aws",))
    assert words(headline(replace(report, before=late))) == (
        "October cost 744 USD; aws tells September from 15 September alone. For as many days that is the same as "
        "September."
    )


def test_days_are_counted_where_they_explain_the_sign() -> None:
    february = report_of(change(10, 20, days=5), before=date(2026, 2, 1))
    assert phrase(february, "days", Decimal(5)) == "3 more days"
    assert phrase(february, "days", Decimal(-5)) == "days"


def test_every_effect_has_a_phrase_for_both_signs() -> None:
    report = report_told(1, 2)
    for effect in EFFECTS:
        for sign in (1, -1):
            assert phrase(report, effect.name, Decimal(sign))


def test_those_who_have_most_of_the_change_are_named_with_it() -> None:
    members = Members("product", tuple(Member(each) for each in PRODUCTS))
    told = words(where(members, report_of(whole(PRODUCTS))))
    assert told.startswith("By product: search 10,000.25, <script>alert(1)</script> 9,000.125, ")
    assert told.endswith("; 3 of 5 cost more.")
    nobody = Members("product", (Member(change(1, 2, (None,))),))
    assert where(nobody, report_told(1, 2)) == ()


@pytest.mark.parametrize(
    ("costs", "said"),
    [((11, 12), "both cost more."), ((11, 12, 13), "all 3 cost more."), ((11, 9), "1 of 2 cost more.")],
)
def test_of_two_who_cost_more_it_is_said_that_both_do(costs: tuple[int, ...], said: str) -> None:
    changes = [change(10, cost, (f"p{at}",)) for at, cost in enumerate(costs)]
    told = words(where(Members("product", tuple(map(Member, changes))), report_of(whole(changes))))
    assert told.endswith(f"; {said}")


def test_who_has_no_plan_did_not_cost_more_than_planned() -> None:
    lacking = replace(change(0, 900, ("ads",), volume=0, not_planned=900), has_plan=False)
    planned = change(50, 60, ("search",), volume=0, beyond_plan=10)
    report = report_of(whole((lacking, planned)))
    report = replace(report, before=State("budget of 2026-10", date(2026, 10, 1), 3))
    assert words(where(Members("product", (Member(lacking), Member(planned))), report)) == "By product: search 10."


def test_a_unit_cost_is_told_with_its_change() -> None:
    assert words(unit_sentence([unit(now=None), unit()])) == "Cost per order: 0.0384205 USD, -5.4 %."
    assert unit_sentence([unit(before=None)]) == ()
    assert words(unit_sentence([unit(now="2", before="-4")])) == "Cost per order: 2 USD."


def test_a_month_beside_its_budget_is_told_as_beyond_plan() -> None:
    report = report_told(1000, 1100, volume=0, beyond_plan=80, not_planned=20)
    report = replace(report, before=State("budget of 2026-10", date(2026, 10, 1), 3))
    assert words(headline(report)) == (
        "October cost 1,100 USD. Planned were 1,000 USD; what has a plan cost 80 (8.0 %) more, and 20 was spent "
        "without a plan."
    )
    assert label_of(report.before) == "Budget of Oct 2026"
    nothing = replace(report, total=change(0, 5, volume=0, beyond_plan=5))
    assert words(headline(nothing)) == "October cost 5 USD. Planned were 0 USD; what has a plan cost 5 more."


def test_a_plan_without_an_exchange_rate_is_unknown_and_not_unwritten() -> None:
    report = report_of(replace(change(0, 300, volume=0, not_planned=300), has_plan=False, lacks_rate=True))
    report = replace(report, before=State("budget of 2026-10", date(2026, 10, 1), 3))
    assert words(headline(report)) == "October cost 300 USD; its plan is unknown for want of an exchange rate."
    assert words(budget_sentence(report)) == "The plan of the month is unknown for want of an exchange rate."
    part = replace(change(100, 390, volume=0, beyond_plan=-10, not_planned=300), lacks_rate=True)
    some = replace(report, total=part)
    assert words(headline(some)) == (
        "October cost 390 USD. Planned were 100 USD, as far as it is known; what has a plan cost 10 (10.0 %) less, and "
        "300 was spent without a known plan."
    )


def test_a_budget_of_some_lines_that_was_kept_is_not_called_exceeded_by_the_cost_of_others() -> None:
    """Planned were 250 of two products, and 228 was spent of that; 550 more has no plan."""
    ads = change(100, 300, ("ads",), volume=0, beyond_plan=-30, not_planned=230)
    search = change(150, 478, ("search",), volume=0, beyond_plan=8, not_planned=320)
    free = change(0, 5, ("shop",), volume=0, beyond_plan=5)
    report = report_of(whole((ads, search, free)))
    report = replace(report, before=State("budget of 2026-10", date(2026, 10, 1), 3))
    assert words(headline(report)) == (
        "October cost 783 USD. Planned were 250 USD; what has a plan cost 17 (6.8 %) less, and 550 was spent without "
        "a plan."
    )
    members = Members("product", tuple(map(Member, (ads, search, free))))
    assert words(where(members, report)) == "By product: ads -30; 1 of 3 cost less than planned."
    assert not free.is_new


def test_less_than_nothing_that_did_not_change_is_about_as_much() -> None:
    same = change(-10, -10, volume=-5, credits=5)
    assert words(headline(report_of(same))).startswith("October cost -10 USD, about as much as September: ")
    assert words(headline(report_of(change(-10, -30)))).startswith("October cost -30 USD, 20 less than September: ")


def test_a_plan_is_of_the_whole_month_and_never_compared_by_as_many_days() -> None:
    report = report_told(100, 60, volume=0, beyond_plan=-40)
    before, after = State("budget of 2026-10", date(2026, 10, 1), 3), replace(report.after, until=date(2026, 10, 15))
    report = replace(report, before=before, after=after)
    assert words(budget_sentence(report)) == (
        "Planned were 100 USD; until 15 October what has a plan cost 40 (40.0 %) less."
    )
    assert words(headline(report)) == (
        "October cost 60 USD until 15 October. Planned were 100 USD; until 15 October what has a plan cost 40 (40.0 %) "
        "less."
    )
