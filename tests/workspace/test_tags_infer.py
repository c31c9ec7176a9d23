"""What resources without a tag are, by their siblings, in a whole project; and the file that a rule can look up."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.settings.project import Project, load_project
from finmod.workspace.tags_infer import InferredTag, infer_tags, lookup_lines
from tests.books import Books, bill
from tests.tagged import ESTATE, EURO, TAXONOMY, charge, estate, tagged, with_charges


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return the project with enough to learn from; no test changes it."""
    return load_project(estate(tmp_path_factory.mktemp("infer") / "books").root)


TAG = InferredTag(
    dimension="product", source="aws", resource="i-1", is_allocated=False, account="1", service="Storage",
    costs=(("USD", Decimal(1)),), value="search", confidence=0.97, why="because", named=None,
)  # fmt: skip


def tag(resource: str, value: str | None = "search") -> InferredTag:
    return replace(TAG, resource=resource, value=value)


def keys(tags: Sequence[InferredTag]) -> list[tuple[str, str, str]]:
    return [line[:3] for line in lookup_lines(tags)[0]]


def test_resources_are_what_their_account_is_and_mixed_accounts_tell_nothing(company: Project) -> None:
    (found,) = infer_tags(company)
    inferred = {tag.resource: tag.value for tag in found.tags if tag.value is not None}
    assert inferred == {f"i-{name}-{n}": name for name in ("search", "ads", "payments") for n in range(50, 55)} | {
        "i-search-55": "search", "i-search-56": "search",
    }  # fmt: skip
    assert found.report.precision.right == found.report.precision.decided == 150
    assert {tag.resource for tag in found.tags if tag.value is None} == {f"i-mixed-{n}" for n in range(8, 17)}


def test_every_resource_without_an_understood_tag_has_a_reason(company: Project) -> None:
    (found,) = infer_tags(company)
    assert len(found.tags) == 26
    assert all(tag.why for tag in found.tags)
    assert {(tag.costs, tag.is_allocated) for tag in found.tags} == {((("USD", Decimal("1.25")),), False)}
    assert [tag.resource for tag in found.tags] == sorted(tag.resource for tag in found.tags)


def test_what_is_shared_is_never_inferred(tmp_path: Path) -> None:
    books = estate(tmp_path / "books")
    charges = [
        charge(9, "1", f"k-{n}", '{"product":"kubernetes"}' if n < 60 else "", SubAccountId="clusters")
        for n in range(70)
    ]
    books.load(books.write("b.csv", bill(*charges)), "--source", "other")
    (found,) = infer_tags(load_project(books.root))
    assert {tag.value for tag in found.tags if tag.source == "other"} == {None}


def test_a_target_that_cannot_be_shown_infers_nothing(company: Project) -> None:
    (found,) = infer_tags(company, target=0.999)
    assert found.report.problem is not None
    assert {tag.value for tag in found.tags} == {None}


def test_a_dimension_that_tags_do_not_say_is_refused(company: Project) -> None:
    with pytest.raises(UserError, match="'team' is no dimension that tags say and that has values; expected product"):
        infer_tags(company, dimension="team")


def test_what_other_rules_name_is_told_beside(tmp_path: Path) -> None:
    project = load_project(tagged(tmp_path / "books").root)
    product, _ = infer_tags(project)
    assert {tag.resource: tag.named for tag in product.tags} == {"i-4": "ads", "i-3": "ads", "i-5": None}


