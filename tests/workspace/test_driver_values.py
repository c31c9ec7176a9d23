"""Texts of drivers are read as values of the taxonomy, whenever those are there."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.taxonomy.reading import read_taxonomy
from finmod.workspace.driver_values import resolver

TAXONOMY = """
dimensions:
  product:
    values:
      search: {aliases: [srch]}
      assistant: {since: 2026-06-01}
      legacy: {until: 2025-02-01}
      old-shop: {aliases: [{is: shop, until: 2026-01-01}]}
      new-shop: {aliases: [{is: shop, since: 2026-01-01}]}
    from:
      - tag: [product]
"""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("search", "search"),
        ("Srch", "search"),
        ("assistant", "assistant"),
        ("legacy", "legacy"),
        ("shop", "new-shop"),
        ("nobody", None),
    ],
)
def test_a_text_is_the_value_that_it_names_on_any_day_of_two_the_later_one(
    text: str, value: str | None, tmp_path: Path
) -> None:
    (tmp_path / "taxonomy.yaml").write_text(TAXONOMY, encoding="utf-8")
    with Engine() as engine:
        resolve = resolver(engine, read_taxonomy(tmp_path))
        assert resolve("product", text) == value
        assert resolve("region", text) == text


def test_a_text_is_the_value_that_it_is_on_its_day(tmp_path: Path) -> None:
    (tmp_path / "taxonomy.yaml").write_text(TAXONOMY, encoding="utf-8")
    with Engine() as engine:
        resolve = resolver(engine, read_taxonomy(tmp_path))
        assert resolve("product", "shop", date(2025, 12, 31)) == "old-shop"
        assert resolve("product", "shop", date(2026, 1, 1)) == "new-shop"
        assert resolve("product", "assistant", date(2026, 5, 31)) is None
