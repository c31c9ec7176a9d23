"""Conformance rules of FOCUS CostAndUsage as data: what breaks each rule, in SQL, and where it is said.

Owns the rules and the choice of which of them apply. Their texts stand once, in the catalogue of codes
(``terms/codes/focus.json``); the queries that evaluate them are built in ``conformance.py``.

A rule of scope ``key`` reads KEY_COLUMNS only and is evaluated once per distinct charge key. A rule of scope
``charge`` may read amounts and times too and is evaluated on every row, so its SQL stays at comparisons and
arithmetic. A rule of scope ``file`` is about column names.

Not checked: what no single charge can show (whether a resource has a display name, whether SKU ids stay
stable), the inner form of ContractApplied and AllocatedMethodDetails (neither is part of a charge key), and the
1.4 rule that prices are null without a SkuPriceId, which most bills made for older versions break by design.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from finmod.focus.columns import KEY_COLUMNS, NEWEST, Column, Version, column, columns, service_categories
from finmod.focus.cross_rules import CHARGE_RULES, KEY_RULES, Cross
from finmod.focus.sound_json import is_sound_object
from finmod.terms.findings import Code, Severity, codes

Scope = Literal["file", "key", "charge"]

_ATTRIBUTION = frozenset({"BilledCost", "EffectiveCost", "BillingCurrency", "BillingAccountId"})
"""Without these a charge's money is unknown or nobody's."""

_NULL_CODES = {
    "BilledCost": "FM1310",
    "EffectiveCost": "FM1311",
    "BillingCurrency": "FM1312",
    "BillingAccountId": "FM1313",
    "ListCost": "FM1314",
    "ContractedCost": "FM1315",
}
_JSON_OBJECTS = ("Tags", "AllocatedTags", "SkuPriceDetails", "CommitmentProgramEligibilityDetails")
_KEY_VALUES = ("Tags", "AllocatedTags", "SkuPriceDetails")


@dataclass(frozen=True)
class Rule:
    """One rule of the standard.

    Attributes:
        code: Stable code; rules of one kind share it and differ in ``columns``.
        name: Unique and readable, such as ``null:BilledCost``.
        columns: What the rule is about; it is skipped where the bill has none of one of these columns.
        scope: Where it is evaluated, see the module's docstring.
        violation_sql: True for a row that breaks the rule; NULL and false pass. "" for scope ``file``.
        source: Where the specification says so.
    """

    code: str
    name: str
    columns: tuple[str, ...]
    scope: Scope
    violation_sql: str
    source: str

    @property
    def text(self) -> Code:
        """Return severity, title, meaning and remedy from the catalogue."""
        return codes()[self.code]

    @property
    def severity(self) -> Severity:
        """Return ``error`` only where money would be wrong or nobody's."""
        return self.text.severity

    @property
    def title(self) -> str:
        """Return the rule in a few words."""
        return self.text.title

    @property
    def meaning(self) -> str:
        """Return what a violation does to the numbers."""
        return self.text.meaning

    @property
    def remedy(self) -> str:
        """Return what to do about a violation."""
        return self.text.remedy


def _texts(values: Iterable[str]) -> str:
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)


def _scope(column_id: str) -> Scope:
    return "key" if column_id in KEY_COLUMNS else "charge"


def _source(column_id: str, what: str) -> str:
    return f"FOCUS 1.4, Cost and Usage, {column_id}: {what}"


def _absent_rules() -> list[Rule]:
    ids = sorted({item.id for version in ("1.2", NEWEST) for item in columns(version=version) if _mandatory(item)})
    return [
        Rule(
            code="FM1300" if column_id in _ATTRIBUTION else "FM1301",
            name=f"absent:{column_id}",
            columns=(column_id,),
            scope="file",
            violation_sql="",
            source=_source(column_id, "feature level"),
        )
        for column_id in ids
    ]


def _mandatory(item: Column) -> bool:
    return item.level == "Mandatory"


def _null_rules() -> list[Rule]:
    return [
        Rule(
            code=_NULL_CODES.get(item.id, "FM1302"),
            name=f"null:{item.id}",
            columns=(item.id,),
            scope=_scope(item.id),
            violation_sql=f'"{item.id}" IS NULL',
            source=_source(item.id, "nullability"),
        )
        for item in columns()
        if not item.allows_nulls
    ]


