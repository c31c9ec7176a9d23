"""Leaves for tests of root causes, from rows that can be read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from finmod.models.rootcause.leaves import Dimension, Leaves

UNIT = 10**12

Row = tuple[tuple[str | None, ...], int, int]


def dimension(name: str, texts: Sequence[str | None]) -> Dimension:
    """Return a dimension of one text per leaf."""
    values = [*dict.fromkeys(texts)]
    codes = np.array([values.index(text) for text in texts], dtype=np.int64)
    return Dimension(name, codes, values)


def leaves_of(names: Sequence[str], rows: Sequence[Row], *, resources: Sequence[str | None] | None = None) -> Leaves:
    """Return leaves of (values, whole units of currency before, after)."""
    columns = [[row[0][place] for row in rows] for place in range(len(names))]
    return Leaves(
        dimensions=tuple(dimension(name, column) for name, column in zip(names, columns, strict=True)),
        before=np.array([row[1] for row in rows], dtype=np.int64) * UNIT,
        after=np.array([row[2] for row in rows], dtype=np.int64) * UNIT,
        resource=None if resources is None else dimension("ResourceId", resources),
    )


def grid(*moved: tuple[str, str, float], before: int = 100) -> list[Row]:
    """Return rows of four services in three regions, of which some (service, region, factor) moved; * is any."""
    found: list[Row] = []
    for service in ("EC2", "RDS", "S3", "SQS"):
        for region in ("eu", "us", "ap"):
            after = float(before)
            for at, where, factor in moved:
                if at in {"*", service} and where in {"*", region}:
                    after *= factor
            found.append(((service, region), before, round(after)))
    return found
