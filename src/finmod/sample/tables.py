"""What writers hand to the engine: usage cells, resources and charges as views, and the cut of a day into hours.

Owns the views' names and columns. Which columns a supplier makes of them stands in that supplier's writer.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from gzip import GzipFile
from pathlib import Path

import numpy as np

from finmod.engines.duckdb import Engine, identifier, literal
from finmod.sample.charges import Bill, Charge
from finmod.sample.drivers import HOURLY_LOAD
from finmod.sample.prices import decimal_text, supplier
from finmod.sample.streams import Ints, Texts, Times

MONEY = "DECIMAL(18,10)"


def money(expression: str) -> str:
    """Return SQL that turns an integer of 1e-10 USD into an exact decimal."""
    return f"CAST(CAST(({expression}) AS DECIMAL(18,0)) * 0.0000000001::DECIMAL(11,10) AS {MONEY})"


def price(expression: str) -> str:
    """Return SQL that turns an integer of 1e-6 USD into an exact decimal."""
    return f"CAST(CAST(({expression}) AS DECIMAL(18,0)) * 0.000001::DECIMAL(7,6) AS DECIMAL(18,6))"


def quantity(expression: str) -> str:
    """Return SQL that turns an integer of 1e-4 units into an exact decimal."""
    return f"CAST(CAST(({expression}) AS DECIMAL(18,0)) * 0.0001::DECIMAL(5,4) AS DECIMAL(18,4))"


def open_engine(temp_folder: Path) -> Engine:
    """Return an engine for writing, of one thread: joins promise no order on several, and a file's rows have one."""
    engine = Engine(temp_folder=temp_folder, threads=1, memory_limit="700MB")
    # The left side of a join must stay the left side: its order is the order of the file.
    engine.run("SET disabled_optimizers = 'join_order,build_side_probe_side'")
    return engine


