"""The product P&L of a small project: every figure can be followed by hand; what is unknown is said.

September: search costs 60 itself, 30 of the cluster and 5.4 of support (by cost: 90, 40, 10 of 140 shared, of 8);
ads 30, 10 and 2.4...; what nobody has is 10.
"""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.models.pnl_report import COLUMNS, rows_of
from tests.applied import shared
from tests.refusals import told
from tests.statements import DRIVERS, FILES, PNL, books_of, findings, item, lines, report_of
from tests.tagged import charge

D = Decimal


def refused(folder: Path, by: str | None = "product", **files: str) -> list[str]:
    books = books_of(folder, **files)
    with pytest.raises(UserError) as caught:
        report_of(books, by)
    return [told(problem) for problem in caught.value.problems]


def test_a_product_has_its_revenue_its_cost_by_rules_and_its_margins(tmp_path: Path) -> None:
    found = report_of(books_of(tmp_path / "books"))

    assert (found.version, found.cost, found.currency, [each.label for each in found.periods]) == (
        1, "EffectiveCost", "USD", ["2026-09"],
    )  # fmt: skip
    search = lines(found)
    assert {name: search[name] for name in ("Subscriptions", "Hosting", "Platform")} == {
        "Subscriptions": D(300), "Hosting": D(60), "Platform": D(30),
    }  # fmt: skip
    assert (item(found, "gross_profit"), item(found, "gross_margin")) == (D(210), D("0.7"))
    assert item(found, "variable_cost") == D(75)
    assert lines(found, None)["Salaries"] == D(25)
    assert found.order == ("search", "ads", None)


def test_members_and_nobody_are_the_ledger_to_the_last_digit(tmp_path: Path) -> None:
    for by in ("product", "customer", None):
        found = report_of(books_of(tmp_path / f"books-{by}"), by, first="2026-08")
        (proof,) = found.proofs
        assert (proof.currency, proof.ledger, proof.holds) == ("USD", D(296), True)
        assert found.statement.stated == D(296)


def test_a_statement_of_all_together_has_the_sums_of_the_one_by_product(tmp_path: Path) -> None:
    books = books_of(tmp_path / "books")
    whole, parts = report_of(books, None, first="2026-08"), report_of(books, first="2026-08")

    assert [each.label for each in whole.periods] == ["2026-08", "2026-09"]
    assert whole.statement.total == parts.statement.total
    assert whole.statement.total.actual.revenue == D(680)


def test_customers_have_their_part_of_each_line_of_their_products(tmp_path: Path) -> None:
    books = books_of(tmp_path / "books", pnl_yaml=PNL.replace("driver: revenue", "driver: earned"))
    found = report_of(books, "customer")

    assert (lines(found, "bolt")["Subscriptions"], lines(found, "bolt")["Hosting"]) == (D(50), D(15))
    assert lines(found, "bolt")["Platform"] == D("7.5")
    assert lines(found, "acme")["Hosting"] == D(55)
    assert found.order == ("acme", "core", "bolt", None)
    by_product = report_of(books)
    assert [found.statement.total.actual.item(name) for name in ("cogs", "revenue", "opex")] == [
        by_product.statement.total.actual.item(name) for name in ("cogs", "revenue", "opex")
    ]


def test_the_best_and_the_worst_stand_alone_and_the_others_together(tmp_path: Path) -> None:
    text = FILES["earned.csv"] + "2026-09,ads,dart,1\n2026-09,ads,ergo,2\n"
    books = books_of(tmp_path / "books", pnl_yaml=PNL.replace("driver: revenue", "driver: earned"), earned_csv=text)

    found = report_of(books, "customer", top=1, bottom=1)

    assert (found.order, found.others) == (("acme", "3 others", "dart", None), 3)
    assert found.statement.total == report_of(books, "customer").statement.total


def test_others_are_not_the_member_that_is_called_like_them(tmp_path: Path) -> None:
    text = FILES["earned.csv"] + "2026-09,ads,3 others,1000\n2026-09,ads,ergo,2\n2026-09,ads,dart,1\n"
    books = books_of(tmp_path / "books", pnl_yaml=PNL.replace("driver: revenue", "driver: earned"), earned_csv=text)
    found = report_of(books, "customer", top=1, bottom=1)

    assert (found.order, found.others, found.together) == (("3 others", "4 others", "dart", None), 4, "4 others")
    found = report_of(books, "customer", top=2, bottom=1)
    assert (found.order, found.together) == (("3 others", "acme", "3 others*", "dart", None), "3 others*")
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in rows_of(found)]
    told = {(row["member"], row["whose"]): row["actual"] for row in rows if row["item"] == "revenue"}
    assert (told["3 others", "member"], told[None, "others"]) == (D(1000), D(132))
    assert sum(amount for (_, whose), amount in told.items() if whose != "all") == told[None, "all"]


