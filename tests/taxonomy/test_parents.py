"""Parents: a resource is called as what it is part of, by its own id or by a list."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from finmod.taxonomy.parents import parents_of
from tests.taxonomy.small import Key, names, read, tags

OWN = "dimensions: {p: {from: [{tag: p}, {parent: resource}]}}"


def child(*ids: str, **more: str) -> list[Key]:
    """Return a tagged resource and others without tags, by their ids."""
    first, *others = ids
    return [{"ResourceId": first, "Tags": tags(p="x")}, *({"ResourceId": each, **more} for each in others)]


@pytest.mark.parametrize(
    ("parent", "resource"),
    [
        (
            "/subscriptions/1/resourceGroups/rg/providers/sql/servers/one",
            "/subscriptions/1/resourceGroups/rg/providers/sql/servers/one/databases/two",
        ),
        ("arn:aws:ecs:eu-west-1:1:cluster/one", "arn:aws:ecs:eu-west-1:1:cluster/one/service/two"),
        ("arn:aws:logs:eu-west-1:1:log-group:one", "arn:aws:logs:eu-west-1:1:log-group:one:log-stream:two"),
        (
            "//sql.googleapis.com/projects/one/instances/two",
            "//sql.googleapis.com/projects/one/instances/two/databases/three",
        ),
        ("projects/one", "projects/one/topics/two/subscriptions/three"),
        ("a", "a/b/c/d/e"),
    ],
)
def test_the_beginning_of_an_id_is_that_of_its_parent(parent: str, resource: str, tmp_path: Path) -> None:
    found = names(read(tmp_path, OWN), child(parent, resource))

    assert found.values("p") == ["x", "x"]
    assert (found.how("p"), found.rules("p")) == (["open", "parent"], [1, 2])


@pytest.mark.parametrize("resource", ["a/b/c/d/e/f", "ab", "ab/c", "A/b", "b/a", "a/", "a"])
def test_what_only_looks_alike_or_lies_further_down_is_no_child(resource: str, tmp_path: Path) -> None:
    rows = child("a", resource) if resource != "a" else [{"ResourceId": "a"}]

    assert names(read(tmp_path, OWN), rows).values("p")[-1] is None


def test_the_nearest_parent_that_has_a_name_counts(tmp_path: Path) -> None:
    rows: list[Key] = [
        {"ResourceId": "a", "Tags": tags(p="x")},
        {"ResourceId": "a/b"},
        {"ResourceId": "a/b/c", "Tags": tags(p="y")},
        {"ResourceId": "a/b/c/d"},
    ]
    assert names(read(tmp_path, OWN), rows).values("p") == ["x", "x", "y", "y"]


def test_a_parent_is_called_what_all_its_charges_are_called(tmp_path: Path) -> None:
    text = 'dimensions: {p: {from: [{tag: p}, {account: {"1": x}}, {parent: resource}]}}'
    same: list[Key] = [
        {"ResourceId": "a", "Tags": tags(p="x")},
        {"ResourceId": "a", "SubAccountId": "1"},
        {"ResourceId": "a/b"},
    ]
    other: list[Key] = [{"ResourceId": "a", "Tags": tags(p="y")}, *same]
    partly: list[Key] = [{"ResourceId": "a"}, *same]

    taxonomy = read(tmp_path, text)
    assert [names(taxonomy, rows).values("p")[-1] for rows in (same, other, partly)] == ["x", None, None]


def test_parents_are_looked_for_in_the_same_source_and_are_called_as_on_other_days_of_the_month(tmp_path: Path) -> None:
    rows: list[Key] = [
        {"ResourceId": "a", "Tags": tags(p="x"), "x_Source": "aws", "segment": 0},
        {"ResourceId": "a/b", "x_Source": "azure", "segment": 0},
        {"ResourceId": "a/b", "x_Source": "aws", "segment": 1},
        {"ResourceId": "a/b", "x_Source": "aws", "segment": 0},
        {"ResourceId": "a/b", "x_Source": None},
    ]
    found = names(read(tmp_path, OWN), rows, [date(2026, 2, 15)])

    assert found.values("p") == ["x", None, "x", "x", None]


def test_a_list_goes_before_the_id(tmp_path: Path) -> None:
    text = "dimensions: {p: {from: [{tag: p}, {parent: resource, parents: l.csv}]}}"
    rows: list[Key] = [
        {"ResourceId": "a", "Tags": tags(p="by id")},
        {"ResourceId": "vm", "Tags": tags(p="by list")},
        {"ResourceId": "a/disk"},
        {"ResourceId": "a/other"},
        {"ResourceId": "a/lost"},
    ]
    found = names(read(tmp_path, text, {"l.csv": "child,parent\na/disk,vm\na/lost,nowhere\n"}), rows)

    assert found.values("p") == ["by id", "by list", "by list", "by id", "by id"]


def test_dimensions_with_lists_of_their_own_do_not_double_a_key(tmp_path: Path) -> None:
    text = """
    dimensions:
      p: {from: [{tag: p}, {parent: resource, parents: p.csv}]}
      q: {from: [{tag: q}, {parent: resource, parents: q.csv}]}
      r: {from: [{tag: p}, {parent: resource}]}
    """
    files = {"p.csv": "child,parent\ndisk,vm1\n", "q.csv": "child,parent\ndisk,vm2\n"}
    rows: list[Key] = [
        {"ResourceId": "vm1", "Tags": tags(p="p1", q="q1")},
        {"ResourceId": "vm2", "Tags": tags(p="p2", q="q2")},
        {"ResourceId": "disk"},
    ]
    found = names(read(tmp_path, text, files), rows)

    assert [found.values(name)[-1] for name in "pqr"] == ["p1", "q2", None]


def test_a_second_list_of_one_dimension_adds_what_the_first_lacks(tmp_path: Path) -> None:
    files = {
        "a.yaml": "dimensions: {p: {from: [{parent: resource, parents: q.csv}]}}",
        "p.csv": "child,parent\ndisk,vm1\n",
        "q.csv": "child,parent\ndisk,vm2\nnic,vm2\n",
    }
    text = "include: a.yaml\ndimensions: {p: {from: [{tag: p}, {parent: resource, parents: p.csv}]}}"
    rows: list[Key] = [{"ResourceId": f"vm{at}", "Tags": tags(p=f"p{at}")} for at in (1, 2)]
    found = names(read(tmp_path, text, files), [*rows, {"ResourceId": "disk"}, {"ResourceId": "nic"}])

    assert found.values("p") == ["p1", "p2", "p1", "p2"]


def test_a_rule_behind_parents_answers_where_no_parent_has_a_name(tmp_path: Path) -> None:
    text = "dimensions: {p: {from: [{tag: p}, {parent: resource}, {name: {b*: by-name}}, {is: rest}]}}"

    found = names(read(tmp_path, text), child("a", "a/b", "c/b", "d"))
    assert found.values("p") == ["x", "x", "by-name", "rest"]


def test_a_name_from_a_parent_counts_for_other_dimensions(tmp_path: Path) -> None:
    text = """
    dimensions:
      p: {values: {x: {parent: above}}, from: [{tag: p}, {parent: resource}], rolls_up: d}
      d: {}
      q: {from: [{dimension: p, map: {x: y}}]}
      r: {from: [{when: {p: x}, is: z}]}
    """
    found = names(read(tmp_path, text), child("a", "a/b"))

    assert [found.values(name) for name in "pdqr"] == [["x", "x"], ["above", "above"], ["y", "y"], ["z", "z"]]


@pytest.mark.parametrize(
    "resource", ["", "/", ":", "//", "a//b", "'; DROP TABLE names; --/x", "\x00/a", "a" * 100_000 + "/b", "/" * 10_000]
)
def test_odd_ids_do_no_harm(resource: str, tmp_path: Path) -> None:
    rows: list[Key] = [*child("a", resource), {"ResourceId": "", "Tags": tags(p="empty")}, {"Tags": tags(p="y")}, {}]

    found = names(read(tmp_path, OWN), rows).values("p")
    assert (found[0], found[3], found[4]) == ("x", "y", None)
    assert found[1] is None


def test_ids_of_azure_are_compared_without_case_and_others_with_it(tmp_path: Path) -> None:
    server = "/subscriptions/1/resourceGroups/RG/providers/sql/servers/one"

    found = names(read(tmp_path, OWN), child(server, f"{server.lower()}/databases/Two", "a"))
    assert found.values("p") == ["x", "x", None]
    listed = "dimensions: {p: {from: [{tag: p}, {parent: resource, parents: l.csv}]}}"
    csv = f"child,parent\n/SUBSCRIPTIONS/1/x,{server.upper()}\n"
    rows = child(server, "/subscriptions/1/X")
    assert names(read(tmp_path, listed, {"l.csv": csv}), rows).values("p") == ["x", "x"]


def test_of_listed_children_that_differ_in_case_alone_the_first_has_its_parent(tmp_path: Path) -> None:
    text = "dimensions: {p: {from: [{tag: p}, {parent: resource, parents: l.csv}]}}"
    taxonomy = read(tmp_path, text, {"l.csv": "child,parent\n/subscriptions/1/x,vm1\n/subscriptions/1/X,vm2\n"})
    rows: list[Key] = [{"ResourceId": f"vm{at}", "Tags": tags(p=f"p{at}")} for at in (1, 2)]
    assert names(taxonomy, [*rows, {"ResourceId": "/Subscriptions/1/X"}]).values("p") == ["p1", "p2", "p1"]
    assert parents_of("/Subscriptions/1/X", taxonomy.dimensions["p"])[0] == "vm1"


def test_listed_parents_are_followed_four_levels_up(tmp_path: Path) -> None:
    text = "dimensions: {p: {from: [{tag: p}, {parent: resource, parents: l.csv}]}}"
    csv = "child,parent\nf,e\ne,d\nd,c\nc,b\nb,a\nx,y\ny,x\n"

    found = names(read(tmp_path, text, {"l.csv": csv}), child("a", "b", "e", "f", "x"))
    assert found.values("p") == ["x", "x", "x", None, None]


def test_the_ids_of_parents_are_told_in_the_order_in_which_they_count(tmp_path: Path) -> None:
    (dimension,) = read(tmp_path, OWN).dimensions.values()
    above = ["arn:x:cluster/a/service", "arn:x:cluster/a", "arn:x:cluster", "arn:x"]
    assert parents_of("arn:x:cluster/a/service/b", dimension) == above
    assert parents_of("alone", dimension) == []
    azure = "/subscriptions/1/resourceGroups/RG"
    assert parents_of(azure, dimension)[0] == "/subscriptions/1/resourcegroups"


def test_listed_parents_are_told_before_those_of_the_id(tmp_path: Path) -> None:
    text = "dimensions: {p: {from: [{tag: p}, {parent: resource, parents: l.csv}]}}"
    (dimension,) = read(tmp_path, text, {"l.csv": "child,parent\nf/1,e\ne,d\nd,c\nc,b\nb,a\n"}).dimensions.values()
    assert parents_of("f/1", dimension) == ["e", "d", "c", "b", "f"]


def test_the_child_of_what_was_inferred_is_inferred_though_it_be_so_of_one_charge_alone(tmp_path: Path) -> None:
    text = """
    dimensions:
      p: {from: [{tag: p}, {lookup: {file: l.csv, key: SubAccountId, value: v}}, {parent: resource}]}
    """
    listed = "SubAccountId,v,inferred_from\n1,x,2026-09\n2,x,\n"
    accounts = {"a": "1", "b": "2"}
    rows: list[Key] = [{"ResourceId": name, "SubAccountId": account} for name, account in accounts.items()]
    rows += [{"ResourceId": name, "Tags": tags(p="x")} for name in accounts]
    rows += [{"ResourceId": f"{name}/child"} for name in accounts]

    found = names(read(tmp_path, text, {"l.csv": listed}), rows)
    assert found.values("p") == ["x"] * 6
    assert found.how("p") == ["inferred", "map", "open", "open", "inferred", "parent"]
    assert found.rules("p")[-2:] == [3, 3]
