"""Savings in Python."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

import finmod as fm
from finmod.errors import UserError
from finmod.workspace.api import Workspace
from tests.bills_by_day import charged, used

IDLE = "PublicIPv4:IdleAddress"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    charges = [*used(IDLE, "eip-1", "1"), *used(IDLE, "eip-2", "2", SubAccountId="2"),
               *used("DataTransfer-Regional-Bytes", "i-1", unit="GB")]  # fmt: skip
    return fm.open(charged(tmp_path_factory.mktemp("api") / "books", charges).root)


def test_savings_are_a_frame_with_exact_amounts_and_findings(workspace: Workspace) -> None:
    found = workspace.savings()

    assert found.column("resource") == ["eip-2", "eip-1", None]
    assert found.column("potential_savings") == [Decimal(60), Decimal(30), None]
    assert found.column("month") == [date(2026, 9, 1)] * 3
    assert [each.code for each in found.findings] == ["FM2553"]
    assert str(found.pandas()["potential_savings"].dtype) == "object"
    assert found.arrow().schema.field("cash").type == found.arrow().schema.field("cost").type


def test_savings_are_chosen_and_added_up(workspace: Workspace) -> None:
    assert workspace.savings("2026-09", rule="idle-addresses", top=1).column("rank") == [1]
    assert workspace.savings(date(2026, 9, 30), least="45").column("resource") == ["eip-2"]
    by_account = workspace.savings(by="account")
    assert (by_account.columns[0], by_account.column("account")) == ("account", ["2", "1"])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"month": "September"}, "month is 'September'"),
        ({"by": 3}, "by is 3"),
        ({"rule": "idle"}, "there is no rule of savings 'idle'"),
        ({"least": -1}, "least is -1"),
        ({"top": "two"}, "top is 'two'"),
        ({"owner": "ann"}, "nobody called 'ann'"),
        ({"by": "ownr"}, "by is 'ownr'"),
    ],
)
def test_wrong_arguments_are_told_by_their_names(workspace: Workspace, given: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError) as caught:
        workspace.savings(**given)

    assert words in str(caught.value)