def test_cohorts_group_customers_and_say_who_is_in_none(tmp_path: Path) -> None:
    pnl = PNL.replace("driver: revenue", "driver: earned") + (
        "cohorts: {plan: {file: plans.csv, key: customer, value: plan}}\n"
    )
    books = books_of(tmp_path / "books", pnl_yaml=pnl)
    books.write("plans.csv", "customer,plan\nacme,gold\nbolt,gold\n")

    for by in ("plan", "cohort"):
        found = report_of(books, by)
        assert found.order == ("gold", None)
        assert lines(found, "gold")["Hosting"] == D(70)
        assert any(each.startswith("FM2322 The cohorts plan have no group of 'core'") for each in findings(found))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("customer,tier\na,b\n", ("pnl.yaml:7:24: plans.csv has no column 'plan'; expected customer or tier. "
         "Correct key or value in pnl.yaml. (FM2333)")),
        ("customer,plan\na,b\na,c\n", ("plans.csv, row 3: 'a' is 'c', and 'b' above. Keep one of the two: a member has "
         "one group. (FM2333)")),
        ("\udcff", "pnl.yaml:7:24: plans.csv is not UTF-8. Save it as UTF-8. (FM2333)"),
        (None, ("pnl.yaml:7:24: plans.csv cannot be read: No such file or directory. Correct file, from the folder of "
         "pnl.yaml. (FM2333)")),
    ],
)  # fmt: skip
def test_a_file_of_cohorts_that_cannot_be_read_is_refused(tmp_path: Path, text: str | None, message: str) -> None:
    books = books_of(
        tmp_path / "books", pnl_yaml=PNL + "cohorts: {plan: {file: plans.csv, key: customer, value: plan}}\n"
    )
    if text is not None:
        (books.root / "plans.csv").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UserError) as caught:
        report_of(books, "plan")
    assert [told(problem) for problem in caught.value.problems] == [message]


def test_a_budget_gives_plan_and_variance_and_unknown_products_are_named(tmp_path: Path) -> None:
    books = books_of(
        tmp_path / "books",
        pnl_yaml=PNL + "budget: {Subscriptions: plan}\n",
        plan_csv=FILES["plan.csv"] + "2026-09,serch,7\n",
    )
    found = report_of(books)

    assert found.statement.columns[0, "search"].variance("revenue") == D(50)
    assert found.statement.columns[0, "ads"].variance("revenue") == D(-20)
    assert found.statement.columns[0, "search"].variance("gross_profit") is None
    assert found.statement.total.plan is not None
    assert found.statement.total.plan.revenue == D(377)
    assert (
        "FM2316 The budget of the line 'Subscriptions' has 'serch', which the taxonomy does not know as product: what "
        "they have stands with what is nobody's. Add them as values or aliases." in findings(found)
    )


def test_a_rule_that_looks_for_what_is_no_value_is_named(tmp_path: Path) -> None:
    rules = "cloud:\n  - {name: Search, when: {product: [serach, ads, s*]}, section: opex}\n"
    found = report_of(books_of(tmp_path / "books", pnl_yaml=PNL.replace("cloud:\n", rules)))

    assert [each for each in findings(found) if "FM2328" in each] == [
        (
            "FM2328 The rule of the line 'Search' looks for 'serach', which is no value of product: no charge has it. "
            "Did you mean 'search'?"
        )
    ]
    (place,) = (each.where for each in found.findings if each.code == "FM2328")
    assert place == "pnl.yaml:3:36"


def test_a_month_without_revenue_is_unknown_and_so_is_every_sum_with_it(tmp_path: Path) -> None:
    books = books_of(tmp_path / "books", revenue_csv="date,product,revenue\n2026-08,search,200\n")
    found = report_of(books, first="2026-08")

    assert (item(found, "revenue", period=1), item(found, "gross_profit", period=1)) == (None, None)
    assert (item(found, "revenue"), found.statement.total.actual.revenue) == (D(200), None)
    assert (
        "FM2312 The line 'Subscriptions' is unknown in 2026-09: the driver revenue has no row of 1 month. Load it: "
        "finmod drivers load; where there was nothing, with rows of 0." in findings(found)
    )


