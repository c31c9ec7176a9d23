"""What pnl.yaml says that meets nothing, or not all: rules that take no charge, plans of some products alone."""

from __future__ import annotations

from pathlib import Path

from finmod.models.pnl_report import planned_item
from finmod.terms.findings import Finding
from tests.books import Books
from tests.statements import DRIVERS, PNL, books_of, findings, report_of

HOSTING = "hosting_plan: {unit: USD, grain: month, by: [product], from: {csv: hosting_plan.csv}}\n"


def found_by(books: Books, code: str, by: str | None = None, **asked: str) -> list[Finding]:
    return [each for each in report_of(books, by, **asked).findings if each.code == code]


def with_rule(folder: Path, rule: str) -> Books:
    return books_of(folder, pnl_yaml=PNL.replace("cloud:\n", f"cloud:\n  - {rule}\n"))


def planned(folder: Path, *rows: str) -> Books:
    """Return the project with a plan of hosting: of which products rows say."""
    return books_of(
        folder,
        pnl_yaml=PNL + "budget: {Hosting: hosting_plan}\n",
        drivers_yaml=DRIVERS + HOSTING,
        hosting_plan_csv="\n".join(["date,product,hosting_plan", *rows, ""]),
    )


def test_a_rule_that_looks_for_a_pool_that_is_not_there_is_named_with_the_near_one(tmp_path: Path) -> None:
    books = books_of(tmp_path / "books", pnl_yaml=PNL.replace("x_Pool: support", "x_Pool: suport"))
    (found,) = found_by(books, "FM2328")

    assert found.message == (
        "The rule of the line 'Support' looks for 'suport', which is no pool of allocation 1 that has charges. "
        "Did you mean 'support'?"
    )
    assert (found.severity, found.where) == ("warning", "pnl.yaml:3:36")
    assert not found_by(books, "FM2329")


def test_a_pool_that_is_like_none_is_told_with_those_there_are(tmp_path: Path) -> None:
    books = with_rule(tmp_path / "books", "{name: Other, when: {x_Pool: [zzz, Cluster]}, section: opex}")
    (found,) = found_by(books, "FM2328")

    assert "looks for 'zzz'" in found.message
    assert found.message.endswith("Its pools are cluster and support.")


def test_a_value_is_one_of_its_dimension_whatever_the_case_as_rules_match_it(tmp_path: Path) -> None:
    books = with_rule(tmp_path / "books", "{name: Ads, when: {product: ADS, x_Pool: null}, section: opex}")

    assert not [each for each in findings(report_of(books)) if each.startswith(("FM2328", "FM2329"))]


def test_what_a_rule_must_not_be_may_be_nowhere(tmp_path: Path) -> None:
    books = with_rule(tmp_path / "books", "{name: Kept, when: {product: {not: legacy}, x_Pool: null}, section: opex}")

    assert not [each for each in findings(report_of(books)) if each.startswith(("FM2328", "FM2329"))]


def test_a_rule_that_takes_no_charge_in_any_month_is_named(tmp_path: Path) -> None:
    books = with_rule(tmp_path / "typo", "{name: Disks, when: {ServiceName: Storag}, section: opex}")
    (found,) = found_by(books, "FM2329")
    assert (found.message, found.where) == (
        (
            "The rule of the line 'Disks' takes no charge in any month of allocation 1: nothing meets its conditions. "
            "Did you mean 'Storage'?"
        ),
        "pnl.yaml:3:25",
    )

    books = with_rule(tmp_path / "both", "{name: Disks, when: {ServiceName: Storage, x_Pool: support}, section: opex}")
    (found,) = found_by(books, "FM2329")
    assert found.message.endswith("nothing meets its conditions. Correct them, unless such charges are to come.")


def test_a_rule_below_one_that_takes_all_it_looks_for_is_named(tmp_path: Path) -> None:
    books = with_rule(tmp_path / "books", '{name: Pools, when: {x_Pool: "*"}, section: cogs}')

    assert [each.message for each in found_by(books, "FM2329")] == [
        f"The rule of the line '{name}' takes no charge in any month of allocation 1: rules above it take what it "
        "looks for. Put it above them, or take it out."
        for name in ("Support", "Platform")
    ]


def test_a_plan_of_some_products_is_said_to_be_one_whoever_is_asked_for(tmp_path: Path) -> None:
    books = planned(tmp_path / "books", "2026-08,search,50", "2026-09,search,70")
    said = (
        "The budget of the line 'Hosting' is of 1 of 2 products alone in 2026-09: search. What was planned of ads is "
        "unknown, and the variance of all together compares the whole line with the plan of some. Add them to the "
        "driver hosting_plan, 0 where nothing was planned."
    )
    for by in ("product", "customer", None):
        (found,) = found_by(books, "FM2337", by)
        assert (found.message, found.severity, found.where) == (said, "warning", "pnl.yaml:7:19")
    (found,) = found_by(books, "FM2337", None, first="2026-08")
    assert "1 of 2 products alone in 2026-08, 2026-09: search." in found.message
    plan = report_of(books, None).statement.total.plan
    assert plan is not None
    assert str(plan.lines[2].normalize() if plan.lines[2] else None) == "7E+1"


def test_periods_of_which_other_products_lack_are_counted(tmp_path: Path) -> None:
    books = planned(tmp_path / "books", "2026-08,search,50", "2026-09,ads,70", "2026-09,search,0")
    assert not found_by(books, "FM2337")

    (found,) = found_by(books, "FM2337", first="2026-08")
    assert "is of 1 of 2 products alone in 2026-08: search." in found.message


def test_a_section_without_lines_has_no_plan_to_show(tmp_path: Path) -> None:
    books = planned(tmp_path / "books", *(f"2026-09,{name},50" for name in ("search", "ads")))
    books.write(
        "pnl.yaml",
        """\
cloud: [{name: Platform, when: {x_Pool: cluster}, section: cogs}]
default: {name: Hosting, section: cogs}
budget: {Hosting: hosting_plan}
""",
    )

    # Of two lines of cost of sales one has a budget, and there is no line of operating expense.
    assert planned_item(report_of(books).statement) == "gross_profit"


def test_a_plan_of_all_products_that_have_amounts_is_one(tmp_path: Path) -> None:
    books = planned(tmp_path / "books", *(f"2026-09,{name},50" for name in ("search", "ads", "shop")))

    for by in ("product", None):
        assert not found_by(books, "FM2337", by)


def test_a_plan_of_revenue_is_compared_with_who_earns(tmp_path: Path) -> None:
    pnl = PNL + "budget: {Subscriptions: plan}\n"
    books = books_of(tmp_path / "books", pnl_yaml=pnl, plan_csv="date,product,plan\n2026-09,ads,120\n")

    for by in ("product", None):
        (found,) = found_by(books, "FM2337", by)
        assert "'Subscriptions' is of 1 of 2 products alone in 2026-09: ads. What was planned of search" in (
            found.message
        )


def test_a_plan_that_nobody_has_by_product_is_worded_as_a_plan(tmp_path: Path) -> None:
    books = books_of(tmp_path / "books", pnl_yaml=PNL + "budget: {Subscriptions: salaries, Salaries: salaries}\n")

    said = [each.message for each in found_by(books, "FM2315", "product") if "budget" in each.message]
    assert said == [
        f"The budget of the line '{name}' is not told by product: what was planned of each product is unknown, of all "
        "together it is known. To tell it, load the driver salaries by product."
        for name in ("Subscriptions", "Salaries")
    ]
