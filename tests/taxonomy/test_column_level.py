"""Columns: maps, lookups, the column's own text, and conditions, each distinct text compared once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from finmod.taxonomy import column_level
from finmod.taxonomy.column_level import NAME, ColumnLevel, subject_sql
from finmod.taxonomy.outcomes import Outcomes
from finmod.taxonomy.segments import Segments
from tests.taxonomy.small import Key, keys, names, read


def called(
    folder: Path, rule: str, column: str, texts: list[str | None], files: dict[str, str] | None = None
) -> list[str | None]:
    """Return what a rule calls the texts of a column."""
    rows: list[Key] = [{column: text} for text in texts]
    return names(read(folder, f"dimensions: {{p: {{from: [{rule}]}}}}", files), rows).values("p")


def test_a_text_alone_goes_before_globs_wherever_it_stands(tmp_path: Path) -> None:
    rule = '{account: {"1*": glob, "12": text, "/13./": expression, "*": rest}}'

    assert called(tmp_path, rule, "SubAccountId", ["12", "1", "123", "134", "2", "", None]) == [
        "text", "glob", "glob", "glob", "rest", "rest", None,
    ]  # fmt: skip


def test_case_does_not_count_in_maps_and_separators_do(tmp_path: Path) -> None:
    rule = "{account_name: {Search-Prod: a, ads*: b}}"

    assert called(tmp_path, rule, "SubAccountName", ["search-prod", "SEARCH-PROD", "search_prod", "ADS 1", " ads"]) == [
        "a", "a", None, "b", None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "\u039f\u0394\u039f\u03a3",
        "\u03bf\u03b4\u03cc\u03c2",
        "\u0130stanbul",
        "STRASSE",
        "stra\u00dfe",
        "\u1e9e",
        "\u00c4\u00d6\u00dc",
    ],
)
def test_a_text_of_any_script_finds_itself(text: str, tmp_path: Path) -> None:
    assert called(tmp_path, f"{{account_name: {{{text}: a, x*: b}}}}", "SubAccountName", [text]) == ["a"]
    assert called(tmp_path, f"{{account_name: {{{text}*: a}}}}", "SubAccountName", [text]) == ["a"]
    assert called(tmp_path, f"{{when: {{SubAccountName: [{text}, x]}}, is: a}}", "SubAccountName", [text]) == ["a"]
    assert called(tmp_path, f"{{column: SubAccountName, map: {{{text}: a}}}}", "SubAccountName", [text]) == ["a"]
    assert called(tmp_path, "{lookup: {file: l.csv, key: SubAccountName, value: v}}", "SubAccountName", [text],
                  {"l.csv": f"SubAccountName,v\n{text},a\n"}) == ["a"]  # fmt: skip


def test_spellings_that_the_engine_takes_for_one_double_no_key(tmp_path: Path) -> None:
    lines = "{\u039f\u0394\u039f\u03a3: a, \u03bf\u03b4\u03bf\u03c3: b}"

    assert called(tmp_path, f"{{account_name: {lines}}}", "SubAccountName", ["\u039f\u0394\u039f\u03a3"]) == ["a"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"ResourceName": "search-1", "ResourceId": "x"}, "search-1"),
        ({"ResourceId": "search-1"}, "search-1"),
        ({"ResourceId": "arn:aws:rds:eu-west-1:1:db:search-1"}, "search-1"),
        ({"ResourceId": "/subscriptions/1/resourceGroups/rg/providers/x/vms/search-1"}, "search-1"),
        ({"ResourceId": "//a/b/search-1//"}, "search-1"),
        ({"ResourceId": "arn:aws:s3:::search-1"}, "search-1"),
        ({"ResourceId": "/"}, ""),
        ({"ResourceName": "", "ResourceId": "search-1"}, ""),
        ({}, None),
    ],
)
def test_a_resource_without_a_name_is_called_by_the_end_of_its_id(row: Key, expected: str | None) -> None:
    with keys([row]) as engine:
        assert engine.row(f"SELECT {subject_sql(NAME)}, {subject_sql(NAME, 'base.')} FROM base") == (expected, expected)


def test_of_a_key_with_dated_rows_each_says_for_itself_whether_it_was_inferred(tmp_path: Path) -> None:
    text = "dimensions: {p: {values: [x], from: [{lookup: {file: l.csv, key: ResourceId, value: v}}]}}"
    files = {"l.csv": "ResourceId,v,since,until,inferred_from\na,x,,2026-02-15,2026-01\nA,x,2026-02-15,,\n"}
    rows: list[Key] = [{"ResourceId": "a", "segment": segment} for segment in (0, 1)]
    found = names(read(tmp_path, text, files), rows, [date(2026, 2, 15)])

    assert found.how("p") == ["inferred", "map"]
    places = [each["p"].place for each in found.found if each["p"] is not None]
    assert places == ["l.csv:2:1", "l.csv:3:1"]


def test_a_lookup_answers_by_day(tmp_path: Path) -> None:
    text = "dimensions: {p: {from: [{lookup: {file: l.csv, key: number, value: v, column: SubAccountId}}]}}"
    files = {"l.csv": "number;v;since;until\n1;a;;2026-02-15\n1;b;2026-02-20;\n22;c;2026-02-15;\n"}
    days = [date(2026, 2, 15), date(2026, 2, 20)]
    rows: list[Key] = [{"segment": at, "SubAccountId": text} for text in ("1", "22", "3") for at in range(3)]

    assert names(read(tmp_path, text, files), rows, days).values("p") == [
        "a", None, "b", None, "c", "c", None, None, None,
    ]  # fmt: skip


def test_of_lines_that_hold_at_other_times_each_holds_at_its_own(tmp_path: Path) -> None:
    text = """
    dimensions:
      p:
        from:
          - account:
              "1": [{is: a, until: 2026-02-15}]
              "1*": [{is: b, since: 2026-02-15}]
              "*": c
    """
    rows: list[Key] = [{"segment": at, "SubAccountId": each} for each in ("1", "12") for at in (0, 1)]

    assert names(read(tmp_path, text), rows, [date(2026, 2, 15)]).values("p") == ["a", "b", "c", "b"]


def test_the_text_of_a_column_is_a_value_or_an_alias_of_one(tmp_path: Path) -> None:
    text = """
    dimensions:
      p: {values: {amazon-s3: {aliases: [S3, "simple *"]}}, from: [{column: ServiceName}]}
      q: {from: [{column: ServiceName}]}
    """
    services = ["amazon-s3", "Amazon S3", "s3", "Simple Storage", "EC2", "none", " x ", "", None]
    found = names(read(tmp_path, text), [{"ServiceName": each} for each in services])

    assert found.values("p") == [*["amazon-s3"] * 4, *[None] * 5]
    assert found.how("p")[:4] == ["exact", "folded", "alias", "pattern"]
    assert found.values("q") == ["amazon-s3", "Amazon S3", "s3", "Simple Storage", "EC2", None, "x", None, None]
    outcome = found.found[2]["p"]
    assert outcome is not None
    assert (outcome.text, outcome.place) == ("s3", "taxonomy.yaml:2:65")


def test_patterns_of_values_are_compared_with_the_column_that_a_rule_names(tmp_path: Path) -> None:
    text = """
    dimensions:
      p:
        values: {a: {patterns: [s-*, "/x+/"]}, b: {patterns: "*"}}
        from: [{patterns: ResourceName}, {patterns: SubAccountName}]
    """
    rows: list[Key] = [
        {"ResourceName": "S-1"},
        {"ResourceName": "xx"},
        {"ResourceName": "t"},
        {"SubAccountName": "s-"},
        {},
    ]

    found = names(read(tmp_path, text), rows)
    assert found.values("p") == ["a", "a", "b", "a", None]
    assert found.rules("p") == [1, 1, 1, 2, None]


CONDITIONS = """
dimensions:
  p:
    from:
      - {when: {ServiceName: a, RegionId: [x, "y*"]}, is: both}
      - {when: {ServiceName: {any: "b*", not: [bb, "/b[0-9]/"]}}, is: b}
      - {when: {ServiceName: {not: ["b*", c]}, RegionId: }, is: other}
      - {when: {ServiceName: }, is: none}
