"""What the rules of the working tree move beside those that were applied: rules, charges and drivers told apart."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.allocation.moves import Flow
from finmod.errors import UserError
from finmod.settings.project import Project
from finmod.workspace.apply import apply
from finmod.workspace.plan import Plan, Span, plan
from tests.allocated import books_of
from tests.applied import ALLOCATION, AUGUST, CHARGES, HALVES, NOW, SEPTEMBER, TAXONOMY, project_of, shared
from tests.books import Books, bill
from tests.tagged import charge

Applied = Callable[[], Books]


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Books:
    books = shared(tmp_path_factory.mktemp("applied") / "books")
    apply(project_of(books), NOW, author="ada")
    return books


@pytest.fixture
def applied(once: Books, tmp_path: Path) -> Books:
    """Return the project with its rules applied."""
    return once.copy(tmp_path / "applied")


def planned(books: Books, *, measure: str = "EffectiveCost", span: Span = Span()) -> Plan:  # noqa: B008 -- never changed
    return plan(project_of(books), measure=measure, span=span)


def told(found: Plan) -> dict[str, list[tuple[object, ...]]]:
    """Return cause -> what it moves: month, pool, from, to, amount."""
    return {
        cause.kind: [
            (f"{move.month:%m}", move.pool, move.giver, move.taker, str(move.amount.normalize()))
            for move in cause.moves
        ]
        for cause in found.causes
    }


SEARCH, ADS, SHOP, NOBODY = ("search",), ("ads",), ("shop",), (None,)
HALVED = [("08", "cluster", SEARCH, ADS, "1E+1"), ("09", "cluster", SEARCH, ADS, "1E+1")]


def test_the_first_plan_shows_what_everybody_would_have(tmp_path: Path) -> None:
    found = planned(shared(tmp_path / "p"))
    assert (found.applied, found.causes, found.is_first, found.changes) == (None, (), True, True)
    assert [(each.value, f"{each.before:.2f} {each.after:.2f}") for each in found.results] == [
        ("search", "0.00 190.67"), ("ads", "0.00 85.33"), (None, "0.00 20.00"),
    ]  # fmt: skip
    assert [(total.currency, total.after) for total in found.totals] == [("USD", Decimal(296))]
    assert found.months == (AUGUST, SEPTEMBER)
    assert found.label(("search",)) == "Search engine"


def test_without_a_change_nothing_moves(applied: Books) -> None:
    found = planned(applied)
    assert (found.causes, found.changes, found.totals[0].difference) == ((), False, Decimal(0))
    assert found.applied
    assert found.applied.rule_hash == found.rule_hash


def test_a_changed_share_moves_cost_and_says_where_it_stands(applied: Books) -> None:
    applied.write("allocation.yaml", HALVES)
    found = planned(applied)
    assert told(found) == {"rules": HALVED}
    (cause,) = found.causes
    assert {(move.rule, move.text) for move in cause.moves} == {("allocation.yaml:3:47", "fixed in 2 parts")}
    headline = cause.headline()
    assert headline
    assert headline == (1, Flow("USD", SEARCH, ADS, Decimal(20), (AUGUST, SEPTEMBER)))
    assert headline[1].per_month == 10
    assert [total.difference for total in (*found.totals, *cause.totals)] == [0, 0]


def test_text_alone_changes_the_rules_and_nothing_else(applied: Books) -> None:
    applied.write("allocation.yaml", f"# looked at again\n{ALLOCATION}")
    found = planned(applied)
    assert found.applied
    assert found.applied.rule_hash != found.rule_hash
    assert not found.changes


def test_a_charge_named_otherwise_moves_with_its_rule_and_pools_follow(applied: Books) -> None:
    applied.write("taxonomy.yaml", TAXONOMY.replace('{"7": shop}', '{"1": shop}'))
    (cause,) = planned(applied).causes
    direct = [move for move in cause.moves if move.pool is None]
    assert {(move.giver, move.taker, move.amount, move.rule) for move in direct} == {
        (NOBODY, SHOP, Decimal(10), "taxonomy.yaml:9:19")
    }
    follow = {(move.pool, move.taker, move.text) for move in cause.moves if move.pool}
    assert follow == {("support", SHOP, "cost EffectiveCost, as before: what it is shared by changed")}


def test_a_new_pool_takes_from_those_whose_charges_it_takes(applied: Books) -> None:
    applied.write(
        "allocation.yaml",
        ALLOCATION + "  - {name: all, when: {product: ads}, share: {by: even, among: {product: shop}}}\n",
    )
    (cause,) = planned(applied, span=Span(SEPTEMBER, 1)).causes
    moved = [move for move in cause.moves if move.pool == "all"]
    assert [(move.giver, move.taker, move.amount, move.rule) for move in moved] == [
        (ADS, SHOP, Decimal(30), "allocation.yaml:5:6")
    ]
    assert moved[0].text
    assert moved[0].text.startswith("new pool, shared by even")


def test_a_pool_that_is_gone_gives_back_what_it_took(applied: Books) -> None:
    applied.write("allocation.yaml", "".join(ALLOCATION.splitlines(keepends=True)[:3]))
    (cause,) = planned(applied, span=Span(SEPTEMBER, 1)).causes
    assert {(move.pool, move.taker) for move in cause.moves} == {("support", NOBODY)}
    assert sum(move.amount for move in cause.moves) == 8
    assert {move.text for move in cause.moves} == {"pool that is gone, shared by cost EffectiveCost"}


def test_new_charges_are_told_apart_from_rules(applied: Books) -> None:
    more = charge(9, "5", "i-7", '{"product":"ads"}')
    applied.load(applied.write("a.csv", bill(*CHARGES, more)))
    applied.write("allocation.yaml", HALVES)
    found = planned(applied)
    assert [cause.kind for cause in found.causes] == ["charges", "rules"]
    charges, rules = found.causes
    assert {(move.giver, move.taker) for move in charges.moves} == {(None, ADS), (SEARCH, ADS)}
    assert [total.difference for total in charges.totals] == [5]
    assert told(found)["rules"] == HALVED
    assert [total.difference for total in rules.totals] == [0]
    assert [total.difference for total in found.totals] == [5]


def test_the_same_rules_on_new_charges_need_no_second_run(applied: Books) -> None:
    applied.load(applied.write("a.csv", bill(*CHARGES[1:])), "--accept", "FM1130")
    shutil.rmtree(applied.root / ".finmod" / "rules")
    found = planned(applied)
    assert ([cause.kind for cause in found.causes], found.untold) == (["charges"], None)
    assert [total.difference for total in found.totals] == [-60]


def test_without_the_rules_that_were_applied_causes_are_not_told_apart(applied: Books) -> None:
    applied.write("allocation.yaml", HALVES)
    shutil.rmtree(applied.root / ".finmod" / "rules")
    found = planned(applied)
    assert told(found) == {"everything": HALVED}
    assert found.untold
    assert found.untold.startswith("the rules of version 1 are gone from the store: rules/")


def test_some_months_can_be_looked_at_alone(applied: Books) -> None:
    applied.write("allocation.yaml", HALVES)
    assert told(planned(applied, span=Span(AUGUST, 1))) == {"rules": HALVED[:1]}
    assert told(planned(applied, span=Span(None, 1))) == {"rules": HALVED[1:]}
    assert told(planned(applied, span=Span(SEPTEMBER, 2))) == {"rules": HALVED}
    with pytest.raises(UserError, match=r"there are no charges of 2026-10(?s:.*)FM2017"):
        planned(applied, span=Span(SEPTEMBER.replace(month=10), 1))


def test_another_cost_can_be_told(tmp_path: Path) -> None:
    charges = [{**each, "BilledCost": "100"} for each in CHARGES]
    books = shared(tmp_path / "p", charges=charges)
    apply(project_of(books), NOW, author="ada")
    books.write("allocation.yaml", HALVES)
    (cause,) = planned(books, measure="BilledCost").causes
    assert {move.amount for move in cause.moves} == {Decimal(25)}


def test_currencies_stay_apart(tmp_path: Path) -> None:
    euros = [{**each, "BillingCurrency": "EUR", "BillingAccountId": "a2"} for each in CHARGES]
    books = shared(tmp_path / "p", charges=[*CHARGES, *euros])
    apply(project_of(books), NOW, author="ada")
    books.write("allocation.yaml", HALVES)
    (cause,) = planned(books).causes
    assert {(move.currency, move.amount) for move in cause.moves} == {("EUR", Decimal(10)), ("USD", Decimal(10))}


def test_what_moves_in_a_closed_month_says_where_it_is_booked(applied: Books) -> None:
    assert applied.run("close", "2026-08").code == 0
    applied.write("allocation.yaml", HALVES)
    found = planned(applied)
    assert told(found) == {"rules": HALVED}
    assert found.booked == {AUGUST: SEPTEMBER}
    apply(project_of(applied), NOW, author="ada")
    assert planned(applied).causes == ()


def test_another_dimension_is_compared_by_what_both_have(applied: Books) -> None:
    team = "  team:\n    values: {web: {}}\n    from:\n      - {dimension: product, map: {search: web}}\n"
    applied.write("taxonomy.yaml", TAXONOMY + team)
    applied.write(
        "allocation.yaml",
        HALVES.replace("to: [product]", "to: [product, team]").replace("search: 0.5", "search: {web: 0.5}"),
    )
    found = planned(applied)
    assert found.dimensions == ("product",)
    assert told(found) == {"rules": HALVED}


def test_without_rules_or_charges_it_says_what_to_do(loaded: Books, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="FM2000"):
        planned(loaded)
    loaded.write("taxonomy.yaml", TAXONOMY)
    with pytest.raises(UserError, match=r"there is no allocation.yaml(?s:.*)FM2100"):
        planned(loaded)
    books = Books(tmp_path / "empty")
    books.write("taxonomy.yaml", TAXONOMY)
    books.write("allocation.yaml", ALLOCATION)
    with pytest.raises(UserError, match=r"the ledger is empty(?s:.*)FM1502"):
        planned(books)


TEAMS = TAXONOMY + "  team: {values: {web: {}, api: {}}, from: [{tag: team}]}\n"
LEVELLED = """\
to: [product, team]
pools:
  - {name: cluster, when: {tag.cluster: "*"}, share: {by: fixed, shares: {search: 0.5, ads: 0.5}}}
