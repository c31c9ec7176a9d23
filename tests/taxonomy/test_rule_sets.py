"""The rule sets that come with finmod, over charges as they stand in bills, price lists and documentation.

``rule_set_cases.csv`` has one charge and one dimension per row; an empty ``expected`` means that it has no value there.
``source`` says where such a charge was seen; a false positive is one that only looks alike.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.settings.rule import COLUMNS
from finmod.taxonomy.checks import places_of_patterns
from finmod.taxonomy.definition import Taxonomy
from finmod.taxonomy.naming import name_keys
from finmod.taxonomy.patterns import refused
from finmod.taxonomy.reading import read_taxonomy, rule_set, rule_sets
from finmod.taxonomy.segments import Segments

_CASES = list(csv.DictReader((Path(__file__).parent / "rule_set_cases.csv").read_text("utf-8").splitlines()))
_SETS = {"ai": {"ai-model", "ai-vendor", "token-type", "ai-tier", "accelerator"}, "shared-spend": {"spend-type"}}


def taxonomy_of(name: str, folder: Path, more: str = "") -> Taxonomy:
    """Return a taxonomy that includes one rule set, and what is written under it."""
    (folder / "taxonomy.yaml").write_text(f"include: [{name}]\n{more}", encoding="utf-8")
    return read_taxonomy(folder)


def names(taxonomy: Taxonomy, dimension: str, charges: Sequence[dict[str, str]]) -> list[str]:
    """Return what each charge is called in a dimension; "" where it has no value."""
    texts = [[charge.get(column) or None for charge in charges] for column in COLUMNS]
    with Engine(threads=1) as engine:
        engine.run(
            f"CREATE TABLE base AS SELECT {', '.join(f'unnest(?::VARCHAR[]) AS {name}' for name in COLUMNS)}, "
            "unnest(?::INTEGER[]) AS charge, 0 AS segment",
            [*texts, list(range(len(charges)))],
        )
        naming = name_keys(engine, taxonomy, Segments(), "base")
        naming.offer_outcomes(engine)
        found = engine.rows(
            f"SELECT coalesce(value, '') FROM names LEFT JOIN names_outcomes ON outcome = o_{naming.place(dimension)} "
            "ORDER BY charge"
        )
    return [name for (name,) in found]


@pytest.mark.parametrize("rules", _SETS)
def test_every_case_is_called_what_it_is(rules: str, tmp_path: Path) -> None:
    taxonomy = taxonomy_of(rules, tmp_path)
    wrong = []
    for dimension in sorted(_SETS[rules]):
        cases = [case for case in _CASES if case["dimension"] == dimension]
        for case, name in zip(cases, names(taxonomy, dimension, cases), strict=True):
            if name != case["expected"]:
                seen = case["SkuMeter"] or case["ChargeDescription"]
                wrong.append(f"{dimension}: {case['ServiceName']}, {seen}: {name or 'none'}, not {case['expected']}")

    assert wrong == []


def test_the_cases_are_many_and_no_dimension_is_left_out() -> None:
    assert len(_CASES) >= 120
    assert {case["dimension"] for case in _CASES} == set().union(*_SETS.values())
    assert sum(case["source"] == "false positive" for case in _CASES) >= 30


@pytest.mark.parametrize("name", rule_sets())
def test_every_rule_set_can_be_included_alone_and_says_what_it_is_for(name: str, tmp_path: Path) -> None:
    text = rule_set(name)

    assert text is not None
    assert text.startswith("# ")
    assert f"`include: [{name}]`" in text
    assert taxonomy_of(name, tmp_path).dimensions


def test_every_pattern_is_one_that_a_user_may_write(tmp_path: Path) -> None:
    # Projects that include a rule set take that for granted: it is not tried again each time.
    patterns = [text for name in rule_sets() for text, _ in places_of_patterns(taxonomy_of(name, tmp_path))]
    assert len(patterns) > 100
    with Engine(threads=1) as engine:
        assert [text for text in patterns if refused(engine, text)] == []


def test_what_the_user_says_stands_in_front_of_a_rule_set(tmp_path: Path) -> None:
    mine = (
        "dimensions:\n"
        "  ai-model:\n"
        "    values: {house-model: {parent: others}}\n"
        "    from:\n"
        "      - when: {ServiceName: Amazon Bedrock, SubAccountId: '4444*'}\n"
        "        is: house-model\n"
    )
    charge = {"ServiceName": "Amazon Bedrock", "SkuMeter": "USE1-NovaPro-output-tokens", "SubAccountId": "444455556666"}
    taxonomy = taxonomy_of("ai", tmp_path, mine)

    assert names(taxonomy, "ai-model", [charge, charge | {"SubAccountId": "111122223333"}]) == [
        "house-model",
        "nova-pro",
    ]
    assert names(taxonomy, "ai-vendor", [charge]) == ["others"]


def test_a_model_newer_than_the_list_is_known_by_its_family(tmp_path: Path) -> None:
    charges = [{"SkuMeter": f"USE1-Claude9.9{family}-input-tokens"} for family in ("Opus", "Sonnet", "Haiku", "Verse")]

    assert names(taxonomy_of("ai", tmp_path), "ai-model", charges) == [
        *("claude-opus", "claude-sonnet", "claude-haiku", "claude"),
    ]
