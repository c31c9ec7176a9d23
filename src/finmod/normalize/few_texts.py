"""Which texts the columns of a period's charges can hold, where that is known: such columns are written as numbers.

Owns the reckoning, from the domains of the files. A text column costs the writer of Parquet 15 to 30 ms per million
rows; one of a type that lists its texts costs 3 ms, and the file is the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import count
from typing import Final

from finmod.engines.duckdb import Engine, EngineError, literal
from finmod.normalize.convert import Conversion
from finmod.sources.domains import MOST_BYTES

MANY_ROWS: Final = 100_000
"""For fewer, reckoning takes longer than it saves."""


def few_texts(engine: Engine, conversions: Iterable[Conversion], targets: Iterable[str]) -> dict[str, list[str]]:
    """Return every text of the columns of which that is known; it may list some that no charge has.

    Args:
        engine: Where to reckon.
        conversions: Each file, and each charge that its rows make.
        targets: Text columns of the charges.
    """
    found: dict[str, set[str]] = {target: set() for target in targets}
    for conversion in conversions:
        known = _texts_of(engine, conversion, found)
        found = {target: texts | known[target] for target, texts in found.items() if target in known}
    # Every row group repeats the texts of a type.
    return {target: sorted(texts) for target, texts in found.items() if texts and _size(texts) <= MOST_BYTES}


def make_types(engine: Engine, texts: dict[str, list[str]]) -> dict[str, str]:
    """Make a type of each column's texts in an engine, and return their names by column."""
    names = {target: f"x_texts_{place}" for place, target in enumerate(texts)}
    for target, name in names.items():
        engine.run(f"CREATE OR REPLACE TYPE {name} AS ENUM ({', '.join(map(literal, texts[target]))})")
    return names


def _size(texts: Iterable[str]) -> int:
    return sum(len(text.encode()) for text in texts)


def _texts_of(engine: Engine, conversion: Conversion, targets: Iterable[str]) -> dict[str, set[str]]:
    """Return the texts of the columns that follow from one column of few texts, or from none."""
    values, by_input = conversion.values, defaultdict[str | None, list[str]](list)
    for target in targets:
        inputs = [name for name in conversion.reads(target) if values.varies(name)]
        if not inputs:
            by_input[None].append(target)
        elif len(inputs) == 1 and values.domain(inputs[0]) is not None:
            by_input[inputs[0]].append(target)
    found: dict[str, set[str]] = {}
    for name, of_input in by_input.items():
        texts = _mapped(engine, conversion, name, of_input)
        found |= dict(zip(of_input, texts, strict=bool(texts)))
    return found


def _unlike(columns: Iterable[str]) -> str:
    """Return a name that none of a file's columns has: what reads another one of them is an error, and not these texts.

    A column of one text that is too long to be repeated in SQL is such another one.
    """
    taken = {name.casefold() for name in columns}
    return next(name for at in count() if (name := f"x_text_{at}") not in taken)


def _mapped(engine: Engine, conversion: Conversion, name: str | None, targets: Sequence[str]) -> list[set[str]]:
    """Return what columns are made of every text of the one column that they read, or of none; nothing on errors."""
    domain = conversion.values.domain(name) if name else None
    text = _unlike(column.physical for column in conversion.staged.columns)
    if name and domain:
        # Without quotes, as no cell of a file is written.
        columns = tuple(
            replace(column, form=f"few.{text}") if column == conversion.values.columns[name] else column
            for column in conversion.staged.columns
        )
        conversion = replace(conversion, staged=replace(conversion.staged, columns=columns))
    lists = ", ".join(f"list(DISTINCT CAST({conversion.output(target)} AS VARCHAR))" for target in targets)
    texts = [None, *(domain.texts if domain else ())]
    try:
        row = engine.row(f"SELECT {lists} FROM (SELECT unnest(?::VARCHAR[]) AS {text}) AS few", [texts])
    except EngineError:  # a cell that cannot be read is told where the charges are made
        return []
    return [{text for text in found if text is not None} for found in row]
