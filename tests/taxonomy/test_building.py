"""From a file to records with places: values, maps, lookups and parents, from YAML and from CSV."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from finmod.taxonomy.building import texts_of, with_patterns
from finmod.taxonomy.definition import ALWAYS, Rule, Span
from tests.refusals import messages, refusals
from tests.taxonomy.small import read, refused

VALUES = "dimensions: {p: {values: v.csv, rolls_up: d}, d: {values: [x, y]}}"
LOOKUP = "dimensions: {p: {from: [{lookup: {file: l.csv, key: SubAccountId, value: p}}]}}"
PARENTS = "dimensions: {p: {from: [{parent: resource, parents: l.csv}]}}"


def rule(folder: Path, text: str, files: dict[str, str] | None = None) -> Rule:
    return read(folder, f"dimensions: {{p: {{from: [{text}]}}, t: {{}}}}", files).dimensions["p"].rules[0]


def test_a_value_of_yaml_has_names_days_and_places(tmp_path: Path) -> None:
    text = """
    dimensions:
      p:
        values:
          search:
            aliases:
              - srch
              - {is: find, until: 2026-02-01}
            patterns: search-*
            owner: team-a
            parent: x
            shared: true
            label: Search
            since: 2026-01-01
        rolls_up: d
      d:
    """
    value = (read(tmp_path, text.replace("d:\n", "d: {}\n")).dimensions["p"].values or {})["search"]

    since = Span(since=date(2026, 1, 1))
    assert [(each.text, each.span, each.place) for each in value.aliases] == [
        ("srch", ALWAYS, "taxonomy.yaml:6:13"),
        ("find", Span(until=date(2026, 2, 1)), "taxonomy.yaml:7:13"),
    ]
    assert [(each.text, each.span, each.place) for each in value.patterns] == [
        ("search-*", since, "taxonomy.yaml:8:19")
    ]
    assert [(each.text, each.span, each.place) for each in value.parents] == [("x", ALWAYS, "taxonomy.yaml:10:9")]
    assert (value.owner, value.shared, value.span, value.place) == ("team-a", True, since, "taxonomy.yaml:4:7")
    assert value.label == "Search"


def test_a_value_of_a_csv_has_the_same(tmp_path: Path) -> None:
    files = {
        "v.csv": "value,aliases,patterns,owner,parent,shared,since,until\n"
        "search, srch | find ,search-*|s-*,team-a,x,true,2026-01-01,2027-01-01\n"
        "ads,,,,,,,\n"
    }
    values = read(tmp_path, VALUES, files).dimensions["p"].values or {}

    search, span = values["search"], Span(date(2026, 1, 1), date(2027, 1, 1))
    assert [(each.text, each.span, each.place) for each in search.aliases] == [
        ("srch", span, "v.csv:2:2"),
        ("find", span, "v.csv:2:2"),
    ]
    assert [each.text for each in search.patterns] == ["search-*", "s-*"]
    assert [each.text for each in search.parents] == ["x"]
    assert (search.owner, search.shared, search.span, search.place) == ("team-a", True, span, "v.csv:2:1")
    ads = values["ads"]
    assert (ads.aliases, ads.patterns, ads.parents, ads.owner, ads.shared, ads.span) == (
        (),
        (),
        (),
        None,
        False,
        ALWAYS,
    )


@pytest.mark.parametrize(("text", "shared"), [("true", True), ("YES", True), ("1", True), ("no", False), ("", False)])
def test_shared_is_said_in_words_or_numbers(text: str, shared: bool, tmp_path: Path) -> None:  # noqa: FBT001 -- expected
    values = read(tmp_path, VALUES, {"v.csv": f"value,shared\na,{text}\n"}).dimensions["p"].values or {}

    assert values["a"].shared is shared


def test_a_file_of_values_stands_beside_values_of_yaml(tmp_path: Path) -> None:
    text = "dimensions: {p: {values: {a: {}}, values_file: v.csv}}"

    assert list(read(tmp_path, text, {"v.csv": "value\nb\n"}).dimensions["p"].values or {}) == ["a", "b"]
    assert refused(tmp_path, text, {"v.csv": "value\nb\na\n"}) == messages("""
        v.csv:3:1: value 'a' stands twice, the first time at taxonomy.yaml:1:27; expected each once. Take one of the
          rows out. (FM2010)
    """)


@pytest.mark.parametrize(
    ("text", "place"), [("values: v.csv", "1:18"), ("values: {a: {}}, values_file: v.csv", "1:35")]
)
def test_a_file_of_values_that_is_missing_is_told_where_it_is_named(text: str, place: str, tmp_path: Path) -> None:
    assert refused(tmp_path, f"dimensions: {{p: {{{text}}}}}") == [
        f"taxonomy.yaml:{place}: v.csv: there is no such file. Put the file there, or correct its name. (FM2009)"
    ]


REFUSED_VALUES = """
value
a
b
a
    v.csv:4:1: value 'a' stands twice, the first time at v.csv:2:1; expected each once. Take one of the rows out.
      (FM2010)

