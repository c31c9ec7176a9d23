"""A rule of taxonomy.yaml says one thing, in one of few forms; what says nothing or two things is refused."""

from __future__ import annotations

import pytest

from finmod.errors import UserError
from finmod.settings.rule import COLUMNS, KINDS, Dated, RuleSettings, is_day, overlap
from finmod.settings.taxonomy import TaxonomyFile
from finmod.settings.validate import validated
from finmod.settings.yaml import parse_yaml
from tests.refusals import refusals, told

ALL = "tag, label, account, account_name, project, name, id, column, patterns, lookup, parent, dimension, when or is"


def rule(text: str) -> RuleSettings:
    document = parse_yaml(f"dimensions:\n p:\n  from:\n   - {text}\n", "taxonomy.yaml")
    return validated(TaxonomyFile, document).dimensions["p"].rules[0]


def refused(text: str) -> list[str]:
    with pytest.raises(UserError) as caught:
        rule(text)
    return [told(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "kind", "looked_at"),
    [
        ("{tag: product}", "tag", None),
        ("{tag: [product, app]}", "tag", None),
        ("{label: app.kubernetes.io/part-of}", "label", None),
        ("{account: {111122223333: a}}", "account", "SubAccountId"),
        ("{account_name: {a*: a}}", "account_name", "SubAccountName"),
        ("{project: {northwind-maps: a}}", "project", "SubAccountId"),
        ("{name: {'/^a[0-9]+$/': a}}", "name", "name"),
        ("{id: {'*/rg-a/*': a}}", "id", "ResourceId"),
        ("{column: ServiceName}", "column", "ServiceName"),
        ("{column: ServiceName, map: {a: b}}", "column", "ServiceName"),
        ("{column: x_Source}", "column", "x_Source"),
        ("{patterns: ResourceName}", "patterns", "ResourceName"),
        ("{lookup: {file: l.csv, key: SubAccountId, value: v}}", "lookup", "SubAccountId"),
        ("{lookup: {file: l.csv, key: number, value: v, column: SubAccountId}}", "lookup", "SubAccountId"),
        ("{parent: resource}", "parent", None),
        ("{parent: resource, parents: p.csv}", "parent", None),
        ("{dimension: team, map: {a: b}}", "dimension", None),
        ("{when: {ServiceName: a}, is: b}", "when", None),
        ("{is: b}", "is", None),
        ("{is: b, since: 2026-01-01, until: 2026-01-02}", "is", None),
    ],
)
def test_each_form_is_read(text: str, kind: str, looked_at: str | None) -> None:
    found = rule(text)

    assert (found.kind, found.looked_at) == (kind, looked_at)


def test_every_kind_is_named_in_the_message_for_a_rule_without_one() -> None:
    where = "taxonomy.yaml:4:6: dimensions.p.from.1"
    assert refused("{}") == [f"{where} has no source; expected {ALL}. Say where the value comes from. (FM2002)"]
    assert set(ALL.replace(" or ", ", ").split(", ")) == set(KINDS)


@pytest.mark.parametrize("kind", ["account", "account_name", "project", "name", "id"])
def test_a_map_is_given_back_with_its_key(kind: str) -> None:
    found = rule(f"{{{kind}: {{a: b, c: [{{is: d, until: 2026-01-01}}, {{is: e, since: 2026-01-01}}]}}}}")

    assert found.mapped is not None
    key, lines = found.mapped
    assert key == kind
    assert {text: [each.value for each in targets] for text, targets in lines.items()} == {"a": ["b"], "c": ["d", "e"]}


@pytest.mark.parametrize("text", ["{tag: a}", "{is: b}", "{column: ServiceName}", "{when: {ServiceName: a}, is: b}"])
def test_other_rules_have_no_map(text: str) -> None:
    assert rule(text).mapped is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", (("a",), (), False)),
        ("[a, b*]", (("a", "b*"), (), False)),
        ("{not: a}", ((), ("a",), False)),
        ("{not: [a, b]}", ((), ("a", "b"), False)),
        ("{any: [a*], not: [ab]}", (("a*",), ("ab",), False)),
        ("", ((), (), True)),
        ("null", ((), (), True)),
        ("{absent: true}", ((), (), True)),
    ],
)
def test_each_form_of_a_condition_is_read(text: str, expected: tuple[object, ...]) -> None:
    when = rule(f"{{when: {{ServiceName: {text}}}, is: b}}").when

    assert when is not None
    assert (when["ServiceName"].any, when["ServiceName"].none, when["ServiceName"].absent) == expected


