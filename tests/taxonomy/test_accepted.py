"""What a rule's text says of a lookup that was inferred."""

from __future__ import annotations

import pytest

from finmod.taxonomy.accepted import inferred_words
from finmod.taxonomy.csv_tables import CsvTable, Row


def words(*lines: tuple[str, str]) -> str:
    """Return the words for lines of (inferred_from, precision)."""
    columns = ("inferred_from", "precision")
    rows = tuple(Row(dict(zip(columns, line, strict=True)), place) for place, line in enumerate(lines, start=2))
    return inferred_words(CsvTable("t.csv", columns, rows))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((), ""),
        ((("", ""), ("", "0.5")), ""),
        ((("2026-09", "0.9750"), ("", "")), ", lines of it inferred from 2026-09, precision 0.9750"),
        ((("2026-09", "0.9750"), ("2026-11", "0.981")), ", inferred from 2026-09 to 2026-11, precision 0.9750"),
        ((("<b>=1", "x"),), ", inferred"),
    ],
)
def test_month_and_least_precision_are_told_and_other_texts_are_not(
    lines: tuple[tuple[str, str], ...], said: str
) -> None:
    assert words(*lines) == said


def test_a_table_without_these_columns_was_written_by_people() -> None:
    assert inferred_words(CsvTable("t.csv", ("key",), (Row({"key": "1"}, 2),))) == ""
