"""Progress: a bar on a terminal, silence in a pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from finmod.cli.output import console


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Give a function that takes what is being done, how many parts are done, and how many there are."""
    screen = console(stderr=True)
    if not screen.is_terminal:
        yield lambda _what, _done, _parts: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda what, done, parts: bar.update(task, description=what[:60].ljust(60), completed=done, total=parts)
