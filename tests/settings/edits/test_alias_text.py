"""Texts that would not be what they are, as aliases, are told."""

from __future__ import annotations

import pytest

from finmod.settings.edits.alias_text import LONGEST_ALIAS, alias_fault


@pytest.mark.parametrize("text", ["a", " a ", "a/b", "/", "//", "/a", "a\nb", "\N{GRINNING FACE}", "x" * LONGEST_ALIAS])
def test_texts_of_tags_can_be_aliases(text: str) -> None:
    assert alias_fault(text) is None


@pytest.mark.parametrize(
    "text", ["", " \t", "x" * (LONGEST_ALIAS + 1), "a\x7f", "a\x85", "\udfff", "a*", "?", "/a/", "/a\nb/"]
)
def test_patterns_and_what_no_file_holds_cannot(text: str) -> None:
    assert alias_fault(text) is not None