value,since,until
a,,2026-01-01
a,2026-01-01,
    v.csv:3:1: value 'a' stands twice, the first time at v.csv:2:1; expected each once. Take one of the rows out.
      (FM2010)

value,since,until
a,20260101,2026-W05-1
    v.csv:2:2: since is '20260101'; expected a day as YYYY-MM-DD. Write the day as YYYY-MM-DD. (FM2001)
    v.csv:2:3: until is '2026-W05-1'; expected a day as YYYY-MM-DD. Write the day as YYYY-MM-DD. (FM2001)

value,since,until
a,2026-02-01,2026-01-01
    v.csv:2:3: until is 2026-01-01; expected a day after 2026-02-01. Correct one of the days. (FM2004)

value,owner
,team-a
    v.csv:2:1: value is ''; expected a name of 1 to 200 printable characters, without blanks around it. Correct
      the name, or take the row out. (FM1006)

value,shared
a,ja
    v.csv:2:2: shared is 'ja'; expected true, false or nothing. Write true or false. (FM1005)

value,parent
a,x|y
    v.csv:2:2: 'a' has 2 parents; expected one value for each day. Take all but one out; parents that change with
      time stand in YAML. (FM2005)

value,parent
a,z
    v.csv:2:2: 'z' is no value of d; expected x or y. Add it under values of d. (FM2015)

value,alias
a,b
    v.csv:1:2: the column 'alias' is none that is read; expected value, aliases, patterns, owner, parent, shared,
      since or until. Did you mean 'aliases'? (FM2009)

name
a
    v.csv:1: there is no column 'value'; expected it beside name. Correct the name, or add the column. (FM2009)

value,aliases
a,b
c,B
    v.csv:3:2: 'B' means 'c' and 'a' (v.csv:2:2); expected one value for each text, whatever its case and
      separators. Take it from one of the two, or give both days that do not overlap. (FM2006)