levels:
  - {name: team, within: [product], share: {by: cost}}
"""


def levelled(folder: Path, *charges: Mapping[str, str]) -> Project:
    """Return a project whose level gives teams to what names none, applied."""
    project = books_of(folder, charges)
    write(project, "taxonomy.yaml", TEAMS)
    write(project, "allocation.yaml", LEVELLED)
    apply(project, NOW, author="ada")
    return project


def write(project: Project, name: str, text: str) -> None:
    (project.root / name).write_text(text, encoding="utf-8")


def moves_of(project: Project) -> list[tuple[object, ...]]:
    """Return what the rules move: pool, from, to, amount, place and words of the rule."""
    (cause,) = plan(project).causes
    assert cause.kind == "rules"
    return [
        (move.pool, "/".join(map(str, move.giver or ())), "/".join(map(str, move.taker or ())), f"{move.amount:.2f}",
         move.rule, move.text)
        for move in cause.moves
    ]  # fmt: skip


def by_names(product: str, team: str, cost: str, **more: str) -> Mapping[str, str]:
    """Return a charge of September that names a product and a team, each but where it is empty."""
    names = {key: text for key, text in (("product", product), ("team", team)) if text}
    return charge(9, cost, f"i-{product}-{team}-{cost}", json.dumps(names), **more)


SPLIT = (by_names("search", "web", "60"), by_names("search", "api", "60"), by_names("ads", "web", "100"))
"""Direct cost with teams: search is cut in halves."""


def test_a_charge_named_otherwise_has_its_own_rule_where_a_level_cuts_too(tmp_path: Path) -> None:
    """Account 7 goes from shop to search; what the level follows is told as the level's."""
    seventh = by_names("", "api", "50", SubAccountId="7")
    project = levelled(tmp_path / "p", *SPLIT, seventh, by_names("search", "", "22"))
    write(project, "taxonomy.yaml", TEAMS.replace('{"7": shop}', '{"7": search}'))
    follows = "level team, as before: what it is shared by changed"
    assert moves_of(project) == [
        (None, "shop/api", "search/api", "50.00", "taxonomy.yaml:9:19", "account"),
        (None, "search/web", "search/api", "3.24", "allocation.yaml:5:6", follows),
    ]


