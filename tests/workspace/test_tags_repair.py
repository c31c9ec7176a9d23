"""What texts in tags were meant to be, in a whole project, and their acceptance."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.settings.project import Project, load_project
from finmod.workspace.tags_repair import Accepted, RepairedDimension, accept, repair_tags
from tests.books import Books, bill
from tests.tagged import ESTATE, EURO, charge, estate, tagged, with_charges


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return the project with enough to learn from; no test changes it."""
    return load_project(estate(tmp_path_factory.mktemp("repair") / "books").root)


def more(books: Books, *texts: str, account: str = "search", **columns: str) -> Project:
    """Return the project after two more resources with each text."""
    charges = [
        charge(9, "1", f"x-{place}-{number}", f'{{"product":"{text}"}}', SubAccountId=account, **columns)
        for place, text in enumerate(texts)
        for number in range(2)
    ]
    books.load(books.write("more.csv", bill(*charges)), "--source", "more")
    return load_project(books.root)


def test_letters_and_siblings_tell_what_a_text_was_meant_to_be(company: Project) -> None:
    (found,) = repair_tags(company)
    (repair,) = found.repairs
    assert (repair.text, repair.value, repair.resources, repair.cost) == ("serach", "search", 2, Decimal("2.50"))
    assert repair.confidence > 0.99
    assert [(one.text, one.guess) for one in found.unclear] == [("zzz", None)]
    assert found.costs == {"serach": {"USD": Decimal("2.50")}, "zzz": {"USD": Decimal("1.25")}}


def test_what_another_rule_says_speaks_against_a_text(tmp_path: Path) -> None:
    (product, team) = repair_tags(load_project(tagged(tmp_path / "books").root))
    assert (product.repairs, team.repairs, team.unclear) == ((), (), ())
    assert [one.text for one in product.unclear] == ["serach"]


def test_texts_that_are_understood_are_not_listed(tmp_path: Path) -> None:
    (found,) = repair_tags(more(estate(tmp_path / "books"), "Search", "ADVERTS"))
    assert set(found.costs) == {"serach", "zzz"}
    assert [one.text for one in found.repairs] == ["serach"]
    assert [one.text for one in found.unclear] == ["zzz"]


def test_an_accepted_text_in_another_case_is_not_listed_again(tmp_path: Path) -> None:
    project = more(estate(tmp_path / "books"), "Serach")
    accept(project, repair_tags(project))
    (found,) = repair_tags(project)
    assert (found.repairs, [one.text for one in found.unclear]) == ((), ["zzz"])


def test_costs_of_two_currencies_stand_apart(tmp_path: Path) -> None:
    (found,) = repair_tags(more(estate(tmp_path / "books"), "serach", **EURO))
    assert found.costs["serach"] == {"USD": Decimal("2.50"), "EUR": Decimal(2)}


def test_a_cost_that_nobody_knows_is_unknown_and_not_0(tmp_path: Path) -> None:
    (found,) = repair_tags(more(estate(tmp_path / "books"), "odd", "zzz", EffectiveCost=""))
    assert (found.costs["odd"], found.costs["zzz"]) == ({"USD": None}, {"USD": Decimal("1.25")})


def test_a_month_and_a_dimension_can_be_asked_for(tmp_path: Path) -> None:
    project = load_project(tagged(tmp_path / "books").root)
    assert [each.dimension for each in repair_tags(project, dimension="team")] == ["team"]
    with pytest.raises(UserError, match="'prodct' is no dimension that tags say and that has values"):
        repair_tags(project, dimension="prodct")


def test_accepting_writes_every_repair_with_its_place_and_keeps_the_rest(tmp_path: Path) -> None:
    books = estate(tmp_path / "books")
    project = more(books, "paymnets", account="payments")
    assert accept(project, repair_tags(project)) == [
        Accepted("product", "search", "serach", "taxonomy.yaml:5"),
        Accepted("product", "payments", "paymnets", "taxonomy.yaml:7"),
    ]
    text = (books.root / "taxonomy.yaml").read_text(encoding="utf-8")
    assert "# Kept by the platform team." in text
    assert "# the first product" in text
    (after,) = repair_tags(project)
    assert after.repairs == ()
    assert accept(project, [after]) == []
    assert (books.root / "taxonomy.yaml").read_text(encoding="utf-8") == text


def test_texts_that_fold_alike_become_one_alias_and_are_all_understood(tmp_path: Path) -> None:
    project = more(estate(tmp_path / "books"), "Serach", "SERACH ")
    assert len(accept(project, repair_tags(project))) == 1
    assert [one.text for one in repair_tags(project)[0].unclear] == ["zzz"]


