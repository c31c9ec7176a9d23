"""Repair of dirty tags, beside an exact fold and the best ratio of rapidfuzz: precision and recall.

``python -m benchmarks.quality.tag_repair``; BENCH_SEEDS is the number of sample companies (5; 8 with ``command``). With
``command`` behind it ``finmod tags repair`` is asked about sample projects of two months, with all that their taxonomy
knows and with the names of values alone; and what it is sure of is held against what is right, with words planted that
mean nothing.
"""

from __future__ import annotations

import csv
import io
import os
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from rapidfuzz import fuzz, process

from finmod.sample.streams import Stream
from finmod.taxonomy.fold import fold
from finmod.taxonomy.repair.judge import Known, Observed, judged, repairs
from tests.books import Books, finmod
from tests.dirty_tags import (
    SOURCES,
    Score,
    known,
    observed,
    sample_carriers,
    scores,
    tag_texts,
    told_texts,
    true_tags,
    written_tags,
)
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


_KNOWS_LESS = (r",? ?(aliases|patterns): \[[^]]*\]", r"(?m)^ +- (patterns: ResourceName|lookup: .*value: product\})$")
_NOISE = (0, 2, 8, 32)
_NOISE_OF = (1, 1, 1, 2, 2, 3, 4)
_BANDS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.99, 1.01)


def command_lines(seeds: int) -> Iterator[str]:
    """Yield a line per sample project, taxonomy and dimension, and one per text that was not repaired, with why."""
    for seed in range(1, seeds + 1):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "northwind"
            finmod("sample", root, "--seed", str(seed), "--rows", "40000", "--months", "2")
            books = Books(root)
            books.run("load")
            yield from _by_command(books, f"seed {seed}, as it is   ")
            path = books.root / "taxonomy.yaml"
            text = path.read_text(encoding="utf-8")
            for pattern in _KNOWS_LESS:
                text = re.sub(pattern, "", text)
            path.write_text(text.replace("{, ", "{"), encoding="utf-8")
            yield from _by_command(books, f"seed {seed}, names alone")


def _by_command(books: Books, title: str) -> Iterator[str]:
    said = list(csv.DictReader(io.StringIO(books.run("tags", "repair", "--output", "csv").out)))
    told = {(row["dimension"], row["text"]): row for row in said}
    real = true_tags(books)
    counts: dict[str, Counter[str]] = {name: Counter() for name in VALUES}
    missed: Counter[tuple[str, str, str]] = Counter()
    for row in written_tags(books):
        name, true = row["d"], real.get((row["s"], row["r"]), {}).get(row["d"])
        if true is None or row["t"] in {None, true}:
            continue
        repair = told.get((name, row["t"]))
        value = repair["value"] if repair else ""
        understood = row["k"] == "understood"
        counts[name].update(dirty=1, read=understood or value == true, beyond=not understood)
        counts[name].update(repaired=bool(value), right=value == true)
        if not understood and value != true:
            missed[name, row["t"], repair["reason"] if repair else ""] += 1
    for name, of in counts.items():
        yield (
            f"{title} {name:11s} end right {of['read'] / max(of['dirty'], 1):.3f} ({of['read']}/{of['dirty']}), "
            f"no value and repaired rightly {of['right']}/{of['beyond']}, "
            f"repaired wrongly {of['repaired'] - of['right']}"
        )
    for (name, text, reason), number in sorted(missed.items()):
        yield f"    {name} {text!r} of {number}: {reason}"


def calibration_lines(seeds: int) -> Iterator[str]:
    """Yield a line per number of planted words: of what is so sure, the share that is right, and of how many."""
    for noise in _NOISE:
        found: list[tuple[float, bool]] = []
        wrong = 0
        for seed in range(1, seeds + 1):
            sure, planted = _with_noise(seed, noise)
            found += sure
            wrong += planted
        parts = []
        for low, high in pairwise(_BANDS):
            right = [is_right for confidence, is_right in found if low <= confidence < high]
            parts.append(f"{low:.2f}+ {sum(right) / len(right):.2f} of {len(right)}" if right else f"{low:.2f}+ none")
        yield f"product, {noise:2d} words planted per company: {', '.join(parts)}; {wrong} of {noise * seeds} repaired"


def _with_noise(seed: int, noise: int) -> tuple[list[tuple[float, bool]], int]:
    """Return (confidence, is right) of every text that has a guess, and how many planted words were repaired."""
    chance, carriers, truth = Stream(seed, "noise", str(noise)), *sample_carriers(seed)
    planted = set()
    for _ in range(noise):
        word = "".join("bdfgklmnprstvz"[chance.integer(0, 14)] + "aeiou"[chance.integer(0, 5)] for _ in range(3))
        planted.add(word)
        for _ in range(_NOISE_OF[chance.integer(0, len(_NOISE_OF))]):
            place = chance.integer(0, len(carriers))
            carriers[place] = replace(carriers[place], text=word, value=None)
    verdicts = judged(told_texts(carriers), known("product"))
    every = [(one.text, one.value, one.confidence) for one in verdicts.repairs]
    sure = [(sure, text not in planted and truth[text] == value) for text, value, sure in every]
    sure += [(one.confidence, one.text not in planted and truth[one.text] == one.guess)
             for one in verdicts.unclear if one.guess]  # fmt: skip
    return sure, sum(text in planted for text, _, _ in every)


def main() -> None:
    """Print every line; precision/recall, then of how many."""
    if sys.argv[1:] == ["command"]:
        seeds = int(os.environ.get("BENCH_SEEDS", "8"))
        for lines in (command_lines(seeds), calibration_lines(seeds)):
            for line in lines:
                print(line, flush=True)
        return
    for line in sample_lines(int(os.environ.get("BENCH_SEEDS", "5"))):
        print(line, flush=True)
    for line in near_miss_lines():
        print(line, flush=True)
    print(time_line())


if __name__ == "__main__":
    main()
