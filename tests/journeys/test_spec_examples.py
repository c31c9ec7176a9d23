"""The worked examples of the FOCUS specification: every cell comes out of the ledger as it was written."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest

from finmod.workspace.query import query
from tests.journeys.bills import ABSENT, DATA, load, new_project

EXAMPLES = sorted((DATA / "spec_examples").glob("*.csv"))
pytestmark = [pytest.mark.journey, pytest.mark.skipif(not EXAMPLES, reason=ABSENT)]

_NULLS = {"", "null", "(null)"}
FORMER = ("ProviderName", "PublisherName")
"""Columns that FOCUS 1.4 has no more: the same charges as FOCUS 1.2 have them."""
_NO_HOUR = "2023-02-01T30:00:00Z"
"""An end that the specification's text has and no clock."""


def said_of(name: str) -> dict[str, Any]:
    """Return what must be said to load an example: excerpts leave out the currency, others write months first."""
    if name.startswith("saas_"):
        return {"date_order": "mdy"}
    ends = {"unreadable_as_null": ["ChargePeriodEnd"]} if "purchase_scenario" in name else {}
    return {"constants": {"BillingCurrency": "USD"}, **ends}


def written(text: str | None, column: str) -> object:
    """Return what a cell of an example says."""
    if text is None or text in _NULLS or text == _NO_HOUR:
        return None
    if column.endswith(("Start", "End")):
        form = "%m/%d/%y" if "/" in text else "%Y-%m-%dT%H:%M:%SZ"
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    return text


def same(found: object, wanted: object) -> bool:
    """Return whether a value of the ledger says what the cell says."""
    if isinstance(found, datetime):
        return found.astimezone(UTC) == wanted
    if isinstance(found, Decimal):
        try:
            return isinstance(wanted, str) and found == Decimal(wanted)
        except InvalidOperation:
            return False
    return found == wanted


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_every_cell_of_an_example_comes_out_as_it_is_written(example: Path, tmp_path: Path) -> None:
    project = new_project(tmp_path)
    load(project, "example", "focus", example, **said_of(example.name))

    with example.open(encoding="utf-8", newline="") as text:
        cells = list(csv.DictReader(text))
    answer = query(project, "SELECT * FROM charges ORDER BY x_Row")
    names = {column.casefold(): column for column in answer.columns}
    found = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]

    assert len(found) == len(cells) > 0
    differ = {
        (number, column, text, found[number][names[column.casefold()]])
        for number, row in enumerate(cells)
        for column, text in row.items()
        if column not in FORMER and not same(found[number][names[column.casefold()]], written(text, column))
    }
    assert differ == set()
    if set(FORMER) <= set(cells[0]):
        former = query(project, f"SELECT {', '.join(FORMER)} FROM charges_focus_1_2 ORDER BY ALL").rows
        assert former == sorted(tuple(written(row[column], column) for column in FORMER) for row in cells)
