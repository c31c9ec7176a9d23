"""Progress: a bar on a terminal, silence in a pipe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from finmod.cli.output import console
from finmod.errors import printable
from finmod.workspace.steps import Step, silent

_BAR = 24


@contextmanager
def progress() -> Iterator[Step]:
    """Give a function that takes what is being done, how many parts are done, and how many there are."""
    screen = console(stderr=True)
    if not screen.is_terminal:
        yield silent
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.table import Column

    # What is being done gives way first on a narrow terminal; it names files, which may hold anything.
    doing = TextColumn(
        "{task.description}", markup=False, table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis")
    )
    columns = (doing, BarColumn(_BAR), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=screen, transient=True, expand=True) as bar:
        task = bar.add_task("", total=1, visible=False)

        def step(words: str, done: int, parts: int) -> None:
            what = printable(words).replace("\n", " ")
            bar.update(task, description=what, completed=done, total=parts, visible=True)

        yield step
