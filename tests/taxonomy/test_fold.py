"""Texts that differ in case and separators alone are one text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finmod.taxonomy.fold import fold, fold_glob


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Search-API", "search-api"),
        ("search_api", "search-api"),
        ("  search   api\t", "search-api"),
        ("search.api/v2:x", "search-api-v2-x"),
        ("search--__-api", "search-api"),
        ("/search/", "search"),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER A}ds", "ads"),
        ("Stra\N{LATIN SMALL LETTER SHARP S}e", "strasse"),
        ("search\N{NO-BREAK SPACE}api", "search-api"),
        ("", ""),
        (" -/_ ", ""),
        ("caf\N{LATIN SMALL LETTER E WITH ACUTE}", "caf\N{LATIN SMALL LETTER E WITH ACUTE}"),
        ("cafe\N{COMBINING ACUTE ACCENT}", "caf\N{LATIN SMALL LETTER E WITH ACUTE}"),
    ],
)
def test_case_and_separators_are_folded(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("one", "other"), [("search", "search2"), ("a,b", "a-b"), ("a+b", "a-b"), ("ads", "\N{CYRILLIC SMALL LETTER A}ds")]
)
def test_other_texts_stay_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(max_codepoint=0x24F)), st.sampled_from(["_", " ", ".", "/", ":", "--"]))
def test_any_separator_is_the_same(text: str, separator: str) -> None:
    assert fold(f"a{separator}{text}{separator}b") == fold(f"A-{text}-B")


@pytest.mark.parametrize(
    ("glob", "folded"),
    [("*", "*"), ("A__*__B", "a-*-b"), ("_x*", "x*"), ("*x_", "*x"), ("-*", None), ("*-", None), ("a b?c", "a-b?c"),
     ("*.?", "*-?"), ("\uff21*", "a*"), ("*\u0307bc", "*\u0307bc"), ("?A\u030a*\u0308", "?\xe5*\u0308")],
)  # fmt: skip
def test_a_glob_is_folded_but_for_separators_at_its_signs(glob: str, folded: str | None) -> None:
    assert fold_glob(glob) == folded
