"""Patterns that read one text in ever more ways are told; those that people write are not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from finmod.engines.duckdb import Engine
from finmod.taxonomy.ambiguity import ambiguous


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(threads=1) as made:
        yield made


# Pattern and the repeat that is told. Python's re takes twice as long with each one or two letters more of a text that
# fails at its end, with 20 to 30 of them half a second; of repeats in a row, eight times as long for twice the letters.
# Python joins alternatives of one letter each, such as (a|a), to a set by itself; what other tools do not.
TOLD = r"""
(x|xx)*y                            (x|xx)*
(a|a)*b                             (a|a)*
(\w|\d)+$                           (\w|\d)+
(a|ab|b)*c                          (a|ab|b)*
a*a*a*a*a*b                         a*a*a*a*a*
.*-?.*-?.*-?.*-?.*x                 .*-?.*-?.*-?.*-?.*
(\r\n|\r|\n)*x                      (\r\n|\r|\n)*
^(([a-z])+.)+[A-Z]([a-z])+$         (([a-z])+.)+
x(.*a){20}                          (.*a){20}
([0-9]{1,3})+x                      ([0-9]{1,3})+
([0-9]{2}|[0-9]{4})+x               ([0-9]{2}|[0-9]{4})+
(foo|fo+)*!                         (foo|fo+)*
(x(a?|b?))*y                        (x(a?|b?))*
(x(a?|b?)y)*z                       (x(a?|b?)y)*
((a?)?b)*c                          ((a?)?b)*
(x(a?b?)*)*y                        (x(a?b?)*)*
(-|--)*x                            (-|--)*
(\x61|a)*b                          (\x61|a)*
(?i)^([A-Z][a-z]+)+$                ([A-Z][a-z]+)+
(?i:A|a)*b                          (?i:A|a)*
(\pL|\x{e9})*x                      (\pL|\x{e9})*
(a?){50}b                           (a?){50}
((ab|\Qab\E)c)*d                    ((ab|\Qab\E)c)*
(\s|\t)*x                           (\s|\t)*
([a-z]+(-[a-z]+)?)*!                ([a-z]+(-[a-z]+)?)*
(a+)+$                              (a+)+
(a+){2,}                            (a+){2,}
(a*)*                               (a*)*
(x+x+)+y                            (x+x+)+
((a+))+                             ((a+))+
(a+|b)*                             (a+|b)*
(?P<n>a+)+                          (?P<n>a+)+
(?P<n>(a|b:|a))*c                   (?P<n>(a|b:|a))*
(?P<n>:+?)*                         (?P<n>:+?)*
(\x61[\x61ff]|aa)*b                 (\x61[\x61ff]|aa)*
\\(?i)(a|A)*b                       (a|A)*
"""

PASSED = r"""
(foo|bar)-.* (prod|production)-[0-9]+ ([a-z]+-)*x? (a|ab)+c [a-z]*[a-z]*x .*-.*-.*-.* ([a-z0-9]+\.)*[a-z0-9]+
([0-9]{2}-|[0-9]{4}-)+ ([0-9]{12},)*[0-9]{12} (a|b|c)* (prod|dev|test)(-(eu|us)(-[0-9])?)? ([^,]*,){11}x (/[^/]+)+
(?:[^"\\]|\\.)*" [a-z]+-?[a-z]+ \s*\w+\s* ([a-z]+[0-9]+)* (web|worker|web-api-)* i-[0-9a-f]{8}([0-9a-f]{9})?
(search|ads|checkout)?(-.*)? ((ab)?c)* (ab|cd|ac)+ (\d|[a-f])* (?:\Q*\E|x)+ ^([a-z]|-)+$ [a-z]*[0-9]*[a-z]*
(a{12})+ (b|\x61)* (a|bc){0,5} [ab]*[bc]*[ca]*x ^([A-Z][a-z]+)+$ ^([a-z]|[A-Z]|[0-9])+$ ^\s*(.*?)\s*$ a*a*a*a*b
^[a-z]+[a-z0-9-]*[a-z0-9]+$ ^[a-z]+[-_]?[a-z]*[-_]?[a-z]*$ .*-?.*-?.*x
([\x61ffffff])*b [\\x{ffffff}]*b (?)a+ (a|A)*b \(?i(a|A)*b [(?i](a|A)*b \Q(?i\E(a|A)*b (?P<n>(a:|b))*
"""


@pytest.mark.parametrize("line", TOLD.strip().split("\n"))
def test_the_repeat_that_reads_a_text_in_many_ways_is_told(engine: Engine, line: str) -> None:
    pattern, repeat = line.split()

    assert ambiguous(engine, pattern) == repeat


@pytest.mark.parametrize("pattern", PASSED.split())
def test_what_reads_a_text_in_one_way_or_few_is_not_told(engine: Engine, pattern: str) -> None:
    assert ambiguous(engine, pattern) is None


@pytest.mark.parametrize("pattern", ["(" * 900 + "a" + ")" * 900, f"({'a?' * 600})*"])
def test_of_what_is_too_large_to_look_through_nothing_is_told(engine: Engine, pattern: str) -> None:
    assert ambiguous(engine, pattern) is None


def test_a_group_may_be_named_in_any_script(engine: Engine) -> None:
    named = "(?P<\N{DEVANAGARI LETTER KA}\N{DEVANAGARI VOWEL SIGN I}>a"

    assert ambiguous(engine, f"{named}b+)*c") is None
    assert ambiguous(engine, f"{named}+)*c") == f"{named}+)*"


def test_very_many_repeats_in_a_row_are_looked_through(engine: Engine) -> None:
    assert ambiguous(engine, "a*" * 400) == "a*a*a*a*a*"


def team_names(count: int) -> str:
    return "|".join(f"team{number}" for number in range(count))


def test_lists_of_words_are_looked_through(engine: Engine) -> None:
    assert ambiguous(engine, f"({team_names(60)})*x") is None
    assert ambiguous(engine, f"({team_names(60)}|team1team2)*x") == f"({team_names(60)}|team1team2)*"


def test_of_a_search_that_takes_too_long_nothing_is_told(engine: Engine) -> None:
    assert ambiguous(engine, f"({team_names(250)}|team1team2)*x") is None
