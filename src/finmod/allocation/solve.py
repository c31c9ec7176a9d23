"""Pools that feed pools, solved at once: where the cost of each ends, cycles and all.

Owns the linear system. With S the shares, the full cost of pools solves x = d + S'x, so the way from a pool to the
targets is T = (I - S_pp)^-1 S_pt (reciprocal method of cost accounting). A group of pools that passes everything among
itself has no solution, and is told by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from finmod.allocation.vectors import Floats, Ints, Vector

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
    by_number = np.argsort(order)
    numbers = order[by_number]
    at = np.minimum(np.searchsorted(numbers, places), len(numbers) - 1)
    is_node = numbers[at] == places
    inside = rows[is_node], by_number[at[is_node]].astype(np.int64)
    _refuse_closed(order, inside, rows[~is_node])
    finals, final = np.unique(places[~is_node], return_inverse=True)
    shape = len(order), len(finals)
    cells = rows[~is_node] * shape[1] + final.reshape(-1)
    direct = np.bincount(cells, weights=parts[~is_node], minlength=shape[0] * shape[1]).reshape(shape)
    return finals, _solve(parts[is_node], inside, np.asarray(direct, dtype=np.float64))


def _solve(parts: Floats, inside: tuple[Ints, Ints], direct: Floats) -> Floats:
    size = len(direct)
    rows, columns = inside
    if size <= _DENSE:
        feeding = np.bincount(rows * size + columns, weights=parts, minlength=size * size).reshape(size, size)
        return np.asarray(np.linalg.solve(np.eye(size) - feeding, direct), dtype=np.float64)
    from scipy.sparse import csc_matrix  # noqa: PLC0415 -- takes a quarter of a second to import
    from scipy.sparse.linalg import splu  # noqa: PLC0415 -- as above

    own = np.arange(size)
    values = np.concatenate([np.ones(size), -parts])
    row, column = np.concatenate([own, rows]), np.concatenate([own, columns])
    by_column = np.argsort(column * size + row, kind="stable")
    # Put together here: the library looks at each array several times, which takes as long as the solution itself.
    matrix = csc_matrix((size, size))
    matrix.data, matrix.indices = values[by_column], row[by_column].astype(np.int32)
    matrix.indptr = np.searchsorted(column[by_column], np.arange(size + 1)).astype(np.int32)
    matrix.sum_duplicates()
    return np.asarray(splu(matrix).solve(direct), dtype=np.float64)


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
