"""Other ways to say why a cost changed, in our own words: each takes a bill and returns names, best first.

All are given what our model is given, cells summed over resources and expected cost with the same growth, and as many
answers. Nothing of them is tuned to the cases; where a paper names thresholds they are the paper's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.rootcause_world import DIMENSIONS, RESOURCE, Bill
from finmod.models.rootcause.causes import LEAST, MOST
from finmod.models.rootcause.cells import Cells

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
Name = tuple[tuple[str, str | None], ...]
Codes = tuple[tuple[int, int], ...]

_WIDEST = 3  # values of a combination: as many as ours has
_BETTER = 1.1  # of the greedy search: so much better must a further value split
_EACH_EXPLAINS, _ALL_EXPLAIN = 0.1, 0.67  # T_EEP and T_EP of Adtributor
_EXTREMES, _POWER, _RISK = 5, 0.02, 0.5  # of RiskLoc: values beyond the cutoff, least part of the power, least risk


@dataclass(frozen=True)
class Question:
    """What a peer is asked.

    Attributes:
        bill: Both months.
        cells: Of it.
        expected: Per cell.
    """

    bill: Bill
    cells: Cells
    expected: Floats

    def name(self, codes: Codes) -> Name:
        """Return a combination in words."""
        return tuple((self.cells.names[at], self.cells.texts[at][code]) for at, code in codes)

    @property
    def least(self) -> float:
        """Return what is material, in money."""
        return float(LEAST) * max(float(self.cells.before.sum()), float(self.cells.after.sum()))


Peer = Callable[[Question], list[Name]]


def biggest_rows(question: Question) -> list[Name]:
    """Return the leaves that changed most, each by all that is known of it."""
    bill = question.bill
    order = np.argsort(-np.abs(bill.after - bill.before), kind="stable")[:MOST].tolist()
    return [tuple((name, bill.texts[name][row]) for name in (*DIMENSIONS, RESOURCE)) for row in order]


def single_dimension(question: Question) -> list[Name]:
    """Return single values as Adtributor does: explanatory power and surprise of each value, succinctly.

    Of each dimension the most surprising values are taken that explain a tenth of the change each, until they explain
    two thirds; dimensions come in the order of their surprise.
    """
    cells = question.cells
    found: list[tuple[float, list[Codes]]] = []
    whole, expected = float(cells.after.sum()), float(question.expected.sum())
    change = whole - expected
    for place, codes in enumerate(cells.codes):
        size = len(cells.texts[place])
        after, told = np.bincount(codes, cells.after, size), np.bincount(codes, question.expected, size)
        power = (after - told) / change if change else np.zeros(size)
        surprise = _divergence(told / expected, after / whole)
        chosen, explained = [], 0.0
        for code in np.argsort(-surprise, kind="stable").tolist():
            if power[code] > _EACH_EXPLAINS and explained <= _ALL_EXPLAIN:
                chosen.append(code)
                explained += float(power[code])
        if explained > _ALL_EXPLAIN:
            found.append((float(surprise[chosen].sum()), [((place, code),) for code in chosen]))
    found.sort(key=lambda one: -one[0])
    return [question.name(codes) for _, every in found for codes in every][:MOST]


def _divergence(told: Floats, real: Floats) -> Floats:
    """Return each value's part of the divergence of Jensen and Shannon."""
    mean = told + real
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [np.where(one > 0, one * np.log(2 * one / mean), 0.0) for one in (told, real)]
    return np.asarray(0.5 * (parts[0] + parts[1]))


def greedy(question: Question) -> list[Name]:
    """Return names by drilling down: the value that splits best, then the best within it, then on the rest.

    A split is good where its excess is large for its money, as a tree of decisions sees it.
    """
    cells = question.cells
    excess, money = cells.after - question.expected, np.maximum(cells.after, question.expected)
    open_cells = np.ones(cells.count, dtype=np.bool_)
    found: list[Name] = []
    while len(found) < MOST:
        codes: Codes = ()
        rows, best = open_cells, 0.0
        while len(codes) < _WIDEST and (split := _split(cells, rows, (excess, money), codes)):
            if split[0] <= _BETTER * best:
                break
            best, codes = split[0], (*codes, split[1])
            rows = rows & (cells.codes[split[1][0]] == split[1][1])
        if not codes or abs(float(excess[rows].sum())) < question.least:
            break
        found.append(question.name(codes))
        open_cells = open_cells & ~rows
    return found


