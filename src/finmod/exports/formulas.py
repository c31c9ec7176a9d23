"""Formulas of workbooks: figures that stay unknown where a part is, shares, and what Excel calls a column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

UNKNOWN: Final = "unknown"
NONE: Final = "n/a"
"""A share of nothing, or of what is unknown."""


def if_known(cells: Sequence[str], then: str) -> str:
    """Return what is computed of cells that are all numbers, else that it is unknown."""
    return f'=IF(COUNT({",".join(cells)})={len(cells)},{then},"{UNKNOWN}")'


def share_of(part: str, whole: str) -> str:
    """Return a cell as a share of another, which must be above 0."""
    return f'=IF(COUNT({part},{whole})=2,IF({whole}>0,{part}/{whole},"{NONE}"),"{NONE}")'


def letters_of(column: int) -> str:
    """Return what Excel calls a column, from 0.

    >>> letters_of(0), letters_of(25), letters_of(26), letters_of(701)
    ('A', 'Z', 'AA', 'ZZ')
    """
    found = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        found = chr(ord("A") + letter) + found
    return found
