"""A rule, or a line of a map, that an earlier one always answers is told; one that can answer at all is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.refusals import messages, refusals
from tests.taxonomy.small import read, refused

# Two rules, and what is told of the second.
SHADOWED = """
{is: a}
{tag: t}
    rule 2 (tag t)

{is: a}
{is: b}
    rule 2 (whatever it is)

{is: a}
{account: {"1": b}}
    rule 2 (account)

{is: a}
{is: b, since: 2026-02-01}
    rule 2 (whatever it is)

{is: a, since: 2026-01-01}
{tag: t, since: 2026-01-01}
    rule 2 (tag t)

{is: a, until: 2026-06-01}
{is: b, since: 2026-01-01, until: 2026-05-01}
    rule 2 (whatever it is)

{tag: [t, u]}
{tag: T}
    rule 2 (tag T)

{tag: cost-centre}
{tag: [Cost_Centre, COST.CENTRE]}
    rule 2 (tag Cost_Centre, COST.CENTRE)

{label: [a/b, c]}
{label: c}
    rule 2 (label c)

{column: ServiceName}
{column: ServiceName}
    rule 2 (column ServiceName)

{patterns: ResourceName}
{patterns: ResourceName}
    rule 2 (patterns ResourceName)

{parent: resource}
{parent: resource}
    rule 2 (parent resource)

{when: {ServiceName: a}, is: x}
{when: {ServiceName: A}, is: y}
    rule 2 (when ServiceName A)

{when: {ServiceName: [a, b]}, is: x}
{when: {ServiceName: b}, is: y}
    rule 2 (when ServiceName b)

{when: {ServiceName: a*}, is: x}
{when: {ServiceName: [ab, a*b]}, is: y}
    rule 2 (when ServiceName ab or a*b)

{when: {ServiceName: a}, is: x}
{when: {ServiceName: a, SkuId: b}, is: y}
    rule 2 (when ServiceName a, SkuId b)

{when: {ServiceName: {not: a}}, is: x}
{when: {ServiceName: {not: [A, b]}}, is: y}
    rule 2 (when ServiceName not A or b)

{when: {ServiceName: {not: a}}, is: x}
{when: {ServiceName: }, is: y}
    rule 2 (when ServiceName absent)

{when: {ServiceName: }, is: x}
{when: {ServiceName: , SkuId: a}, is: y}
    rule 2 (when ServiceName absent, SkuId a)

{when: {tag.t: "*"}, is: x}
{when: {tag.t: a}, is: y}
    rule 2 (when tag.t a)

{when: {q: a}, is: x}
{when: {q: a, ServiceName: b}, is: y}
    rule 2 (when q a, ServiceName b)

{when: {ServiceName: /a+/}, is: x}
{when: {ServiceName: /a+/}, is: y}
    rule 2 (when ServiceName /a+/)

{account: {"1": x}}
{account: {"1": y}}
    the line '1'

{account: {"1": x}}
{project: {"1": y}}
    the line '1'

{account: {"1*": x}}
{account: {"11": y, "12*": y, "1?": y}}
    the line '11'
    the line '12*'
    the line '1?'

{name: {A: x}}
{name: {a: y}}
    the line 'a'

{id: {/a/: x}}
{id: {/a/: y}}
    the line '/a/'

{column: SkuId, map: {a*: x}}
{column: SkuId, map: {ab: y}}
    the line 'ab'

{dimension: q, map: {a*: x}}
{dimension: q, map: {ab: y, B: y}}
    the line 'ab'

{account: {"1": x}}
{when: {SubAccountId: "1"}, is: y}
    rule 2 (when SubAccountId 1)

{account: {"1*": x, "2": x}}
{when: {SubAccountId: ["11", "2"]}, is: y}
    rule 2 (when SubAccountId 11 or 2)

{when: {SubAccountId: "1*"}, is: x}
{account: {"11": y, "2": y}}
    the line '11'

{account: {"1": [{is: x, until: 2026-01-01}, {is: y, since: 2026-01-01}]}}
{account: {"1": y}}
    the line '1'

{account: {"1": [{is: x, since: 2026-01-01}]}}
{account: {"1": y}, since: 2026-01-01}
    the line '1'

