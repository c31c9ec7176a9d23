"""Inference of missing tags, beside the majority label of the account and the nearest name: precision and coverage.

``python -m benchmarks.quality.tag_inference``; BENCH_SEEDS is the number of sample companies (6), BENCH_COPIES how many
of them, side by side, make the large estate that is timed (28, about 100,000 resources).
"""

from __future__ import annotations

import os
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal

import numpy as np

from finmod.taxonomy.inference.infer import Inference, InferenceOptions, ResourceFrame, infer, resource_frame
from finmod.taxonomy.inference.report import Precision, counted_precision
from finmod.taxonomy.inference.wilson import Z_95
from tests.taxonomy.inference.company import PLATFORM, Company, make_company
from tests.taxonomy.inference.estates import unclean_estate

OPTIONS = InferenceOptions(shared_values=frozenset({PLATFORM}))
_SHORTEST = 3
_COLUMNS = ("source", "supplier", "account", "account_name", "region", "service", "resource_type", "name",
            "resource_id", "parent")  # fmt: skip

Guess = dict[str, str]
Way = Callable[[ResourceFrame], Guess]


def account_majority(frame: ResourceFrame) -> Guess:
    """Return for each gap the label that most resources of its account have."""
    seen: defaultdict[object, Counter[str]] = defaultdict(Counter)
    for place, label in enumerate(frame.label.tolist()):
        if label is not None:
            seen[frame.source[place], frame.account[place]][label] += 1
    found = {account: labels.most_common(1)[0][0] for account, labels in seen.items()}
    accounts = list(zip(frame.source, frame.account, strict=True))
    return {frame.key[place]: found[accounts[place]] for place in _gaps(frame) if accounts[place] in found}


def nearest_name(frame: ResourceFrame) -> Guess:
    """Return for each gap the label of the resource whose name, or else id, begins most like its own."""
    texts = [name or resource_id or "" for name, resource_id in zip(frame.name, frame.resource_id, strict=True)]
    known = sorted((text, label) for text, label in zip(texts, frame.label.tolist(), strict=True) if label is not None)
    found = {}
    for place in _gaps(frame):
        at = bisect_left(known, (texts[place], ""))
        near = [(_common(texts[place], text), label) for text, label in known[max(at - 1, 0) : at + 1]]
        length, label = max(near, default=(0, ""))
        if length >= _SHORTEST:
            found[frame.key[place]] = label
    return found


