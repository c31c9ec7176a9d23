"""The rules of savings that come with finmod."""

from __future__ import annotations

import json
import re

import pytest

from finmod.engines.duckdb import Engine
from finmod.settings.savings import SavingsFile, Selected, saving_rules, text_of_rules
from finmod.taxonomy.patterns import refused
from finmod.terms.savings import EFFORTS, HOWS

RULES = [*saving_rules().values()]


@pytest.mark.parametrize("selected", RULES, ids=lambda each: each.rule.name)
def test_a_rule_says_all_that_its_reader_asks(selected: Selected) -> None:
    rule = selected.rule

    assert all((rule.title, rule.seen, rule.basis, rule.source, rule.remedy, rule.suppliers))
    assert rule.how in HOWS
    assert rule.effort in EFFORTS
    # What is looked at beside has a name, and is demanded; nothing is demanded of what is not looked at.
    is_demanded = rule.evidence.without is not None or rule.evidence.beside_at_most is not None
    assert bool(selected.beside) == bool(rule.beside_words) == is_demanded
    assert (rule.share is not None) or rule.successors or rule.how in {"unknown", "by the bill"}
    assert (rule.per == "family") == (rule.family is not None)


@pytest.mark.parametrize("selected", RULES, ids=lambda each: each.rule.name)
def test_patterns_of_a_rule_are_taken_by_the_engine(selected: Selected) -> None:
    texts = {
        text
        for when in (*selected.when, *selected.beside)
        for condition in when.values()
        for text in (*condition.any, *condition.none)
    }

    with Engine() as engine:
        assert [text for text in sorted(texts) if refused(engine, text)] == []


def test_shares_of_a_list_are_between_nothing_and_all() -> None:
    shares = [each.share for selected in RULES for each in selected.rule.successors if each.share is not None]

    assert shares
    assert all(0 < share < 1 for share in shares)


def test_what_takes_all_stands_before_what_takes_a_part() -> None:
    """A rule that ends a charge must not find it half saved: those of usage that save it whole come first."""
    usage = [each.rule for each in RULES if each.rule.kind == "usage"]
    whole = [rule.order for rule in usage if rule.share == 1 and rule.name != "extended-support"]

    assert max(whole) < min(rule.order for rule in usage if rule.share != 1)


def test_an_unknown_key_is_refused() -> None:
    first, given = next(iter(json.loads(text_of_rules()).items()))

    with pytest.raises(ValueError, match=re.escape("Extra inputs are not permitted")):
        SavingsFile.model_validate({first: {**given, "savng": 1}})