{account: {"1": [{is: x, since: 2026-01-01}]}}
{account: {"1": [{is: y, since: 2026-02-01}]}}
    the line '1'

{is: old}
{is: x, until: 2026-01-01}
    rule 2 (whatever it is)
"""


def taxonomy(rules: str) -> str:
    first, second = rules.split("\n")
    return (
        "dimensions:\n  q: {}\n  p:\n    values: {a: {}, b: {}, x: {patterns: s-*}, y: {}, old: {until: 2026-01-01}, "
        f"new: {{since: 2026-01-01}}}}\n    from:\n      - {first}\n      - {second}\n"
    )


@pytest.mark.parametrize(("rules", "expected"), refusals(SHADOWED))
def test_what_an_earlier_rule_always_answers_is_told(rules: str, expected: list[str], tmp_path: Path) -> None:
    found = refused(tmp_path, taxonomy(rules))

    assert [each.split(" can never answer: ")[0].split(": ", 1)[1] for each in found] == expected
    assert all(each.endswith("(FM2007)") and "(taxonomy.yaml:6:10) answers first" in each for each in found)


NOT_SHADOWED = """
{is: a, since: 2026-01-01}
{is: b}

{is: a, until: 2026-01-01}
{is: b, since: 2025-12-31}

{is: old}
{is: new}

{is: old}
{account: {"1": new}}

{is: old}
{tag: t}

{tag: t}
{tag: [t, u]}

{tag: t, since: 2026-01-01}
{tag: t}

{tag: t}
{label: t}

{label: t}
{tag: t}

{column: ServiceName}
{column: SkuId}

{column: ServiceName}
{column: ServiceName, map: {a: b}}

{column: ServiceName, map: {a: b}}
{column: ServiceName}

{patterns: ResourceName}
{patterns: ResourceId}

{when: {ServiceName: a, SkuId: b}, is: x}
{when: {ServiceName: a}, is: y}

{when: {ServiceName: a}, is: x}
{when: {SkuId: a}, is: y}

{when: {ServiceName: a}, is: x}
{when: {ServiceName: [a, b]}, is: y}

{when: {ServiceName: ab*}, is: x}
{when: {ServiceName: a*}, is: y}

{when: {ServiceName: a?}, is: x}
{when: {ServiceName: a*}, is: y}

{when: {ServiceName: /a.*/}, is: x}
{when: {ServiceName: ab}, is: y}

{when: {ServiceName: /\\S+/}, is: x}
{when: {ServiceName: /\\s+/}, is: y}

{when: {ServiceName: {not: [a, b]}}, is: x}
{when: {ServiceName: {not: a}}, is: y}

{when: {ServiceName: {any: a*, not: ab}}, is: x}
{when: {ServiceName: a*}, is: y}

{when: {ServiceName: }, is: x}
{when: {ServiceName: a}, is: y}

{when: {ServiceName: "*"}, is: x}
{when: {ServiceName: }, is: y}

{when: {ServiceName: "*"}, is: x}
{when: {ServiceName: {not: a}}, is: y}

{when: {ServiceName: a}, is: old}
{when: {ServiceName: a}, is: new}

{when: {ServiceName: a}, is: x, until: 2026-01-01}
{when: {ServiceName: a}, is: y}

{account: {"1": old}}
{account: {"1": new}}

{account: {"1": old}}
{when: {SubAccountId: "1"}, is: x}

{account: {"1": [{is: x, until: 2026-01-01}]}}
{account: {"1": y}}

{account: {"1": [{is: x, until: 2026-01-01}, {is: y, since: 2026-01-02}]}}
{account: {"1": y}}

{account: {"1": x}, until: 2026-01-01}
{account: {"1": y}}

{account: {"1": x}}
{account_name: {"1": y}}

{account: {"1": x}}
{account: {"1*": y}}

{account: {"1": x, "1*": y}}
{account: {"2": y}}

{account: {"1*": x, "1": y}}
{account: {"2": y}}

{account: {"12*": x, "1*": y, "?": a}}
{account: {"2?": y}}

{account: {"1": x}}
{when: {SubAccountId: ["1", "2"]}, is: y}

