"""Values that a project gives to columns which its bills lack: what each column takes.

Owns their check against the standard: allowed values, currencies, decimals, instants.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Final

from finmod.focus.columns import COSTS, VERSIONS, Column, DataType, columns
from finmod.settings.currencies import CURRENCIES
from finmod.settings.validate import Fault, did_you_mean, refusals

_CHOICE, _FORM = "FM1003", "FM1006"


@cache
def _columns() -> dict[str, Column]:
    return {item.id: item for version in VERSIONS for item in columns(version=version)}


def column_ids() -> tuple[str, ...]:
    """Return the id of every column of CostAndUsage in any version, removed ones included."""
    return tuple(_columns())


def allowed_constants(value: Mapping[str, str]) -> Mapping[str, str]:
    """Return constants, column id -> text, as they are.

    Raises:
        PydanticCustomError: A column does not take its value; with a fault per column.
    """
    faults = [fault for column_id, constant in value.items() if (fault := _fault(column_id, constant))]
    if faults:
        raise refusals(faults)
    return value


def _fault(column_id: str, constant: str) -> Fault | None:
    def fault(code: str, expected: str, remedy: str | None = None) -> Fault:
        return Fault(code=code, expected=expected, remedy=remedy, steps=(column_id,))

    if constant == "":
        return fault(_FORM, "text", "Leave it out: a column without a value is NULL.")
    column = _columns().get(column_id)
    if column is None:
        return None
    if column_id in COSTS:
        remedy = f"Remove it: what a charge without {column_id} costs is unknown."
        return fault(_FORM, "a column that is no cost", remedy)
    if column_id in {"BillingCurrency", "PricingCurrency"} and constant not in CURRENCIES:
        return fault(_FORM, "a currency code of ISO 4217, such as USD", did_you_mean(constant, CURRENCIES))
    if column.allowed_values and constant not in column.allowed_values:
        expected = f"a value that FOCUS allows in {column_id}, such as {column.allowed_values[0]}"
        return fault(_CHOICE, expected, did_you_mean(constant, column.allowed_values))
    takes, expected = _FORMS.get(column.data_type, (bool, ""))
    return None if takes(constant) else fault(_FORM, expected)


def _is_decimal(text: str) -> bool:
    # What DECIMAL(38,12) holds, without an exponent.
    return re.fullmatch(r"-?[0-9]{1,26}(\.[0-9]{1,12})?", text) is not None


def _is_instant(text: str) -> bool:
    try:
        # An offset other than Z would be dropped in silence.
        form = re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?", text)
        return bool(form and datetime.fromisoformat(text))
    except ValueError:
        return False


_FORMS: Final[dict[DataType, tuple[Callable[[str], bool], str]]] = {
    "Decimal": (_is_decimal, "a number such as 0 or -12.5, with 12 decimals at most"),
    "Date/Time": (_is_instant, "a date or an instant in UTC, such as 2026-09-01 or 2026-09-01T00:00:00Z"),
}
