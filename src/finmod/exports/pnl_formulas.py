"""Formulas of the workbook of a statement: sums, differences and shares that stay unknown where a part is.

Owns what a row of the statement shows and computes; which cells that is, is told in ``pnl_excel.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from finmod.exports.formulas import UNKNOWN, if_known, share_of
from finmod.models.pnl_figures import Figures


@dataclass(frozen=True)
class Row:
    """A row of the statement.

    Attributes:
        title: What it is called.
        figure: What it shows of a column's figures.
        formula: Column of the sheet -> formula; None for what was read.
        style: Name of its format.
        line: Place of the line whose amount it is; None for all others.
    """

    title: str
    figure: Callable[[Figures], Decimal | None]
    formula: Callable[[str], str] | None
    style: str
    line: int | None = None


def item(name: str) -> Callable[[Figures], Decimal | None]:
    """Return what tells an item of figures."""
    return lambda figures: figures.item(name)


def line_amount(place: int) -> Callable[[Figures], Decimal | None]:
    """Return what tells the amount of a line."""
    return lambda figures: figures.lines[place]


def variable_amount(place: int) -> Callable[[Figures], Decimal | None]:
    """Return what tells the part of a line that varies."""
    return lambda figures: figures.variable[place]


def sum_of(first: int, count: int, *, is_known: bool) -> Callable[[str], str]:
    """Return the sum of rows below each other; of none it is 0 or unknown."""
    if not count:
        return lambda _: "=0" if is_known else f'="{UNKNOWN}"'
    cells = [first + at for at in range(count)]
    return lambda letters: if_known([f"{letters}{at}" for at in cells], "+".join(f"{letters}{at}" for at in cells))


def less(one: int, other: int) -> Callable[[str], str]:
    """Return the difference of two rows."""
    return lambda letters: if_known([f"{letters}{one}", f"{letters}{other}"], f"{letters}{one}-{letters}{other}")


def share(part: int, whole: int) -> Callable[[str], str]:
    """Return a row as a share of another, which must be above 0."""
    return lambda letters: share_of(f"{letters}{part}", f"{letters}{whole}")


def sideways(formula: str, columns: dict[int, str], row: int) -> str:
    """Return a formula over rows of the column ``#`` as one over columns of a row."""
    return re.sub(r"#(\d+)", lambda found: f"{columns[int(found[1])]}{row}", formula)
