"""One staged file to charges: the mapping as a SELECT, its control totals, its periods.

Owns the SQL that reads a source file. Running it and keeping the result is the ledger's work.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from types import MappingProxyType

from finmod.engines.duckdb import identifier, literal
from finmod.normalize.charges import CHARGE_TYPES, DECIMAL, EARLIER_TYPES, FOCUS_TYPES, KEY_TEXTS
from finmod.normalize.mapping import MapColumn, Mapping, ledger_columns_in, names_in, render, with_defaults
from finmod.normalize.values import SCALE, DateOrder, Reading, Values, Written
from finmod.sources.stage import Staged, StagedColumn

# Suppliers write up to 22 decimals; the control total keeps every one of them.
CONTROL_SCALE = 24
PERIODS = ("BillingPeriodStart", "ChargePeriodStart", "BillingPeriodEnd", "ChargePeriodEnd")
# A BIGINT without its sign.
KEY_BITS = 63
ELEMENT = "x_element"
TextTypes = MappingOf[str, str]
_NO_TYPES: TextTypes = MappingProxyType({})
FOLDER = "file_folder"
"""The one name in a mapping that is no column: the folder that the file lies in, absolute, with forward slashes."""


@dataclass(frozen=True)
class Conversion:
    """What is needed to read one staged file as charges.

    Attributes:
        source: Name of the source.
        staged: The file.
        mapping: Its format's mapping.
        canonical: Column name in the file -> name in the mapping.
        reading: The user's wishes.
    """

    source: str
    staged: Staged
    mapping: Mapping
    canonical: Callable[[str], str]
    reading: Reading

    @cached_property
    def values(self) -> Values:
        """Return the file's cells under the mapping's names, those of a list's elements among them."""
        fields = [StagedColumn(name, ELEMENT, "VARCHAR", (field,)) for name, field in self._fields().items()]
        written = Written(self.mapping.decimal_comma, self.mapping.reads_months)
        return Values(self.staged, self.canonical, self.date_order, fields, written)

    @property
    def date_order(self) -> DateOrder:
        """Return how dates with slashes are read: as the user says, else by the supplier's custom."""
        return self.mapping.date_order if self.reading.date_order == "iso" else self.reading.date_order

    @property
    def relation(self) -> str:
        """Return SQL for what makes a charge each: the file's rows, or the elements of a list in them."""
        each = self.mapping.each
        if each is None:
            return self.staged.relation
        text = Values(self.staged, self.canonical, self.reading.date_order).text(each.column)
        form = literal(json.dumps([dict.fromkeys(each.fields, "VARCHAR")]))
        return (
            f"(SELECT *, unnest(from_json({text}, {form})) AS {ELEMENT} FROM {self.staged.relation} "
            f"WHERE {text} NOT IN ('[]', 'null'))"
        )

    def _fields(self) -> dict[str, str]:
        each = self.mapping.each
        return {f"{each.column}_{field}": field for field in each.fields} if each else {}

    def charges(self) -> tuple[Conversion, ...]:
        """Return one conversion per charge that a row can make, the row's own first."""
        alone = (replace(self.mapping, also=()), *self.mapping.also)
        return tuple(replace(self, mapping=mapping) for mapping in alone)

    def given(self) -> frozenset[str]:
        """Return the ledger columns that the file or a constant can fill."""
        values = self.values
        return frozenset(
            column.target
            for column in self.mapping.columns
            if column.target in self.reading.constants
            or column.default
            or not names_in(column.sql)
            or any(map(values.__contains__, names_in(column.sql)))
        ) | frozenset(self.reading.constants)

    @cached_property
    def _columns(self) -> dict[str, MapColumn]:
        return {column.target: column for column in reversed(self.mapping.columns)}

    @cached_property
    def _own(self) -> dict[str, str]:
        return {name.casefold(): column for name, column in self.extra_columns().items()}

    @cached_property
    def month(self) -> str:
        """Return SQL for the billing period of a row, ``YYYY-MM``: a finding stands in that of its charges."""
        return f"strftime({self.expression('BillingPeriodStart')}, '%Y-%m')"

    def extra_columns(self) -> dict[str, str]:
        """Return the columns that are kept although the mapping does not read them: ``x_`` name -> canonical name."""
        if not self.mapping.keeps_others:
            return {}
        read = self.mapping.source_columns()
        taken = {name.casefold() for name in (*CHARGE_TYPES, *(column.target for column in self.mapping.columns))}
        extra: dict[str, str] = {}
        for name, column in self.values.columns.items():
            target = column.name if column.name.casefold().startswith("x_") else f"x_{column.name}"
            if name not in read and not {name.casefold(), target.casefold()} & taken:
                extra.setdefault(target, name)
        return extra

    def expression(self, target: str) -> str:
        """Return SQL for one ledger column, of its ledger type but instants as TIMESTAMP."""
        column = self._columns.get(target)
        kind = CHARGE_TYPES.get(target, "VARCHAR")
        kind = "TIMESTAMP" if kind == "TIMESTAMP WITH TIME ZONE" else kind
        constant = self.reading.constants.get(target)
        fixed = f"CAST({literal(constant)} AS {kind})" if constant is not None else None
        if column is None:
            return fixed or f"NULL::{kind}"
        sql = self._render(column.sql, tolerant=target in self.reading.unreadable_as_null, places=column.places)
        sql = sql if kind == "VARCHAR" else f"CAST({sql} AS {kind})"
        default = with_defaults(column.default, self.expression)
        texts = [sql, fixed, f"CAST({default} AS {kind})" if default else None]
        given = ", ".join(text for text in texts if text)
        return f"coalesce({given})" if fixed or default else sql

    def output(self, target: str) -> str:
        """Return SQL for a column of the charges, one that the supplier brings among them."""
        if target in self._columns or target in CHARGE_TYPES:
            return self.expression(target)
        text = self.values.text(self._own.get(target.casefold(), ""))
        constant = self._constants.get(target.casefold())
        return f"coalesce({text}, {literal(constant)})" if constant else text

    @cached_property
    def _constants(self) -> dict[str, str]:
        return {name.casefold(): value for name, value in self.reading.constants.items()}

    def reads(self, target: str) -> set[str]:
        """Return the names of the file's columns that a column of the charges is made of."""
        column = self._columns.get(target)
        if column is None:
            return {self._own[target.casefold()]} if target.casefold() in self._own else set()
        further = {name for other in ledger_columns_in(column.default) for name in self.reads(other)}
        names = names_in(column.sql) | further
        return {name for name in names if name in self.values}

    def exact(self, target: str) -> str:
        """Return SQL for a money column as the text has it, at 24 places."""
        kind = f"DECIMAL(38,{CONTROL_SCALE})"
        column = self._columns[target]
        tolerant = target in self.reading.unreadable_as_null
        text = self._render(column.sql, scale=CONTROL_SCALE, tolerant=tolerant, places=column.places)
        sql = f"CAST({text} AS {kind})"
        constant = self.reading.constants.get(target)
        return sql if constant is None else f"coalesce({sql}, CAST({literal(constant)} AS {kind}))"

    def _render(self, sql: str, *, scale: int = SCALE, tolerant: bool = False, places: int = 0) -> str:
        values, folder = self.values, literal(self.staged.file.path.absolute().parent.as_posix())
        return render(
            sql,
            {
                "$": lambda name: folder if name == FOLDER else values.text(name),
                "#": lambda name: values.decimal(name, scale=scale, tolerant=tolerant, places=places),
                "@": lambda name: values.timestamp(name, tolerant=tolerant),
            },
        )

    def where(self, period: date | None, *, also: str = "") -> str:
        """Return the WHERE clause for one billing period, or for all; dropped rows are left out.

        Args:
            period: First day of the billing period's month; None for all.
            also: A further test, in the notation of mappings.
        """
        tests = [f"({self._render(also)})"] if also else []
        if self.mapping.drop_when:
            tolerant = any(
                names_in(column.sql) & names_in(self.mapping.drop_when)
                for column in self.mapping.columns
                if column.target in self.reading.unreadable_as_null
            )
            tests.append(f"NOT coalesce({self._render(self.mapping.drop_when, tolerant=tolerant)}, false)")
        if period is not None:
            tests.append(f"date_trunc('month', {self.expression('BillingPeriodStart')}) = DATE '{period}'")
        return f" WHERE {' AND '.join(tests)}" if tests else ""


