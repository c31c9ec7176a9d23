"""The line items of an AWS bill that are no plain usage: their form, whatever they are for.

Owns the record's making and AWS's names for commitments and product codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import numpy as np

from finmod.sample.charges import SHARED, Charge
from finmod.sample.commitments import Commitment
from finmod.sample.months import Month
from finmod.sample.prices import skus
from finmod.sample.streams import Texts
from finmod.sample.teams import PAYERS
from finmod.sample.usage import Usage

Span = tuple[datetime, datetime]
Costs = tuple[int, int, int, int]
PAYER, PAYER_NAME = PAYERS["aws"]


def arn(held: Commitment) -> str:
    """Return the ARN of a savings plan or of reserved instances."""
    number = f"{sum(ord(letter) * 7919**place for place, letter in enumerate(held.name)) % 2**48:012x}"
    if held.by_quantity:
        return f"arn:aws:ec2:us-east-1:{PAYER}:reserved-instances/00000000-0000-4000-8000-{number}"
    return f"arn:aws:savingsplans::{PAYER}:savingsplan/00000000-0000-4000-8000-{number}"


def line_item(  # noqa: PLR0913 -- the parts of a row
    kind: str,
    line_type: str,
    span: Span,
    costs: Costs,
    *,
    invoice: str,
    text: str,
    columns: Mapping[str, str | None],
    owner: int = SHARED,
) -> Charge:
    """Return a charge of the payer's account unless the columns name another.

    Args:
        kind: What it is, in the words of truth.
        line_type: line_item_line_item_type.
        span: Usage start and end, UTC, the end excluded.
        costs: Billed, effective, list and contracted cost, 1e-10 USD.
        invoice: Number of the invoice.
        text: The line's description.
        columns: Further CUR 2.0 columns.
        owner: True owner, see ``Charge``.
    """
    own: dict[str, str | None] = {
        "line_item_line_item_type": line_type,
        "line_item_line_item_description": text,
        "line_item_usage_account_id": PAYER,
        "line_item_usage_account_name": PAYER_NAME,
        "line_item_usage_amount": "1",
    }
    return Charge(
        kind=kind,
        start=span[0],
        end=span[1],
        billed=costs[0],
        effective=costs[1],
        listed=costs[2],
        contracted=costs[3],
        owner=owner,
        invoice=invoice,
        columns=own | dict(columns),
    )


def sku_columns(name: str) -> dict[str, str]:
    """Return the column that names the SKU of a line; such lines have no unit price, so no price code either."""
    return {"product_sku": name.upper().replace(" ", "").replace("-", "")}


def same(amount: int) -> Costs:
    """Return four costs that are one amount."""
    return amount, amount, amount, amount


def fee(billed: int, unused: int) -> Costs:
    """Return the costs of a recurring fee: its effect is what was left unused.

    FOCUS sees two charges in it, a purchase at the price billed and unused usage at the price lost; list and
    contracted cost are the sum of both.
    """
    price = billed + unused
    return billed, unused, price, price


def whole(month: Month) -> Span:
    """Return a month as a span."""
    return month.start, month.following().start


def other_invoice(usage: Usage) -> str:
    """Return the number of the invoice of the payer that the company's bought account had before."""
    return f"HMA{usage.month.year % 100:02d}{usage.month.month:02d}0001"


def product_codes(usage: Usage) -> Texts:
    """Return AWS's product code of each cell."""
    table = np.array([skus()[place].service_code for place in usage.sku_of_resource], dtype=object)
    return np.asarray(table[usage.resource], dtype=object)
