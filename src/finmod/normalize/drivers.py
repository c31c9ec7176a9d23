"""Drivers: staged rows -> one exact value per period and target, with every gap filled that the file declares.

Owns what becomes of several rows of one period, of absent values and of gaps, and the refusal of cells that cannot be
read. Nothing is guessed: a driver with one unreadable cell is refused whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from finmod.engines.duckdb import Engine, EngineError, file_list, identifier, literal
from finmod.errors import Problem, UserError, printable
from finmod.normalize.driver_columns import EXPECTED, Columns, driver_columns, instant_of, number_of, text_of
from finmod.settings.drivers import Combine, Driver
from finmod.sources.stage import Staged

_MOST_PROBLEMS = 20
_UNREADABLE, _TWICE, _NOTHING = "FM2178", "FM2179", "FM2183"
_FIRST_YEAR, _LAST_YEAR = 1970, 2199
_NUMBER = "a number, such as 1234.5, of 26 digits before its point at most"
# A row without a value tells nothing.
_GIVEN = "SELECT * FROM driver_cells WHERE said IS NOT NULL"
# Row numbers stand below the number of their file.
_ROWS_OF_A_FILE = 1 << 40
_LEAST_HASHED = 1000
_COMBINED: dict[Combine, str] = {
    "sum": "CAST(sum(value) AS DECIMAL(38,12))",
    "last": "arg_max(value, (instant, place))",
    "average": "CAST(CAST(avg(value) AS VARCHAR) AS DECIMAL(38,12))",
    "max": "max(value)",
}


@dataclass(frozen=True)
class DriverPart:
    """A driver that was read and waits for its commit.

    Attributes:
        name: Of the driver.
        parquet: Its rows, as the ledger has them.
        rows: Their number, filled ones included.
        read: Number of rows in its files that have a value.
        empty: Number of rows without a value, which were passed over.
        combined: Number of rows that were combined with others of their period and target.
        filled: Number of rows that fill gaps.
        first: Start of its first period, UTC.
        last: Start of its last one.
        total: Sum of its values.
        units: Other units than its own that its files tell -> number of rows.
    """

    name: str
    parquet: Path
    rows: int
    read: int
    empty: int
    combined: int
    filled: int
    first: datetime
    last: datetime
    total: Decimal
    units: dict[str, int]


def convert_driver(engine: Engine, driver: Driver, parts: Sequence[Staged], target: Path) -> DriverPart:
    """Write a driver's rows as the ledger has them, streaming.

    Args:
        engine: Where to convert.
        driver: What drivers.yaml says.
        parts: Its files.
        target: Parquet file to write.

    Raises:
        UserError: A column is missing, a cell cannot be read, rows repeat where none may, or there are no rows.
    """
    columns = [driver_columns(part, driver) for part in parts]
    conversion = _Conversion(engine, driver, parts, columns)
    try:
        return conversion.write(target)
    except EngineError as error:
        # What lies between the two largest numbers may be rounded to one that is larger.
        if not any(word in str(error) for word in ("verflow", "Could not convert")):
            raise
        raise UserError(_too_large(driver)) from error


def digest_of(engine: Engine, part: DriverPart) -> str:
    """Return what a driver's rows are known by: the same for the same rows, whatever their order."""
    (digest,) = engine.row(
        "SELECT concat_ws('-', count(*), sum(hash(x_Start, x_Dimensions, x_Value, x_Filled)), "
        f"bit_xor(hash(x_Filled, x_Value, x_Dimensions, x_Start))) FROM {_of(part.parquet)}"
    )
    return str(digest)


def _of(parquet: Path) -> str:
    return f"read_parquet({file_list([parquet])}, hive_partitioning = false)"


