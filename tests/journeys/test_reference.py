"""The reference pages tell the truth about the running program."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from finmod.marts.catalogue import TABLES
from finmod.terms.findings import codes
from tests.books import Books
from tools.pages.tables import public_columns

pytestmark = pytest.mark.journey

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", [table.name for table in TABLES])
def test_the_page_of_tables_has_the_columns_that_a_query_sees(name: str, loaded: Books) -> None:
    described = loaded.query(f"DESCRIBE {name}")

    seen = {row["column_name"]: row["column_type"] for row in described}
    assert {column: kind for column, kind in seen.items() if column in public_columns(name)} == public_columns(name)
    assert all(column.startswith("x_") for column in set(seen) - set(public_columns(name)))


def test_every_code_that_a_page_names_is_in_the_catalogue() -> None:
    for page in (ROOT / "docs").rglob("*.md"):
        named = set(re.findall(r"\bFM\d{4}\b", page.read_text(encoding="utf-8")))
        assert named <= set(codes()), page


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in (ROOT / "docs").rglob("*.md"):
        for link in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            assert "://" in link or (page.parent / link).exists(), f"{page}: {link}"


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")

    for page in (*(ROOT / "docs" / "how-to").glob("*.md"), *(ROOT / "docs" / "reference").rglob("*.md")):
        assert page.relative_to(ROOT / "docs").as_posix() in index


def test_the_schema_is_json() -> None:
    schema = json.loads((ROOT / "docs/reference/schema/finmod.schema.json").read_text(encoding="utf-8"))

    assert schema["required"] == ["name", "currency"]
