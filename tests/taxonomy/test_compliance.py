"""How much of the spend carries tags that are understood."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.settings.project import load_project
from finmod.taxonomy.compliance import Compliance, compliance, untaggable
from finmod.workspace.names import named
from tests.tagged import TAXONOMY, tagged

AUGUST, SEPTEMBER = date(2026, 8, 1), date(2026, 9, 1)


def measured(folder: Path, by: str | None = None, taxonomy: str = TAXONOMY) -> list[Compliance]:
    project = load_project(tagged(folder, taxonomy).root)
    with named(project, before=1) as found:
        return compliance(found.engine, found.naming, by=by)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Compliance:
    """Return the compliance of product in September."""
    found = measured(tmp_path_factory.mktemp("product") / "books")
    return next(each for each in found if each.dimension == "product" and each.month == SEPTEMBER)


def test_taggable_cost_is_understood_unrecognised_or_missing(product: Compliance) -> None:
    assert (product.taggable, product.understood, product.unrecognised, product.missing) == (
        Decimal(125), Decimal(80), Decimal(10), Decimal(35),
    )  # fmt: skip
    assert product.understood + product.unrecognised + product.missing == product.taggable


def test_tax_can_carry_no_tag_and_counts_nowhere(product: Compliance) -> None:
    assert product.untaggable == Decimal(7)


def test_another_spelling_is_understood_and_told(product: Compliance) -> None:
    assert product.respelt == Decimal(20)


def test_where_no_tag_is_as_written_all_that_is_understood_is_respelt(tmp_path: Path) -> None:
    other = TAXONOMY.replace("[product, app]", "[business-product, product, app]")
    found = [each for each in measured(tmp_path / "books", taxonomy=other) if each.month == SEPTEMBER]
    assert [(each.understood, each.respelt) for each in found if each.dimension == "product"] == [
        (Decimal(80), Decimal(80)),
    ]  # fmt: skip


def test_the_gap_says_what_other_rules_name_of_it(product: Compliance) -> None:
    assert (product.gap, product.gap_named) == (Decimal(45), Decimal(40))


def test_what_is_named_counts_whatever_names_it(product: Compliance) -> None:
    assert product.named == Decimal(120)


def test_resources_count_once(product: Compliance) -> None:
    assert (product.resources, product.resources_understood) == (5, 2)


def test_a_share_below_what_is_required_does_not_meet_it(product: Compliance) -> None:
    assert (product.share, product.required, product.meets) == (Decimal("0.64"), Decimal("0.9"), False)


def test_a_dimension_without_a_demand_neither_meets_nor_misses(tmp_path: Path) -> None:
    team = [each for each in measured(tmp_path / "books") if each.dimension == "team"]
    assert {(each.required, each.meets) for each in team} == {(None, None)}


def test_a_dimension_that_no_tag_says_has_no_compliance(tmp_path: Path) -> None:
    assert "department" not in {each.dimension for each in measured(tmp_path / "books")}


def test_groups_add_up_to_all(tmp_path: Path) -> None:
    whole = measured(tmp_path / "a")
    for by in ("account", "service", "supplier", "source", "region", "team", "product", "department"):
        parts = measured(tmp_path / by, by=by)
        for one in whole:
            same = [each for each in parts if (each.dimension, each.month) == (one.dimension, one.month)]
            for name in ("taggable", "understood", "missing", "untaggable", "named", "gap_named", "respelt"):
                assert sum(getattr(each, name) for each in same) == getattr(one, name), (by, name)


def test_a_group_is_called_by_the_name_that_any_rule_gives(tmp_path: Path) -> None:
    found = [each for each in measured(tmp_path / "books", by="product") if each.month == SEPTEMBER]
    assert {each.group: each.taggable for each in found if each.dimension == "team"} == {
        "search": Decimal(80), "ads": Decimal(40), None: Decimal(5),
    }  # fmt: skip


def test_what_the_user_says_of_taggable_spend_holds(tmp_path: Path) -> None:
    said = f"{TAXONOMY}taggable:\n  - when: {{ServiceName: Databases}}\n    is: false\n"
    found = measured(tmp_path / "books", taxonomy=said)
    product = next(each for each in found if each.dimension == "product" and each.month == SEPTEMBER)
    assert (product.taggable, product.untaggable, product.missing) == (Decimal(95), Decimal(37), Decimal(5))


def test_untaggable_spend_is_told_by_reason(tmp_path: Path) -> None:
    with named(load_project(tagged(tmp_path / "books").root)) as found:
        (item,) = untaggable(found.engine)
    assert (item.month, item.reason, item.currency, item.cost, item.charges) == (SEPTEMBER, "tax", "USD", Decimal(7), 1)