@pytest.mark.parametrize(
    "subject", ["ServiceName", "x_Source", "tag.team", "tag.a b", "label.app/x", "team", "cost-centre"]
)
def test_a_condition_looks_at_columns_tags_labels_and_dimensions(subject: str) -> None:
    assert list(rule(f"{{when: {{'{subject}': a}}, is: b}}").when or ()) == [subject]


REFUSED = """
{tag: a, label: b}
    4:22: dimensions.p.from.1.label stands beside tag; expected tag alone. Make two rules of it: the first one wins.
      (FM2002)

{tag: a, is: b}
    4:19: dimensions.p.from.1.is stands beside tag; expected tag alone. Make two rules of it: the first one wins.
      (FM2002)

{when: {ServiceName: a}}
    4:6: dimensions.p.from.1 has no is; expected a value for what the conditions find. Add is: and the value.
      (FM2002)

{dimension: team}
    4:6: dimensions.p.from.1 has no map; expected a map from its values. Add map: {their value: value of this
      dimension}. (FM2002)

{tag: a, map: {a: b}}
    4:20: dimensions.p.from.1.map stands alone; expected map beside column or dimension. Add column:. (FM2002)

{map: {a: b}}
    4:6: dimensions.p.from.1 has no source; expected tag, label, account, account_name, project, name, id, column,
      patterns, lookup, parent, dimension, when or is. Say where the value comes from. (FM2002)

{parent: account}
    4:15: dimensions.p.from.1.parent is 'account'; expected resource. Write parent: resource. (FM1003)

{is: a, parents: p.csv}
    4:23: dimensions.p.from.1.parents stands alone; expected parents beside parent. Add parent: resource. (FM2002)

{nmae: {a: b}}
    4:7: dimensions.p.from.1.nmae is no key of this file; expected since, until, tag, label, account, account_name,
      project, name, id, column, map, patterns, lookup, parent, parents, dimension, when or is. Did you mean 'name'?
      (FM1004)

text
    4:6: dimensions.p.from.1 is 'text'; expected a mapping (lines of the form 'key: value'). Write a value of that
      kind. (FM1005)

{when: , is: a}
    4:7: dimensions.p.from.1.when is empty; expected something. Fill it, or take the line out. (FM1005)

{account: , is: a}
    4:7: dimensions.p.from.1.account is empty; expected something. Fill it, or take the line out. (FM1005)

{when: {}, is: a}
    4:13: dimensions.p.from.1.when is an empty mapping; expected at least one condition. Fill it, or remove the
      rule. (FM1006)

{account: {}}
    4:16: dimensions.p.from.1.account is an empty mapping; expected at least one line. Fill it, or remove the rule.
      (FM1006)

{tag: [], is: x}
    4:12: dimensions.p.from.1.tag is an empty list; expected something. Fill it, or take the line out. (FM1005)

{label: []}
    4:14: dimensions.p.from.1.label is an empty list; expected something. Fill it, or take the line out. (FM1005)

{account: []}
    4:16: dimensions.p.from.1.account is an empty list; expected a mapping (lines of the form 'key: value'). Write a
      value of that kind. (FM1005)

{account: {'': a}}
    4:17: dimensions.p.from.1.account has the key ''; expected text. Write a text, or leave it out. (FM1006)

{account: {a: }}
    4:17: dimensions.p.from.1.account.a is empty; expected text or a list. Write a value of that kind. (FM1005)

{account: {a: []}}
    4:20: dimensions.p.from.1.account.a is an empty list; expected a value. Name the value. (FM1006)

{account: {a: 42}}
    4:20: dimensions.p.from.1.account.a is 42; expected text or a list. Put it in quotes. (FM1005)

{account: {a: [b]}}
    4:21: dimensions.p.from.1.account.a.1 is 'b'; expected a mapping (lines of the form 'key: value'). Write a value
      of that kind. (FM1005)

{account: {a: [{is: 42}]}}
    4:26: dimensions.p.from.1.account.a.1.is is 42; expected text. Put it in quotes: "42". (FM1005)

{account: {a: [{is: b}, {is: c}]}}
    4:30: dimensions.p.from.1.account.a.2 is 'c' while 'b' holds too; expected one value for each day. Give 'b' an
      until, or this one a since, so that one ends before the other begins. (FM2005)

{account: {a: [{is: b, until: 2026-02-02}, {is: c, since: 2026-02-01}]}}
    4:49: dimensions.p.from.1.account.a.2 is 'c' while 'b' holds too, from 2026-02-01 on; expected one value for
      each day. Give 'b' an until, or this one a since, so that one ends before the other begins. (FM2005)

{lookup: l.csv}
    4:15: dimensions.p.from.1.lookup is 'l.csv'; expected a mapping (lines of the form 'key: value'). Write a value
      of that kind. (FM1005)

{lookup: {file: l.csv, key: SubAccountId}}
    4:7: dimensions.p.from.1.lookup.value is missing. Add it, such as 'value: product'. (FM1002)

{lookup: {file: l.csv, key: number, value: v}}
    4:34: dimensions.p.from.1.lookup.key is 'number'; expected a text column of FOCUS, or column beside it. Say
      which column of a charge it is: column: SubAccountId beside key: number. (FM2003)

{lookup: {file: l.csv, key: SubAccountID, value: v}}
    4:34: dimensions.p.from.1.lookup.key is 'SubAccountID'; expected a text column of FOCUS, or column beside it.
      Did you mean 'SubAccountId'? (FM2003)

{lookup: {file: l.csv, key: k, value: v, column: k}}
    4:55: dimensions.p.from.1.lookup.column is 'k'; expected a text column of FOCUS, or x_Source. The columns are
      the text columns of docs/reference/focus.md. (FM2003)

{column: Servicename}
    4:15: dimensions.p.from.1.column is 'Servicename'; expected a text column of FOCUS, or x_Source. Did you mean
      'ServiceName'? (FM2003)

{column: BilledCost}
    4:15: dimensions.p.from.1.column is 'BilledCost'; expected a text column of FOCUS, or x_Source. The columns are
      the text columns of docs/reference/focus.md. (FM2003)

{column: x_CostCenter}
    4:15: dimensions.p.from.1.column is 'x_CostCenter'; expected a text column of FOCUS, or x_Source. A supplier's
      own columns name nothing. The columns are the text columns of docs/reference/focus.md. (FM2003)

{when: {ServiceNam: a}, is: b}
    4:14: dimensions.p.from.1.when has the key 'ServiceNam'; expected a text column of FOCUS, tag.KEY, label.KEY or
      a dimension. Did you mean 'ServiceName'? (FM2003)

{when: {Tag.x: a}, is: b}
    4:14: dimensions.p.from.1.when has the key 'Tag.x'; expected a text column of FOCUS, tag.KEY, label.KEY or a
      dimension. Tags are written tag.KEY, labels label.KEY. (FM2003)

{when: {tag.: a}, is: b}
    4:14: dimensions.p.from.1.when has the key 'tag.'; expected a text column of FOCUS, tag.KEY, label.KEY or a
      dimension. Tags are written tag.KEY, labels label.KEY. (FM2003)

{when: {ServiceName: {}}, is: b}
    4:27: dimensions.p.from.1.when.ServiceName is an empty mapping; expected texts, {not: texts}, or nothing at all
      for absent. Write "*" for whatever it is. (FM1006)

{when: {ServiceName: []}, is: b}
    4:27: dimensions.p.from.1.when.ServiceName is an empty list; expected texts, {not: texts}, or nothing at all for
      absent. Write "*" for whatever it is. (FM1006)

{when: {ServiceName: {absent: false}}, is: b}
    4:27: dimensions.p.from.1.when.ServiceName is a mapping; expected texts, {not: texts}, or nothing at all for
      absent. Write "*" for whatever it is. (FM1006)

{when: {ServiceName: {absent: true, any: a}}, is: b}
    4:36: dimensions.p.from.1.when.ServiceName.absent is true; expected absent alone. Make two rules of it, or take
      absent out. (FM1006)

{when: {ServiceName: {absent: yes}}, is: b}
    4:36: dimensions.p.from.1.when.ServiceName.absent is 'yes'; expected true or false. Write true or false.
      (FM1005)

{when: {ServiceName: {nto: a}}, is: b}
    4:28: dimensions.p.from.1.when.ServiceName.nto is no key of this file; expected any, not or absent. Did you mean
      'not'? (FM1004)

{when: {SubAccountId: 111122223333}, is: b}
    4:28: dimensions.p.from.1.when.SubAccountId is 111122223333; expected text or a list. Put it in quotes. (FM1005)

{when: {SubAccountId: [a, 1]}, is: b}
    4:32: dimensions.p.from.1.when.SubAccountId.2 is 1; expected text. Put it in quotes. (FM1005)

{when: {SubAccountId: true}, is: b}
    4:28: dimensions.p.from.1.when.SubAccountId is true; expected text or a list. Put it in quotes. (FM1005)

{when: {ServiceName: ' '}, is: b}
    4:27: dimensions.p.from.1.when.ServiceName is ' '; expected text. Write a text, or leave it out. (FM1006)

{tag: 5}
    4:12: dimensions.p.from.1.tag is 5; expected text or a list. Put it in quotes. (FM1005)

{tag: [a, 5]}
    4:16: dimensions.p.from.1.tag.2 is 5; expected text. Put it in quotes. (FM1005)

{tag: ['']}
    4:13: dimensions.p.from.1.tag.1 is ''; expected text. Write a text, or leave it out. (FM1006)

{tag: {a: b}}
    4:12: dimensions.p.from.1.tag is a mapping; expected text or a list. Write a value of that kind. (FM1005)

{is: 5}
    4:11: dimensions.p.from.1.is is 5; expected text. Put it in quotes: "5". (FM1005)

{is: a, since: 2026-13-01}
    4:21: dimensions.p.from.1.since is '2026-13-01'; expected a day as YYYY-MM-DD, such as 2026-07-01. Write the day
      as YYYY-MM-DD. (FM2001)

{is: a, since: 20260101}
    4:21: dimensions.p.from.1.since is 20260101; expected a day as YYYY-MM-DD, such as 2026-07-01. Write the day as
      YYYY-MM-DD. (FM2001)

{is: a, until: 2026-02-30}
    4:21: dimensions.p.from.1.until is '2026-02-30'; expected a day as YYYY-MM-DD, such as 2026-07-01. Write the day
      as YYYY-MM-DD. (FM2001)

{is: a, since: 2026-01-01, until: 2026-01-01}
    4:40: dimensions.p.from.1.until is '2026-01-01'; expected a day after 2026-01-01, on which it begins. Correct
      one of the days. (FM2004)
"""


