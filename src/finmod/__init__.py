"""finmod: the modelling engine for FinOps. Bills in, money that ties out.

>>> import finmod as fm
>>> ws = fm.open("northwind")  # doctest: +SKIP
>>> ws.metric("cost_per_order", by="product").polars()  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from finmod.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path

    from finmod.workspace.api import Workspace

__version__ = "0.1.0"
__all__ = ["UserError", "__version__", "open"]


def open(folder: str | Path | None = None) -> Workspace:  # noqa: A001 -- fm.open is what users type
    """Return the project of a folder; the nearest one from the working folder upward where none is named.

    Raises:
        UserError: There is none, or its finmod.yaml has problems.
    """
    from finmod.workspace.api import open_workspace  # noqa: PLC0415 -- importing finmod must take no time

    return open_workspace(folder)
