"""Charges that run for days are spread over them where days or weeks cut them; months have them whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from deltalake import DeltaTable

from finmod.ledger import reduce
from finmod.ledger.tables import CHARGE_DAYS
from finmod.settings.project import load_project
from finmod.terms.findings import Finding
from finmod.workspace.metrics.measures import measures
from finmod.workspace.metrics.metric import Grain, MetricReport, figures_of, metric
from finmod.workspace.pnl.periods import Periods
from tests.applied import shared
from tests.books import Books, bill
from tests.statements import DRIVERS, FILES, LEVELS, findings, item, report_of
from tests.tagged import EURO, charge, with_charges

SEARCH, CLUSTER = '{"product":"search"}', '{"cluster":"main"}'
WEEKS = "fiscal_year_start: 8\ncalendar: {weeks: 4-4-5, first_day: 2026-08-02}\n"
ENDS = {8: "2026-09-01T00:00:00Z", 9: "2026-10-01T00:00:00Z"}
DAYS = {8: 31, 9: 30}
PERIODS = ["FY2026-P12", "FY2027-P01", "FY2027-P02"]
"""One day of August, 28 of it, and two of it with 26 of September."""


def monthly(number: int, each_day: int, resource: str, tags: str, **more: str) -> Mapping[str, str]:
    """Return a charge of a whole month."""
    return charge(number, f"{each_day * DAYS[number]}", resource, tags, ChargePeriodEnd=ENDS[number], **more)


def books_of(folder: Path, *charges: Mapping[str, str], **more: str) -> Books:
    """Return two months with charges of a day, a month of search for 1 a day, and the cluster, shared 3 to 1, for 8."""
    own = [
        each
        for number in (8, 9)
        for each in (
            charge(number, "60", "i-1", SEARCH),
            monthly(number, 1, "i-1", SEARCH),
            monthly(number, 8, "i-4", CLUSTER, **more),
        )
    ]
    made = shared(folder, LEVELS, [*own, *charges])
    for name, text in {**FILES, "drivers.yaml": DRIVERS}.items():
        made.write(name, text)
    made.write("pnl.yaml", "default: {name: Hosting, section: cogs}\n")
    made.write("fx.csv", "date,from,to,rate\n2026-08-01,EUR,USD,1.25\n2026-09-01,EUR,USD,1.5\n")
    made.write("finmod.yaml", (made.root / "finmod.yaml").read_text(encoding="utf-8") + WEEKS + "fx: fx.csv\n")
    for words in (("drivers", "load"), ("apply",)):
        said = made.run(*words)
        assert said.code == 0, said.err
    return made


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Return books that tests only read."""
    return books_of(tmp_path_factory.mktemp("spread") / "books")


