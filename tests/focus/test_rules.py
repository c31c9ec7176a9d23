"""Every rule against a charge that breaks it, one that comes near, and charges that conform."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from finmod.engines.duckdb import Engine
from finmod.focus.columns import VERSIONS, columns
from finmod.focus.conformance import charge_scan, key_scan
from finmod.focus.rules import RULES, Rule, absent_columns, rule, rules_of
from finmod.terms.findings import codes
from tests.focus.cases import CASES, CONFORMING
from tests.focus.charge_rows import Row, charges, keys


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(threads=1) as opened:
        yield opened


def broken(engine: Engine, item: Rule, row: Row) -> bool:
    relation = charges(row)
    sql = charge_scan([item], relation) if item.scope == "charge" else key_scan([item], keys(relation))
    return bool(engine.row(sql)[0])


def case(item: Rule) -> tuple[Row, Row]:
    """Return changes that break a rule and changes that do not."""
    kind, _, name = item.name.partition(":")
    schema_cases: dict[str, tuple[Row, Row]] = {
        "null": ({name: None}, {}),
        "value": ({name: "Else"}, {name: FIRST_VALUES.get(name)}),
        "case": ({name: FIRST_VALUES.get(name, "").swapcase()}, {name: FIRST_VALUES.get(name)}),
        "json": ({name: "{'team': 'search'}"}, {name: '{"team": "search"}'}),
        "scalar": ({name: '{"team": ["search"]}'}, {name: '{"team": null, "spot": true, "size": 2, "note": "[{"}'}),
        "range": ({name: "-0.000000000001"}, {name: "0"}),
    }
    return CASES[item.name] if item.name in CASES else schema_cases[kind]


FIRST_VALUES = {item.id: item.allowed_values[0] for item in columns() if item.allowed_values}
EVALUATED = [item for item in RULES if item.scope != "file"]


@pytest.mark.parametrize("item", EVALUATED, ids=lambda item: item.name)
def test_a_violation_breaks_its_rule(engine: Engine, item: Rule) -> None:
    assert broken(engine, item, case(item)[0])


@pytest.mark.parametrize("item", EVALUATED, ids=lambda item: item.name)
def test_a_near_miss_does_not(engine: Engine, item: Rule) -> None:
    assert not broken(engine, item, case(item)[1])


@pytest.mark.parametrize("row", CONFORMING)
def test_conforming_charges_break_no_rule(engine: Engine, row: Row) -> None:
    assert [item.name for item in EVALUATED if broken(engine, item, row)] == []


@pytest.mark.parametrize("text", ["[1]", '"text"', "7", "null", "", "{", "{'a': 1}", '{"a": 1} x'])
def test_only_objects_are_json_objects(engine: Engine, text: str) -> None:
    assert broken(engine, rule("json:Tags"), {"Tags": text})


@pytest.mark.parametrize("text", ["7", "[1]", "{", None])
def test_what_is_no_object_is_reported_once(engine: Engine, text: str | None) -> None:
    assert not broken(engine, rule("scalar:Tags"), {"Tags": text})


@pytest.mark.parametrize("currency", ["US", "USDT", "U$D", "EUR ", "€", ""])
def test_a_currency_is_three_capitals(engine: Engine, currency: str) -> None:
    assert broken(engine, rule("currency-code"), {"BillingCurrency": currency})


def test_a_usage_based_charge_in_the_wrong_case_is_not_a_foreign_value(engine: Engine) -> None:
    assert broken(engine, rule("case:ChargeFrequency"), {"ChargeFrequency": "Usage-based"})
    assert not broken(engine, rule("value:ChargeFrequency"), {"ChargeFrequency": "Usage-based"})


def test_amounts_beyond_any_bill_are_judged_and_not_an_error(engine: Engine) -> None:
    huge = "99999999999999999999999999"
    assert broken(engine, rule("list-product"), {"ListUnitPrice": huge, "PricingQuantity": huge, "ListCost": huge})


@pytest.mark.parametrize(
    ("price", "quantity", "cost"),
    [("0.000000150000", "1234567", "0.18518505"), ("3.333333333333", "3000000", "10000000"), ("0", "5", "0")],
)
def test_rounding_to_twelve_places_is_no_violation(engine: Engine, price: str, quantity: str, cost: str) -> None:
    row = {"ListUnitPrice": price, "PricingQuantity": quantity, "ListCost": cost}
    assert not broken(engine, rule("list-product"), row)


def test_names_are_unique_and_codes_are_in_the_catalogue() -> None:
    assert len({item.name for item in RULES}) == len(RULES)
    used = {item.code for item in RULES}
    assert used == {code for code in codes() if code.startswith("FM13")}


def test_only_lost_or_doubled_money_is_an_error() -> None:
    assert {item.name for item in RULES if item.severity == "error"} == {
        "absent:BilledCost", "absent:BillingAccountId", "absent:BillingCurrency", "absent:EffectiveCost",
        "null:BilledCost", "null:BillingAccountId", "null:BillingCurrency", "null:EffectiveCost",
        "currency-code", "commitment-counted-twice",
    }  # fmt: skip


def test_every_rule_tells_what_it_means_and_what_to_do() -> None:
    assert all(item.title and item.meaning and item.remedy and item.source for item in RULES)


def test_a_rule_about_an_absent_column_is_left_out() -> None:
    names = {item.name for item in rules_of("key", absent=frozenset({"RegionName"}))}
    assert "RegionName-without-RegionId" not in names
    assert "SubAccountId-without-SubAccountName" in names


@pytest.mark.parametrize("version", VERSIONS)
def test_a_complete_file_lacks_nothing(version: str) -> None:
    known = next(item for item in VERSIONS if item == version)
    assert absent_columns([item.id for item in columns(version=known)], known) == ()


def test_each_absent_mandatory_column_is_one_finding() -> None:
    present = {item.id for item in columns(version="1.2")} - {"BilledCost", "ProviderName", "Tags"}
    found = absent_columns(present, "1.2")
    assert [(item.name, item.severity) for item in found] == [
        ("absent:BilledCost", "error"),
        ("absent:ProviderName", "warning"),
    ]
