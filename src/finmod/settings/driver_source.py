"""Where a driver is read from: files, a query over files, PostgreSQL, Prometheus.

Owns the model of ``from`` in drivers.yaml. Secrets never stand there: they are named, as env:NAME.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from finmod.settings.driver_address import address_fault, database_fault, has_login, has_password
from finmod.settings.paths import path_fault
from finmod.settings.rule import Day, Flag, Text
from finmod.settings.source import Paths, not_faulty
from finmod.settings.validate import Fault, Settings, listing, refusal, refusals

KindOfSource = Literal["csv", "parquet", "excel", "sql", "postgres", "prometheus"]
KINDS: tuple[KindOfSource, ...] = ("csv", "parquet", "excel", "postgres", "prometheus", "sql")
"""The keys that say what it is; ``sql`` is also the statement of ``postgres``."""

_SOURCE, _FORM, _SECRET = "FM2174", "FM1006", "FM2175"
_BESIDE = {
    "sheet": ("excel",), "sql": ("postgres",), "query": ("prometheus",), "counter": ("prometheus",),
    "step": ("prometheus",), "since": ("prometheus",), "token": ("prometheus",), "timeout": ("postgres", "prometheus"),
}  # fmt: skip
"""Key -> the kinds that it stands beside."""
_ENVIRONMENT = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*")
_DURATION = re.compile(r"([1-9][0-9]{0,5})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
STEP = 300
"""Seconds between the samples of a gauge where the file does not say."""


def _path_or_text(value: str) -> str:
    return not_faulty(value, path_fault(value, place="file")) if names_a_file(value) else value


def names_a_file(text: str) -> bool:
    """Return whether a query is given by its file: one word that ends in .sql or .promql."""
    return re.fullmatch(r"\S+\.(sql|promql)", text.strip()) is not None


def _environment(value: str) -> str:
    if not _ENVIRONMENT.fullmatch(value):
        # What is no name may be the secret itself.
        found = None if value.startswith("env:") else "is no name of a variable"
        expected, remedy = "env:NAME, a variable of the environment", "Put the secret there, and name it: env:NAME."
        raise refusals([Fault(code=_SECRET, expected=expected, remedy=remedy, found=found)])
    return value


def _dsn(value: str) -> str:
    if value.startswith("env:"):
        return _environment(value)
    if has_password(value) or not value.strip():
        name = "the address of a database without its password, or env:NAME"
        raise refusals([_no_secret(name, "FINANCE_DSN")])
    fault = database_fault(value)
    if fault:
        expected = "such as postgresql://user@server/database, or host=server dbname=database user=user"
        raise refusals([Fault(code=_FORM, expected=expected, remedy="Correct it.", found=f"is {fault}")])
    return value


def _url(value: str) -> str:
    if value.startswith("env:"):
        return _environment(value)
    fault = address_fault(value)
    # A name without a password may be a secret as well, but one that nobody can tell from the user's.
    if has_login(value) or (fault and "@" in value):
        raise refusals([_no_secret("an address without a password, or env:NAME", "PROMETHEUS_URL")])
    if fault:
        expected = "an address, such as http://localhost:9090"
        remedy = "Write http:// or https:// and the server, and nothing behind its path."
        raise refusals([Fault(code=_FORM, expected=expected, remedy=remedy, found=f"is {fault}")])
    return value


def _no_secret(expected: str, name: str) -> Fault:
    remedy = f"Put the whole address into a variable of the environment, and write env:{name}; change that password."
    return Fault(code=_SECRET, expected=expected, remedy=remedy, found="has a password in it")


def _duration(value: object) -> object:
    if isinstance(value, str) and _DURATION.fullmatch(value):
        return value
    raise refusal(_FORM, "a number of s, m, h or d, such as 5m", "Write it as Prometheus does: 30s, 5m, 1h.")


Query = Annotated[Text, AfterValidator(_path_or_text)]


class SourceOfDriver(Settings):
    """Where a driver is read from: one of csv, parquet, excel, sql, postgres with sql, prometheus with query."""

    csv: Paths | None = Field(
        default=None,
        description="CSV files, gzipped or not, relative to the project: a path, a glob or a list.",
        examples=["drivers/orders.csv"],
    )
    parquet: Paths | None = Field(default=None, description="Parquet files.", examples=["drivers/requests/*.parquet"])
    excel: Paths | None = Field(
        default=None, description="Excel files (.xlsx); needs the extra excel.", examples=["drivers/revenue.xlsx"]
    )
    sheet: Text | None = Field(
        default=None, description="Of excel: the sheet; the first one where it is not given.", examples=["Revenue"]
    )
    postgres: Annotated[Text, AfterValidator(_dsn)] | None = Field(
        default=None,
        description="PostgreSQL: env:NAME of a connection string, or one without a password; needs the extra postgres.",
        examples=["env:FINANCE_DSN"],
    )
    sql: Query | None = Field(
        default=None,
        description="One SELECT, or the .sql file that has it: of the database, or, alone, over files of the project "
        "that DuckDB reads.",
        examples=["drivers/revenue.sql"],
    )
    prometheus: Annotated[Text, AfterValidator(_url)] | None = Field(
        default=None, description="Address of a Prometheus server, or env:NAME.", examples=["http://localhost:9090"]
    )
    query: Query | None = Field(
        default=None,
        description="Of prometheus: the query, or the .promql file that has it; of a counter a selector.",
        examples=["drivers/k8s.promql"],
    )
    counter: Flag = Field(
        default=False,
        description="Of prometheus: true reads every sample and adds up what the counter rose by, resets included; "
        "false takes the query's values, one every step.",
    )
    step: Annotated[str | None, BeforeValidator(_duration, json_schema_input_type=str)] = Field(
        default=None, description="Of prometheus: time between the values of a query; 5m where it is not given.",
        examples=["5m"],
    )  # fmt: skip
    since: Day | None = Field(
        default=None,
        description="Of prometheus: first day that is asked for at the first load; 31 days back where it is not given.",
        examples=["2026-09-01"],
    )
    token: Annotated[Text, AfterValidator(_environment)] | None = Field(
        default=None, description="Of prometheus: env:NAME of a bearer token.", examples=["env:PROMETHEUS_TOKEN"]
    )
    timeout: int = Field(
        default=120, ge=1, le=3600, description="Of postgres and prometheus: seconds that an answer may take."
    )

    @property
    def kind(self) -> KindOfSource:
        """Return what it is."""
        return next(name for name in KINDS if getattr(self, name))

    @property
    def is_gauge(self) -> bool:
        """Return whether it is a query of Prometheus whose values are levels."""
        return self.prometheus is not None and not self.counter

    @property
    def step_seconds(self) -> int:
        """Return the seconds between two values of a query."""
        found = _DURATION.fullmatch(self.step or "")
        return int(found[1]) * _SECONDS[found[2]] if found else STEP

    @property
    def files(self) -> tuple[str, ...]:
        """Return the paths and globs of the files that it names; empty for servers and queries."""
        return self.csv or self.parquet or self.excel or ()

    @model_validator(mode="before")
    @classmethod
    def _is_not_empty(cls, data: Any) -> Any:  # noqa: ANN401 -- as the file has it
        """Refuse a source that is named and left out."""
        given = data if isinstance(data, dict) else {}
        empty = [kind for kind in (*KINDS, "query", "sheet") if given.get(kind, kind) is None]
        if empty:
            remedy = "Fill it, or take the line out."
            raise refusals([Fault(code="FM1005", expected="something", remedy=remedy, steps=(kind,)) for kind in empty])
        return data

    @model_validator(mode="after")
    def _is_one_thing(self) -> SourceOfDriver:
        kinds = [name for name in KINDS if getattr(self, name)]
        if "postgres" in kinds:
            kinds = [name for name in kinds if name != "sql"]
        faults = []
        if not kinds:
            remedy = "Say where the driver is read from."
            faults.append(Fault(code=_SOURCE, expected=listing(KINDS), remedy=remedy, found="names no source"))
        faults += [
            Fault(code=_SOURCE, expected=f"{kinds[0]} alone", remedy="Make two drivers of it.", steps=(name,),
                  found=f"stands beside {kinds[0]}")
            for name in kinds[1:]
        ]  # fmt: skip
        faults += self._incomplete(kinds[0] if kinds else "")
        if faults:
            raise refusals(faults)
        return self

    def _incomplete(self, kind: str) -> list[Fault]:
        needed = {"postgres": "sql", "prometheus": "query"}.get(kind)
        found = []
        if needed and getattr(self, needed) is None:
            remedy = f"Add {needed}: and the file that has it."
            found.append(
                Fault(code=_SOURCE, expected=f"{needed} beside {kind}", remedy=remedy, found=f"has no {needed}")
            )
        for key, beside in _BESIDE.items():
            if kind and key in self.model_fields_set and kind not in (*beside, key):
                remedy = "Take the line out."
                found.append(
                    Fault(code=_SOURCE, expected=f"{key} beside {listing(beside)} alone", remedy=remedy, steps=(key,),
                          found=f"stands beside {kind}")
                )  # fmt: skip
        if self.counter and self.step:
            remedy = "Take step out: of a counter every sample is read."
            found.append(Fault(code=_SOURCE, expected="no step beside counter", remedy=remedy, steps=("step",),
                               found="stands beside counter"))  # fmt: skip
        return found
