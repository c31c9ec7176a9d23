"""Repair of dirty tags, beside an exact fold and the best ratio of rapidfuzz: precision and recall.

``python -m benchmarks.quality.tag_repair``; BENCH_SEEDS is the number of sample companies (5).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from rapidfuzz import fuzz, process

from finmod.sample.streams import Stream
from finmod.taxonomy.fold import fold
from finmod.taxonomy.repair.judge import Known, Observed, repairs
from tests.dirty_tags import SOURCES, Score, observed, scores, tag_texts
from tests.near_misses import DIRT, OTHERS, VALUES, mistyped

_RATIO = 85
_SOUNDS = (
    "ba ce di fo gu ka le mi no pu ra se ti vo xa ber con dal fen gor hal jun kel lor mar nor par quin ros tor van"
)

Way = Callable[[list[Observed], tuple[str, ...]], dict[str, str]]


def ours(texts: Iterable[Observed], names: tuple[str, ...]) -> dict[str, str]:
    """Return text -> value by finmod, at its default threshold."""
    return {one.text: one.value for one in repairs(texts, [Known(name) for name in names])}


def exact_fold(texts: Iterable[Observed], names: tuple[str, ...]) -> dict[str, str]:
    """Return text -> value where the two are the same but for case and separators."""
    by_fold = {fold(name): name for name in names}
    return {one.text: by_fold[fold(one.text)] for one in texts if fold(one.text) in by_fold}


def best_ratio(texts: Iterable[Observed], names: tuple[str, ...]) -> dict[str, str]:
    """Return text -> value of the best ratio, of 85 or more, case and spaces around it ignored."""
    found = {}
    for one in texts:
        best = process.extractOne(one.text.casefold().strip(), names, scorer=fuzz.ratio, score_cutoff=_RATIO)
        if best:
            found[one.text] = best[0]
    return found


WAYS: dict[str, Way] = {"finmod": ours, "exact fold": exact_fold, f"best ratio {_RATIO}": best_ratio}


def sample_lines(seeds: int) -> Iterator[str]:
    """Yield a line per dimension, sources of evidence and way: precision and recall over sample companies."""
    for count in range(len(SOURCES) + 1):
        sources = SOURCES[:count]
        worlds = [tag_texts(seed, sources) for seed in range(1, seeds + 1)]
        for dimension, names in VALUES.items():
            for name, way in WAYS.items() if not count else [("finmod", ours)]:
                whole = (Score(), Score(), Score())
                for world in worlds:
                    texts = world[dimension]
                    found = way(observed(texts), names)
                    beyond = {text: one for text, one in texts.items() if fold(text) not in map(fold, names)}
                    parts = (*scores(texts, names, found), scores(beyond, names, found)[1])
                    whole = (whole[0] + parts[0], whole[1] + parts[1], whole[2] + parts[2])
                title = "+".join(sources) or "letters alone"
                yield f"{dimension:11s} {title:17s} {name:13s} {_told(*whole)}"


def _told(per_resource: Score, per_text: Score, beyond: Score) -> str:
    return ", ".join(
        f"{title} {one.precision:.3f}/{one.recall:.3f} of {one.dirty:,}"
        for title, one in (("resources", per_resource), ("texts", per_text), ("texts beyond the fold", beyond))
    )


def near_miss_lines() -> Iterator[str]:
    """Yield a line per dimension and way: texts that mean something else, real-life dirt, slips of a finger."""
    for dimension, names in VALUES.items():
        slips = dict(mistyped(names, seed=1, each=20))
        for name, way in WAYS.items():
            wrong = way([Observed(text, 1, Decimal(1)) for text in OTHERS[dimension]], names)
            parts = [f"{len(wrong):3d} of {len(OTHERS[dimension]):3d} others repaired"]
            for title, truth in (("dirt", DIRT[dimension]), ("slips", slips)):
                found = way([Observed(text, 1, Decimal(1)) for text in truth], names)
                right = sum(truth[text] == value for text, value in found.items())
                score = Score(len(truth), len(found), right)
                parts.append(f"{title} {score.precision:.3f}/{score.recall:.3f} of {score.dirty:,}")
            yield f"{dimension:11s} {name:13s} {', '.join(parts)}"


def large(texts: int, values: int) -> tuple[list[Observed], tuple[str, ...]]:
    """Return invented texts, most of them near a value, and as many values, a part of them teams of one product."""
    chance, sounds = Stream(1, "large"), _SOUNDS.split()

    def word(count: int) -> str:
        return "".join(sounds[chance.integer(0, len(sounds))] for _ in range(count))

    names: dict[str, None] = {}
    while len(names) < values:
        product = word(chance.integer(2, 5))
        names.update(dict.fromkeys((product, *(f"{product}-{craft}" for craft in ("api", "web", "data", "ops")))))
    known = tuple(names)[:values]
    found: dict[str, str] = {}
    while len(found) < texts:
        name = known[chance.integer(0, len(known))]
        at = chance.integer(1, len(name))
        changed = (name.upper(), f"{name[:at]}{name[at + 1 :]}", f"{name}-{word(1)}", name[:at], word(4), f"{name}{at}")
        found[f"{changed[chance.integer(0, len(changed))]}{word(chance.integer(0, 2))}"] = name
    return [Observed(text, 5, Decimal(5), {value: 4}) for text, value in found.items()], known


def time_line() -> str:
    """Return a line: seconds of 20,000 distinct texts against 500 values, letters and evidence."""
    texts, names = large(20_000, 500)
    start = time.perf_counter()
    found = ours(texts, names)
    seconds = time.perf_counter() - start
    return f"{len(texts):,} texts x {len(names)} values {seconds:5.2f} s (goal 5), {len(found):,} repaired"


def main() -> None:
    """Print every line; precision/recall, then of how many."""
    for line in sample_lines(int(os.environ.get("BENCH_SEEDS", "5"))):
        print(line, flush=True)
    for line in near_miss_lines():
        print(line, flush=True)
    print(time_line())


if __name__ == "__main__":
    main()
