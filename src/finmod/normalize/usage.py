"""Usage: telemetry that stands beside the charges, and what all of its tables have in common.

Owns the form of such a table, whatever it tells: where a row came from, when its interval was, quantities that are
kept exact, and what is proven of them. NULL is what a report does not say, and never 0.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from typing import Final, NamedTuple

from finmod.normalize.mapping import MapColumn


@dataclass(frozen=True)
class UsageColumn:
    """A column of a table of usage.

    Attributes:
        name: As in SQL.
        kind: DuckDB type.
        meaning: In one sentence.
        unit: Unit of a quantity; "" for anything else.
        stored: Name in the ledger of a quantity.
        per: What a stored quantity is divided by.
    """

    name: str
    kind: str
    meaning: str
    unit: str = ""
    stored: str = ""
    per: int = 1


@dataclass(frozen=True)
class Quantity(MapColumn):
    """A quantity, of which a total of the file's own text is kept.

    Attributes:
        scale: Decimal places that the total is read with: as many as 38 digits hold beside the largest totals. A
            product is made of numbers with as many.
    """

    scale: int = 24


class Nameless(NamedTuple):
    """What is told of rows that leave out a name which shares are made by.

    Attributes:
        code: Code of the finding, which is information.
        column: Column that has the name.
        when: SQL that is true for such rows.
        words: What they lack, behind "3 rows".
    """

    code: str
    column: str
    when: str
    words: str


@dataclass(frozen=True)
class UsageForm:
    """One kind of telemetry, as the ledger keeps it.

    Attributes:
        format: As in ``--format`` and finmod.yaml.
        title: For people, within a sentence.
        types: Column of the ledger's table -> DuckDB type.
        quantities: The columns that are added up and proven.
        key: What tells the rows of one interval apart.
        nameless: The name that should be there.
        first_year: Earlier years are a slip.
        mend: What to do about a file that cannot be read.
    """

    format: str
    title: str
    types: MappingOf[str, str]
    quantities: tuple[str, ...]
    key: tuple[str, ...]
    nameless: Nameless
    first_year: int
    mend: str


INSTANT: Final = "TIMESTAMP WITH TIME ZONE"
INTERVAL: Final = (
    UsageColumn("IntervalStart", INSTANT, "When the interval begins, UTC."),
    UsageColumn("IntervalEnd", INSTANT, "When it ends, UTC, itself excluded."),
)


def place(row: str) -> tuple[UsageColumn, ...]:
    """Return the columns that say where a row came from.

    Args:
        row: What x_Row means, behind "Row in that file".
    """
    return (
        UsageColumn("x_Source", "VARCHAR", "Name of the source, as in charges."),
        UsageColumn("x_BillingPeriod", "DATE", "First day of the month of IntervalStart, UTC."),
        UsageColumn("x_UsageDate", "DATE", "Day of IntervalStart, UTC."),
        UsageColumn("x_File", "VARCHAR", "File that the row came from, as in charges."),
        UsageColumn("x_Row", "BIGINT", f"Row in that file, {row}."),
    )


def stored_types(columns: tuple[UsageColumn, ...]) -> dict[str, str]:
    """Return column of the ledger's table -> DuckDB type: quantities in the units that they are kept in."""
    return {column.stored or column.name: column.kind for column in columns}
