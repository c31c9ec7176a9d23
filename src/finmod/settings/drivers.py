"""drivers.yaml: series that costs are shared by, such as orders, requests, stored GB, revenue.

Owns the models of that file and its reading. What stands in the files and servers that it names is read in ``sources``.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, RootModel, model_validator

from finmod.errors import Problem, UserError, near, printable
from finmod.settings.driver_source import SourceOfDriver
from finmod.settings.rule import Text, texts
from finmod.settings.taxonomy import DIMENSION_NAME
from finmod.settings.validate import Fault, Settings, did_you_mean, listing, refusal, refusals, validated
from finmod.settings.yaml import parse_bytes, read_bytes

DRIVERS = "drivers.yaml"

Grain = Literal["hour", "day", "month"]
Combine = Literal["sum", "last", "average", "max", "none"]
Gaps = Literal["none", "zero", "previous", "linear"]

GRAINS: tuple[Grain, ...] = get_args(Grain)
DRIVER_NAME = "^[a-z][a-z0-9_-]{0,62}$"
_SECONDS = {"hour": 3600, "day": 86_400}
_STEP = "FM2174"
_KIND, _FORM, _COLUMN, _ZONE, _COMBINE = "FM1005", "FM1006", "FM2171", "FM2172", "FM2173"


def _driver_name(value: str) -> str:
    if not re.fullmatch(DRIVER_NAME, value) or value.endswith("\n"):
        expected = "a lower-case letter, then lower-case letters, digits, _ or -, at most 63 characters"
        raise refusal(_FORM, expected, "Rename the driver.")
    return value


def _dimension(value: str) -> str:
    if not re.fullmatch(DIMENSION_NAME, value) or value.endswith("\n"):
        expected = "a lower-case letter, then lower-case letters, digits, _ or -, at most 40 characters"
        raise refusal(_FORM, expected, "Write the dimension as taxonomy.yaml has it.")
    return value


def _each_once(value: tuple[str, ...]) -> tuple[str, ...]:
    faults = [
        Fault(code=_FORM, expected="each dimension once", remedy="Take one of them out.", steps=(place,),
              found=f"is {printable(name, 80)!r} once more")
        for place, name in enumerate(value) if name in value[:place]
    ]  # fmt: skip
    if faults:
        raise refusals(faults)
    return value


def _utc(value: object) -> object:
    if value != "UTC":
        remedy = "Leave it out, and write instants with their offset: 2026-09-01T00:00:00+02:00 is turned into UTC."
        raise refusal(_ZONE, "UTC, in which bills are", remedy)
    return value


class DriverSettings(Settings):
    """One driver: a number per period and target."""

    unit: Text = Field(description="What its values count, such as order, GB or USD.", examples=["order"])
    grain: Grain = Field(description="Length of its periods, UTC: hour, day or month.", examples=["day"])
    by: Annotated[
        tuple[Annotated[str, AfterValidator(_dimension)], ...],
        BeforeValidator(texts, json_schema_input_type=str | list[str]),
        AfterValidator(_each_once),
    ] = Field(
        default=(),
        description="Dimensions that it is told by, such as those of taxonomy.yaml; without any it is one series.",
        examples=[["product"]],
    )
    source: SourceOfDriver = Field(
        alias="from", description="Where it is read from.", examples=[{"csv": "drivers/orders.csv"}]
    )
    value: Text | None = Field(
        default=None,
        description="Column of its values; the driver's name, or else value, where it is not given.",
        examples=["orders"],
    )
    date: Text | None = Field(
        default=None,
        description="Column of its days, months or instants; date where it is not given.",
        examples=["day"],
    )
    columns: dict[str, Text] = Field(
        default={},
        description="Dimension to the column that has it, or the label of Prometheus, where that is called otherwise.",
        examples=[{"product": "app"}],
    )
    combine: Combine | None = Field(
        default=None,
        description="What becomes of several rows of one period and target: sum, last, average, max, or none, which "
        "refuses them. sum where it is not given; gauges of Prometheus must say it.",
        examples=["sum"],
    )
    gaps: Gaps = Field(
        default="none",
        description="What becomes of periods without a row between a target's first and last one: none leaves them "
        "out, zero, previous (the value before) and linear (between its neighbours) fill them, and say so.",
        examples=["none"],
    )
    timezone: Annotated[Literal["UTC"], BeforeValidator(_utc)] = Field(
        default="UTC", description="UTC: texts with another offset are turned into it."
    )
    label: Text | None = Field(default=None, description="How reports call it.", examples=["Orders"])
    description: Text | None = Field(default=None, description="What it is, in a sentence.")

    @model_validator(mode="after")
    def _fits_together(self) -> DriverSettings:
        expected = f"a dimension of by: {listing(self.by)}" if self.by else "no columns without by"
        faults = [
            Fault(code=_COLUMN, expected=expected,
                  remedy=did_you_mean(name, self.by) or f"Add {printable(name, 40)} to by, or take the line out.",
                  steps=("columns", name), found="is no dimension of by")
            for name in self.columns if name not in self.by
        ]  # fmt: skip
        if self.source.is_gauge and self.combine is None:
            remedy = "Say how the samples of a period come together: combine: average for levels, last for totals."
            faults.append(
                Fault(
                    code=_COMBINE, expected="combine: average, last, max or sum", remedy=remedy, found="has no combine"
                )
            )
        if self.source.counter and self.combine not in {None, "sum"}:
            remedy = "Take combine out: what a counter rose by is added up."
            faults.append(Fault(code=_COMBINE, expected="sum", remedy=remedy, steps=("combine",)))
        length = "hour" if self.grain == "hour" else "day"
        if self.source.is_gauge and _SECONDS[length] % self.source.step_seconds:
            # Else it would depend on the day of a load at which instants its periods are looked at.
            expected, remedy = f"a step that a whole number of makes one {length}", "Write step: 5m, 1h or the like."
            steps = ("from", "step")
            faults.append(Fault(code=_STEP, expected=expected, remedy=remedy, steps=steps))
        if faults:
            raise refusals(faults)
        return self

    @property
    def combined(self) -> Combine:
        """Return what becomes of several rows of one period and target."""
        return self.combine or "sum"

    def column(self, dimension: str) -> str:
        """Return the column, or label, that has a dimension."""
        return self.columns.get(dimension, dimension)


class DriversFile(RootModel[dict[Annotated[str, AfterValidator(_driver_name)], DriverSettings]]):
    """What costs are shared by: a name of your choice to a series."""


@dataclass(frozen=True)
class Driver:
    """A driver of drivers.yaml.

    Attributes:
        name: As in the file.
        settings: What the file says of it.
        place: ``file:line:column`` of its name.
        source_place: The same of what it is read from.
    """

    name: str
    settings: DriverSettings
    place: str
    source_place: str


def has_drivers(root: Path) -> bool:
    """Return whether a project's folder has drivers."""
    return os.path.lexists(root / DRIVERS)


