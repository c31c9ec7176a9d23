"""What a restated bill of a closed month becomes: differences alone, exact, in the open month."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import InternalError
from finmod.focus.columns import MEASURES
from finmod.ledger.ledger import Ledger
from finmod.ledger.proof import broken, proofs
from finmod.ledger.reduce import whole
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS, FINDINGS, TRUE_UPS
from finmod.ledger.true_ups import Booking, Moved, book, prove
from tests.books import month
from tests.ledger.conftest import AUGUST, JULY, NOW, Make

SEPTEMBER = date(2026, 9, 1)
Restate = Callable[..., dict[str, Moved]]


@pytest.fixture
def frozen(engine: Engine, ledger: Ledger, period: Make) -> Callable[..., None]:
    """Return a function that loads July as it is closed."""

    def made(*charges: dict[str, str]) -> None:
        ledger.commit(engine, [period(JULY, *charges)], "first", NOW)

    return made


@pytest.fixture
def restate(engine: Engine, ledger: Ledger, period: Make, tmp_path: Path) -> Restate:
    """Return a function that books a restated bill of July in August, or another month; it says what moved."""
    numbers = iter(range(100))

    def made(*charges: dict[str, str], into: date = AUGUST, source: str = "saas") -> dict[str, Moved]:
        name = f"restated{next(numbers)}"
        (tmp_path / name).mkdir()
        ready = period(JULY, *charges, source=source)
        booking = Booking(into, name, NOW, ledger.head(engine))
        ready, found, moved = book(engine, ledger, (ready, ()), booking, tmp_path / name)
        assert {item.code for item in found} == {"FM1510"}
        assert ready.booked == into
        ledger.commit(engine, [ready], name, NOW)
        checked = proofs(engine, ledger, ledger.head(engine))
        assert checked
        assert broken(checked) == []
        return moved

    return made


def rows(engine: Engine, ledger: Ledger, *columns: str) -> list[tuple[Any, ...]]:
    files = ledger.files(TRUE_UPS, ledger.head(engine))
    return engine.rows(f"SELECT {', '.join(columns)} FROM {whole(TRUE_UPS, files)} ORDER BY ALL")


def test_the_worked_example_of_the_standard_comes_out_in_delta_style(
    engine: Engine, ledger: Ledger, frozen: Callable[..., None], restate: Restate
) -> None:
    """1,000 hours of R-111, of which 200 were those of R-222."""

    def hours(resource: str, number: int) -> dict[str, str]:
        amounts = {"EffectiveCost": "1.5", "ContractedCost": "1.5", "ListCost": "2", "PricingQuantity": "1"}
        made = {name: str(Decimal(price) * number) for name, price in amounts.items()}
        return month(7, str(Decimal("1.5") * number), ResourceId=resource, SkuId="USG-123", PricingUnit="Hours", **made)

    frozen(hours("R-111", 1000))
    moved = restate(hours("R-111", 800), hours("R-222", 200))
    assert moved["USD"].rows == 2
    assert set(moved["USD"].costs.values()) == {Decimal(0)}
    columns = ("ResourceId", "BilledCost", "EffectiveCost", "ContractedCost", "ListCost", "PricingQuantity")
    assert rows(engine, ledger, *columns) == [
        ("R-111", -300, -300, -300, -400, -200),
        ("R-222", 300, 300, 300, 400, 200),
    ]
    texts = ("ChargeClass", "ChargeCategory", "InvoiceId", "SkuId", "x_BillingPeriod", "x_TrueUpOf", "x_ChargeDate")
    assert rows(engine, ledger, *texts) == [("Correction", "Usage", None, "USG-123", AUGUST, JULY, JULY)] * 2
    instants = [f"CAST(epoch_us({name}) // 86400000000 AS INTEGER)" for name in (
        "BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd",
    )]  # fmt: skip
    first = (JULY - date(1970, 1, 1)).days
    assert rows(engine, ledger, *instants)[0] == (first + 31, first + 62, first, first + 1)
    assert rows(engine, ledger, "ListUnitPrice", "ContractedUnitPrice", "x_Row") == [(None, None, None)] * 2


def test_a_bill_that_only_got_its_invoice_moves_nothing(
    engine: Engine, ledger: Ledger, frozen: Callable[..., None], restate: Restate
) -> None:
    frozen(month(7, "1"), month(7, "2", InvoiceId="draft"))
    moved = restate(
        month(7, "1", InvoiceId="i1", InvoiceDetailId="d1"), month(7, "2", InvoiceId="i1", ChargeClass="Correction")
    )
    assert moved == {}
    assert rows(engine, ledger, "BilledCost") == []
    assert ledger.head(engine).tables.keys() == {"charges", "charge_keys", "charge_days", "findings"}


def test_only_what_differs_is_booked_key_by_key_and_day_by_day(
    engine: Engine, ledger: Ledger, frozen: Callable[..., None], restate: Restate
) -> None:
    second = {"ChargePeriodStart": "2026-07-02T00:00:00Z", "ChargePeriodEnd": "2026-07-03T00:00:00Z"}
    frozen(month(7, "1"), month(7, "2", **second), month(7, "4", ServiceName="Gone"))
    restate(month(7, "1"), month(7, "2.5", **second), month(7, "8", ServiceName="New", Tags='{"a": "b"}'))
    assert rows(engine, ledger, "ServiceName", "x_ChargeDate", "BilledCost", "Tags") == [
        ("Gone", JULY, -4, None),
        ("New", JULY, 8, '{"a": "b"}'),
        ("Storage", date(2026, 7, 2), Decimal("0.5"), None),
    ]


@pytest.mark.parametrize("measure", MEASURES[1:])
def test_every_measure_counts_even_where_billed_cost_stays(
    engine: Engine, ledger: Ledger, frozen: Callable[..., None], restate: Restate, measure: str
) -> None:
    frozen(month(7, "1", **{measure: "3"}))
    restate(month(7, "1", **{measure: "2"}))
    assert rows(engine, ledger, "BilledCost", measure) == [(0, -1)]


def test_unknown_costs_stay_unknown_and_known_ones_move(
    engine: Engine, ledger: Ledger, frozen: Callable[..., None], restate: Restate
) -> None:
    """The list cost becomes known for Storage, unknown for Compute, and stays unknown for Backup, of which one goes."""

    def charge(service: str, list_cost: str) -> dict[str, str]:
        return month(7, "1", ServiceName=service, ListCost=list_cost)

    frozen(charge("Storage", ""), charge("Compute", "5"), charge("Backup", ""), charge("Backup", ""))
    restate(charge("Storage", "3"), charge("Compute", ""), charge("Backup", ""))
    assert rows(engine, ledger, "ServiceName", "ListCost", "x_UnknownListCost", "BilledCost") == [
        ("Backup", None, -1, -1),
        ("Compute", -5, 1, 0),
        ("Storage", 3, -1, 0),
    ]


def test_a_second_restatement_books_only_what_is_new(
    engine: Engine, ledger: Ledger, frozen: Callable[..., None], restate: Restate
) -> None:
    frozen(month(7, "1"))
    restate(month(7, "3"))
    assert restate(month(7, "10"), into=SEPTEMBER)["USD"].costs["BilledCost"] == 7
    assert restate(month(7, "10"), into=SEPTEMBER) == {}
    assert rows(engine, ledger, "x_BillingPeriod", "BilledCost", "x_TrueUpLoad") == [
        (AUGUST, 2, "restated0"),
        (SEPTEMBER, 7, "restated1"),
    ]
    keys = [key for (key,) in rows(engine, ledger, "x_ChargeKey")]
    assert len(set(keys)) == 2


def test_a_restatement_that_is_taken_back_books_its_contrary(
    engine: Engine, ledger: Ledger, frozen: Callable[..., None], restate: Restate
) -> None:
    frozen(month(7, "1"), month(7, "0.000000000001", BillingCurrency="EUR", BillingAccountId="b"))
    restate(month(7, "3", ServiceName="New"))
    moved = restate(month(7, "1"), month(7, "0.000000000001", BillingCurrency="EUR", BillingAccountId="b"))
    assert {currency: (each.rows, each.costs["BilledCost"]) for currency, each in moved.items()} == {
        "EUR": (1, Decimal("0.000000000001")),
        "USD": (2, -2),
    }
    sums = ["BillingCurrency", "sum(BilledCost)"]
    files = ledger.files(TRUE_UPS, ledger.head(engine))
    assert dict(engine.rows(f"SELECT {', '.join(sums)} FROM {whole(TRUE_UPS, files)} GROUP BY 1")) == {
        "EUR": 0,
        "USD": 0,
    }


def test_the_first_bill_of_a_source_is_all_true_up(
    engine: Engine, ledger: Ledger, frozen: Callable[..., None], restate: Restate
) -> None:
    frozen(month(7, "1"))
    assert restate(month(7, "2"), month(7, "2"), source="late")["USD"].costs["BilledCost"] == 4
    assert rows(engine, ledger, "x_Source", "BilledCost") == [("late", 4)]


def test_what_is_told_of_it_stands_in_the_findings_of_the_month(
    engine: Engine, ledger: Ledger, frozen: Callable[..., None], restate: Restate
) -> None:
    frozen(month(7, "1", EffectiveCost="1"))
    restate(month(7, "0.5", EffectiveCost="3"))
    files = ledger.files(FINDINGS, ledger.head(engine))
    told = engine.rows(
        "SELECT x_BillingPeriod, x_Severity, x_Message, x_Charges, BilledCost, BillingCurrency "
        f"FROM {whole(FINDINGS, files)} WHERE x_Code = 'FM1510'"
    )
    message = (
        "The closed month was restated: 1 true-up in 2026-08 moves BilledCost by -0.50 and EffectiveCost by +2.00 USD."
    )
    assert told == [(JULY, "info", message, 1, Decimal("-0.5"), "USD")]


def test_a_difference_that_is_not_the_restated_bill_is_our_fault(
    engine: Engine, ledger: Ledger, period: Make, frozen: Callable[..., None]
) -> None:
    frozen(month(7, "1"))
    head, ready = ledger.head(engine), period(JULY, month(7, "3"))
    tables = {"days": CHARGE_DAYS, "keys": CHARGE_KEYS}
    sides = {f"old_{name}": whole(table, ledger.files(table, head)) for name, table in tables.items()}
    sides |= {f"new_{name}": whole(table, [ready.files[table.name][0]]) for name, table in tables.items()}
    with pytest.raises(InternalError, match=r"saas 2026-07: closed charges and true-ups differ.* BilledCost 2\.0+ USD"):
        prove(engine, ready, sides, whole(TRUE_UPS, []))


def test_check_finds_true_ups_that_are_not_what_the_last_bill_says(
    engine: Engine, ledger: Ledger, frozen: Callable[..., None], restate: Restate
) -> None:
    frozen(month(7, "1"))
    restate(month(7, "3"))
    (file,) = ledger.files(TRUE_UPS, ledger.head(engine))
    engine.run(f"CREATE TABLE spoilt AS SELECT * REPLACE (BilledCost + 1 AS BilledCost) FROM {whole(TRUE_UPS, [file])}")
    engine.copy_parquet("SELECT * FROM spoilt", file)
    (found,) = broken(proofs(engine, ledger, ledger.head(engine)))
    assert (found.code, found.billing_period) == ("FM1402", "2026-07")
    assert "BilledCost is 3.000000000000 in the files' manifest, 4.000000000000 in the charges" in found.message