def _value_rules() -> list[Rule]:
    found = []
    for item in columns():
        if not item.allowed_values:
            continue
        exact, folded = _texts(item.allowed_values), _texts(sorted(value.lower() for value in item.allowed_values))
        outside, same_letters = f'"{item.id}" NOT IN ({exact})', f'lower("{item.id}") IN ({folded})'
        source = _source(item.id, "allowed values")
        found += [
            Rule("FM1303", f"value:{item.id}", (item.id,), "key", f"{outside} AND NOT {same_letters}", source),
            Rule("FM1304", f"case:{item.id}", (item.id,), "key", f"{outside} AND {same_letters}", source),
        ]
    return found


def _json_rules() -> list[Rule]:
    found = []
    for column_id in _JSON_OBJECTS:
        name = f'"{column_id}"'
        broken = f"NOT ({is_sound_object(name)})"
        source = _source(column_id, "JSON object")
        found.append(Rule("FM1305", f"json:{column_id}", (column_id,), "key", broken, source))
    for column_id in _KEY_VALUES:
        name = f'"{column_id}"'
        nested = f"list_has_any(json_type({name}, '$.*'), ['OBJECT', 'ARRAY'])"
        sql = f"CASE WHEN json_valid({name}) THEN {nested} ELSE false END"
        source = "FOCUS 1.4, attribute Key-Value Format"
        found.append(Rule("FM1306", f"scalar:{column_id}", (column_id,), "key", sql, source))
    return found


def _range_rules() -> list[Rule]:
    return [
        Rule("FM1309", f"range:{item.id}", (item.id,), "charge", f'"{item.id}" < {item.minimum}',
             _source(item.id, "number range"))
        for item in columns()
        if item.minimum is not None
    ]  # fmt: skip


def _subcategory_rule() -> Rule:
    inside = [
        f'("ServiceCategory" <> {_texts([category])} AND "ServiceSubcategory" IN ({_texts(names)}))'
        for category, names in service_categories().items()
    ]
    return Rule(
        code="FM1308",
        name="parent:ServiceSubcategory",
        columns=("ServiceCategory", "ServiceSubcategory"),
        scope="key",
        violation_sql=" OR ".join(inside),
        source=_source("ServiceSubcategory", "parent category"),
    )


def _cross(rule: Cross, scope: Scope) -> Rule:
    return Rule(rule.code, rule.name, rule.columns, scope, rule.violation_sql, f"FOCUS 1.4, {rule.source}")


@cache
def rules() -> tuple[Rule, ...]:
    """Return every rule, sorted by code and name; names are unique."""
    found = [*_absent_rules(), *_null_rules(), *_value_rules(), *_json_rules(), *_range_rules(), _subcategory_rule()]
    found += [_cross(rule, "key") for rule in KEY_RULES]
    found += [_cross(rule, "charge") for rule in CHARGE_RULES]
    return tuple(sorted(found, key=lambda rule: (rule.code, rule.name)))


RULES = rules()


@cache
def rule(name: str) -> Rule:
    """Return one rule by its name.

    >>> rule("null:BilledCost").severity
    'error'
    """
    return next(item for item in RULES if item.name == name)


def rules_of(scope: Scope, *, absent: frozenset[str] = frozenset()) -> tuple[Rule, ...]:
    """Return the rules of a scope that can be judged without the absent columns.

    >>> len(rules_of("key")) > len(rules_of("key", absent=frozenset({"RegionName"})))
    True
    """
    return tuple(item for item in RULES if item.scope == scope and absent.isdisjoint(item.columns))


def absent_columns(present: Iterable[str], version: Version) -> tuple[Rule, ...]:
    """Return the broken rule of each column that a version makes mandatory and a file lacks.

    Args:
        present: The file's columns as FOCUS ids (see ``versions.canonical``).
        version: The file's version; levels are those of the newest version that has the column.

    >>> [item.name for item in absent_columns([c.id for c in columns() if c.id != "ListCost"], "1.4")]
    ['absent:ListCost']
    """
    have = set(present)
    missing = {item.id for item in columns(version=version) if _mandatory(item)} - have
    return tuple(item for item in RULES if item.scope == "file" and item.columns[0] in missing)


def about(item: Rule) -> str:
    """Return the columns of a rule for people, with their data types.

    >>> about(rule("null:BilledCost"))
    'BilledCost (Decimal)'
    """
    return ", ".join(f"{column_id} ({column(column_id).data_type})" for column_id in item.columns)