def test_a_month_that_was_never_loaded_is_unknown_and_not_one_of_nothing(tmp_path: Path) -> None:
    charges = [charge(number, "40", "i-1", '{"product":"search"}') for number in (7, 9)]
    books = shared(tmp_path / "books", charges=charges)
    books.write("drivers.yaml", "revenue: {unit: USD, grain: month, by: [product], from: {csv: revenue.csv}}\n")
    books.write("revenue.csv", "date,product,revenue\n2026-07,search,100\n2026-08,search,110\n2026-09,search,120\n")
    assert [books.run(*words).code for words in (("drivers", "load"), ("apply",))] == [0, 0]

    found = report_of(books, first="2026-07", last="2026-09")
    told = [(each.actual.revenue, each.actual.cogs, each.actual.gross_profit) for each in found.statement.totals]
    assert told == [(D(100), D(40), D(60)), (None, None, None), (D(120), D(40), D(80))]
    assert found.statement.total.actual.gross_profit == D(140)
    assert findings(found)[0].startswith("FM2321 There are no charges of 2026-08")
    for by in (None, "product"):
        alone = report_of(books, by, period="2026-08").statement.total.actual
        assert (alone.revenue, alone.cogs) == (None, None)


def test_products_without_revenue_have_no_margin_and_are_named(tmp_path: Path) -> None:
    text = "date,product,revenue\n2026-09,search,0\n2026-09,ads,-5\n"
    found = report_of(books_of(tmp_path / "books", revenue_csv=text))

    assert [item(found, name) for name in ("revenue", "gross_profit", "gross_margin")] == [D(0), D(-90), None]
    assert item(found, "gross_margin", "ads") is None
    assert [each for each in findings(found) if each.startswith("FM2317")] == [
        "FM2317 Margins of search are unknown: there is no revenue, and a share of that says nothing.",
        (
            "FM2317 Margins of ads are unknown: there is less revenue than was given back, and a share of that says "
            "nothing."
        ),
    ]


def test_revenue_in_another_currency_is_converted_or_unknown(tmp_path: Path) -> None:
    euros = DRIVERS.replace("revenue: {unit: USD", "revenue: {unit: EUR")
    books = books_of(tmp_path / "books", drivers_yaml=euros)

    found = report_of(books)
    assert (item(found, "revenue"), item(found, "gross_margin"), item(found, "cogs")) == (None, None, D(90))
    assert (
        "FM2313 The line 'Subscriptions' is in EUR, and there is no exchange rate for 1 period from 2026-09-01 on: "
        "what it has there is unknown. Add the rates: finmod fx read FILE." in findings(found)
    )
    books.write("fx.csv", "date,from,to,rate\n2026-09-30,EUR,USD,1.25\n")
    books.write("finmod.yaml", (books.root / "finmod.yaml").read_text(encoding="utf-8") + "fx: fx.csv\n")
    assert item(report_of(books), "revenue") == D(375)


def test_a_line_whose_driver_was_loaded_by_another_entry_is_told(tmp_path: Path) -> None:
    books = books_of(tmp_path / "books")
    books.write("drivers.yaml", DRIVERS.replace("revenue: {unit: USD", "revenue: {unit: EUR"))
    told = "FM2191 The line 'Subscriptions' has the driver revenue, which was loaded by another entry of drivers.yaml"
    assert [each for each in findings(report_of(books)) if each.startswith("FM2191")] == [
        f"{told}, or another query, than it has now."
    ]


def test_revenue_that_no_team_has_is_known_of_all_together_alone(tmp_path: Path) -> None:
    found = report_of(books_of(tmp_path / "books"), "customer")

    assert (item(found, "revenue", "acme"), item(found, "gross_margin", "acme")) == (None, None)
    assert item(found, "cogs", "acme") == D("80.833333333333")
    assert found.statement.total.actual.revenue == D(400)
    assert (
        "FM2315 The line 'Subscriptions' is not told by customer: no customer has revenue or a margin, all "
        "together have. "
        "To tell it, load the driver revenue by customer." in findings(found)
    )


def test_cost_that_no_rule_takes_is_told_where_no_line_is_named_for_it(tmp_path: Path) -> None:
    found = report_of(
        books_of(tmp_path / "books", pnl_yaml=PNL.replace("default: {name: Hosting, section: cogs}\n", ""))
    )

    assert lines(found)["Cloud cost, unclassified"] == D(60)
    (unclassified,) = [each for each in found.findings if each.code == "FM2311"]
    assert (unclassified.amount, unclassified.measure) == (D(100), "EffectiveCost")
    assert unclassified.message.startswith("No rule of pnl.yaml takes these charges")


def test_without_a_file_all_cost_is_cost_of_sales_and_it_is_said(tmp_path: Path) -> None:
    books = books_of(tmp_path / "books", pnl_yaml="# nothing\n")
    found = report_of(books)

    assert lines(found)["Revenue"] == D(300)
    assert found.statement.total.actual.cogs == D(148)
    assert findings(found)[0] == (
        "FM2310 There is no pnl.yaml: all allocated cost is cost of sales, and the driver revenue is what is earned."
    )


