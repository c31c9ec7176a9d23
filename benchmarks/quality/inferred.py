"""Inferred shares of pools, beside plainer ways: misallocated cost, what intervals hold, what is refused.

``python -m benchmarks.quality.inferred``; BENCH_SEEDS is the number of invented worlds (240), of ``inferred_world.py``.
With a project of ``finmod demo`` behind it the platforms of the sample company are asked about, by its truth.
"""

from __future__ import annotations

import csv
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
from scipy.optimize import nnls

from benchmarks.quality.inferred_world import Floats, World, make_world
from finmod.models.inferred_shares import Inferred, infer_shares

_TOGETHER = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
_EDGES = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 1.01)
_FIRST = 10_000  # what the model takes for granted was chosen on worlds of smaller seeds
_RESAMPLES = 200
_HALF_YEARS = ("2024-11-01", "2025-05-01", "2025-11-01", "2026-05-01")

Way = Callable[[Floats, Floats], Floats]


def shares_by(coefficients: Floats, cost: Floats, use: Floats) -> Floats:
    """Return each target's part of the whole cost where its use counts so much."""
    explained = use @ coefficients
    return np.asarray(cost @ (explained / explained.sum(axis=1, keepdims=True)) / cost.sum())


def least_squares(cost: Floats, totals: Floats) -> Floats:
    """Return cost per unit by plain non-negative least squares with a fixed part; all alike where nothing is found."""
    means = totals.mean(axis=0)
    found = nnls(np.column_stack([totals / means, np.ones(len(cost))]), cost)[0][:-1]
    return np.asarray((found if found.any() else np.ones(len(means))) / means)


def _first(_: Floats, totals: Floats) -> Floats:
    return np.asarray(np.eye(totals.shape[1])[0])


def _mean(_: Floats, totals: Floats) -> Floats:
    return np.asarray(1 / totals.mean(axis=0))


WAYS: dict[str, Way] = {"first driver": _first, "mean of drivers": _mean, "plain NNLS": least_squares}


def misallocated(shares: Floats, true: Floats) -> float:
    """Return the part of the cost, in percent, that is with the wrong target."""
    return float(np.abs(shares - true).sum()) * 50


def bootstrap(cost: Floats, totals: Floats) -> tuple[Floats, Floats]:
    """Return where the 90 % intervals of driver shares begin and end, by NNLS on days drawn again."""
    chance, found = np.random.default_rng(0), []
    for _ in range(_RESAMPLES):
        days = chance.integers(0, len(cost), len(cost))
        sizes = least_squares(cost[days], totals[days]) * totals[days].mean(axis=0)
        found.append(sizes / sizes.sum())
    lower, upper = np.quantile(found, (0.05, 0.95), axis=0)
    return np.asarray(lower), np.asarray(upper)


def held(true: Floats, lower: Floats, upper: Floats) -> float:
    """Return the part of shares, in percent, that lie in their intervals."""
    return float(np.mean((true >= lower - 1e-9) & (true <= upper + 1e-9))) * 100


def _answers(worlds: Sequence[World]) -> list[Inferred]:
    return [infer_shares(world.cost, world.totals) for world in worlds]


def misallocation_lines(worlds: Sequence[World], answers: Sequence[Inferred]) -> Iterator[str]:
    """Yield a line per way: misallocated cost, of all worlds and of those that finmod answers."""
    answered = [answer.refusal is None for answer in answers]
    found: dict[str, list[float]] = defaultdict(list)
    for world, answer in zip(worlds, answers, strict=True):
        true, targets = world.target_shares, world.use.shape[1]
        found["equal split"].append(misallocated(np.full(targets, 1 / targets), true))
        for name, way in WAYS.items():
            shares = shares_by(way(world.cost, world.totals), world.cost, world.use)
            found[name].append(misallocated(shares, true))
        found["finmod"].append(misallocated(answer.target_shares(world.use, world.cost).shares, true))
    for name, every in found.items():
        taken = np.array(every)[answered]
        yield (
            f"{name:16s} misallocates {np.mean(every):4.1f} % of all {len(every)} worlds; "
            f"{np.mean(taken):4.1f} % (95th percentile {np.quantile(taken, 0.95):4.1f} %) of the {len(taken)} answered"
        )


