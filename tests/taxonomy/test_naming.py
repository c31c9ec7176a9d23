"""What charge keys are called: which rule wins, what tags say, and that hostile texts do no harm."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from finmod.taxonomy.naming import name_keys
from finmod.taxonomy.segments import Segments, segments_between
from tests.taxonomy.small import Key, keys, names, offer, read, tags

FEBRUARY = date(2026, 2, 1)


def test_the_first_rule_that_answers_wins(tmp_path: Path) -> None:
    text = """
    dimensions:
      p:
        from:
          - tag: product
          - account: {"1": by-account}
          - name: {x-*: by-name}
          - is: whatever
    """
    rows = [
        {"Tags": tags(product="by-tag"), "SubAccountId": "1", "ResourceName": "x-1"},
        {"SubAccountId": "1", "ResourceName": "x-1"},
        {"SubAccountId": "2", "ResourceName": "x-1"},
        {"SubAccountId": "2"},
        {},
    ]
    found = names(read(tmp_path, text), rows)

    assert found.values("p") == ["by-tag", "by-account", "by-name", "whatever", "whatever"]
    assert found.rules("p") == [1, 2, 3, 4, 4]
    assert found.how("p") == ["open", "map", "map", "is", "is"]


def test_an_outcome_remembers_rule_place_key_and_text(tmp_path: Path) -> None:
    text = """
    dimensions:
      p:
        values: {search: {aliases: srch}}
        from:
          - tag: [product, app]
          - account: {"1*": search}
    """
    found = names(read(tmp_path, text), [{"Tags": tags(APP="Srch")}, {"SubAccountId": "12"}]).found

    tag, account = found[0]["p"], found[1]["p"]
    assert tag is not None
    assert account is not None
    assert (tag.value, tag.how, tag.place, tag.key, tag.text) == ("search", "alias", "taxonomy.yaml:5:9", "APP", "Srch")
    assert (account.how, account.place, account.key, account.text) == ("map", "taxonomy.yaml:6:19", None, "1*")


def test_where_no_rule_answers_there_is_no_name(tmp_path: Path) -> None:
    taxonomy = read(tmp_path, "dimensions: {p: {from: [{tag: p}]}, q: {}}")

    found = names(taxonomy, [{}, {"Tags": tags(p="x")}])
    assert (found.values("p"), found.values("q")) == ([None, "x"], [None, None])


def test_without_keys_there_are_no_names(tmp_path: Path) -> None:
    assert names(read(tmp_path, "dimensions: {p: {from: [{tag: p}, {parent: resource}, {is: x}]}}"), []).found == ()


def test_without_dimensions_every_key_is_kept(tmp_path: Path) -> None:
    assert names(read(tmp_path, "{}"), [{}, {}]).found == ({}, {})


def test_a_text_that_is_no_value_is_told_and_a_later_rule_answers(tmp_path: Path) -> None:
    text = "dimensions: {p: {values: [search], from: [{tag: product}, {is: search}]}}"

    found = names(read(tmp_path, text), [{"Tags": tags(product="zzz")}, {"Tags": tags(product="")}])
    assert (found.values("p"), found.how("p")) == (["search", "search"], ["is", "is"])
    assert found.tags("p") == [("product", "zzz", None), None]


def test_the_next_key_answers_where_the_text_of_the_first_is_no_value(tmp_path: Path) -> None:
    text = "dimensions: {p: {values: [search, ads], from: [{tag: [product, app]}]}}"
    rows = [
        {"Tags": tags(product="zzz", app="search")},
        {"Tags": tags(product="ads", app="search")},
        {"Tags": tags(product="zzz", app="yyy")},
        {"Tags": tags(product=" ", app="search")},
    ]
    found = names(read(tmp_path, text), rows)

    assert found.values("p") == ["search", "ads", None, "search"]
    assert found.tags("p") == [
        ("app", "search", "search"),
        ("product", "ads", "ads"),
        ("product", "zzz", None),
        ("app", "search", "search"),
    ]


def test_what_tags_say_is_told_beside_the_rule_that_wins(tmp_path: Path) -> None:
    text = 'dimensions: {p: {from: [{account: {"1": a}}, {tag: p}, {label: l}]}}'

    found = names(read(tmp_path, text), [{"SubAccountId": "1", "Tags": tags(p="b")}, {"Tags": tags(l="c")}])
    assert found.values("p") == ["a", "c"]
    assert found.tags("p") == [("p", "b", "b"), ("l", "c", "c")]


def test_a_month_with_a_change_in_its_middle_is_named_in_two_segments(tmp_path: Path) -> None:
    text = """
    dimensions:
      p:
        values:
          old: {until: 2026-02-15}
          new: {since: 2026-02-15, aliases: [old]}
        from: [{tag: p}, {account: {"1": [{is: old, until: 2026-02-15}, {is: new, since: 2026-02-15}]}}]
    """
    taxonomy = read(tmp_path, text)
    segments = segments_between(taxonomy.days(), FEBRUARY, date(2026, 2, 28))
    rows: list[Key] = [{"segment": at, "Tags": tags(p="OLD")} for at in segments.all()]
    rows += [{"segment": at, "SubAccountId": "1"} for at in segments.all()]

    found = names(taxonomy, rows, segments.days)
    assert found.values("p") == ["old", "new", "old", "new"]
    assert found.how("p") == ["folded", "alias", "map", "map"]


EVERY_KIND = """
dimensions:
  p:
    from:
      - {tag: p, KIND}
      - {label: l, KIND}
      - {account: {"1": map}, KIND}
      - {lookup: {file: l.csv, key: RegionId, value: p}, KIND}
      - {column: ServiceName, KIND}
      - {dimension: q, map: {x: dimension}, KIND}
      - {when: {SkuId: s}, is: when, KIND}
      - {parent: resource, KIND}
  q: {from: [{tag: q}]}