@pytest.fixture(scope="module")
def odd_books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Return the same, with a cost that does not come out even."""
    odd = charge(8, "0.000000000017", "i-3", SEARCH, ChargePeriodEnd=ENDS[8])
    return books_of(tmp_path_factory.mktemp("odd") / "books", odd)


def of(books: Books, grain: Grain, name: str = "cloud_cost", by: str = "", first: date | None = None) -> MetricReport:
    return metric(load_project(books.root), name, [by] if by else [], grain=grain, first=first)


def told(found: MetricReport) -> dict[tuple[str, str | None], Decimal | None]:
    """Return period and member -> figure."""
    return {(row.period.label, row.member[0] if row.member else ""): row.figure.value for row in found.rows}


def test_days_have_their_parts(books: Books) -> None:
    found = told(of(books, "day", by="product"))

    assert [found[day, "search"] for day in ("2026-08-01", "2026-08-31", "2026-09-01", "2026-09-30")] == [67, 7, 67, 7]
    assert {found[f"2026-08-{day:02}", "ads"] for day in range(1, 32)} == {Decimal(2)}


def test_weeks_and_statements_of_weeks_have_their_parts(books: Books) -> None:
    weeks = told(of(books, "period", by="product"))
    report = report_of(books, grain="period", first=PERIODS[0], last=PERIODS[-1])

    assert [weeks[label, "search"] for label in PERIODS] == [67, 28 * 7, 28 * 7 + 60]
    assert [weeks[label, "ads"] for label in PERIODS] == [2, 56, 56]
    for product in ("search", "ads"):
        assert [item(report, "cogs", product, at) for at in range(3)] == [weeks[label, product] for label in PERIODS]


def test_weeks_are_the_sums_of_their_days(odd_books: Books) -> None:
    days = of(odd_books, "day", by="product")
    for label, ends in (("P12", "2026-08-02"), ("P01", "2026-08-30"), ("P02", "2026-09-27")):
        first = {"P12": "2026-08-01", "P01": "2026-08-02", "P02": "2026-08-30"}[label]
        found = told(of(odd_books, "period", by="product"))
        (weeks,) = (value for (period, member), value in found.items() if period[-3:] == label and member == "search")
        within = [row for row in days.rows if first <= row.period.label < ends and row.member == ("search",)]
        assert sum(row.figure.value or Decimal(0) for row in within) == weeks


def test_another_calendar_cuts_months_otherwise(tmp_path: Path) -> None:
    books = books_of(tmp_path / "books")
    before = told(of(books, "period"))
    settings = (books.root / "finmod.yaml").read_text(encoding="utf-8")
    books.write("finmod.yaml", settings.replace("first_day: 2026-08-02", "first_day: 2026-08-03"))

    assert before["FY2026-P12", ""] == 69
    assert told(of(books, "period"))["FY2026-P12", ""] == 78
    assert item(report_of(books, None, grain="period", period="FY2026-P12"), "cogs", None) == 78


@pytest.mark.parametrize("by", [None, "product", "customer"])
@pytest.mark.parametrize("period", [*PERIODS, None])
def test_a_period_alone_is_proven_by_whole_months(odd_books: Books, period: str | None, by: str | None) -> None:
    given = {"first": PERIODS[0]} if period is None else {"period": period}
    report = report_of(odd_books, by, grain="period", **given)

    whole = {PERIODS[0]: 69, PERIODS[1]: 28 * 9, PERIODS[2]: 28 * 9 + 60, None: 120 + 61 * 9}[period]
    (proof,) = report.proofs
    assert proof.holds
    assert abs(proof.stated - whole) < Decimal("1e-9")
    assert report.statement.total.actual.cogs == proof.stated
    assert sum(column.actual.cogs or Decimal(0) for column in report.statement.columns.values()) == proof.stated


def test_customers_have_their_parts_and_none_is_nobodys(books: Books) -> None:
    report = report_of(books, "customer", grain="period", period=PERIODS[1])

    costs = {member: item(report, "cogs", member) for member in ("acme", "bolt", "core")}
    third = Decimal(56) / 3
    assert costs["bolt"] == 49
    assert costs["acme"] == pytest.approx(147 + third, abs=Decimal("1e-9"))
    assert costs["core"] == pytest.approx(2 * third, abs=Decimal("1e-9"))
    assert sum(filter(None, costs.values())) == report.statement.total.actual.cogs


def test_months_have_charges_whole(books: Books) -> None:
    assert told(of(books, "month")) == {("2026-08", ""): 60 + 31 * 9, ("2026-09", ""): 60 + 30 * 9}
    assert report_of(books, None).statement.total.actual.cogs == 60 + 30 * 9


def test_parts_of_a_charge_have_the_rate_of_the_day_on_which_it_begins(tmp_path: Path) -> None:
    books = books_of(tmp_path / "books", **EURO)
    days = told(of(books, "day"))
    report = report_of(books, None, grain="period", first=PERIODS[0], last=PERIODS[-1])

    assert [days[day, ""] for day in ("2026-08-31", "2026-09-30")] == [1 + 8 * Decimal("1.25"), 1 + 8 * Decimal("1.5")]
    assert item(report, "cogs", None, 2) == 2 * 11 + 26 * 13 + 60
    assert all(each.holds for each in report.proofs)


def test_a_true_up_is_of_the_first_day_of_the_month_that_it_is_booked_in(tmp_path: Path) -> None:
    books = books_of(tmp_path / "books")
    before = told(of(books, "day", by="product"))
    assert books.run("close", "2026-08", "--with-errors").code == 0
    restated = [charge(8, "60", "i-1", SEARCH), monthly(8, 2, "i-1", SEARCH), monthly(8, 8, "i-4", CLUSTER)]
    same = [charge(9, "60", "i-1", SEARCH), monthly(9, 1, "i-1", SEARCH), monthly(9, 8, "i-4", CLUSTER)]
    books.load(books.write("a.csv", bill(*restated, *same)))
    assert books.run("apply").code == 0
    days = told(of(books, "day", by="product"))

    assert [before[day, "search"] for day in ("2026-08-31", "2026-09-01", "2026-09-02")] == [7, 67, 7]
    assert [days[day, "search"] for day in ("2026-08-31", "2026-09-01", "2026-09-02")] == [7, 67 + 31, 7]
    assert report_of(books, grain="period", first=PERIODS[0]).proofs[0].holds


def test_an_unknown_cost_is_unknown_on_each_of_its_days_and_counts_once(tmp_path: Path) -> None:
    books = books_of(tmp_path / "books", monthly(8, 1, "i-9", SEARCH, EffectiveCost=""))
    days = of(books, "day")
    later = of(books, "period", first=date(2026, 9, 1))
    report = report_of(books, None, grain="period", first=PERIODS[0], last=PERIODS[-1])

    assert [told(days)[day, ""] for day in ("2026-08-01", "2026-08-31")] == [None, None]
    assert told(days)["2026-09-01", ""] == 69
    words = "EffectiveCost of 1 charge is unknown"
    for found in (days, later):
        assert [each.message.startswith(words) for each in found.findings if each.code == "FM2422"] == [True]
    assert [item(report, "cogs", None, at) for at in range(3)] == [None, None, None]
    assert "FM2318 The cost of 1 charge is unknown (NULL in the bill), and so is every sum with it." in findings(report)


def test_unit_economics_see_what_is_told_by_day_alone(books: Books) -> None:
    with measures(load_project(books.root)) as opened:
        begun = told(figures_of(opened, opened.metrics["cloud_cost"], grain="day", spread=False))

    assert begun["2026-08-01", ""] == 69 + 30 * 9
    assert begun["2026-08-31", ""] == 0


def test_a_proof_sees_what_no_period_took(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    starts = Periods.starts
    monkeypatch.setattr(Periods, "starts", lambda self: [day for day in starts(self) if day != date(2026, 8, 30)])
    report = report_of(books, None, grain="period", first=PERIODS[0], last=PERIODS[-1])

    assert [each.difference for each in report.proofs] == [-2 * 9]
    assert [each.severity for each in report.findings if each.code == "FM2323"] == ["error"]


def daily(number: int, days: int) -> list[Mapping[str, str]]:
    """Return a charge of each of the first days of a month."""
    return [charge(number, "1", "i-1", SEARCH, **day(number, at)) for at in range(1, days + 1)]


def day(number: int, at: int) -> Mapping[str, str]:
    """Return the charge period of a day of a month."""
    first = date(2026, number, at)
    return {"ChargePeriodStart": f"{first}T00:00:00Z", "ChargePeriodEnd": f"{first + timedelta(days=1)}T00:00:00Z"}


ON_THE_LAST = {**day(9, 30), "ChargePeriodEnd": "2027-09-30T00:00:00Z"}
LICENCE = monthly(9, 1, "i-2", SEARCH)


def open_month(folder: Path, *charges: Mapping[str, str]) -> Books:
    made = shared(folder, "to: [product]\n", charges)
    made.write("pnl.yaml", "default: {name: Hosting, section: cogs}\n")
    made.write("finmod.yaml", (made.root / "finmod.yaml").read_text(encoding="utf-8") + WEEKS)
    assert made.run("apply").code == 0
    return made


@pytest.mark.parametrize(
    ("charges", "until"),
    [
        ([*daily(9, 10), LICENCE], "2026-09-10"),
        ([*daily(8, 31), *daily(9, 2), LICENCE], "2026-09-02"),
        ([*daily(8, 31), LICENCE], "2026-08-31"),  # of September there are no bills by the day yet
        ([*daily(9, 25)[14:], LICENCE], "2026-09-25"),  # books that begin within a month
        ([*daily(9, 30), LICENCE], None),
        ([*daily(9, 10)], None),  # nothing is told of later days
        ([*daily(9, 1), *daily(8, 1), LICENCE], None),  # fees on the first of months
        ([*daily(9, 20)[::5], LICENCE], None),  # purchases
        ([LICENCE, charge(9, "9", "i-3", SEARCH, **ON_THE_LAST)], None),  # a year from the last day of a month on
    ],
)
def test_days_after_those_that_bills_by_the_day_reach_are_told(
    tmp_path: Path, charges: list[Mapping[str, str]], until: str | None
) -> None:
    made = open_month(tmp_path / "books", *charges)
    weeks, days = of(made, "period"), of(made, "day")
    report = report_of(made, None, grain="period", first=PERIODS[2])

    words = f"FM2442 Bills by the day reach until {until}: of days after it, charges alone are told"
    for found in (weeks.findings, days.findings, report.findings):
        assert any(f"{each.code} {each.message}".startswith(words) for each in found) == (until is not None)
    assert told(weeks)["FY2027-P02", ""] == sum(
        row.figure.value or 0 for row in days.rows if "2026-08-30" <= row.period.label < "2026-09-27"
    ) == item(report, "cogs", None)  # fmt: skip
    if until and until > "2026-09-03":  # of the months that are told, days from the first of September on
        days_told = int(until[-2:])
        assert f"FM2428 FY2027-P02 has {days_told} of 28 days: what is told of it is of these" in findings_of(weeks)


def findings_of(found: MetricReport) -> list[str]:
    return [f"{each.code} {each.message}" for each in found.findings]


def test_a_closed_month_is_whole(tmp_path: Path) -> None:
    made = open_month(tmp_path / "books", *daily(9, 10), LICENCE)
    assert made.run("close", "2026-09", "--with-errors").code == 0

    assert not any(each.startswith("FM2442") for each in findings_of(of(made, "day")))


def test_dimensions_may_be_called_day_and_part(tmp_path: Path) -> None:
    taxonomy = (
        "dimensions:\n  day: {values: [search], from: [{tag: product}]}\n  part: {values: [a], from: [{tag: part}]}\n"
    )
    made = with_charges(tmp_path / "books", [LICENCE], taxonomy)
    made.write("allocation.yaml", "to: [day, part]\n")
    made.write("finmod.yaml", (made.root / "finmod.yaml").read_text(encoding="utf-8") + WEEKS)
    assert made.run("apply").code == 0

    assert told(of(made, "day", by="day"))["2026-09-30", "search"] == 1
    assert told(of(made, "period", by="part"))["FY2027-P02", None] == 26
    assert item(report_of(made, "day", grain="period", period=PERIODS[2]), "cogs") == 26


def without_days(patch: pytest.MonkeyPatch, folder: Path, **more: str) -> Books:
    """Return books that were loaded before the ledger kept on how many days charges run."""
    patch.setattr(reduce, "CHARGE_DAYS_SQL", "NULL::INTEGER")
    made = books_of(folder, charge(8, "0.5", "i-77", SEARCH), **more)  # a bill that no other test loaded
    patch.undo()
    return made


def said(found: MetricReport) -> list[Finding]:
    return [each for each in found.findings if each.code == "FM2441"]


@pytest.mark.parametrize("grain", ["day", "period"])
def test_charges_of_which_nobody_knows_the_days_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, grain: Grain
) -> None:
    books = without_days(monkeypatch, tmp_path / "books")
    (found,) = said(of(books, grain))

    assert (found.rows, found.amount, found.currency, found.severity) == (4, Decimal(61 * 9), "USD", "warning")
    if grain == "period":
        report = report_of(books, None, grain="period", first=PERIODS[0], last=PERIODS[-1])
        assert [each for each in report.findings if each.code == "FM2441"] == [found]
        assert item(report, "cogs", None, 1) == 0
    assert said(of(books, "month")) == []


def test_what_charges_in_another_currency_cost_is_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = said(of(without_days(monkeypatch, tmp_path / "books", **EURO), "day"))

    assert (found.rows, found.amount, found.currency) == (4, None, None)


def test_days_that_are_known_are_not_told(books: Books) -> None:
    assert said(of(books, "day")) == []


def test_books_from_before_the_ledger_had_the_column_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(CHARGE_DAYS.columns, "x_ChargeDays")
    bought = charge(8, "0.5", "i-78", SEARCH)  # a bill that no other test loaded
    made = shared(tmp_path / "books", charges=[bought, monthly(8, 1, "i-1", SEARCH), monthly(9, 1, "i-1", SEARCH)])
    monkeypatch.undo()
    made.write("finmod.yaml", (made.root / "finmod.yaml").read_text(encoding="utf-8") + WEEKS)
    made.write("pnl.yaml", "default: {name: Hosting, section: cogs}\n")

    assert made.run("apply").code == 0
    assert made.query("SELECT DISTINCT x_ChargeDays FROM charges_daily") == [{"x_ChargeDays": None}]
    assert made.run("check").err == ""
    assert report_of(made, None, grain="period", period=PERIODS[1]).proofs[0].holds
    (found,) = said(of(made, "day"))
    assert (found.rows, found.amount) == (2, Decimal(61))

    made.load("--again", made.root / "a.csv")
    assert made.run("apply").code == 0
    assert said(of(made, "day")) == []
    days = DeltaTable(made.root / ".finmod" / "tables" / "charge_days")
    assert "x_ChargeDays" in [each.name for each in days.schema().fields]


def test_of_an_old_source_beside_a_new_one_its_own_charges_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = without_days(monkeypatch, tmp_path / "books")
    other = made.write("other.csv", bill(monthly(9, 1, "i-9", SEARCH, BillingAccountId="other")))
    assert made.run("load", "--format", "focus", "--source", "other", other).code == 0
    assert made.run("apply").code == 0

    (found,) = said(of(made, "day"))
    assert (found.rows, found.amount) == (4, Decimal(61 * 9))


def test_a_number_of_days_that_comes_later_leaves_a_closed_month_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = without_days(monkeypatch, tmp_path / "books")
    august = "SELECT * FROM allocated_daily WHERE x_BillingPeriod = '2026-08-01' ORDER BY ALL"
    before = made.query(august)
    made.load("--again", made.root / "a.csv")
    assert made.run("close", "2026-08", "--with-errors").code == 0
    assert made.run("apply").code == 0
    assert made.query("SELECT count(*) AS n FROM allocated_daily WHERE x_AllocationOf IS NOT NULL") == [{"n": 0}]

    rules = (made.root / "allocation.yaml").read_text(encoding="utf-8")
    made.write("allocation.yaml", rules.replace("{search: 0.75, ads: 0.25}", "{search: 0.5, ads: 0.5}"))
    applied = made.run("apply")
    assert (applied.code, "FM2212" in applied.out + applied.err) == (0, False)
    assert made.query(august) == before
    moved = made.query(
        "SELECT x_Product, sum(EffectiveCost) AS moved FROM allocated_daily WHERE x_AllocationOf = '2026-08-01' "
        "GROUP BY ALL HAVING moved <> 0 ORDER BY 1"
    )
    assert {each["x_Product"]: float(each["moved"]) for each in moved} == {"ads": 62, "search": -62}


def test_a_bill_may_have_a_column_of_that_name(tmp_path: Path) -> None:
    made = shared(tmp_path / "books", charges=[{**monthly(8, 1, "i-1", SEARCH), "x_ChargeDays": "7"}])

    assert made.query("SELECT x_ChargeDays FROM charges") == [{"x_ChargeDays": "7"}]
    assert made.query("SELECT x_ChargeDays FROM charges_daily") == [{"x_ChargeDays": 31}]
