"""A rule, or a line of a map, that an earlier one always answers is told; one that can answer at all is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.refusals import refusals
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

{column: ServiceName}
{column: ServiceName, map: {A: b, c: b}}
    the line 'A'

{name: {a*: x}}
{when: {ResourceName: ab}, is: y}
    rule 2 (when ResourceName ab)

{name: {a*: x}}
{patterns: ResourceName}
    the line 'a-*'

{column: ServiceName}
{when: {ServiceName: [A, b], SkuId: c}, is: y}
    rule 2 (when ServiceName A or b, SkuId c)

{tag: [u, T]}
{when: {tag.t: a}, is: y}
    rule 2 (when tag.t a)

{label: t}
{when: {label.t: a}, is: y}
    rule 2 (when label.t a)

{when: {tag.t: "*"}, is: x}
{tag: T}
    rule 2 (tag T)

{when: {ServiceName: "*"}, is: x}
{column: ServiceName}
    rule 2 (column ServiceName)

{dimension: q, map: {a*: x}}
{when: {q: ab}, is: y}
    rule 2 (when q ab)

{when: {q: a}, is: x}
{dimension: q, map: {A: y, b: y}}
    the line 'A'
"""


def taxonomy(rules: str) -> str:
    first, second = rules.split("\n")
    return (
        "dimensions:\n  q: {}\n  p:\n    values: {a: {}, b: {}, x: {patterns: [s-*, a-*]}, y: {}, "
        f"old: {{until: 2026-01-01}}, new: {{since: 2026-01-01}}}}\n    from:\n      - {first}\n      - {second}\n"
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
{column: ServiceName, map: {c: b, a*: b}}

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

{column: ResourceName, map: {a: x}}
{name: {a: y}}

{name: {a: x}}
{when: {ResourceId: a}, is: y}

{column: ServiceName}
{when: {ServiceName: c}, is: y}

{column: ServiceName}
{when: {ServiceName: old}, is: y}

{tag: t}
{when: {tag.t: [a, c]}, is: y}

{tag: t}
{when: {label.t: a}, is: y}

{tag: u}
{when: {tag.t: a}, is: y}

{when: {tag.t: "?*"}, is: x}
{tag: t}

{when: {tag.t: "*"}, is: x}
{tag: [t, u]}

{when: {ServiceName: "*", SkuId: a}, is: x}
{column: ServiceName}

{when: {ServiceName: {any: "*", not: a}}, is: x}
{column: ServiceName}

{dimension: q, map: {a: x}}
{account: {a: x}}

{dimension: q, map: {a: old}}
{dimension: q, map: {a: new}}

{parent: resource, until: 2026-01-01}
{parent: resource}

{lookup: {file: l.csv, key: SubAccountId, value: p}}
{account: {"3": y}}
"""


@pytest.mark.parametrize("rules", NOT_SHADOWED.strip().split("\n\n"))
def test_no_rule_that_can_answer_is_told(rules: str, tmp_path: Path) -> None:
    found = read(tmp_path, taxonomy(rules), {"l.csv": "SubAccountId,p\n1,x\n2,y\n"})

    assert len(found.dimensions["p"].rules) == 2