"""


@pytest.mark.parametrize(("content", "expected"), refusals(REFUSED_VALUES))
def test_what_values_of_a_csv_cannot_be_is_told(content: str, expected: list[str], tmp_path: Path) -> None:
    assert refused(tmp_path, VALUES, {"v.csv": content}) == expected


@pytest.mark.parametrize("name", ["a" * 201, "a\x00b", "a\u202eb", "a\nb"])
def test_names_that_cannot_be_shown_are_refused_in_csv_as_in_yaml(name: str, tmp_path: Path) -> None:
    (message,) = refused(tmp_path, VALUES, {"v.csv": f'value\n"{name}"\n'})

    assert message.startswith("v.csv:2:1: value is '")
    assert message.endswith(
        "expected a name of 1 to 200 printable characters, without blanks around it. Correct the name, or take the row "
        "out. (FM1006)"
    )


def test_a_map_has_lines_with_targets_by_day(tmp_path: Path) -> None:
    found = rule(tmp_path, "{account: {a: x, b*: [{is: y, until: 2026-01-01}, {is: z, since: 2026-01-01}]}}")

    assert [(entry.key, entry.place) for entry in found.entries or ()] == [
        ("a", "taxonomy.yaml:1:36"),
        ("b*", "taxonomy.yaml:1:42"),
    ]
    assert [[(each.text, each.span, each.place) for each in entry.targets] for entry in found.entries or ()] == [
        [("x", ALWAYS, "taxonomy.yaml:1:36")],
        [
            ("y", Span(until=date(2026, 1, 1)), "taxonomy.yaml:1:47"),
            ("z", Span(since=date(2026, 1, 1)), "taxonomy.yaml:1:75"),
        ],
    ]
    assert (found.kind, found.column, found.place) == ("map", "SubAccountId", "taxonomy.yaml:1:26")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{tag: [a, b]}", "tag a, b"),
        ("{label: a/b}", "label a/b"),
        ("{account: {a: b}}", "account"),
        ("{name: {a: b}}", "name"),
        ("{column: ServiceName}", "column ServiceName"),
        ("{patterns: ResourceName}", "patterns ResourceName"),
        ("{parent: resource}", "parent resource"),
        ("{dimension: t, map: {a: b}}", "dimension t"),
        ("{is: a}", "whatever it is"),
        (
            "{when: {ServiceName: [a, b*], tag.x: , RegionId: {any: c*, not: [cd, ce]}, SkuId: {not: d}}, is: e}",
            "when ServiceName a or b*, tag.x absent, RegionId c* and not cd or ce, SkuId not d",
        ),
    ],
)
def test_a_rule_reads_in_a_few_words(text: str, words: str, tmp_path: Path) -> None:
    assert rule(tmp_path, text).text == words


def test_a_lookup_is_a_map_from_a_csv(tmp_path: Path) -> None:
    files = {
        "l.csv": "p,number,since,until\nx,1,,\ny,2,,2026-01-01\nz,2,2026-01-01,\n,3,,\nw,,,\n",
    }
    found = rule(tmp_path, "{lookup: {file: l.csv, key: number, value: p, column: SubAccountId}}", files)

    assert (found.kind, found.column, found.text) == ("map", "SubAccountId", "lookup l.csv")
    assert [
        (entry.key, entry.place, [(each.text, str(each.span), each.place) for each in entry.targets])
        for entry in found.entries or ()
    ] == [
        ("1", "l.csv:2:2", [("x", "", "l.csv:2:1")]),
        ("2", "l.csv:3:2", [("y", "until 2026-01-01", "l.csv:3:1")]),
        ("2", "l.csv:4:2", [("z", "since 2026-01-01", "l.csv:4:1")]),
    ]


REFUSED_LOOKUPS = """
SubAccountId,p
1,x
2,y
1,z
    l.csv:4:1: SubAccountId '1' stands twice, the first time at l.csv:2:1; expected each once, or each for days of
      its own (columns since and until). Take one of the rows out, or give them days. (FM2010)

SubAccountId,p
a,x
A,x
    l.csv:3:1: SubAccountId 'A' stands twice, the first time at l.csv:2:1; expected each once, or each for days of
      its own (columns since and until). Take one of the rows out, or give them days. (FM2010)

SubAccountId,p,since,until
1,x,,2026-02-01
1,y,2026-01-31,
    l.csv:3:1: SubAccountId '1' stands twice, the first time at l.csv:2:1; expected each once, or each for days of
      its own (columns since and until). Take one of the rows out, or give them days. (FM2010)

SubAccountId,product
1,x
    l.csv:1: there is no column 'p'; expected it beside SubAccountId and product. Correct the name, or add the
      column. (FM2009)

SubAccountId,p,Until
1,x,2026-01-01
    l.csv:1:3: the column 'Until' is none that is read; expected since or until. Did you mean 'until'? (FM2009)

SubAccountId,p,until
1,x,01.02.2026
    l.csv:2:3: until is '01.02.2026'; expected a day as YYYY-MM-DD. Write the day as YYYY-MM-DD. (FM2001)