def cut(amounts: Ints, pieces: int) -> Ints:
    """Return each amount of a day in so many hours, or as it is, one after another; the hours sum to the day."""
    load = np.cumsum((0, *HOURLY_LOAD)) if pieces > 1 else np.array((0, 1))
    # Telescoped, so that they sum whatever the load.
    return np.asarray(np.diff(amounts[:, None] * load // load[-1], axis=1).ravel(), dtype=np.int64)


def spans(bill: Bill, slot: Ints) -> dict[str, Times | Ints]:
    """Return h, t0 and t1 (hour in the slot, start, end) of charges, given the slot of each day that is cut."""
    usage, pieces = bill.usage, bill.pieces
    starts = np.array([start.replace(tzinfo=None) for start in usage.starts], dtype="datetime64[us]")[slot]
    hour = np.tile(np.arange(pieces, dtype=np.int64), len(slot))
    begin = np.repeat(starts, pieces) + hour.astype("timedelta64[h]")
    length = np.repeat(usage.hours[slot] // pieces, pieces).astype("timedelta64[h]")
    return {"h": hour, "t0": begin, "t1": begin + length}


def offer_usage(engine: Engine, bill: Bill, more: Mapping[str, Ints] | None = None) -> None:
    """Register ``usage`` with one row per usage charge, in order, and more columns of as many rows.

    Its columns: n (cell), h (hour in the cell), resource and commitment (``number`` in their tables; commitment 0 is
    none), q (1e-4 units), lp, cp, ep (1e-6 USD), t0, t1.
    """
    usage, pieces, step = bill.usage, bill.pieces, supplier(bill.source).step
    cells = len(usage.quantity)
    engine.register(
        "usage",
        {
            "n": np.repeat(np.arange(cells, dtype=np.int64), pieces),
            "q": cut(usage.quantity // step, pieces) * step,
            "resource": np.repeat(usage.resource, pieces),
            "commitment": np.repeat(usage.commitment + 1, pieces),
            "lp": np.repeat(usage.list_price, pieces),
            "cp": np.repeat(usage.contracted_price, pieces),
            "ep": np.repeat(usage.effective_price, pieces),
            **spans(bill, usage.slot),
            **(more or {}),
        },
    )


def texts(values: Sequence[str | None]) -> Texts:
    """Return texts and nulls as a column."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def make_table(
    engine: Engine,
    name: str,
    rows: Sequence[Mapping[str, str | None]],
    numbers: Mapping[str, Sequence[int]],
    select: str = "*",
) -> None:
    """Make a table with one row per place, its place as ``number``, texts and whole numbers as columns.

    Args:
        engine: Where to make it.
        name: Name of the table.
        rows: Texts per row, all with the same keys.
        numbers: Whole numbers per column.
        select: What to keep or make of the columns, SQL.
    """
    columns = {key: texts([row[key] for row in rows]) for key in (rows[0] if rows else ())}
    whole = {key: np.array(values, dtype=np.int64) for key, values in numbers.items()}
    engine.register("table_rows", {"number": np.arange(len(rows), dtype=np.int64)} | whole | columns)
    engine.run(f"CREATE OR REPLACE TEMP TABLE {identifier(name)} AS SELECT {select} FROM table_rows")


def offer_charges(engine: Engine, name: str, charges: Sequence[Charge], amounts: Mapping[str, str]) -> set[str]:
    """Register charges with their own columns as texts; return the names of those columns.

    Args:
        engine: Where to register.
        name: Name of the view.
        charges: At least one.
        amounts: Supplier's column -> attribute of ``Charge`` in 1e-10 USD.
    """
    columns = sorted({column for charge in charges for column in charge.columns})
    frame = {column: texts([charge.columns.get(column) for charge in charges]) for column in columns}
    frame |= {
        column: texts([decimal_text(getattr(charge, attribute)) for charge in charges])
        for column, attribute in amounts.items()
    }
    engine.register(
        name,
        {
            "n": np.arange(len(charges), dtype=np.int64),
            "t0": np.array([charge.start.replace(tzinfo=None) for charge in charges], dtype="datetime64[us]"),
            "t1": np.array([charge.end.replace(tzinfo=None) for charge in charges], dtype="datetime64[us]"),
            "invoice": texts([charge.invoice for charge in charges]),
            **frame,
        },
    )
    return {*columns, *amounts}


def select_list(columns: Sequence[tuple[str, str, str]]) -> str:
    """Return ``CAST(expression AS type) AS name`` for (name, type, expression)."""
    return ",\n".join(f"CAST({expression} AS {kind}) AS {identifier(name)}" for name, kind, expression in columns)


def offer_native(engine: Engine, bill: Bill) -> set[str]:
    """Register ``native_beside``: the charges that a supplier's own form has, as texts; return its own columns.

    Beside those it has n, t0, t1, invoice and CostInBillingCurrency, which is what the row costs.
    """
    charges = [replace(one, columns={"half": None, **one.native}) for one in bill.charges if one.native]
    if not charges:
        return set()
    costs = [decimal_text(one.billed or one.effective) for one in charges]
    columns = offer_charges(
        engine,
        "native_beside",
        [
            replace(one, columns={**one.columns, "CostInBillingCurrency": cost})
            for one, cost in zip(charges, costs, strict=True)
        ],
        {},
    )
    return columns - {"half", "CostInBillingCurrency"}


def write_query(engine: Engine, query: str, path: Path) -> int:
    """Write rows as Parquet, CSV or newline JSON, by the ending of the path, in their order; return their number."""
    if path.suffix == ".parquet":
        codec = "snappy" if path.name.endswith(".snappy.parquet") else "zstd"
        return engine.copy_parquet(query, path, compression=codec, ordered=True)
    form = "FORMAT json" if ".json" in path.suffixes else "FORMAT csv, HEADER, TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%SZ'"
    engine.run("SET preserve_insertion_order = true")
    plain = path.with_suffix("") if path.suffix == ".gz" else path
    rows = int(engine.row(f"COPY ({query}) TO {literal(str(plain))} ({form})")[0])
    if path.suffix == ".gz":
        _pack(plain, path)
    return rows


def _pack(plain: Path, packed: Path) -> None:
    """Compress a file and remove it: at a low level in a third of the engine's own time."""
    with plain.open("rb") as source, packed.open("wb") as target, GzipFile("", "wb", 3, target, mtime=0) as gzip:
        shutil.copyfileobj(source, gzip, 1 << 20)
    plain.unlink()
