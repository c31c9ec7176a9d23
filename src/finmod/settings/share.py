"""How one pool is shared, as allocation.yaml says it: by what, among whom, and what else where that cannot be told.

Owns the models of shares. What belongs to which kind of share is refused here; whether a name is known is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from finmod.settings.rule import Column, Dated, Flag, Text, Texts, When, texts
from finmod.settings.validate import Fault, Settings, did_you_mean, listing, refusal, refusals
from finmod.settings.yaml import Steps

By = Literal["even", "fixed", "cost", "driver", "kubernetes", "inferred"]

UNALLOCATED: Final = "unallocated"
"""What stays with nobody, in fixed shares and behind ``else``."""

LONGEST_HISTORY: Final = 60

_FINEST = Decimal("1e-12")
_KIND, _CHOICE, _FORM, _SHARE, _PART, _MINIMUM = "FM1005", "FM1003", "FM1006", "FM2103", "FM2105", "FM2112"

KEYS: Final[dict[str, tuple[str, ...]]] = {
    "even": ("among", "pools", "else"),
    "fixed": ("shares",),
    "cost": ("of", "base", "within", "grain", "pools", "among", "else"),
    "driver": ("driver", "capacity", "idle", "minimum", "grain", "among", "else"),
    "kubernetes": ("idle", "overhead", "prices", "grain", "among", "else"),
    "inferred": ("drivers", "months", "else"),
}
"""The keys of each kind of share, beside ``by``, ``since`` and ``until``."""

WITHIN_FULL: Final = ("x_Source", "ServiceName", "ChargeCategory", "BillingCurrency")
"""Columns that a share by full cost can stay within: those by which costs are kept when pools have been shared."""

NEEDED: Final = {"fixed": "shares", "driver": "driver", "inferred": "drivers"}
"""What each kind cannot be without."""

_EXAMPLES = {
    "shares": "shares: {search: 0.4, ads: 0.6}",
    "driver": "driver: orders",
    "drivers": "drivers: [requests, stored_gb]",
}


def parts(value: object) -> object:
    """Read fixed shares: names to shares, or to a mapping of names of the next dimension, for validators."""
    if not isinstance(value, dict):
        raise refusal(_KIND, "names, each with its share", "Write a mapping such as {search: 0.4, ads: 0.6}.")
    faults = list(_faulty_parts(value, ()))
    if faults:
        raise refusals(faults)
    return _decimals(value)


def _faulty_parts(value: dict[str, Any], steps: Steps) -> Iterator[Fault]:
    if not value:
        yield Fault(code=_FORM, expected="at least one name with its share", remedy="Fill it.", steps=steps)
    for name, part in value.items():
        at = (*steps, name)
        if isinstance(part, dict) and name == UNALLOCATED:
            remedy = "Give it one share: nobody has teams."
            yield Fault(code=_PART, expected="a share from 0 to 1", remedy=remedy, steps=at)
        elif isinstance(part, dict):
            yield from _faulty_parts(part, at)
        elif isinstance(part, bool) or not isinstance(part, int | Decimal):
            remedy = "Write 0.4 for 40 %."
            yield Fault(code=_PART, expected="a share from 0 to 1, or names with shares", remedy=remedy, steps=at)
        elif not 0 <= part <= 1:
            remedy = "Write 0.4 for 40 %." if part > 1 else "Take it out: nobody is paid by a pool."
            yield Fault(code=_PART, expected="a share from 0 to 1", remedy=remedy, steps=at)
        elif Decimal(part) != Decimal(part).quantize(_FINEST):
            yield Fault(code=_PART, expected="at most 12 decimals", remedy="Round it; they sum to 1.", steps=at)


def _decimals(value: dict[str, Any]) -> dict[str, Any]:
    return {name: _decimals(part) if isinstance(part, dict) else Decimal(part) for name, part in value.items()}


def _minimum(value: object) -> object:
    if value is None:
        return value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise refusal(_KIND, "a share above 0, such as 0.01", "Write 0.01 for 1 %.")
    if value <= 0:
        raise refusal(_MINIMUM, "a share above 0, such as 0.01", "Correct it, or take it out: 0 is no minimum.")
    if value > Decimal("0.5"):
        raise refusal(_MINIMUM, "at most 0.5: two targets would get more than there is", "Write 0.01 for 1 %.")
    return Decimal(value)


def _months(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LONGEST_HISTORY:
        raise refusal(_FORM, f"a whole number of months from 1 to {LONGEST_HISTORY}", "Write months: 6.")
    return value


def _not_a_list(value: object) -> object:
    """Read ``else: unallocated`` as no share; ``says_unallocated`` tells it."""
    if value == UNALLOCATED:
        return None
    if isinstance(value, dict):
        return value
    hint = did_you_mean(value, (UNALLOCATED,))
    raise refusal(_CHOICE, f"{UNALLOCATED}, or a share as {{by: even}}", hint or f"Write else: {UNALLOCATED}.")


def _price(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise refusal(_KIND, "a price, such as 0.03", "Write a number.")
    if value < 0:
        raise refusal(_FORM, "a price of 0 or more", "Correct it: who holds more pays more.")
    return Decimal(value)


Price = Annotated[Decimal, BeforeValidator(_price, json_schema_input_type=Decimal)]


class PricesSettings(Settings):
    """What an hour costs of what a node has: their ratios say how much of its cost is for each."""

    cpu: Price = Field(description="Of a core.", examples=[Decimal("0.031611")], json_schema_extra={"minimum": 0})
    memory: Price = Field(description="Of a GiB.", examples=[Decimal("0.004237")], json_schema_extra={"minimum": 0})
    gpu: Price = Field(
        description="Of a GPU; 0 where there is none.", examples=[Decimal("0.95")], json_schema_extra={"minimum": 0}
    )

    @model_validator(mode="after")
    def _is_a_weight(self) -> Self:
        if not (self.cpu or self.memory):
            raise refusal(_FORM, "a price of cpu or memory above 0", "Write a price, or take it out.")
        return self


class ShareSettings(Dated):
    """How a pool is shared: by says by what, the other keys belong to that."""

    by: By = Field(
        description="even: the same for each target; fixed: as shares say; cost: by a cost of the targets; driver: by "
        "a series of drivers.yaml; kubernetes: by what pods requested and used; inferred: by what drivers explain of "
        "the pool's cost.",
        examples=["driver"],
    )
    shares: Annotated[dict[str, Any] | None, BeforeValidator(parts)] = Field(
        default=None,
        description="Of fixed: value of the first dimension to its share, or to a mapping of values of the next one; "
        "unallocated is a name too. They sum to 1.",
        examples=[{"search": 0.4, "ads": {"ads-web": 0.35, "ads-api": 0.25}}],
    )
    of: Literal["BilledCost", "EffectiveCost", "ListCost", "ContractedCost"] = Field(
        default="EffectiveCost", description="Of cost: which cost of the targets counts.", examples=["EffectiveCost"]
    )
    base: Literal["direct", "full"] = Field(
        default="direct",
        description="Of cost: direct, the targets' own cost alone; full, with what other pools give them.",
        examples=["full"],
    )
    within: Annotated[tuple[Column, ...], BeforeValidator(texts, json_schema_input_type=str | list[str])] = Field(
        default=(),
        description="Of cost: columns of a charge; a cost is shared by those who have costs with the same texts there.",
        examples=[["x_Source", "SubAccountId"]],
    )
    pools: Flag = Field(
        default=False, description="Of cost and even: whether pools are targets like any other.", examples=[True]
    )
    among: When | None = Field(
        default=None,
        description="Of even, cost, driver and kubernetes: what a target must be, dimension to value, list of values, "
        "{not: list}, or nothing for absent.",
        examples=[{"product": {"not": ["insights"]}}],
    )
    driver: Text | None = Field(
        default=None, description="Of driver: its name in drivers.yaml.", examples=["k8s_usage"]
    )
    capacity: Text | None = Field(
        default=None,
        description="Of driver: the driver that says how much there was in all; what is used of it is the rest's.",
        examples=["k8s_capacity"],
    )
    idle: Literal["proportional", "even", "owner", "unallocated"] | None = Field(
        default=None,
        description="Of driver and kubernetes: who pays for what nobody used. proportional: those who used the rest, "
        "by use; even: they, each the same; owner: whose the charges are; unallocated: nobody.",
        examples=["proportional"],
    )
    overhead: Literal["proportional", "even", "owner", "unallocated"] | None = Field(
        default=None,
        description="Of kubernetes: who pays for what workloads held that no rule of taxonomy.yaml names, as idle; "
        "unallocated where it is not given.",
        examples=["proportional"],
    )
    prices: PricesSettings | None = Field(
        default=None,
        description="Of kubernetes: prices of an hour of a core, a GiB and a GPU, whose ratios split a node's cost; "
        "OpenCost's defaults where they are not given.",
        examples=[{"cpu": Decimal("0.031611"), "memory": Decimal("0.004237"), "gpu": Decimal("0.95")}],
    )
    minimum: Annotated[Decimal | None, BeforeValidator(_minimum)] = Field(
        default=None,
        description="Of driver: the least share of each target with use.",
        examples=[Decimal("0.01")],
        json_schema_extra={"exclusiveMinimum": 0, "maximum": 0.5},
    )
    grain: Literal["hour", "day", "month"] | None = Field(
        default=None,
        description="Of driver, cost and kubernetes: how long the periods are that shares are told for; that of the "
        "driver, a month for cost and a day for kubernetes where it is not given.",
        examples=["day"],
    )
    drivers: Texts = Field(
        default=(),
        description="Of inferred: the drivers that explain the pool's cost.",
        examples=[["requests", "stored_gb"]],
    )
    months: Annotated[int, BeforeValidator(_months)] = Field(
        default=6,
        description="Of inferred: how many months of history are looked at, the month itself being one.",
        examples=[6],
        json_schema_extra={"minimum": 1, "maximum": LONGEST_HISTORY},
    )
    says_unallocated: Annotated[bool, BeforeValidator(lambda value: value == UNALLOCATED)] = Field(
        default=False, alias="else", description="As else."
    )
    otherwise: Annotated[ShareSettings | None, BeforeValidator(_not_a_list)] = Field(
        default=None,
        alias="else",
        description="What is done where the share cannot be told, such as for days without a driver: unallocated, or "
        "another share. Without it the cost stays unallocated, which is an error.",
        examples=["unallocated"],
    )

    @model_validator(mode="before")
    @classmethod
    def _is_not_empty(cls, data: Any) -> Any:  # noqa: ANN401 -- as the file has it
        """Refuse a key that is named and left out: nobody can tell which of its meanings was meant."""
        given = data if isinstance(data, dict) else {}
        known = {key for keys in KEYS.values() for key in keys}
        empty = [key for key, value in given.items() if key in known and (value is None or value == [])]
        if empty:
            faults = [
                Fault(code=_KIND, expected="something", remedy="Fill it, or take the line out.", steps=(key,))
                for key in empty
            ]
            raise refusals(faults)
        return data

    @model_validator(mode="after")
    def _has_its_keys(self) -> Self:
        faults = [*self._foreign(), *self._missing(), *self._contrary()]
        if faults:
            raise refusals(faults)
        return self

    def _foreign(self) -> Iterator[Fault]:
        given = {"else" if name in {"otherwise", "says_unallocated"} else name for name in self.model_fields_set}
        for key in sorted(given - {"by", "since", "until", *KEYS[self.by]}):
            kinds = [kind for kind, keys in KEYS.items() if key in keys]
            yield Fault(
                code=_SHARE, expected=f"{key} beside by: {listing(kinds)}", steps=(key,),
                found=f"stands beside by: {self.by}", remedy="Take it out, or correct by.",
            )  # fmt: skip

    def _missing(self) -> Iterator[Fault]:
        key = NEEDED.get(self.by)
        if key and not getattr(self, key):
            yield Fault(
                code=_SHARE, expected=f"{key} beside by: {self.by}", found=f"has no {key}",
                remedy=f"Add it, such as '{_EXAMPLES[key]}'.",
            )  # fmt: skip

    def _contrary(self) -> Iterator[Fault]:
        if self.by in {"cost", "kubernetes"} and self.grain == "hour":
            remedy = "Write grain: day."
            yield Fault(code=_CHOICE, expected="day or month: charges are kept by day", remedy=remedy, steps=("grain",))
        for number, name in enumerate(self.within) if self.base == "full" else ():
            if name not in WITHIN_FULL:
                yield Fault(
                    code=_SHARE, expected=f"{listing(WITHIN_FULL)} beside base: full", steps=("within", number),
                    remedy="Take it out, or write base: direct: what pools give is not told by other columns.",
                )  # fmt: skip
        if self.capacity is not None and self.capacity == self.driver:
            remedy = "Name the driver that says how much there was, or take capacity out."
            yield Fault(code=_SHARE, expected="another driver than driver", remedy=remedy, steps=("capacity",))
        for key in ("since", "until"):
            if self.otherwise is not None and getattr(self.otherwise, key):
                expected, remedy = "days on the share alone", "Take it out: it holds where the share before it does."
                yield Fault(code=_SHARE, expected=expected, remedy=remedy, steps=("else", key))
        twice = [number for number, name in enumerate(self.drivers) if name in self.drivers[:number]]
        for number in twice:
            expected, remedy = "each driver once", "Take one of the two out."
            yield Fault(code="FM1015", expected=expected, remedy=remedy, steps=("drivers", number))
