"""Generated pages: what differs is named, written and then no longer differs."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmod.terms.findings import Code
from tools.docs import GENERATORS, stale, write
from tools.pages.errors import error_page

ROOT = Path(__file__).parents[2]


def test_a_stale_page_is_named_and_mended(tmp_path: Path) -> None:
    generators = (lambda: {"docs/a.md": "new\n", "docs/b.md": "same\n"},)
    write(tmp_path, {"docs/a.md": "old\n", "docs/b.md": "same\n"})

    assert stale(tmp_path, generators) == {"docs/a.md": "new\n"}
    write(tmp_path, stale(tmp_path, generators))
    assert stale(tmp_path, generators) == {}


def test_two_generators_of_one_page_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"two generators write a\.md"):
        stale(tmp_path, (lambda: {"a.md": "1"}, lambda: {"a.md": "2"}))


def test_a_code_is_shown_with_severity_meaning_and_remedy() -> None:
    code = Code("FM1199", "error", "The file is empty", "Nothing was read.", "Export it again.")

    assert error_page({"FM1199": code}).endswith(
        "\n## FM11xx: Reading files\n\n### FM1199\n\n**The file is empty** (error)\n\n"
        "Nothing was read.\n\nWhat to do: Export it again.\n"
    )


def test_the_project_is_up_to_date() -> None:
    assert sorted(stale(ROOT, GENERATORS)) == []
