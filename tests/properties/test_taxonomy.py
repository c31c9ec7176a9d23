"""What holds for all taxonomies and all charge keys."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from finmod.engines.duckdb import Engine
from finmod.settings.taxonomy import TaxonomyFile
from finmod.settings.validate import validated
from finmod.settings.yaml import parse_yaml
from finmod.taxonomy import column_level, tag_level
from finmod.taxonomy.building import Builder, with_patterns
from finmod.taxonomy.definition import Taxonomy
from finmod.taxonomy.naming import name_keys
from finmod.taxonomy.segments import Segments, segments_between
from finmod.taxonomy.shadows import shadowed
from tests.examples import examples
from tests.properties.taxonomies import KEYS, TEXTS, Case, cases
from tests.properties.taxonomy_oracle import Oracle, holds
from tests.taxonomy.small import Names, found_names, offer, segment_of

Plain = list[dict[str, tuple[str, int, str] | None]]


KEY: dict[str, Any] = {
    "SubAccountId": "1", "SubAccountName": None, "ServiceName": "alpha", "ResourceId": "q", "ResourceName": "alpha-1",
    "RegionId": "1", "x_Source": "aws", "Tags": None, "AllocatedTags": None, "day": date(2026, 1, 1),
}  # fmt: skip
LISTED_ABOVE_LISTED = Case(
    dimensions={
        "d0": {
            "values": {"Beta": {"patterns": ["*"]}},
            "from": [{"patterns": "SubAccountName"}, {"parent": "resource", "parents": "p0.csv"}],
        }
    },
    tables={"p0.csv": [{"child": "q", "parent": "/r/a/b"}, {"child": "/r/a/b", "parent": "/r/a"}]},
    rows=[{**KEY, "ResourceId": "/r/a", "SubAccountName": "alpha-1"}, KEY],
)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(threads=2) as made:
        yield made


def built(case: Case) -> Taxonomy:
    """Return a case's taxonomy without what checks say of it: a rule that can never answer is a rule too."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in case.files().items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        document = parse_yaml(case.text(), "taxonomy.yaml")
        builder = Builder(document, Path(folder), included=False)
        dimensions = builder.dimensions(validated(TaxonomyFile, document))
    assert builder.problems == []
    return Taxonomy({name: with_patterns(each) for name, each in dimensions.items()})


def segments_of(taxonomy: Taxonomy, rows: Sequence[Mapping[str, Any]]) -> Segments:
    days: list[date] = [row["day"] for row in rows]
    return segments_between(taxonomy.days(), min(days), max(days))


def named(engine: Engine, taxonomy: Taxonomy, rows: Sequence[Mapping[str, Any]]) -> Names:
    segments = segments_of(taxonomy, rows)
    offer(engine, [{**without_day(row), "segment": segment_of(segments, row["day"])} for row in rows])
    return found_names(engine, name_keys(engine, taxonomy, segments, "base"), len(rows))


def without_day(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: text for name, text in row.items() if name != "day"}


def plain(found: Names) -> Plain:
    """Return value, number of the rule and how of each key and dimension."""
    return [
        {
            name: (each.value or "", each.rule.number if each.rule else 0, each.how) if each else None
            for name, each in row.items()
        }
        for row in found.found
    ]


def values(found: Names) -> list[dict[str, str | None]]:
    return [{name: each.value if each else None for name, each in row.items()} for row in found.found]


@settings(max_examples=examples(12))
@given(case=cases())
@example(case=LISTED_ABOVE_LISTED)
def test_the_pass_over_all_keys_agrees_with_a_plain_evaluator(engine: Engine, case: Case) -> None:
    taxonomy = built(case)
    found = named(engine, taxonomy, case.rows)

    oracle = Oracle(case.dimensions, case.tables, partial(segment_of, segments_of(taxonomy, case.rows)))
    assert plain(found) == oracle.names(case.rows)
    said = [
        {name: (each.key, each.text, each.value) if each else None for name, each in row.items()} for row in found.said
    ]
    assert said == [{name: oracle.said(row, name) for name in case.dimensions} for row in case.rows]


