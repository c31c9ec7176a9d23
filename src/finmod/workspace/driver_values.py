"""Values of drivers as a run of an allocation finds them in its engine.

Owns the relation ``driver_rows``, and which value of the taxonomy a driver's text is.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from functools import cache

from finmod.allocation.driver_series import DRIVER_ROWS, Resolve
from finmod.engines.duckdb import Engine
from finmod.ledger.drivers import driver_rows, driver_state, rows_sql
from finmod.ledger.ledger import Ledger
from finmod.taxonomy.definition import Taxonomy
from finmod.taxonomy.segments import Segments
from finmod.taxonomy.value_reader import ValueReader


def drivers_version(engine: Engine, ledger: Ledger) -> int | None:
    """Return the newest version of the drivers' values; None where none was loaded."""
    return driver_state(engine, ledger).version or None


def offer_drivers(engine: Engine, ledger: Ledger, version: int | None) -> None:
    """Make the relation that a run reads drivers' values from, at a version; empty where it is None."""
    rows = driver_rows(engine, ledger, version=version) if version else rows_sql(())
    engine.run(f"CREATE OR REPLACE TEMP VIEW {DRIVER_ROWS} AS SELECT * FROM {rows}")


def resolver(engine: Engine, taxonomy: Taxonomy) -> Resolve:
    """Return what finds the value of a dimension that a driver's text is on a day, as tags are read.

    Without a day a text that has been two values is the later one.
    """
    segments = Segments(taxonomy.days())
    readers = {name: ValueReader(engine, each, segments) for name, each in taxonomy.dimensions.items()}

    @cache
    def in_segments(dimension: str, text: str, asked: tuple[int, ...]) -> str | None:
        reader = readers.get(dimension)
        if reader is None:
            return text
        found = reader.read([(segment, text) for segment in asked])
        return next((value for _, _, value, _ in found if value is not None), None)

    def resolve(dimension: str, text: str, day: date | None = None) -> str | None:
        every = tuple(reversed(segments.all()))
        return in_segments(dimension, text, every if day is None else (bisect_right(segments.days, day),))

    return resolve
