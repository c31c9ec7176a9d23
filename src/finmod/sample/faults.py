"""Planted faults: named ways in which one month of the exports is wrong, so that `finmod check` can be tested.

Owns the faults. Truth and, but for the faults of invoices, invoices.csv stay as they are: that is what a check has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from finmod.errors import Problem, UserError, near

FAULT_INVOICE = 100 * 10**10


@dataclass(frozen=True)
class Fault:
    """One planted fault.

    Attributes:
        description: What is wrong, for people.
        kind: What a check should say: refused, duplicate, gap, null, currency, period, commitment, conformance, sign,
            list price, invoice.
        source: The source whose month is changed.
        plant: From the clean query of the month to the planted one; None where files stay clean.
        invoice: Change of the source's invoice in 1e-10 USD; None takes the invoice out.
    """

    description: str
    kind: str
    source: str
    plant: Callable[[str], str] | None = None
    invoice: int | None = 0


def _replace(column: str, value: str, when: str) -> Callable[[str], str]:
    def plant(query: str) -> str:
        return f'SELECT * REPLACE (CASE WHEN {when} THEN {value} ELSE "{column}" END AS "{column}") FROM ({query})'

    return plant


def _twice(query: str) -> str:
    return f"SELECT * FROM ({query}) UNION ALL SELECT * FROM (SELECT * FROM ({query}) LIMIT 150)"


def _without_day(query: str) -> str:
    return f'SELECT * FROM ({query}) WHERE day("ChargePeriodStart") <> 12'


def _next_month(query: str) -> str:
    later = '"{0}" + CASE WHEN "ServiceName" = \'Block Storage\' THEN INTERVAL 40 DAY ELSE INTERVAL 0 DAY END AS "{0}"'
    return f"SELECT * REPLACE ({later.format('ChargePeriodStart')}, {later.format('ChargePeriodEnd')}) FROM ({query})"


def _nothing(query: str) -> str:
    return f"SELECT * FROM ({query}) LIMIT 0"


_COVERED = "\"CommitmentDiscountStatus\" = 'Used'"
_STORAGE = "\"ServiceName\" = 'Block Storage' AND \"ChargeCategory\" = 'Usage'"
_TOKENS = "\"ServiceName\" = 'Quill Large'"

_NULL_BILLED = _replace("BilledCost", "NULL", _STORAGE)
_NULL_EFFECTIVE = _replace("EffectiveCost", "NULL", _STORAGE)
_EUROS = _replace("BillingCurrency", "'EUR'", _TOKENS)
_PLAN_COST = "savings_plan_savings_plan_effective_cost"
_TOO_LOW = _replace(_PLAN_COST, f'CAST("{_PLAN_COST}" * 0.9 AS DECIMAL(18,10))', f'"{_PLAN_COST}" IS NOT NULL')
_BILLED_AGAIN = _replace("BilledCost", '"ContractedCost"', _COVERED)
_UNKNOWN_WORD = _replace("ChargeCategory", "'Consumption'", _STORAGE)
_NO_LIST = _replace("ListCost", "0", _STORAGE)
_NEGATIVE = _replace("BilledCost", '-"BilledCost"', _TOKENS)

FAULTS: dict[str, Fault] = {
    "duplicate_rows": Fault("a block of 150 rows stands twice", "duplicate", "aws", _twice),
    "missing_day": Fault("the 12th is absent, where charges are daily or hourly", "gap", "ai", _without_day),
    "empty_month": Fault("the file of a month has a header and no rows", "gap", "ai", _nothing),
    "null_billed_cost": Fault("BilledCost is null on storage rows", "null", "datacentre", _NULL_BILLED),
    "null_effective_cost": Fault("EffectiveCost is null on storage rows", "null", "datacentre", _NULL_EFFECTIVE),
    "wrong_currency": Fault("two currencies under one billing account", "currency", "ai", _EUROS),
    "future_charge": Fault("charge periods after the billing period", "period", "datacentre", _next_month),
    "effective_gap": Fault(
        "covered usage is a tenth too low: a commitment's effective cost no longer equals its bill",
        "commitment",
        "aws",
        _TOO_LOW,
    ),
    "covered_usage_billed": Fault(
        "usage that a commitment covers is billed a second time", "commitment", "datacentre", _BILLED_AGAIN
    ),
    "bad_category": Fault("ChargeCategory holds a word that FOCUS lacks", "conformance", "datacentre", _UNKNOWN_WORD),
    "zero_list_cost": Fault("ListCost is 0 where there is a cost", "list price", "datacentre", _NO_LIST),
    "negative_usage": Fault("usage with negative BilledCost that is no correction", "sign", "ai", _NEGATIVE),
    "untied_invoice": Fault("an invoice is 100.00 above the bill", "invoice", "aws", invoice=FAULT_INVOICE),
    "missing_invoice": Fault("an invoice is not in invoices.csv", "invoice", "datacentre", invoice=None),
}


def fault_named(name: str) -> Fault:
    """Return the fault of that name.

    Raises:
        UserError: FM1705, there is none.
    """
    if name not in FAULTS:
        guess = near(name, FAULTS)
        raise UserError(
            Problem(
                code="FM1705",
                found=f"there is no planted fault {name!r}",
                expected=", ".join(FAULTS),
                where="--fault",
                remedy=f"Did you mean '{guess}'?" if guess else "Choose one of these.",
            )
        )
    return FAULTS[name]


def faulty_month(months: int) -> int:
    """Return the place of the month that a fault changes: the last but one, with clean months around it."""
    return max(months - 2, 0)
