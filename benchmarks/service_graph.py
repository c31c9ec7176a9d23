"""One graph of services, allocated by finmod's core and by PyPI cloud-cost-allocation in an environment of its own.

Owns the graph, as rows of two CSV files that both read from memory: 200 services cost something every day and are used
by each other and by 14 products. What finmod does is what a run does with a driver's rows: shares, one solution a day,
and exact splitting; the rest of a run, which has no counterpart there, is left out.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.process import python_with, timed
from finmod.allocation.solve import ends
from finmod.allocation.split import UNIT, split
from finmod.allocation.vectors import Floats, Ints

GOAL = 50
SERVICES = 200
PRODUCTS = 14
DAYS = 30
_PINS = ("cloud-cost-allocation==2.4.0", "requests", "validators", "python-dateutil")
_SCRIPT = Path(__file__).with_name("peer_allocation.py")

_COLUMNS = itemgetter("Date", "ProviderService", "ConsumerService", "Product", "Key")

Rows = list[dict[str, str]]
Wide = npt.NDArray[np.longdouble]


def make_graph(back: int) -> tuple[Rows, Rows]:
    """Return costs of services and keys of who used whom, day by day.

    Args:
        back: How many services are used by one that feeds them, which closes cycles.
    """
    chance = random.Random(7)  # noqa: S311 -- no secret: the same graph every time
    uses = [(at, other) for at in range(SERVICES - 1) for other in _later(chance, at, 8)]
    uses += [(at, chance.randrange(at)) for at in chance.sample(range(20, SERVICES), back)]
    costs: Rows = []
    keys: Rows = []
    for number in range(DAYS):
        day = f"2026-09-{number + 1:02}"
        costs += [
            {"Date": day, "Service": f"s{at}", "Cost": f"{chance.randrange(1, 10**8) / 10**6}"}
            for at in range(SERVICES)
        ]
        keys += [_key(day, at, chance, ConsumerService=f"s{other}") for at, other in uses]
        keys += [
            _key(day, at, chance, Product=f"p{product}")
            for at in range(SERVICES)
            for product in chance.sample(range(PRODUCTS), 4)
        ]
    return costs, keys


def _later(chance: random.Random, at: int, count: int) -> list[int]:
    return sorted(chance.sample(range(at + 1, SERVICES), min(count, SERVICES - at - 1)))


def _key(day: str, at: int, chance: random.Random, **used_by: str) -> dict[str, str]:
    row = {"Date": day, "ProviderService": f"s{at}", "Key": str(chance.randrange(1, 1000))}
    return {**row, "ConsumerService": "", "Product": "", **used_by}


@dataclass(frozen=True)
class Graph:
    """The rows in numbers.

    Attributes:
        amounts: Day -> cost of each service, in units of 1e-12.
        products: Number -> name.
        when: Of each key its day, in numbers.
        owners: Of each key who is used.
        users: Of each key the service or product that uses.
        parts: Of each key which part of the cost that is.
    """

    amounts: dict[str, list[int]]
    products: dict[int, str]
    when: Ints
    owners: Ints
    users: Ints
    parts: Floats


def read_graph(costs: Rows, keys: Rows) -> Graph:
    """Return the rows in numbers."""
    services, products = _numbers(costs, keys)
    amounts: dict[str, list[int]] = {}
    for row in costs:
        amounts.setdefault(row["Date"], [0] * len(services))[services[row["Service"]]] += _units(row["Cost"])
    dates, providers, consumers, bought, used = zip(*map(_COLUMNS, keys), strict=True)
    when, owners = (_found(dict(zip(amounts, range(len(amounts)), strict=True)), dates), _found(services, providers))
    users = np.maximum(_found({**services, "": -1}, consumers), _found({**products, "": -1}, bought))
    weights = np.fromiter(map(float, used), dtype=np.float64, count=len(used))
    node = when * len(services) + owners
    parts = weights / np.bincount(node, weights=weights)[node]
    return Graph(amounts, {number: name for name, number in products.items()}, when, owners, users, parts)


def allocated(graph: Graph) -> dict[str, dict[str, int]]:
    """Return day -> product -> cost in units of 1e-12, as a run of finmod finds it."""
    by_day = np.split(np.argsort(graph.when, kind="stable"), np.cumsum(np.bincount(graph.when))[:-1])
    found: dict[str, dict[str, int]] = {}
    names = graph.products
    order = np.arange(min(names))
    for (day, whole), chosen in zip(graph.amounts.items(), by_day, strict=True):
        finals, ways = ends(order, graph.owners[chosen], graph.users[chosen], graph.parts[chosen])
        edges = np.cumsum(ways, axis=1)
        sums = split(np.array(whole), edges / edges[:, -1:]).sum(axis=0)
        found[day] = {names[number]: amount for number, amount in zip(finals.tolist(), sums.tolist(), strict=True)}
    return found


def _found(numbers: Mapping[str, int], texts: Sequence[str]) -> Ints:
    return np.fromiter(map(numbers.__getitem__, texts), dtype=np.int64, count=len(texts))


def _units(text: str) -> int:
    whole, _, rest = text.partition(".")
    return int(whole) * UNIT + int(f"{rest:0<12}")


def _numbers(costs: Rows, keys: Rows) -> tuple[dict[str, int], dict[str, int]]:
    services = {name: at for at, name in enumerate(dict.fromkeys(row["Service"] for row in costs))}
    products = sorted({row["Product"] for row in keys} - {""})
    return services, {name: at for at, name in enumerate(products, start=len(services))}


@dataclass(frozen=True)
class _Matrices:
    """A day in numbers of 80 bits: cost of services, which part each gives each other, and each product."""

    costs: Wide
    feeding: Wide
    giving: Wide
    products: list[str]


def _matrices(costs: Rows, keys: Rows, day: str) -> _Matrices:
    services, products = _numbers(costs, keys)
    whole = np.zeros((len(services), len(services) + len(products)), dtype=np.longdouble)
    for row in keys:
        if row["Date"] == day:
            user = services[row["ConsumerService"]] if row["ConsumerService"] else products[row["Product"]]
            whole[services[row["ProviderService"]], user] += int(row["Key"])
    whole /= whole.sum(axis=1, keepdims=True)
    spent = np.array([np.longdouble(row["Cost"]) for row in costs if row["Date"] == day])
    return _Matrices(spent, whole[:, : len(services)], whole[:, len(services) :], list(products))


def _exact(day: _Matrices) -> Wide:
    """Return the cost of each product by Gaussian elimination of the whole system, in numbers of 80 bits."""
    system = np.eye(len(day.costs), dtype=np.longdouble) - day.feeding.T
    right = day.costs.copy()
    for at in range(len(right)):
        # Its columns sum to less than 1 beside the diagonal: no row has to change places.
        factors = system[at + 1 :, at] / system[at, at]
        system[at + 1 :] -= factors[:, None] * system[at]
        right[at + 1 :] -= factors * right[at]
    for at in reversed(range(len(right))):
        right[at] = (right[at] - system[at, at + 1 :] @ right[at + 1 :]) / system[at, at]
    return np.asarray(right @ day.giving)


def _step_down(day: _Matrices) -> Wide:
    """Return what the textbook's step-down method gives: services one after another, none gets back."""
    left, found = day.costs.copy(), np.zeros(len(day.products), dtype=np.longdouble)
    for at in range(len(left)):
        later = day.feeding[at, at + 1 :]
        whole = later.sum() + day.giving[at].sum()
        left[at + 1 :] += left[at] * later / whole
        found += left[at] * day.giving[at] / whole
    return found


