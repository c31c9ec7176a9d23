"""docs/reference/quality.md: how good variances and root causes are, as the benchmarks measured them last."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from finmod.models.variance.effects import EFFECTS
from tools.pages.markdown import made_from, table

_FOLDER = Path(__file__).parents[2] / "benchmarks" / "quality" / "results"
_HEAD = f"""# How good variances and root causes are

{made_from("benchmarks/quality/results")}
Both are held against the sample company, whose cost is made of known causes. The figures are those of whole runs of the
benchmarks; run one yourself with the command that stands beside it.

## Effects of the variance

`python -m benchmarks.quality.variance` writes {{companies}} companies as their suppliers write bills, six months each,
loads them and compares every month with the one before: {{changes}} changes. What is missed is what effects differ from
the truth, in sum, over what truly moved, in sum.

"""
_ROOT = """
## Root causes

`python -m benchmarks.quality.rootcause` puts {causes} causes into {cases} bills of {companies} companies: growth,
decline, new and ended combinations of one to three dimensions, moves from one place to another, up to three at once,
under noise, growth and replaced resources. A cause is found where one of the first three answers selects exactly its
leaves. F1 counts everything else that is told as wrong; "own moves aside" leaves out what truly moved in the sample
company itself.

"""
_SINGLE = """
In {resources} more bills one resource alone moved, and everything else went on. Of the others only the biggest rows can
name it.

"""


def quality_pages() -> Mapping[str, str]:
    """Return the page."""
    variance, causes = (_read(name) for name in ("variance", "rootcause"))
    titles = {effect.name: effect.title for effect in EFFECTS}
    ways = table(
        ("way", "missed", "source by source", "in the worst month"),
        [
            (each["way"], *(_percent(each[name], 2) for name in ("misses", "by_source", "worst")))
            for each in variance["ways"]
        ],
    )
    effects = table(
        ("effect", "truly moved, USD", "missed, USD", "missed"),
        [
            (titles[each["effect"]], f"{each['moved']:,.0f}", f"{each['missed']:,.0f}",
             _percent(each["missed"] / each["moved"], 2) if each["moved"] >= 1 else "-")
            for each in variance["effects"]
        ],
    )  # fmt: skip
    found = table(
        ("way", "in the first three", "F1", "F1, own moves aside"),
        [
            (each["way"], _percent(each["top"], 1), f"{each['score']:.2f}", f"{each['aside']:.2f}")
            for each in causes["ways"]
        ],
    )
    single = table(
        ("way", "in the first three", "F1", "F1, own moves aside"),
        [
            (each["way"], _percent(each["top"], 1), f"{each['score']:.2f}", f"{each['aside']:.2f}")
            for each in causes["of_resources"]
        ],
    )
    head = _HEAD.format(companies=variance["companies"], changes=variance["changes"])
    root = _ROOT.format(**{name: causes[name] for name in ("companies", "cases", "causes")})
    return {"docs/reference/quality.md": f"{head}{ways}\n{effects}{root}{found}{_SINGLE.format(**causes)}{single}"}


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def _percent(share: float, places: int) -> str:
    return f"{share * 100:.{places}f} %"
