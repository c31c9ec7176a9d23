"""``finmod explain``: why charges are called what they are called, in sentences and in every form."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.books import Books, Unchanged, bill
from tests.cli.terminal import as_on_terminal
from tests.tagged import CHARGES, TAXONOMY, charge, tagged

SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

# Every kind of rule, on one resource or another.
KINDS = """\
dimensions:
  product:
    values:
      search: {aliases: [srch, "find*"], patterns: ["search-*"]}
      ads: {parent: retail}
    from:
      - tag: [product, app]
      - label: [namespace]
      - account: {"2*": ads, "3": search}
      - patterns: ResourceName
      - name: {"/vm-[0-9]+/": search}
      - column: ServiceName
      - parent: resource
      - when: {RegionId: eu-west-1}
        is: search
      - is: ads
    rolls_up: unit
  unit: {values: [retail]}
  tier:
    values: [gold, silver]
    from:
      - {dimension: product, map: {ads: gold}}
  customer: {from: [{tag: customer}]}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Return the tagged project; no test changes it."""
    return Unchanged(tagged(tmp_path_factory.mktemp("explain") / "books").root)


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Return a project whose rules are of every kind; no test changes it."""
    made = Books(tmp_path_factory.mktemp("kinds") / "books")
    made.load(
        made.write(
            "a.csv",
            bill(
                charge(9, "1", "t-1", '{"product":"Search"}'),
                charge(9, "1", "t-2", '{"app":"srch"}'),
                charge(9, "1", "t-3", '{"app":"finder"}'),
                charge(9, "1", "t-4", '{"app":"ads","customer":"Acme, Inc"}'),
                charge(9, "1", "l-1", '{"aws:eks_namespace":"ads"}'),
                charge(9, "1", "m-1", "", SubAccountId="222"),
                charge(9, "1", "m-2", "", SubAccountId="3"),
                charge(9, "1", "p-1", "", ResourceName="search-7"),
                charge(9, "1", "n-1", "", ResourceName="VM-12"),
                charge(9, "1", "/x/vm-13", ""),
                charge(9, "1", "c-1", "", ServiceName="ADS"),
                charge(9, "1", "t-1/disk", ""),
                charge(9, "1", "t-1/tagged", '{"product":"ads"}'),
                charge(9, "1", "t-1/same", '{"product":"search"}'),
                charge(9, "1", "w-1", "", RegionId="eu-west-1"),
                charge(9, "1", "i-1", ""),
            ),
        )
    )
    made.write("taxonomy.yaml", KINDS)
    return Unchanged(made.root)


def lines(books: Books, what: str, *words: str) -> list[str]:
    said = books.run("explain", what, *words)
    assert (said.code, said.err) == (0, ""), said.err
    return said.out.splitlines()


def loaded(books: Books, *charges: dict[str, str] | Any) -> Books:  # noqa: ANN401 -- as charge makes them
    books.load(books.write("b.csv", bill(*charges)), "--source", "other")
    return books


def sentences(books: Books, what: str, dimension: str = "product") -> list[str]:
    """Return what is said of a dimension, with what other rules say."""
    shown = lines(books, what)
    place = next(number for number, line in enumerate(shown) if line.startswith(f"  {dimension} is "))
    others = [line.strip() for line in shown[place + 1 :]]
    asides = next((n for n, line in enumerate(shown[place + 1 :]) if not line.startswith("    ")), len(others))
    return [shown[place].strip(), *others[:asides]]


def test_a_key_is_told_with_what_it_is_and_why_it_is_called_so(project: Books) -> None:
    head, *rest = lines(project, "i-3")
    assert re.fullmatch(r"saas 2026-09, charge key [0-9]+ \(Usage\): 1 charge, EffectiveCost 10\.00 USD", head)
    assert rest == [
        "  ServiceName: Storage",
        "  SubAccountId: 2",
        "  ResourceId: i-3",
        '  Tags: {"product":"serach"}',
        "  It can carry tags.",
        "  product is ads: SubAccountId is '2' (rule 2, account; taxonomy.yaml:9:19).",
        "    rule 1, tag product, app, finds product=serach, which is no value.",
        "  team is ads-web: its product is ads (rule 2, dimension product; taxonomy.yaml:17:36).",
        "  department is growth: its team ads-web rolls up to it (taxonomy.yaml:14:57).",
    ]


