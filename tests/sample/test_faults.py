"""Each planted fault spoils one month in its way and leaves everything else alone."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import UserError
from finmod.sample import FAULTS, SampleSummary, write_sample
from tests.once import months_of, spoiled_once
from tests.sample.bills import files, records, relation, same_values

Spoil = Callable[[str], SampleSummary]


@pytest.fixture(scope="module")
def clean(small: SampleSummary, tmp_path_factory: pytest.TempPathFactory) -> Spoil:
    """Return a function that gives the sample as it is without a fault, to be read."""
    two = write_sample(tmp_path_factory.mktemp("clean"), months=2, rows=10_000)
    return lambda name: {2: two, 3: small}[months_of(name)]


@pytest.fixture(scope="module")
def spoil(tmp_path_factory: pytest.TempPathFactory) -> Spoil:
    """Return a function that gives the sample with a fault, to be read."""
    return partial(spoiled_once, tmp_path_factory)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_changes_one_file(clean: Spoil, spoil: Spoil, name: str) -> None:
    whole, spoiled = clean(name), spoil(name)
    with Engine() as engine:
        changed = [
            one.relative_to(whole.folder).as_posix()
            for one, other in zip(whole.files, spoiled.files, strict=True)
            if not same_values(engine, one, other)
        ]
    if FAULTS[name].plant is None:
        assert changed == ["invoices.csv"]
    else:
        assert len(changed) == 1
        assert changed[0].startswith(f"exports/{FAULTS[name].source}/")
        assert "2026-09" in changed[0]
    assert spoiled.billed == whole.billed


def test_fault_that_would_change_nothing_is_refused_and_leaves_nothing(folder: Path) -> None:
    with pytest.raises(UserError, match="no charge of ai changes: the 12th is absent"):
        write_sample(folder, months=3, rows=3_000, fault="missing_day")
    assert not list(folder.glob("*"))


def test_duplicate_rows_stand_twice(spoil: Spoil) -> None:
    charges = _charges(spoil, "duplicate_rows")
    with Engine() as engine:
        count, ids = engine.row(f"SELECT count(*), count(DISTINCT identity_line_item_id) FROM {charges}")
    assert count - ids == 150


def _charges(spoil: Spoil, name: str) -> str:
    return relation(files(spoil(name).folder, FAULTS[name].source)[-2])


def test_a_missing_day_has_no_charge(spoil: Spoil) -> None:
    charges = _charges(spoil, "missing_day")
    with Engine() as engine:
        days = engine.row(f"SELECT count(DISTINCT ChargePeriodStart[:10]) FROM {charges} WHERE ChargeClass IS NULL")[0]
    assert days == 29


def test_an_empty_month_keeps_its_header(spoil: Spoil) -> None:
    lines = files(spoil("empty_month").folder, "ai")[-2].read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("AvailabilityZone,BilledCost")


def test_an_untied_invoice_is_a_hundred_too_high(clean: Spoil, spoil: Spoil) -> None:
    before, planted = (records(made("untied_invoice").folder / "invoices.csv") for made in (clean, spoil))
    gaps = [Decimal(b["amount"]) - Decimal(a["amount"]) for a, b in zip(before, planted, strict=True)]
    assert sum(gaps) == 100
    assert sum(1 for gap in gaps if gap) == 1


def test_an_unknown_fault_names_the_near_one(folder: Path) -> None:
    with pytest.raises(UserError, match="there is no planted fault 'missing_days'") as caught:
        write_sample(folder, fault="missing_days")
    assert "Did you mean 'missing_day'?" in str(caught.value)
    assert not folder.exists()
