"""The variance bridge beside the causes that truly changed the sample company's cost, and beside plainer ways.

``python -m benchmarks.quality.variance``; BENCH_SEEDS is the number of sample companies (20), each of six months,
written as its suppliers write bills, loaded, and compared month by month with what truth/variance.csv says.

A miss is what effects differ from the truth, in sum, over what truly moved, in sum: 0 % is every cause to the cent, and
100 % as much put wrong as there was to put.
"""

from __future__ import annotations

import csv
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.kept import keep
from benchmarks.quality.variance_ways import price_volume, sequential
from finmod.engines.duckdb import Engine
from finmod.marts.variance import CELLS
from finmod.models.variance.bridge import bridge
from finmod.models.variance.cells import Cells, Side, Units
from finmod.models.variance.effects import EFFECTS
from finmod.sample.prices import SOURCES
from finmod.settings.project import load_project
from finmod.terms.periods import parse_period
from finmod.workspace.load import load_sources
from finmod.workspace.sample import write_project_sample
from finmod.workspace.steps import silent
from finmod.workspace.variance.variance import Wanted, make

_FIRST, _MONTHS, _ROWS = 30_000, 6, 60_000
Amounts = Mapping[tuple[str, str], float]


def company(seed: int, folder: Path) -> Iterator[tuple[str, Amounts, dict[str, Amounts]]]:
    """Yield the months of a company: what is true, and what each way says, by source and effect."""
    write_project_sample(
        folder, seed=seed, months=_MONTHS, end="2026-10", rows=_ROWS, spend=Decimal(8_000_000), step=silent
    )
    project = load_project(folder)
    bills = {name: settings for name, settings in project.sources.items() if name in SOURCES}
    load_sources(project, bills, datetime(2026, 11, 2, tzinfo=UTC), silent)
    truth = true_effects(folder)
    for month in sorted(truth)[1 if len(truth) == _MONTHS else 0 :]:
        with Engine(temp_folder=folder / "spill") as engine:
            made = make(engine, project, Wanted(parse_period(month)))
            sources = [name for (name,) in engine.rows(f"SELECT x_Source FROM {CELLS} ORDER BY cell")]
        yield month, truth[month], ways(made.compared.cells, made.bridge.effects, sources)


def true_effects(folder: Path) -> dict[str, dict[tuple[str, str], float]]:
    """Return month -> source and effect -> what it truly changed."""
    found: dict[str, dict[tuple[str, str], float]] = defaultdict(dict)
    with (folder / "truth" / "variance.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["billing_period"]][row["source"], row["effect"]] = float(row["amount"])
    return found


def ways(cells: Cells, effects: Units, sources: Sequence[str]) -> dict[str, Amounts]:
    """Return way -> source and effect -> what it says."""
    found: dict[str, Amounts] = {}
    names = np.array(sources, dtype=object)
    one_by_one = np.asarray(bridge(cells, sequential).effects, dtype=np.float64) / 1e12
    ours = np.asarray(effects, dtype=np.float64) / 1e12
    every = {"finmod": ours, "one factor after another": one_by_one}
    for way, values in every.items():
        found[way] = {
            (source, effect.name): float(values[names == source, at].sum())
            for source in sorted({*sources})
            for at, effect in enumerate(EFFECTS)
        }
    textbook: dict[tuple[str, str], float] = {}
    for source in sorted({*sources}):
        told = price_volume(part(cells, np.flatnonzero(names == source)))
        textbook |= {(source, effect.name): float(told[at]) for at, effect in enumerate(EFFECTS)}
    return {**found, "price and volume": textbook}


def part(cells: Cells, rows: NDArray[np.int64]) -> Cells:
    """Return some of the cells."""
    before, after = (
        Side(**{each.name: getattr(side, each.name)[rows] for each in fields(side)})
        for side in (cells.before, cells.after)
    )
    columns = (each.name for each in fields(cells) if each.name not in {"before", "after"})
    return Cells(before=before, after=after, **{name: getattr(cells, name)[rows] for name in columns})


def miss(said: Amounts, true: Amounts, *, by_source: bool = False) -> tuple[float, float]:
    """Return what was put wrong, and what truly moved: sums over effects, of all sources together or each by itself."""
    keys = {*said, *true}
    if by_source:
        wrong = sum(abs(said.get(key, 0.0) - true.get(key, 0.0)) for key in keys)
        return wrong, sum(abs(value) for value in true.values())
    names = {effect for _, effect in keys}
    sums = [{name: sum(v for (_, e), v in each.items() if e == name) for name in names} for each in (said, true)]
    return sum(abs(sums[0][name] - sums[1][name]) for name in names), sum(abs(value) for value in sums[1].values())


def main() -> None:
    """Print the misses of each way, over all months of all companies, and the effects with the largest."""
    seeds = int(os.environ.get("BENCH_SEEDS", "20"))
    wrong: dict[tuple[str, bool], list[tuple[float, float]]] = defaultdict(list)
    worst: dict[str, list[float]] = defaultdict(list)
    of_effect: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for seed in range(_FIRST, _FIRST + seeds):
        with tempfile.TemporaryDirectory() as name:
            for _, true, told in company(seed, Path(name)):
                for way, said in told.items():
                    for by_source in (False, True):
                        wrong[way, by_source].append(miss(said, true, by_source=by_source))
                    worst[way].append(wrong[way, False][-1][0] / wrong[way, False][-1][1])
                for effect in EFFECTS:
                    one, other = (
                        sum(value for (_, what), value in each.items() if what == effect.name)
                        for each in (told["finmod"], true)
                    )
                    of_effect[effect.name].append((one - other, other))
    print(f"{seeds} companies, {len(worst['finmod'])} changes from month to month")
    ways_told, effects_told = [], []
    for way, of_months in worst.items():
        shares = [sum(a for a, _ in wrong[way, by]) / sum(b for _, b in wrong[way, by]) for by in (False, True)]
        ways_told.append({"way": way, "misses": shares[0], "by_source": shares[1], "worst": max(of_months)})
        print(
            f"{way:28s} misses {100 * shares[0]:7.3f} %, source by source {100 * shares[1]:7.3f} %, "
            f"in the worst month {100 * max(of_months):7.3f} %"
        )
    for name, pairs in of_effect.items():
        moved = sum(abs(true) for _, true in pairs)
        off = sum(abs(difference) for difference, _ in pairs)
        if round(moved) or round(off):
            effects_told.append({"effect": name, "moved": moved, "missed": off})
            share = f"{100 * off / moved:8.3f} %" if moved else "        -"
            print(f"  {name:22s} moved {moved:14,.0f} USD, missed {off:10,.2f} USD {share}")
    keep("variance", {"companies": seeds, "changes": len(worst["finmod"]), "ways": ways_told, "effects": effects_told})


if __name__ == "__main__":
    main()