def _common(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _gaps(frame: ResourceFrame) -> list[int]:
    return [place for place, label in enumerate(frame.label.tolist()) if label is None]


def guessed(found: Inference) -> Guess:
    """Return what finmod infers."""
    return {key: value for key, value in zip(found.key, found.value, strict=True) if value is not None}


class Tally:
    """What a way guessed, over several companies.

    Attributes:
        guesses: Number of values.
        right: Of these, true ones; a value for a shared platform is wrong.
        shared: Of these, values of a product for a platform's resource.
        gaps: Number of resources without a label.
        own: Of these, resources of products; all of them where the dimension is no product.
        cost: Cost of all gaps, and of those that got a value.
    """

    def __init__(self, dimension: str) -> None:
        """Count nothing yet of a dimension."""
        self.dimension = dimension
        self.guesses = self.right = self.shared = self.gaps = self.own = 0
        self.cost = [Decimal(0), Decimal(0)]

    def add(self, company: Company, frame: ResourceFrame, guess: Guess) -> None:
        """Add the guesses of a company."""
        for place in _gaps(frame):
            key, truth = frame.key[place], company.truth[frame.key[place]]
            shared = self.dimension == "product" and truth.platform is not None
            self.gaps += 1
            self.own += not shared
            self.cost[0] += frame.cost[place]
            if key in guess:
                self.guesses += 1
                self.right += truth.values[self.dimension] == guess[key]
                self.shared += shared
                self.cost[1] += frame.cost[place]

    def precision(self) -> Precision:
        """Return the true precision."""
        return counted_precision(np.arange(self.guesses) < self.right, Z_95)

    def line(self, way: str) -> str:
        """Return what is printed."""
        precision = self.precision()
        share = f"{precision.share:6.4f}" if precision.share is not None else "  none"
        covered, answered = self.guesses / self.gaps, (self.guesses - self.shared) / self.own
        return (
            f"  {way:16s} precision {share} ({self.right:,} of {self.guesses:,}), coverage {covered:5.3f} of gaps,"
            f" {answered:5.3f} of gaps that have an answer, {self.cost[1] / self.cost[0]:5.3f} of cost;"
            f" on shared platforms {self.shared:,}"
        )


def quality(companies: list[Company]) -> Iterator[str]:
    """Yield lines per dimension, with the names of resources and without: ours, and the two baselines."""
    for dimension in ("product", "team", "environment"):
        for names in (True, False):
            ways: dict[str, Way] = {"account majority": account_majority, "nearest name": nearest_name}
            tallies = {way: Tally(dimension) for way in ("finmod", *ways)}
            decided, right, resources, agree = 0, 0, 0, 0
            for company in companies:
                frame = company.frame(dimension, names=names)
                found, alone = infer(frame, OPTIONS), Tally(dimension)
                for tally in (tallies["finmod"], alone):
                    tally.add(company, frame, guessed(found))
                for way, guess in ways.items():
                    values = {key: value for key, value in guess(frame).items() if value not in OPTIONS.shared_values}
                    tallies[way].add(company, frame, values)
                held, true = found.report.precision, alone.precision()
                decided, right = decided + held.decided, right + held.right
                resources += found.report.held_out.resources
                agree += held.low <= true.high and true.low <= held.high
            yield (
                f"{dimension}, {'names as on the bill' if names else 'names hidden'}: held out {right:,} of {decided:,}"
                f" right, {right / max(decided, 1):6.4f}, coverage {decided / resources:5.3f};"
                f" agrees with the truth on gaps in {agree} of {len(companies)} companies"
            )
            for way, tally in tallies.items():
                yield tally.line(way)


def honesty(estates: int) -> Iterator[str]:
    """Yield lines: of estates with unclean groups, what the report says of itself and what is true."""
    for wrong in (0.01, 0.03, 0.06):
        held, true, agree, gaps = [], [], 0, 0
        for seed in range(estates):
            frame, truth = unclean_estate(seed, wrong=wrong)
            found = infer(frame)
            gaps += len(found.key)
            right = [truth[key] == value for key, value in guessed(found).items()]
            if right:
                held.append(found.report.precision)
                true.append(counted_precision(np.array(right, dtype=np.bool_), Z_95))
                agree += held[-1].low <= true[-1].high and true[-1].low <= held[-1].high
        shares = [sum(one.right for one in side) / sum(one.decided for one in side) for side in (held, true)]
        covered = sum(one.decided for one in true) / gaps
        yield (
            f"estates of 3,000 with {wrong:.0%} of teams wrong: held out {shares[0]:6.4f}, true {shares[1]:6.4f},"
            f" coverage {covered:5.3f} of gaps; agrees in {agree} of {len(true)},"
            f" nothing inferred in {estates - len(true)}"
        )


def scale(copies: int) -> Iterator[str]:
    """Yield a line: seconds for an estate of several companies side by side, in the same accounts."""
    companies = [make_company(seed) for seed in range(copies)]
    frames = [company.frame("product") for company in companies]
    frame = resource_frame(
        [f"{copy} {key}" for copy, one in enumerate(frames) for key in one.key],
        [label for one in frames for label in one.label],
        dimensions={name: [text for one in frames for text in one.dimensions[name]] for name in frames[0].dimensions},
        first_day=np.concatenate([one.first_day for one in frames]).tolist(),
        last_day=np.concatenate([one.last_day for one in frames]).tolist(),
        usage=np.concatenate([company.usage for company in companies]),
        cost=[cost for one in frames for cost in one.cost],
        **{name: [text for one in frames for text in getattr(one, name)] for name in _COLUMNS},
    )
    start = time.perf_counter()
    found = infer(frame, OPTIONS)
    seconds = time.perf_counter() - start
    yield (
        f"{frame.count:,} resources in {seconds:.1f} s, {seconds / frame.count * 1e6:.0f} us each;"
        f" {int(found.inferred.sum()):,} of {len(found.key):,} gaps inferred"
    )


def main() -> None:
    """Print quality over several companies, and the time of a large one."""
    companies = [make_company(seed) for seed in range(1, int(os.environ.get("BENCH_SEEDS", "6")) + 1)]
    for lines in (quality(companies), honesty(5 * len(companies)), scale(int(os.environ.get("BENCH_COPIES", "28")))):
        for line in lines:
            print(line, flush=True)


if __name__ == "__main__":
    main()