@pytest.mark.parametrize(("text", "messages"), refusals(REFUSED))
def test_what_a_rule_cannot_be_is_told_with_place_and_remedy(text: str, messages: list[str]) -> None:
    assert refused(text) == [f"taxonomy.yaml:{each}" for each in messages]


def test_every_fault_of_a_rule_is_told_at_once() -> None:
    assert [each.split(" ", 1)[0] for each in refused("{tag: a, label: 5, since: x, until: y, foo: 1}")] == [
        "taxonomy.yaml:4:22:",
        "taxonomy.yaml:4:32:",
        "taxonomy.yaml:4:42:",
        "taxonomy.yaml:4:45:",
    ]


@pytest.mark.parametrize(
    "text", ["2026-1-1", "20260101", "2026-W01-1", "2026-01-01T00:00", "", " 2026-01-01", "0000-01-01"]
)
def test_a_day_has_one_form(text: str) -> None:
    assert is_day("2026-01-01")
    assert not is_day(text)


def dated(since: str | None = None, until: str | None = None) -> Dated:
    return Dated(since=since, until=until)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (dated(), dated()),
        (dated(until="2026-01-02"), dated(since="2026-01-01")),
        (dated(since="2026-01-01"), dated(until="9999-12-31")),
        (dated("2026-01-01", "2026-04-01"), dated("2026-02-01", "2026-03-01")),
    ],
)
def test_two_spans_overlap_where_both_hold_on_a_day(one: Dated, other: Dated) -> None:
    assert overlap(one, other)
    assert overlap(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (dated(until="2026-01-01"), dated(since="2026-01-01")),
        (dated("2026-01-01", "2026-02-01"), dated("2026-03-01", "2026-04-01")),
    ],
)
def test_a_span_that_ends_on_a_day_leaves_it_to_the_next(one: Dated, other: Dated) -> None:
    assert not overlap(one, other)
    assert not overlap(other, one)


def test_rules_look_at_every_text_of_a_charge_and_at_no_number() -> None:
    assert {"ServiceName", "SubAccountId", "ResourceId", "Tags", "AllocatedTags", "x_Source", "x_ProviderName"} <= set(
        COLUMNS
    )
    assert not {"BilledCost", "ChargePeriodStart", "ListUnitPrice"} & set(COLUMNS)
