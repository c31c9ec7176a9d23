"""No name that could be meant is left out, and few others are looked at."""

from __future__ import annotations

import pytest

from benchmarks.quality.tag_repair import large
from finmod.taxonomy.fold import fold
from finmod.taxonomy.repair.candidates import Candidates
from finmod.taxonomy.repair.phrases import form

NAMES = (
    "search",
    "marketplace",
    "data-platform",
    "kubernetes",
    "production",
    "search-api",
    "cr-management-office",
    "café",
)
ASKED = Candidates([form(name) for name in NAMES])


def near(text: str) -> set[str]:
    return {NAMES[place] for place in next(iter(ASKED.near([form(text)])))}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("serach", "search"),
        ("mp", "marketplace"),
        ("mktplace", "marketplace"),
        ("marketplaceofideas", "marketplace"),
        ("dataplatfrom", "data-platform"),
        ("data-x", "data-platform"),
        ("dta-plat", "data-platform"),
        ("k8s", "kubernetes"),
        ("prd", "production"),
        ("serach-team", "search"),
        ("srch-ap", "search-api"),
        ("cmo", "cr-management-office"),
        ("cafe", "café"),
    ],
)
def test_a_name_that_may_be_meant_is_found(text: str, name: str) -> None:
    assert name in near(text)


def test_texts_that_have_nothing_in_common_lead_to_nothing() -> None:
    assert near("zzz") == set()
    assert near("") == set()
    assert near("z" * 1000) == set()


def test_a_word_of_very_many_names_leads_to_none_of_them() -> None:
    many = Candidates([form(f"{letter}{other}x-api") for letter in "abcdefg" for other in "hijklmn"])
    assert next(iter(many.near([form("zz-api")]))) == set()


def test_few_of_hundreds_of_names_are_looked_at() -> None:
    texts, names = large(2_000, 500)
    found = Candidates([form(name) for name in names]).near([form(fold(one.text)) for one in texts])
    assert sum(len(places) for places in found) < 10 * len(texts)


def test_there_may_be_no_names_and_no_texts() -> None:
    assert list(Candidates([]).near([form("search")])) == [set()]
    assert list(ASKED.near([])) == []
