"""The proof compares files, charges and daily cube: per period, currency and cost, and day by day."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine, literal
from finmod.focus.columns import COSTS
from finmod.ledger.ledger import Ledger
from finmod.ledger.proof import Proof, broken, proofs
from finmod.ledger.tables import CHARGE_DAYS, CHARGES
from tests.books import month
from tests.ledger.conftest import AUGUST, JULY, NOW, Make


def rewrite(engine: Engine, file: Path, select: str) -> None:
    """Write a Parquet file of the ledger anew, from a query over ``{rows}``."""
    other = file.with_suffix(".other")
    rows = f"read_parquet({literal(str(file))}, hive_partitioning = false)"
    engine.copy_parquet(select.format(rows=rows), other)
    other.replace(file)


@pytest.fixture
def prove(engine: Engine, ledger: Ledger) -> Callable[[], list[Proof]]:
    """Return a function that proves the ledger as it is now."""
    return lambda: proofs(engine, ledger, ledger.head(engine))


@pytest.fixture
def july(engine: Engine, ledger: Ledger, period: Make) -> Ledger:
    """A ledger with three charges of July in two currencies, on two days."""
    later = {"ChargePeriodStart": "2026-07-02T00:00:00Z", "ChargePeriodEnd": "2026-07-03T00:00:00Z"}
    charges = (
        month(7, "1.0000000000004", EffectiveCost="4"),
        month(7, "2", **later),
        month(7, "8", BillingCurrency="EUR", BillingAccountId="a2"),
    )
    ledger.commit(engine, [period(JULY, *charges)], "load1", NOW)
    return ledger


@pytest.mark.usefixtures("july")
def test_a_clean_load_is_proven(prove: Callable[[], list[Proof]]) -> None:
    found = prove()
    assert all(proof.holds for proof in found)
    assert broken(found) == []
    assert [(proof.source, proof.billing_period, proof.currency, proof.measure) for proof in found] == [
        ("saas", "2026-07", currency, cost) for currency in ("EUR", "USD") for cost in COSTS
    ]
    billed = next(proof for proof in found if (proof.currency, proof.measure) == ("USD", "BilledCost"))
    assert billed.files == billed.charges == billed.days == Decimal(3)
    assert billed.rounding_difference == Decimal("4e-13")
    assert billed.rows == (2, 2, 2)


@pytest.mark.usefixtures("july")
def test_an_unknown_cost_has_no_sum_and_is_no_zero(prove: Callable[[], list[Proof]]) -> None:
    sums = {proof.measure: (proof.files, proof.charges, proof.days) for proof in prove() if proof.currency == "USD"}
    assert sums["EffectiveCost"] == (None, Decimal(4), Decimal(4))
    assert sums["ListCost"] == (None, None, None)


def test_a_replaced_period_is_proven_by_its_last_load(
    july: Ledger, engine: Engine, period: Make, prove: Callable[[], list[Proof]]
) -> None:
    july.commit(engine, [period(JULY, month(7, "5")), period(AUGUST, month(8, "6"))], "load2", NOW)
    found = [proof for proof in prove() if proof.measure == "BilledCost"]
    assert [(proof.billing_period, proof.currency, proof.files, proof.rows) for proof in found if proof.rows[1]] == [
        ("2026-07", "USD", Decimal(5), (1, 1, 1)),
        ("2026-08", "USD", Decimal(6), (1, 1, 1)),
    ]
    assert all(proof.holds for proof in found)


def only(found: list[Proof]) -> Proof:
    (proof,) = (each for each in found if not each.holds)
    return proof


def test_another_amount_in_the_charges_breaks_the_proof(
    july: Ledger, engine: Engine, prove: Callable[[], list[Proof]]
) -> None:
    (file,) = july.files(CHARGES, july.head(engine))
    more = "CASE WHEN BillingCurrency = 'EUR' THEN 1e-12::DECIMAL(38, 12) ELSE 0 END"
    rewrite(
        engine, file, f"SELECT * REPLACE (CAST(BilledCost + {more} AS DECIMAL(38, 12)) AS BilledCost) FROM {{rows}}"
    )
    proof = only(prove())
    assert (proof.currency, proof.measure, proof.charges) == ("EUR", "BilledCost", Decimal("8.000000000001"))
    (finding,) = broken(prove())
    assert (finding.code, finding.severity, finding.currency, finding.rows) == ("FM1402", "error", "EUR", 1)
    assert finding.message == (
        "BilledCost is 8.000000000000 in the files' manifest, 8.000000000001 in the charges and 8.000000000000 in the "
        "daily cube; their rows are 1, 1, 1."
    )


def test_amounts_that_moved_between_days_break_the_proof(
    july: Ledger, engine: Engine, prove: Callable[[], list[Proof]]
) -> None:
    (file,) = july.files(CHARGES, july.head(engine))
    other = "CASE BilledCost WHEN 1 THEN 2 WHEN 2 THEN 1 ELSE BilledCost END"
    rewrite(engine, file, f"SELECT * REPLACE (CAST({other} AS DECIMAL(38, 12)) AS BilledCost) FROM {{rows}}")
    proof = only(prove())
    assert proof.files == proof.charges == proof.days == Decimal(3)
    assert proof.days_apart == 2


def test_a_charge_that_is_lost_breaks_the_proof_of_every_cost(
    july: Ledger, engine: Engine, prove: Callable[[], list[Proof]]
) -> None:
    (file,) = july.files(CHARGES, july.head(engine))
    rewrite(engine, file, "SELECT * FROM {rows} WHERE BillingCurrency = 'USD'")
    bad = [proof for proof in prove() if not proof.holds]
    assert [(proof.currency, proof.measure, proof.rows) for proof in bad] == [
        ("EUR", cost, (1, 0, 1)) for cost in COSTS
    ]


def test_an_effective_cost_that_the_cube_lost_breaks_the_proof(
    july: Ledger, engine: Engine, prove: Callable[[], list[Proof]]
) -> None:
    (file,) = july.files(CHARGE_DAYS, july.head(engine))
    rewrite(engine, file, "SELECT * REPLACE (CAST(NULL AS DECIMAL(38, 12)) AS EffectiveCost) FROM {rows}")
    proof = only(prove())
    assert (proof.measure, proof.charges, proof.days) == ("EffectiveCost", Decimal(4), None)
    assert "EffectiveCost is not totalled in the files' manifest" in broken([proof])[0].message
