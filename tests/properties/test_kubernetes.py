"""Nodes shared by kubernetes: whatever was held and whatever the share says, everybody pays what fractions say."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finmod.allocation.cells import Groups
from finmod.allocation.definition import Idle, Share
from finmod.allocation.kubernetes_charges import WEIGHTS
from finmod.allocation.kubernetes_shares import ByKubernetes, Held, Part
from finmod.allocation.shares import When
from finmod.allocation.vectors import Vector

OWN = 1
NODES = st.lists(
    st.tuples(st.dictionaries(st.integers(0, 4), st.integers(1, 9), max_size=4), st.integers(0, 9)),
    min_size=1, max_size=4,
)  # fmt: skip
OPTIONS = st.sampled_from([None, "proportional", "even", "owner", "unallocated"])
Parts = dict[int, Fraction]


def over(weights: Parts) -> Parts:
    return {target: weight / sum(weights.values()) for target, weight in weights.items()}


def put(how: Idle | None, named: Parts) -> Parts:
    if how == "owner":
        return {OWN: Fraction(1)}
    if not named or how in {None, "unallocated"}:
        return {0: Fraction(1)}
    return over(named if how == "proportional" else dict.fromkeys(named, Fraction(1)))


def added(*parts: tuple[Fraction, Parts]) -> Parts:
    found: Parts = {}
    for weight, each in parts:
        for target, part in each.items():
            found[target] = found.get(target, Fraction(0)) + weight * part
    return {target: part for target, part in found.items() if part}


def exact(nodes: list[tuple[dict[int, int], int]], at: int, idle: Idle | None, overhead: Idle | None) -> Parts:
    """Return what each target pays of a node, as fractions of its hours."""
    held = {target: Fraction(weight) for target, weight in nodes[at][0].items()}
    own = {target: weight for target, weight in held.items() if target > OWN}
    cluster = added(*((Fraction(1), {k: Fraction(v) for k, v in each.items() if k > OWN}) for each, _ in nodes))
    named = own or cluster
    used = added(
        (Fraction(1), own),
        (held.get(0, Fraction(0)), put(overhead, named)),
        (held.get(OWN, Fraction(0)), over(named) if named else {OWN: Fraction(1)}),
    )
    left = over(used) if used and idle == "proportional" else put(idle, named)
    return added((Fraction(1), used), (Fraction(nodes[at][1]), left))


@given(nodes=NODES, idle=OPTIONS, overhead=OPTIONS)
def test_nodes_are_split_as_exact_fractions_say(
    nodes: list[tuple[dict[int, int], int]], idle: Idle | None, overhead: Idle | None
) -> None:
    held = {
        f"n{at}": Part(np.array(sorted(each)), np.array([float(each[target]) for target in sorted(each)]), float(left))
        for at, (each, left) in enumerate(nodes)
        if each or left
    }
    texts: list[tuple[str | None, ...]] = [(), *((f'["node","c","n{at}"]',) for at in range(len(nodes)))]
    groups = Groups({1: (WEIGHTS,)}, texts)
    share = Share(kind="kubernetes", place="", text="kubernetes", idle=idle, overhead=overhead)
    by = ByKubernetes(share, Held({7: {"c": held}}, {}, {}), groups, 1, {}, OWN, np.array([], dtype=int))

    for at in range(len(nodes)):
        wanted = exact(nodes, at, idle, overhead)
        if wanted:
            found = by.on(When(7, 7, at + 1))
            assert isinstance(found, Vector)
            assert found.places.tolist() == sorted(wanted)
            parts = [float(wanted[target] / sum(wanted.values())) for target in sorted(wanted)]
            assert found.parts.tolist() == pytest.approx(parts, abs=1e-14)