def test_a_file_without_revenue_has_no_profit(tmp_path: Path) -> None:
    named = books_of(tmp_path / "named", pnl_yaml="cost: BilledCost\n")
    found = report_of(named)
    assert (item(found, "revenue"), found.cost) == (D(300), "BilledCost")
    assert "FM2325 pnl.yaml has no line of revenue: the driver revenue is what is earned." in findings(found)

    named.write(
        "drivers.yaml",
        DRIVERS.replace(
            "revenue: {unit: USD, grain: month, by: [product], from",
            "sold: {unit: USD, grain: month, by: [product], value: revenue, from",
        ),
    )
    found = report_of(named)
    assert (item(found, "revenue"), item(found, "gross_profit")) == (None, None)
    assert "FM2325 pnl.yaml has no line of revenue: profits and margins are unknown." in findings(found)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("revenue: [{name: A, driver: revenues}]", ("pnl.yaml:1:29: revenue.1.driver is 'revenues', which is no "
                                                    "driver; "
         "expected a driver of drivers.yaml: revenue, salaries, orders, use, earned or plan. Did you mean 'revenue'? "
         "(FM2307)")),
        ("other: [{name: A, driver: orders, section: opex}]", ("pnl.yaml:1:27: other.1.driver is 'orders', "
                                                               "which counts "
         "'order'; expected a driver whose unit is a currency, such as USD. Name a driver of money, or correct "
         "its unit "
         "in drivers.yaml. (FM2308)")),
        ("revenue: [{name: A, driver: margin}]", ("pnl.yaml:1:29: revenue.1.driver is 'margin', which is a "
                                                  "metric and no "
         "driver; expected a driver: lines are sums, and a ratio is never summed. Name the driver that the metric is "
         "made of, one of drivers.yaml. (FM2309)")),
        ("cloud: [{name: A, section: cogs, when: {teem: x}}]", ("pnl.yaml:1:41: cloud.1.when looks at 'teem', which "
         "allocated cost does not have; expected x_Source, ServiceName, ChargeCategory, x_Pool or product. Name one of "
         "these, or allocate to it: to in allocation.yaml. (FM2302)")),
        ("cloud: [{name: A, section: cogs, when: {x_Pool: /(/}}]", ("pnl.yaml:1:41: the pattern cannot be used: "
                                                                    "missing "
         "): (; expected a regular expression of RE2: no look-around, no back-reference. Correct it, or write a "
         "glob such "
         "as search-*. (FM2302)")),
    ],
)  # fmt: skip
def test_a_line_on_what_is_not_there_is_refused_at_its_place(tmp_path: Path, line: str, message: str) -> None:
    metrics = "margin: {driver: revenue, per: orders}\n"

    assert refused(tmp_path / "books", pnl_yaml=line + "\n", metrics_yaml=metrics) == [message]


def test_a_dimension_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "books", "costumer") == [
        (
            "the applied allocation has no 'costumer'; expected product. Name one of these, or add a level with it to "
            "allocation.yaml and apply it: finmod apply. (FM2331)"
        )
    ]
    assert refused(tmp_path / "more", "cohort") == [
        (
            "--by is 'cohort', and pnl.yaml has none; expected cohorts in pnl.yaml. Add cohorts: "
            "docs/how-to/pnl.md. (FM2331)"
        )
    ]


def test_a_statement_needs_an_applied_allocation_and_says_when_it_is_old(tmp_path: Path) -> None:
    books = books_of(tmp_path / "books")
    assert not [each for each in findings(report_of(books)) if each.startswith("FM2319")]
    text = (books.root / "a.csv").read_text(encoding="utf-8").replace("i-1", "i-9")
    books.load(books.write("b.csv", text), "--source", "more")
    assert [each for each in findings(report_of(books)) if each.startswith("FM2319")] == [
        (
            "FM2319 The statement stands on allocation 1, made of version 1 of the ledger, which has version 2 "
            "now: what came "
            "since is not in it. Look at it with: finmod plan; then: finmod apply."
        )
    ]
    shutil.rmtree(books.root / ".finmod" / "tables" / "allocation_runs")
    with pytest.raises(UserError) as caught:
        report_of(books)
    assert [told(problem) for problem in caught.value.problems] == [
        (
            "no allocation was applied yet; expected one that a statement can stand on. See what "
            "the rules give "
            "with: finmod plan; make it the books' with: finmod apply. (FM2330)"
        )
    ]
