"""Frame: rows that the Python API gives, as Arrow, pandas, polars or plain Python.

Owns the shape of what comes out and its types, which are the same whatever rows there are. Amounts stay exact in all of
them: decimals of Arrow and polars, Decimal in pandas.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from finmod.engines.duckdb import arrow_stream
from finmod.errors import Problem, UserError, near, printable
from finmod.settings.validate import listing
from finmod.terms.findings import Finding

_TYPES = {bool: "BOOLEAN", int: "BIGINT", Decimal: "DECIMAL(38,12)", float: "DOUBLE", datetime: "TIMESTAMP",
          date: "DATE"}  # fmt: skip
_DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")
_MOST_DIGITS = 38
_LARGEST = 2**63 - 1
_WHOLE = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"})
_WIDE = frozenset({"HUGEINT", "UHUGEINT"})
_IN_PANDAS = {
    **dict.fromkeys(_WHOLE, "Int64"), "UBIGINT": "UInt64", "BOOLEAN": "boolean", "DOUBLE": "float64",
    "FLOAT": "float64", "TIMESTAMP": "datetime64[us]", "VARCHAR": "string",
}  # fmt: skip
"""SQL type -> that of pandas; others stay objects of Python: Decimal, date, int of more digits."""


@dataclass(frozen=True)
class Frame:
    """Rows with named columns.

    Attributes:
        columns: Names, in order.
        rows: Values in that order; None for what is unknown.
        findings: What was odd about them, and why figures are unknown.
        types: Column -> SQL type; of others the values tell it.
        notes: What was taken for granted, in sentences.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    findings: tuple[Finding, ...] = ()
    types: Mapping[str, str] = field(default_factory=dict, repr=False)
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield each row as a mapping of column to value."""
        for row in self.rows:
            yield dict(zip(self.columns, row, strict=True))

    def column(self, name: str) -> list[Any]:
        """Return the values of a column.

        Raises:
            UserError: There is none of that name.
        """
        if name not in self.columns:
            raise UserError(_no_column(name, self.columns))
        place = self.columns.index(name)
        return [row[place] for row in self.rows]

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return the rows as an Arrow stream: what takes one, takes a frame as it is."""
        del requested_schema
        kinds = self._kinds()
        nested = [place for place, name in enumerate(self.columns) if _is_nested(kinds[name])]
        rows = [_without_nests(row, nested) for row in self.rows] if nested else self.rows
        return arrow_stream({name: _in_arrow(kind, self.column(name)) for name, kind in kinds.items()}, rows)

    def arrow(self) -> Any:  # noqa: ANN401 -- of a library that need not be installed
        """Return a ``pyarrow.Table``; amounts are ``decimal128(38, 12)``, of a query what the statement makes them.

        Whole numbers beyond 64 bits are ``decimal128(38, 0)``; lists and structs are text, as JSON. Numbers of more
        digits than a decimal holds are text.

        Raises:
            UserError: pyarrow is not installed, or older than 14.
        """
        return self._made("pyarrow", "table", "14")

    def polars(self) -> Any:  # noqa: ANN401 -- as above
        """Return a ``polars.DataFrame``; amounts are ``Decimal(38, 12)``, and others as ``arrow`` has them.

        Raises:
            UserError: polars is not installed, or older than 1.3.
        """
        return self._made("polars", "DataFrame", "1.3")

    def pandas(self, *, floats: bool = False) -> Any:  # noqa: ANN401 -- as above
        """Return a ``pandas.DataFrame``: whole numbers are ``Int64``, texts ``string``, truths ``boolean``.

        These have a sign of their own for what is unknown, so that no number turns into a float for its sake. Amounts,
        dates and whole numbers beyond 64 bits are objects of Python.

        Args:
            floats: Amounts as float64, for plots and statistics; as they are, they are ``Decimal`` and exact.

        Raises:
            UserError: pandas is not installed.
        """
        pandas, made = _library("pandas"), {}
        for name, kind in self._kinds().items():
            is_amount = kind in _WIDE or _DECIMAL.fullmatch(kind) is not None
            values = self.column(name)
            if floats and is_amount:
                values = [None if value is None else float(value) for value in values]
            dtype = "float64" if floats and is_amount else _IN_PANDAS.get(kind, "object")
            made[name] = pandas.Series(values, dtype=dtype)
        return pandas.DataFrame(made)

    def _made(self, library: str, kind: str, since: str) -> Any:  # noqa: ANN401 -- as above
        """Return what a library makes of an Arrow stream, which it takes since some version."""
        module = _library(library)
        try:
            return getattr(module, kind)(self)
        except TypeError as error:
            raise UserError(
                Problem(
                    code="FM2432",
                    found=f"{library} {getattr(module, '__version__', '')} takes no Arrow streams",
                    expected=f"{library} {since} or later",
                    remedy=f"Install it: pip install --upgrade {library}. Rows as they are: list(frame).",
                )
            ) from error

    def _kinds(self) -> dict[str, str]:
        return {name: self.types.get(name) or _kind(self.column(name)) for name in self.columns}