@dataclass(frozen=True)
class _Conversion:
    """One driver on its way, with its cells in the view ``driver_cells``."""

    engine: Engine
    driver: Driver
    parts: Sequence[Staged]
    columns: Sequence[Columns]

    def write(self, target: Path) -> DriverPart:
        rows = " UNION ALL ".join(map(self._rows, range(len(self.parts))))
        self.engine.run(f"CREATE OR REPLACE TEMP VIEW driver_cells AS {rows}")
        # Nearly always every cell can be read and no row repeats: what is written then is looked at, and is right.
        given = self._copy(target, is_distinct=True)
        if not given:
            raise no_rows(self.driver)
        (is_bad,) = self.engine.row(f"SELECT count(x_Start) < ? OR count(x_Value) < ? FROM {_of(target)}", [given] * 2)
        if is_bad:
            raise UserError(*self._unreadable())
        is_final = self._is_distinct(target) and self.driver.settings.gaps == "none"
        written = given if is_final else self._copy(target, is_distinct=False)
        first, last, total, filled = self.engine.row(
            "SELECT make_timestamp(min(epoch_us(x_Start))), make_timestamp(max(epoch_us(x_Start))), sum(x_Value), "
            f"count(x_Filled) FROM {_of(target)}"
        )
        (empty,) = self.engine.row("SELECT count(*) FROM driver_cells WHERE said IS NULL AND day IS NOT NULL")
        combined = given - (written - filled)
        return DriverPart(
            self.driver.name, target, written, given, empty, combined, filled, first, last, total, self._units()
        )

    def _rows(self, number: int) -> str:
        """Return SQL for the cells of a file: ``start`` of the period, ``value``, what they said, d0, d1 ..., place."""
        part, columns, grain = self.parts[number], self.columns[number], self.driver.settings.grain
        dimensions = "".join(f", {text_of(column)} AS d{place}" for place, column in enumerate(columns.by))
        start = f"date_trunc({literal(grain)}, instant)"
        return (
            f"SELECT *, CASE WHEN year(instant) BETWEEN {_FIRST_YEAR} AND {_LAST_YEAR} THEN {start} END AS start FROM "
            f"(SELECT {instant_of(columns.date, grain)} AS instant, {text_of(columns.date)} AS day, "
            f"{number_of(columns.value)} AS value, {text_of(columns.value)} AS said{dimensions}, "
            f"{number * _ROWS_OF_A_FILE} + file_row_number + 1 AS place FROM {part.relation})"
        )

    def _unreadable(self) -> Iterator[Problem]:
        """Yield the problems of the first cells that cannot be read."""
        settings = self.driver.settings
        found = self.engine.rows(
            f"SELECT place, start IS NULL, day, value IS NULL, said FROM ({_GIVEN}) "
            f"WHERE start IS NULL OR value IS NULL ORDER BY place LIMIT {_MOST_PROBLEMS}"
        )
        for place, is_bad_day, day, is_bad_value, said in found:
            where = self._place(place)
            if is_bad_day:
                yield _cell(settings.date or "date", day, EXPECTED[settings.grain], where, "Correct the cell.")
            if is_bad_value:
                remedy = "Write it with a point, without separators and without its unit."
                yield _cell("the value", said, _NUMBER, where, remedy)

    def _place(self, place: int) -> str:
        return f"{self.parts[place // _ROWS_OF_A_FILE].file.name}, row {place % _ROWS_OF_A_FILE:,}"

    def _units(self) -> dict[str, int]:
        """Return the units of rows that say another one than drivers.yaml, with their number."""
        found: dict[str, int] = {}
        for part, columns in zip(self.parts, self.columns, strict=True):
            if columns.unit is not None:
                text = text_of(columns.unit)
                rows = self.engine.rows(
                    f"SELECT {text}, count(*) FROM {part.relation} WHERE lower({text}) <> lower(?) GROUP BY 1 "
                    "ORDER BY 1",
                    [self.driver.settings.unit],
                )
                for unit, count in rows:
                    found[unit] = found.get(unit, 0) + count
        return found

    def _is_distinct(self, target: Path) -> bool:
        """Return whether no two rows that were written are of one period and target, as far as their hashes tell.

        Raises:
            UserError: Two are, and none may.
        """
        if not self.engine.may_repeat("hash(x_Start, x_Dimensions)", _of(target), least=_LEAST_HASHED):
            return True
        if self.driver.settings.combined != "none":
            return False
        twice = self.engine.rows(
            f"SELECT min(place), max(place), any_value(start) FROM ({_GIVEN}) GROUP BY {self._key} "
            f"HAVING count(*) > 1 ORDER BY 1 LIMIT {_MOST_PROBLEMS}"
        )
        if twice:
            raise UserError(*(self._repeated(*row) for row in twice))
        return True

    @property
    def _key(self) -> str:
        return ", ".join(("start", *(f"d{place}" for place in range(len(self.driver.settings.by)))))

    def _repeated(self, first: int, last: int, start: datetime) -> Problem:
        return Problem(
            code=_TWICE,
            found=f"the row has the period, {start:%Y-%m-%d %H:%M} UTC, and the target of {self._place(first)}",
            expected="one row for each, as combine: none says",
            where=self._place(last),
            remedy="Take one of the two out, or say what becomes of both: combine: sum, last, average or max.",
        )

    def _copy(self, target: Path, *, is_distinct: bool) -> int:
        """Write the rows, where they are not distinct combined and with gaps filled; return their number."""
        settings, name = self.driver.settings, literal(self.driver.name)
        given = _GIVEN
        if not is_distinct and settings.combined != "none":
            combined = _COMBINED[settings.combined]
            given = f"SELECT {self._key}, {combined} AS value, min(place) AS place FROM ({given}) GROUP BY {self._key}"
        given = f"SELECT start, {_json(self.driver)} AS targets, value, place, NULL::VARCHAR AS filled FROM ({given})"
        step = f"INTERVAL 1 {settings.grain}"
        if not is_distinct and settings.gaps != "none":
            given = f"{given} UNION ALL {_fillings(given, settings.gaps, step)}"
        files = ", ".join(literal(part.file.name) for part in self.parts)
        # Months apart, so that one is read without the others, and the rows of a target together, so that its text
        # stands in the file once: what 50,000 customers used is found three times as fast as in the order of days.
        order = "date_trunc('month', start), targets, start"
        return self.engine.copy_parquet(
            f"SELECT {name} AS x_Driver, make_timestamptz(epoch_us(start)) AS x_Start, "
            f"make_timestamptz(epoch_us(start + {step})) AS x_End, {literal(settings.grain)} AS x_Grain, "
            f"{literal(settings.unit)} AS x_Unit, targets AS x_Dimensions, value AS x_Value, filled AS x_Filled, "
            f"list_extract([{files}], place // {_ROWS_OF_A_FILE} + 1) AS x_File, place % {_ROWS_OF_A_FILE} AS x_Row "
            f"FROM ({given}) ORDER BY {order}",
            target,
        )


