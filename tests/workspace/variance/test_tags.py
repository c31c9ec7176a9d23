"""Tags that causes are looked for by: on enough charges, of few texts, read by no rule, three at most."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from finmod.workspace.rules import read_rules
from finmod.workspace.variance.tags import tags_beside
from finmod.workspace.variance.variance import Made
from tests.applied import TAXONOMY
from tests.tagged import charge
from tests.variances import books_of, compared_of

MANY = 210
"""Charges in all, a half in each month: a fifth of them are 42."""


def tags(at: int) -> str:
    """Return the tags of a charge."""
    found = {"product": "search", ("Owner", "owner")[at % 2]: "abc"[at % 3], "aws:stack": "x", "<b>": "x"}
    found |= {"id": f"{at}", "zone": f"{min(at, 199)}"}
    found |= {"env": "prod"} if at < 42 else {}
    found |= {"rare": "x"} if at < 41 else {}
    found |= {"blank": ""}
    return json.dumps(found)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """Two months whose charges have many tags, without an allocation."""
    charges = [charge(8 + at % 2, "1", f"i-{at}", tags(at)) for at in range(MANY)]
    books = books_of(tmp_path_factory.mktemp("variance-tags") / "books", *charges, apply=False)
    assert (books.root / "taxonomy.yaml").read_text(encoding="utf-8") == TAXONOMY
    with compared_of(books) as found:
        yield found


def test_those_of_enough_charges_and_few_texts_are_chosen_and_keys_of_one_tag_are_one(made: Made) -> None:
    """A fifth of the charges is enough, 200 texts are few; keys of suppliers, hostile and empty ones are left out."""
    books = replace(made.books, rules=read_rules(made.books.project.root))
    found = tags_beside(books, made.named)
    assert [*found] == ["tag:zone", "tag:Owner", "tag:env"]
    assert sorted(found["tag:Owner"]) == ["Owner", "owner"]
    assert found["tag:env"] == ("env",)


def test_a_tag_that_names_products_is_one_where_no_rule_reads_it_and_three_are_enough(made: Made) -> None:
    assert [*tags_beside(made.books, made.named)] == ["tag:product", "tag:zone", "tag:Owner"]


def test_a_tag_of_too_few_charges_is_none_though_there_is_room(made: Made, tmp_path: Path) -> None:
    """Where a rule reads the zone too, two are left: 41 charges of 210 are not a fifth."""
    rules = TAXONOMY + '  zone:\n    values: {"1": {}}\n    from: [{tag: zone}]\n'
    (tmp_path / "taxonomy.yaml").write_text(rules, encoding="utf-8")
    (tmp_path / "allocation.yaml").write_text("to: [product]\n", encoding="utf-8")
    books = replace(made.books, rules=read_rules(tmp_path))
    assert [*tags_beside(books, made.named)] == ["tag:Owner", "tag:env"]