def _kind(values: Sequence[Any]) -> str:
    known = [value for value in values if value is not None]
    found = next((kind for type_, kind in _TYPES.items() if known and isinstance(known[0], type_)), "VARCHAR")
    if found == "BIGINT" and any(abs(value) > _LARGEST for value in known):
        return "HUGEINT"
    return _fitting(12, known) if _DECIMAL.fullmatch(found) else found


def _in_arrow(kind: str, values: Sequence[Any]) -> str:
    """Return the type that Arrow has for a type of SQL, and that holds every value."""
    known = [value for value in values if value is not None]
    decimal = _DECIMAL.fullmatch(kind)
    if decimal:
        width, places = map(int, decimal.groups())
        return kind if _fits(width, places, known) else _fitting(places, known)
    if kind in _WIDE:
        return _fitting(0, [Decimal(value) for value in known])
    return "VARCHAR" if _is_nested(kind) or kind == '"NULL"' else kind


def _fits(width: int, places: int, values: Sequence[Decimal]) -> bool:
    room = width - places
    return all(value.adjusted() < room and _places(value, places) <= places for value in values)


def _fitting(places: int, values: Sequence[Decimal]) -> str:
    """Return a decimal of so many places, or of as many as hold every value to its last digit; else text."""
    before = max((value.adjusted() + 1 for value in values), default=0)
    needed = max((_places(value) for value in values), default=0)
    kept = max(needed, min(places, _MOST_DIGITS - max(before, 0)))
    return f"DECIMAL({_MOST_DIGITS},{kept})" if max(before, 0) + kept <= _MOST_DIGITS else "VARCHAR"


def _places(value: Decimal, enough: int = 0) -> int:
    """Return how many digits stand behind the point; zeros at the end are none where that leaves more than enough.

    >>> _places(Decimal("1.50")), _places(Decimal("1.50"), enough=2), _places(Decimal("100"))
    (1, 2, 0)
    """
    if not value:
        return 0
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or -exponent <= enough:
        return max(0, -exponent) if isinstance(exponent, int) else 0
    zeros = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return max(0, -exponent - zeros)


def _is_nested(kind: str) -> bool:
    return kind.endswith("]") or kind.startswith(("STRUCT(", "MAP("))


def _without_nests(row: Sequence[Any], nested: Sequence[int]) -> tuple[Any, ...]:
    """Return a row whose lists and structs are text."""
    made = [*row]
    for place in nested:
        if made[place] is not None:
            made[place] = json.dumps(_in_json(made[place]), default=str, ensure_ascii=False)
    return tuple(made)


def _in_json(value: object) -> object:
    """Return a list, struct or map with texts for keys."""
    if isinstance(value, dict):
        return {name if isinstance(name, str) else str(name): _in_json(part) for name, part in value.items()}
    return [*map(_in_json, value)] if isinstance(value, (list, tuple)) else value


def _no_column(name: object, columns: Sequence[str]) -> Problem:
    close = near(name, columns) if isinstance(name, str) else None
    return Problem(
        code="FM1061",
        found=f"the frame has no column {printable(repr(name), 80)}",
        expected=listing(columns),
        remedy=f"Did you mean {close!r}?" if close else "Name one of these.",
    )


def _library(name: str) -> Any:  # noqa: ANN401 -- a module
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise UserError(
            Problem(
                code="FM2432",
                found=f"{name} is not installed",
                expected=f"{name}, which makes the frame that was asked for",
                remedy=f"Install it: pip install {name}. Rows as they are: list(frame).",
            )
        ) from error
