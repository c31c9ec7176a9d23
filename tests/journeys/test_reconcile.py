"""Every planted fault that touches money is shown by a reconciliation, with its charges or with what remains."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from finmod.sample.faults import FAULTS
from finmod.workspace.reconcile import ReconcileReport, reconcile
from tests.once import spoiled_loaded_once

pytestmark = pytest.mark.journey

MONTH = "2026-09"


@dataclass(frozen=True)
class Shown:
    """How a fault is shown: the status of its invoice, and what explains the whole difference."""

    status: str
    kinds: tuple[str, ...] = ()


SHOWN = {
    "duplicate_rows": Shown("differs", ("duplicates",)),
    "missing_day": Shown("differs"),
    "null_billed_cost": Shown("not comparable"),
    "covered_usage_billed": Shown("differs", ("covered usage",)),
    "negative_usage": Shown("differs", ("sign",)),
    "untied_invoice": Shown("differs"),
    "missing_invoice": Shown("not listed"),
}
ELSEWHERE = {"null_effective_cost", "effective_gap"}
"""Faults of costs that no invoice has."""
REFUSED = {"empty_month", "wrong_currency", "future_charge"}
"""Faults with which no bill is loaded."""
NO_MONEY = {"bad_category", "zero_list_cost"}
"""Faults of what was not paid."""


def report(factory: pytest.TempPathFactory, fault: str) -> ReconcileReport:
    """Return the reconciliation of the month in which a fault stands, of its source alone."""
    return reconcile(spoiled_loaded_once(factory, fault), MONTH, most=1)


def test_every_fault_is_placed() -> None:
    assert {*SHOWN} | ELSEWHERE | REFUSED | NO_MONEY == {*FAULTS}


@pytest.mark.parametrize("name", SHOWN)
def test_a_fault_of_money_is_shown_with_its_charges(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    found, shown = report(tmp_path_factory, name), SHOWN[name]
    # Invoices of sources that are not loaded have no charges.
    rows = [row for row in found.invoices if row.parts and row.status != "ties"]
    assert {row.status for row in rows} == {shown.status}
    (row,) = rows
    assert tuple(item.kind for item in row.explanations) == shown.kinds
    assert all(found.examples[row, item] for item in row.explanations)
    if shown.kinds:
        assert row.remainder == 0
    else:
        assert found.examples[row, None]
    if name == "missing_day":
        assert [gap.example for gap in found.gaps] == ["2026-09-12"]


def test_an_effective_cost_that_is_not_known_is_shown_with_its_place(tmp_path_factory: pytest.TempPathFactory) -> None:
    found = report(tmp_path_factory, "null_effective_cost")
    assert [(item.source, item.cost, item.row > 0) for item in found.unknown] == [
        (FAULTS["null_effective_cost"].source, "EffectiveCost", True)
    ]


def test_the_lost_cost_of_a_commitment_is_shown_with_its_place_and_is_red(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    found = report(tmp_path_factory, "effective_gap")
    assert {(item.code, item.source, bool(item.where)) for item in found.months} == {("FM1404", "aws", True)}
    assert found.red
