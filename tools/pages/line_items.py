"""What each AWS line item type becomes: found out by running the declared mapping on one row of each type.

Every amount column of such a row holds a number of its own, so the column that a cost came from can be read off the
result. The table can therefore not differ from what a load does.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import permutations

from finmod.engines.duckdb import Engine, literal
from finmod.focus.columns import COSTS
from finmod.normalize.mapping import Mapping, render
from tools.pages.markdown import table

_KINDS = ("ChargeCategory", "ChargeClass", "PricingCategory", "CommitmentDiscountStatus")
_PLAIN = {"pricing_currency": "USD", "line_item_currency_code": "USD", "line_item_usage_type": "BoxUsage:m5.large"}
_RESERVED = {"reservation_reservation_a_r_n": "arn"}
_PLANNED = {"savings_plan_savings_plan_a_r_n": "arn"}
_NO_UPFRONT = {"pricing_purchase_option": "No Upfront"}
_ALSO = "its second charge: what was left unused"
_BILLS_NOTHING = {"line_item_unblended_cost": Decimal(0)}


@dataclass(frozen=True)
class _Case:
    """A row of one type; ``when`` says which, where a type has several."""

    type: str
    when: str = ""
    texts: MappingOf[str, str] = field(default_factory=dict)
    amounts: MappingOf[str, Decimal] = field(default_factory=dict)


_CASES = (
    _Case("Usage"),
    _Case("Usage", "a split row", {"split_line_item_parent_resource_id": "parent"}, _BILLS_NOTHING),
    _Case("DiscountedUsage"),
    _Case("SavingsPlanCoveredUsage"),
    _Case("SavingsPlanNegation"),
    _Case("SavingsPlanRecurringFee", "bills a fee"),
    _Case("SavingsPlanRecurringFee", "all upfront: bills nothing", {}, _BILLS_NOTHING),
    _Case("SavingsPlanUpfrontFee"),
    _Case("RIFee", "bills a fee"),
    _Case("RIFee", "all upfront: bills nothing", {}, _BILLS_NOTHING),
    _Case("Fee", "of a reservation: upfront", _RESERVED),
    _Case("Fee", "any other"),
    _Case("FlatRateSubscription"),
    _Case("Credit"),
    _Case("Refund", "of a reservation", _RESERVED),
    _Case("Refund", "of a reservation, No Upfront", {**_RESERVED, **_NO_UPFRONT}),
    _Case("Refund", "of a Savings Plan", _PLANNED),
    _Case("Refund", "any other"),
    _Case("Tax"),
    _Case("EdpDiscount"),
    _Case("PrivateRateDiscount"),
    _Case("BundledDiscount"),
    _Case("Discount"),
)


def line_items(mapping: Mapping) -> str:
    """Return the section with a row per line item type; discounts come as rows."""
    amounts = _amounts(mapping)
    with Engine() as engine:
        kinds, costs = [], []
        for case in _CASES:
            for when, each in _charges(engine, mapping, case, amounts):
                columns = {item.target: item.sql for item in each.columns}
                name = (f"`{case.type}`", when)
                kinds.append((*name, *(_text(engine, columns[target], case, amounts) for target in _KINDS)))
                costs.append((*name, *(_from(engine, columns[target], case, amounts) for target in COSTS)))
    return (
        "\n## What each line item type becomes\n\n"
        + table(("line item type", "which row", *_KINDS), kinds)
        + "\nAnd where its costs come from. Columns stand without the name of their group; where discounts come as "
        "columns, the net\ncolumn is read in place of each.\n\n" + table(("line item type", "which row", *COSTS), costs)
    )


def _charges(
    engine: Engine, mapping: Mapping, case: _Case, amounts: MappingOf[str, Decimal]
) -> Iterator[tuple[str, Mapping]]:
    """Yield which row it is, and the mapping of each charge that a row of this type makes."""
    yield case.when, mapping
    for also in mapping.also:
        if not _value(engine, also.drop_when, case, amounts):
            yield _ALSO, also


def _amounts(mapping: Mapping) -> dict[str, Decimal]:
    """Return amount column -> a power of three: sums and differences of two columns tell which two."""
    found: dict[str, None] = {}

    def note(name: str) -> str:
        found[name] = None
        return ""

    for item in mapping.every_column():
        render(item.sql, {"$": str, "@": str, "#": note})
    # The whole of a commitment comes last, so that what is left of it is positive.
    ordered = sorted(found, key=lambda name: ("total_commitment" in name, name))
    return {name: Decimal(3) ** (place + 1) for place, name in enumerate(ordered)}


def _value(engine: Engine, sql: str, case: _Case, amounts: MappingOf[str, Decimal]) -> object:
    texts = {**_PLAIN, "line_item_line_item_type": case.type, **case.texts}
    numbers = {**amounts, **case.amounts}
    rendered = render(
        sql,
        {
            "$": lambda name: literal(texts[name]) if name in texts else "NULL::VARCHAR",
            "#": lambda name: f"CAST({numbers[name]} AS DECIMAL(38,12))",
            "@": lambda _: "NULL::TIMESTAMP",
        },
    )
    return engine.row(f"SELECT {rendered}")[0]


def _text(engine: Engine, sql: str, case: _Case, amounts: MappingOf[str, Decimal]) -> str:
    found = _value(engine, sql, case, amounts)
    return "" if found is None else str(found)


def _from(engine: Engine, sql: str, case: _Case, amounts: MappingOf[str, Decimal]) -> str:
    found = _value(engine, sql, case, amounts)
    if found is None:
        return "NULL"
    amount = Decimal(str(found))
    return "0" if amount == 0 else next(name for name, value in _readings(amounts) if value == amount)


def _readings(amounts: MappingOf[str, Decimal]) -> Iterator[tuple[str, Decimal]]:
    for name, value in amounts.items():
        yield f"`{_short(name)}`", value
    for (one, first), (two, second) in permutations(amounts.items(), 2):
        yield f"`{_short(one)}` + `{_short(two)}`", first + second
        yield f"`{_short(one)}` - `{_short(two)}`", first - second


def _short(name: str) -> str:
    group = next(
        (group for group in ("line_item_", "pricing_", "savings_plan_", "reservation_") if name.startswith(group)), ""
    )
    return name.removeprefix(group)
