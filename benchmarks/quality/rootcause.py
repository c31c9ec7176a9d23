"""Root causes beside plainer ways: what of the causes that were put in is found, and what is told besides.

``python -m benchmarks.quality.rootcause``; BENCH_SEEDS is the number of sample companies (40), each with six cases of
``rootcause_world.py``. What the model takes for granted was chosen on companies of seeds below 100.

A cause is found where one of the first three answers selects exactly its leaves. F1 of a case is that of its answers,
as a set, against the causes that were put in; the mean over cases is told. All that is told besides counts as wrong
there, also what moved in the sample itself. In ``own moves aside`` an answer does not count where at least half of the
money that moved in it, or in a launch, price cut, incident or initiative of the sample, moved in both. F1 of leaves is
that of all leaves that are in any answer, against those of all causes.

Beside them stand four cases of each company in which one resource alone moved. Of the peers only the biggest rows
can name it.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.quality.kept import keep
from benchmarks.quality.rootcause_peers import PEERS, Name, Question
from benchmarks.quality.rootcause_world import (
    DIMENSIONS,
    RESOURCE,
    Bill,
    Case,
    Flags,
    Injected,
    Texts,
    cases,
    resource_cases,
)
from finmod.models.rootcause.answer import RootCauses
from finmod.models.rootcause.causes import root_causes
from finmod.models.rootcause.cells import cells_of
from finmod.models.rootcause.leaves import Dimension, Leaves

_FIRST = 1_000  # what the model takes for granted was chosen on companies of seeds below 100
_CASES = 6
_OF_RESOURCES = 4
_TOP = 3
_HALF = 0.5
_LEAVES = 300_000
_SIZES = (0.015, 0.03, 0.08)


@dataclass(frozen=True)
class Judged:
    """A case and the answers of one way.

    Attributes:
        found: Cause by cause whether it is among the first three.
        score: F1 of the answers.
        aside: The same without answers that are true of the sample itself.
        of_leaves: F1 of the leaves.
        answers: How many there are.
    """

    found: tuple[bool, ...]
    score: float
    aside: float
    of_leaves: float
    answers: int


def leaves_of(bill: Bill) -> Leaves:
    """Return a bill as the model takes it."""
    dimensions = tuple(_dimension(name, bill.texts[name]) for name in DIMENSIONS)
    resource = _dimension(RESOURCE, bill.texts[RESOURCE])
    return Leaves(dimensions=dimensions, before=bill.before, after=bill.after, resource=resource)


def _dimension(name: str, column: Texts) -> Dimension:
    places: dict[str | None, int] = {}
    codes = np.array([places.setdefault(text, len(places)) for text in column.tolist()], dtype=np.int64)
    return Dimension(name, codes, tuple(places))


def judged(case: Case, answers: Sequence[Name]) -> Judged:
    """Return how well answers tell what was put in."""
    bill, causes = case.bill, case.causes
    told = [bill.selected(name) for name in answers]
    ranks = [next((at for at, rows in enumerate(told) if np.array_equal(rows, one.leaves)), None) for one in causes]
    hits = sum(rank is not None for rank in ranks)
    own = sum(_is_own(bill, rows) for rows in told if not any(np.array_equal(rows, one.leaves) for one in causes))
    every, true = _union(bill, told), _union(bill, [one.leaves for one in causes])
    return Judged(
        tuple(rank is not None and rank < _TOP for rank in ranks),
        _f1(hits, len(told), len(causes)),
        _f1(hits, len(told) - own, len(causes)),
        _f1(int((every & true).sum()), int(every.sum()), int(true.sum())),
        len(told),
    )


def _f1(hits: int, told: int, true: int) -> float:
    return 2 * hits / (told + true) if told + true else 1.0


def _union(bill: Bill, every: Sequence[Flags]) -> Flags:
    return np.asarray(np.logical_or.reduce([np.zeros(len(bill.before), dtype=np.bool_), *every]))


def _is_own(bill: Bill, rows: Flags) -> bool:
    moved = np.abs(bill.after - bill.before).astype(np.float64)
    for name in bill.happened:
        other = bill.selected(name)
        if float(moved[rows & other].sum()) >= _HALF * float(moved[rows | other].sum()):
            return True
    return False


def strata(case: Case, cause: Injected) -> Iterator[str]:
    """Yield what kind of case a cause is in."""
    yield f"kind: {cause.kind}"
    yield f"named by {len(cause.name)}"
    yield f"{len(case.causes)} causes, moves apart" if cause.kind != "move" else "a move, both sides"
    yield f"noise {case.noise:.2f}"
    yield f"churn {case.churn:.1f}"
    if cause.kind in {"growth", "decline"}:
        yield f"factor spread {cause.spread:.2f}"
        yield f"reaches {cause.reach:.1f} of its leaves"
    edges = [0.007, *_SIZES, 0.25]
    place = int(np.searchsorted(_SIZES, cause.size, side="right"))
    yield f"size {100 * edges[place]:.1f} to {100 * edges[place + 1]:.1f} % of the bill"


def figures(name: str, every: Sequence[Judged]) -> dict[str, object]:
    """Return the figures of a way."""
    found = [one for each in every for one in each.found]
    names = ("score", "aside", "of_leaves", "answers")
    means = {each: float(np.mean([getattr(one, each) for one in every])) for each in names}
    return {"way": name, "top": float(np.mean(found)), **means}


def row(name: str, every: Sequence[Judged]) -> str:
    """Return a line of the table."""
    found = [one for each in every for one in each.found]
    score, aside, of_leaves, answers = np.mean(
        [(one.score, one.aside, one.of_leaves, one.answers) for one in every], axis=0
    )
    return (
        f"{name:36s} {100 * np.mean(found):5.1f} % in top 3, F1 {score:.3f}, own moves aside {aside:.3f}, "
        f"of leaves {of_leaves:.3f}, {answers:.1f} answers"
    )


def lines(every: Sequence[Case]) -> Iterator[str]:
    """Yield the table, and what is found by kind of case."""
    ours, took, answers = [], [], []
    peers: dict[str, list[Judged]] = defaultdict(list)
    for case in every:
        leaves = leaves_of(case.bill)
        start = time.perf_counter()
        answer = root_causes(leaves)
        took.append(time.perf_counter() - start)
        answers.append(answer)
        ours.append(judged(case, [one.name for one in answer.causes]))
        question = _question(case.bill, leaves, answer)
        for name, peer in PEERS.items():
            peers[name].append(judged(case, peer(question)))
    single, rows = one_resource(sorted({case.seed for case in every}))
    keep(
        "rootcause",
        {
            "companies": len({case.seed for case in every}),
            "cases": len(every),
            "causes": sum(len(case.causes) for case in every),
            "ways": [figures("finmod", ours), *(figures(name, told) for name, told in peers.items())],
            "resources": len(single),
            "of_resources": [figures("finmod", single), figures("biggest rows", rows)],
        },
    )
    yield row("one resource: finmod", single)
    yield row("one resource: biggest rows", rows)
    yield row("finmod", ours)
    yield from (row(name, judgements) for name, judgements in peers.items())
    by: dict[str, list[bool]] = defaultdict(list)
    for case, judgement in zip(every, ours, strict=True):
        for cause, is_found in zip(case.causes, judgement.found, strict=True):
            for stratum in strata(case, cause):
                by[stratum].append(is_found)
    yield from (f"  {name:36s} {len(found):4d}: {100 * np.mean(found):5.1f} %" for name, found in sorted(by.items()))
    yield from pair_lines(every, answers)
    leaves_each = np.mean([len(case.bill.before) for case in every])
    yield f"{np.median(took) * 1000:.0f} ms a case (median), {leaves_each:,.0f} leaves (mean)"


def one_resource(seeds: Sequence[int]) -> tuple[list[Judged], list[Judged]]:
    """Return how well one resource that moved is told: by finmod, and by the biggest rows."""
    ours, rows = [], []
    for case in (each for seed in seeds for each in resource_cases(seed, _OF_RESOURCES)):
        leaves = leaves_of(case.bill)
        answer = root_causes(leaves)
        ours.append(judged(case, [one.name for one in answer.causes]))
        rows.append(judged(case, PEERS["biggest rows"](_question(case.bill, leaves, answer))))
    return ours, rows


def _question(bill: Bill, leaves: Leaves, answer: RootCauses) -> Question:
    cells = cells_of(leaves)
    return Question(bill, cells, cells.before * float(answer.growth or 1))


def pair_lines(every: Sequence[Case], answers: Sequence[RootCauses]) -> Iterator[str]:
    """Yield how many moves are told as a pair, and how many pairs are told where nothing was moved."""
    right, moves, wrong = 0, 0, 0
    for case, answer in zip(every, answers, strict=True):
        pairs = [{answer.causes[one.down].name, answer.causes[one.up].name} for one in answer.offsets]
        sides = [{tuple(case.bill.selected(name)) for name in pair} for pair in pairs]
        if case.causes[0].kind == "move":
            true = {tuple(one.leaves) for one in case.causes}
            moves += 1
            right += true in sides
            wrong += len([one for one in sides if one != true])
        else:
            wrong += len(pairs)
    yield f"moves told as a pair, both sides exactly: {right} of {moves}; {wrong} other pairs in {len(every)} cases"


def quiet_line(every: Sequence[Case]) -> str:
    """Return how many causes are told where none is: the month before beside itself with noise and growth."""
    told = 0
    for case in every:
        chance = np.random.default_rng([case.seed, case.number, 1])
        noise = np.exp(case.noise * chance.standard_normal(len(case.bill.before))) * case.growth
        after = np.rint(case.bill.before * noise).astype(np.int64)
        told += len(root_causes(leaves_of(replace(case.bill, after=after))).causes)
    return f"causes told of noise alone: {told} in {len(every)} bills"


def speed_line(case: Case) -> str:
    """Return how long a bill of 300,000 leaves takes: one of the sample, so often side by side in other accounts."""
    times = _LEAVES // len(case.bill.before) + 1
    texts = {
        name: np.concatenate(
            [column + f"-{at}" if name in {RESOURCE, "SubAccountName"} else column for at in range(times)]
        )
        for name, column in case.bill.texts.items()
    }
    bill = replace(
        case.bill, texts=texts, before=np.tile(case.bill.before, times), after=np.tile(case.bill.after, times)
    )
    leaves, took = leaves_of(bill), []
    for _ in range(5):
        start = time.perf_counter()
        answer = root_causes(leaves)
        took.append(time.perf_counter() - start)
    cells = cells_of(leaves).count
    return (
        f"{len(bill.before):,} leaves, {len(DIMENSIONS)} dimensions and resources, {cells:,} cells, "
        f"{len(answer.causes)} causes: {np.median(took):.2f} s (median of 5)"
    )


def main() -> None:
    """Print every line."""
    seeds = int(os.environ.get("BENCH_SEEDS", "40"))
    every = [case for seed in range(_FIRST, _FIRST + seeds) for case in cases(seed, _CASES) if case.causes]
    print(f"{len(every)} cases of {seeds} companies, {sum(len(case.causes) for case in every)} causes", flush=True)
    for line in lines(every):
        print(line, flush=True)
    print(quiet_line(every))
    print(speed_line(every[0]))


if __name__ == "__main__":
    main()
