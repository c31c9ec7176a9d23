"""Globs that cover other globs, as far as that is plain to see."""

from __future__ import annotations

import time

import pytest

from finmod.taxonomy.covering import Line, Lines, covers_text


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


class Counted(str):
    """A text that counts what it is compared with."""

    __slots__ = ("compared",)

    def __eq__(self, other: object) -> bool:
        self.compared = getattr(self, "compared", 0) + 1
        return super().__eq__(other)

    __hash__ = str.__hash__


@pytest.mark.parametrize("form", ["*-team{:03}-*", "team{:03}*", "*team{:03}", "a?{:03}?b*", "{:03}*-api", "{:03}"])
def test_a_line_is_compared_with_few_of_very_many(form: str) -> None:
    lines = Lines()
    texts = [Counted(form.format(number)) for number in range(500)]
    for number, text in enumerate(texts):
        lines.add(Line(number, text, [], "", "", of=0))

    covering = lines.covering(Line(500, form.format(7).replace("*", "x*"), [], "", "", of=1))
    assert [each.number for each in covering] == [7]
    assert sum(getattr(text, "compared", 0) for text in texts) <= 3
