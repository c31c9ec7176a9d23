"""Values of drivers as a run of an allocation finds them in its engine.

Owns the relation ``driver_rows``, and which value of the taxonomy a driver's text is.
"""

from __future__ import annotations

from functools import cache

from finmod.allocation.driver_shares import DRIVER_ROWS, Resolve
from finmod.engines.duckdb import Engine
from finmod.ledger.ledger import Ledger
from finmod.taxonomy.definition import Taxonomy
from finmod.taxonomy.segments import Segments
from finmod.taxonomy.value_reader import ValueReader


def drivers_version(engine: Engine, ledger: Ledger) -> int | None:
    """Return the newest version of the drivers' values; None where none was loaded."""
    del engine, ledger
    return None


def offer_drivers(engine: Engine, ledger: Ledger, version: int | None) -> None:
    """Make the relation that a run reads drivers' values from, at a version; empty where it is None."""
    del ledger, version
    engine.run(
        f"CREATE OR REPLACE TEMP VIEW {DRIVER_ROWS} AS SELECT NULL::VARCHAR AS x_Driver, NULL::TIMESTAMP AS x_Start, "
        "NULL::TIMESTAMP AS x_End, NULL::VARCHAR AS x_Grain, NULL::VARCHAR AS x_Unit, NULL::VARCHAR AS x_Dimensions, "
        "NULL::DECIMAL(38,12) AS x_Value, NULL::VARCHAR AS x_Filled, NULL::VARCHAR AS x_Place WHERE false"
    )


def resolver(engine: Engine, taxonomy: Taxonomy) -> Resolve:
    """Return what finds the value of a dimension that a driver's text is, as tags are read."""
    readers = {name: ValueReader(engine, each, Segments()) for name, each in taxonomy.dimensions.items()}

    @cache
    def resolve(dimension: str, text: str) -> str | None:
        reader = readers.get(dimension)
        if reader is None:
            return text
        ((_, _, value, _),) = reader.read([(0, text)])
        return value

    return resolve
