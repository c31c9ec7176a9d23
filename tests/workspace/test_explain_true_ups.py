"""True-ups of applied allocations down to the versions, rules and charges on both sides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.cli.explain_true_up import true_up_rows
from finmod.errors import UserError
from finmod.workspace.apply import apply
from finmod.workspace.explain_allocated import ExplainedAmount, Wanted, explain_amount, explain_true_up
from tests.applied import ALLOCATION, AUGUST, CHARGES, HALVES, NOW, SEPTEMBER, project_of, shared
from tests.books import Books, bill

TENTHS = ALLOCATION.replace("{search: 0.75, ads: 0.25}", "{search: 0.1, ads: 0.9}")


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """August closed after version 1; versions 2 and 3 moved the cluster there."""
    made = shared(tmp_path_factory.mktemp("trued") / "books")
    apply(project_of(made), NOW, author="ada")
    assert made.run("close", "2026-08").code == 0
    for place, rules in enumerate((HALVES, TENTHS), start=1):
        made.write("allocation.yaml", rules)
        apply(project_of(made), NOW + timedelta(days=place), author="bob")
    return made


def amount(books: Books, product: str, pool: str | None = None) -> ExplainedAmount:
    return explain_amount(project_of(books), Wanted({"product": product}, month=SEPTEMBER, pool=pool))


def test_a_true_up_tells_versions_pools_and_shares(books: Books) -> None:
    (told,) = amount(books, "search").true_ups
    assert (told.month, told.amount) == (AUGUST, Decimal(-26))
    assert told.before is not None
    assert (told.before.version, told.after.version) == (1, 3)
    (part,) = told.parts
    assert (part.pool, int(part.before), int(part.moved)) == ("cluster", 30, -26)
    assert [share.place for share in (*part.shares_before, *part.shares_after)] == ["allocation.yaml:3:47"] * 2


def test_what_is_moved_away_wholly_is_0_after_it(books: Books) -> None:
    found = explain_amount(project_of(books), Wanted({"product": "search"}, month=SEPTEMBER)).true_ups[0]
    (part,) = found.parts
    whole = replace(found, parts=(replace(part, moved=-part.before),))
    assert true_up_rows(whole, "USD")[0][1:4] == ("30.00 USD", "0.00 USD", "-30.00 USD")


def test_a_true_up_of_another_pool_alone_is_none(books: Books) -> None:
    assert amount(books, "search", pool="support").true_ups == ()
    assert [each.amount for each in amount(books, "search", pool="cluster").true_ups] == [-26]


def test_both_sides_of_a_true_up_are_walked(books: Books) -> None:
    found = explain_true_up(project_of(books), Wanted({"product": "ads"}, month=SEPTEMBER), AUGUST)
    assert found.ties
    sides = [{part.pool: part for part in side.parts} for side in (found.before, found.after)]
    assert [int(side["cluster"].amount) for side in sides] == [10, 36]
    assert [side["cluster"].days[0].basis.part for side in sides if side["cluster"].days[0].basis] == [0.25, 0.9]
    assert {each.key for each in sides[0]["cluster"].parts} == {each.key for each in sides[1]["cluster"].parts}


def test_what_is_booked_in_a_month_that_closed_since_stands_before_the_next_true_up(books: Books) -> None:
    assert books.run("close", "2026-09").code == 0
    books.write("allocation.yaml", HALVES)
    done = apply(project_of(books), NOW + timedelta(days=9), author="cyd")
    october = done.spans.booked
    told = {
        each.month: each
        for each in explain_amount(project_of(books), Wanted({"product": "search"}, month=october)).true_ups
    }
    assert {month: (each.before and each.before.version, each.after.version) for month, each in told.items()} == {
        AUGUST: (3, 4), SEPTEMBER: (3, 4),
    }  # fmt: skip
    assert [(int(part.before), int(part.moved)) for each in told.values() for part in each.parts] == [(4, 16), (4, 16)]
    found = explain_true_up(project_of(books), Wanted({"product": "search"}, month=october), AUGUST)
    assert found.ties


def test_a_true_up_that_is_not_there_is_told(books: Books) -> None:
    with pytest.raises(UserError) as told:
        explain_true_up(project_of(books), Wanted({"product": "search"}, month=AUGUST), SEPTEMBER)
    assert told.value.problems[0].found == "product search has no true-up of 2026-09 in 2026-08"


def test_every_form_tells_a_true_up(books: Books) -> None:
    words = ("explain", "--of", "product=search", "--period", "2026-09")
    out = books.run(*words).out
    assert (
        "Beside it stands a true-up of 2026-08, which is closed: -26.00 USD, what version 3 gives there less what "
        "version 1 gave, by its rules."
    ) in out
    assert "cluster  30.00 USD  4.00 USD  -26.00 USD  fixed in 2 parts (allocation.yaml:3:47)" in out
    told = json.loads(books.run(*words, "--output", "json").out)["true_ups"]["2026-08"]
    assert told["before"]["version"] == 1
    assert [(part["pool"], part["moved"]) for part in told["parts"]] == [("cluster", "-26.000000000000")]
    assert [line for line in books.run(*words, "--output", "csv").out.splitlines() if line.endswith(",2026-08")]
    closed = books.run("explain", "--of", "product=search", "--period", "2026-08").out
    assert "The month is closed: -26.00 USD that later versions moved in it stands in 2026-09.\n" in closed
    assert "| cluster | 30.00 USD | 4.00 USD |" in books.run(*words, "--output", "markdown").out


def test_a_charge_of_a_closed_month_says_where_later_moves_are_booked(books: Books) -> None:
    out = books.run("explain", "i-4", "--period", "2026-08").out
    assert "search 30.00 USD, ads 10.00 USD" in out
    assert "Later versions moved cost of 2026-08, which is closed: that is booked in 2026-09" in out


def test_every_form_tells_both_sides(books: Books) -> None:
    words = ("explain", "--of", "product=search", "--period", "2026-09", "--true-up", "2026-08")
    out = books.run(*words).out
    assert out.startswith("Search engine: EffectiveCost -26.00 USD in 2026-09, a true-up of 2026-08\n")
    assert "Version 1, applied" in out
    assert "Share: fixed in 2 parts (allocation.yaml:3:47): fixed in 2 parts is 0.75 of 1, 75.0 % straight" in out
    assert "Share: fixed in 2 parts (allocation.yaml:3:47): fixed in 2 parts is 0.1 of 1, 10.0 % straight" in out
    told = json.loads(books.run(*words, "--output", "json").out)
    assert [part["amount"] for part in told["parts_after"] if part["pool"] == "cluster"] == ["4.000000000000"]
    assert "2026-09,2026-08,cluster,1,3,EffectiveCost,USD" in books.run(*words, "--output", "csv").out
    assert "## Search engine: EffectiveCost" in books.run(*words, "--output", "markdown").out


@pytest.mark.parametrize(("more", "moved"), [("", "0.67"), (", base: full", "0.46"), (", grain: day", "0.67")])
def test_a_month_alone_is_shared_with_what_corrects_its_bill_later(tmp_path: Path, more: str, moved: str) -> None:
    """Support goes by cost: what August cost more, as September says, moves it in August too."""
    made = shared(tmp_path / "restated", ALLOCATION.replace("by: cost", f"by: cost{more}"))
    apply(project_of(made), NOW, author="ada")
    assert made.run("close", "2026-08").code == 0
    made.load(made.write("a.csv", bill({**CHARGES[0], "EffectiveCost": "90"}, *CHARGES[1:])))
    apply(project_of(made), NOW + timedelta(days=1), author="ada")
    (told,) = amount(made, "search").true_ups
    assert [(part.pool, round(part.moved, 2)) for part in told.parts] == [("support", Decimal(moved))]
    found = explain_true_up(project_of(made), Wanted({"product": "search"}, month=SEPTEMBER), AUGUST)
    assert found.ties
    assert found.after.amount > found.before.amount


def test_charges_that_restate_a_closed_month_are_among_those_of_the_month_that_they_are_booked_in(
    tmp_path: Path,
) -> None:
    books = shared(tmp_path / "books")
    assert books.run("close", "2026-08").code == 0
    restated = [{**each, "BilledCost": "67", "EffectiveCost": "67"} if is_searchs(each) else each for each in CHARGES]
    books.load(books.write("a.csv", bill(*restated)))
    apply(project_of(books), NOW, author="ada")
    found = amount(books, "search")
    (own,) = (part for part in found.explanation.parts if part.pool is None)
    assert own.amount == 67
    assert sorted(int(part.cost) for part in own.parts) == [7, 60]


def is_searchs(given: Mapping[str, str]) -> bool:
    """Return whether a charge is one of August that names search."""
    return given["Tags"] == '{"product":"search"}' and given["ChargePeriodStart"].startswith("2026-08")
