"""Globs that cover other globs, as far as that is plain to see."""

from __future__ import annotations

import time

import pytest

from finmod.taxonomy.covering import covers_text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a", "A"), ("*", ""), ("*", "a*?"), ("a*", "a"), ("a*", "ab*c?"), ("a*c", "abc"), ("?", "a"), ("?", "?"),
        ("a?c*", "abcd"),
        ("*a*", "bab"), ("*a*b*", "*xa?b"), ("**", "*"), ("*?", "a?"), ("/a/", "/a/"), ("a.c*", "a.cd"),
        ("*\n*", "a\nb"),
    ],
)  # fmt: skip
def test_a_glob_covers_what_it_matches_and_globs_that_match_less(one: str, other: str) -> None:
    assert covers_text(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a", "b"), ("a", "a*"), ("a*", "*"), ("a?", "a*"), ("?", ""), ("?", "*"), ("?*", "*"), ("a*c", "a*"),
        ("a*b*c", "acb"),
        ("/a/", "a"), ("a", "/a/"), ("*", "/a/"), ("/A/", "/a/"), ("a.c*", "abcd"), ("*aa*", "a*a"),
    ],
)  # fmt: skip
def test_a_glob_covers_nothing_that_it_may_not_match(one: str, other: str) -> None:
    assert not covers_text(one, other)


def test_no_two_globs_are_compared_without_end() -> None:
    began = time.perf_counter()

    assert not covers_text("*a" * 900 + "b", "a" * 1900 + "*c")
    assert covers_text("*a" * 900 + "*", "a" * 1900)
    assert time.perf_counter() - began < 5