{account: {"1": x}}
{when: {SubAccountId: {not: "1"}}, is: y}

{account: {"1": x}}
{when: {SubAccountName: "1"}, is: y}

{when: {SubAccountId: "1", SkuId: a}, is: x}
{account: {"1": y}}

{when: {SubAccountId: {any: "1*", not: "11"}}, is: x}
{account: {"11": y}}

{when: {SubAccountId: "1"}, is: old}
{account: {"1": y}}

{name: {a: x}}
{when: {ResourceName: a}, is: y}

{dimension: q, map: {a: x}}
{account: {a: x}}

{dimension: q, map: {a: old}}
{dimension: q, map: {a: new}}

{parent: resource, until: 2026-01-01}
{parent: resource}

{lookup: {file: l.csv, key: SubAccountId, value: p}}
{account: {"3": y}}

{lookup: {file: l.csv, key: SubAccountId, value: p}}
{account: {"4*": y, "444": x, "/5+/": y}}

{lookup: {file: l.csv, key: SubAccountId, value: p}}
{when: {SubAccountId: "4*"}, is: y}

{account: {"/5+/": y}}
{lookup: {file: l.csv, key: SubAccountId, value: p}}
"""


@pytest.mark.parametrize("rules", NOT_SHADOWED.strip().split("\n\n"))
def test_no_rule_that_can_answer_is_told(rules: str, tmp_path: Path) -> None:
    found = read(tmp_path, taxonomy(rules), {"l.csv": "SubAccountId,p\n1,x\n2,y\n4*,x\n/5+/,x\n"})

    assert len(found.dimensions["p"].rules) == 2


def test_the_message_names_both_rules_and_their_places(tmp_path: Path) -> None:
    text = """
    dimensions:
      p:
        from:
          - is: a
          - tag: [t, u]
    """

    assert refused(tmp_path, text) == messages("""
        taxonomy.yaml:5:9: rule 2 (tag t, u) can never answer: whatever it is (taxonomy.yaml:4:9) answers first;
          expected rules in the order from special to general. Move it above, narrow the earlier one, or take it out.
          (FM2007)
    """)


def test_lines_of_one_map_are_compared_too(tmp_path: Path) -> None:
    text = 'dimensions: {p: {from: [{account: {"1*": a, "12*": b, "1": c, A: d, a: e}}]}}'

    assert [each.split(" can never")[0] for each in refused(tmp_path, text)] == [
        "taxonomy.yaml:1:45: the line '12*'",
        "taxonomy.yaml:1:69: the line 'a'",
    ]


def test_lines_of_a_lookup_are_told_at_their_cell(tmp_path: Path) -> None:
    text = """
    dimensions:
      p:
        from:
          - account: {"1": x}
          - lookup: {file: l.csv, key: SubAccountId, value: p}
    """

    assert [
        each.split(" answers first")[0] for each in refused(tmp_path, text, {"l.csv": "p,SubAccountId\nx,2\nx,1\n"})
    ] == ["l.csv:3:2: the line '1' can never answer: account (taxonomy.yaml:4:9)"]


def test_patterns_of_values_are_told_where_they_stand(tmp_path: Path) -> None:
    text = "dimensions: {p: {values: {a: {patterns: s*}, b: {patterns: [t*, sb*]}}, from: [{patterns: ResourceName}]}}"

    assert [each.split(" answers first")[0] for each in refused(tmp_path, text)] == [
        "taxonomy.yaml:1:65: the line 'sb*' can never answer: patterns ResourceName (taxonomy.yaml:1:81)"
    ]


def test_rules_of_included_files_are_there_to_be_answered_before(tmp_path: Path) -> None:
    files = {"a.yaml": 'dimensions: {p: {values: {z: {patterns: sz*}}, from: [{is: a}, {account: {"1": b}}, {is: z}]}}'}
    text = """
    include: a.yaml
    dimensions:
      p:
        values: {a: {patterns: s*}, b: }
        from: [{account: {"1": a}}, {patterns: ResourceName}, {is: b}]
    """

    assert len(read(tmp_path, text, files).dimensions["p"].rules) == 6
