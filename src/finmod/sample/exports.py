"""The order in which bills are made and written: month by month, two lanes side by side.

Owns the lanes. DuckDB promises the order of joined rows on one thread only; so every file is written by one thread, and
the large supplier and the others are written at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError
from finmod.sample import aws_cur2, azure, focus, gcp, oci
from finmod.sample.aws_charges import aws_bill
from finmod.sample.azure_charges import azure_bill
from finmod.sample.charges import Bill
from finmod.sample.faults import Fault, faulty_month
from finmod.sample.focus_charges import focus_bill
from finmod.sample.gcp_charges import gcp_bill
from finmod.sample.oci_charges import oci_bill
from finmod.sample.prices import SOURCES
from finmod.sample.tables import open_engine, write_query
from finmod.sample.world import World

# About as much work each.
_LANES = (("aws", "azure-ea"), tuple(source for source in SOURCES if source not in {"aws", "azure-ea"}))

# The suppliers that export a form of their own: who makes the bill, who writes it.
NATIVE: dict[str, tuple[Callable[[World, str, int, int], Bill], ModuleType]] = {
    "azure-ea": (azure_bill, azure),
    "azure-mca": (azure_bill, azure),
    "gcp": (gcp_bill, gcp),
    "oci": (oci_bill, oci),
}


def write_exports(folder: Path, world: World, fault: Fault | None, spill: Path) -> Iterator[tuple[list[Path], Bill]]:
    """Write every export and the truth in FOCUS; yield (files, bill), by month and then in the order of ``SOURCES``.

    Args:
        folder: The sample's folder.
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
            written = [one for lane in work for one in lane.result()]
            yield from sorted(written, key=lambda one: SOURCES.index(one[1].source))


def _offer(engine: Engine, world: World, sources: tuple[str, ...]) -> None:
    for source in sources:
        if source == "aws":
            aws_cur2.offer_world(engine, world)
            continue
        focus.offer_world(engine, world, source)
        if source in NATIVE:
            NATIVE[source][1].offer_world(engine, world, source)


def _write_month(
    engine: Engine, folder: Path, company: tuple[World, Fault | None], what: tuple[int, tuple[str, ...]]
) -> list[tuple[list[Path], Bill]]:
    (world, fault), (number, sources) = company, what
    pieces = 24 if world.grain == "hour" else 1
    spoiled = fault.source if fault and number == faulty_month(len(world.months)) else None
    written = []
    for source in sources:
        bill = _bill(world, source, number, pieces)
        planted = fault if source == spoiled else None
        table = _write_table(engine, bill, folder, planted)
        # These read the view of usage that the table was made from.
        native = NATIVE[source][1].write_bill(engine, bill, folder) if source in NATIVE else []
        written.append(([*native, table], bill))
    return written


def _bill(world: World, source: str, number: int, pieces: int) -> Bill:
    if source == "aws":
        return aws_bill(world, number, pieces)
    make = NATIVE[source][0] if source in NATIVE else focus_bill
    return make(world, source, number, pieces)


def _write_table(engine: Engine, bill: Bill, folder: Path, fault: Fault | None) -> Path:
    """Write a month as CUR 2.0 or in FOCUS, which is the export or the truth beside it; return the file."""
    writer: ModuleType = aws_cur2 if bill.source == "aws" else focus
    query = writer.select_bill(engine, bill)
    if fault and fault.plant:
        query = _planted(engine, query, fault)
    path: Path = writer.bill_path(folder, bill)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_query(engine, query, path)
    return path


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
