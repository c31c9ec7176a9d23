"""The notation of mappings."""

from __future__ import annotations

from finmod.normalize.mapping import MapColumn, Mapping, render

CALLS = {"$": lambda name: f"text({name})", "#": lambda name: f"number({name})", "@": lambda name: f"time({name})"}


def test_each_sigil_reads_its_column_in_its_own_way() -> None:
    assert render("coalesce($a_1, 'x') || #B + @c", CALLS) == "coalesce(text(a_1), 'x') || number(B) + time(c)"


def test_everything_else_is_sql_as_it_is() -> None:
    assert render("regexp_matches($a, '^\\d+$') AND 1 % 2", CALLS) == "regexp_matches(text(a), '^\\d+$') AND 1 % 2"


def test_a_mapping_knows_the_columns_that_it_reads() -> None:
    mapping = Mapping("f", "F", (MapColumn("A", "$x + #y"), MapColumn("B", "'fixed'")), drop_when="$kind = 'z'")
    assert mapping.source_columns() == {"x", "y", "kind"}
