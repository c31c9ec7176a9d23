"""Any text as one scalar of YAML, and in no time."""

from __future__ import annotations

import pytest

from finmod.settings.quoting import yaml_scalar
from finmod.settings.yaml import parse_yaml


@pytest.mark.parametrize("text", ["search", "search-api", "a b.c/d_e", "x" * 80])
def test_a_harmless_word_stands_without_quotes(text: str) -> None:
    assert yaml_scalar(text) == text


@pytest.mark.parametrize("text", ["", "no", "2026", "a: b", "a--b", "a-", "\x85", "\u2028", "\U0001d173", "x" * 81])
def test_every_other_text_stands_in_quotes_and_means_itself(text: str) -> None:
    assert yaml_scalar(text).startswith('"')
    assert parse_yaml(f"a: {yaml_scalar(text)}\n", "f").root.plain() == {"a": text}


def test_a_long_word_with_a_sign_at_its_end_is_not_tried_in_endless_ways() -> None:
    # Every letter more doubled the time once; were it so, this test would never end.
    assert yaml_scalar("a" * 79 + ":") == f'"{"a" * 79}:"'
