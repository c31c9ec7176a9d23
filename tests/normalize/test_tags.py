"""Tags that stand in columns of their own."""

from __future__ import annotations

import pytest

from finmod.engines.duckdb import Engine
from finmod.normalize.mapping import render
from finmod.normalize.tags import tags_of_columns


@pytest.mark.parametrize(
    ("a", "b", "text"),
    [
        ("'x'", "NULL", '{"Team":"x"}'),
        ("NULL", "'y'", '{"$b#c@d \'q\' \\"r\\"":"y"}'),
        ("'x'", "'\"'", '{"Team":"x","$b#c@d \'q\' \\"r\\"":"\\""}'),
        ("NULL", "NULL", None),
    ],
)
def test_a_rows_tags_are_one_json_text(a: str, b: str, text: str | None) -> None:
    sql = tags_of_columns([("Team", "a"), ("$b#c@d 'q' \"r\"", "b")])

    with Engine() as engine:
        rendered = render(sql, {"$": {"a": f"{a}::VARCHAR", "b": f"{b}::VARCHAR"}.__getitem__, "#": str, "@": str})
        assert engine.row(f"SELECT {rendered}")[0] == text


def test_without_columns_there_is_no_expression() -> None:
    assert tags_of_columns([]) == ""