def test_a_charge_that_a_level_cuts_is_told_of_those_who_have_it(tmp_path: Path) -> None:
    project = levelled(tmp_path / "p", *SPLIT, by_names("", "", "50", SubAccountId="7"))
    write(project, "taxonomy.yaml", TEAMS.replace('{"7": shop}', '{"7": search}'))
    assert moves_of(project) == [
        (None, "shop/None", "search/api", "25.00", "taxonomy.yaml:9:19", "account"),
        (None, "shop/None", "search/web", "25.00", "taxonomy.yaml:9:19", "account"),
    ]


def test_a_level_that_cuts_otherwise_is_the_rule_of_what_stays_in_a_product(tmp_path: Path) -> None:
    """Of search, 100 of the cluster and 40 that name no team are cut into halves, and were cut 3 to 1."""
    cluster = charge(9, "200", "i-4", '{"cluster":"main"}')
    split = by_names("search", "web", "90"), by_names("search", "api", "30"), by_names("ads", "web", "1")
    project = levelled(tmp_path / "p", *split, by_names("search", "", "40"), cluster)
    write(project, "allocation.yaml", LEVELLED.replace("{by: cost}", "{by: even}"))
    assert [move for move in moves_of(project) if "search" in str(move[1])] == [
        ("cluster", "search/web", "search/api", "25.00", "allocation.yaml:5:6", "level team"),
        (None, "search/web", "search/api", "10.00", "allocation.yaml:5:6", "level team"),
    ]
    write(project, "allocation.yaml", LEVELLED[: LEVELLED.index("levels")])
    assert {(each[0], *each[4:]) for each in moves_of(project)} == {
        ("cluster", "allocation.yaml:5:6", "level team that is gone"),
        (None, "allocation.yaml:5:6", "level team that is gone"),
    }


