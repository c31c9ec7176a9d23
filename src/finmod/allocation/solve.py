"""Pools that feed pools, solved at once: where the cost of each ends, cycles and all.

Owns the linear system. With S the shares, the full cost of pools solves x = d + S'x, so the way from a pool to the
targets is T = (I - S_pp)^-1 S_pt (reciprocal method of cost accounting). A group of pools that passes everything among
itself has no solution, and is told by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from finmod.allocation.vectors import Floats, Ints, Vector

if TYPE_CHECKING:
    from scipy.sparse import csc_matrix

# A larger dense system is solved in threads, which wait for each other by spinning where the machine has other work:
# 200 pools took 0.5 ms alone and 50 ms beside three busy processes; the sparse solution takes 1 ms of either.
_DENSE = 96


# What a solve leaves of a way that is none.
_NOISE = 1e-15


class NoExit(Exception):  # noqa: N818 -- the loop is what it is about
    """Pools that pass everything among themselves.

    Attributes:
        nodes: Numbers of the pools, in the order in which they feed each other.
    """

    def __init__(self, nodes: Sequence[int]) -> None:
        """Keep the loop."""
        super().__init__(f"no exit: {list(nodes)}")
        self.nodes = tuple(nodes)


def solved(vectors: Mapping[int, Vector]) -> dict[int, Vector]:
    """Return where the cost of each node ends, among places that are no nodes.

    Args:
        vectors: Node -> where its cost goes; a place that is a key here is a node itself.

    Raises:
        NoExit: From some node no other place can be reached.
    """
    order = np.array([*vectors], dtype=np.int64)
    counts = np.array([len(each.places) for each in vectors.values()])
    places = np.concatenate([each.places for each in vectors.values()])
    parts = np.concatenate([each.parts for each in vectors.values()])
    finals, ways = ends(order, np.repeat(np.arange(len(order)), counts), places, parts)
    held = ways > _NOISE
    return {
        node: Vector(finals[chosen], way[chosen])
        for node, way, chosen in zip(order.tolist(), ways, held, strict=True)
        if chosen.any()
    }


def ends(order: Ints, rows: Ints, places: Ints, parts: Floats) -> tuple[Ints, Floats]:
    """Return the places that are no nodes, in rising order, and which part of the cost of each node ends at each.

    Args:
        order: The nodes.
        rows: Of each part the place of its node in ``order``.
        places: Of each part where it goes: a node or not.
        parts: They sum to 1 by node.

    Raises:
        NoExit: From some node no place but nodes can be reached.
    """
    # Numbers lie close to each other, pools below targets: a table of them all is quicker than a search.
    low = min(int(order.min()), int(places.min()))
    at_place, last = places - low, max(int(order.max()), int(places.max())) - low
    node_of = np.full(last + 1, -1, dtype=np.int64)
    node_of[order - low] = np.arange(len(order))
    node = node_of[at_place]
    passing, leaving = np.flatnonzero(node >= 0), np.flatnonzero(node < 0)
    inside = rows[passing], node[passing]
    _refuse_closed(order, inside, rows[leaving])
    is_final = np.zeros(last + 1, dtype=bool)
    is_final[at_place[leaving]] = True
    finals = np.flatnonzero(is_final)
    shape = len(order), len(finals)
    cells = rows[leaving] * shape[1] + (np.cumsum(is_final) - 1)[at_place[leaving]]
    direct = np.bincount(cells, weights=parts[leaving], minlength=shape[0] * shape[1]).reshape(shape)
    return finals + low, _solve(parts[passing], inside, np.asarray(direct, dtype=np.float64))


def _solve(parts: Floats, inside: tuple[Ints, Ints], direct: Floats) -> Floats:
    size = len(direct)
    rows, columns = inside
    if size <= _DENSE:
        feeding = np.bincount(rows * size + columns, weights=parts, minlength=size * size).reshape(size, size)
        return np.asarray(np.linalg.solve(np.eye(size) - feeding, direct), dtype=np.float64)
    from scipy.sparse.linalg import splu  # noqa: PLC0415 -- takes a quarter of a second to import

    own, order = np.arange(size), _flow(size, rows, columns)
    rank = np.empty(size, dtype=np.int64)
    rank[order] = own
    matrix = _by_column(
        size,
        np.concatenate([own, rank[rows]]),
        np.concatenate([own, rank[columns]]),
        np.concatenate([np.ones(size), -parts]),
    )
    # In this order only loops fill in, and the diagonal is never small: parts sum to 1 at most.
    factors = splu(matrix, permc_spec="NATURAL", diag_pivot_thresh=0.0)
    found = np.empty_like(direct)
    found[order] = factors.solve(direct[order])
    return found


def _flow(size: int, rows: Ints, columns: Ints) -> Ints:
    """Return nodes in the order in which cost flows, those of a loop after one another."""
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 -- as above

    feeding = _by_column(size, columns, rows, np.ones(len(rows))).T
    return np.argsort(connected_components(feeding, connection="strong")[1], kind="stable")


def _by_column(size: int, rows: Ints, columns: Ints, values: Floats) -> csc_matrix:
    """Return a sparse matrix; what stands in one place twice is added.

    Put together here: the library looks at each array several times, which takes as long as the solution itself.
    """
    from scipy.sparse import csc_matrix  # noqa: PLC0415 -- as above

    order = np.argsort(columns * size + rows, kind="stable")
    matrix = csc_matrix((size, size))
    matrix.data, matrix.indices = values[order], rows[order].astype(np.int32)
    matrix.indptr = np.searchsorted(columns[order], np.arange(size + 1)).astype(np.int32)
    matrix.sum_duplicates()
    return matrix


def _refuse_closed(order: Ints, feeding: tuple[Ints, Ints], leaving: Ints) -> None:
    """Raise where a node reaches no place but nodes.

    Args:
        order: The nodes.
        feeding: Places of nodes that feed another one, and of these.
        leaving: Places of those that feed others than nodes.
    """
    reached = np.zeros(len(order), dtype=bool)
    reached[leaving] = True
    rows, columns = feeding
    while not reached.all():
        more = rows[reached[columns]]
        if reached[more].all():
            lost = int(np.flatnonzero(~reached)[0])
            loop = _loop(lost, lambda at: sorted(columns[rows == at].tolist(), key=lambda to: int(order[to])))
            raise NoExit(_from_first(order[loop].tolist()))
        reached[more] = True


def _loop(start: int, after: Callable[[int], list[int]]) -> list[int]:
    """Return a loop that can be walked from a place: in order, the first one not repeated."""
    way = [start]
    while True:
        following = after(way[-1])[0]
        if following in way:
            return way[way.index(following) :]
        way.append(following)


def _from_first(loop: list[int]) -> list[int]:
    """Return a loop from that of its pools on which stands first in the file."""
    first = loop.index(max(loop))
    return loop[first:] + loop[:first]
