"""Texts of drivers as values of the taxonomy."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.taxonomy.definition import Taxonomy
from finmod.taxonomy.driver_names import unknown_names, values_of
from finmod.taxonomy.reading import read_taxonomy

TAXONOMY = """
dimensions:
  product:
    values:
      search: {aliases: [srch, "find-*"]}
      ads: {until: 2026-07-01}
      assistant: {since: 2026-09-01}
  team: {values: [web, api]}
  note: {}
"""
ROWS = """(SELECT * FROM (VALUES
  ('orders', '{"product":"search","team":"web"}', 5::DECIMAL(38,12), 'o.csv, row 1'),
  ('orders', '{"product":"serch","team":"web"}', 7, 'o.csv, row 3'),
  ('orders', '{"product":"serch"}', 1, 'o.csv, row 2'),
  ('orders', '{"product":"x","team":"wab","customer":"c1","note":"n"}', 2, 'o.csv, row 4'),
  ('seats', '{"team":"x"}', 3, 's.csv, row 1'),
  ('seats', '{}', 3, 's.csv, row 2')) AS t(x_Driver, x_Dimensions, x_Value, x_Place))"""


@pytest.fixture
def taxonomy(tmp_path: Path) -> Taxonomy:
    (tmp_path / "taxonomy.yaml").write_text(TAXONOMY)
    return read_taxonomy(tmp_path)


def test_texts_are_read_as_tags_are(taxonomy: Taxonomy) -> None:
    texts = ["search", "SEARCH ", "srch", "Find_Me", "ads", "assistant", "serch"]
    with Engine() as engine:
        found = values_of(engine, taxonomy, taxonomy.dimensions["product"], texts)
    assert found == {
        "search": "search", "SEARCH ": "search", "srch": "search", "Find_Me": "search", "ads": "ads",
        "assistant": "assistant", "serch": None,
    }  # fmt: skip


def test_what_no_value_is_called_by_is_told_with_rows_and_sum(taxonomy: Taxonomy) -> None:
    """Open dimensions, and those that the taxonomy does not have, take any text."""
    with Engine() as engine:
        found = unknown_names(engine, taxonomy, ROWS)
    assert [(each.driver, each.dimension, each.text, each.rows, each.value, each.place) for each in found] == [
        ("orders", "product", "serch", 2, Decimal(8), "o.csv, row 2"),
        ("orders", "product", "x", 1, Decimal(2), "o.csv, row 4"),
        ("orders", "team", "wab", 1, Decimal(2), "o.csv, row 4"),
        ("seats", "team", "x", 1, Decimal(3), "s.csv, row 1"),
    ]


def test_a_taxonomy_of_open_dimensions_knows_every_text() -> None:
    with Engine() as engine:
        assert unknown_names(engine, Taxonomy({}), ROWS) == []
