"""Texts of drivers as values of dimensions: read as tags are, by name, alias and pattern, whatever their case.

Owns which texts are none. A dimension that the taxonomy does not have, as the customers of a level, takes any text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from finmod.engines.duckdb import Engine, identifier, literal
from finmod.taxonomy.definition import Dimension, Taxonomy
from finmod.taxonomy.segments import Segments
from finmod.taxonomy.value_reader import ValueReader


@dataclass(frozen=True)
class UnknownName:
    """A text of a driver that is no value of its dimension.

    Attributes:
        driver: Name of the driver.
        dimension: Name of the dimension.
        text: The text.
        rows: Number of rows that have it.
        value: Sum of their values.
        place: Where one of them stands.
    """

    driver: str
    dimension: str
    text: str
    rows: int
    value: Decimal
    place: str


def unknown_names(engine: Engine, taxonomy: Taxonomy, rows: str) -> list[UnknownName]:
    """Return the texts of drivers that no value on any day is called by, those with the most rows first.

    Args:
        engine: Where they are looked up.
        taxonomy: Has the values.
        rows: SQL of the rows of drivers.
    """
    dimensions = [each for each in taxonomy.dimensions.values() if not each.is_open]
    if not dimensions:
        return []
    # Targets are few beside rows: each is taken apart once.
    engine.run(
        "CREATE OR REPLACE TEMP TABLE driver_targets_told AS SELECT x_Driver, x_Dimensions, count(*) AS rows, "
        f"sum(x_Value) AS value, min(x_Place) AS place FROM {rows} GROUP BY x_Driver, x_Dimensions"
    )
    found = []
    for dimension in dimensions:
        path = literal(f"$.{identifier(dimension.name)}")
        told = engine.rows(
            f"SELECT x_Driver, x_Dimensions ->> {path} AS text, CAST(sum(rows) AS BIGINT), sum(value), min(place) "
            "FROM driver_targets_told WHERE text IS NOT NULL GROUP BY x_Driver, text"
        )
        known = values_of(engine, taxonomy, dimension, {text for _, text, *_ in told})
        found += [
            UnknownName(driver, dimension.name, text, count, value, place)
            for driver, text, count, value, place in told
            if known[text] is None
        ]
    engine.run("DROP TABLE driver_targets_told")
    return sorted(found, key=lambda each: (each.driver, each.dimension, -each.rows, each.text))


def values_of(engine: Engine, taxonomy: Taxonomy, dimension: Dimension, texts: Iterable[str]) -> dict[str, str | None]:
    """Return the value of a dimension that each text is, as of the last day on which it is one; None for no value.

    Args:
        engine: Compares texts with patterns.
        taxonomy: Whose values begin and end to hold.
        dimension: Whose values.
        texts: As drivers have them.
    """
    segments = Segments(taxonomy.days())
    reader = ValueReader(engine, dimension, segments)
    left, found = dict.fromkeys(texts), dict[str, str | None]()
    for segment in reversed(segments.all()):
        for _, text, value, _ in reader.read([(segment, text) for text in left]):
            if value is not None:
                found[text] = value
        left = {text: None for text in left if text not in found}
    return found | left
