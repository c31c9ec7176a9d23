"""Columns that the user named: how a file that lacks them is refused."""

from __future__ import annotations

from pathlib import Path

from tests.normalize.loaded import refused


def test_a_long_list_of_columns_is_cut(tmp_path: Path) -> None:
    header = ",".join(f"column{number}" for number in range(20))
    said = refused(tmp_path, "table", {"a.csv": f"{header}\n{',' * 19}\n"}, columns={"BilledCost": "nothing like it"})

    assert "column11 and 8 more" in said
    assert "Did you mean" not in said


def test_names_are_shown_without_control_signs(tmp_path: Path) -> None:
    said = refused(tmp_path, "table", {"a.csv": "da\x1b[2Jte,b\n1,2\n"}, columns={"BilledCost": "am\x1b[2Jount"})

    assert "\x1b" not in said


def test_a_lacking_tag_is_told_as_one(tmp_path: Path) -> None:
    files = {"a.csv": "day,amount,team\n2026-09-01,1,a\n"}
    named = {"BilledCost": "amount", "ChargePeriodStart": "day"}

    said = refused(tmp_path, "table", files, columns=named, tags=["teem"], constants={"BillingCurrency": "USD"})

    assert "a.csv:1: the file has no column 'teem', which tags names" in said
    assert "Did you mean 'team'?" in said
    assert "or with --tag" in said


def test_what_follows_from_other_columns_is_not_asked_for(tmp_path: Path) -> None:
    said = refused(tmp_path, "table", {"a.csv": "day,amount\n2026-09-01,1\n"}, columns={"BilledCost": "amount"})

    assert (
        "nothing says which column is BillingCurrency, ChargePeriodStart; expected under columns, for every one "
        in said
    )
    assert "of BilledCost, BillingCurrency, ChargePeriodStart, one of: day, amount." in said
