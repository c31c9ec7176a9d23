"""Charge keys selected beside their names."""

from __future__ import annotations

from finmod.settings.rule import Condition
from finmod.taxonomy.definition import Dimension, Taxonomy
from finmod.taxonomy.selected import read_as_tags, with_selections

ENVIRONMENT = Dimension("environment", "Environment", None, ())
DEV = Condition.model_validate({"any": ("dev",)})


def test_a_selection_is_a_dimension_with_a_rule_for_each_alternative() -> None:
    made = with_selections(Taxonomy({}), {"look:a": [{"SkuMeter": DEV}, {"tag.x": DEV}]})

    rules = made.dimensions["look:a"].rules
    assert [(rule.number, rule.when[0].subject, rule.value) for rule in rules] == [
        (1, "SkuMeter", "yes"), (2, "tag.x", "yes"),
    ]  # fmt: skip


def test_a_dimension_that_is_not_there_is_read_as_a_tag() -> None:
    alternatives = {"look:a": [{"environment": DEV, "SkuMeter": DEV}]}

    with_it = Taxonomy({"environment": ENVIRONMENT})
    assert with_selections(with_it, alternatives).dimensions["look:a"].rules[0].when[0].subject == "environment"
    assert read_as_tags(with_it, alternatives) == {}
    without = with_selections(Taxonomy({}), alternatives).dimensions["look:a"].rules[0].when[0].subject
    assert (without, read_as_tags(Taxonomy({}), alternatives)) == ("tag.environment", {"environment": ["look:a"]})