def _cell(name: str, text: str | None, expected: str, where: str, remedy: str) -> Problem:
    found = f"{name} is {printable(text, 80)!r}" if text is not None else f"{name} is empty"
    remedy = f"{remedy} Nothing of the driver was changed."
    return Problem(code=_UNREADABLE, found=found, expected=expected, where=where, remedy=remedy)


def _json(driver: Driver) -> str:
    """Return SQL for the target of a row: a JSON object in the order of ``by``, without what is NULL."""
    pairs = [
        f"CASE WHEN d{place} IS NOT NULL THEN concat({literal(f'{identifier(name)}:')}, to_json(d{place})) END"
        for place, name in enumerate(driver.settings.by)
    ]
    return f"concat('{{', concat_ws(',', {', '.join(pairs)}), '}}')" if pairs else "'{}'"


def _fillings(given: str, gaps: str, step: str) -> str:
    """Return SQL for the rows that fill what lies between two rows of a target."""
    value = {
        "zero": "CAST(0 AS DECIMAL(38,12))",
        "previous": "value",
        # What lies between two values is an estimate: a binary number holds it well enough.
        "linear": "CAST(CAST(CAST(value AS DOUBLE) + (CAST(next_value AS DOUBLE) - CAST(value AS DOUBLE)) * number "
        "/ (len(starts) + 1) AS VARCHAR) AS DECIMAL(38,12))",
    }[gaps]
    between = (
        f"SELECT *, lead(start) OVER target AS next_start, lead(value) OVER target AS next_value FROM ({given}) "
        "WINDOW target AS (PARTITION BY targets ORDER BY start)"
    )
    starts = f"generate_series(start + {step}, next_start - {step}, {step})"
    return (
        f"SELECT starts[number] AS start, targets, {value} AS value, place, {literal(gaps)} AS filled FROM ("
        f"SELECT *, unnest(range(1, len(starts) + 1)) AS number FROM (SELECT *, {starts} AS starts FROM ({between}) "
        f"WHERE next_start > start + {step}))"
    )


def no_rows(driver: Driver) -> UserError:
    """Return the error of a driver whose source has no row with a value."""
    return UserError(
        Problem(
            code=_NOTHING,
            found=f"the driver {driver.name} has no row with a value",
            where=driver.source_place,
            remedy="See that its source has rows; what was loaded before is unchanged.",
        )
    )


def _too_large(driver: Driver) -> Problem:
    return Problem(
        code=_UNREADABLE,
        found=f"values of {driver.name} are too large to be added up",
        expected="sums of 26 digits before the point at most",
        where=driver.source_place,
        remedy="Tell it in a larger unit. Nothing of the driver was changed.",
    )
