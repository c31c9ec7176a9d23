"""What each rule says of a key, put together: conditions on dimensions, maps of dimensions, roll-ups, days."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.taxonomy.small import Key, names, read, tags


def test_a_dimension_is_mapped_by_text_glob_and_expression(tmp_path: Path) -> None:
    text = """
    dimensions:
      p:
        from:
          - dimension: team
            map: {"web*": glob, Web-1: text, "/api-[0-9]/": expression, "*-x": rest}
      team: {from: [{tag: team}]}
    """
    teams = ["web-1", "WEB-2", "api-7", "api-77", "a-x", "z"]
    found = names(read(tmp_path, text), [{"Tags": tags(team=team)} for team in teams])

    assert found.values("p") == ["text", "glob", "expression", None, "rest", None]
    outcome = found.found[0]["p"]
    assert outcome is not None
    assert (outcome.how, outcome.below, outcome.place) == ("dimension", "team", "taxonomy.yaml:5:29")


def test_a_line_of_a_dimension_answers_on_its_days(tmp_path: Path) -> None:
    text = """
    dimensions:
      p:
        values: {a: {}, b: {}, old: {until: 2026-02-15}}
        from:
          - dimension: team
            map:
              x: [{is: a, until: 2026-02-15}, {is: b, since: 2026-02-15}]
              y: old
              y*: b
      team: {from: [{tag: team}]}
    """
    rows: list[Key] = [{"segment": at, "Tags": tags(team=team)} for team in ("x", "y") for at in (0, 1)]

    assert names(read(tmp_path, text), rows, [date(2026, 2, 15)]).values("p") == ["a", "b", "old", "b"]


def test_conditions_look_at_what_other_dimensions_say(tmp_path: Path) -> None:
    text = """
    dimensions:
      p:
        from:
          - {when: {team: [Web, "api*"], env: prod}, is: shop}
          - {when: {team: {not: "web*"}, env: }, is: no-env}
          - {when: {team: }, is: no-team}
          - {when: {team: "*"}, is: some-team}
      team: {from: [{tag: team}]}
      env: {values: [prod, dev], from: [{tag: env}]}
    """
    rows: list[Key] = [
        {"Tags": tags(team="web", env="PROD")},
        {"Tags": tags(team="API-1", env="prod")},
        {"Tags": tags(team="ads", env="zzz")},
        {"Tags": tags(team="web", env="dev")},
        {"Tags": tags(env="dev")},
        {},
    ]
    found = names(read(tmp_path, text), rows)

    assert found.values("p") == ["shop", "shop", "no-env", "some-team", "no-team", "no-env"]


def test_the_order_of_dimensions_in_the_file_does_not_matter(tmp_path: Path) -> None:
    first = "a: {from: [{dimension: b, map: {x: y}}]}"
    second = "b: {from: [{when: {c: '*'}, is: x}]}"
    third = "c: {from: [{tag: c}]}"
    rows: list[Key] = [{"Tags": tags(c="z")}, {}]

    for parts in ((first, second, third), (third, second, first), (second, third, first)):
        found = names(read(tmp_path, f"dimensions: {{{', '.join(parts)}}}"), rows)
        assert (found.values("a"), found.values("b"), found.values("c")) == (["y", None], ["x", None], ["z", None])


def test_a_rule_of_the_dimension_above_goes_before_what_rolls_up(tmp_path: Path) -> None:
    text = """
    dimensions:
      team: {values: {t: {parent: d1}}, from: [{tag: team}], rolls_up: department}
      squad: {values: {s: {parent: d2}}, from: [{tag: squad}], rolls_up: department}
      department: {from: [{tag: department}]}
    """
    rows: list[Key] = [
        {"Tags": tags(team="t", department="d0")},
        {"Tags": tags(team="t", squad="s")},
        {"Tags": tags(squad="s")},
        {},
    ]
    found = names(read(tmp_path, text), rows)

    assert found.values("department") == ["d0", "d1", "d2", None]
    assert found.rules("department") == [1, 0, 0, None]


def test_a_value_above_that_has_ended_is_given_to_nobody(tmp_path: Path) -> None:
    text = """
    dimensions:
      team: {values: {t: {parent: d}}, from: [{tag: team}], rolls_up: department}
      department: {values: {d: {until: 2026-02-15}}}
    """
    rows: list[Key] = [{"segment": at, "Tags": tags(team="t")} for at in (0, 1)]

    assert names(read(tmp_path, text), rows, [date(2026, 2, 15)]).values("department") == ["d", None]


def test_a_value_that_has_ended_leaves_the_key_to_the_next_rule(tmp_path: Path) -> None:
    text = """
    dimensions:
      p:
        values: {old: {until: 2026-02-15}, new: {}}
        from: [{when: {SkuId: a}, is: old}, {account: {"1": old}}, {is: new}]
    """
    rows: list[Key] = [{"segment": at, **row} for row in ({"SkuId": "a"}, {"SubAccountId": "1"}) for at in (0, 1)]

    found = names(read(tmp_path, text), rows, [date(2026, 2, 15)])
    assert found.values("p") == ["old", "new", "old", "new"]
    assert found.rules("p") == [1, 3, 2, 3]


def test_a_dimension_that_nobody_is_called_in_says_nothing_of_others(tmp_path: Path) -> None:
    text = "dimensions: {p: {from: [{dimension: q, map: {a*: a}}, {when: {q: '*'}, is: b}, {is: c}]}, q: {}}"

    assert names(read(tmp_path, text), [{}]).values("p") == ["c"]


@pytest.mark.parametrize("count", [1, 2, 50])
def test_outcomes_of_many_values_are_mapped_by_number(count: int, tmp_path: Path) -> None:
    text = "dimensions: {p: {from: [{dimension: q, map: {'*': a}}]}, q: {from: [{tag: q}]}, r: {from: [{tag: q}]}}"
    rows: list[Key] = [{"Tags": tags(q=f"v{at}")} for at in range(count)]

    assert names(read(tmp_path, text), [*rows, {}]).values("p") == [*["a"] * count, None]


FOLLOWS = {
    "map": "{from: [{dimension: team, map: {a: x, b: x}}]}",
    "condition": "{from: [{when: {team: [a, b]}, is: x}]}",
    "exception": "{from: [{when: {team: {not: c}}, is: x}]}",
    "none": "{from: [{when: {team: null}, is: x}, {when: {team: '*'}, is: x}]}",
    "roll-up": "{}",
}


@pytest.mark.parametrize("rule", FOLLOWS.values(), ids=FOLLOWS)
def test_what_follows_from_an_inferred_name_is_inferred_and_what_follows_from_that_too(
    rule: str, tmp_path: Path
) -> None:
    text = f"""
    dimensions:
      unit: {{from: [{{dimension: p, map: {{x: u}}}}]}}
      p: {rule}
      team:
        values: {{a: {{parent: x}}, b: {{parent: x}}, c: {{}}}}
        from: [{{lookup: {{file: l.csv, key: ResourceId, value: v}}}}]
        rolls_up: p
    """
    listed = "ResourceId,v,inferred_from\ni-1,a,2026-09\ni-2,b,\n"
    found = names(read(tmp_path, text, {"l.csv": listed}), [{"ResourceId": "i-1"}, {"ResourceId": "i-2"}])

    assert (found.values("p"), found.values("unit")) == (["x", "x"], ["u", "u"])
    hows = [found.how(name) for name in ("team", "p", "unit")]
    assert {first for first, _ in hows} == {"inferred"}
    assert "inferred" not in {second for _, second in hows}
