"""Small taxonomies and a few charge keys: what is refused, and what each key is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import UserError
from finmod.settings.rule import COLUMNS
from finmod.taxonomy.definition import Taxonomy
from finmod.taxonomy.naming import Naming, name_keys
from finmod.taxonomy.outcomes import Outcome
from finmod.taxonomy.reading import read_taxonomy
from finmod.taxonomy.segments import Segments
from tests.refusals import told

Files = Mapping[str, str | bytes]
Key = Mapping[str, str | int | None]
"""One charge key: column to text, and ``segment``; what is not said is NULL, the source is ``aws``."""

NEVER = Segments()


def segment_of(segments: Segments, day: date) -> int:
    """Return the segment of a day: how many changes came before it or with it."""
    return sum(edge <= day for edge in segments.days)


def write(folder: Path, text: str, files: Files | None = None) -> Path:
    """Write taxonomy.yaml and the files beside it; return the folder."""
    for name, content in {"taxonomy.yaml": dedent(text).lstrip("\n"), **(files or {})}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def read(folder: Path, text: str, files: Files | None = None) -> Taxonomy:
    """Return the taxonomy of a text and of the files beside it."""
    return read_taxonomy(write(folder, text, files))


def refused(folder: Path, text: str, files: Files | None = None) -> list[str]:
    """Return the messages with which a taxonomy is refused, in their order, each in one line."""
    with pytest.raises(UserError) as caught:
        read(folder, text, files)
    return [told(problem) for problem in caught.value.problems]


@contextmanager
def keys(rows: Sequence[Key]) -> Iterator[Engine]:
    """Offer charge keys as the table ``base`` of an engine of their own."""
    with Engine(threads=1) as engine:
        offer(engine, rows)
        yield engine


def offer(engine: Engine, rows: Sequence[Key]) -> None:
    """Make the table ``base`` of charge keys, with their number from 0 as ``n``."""
    columns = ("n", "segment", *COLUMNS)
    kinds = ("INTEGER", "INTEGER", *["VARCHAR"] * len(COLUMNS))
    declared = ", ".join(f'"{name}" {kind}' for name, kind in zip(columns, kinds, strict=True))
    engine.run(f"CREATE OR REPLACE TEMP TABLE base ({declared})")
    full = [{"segment": 0, "x_Source": "aws", **row, "n": number} for number, row in enumerate(rows)]
    assert all(set(row) <= set(columns) for row in full)
    lists = [[row.get(name) for row in full] for name in columns]
    if rows:
        engine.run(f"INSERT INTO base SELECT {', '.join(f'unnest(?::{kind}[])' for kind in kinds)}", lists)
    engine.run("ALTER TABLE base ADD COLUMN x_BillingPeriod DATE DEFAULT DATE '2026-09-01'")


@dataclass(frozen=True)
class Names:
    """What keys are called: one outcome per key, in their order; None where no rule answers."""

    found: tuple[dict[str, Outcome | None], ...]
    said: tuple[dict[str, Outcome | None], ...]

    def values(self, dimension: str) -> list[str | None]:
        """Return the values of a dimension."""
        return [each.value if (each := row[dimension]) else None for row in self.found]

    def how(self, dimension: str) -> list[str | None]:
        """Return how the values were found."""
        return [each.how if (each := row[dimension]) else None for row in self.found]

    def rules(self, dimension: str) -> list[int | None]:
        """Return the numbers of the rules that won, 0 for what rolls up."""
        return [(each.rule.number if each.rule else 0) if (each := row[dimension]) else None for row in self.found]

    def tags(self, dimension: str) -> list[tuple[str | None, str | None, str | None] | None]:
        """Return what tags say of a dimension: key, text and value."""
        return [(each.key, each.text, each.value) if (each := row[dimension]) else None for row in self.said]


def names(taxonomy: Taxonomy, rows: Sequence[Key], days: Sequence[date] = ()) -> Names:
    """Return what charge keys are called, each key exactly once.

    Args:
        taxonomy: What names.
        rows: The keys.
        days: First days of the segments from 1 on.
    """
    with keys(rows) as engine:
        naming = name_keys(engine, taxonomy, Segments(tuple(days)), "base")
        return found_names(engine, naming, len(rows))


def found_names(engine: Engine, naming: Naming, count: int) -> Names:
    """Return what the table ``names`` says, each key exactly once."""
    dimensions = list(naming.taxonomy.dimensions)
    columns = ", ".join(f"o_{place}, s_{place}" for place in range(len(dimensions)))
    rows = engine.rows(f"SELECT n{', ' if columns else ''}{columns} FROM names ORDER BY n")
    assert [row[0] for row in rows] == list(range(count))

    def outcomes(first: int) -> Iterator[dict[str, Outcome | None]]:
        for row in rows:
            numbers: Sequence[Any] = row[first::2]
            yield {
                name: None if number is None else naming.outcomes[number]
                for name, number in zip(dimensions, numbers, strict=True)
            }

    return Names(tuple(outcomes(1)), tuple(outcomes(2)))


def tags(**texts: str) -> str:
    """Return tags as JSON."""
    return "{" + ", ".join(f'"{key}": "{text}"' for key, text in texts.items()) + "}"
