"""Names made from the names of dimensions: letters and digits, and never two alike."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from finmod.exports.tag_names import slugs


def test_a_plain_name_is_its_own_slug() -> None:
    assert slugs(["product", "cost_centre", "Business Unit"]) == {
        "product": "product",
        "cost_centre": "cost-centre",
        "Business Unit": "business-unit",
    }


def test_names_that_would_be_one_are_told_apart_in_any_order() -> None:
    names = ["cost centre", "cost-centre", "costcentre", "CostCentre"]
    assert len(set(slugs(names).values())) == 4
    assert slugs(names) == slugs(reversed(names))


def test_a_name_without_a_letter_or_digit_gets_one() -> None:
    assert re.fullmatch(r"[0-9a-f]{8}", slugs(["製品"])["製品"])


@given(st.lists(st.text(), unique=True, max_size=8))
def test_slugs_are_names_everywhere_and_never_alike(names: list[str]) -> None:
    made = slugs(names)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) and len(slug) <= 33 for slug in made.values())
    assert len({slug.replace("-", "") for slug in made.values()}) == len(names)