def select_charges(conversion: Conversion, period: date, *, alone: bool, extra: dict[str, str]) -> str:
    """Return the SELECT of one file's charges of one billing period, without the charge key.

    Args:
        conversion: The file and how to read it.
        period: First day of the billing period's month.
        alone: Whether the file holds this period only, so that no row needs to be tested.
        extra: ``x_`` columns of the period over all its files.

    Returns:
        SQL; grain one row per charge; columns as ``CHARGE_TYPES`` without x_ChargeKey, then ``extra``.
    """
    picked = {target: conversion.output(target) for target in (*FOCUS_TYPES, *EARLIER_TYPES, *extra)}
    picked |= {
        "x_Source": literal(conversion.source),
        "x_BillingPeriod": f"DATE '{period}'",
        "x_ChargeDate": f"CAST({picked['ChargePeriodStart']} AS DATE)",
        "x_File": literal(conversion.staged.file.name),
        "x_Row": "file_row_number + 1",
    }
    body = ", ".join(f"{sql} AS {identifier(target)}" for target, sql in picked.items())
    where = conversion.where(None if alone else period)
    return f"SELECT {body} FROM {conversion.relation}{where}"


def charge_columns(extra: dict[str, str]) -> dict[str, str]:
    """Return the columns of a period's charges: name -> DuckDB type, suppliers' own columns last."""
    return {**CHARGE_TYPES, **dict.fromkeys(extra, "VARCHAR")}


