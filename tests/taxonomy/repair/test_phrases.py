"""Whole texts: words more or less, numbers, environments, words that name nothing."""

from __future__ import annotations

import pytest

from finmod.taxonomy.fold import fold
from finmod.taxonomy.repair.judge import THRESHOLD
from finmod.taxonomy.repair.letters import ELSE, Likeness
from finmod.taxonomy.repair.phrases import form, is_generic, is_technical, likeness


def compared(text: str, name: str) -> Likeness | None:
    return likeness(form(fold(text)), form(fold(name)))


@pytest.mark.parametrize(
    ("text", "name", "reason"),
    [
        ("dataplatform", "data-platform", "the same letters as '{}'"),
        ("Caf\N{LATIN SMALL LETTER E WITH ACUTE}", "cafe", "the same letters as '{}'"),
        ("search-app", "search", "'{}' but for a word that says no more"),
        ("network", "network-team", "'{}' but for a word that says no more"),
        ("mobileapp", "mobile", "'{}' but for a word that says no more"),
        ("search-prod", "search", "'{}' and an environment"),
        ("platform data", "data-platform", "the words of '{}' in another order"),
        ("data-plaftorm", "data-platform", "2 letters of '{}' have changed places"),
        ("dataplatfrom", "data-platform", "2 letters of '{}' have changed places"),
        ("prd", "production", "another word for '{}'"),
        ("crm", "customer-relationship-management", "the first letters of the words of '{}'"),
        ("k8s-team", "kubernetes-team", "'{}' with its letters counted"),
    ],
)
def test_what_joins_two_texts_is_told(text: str, name: str, reason: str) -> None:
    found = compared(text, name)
    assert found is not None
    assert found.reason == reason


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("search2", "search"),
        ("prod-2", "prod-1"),
        ("prod-1", "production"),
        ("prod-01", "prod-1"),
        ("catalog", "catalog-2"),
        ("preprod", "production"),
        ("pre-production", "production"),
        ("non-production", "production"),
        ("no-search", "search"),
        ("test", "staging"),
        ("qa", "development"),
    ],
)
def test_other_numbers_and_environments_are_something_else(text: str, name: str) -> None:
    assert compared(text, name) is ELSE


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("search-web", "search-api"),
        ("cart-checkout", "checkout"),
        ("data", "data-platform"),
        ("search-app", "search-service"),
        ("ads-date", "ads-data"),
        ("dp", "data-platform"),
    ],
)
def test_a_word_of_its_own_makes_another_text(text: str, name: str) -> None:
    found = compared(text, name)
    assert found is None or found.weight < THRESHOLD


@pytest.mark.parametrize(
    "text", ["test", "N/A", "shared", "TBD", "none", "xxx", "", "---", "??", "\N{SNOWMAN}", "aaaa", "0"]
)
def test_texts_that_name_nothing_are_generic(text: str) -> None:
    assert is_generic(form(fold(text)))


def test_a_name_is_not_generic() -> None:
    assert not is_generic(form("search"))


def test_words_for_machines_and_environments_are_technical() -> None:
    assert is_technical(form("redis-cluster-prod"))
    assert not is_technical(form("redis-search"))