def interval_lines(worlds: Sequence[World], answers: Sequence[Inferred]) -> Iterator[str]:
    """Yield what intervals hold, beside the bootstrap; then by noise, trait and so on."""
    rows: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    for world, answer in zip(worlds, answers, strict=True):
        if answer.refusal:
            continue
        lower, upper = bootstrap(world.cost, world.totals)
        targets = answer.target_shares(world.use, world.cost)
        true = world.driver_shares
        row = (
            held(true, answer.lower, answer.upper),
            float(np.mean(answer.upper - answer.lower)),
            held(true, lower, upper),
            float(np.mean(upper - lower)),
            held(world.target_shares, targets.lower, targets.upper),
            misallocated(targets.shares, world.target_shares),
        )
        price = "a new price" if world.changed else "one price"
        zero = "silent drivers" if (true == 0).any() else "no silent driver"
        fixed = "a fixed part" if world.fixed else "no fixed part"
        for key in ("all", f"noise {world.noise}", f"trait {world.trait}", price, zero, fixed):
            rows[key].append(row)
    for key, every in sorted(rows.items()):
        ours, width, boot, wide, targets_held, wrong = np.mean(every, axis=0)
        yield (
            f"{key:17s} {len(every):3d}: finmod holds {ours:3.0f} % (width {width:.3f}), "
            f"NNLS bootstrap {boot:3.0f} % (width {wide:.3f}); of targets {targets_held:3.0f} %; {wrong:.1f} % wrong"
        )


def refusal_lines(seeds: int) -> Iterator[str]:
    """Yield a line per band of correlation: what is refused, what is right of the rest; then of unrelated costs."""
    worlds = [make_world(seed, together=one) for one in _TOGETHER for seed in range(_FIRST, _FIRST + seeds)]
    answers = _answers(worlds)
    for low, high in pairwise(_EDGES):
        band = [(w, a) for w, a in zip(worlds, answers, strict=True) if low <= w.correlation < high]
        taken = [(w, a) for w, a in band if not a.refusal]
        wrong = [misallocated(a.target_shares(w.use, w.cost).shares, w.target_shares) for w, a in taken]
        inside = [held(w.driver_shares, a.lower, a.upper) for w, a in taken]
        plain = [misallocated(shares_by(least_squares(w.cost, w.totals), w.cost, w.use), w.target_shares)
                 for w, _ in band]  # fmt: skip
        told = f"answers {np.mean(wrong):4.1f} % wrong, hold {np.mean(inside):3.0f} %" if taken else "no answer"
        refused = 100 * (1 - len(taken) / max(len(band), 1))
        line = f"correlation {low:.3f} to {min(high, 1):.3f} of {len(band):3d}: {refused:3.0f} % refused, {told}"
        yield f"{line}; plain NNLS {np.mean(plain):4.1f} % wrong" if plain else line
    unrelated = _answers([make_world(seed, unrelated=True) for seed in range(_FIRST, _FIRST + seeds)])
    codes = Counter(answer.refusal.code if answer.refusal else "answered" for answer in unrelated)
    yield f"cost that follows nothing, of {seeds}: {dict(codes.most_common())}"


def doubt_line(worlds: Sequence[World], answers: Sequence[Inferred]) -> str:
    """Return how often targets are doubted: wrongly, and where a unit costs some thrice what it costs others."""
    false = sum(answer.doubt(world.use) is not None for world, answer in zip(worlds, answers, strict=True))
    true = 0
    for seed, world in enumerate(worlds):
        dear = np.exp(np.random.default_rng(seed).normal(0, 1, world.use.shape[1]))
        per_unit = world.driver_shares / world.totals.mean(axis=0)
        noise = 1 + 0.02 * np.random.default_rng(seed).standard_normal(len(world.cost))
        cost = (world.use @ per_unit @ dear) * noise
        true += infer_shares(cost, world.totals).doubt(world.use) is not None
    count = len(worlds)
    return f"doubt about targets: {false} of {count} where units cost the same, {true} of {count} where they do not"


