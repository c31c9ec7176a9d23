"""A source of finmod.yaml: which bills it reads, in which format, and what must be said of them.

Owns the model of one source, from the file or from the command line. What a format is and does is told in
``sources``; the list of formats stands here because the file may name no other.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, BeforeValidator, Field, GetJsonSchemaHandler, ValidationInfo, model_validator

from finmod.settings.constants import allowed_constants, column_ids
from finmod.settings.paths import PathFault, path_fault
from finmod.settings.separators import SEPARATORS, SEPARATORS_TOLD
from finmod.settings.validate import (
    KEY,
    Fault,
    Settings,
    did_you_mean,
    listing,
    refusal,
    refusals,
    unplaced,
    validated,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic_core import CoreSchema

Format = Literal[
    "focus",
    "aws-cur",
    "aws-cur2",
    "azure-cost",
    "gcp-billing",
    "oci-cost",
    "openai",
    "anthropic",
    "cloudzero-cbf",
    "table",
    "kubernetes",
    "ai-usage",
]
"""Every format that a source may have; a new supplier is added here and in ``sources``."""

FORMATS: tuple[Format, ...] = get_args(Format)
"""The same as values."""

DateOrder = Literal["iso", "mdy", "dmy"]
ChargePeriod = Literal["hour", "day", "month"]
PowerOfTen = Literal[1, 10, 100, 1000, 10_000, 100_000, 1_000_000]
"""Divisors by which an amount stays exact: its decimal point moves."""

ACCEPTABLE = ("FM1116", "FM1127", "FM1128", "FM1130", "FM1257", "FM1440")
"""Codes of refusals that a user may overrule for a source; see docs/errors.md."""

SOURCE_NAME = "^[a-z][a-z0-9_-]{0,62}$"
_CLUSTER = "Cluster"
_OF_USAGE = {"kubernetes": (_CLUSTER,), "ai-usage": ("BillingAccountId", "SubAccountId")}
"""Format of usage -> the columns that a source of it can say."""
_RESERVED = frozenset({"x_Source", "x_BillingPeriod", "x_ChargeDate", "x_ChargeKey", "x_File", "x_Row"})
_CHOICE, _FORM, _COLUMN, _CODE, _FILES, _KEY = "FM1003", "FM1006", "FM1007", "FM1022", "FM1027", "FM1028"

_OPTIONS = {
    "format": "--format",
    "path": "PATH",
    "actual": "--actual",
    "amortized": "--amortized",
    "set": "--set",
    "unreadable_as_null": "--unreadable-as-null",
    "date_order": "--date-order",
    "accept": "--accept",
    "columns": "--column",
    "tags": "--tag",
    "charge_period": "--charge-period",
    "separator": "--separator",
    "decimal_comma": "--decimal-comma",
    "divide_by": "--divide-by",
    "compare_with": "--compare-with",
}
# The keys that only some formats read: key -> those formats.
_ONLY_OF = {
    "actual": ("azure-cost",),
    "amortized": ("azure-cost",),
    "columns": ("table",),
    "tags": ("table",),
    "charge_period": ("table",),
    "separator": ("table",),
    "decimal_comma": ("table",),
    "divide_by": ("table",),
}


def _source_name(value: str) -> str:
    if not re.fullmatch(SOURCE_NAME, value) or value.endswith("\n"):
        expected = "a lower-case letter, then lower-case letters, digits, _ or -, at most 63 characters"
        raise refusal(_FORM, expected, "Rename the source.")
    return value


def not_faulty(value: str, fault: PathFault | None) -> str:
    """Return a value that has no fault, for validators.

    Raises:
        PydanticCustomError: It has one.
    """
    if fault:
        raise refusal(*fault)
    return value


def _local_path(value: str) -> str:
    return not_faulty(value, path_fault(value))


def _column_id(value: str) -> str:
    if value in _RESERVED:
        raise refusal(_COLUMN, "a column of the bill", f"{value} is filled by finmod: remove it.")
    if value != _CLUSTER and value not in column_ids() and not re.fullmatch(r"x_[A-Za-z0-9_]+", value):
        hint = did_you_mean(value, column_ids())
        raise refusal(_COLUMN, "a FOCUS column id or a name that starts with x_", hint)
    return value


def _constant_id(value: str, info: ValidationInfo) -> str:
    takes = _OF_USAGE.get(info.data.get("format", ""))
    if takes is None:
        return _column_id(value)
    if value not in takes:
        remedy = did_you_mean(value, takes) or f"Usage has no {value} to be said: remove it."
        raise refusal(_COLUMN, listing(takes), remedy)
    return value


def _separator(value: object) -> object:
    """Read the word for a sign as that sign, for validators."""
    sign = SEPARATORS.get(value, value) if isinstance(value, str) else value
    if sign not in SEPARATORS.values():
        raise refusal(_CHOICE, SEPARATORS_TOLD, did_you_mean(value, SEPARATORS))
    return sign


def _acceptable(value: str) -> str:
    if value not in ACCEPTABLE:
        remedy = did_you_mean(value, ACCEPTABLE) or "The codes are explained in docs/errors.md."
        raise refusal(_CODE, f"a refusal that can be accepted: {', '.join(ACCEPTABLE)}", remedy)
    return value


def _some(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        raise refusal(_FORM, "at least one path", "Name the files of the bill.")
    return value


def one_or_many(value: object) -> object:
    """Read one text as a list of one, for validators."""
    return (value,) if isinstance(value, str) else many(value)


def many(value: object) -> object:
    """Read a list as the tuple that strict models ask for, for validators."""
    return tuple(value) if isinstance(value, list) else value


def _column_schema() -> dict[str, Any]:
    names = sorted((*column_ids(), _CLUSTER))
    return {"anyOf": [{"type": "string", "enum": names}, {"type": "string", "pattern": "^x_"}]}


class _ColumnIdSchema:
    """Lists the FOCUS columns in the JSON Schema, so that an editor completes them."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        del core, handler
        return _column_schema()