"""


@pytest.mark.parametrize(("content", "expected"), refusals(REFUSED_LOOKUPS))
def test_what_a_lookup_cannot_be_is_told(content: str, expected: list[str], tmp_path: Path) -> None:
    assert refused(tmp_path, LOOKUP, {"l.csv": content}) == expected


def test_parents_are_pairs_from_a_csv(tmp_path: Path) -> None:
    files = {"l.csv": "child,parent\na,b\nc,\n,d\n"}

    assert rule(tmp_path, "{parent: resource, parents: l.csv}", files).parents == (("a", "b"),)
    assert refused(tmp_path, PARENTS, {"l.csv": "child,parent\na,b\na,c\n"}) == messages("""
        l.csv:3:1: child 'a' stands twice, the first time at l.csv:2:1; expected each once. Take one of the rows
          out. (FM2010)
    """)
    assert refused(tmp_path, PARENTS, {"l.csv": "child,above\na,b\n"}) == messages("""
        l.csv:1: there is no column 'parent'; expected it beside child and above. Correct the name, or add the
          column. (FM2009)
    """)


def test_every_csv_that_cannot_be_read_is_told_at_once(tmp_path: Path) -> None:
    text = """
    dimensions:
      p:
        values: v.csv
        from:
          - {lookup: {file: l.csv, key: SubAccountId, value: p}}
          - {parent: resource, parents: m.csv}
    """

    assert refused(tmp_path, text, {"l.csv": "a\nb\n"}) == [
        "taxonomy.yaml:3:5: v.csv: there is no such file. Put the file there, or correct its name. (FM2009)",
        (
            "l.csv:1: there is no column 'SubAccountId'; expected it beside a. Correct the name, or add the column. "
            "(FM2009)"
        ),
        "taxonomy.yaml:6:28: m.csv: there is no such file. Put the file there, or correct its name. (FM2009)",
    ]


def test_a_rule_by_patterns_has_those_of_every_value(tmp_path: Path) -> None:
    text = """
    dimensions:
      p:
        values: {a: {patterns: [a-*, b-*]}, c: {patterns: c-*, until: 2026-01-01}, d: {}}
        from: [{patterns: ResourceName}, {tag: p}]
    """
    dimension = read(tmp_path, text).dimensions["p"]

    first, second = dimension.rules
    assert [(entry.key, entry.targets[0].text, str(entry.targets[0].span)) for entry in first.entries or ()] == [
        ("a-*", "a", ""),
        ("b-*", "a", ""),
        ("c-*", "c", "until 2026-01-01"),
    ]
    assert second.entries is None
    assert with_patterns(dimension) == dimension


def test_texts_are_those_of_names_and_then_of_aliases(tmp_path: Path) -> None:
    text = "dimensions: {p: {values: {a B: {aliases: c.D}, e: {}}}}"

    found = [
        (text, value.name, alias.text if alias else None)
        for text, value, alias in texts_of(read(tmp_path, text).dimensions["p"])
    ]
    assert found == [("a-b", "a B", None), ("e", "e", None), ("c-d", "a B", "c.D")]


def test_regular_expressions_among_aliases_stay_as_they_are(tmp_path: Path) -> None:
    text = "dimensions: {p: {values: {v1: {aliases: /^a-b$/}, dev: {aliases: [/^a_b$/, /v1/]}}}}"

    assert [each[0] for each in texts_of(read(tmp_path, text).dimensions["p"])] == [
        "v1", "dev", "/^a-b$/", "/^a_b$/", "/v1/",
    ]  # fmt: skip


def test_what_can_carry_tags_is_read_with_conditions(tmp_path: Path) -> None:
    found = read(tmp_path, "taggable: [{when: {ServiceName: [a, b]}, is: true}, {when: {tag.x: }, is: false}]").taggable

    assert [(each.taggable, each.when[0].subject, each.when[0].any, each.when[0].absent) for each in found] == [
        (True, "ServiceName", ("a", "b"), False),
        (False, "tag.x", (), True),
    ]
    assert [each.place for each in found] == ["taxonomy.yaml:1:12", "taxonomy.yaml:1:53"]
