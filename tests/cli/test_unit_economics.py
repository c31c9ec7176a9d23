"""finmod unit-economics: what each question answers of a company whose costs are known, and what it refuses."""

from __future__ import annotations

import json
import re
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.books import Books
from tests.unit_economics import DAYS, FIXED, PNL, POOL, VARIABLE, ask, cost, orders, refusal, unit_economics_once

SEPTEMBER = range(62, DAYS)
UNITS = {product: sum(orders(product, place) for place in SEPTEMBER) for product in FIXED}
DIRECT = {product: sum((cost(product, place) for place in SEPTEMBER), Decimal(0)) for product in FIXED}


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    return unit_economics_once(tmp_path_factory)


def rows(books: Books, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(ask(books, *words, "--by", "product", "--output", "json").out)
    return found


def of(found: list[dict[str, Any]], product: str, numerator: str) -> dict[str, Any]:
    return next(row for row in found if (row["product"], row["numerator"]) == (product, numerator))


def number(value: Decimal | int | str) -> float:
    return float(value)


def test_split_tells_average_and_marginal_cost_of_both_numerators(books: Books) -> None:
    found = rows(books, "split", "--variable", "0.6")

    direct, loaded = of(found, "ads", "direct"), of(found, "ads", "fully_loaded")
    assert direct["month"] == "2026-09"
    assert number(direct["units"]) == UNITS["ads"]
    assert number(direct["average_cost"]) == pytest.approx(float(DIRECT["ads"]) / UNITS["ads"])
    assert number(direct["marginal_cost"]) == pytest.approx(0.6 * float(DIRECT["ads"]) / UNITS["ads"])
    assert number(direct["fixed_cost"]) == pytest.approx(0.4 * float(DIRECT["ads"]))
    whole = sum(number(of(found, name, "fully_loaded")["total_cost"]) for name in FIXED)
    assert whole == pytest.approx(float(sum(DIRECT.values())) + 30 * POOL)
    assert number(loaded["total_cost"]) > number(direct["total_cost"])
    assert [direct["refusal"], direct["marginal_cost_lower"]] == [None, None]


def test_what_is_left_out_for_programs_is_told_beside(books: Books) -> None:
    said = books.run("unit-economics", "cost_per_user", "break-even", "--by", "product", "--output", "json")

    assert json.loads(said.out) == []
    assert "warning FM2340 search: direct cost is not split" in said.err
    assert "info FM2379 2026-09" in said.err


def test_all_products_together_are_what_is_told_without_by(books: Books) -> None:
    said = ask(books, "--variable", "0.5..0.7").out

    headings = "product cost units average marginal variable fixed a month"
    assert said.splitlines()[0].split() == headings.split()
    assert said.splitlines()[1].startswith("everything  direct")
    assert "60.0 % (50.0 % to 70.0 %)" in said
    assert "Cost of a unit in USD, of 2026-09; intervals of 90 %." in said


def test_what_cannot_be_split_keeps_its_average_and_says_why(books: Books) -> None:
    said = books.run("unit-economics", "cost_per_user", "--by", "product").out

    refused = "direct cost is not split into fixed and variable: cost and drivers are known of 3 periods where 20 are"
    assert f"warning FM2340 search: {refused} needed" in said
    assert "info FM2379 2026-09: 1 other with cost and no users left out: ads" in said
    line = next(line for line in said.splitlines() if line.startswith("search"))
    assert line.split()[:3] == ["search", "direct", "100"]
    assert line.split()[-3:] == ["-", "-", "-"]


def test_break_even_is_fixed_cost_by_contribution(books: Books) -> None:
    every = rows(books, "break-even", "--variable", "0.6", "--fee", "10%", "--profit", "500", "--other", "1000")

    # Cost from elsewhere is part of fully loaded cost alone, and there is as much of it as was said.
    loaded = sum(number(of(every, product, "fully_loaded")["fixed_cost"]) for product in FIXED)
    assert loaded == pytest.approx(0.4 * (float(sum(DIRECT.values())) + 30 * POOL) + 1000)
    found = of(every, "search", "direct")
    price, marginal = 60_000 / UNITS["search"], 0.6 * float(DIRECT["search"]) / UNITS["search"]
    wanted = (0.4 * float(DIRECT["search"]) + 500) / (price * 0.9 - marginal)
    assert number(found["volume"]) == pytest.approx(wanted)
    assert number(found["margin_of_safety"]) == pytest.approx(1 - wanted / UNITS["search"])


def test_products_break_even_together_in_their_mix(books: Books) -> None:
    found = rows(books, "break-even", "--variable", "0.6", "--together")

    assert [(row["product"], row["numerator"]) for row in found] == [
        ("2 together", "direct"),
        ("2 together", "fully_loaded"),
    ]
    assert number(found[0]["units"]) == sum(UNITS.values())


def test_a_price_below_marginal_cost_breaks_even_nowhere(books: Books) -> None:
    said = ask(books, "break-even", "--by", "product", "--only", "ads", "--variable", "1", "--price", "0.0001").out

    assert "FM2360 ads: no volume breaks even, because a unit brings 0.0001 and its variable cost is" in said
    assert not {"inf", "infinity", "nan"} & {*said.casefold().split()}


def test_a_month_that_fiscal_years_of_weeks_cut_is_of_the_one_with_most_of_its_days(
    books: Books, tmp_path: Path
) -> None:
    weeks = books.copy(tmp_path / "weeks")
    settings = (weeks.root / "finmod.yaml").read_text(encoding="utf-8")
    weeks.write("finmod.yaml", f"{settings}calendar: {{weeks: 4-4-5, first_day: 2026-01-04}}\n")
    found = rows(weeks, "project", "--variable", "0.6", "--growth", "0", "--years", "2", "--only", "ads")

    # FY2026 ends on 2 January 2027, and FY2027 on 1 January 2028.
    direct = [(row["period"], row["months"]) for row in found if row["numerator"] == "direct"]
    assert direct == [("FY2026", 6), ("FY2027", 12), ("FY2028", 9)]


def test_projection_goes_on_from_history_by_fiscal_year(books: Books) -> None:
    found = rows(books, "project", "--variable", "0.6", "--growth", "20%", "--years", "2")

    ads = [row for row in found if (row["product"], row["numerator"]) == ("ads", "direct")]
    assert [(row["period"], row["kind"], row["months"]) for row in ads] == [
        ("FY2026", "both", 6),
        ("FY2027", "projection", 12),
        ("FY2028", "projection", 9),
    ]
    assert number(ads[2]["average_cost"]) < number(ads[0]["average_cost"])


def test_cost_from_elsewhere_is_not_mixed_with_a_past_that_lacks_it(books: Books) -> None:
    words = ("project", "--variable", "0.6", "--years", "1", "--only", "ads")
    plain, other = rows(books, *words, "--grain", "month"), rows(books, *words, "--other", "1000")

    loaded = [row for row in other if row["numerator"] == "fully_loaded"]
    assert [(row["period"], row["kind"], row["months"]) for row in loaded] == [
        ("FY2026", "history", 3),
        ("FY2026", "projection", 3),
        ("FY2027", "projection", 9),
    ]
    past = [row for row in plain if (row["numerator"], row["kind"]) == ("fully_loaded", "history")]
    assert number(loaded[0]["total_cost"]) == pytest.approx(sum(number(row["total_cost"]) for row in past))
    said = ask(books, *words, "--by", "product", "--other", "1000").out
    assert [line.split()[:4] for line in said.splitlines()[1:3]] == [
        ["ads", "FY2026", "past", "3"],
        ["ads", "FY2026", "ahead", "3"],
    ]
    assert "Other cost of 1,000 USD a month is in what is ahead alone" in said


def test_what_a_projection_tells_beside_averages_is_variable_cost_of_a_unit(books: Books) -> None:
    words = ("project", "--variable", "0.6", "--growth", "100%", "--years", "1", "--only", "ads", "--scale", "0.5")
    last = next(row for row in reversed(rows(books, *words, "--grain", "month")) if row["numerator"] == "direct")

    now = 0.6 * float(DIRECT["ads"]) / UNITS["ads"]
    assert number(last["variable_cost_per_unit"]) == pytest.approx(now * 2**-0.5)
    assert "direct variable" in ask(books, *words, "--by", "product").out.splitlines()[0]


def test_projection_by_month_begins_with_what_the_metric_tells(books: Books) -> None:
    found = rows(books, "project", "--variable", "0.6", "--grain", "month")
    told = json.loads(books.run("metric", "cost_per_order", "--by", "product", "--output", "json").out)

    history = {
        (row["product"], row["period"]): number(row["average_cost"])
        for row in found
        if row["kind"] == "history" and row["numerator"] == "fully_loaded"
    }
    assert history == {
        (row["product"], row["period"]): pytest.approx(number(row["value"])) for row in told if row["product"] in FIXED
    }


def test_projection_says_what_it_takes_for_granted(books: Books) -> None:
    unsaid = ask(books, "project", "--variable", "0.6", "--volumes", "700000,800000", "--experience", "85%").out
    said = ask(books, "project", "--variable", "0.6", "--curve", "logistic", "--growth", "10%..30%", "--saturation",
               "9000000", "--scale", "0.1", "--price-change", "-5%,-2%", "--inflation", "3%", "--capacity",
               "1000000:500").out  # fmt: skip

    assert "\nvolumes as given; bands are of cost alone\n" in unsaid
    assert "FM2366 everything: the growth that is given has 2 months, and 36 were asked for" in unsaid
    assert "\nlogistic growth of 20 % a year (10 % to 30 %), as given\n" in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--curve", "logistic", "--growth", "1"), "A logistic curve has a --saturation, and no other has"),
        (("--saturation", "9"), "A logistic curve has a --saturation, and no other has"),
        (("--curve", "linear"), "A linear curve needs the --growth that it has now."),
        (
            ("--volumes", "1", "--growth", "1"),
            "--volumes says every month.\n  Leave --growth, --curve and --saturation out. (FM1061",
        ),
        (("--scale", "0.1", "--experience", "0.9"), "--scale and --experience say the same in two ways"),
        (("--curve", "logistic", "--growth", "0.1", "--saturation", "5"), "--saturation is 5"),
    ],
)
def test_a_projection_that_contradicts_itself_is_refused(books: Books, words: tuple[str, ...], message: str) -> None:
    assert message in refusal(books, "cost_per_order", "project", "--variable", "0.6", *words)