LocalPath = Annotated[str, AfterValidator(_local_path)]
ColumnId = Annotated[str, AfterValidator(_column_id), _ColumnIdSchema()]
ConstantId = Annotated[str, AfterValidator(_constant_id), _ColumnIdSchema()]
Separator = Annotated[
    Literal[",", ";", "\t", "|"],
    BeforeValidator(
        _separator, json_schema_input_type=Literal["comma", "semicolon", "tab", "bar", ",", ";", "\t", "|"]
    ),
]
SourceName = Annotated[str, AfterValidator(_source_name)]
Paths = Annotated[
    tuple[LocalPath, ...],
    BeforeValidator(one_or_many, json_schema_input_type=str | list[str]),
    AfterValidator(_some),
]


class SourceSettings(Settings):
    """One source of bills: which files, in which format.

    Attributes:
        format: Name of the format.
        paths: Files, folders or globs as written: absolute, or relative to the project. Empty where the two halves
            of a pair are named instead.
        actual: The half of an Azure pair that holds actual cost.
        amortized: The half that holds amortized cost.
        constants: FOCUS column id -> value for every charge whose bill leaves it empty.
        unreadable_as_null: FOCUS columns whose unreadable values become NULL with a finding.
        date_order: How dates with slashes are read; ``iso`` refuses them.
        accept: Codes of refusals after which the bill is loaded all the same.
        columns: FOCUS column id -> column of the file, of a table.
        tags: Columns of a table that are tags.
        charge_period: How long a table's charge lasts from its start, where it names no end.
        separator: What separates the fields of a table in CSV.
        decimal_comma: Whether a table's numbers have a comma before their decimals.
        divide_by: What a table's amounts are divided by, such as 100 where they are in cents.
        compare_with: Name of another source that has the same bill: the charges are kept for comparison, and never
            added to those.
    """

    format: Format = Field(description="Format of the export.", examples=["focus"])
    paths: Paths = Field(
        default=(),
        alias="path",
        description="File, folder or glob, or a list of them; relative to the folder of finmod.yaml.",
        examples=["exports/aws/**/*.parquet"],
    )
    actual: Paths = Field(
        default=(),
        description="Files of actual cost, of azure-cost: read together with those of amortized.",
        examples=["exports/azure/actual/**/*.csv.gz"],
    )
    amortized: Paths = Field(
        default=(),
        description="Files of amortized cost, of azure-cost.",
        examples=["exports/azure/amortized/**/*.csv.gz"],
    )
    constants: Annotated[dict[ConstantId, str], AfterValidator(allowed_constants)] = Field(
        default={},
        alias="set",
        description="Values for FOCUS columns, column id to constant: each fills only what the bill leaves empty.",
        examples=[{"BillingCurrency": "USD"}],
        json_schema_extra=lambda schema: schema.update(propertyNames=_column_schema()),
    )
    unreadable_as_null: Annotated[
        tuple[ColumnId, ...], BeforeValidator(many, json_schema_input_type=list[ColumnId])
    ] = Field(
        default=(),
        description="FOCUS columns whose unreadable values become NULL, with a finding, instead of a refusal.",
        examples=[["SkuPriceDetails"]],
    )
    date_order: DateOrder = Field(
        default="iso",
        description="How dates such as 03/04/2026 are read: mdy (March 4) or dmy (3 April); iso refuses them.",
        examples=["mdy"],
    )
    accept: Annotated[
        tuple[Annotated[str, AfterValidator(_acceptable)], ...],
        BeforeValidator(many, json_schema_input_type=list[str]),
    ] = Field(
        default=(),
        description="Codes of refusals after which the bill is loaded all the same: FM1116 reads missing last fields "
        "of short rows as NULL, FM1127 keeps several currencies of one billing account apart, FM1128 keeps usage that "
        "starts after its billing period, FM1130 drops charges that no file stands for any more, FM1257 "
        "loads one half of an Azure pair, FM1440 loads a bill that seems to stand under another source already.",
        examples=[["FM1116"]],
    )
    columns: dict[ColumnId, str] = Field(
        default={},
        description="FOCUS column id to the name of the file's column, of the format table.",
        examples=[{"BilledCost": "amount", "ChargePeriodStart": "date", "ServiceName": "product"}],
        json_schema_extra=lambda schema: schema.update(propertyNames=_column_schema()),
    )
    tags: Annotated[tuple[str, ...], BeforeValidator(many, json_schema_input_type=list[str])] = Field(
        default=(), description="Columns of the file that become tags, of the format table.", examples=[["team"]]
    )
    charge_period: ChargePeriod = Field(
        default="day",
        description="How long a charge lasts from ChargePeriodStart, where the table has no ChargePeriodEnd.",
        examples=["month"],
    )
    separator: Separator = Field(
        default=",",
        description="What separates the fields of a table in CSV: comma, semicolon, tab or bar, or the sign itself.",
        examples=[";"],
    )
    decimal_comma: bool = Field(
        default=False, description="Whether a table writes 1.204,50 for 1204.50.", examples=[True]
    )
    divide_by: PowerOfTen = Field(
        default=1,
        description="What a table's costs and unit prices are divided by: 100 where they are in cents.",
        examples=[100],
    )
    compare_with: SourceName | None = Field(
        default=None,
        description="Name of another source that has the same bill in another export: these charges are kept for "
        "finmod compare alone and counted nowhere.",
        examples=["aws"],
    )

    @model_validator(mode="after")
    def _names_its_files(self) -> Self:
        faults = [*self._of_other_formats()]
        if self.tags and "Tags" in self.columns:
            expected, found = "either Tags under columns, or tags", "stands beside a column for Tags"
            remedy = "Remove one of the two."
            faults.append(Fault(code=_KEY, expected=expected, remedy=remedy, steps=("tags",), found=found))
        if not faults:
            faults += self._of_files()
        if faults:
            raise refusals(faults)
        return self

    def _of_other_formats(self) -> Iterator[Fault]:
        """Yield a fault for every key or constant that the format does not have."""
        found = f"does not go with the format {self.format}"
        for key, formats in _ONLY_OF.items():
            if key in self.model_fields_set and self.format not in formats:
                expected, remedy = f"the format {listing(formats)}", "Remove it, or correct the format."
                yield Fault(code=_KEY, expected=expected, remedy=remedy, steps=(key,), found=found)
        for key in ("compare_with", "unreadable_as_null"):
            if self.format in _OF_USAGE and getattr(self, key):
                expected, remedy = "a format of bills", f"{self.format} is usage, and no bill: remove it."
                yield Fault(code=_KEY, expected=expected, remedy=remedy, steps=(key,), found=found)
        if self.format not in _OF_USAGE and _CLUSTER in self.constants:
            expected, remedy = (
                "a FOCUS column id or a name that starts with x_",
                "Only kubernetes has clusters: remove it.",
            )
            yield Fault(code=_COLUMN, expected=expected, remedy=remedy, steps=("set", _CLUSTER, KEY))

    def _of_files(self) -> Iterator[Fault]:
        """Yield the fault of a source that names no files, or names them twice."""
        halves = self.actual or self.amortized
        if self.paths and halves:
            expected, found = "either path, or actual and amortized", "stands beside a half of a pair"
            remedy = "Remove one of them: a file may stand under one key only."
            yield Fault(code=_FILES, expected=expected, remedy=remedy, steps=("path",), found=found)
        if not self.paths and not halves:
            remedy = "Add path: with a file, a folder or a glob."
            yield Fault(code=_FILES, expected="the files of the bill", remedy=remedy, found="has no path")


