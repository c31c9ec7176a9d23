"""``calendar`` of finmod.yaml: every key is read, and what does not fit is told with its place and a remedy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.settings.project import load_project
from finmod.terms.calendars import Calendar, Weeks
from tests.refusals import told


def calendar(folder: Path, text: str) -> Calendar:
    (folder / "finmod.yaml").write_text(f"name: northwind\ncurrency: USD\n{text}\n", encoding="utf-8")
    return load_project(folder).calendar


def test_every_key_is_read(tmp_path: Path) -> None:
    text = (
        "fiscal_year_start: 2\n"
        "calendar: {weeks: 4-5-4, first_day: 2026-02-01, years_of_53_weeks: [2028], extra_week: 3, named_by: start}"
    )

    assert calendar(tmp_path, text) == Calendar(
        2, "start", Weeks((4, 5, 4), date(2026, 2, 1), frozenset({2028}), extra=3)
    )
    assert calendar(tmp_path, "") == Calendar(1)
    last = calendar(tmp_path, "calendar: {weeks: 4-4-5, first_day: 2025-12-28, extra_week: last}").weeks
    assert last is not None
    assert last.extra == 12


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "calendar: {weeks: 4-4-6}",
            (
                "finmod.yaml:3:19: calendar.weeks is '4-4-6'; expected 4-4-5, 4-5-4 or 5-4-4. "
                "Did you mean '4-4-5'? (FM1003)"
            ),
        ),
        (
            "calendar: {weeks: 4-4-5}",
            (
                "finmod.yaml:3:11: calendar has no first_day; expected first_day beside weeks. "
                "Add first_day: 2026-02-01, or whichever day a fiscal year of yours began on. (FM2301)"
            ),
        ),
        (
            "calendar: {weeks: 4-4-5, first_day: 2026-02-01}",
            (
                "finmod.yaml:3:37: calendar.first_day is '2026-02-01'; expected a day at most 7 days beside the first "
                "of month 1, which is fiscal_year_start. Correct one of them: such a year would start with "
                "fiscal_year_start: 2. (FM2301)"
            ),
        ),
        (
            "calendar: {years_of_53_weeks: [2028]}",
            (
                "finmod.yaml:3:31: calendar.years_of_53_weeks stands without weeks; expected weeks beside it. "
                "Add weeks: 4-4-5, or take the line out: months have no weeks. (FM2301)"
            ),
        ),
        (
            "calendar: {weeks: 4-4-5, first_day: 2026-01-01, years_of_53_weeks: [FY28], extra_week: 13}",
            (
                "finmod.yaml:3:69: calendar.years_of_53_weeks.1 is 'FY28'; expected a fiscal year, such as 2028. "
                "Write the years as numbers: [2028, 2034]. (FM2300)"
            ),
        ),
        (
            "calendar: {weeks: 4-4-5, first_day: 2026-01-01, extra_week: 13}",
            (
                "finmod.yaml:3:61: calendar.extra_week is 13; expected last, or the number of a period from 1 to 12. "
                "Write extra_week: last. (FM2300)"
            ),
        ),
        (
            "calendar: {weeks: 4-4-5, first_day: 9999-12-31}",
            (
                "finmod.yaml:3:37: calendar.first_day is '9999-12-31'; expected a day from 1970 to 9990. "
                "Correct it. (FM2301)"
            ),
        ),
    ],
)
def test_what_does_not_fit_is_told(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        calendar(tmp_path, text)
    assert message in [told(problem) for problem in caught.value.problems]
