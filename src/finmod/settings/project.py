"""finmod.yaml: what a project is, which bills it reads, where its ledger lies.

Owns the models of that file and the search for it. What a format is and does is told in ``sources``;
the list of formats stands here because the file may name no other.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, GetJsonSchemaHandler

from finmod.errors import Problem, UserError
from finmod.settings.constants import allowed_constants, column_ids
from finmod.settings.currencies import CURRENCIES
from finmod.settings.paths import Fault, path_fault
from finmod.settings.validate import Settings, did_you_mean, refusal, unplaced, validated
from finmod.settings.yaml import read_yaml
from finmod.terms.findings import codes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic_core import CoreSchema

FILE = "finmod.yaml"

Format = Literal["focus", "aws-cur", "aws-cur2"]
"""Every format that a source may have; a new supplier is added here and in ``sources``."""

FORMATS: tuple[Format, ...] = get_args(Format)
"""The same as values."""

DateOrder = Literal["iso", "mdy", "dmy"]

ACCEPTABLE = ("FM1116", "FM1127", "FM1128", "FM1130")
"""Codes of refusals that a user may overrule for a source; see docs/errors.md."""

_RESERVED = frozenset({"x_Source", "x_BillingPeriod", "x_ChargeDate", "x_ChargeKey", "x_File", "x_Row"})
_FORM, _COLUMN, _PATH, _CODE = "FM1006", "FM1007", "FM1009", "FM1022"

_NAME_LENGTH = 100
_OPTIONS = {
    "format": "--format",
    "path": "PATH",
    "set": "--set",
    "unreadable_as_null": "--unreadable-as-null",
    "date_order": "--date-order",
    "accept": "--accept",
}
_SOURCE_NAME = "^[a-z][a-z0-9_-]{0,62}$"


def _project_name(value: str) -> str:
    if not value.strip() or len(value) > _NAME_LENGTH or not value.isprintable():
        raise refusal(_FORM, f"a name of 1 to {_NAME_LENGTH} printable characters")
    return value


def _currency(value: str) -> str:
    if value not in CURRENCIES:
        raise refusal(_FORM, "a currency code of ISO 4217, such as USD", did_you_mean(value, CURRENCIES))
    return value


def _source_name(value: str) -> str:
    if not re.fullmatch(_SOURCE_NAME, value) or value.endswith("\n"):
        expected = "a lower-case letter, then lower-case letters, digits, _ or -, at most 63 characters"
        raise refusal(_FORM, expected, "Rename the source.")
    return value


def _not_faulty(value: str, fault: Fault | None) -> str:
    if fault:
        raise refusal(*fault)
    return value


def _local_path(value: str) -> str:
    return _not_faulty(value, path_fault(value))


def _relative_fault(value: str) -> Fault | None:
    if PurePosixPath(value).is_absolute():
        remedy = f"Put the file into the project, so that it moves with it, and name it from the folder of {FILE}."
        return _PATH, "a path relative to the project", remedy
    return path_fault(value)


def _relative_path(value: str) -> str:
    return _not_faulty(value, _relative_fault(value))


def _rates(value: str) -> str:
    fault = _relative_fault(value)
    if fault:
        code, expected, remedy = fault
        fault = code, expected, f"{remedy or 'Correct the path.'} Or leave fx out: nothing reads it yet."
    return _not_faulty(value, fault)


def _store(value: str) -> str:
    remote = "Object stores cannot hold the ledger yet: name a folder, such as .finmod."
    fault = path_fault(value, place="folder", remote=remote)
    if fault is None and set(PurePosixPath(os.path.normpath(value)).parts) <= {"..", "/"}:
        fault = _PATH, "a folder of its own inside or beside the project", "Name a folder, such as .finmod."
    return _not_faulty(value, fault)


def _column_id(value: str) -> str:
    if value in _RESERVED:
        raise refusal(_COLUMN, "a column of the bill", f"{value} is filled by finmod: remove it.")
    if value not in column_ids() and not re.fullmatch(r"x_[A-Za-z0-9_]+", value):
        hint = did_you_mean(value, column_ids())
        raise refusal(_COLUMN, "a FOCUS column id or a name that starts with x_", hint)
    return value


def _code(value: str) -> str:
    if value not in codes():
        hint = did_you_mean(value, codes()) or "The codes are listed in docs/errors.md."
        raise refusal(_CODE, "a code of a finding, such as FM1201", hint)
    return value


def _acceptable(value: str) -> str:
    if value not in ACCEPTABLE:
        remedy = did_you_mean(value, ACCEPTABLE) or "The codes are explained in docs/errors.md."
        raise refusal(_CODE, f"a refusal that can be accepted: {', '.join(ACCEPTABLE)}", remedy)
    return value


def _some(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        raise refusal(_FORM, "at least one path", "Name the files of the bill.")
    return value


def _one_or_many(value: object) -> object:
    return (value,) if isinstance(value, str) else _many(value)


def _many(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _nothing_is_empty(value: object) -> object:
    """Read ``sources:`` with nothing behind it as no sources: so stands the file that ``init`` writes."""
    return {} if value is None else value


def _column_schema() -> dict[str, Any]:
    return {"anyOf": [{"type": "string", "enum": sorted(column_ids())}, {"type": "string", "pattern": "^x_"}]}


class _ColumnIdSchema:
    """Lists the FOCUS columns in the JSON Schema, so that an editor completes them."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        del core, handler
        return _column_schema()