"""
SEEN: list[tuple[Key, str | None]] = [
    ({"ServiceName": "A", "RegionId": "X"}, "both"),
    ({"ServiceName": "a", "RegionId": "y1"}, "both"),
    ({"ServiceName": "a", "RegionId": "z"}, None),
    ({"ServiceName": "ba"}, "b"),
    ({"ServiceName": "BB"}, None),
    ({"ServiceName": "b1"}, None),
    ({"ServiceName": "d"}, "other"),
    ({"ServiceName": "c"}, None),
    ({}, "other"),
    ({"RegionId": "x"}, "none"),
    ({"ServiceName": "", "RegionId": "x"}, None),
]


def test_conditions_are_any_of_some_none_of_others_or_absent(tmp_path: Path) -> None:
    assert names(read(tmp_path, CONDITIONS), [row for row, _ in SEEN]).values("p") == [each for _, each in SEEN]


def test_conditions_on_a_column_with_a_text_per_row_say_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(column_level, "_MANY", 1)

    assert names(read(tmp_path, CONDITIONS), [row for row, _ in SEEN]).values("p") == [each for _, each in SEEN]


def test_each_distinct_text_is_compared_once(tmp_path: Path) -> None:
    taxonomy = read(tmp_path, 'dimensions: {p: {from: [{account: {"1*": a}}, {when: {SubAccountId: "2*"}, is: b}]}}')
    dimension = taxonomy.dimensions["p"]

    with keys([{"SubAccountId": str(at % 3)} for at in range(300)]) as engine:
        level = ColumnLevel(taxonomy, Segments(), Outcomes(), "SubAccountId", 7, [(dimension, dimension.rules[0])],
                            list(dimension.rules[1].when))  # fmt: skip
        made = level.compare(engine, "base")
        columns = f"text, {made.reads[made.rules['p.1']]}, {made.reads[made.conditions['2*',]]}"
        assert engine.rows(f"SELECT {columns} FROM names_column_7 AS col7 ORDER BY text") == [
            ("0", None, False),
            ("1", 1, False),
            ("2", None, True),
        ]


@pytest.mark.parametrize("key", ["vm*", "vm?1", "/vm.*/", "*", "/"])
def test_the_keys_of_a_lookup_are_texts_whatever_signs_they_have(key: str, tmp_path: Path) -> None:
    rule = "{lookup: {file: l.csv, key: ResourceId, value: v}}"
    texts: list[str | None] = [key, "vm-1", "vm", key.upper()]

    assert called(tmp_path, rule, "ResourceId", texts, {"l.csv": f"ResourceId,v\n{key},a\n"}) == ["a", None, None, "a"]


def test_very_many_lines_are_compared_in_one_go(tmp_path: Path) -> None:
    lines = ", ".join(f"p{at}-*: v{at}, q{at}: w{at}" for at in range(700))
    rule = f"{{account_name: {{{lines}}}}}"

    texts: list[str | None] = ["p0-x", "P333-", "p699-y", "q5", "p5", "q699"]
    assert called(tmp_path, rule, "SubAccountName", texts) == [
        "v0", "v333", "v699", "w5", None, "w699",
    ]  # fmt: skip