def test_sensitivity_has_the_widest_swing_first(books: Books) -> None:
    found = rows(books, "sensitivity", "--variable", "0.2..0.9", "--figure", "price_floor", "--margin", "30%",
                 "--range", "5%", "--only", "ads")  # fmt: skip

    direct = [row for row in found if row["numerator"] == "direct"]
    swings = [number(row["swing"]) for row in direct]
    assert swings == sorted(swings, reverse=True)
    assert [row["input"] for row in direct] == ["total_cost", "units"]
    assert {row["range"] for row in direct} == {"+-5 %"}


def test_sensitivity_tells_what_no_single_input_explains(books: Books) -> None:
    said = ask(books, "sensitivity", "--variable", "0.5..0.9", "--figure", "break_even_volume").out

    assert "90 % interval" in said
    assert "everything, direct: break-even volume" in said
    assert re.search(r"; joint effect -?[0-9,]+ at the low end, -?[0-9,]+ at the high end\.", " ".join(said.split()))
    assert "Price is revenue by units, from revenue.\n" in said
    assert "Price is" not in ask(books, "sensitivity", "--variable", "0.5", "--figure", "unit_cost").out


def test_price_floors_are_solved_with_fee_and_margin(books: Books) -> None:
    found = of(
        rows(books, "price-floor", "--variable", "0.6", "--fee", "5%", "--fee-per-unit", "0.01", "--margin", "25%"),
        "ads",
        "direct",
    )

    average = float(DIRECT["ads"]) / UNITS["ads"]
    assert number(found["short_run"]) == pytest.approx((0.6 * average + 0.01) / 0.95)
    assert number(found["long_run"]) == pytest.approx((average + 0.01) / 0.95)
    assert number(found["target_margin"]) == pytest.approx((average + 0.01) / 0.7)
    assert number(found["price"]) == pytest.approx(60_000 / UNITS["ads"])
    assert found["binding"] == "target_margin"