@pytest.mark.parametrize(
    ("what", "said", "by"),
    [
        ("t-1", "search: its tag product=Search, but for case and separators",
         "1, tag product, app; taxonomy.yaml:7:9"),
        ("t-2", "search: its tag app=srch, which is an alias", "1, tag product, app; taxonomy.yaml:7:9"),
        ("t-3", "search: its tag app=finder, which an alias that is a pattern matches",
         "1, tag product, app; taxonomy.yaml:7:9"),
        ("t-4", "ads: its tag app=ads", "1, tag product, app; taxonomy.yaml:7:9"),
        ("l-1", "ads: its label aws:eks_namespace=ads", "2, label namespace; taxonomy.yaml:8:9"),
        ("m-1", "ads: SubAccountId is '222', like '2*'", "3, account; taxonomy.yaml:9:19"),
        ("m-2", "search: SubAccountId is '3'", "3, account; taxonomy.yaml:9:30"),
        ("p-1", "search: ResourceName is 'search-7', like 'search-*'", "4, patterns ResourceName; taxonomy.yaml:4:53"),
        ("n-1", "search: its name is 'VM-12', like '/vm-[0-9]+/'", "5, name; taxonomy.yaml:11:16"),
        ("vm-13", "search: its name is 'vm-13', like '/vm-[0-9]+/'", "5, name; taxonomy.yaml:11:16"),
        ("c-1", "ads: ServiceName is 'ADS', but for case and separators", "6, column ServiceName; taxonomy.yaml:12:9"),
        ("t-1/disk", "search: its parent resource t-1 (by rule 1, tag product, app) is called so",
         "7, parent resource; taxonomy.yaml:13:9"),
        ("w-1", "search: its conditions hold", "8, when RegionId eu-west-1; taxonomy.yaml:14:9"),
        ("i-1", "ads: whatever it is", "9, whatever it is; taxonomy.yaml:16:9"),
    ],
)  # fmt: skip
def test_every_kind_of_rule_has_its_sentence(what: str, said: str, by: str, kinds: Books) -> None:
    assert sentences(kinds, what)[0] == f"product is {said} (rule {by})."


def test_open_dimensions_maps_and_hierarchies_have_theirs(kinds: Books) -> None:
    assert sentences(kinds, "t-4", "customer") == [
        "customer is Acme, Inc: its tag customer=Acme, Inc (rule 1, tag customer; taxonomy.yaml:23:22)."
    ]
    assert sentences(kinds, "t-4", "tier") == [
        "tier is gold: its product is ads (rule 1, dimension product; taxonomy.yaml:22:36)."
    ]
    assert sentences(kinds, "t-4", "unit") == ["unit is retail: its product ads rolls up to it (taxonomy.yaml:5:13)."]


def test_what_is_not_known_says_why_not(kinds: Books, project: Books, tmp_path: Path) -> None:
    assert sentences(kinds, "t-1", "tier") == ["tier is not known: its rule does not name it."]
    assert sentences(kinds, "t-1", "unit") == ["unit is not known: its product does not roll up to it."]
    assert sentences(project, "i-5") == ["product is not known: none of its 3 rules names it."]
    bare = tagged(tmp_path / "books", "dimensions: {product: {values: [a]}}\n")
    assert sentences(bare, "i-5") == ["product is not known: it has no rule."]
    both = TAXONOMY.replace("  department: {", "  department: {from: [{account: {'9': growth}}], ")
    books = tagged(tmp_path / "both", both)
    assert sentences(books, "i-5", "department") == [
        "department is not known: its rule does not name it, and its team does not roll up to it."
    ]


def test_other_rules_say_the_same_or_something_else_later(kinds: Books) -> None:
    assert sentences(kinds, "t-4")[1:] == ["rule 9, whatever it is, says the same."]
    assert sentences(kinds, "t-1")[1:] == ["rule 9, whatever it is, would say ads, and comes later."]


