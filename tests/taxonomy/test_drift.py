"""What came and went between two months."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from finmod.settings.project import load_project
from finmod.taxonomy.drift import Drift, drift
from finmod.workspace.names import named
from tests.tagged import tagged


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> list[Drift]:
    """Return what moved from August to September."""
    with named(load_project(tagged(tmp_path_factory.mktemp("drift") / "books").root), before=1) as found:
        return drift(found.engine, found.naming, date(2026, 9, 1), date(2026, 8, 1))


def test_new_keys_are_told_by_their_own_spelling_with_cost_and_resources(moved: list[Drift]) -> None:
    keys = {
        each.name: (each.change, each.dimension, str(each.cost), each.resources) for each in moved if each.what == "key"
    }
    assert keys == {
        "Product": ("new", "product", "20.000000000000", 1),
        "cost": ("new", None, "5.000000000000", 1),
        "team": ("new", "team", "60.000000000000", 1),
    }


def test_new_and_vanished_texts_say_what_they_name(moved: list[Drift]) -> None:
    texts = {(each.dimension, each.name): (each.change, each.value) for each in moved if each.what == "value"}
    assert texts == {
        ("product", "SRCH"): ("new", "search"),
        ("product", "serach"): ("new", None),
        ("product", "gone"): ("vanished", None),
        ("team", "search-web"): ("new", "search-web"),
    }


def test_what_vanished_tells_what_it_cost_before(moved: list[Drift]) -> None:
    (gone,) = [each for each in moved if each.name == "gone"]
    assert (str(gone.cost), gone.currency, gone.example) == ("10.000000000000", "USD", "i-2")


def test_a_month_without_change_has_no_drift(tmp_path: Path) -> None:
    with named(load_project(tagged(tmp_path / "books").root)) as found:
        assert drift(found.engine, found.naming, date(2026, 9, 1), date(2026, 9, 1)) == []
