"""Behaviour of costs beside average cost and plain least squares: what 90 % intervals hold, what is refused.

``python -m benchmarks.quality.cost_behaviour``; BENCH_SEEDS is the number of sample companies (100), each with up to 14
products over nine months. Companies have as many charges as ``finmod sample`` writes, then the least of a daily grain,
where a product has five resources or so and each that comes or goes is a jump.

Marginal cost is that of the last month by truth, of one more unit as it truly was, not as it was read; the variable
share is that of the drivers which move. Widths are points of the month's cost.
"""

from __future__ import annotations

import os
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.quality.cost_behaviour_world import Case, Floats, cases
from finmod.models.unit_economics.behaviour import DAILY, cost_behaviour
from finmod.models.unit_economics.behaviour_result import CostBehaviour

_FIRST = 20_000  # what the model takes for granted was chosen on companies of smaller seeds
_COMPANIES = (("as finmod sample writes it", 41_667), ("the least of a daily grain", 2_800))
_WHAT = ("marginal cost", "variable share")
_Z_90 = 1.6449


@dataclass(frozen=True)
class Judged:
    """One question, its answer and the truth, as shares of the recent cost.

    Attributes:
        what: ``marginal cost`` or ``variable share``.
        driver: Of a marginal cost; "" for the share.
        refused: Code, None where there is an answer.
        true: The truth.
        value: What is answered.
        lower: Where its interval begins.
        upper: Where it ends.
    """

    what: str
    driver: str
    refused: str | None
    true: float
    value: float
    lower: float
    upper: float

    @property
    def held(self) -> bool:
        """Return whether the interval holds the truth."""
        return self.lower <= self.true <= self.upper


def answered(case: Case) -> CostBehaviour:
    """Return the model's answer, of which the last month is now."""
    return cost_behaviour(case.cost, case.readings, names=case.names, grain=replace(DAILY, recent=case.recent))


def judged(case: Case, answer: CostBehaviour) -> Iterator[Judged]:
    """Yield the marginal cost of each driver and the variable share of those that move."""
    for place, one in enumerate(answer.drivers):
        found, code = one.marginal_cost, one.refusal.code if one.refusal else None
        by = one.average_cost or float("nan")
        true = float(case.marginal[place]) / by
        yield Judged(_WHAT[0], one.name, code, true, found.value / by, found.lower / by, found.upper / by)
    moving = [place for place, name in enumerate(case.names) if name not in answer.left_out]
    share, code = answer.variable_share, answer.refusal.code if answer.refusal else None
    yield Judged(_WHAT[1], "", code, float(case.variable[moving].sum()), share.value, share.lower, share.upper)


def least_squares(case: Case, moving: list[int], days: int) -> Iterator[Judged]:
    """Yield the same by plain least squares on the last days, with textbook intervals."""
    recent = slice(-case.recent, None)
    cost = case.cost[-days:] / case.cost[recent].mean()
    readings = case.readings[-days:, moving] / case.readings[recent, moving].mean(axis=0)
    columns = np.column_stack([readings, np.ones(days)])
    best = np.linalg.lstsq(columns, cost, rcond=None)[0]
    error = cost - columns @ best
    covariance = np.linalg.pinv(columns.T @ columns) * float(error @ error) / (days - columns.shape[1])
    average = case.cost[recent].mean() / case.readings[recent].mean(axis=0)
    every = [(case.marginal[at] / average[at], np.eye(len(best))[place]) for place, at in enumerate(moving)]
    for true, chosen in every:
        yield _textbook(_WHAT[0], float(true), chosen, best, covariance)
    both = np.r_[np.ones(len(moving)), 0.0]
    yield _textbook(_WHAT[1], float(case.variable[moving].sum()), both, best, covariance)


def _textbook(what: str, true: float, chosen: Floats, best: Floats, covariance: Floats) -> Judged:
    value, spread = float(chosen @ best), float(np.sqrt(chosen @ covariance @ chosen)) * _Z_90
    return Judged(what, "", None, true, value, value - spread, value + spread)


def told(key: str, every: list[Judged]) -> str:
    """Return a line: how many, what is refused, what is held, the median width and error."""
    taken = [one for one in every if not one.refused]
    line = f"{key:44s} {len(every):5d}: {100 * (1 - len(taken) / len(every)):3.0f} % refused"
    if not taken:
        return line
    held = 100 * float(np.mean([one.held for one in taken]))
    width = float(np.median([one.upper - one.lower for one in taken]))
    error = float(np.median([abs(one.value - one.true) for one in taken]))
    return f"{line}, holds {held:5.1f} %, median width {width:.3f}, median error {error:.3f}"


def company_lines(charges: int, seeds: int) -> Iterator[str]:
    """Yield what is held over so many companies, in all and by driver, product and trait, and beside plainer ways."""
    ours: dict[str, list[Judged]] = defaultdict(list)
    plain: dict[str, list[Judged]] = defaultdict(list)
    of_seed: dict[tuple[str, int], list[bool]] = defaultdict(list)
    took = []
    for case in (case for seed in range(_FIRST, _FIRST + seeds) for case in cases(seed, charges=charges)):
        start = time.perf_counter()
        answer = answered(case)
        took.append(time.perf_counter() - start)
        for one in judged(case, answer):
            for key in _keys(case, one):
                ours[key].append(one)
            if not one.refused:
                of_seed[one.what, case.seed].append(one.held)
        for key, one in _plainer(case, answer):
            plain[key].append(one)
    codes = Counter(one.refused for what in _WHAT for one in ours[what] if one.refused)
    for what in _WHAT:
        yield "finmod, " + told(what, ours.pop(what))
        parts = [100 * float(np.mean(held)) for (asked, _), held in of_seed.items() if asked == what]
        low, high = np.quantile(parts, (0.1, 0.9))
        yield f"  of single companies 8 in 10 hold {low:.0f} to {high:.0f} %"
    yield from (told(key, every) for key, every in sorted(plain.items()))
    yield from (told(f"  {key}", every) for key, every in sorted(ours.items()))
    yield f"refusals {dict(codes.most_common())}; {np.median(took) * 1000:.0f} ms a product (median)"


def _keys(case: Case, one: Judged) -> Iterator[str]:
    yield one.what
    yield f"{one.what}, {case.product}"
    yield from (f"{one.what}, {trait}" for trait in case.traits)
    if one.driver:
        yield f"{one.what} of {one.driver}"


def _plainer(case: Case, answer: CostBehaviour) -> Iterator[tuple[str, Judged]]:
    """Yield (way and what it is asked, judgement)."""
    if not answer.diagnostics:
        return
    moving = [place for place, name in enumerate(case.names) if name not in answer.left_out]
    ways = (("least squares", answer.diagnostics.periods), ("least squares of the month", case.recent))
    for name, days in ways:
        for one in least_squares(case, moving, days):
            yield f"{name}, {one.what}", one
    recent = slice(-case.recent, None)
    average = case.cost[recent].mean() / case.readings[recent].mean(axis=0)
    for place in moving:
        true = float(case.marginal[place] / average[place])
        yield "average cost as marginal cost", Judged(_WHAT[0], "", None, true, 1.0, 1.0, 1.0)


def main() -> None:
    """Print every line."""
    seeds = int(os.environ.get("BENCH_SEEDS", "100"))
    for name, charges in _COMPANIES:
        print(f"== {seeds} companies, {name} ({charges:,} charges a month)", flush=True)
        for line in company_lines(charges, seeds):
            print(line, flush=True)


if __name__ == "__main__":
    main()