def test_one_text_alone_can_be_accepted_and_all_or_none_are_written(tmp_path: Path) -> None:
    books = estate(tmp_path / "books")
    project = more(books, "paymnets", account="payments")
    found = repair_tags(project)
    with pytest.raises(UserError) as caught:
        accept(project, found, ["serach", "zzz", "\x1b"])
    assert [problem.found for problem in caught.value.problems] == [
        "no repair is known for '\N{REPLACEMENT CHARACTER}'", "no repair is known for 'zzz'",
    ]  # fmt: skip
    assert (books.root / "taxonomy.yaml").read_text(encoding="utf-8") == ESTATE
    assert [each.text for each in accept(project, found, ["paymnets"])] == ["paymnets"]


def test_hostile_texts_are_never_repaired_and_cost_nothing_to_list(tmp_path: Path) -> None:
    texts = ["search\\u001b[31m", "=search", "search\\n", "s" * 100_000, "search*", "'; DROP TABLE names; --"]
    project = more(estate(tmp_path / "books"), *texts)
    (found,) = repair_tags(project)
    repaired = {one.text for one in found.repairs}
    assert "search\x1b[31m" not in repaired
    assert "s" * 100_000 not in repaired
    assert len(found.repairs) + len(found.unclear) >= 7
    accept(project, [found])
    assert repair_tags(project)[0].repairs == ()


def reasons(project: Project) -> dict[str, str]:
    """Return text of a product -> why it is repaired, or why not."""
    found = repair_tags(project, dimension="product")[0]
    return {one.text: one.reason for one in found.repairs} | {one.text: one.reason for one in found.unclear}


def reason(project: Project, text: str) -> str:
    """Return why a text is repaired, or why not."""
    return reasons(project)[text]


def test_what_a_resource_was_tagged_with_before_tells_what_a_text_means(tmp_path: Path) -> None:
    books = estate(tmp_path / "books")
    charges = [
        charge(month, "1", f"y-{number}", f'{{"product":"{text}"}}', SubAccountId="mixed")
        for month, text in ((7, "search"), (8, "ads"), (9, "banners"))
        for number in range(2)
    ]
    books.load(books.write("more.csv", bill(*charges)), "--source", "more")
    assert reason(load_project(books.root), "banners") == "by months before 2 of 2 such resources are 'ads'"


def test_what_the_account_holds_speaks_without_a_rule(tmp_path: Path) -> None:
    project = more(estate(tmp_path / "books"), "wallet", account="payments")
    assert "by account 2 of 2 such resources are 'payments'" in reason(project, "wallet")


PRODUCTS = ("search", "ads", "payments")
NOWHERE = (("search", "900"), ("ads", "0.01"), ("payments", "900"))
TEAMS = f"""\
dimensions:
  product:
    values: [{", ".join(PRODUCTS)}]
    from:
      - tag: product
  team:
    values: [{", ".join(f"{product}-web" for product in PRODUCTS)}]
    from: [{{tag: team}}]
"""


def of_team(resource: str, product: str, team: str, account: str, cost: str = "1") -> Mapping[str, str]:
    tags = json.dumps({"product": product, **({"team": f"{team}-web"} if team else {})})
    return charge(9, cost, resource, tags, SubAccountId=account)


def with_teams(folder: Path, taxonomy: str = TEAMS, *more: Mapping[str, str]) -> Books:
    """Return a project of 60 resources, each product with an account and a team, and of texts that mean who knows."""
    known = [of_team(f"i-{product}-{n}", product, product, product) for product in PRODUCTS for n in range(20)]
    nowhere = [of_team("", "zorg", product, product, cost) for product, cost in NOWHERE]
    of_two = [of_team("i-two", "quux", product, "ads") for product in PRODUCTS[:2]]
    lone = [of_team("i-x", "blorp", "", "ads"), of_team("i-y", "glorp", "ads", "nowhere")]
    return with_charges(folder, [*known, *nowhere, *of_two, *lone, *more], taxonomy)


def test_charges_without_a_resource_are_no_witness(tmp_path: Path) -> None:
    assert reason(load_project(with_teams(tmp_path / "books").root), "zorg") == "no value comes near"


def test_a_resource_of_two_teams_is_told_by_neither(tmp_path: Path) -> None:
    told = reason(load_project(with_teams(tmp_path / "books").root), "quux")
    assert told == "by account 1 of 1 such resources is 'ads': too few to go by that alone"


@pytest.mark.parametrize(("inferred", "kinds"), [("", "account and other rules"), ("2026-08", "account")])
def test_an_inference_that_was_accepted_is_no_witness_beside_what_it_came_from(
    tmp_path: Path, inferred: str, kinds: str
) -> None:
    rule = "      - tag: product\n      - lookup: {file: t.csv, key: ResourceId, value: v}\n"
    books = with_teams(tmp_path / "books", TEAMS.replace("      - tag: product\n", rule))
    rows = ["i-x,ads", *(f"i-{product}-{n},{product}" for product in PRODUCTS for n in range(20))]
    books.write("t.csv", "\n".join(["ResourceId,v,inferred_from", *(f"{row},{inferred}" for row in rows)]))
    assert reason(load_project(books.root), "blorp").startswith(f"by {kinds} 1 of 1 such resources is 'ads'")