def test_what_rolls_up_may_come_too_late(tmp_path: Path) -> None:
    early = TAXONOMY.replace("  department: {", "  department: {from: [{account: {'1': growth}}], ")
    assert sentences(tagged(tmp_path / "books", early), "i-1", "department")[1:] == [
        "its team rolls up to discovery, and comes later."
    ]
    same = TAXONOMY.replace("  department: {", "  department: {from: [{account: {'1': discovery}}], ")
    assert sentences(tagged(tmp_path / "same", same), "i-1", "department")[1:] == ["its team rolls up to the same."]


def test_columns_that_rules_looked_at_are_shown(kinds: Books) -> None:
    assert "  RegionId: eu-west-1" in lines(kinds, "w-1")
    assert not any(line.startswith("  RegionId") for line in lines(kinds, "t-1"))


def test_what_cannot_carry_tags_and_what_nobody_knows_is_told(tmp_path: Path) -> None:
    books = loaded(
        tagged(tmp_path / "books"),
        charge(9, "7", "tax-1", "", ChargeCategory="Tax"),
        charge(9, "7", "odd-1", "", ServiceName="Zorp", ServiceProviderName="Nobody"),
    )
    assert "  It can carry no tags: tax." in lines(books, "tax-1")
    assert {line for line in lines(books, "odd-1") if "tags" in line} <= {
        "  It can carry tags.", "  Nobody knows whether it can carry tags.",
    }  # fmt: skip


def test_keys_that_are_alike_are_explained_once_with_each_in_the_head(tmp_path: Path) -> None:
    skus = [charge(9, str(cost), "i-9", '{"product":"ads"}', SkuMeter=f"meter-{cost}") for cost in (3, 2, 1)]
    shown = lines(loaded(tagged(tmp_path / "books"), *skus), "i-9")
    assert [re.sub("[0-9]{4,}", "N", line) for line in shown[:4]] == [
        "other N-09, charge key N (Usage, meter-3): 1 charge, EffectiveCost 3.00 USD",
        "other N-09, charge key N (Usage, meter-2): 1 charge, EffectiveCost 2.00 USD",
        "other N-09, charge key N (Usage, meter-1): 1 charge, EffectiveCost 1.00 USD",
        "  ServiceName: Storage",
    ]
    assert sum(line.startswith("  product is ") for line in shown) == 1


def test_at_most_twenty_keys_are_explained(tmp_path: Path) -> None:
    skus = [charge(9, str(cost), "i-9", '{"product":"ads"}', SkuMeter=f"meter-{cost}") for cost in range(1, 26)]
    books = loaded(tagged(tmp_path / "books"), *skus)
    shown = lines(books, "i-9")
    assert sum("charge key " in line for line in shown) == 20
    assert shown[-1] == "At most 20 charge keys are shown, the dearest."
    assert "meter-25" in shown[0]
    assert len(json.loads(books.run("explain", "i-9", "--output", "json").out)) == 20


