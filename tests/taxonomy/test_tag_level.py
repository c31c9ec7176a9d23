"""Tags: which key is read first, what a cost was split to, and what conditions on tags see."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from finmod.taxonomy.outcomes import Outcomes
from finmod.taxonomy.segments import Segments
from finmod.taxonomy.tag_level import TagLevel, first_answer
from tests.taxonomy.small import Key, keys, names, read, tags

OPEN = "dimensions: {p: {from: [{tag: [product, app]}]}}"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"user:product": "aws"}, "aws"),
        ({"Product": "azure"}, "azure"),
        ({"product": "google"}, "google"),
        ({"project:product": "of its project"}, "of its project"),
        ({"123456789012/product": "google tag"}, "google tag"),
        ({"Operations.Product": "oracle"}, "oracle"),
        ({"product": "own", "project:product": "of its project"}, "own"),
        ({"Product": "other case", "user:product": "in a form"}, "other case"),
        ({"app": "second", "project:product": "first"}, "first"),
        ({"APP": "second"}, "second"),
        ({"products": "another key"}, None),
    ],
)
def test_keys_of_suppliers_mean_one_key(given: dict[str, str], expected: str | None, tmp_path: Path) -> None:
    assert names(read(tmp_path, OPEN), [{"Tags": json.dumps(given)}]).values("p") == [expected]


def test_what_a_cost_was_split_to_goes_before_what_it_was_split_from(tmp_path: Path) -> None:
    rows: list[Key] = [
        {"AllocatedTags": tags(app="split"), "Tags": tags(product="whole")},
        {"AllocatedTags": tags(other="x"), "Tags": tags(product="whole")},
        {"AllocatedTags": tags(app=" "), "Tags": tags(product="whole")},
        {"AllocatedTags": tags(app="split")},
        {"AllocatedTags": "{bad", "Tags": tags(product="whole")},
    ]

    found = names(read(tmp_path, OPEN), rows)
    assert found.values("p") == ["split", "whole", "whole", "split", "whole"]
    assert [each and each[0] for each in found.tags("p")] == ["app", "product", "product", "app", "product"]


def test_labels_are_read_beside_tags_and_say_as_much(tmp_path: Path) -> None:
    text = "dimensions: {p: {from: [{tag: app}, {label: app.kubernetes.io/name}, {label: app}]}}"
    rows: list[Key] = [
        {"AllocatedTags": json.dumps({"k8s-label/app.kubernetes.io/name": "a"})},
        {"AllocatedTags": json.dumps({"app_kubernetes_io_name": "b"})},
        {"AllocatedTags": json.dumps({"k8s-label/app": "c"})},
        {"Tags": json.dumps({"k8s-label/app": "c", "app": "d"})},
    ]

    found = names(read(tmp_path, text), rows)
    assert found.values("p") == ["a", "b", "c", "d"]
    assert found.rules("p") == [2, 2, 3, 1]
    assert [said[0] if said else None for said in found.tags("p")] == [
        "k8s-label/app.kubernetes.io/name", "app_kubernetes_io_name", "k8s-label/app", "app",
    ]  # fmt: skip


def test_conditions_see_the_nearest_text_without_blanks_around_it(tmp_path: Path) -> None:
    text = """
    dimensions:
      p:
        from:
          - {when: {tag.team: "red"}, is: red}
          - {when: {label.app: web*}, is: web}
          - {when: {tag.team: }, is: untagged}
          - {when: {tag.team: "*"}, is: tagged}
    """
    rows: list[Key] = [
        {"Tags": tags(team=" RED ")},
        {"Tags": tags(Team="blue", **{"project:team": "red"})},
        {"AllocatedTags": tags(team="red"), "Tags": tags(team="blue")},
        {"AllocatedTags": tags(**{"k8s-label/app": "web-1"})},
        {"Tags": tags(team="  ")},
        {"Tags": json.dumps({"team": "\t\u3000\n"})},
        {"Tags": json.dumps({"team": "", "user:team": "red"})},
        {},
        {"Tags": "{bad"},
    ]

    assert names(read(tmp_path, text), rows).values("p") == [
        "red", "tagged", "red", "web", "untagged", "untagged", "red", "untagged", "untagged",
    ]  # fmt: skip


def test_a_condition_on_a_key_that_no_bill_has_holds_nowhere(tmp_path: Path) -> None:
    text = "dimensions: {p: {from: [{when: {tag.zzz: '*'}, is: there}, {when: {tag.zzz: {not: x}}, is: not so}]}}"

    assert names(read(tmp_path, text), [{"Tags": tags(a="b")}, {}]).values("p") == ["not so", "not so"]


def test_each_set_of_tags_is_read_once(tmp_path: Path) -> None:
    taxonomy = read(tmp_path, OPEN)

    with keys([{"Tags": tags(product=f"p{at % 3}"), "ResourceId": str(at)} for at in range(30)]) as engine:
        level = TagLevel(taxonomy, Segments(), Outcomes())
        columns = level.make(engine, "base")
        assert engine.row("SELECT count(*) FROM names_tags") == (3,)
    assert level.keys == [("Tags", "product")]
    assert list(columns) == ["p.1"]
    assert [each.value for each in level.outcomes.found] == ["p0", "p1", "p2"]


def test_keys_that_no_rule_asks_for_are_not_read(tmp_path: Path) -> None:
    with keys([{"Tags": tags(product="a", cost="b"), "AllocatedTags": tags(cost="c")}]) as engine:
        level = TagLevel(read(tmp_path, OPEN), Segments(), Outcomes())
        level.make(engine, "base")
    assert level.keys == [("Tags", "product")]


def test_an_empty_key_can_stand_on_a_bill(tmp_path: Path) -> None:
    found = names(read(tmp_path, OPEN), [{"Tags": '{"": "x", "product": "a"}'}, {"Tags": '{"": "x"}'}])

    assert found.values("p") == ["a", None]


def test_two_rules_may_read_one_key_as_different_values(tmp_path: Path) -> None:
    text = """
    dimensions:
      p: {values: [a, b], from: [{tag: x}]}
      q: {values: {c: {aliases: a}}, from: [{tag: [y, x]}]}
      r: {from: [{tag: x}]}
    """
    found = names(read(tmp_path, text), [{"Tags": tags(x="a")}, {"Tags": tags(x="b", y="c")}])

    assert [found.values(name) for name in "pqr"] == [["a", "b"], ["c", "c"], ["a", "b"]]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [([], None), (["NULL"], None), (["NULL", "-1", "2", "3"], 2), (["-1", "-2"], -1), (["NULL", "-2"], -2)],
)
def test_the_first_answer_that_is_a_value_counts_or_else_the_first(answers: list[str], expected: int | None) -> None:
    with keys([]) as engine:
        assert engine.row(f"SELECT {first_answer(answers)}") == (expected,)