"""
ROWS = [
    {"Tags": tags(p="tag")},
    {"Tags": tags(l="label")},
    {"SubAccountId": "1"},
    {"RegionId": "r"},
    {"ServiceName": "column"},
    {"Tags": tags(q="x")},
    {"SkuId": "s", "ResourceId": "a"},
    {"ResourceId": "a/b"},
]


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ("since: 2026-02-15", [False, True, True]),
        ("until: 2026-02-15", [True, False, False]),
        ("since: 2026-02-15, until: 2026-02-20", [False, True, False]),
        ("since: 2025-01-01", [True, True, True]),
        ("until: 2027-01-01", [True, True, True]),
        ("since: 2026-03-15", [False, False, False]),
        ("until: 2026-02-01", [False, False, False]),
    ],
)
def test_every_kind_of_rule_holds_on_its_days(bounds: str, expected: list[bool], tmp_path: Path) -> None:
    taxonomy = read(tmp_path, EVERY_KIND.replace("KIND", bounds), {"l.csv": "RegionId,p\nr,lookup\n"})
    segments = Segments((date(2026, 2, 15), date(2026, 2, 20)), FEBRUARY)
    rows: list[Key] = [{**row, "segment": at} for at in segments.all() for row in ROWS]

    with keys(rows) as engine:
        naming = name_keys(engine, taxonomy, segments, "base")
        found = engine.rows(f"SELECT {naming.value_sql('p')} FROM names ORDER BY n")
    whole = ["tag", "label", "map", "lookup", "column", "dimension", "when", "when"]
    assert [row[0] for row in found] == [each if held else None for held in expected for each in whole]


def test_every_kind_of_target_holds_on_its_days(tmp_path: Path) -> None:
    text = """
    dimensions:
      p:
        values: {a: {until: 2026-02-15, aliases: x, patterns: s-*}, b: {aliases: [{is: y, since: 2026-02-15}]}}
        from:
          - tag: p
          - patterns: ResourceName
          - account: {"1": a, "2*": a, "3": [{is: b, since: 2026-02-15}]}
          - lookup: {file: l.csv, key: RegionId, value: p}
          - {column: ServiceName}
          - {dimension: q, map: {x: a}}
          - {when: {SkuId: s}, is: a}
      q: {from: [{label: q}]}
    """
    files = {"l.csv": "RegionId,p,since,until\nr,b,2026-02-15,\nr,a,,2026-02-01\n"}
    taxonomy = read(tmp_path, text, files)
    rows = [
        {"Tags": tags(p="a")}, {"Tags": tags(p="x")}, {"Tags": tags(p="y")}, {"ResourceName": "s-1"},
        {"SubAccountId": "1"}, {"SubAccountId": "21"}, {"SubAccountId": "3"}, {"RegionId": "r"},
        {"ServiceName": "A"}, {"Tags": tags(q="x")},
        {"SkuId": "S"},
    ]  # fmt: skip
    segments = segments_between(taxonomy.days(), FEBRUARY, date(2026, 2, 28))

    with keys([{**row, "segment": at} for at in segments.all() for row in rows]) as engine:
        naming = name_keys(engine, taxonomy, segments, "base")
        found = [row[0] for row in engine.rows(f"SELECT {naming.value_sql('p')} FROM names ORDER BY n")]
    assert found[: len(rows)] == ["a", "a", None, "a", "a", "a", None, None, "a", "a", "a"]
    assert found[len(rows) :] == [None, None, "b", None, None, None, "b", "b", None, None, None]


def test_a_hierarchy_of_three_levels_rolls_up_by_dated_parents(tmp_path: Path) -> None:
    text = """
    dimensions:
      unit:
        values: [consumer, business]
        from: [{tag: unit}]
      department:
        values:
          retail: {parent: consumer}
          search: {parent: [{is: consumer, until: 2026-02-15}, {is: business, since: 2026-02-15}]}
          closed: {until: 2026-02-15, parent: consumer}
        rolls_up: unit
      team:
        values:
          a: {parent: retail}
          b: {parent: [{is: retail, until: 2026-02-15}, {is: search, since: 2026-02-15}]}
          c: {parent: closed}
          d: {}
        rolls_up: department
        from: [{tag: team}]
    """
    taxonomy = read(tmp_path, text)
    rows = [{"segment": at, "Tags": tags(team=team)} for at in (0, 1) for team in "abcdz"]
    rows.append({"segment": 0, "Tags": tags(team="a", unit="business")})

    found = names(taxonomy, rows, [date(2026, 2, 15)])
    assert found.values("department") == [
        "retail", "retail", "closed", None, None, "retail", "search", None, None, None, "retail",
    ]  # fmt: skip
    assert found.values("unit") == [
        "consumer", "consumer", "consumer", None, None, "consumer", "business", None, None, None, "business",
    ]  # fmt: skip
    assert found.rules("unit")[0] == 0
    assert found.rules("unit")[-1] == 1
    outcome = found.found[6]["unit"]
    assert outcome is not None
    assert (outcome.below, outcome.how, outcome.place) == ("department", "dimension", "taxonomy.yaml:8:60")


def test_the_rules_of_the_naming_tell_what_every_rule_says_whichever_won(tmp_path: Path) -> None:
    text = 'dimensions: {p: {values: [a, b], from: [{tag: p}, {account: {"1": b}}, {is: a}], rolls_up: q}, q: {}}'
    taxonomy = read(tmp_path, text)

    with keys([{"Tags": tags(p="zzz"), "SubAccountId": "1"}, {}]) as engine:
        naming = name_keys(engine, taxonomy, Segments(), "base")
        columns = [column for dimension in taxonomy.dimensions.values() for column, _ in naming.answers(dimension)]
        rows = engine.rows(f"SELECT {', '.join(columns)} FROM ({naming.rules}) ORDER BY n")
        naming.offer_outcomes(engine)
        picked = "outcome, dimension, value, rule, rule_text, how, tag_key, text"
        told = engine.rows(f"SELECT {picked} FROM names_outcomes ORDER BY abs(outcome)")
    assert columns == ["p_0_1", "p_0_2", "p_0_3", "p_1_0"]
    assert [[number and naming.outcomes[number].value for number in row] for row in rows] == [
        [None, "b", "a", None],
        [None, None, "a", None],
    ]
    assert rows[0][0] < 0
    assert told == [
        (-1, "p", None, 1, "tag p", "unrecognised", "p", "zzz"),
        (2, "p", "b", 2, "account", "map", None, "1"),
        (3, "p", "a", 3, "whatever it is", "is", None, None),
    ]


def test_what_a_user_says_of_tags_is_told_by_the_first_verdict_that_fits(tmp_path: Path) -> None:
    text = """
    dimensions: {p: {from: [{tag: p}]}}
    taggable:
      - {when: {ServiceName: a*, p: x}, is: false}
      - {when: {ServiceName: a*}, is: true}
      - {when: {tag.q: }, is: false}
    """
    rows = [{"ServiceName": "ab", "Tags": tags(p="x")}, {"ServiceName": "ab"}, {"Tags": tags(q="y")}, {}]

    with keys(rows) as engine:
        name_keys(engine, read(tmp_path, text), Segments(), "base")
        assert [row[0] for row in engine.rows("SELECT x_Said FROM names ORDER BY n")] == [False, True, None, False]


def test_every_column_of_the_base_table_is_kept(tmp_path: Path) -> None:
    with keys([{"ServiceName": "a"}]) as engine:
        engine.run('CREATE TEMP TABLE odd AS SELECT *, 1.5::DECIMAL(38,12) AS cost, 2 AS "o\'dd ""x" FROM base')
        name_keys(engine, read(tmp_path, "dimensions: {p: {from: [{is: x}]}}"), Segments(), "odd")

        assert engine.rows('SELECT cost::VARCHAR, "o\'dd ""x", "ServiceName" FROM names') == [
            ("1.500000000000", 2, "a")
        ]


def test_a_second_pass_replaces_the_first(tmp_path: Path) -> None:
    first = read(tmp_path, "dimensions: {p: {from: [{tag: p}, {parent: resource}]}, q: {from: [{is: y}]}}")
    second = read(tmp_path, "dimensions: {p: {from: [{is: x}]}}")

    with keys([{"Tags": tags(p="z"), "ResourceId": "a"}]) as engine:
        name_keys(engine, first, Segments(), "base")
        offer(engine, [{}, {}])
        naming = name_keys(engine, second, Segments(), "base")
        assert engine.rows(f"SELECT {naming.value_sql('p')} FROM names") == [("x",), ("x",)]


HOSTILE = [
    "'; DROP TABLE names; --", '"', "\\", "\\u0000", "\x00", "\n", "\r", "\x1b[31m", "<script>", "=1+1", "{}", "[]",
    "null", "\u202e", "\U0001f600", "a" * 100_000, "%s", "${x}", "$1", "?", "*", "/(/", "o''brien", "--", "/*",
    "\ufeff", "\ud7ff",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_names_like_others(text: str, tmp_path: Path) -> None:
    config = """
    dimensions:
      p:
        from:
          - tag: p
          - column: ServiceName
      q:
        from:
          - {dimension: p, map: {"zzz*": z, "*": q}}
    """
    rows = [
        {"Tags": json.dumps({"p": text})},
        {"ServiceName": text},
        {"ResourceId": text, "Tags": json.dumps({text: text})},
    ]

    found = names(read(tmp_path, config), rows)
    expected = None if text.strip() in {"", "null", "--"} else text.strip()
    assert found.values("p") == [expected, expected, None]
    assert found.values("q") == [None if expected is None else "q"] * 2 + [None]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_keys_are_keys_like_others(text: str, tmp_path: Path) -> None:
    folded = text.strip()
    config = "dimensions: {p: {from: [{tag: q}, {when: {tag.r: '*'}, is: there}]}}"
    rows = [
        {"Tags": json.dumps({text: "x", "q": "y"})},
        {"Tags": json.dumps({text: "x", "R": text})},
        {"AllocatedTags": text},
    ]

    found = names(read(tmp_path, config), rows).values("p")
    assert found == ["y", "there" if folded else None, None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"p":"x"}', "x"),
        (' \n{"p" : "x"}', "x"),
        ('{"p":"x","p":"y"}', "x"),
        ('{"p":"x",}', "x"),
        ('{"p":1.50}', "1.5"),
        ('{"p":true}', "true"),
        ('{"p":null}', None),
        ('{"p":NaN}', None),
        ('{"p":-Infinity}', "-Infinity"),
        ('{"p":{"a":1}}', '{"a":1}'),
        ('{"p":[1,2]}', "[1,2]"),
        ('{"P":"x"}', "x"),
        ('{"":"x"}', None),
        ("{}", None),
        ("", None),
        ("null", None),
        ("[1]", None),
        ('"p"', None),
        ("p", None),
        ("{bad", None),
        ('{"p":"x"', None),
        ('{"p":"x"}}', None),
        ('{"p":"\\ud800"}', None),
        ('[{"p":"x"}]', None),
        ('{"p":"\\u0078"}', "x"),
        ('{"\\u0070":"x"}', "x"),
        ('{"p":"' + "y" * 100_000 + '"}', "y" * 100_000),
        ("{" * 5000, None),
        ('{"p":' + "[" * 900 + "]" * 900 + "}", "[" * 900 + "]" * 900),
    ],
)
def test_tags_are_read_where_they_are_a_json_object_and_passed_over_where_not(
    text: str, expected: str | None, tmp_path: Path
) -> None:
    taxonomy = read(tmp_path, "dimensions: {p: {from: [{tag: p}]}}")

    rows = [{"Tags": text}, {"AllocatedTags": text}, {"Tags": tags(p="z"), "AllocatedTags": text}]
    found = names(taxonomy, rows).values("p")
    assert found == [expected, expected, expected or "z"]
