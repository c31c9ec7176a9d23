"""Outcomes: one number for each thing that can be said, negative where it is no value."""

from __future__ import annotations

from dataclasses import replace

import pytest

from finmod.engines.duckdb import Engine
from finmod.taxonomy.definition import Dimension, Entry, Rule
from finmod.taxonomy.outcomes import Outcome, Outcomes

RULE = Rule(1, "tag", "tag p", "taxonomy.yaml:1:1")


def outcome(value: str | None, dimension: str = "p") -> Outcome:
    return Outcome(dimension, value, RULE, "exact" if value else "unrecognised", RULE.place, "p", value or "zzz")


def test_the_same_outcome_has_the_same_number() -> None:
    outcomes = Outcomes()

    numbers = [outcomes.number(each) for each in (outcome("a"), outcome("b"), outcome("a"), outcome("a", "q"))]
    assert numbers == [1, 2, 1, 3]
    assert [outcomes[number] for number in numbers] == [outcome("a"), outcome("b"), outcome("a"), outcome("a", "q")]


def test_a_text_that_is_no_value_has_a_negative_number() -> None:
    outcomes = Outcomes()

    assert [outcomes.number(outcome(each)) for each in (None, "a", None)] == [-1, 2, -1]
    assert outcomes[-1] == outcome(None)


def test_outcomes_of_a_dimension_are_those_that_name_a_value() -> None:
    outcomes = Outcomes()
    for each in (outcome(None), outcome("a"), outcome("a", "q"), outcome("b")):
        outcomes.number(each)

    assert outcomes.of_dimension("p") == [(2, outcome("a")), (4, outcome("b"))]
    assert outcomes.of_dimension("r") == []


def test_a_line_of_a_map_says_its_value_from_its_own_place() -> None:
    outcomes = Outcomes()
    entry = Entry("1*", (), "l.csv:2:1")

    number = outcomes.of_entry(Dimension("p", "P", None, (RULE,)), RULE, entry, "a")
    found = outcomes[number]
    assert (found.value, found.how, found.place, found.text, found.key) == ("a", "map", "l.csv:2:1", "1*", None)


@pytest.mark.parametrize("every", [1, 2, 100], ids=["all", "half", "few"])
def test_what_was_inferred_is_told_by_number_whatever_number_it_has(every: int) -> None:
    outcomes = Outcomes()
    for number in range(200):
        outcomes.number(outcome("of another", f"q{number}" if number % 7 == 0 else "q"))
        outcomes.number(replace(outcome(f"v{number}"), how="map" if number % every else "inferred"))
    expected = [number for number, said in outcomes.of_dimension("p") if said.how == "inferred"]
    sql = outcomes.inferred_sql("p", "o")
    assert len(expected) == len(range(0, 200, every))
    of_p = [number for number, _ in outcomes.of_dimension("p")]
    with Engine(threads=1) as engine:
        rows = engine.rows(
            f"SELECT o FROM (SELECT unnest([{', '.join(map(str, [-1, *of_p]))}, NULL]) AS o) WHERE {sql}"
        )
    assert [row[0] for row in rows] == expected


def test_where_nothing_was_inferred_nothing_is_asked() -> None:
    outcomes = Outcomes()
    outcomes.number(outcome("a"))
    assert outcomes.inferred_sql("p", "o") is None