def read_drivers(root: Path) -> dict[str, Driver]:
    """Return the drivers of a project's folder by name, in the order of the file; none where there is no file.

    Raises:
        UserError: Every problem of the file.
    """
    if not has_drivers(root):
        return {}
    raw = read_bytes(root / DRIVERS, DRIVERS)
    if all(not line.strip() or line.lstrip().startswith(b"#") for line in raw.splitlines()):
        return {}  # so stands the file that ``finmod init`` writes
    document = parse_bytes(raw, DRIVERS)
    found = validated(DriversFile, document).root

    def place(*steps: str) -> str:
        line, column = document.find(steps)[2]
        return f"{document.name}:{line}:{column}"

    return {
        name: Driver(name, settings, place(name), place(name, "from", settings.source.kind))
        for name, settings in found.items()
    }


def chosen_drivers(drivers: dict[str, Driver], names: tuple[str, ...]) -> dict[str, Driver]:
    """Return the drivers of some names, or all without a name.

    Raises:
        UserError: There is no drivers.yaml, or no driver of a name.
    """
    problems = []
    for name in names:
        if name not in drivers:
            close = near(name, drivers)
            problems.append(
                Problem(
                    code="FM2170",
                    found=f"there is no driver {printable(name, 80)!r}",
                    expected=listing(drivers) if drivers else f"a driver of {DRIVERS}, and there is none",
                    remedy=f"Did you mean {close!r}?" if close else f"Add it to {DRIVERS}, or name another one.",
                )
            )
    if problems:
        raise UserError(*problems)
    return {name: each for name, each in drivers.items() if not names or name in names}
