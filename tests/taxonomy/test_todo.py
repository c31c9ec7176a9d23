"""What owners have to mend."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from finmod.settings.project import load_project
from finmod.taxonomy.todo import NOBODY, Suggestion, Task, tasks, with_suggestions
from finmod.workspace.names import named
from tests.tagged import TAXONOMY, charge, tagged, with_charges

SEPTEMBER = date(2026, 9, 1)
BY_ACCOUNT = Suggestion("ads", "its SubAccountId is 2 (rule 2, taxonomy.yaml:9:19)")


def listed(folder: Path, taxonomy: str = TAXONOMY, *, respelt: bool = False) -> list[Task]:
    with named(load_project(tagged(folder, taxonomy).root)) as found:
        return tasks(found.engine, found.naming, SEPTEMBER, respelt=respelt)


def test_the_dearest_comes_first_and_demanded_dimensions_alone(tmp_path: Path) -> None:
    told = [(task.dimension, task.resource, task.problem, task.text, task.cost) for task in listed(tmp_path / "books")]
    assert told == [
        ("product", "i-4", "missing", None, Decimal(30)),
        ("product", "i-3", "unrecognised", "product=serach", Decimal(10)),
        ("product", "i-5", "missing", None, Decimal(5)),
    ]


def test_without_a_demand_every_dimension_that_tags_say_is_listed(tmp_path: Path) -> None:
    free = TAXONOMY.replace("    required: 0.9\n", "")
    assert {task.dimension for task in listed(tmp_path / "books", free)} == {"product", "team"}


def test_the_owner_is_that_of_the_value_that_any_rule_gives(tmp_path: Path) -> None:
    assert [task.owner for task in listed(tmp_path / "books")] == ["ads-team", "ads-team", NOBODY]


def test_another_rule_suggests_what_the_tag_should_be(tmp_path: Path) -> None:
    first, *_ = listed(tmp_path / "books")
    assert (first.key, first.suggestion) == (
        "product",
        BY_ACCOUNT,
    )


KINDS = """\
dimensions:
  product:
    values: {search: {aliases: [srch], patterns: ["find-*"]}, ads: {parent: retail}}
    from:
      - tag: product
      - label: [app]
      - {dimension: team, map: {web: search}}
      - account: {"2*": ads}
      - patterns: ResourceId
      - lookup: {file: ids.csv, key: ResourceId, value: product}
      - parent: resource
    rolls_up: unit
  team: {from: [{tag: team}]}
  unit: {values: [retail], from: [{tag: unit}]}
"""
OF_KIND = (
    charge(9, "1", "tagged", '{"product":"SRCH"}'),
    charge(9, "1", "labelled", '{"k8s-label/app":"SRCH"}'),
    charge(9, "1", "of-team", '{"team":"web"}'),
    charge(9, "1", "of-account", "", SubAccountId="22"),
    charge(9, "1", "find-me", ""),
    charge(9, "1", "i-*5", ""),
    charge(9, "1", "i-*5/disk", ""),
)


def test_the_reason_says_what_the_rule_went_by(tmp_path: Path) -> None:
    books = with_charges(tmp_path / "books", OF_KIND, KINDS)
    books.write("ids.csv", "ResourceId,product\ni-*5,ads\n")
    with named(load_project(books.root)) as found:
        listed = tasks(found.engine, found.naming, SEPTEMBER, respelt=True)
    assert {(task.dimension, task.resource): task.suggestion.why for task in listed if task.suggestion} == {
        ("product", "tagged"): "its tag is product=SRCH (rule 1, taxonomy.yaml:5:9)",
        ("product", "labelled"): "its label is k8s-label/app=SRCH (rule 2, taxonomy.yaml:6:9)",
        ("product", "of-team"): "its team says so (rule 3, taxonomy.yaml:7:33)",
        ("product", "of-account"): "its SubAccountId is like 2* (rule 4, taxonomy.yaml:8:19)",
        ("product", "find-me"): "its ResourceId is like find-* (rule 5, taxonomy.yaml:3:51)",
        ("product", "i-*5"): "its ResourceId is i-*5 (rule 6, ids.csv:2:1)",
        ("product", "i-*5/disk"): "its parent resource is called so (rule 7, taxonomy.yaml:11:9)",
        ("unit", "of-account"): "its product rolls up to it (taxonomy.yaml:3:69)",
        ("unit", "i-*5"): "its product rolls up to it (taxonomy.yaml:3:69)",
        ("unit", "i-*5/disk"): "its product rolls up to it (taxonomy.yaml:3:69)",
    }


def test_other_spellings_are_listed_on_demand(tmp_path: Path) -> None:
    found = [task for task in listed(tmp_path / "books", respelt=True) if task.problem == "respelt"]
    assert [(task.resource, task.text, task.suggestion and task.suggestion.value) for task in found] == [
        ("i-2", "Product=SRCH", "search")
    ]


def test_what_a_text_was_meant_to_be_comes_before_a_rule_and_siblings_last(tmp_path: Path) -> None:
    project = load_project(tagged(tmp_path / "books").root)
    with named(project) as names:
        found = tasks(names.engine, names.naming, SEPTEMBER)
    meant, siblings = Suggestion("search", "repaired: x", 0.97), Suggestion("search", "inferred: y", 0.96)
    better = with_suggestions(
        found,
        {("product", "product=serach"): meant},
        {("product", task.source, task.resource): siblings for task in found},
        names.taxonomy,
    )
    assert [task.suggestion for task in better] == [
        BY_ACCOUNT,
        meant,
        siblings,
    ]
    # Whom no rule names belongs to the owner of what is suggested.
    assert [task.owner for task in better] == ["ads-team", "ads-team", "search-team"]


def test_a_resource_that_is_not_named_belongs_to_the_owner_of_what_is_suggested_in_any_dimension(
    tmp_path: Path,
) -> None:
    free = TAXONOMY.replace("    required: 0.9\n", "")
    with named(load_project(tagged(tmp_path / "books", free).root)) as names:
        found = [task for task in tasks(names.engine, names.naming, SEPTEMBER) if task.resource == "i-5"]
    assert {(task.dimension, task.owner) for task in found} == {("product", NOBODY), ("team", NOBODY)}
    whose: tuple[str, str, str | None] = ("product", "saas", "i-5")
    siblings = {whose: Suggestion("search", "inferred: y", 0.96)}
    better = with_suggestions(found, {}, siblings, names.taxonomy)
    assert {(task.dimension, task.owner) for task in better} == {("product", "search-team"), ("team", "search-team")}