def test_price_floors_at_other_volumes_spread_fixed_cost_over_them(books: Books) -> None:
    half = str(UNITS["ads"] // 2)
    found = rows(books, "price-floor", "--only", "ads", "--variable", "0.6", "--volumes", f"{half},{UNITS['ads']}")

    small, same = (row for row in found if row["numerator"] == "direct")
    assert number(small["short_run"]) == pytest.approx(number(same["short_run"]))
    fixed = 0.4 * float(DIRECT["ads"])
    assert number(small["long_run"]) == pytest.approx(number(same["short_run"]) + 2 * fixed / UNITS["ads"], rel=1e-4)


def test_what_is_estimated_from_days_holds_what_is_true(books: Books) -> None:
    found = rows(books)

    for product, truth in VARIABLE.items():
        direct = of(found, product, "direct")
        assert number(direct["marginal_cost_lower"]) <= float(truth) <= number(direct["marginal_cost_upper"])
        assert number(direct["marginal_cost"]) == pytest.approx(float(truth), rel=0.05)


REFUSED = {
    "cost_of_revenue": "expected one like cost_per_order or cost_per_user.\n",
    "cloud_cost split": "cloud_cost is no allocated cost of a driver's unit; expected one like",
    "cost_per_ordr": "Did you mean 'cost_per_order'?",
    "cost_per_order --by team": "--by names team, and orders, by which cost_per_order divides, is told by product",
    "cost_per_order --revenue orders": "--revenue is orders; expected a driver of money.\n",
    "cost_per_order --by product --only serch": "--only is serch, which has no units; expected ads or search",
    "cost_per_order --only ads": "all products are asked for together; expected products that are told apart.\n"
    "  Add --by product. (FM2378",
    "direct_per_order split": "direct_per_order is of one part of allocated cost, part: direct; expected all of it",
    "direct_per_order": "  Ask for cost_per_order or cost_per_user, or name a metric like it without part: direct.",
    "cost_per_order sensitivity --range 0": "--range is 0; expected a part above 0, such as 10%.\n",
    "split": "METRIC is 'split'; expected a metric before the subcommand.\n",
    "split cost_per_order": "METRIC comes first: finmod unit-economics cost_per_order split.\n",
    "cost_per_order price-floor --fee 60% --margin 50%": "--fee and --margin together take the whole price",
    "cost_per_order --variable 2": "expected a part from 0 to 1, such as 0.6 or 60%, or an interval of it",
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_cannot_be_asked_is_refused_in_words(books: Books, words: str) -> None:
    assert REFUSED[words] in refusal(books, *words.split())


def test_without_revenue_there_is_no_price_to_break_even_at(books: Books, tmp_path: Path) -> None:
    copy = Books(tmp_path / "copy")
    shutil.copytree(books.root, copy.root, dirs_exist_ok=True)
    kept = [line for line in (copy.root / "drivers.yaml").read_text(encoding="utf-8").splitlines() if "USD" not in line]
    copy.write("drivers.yaml", "\n".join(kept))
    copy.write("metrics.yaml", "cost_per_order: {cost: EffectiveCost, per: orders}\n")

    said = ask(copy, "break-even", "--by", "product", "--variable", "0.6").out

    assert "Nothing to tell." in said
    assert "FM2369 ads: the price now is unknown, so it is left out" in said
    floors = ask(copy, "price-floor", "--by", "product", "--variable", "0.6").out
    assert {line.split()[-1] for line in floors.splitlines()[1:5]} == {"-"}
    assert "Price is unknown: no driver tells all revenue by product.\n" in floors
    assert (
        "volume stays as it is, since no two whole years are known; say otherwise with --growth"
        in ask(copy, "project", "--variable", "0.6").out
    )


def test_before_anything_is_applied_there_is_nothing_to_tell(books: Books, tmp_path: Path) -> None:
    shutil.copytree(books.root, tmp_path / "copy", ignore=shutil.ignore_patterns("allocat*", "applied*"))
    assert "no allocation was applied" in refusal(Books(tmp_path / "copy"), "cost_per_order")


def test_prices_are_lines_of_revenue_of_the_statement(books: Books, tmp_path: Path) -> None:
    changed = books.copy(tmp_path / "copy")
    lines = "revenue:\n  - {name: Sales, driver: revenue}\n  - {name: Refunds, driver: refunds, sign: -1}\n"
    changed.write("pnl.yaml", PNL + lines)
    text = (changed.root / "drivers.yaml").read_text("utf-8")
    changed.write("drivers.yaml", text + "refunds: {unit: USD, grain: month, by: [product], from: {csv: back.csv}}\n")
    changed.write("back.csv", "date,product,refunds\n2026-09,search,6000\n")
    assert changed.run("drivers", "load").code == 0

    found = rows(changed, "split", "--variable", "0.6")

    assert number(of(found, "search", "direct")["price"]) == pytest.approx(54_000 / UNITS["search"])
    # Who is given nothing back in a month in which others are, has earned all of it.
    assert number(of(found, "ads", "direct")["price"]) == pytest.approx(60_000 / UNITS["ads"])
    assert (
        "Price is revenue by units, from revenue less refunds." in ask(changed, "price-floor", "--variable", "0.6").out
    )


def test_a_step_that_is_passed_is_told_and_not_added(books: Books) -> None:
    words = ("break-even", "--by", "product", "--only", "search", "--variable", "0.6")
    said = ask(books, *words, "--step", "10:5000").out

    units = f"{UNITS['search']:,}"
    told = f"FM2383 search: the step of 5,000 above 10 units is left out: there are {units} a month now"
    assert told in " ".join(said.split())
    assert said.splitlines()[1] == ask(books, *words).out.splitlines()[1]


def test_capacity_far_beyond_present_volume_is_in_the_projection(books: Books) -> None:
    words = ("project", "--variable", "0.6", "--only", "search", "--volumes", "100000000")
    plain, full = (
        next(row for row in rows(books, *words, *more) if row["kind"] != "history")
        for more in (("--grain", "month"), ("--grain", "month", "--capacity", "1000:20"))
    )

    pieces = 100_000 - -(-UNITS["search"] // 1000)
    assert number(full["total_cost"]) == pytest.approx(number(plain["total_cost"]) + 20 * pieces)