def test_a_true_up_is_told_by_its_own_texts(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    assert books.run("close", "2026-08").code == 0
    restated = charge(8, "7", "i-2", '{"product":"ads"}')
    books.load(books.write("a.csv", bill(CHARGES[0], restated, *CHARGES[2:])))
    heads = [re.sub("key [0-9]+", "key N", line) for line in lines(books, "i-2") if "charge key" in line]
    assert heads == [
        "saas 2026-09, charge key N (Usage): 1 charge, EffectiveCost 20.00 USD",
        "saas 2026-09, charge key N (Usage): 1 charge, EffectiveCost -10.00 USD, true-up of 2026-08",
        "saas 2026-09, charge key N (Usage): 1 charge, EffectiveCost 7.00 USD, true-up of 2026-08",
    ]
    names = [line for line in lines(books, "i-2") if line.startswith("  product is ")]
    assert [line.split(":")[0].strip() for line in names] == [
        "product is search", "product is not known", "product is ads",
    ]  # fmt: skip
    rows = json.loads(books.run("explain", "i-2", "--output", "json").out)
    assert [row["true_up_of"] for row in rows] == [None, "2026-08", "2026-08"]


def test_a_change_within_the_month_is_told_by_its_days(tmp_path: Path) -> None:
    dated = TAXONOMY.replace('{"2": ads}', '{"2": [{is: ads, until: 2026-09-15}, {is: search, since: 2026-09-15}]}')
    days = {"ChargePeriodStart": "2026-09-20T00:00:00Z", "ChargePeriodEnd": "2026-09-21T00:00:00Z"}
    late = charge(9, "40", "i-4", "", SubAccountId="2", ServiceName="Databases", **days)
    shown = lines(loaded(tagged(tmp_path / "books", dated), late), "i-4")
    assert [line.rpartition("USD, ")[2] for line in shown if "charge key" in line] == [
        "days from 2026-09-15", "days before 2026-09-15",
    ]  # fmt: skip
    assert [line.split(":")[0].strip() for line in shown if line.startswith("  product is ")] == [
        "product is search", "product is ads",
    ]  # fmt: skip


def test_a_cost_that_was_split_is_told_by_what_it_was_split_to(tmp_path: Path) -> None:
    pod = "arn:aws:eks:eu-west-1:1:pod/prod/ads/web-1"
    split = charge(9, "3", "i-1", "", AllocatedResourceId=pod, AllocatedTags='{"product":"ads"}')
    books = loaded(tagged(tmp_path / "books"), split)
    shown = lines(books, "pod/prod/ads/web-1")
    assert shown == lines(books, pod)
    assert f"  AllocatedResourceId: {pod}" in shown
    assert "  product is ads: its tag product=ads (rule 1, tag product, app; taxonomy.yaml:8:9)." in shown


@pytest.mark.parametrize("what", ["i-2", "vm/db-2", "db-2", "…vm/db-2", "/x/vm/db-2", "7"])
def test_a_resource_is_found_by_its_id_its_name_or_the_last_parts_of_its_id(what: str, tmp_path: Path) -> None:
    books = loaded(tagged(tmp_path / "books"), charge(9, "7", "/x/vm/db-2", "", ResourceName="7"))
    assert lines(books, what)[0].startswith("saas" if what == "i-2" else "other")


def test_a_key_is_found_by_its_number(project: Books) -> None:
    for row in project.query(
        "SELECT DISTINCT x_ChargeKey AS k FROM charges_daily WHERE x_BillingPeriod >= '2026-09-01'"
    ):
        assert f"charge key {row['k']} (" in lines(project, str(row["k"]))[0]


def test_json_has_every_rules_answer(project: Books) -> None:
    (key,) = json.loads(project.run("explain", "i-3", "--output", "json").out)
    assert {name: value for name, value in key.items() if name not in {"charge_key", "columns", "names"}} == {
        "source": "saas", "billing_period": "2026-09", "true_up_of": None, "since": None, "until": None, "charges": 1,
        "effective_cost": "10.000000000000", "billed_cost": "10.000000000000", "currency": "USD",
        "taggable": "taggable", "allocated": [], "allocated_untold": None,
    }  # fmt: skip
    assert key["columns"]["Tags"] == '{"product":"serach"}'
    assert key["names"]["product"] == {
        "value": "ads", "rule": 2, "rule_text": "account", "how": "map", "place": "taxonomy.yaml:9:19",
        "tag_key": None, "text": "2", "parent_resource": None, "parent_rule_text": None, "parent_place": None,
        "rules": [
            {"rule": 1, "rule_text": "tag product, app", "place": "taxonomy.yaml:8:9", "says": None,
             "unrecognised_text": "serach", "parent_resource": None, "wins": False},
            {"rule": 2, "rule_text": "account", "place": "taxonomy.yaml:9:9", "says": "ads",
             "unrecognised_text": None, "parent_resource": None, "wins": True},
            {"rule": 3, "rule_text": "when ServiceName Unheard", "place": "taxonomy.yaml:10:9", "says": None,
             "unrecognised_text": None, "parent_resource": None, "wins": False},
        ],
    }  # fmt: skip


def test_other_forms_name_the_parent_resource_and_what_names_it(kinds: Books) -> None:
    of_parent = {
        "parent_resource": "t-1", "parent_rule_text": "tag product, app", "parent_place": "taxonomy.yaml:7:9",
    }  # fmt: skip
    (key,) = json.loads(kinds.run("explain", "t-1/disk", "--output", "json").out)
    told = key["names"]["product"]
    assert {name: told[name] for name in of_parent} == of_parent
    assert {answer["rule"] for answer in told["rules"] if answer["parent_resource"] == "t-1"} == {7}
    assert {key["names"][name]["parent_resource"] for name in key["names"] if name != "product"} == {None}
    (row,) = (
        row
        for row in csv.DictReader(io.StringIO(kinds.run("explain", "t-1/disk", "--output", "csv").out))
        if row["dimension"] == "product"
    )
    assert {name: row[name] for name in of_parent} == of_parent


def test_what_a_parent_would_say_names_the_parent(kinds: Books) -> None:
    last = "rule 9, whatever it is,"
    assert sentences(kinds, "t-1/tagged")[1:] == [
        "rule 7, parent resource, of t-1, would say search, and comes later.", f"{last} says the same.",
    ]  # fmt: skip
    assert sentences(kinds, "t-1/same")[1:] == [
        "rule 7, parent resource, of t-1, says the same.", f"{last} would say ads, and comes later.",
    ]  # fmt: skip


def test_rows_have_a_line_per_dimension(project: Books) -> None:
    rows = list(csv.DictReader(io.StringIO(project.run("explain", "i-3", "--output", "csv").out)))
    assert [(row["dimension"], row["value"], row["rule"], row["how"], row["text"]) for row in rows] == [
        ("product", "ads", "2", "map", "2"), ("team", "ads-web", "2", "dimension", ""),
        ("department", "growth", "", "dimension", ""),
    ]  # fmt: skip
    page = project.run("explain", "i-3", "--output", "markdown").out.splitlines()
    assert page[0] == f"| {' | '.join(rows[0])} |"
    assert len(page) == 2 + len(rows)


@pytest.mark.parametrize("what", ["nothing", "99999999999999999999", "-5", "²", "'; DROP TABLE names; --", "*"])
def test_what_is_not_there_is_refused_with_the_way_to_look_for_it(what: str, project: Books) -> None:
    said = project.run("explain", "--", what)
    assert (said.code, said.out) == (1, "")
    # As Python writes a text, so that its quotes can be told apart.
    found, remedy = said.err.splitlines()
    assert found == (
        f"2026-09 has no charge key or resource {what!r}; expected x_ChargeKey, ResourceId or ResourceName of a charge "
        "of that month."
    )
    query = '"SELECT DISTINCT x_ChargeKey, ResourceId, ResourceName FROM charges_daily". (FM2019, docs/errors.md)'
    look = f"look for it with: finmod --project {project.root} query {query}"
    assert remedy == f"  Name another month with --period, or {look}"


def test_a_month_and_a_word_that_make_no_sense_are_refused(project: Books) -> None:
    assert project.run("explain", "i-1", "--period", "2026-07").err.startswith(
        "there are no charges of 2026-07; expected"
    )
    assert project.run("explain").err.startswith("nothing to explain is named; expected a charge key, a resource, or")
    assert project.run("explain", " ").err == (
        "KEY|RESOURCE is ' '; expected a charge key or a resource.\n  Name one. (FM1061, docs/errors.md)\n"
    )


@pytest.mark.parametrize("columns", [60, 100])
def test_sentences_fit_the_terminal_and_are_set_in(columns: int, project: Books) -> None:
    code, shown = as_on_terminal(["--project", project.root, "explain", "i-3"], columns=columns)
    out = [line.rstrip() for line in SEQUENCE.sub("", shown).splitlines()]
    assert code == 0
    assert max(map(len, out)) <= columns
    assert " ".join(" ".join(out).split()).count("product is ads: SubAccountId is '2' (rule 2, account;") == 1
    folded = next(number for number, line in enumerate(out) if line.startswith("  product is "))
    assert out[folded + 1].startswith("    ")
