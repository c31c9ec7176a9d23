"""The page as HTML: every number ties, nothing of a bill commands anything, and it needs nothing but itself."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from finmod.models.variance.effects import EFFECTS
from finmod.models.variance.page import Cause, Causes, Figure, Member, Members, Name, VariancePage
from finmod.reports.charts.amounts import full
from finmod.reports.variance.figures import text_of
from finmod.reports.variance.page import html_page, view_of
from finmod.terms.findings import Finding
from tests.parsed_pages import Parsed, parsed
from tests.variance_pages import HOSTILE, PRODUCTS, change, page_told, report_of, savings_of

D = Decimal


@pytest.fixture(scope="module")
def page() -> VariancePage:
    return page_told()


@pytest.fixture(scope="module")
def html(page: VariancePage) -> str:
    return html_page(page)


@pytest.fixture(scope="module")
def found(html: str) -> Parsed:
    return parsed(html)


def test_every_figure_is_its_exact_value_rounded(found: Parsed) -> None:
    assert len(found.figures) > 100
    bounded = 0
    for value, text in found.figures:
        plain = text.replace("\N{MINUS SIGN}", "-").replace(",", "").replace("+", "").replace("\xa0", " ")
        if plain.startswith(("> ", "< ")):
            assert plain == ("> 1000 %" if value > 10 else "< -1000 %" if value < -10 else ""), (value, text)
            bounded += 1
            continue
        number, _, unit = plain.partition(" ")
        shown = D(number)
        exact = value * 100 if unit in {"%", "points"} else value
        places = len(number.partition(".")[2])
        assert shown == D(f"{exact:.{places}f}"), (value, text)
    assert bounded


def test_no_number_stands_on_the_page_without_its_exact_value(found: Parsed) -> None:
    """Months, times of day and what bills call things are no figures."""
    text = found.text
    days = r"20[0-9]{2}-[0-9]{2}(-[0-9]{2})?|(Sep|Oct|October) 2026|08:30|3 months|i-1"
    for known in HOSTILE:
        text = text.replace(known.replace("\u202e", ""), "")
    text = re.sub(days, "", text)
    assert re.findall(r"\d[\d,.]*", text) == []


def test_effects_sum_to_the_change_and_the_bridge_has_the_same(page: VariancePage, found: Parsed) -> None:
    rows = {row[0].text: row[1].values for row in found.tables["effects"][1:]}
    total = page.report.total
    effects = [amount for name, (amount,) in rows.items() if name in {each.title for each in EFFECTS}]
    assert sorted(effects) == sorted(each for each in total.effects if each)
    assert rows["Change"] == [sum(effects, D(0))] == [total.change]
    assert rows["Oct 2026"] == [rows["Sep 2026"][0] + rows["Change"][0]] == [total.after]
    bridge = view_of(page).bridge[0].table
    changes = [row[1] for row in bridge.rows if row[1] and row[0] != "Net change"]
    assert sum((D(text.replace(",", "").replace("\N{MINUS SIGN}", "-")) for text in changes), D(0)) == total.change


@pytest.mark.parametrize("most", [15, 2])
def test_members_sum_to_the_total_of_the_page(page: VariancePage, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("finmod.reports.variance.page.SHOWN", (most, most))
    rows = parsed(html_page(page)).tables["members-0"][1:]
    assert len(rows) == min(len(PRODUCTS), most + 2) + 1
    *members, whole = rows
    for column in (2, 3, 4):
        assert sum((row[column].values[0] for row in members), D(0)) == whole[column].values[0]
    assert [cell.values[0] for cell in whole[2:5]] == [
        page.report.total.before, page.report.total.after, page.report.total.change
    ]  # fmt: skip
    for row in members:
        assert row[4].values[0] == row[3].values[0] - row[2].values[0]


def test_causes_and_what_is_left_are_the_change_and_savings_their_sum(page: VariancePage, found: Parsed) -> None:
    *causes, whole = [row[1].values[0] for row in found.tables["causes"][1:]]
    assert sum(causes, D(0)) == whole == page.report.total.change
    *savings, every = [row[1].values for row in found.tables["savings"][1:]]
    assert savings[1] == []
    assert sum((each[0] for each in savings if each), D(0)) == every[0] == D("200.75")
    cash = [row[2].values for row in found.tables["savings"][1:]]
    assert sum((each[0] for each in cash[:-1] if each), D(0)) == cash[-1][0] == D(150)


def test_members_beside_their_budget_sum_to_it(page: VariancePage, found: Parsed) -> None:
    rows = found.tables["budget"]
    assert page.budget is not None
    total = page.budget.report.total
    beyond, unplanned = total.effect("beyond_plan"), total.effect("not_planned")
    assert [cell.values for cell in rows[-1][1:4]] == [[total.before], [total.after], [beyond]]
    assert rows[-1][5].values == [unplanned]
    assert total.before + beyond + unplanned == total.after
    assert rows[-1][4].values == [beyond / total.before]
    assert [row[1].text for row in rows[2:-1]] == ["no plan"] * (len(rows) - 3)
    assert "was spent without a plan" in found.text


def test_the_ledger_stands_beside_what_is_compared(page: VariancePage, found: Parsed) -> None:
    for row, proof in zip(found.tables["ties"][1:], page.report.proofs, strict=True):
        assert [cell.values for cell in row[1:4]] == [[proof.ledger], [proof.compared], [D(0)]]
        assert row[1].text == full(proof.ledger)


def test_what_is_not_there_has_no_section() -> None:
    told = html_page(replace(page_told(more=False), units=(), members=()))
    assert not re.search(r'id="(causes|savings|units|members)', told)
    assert "What moved it" in told


def test_the_page_needs_nothing_but_itself(html: str, found: Parsed) -> None:
    assert not {"script", "link", "img", "iframe", "object", "form", "base"} & {tag for tag, _ in found.tags}
    linked = [name for _, told in found.tags for name in told if name in {"src", "href", "srcset", "action", "style"}]
    assert linked == []
    assert not [name for _, told in found.tags for name in told if name.startswith("on")]
    assert "@import" not in html
    assert not re.search(r"url\((?!#)", html)
    assert "default-src 'none'" in html


def test_names_of_bills_are_text(html: str, found: Parsed) -> None:
    for each in HOSTILE:
        assert each.replace("\u202e", "") in found.text
    assert "\u202e" not in html
    assert "<script" not in html


def test_the_page_can_be_heard(html: str, found: Parsed) -> None:
    assert ("html", {"lang": "en"}) in found.tags
    ids = [told["id"] for _, told in found.tags if "id" in told]
    assert len(ids) == len(set(ids))
    tables = html.count("<table")
    assert html.count("<caption") == tables
    assert all(told.get("scope") in {"col", "row"} for tag, told in found.tags if tag == "th")
    headings = [int(tag[1]) for tag, _ in found.tags if re.fullmatch(r"h[1-6]", tag)]
    assert headings == [1, *[2] * (len(headings) - 1)]
    charts = [told for tag, told in found.tags if tag == "svg"]
    assert charts
    assert all(told["role"] == "img" and told["aria-labelledby"] for told in charts)


def test_each_picture_has_its_table_behind_it(page: VariancePage, html: str) -> None:
    view = view_of(page)
    assert view.members[0].trends is not None
    assert view.units is not None
    assert html.count("<details>") == 3
    row = next(row for row in view.members[0].trends.rows if row[0] == "search")
    assert row == ("search", "1", full(PRODUCTS[0].before), full(PRODUCTS[0].after))


def test_on_paper_nothing_waits_to_be_opened(page: VariancePage) -> None:
    assert "<details>" not in html_page(page, is_print=True)


def test_the_same_page_is_the_same_text(html: str) -> None:
    assert html_page(page_told()) == html


@pytest.mark.parametrize("code", ["FM2510", "FM2511", "FM2519"])
def test_what_must_be_known_first_stands_above_the_figures(code: str) -> None:
    told = html_page(page_told(found=[code]))
    assert told.index(f"{code} is so.") < told.index('class="tiles"')


def test_a_month_without_cost_has_a_page() -> None:
    page = replace(
        page_told(more=False), report=report_of(change(0, 0)), members=(Members("product", ()),), months=(), costs=(),
        units=(),
    )  # fmt: skip
    assert "October cost nothing, as September did." in parsed(html_page(page)).text


def test_members_without_a_trend_have_no_column_for_one() -> None:
    page = page_told(more=False)
    bare = tuple(replace(each, costs=()) for each in page.members[0].rows)
    found = parsed(html_page(replace(page, members=(Members("account", bare),))))
    assert [cell.text for cell in found.tables["members-0"][0]] == [
        "Account", "Sep 2026", "Oct 2026", "Change", "%", "Mainly",
    ]  # fmt: skip
    assert {len(row) for row in found.tables["members-0"]} == {6}


@pytest.mark.parametrize(
    ("amounts", "rest", "every"),
    [
        ((8, 6), None, ["All", "14", "7"]),
        ((8, 6, 4, 2), ["2 others", "6", "3"], ["All", "20", "10"]),
        ((8, 6, 4, None), ["2 others, 1 without an amount", "4", "2"], ["All, 1 without an amount", "18", "9"]),
        ((8, 6, None, None), ["2 others", "no value", "no value"], ["All, 2 without an amount", "14", "7"]),
        ((None, None, None), ["1 other", "no value", "no value"], ["All", "no value", "no value"]),
    ],
)
def test_savings_without_an_amount_are_never_told_as_nothing(
    amounts: tuple[int | None, ...], rest: list[str] | None, every: list[str]
) -> None:
    found = parsed(html_page(replace(page_told(), savings=savings_of(amounts, 2))))
    _, _, _, *sums = [[cell.text for cell in row[:3]] for row in found.tables["savings"]]
    assert sums == ([rest, every] if rest else [every])


@pytest.mark.parametrize(
    ("amounts", "said", "below"),
    [
        ((8,), "8 USD", "a month, 4 of it cash; 1 candidate"),
        ((8, 6, None), "14 USD", "a month, 7 of it cash; 3 candidates, 1 without an amount"),
        ((None, None), "no value", "2 candidates, none of them with an amount"),
        ((None,), "no value", "1 candidate, without an amount"),
    ],
)
def test_the_tile_of_savings_says_what_is_cash_and_how_many_have_no_amount(
    amounts: tuple[int | None, ...], said: str, below: str
) -> None:
    tiles = {each.title: each for each in view_of(replace(page_told(), savings=savings_of(amounts, 2))).tiles}
    tile = tiles["Could be saved"]
    assert (text_of(tile.said, 0), text_of(tile.below, 0)) == (said, below)


def test_names_that_are_written_from_right_to_left_do_not_turn_the_figures_behind_them() -> None:
    hebrew = "\u05d0\u05d1\u05d2"
    page = page_told()
    members = Members("product", (Member(change("0", "9000.125", (hebrew,))),))
    evidence = ("resources: ", Name(f"{hebrew}<b>"), " ", Figure(D(7), "signed"))
    causes = Causes((Cause("a", D(7), None, (evidence,)),), D(0), page.report.total.change - 7)
    told = html_page(replace(page, members=(members,), causes=causes))
    assert f'By product: <bdi>{hebrew}</bdi> <data value="9000.125">' in told
    assert f'resources: <bdi>{hebrew}&lt;b&gt;</bdi> <data value="7">' in told


def test_savings_of_a_month_that_is_not_told_whole_are_of_the_days_told() -> None:
    found = Finding(code="FM2558", message="the bill of aws has 12 days", severity="info")
    for findings, head, below in (([], "USD a month", "a month, 4"), ([found], "USD, of the days told", "of the days")):
        page = replace(page_told(), savings=savings_of((8,), 2, found=findings))
        tile = next(each for each in view_of(page).tiles if each.title == "Could be saved")
        table = parsed(html_page(page)).tables["savings"]
        assert table[0][1].text == head
        assert text_of(tile.below, 0).startswith(below)


def test_what_must_be_known_of_savings_stands_below_them() -> None:
    found = Finding(code="FM2558", message="the bill of <aws> has 12 days: amounts are of them", severity="info")
    told = html_page(replace(page_told(), savings=savings_of((8,), 2, found=[found])))
    mind = told.index("<strong>Mind:</strong> the bill of &lt;aws&gt; has 12 days: amounts are of them.")
    assert told.index('id="savings"') < mind < told.index('id="quality-title"')


def test_the_tile_of_a_budget_tells_what_is_beyond_plan_and_nothing_is_new() -> None:
    """Planned were 200, and of that 190 was spent; 610 more had no plan."""
    free = change(0, 15, ("ads",), volume=0, beyond_plan=15)
    report = report_of(change(200, 800, volume=0, beyond_plan=-10, not_planned=610))
    report = replace(report, before=replace(report.before, label="budget of 2026-10"))
    page = replace(page_told(more=False), report=report, members=(Members("product", (Member(free, (None,) * 3),)),))
    tile = next(each for each in view_of(page).tiles if each.title.startswith("Against"))
    assert (text_of(tile.said, 0), text_of(tile.below, 0)) == (
        "\N{MINUS SIGN}5.0\N{NO-BREAK SPACE}%",
        "\N{MINUS SIGN}10 USD beyond plan",
    )
    assert ("new",) not in view_of(page).members[0].table.rows[0].cells


def test_a_unit_cost_that_is_not_known_has_no_tile() -> None:
    page = page_told()
    first, second = page.units[0], replace(page.units[0], metric=replace(page.units[0].metric, label="Cost per user"))
    titles = [each.title for each in view_of(replace(page, units=(replace(first, now=None), second))).tiles]
    assert "Cost per user" in titles
    assert first.metric.label not in titles


def test_beside_a_month_that_nobody_planned_no_plan_of_0_stands() -> None:
    total = replace(change(0, 300, volume=0, not_planned=300), has_plan=False)
    report = report_of(total)
    report = replace(report, before=replace(report.before, label="budget of 2026-10"))
    page = replace(page_told(more=False), report=report, members=())
    tile = next(each for each in view_of(page).tiles if each.title.startswith("Against"))
    assert (tile.said, tile.below) == (("no plan",), ())
    unrated = replace(page, report=replace(report, total=replace(total, lacks_rate=True)))
    assert next(each for each in view_of(unrated).tiles if each.title.startswith("Against")).said == ("plan unknown",)
    opening = view_of(page).bridge[0].table.rows[0]
    assert "0" not in "".join(opening[1:])
    assert html_page(page)
