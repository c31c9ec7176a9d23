"""pnl.yaml: the lines of the product P&L: what is earned, what costs are cost of sales, what was planned.

Owns the models of that file and its reading. Whether a driver or a column is there is known to who makes the statement.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from finmod.settings.drivers import DRIVER_NAME
from finmod.settings.rule import Dated, OneCondition, Text, overlap
from finmod.settings.source import many
from finmod.settings.taxonomy import DIMENSION_NAME
from finmod.settings.validate import KEY, Fault, Settings, did_you_mean, refusal, refusals, validated
from finmod.settings.yaml import Document, Steps, parse_bytes, read_bytes

PNL: Final = "pnl.yaml"
UNCLASSIFIED: Final = "Cloud cost, unclassified"
"""The line of charges that no rule matches, where the file names none."""

COLUMNS: Final = ("x_Source", "ServiceName", "ChargeCategory", "x_Pool")
"""What rules can look at beside the dimensions that costs are allocated to."""

Cost = Literal["EffectiveCost", "BilledCost", "ContractedCost", "ListCost"]
Section = Literal["cogs", "opex"]

_KIND, _FORM = "FM1005", "FM1006"
_COLUMN, _SHARE, _TWICE, _MONTH = "FM2302", "FM2303", "FM2304", "FM2305"
_LONGEST = 100
_FINEST = Decimal("1e-6")
_DIMENSION_COLUMN = "^x_[A-Z][A-Za-z0-9]*$"


def _driver(value: str) -> str:
    if not re.fullmatch(DRIVER_NAME, value) or value.endswith("\n"):
        raise refusal(_FORM, "the name of a driver of drivers.yaml", "Write it as that file has it.")
    return value


def _line(value: str) -> str:
    if not value.isprintable() or len(value) > _LONGEST:
        raise refusal(_FORM, f"a name of at most {_LONGEST} printable characters", "Write a shorter one, in one line.")
    return value


def _subject(value: str) -> str:
    if value in COLUMNS or re.fullmatch(DIMENSION_NAME, value) or re.fullmatch(_DIMENSION_COLUMN, value):
        return value
    hint = did_you_mean(value, COLUMNS)
    hint = hint or "A statement stands on allocated cost, which has no other columns: name the dimension that does."
    raise refusal(_COLUMN, f"{', '.join(COLUMNS)} or a dimension that costs are allocated to", hint)


def _fraction(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value <= 1:
        raise refusal(_SHARE, "a share from 0 to 1", "Write 0.8 for 80 %.")
    if Decimal(value) != Decimal(value).quantize(_FINEST):
        raise refusal(_SHARE, "at most 6 decimals", "Round it.")
    return Decimal(value)


def _filled(value: object) -> object:
    if not value:
        raise refusal(_FORM, "at least one condition", "Say which charges are meant; default takes the rest.")
    return value


def _listed(value: object) -> object:
    """Read a list of which every line is commented out as none."""
    return () if value is None else many(value)


def _none_is_empty(value: object) -> object:
    return {} if value is None else value


DriverName = Annotated[str, AfterValidator(_driver)]
LineName = Annotated[Text, AfterValidator(_line)]
Fraction = Annotated[Decimal, BeforeValidator(_fraction, json_schema_input_type=float)]


class ShareSettings(Dated):
    """A share of a line that varies with what is sold, for a time."""

    share: Fraction = Field(alias="is", description="Share from 0 to 1.", examples=[0.8])

    @model_validator(mode="after")
    def _of_whole_months(self) -> Self:
        faults = [
            Fault(code=_MONTH, expected="the first day of a month", steps=(key,),
                  remedy="Write the first day of the month: months have one share.")
            for key in ("since", "until") if not (getattr(self, key) or "-01").endswith("-01")
        ]  # fmt: skip
        if faults:
            raise refusals(faults)
        return self


def _shares(value: object) -> object:
    if isinstance(value, int | Decimal):
        return ({"is": value},)
    return many(value)


def _apart(value: tuple[ShareSettings, ...]) -> tuple[ShareSettings, ...]:
    faults = [
        Fault(code=_SHARE, expected="one share for each month", steps=(number,),
              remedy="Give the earlier one an until.", found="holds while another one does")
        for number, each in enumerate(value) if any(overlap(each, before) for before in value[:number])
    ]  # fmt: skip
    if faults:
        raise refusals(faults)
    return value


Shares = Annotated[
    tuple[ShareSettings, ...],
    BeforeValidator(_shares, json_schema_input_type=float | list[ShareSettings]),
    AfterValidator(_apart),
]
_SHARE_WORDS = (
    "Share from 0 to 1 that varies with what is sold, for the contribution margin; 1 of cogs and 0 of opex where it is "
    "not given. A list of {is, since, until} where it changes."
)
Spread = Annotated[
    Literal["days"] | None,
    Field(
        description="days: a month is spread evenly over its days, where a calendar of weeks cuts it; without, it is "
        "unknown there.",
        examples=["days"],
    ),
]


class RevenueLine(Settings):
    """What is earned."""

    name: LineName = Field(description="What statements call it.", examples=["Subscriptions"])
    driver: DriverName = Field(description="The driver that has it, in a currency.", examples=["revenue"])
    sign: Literal[1, -1] = Field(default=1, description="-1 where it is taken off, such as refunds.", examples=[-1])
    spread: Spread = None


class _CostLine(Settings):
    name: LineName = Field(description="What statements call it.", examples=["Cloud hosting"])
    section: Section = Field(description="cogs: cost of sales; opex: operating expense.", examples=["cogs"])
    variable: Shares = Field(default=(), description=_SHARE_WORDS, examples=[0.8])


class CloudLine(_CostLine):
    """Allocated cost that a rule takes."""

    when: Annotated[dict[Annotated[str, AfterValidator(_subject)], OneCondition], AfterValidator(_filled)] = Field(
        description="Conditions that must all hold: x_Source, ServiceName, ChargeCategory, x_Pool or a dimension to "
        "text, glob, /pattern/, list of them, {not: list}, or nothing for absent. The first line that matches has it.",
        examples=[{"x_Pool": "support"}],
    )


class DefaultLine(_CostLine):
    """Allocated cost that no rule takes."""


class SeriesLine(_CostLine):
    """A cost that no bill of a cloud has, such as salaries."""

    driver: DriverName = Field(description="The driver that has it, in a currency.", examples=["salaries"])
    sign: Literal[1, -1] = Field(default=1, description="-1 where it is taken off.", examples=[-1])
    spread: Spread = None


class BudgetLine(Settings):
    """What was planned of a line."""

    driver: DriverName = Field(description="The driver that has the plan.", examples=["revenue_plan"])
    spread: Spread = None


class CohortSettings(Settings):
    """Groups of the members of a dimension."""

    file: Text = Field(description="CSV file beside this one.", examples=["customers.csv"])
    key: Text = Field(description="Its column with the members.", examples=["customer"])
    value: Text = Field(description="Its column with their group.", examples=["plan"])
    dimension: Annotated[str, AfterValidator(_subject)] | None = Field(
        default=None, description="The dimension whose members they are, where it is not called as key.",
        examples=["customer"],
    )  # fmt: skip

    @property
    def of(self) -> str:
        """Return the dimension whose members are grouped."""
        return self.dimension or self.key


def _budget(value: object) -> object:
    if isinstance(value, dict):
        return {name: {"driver": each} if isinstance(each, str) else each for name, each in value.items()}
    return _none_is_empty(value)


class PnlFile(Settings):
    """The lines of the product P&L."""

    cost: Cost = Field(default="EffectiveCost", description="Which cost of the cloud is told.")
    revenue: Annotated[
        tuple[RevenueLine, ...], BeforeValidator(_listed, json_schema_input_type=list[RevenueLine] | None)
    ] = Field(default=(), description="What is earned.", examples=[[{"name": "Subscriptions", "driver": "revenue"}]])
    cloud: Annotated[tuple[CloudLine, ...], BeforeValidator(_listed, json_schema_input_type=list[CloudLine] | None)] = (
        Field(
            default=(), description="Lines of allocated cost, by rules in order: the first that matches has a charge."
        )
    )
    default: DefaultLine | None = Field(
        default=None,
        description="The line of allocated cost that no rule takes.",
        examples=[{"name": "Cloud hosting", "section": "cogs"}],
    )
    other: Annotated[
        tuple[SeriesLine, ...], BeforeValidator(_listed, json_schema_input_type=list[SeriesLine] | None)
    ] = Field(default=(), description="Costs that no cloud bill has, from drivers.")
    budget: Annotated[
        dict[str, BudgetLine],
        BeforeValidator(_budget, json_schema_input_type=dict[str, str | BudgetLine] | None),
    ] = Field(default={}, description="Name of a line to the driver that has its plan.",
              examples=[{"Subscriptions": "revenue_plan"}])  # fmt: skip
    cohorts: Annotated[
        dict[str, CohortSettings],
        BeforeValidator(_none_is_empty, json_schema_input_type=dict[str, CohortSettings] | None),
    ] = Field(default={}, description="Groups of customers, for --by: a name to the file that has them.")

    @model_validator(mode="after")
    def _lines_are_told_apart(self) -> Self:
        faults = [*self._twice(), *self._unknown_budgets()]
        if faults:
            raise refusals(faults)
        return self

    def _named(self) -> Iterator[tuple[Steps, str, str]]:
        """Yield steps, name and section of every line; lines of cloud may share one."""
        yield from ((("revenue", at, "name"), each.name, "revenue") for at, each in enumerate(self.revenue))
        yield from ((("cloud", at, "name"), each.name, f"cloud {each.section}") for at, each in enumerate(self.cloud))
        if self.default:
            yield ("default", "name"), self.default.name, f"cloud {self.default.section}"
        yield from ((("other", at, "name"), each.name, "other") for at, each in enumerate(self.other))

    def _twice(self) -> Iterator[Fault]:
        known: dict[str, str] = {}
        for steps, name, kind in self._named():
            if name in known and not (kind == known[name] and kind.startswith("cloud")):
                yield Fault(
                    code=_TWICE, expected="another name: rules of cloud alone may share a line, within one section",
                    remedy="Rename one of them.", steps=steps, found=f"is {name!r} once more",
                )  # fmt: skip
            known.setdefault(name, kind)

    def _unknown_budgets(self) -> Iterator[Fault]:
        names = [name for _, name, _ in self._named()]
        names += [] if self.default else [UNCLASSIFIED]
        for name in self.budget:
            if name not in names:
                remedy = did_you_mean(name, names) or "Name a line as it stands above."
                yield Fault(code="FM2306", expected="the name of a line", remedy=remedy, steps=("budget", name, KEY),
                            found="is no line of this file")  # fmt: skip


@dataclass(frozen=True)
class Pnl:
    """pnl.yaml, read.

    Attributes:
        settings: What it says; what holds without a file where there is none.
        document: Has the places; None without a file.
    """

    settings: PnlFile = field(default_factory=PnlFile)
    document: Document | None = None

    def place(self, *steps: str | int, is_key: bool = False) -> str:
        """Return ``file:line:column`` of a value, or of its key; the file's name without a file."""
        if self.document is None:
            return PNL
        _, node, key = self.document.find(steps)
        line, column = key if is_key else (node.line, node.column)
        return f"{self.document.name}:{line}:{column}"


def has_pnl(root: Path) -> bool:
    """Return whether a project's folder has a pnl.yaml."""
    return os.path.lexists(root / PNL)


def read_pnl(root: Path) -> Pnl:
    """Return the pnl.yaml of a project's folder; what holds without one where there is none, or only comments.

    Raises:
        UserError: Every problem of the file.
    """
    if not has_pnl(root):
        return Pnl()
    raw = read_bytes(root / PNL, PNL)
    if all(not line.strip() or line.lstrip().startswith(b"#") for line in raw.splitlines()):
        return Pnl()  # so stands the file that ``finmod init`` writes
    document = parse_bytes(raw, PNL)
    return Pnl(validated(PnlFile, document), document)


def share_on(shares: Sequence[ShareSettings], section: Section, month: date) -> Decimal:
    """Return the variable share of a line in a month: that which holds, or else 1 of cogs and 0 of opex.

    >>> share_on((), "cogs", date(2026, 9, 1))
    Decimal('1')
    """
    day = month.isoformat()
    for each in shares:
        if (each.since or "") <= day < (each.until or "~"):
            return each.share
    return Decimal(section == "cogs")
