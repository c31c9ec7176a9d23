"""The order in which bills are made and written: month by month, two lanes side by side.

Owns the lanes. DuckDB promises the order of joined rows on one thread only; so every file is written by one thread, and
the large supplier and the others are written at the same time.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType

from finmod.engines.duckdb import Engine, literal
from finmod.errors import Problem, UserError
from finmod.sample import aws_cur2, focus
from finmod.sample.aws_charges import aws_bill
from finmod.sample.charges import Bill
from finmod.sample.faults import Fault, faulty_month
from finmod.sample.focus_charges import focus_bill
from finmod.sample.prices import SOURCES
from finmod.sample.tables import open_engine
from finmod.sample.world import World

_LANES = (SOURCES[:1], SOURCES[1:])


def write_exports(folder: Path, world: World, fault: Fault | None, spill: Path) -> Iterator[tuple[Path, Bill]]:
    """Write every export and yield (file, bill), by month and then in the order of ``SOURCES``.

    Args:
        folder: Where the sources' folders go.
        world: The company.
        fault: What to plant in one month; None for nothing.
        spill: Folder for rows that do not fit into memory.
    """
    with ExitStack() as stack:
        engines = [stack.enter_context(open_engine(spill / lane[0])) for lane in _LANES]
        for engine, sources in zip(engines, _LANES, strict=True):
            _offer(engine, world, sources)
        pool = stack.enter_context(ThreadPoolExecutor(len(_LANES)))
        for number in range(len(world.months)):
            work = [
                pool.submit(_write_month, engine, folder, (world, fault), (number, sources))
                for engine, sources in zip(engines, _LANES, strict=True)
            ]
            for lane in work:
                yield from lane.result()


def _offer(engine: Engine, world: World, sources: tuple[str, ...]) -> None:
    for source in sources:
        if source == "aws":
            aws_cur2.offer_world(engine, world)
        else:
            focus.offer_world(engine, world, source)


def _write_month(
    engine: Engine, folder: Path, company: tuple[World, Fault | None], what: tuple[int, tuple[str, ...]]
) -> list[tuple[Path, Bill]]:
    (world, fault), (number, sources) = company, what
    pieces = 24 if world.grain == "hour" else 1
    written = []
    for source in sources:
        bill = aws_bill(world, number, pieces) if source == "aws" else focus_bill(world, source, number, pieces)
        writer: ModuleType = aws_cur2 if source == "aws" else focus
        query = writer.select_bill(engine, bill)
        if fault and fault.plant and fault.source == source and number == faulty_month(len(world.months)):
            query = _planted(engine, query, fault)
        path = writer.bill_path(folder, bill)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_query(engine, query, path)
        written.append((path, bill))
    return written


def _planted(engine: Engine, clean: str, fault: Fault) -> str:
    spoiled = fault.plant(clean) if fault.plant else clean
    (changed,) = engine.row(
        f"SELECT EXISTS (({clean}) EXCEPT ALL ({spoiled})) OR EXISTS (({spoiled}) EXCEPT ALL ({clean}))"
    )
    if not changed:
        raise UserError(
            Problem(
                code="FM1707",
                found=f"no charge of {fault.source} changes: {fault.description}",
                expected="a sample with charges to spoil",
                where="--fault",
                remedy="Write more rows, with --rows: small samples have charges by the month instead of by the day.",
            )
        )
    return spoiled


def write_query(engine: Engine, query: str, path: Path) -> None:
    """Write rows as Parquet or CSV, by the ending of the path, in their order."""
    if path.suffix == ".parquet":
        codec = "snappy" if path.name.endswith(".snappy.parquet") else "zstd"
        engine.copy_parquet(query, path, compression=codec, ordered=True)
        return
    packed = ", COMPRESSION gzip" if path.suffix == ".gz" else ""
    engine.run("SET preserve_insertion_order = true")
    times = "TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%SZ'"
    engine.run(f"COPY ({query}) TO {literal(str(path))} (FORMAT csv, HEADER, {times}{packed})")
