"""The queries that evaluate conformance rules: pure text, for the engine that holds the charges.

Owns the two steps. ``charge_scan`` and ``key_scan`` count the violations of every rule in one scan, and that is all
a clean bill costs; ``details`` asks, for the broken rules alone, how much money is behind them and shows one case::

    applied = rules_of("charge", absent=absent)
    counts = engine.row(charge_scan(applied, "charges"))
    broken = [rule for rule, count in zip(applied, counts, strict=True) if count]
    found = engine.rows(details(broken, "charges"))
"""

from __future__ import annotations

from collections.abc import Sequence

from finmod.errors import InternalError
from finmod.focus.rules import Rule

RESULT = ("rule", "currency", "charges", "billed_cost", "file", "row", "example")
"""Columns of ``details``: rule name, BillingCurrency (NULL where unknown), number of charges, their BilledCost in that
currency, file and physical row of the first of them, and what the rule's columns hold there, as one text."""

_LONGEST_VALUE = 200


def _require(rules: Sequence[Rule], scope: str) -> None:
    if {rule.scope for rule in rules} - {scope}:
        message = f"a query of scope {scope} was asked to evaluate rules of another scope"
        raise InternalError(message)


def _counts(rules: Sequence[Rule], relation: str) -> str:
    counts = (f'coalesce(count_if({rule.violation_sql}), 0) AS "{rule.name}"' for rule in rules)
    return f"SELECT {', '.join(counts) or '0'} FROM {relation}"


def charge_scan(rules: Sequence[Rule], relation: str) -> str:
    """Return the query that counts the charges that break each rule: one row, one column per rule, in order.

    Args:
        rules: Rules of scope ``charge``, see ``rules.rules_of``.
        relation: Anything that may stand behind FROM, with the columns of ``charges``.
    """
    _require(rules, "charge")
    return _counts(rules, relation)


def key_scan(rules: Sequence[Rule], keys: str) -> str:
    """Return the query that counts the charge keys that break each rule: one row, one column per rule, in order.

    Args:
        rules: Rules of scope ``key``, see ``rules.rules_of``.
        keys: Relation with KEY_COLUMNS, one row per distinct key.
    """
    _require(rules, "key")
    return _counts(rules, keys)


def details(broken: Sequence[Rule], relation: str) -> str:
    """Return the query that tells what stands behind broken rules: the columns of ``RESULT``.

    Its rows are one per rule and BillingCurrency, since amounts never add up across currencies.

    Args:
        broken: Rules of one scope, at least one.
        relation: For scope ``charge`` as in ``charge_scan``. For scope ``key`` with KEY_COLUMNS and x_Charges (number
            of charges), BilledCost (their sum), x_ExampleFile and x_ExampleRow (one of them).
    """
    if not broken:
        message = "details were asked of no rule"
        raise InternalError(message)
    _require(broken, broken[0].scope)
    return " UNION ALL ".join(_detail(rule, relation) for rule in broken)


def _detail(rule: Rule, relation: str) -> str:
    charges, file, row = ("count(*)", "x_File", "x_Row")
    if rule.scope == "key":
        charges, file, row = ("sum(x_Charges)", "x_ExampleFile", "x_ExampleRow")
    case = ", ".join([f"'x_place': {row}", *(f"'{name}': \"{name}\"" for name in rule.columns)])
    # First per file, then over files: the same case is shown in every run, whichever thread saw it first.
    per_file = (
        f"SELECT BillingCurrency, {file} AS file, {charges} AS charges, sum(BilledCost) AS billed_cost, "
        f"arg_min({{{case}}}, {row}) AS first FROM {relation} WHERE {rule.violation_sql} GROUP BY ALL"
    )
    over_files = (
        "SELECT BillingCurrency AS currency, sum(charges)::BIGINT AS charges, sum(billed_cost) AS billed_cost, "
        f"min(file) AS file, arg_min(first, file) AS first FROM ({per_file}) GROUP BY BillingCurrency"
    )
    return (
        f"SELECT '{rule.name}' AS rule, currency, charges, billed_cost, file, first.x_place AS row, "
        f"{_example(rule)} AS example FROM ({over_files})"
    )


def _example(rule: Rule) -> str:
    values = (
        f"'{name}=' || coalesce(left(first.\"{name}\"::VARCHAR, {_LONGEST_VALUE}), 'NULL')" for name in rule.columns
    )
    return f"concat_ws(', ', {', '.join(values)})"
