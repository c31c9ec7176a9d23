"""The list of effects: each once, in one order, with words for people."""

from __future__ import annotations

import pytest

from finmod.models.variance.effects import EFFECTS, PLACE


def test_every_effect_is_known() -> None:
    """Their number is that of columns of tables and files that people keep: who changes it, tells them."""
    assert len(EFFECTS) == 24


def test_each_has_a_name_and_a_title_of_its_own() -> None:
    assert len({each.name for each in EFFECTS}) == len({each.title for each in EFFECTS}) == len(EFFECTS)


def test_its_place_is_that_in_the_list() -> None:
    assert [*PLACE.items()] == [(each.name, at) for at, each in enumerate(EFFECTS)]


@pytest.mark.parametrize("name", [*PLACE])
def test_every_effect_says_what_it_means(name: str) -> None:
    effect = EFFECTS[PLACE[name]]
    assert effect.title
    assert effect.meaning.endswith(".")
