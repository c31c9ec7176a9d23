"""Periods of statements: what is asked for, and what calendars of weeks do to months."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.terms.calendars import Calendar, Weeks
from finmod.workspace.pnl.periods import Asked, Periods, chosen_periods
from tests.books import Books
from tests.refusals import told
from tests.statements import DRIVERS, FILES, PNL, books_of, findings, lines, report_of

D = Decimal
MONTHS = [date(2026, month, 1) for month in range(2, 10)]
FEBRUARY = Calendar(2)
WEEKS = "fiscal_year_start: 8\ncalendar: {weeks: 4-4-5, first_day: 2026-08-02}\n"


def labels(asked: Asked, calendar: Calendar = FEBRUARY) -> list[str]:
    return [each.label for each in chosen_periods(calendar, asked, MONTHS).chosen]


def in_weeks(folder: Path, **files: str) -> Books:
    books = books_of(folder, **files)
    books.write("finmod.yaml", (books.root / "finmod.yaml").read_text(encoding="utf-8") + WEEKS)
    return books


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Asked(), ["2026-09"]),
        (Asked(without=3), ["2026-07", "2026-08", "2026-09"]),
        (Asked("quarter", without=5), ["FY2027 Q1", "FY2027 Q2"]),
        (Asked("quarter", without=None), ["FY2027 Q1", "FY2027 Q2", "FY2027 Q3"]),
        (Asked(first="2026-08"), ["2026-08", "2026-09"]),
        (Asked(last="2026-03"), ["2026-02", "2026-03"]),
        (Asked(period="2026-05"), ["2026-05"]),
        (Asked("quarter"), ["FY2027 Q2"]),  # the third has no October yet
        (Asked("quarter", first="FY2027-Q1", last="fy2027 q3"), ["FY2027 Q1", "FY2027 Q2", "FY2027 Q3"]),
        (Asked("quarter", period="2026-06"), ["FY2027 Q2"]),
        (Asked("quarter", first="FY2027", last="FY2027-Q2"), ["FY2027 Q1", "FY2027 Q2"]),
        (Asked("quarter", period="FY2027"), ["FY2027 Q1", "FY2027 Q2", "FY2027 Q3"]),  # there are no charges of the 4th
        (Asked("year", period="FY2027"), ["FY2027"]),
        (Asked("period", period="FY2027-P03"), ["FY2027-P03"]),
        (Asked("year"), ["FY2027"]),
        (Asked("year", first="2026-02", last="2026-09"), ["FY2027"]),
    ],
)
def test_a_period_is_named_by_its_label_or_by_a_month_in_it(asked: Asked, expected: list[str]) -> None:
    assert labels(asked) == expected


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (Asked(period="FY2027"), ("--period is 'FY2027'; expected a period of the grain month from 2026-02 to 2026-09. "
         "Write it as 2026-09. (FM2332)")),
        (Asked("quarter", period="Q1"), ("--period is 'Q1'; expected a period of the grain quarter from FY2027 "
                                         "Q1 to FY2027 "
         "Q3. Write it as FY2027-Q3, or a month of it as YYYY-MM. (FM2332)")),
        (Asked(first="2026-09", last="2026-08"), "--from 2026-09 is after --to 2026-08. Turn them round. (FM2332)"),
        (Asked(first="2027-01"), ("there are no charges of 2027-01; expected a period from 2026-02 to 2026-09. Name "
         "one of these, or load and apply what is missing: finmod load, finmod apply. (FM2332)")),
        (Asked(period="2027-01"), ("there are no charges of 2027-01; expected a period from 2026-02 to 2026-09. "
                                   "Name one of "
         "these, or load and apply what is missing: finmod load, finmod apply. (FM2332)")),
    ],
)  # fmt: skip
def test_what_is_no_period_is_refused(asked: Asked, message: str) -> None:
    with pytest.raises(UserError) as caught:
        labels(asked)
    assert [told(problem) for problem in caught.value.problems] == [message]


def test_a_range_of_months_has_all_of_them_and_one_month_is_the_weeks_with_most_of_its_days() -> None:
    weeks = Calendar(2, weeks=Weeks((4, 4, 5), date(2026, 2, 1)))
    assert labels(Asked("period", first="2026-03", last="2026-05"), weeks) == [
        "FY2027-P02", "FY2027-P03", "FY2027-P04", "FY2027-P05",
    ]  # fmt: skip
    # May lies in the fourth period until the 30th, in the fifth from the 31st on.
    assert weeks.period_of(date(2026, 5, 31), "period").label == "FY2027-P05"
    assert labels(Asked("period", period="2026-05"), weeks) == ["FY2027-P04"]


def test_without_a_month_there_is_no_statement() -> None:
    with pytest.raises(UserError, match="the applied allocation has no month"):
        chosen_periods(FEBRUARY, Asked(), [])


def test_months_without_charges_are_in_no_period() -> None:
    year = chosen_periods(FEBRUARY, Asked("year"), MONTHS)

    assert (year.place(date(2026, 9, 30)), year.place(date(2026, 10, 1)), year.place(date(2026, 1, 31))) == (
        0,
        None,
        None,
    )
    assert year.starts() == MONTHS
    assert len(year.months()) == 12


def test_days_are_what_periods_of_weeks_are_made_of() -> None:
    calendar = Calendar(2, weeks=Weeks((4, 4, 5), date(2026, 2, 1)))
    found = chosen_periods(calendar, Asked("period", first="FY2027-P01", last="FY2027-P02"), MONTHS)

    assert found.by_day
    assert (len(found.starts()), found.place(date(2026, 2, 28)), found.place(date(2026, 3, 1))) == (56, 0, 1)
    assert not chosen_periods(calendar, Asked(), MONTHS).by_day


def test_segments_count_the_changes_before_a_day() -> None:
    chosen = Calendar().periods(date(2026, 1, 1), date(2026, 4, 1), "month")
    told_of = frozenset({date(2026, 1, 1), date(2026, 3, 1)})
    periods = Periods(Calendar(), "month", chosen, by_day=False, told=told_of)

    assert periods.relation([date(2026, 2, 1)]) == (
        "(SELECT * FROM (VALUES (DATE '2026-01-01', 0, 0), (DATE '2026-03-01', 2, 1)) AS buckets(day, period, segment))"
    )


def test_a_charge_outside_of_its_month_belongs_to_the_month_that_it_is_billed_in(tmp_path: Path) -> None:
    books = in_weeks(tmp_path / "books")
    found = report_of(books, grain="period", first="2026-08", last="2026-09")

    # All charges are of the first of a month: that of August lies before the year that begins on the second.
    assert [each.label for each in found.periods] == ["FY2026-P12", "FY2027-P01", "FY2027-P02", "FY2027-P03"]
    assert [each.actual.cogs for each in found.statement.totals] == [D(140), D(0), D(140), D(0)]
    assert found.proofs[0].holds
    assert found.statement.stated == D(296)


def test_a_monthly_driver_is_unknown_in_weeks_until_it_is_spread(tmp_path: Path) -> None:
    books = in_weeks(tmp_path / "books")
    found = report_of(books, grain="period", first="2026-08", last="2026-09")

    assert found.statement.total.actual.revenue is None
    assert (
        "FM2314 The line 'Subscriptions' is unknown: the driver revenue is told by months, which the periods "
        "cut. Where it "
        "may be spread evenly over their days, write spread: days beside it." in findings(found)
    )
    books.write("pnl.yaml", PNL.replace("driver: revenue", "driver: revenue, spread: days")
                .replace("driver: salaries", "driver: salaries, spread: days"))  # fmt: skip
    spread = report_of(books, grain="period", first="2026-08", last="2026-09")
    revenue = [each.actual.revenue for each in spread.statement.totals]
    assert sum(each or D(0) for each in revenue) == D(680)
    assert lines(spread, "search", 0)["Subscriptions"] == D("6.451612903226")  # the first of 31 days of 200
    assert spread.statement.total.actual.opex is not None


def test_a_daily_driver_is_cut_by_weeks_by_its_days(tmp_path: Path) -> None:
    text = "date,product,revenue\n" + "".join(
        f"2026-{month:02}-{day:02},search,1\n" for month, days in ((8, 31), (9, 30)) for day in range(1, days + 1)
    )
    daily = DRIVERS.replace("revenue: {unit: USD, grain: month", "revenue: {unit: USD, grain: day")
    books = in_weeks(tmp_path / "books", drivers_yaml=daily, revenue_csv=text)

    found = report_of(books, grain="period", first="2026-08", last="2026-09")

    assert [lines(found, "search", place)["Subscriptions"] for place in range(4)] == [D(1), D(28), D(28), D(4)]
    assert report_of(books, first="2026-08").statement.total.actual.revenue == D(61)


def test_a_missing_day_makes_the_period_unknown(tmp_path: Path) -> None:
    daily = DRIVERS.replace("revenue: {unit: USD, grain: month", "revenue: {unit: USD, grain: day")
    text = "date,product,revenue\n" + "".join(f"2026-09-{day:02},search,1\n" for day in range(1, 30))
    found = report_of(books_of(tmp_path / "books", drivers_yaml=daily, revenue_csv=text))

    assert found.statement.total.actual.revenue is None
    assert any("has no row of 1 day. Load it" in each for each in findings(found))


def test_a_quarter_tells_of_the_months_that_have_charges(tmp_path: Path) -> None:
    text = FILES["revenue.csv"] + "2026-07,search,1000\n"
    found = report_of(books_of(tmp_path / "books", revenue_csv=text), grain="quarter", period="FY2026-Q3")

    assert found.statement.total.actual.revenue == D(680)
    assert (
        "FM2321 There are no charges of 2026-07, which the periods have days of: they and their totals tell "
        "of the other months alone, of drivers too. Load the bills, then: finmod apply." in findings(found)
    )


def test_weeks_that_drift_are_told(tmp_path: Path) -> None:
    books = books_of(tmp_path / "books")
    text = (books.root / "finmod.yaml").read_text(encoding="utf-8")
    books.write("finmod.yaml", text + "fiscal_year_start: 8\ncalendar: {weeks: 4-4-5, first_day: 2015-08-02}\n")

    assert any(
        each.startswith("FM2320 The calendar of weeks drifts: from FY2027 on, which begins on 2026-07-19")
        for each in findings(report_of(books, grain="year"))
    )
