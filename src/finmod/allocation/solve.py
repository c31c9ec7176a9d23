"""Pools that feed pools, solved at once: where the cost of each ends, cycles and all.

Owns the linear system. With S the shares, the full cost of pools solves x = d + S'x, so the way from a pool to the
targets is T = (I - S_pp)^-1 S_pt (reciprocal method of cost accounting). A group of pools that passes everything among
itself has no solution, and is told by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from finmod.allocation.vectors import Floats, Vector, from_arrays

# From so many pools on a dense matrix takes longer than a sparse one.
_DENSE = 400


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
    order = [*vectors]
    row = {node: at for at, node in enumerate(order)}
    finals = np.unique(np.concatenate([each.places for each in vectors.values()]))
    finals = finals[~np.isin(finals, np.array(order, dtype=np.int64))]
    _refuse_closed(vectors)
    inside, rows, columns = [], [], []
    ends = np.zeros((len(order), len(finals)))
    for node, each in vectors.items():
        is_node = np.isin(each.places, np.array(order, dtype=np.int64))
        parts = each.parts
        ends[row[node], np.searchsorted(finals, each.places[~is_node])] = parts[~is_node]
        for place, part in zip(each.places[is_node].tolist(), parts[is_node].tolist(), strict=True):
            rows.append(row[node])
            columns.append(row[place])
            inside.append(part)
    ways = _solve((np.array(inside), np.array(rows), np.array(columns)), ends)
    done = {node: from_arrays(finals, ways[row[node]]) for node in order}
    return {node: each for node, each in done.items() if each is not None}


def _solve(inside: tuple[Floats, Floats, Floats], ends: Floats) -> Floats:
    size = len(ends)
    parts, rows, columns = inside
    if size <= _DENSE:
        matrix = np.eye(size)
        np.subtract.at(matrix, (rows.astype(np.int64), columns.astype(np.int64)), parts)
        return np.asarray(np.linalg.solve(matrix, ends), dtype=np.float64)
    from scipy.sparse import csc_matrix, identity  # noqa: PLC0415 -- takes a quarter of a second to import
    from scipy.sparse.linalg import splu  # noqa: PLC0415 -- as above

    feeding = csc_matrix((parts, (rows.astype(np.int64), columns.astype(np.int64))), shape=(size, size))
    return np.asarray(splu(csc_matrix(identity(size, format="csc") - feeding)).solve(ends), dtype=np.float64)


def _refuse_closed(vectors: Mapping[int, Vector]) -> None:
    """Raise where a node reaches no place but nodes."""
    feeds: dict[int, list[int]] = {node: [] for node in vectors}
    leaving: list[int] = []
    nodes = np.array([*vectors], dtype=np.int64)
    for node, each in vectors.items():
        passed = each.places[np.isin(each.places, nodes)].tolist()
        for place in passed:
            feeds[place].append(node)
        if len(passed) < len(each.places):
            leaving.append(node)
    reached, waiting = set(leaving), list(leaving)
    while waiting:
        for node in feeds[waiting.pop()]:
            if node not in reached:
                reached.add(node)
                waiting.append(node)
    lost = [node for node in vectors if node not in reached]
    if lost:
        raise NoExit(_loop(lost[0], lambda node: [at for at in vectors[node].places.tolist() if at in vectors]))


def _loop(start: int, after: Callable[[int], list[int]]) -> list[int]:
    """Return a loop that can be walked from a node: nodes in order, the first one not repeated."""
    way = [start]
    while True:
        following = after(way[-1])[0]
        if following in way:
            loop = way[way.index(following) :]
            first = loop.index(max(loop))  # of pools, the one that stands first in the file
            return loop[first:] + loop[:first]
        way.append(following)
