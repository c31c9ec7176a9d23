"""Findings: legal but suspicious data, kept and told, each with a stable code.

Owns the record of a finding and the catalogue of codes (the JSON files beside it, one per room that
finds). The page docs/errors.md is made from the same catalogue.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Code:
    """One stable code.

    Attributes:
        code: ``FM`` and four digits; never reused.
        severity: ``error`` turns ``finmod check`` red, ``warning`` where the project says so, ``info`` never.
        title: What it is, in a few words.
        meaning: What it means for the numbers.
        remedy: What to do about it.
    """

    code: str
    severity: Severity
    title: str
    meaning: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that a check found, counted over one source and billing period.

    Attributes:
        code: Stable code, see ``codes()``.
        message: What was found, in one sentence.
        source: Name of the source in finmod.yaml; None for the whole ledger.
        billing_period: ``YYYY-MM``; None where it spans several. Of months in a row the first.
        last_billing_period: The last of months in a row; None otherwise.
        column: FOCUS id of the column in question.
        rows: Number of charges affected; of a source of usage, of its rows.
        amount: What those charges cost, one currency; None where unknown.
        currency: ISO 4217 code of ``amount``.
        measure: FOCUS id of the cost that ``amount`` is: that of bills, but where allocated cost is in question.
        example: One offending value, as it stands in the bill: hostile text, escape before showing.
        where: ``file, row n`` of that value, row as x_Row.
        severity: As in the catalogue unless a rule says otherwise.
    """

    code: str
    message: str
    source: str | None = None
    billing_period: str | None = None
    last_billing_period: str | None = None
    column: str | None = None
    rows: int | None = None
    amount: Decimal | None = None
    currency: str | None = None
    measure: str = "BilledCost"
    example: str | None = None
    where: str | None = None
    severity: Severity


@cache
def codes() -> dict[str, Code]:
    """Return the catalogue, code -> Code, sorted by code."""
    found: dict[str, Code] = {}
    for file in sorted(resources.files("finmod.terms").joinpath("codes").iterdir(), key=lambda item: item.name):
        if file.name.endswith(".json"):
            for entry in json.loads(file.read_text(encoding="utf-8")):
                if entry["code"] in found:
                    message = f"code {entry['code']} stands twice, the second time in {file.name}"
                    raise ValueError(message)
                found[entry["code"]] = Code(**entry)
    return dict(sorted(found.items()))