def _split(
    cells: Cells, rows: Flags, amounts: tuple[Floats, Floats], taken: Codes
) -> tuple[float, tuple[int, int]] | None:
    best = None
    for place, codes in enumerate(cells.codes):
        if place in {at for at, _ in taken} or not rows.any():
            continue
        excess, money = (np.bincount(codes[rows], one[rows], len(cells.texts[place])) for one in amounts)
        with np.errstate(divide="ignore", invalid="ignore"):
            score = np.where(money > 0, excess * excess / money, 0.0)
        code = int(np.argmax(score))
        if best is None or score[code] > best[0]:
            best = float(score[code]), (place, code)
    return best


def risk_loc(question: Question) -> list[Name]:
    """Return names as RiskLoc does (Kalander 2022), once for cells that rose and once for those that fell.

    As published it looks at one side. Cells beyond a cutoff of relative deviation are abnormal; a combination is a
    cause where abnormal weight prevails (high risk), and its cells do not move alike less than they deviate (low risk).
    """
    cells, told = question.cells, question.expected
    deviation = 2 * (told - cells.after) / np.where(told + cells.after > 0, told + cells.after, 1.0)
    return [name for side in (-1, 1) for name in _one_side(question, deviation * side, side)][:MOST]


def _one_side(question: Question, deviation: Floats, side: int) -> Iterator[Name]:
    """Yield names of one side: abnormal is what deviates upwards by more than the other side ever does."""
    values = np.unique(deviation)
    if len(values) <= _EXTREMES:
        return
    cutoff = max(-float(values[_EXTREMES]), 0.0)
    abnormal = deviation > cutoff
    weight = np.minimum(np.where(abnormal, np.abs(deviation), np.abs(cutoff - deviation)), 1.0)
    power = side * (question.expected - question.cells.after)
    open_cells = np.ones(question.cells.count, dtype=np.bool_)
    least = _POWER * float(power[abnormal].sum())
    while float(power[open_cells & abnormal].sum()) > max(least, 0.0):
        found = _riskiest(question, open_cells, (abnormal, weight, power, deviation), least)
        if found is None:
            return
        yield question.name(found)
        open_cells = open_cells & ~question.cells.selected(found)


def _riskiest(
    question: Question, open_cells: Flags, told: tuple[Flags, Floats, Floats, Floats], least: float
) -> Codes | None:
    """Return of the first layer that has any the combination with the most power that is risky."""
    cells, (abnormal, weight, power, deviation) = question.cells, told
    rows = np.flatnonzero(open_cells)
    for width in range(1, _WIDEST + 1):
        best, chosen = least, None
        for dimensions in combinations(range(len(cells.names)), width):
            first, group = cells.grouped(dimensions, rows)
            powers = np.bincount(group, power[rows], len(first))
            has_any = np.bincount(group, abnormal[rows], len(first)) > 0
            for at in np.argsort(-powers, kind="stable").tolist():
                if powers[at] <= best:
                    break
                here = rows[group == at]
                if has_any[at] and _risk(question, here, abnormal, weight, deviation) >= _RISK:
                    cell = rows[first[at]]
                    best, chosen = float(powers[at]), tuple((one, int(cells.codes[one][cell])) for one in dimensions)
                    break
        if chosen:
            return chosen
    return None


def _risk(question: Question, rows: Ints, abnormal: Flags, weight: Floats, deviation: Floats) -> float:
    bad = float(weight[rows][abnormal[rows]].sum())
    high = bad / (bad + float(weight[rows][~abnormal[rows]].sum()) + 1)
    after, told = question.cells.after[rows], question.expected[rows]
    both = (after != 0) & (told != 0)
    if not both.any():
        return high
    alike = told[both] * after[both].sum() / told[both].sum()
    apart = float(np.abs(2 * (alike - after[both]) / (alike + after[both])).mean())
    away = float(np.abs(deviation[rows][both]).mean())
    return high - (apart / away if away else 0.0)


PEERS: dict[str, Peer] = {
    "biggest rows": biggest_rows,
    "best single dimension (Adtributor)": single_dimension,
    "greedy drill-down": greedy,
    "RiskLoc, both sides": risk_loc,
}
