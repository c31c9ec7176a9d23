"""`finmod sample`: writes the company's exports, invoices and drivers, and the truth beside them.

Owns the order of the work and the refusals. What is written stands in the other files of this room.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError
from finmod.sample.events import FILE as EVENTS
from finmod.sample.events import write_events
from finmod.sample.exports import write_exports
from finmod.sample.faults import Fault, fault_named, faulty_month
from finmod.sample.months import parse_month
from finmod.sample.prices import AMOUNT_DIGITS, SOURCES
from finmod.sample.records import Facts, write_drivers, write_invoices, write_truth_lists
from finmod.sample.tables import open_engine
from finmod.sample.truth import Allocation, customer_rows, write_csv
from finmod.sample.world import World, make_world

ROWS_PER_MONTH = 41_667
SPEND = Decimal(8_000_000)
_FEWEST_ROWS, _MOST_MONTHS = 400, 120
_LEAST_SPEND, _MOST_SPEND = Decimal(100_000), Decimal(500_000_000)
_OWN = ("exports", "truth", "drivers", "invoices.csv", EVENTS)


@dataclass(frozen=True)
class SampleSummary:
    """What was written.

    Attributes:
        folder: The sample's folder.
        files: Every file, in the order of writing.
        rows: Source -> charges.
        billed: (source, ``YYYY-MM``) -> exact BilledCost, USD.
        fault: Name of the planted fault; None for a clean sample.
    """

    folder: Path
    files: tuple[Path, ...]
    rows: dict[str, int]
    billed: dict[tuple[str, str], Decimal]
    fault: str | None = None


def write_sample(  # noqa: PLR0913 -- the words of the command
    folder: Path,
    *,
    seed: int = 1,
    months: int = 24,
    end: str = "2026-10",
    rows: int | None = None,
    spend: Decimal = SPEND,
    fault: str | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> SampleSummary:
    """Write an invented company: the same arguments give the same content, on any machine.

    Args:
        folder: Where to write exports/, drivers/, truth/, invoices.csv and events.csv; made where it is missing.
        seed: Which company; 0 or more.
        months: Length of the window in whole months.
        end: Its last month, ``YYYY-MM``.
        rows: Wanted number of charges over everything, met within 10 %; None takes about 41,667 a month.
        spend: Wanted EffectiveCost in a year, USD, met within some per cent. BilledCost of a short window is higher:
            commitments are paid upfront in it.
        fault: A name of ``faults.FAULTS`` to plant in one month; None for none.
        on_progress: Called with (bills written, bills to write).

    Returns:
        What was written, with exact totals.

    Raises:
        UserError: FM1700 the folder holds a sample already, FM1701 to FM1707 an argument makes no sense.
    """
    last = parse_month(end)
    planted = fault_named(fault) if fault else None
    _refuse(seed, months, rows, spend)
    _refuse_existing(folder)
    world = make_world(seed=seed, months=months, end=last, rows=rows or ROWS_PER_MONTH * months, spend=spend)
    folder.mkdir(parents=True, exist_ok=True)
    facts, allocation, files = Facts(), Allocation(), []
    # Spilled rows go beside the sample, where there is room for it, and never stay.
    spill = Path(tempfile.mkdtemp(prefix=".spill-", dir=folder))
    try:
        for done, (paths, bill) in enumerate(write_exports(folder, world, planted, spill), 1):
            files += paths
            facts.add(world, bill)
            allocation.add(world, bill)
            if on_progress:
                on_progress(done, len(SOURCES) * months)
        with open_engine(spill) as engine:
            files += _beside(engine, folder, world, (facts, allocation, planted))
    except BaseException:
        _remove(folder)
        raise
    finally:
        shutil.rmtree(spill, ignore_errors=True)
    return _summary(folder, world, facts, files, fault)


def _beside(engine: Engine, folder: Path, world: World, gathered: tuple[Facts, Allocation, Fault | None]) -> list[Path]:
    facts, allocation, fault = gathered
    truth = folder / "truth"
    truth.mkdir(exist_ok=True)
    planted = {(fault.source, faulty_month(len(world.months))): fault.invoice} if fault else {}
    allocation.write(engine, world, truth / "allocation.parquet")
    write_csv(
        truth / "customers.csv",
        ("billing_period", "product", "customer", "EffectiveCost"),
        customer_rows(world, allocation),
    )
    customers = world.customers
    joined = [world.months[place].label for place in customers.joined.tolist()]
    write_csv(
        truth / "customer_list.csv",
        ("customer", "segment", "first_month"),
        zip(customers.names, customers.segments, joined, strict=True),
    )
    return [
        write_invoices(folder, world, facts, planted),
        write_events(folder, world),
        *write_drivers(folder, world),
        truth / "allocation.parquet",
        truth / "customers.csv",
        truth / "customer_list.csv",
        *write_truth_lists(folder, world, facts),
    ]


def _summary(folder: Path, world: World, facts: Facts, files: list[Path], fault: str | None) -> SampleSummary:
    rows = dict.fromkeys(SOURCES, 0)
    for (source, _), count in facts.rows.items():
        rows[source] += count
    billed = {
        (source, world.months[number].label): Decimal(totals["BilledCost"]).scaleb(-AMOUNT_DIGITS)
        for (source, number), totals in facts.totals.items()
    }
    return SampleSummary(folder, tuple(files), rows, billed, fault)


def _refuse(seed: int, months: int, rows: int | None, spend: Decimal) -> None:
    fewest = _FEWEST_ROWS * months
    refused = {
        "--months": ("FM1702", f"{months} months", f"1 to {_MOST_MONTHS}", not 1 <= months <= _MOST_MONTHS),
        "--rows": (
            "FM1701",
            f"{rows} rows",
            f"{fewest:,} or more for {months} months",
            rows is not None and rows < fewest,
        ),
        "--spend": (
            "FM1704",
            f"a spend of {spend}",
            f"{_LEAST_SPEND:,} to {_MOST_SPEND:,} USD a year",
            not (spend.is_finite() and _LEAST_SPEND <= spend <= _MOST_SPEND),
        ),
        "--seed": ("FM1706", f"a seed of {seed}", "a whole number from 0 up", seed < 0),
    }
    problems = [
        Problem(code=code, found=found, expected=expected, where=where, remedy=f"Give {where} a value in that range.")
        for where, (code, found, expected, wrong) in refused.items()
        if wrong
    ]
    if problems:
        raise UserError(*problems)


def _remove(folder: Path) -> None:
    """Take away what a run that was broken off has written: half a sample is none."""
    for name in _OWN:
        shutil.rmtree(folder / name, ignore_errors=True)
        if (folder / name).is_file():
            (folder / name).unlink()


def _refuse_existing(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UserError(
            Problem(
                code="FM1700",
                found="there is a file of that name",
                expected="a folder",
                where=str(folder),
                remedy="Name another folder.",
            )
        )
    found = [name for name in _OWN if (folder / name).exists()]
    if found:
        # Months of an earlier run would stay between those of this one.
        raise UserError(
            Problem(
                code="FM1700",
                found=f"the folder holds {', '.join(found)} already",
                expected="a folder without a sample",
                where=str(folder),
                remedy="Name another folder, or remove these first.",
            )
        )
