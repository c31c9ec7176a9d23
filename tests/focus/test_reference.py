"""The generated page of the standard."""

from __future__ import annotations

from finmod.focus.columns import VERSIONS, attribution, columns
from finmod.focus.reference import focus_reference
from finmod.focus.rules import RULES


def test_the_page_names_every_column_and_code() -> None:
    page = focus_reference()
    for version in VERSIONS:
        assert all(f"| {item.id} |" in page for item in columns(version=version))
    assert all(f"| {item.code} |" in page for item in RULES)


def test_the_page_shows_which_version_has_a_column() -> None:
    page = focus_reference()
    assert "| InvoiceId |  |  | x | x | x | String | Conditional | yes |  |" in page
    assert "| ProviderName | x | x | x | x |  | String | Mandatory | no |  |" in page
    assert "| columns | 43 | 50 | 57 | 65 | 65 |" in page


def test_the_page_carries_the_attribution_and_ends_in_one_newline() -> None:
    page = focus_reference()
    assert attribution() in page
    assert page.endswith("\n")
    assert not page.endswith("\n\n")


def test_every_row_of_a_table_has_as_many_cells_as_its_head() -> None:
    cells = 0
    for line in focus_reference().splitlines():
        if not line.startswith("| "):
            cells = 0
        elif cells:
            assert line.replace("\\|", "").count("|") == cells, line
        else:
            cells = line.replace("\\|", "").count("|")
