"""finmod.yaml: what a project is, which bills it reads, where its ledger lies.

Owns the models of that file and the search for it; one source of it stands in ``source.py``.
"""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from finmod.errors import Problem, UserError, printable
from finmod.settings.calendar import CalendarSettings, calendar_faults, calendar_of
from finmod.settings.currencies import CURRENCIES
from finmod.settings.paths import PathFault, path_fault
from finmod.settings.source import SOURCE_NAME, SourceName, SourceSettings, many, not_faulty, one_or_many
from finmod.settings.validate import Fault, Settings, did_you_mean, listing, refusal, refusals, validated
from finmod.settings.yaml import read_yaml
from finmod.terms.calendars import Calendar
from finmod.terms.findings import codes

FILE = "finmod.yaml"

FxRate = Literal["day", "month_average", "month_end"]

DAYS = 7
"""How old a rate may be where finmod.yaml does not say: over every run of holidays that central banks keep."""

_FORM, _PATH, _CODE, _DAYS, _COMPARED = "FM1006", "FM1009", "FM1022", "FM1025", "FM1029"

_NAME_LENGTH = 100


def _project_name(value: str) -> str:
    if not value.strip() or len(value) > _NAME_LENGTH or not value.isprintable():
        raise refusal(_FORM, f"a name of 1 to {_NAME_LENGTH} printable characters")
    return value


def _currency(value: str) -> str:
    if value not in CURRENCIES:
        raise refusal(_FORM, "a currency code of ISO 4217, such as USD", did_you_mean(value, CURRENCIES))
    return value


def _relative_fault(value: str) -> PathFault | None:
    if PurePosixPath(value).is_absolute():
        remedy = f"Put the file into the project, so that it moves with it, and name it from the folder of {FILE}."
        return _PATH, "a path relative to the project", remedy
    return path_fault(value)


def _relative_path(value: str) -> str:
    return not_faulty(value, _relative_fault(value))


def _rates(value: str) -> str:
    fault = _relative_fault(value)
    if fault:
        code, expected, remedy = fault
        fault = code, expected, f"{remedy or 'Correct the path.'} Or leave fx out: then nothing is converted."
    return not_faulty(value, fault)


def _only_a_path(value: object) -> object:
    """Read ``fx: fx.csv`` as a mapping with that path; a path that cannot be one is told as ``fx``."""
    return {"path": _rates(value)} if isinstance(value, str) else value


def _store(value: str) -> str:
    remote = "Object stores cannot hold the ledger yet: name a folder, such as .finmod."
    fault = path_fault(value, place="folder", remote=remote)
    if fault is None and set(PurePosixPath(os.path.normpath(value)).parts) <= {"..", "/"}:
        fault = _PATH, "a folder of its own inside or beside the project", "Name a folder, such as .finmod."
    return not_faulty(value, fault)


def _code(value: str) -> str:
    if value not in codes():
        hint = did_you_mean(value, codes()) or "The codes are listed in docs/errors.md."
        raise refusal(_CODE, "a code of a finding, such as FM1201", hint)
    return value


def _nothing_is_empty(value: object) -> object:
    """Read ``sources:`` with nothing behind it as no sources: so stands the file that ``init`` writes."""
    return {} if value is None else value


def _paths(value: object) -> object:
    return () if value is None else one_or_many(value)


def _each_once(value: tuple[str, ...]) -> tuple[str, ...]:
    places = [os.path.normpath(path) for path in value]
    faults = [
        Fault(code=_FORM, expected="each file once: its invoices would count twice", remedy="Take one of them out.",
              steps=(number,), found=f"is {printable(path, 80)!r} once more")
        for number, path in enumerate(value)
        if places[number] in places[:number]
    ]  # fmt: skip
    if faults:
        raise refusals(faults)
    return value


RelativePath = Annotated[str, AfterValidator(_relative_path)]
RatesPath = Annotated[str, AfterValidator(_rates)]


def _beside_bills(value: dict[str, SourceSettings]) -> dict[str, SourceSettings]:
    """Refuse a comparison with a source that is not there, or that is none of the bills."""
    bills = [name for name, settings in value.items() if settings.compare_with is None]
    expected = f"the source of a bill: {listing(bills)}" if bills else "a source that is itself not kept for comparison"
    faults = [
        Fault(code=_COMPARED, expected=expected, steps=(name, "compare_with"),
              remedy=did_you_mean(settings.compare_with, bills) or "Name the source that has the same bill.")
        for name, settings in value.items()
        if settings.compare_with is not None and settings.compare_with not in bills
    ]  # fmt: skip
    if faults:
        raise refusals(faults)
    return value


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
        tuple[Annotated[str, AfterValidator(_code)], ...], BeforeValidator(many, json_schema_input_type=list[str])
    ] = Field(
        default=(),
        description="Codes of findings that never make the check fail; they are still shown.",
        examples=[["FM1201"]],
    )