@settings(max_examples=examples(12))
@given(case=cases())
def test_keys_without_equal_texts_are_named_row_by_row_as_all_others(engine: Engine, case: Case) -> None:
    taxonomy = built(case)
    by_text = plain(named(engine, taxonomy, case.rows))
    with pytest.MonkeyPatch.context() as patched:
        for level in (column_level, tag_level):
            patched.setattr(level, "_MANY", -1)

        assert plain(named(engine, taxonomy, case.rows)) == by_text


@settings(max_examples=examples(8))
@given(case=cases(), costs=st.lists(st.integers(-(10**20), 10**20), min_size=8, max_size=8))
def test_every_key_has_one_verdict_and_no_cost_is_lost(engine: Engine, case: Case, costs: list[int]) -> None:
    taxonomy = built(case)
    segments = segments_of(taxonomy, case.rows)
    rows = [*case.rows, *case.rows]
    offer(engine, [{**without_day(row), "segment": segment_of(segments, row["day"])} for row in rows])
    amounts = [Decimal(cost).scaleb(-12) for cost in (*costs, *costs)[: len(rows)]]
    told = ", ".join(f"({at}, CAST('{amount:f}' AS DECIMAL(38,12)))" for at, amount in enumerate(amounts))
    total = sum(amounts, Decimal(0))
    engine.run(
        "CREATE OR REPLACE TEMP TABLE costly AS SELECT base.*, coalesce(cost, 0)::DECIMAL(38,12) AS cost FROM base "
        f"LEFT JOIN (VALUES {told}) AS c (n, cost) USING (n)"
    )
    naming = name_keys(engine, taxonomy, segments, "costly")

    assert engine.row("SELECT count(*), count(DISTINCT n), sum(cost) FROM names") == (len(rows), len(rows), total)
    for place in range(len(taxonomy.dimensions)):
        by_value = engine.rows(f"SELECT o_{place}, sum(cost) FROM names GROUP BY 1")
        assert sum((amount for _, amount in by_value), Decimal(0)) == total
    assert engine.row(f"SELECT count(*) FROM ({naming.rules})") == (len(rows),)


@settings(max_examples=examples(5))
@given(case=cases(), seed=st.randoms(use_true_random=False))
def test_the_order_of_keys_and_what_else_is_there_do_not_matter(engine: Engine, case: Case, seed: Any) -> None:  # noqa: ANN401 -- a random.Random
    assume(not any("parent" in rule for each in case.dimensions.values() for rule in each["from"]))
    taxonomy = built(case)
    places = list(range(len(case.rows)))
    seed.shuffle(places)

    together = plain(named(engine, taxonomy, case.rows))
    assert plain(named(engine, taxonomy, [case.rows[at] for at in places])) == [together[at] for at in places]
    assert [plain(named(engine, taxonomy, [row]))[0] for row in case.rows] == together


@settings(max_examples=examples(8))
@given(case=cases())
def test_naming_twice_is_naming_once(engine: Engine, case: Case) -> None:
    taxonomy = built(case)
    segments = segments_of(taxonomy, case.rows)
    first = named(engine, taxonomy, case.rows)

    again = name_keys(engine, taxonomy, segments, "base")
    assert found_names(engine, again, len(case.rows)) == first
    once_more = name_keys(engine, taxonomy, segments, "(SELECT * FROM base)")
    assert found_names(engine, once_more, len(case.rows)) == first


@settings(max_examples=examples(8))
@given(case=cases(most=1))
def test_the_winner_is_the_first_of_the_rules_that_answer_alone(engine: Engine, case: Case) -> None:
    rules = case.dimensions["d0"]["from"]
    assume(not any("parent" in rule for rule in rules))
    alone = [
        plain(named(engine, built(with_rules(case, [rule])), case.rows))
        for rule in rules
    ]  # fmt: skip

    together = plain(named(engine, built(case), case.rows))
    for at, row in enumerate(together):
        answers = [(number, each[at]["d0"]) for number, each in enumerate(alone, start=1) if each[at]["d0"]]
        first = answers[0] if answers else None
        assert row["d0"] == ((first[1][0], first[0], first[1][2]) if first and first[1] else None)


