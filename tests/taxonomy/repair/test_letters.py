"""Single words: what a slip, a short form and a plural weigh, and what is another word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finmod.taxonomy.repair.judge import THRESHOLD
from finmod.taxonomy.repair.letters import ELSE, odds, weight_of, word_likeness

WORDS = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=20)


def weight(text: str, word: str) -> float:
    found = word_likeness(text, word)
    return found.weight if found else 0.0


@pytest.mark.parametrize(
    ("text", "word", "how", "reason"),
    [
        ("serach", "search", "spelling", "2 letters of '{}' have changed places"),
        ("shiping", "shipping", "spelling", "1 letter differs from '{}'"),
        ("reccomendatons", "recommendations", "spelling", "3 letters differ from '{}'"),
        ("payment", "payments", "spelling", "the singular of '{}'"),
        ("searches", "search", "spelling", "the plural of '{}'"),
        ("catalogue", "catalog", "spelling", "another spelling of '{}'"),
        ("price", "pricing", "spelling", "another form of '{}'"),
        ("srch", "search", "abbreviation", "'{}' without its vowels"),
        ("mktplace", "marketplace", "abbreviation", "short for '{}'"),
        ("recomm", "recommendations", "abbreviation", "the first letters of '{}'"),
        ("k8s", "kubernetes", "abbreviation", "'{}' with its letters counted"),
        ("advertising", "ads", "abbreviation", "'{}' may be short for it"),
        ("adserver", "ads", "words", "begins with '{}'"),
        ("insearch", "yearch", "", ""),
    ],
)
def test_what_joins_two_words_is_told(text: str, word: str, how: str, reason: str) -> None:
    found = word_likeness(text, word)
    assert (found.how, found.reason) == (how, reason) if found else not how


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("serach", "search"),
        ("assistent", "assistant"),
        ("invntory", "inventory"),
        ("loyality", "loyalty"),
        ("prd", "prod"),
    ],
)
def test_slips_and_short_forms_weigh_enough(text: str, word: str) -> None:
    assert weight(text, word) >= THRESHOLD


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("royalty", "loyalty"),
        ("shopping", "shipping"),
        ("marketing", "marketplace"),
        ("warrant", "warranty"),
        ("translator", "translation"),
        ("disputed", "disputes"),
        ("cat", "catalog"),
        ("pay", "payments"),
        ("mp", "marketplace"),
        ("ad", "ads"),
        ("adds", "ads"),
        ("pms", "payments"),
        ("wall", "wallet"),
    ],
)
def test_other_words_and_short_texts_do_not(text: str, word: str) -> None:
    assert weight(text, word) < THRESHOLD


@pytest.mark.parametrize(
    ("text", "word"), [("research", "search"), ("repayments", "payments"), ("prepayments", "payments")]
)
def test_a_word_with_a_prefix_is_something_else(text: str, word: str) -> None:
    assert word_likeness(text, word) is ELSE


def test_a_word_that_other_names_have_is_no_slip() -> None:
    assert weight("saerch", "search") > THRESHOLD
    found = word_likeness("saerch", "search", {"saerch"})
    assert found is not None
    assert found.weight < 0.5


def test_equal_words_beside_a_short_one_make_up_for_its_shortness() -> None:
    alone, beside = word_likeness("dtaa", "data"), word_likeness("dtaa", "data", beside=2)
    assert alone is not None
    assert beside is not None
    assert alone.weight < THRESHOLD <= beside.weight


@given(WORDS, WORDS)
def test_weights_are_chances(text: str, word: str) -> None:
    assert 0 <= weight(text, word) < 1


@given(st.floats(0.01, 0.99))
def test_odds_go_back_to_the_chance(chance: float) -> None:
    assert weight_of(odds(chance)) == pytest.approx(chance)
