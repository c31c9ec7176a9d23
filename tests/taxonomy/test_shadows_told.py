"""How a rule, line or alias that can never answer is told, and what goes together."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.refusals import messages
from tests.taxonomy.small import Files, read, refused


def answered(folder: Path, text: str, files: Files | None = None) -> list[str]:
    """Return what can never answer, and because of what, as far as the messages of a taxonomy's refusal say that."""
    return [told.partition(" first; expected")[0].rpartition(" answer")[0] for told in refused(folder, text, files)]


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


def test_an_open_dimension_takes_every_text_but_those_that_stand_for_nothing(tmp_path: Path) -> None:
    text = "dimensions: {p: {from: [{column: SkuId}, {column: SkuId, map: {a: x, Unknown: x, b*: x}}]}}"

    assert answered(tmp_path, text) == [
        "taxonomy.yaml:1:64: the line 'a' can never answer: column SkuId (taxonomy.yaml:1:26)"
    ]


def test_an_open_dimension_takes_no_text_on_days_on_which_its_rule_does_not_hold(tmp_path: Path) -> None:
    text = "dimensions: {p: {from: [{column: SkuId, until: 2026-01-01}, {column: SkuId, map: {a: x}}]}}"

    assert len(read(tmp_path, text).dimensions["p"].rules) == 2


def test_rules_that_answer_first_on_days_of_their_own_are_told_together(tmp_path: Path) -> None:
    text = """
    dimensions:
      p:
        from:
          - {account: {"1": x}, until: 2026-01-01}
          - {account: {"1*": x}, since: 2026-01-01}
          - account: {"1": z, "12": z}
    """

    assert refused(tmp_path, text) == messages("""
        taxonomy.yaml:6:19: the line '1' can never answer: account (taxonomy.yaml:4:10) and account (taxonomy.yaml:5:10)
          answer first, each on days of its own; expected rules in the order from special to general. Move it above,
          narrow the earlier one, or take it out. (FM2007)
    """)


def test_a_dimension_called_name_is_not_the_name_of_resources(tmp_path: Path) -> None:
    text = "dimensions: {name: {}, p: {from: [{dimension: name, map: {a: x}}, {name: {a: x}}]}}"

    assert len(read(tmp_path, text).dimensions["p"].rules) == 2


def test_an_alias_that_an_earlier_glob_covers_is_told(tmp_path: Path) -> None:
    text = "dimensions: {p: {values: {a: {aliases: 's*'}, b: {aliases: ['sb*', 't*', sb]}, c: {aliases: 'T?'}}}}"

    assert answered(tmp_path, text) == [
        "taxonomy.yaml:1:61: the alias 'sb*' can never answer: the alias s* (taxonomy.yaml:1:40)",
        "taxonomy.yaml:1:93: the alias 'T?' can never answer: the alias t* (taxonomy.yaml:1:68)",
    ]


def test_an_alias_of_an_included_file_is_there_to_be_covered(tmp_path: Path) -> None:
    included = "dimensions: {p: {values: {b: {aliases: s*}, c: {aliases: sb*}}}}"
    text = "include: a.yaml\ndimensions: {p: {values: {a: {aliases: t*}}}}"

    assert list(read(tmp_path, text, {"a.yaml": included}).dimensions["p"].values or {}) == ["a", "b", "c"]


def test_what_one_of_many_globs_covers_is_told(tmp_path: Path) -> None:
    lines = ", ".join(f'"*-team{number:03}-*": a' for number in range(20))

    (told,) = refused(tmp_path, f'dimensions: {{p: {{from: [{{name: {{{lines}, "x-team007-y*": b}}}}]}}}}')
    assert "the line 'x-team007-y*' can never answer" in told


def test_lines_of_one_map_are_compared_too(tmp_path: Path) -> None:
    text = 'dimensions: {p: {from: [{account: {"1*": a, "12*": b, "1": c, A: d, a: e}}]}}'

    assert answered(tmp_path, text) == [
        "taxonomy.yaml:1:45: the line '12*' can never answer: account (taxonomy.yaml:1:26)",
        "taxonomy.yaml:1:69: the line 'a' can never answer: account (taxonomy.yaml:1:26)",
    ]


@pytest.mark.parametrize(
    "rules",
    [
        '[{account: {"1": y, "2*": y}}, {lookup: LOOKUP}]',
        '[{account: {"*": y}}, {lookup: LOOKUP}]',
        "[{lookup: LOOKUP}, {lookup: LOOKUP}]",
    ],
)
def test_rows_of_a_lookup_that_earlier_lines_correct_are_not_told(rules: str, tmp_path: Path) -> None:
    lookup = "{file: l.csv, key: SubAccountId, value: p}"
    text = f"dimensions: {{p: {{from: {rules.replace('LOOKUP', lookup)}}}}}"

    assert len(read(tmp_path, text, {"l.csv": "SubAccountId,p\n1,x\n22,x\n"}).dimensions["p"].rules) == 2


