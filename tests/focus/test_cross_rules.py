"""Promises about the form of the rules between columns; test_rules.py holds each against charges."""

from __future__ import annotations

from finmod.focus.columns import KEY_COLUMNS, ledger_columns
from finmod.focus.cross_rules import CHARGE_RULES, KEY_RULES


def test_key_rules_read_key_columns_only() -> None:
    others = {item.id for item in ledger_columns()} - set(KEY_COLUMNS)
    for rule in KEY_RULES:
        words = set(rule.violation_sql.replace("(", " ").replace(")", " ").replace(",", " ").split())
        assert words.isdisjoint(others), rule.name
        assert set(rule.columns) <= set(KEY_COLUMNS), rule.name


def test_charge_rules_stay_cheap() -> None:
    for rule in CHARGE_RULES:
        assert not [word for word in ("regexp", "json", "LIKE") if word in rule.violation_sql], rule.name


def test_every_rule_says_where_the_specification_says_it() -> None:
    assert all(rule.source for rule in (*KEY_RULES, *CHARGE_RULES))