def source_settings(  # noqa: PLR0913 - one parameter per key of the file
    format: str,  # noqa: A002 - the word of the file and of the command line
    paths: Sequence[str],
    *,
    constants: Mapping[str, str] | None = None,
    unreadable_as_null: Sequence[str] = (),
    date_order: str = "iso",
    accept: Sequence[str] = (),
    **others: Any,  # noqa: ANN401 - values of further keys, which the model checks
) -> SourceSettings:
    """Return the settings of a source that stands in no file, such as one of the command line.

    Args:
        format: Name of the format.
        paths: Files, folders or globs; empty where ``actual`` and ``amortized`` are among the others.
        constants: As ``set`` in the file.
        unreadable_as_null: As in the file.
        date_order: As in the file.
        accept: As in the file.
        others: Further keys of the file, such as ``actual`` or ``columns``.

    Raises:
        UserError: Every problem, under the name of its option.
    """
    data = {
        "format": format,
        **({"path": list(paths)} if paths or not others.keys() & {"actual", "amortized"} else {}),
        "set": dict(constants or {}),
        "unreadable_as_null": list(unreadable_as_null),
        "date_order": date_order,
        "accept": list(accept),
        **{key: list(value) if isinstance(value, tuple) else value for key, value in others.items() if value},
    }
    return validated(SourceSettings, unplaced(data, _OPTIONS))
