"""Findings of a billing period: absent columns, broken rules, rounding."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.ledger.conformance import period_findings, write_findings
from finmod.ledger.ledger import ManifestRow
from finmod.ledger.reduce import relation
from finmod.normalize.charges import FOCUS_TYPES
from finmod.normalize.focus import mapping_of
from finmod.terms.findings import Finding
from tests.books import Books, bill, month
from tests.ledger.conftest import JULY, Make

PLACE = ("saas", JULY)


def manifest(charges: int, difference: str) -> ManifestRow:
    return ManifestRow("a.csv", "0", 1, charges, "USD", difference, "0", difference)


def findings(engine: Engine, period: Make, row: ManifestRow) -> list[Finding]:
    ready = period(JULY, month(7, "1"))
    files = {name: path for name, (path, _) in ready.files.items()}
    return period_findings(engine, PLACE, files, frozenset(FOCUS_TYPES), [row], mapping_of("1.4"))


def test_rounding_within_half_a_unit_a_row_is_no_finding(engine: Engine, period: Make) -> None:
    assert not [item for item in findings(engine, period, manifest(4, "2e-12")) if item.code == "FM1401"]


def test_rounding_beyond_half_a_unit_a_row_is_an_error(engine: Engine, period: Make) -> None:
    (found,) = [item for item in findings(engine, period, manifest(4, "-2.1e-12")) if item.code == "FM1401"]
    assert (found.severity, found.source, found.billing_period, found.rows) == ("error", "saas", "2026-07", 4)
    assert "rounding 4 rows explains 2.0E-12 at most" in found.message


def test_a_broken_rule_says_rows_amount_place_and_example(books: Books) -> None:
    books.load(
        books.write(
            "a.csv", bill(month(7, "1"), month(7, "2", ChargeCategory="Usag"), month(7, "4", ChargeCategory="Usag"))
        )
    )
    (row,) = books.query("SELECT * FROM findings WHERE x_Example LIKE '%Usag%'")
    assert (row["x_Column"], row["x_Charges"], row["BilledCost"]) == ("ChargeCategory", 2, "6.000000000000")
    assert (row["BillingCurrency"], row["x_Where"]) == ("USD", "a.csv, row 2")


PRICES = {"PricingQuantity": "3.000001", "SkuPriceId": "s"}


@pytest.mark.parametrize(
    ("code", "charge", "example"),
    [
        ("FM1303", {"ChargeCategory": "Usag"}, "ChargeCategory=Usag"),
        ("FM1303", {"ChargeFrequency": "1.500"}, "ChargeFrequency=1.500"),
        ("FM1303", {"ChargeCategory": "x" * 500}, f"ChargeCategory={'x' * 105}..."),
        ("FM1305", {"Tags": "{a: b}"}, "Tags={a: b}"),
        ("FM1305", {"Tags": '{"a": NaN}'}, 'Tags={"a": NaN}'),
        ("FM1305", {"Tags": '{"a": "1", "a": "2"}'}, 'Tags={"a": "1", "a": "2"}'),
        (
            "FM1380",
            {"ListCost": "-100", "ListUnitPrice": "0.120", **PRICES},
            "ListCost=-100, ListUnitPrice=0.12, PricingQuantity=3.000001",
        ),
        (
            "FM1381",
            {"ContractedCost": "0", "ContractedUnitPrice": "20", **PRICES},
            "ContractedCost=0, ContractedUnitPrice=20, PricingQuantity=3.000001",
        ),
    ],
    ids=["value", "value like a number", "long value", "no JSON", "NaN", "key twice", "list price", "contracted price"],
)
def test_an_example_is_short_and_says_what_is_wrong(
    books: Books, code: str, charge: dict[str, str], example: str
) -> None:
    books.load(books.write("a.csv", bill(month(7, "1", **charge))))
    (row,) = books.query(f"SELECT x_Example FROM findings WHERE x_Code = '{code}'")
    assert row == {"x_Example": example}


def test_absent_mandatory_columns_are_told_once_a_period(books: Books) -> None:
    books.load(books.write("a.csv", bill(month(7), month(8))))
    rows = books.query(
        "SELECT x_BillingPeriod AS p, count(*) AS n FROM findings WHERE x_Column = 'EffectiveCost' "
        "GROUP BY 1 ORDER BY 1"
    )
    assert rows == [{"p": "2026-07-01", "n": 1}, {"p": "2026-08-01", "n": 1}]


def test_findings_are_kept_as_they_are(tmp_path: Path) -> None:
    found = Finding(
        code="FM1201", severity="warning", message="it's", column="c", rows=2, amount=Decimal("1.5"), currency="USD",
        example="'; DROP", where="a.csv, row 2",
    )  # fmt: skip
    with Engine() as engine:
        assert write_findings(engine, "saas", date(2026, 7, 1), [found], tmp_path / "f.parquet") == 1
        assert write_findings(engine, "saas", date(2026, 7, 1), [], tmp_path / "none.parquet") == 0
        (row,) = engine.rows(f"SELECT * FROM {relation([tmp_path / 'f.parquet'])}")
    assert row == (
        "saas", date(2026, 7, 1), "FM1201", "warning", "it's", "c", 2, Decimal("1.5"), "USD", "'; DROP", "a.csv, row 2",
    )  # fmt: skip