class RatesSettings(Settings):
    """The table of exchange rates, and which of its rates are taken.

    Attributes:
        path: Its file, relative to the project.
        rate: ``day`` takes the last rate published on or before the day of a charge, ``month_average`` the mean of its
            month, ``month_end`` the last one of its month.
        days: How old, in days, a rate of ``day`` may be.
    """

    path: RatesPath = Field(
        description="CSV file of exchange rates with the columns date, from, to, rate.", examples=["fx.csv"]
    )
    rate: FxRate = Field(
        default="day",
        description="Rate of a charge: day, the last one published on or before its day; month_average, the mean of "
        "those of its month; month_end, the last one of its month.",
        examples=["day"],
    )
    days: int = Field(
        default=DAYS,
        ge=0,
        le=31,
        description="How old, in days, the rate of a charge's day may be: weekends and holidays have none of their "
        "own.",
        examples=[7],
    )

    @model_validator(mode="after")
    def _days_are_of_a_day(self) -> Self:
        if self.rate != "day" and "days" in self.model_fields_set:
            expected, remedy = "no days beside another rate than day", "Remove days, or set rate: day."
            raise refusals([Fault(code=_DAYS, expected=expected, remedy=remedy, steps=("days",))])
        return self


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
    calendar: CalendarSettings = Field(
        default=CalendarSettings(), description="How fiscal years are called and cut; calendar months without it."
    )
    store: Annotated[str, AfterValidator(_store)] = Field(
        default=".finmod", description="Local folder of the ledger.", examples=[".finmod"]
    )
    sources: Annotated[
        dict[SourceName, SourceSettings],
        BeforeValidator(_nothing_is_empty, json_schema_input_type=dict[SourceName, SourceSettings] | None),
        AfterValidator(_beside_bills),
    ] = Field(
        default={},
        description="The bills: a name of your choice to a format and its files.",
        json_schema_extra={"propertyNames": {"pattern": SOURCE_NAME}},
    )
    fx: Annotated[
        RatesSettings | None, BeforeValidator(_only_a_path, json_schema_input_type=str | RatesSettings | None)
    ] = Field(
        default=None,
        description="CSV file of exchange rates with the columns date, from, to, rate, or a mapping with its path and "
        "which of its rates are taken.",
        examples=["fx.csv"],
    )
    invoices: Annotated[
        tuple[RelativePath, ...],
        BeforeValidator(_paths, json_schema_input_type=str | list[str] | None),
        AfterValidator(_each_once),
    ] = Field(
        default=(),
        description="File of invoices, or a list of them: CSV with the columns issuer, invoice_id, billing_period, "
        "currency, amount, or InvoiceDetail of FOCUS as CSV or Parquet.",
        examples=["invoices.csv"],
    )
    events: RelativePath | None = Field(
        default=None,
        description="CSV file of what happened, which stands beside causes of changes: the columns date and event, and "
        "where it is known until, and any dimension or word such as product, service, account.",
        examples=["events.csv"],
    )
    check: CheckSettings = Field(default=CheckSettings(), description="What finmod check lets pass.")

    @model_validator(mode="after")
    def _calendar_starts_with_the_fiscal_year(self) -> Self:
        faults = calendar_faults(self.calendar, self.fiscal_year_start)
        if faults:
            raise refusals(faults)
        return self


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project that was found and whose settings are valid.

    Attributes:
        root: Absolute folder of finmod.yaml.
        name: Name for reports.
        currency: Reporting currency, ISO 4217.
        fiscal_year_start: Month 1 to 12.
        calendar: The fiscal calendar that starts with it.
        store: Absolute folder of the ledger; it need not exist yet.
        sources: Name -> settings, in the order of the file.
        fx: Absolute path of the exchange rates; None where the file names none.
        fx_rate: Which of them is taken: ``day``, ``month_average`` or ``month_end``.
        fx_days: How old, in days, a rate of ``day`` may be.
        invoices: Absolute paths of the files of invoices; empty where the file names none.
        events: Absolute path of the list of what happened; None where the file names none.
        check: What ``finmod check`` lets pass.
    """

    root: Path
    name: str
    currency: str
    fiscal_year_start: int
    calendar: Calendar
    store: Path
    sources: dict[str, SourceSettings]
    fx: Path | None
    fx_rate: FxRate
    fx_days: int
    invoices: tuple[Path, ...]
    events: Path | None
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
    remedy = "Run `finmod init` to start a project here, or name one with --project DIR."
    raise UserError(_no_project(f"there is no {FILE} in {start} or any folder above it", remedy))


def load_project(folder: Path) -> Project:
    """Return the project whose finmod.yaml stands in a folder.

    Raises:
        UserError: No file, or every problem that the file has.
    """
    root = folder.absolute()
    if not os.path.lexists(root / FILE):
        init = f"`finmod init {shlex.quote(str(folder))}`"
        remedy = f"Run {init} to start a project there, or name another folder with --project DIR."
        raise UserError(_no_project(f"there is no {FILE} in {folder}", remedy))
    found = validated(ProjectFile, read_yaml(root / FILE))
    return Project(
        root=root,
        name=found.name,
        currency=found.currency,
        fiscal_year_start=found.fiscal_year_start,
        calendar=calendar_of(found.calendar, found.fiscal_year_start),
        store=root / found.store,
        sources=found.sources,
        fx=root / found.fx.path if found.fx else None,
        fx_rate=found.fx.rate if found.fx else "day",
        fx_days=found.fx.days if found.fx else DAYS,
        invoices=tuple(root / path for path in found.invoices),
        events=root / found.events if found.events else None,
        check=found.check,
    )


def _no_project(found: str, remedy: str) -> Problem:
    return Problem(code="FM1001", found=found, remedy=remedy)