def _three_rounds(day: _Matrices) -> Wide:
    """Return what three rounds of handing on give; what is left with services then goes to products at once."""
    left, found = day.costs.copy(), np.zeros(len(day.products), dtype=np.longdouble)
    for _ in range(3):
        found += left @ day.giving
        left = left @ day.feeding
    return np.asarray(found + left @ (day.giving / day.giving.sum(axis=1, keepdims=True)))


def graph_against_peer(folder: Path, times: int) -> Iterator[str]:
    """Yield a line without cycles and one with them: seconds of both, their ratio, and how far each is off."""
    python = python_with(folder / "peer-allocation", _PINS)
    if python is None:
        yield "SKIPPED: the service graph against cloud-cost-allocation needs Python 3.11"
        return
    for back in (0, 20):
        costs, keys = make_graph(back)
        found: list[list[float]] = []
        for _ in range(times):
            graph, reading = timed(partial(read_graph, costs, keys))
            ours, alone = timed(partial(allocated, graph))
            theirs = _peer(folder, python, costs, keys)
            found.append([reading.processor, alone.processor, theirs["reading"], theirs["alone"]])
        read, own_time, peer_read, peer_time = (min(side) for side in zip(*found, strict=True))
        days = [_matrices(costs, keys, day) for day in ours]
        exact = [_exact(day) for day in days]
        own = [_of(day, products, UNIT) for day, products in zip(days, ours.values(), strict=True)]
        peers = [_of(day, products, 1) for day, products in zip(days, theirs["answer"].values(), strict=True)]
        cut = f"cycles, {theirs['cut']} keys cut by the peer" if back else "no cycle"
        text = (
            f"{SERVICES} services, {PRODUCTS} products, {DAYS} days, {len(keys):,} keys, {cut}; seconds of the "
            f"processor: finmod {own_time:.3f} to allocate, {read:.3f} to read; cloud-cost-allocation {peer_time:.2f} "
            f"and {peer_read:.2f}: allocation {peer_time / own_time:.0f}x (goal {GOAL}), with reading "
            f"{(peer_read + peer_time) / (read + own_time):.0f}x; largest difference from the exact cost of a product: "
            f"finmod {_largest(own, exact):.0e}, peer {_largest(peers, exact):.0e}"
        )
        if back:
            other = [("the peer", peers), ("step-down", [_step_down(day) for day in days]),
                     ("three rounds", [_three_rounds(day) for day in days])]  # fmt: skip
            text += "; cost in the wrong product: finmod " + f"{_misplaced(own, exact):.1e} %"
            text += "".join(f", {name} {_misplaced(each, exact):.2f} %" for name, each in other)
        yield text


def _of(day: _Matrices, products: Mapping[str, float], unit: int) -> Wide:
    return np.array([np.longdouble(products[name]) / unit for name in day.products])


def _largest(found: Sequence[Wide], exact: Sequence[Wide]) -> float:
    """Return the largest difference of a product's cost, over that cost."""
    return float(max(np.max(np.abs(each - right) / right) for each, right in zip(found, exact, strict=True)))


def _misplaced(found: Sequence[Wide], exact: Sequence[Wide]) -> float:
    """Return which share of all cost stands with a product that it does not belong to, in percent."""
    wrong = sum(np.abs(each - right).sum() / 2 for each, right in zip(found, exact, strict=True))
    return float(100 * wrong / sum(right.sum() for right in exact))


def _peer(folder: Path, python: Path, costs: Rows, keys: Rows) -> dict[str, Any]:
    file = folder / "service-graph.json"
    precedence = list(dict.fromkeys(row["Service"] for row in costs))
    file.write_text(json.dumps({"costs": costs, "keys": keys, "precedence": precedence}), encoding="utf-8")
    done = subprocess.run([python, _SCRIPT, file], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"cloud-cost-allocation failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found
