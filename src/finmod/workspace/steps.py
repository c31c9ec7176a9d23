"""Steps: what a long piece of work says while it runs.

Owns the shape of a step, and how the share of a running statement is told as part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from finmod.engines.duckdb import Engine

Step = Callable[[str, int, int], None]
"""Called with what is being done, how many parts are done, and how many there are."""


def silent(_what: str, _done: int, _parts: int) -> None:
    """Take a step and say nothing."""


@contextmanager
def watching(engine: Engine, step: Step) -> Iterator[Step]:
    """Give a step that also tells, from another thread, how far the engine's running statement is.

    A long statement of a step ``aws 2026-09: charges`` is told as ``aws 2026-09: charges, 43 %``.
    """
    latest: list[tuple[str, int, int]] = []

    def told(what: str, done: int, parts: int) -> None:
        latest[:] = [(what, done, parts)]
        step(what, done, parts)

    def tell(share: float) -> None:
        for what, done, parts in latest:
            step(f"{what}, {share:.0%}".replace("%", " %"), done, parts)

    with engine.watched(tell):
        yield told
