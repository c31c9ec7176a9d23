"""The queries that count violations and show what stands behind them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import InternalError
from finmod.focus.conformance import RESULT, charge_scan, details, key_scan
from finmod.focus.rules import rule, rules_of
from tests.focus.charge_rows import charges, keys


def test_a_scan_counts_every_rule_in_order() -> None:
    applied = rules_of("charge")
    relation = charges({}, {"BilledCost": None}, {"BilledCost": None, "EffectiveCost": None})
    with Engine(threads=1) as engine:
        counts = engine.row(charge_scan(applied, relation))
    found = {item.name: count for item, count in zip(applied, counts, strict=True) if count}
    assert found == {"null:BilledCost": 2, "null:EffectiveCost": 1}


def test_a_relation_without_rows_breaks_nothing() -> None:
    with Engine(threads=1) as engine:
        counts = engine.row(charge_scan(rules_of("charge"), f"(SELECT * FROM {charges({})} WHERE false)"))
    assert set(counts) == {0}


def test_a_scan_without_rules_counts_nothing() -> None:
    with Engine(threads=1) as engine:
        assert engine.row(charge_scan([], charges({}))) == (0,)


def test_details_show_charges_money_and_the_first_case() -> None:
    relation = charges({}, {"BilledCost": "-2"}, {"BilledCost": "-0.000000000001"})
    with Engine(threads=2) as engine:
        names, rows = engine.table(details([rule("usage-negative")], relation))
    assert tuple(names) == RESULT
    example = "BilledCost=-2.000000000000, ChargeCategory=Usage"
    assert rows == [("usage-negative", "USD", 2, Decimal("-2.000000000001"), "bill.csv", 2, example)]


def test_details_never_add_currencies() -> None:
    relation = charges({"InvoiceId": None}, {"InvoiceId": None, "BillingCurrency": "EUR", "BilledCost": "5"},
                       {"InvoiceId": None, "BillingCurrency": None})  # fmt: skip
    with Engine(threads=2) as engine:
        rows = engine.rows(details([rule("no-invoice")], keys(relation)))
    assert {(row[1], row[2], row[3]) for row in rows} == {("USD", 1, 1), ("EUR", 1, 5), (None, 1, 1)}


def test_a_key_counts_for_all_its_charges() -> None:
    bad = {"Tags": "nonsense", "BilledCost": "3"}
    with Engine(threads=1) as engine:
        relation = keys(charges({}, bad, bad, bad))
        assert engine.row(key_scan([rule("json:Tags")], relation)) == (1,)
        rows = engine.rows(details([rule("json:Tags")], relation))
    assert rows == [("json:Tags", "USD", 3, Decimal(9), "bill.csv", 2, "Tags=nonsense")]


def test_the_first_case_is_of_the_first_file() -> None:
    one = f"SELECT * REPLACE ('z.csv' AS x_File) FROM {charges({'BilledCost': None})}"
    two = f"SELECT * REPLACE ('a.csv' AS x_File) FROM {charges({}, {'BilledCost': None})}"
    with Engine(threads=2) as engine:
        rows = engine.rows(details([rule("null:BilledCost")], f"({one} UNION ALL {two})"))
    assert rows == [("null:BilledCost", "USD", 2, None, "a.csv", 2, "BilledCost=NULL")]


def test_hostile_text_is_an_example_and_is_cut() -> None:
    row = {"ChargeFrequency": "'); DROP TABLE charges; --" + "x" * 1000}
    with Engine(threads=1) as engine:
        found = engine.rows(details([rule("value:ChargeFrequency")], keys(charges(row))))
    assert found[0][6].startswith("ChargeFrequency='); DROP TABLE")
    assert len(found[0][6]) == len("ChargeFrequency=") + 200


def test_scopes_are_not_mixed() -> None:
    with pytest.raises(InternalError, match="rules of another scope"):
        charge_scan([rule("json:Tags")], "charges")
    with pytest.raises(InternalError, match="rules of another scope"):
        key_scan([rule("null:BilledCost")], "keys")
    with pytest.raises(InternalError, match="rules of another scope"):
        details([rule("null:BilledCost"), rule("json:Tags")], "charges")
    with pytest.raises(InternalError, match="no rule"):
        details([], "charges")