def test_new_values_of_a_levels_driver_are_a_change_as_they_are_to_apply(applied: Books) -> None:
    applied.write(
        "allocation.yaml",
        f"{ALLOCATION}levels:\n  - {{name: customer, within: [product], share: {{by: driver, driver: calls}}}}\n",
    )
    applied.write(
        "drivers.yaml", "calls: {unit: call, grain: month, by: [product, customer], from: {csv: calls.csv}}\n"
    )
    for place, calls in enumerate((3, 1), start=2):
        applied.write("calls.csv", f"date,product,customer,calls\n2026-09,search,acme,{calls}\n2026-09,search,bolt,1\n")
        assert applied.run("drivers", "load").code == 0
        found = planned(applied)
        assert (found.changes, found.moves, found.levels) == (True, False, ("customer",))
        assert apply(project_of(applied), NOW, author="ada").run.version == place
    assert not planned(applied).changes


def test_a_month_that_is_open_again_takes_back_what_was_moved_in_it(applied: Books) -> None:
    assert applied.run("close", "2026-08").code == 0
    applied.write("allocation.yaml", HALVES)
    apply(project_of(applied), NOW, author="ada")
    assert planned(applied).reopened == ()
    assert applied.run("reopen", "2026-08", "--reason", "late bill").code == 0
    found = planned(applied)
    assert (found.changes, found.moves, found.reopened) == (True, False, (AUGUST,))
    assert planned(applied, span=Span(SEPTEMBER, 1)).reopened == ()
    said = applied.run("plan", "--detailed-exitcode")
    assert said.code == 2
    assert "2026-08 is open again: what was moved in it since it was closed comes back into it.\n" in said.out
    assert apply(project_of(applied), NOW, author="ada").is_new
    assert not planned(applied).changes


def test_other_dimensions_are_a_change_though_no_products_cost_moves(applied: Books) -> None:
    applied.write("taxonomy.yaml", f"{TAXONOMY}  team: {{values: {{web: {{}}}}, from: [{{tag: team}}]}}\n")
    applied.write("allocation.yaml", ALLOCATION.replace("[product]", "[product, team]"))
    found = planned(applied)
    assert (found.changes, found.moves, found.cuts_otherwise) == (True, False, True)
    said = applied.run("plan", "--detailed-exitcode")
    assert said.code == 2
    assert "Costs are allocated to product and team, and were to product: what moves is told by what both" in said.out


def test_a_cost_that_nobody_knows_is_not_0_and_others_that_move_are_a_change(applied: Books) -> None:
    applied.write("allocation.yaml", HALVES)
    found = planned(applied, measure="ListCost")
    assert [(each.before, each.after, each.difference) for each in found.totals] == [(None, None, None)]
    assert {(each.before, each.after, each.is_same) for each in found.results} == {(None, None, True)}
    assert (found.moves, found.others, found.changes) == (False, ("BilledCost", "EffectiveCost"), True)
    out = applied.run("plan", "--measure", "ListCost").out
    assert "No ListCost moves; BilledCost and EffectiveCost do: see --measure.\n" in out
    assert "Total ListCost in USD is not known.\n" in out
    assert planned(applied).others == ("BilledCost",)