@settings(max_examples=examples(8))
@given(case=cases(most=1), data=st.data())
def test_swapping_rules_that_do_not_both_answer_changes_no_value(
    engine: Engine, case: Case, data: st.DataObject
) -> None:
    rules = list(case.dimensions["d0"]["from"])
    assume(len(rules) > 1)
    at = data.draw(st.integers(0, len(rules) - 2))
    both = [values(named(engine, built(with_rules(case, [rule])), case.rows)) for rule in rules[at : at + 2]]
    assume(not any(one["d0"] and other["d0"] for one, other in zip(*both, strict=True)))
    assume(not any("parent" in rule for rule in rules))

    before = values(named(engine, built(case), case.rows))
    rules[at : at + 2] = reversed(rules[at : at + 2])
    assert values(named(engine, built(with_rules(case, rules)), case.rows)) == before


def with_rules(case: Case, rules: Sequence[Mapping[str, Any]]) -> Case:
    return Case({"d0": {**case.dimensions["d0"], "from": list(rules)}}, case.tables, case.rows)


@settings(max_examples=examples(8))
@given(case=cases())
def test_a_day_is_named_as_by_a_taxonomy_cut_down_to_that_day(engine: Engine, case: Case) -> None:
    case = without_parents(case)
    found = values(named(engine, built(case), case.rows))

    for day in {row["day"] for row in case.rows}:
        at = [place for place, row in enumerate(case.rows) if row["day"] == day]
        dateless = built(cut_to(case, day))
        assert dateless.days() == ()
        assert values(named(engine, dateless, [case.rows[place] for place in at])) == [found[place] for place in at]


def without_parents(case: Case) -> Case:
    """Return a case without rules by parents: without charges on such days others count."""
    dimensions = {
        name: {**each, "from": [rule for rule in each["from"] if "parent" not in rule]}
        for name, each in case.dimensions.items()
    }
    return Case(dimensions, case.tables, case.rows)


def cut_to(case: Case, day: date) -> Case:
    """Return a case without anything that does not hold on a day, and without days."""
    dimensions = {
        name: dimension_on(each, case.dimensions.get(each.get("rolls_up")), day)
        for name, each in case.dimensions.items()
    }
    tables = {
        name: [bare(row) for row in rows if holds(row, day) and is_there(case, row, day)]
        for name, rows in case.tables.items()
    }
    return Case(dimensions, tables, case.rows)


def is_there(case: Case, row: Mapping[str, str], day: date) -> bool:
    """Return whether the value of a row of a lookup is one on a day, in the dimension that names the lookup."""
    if "value" not in row:
        return True
    (owner,) = [
        each for each in case.dimensions.values()
        if any(case.tables.get(rule.get("lookup", {}).get("file"), ()) and row in case.tables[rule["lookup"]["file"]]
               for rule in each["from"] if "lookup" in rule)
    ][:1]  # fmt: skip
    return owner.get("values") is None or holds(owner["values"][row["value"]], day)


def bare(settings_: Mapping[str, Any]) -> dict[str, Any]:
    return {key: each for key, each in settings_.items() if key not in {"since", "until"}}


def values_on(settings_: Mapping[str, Any] | None, day: date) -> dict[str, Any] | None:
    there = (settings_ or {}).get("values")
    return None if there is None else {name: each for name, each in there.items() if holds(each, day)}


