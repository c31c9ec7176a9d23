"""metrics.yaml: unit metrics and KPIs, each defined once for every command, page and export.

Owns the models of that file. What a metric is, is told in ``terms/metrics.py``; how the file becomes metrics, with
those that come with finmod, in ``metric_reading.py``.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, RootModel, model_validator

from finmod.settings.drivers import DRIVER_NAME
from finmod.settings.rule import Condition, Flag, OneCondition, Text, Texts
from finmod.settings.taxonomy import DIMENSION_NAME
from finmod.settings.validate import Fault, Settings, refusal, refusals

METRICS: Final = "metrics.yaml"
METRIC_NAME: Final = "^[a-z][a-z0-9_]{0,62}$"

Cost = Literal["EffectiveCost", "BilledCost", "ContractedCost", "ListCost"]
Kind = Literal["cost", "quantity", "driver", "tags", "potential"]
Quantity = Literal["ConsumedQuantity", "PricingQuantity"]

KINDS: Final = ("cost", "quantity", "driver", "tags", "potential")
"""The keys that say what a term is."""

_KIND, _FORM, _WHAT, _BESIDE, _CONDITION = "FM1005", "FM1006", "FM2400", "FM2408", "FM2406"
_BELONGS: Final = {
    "of": ("cost",), "part": ("cost",), "known": ("cost",), "where": KINDS,
    "counted_in": ("quantity", "driver"), "over_time": ("driver",), "not_over": ("driver",),
}  # fmt: skip
"""Key -> the kinds of measures that it stands beside."""


def _metric_name(value: str) -> str:
    if not re.fullmatch(METRIC_NAME, value) or value.endswith("\n"):
        expected = "a lower-case letter, then lower-case letters, digits or _, at most 63 characters"
        raise refusal(_FORM, expected, "Rename the metric.")
    return value


def _driver(value: str) -> str:
    if not re.fullmatch(DRIVER_NAME, value):
        raise refusal(_FORM, "the name of a driver of drivers.yaml", "Write it as that file has it.")
    return value


def _dimension(value: str) -> str:
    if not re.fullmatch(DIMENSION_NAME, value):
        raise refusal(_FORM, "the name of a dimension of taxonomy.yaml", "Write it as that file has it.")
    return value


def _subject(value: str) -> str:
    """Refuse what no table of metrics has; which columns there are is known once one is asked for."""
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", value):
        return value
    remedy = "Tags are told by the dimension of taxonomy.yaml that reads them." if "." in value else "Correct the name."
    expected = "a dimension, a column such as ServiceName, or a word such as service"
    raise refusal(_CONDITION, expected, remedy)


def _some(value: dict[str, Condition]) -> dict[str, Condition]:
    if not value:
        raise refusal(_FORM, "at least one condition", "Fill it, or take the line out.")
    return value


Conditions = Annotated[dict[Annotated[str, AfterValidator(_subject)], OneCondition], AfterValidator(_some)]


def _list(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _terms(value: object) -> object:
    """Read ``per: orders``, one mapping, or a list of mappings, as a list."""
    if isinstance(value, str):
        return ({"driver": value},)
    if isinstance(value, dict):
        return (value,)
    if isinstance(value, list) and value:
        return tuple({"driver": each} if isinstance(each, str) else each for each in value)
    raise refusal(_KIND, "the name of a driver, a mapping or a list of them", "Write per: orders, or {cost: ListCost}.")


Dimensions = Annotated[Texts, AfterValidator(lambda value: tuple(_dimension(each) for each in value))]


class MeasureSettings(Settings):
    """One term: a sum of cost or quantity over charges, a driver, or the spend of tags."""

    cost: Cost | None = Field(default=None, description="A cost of FOCUS.", examples=["EffectiveCost"])
    quantity: Quantity | None = Field(
        default=None, description="A quantity of FOCUS; needs in.", examples=["PricingQuantity"]
    )
    driver: Annotated[str, AfterValidator(_driver)] | None = Field(
        default=None, description="A driver of drivers.yaml.", examples=["orders"]
    )
    tags: Literal["understood", "taggable"] | None = Field(
        default=None,
        description="EffectiveCost of what can carry tags (taggable), or whose tag names a value (understood), of "
        "every dimension that tags say.",
        examples=["understood"],
    )
    potential: Literal["commitment_savings"] | None = Field(
        default=None,
        description="What commitments could save at most: usage at list price, times the best share that commitments "
        "ever saved in its service.",
        examples=["commitment_savings"],
    )
    of: Literal["allocated", "charges"] | None = Field(
        default=None,
        description="Of a cost: allocated, as it is shared out by allocation.yaml; charges, as the bills have it. "
        "Quantities are of charges. allocated where it is not given.",
        examples=["allocated"],
    )
    part: Literal["full", "direct", "shared"] | None = Field(
        default=None,
        description="Of allocated cost: full, direct (a target's own charges) or shared (its parts of pools). full "
        "where it is not given.",
        examples=["direct"],
    )
    where: Conditions | None = Field(
        default=None,
        description="Conditions that must all hold: a column or dimension to text, glob, /pattern/, list of them, "
        "{not: list}, or nothing for absent. target is the first dimension of allocation.yaml.",
        examples=[{"product": "checkout"}],
    )
    known: Annotated[tuple[Cost, ...], BeforeValidator(_list, json_schema_input_type=list[Cost])] = Field(
        default=(), description="Only charges of which these costs are known too.", examples=[["ListCost"]]
    )
    counted_in: Text | None = Field(
        default=None,
        alias="in",
        description="Of a quantity: the unit that it is told in. Of a driver: another size of its own unit.",
        examples=["GB"],
    )
    over_time: Literal["sum", "average", "last"] | None = Field(
        default=None,
        description="Of a driver: what becomes of its periods within a month. sum where it is not given; average or "
        "last for levels, such as users or stored GB.",
        examples=["average"],
    )
    not_over: Dimensions = Field(
        default=(),
        description="Of a driver: dimensions over which it must not be added up, since a user of two products is one "
        "user.",
        examples=[["product"]],
    )

    @property
    def kind(self) -> Kind | None:
        """Return what it is; None where the file says nothing of it."""
        found: Kind
        for found in KINDS:
            if getattr(self, found) is not None:
                return found
        return None

    def faults(self, *, is_needed: bool) -> list[Fault]:
        """Return what does not fit together.

        Args:
            is_needed: Whether it must be something.
        """
        kinds = [kind for kind in KINDS if getattr(self, kind) is not None]
        if not kinds:
            expected, remedy = (
                "cost, quantity, driver, tags or potential",
                "Say what is summed, such as cost: EffectiveCost.",
            )
            missing = Fault(code=_WHAT, expected=expected, remedy=remedy, found="says nothing that is summed")
            return [missing] if is_needed else []
        found = [
            Fault(code=_WHAT, expected=f"{kinds[0]} alone", remedy="Make two terms of it: a list under numerator.",
                  steps=(kind,), found=f"stands beside {kinds[0]}")
            for kind in kinds[1:]
        ]  # fmt: skip
        for key, belongs in _BELONGS.items():
            alias = "in" if key == "counted_in" else key
            if getattr(self, key) and kinds[0] not in belongs:
                expected = f"{alias} beside {' or '.join(belongs)}"
                fault = Fault(
                    code=_BESIDE, expected=expected, remedy="Take it out.", steps=(alias,),
                    found=f"stands beside {kinds[0]}",
                )  # fmt: skip
                found.append(fault)
        if self.kind == "quantity" and self.counted_in is None:
            remedy = "Add in: and the unit, such as in: GB. Other sizes of it are converted."
            found.append(Fault(code=_WHAT, expected="in beside quantity", remedy=remedy, found="has no unit"))
        if self.known and self.of != "charges":
            expected, remedy = "known beside of: charges", "Add of: charges, or take known out."
            found.append(Fault(code=_BESIDE, expected=expected, remedy=remedy, steps=("known",)))
        if self.of == "charges" and self.part:
            fault = Fault(code=_BESIDE, expected="part beside of: allocated", remedy="Take it out.", steps=("part",))
            found.append(fault)
        return found


class TermSettings(MeasureSettings):
    """One term of several."""

    minus: Flag = Field(default=False, description="Whether it is taken off.")

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if found := self.faults(is_needed=True):
            raise refusals(found)
        return self


Terms = Annotated[
    tuple[TermSettings, ...],
    BeforeValidator(_terms, json_schema_input_type=str | TermSettings | list[TermSettings | str]),
]


class MetricSettings(MeasureSettings):
    """One metric: what is above the line, and what it is divided by."""

    numerator: Terms = Field(
        default=(),
        description="Terms above the line, where one cost, quantity or driver beside is not enough; minus: true takes "
        "one off.",
        examples=[[{"driver": "revenue"}, {"cost": "EffectiveCost", "minus": True}]],
    )
    per: Terms = Field(
        default=(), description="What it is divided by: a driver, a term or a list of terms.", examples=["orders"]
    )
    label: Text | None = Field(default=None, description="How pages call it.", examples=["Cost per order"])
    description: Text | None = Field(default=None, description="What it means.")
    source: Text | None = Field(default=None, description="Where the definition is from.")
    owner: Text | None = Field(default=None, description="Who answers for it.", examples=["checkout-team@example.com"])
    unit: Text | None = Field(
        default=None,
        description="What its figures are in; found from both sides where it is not given, and compared with that.",
        examples=["USD per order"],
    )
    currency: Text | None = Field(
        default=None,
        description="Of a metric of money: the reporting currency of finmod.yaml, and no other.",
        examples=["USD"],
    )
    format: Literal["money", "number", "percent"] | None = Field(
        default=None, description="How figures are shown; money where they are money, percent where they are shares."
    )
    places: int | None = Field(default=None, ge=0, le=12, description="Digits behind the point.", examples=[4])
    better: Literal["lower", "higher", "neither"] = Field(default="neither", description="Which way is good.")
    additivity: Literal["additive", "semi-additive", "ratio"] | None = Field(
        default=None,
        description="How it adds up: found from its terms where it is not given, and compared with that. A ratio is "
        "never summed: its two sides are.",
        examples=["ratio"],
    )
    by: Dimensions = Field(
        default=(),
        description="Dimensions by which the table metrics_monthly tells it; its driver's where it is not given.",
        examples=[["product"]],
    )

    @model_validator(mode="after")
    def _is_one_metric(self) -> Self:
        found = self.faults(is_needed=not self.numerator)
        if self.numerator and self.kind:
            remedy = f"Move {self.kind} into the list."
            found.append(
                Fault(code=_WHAT, expected="numerator alone", remedy=remedy, steps=(self.kind,),
                      found="stands beside numerator")
            )  # fmt: skip
        if found:
            raise refusals(found)
        return self

    @property
    def above(self) -> tuple[MeasureSettings, ...]:
        """Return the terms above the line."""
        return self.numerator or (self,)


class MetricsFile(RootModel[dict[Annotated[str, AfterValidator(_metric_name)], MetricSettings]]):
    """Metrics: a name of your choice to what it is made of."""