def test_a_lookup_behind_a_rule_that_always_answers_is_told(tmp_path: Path) -> None:
    text = "dimensions: {p: {from: [{is: y}, {lookup: {file: l.csv, key: SubAccountId, value: p}}]}}"

    (told,) = refused(tmp_path, text, {"l.csv": "SubAccountId,p\n1,x\n"})
    assert "rule 2 (lookup l.csv) can never answer" in told


@pytest.mark.parametrize(
    "dimension",
    [
        "{values: {a: {aliases: ['srch*', 'srch-*']}, b: {}}}",
        "{values: {a: {patterns: ['prod*', 'production*']}}, from: [{patterns: ResourceName}]}",
        "{from: [{name: {'s-*': a, 's-api-*': a, 's-?pi-*': a}}]}",
        "{from: [{tag: env}, {account: {Prod: a, prod: a}}]}",
        "{from: [{name: {'s-*': a, '*-api-*': b, 's-api-*': a}}]}",
        "{from: [{name: {'s-*': [{is: a, since: 2026-01-01}], 's-api-*': [{is: a, since: 2026-01-01}]}}]}",
    ],
)
def test_a_line_that_says_the_same_as_the_one_above_it_is_not_told(dimension: str, tmp_path: Path) -> None:
    assert read(tmp_path, f"dimensions: {{p: {dimension}}}").dimensions


def test_a_line_that_says_the_same_as_one_behind_the_first_is_told(tmp_path: Path) -> None:
    text = "dimensions: {p: {from: [{name: {'*-api-*': b, 's-*': a, 's-api-*': a}}]}}"

    assert answered(tmp_path, text) == [
        "taxonomy.yaml:1:57: the line 's-api-*' can never answer: name (taxonomy.yaml:1:26)"
    ]


def test_an_id_of_a_lookup_that_ends_as_a_glob_does_is_none_to_conditions(tmp_path: Path) -> None:
    text = """
    dimensions:
      p:
        from:
          - lookup: {file: l.csv, key: SubAccountId, value: p}
          - {when: {SubAccountId: ["4*", "444"], ServiceName: a}, is: y}
          - {when: {SubAccountId: "444", ServiceName: b}, is: y}
    """

    assert len(read(tmp_path, text, {"l.csv": "SubAccountId,p\n4*,x\n"}).dimensions["p"].rules) == 3


def test_the_one_of_many_conditions_that_a_lookup_has_a_row_for_is_told(tmp_path: Path) -> None:
    whens = "\n".join(f'      - {{when: {{SubAccountId: "{number}", ServiceName: s}}, is: x}}' for number in range(30))
    text = f"dimensions:\n  p:\n    from:\n      - lookup: {{file: l.csv, key: SubAccountId, value: p}}\n{whens}\n"
    rows = "".join(f"{number},x\n" for number in range(29, 60))

    (told,) = refused(tmp_path, text, {"l.csv": f"SubAccountId,p\n{rows}"})
    assert "rule 31 (when SubAccountId 29, ServiceName s) can never answer: lookup l.csv" in told


def test_patterns_of_values_are_told_where_they_stand(tmp_path: Path) -> None:
    text = "dimensions: {p: {values: {a: {patterns: s*}, b: {patterns: [t*, sb*]}}, from: [{patterns: ResourceName}]}}"

    assert answered(tmp_path, text) == [
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


def test_a_pattern_that_another_rule_reads_too_is_not_told(tmp_path: Path) -> None:
    text = """
    dimensions:
      p:
        values: {a: {patterns: [a-*]}}
        from:
          - name: {"a-*": a}
          - patterns: ResourceName
          - patterns: ResourceId
    """

    assert len(read(tmp_path, text).dimensions["p"].rules) == 3


@pytest.mark.parametrize(
    "rules",
    [
        '[{lookup: LOOKUP}, {account: {"4*": y, "444": x, "/5+/": y}}]',
        '[{lookup: LOOKUP}, {when: {SubAccountId: "4*"}, is: y}]',
        '[{account: {"/5+/": y}}, {lookup: LOOKUP}]',
    ],
)
def test_ids_of_a_lookup_that_look_like_patterns_hide_none(rules: str, tmp_path: Path) -> None:
    lookup = "{file: l.csv, key: SubAccountId, value: p}"
    text = f"dimensions: {{p: {{from: {rules.replace('LOOKUP', lookup)}}}}}"

    assert len(read(tmp_path, text, {"l.csv": "SubAccountId,p\n4*,x\n/5+/,x\n"}).dimensions["p"].rules) == 2