LocalPath = Annotated[str, AfterValidator(_local_path)]
RelativePath = Annotated[str, AfterValidator(_relative_path)]
RatesPath = Annotated[str, AfterValidator(_rates)]
ColumnId = Annotated[str, AfterValidator(_column_id), _ColumnIdSchema()]
SourceName = Annotated[str, AfterValidator(_source_name)]


class SourceSettings(Settings):
    """One source of bills: which files, in which format.

    Attributes:
        format: Name of the format.
        paths: Files, folders or globs as written: absolute, or relative to the project.
        constants: FOCUS column id -> value for every charge whose bill leaves it empty.
        unreadable_as_null: FOCUS columns whose unreadable values become NULL with a finding.
        date_order: How dates with slashes are read; ``iso`` refuses them.
        accept: Codes of refusals after which the bill is loaded all the same.
    """

    format: Format = Field(description="Format of the export.", examples=["focus"])
    paths: Annotated[
        tuple[LocalPath, ...],
        BeforeValidator(_one_or_many, json_schema_input_type=str | list[str]),
        AfterValidator(_some),
    ] = Field(
        alias="path",
        description="File, folder or glob, or a list of them; relative to the folder of finmod.yaml.",
        examples=["exports/aws/**/*.parquet"],
    )
    constants: Annotated[dict[ColumnId, str], AfterValidator(allowed_constants)] = Field(
        default={},
        alias="set",
        description="Values for FOCUS columns, column id to constant: each fills only what the bill leaves empty.",
        examples=[{"BillingCurrency": "USD"}],
        json_schema_extra=lambda schema: schema.update(propertyNames=_column_schema()),
    )
    unreadable_as_null: Annotated[
        tuple[ColumnId, ...], BeforeValidator(_many, json_schema_input_type=list[ColumnId])
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
        BeforeValidator(_many, json_schema_input_type=list[str]),
    ] = Field(
        default=(),
        description="Codes of refusals after which the bill is loaded all the same: FM1116 reads missing last fields "
        "of short rows as NULL, FM1127 keeps several currencies of one billing account apart, FM1128 keeps usage that "
        "starts after its billing period, FM1130 drops charges that no file stands for any more.",
        examples=[["FM1116"]],
    )


class CheckSettings(Settings):
    """What ``finmod check`` lets pass.

    Attributes:
        fail_on: Lowest severity of a finding that makes the check fail.
        ignore: Codes of findings that never make it fail.
    """

    fail_on: Literal["error", "warning"] = Field(
        default="error", description="Lowest severity of a finding that makes finmod check exit with 1."
    )
    ignore: Annotated[
        tuple[Annotated[str, AfterValidator(_code)], ...], BeforeValidator(_many, json_schema_input_type=list[str])
    ] = Field(
        default=(),
        description="Codes of findings that never make the check fail; they are still shown.",
        examples=[["FM1201"]],
    )


