"""What other sources say counts by how much it tells: learned from known texts, weighed against what is usual."""

from __future__ import annotations

import pytest

from finmod.taxonomy.repair.evidence import Evidence, Meaning, carries

VALUES = ("search", "ads", "loyalty")
EVEN = {"search": 100, "ads": 100, "loyalty": 100}


def test_without_evidence_nothing_changes() -> None:
    assert Evidence(VALUES, {}, {}).factor("ads", {}) == 1
    assert not Evidence(VALUES, {}, {}).contradicts("ads", {}, 1)


def test_what_others_say_raises_that_value_and_lowers_the_rest() -> None:
    evidence = Evidence(VALUES, EVEN, {})
    assert evidence.factor("ads", {"ads": 1}) > 2
    assert evidence.factor("search", {"ads": 1}) < 0.5
    assert evidence.factor("ads", {"ads": 3}) > evidence.factor("ads", {"ads": 2})


def test_what_is_said_of_nearly_everything_tells_little() -> None:
    rare = Evidence(("production", "staging"), {"production": 10, "staging": 990}, {})
    usual = Evidence(("production", "staging"), {"production": 990, "staging": 10}, {})
    assert usual.factor("production", {"production": 3}) < 1.1
    assert rare.factor("production", {"production": 3}) > 1000


def test_a_hundred_resources_of_one_script_weigh_like_six() -> None:
    evidence = Evidence(VALUES, {"search": 10_000, "ads": 10_000, "loyalty": 10_000}, {})
    assert round(evidence.factor("ads", {"ads": 100}) / evidence.factor("ads", {"ads": 6}), 1) == 1.0


def test_a_source_that_errs_on_known_texts_does_not_contradict() -> None:
    said = {"development": 8}
    naive = Evidence(("staging", "development"), {"development": 50, "staging": 50}, {})
    learned = Evidence(
        ("staging", "development"), {"development": 50, "staging": 50}, {"staging": {"development": 40, "staging": 2}}
    )
    assert naive.contradicts("staging", said, 10)
    assert not learned.contradicts("staging", said, 10)
    assert learned.possible(said) == {"staging", "development"}


def test_evidence_for_something_else_contradicts() -> None:
    evidence = Evidence(VALUES, EVEN, {})
    assert evidence.contradicts("ads", {"search": 2}, 2)
    assert evidence.contradicts("ads", {"search": 2, "ads": 3}, 10)
    assert not evidence.contradicts("ads", {"search": 2, "ads": 3}, 11)
    assert not evidence.contradicts("ads", {"search": 1, "ads": 9}, 10)
    assert Evidence(VALUES, {**EVEN, "other": 9}, {}).contradicts("ads", {"other": 5}, 10)


def test_evidence_carries_alone_only_when_unanimous_and_broad() -> None:
    assert carries("ads", {"ads": 3}, 3)
    assert carries("ads", {"ads": 3}, 6)
    assert not carries("ads", {"ads": 1}, 1)
    assert not carries("ads", {"ads": 3}, 7)
    assert not carries("ads", {"ads": 9, "search": 1}, 10)
    assert carries("ads", {"ads": 99, "search": 1}, 100)


def test_what_is_said_of_few_of_many_resources_weighs_less() -> None:
    evidence = Evidence(VALUES, EVEN, {})
    assert evidence.factor("ads", {"ads": 1}, 2) == evidence.factor("ads", {"ads": 1})
    assert 1 < evidence.factor("ads", {"ads": 1}, 10) < evidence.factor("ads", {"ads": 1}) / 2


def test_a_value_has_its_share_of_texts_and_no_less_than_an_equal_one() -> None:
    evidence = Evidence(VALUES, {"search": 90, "ads": 10}, {})
    assert [round(evidence.share(value), 2) for value in VALUES] == [0.9, 0.33, 0.33]


def test_texts_mean_values_as_often_as_others_of_the_key_do() -> None:
    assert Meaning().odds(1) == 0.5
    assert Meaning([(None, 4)] * 9).odds(2) == 0.5
    assert Meaning([(True, 4)] * 9).odds(2) == 9.5
    assert Meaning([*[(True, 4)] * 9, (False, 4)]).odds(2) == 4.75
    assert Meaning([(True, 4)] * 900).odds(2) == 19
    assert Meaning([(True, 4)] * 9).odds(2, own=True) == 8.5


def test_a_text_of_one_resource_is_likely_none_where_those_that_mean_something_have_many() -> None:
    assert Meaning([(True, 1)] * 5 + [(True, 4)] * 4).odds(1) == 9.5
    assert Meaning([(True, 4)] * 9).odds(1) == pytest.approx(0.95)
