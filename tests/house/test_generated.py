"""Generated pages: what differs is named, written and then no longer differs."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmod.terms.findings import Code
from tools.docs import GENERATORS, stale, write
from tools.pages.errors import error_page
from tools.pages.mappings import mapping_pages

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


@pytest.mark.parametrize("name", ["aws-cur", "aws-cur2"])
def test_a_mapping_page_shows_second_charges_and_what_is_by_choice(name: str) -> None:
    page = mapping_pages()[f"docs/reference/mappings/{name}.md"]

    kinds = "| `RIFee` | its second charge: what was left unused | Usage |  | Committed | Unused |\n"
    part = "`unused_amortized_upfront_fee_for_billing_period` + `unused_recurring_fee`"
    assert kinds in page
    assert f"| `RIFee` | its second charge: what was left unused | 0 | {part} | {part} | {part} |\n" in page
    assert "\n| EffectiveCost | `{unused}` | What is left of the commitment" in page
    assert "\n`{unused}`\n" in page
    assert "\n| [FM1357](../../errors.md#fm1357) | `CommitmentDiscountType = 'Savings Plan'" in page


def test_the_project_is_up_to_date() -> None:
    assert sorted(stale(ROOT, GENERATORS)) == []