def dimension_on(settings_: Mapping[str, Any], above: Mapping[str, Any] | None, day: date) -> dict[str, Any]:
    parents, there = values_on(above, day), values_on(settings_, day)
    kept = None if there is None else {name: value_on(each, parents, day) for name, each in there.items()}

    def is_value(name: str) -> bool:
        return kept is None or name in kept

    def lines_on(lines: Mapping[str, Any]) -> dict[str, Any]:
        targets = {key: [{"is": each}] if isinstance(each, str) else each for key, each in lines.items()}
        held = {
            key: [each["is"] for each in some if holds(each, day) and is_value(each["is"])]
            for key, some in targets.items()
        }
        return {key: some[0] for key, some in held.items() if some}

    rules = []
    for rule in settings_["from"]:
        maps = {key: lines_on(rule[key]) for key in ("account", "name", "id", "map") if key in rule}
        if holds(rule, day) and all(maps.values()) and is_value(rule.get("is", "")) | ("is" not in rule):
            rules.append({**bare(rule), **maps})
    return {**settings_, **({} if kept is None else {"values": kept}), "from": rules}


def value_on(settings_: Mapping[str, Any], parents: Mapping[str, Any] | None, day: date) -> dict[str, Any]:
    found = bare(settings_)
    if "aliases" in found:
        found["aliases"] = [
            each if isinstance(each, str) else each["is"]
            for each in found["aliases"] if isinstance(each, str) or holds(each, day)
        ]  # fmt: skip
    given = found.pop("parent", [])
    held = [each["is"] for each in ([{"is": given}] if isinstance(given, str) else given) if holds(each, day)]
    there = [each for each in held if parents is None or each in parents]
    return {**found, **({"parent": there[0]} if there else {})}


@settings(max_examples=examples(8))
@given(case=cases(), key=st.sampled_from(["product", "user:Product", "PRODUCT"]))
def test_the_name_of_a_value_as_tag_names_that_value(engine: Engine, case: Case, key: str) -> None:
    for name, each in case.dimensions.items():
        undated: dict[str, Any] = {value: {} for value in each.get("values") or ["any text", "x*", "/a/"]}
        dimension = {"from": [{"tag": "product"}], **({"values": undated} if "values" in each else {})}
        rows = [{"x_Source": "aws", "Tags": json.dumps({key: value}), "day": date(2026, 1, 1)} for value in undated]

        found = values(named(engine, built(Case({name: dimension}, {}, rows)), rows)) if rows else []
        assert [row[name] for row in found] == list(undated)


# Most taxonomies have no shadow.
@settings(max_examples=examples(6), suppress_health_check=[HealthCheck.filter_too_much])
@given(case=cases(most=2))
def test_what_is_told_as_shadowed_never_answers(engine: Engine, case: Case) -> None:
    taxonomy = built(case)
    told = {problem.where for dimension in taxonomy.dimensions.values() for problem in shadowed(dimension)}
    assume(told)

    for row in named(engine, taxonomy, case.rows).found:
        for outcome in filter(None, row.values()):
            rule = outcome.rule
            assert rule is None or rule.place not in told
            # The lines of rules by patterns stand at the values, of whichever rule they are.
            assert rule is None or rule.by_patterns or outcome.place not in told


ANY_TEXT = st.one_of(st.sampled_from([*KEYS, *TEXTS]), st.text(max_size=20))


@settings(max_examples=examples(8))
@given(
    tags=st.dictionaries(
        ANY_TEXT, st.one_of(ANY_TEXT, st.none(), st.integers(), st.booleans(), st.lists(st.integers()))
    ),
    asked=st.lists(
        ANY_TEXT.filter(lambda text: text == text.strip() != "" and text.isprintable()), min_size=1, max_size=3
    ),
    cut=st.integers(0, 40),
)
def test_no_tags_break_the_pass(engine: Engine, tags: dict[str, Any], asked: list[str], cut: int) -> None:
    dimension = {"from": [{"tag": asked}, {"when": {f"tag.{asked[0]}": "*"}, "is": "there"}]}
    whole = json.dumps(tags)
    rows = [
        {"x_Source": "aws", "Tags": text, "AllocatedTags": other, "day": date(2026, 1, 1)}
        for text, other in ((whole, None), (None, whole), (whole[:cut], whole[cut:]), (f"\ufeff{whole}", whole + "}"))
    ]

    found = values(named(engine, built(Case({"p": dimension}, {}, rows)), rows))
    assert found[0] == found[1]