class ProjectFile(Settings):
    """Settings of a finmod project."""

    name: Annotated[str, AfterValidator(_project_name)] = Field(
        description="Name of the project, shown on reports.", examples=["northwind"]
    )
    currency: Annotated[str, AfterValidator(_currency)] = Field(
        description="Reporting currency, a code of ISO 4217.",
        examples=["USD"],
        json_schema_extra={"pattern": "^[A-Z]{3}$"},
    )
    fiscal_year_start: int = Field(
        default=1, ge=1, le=12, description="Month in which the fiscal year starts: 1 is January.", examples=[2]
    )
    store: Annotated[str, AfterValidator(_store)] = Field(
        default=".finmod", description="Local folder of the ledger.", examples=[".finmod"]
    )
    sources: Annotated[
        dict[SourceName, SourceSettings],
        BeforeValidator(_nothing_is_empty, json_schema_input_type=dict[SourceName, SourceSettings] | None),
    ] = Field(
        default={},
        description="The bills: a name of your choice to a format and its files.",
        json_schema_extra={"propertyNames": {"pattern": _SOURCE_NAME}},
    )
    fx: RatesPath | None = Field(
        default=None,
        description="CSV file of exchange rates with the columns date, from, to, rate. Nothing reads it yet: no amount "
        "is converted.",
        examples=["fx.csv"],
    )
    invoices: RelativePath | None = Field(
        default=None,
        description="CSV file of invoices with the columns issuer, invoice_id, billing_period, currency, amount.",
        examples=["invoices.csv"],
    )
    check: CheckSettings = Field(default=CheckSettings(), description="What finmod check lets pass.")


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project that was found and whose settings are valid.

    Attributes:
        root: Absolute folder of finmod.yaml.
        name: Name for reports.
        currency: Reporting currency, ISO 4217.
        fiscal_year_start: Month 1 to 12.
        store: Absolute folder of the ledger; it need not exist yet.
        sources: Name -> settings, in the order of the file.
        fx: Absolute path of the exchange rates, which nothing reads yet; None where the file names none.
        invoices: Absolute path of the invoices; None where the file names none.
        check: What ``finmod check`` lets pass.
    """

    root: Path
    name: str
    currency: str
    fiscal_year_start: int
    store: Path
    sources: dict[str, SourceSettings]
    fx: Path | None
    invoices: Path | None
    check: CheckSettings


def find_project(start: Path) -> Path:
    """Return the nearest folder with finmod.yaml, from ``start`` upward.

    Raises:
        UserError: There is none.
    """
    here = start.absolute()
    for folder in (here, *here.parents):
        if os.path.lexists(folder / FILE):
            return folder
    raise UserError(_no_project(f"there is no {FILE} in {start} or any folder above it"))


def load_project(folder: Path) -> Project:
    """Return the project whose finmod.yaml stands in a folder.

    Raises:
        UserError: No file, or every problem that the file has.
    """
    root = folder.absolute()
    if not os.path.lexists(root / FILE):
        raise UserError(_no_project(f"there is no {FILE} in {folder}"))
    found = validated(ProjectFile, read_yaml(root / FILE))
    return Project(
        root=root,
        name=found.name,
        currency=found.currency,
        fiscal_year_start=found.fiscal_year_start,
        store=root / found.store,
        sources=found.sources,
        fx=root / found.fx if found.fx else None,
        invoices=root / found.invoices if found.invoices else None,
        check=found.check,
    )


def source_settings(  # noqa: PLR0913 - one parameter per key of the file
    format: str,  # noqa: A002 - the word of the file and of the command line
    paths: Sequence[str],
    *,
    constants: Mapping[str, str] | None = None,
    unreadable_as_null: Sequence[str] = (),
    date_order: str = "iso",
    accept: Sequence[str] = (),
) -> SourceSettings:
    """Return the settings of a source that stands in no file, such as one of the command line.

    Raises:
        UserError: Every problem, under the name of its option.
    """
    data = {
        "format": format,
        "path": list(paths),
        "set": dict(constants or {}),
        "unreadable_as_null": list(unreadable_as_null),
        "date_order": date_order,
        "accept": list(accept),
    }
    return validated(SourceSettings, unplaced(data, _OPTIONS))


def _no_project(found: str) -> Problem:
    remedy = "Run `finmod init` to start a project here, or name one with --project DIR."
    return Problem(code="FM1001", found=found, remedy=remedy)