def test_costs_in_two_currencies_are_added_across_none(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    euro = charge(9, "8", "i-5", '{"cost":"x"}', **EURO)
    both = bill(charge(9, "5", "i-5", '{"cost":"x"}'), euro, charge(9, "2", "e-1", "", **EURO))
    books.load(books.write("b.csv", both), "--source", "other")
    (product,) = infer_tags(load_project(books.root), dimension="product")
    assert {tag.resource: tag.costs for tag in product.tags if tag.source == "other"} == {
        "i-5": (("EUR", Decimal(8)), ("USD", Decimal(5))), "e-1": (("EUR", Decimal(2)),),
    }  # fmt: skip
    # In the shares of cost the one in two currencies is none.
    assert product.report.unlabelled.cost == sum(map(Decimal, (10, 30, 5, 2)))
    rows = json.loads(books.run("tags", "infer", "--dimension", "product", "--output", "json").out)
    assert [
        (row["effective_cost"], row["currency"])
        for row in rows
        if (row["source"], row["resource_id"]) == ("other", "i-5")
    ] == [("8.000000000000", "EUR"), ("5.000000000000", "USD")]


def test_what_a_cost_was_split_to_is_a_resource_of_its_own(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    pods = [
        charge(9, "1", "i-1", "", AllocatedResourceId=f"pod-{n}", AllocatedTags='{"team":"search-web"}')
        for n in range(2)
    ]
    books.load(books.write("b.csv", bill(charge(9, "3", "i-1", ""), *pods)), "--source", "other")
    (product,) = infer_tags(load_project(books.root), dimension="product")
    assert {(tag.resource, tag.is_allocated) for tag in product.tags if tag.source == "other"} == {
        ("i-1", False), ("pod-0", True), ("pod-1", True),
    }  # fmt: skip


def test_lines_of_a_lookup_are_sorted_and_hold_what_was_inferred_alone() -> None:
    lines, left_out = lookup_lines([tag("i-2"), tag("i-1", "ads"), tag("i-3", None)])
    assert lines == [("", "i-1", "ads", "0.9700", "because"), ("", "i-2", "search", "0.9700", "because")]
    assert left_out == 0


def test_split_costs_have_a_column_of_their_own() -> None:
    assert keys([replace(tag("pod-1"), is_allocated=True), tag("pod-1", "ads")]) == [
        ("", "pod-1", "ads"), ("pod-1", "", "search"),
    ]  # fmt: skip


def test_an_id_in_two_sources_stands_once_and_not_at_all_where_it_means_two_values() -> None:
    same = [tag("i-1"), replace(tag("I-1"), source="gcp", confidence=0.96)]
    assert lookup_lines(same) == ([("", "I-1", "search", "0.9600", "because")], 0)
    assert lookup_lines([*same, replace(tag("i-1", "ads"), source="oci"), tag("i-2")]) == (
        [("", "i-2", "search", "0.9700", "because")], 3,
    )  # fmt: skip


@pytest.mark.parametrize("resource", ["=cmd()", "-x", "\u200b=cmd()", "@x", " i-1", "i\n1", "i\x1b1", "+1"])
def test_an_id_that_a_spreadsheet_would_read_otherwise_is_left_out(resource: str) -> None:
    assert lookup_lines([tag(resource), tag("i-2")]) == ([("", "i-2", "search", "0.9700", "because")], 1)


@pytest.mark.parametrize("resource", ["*", "a?", "/subscriptions/1/x/"])
def test_an_id_that_looks_like_a_pattern_is_an_id(resource: str) -> None:
    assert lookup_lines([tag(resource)]) == ([("", resource, "search", "0.9700", "because")], 0)


def test_a_value_that_a_spreadsheet_would_run_is_left_out() -> None:
    assert lookup_lines([tag("i-1", "=cmd()")]) == ([], 1)


def test_what_was_inferred_and_accepted_is_marked_wherever_its_name_is_told(company: Project, tmp_path: Path) -> None:
    books = Books(company.root).copy(tmp_path / "books")
    said = books.run("tags", "infer", "--dimension", "product", "--to", books.root / "inferred.csv")
    assert said.out.splitlines()[-1] == "  - lookup: {file: inferred.csv, key: ResourceId, value: value}"
    written = (books.root / "inferred.csv").read_text(encoding="utf-8").splitlines()
    assert written[0] == "AllocatedResourceId,ResourceId,value,confidence,why,inferred_from,precision"
    assert written[1].startswith(",i-ads-50,ads,0.9934,")
    assert written[1].endswith(",2026-09,0.9750")
    by_hand = [*written, ",i-mixed-8,ads,,,,"]
    books.write("inferred.csv", "\n".join(by_hand) + "\n")
    rule = "      - lookup: {file: inferred.csv, key: ResourceId, value: value}\n"
    books.write("taxonomy.yaml", ESTATE.replace("      - tag: product\n", f"      - tag: product\n{rule}"))
    text = "lookup inferred.csv, lines of it inferred from 2026-09, precision 0.9750"
    because = f"ResourceId is 'i-ads-50', for which it was inferred (rule 2, {text}; inferred.csv:2:2)"
    assert f"  product is ads: {because}." in books.run("explain", "i-ads-50").out.splitlines()
    how = "SELECT x_How, x_RuleText, sum(x_Charges) AS n FROM charge_names WHERE x_Rule = 2 GROUP BY ALL ORDER BY 1"
    assert books.query(how) == [
        {"x_How": "inferred", "x_RuleText": text, "n": 17}, {"x_How": "map", "x_RuleText": text, "n": 1},
    ]  # fmt: skip
    (todo,) = (row for row in csv.DictReader(io.StringIO(books.run("tags", "todo", "--output", "csv").out))
               if row["resource_id"] == "i-ads-50")  # fmt: skip
    assert todo["why"] == "its ResourceId is i-ads-50, for which it was inferred (rule 2, inferred.csv:2:2)"


FOLLOWING = """\
dimensions:
  product:
    values: {search: {parent: retail}}
    from: [{tag: product}, {lookup: {file: l.csv, key: ResourceId, value: v}}, {parent: resource}]
    rolls_up: unit
  unit: {values: [retail], from: [{tag: unit}]}
  team: {values: [web], from: [{tag: team}, {dimension: product, map: {search: web}}]}
  tier: {values: [gold], from: [{tag: tier}, {when: {team: web}, is: gold}]}
"""


def test_what_follows_from_an_inferred_name_says_so_wherever_it_is_told(tmp_path: Path) -> None:
    charges = [charge(9, "1", resource, "") for resource in ("i-1", "i-1/disk")]
    books = with_charges(tmp_path / "books", charges, FOLLOWING)
    books.write("l.csv", "ResourceId,v,inferred_from\ni-1,search,2026-09\n")
    by, place = "rule 2, lookup l.csv, inferred from 2026-09", "parent resource; taxonomy.yaml:4:81"
    assert books.run("explain", "i-1/disk").out.splitlines()[5:] == [
        f"  product is search: its parent resource i-1 (by {by}) is called so, as was inferred (rule 3, {place}).",
        "  unit is retail: its product search rolls up to it, as was inferred (taxonomy.yaml:3:23).",
        "  team is web: its product is search, as was inferred (rule 2, dimension product; taxonomy.yaml:7:72).",
        "  tier is gold: its conditions hold, as was inferred (rule 2, when team web; taxonomy.yaml:8:47).",
    ]
    rows = csv.DictReader(io.StringIO(books.run("tags", "todo", "--output", "csv").out))
    assert {row["dimension"]: row["why"] for row in rows if row["resource_id"] == "i-1/disk"} == {
        "product": "its parent resource is called so, as was inferred (rule 3, taxonomy.yaml:4:81)",
        "unit": "its product rolls up to it, as was inferred (taxonomy.yaml:3:23)",
        "team": "its product says so, as was inferred (rule 2, taxonomy.yaml:7:72)",
        "tier": "when team web, as was inferred (rule 2, taxonomy.yaml:8:47)",
    }


TEAM = """\
  team:
    values: {search-team: {}, ads-team: {}, payments-team: {}}
    from:
      - lookup: {file: t.csv, key: ResourceId, value: v}
      - {parent: resource, parents: p.csv}
  unit: {from: [{dimension: team, map: {search-team: u1, ads-team: u2, payments-team: u3}}]}
"""


@pytest.mark.parametrize(("inferred", "expected"), [("", {"team", "unit"}), ("2026-08", set())])
def test_what_was_inferred_of_one_dimension_is_no_evidence_for_another_nor_what_follows_from_it(
    tmp_path: Path, inferred: str, expected: set[str]
) -> None:
    products = ("search", "ads", "payments")
    books = estate(tmp_path / "books", ESTATE + TEAM)
    # Half the resources are listed themselves, the others are children of one of them.
    listed = [f"i-{name}-{n},{name}-team,{inferred}" for name in products for n in range(28)]
    children = [f"i-{name}-{n},i-{name}-0" for name in products for n in range(28, 55)]
    books.write("t.csv", "\n".join(["ResourceId,v,inferred_from", *listed]))
    books.write("p.csv", "\n".join(["child,parent", *children]))
    (found,) = infer_tags(load_project(books.root))
    (why,) = (tag.why for tag in found.tags if tag.resource == "i-ads-50")
    assert {name for name in ("team", "unit") if f"with {name} " in why} == expected


def test_what_a_dimension_itself_tells_is_no_evidence_for_it(tmp_path: Path) -> None:
    accounts = "      - account: {search: search, ads: ads, payments: payments}\n"
    unit = "  unit: {from: [{dimension: product, map: {search: u1, ads: u2, payments: u3}}]}\n"
    text = ESTATE.replace("      - tag: product\n", f"      - tag: product\n{accounts}") + unit
    (found,) = infer_tags(load_project(estate(tmp_path / "books", text).root))
    (tag,) = (tag for tag in found.tags if tag.resource == "i-ads-50")
    assert (tag.value, tag.named, "with unit" in tag.why) == ("ads", "ads", False)


@pytest.mark.parametrize(("born", "seen"), [(7, 1), (6, 0)])
def test_days_of_life_are_those_of_the_month_and_of_the_two_before_it(tmp_path: Path, born: int, seen: int) -> None:
    charges = [charge(number, "1", f"r-0-{number}", "") for number in (7, 8)]
    for day, product in ((1, "search"), (10, "ads"), (20, "payments")):
        first = {
            "ChargePeriodStart": f"2026-{born:02}-{day:02}T00:00:00Z",
            "ChargePeriodEnd": f"2026-{born:02}-{day + 1:02}T00:00:00Z",
        }
        for number in range(7):
            tags = f'{{"product":"{product}"}}' if number < 6 else ""
            charges += [charge(born, "1", f"r-{day}-{number}", tags, **first)]
            charges += [charge(9, "1", f"r-{day}-{number}", tags)]
    (found,) = infer_tags(load_project(with_charges(tmp_path / "books", charges, ESTATE).root))
    (why,) = (tag.why for tag in found.tags if tag.resource == "r-10-6")
    assert why.count(f"created on 2026-{born:02}-10") == seen


def test_a_project_without_values_has_nothing_to_infer(tmp_path: Path) -> None:
    open_ = TAXONOMY[: TAXONOMY.index("    values")] + "    from: [{tag: product}]\n"
    assert infer_tags(load_project(tagged(tmp_path / "books", open_).root)) == []


def test_a_resource_whose_cost_is_unknown_is_told_without_one(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    books.load(books.write("b.csv", bill(charge(9, "", "i-8", "", BilledCost="2"))), "--source", "other")
    (product,) = infer_tags(load_project(books.root), dimension="product")
    assert [tag.costs for tag in product.tags if tag.resource == "i-8"] == [(("USD", None),)]
    assert books.run("tags", "infer").code == 0