def test_a_rule_that_goes_by_a_tag_or_the_account_is_no_second_witness_beside_that(tmp_path: Path) -> None:
    rule = "{dimension: team, map: {ads-web: ads, rare-web: ads}}"
    taxonomy = TEAMS.replace("product\n  team", f"product\n      - {rule}\n  team")
    taxonomy = taxonomy.replace("s-web]", "s-web, rare-web]").replace(
        "{tag: team}", "{tag: team}, {account: {ads: ads-web}}"
    )
    told = reasons(load_project(with_teams(tmp_path / "books", taxonomy, of_team("i-z", "vorp", "rare", "ads")).root))
    few = "1 of 1 such resources is 'ads': too few to go by that alone"
    assert (told["blorp"], told["glorp"]) == (f"by account {few}", f"by team {few}")
    assert told["vorp"] == "by account and team 1 of 1 such resources is 'ads'"


@pytest.mark.parametrize("rule", ["{when: {team: ads-web}, is: ads}", "{dimension: team, map: {ads-web: ads}}"])
def test_what_follows_from_an_inference_that_was_accepted_is_no_witness(rule: str, tmp_path: Path) -> None:
    lookup = "\n      - tag: team\n      - lookup: {file: t.csv, key: ResourceId, value: v}\n"
    taxonomy = TEAMS.replace("product\n  team", f"product\n      - {rule}\n  team").replace(" [{tag: team}]", lookup)
    books = with_teams(tmp_path / "books", taxonomy)
    books.write("t.csv", "ResourceId,v,inferred_from\ni-x,ads-web,2026-08\n")
    assert reason(load_project(books.root), "blorp").startswith("by account 1 of 1")


@pytest.mark.parametrize(("inferred", "kinds"), [("", "account and other rules"), ("2026-08", "account")])
def test_a_child_of_what_was_inferred_and_accepted_is_no_witness_either(
    tmp_path: Path, inferred: str, kinds: str
) -> None:
    rules = (
        "      - tag: product\n      - lookup: {file: t.csv, key: ResourceId, value: v}\n"
        "      - {parent: resource, parents: p.csv}\n"
    )
    parents = [charge(9, "1", f"bare-{product}", "", SubAccountId=product) for product in PRODUCTS]
    books = with_teams(tmp_path / "books", TEAMS.replace("      - tag: product\n", rules), *parents)
    books.write(
        "t.csv",
        "\n".join(["ResourceId,v,inferred_from", *(f"bare-{product},{product},{inferred}" for product in PRODUCTS)]),
    )
    children = [f"i-{product}-{n},bare-{product}" for product in PRODUCTS for n in range(20)]
    books.write("p.csv", "\n".join(["child,parent", "i-x,bare-ads", *children]))
    assert reason(load_project(books.root), "blorp").startswith(f"by {kinds} 1 of 1 such resources is 'ads'")


ALIASES = ("wallet", "till", "purse")
TOLD = f"""\
dimensions:
  product:
    values: {{search: {{}}, ads: {{shared: true}}, payments: {{aliases: [{", ".join(ALIASES)}]}}}}
    from: [{{tag: [product, app]}}]
  team:
    values: {{search-web: {{}}, ads-web: {{}}, payments-web: {{}}, zephyr: {{aliases: [Breeze]}}}}
    from: [{{tag: team}}]
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> RepairedDimension:
    """Return the products of a project whose taxonomy knows more of values than their names."""
    of_two = [("zephyr", "search"), ("breeze", "search"), ("wombat", "ads"), ("coins", "payments")]
    of_two += [(alias, "payments") for alias in ALIASES]
    charges = [of_team(f"j-{text}-{n}", text, product, product) for text, product in of_two for n in range(2)]
    charges += [charge(9, cost, "j-k", f'{{"{key}":"blat"}}') for key, cost in (("product", "3"), ("app", ""))]
    books = with_teams(tmp_path_factory.mktemp("told") / "books", TOLD, *charges)
    return repair_tags(load_project(books.root), dimension="product")[0]


def test_names_of_values_of_another_dimension_are_never_taken_from_witnesses(told: RepairedDimension) -> None:
    why = {one.text: one.reason for one in told.unclear}
    assert why["zephyr"] == why["breeze"] == "the name of a value of another dimension"


def test_values_that_others_share_are_never_taken_from_witnesses(told: RepairedDimension) -> None:
    why = {one.text: one.reason for one in told.unclear}
    assert why["wombat"] == "by account and team 2 of 2 such resources are 'ads', which is shared"


def test_aliases_that_people_wrote_make_the_next_text_surer(told: RepairedDimension) -> None:
    (repair,) = told.repairs
    assert (repair.text, repair.value, repair.confidence) == ("coins", "payments", 0.952)


def test_a_text_under_two_keys_of_one_resource_counts_once_with_the_cost_that_is_known(told: RepairedDimension) -> None:
    (blat,) = (one for one in told.unclear if one.text == "blat")
    assert (blat.resources, told.costs["blat"]) == (1, {"USD": Decimal(3)})