def with_key(  # noqa: PLR0913 -- the charges, and how their key is made
    selects: list[str],
    given: frozenset[str],
    extra: dict[str, str],
    seed: int = 0,
    *,
    bits: int = KEY_BITS,
    types: TextTypes = _NO_TYPES,
) -> str:
    """Return the SELECT over all files of a period, with instants in UTC and the charge key.

    Args:
        selects: One ``select_charges`` per file.
        given: Ledger columns that at least one file fills; the rest is NULL throughout and needs no hashing.
        extra: ``x_`` columns of the period.
        seed: Changes every key; used when two keys met.
        bits: Length of a key, 1 to 63; the shorter it is, the sooner two meet.
        types: Text column -> name of the type that lists its texts, where there is one.
    """
    # DuckDB joins the hashes of its arguments by XOR: two texts that meet would meet beside any number. So the texts
    # themselves are salted, but for the first seed, which nearly always is the only one.
    salt = f"'{seed}#' || " if seed else ""
    keyed = ", ".join(f"{salt}{identifier(name)}" for name in KEY_TEXTS if name in given) or "1"
    picked = []
    for name, kind in charge_columns(extra).items():
        if kind == "TIMESTAMP WITH TIME ZONE":
            # A cast to TIMESTAMPTZ asks the time zone database for every row; this does not.
            picked.append(f"make_timestamptz(epoch_us({identifier(name)})) AS {identifier(name)}")
        elif name == "x_ChargeKey":
            picked.append(f"CAST(hash({seed}, {keyed}) >> {64 - bits} AS BIGINT) AS {identifier(name)}")
        elif name in types:
            picked.append(by_number(name, types[name]))
        else:
            picked.append(identifier(name))
    return f"SELECT {', '.join(picked)} FROM ({' UNION ALL BY NAME '.join(selects)})"


def by_number(name: str, kind: str) -> str:
    """Return SQL for a text column as one of a type that lists its texts, under its own name."""
    # The first cast is made once per entry of a dictionary, the second never unless a text is not listed.
    casts = ", ".join(f"{cast}({identifier(name)} AS {kind})" for cast in ("TRY_CAST", "CAST"))
    return f"coalesce({casts}) AS {identifier(name)}"


def booking_sql(conversion: Conversion) -> str:
    """Return SQL for the billing periods of a file, and for what in it cannot be booked.

    Returns:
        SQL; grain one row per month of BillingPeriodStart, BillingAccountId and BillingCurrency, any of them NULL;
        columns those three, rows, an x_Row, rows without ChargePeriodStart, an x_Row of those, first and last instant
        over all four period columns (for years that no bill can have), rows of usage that start after their billing
        period, an x_Row of those and its ChargePeriodStart.
    """
    columns = (*PERIODS, "BillingAccountId", "BillingCurrency", "ChargeCategory")
    picked = {name: conversion.expression(name) for name in columns}
    inner = ", ".join(f"{sql} AS {name}" for name, sql in picked.items())
    first, last = (
        f"{side}({', '.join(f'{each}({name})' for name in PERIODS)})"
        for side, each in (("least", "min"), ("greatest", "max"))
    )
    # A day of grace: some suppliers cut their months in a time zone of their own.
    end = "coalesce(BillingPeriodEnd, date_trunc('month', BillingPeriodStart) + INTERVAL 1 MONTH) + INTERVAL 1 DAY"
    late = f"FILTER (WHERE ChargeCategory IN ('Usage', 'Tax', 'Credit') AND ChargePeriodStart >= {end})"
    dayless = "FILTER (WHERE ChargePeriodStart IS NULL)"
    return (
        f"SELECT CAST(date_trunc('month', BillingPeriodStart) AS DATE) AS month, BillingAccountId, BillingCurrency, "
        f"count(*), min(r), count(*) {dayless}, min(r) {dayless}, {first}, {last}, "
        f"count(*) {late}, min(r) {late}, arg_min(ChargePeriodStart, r) {late} "
        f"FROM (SELECT {inner}, file_row_number + 1 AS r FROM {conversion.relation}{conversion.where(None)}) "
        "GROUP BY ALL ORDER BY month, count(*) DESC, min(r)"
    )


def guessed_sql(conversion: Conversion) -> str:
    """Return SQL for the rows of a file that name no billing period and are booked in the month of their usage.

    Returns:
        SQL; grain one row per month; columns the month as YYYY-MM, their number, an x_Row.
    """
    return (
        f"SELECT {conversion.month}, count(*), min(file_row_number) + 1 FROM {conversion.relation}"
        f"{conversion.where(None, also=conversion.mapping.guessed_period)} GROUP BY 1 ORDER BY 1"
    )


def control_sql(conversion: Conversion, period: date, *, alone: bool) -> str:
    """Return SQL for the control totals of a file in one period, from the text of the file itself.

    Returns:
        SQL; grain one row per BillingCurrency; columns currency, rows, exact BilledCost (24 places),
        BilledCost after rounding each value to 12 places, an x_Row; sums are NULL where every amount is.
    """
    return (
        f"SELECT c, count(*), sum(e), sum(b), min(r) FROM (SELECT "
        f"{conversion.expression('BillingCurrency')} AS c, {conversion.exact('BilledCost')} AS e, "
        f"CAST({conversion.expression('BilledCost')} AS {DECIMAL}) AS b, file_row_number + 1 AS r "
        f"FROM {conversion.relation}{conversion.where(None if alone else period)}) GROUP BY 1 ORDER BY 1"
    )
