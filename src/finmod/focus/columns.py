"""The columns of the FOCUS standard, versions 1.0 to 1.4, as data.

Owns the reading of ``schema.json`` and the groups of columns that other rooms work by. Knows nothing
of the ledger's tables or of any supplier.

Source: FOCUS specification 1.0 to 1.4 (CC-BY-4.0, see NOTICE).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal, cast

from finmod.errors import InternalError, near

Version = Literal["1.0", "1.1", "1.2", "1.3", "1.4"]
DataType = Literal["String", "Decimal", "Date/Time", "JSON"]
Level = Literal["Mandatory", "Conditional", "Recommended"]

VERSIONS: tuple[Version, ...] = ("1.0", "1.1", "1.2", "1.3", "1.4")
NEWEST: Version = "1.4"
DATASETS = ("CostAndUsage", "ContractCommitment", "BillingPeriod", "InvoiceDetail")

COSTS = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")
"""The four costs that every step must conserve, in BillingCurrency."""

MEASURES = (
    *COSTS,
    "PricingCurrencyEffectiveCost",
    "ConsumedQuantity",
    "PricingQuantity",
    "CommitmentDiscountQuantity",
)
"""Decimal columns whose sum over charges means something; quantities only within one unit."""

_SPLIT_DETAILS = frozenset({"ContractApplied", "AllocatedMethodDetails"})


@dataclass(frozen=True)
class Column:
    """One column of one dataset of the standard.

    Attributes:
        id: Column id, such as ``BilledCost``.
        dataset: Dataset id, one of ``DATASETS``.
        data_type: What a value is.
        level: ``Mandatory`` columns are always there, ``Conditional`` ones where ``condition`` holds.
        allows_nulls: Whether a present column may hold NULL.
        allowed_values: The only values a String may take; empty where any is fine.
        introduced: First version with the column, ``0.5`` for those older than 1.0.
        removed: First version without it; None for a column of 1.4.
        condition: What the supplier supports when the column is needed; "" where it needs no condition.
        minimum: Smallest value of a Decimal; None where any is fine.
        maximum: Largest value of a Decimal; None where any is fine.

    Level, nullability and allowed values are those of the newest version that has the column.
    """

    id: str
    dataset: str
    data_type: DataType
    level: Level
    allows_nulls: bool
    allowed_values: tuple[str, ...]
    introduced: str
    removed: str | None = None
    condition: str = ""
    minimum: int | None = None
    maximum: int | None = None

    def exists_in(self, version: Version) -> bool:
        """Return whether a version of the standard has the column.

        >>> [version for version in VERSIONS if column("InvoiceId").exists_in(version)]
        ['1.2', '1.3', '1.4']
        """
        return self.introduced <= version and (self.removed is None or version < self.removed)


@cache
def _schema() -> dict[str, Any]:
    text = resources.files("finmod.focus").joinpath("schema.json").read_text(encoding="utf-8")
    return cast("dict[str, Any]", json.loads(text))


@cache
def service_categories() -> dict[str, tuple[str, ...]]:
    """Return ServiceCategory -> its ServiceSubcategory values, FOCUS 1.4.

    >>> service_categories()["Compute"][0]
    'Containers'
    """
    return {category: tuple(inside) for category, inside in _schema()["service_categories"].items()}


def attribution() -> str:
    """Return the credit that the specification's licence asks for, to stand beside any copy of the facts."""
    return str(_schema()["attribution"])


def _allowed(column_id: str, facts: dict[str, Any]) -> tuple[str, ...]:
    if column_id == "ServiceSubcategory":
        return tuple(sorted(value for inside in service_categories().values() for value in inside))
    return tuple(facts.get("values", ()))


@cache
def _all_columns(dataset: str) -> tuple[Column, ...]:
    if dataset not in DATASETS:
        message = f"no FOCUS dataset {dataset!r}; did you mean {near(dataset, DATASETS)!r}?"
        raise InternalError(message)
    found = []
    for column_id, facts in sorted(_schema()["datasets"][dataset].items()):
        low, high = facts.get("range", (None, None))
        found.append(
            Column(
                id=column_id,
                dataset=dataset,
                data_type=facts["type"],
                level=facts["level"],
                allows_nulls=facts["nulls"],
                allowed_values=_allowed(column_id, facts),
                introduced=facts["introduced"],
                removed=facts.get("removed"),
                condition=facts.get("when", ""),
                minimum=low,
                maximum=high,
            )
        )
    return tuple(found)


@cache
def columns(dataset: str = "CostAndUsage", version: Version = NEWEST) -> tuple[Column, ...]:
    """Return the columns of a dataset in one version, alphabetical by id; empty where the version lacks it.

    Raises:
        InternalError: No such dataset.

    >>> [len(columns(version=version)) for version in VERSIONS]
    [43, 50, 57, 65, 65]
    """
    return tuple(item for item in _all_columns(dataset) if item.exists_in(version))


@cache
def column(column_id: str, *, dataset: str = "CostAndUsage") -> Column:
    """Return one column by its id, those removed before 1.4 included.

    Raises:
        InternalError: The dataset never had a column of that id.

    >>> column("BilledCost").data_type
    'Decimal'
    """
    for item in _all_columns(dataset):
        if item.id == column_id:
            return item
    message = f"FOCUS {dataset} has no column {column_id!r}"
    raise InternalError(message)


def ledger_columns() -> tuple[Column, ...]:
    """Return the 65 columns of CostAndUsage 1.4 that a charge in the ledger has, alphabetical by id."""
    return columns()


KEY_COLUMNS = tuple(
    item.id for item in columns() if item.data_type in {"String", "JSON"} and item.id not in _SPLIT_DETAILS
)
"""Columns that tell charge keys apart: all text of a charge but the details of one split or commitment draw."""