def time_line(times: int = 20) -> str:
    """Return milliseconds of a pool of 180 days and 3 drivers, intervals included: the fastest of several times."""
    chance = np.random.default_rng(1)
    totals = chance.uniform(1, 2, (180, 3))
    cost = totals @ np.array([1.0, 2.0, 3.0]) + chance.normal(0, 0.1, 180)
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        infer_shares(cost, totals)
        taken.append(time.perf_counter() - start)
    return f"180 days x 3 drivers {min(taken) * 1000:.0f} ms (goal 50)"


def sample_lines(project: Path) -> Iterator[str]:
    """Yield a line per platform of the sample company and half year, by drivers that everybody would name."""
    names = ("requests", "stored_gb")
    use = {name: _series(project / "drivers" / f"{name}.csv", name) for name in names}
    for pool in ("kubernetes", "data-platform", "network", "support"):
        for start in _HALF_YEARS:
            rows = _true_cost(project, pool, start)
            days = sorted({row[0] for row in rows})
            products = sorted({product for series in use.values() for _, product in series})
            true = np.zeros((len(days), len(products)))
            for day, product, cost in rows:
                true[days.index(day), products.index(product)] += cost
            used = np.array([[[use[name].get((day, product), 0.0) for name in names] for product in products]
                             for day in days])  # fmt: skip
            yield f"{pool:13s} {start} {_told(true.sum(axis=1), used, true.sum(axis=0) / true.sum(), names)}"


def _told(cost: Floats, use: Floats, true: Floats, names: Sequence[str]) -> str:
    answer = infer_shares(cost, use.sum(axis=1), names=names)
    if answer.diagnostics is None:
        return f"refused: {answer.refusal.text if answer.refusal else ''}"
    parts = [f"even {misallocated(np.where(true > 0, 1 / (true > 0).sum(), 0), true):.0f} %"]
    parts += [f"{name} alone {misallocated(shares_by(np.eye(len(names))[place], cost, use), true):.0f} %"
              for place, name in enumerate(names)]  # fmt: skip
    parts += [f"NNLS {misallocated(shares_by(least_squares(cost, use.sum(axis=1)), cost, use), true):.0f} %"]
    parts += [f"finmod {misallocated(answer.target_shares(use, cost).shares, true):.0f} % wrong"]
    shares = zip(names, answer.shares, answer.lower, answer.upper, strict=True)
    told = ", ".join(f"{name} {share:.2f} ({low:.2f} to {high:.2f})" for name, share, low, high in shares)
    reason = f"refused: {answer.refusal.text}" if answer.refusal else "answered"
    doubt = "; in doubt" if answer.doubt(use) else ""
    return f"{told}, fixed {1 - answer.explained:.2f}: {reason}{doubt}; {', '.join(parts)}"


def _series(path: Path, name: str) -> dict[tuple[str, str], float]:
    with path.open(encoding="utf-8", newline="") as file:
        return {(row["date"], row["product"]): float(row[name]) for row in csv.DictReader(file)}


def _true_cost(project: Path, pool: str, start: str) -> list[tuple[str, str, float]]:
    query = """
        SELECT CAST(ChargeDate AS VARCHAR), Product, CAST(sum(EffectiveCost) AS DOUBLE) FROM read_parquet(?)
        WHERE Pool = ? AND ChargeDate >= CAST(? AS DATE) AND ChargeDate < CAST(? AS DATE) + INTERVAL 6 MONTH
        GROUP BY ALL
    """
    found = duckdb.execute(query, [str(project / "truth" / "allocation.parquet"), pool, start, start])
    return [(str(day), str(product), float(cost)) for day, product, cost in found.fetchall()]


def main() -> None:
    """Print every line."""
    if sys.argv[1:]:
        for line in sample_lines(Path(sys.argv[1])):
            print(line, flush=True)
        return
    seeds = int(os.environ.get("BENCH_SEEDS", "240"))
    worlds = [make_world(seed) for seed in range(_FIRST, _FIRST + seeds)]
    answers = _answers(worlds)
    for lines in (misallocation_lines(worlds, answers), interval_lines(worlds, answers), refusal_lines(seeds // 4)):
        for line in lines:
            print(line, flush=True)
    print(doubt_line(worlds, answers))
    print(time_line())


if __name__ == "__main__":
    main()
