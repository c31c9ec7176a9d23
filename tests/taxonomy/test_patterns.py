"""Patterns: what they match, what is refused, and that none of them takes long on any text."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finmod.engines.duckdb import Engine, literal
from finmod.taxonomy.patterns import (
    any_of,
    are_taken,
    first_match,
    is_pattern,
    is_regex,
    lowered,
    matches,
    refused,
    regex,
)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(threads=1) as made:
        yield made


def found(engine: Engine, text: str, patterns: list[str]) -> int | None:
    """Return the place of the first pattern that matches a text."""
    sql = first_match("text", [(pattern, place) for place, pattern in enumerate(patterns)])
    number: int | None = engine.row(f"SELECT {sql} FROM (SELECT ? AS text)", [text])[0]
    return number


def is_matched(engine: Engine, text: str | None, patterns: list[str]) -> bool | None:
    answer: bool | None = engine.row(f"SELECT {matches('text', patterns)} FROM (SELECT ?::VARCHAR AS text)", [text])[0]
    return answer


@pytest.mark.parametrize(
    ("pattern", "texts", "others"),
    [
        ("search", ["search", "SEARCH", "Search"], ["search ", "searchx", ""]),
        ("search-*", ["search-", "search-api", "SEARCH-API", "search-a\nb"], ["search", "xsearch-a"]),
        ("*", ["", "a", "a\nb", "\u00e9"], []),
        ("a?c", ["abc", "a?c", "a*c", "a\u00e9c"], ["ac", "abbc"]),
        ("a.c*", ["a.c", "A.cd"], ["abc"]),
        ("a[b]*", ["a[b]", "a[b]c"], ["ab"]),
        ("a\\*", ["a\\", "a\\b"], ["a*"]),
        ("'*; DROP TABLE base; --*", ["'x; DROP TABLE base; --"], ["x"]),
        ("/search/", ["search", "Search"], ["a search", "searches"]),
        ("/^search-[0-9]+$/", ["search-1", "SEARCH-22"], ["search-", "search-1a"]),
        ("/a|b/", ["a", "b"], ["ab", "c"]),
        ("/.*search.*/", ["a search", "search\nb"], ["serch"]),
        ("/(?-i)Search/", ["Search"], ["search"]),
        ("/a{2,3}/", ["aa", "aaa"], ["a", "aaaa"]),
        (r"/\d+/", ["123"], ["\u0661"]),
        ("\u00c4rger*", ["\u00e4rger", "\u00c4RGERx"], ["arger"]),
        ("/", ["/"], [""]),
        ("//", ["//"], ["/"]),
        ("/a", ["/a"], ["a"]),
    ],
)
def test_a_pattern_matches_a_whole_text_whatever_the_case(
    engine: Engine, pattern: str, texts: list[str], others: list[str]
) -> None:
    assert [text for text in texts if not is_matched(engine, text, [pattern])] == []
    assert [text for text in others if is_matched(engine, text, [pattern])] == []


def test_no_text_is_neither_matched_nor_not(engine: Engine) -> None:
    assert is_matched(engine, None, ["a"]) is None
    assert is_matched(engine, None, ["*"]) is None
    assert is_matched(engine, "a", []) is False


def test_lower_case_is_that_of_the_engine(engine: Engine) -> None:
    texts = ["\u039f\u0394\u039f\u03a3", "\u0130", "\u1e9e", "A", ""]

    lower = lowered(engine, texts)
    assert [lower[text] for text in texts] == [engine.row("SELECT lower(?)", [text])[0] for text in texts]
    assert [is_matched(engine, text, [text]) for text in texts] == [True] * 5


@pytest.mark.parametrize(
    ("text", "is_one", "is_expression"),
    [("a", False, False), ("a*", True, False), ("?", True, False), ("/a/", True, True), ("//", False, False),
     ("/", False, False), ("a/b/", False, False), ("/subscriptions/1", False, False), ("/*/", True, True)],
)  # fmt: skip
def test_patterns_are_told_by_their_signs(text: str, is_one: bool, is_expression: bool) -> None:  # noqa: FBT001 -- expected
    assert (is_pattern(text), is_regex(text)) == (is_one, is_expression)


def test_the_first_pattern_that_matches_counts_however_many_there_are(engine: Engine) -> None:
    patterns = [f"p{place}-*" for place in range(500)] + ["p*", "*"]

    places = [0, 1, 199, 200, 201, 399, 499]
    case = first_match("t", [(pattern, place) for place, pattern in enumerate(patterns)])
    texts = [*(f"p{place}-x" for place in places), "p9999", "q"]
    rows = engine.rows(f"SELECT {case} FROM (SELECT unnest(?::VARCHAR[]) AS t)", [texts])
    assert [number for (number,) in rows] == [*places, 500, 501]
    assert found(engine, "q", patterns[:-1]) is None
    assert found(engine, "q", []) is None


# Each of these sends matchers that try one way after another into endless ways; here it is refused, or does no harm.
DANGEROUS = r"""
(a+)+ (a+)+$ ^(a+)+$ (a*)* (a*)+ (a+)* (a|a)* (a|a)+$ (a|aa)+ (a|a?)+ (a|aa)+$ (.*a){20} (.*)* (.+)+ (.*)*b (.+)+b
(a?){50}a{50} (a?a?)*b (x+x+)+y (x*x*)*y ([a-z]+)* ([a-z]+)+$ ([a-zA-Z]+)*! (\w+)+ (\w+\s?)* (\w+\s?)*$ (\s*\w+\s*)*!
^(([a-z])+.)+[A-Z]([a-z])+$ ^([a-zA-Z0-9_.-]+)*@ ^(\d+)*$ (\d+)*x (a+){10,} (?:a+)+ (?P<n>a+)+ ((a+))+ (((a)+)+)+
(a+|b)+ (a+|b+)* (ab*)* (a*b*)* (a*b*)+c (a+b*)+ (a+b?)+$ (a|b|ab)*c (a|ab|b)*d (.*,)*x (.*?,)*x ^(.*?,){30}P (.*\s)*x
(a+)+b|(c+)+d (?i:a+)+ (?i)(a+)+ [a-z]*[a-z]*[a-z]*[a-z]*[a-z]*! a*a*a*a*a*a*a*a*b .*.*.*.*.*.*.*.*x (.{0,50}a){10}
.*a.{100}b (a{1,30}){1,30}b (a|b){0,500}c ([^x]*x?)*y (\S+\s*)+! (\W*\w*)*\. (-?[0-9]+)*e (0|1(01*0)*1)* (a(b+)?)+c
([a-z]+-?)+ (-?[a-z]+)+$ \s+$ ^\s+|\s+$ (\r\n|\r|\n)*$ (?:[^"\\]|\\.)*" (([^/]*)/)*x (/[^/]*)*/x$ (a+)+\Z
"""

GOOD = r"""
search search-[0-9]+ ^search-[0-9]+$ (search|ads)-.* [a-z-]+ ([a-z]+-)+[a-z]+ ([a-z]+-)*x (-[a-z]+)* (a|b)c (ab)+
(?:ab)+
prod|stag(e|ing)? ^(dev|test)([0-9]{1,3})?$ \w+-\d{4} .*-(prod|dev)-.* [^-]+-[^-]+ (?i)search (?-i:X).* \Qa.b\E.* a\.b
[\[\]]+ []a]+ [^]a]+ [[:alpha:]]+-x \pL+ \p{Greek}+ (\.[a-z]+)+ ([0-9]+\.)+[0-9]+ arn:aws:ecs:[^:]+:[^:]+:cluster/.*
([a-f0-9]{8}-){3}x (a{2}){3} (a?)b (a*)b (a*)? (a+)? x(y+)z (?P<team>[a-z]+)-.* i-[0-9a-f]{8,17} \(a\)+ [(]a+[)]+ \x41+
"""


@pytest.mark.parametrize("pattern", DANGEROUS.split())
def test_a_pattern_that_others_try_without_end_is_refused_or_harmless(engine: Engine, pattern: str) -> None:
    text = f"/{pattern}/"
    if refused(engine, text) is not None:
        return

    for subject in (
        "a" * 100_000,
        "ab" * 50_000,
        "a-" * 50_000 + "!",
        "a," * 50_000,
        " " * 100_000 + "x",
        "01" * 50_000,
    ):
        began = time.perf_counter()
        is_matched(engine, subject, [text])
        assert time.perf_counter() - began < 2


def test_what_others_try_without_end_is_refused_with_the_repeat_that_does_it(engine: Engine) -> None:
    why = refused(engine, "/x-([a-z]+-?)+/")

    assert why is not None
    assert why.found == (
        "the repeat ([a-z]+-?)+ can read one text in very many ways, and other tools would try them all"
    )
    assert why.expected == "a pattern that reads each text in one way"
    assert why.remedy == ("Write a+ in place of (a+)+, [a-z-]+ in place of ([a-z]+-?)+, (a|b)* in place of (a|ab|b)*.")


@pytest.mark.parametrize("pattern", GOOD.split())
def test_a_pattern_that_people_write_is_taken(engine: Engine, pattern: str) -> None:
    assert refused(engine, f"/{pattern}/") is None


def test_there_are_more_than_sixty_dangerous_patterns() -> None:
    assert len(DANGEROUS.split()) >= 60
    assert len(GOOD.split()) >= 40


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(", "missing ): ("),
        (")", "unexpected ): )"),
        ("a)|(b", "unexpected ): a)|(b"),
        ("[a", "missing ]: [a"),
        ("*a", "no argument for repetition operator: *"),
        ("a++", "bad repetition operator: ++"),
        ("a**", "bad repetition operator: **"),
        ("(?=a)", "invalid perl operator: (?="),
        ("(?!a)", "invalid perl operator: (?!"),
        ("(?<=a)b", "invalid perl operator: (?<"),
        ("(?>a+)", "invalid perl operator: (?>"),
        (r"(a)\1", r"invalid escape sequence: \1"),
        ("a{1001}", "invalid repetition size: {1001}"),
        ("(a{100}){100}", "invalid repetition size: {100}"),
        ("\\", "trailing \\"),
        (r"\Qa", "missing ): (?:\\Qa)"),
        (r"\p{Nope}", r"invalid character class range: \p{Nope}"),
        ("[z-a]", "invalid character class range: z-a"),
    ],
)
def test_what_the_engine_does_not_take_is_told_in_its_words(engine: Engine, pattern: str, words: str) -> None:
    why = refused(engine, f"/{pattern}/")

    assert why is not None
    assert why.found == f"the pattern cannot be used: {words}"
    assert why.expected == "a regular expression of RE2: no look-around, no back-reference"
    assert why.remedy == "Correct it, or write a glob such as search-*."


def test_what_outgrows_the_memory_of_the_engine_is_told(engine: Engine) -> None:
    why = refused(engine, r"/\pL{900}/")

    assert why is not None
    assert (why.found, why.expected) == ("the pattern is too large", "one that takes less memory")
    assert why.remedy == "Lower the numbers in {}, or write several patterns."


def test_what_is_longer_than_2000_characters_is_told(engine: Engine) -> None:
    assert refused(engine, f"/{'a' * 1998}/") is None
    for text in (f"/{'a' * 1999}/", "*" * 2001):
        why = refused(engine, text)
        assert why is not None
        assert (why.found, why.expected) == ("the pattern has 2,001 characters", "2,000 at most")
        assert why.remedy == "Use a lookup in a CSV, or several patterns."


@pytest.mark.parametrize(
    "inside",
    [
        r"[a-z]{1,200}[0-9]{1,200}\pL{1,9}x",
        r"\pL{1,40}y",
        ".{0,900}z",
        "[^a]{500}",
        "(\\w{1,30}-){1,30}",
        "(a|b\u00e9|\U0001f600){300}",
    ],
)
def test_patterns_that_are_taken_alone_are_taken_together(engine: Engine, inside: str) -> None:
    # Two with all letters of Unicode fill what is compared at once: a few show what many do.
    patterns = [f"/{inside}{place}/" for place in range(5 if r"\pL" in inside else 15)]
    assert refused(engine, patterns[0]) is None

    assert found(engine, "q", patterns) is None
    assert is_matched(engine, "q", patterns) is False


ATOMS = st.sampled_from(
    [
        r"a",
        ".",
        r"\pL",
        r"\P{Greek}",
        "[a-z]",
        "[^a-z]",
        r"\w",
        r"\W",
        r"[\pL\pN]",
        "\u00e9",
        "[\u03b1-\u03c9]",
        r"\Qa.b\E",
    ]
)
COUNTS = st.sampled_from(["", "", "?", "*", "+", "{3}", "{2,40}", "{5,}", "{0,300}"])
PIECES = st.recursive(
    st.tuples(ATOMS, COUNTS).map("".join),
    lambda inner: st.tuples(st.lists(inner, min_size=1, max_size=3).map("|".join), COUNTS).map(
        lambda each: f"({each[0]}){each[1]}"
    ),
    max_leaves=6,
)


@settings(max_examples=4)
@given(st.lists(PIECES, min_size=1, max_size=40))
def test_any_patterns_that_are_taken_alone_are_taken_together(pieces: list[str]) -> None:
    with Engine(threads=1) as engine:
        patterns = [text for piece in pieces if refused(engine, text := f"/{piece}/") is None]

        assert found(engine, "!", [*patterns, "*"]) is not None
        assert is_matched(engine, "!", [*patterns, "*"]) is True


def test_expressions_are_put_together_without_touching_each_other(engine: Engine) -> None:
    assert regex("a|b") == r"a\|b"
    assert any_of(["a*", "/b|c/"]) == "(?:a.*)|(?:(?:b|c))"
    both = literal(any_of(["/(?i)a/", "/(?-i)B/"]))
    assert engine.row(f"SELECT regexp_full_match('b', {both}, 'is'), regexp_full_match('B', {both}, 'is')") == (
        False,
        True,
    )


def test_patterns_are_tried_together_and_one_that_is_none_is_found_again(engine: Engine) -> None:
    good = ["search-*", *(f"/a{number}|b/" for number in range(450))]
    assert are_taken(engine, good)
    assert are_taken(engine, [])
    for bad in ("/a)|(b/", "/(?=a)/", f"/{'a' * 3000}/"):
        assert not are_taken(engine, [*good, bad])
        assert refused(engine, bad) is not None
    # What the engine takes may still hang others.
    assert are_taken(engine, ["/(a+)+/"])
    assert refused(engine, "/(a+)+/", is_taken=True) == refused(engine, "/(a+)+/") is not None
