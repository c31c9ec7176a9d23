"""Folders aside: where a writer puts files before the ledger has them.

Owns their names, and that what a killed writer left is removed by the next of its kind.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from finmod.engines.disk import full_disk
from finmod.errors import UserError
from finmod.ledger.locks import unwritable


@contextmanager
def aside(staging: Path, name: str, now: datetime) -> Iterator[Path]:
    """Give a folder for the length of the block.

    Args:
        staging: Where such folders stand.
        name: Of the source, or of what else writes: its lock must be held.
        now: Time, UTC.

    Raises:
        UserError: The folder cannot be made.
    """
    for left in staging.glob(f"{name}@*"):
        shutil.rmtree(left, ignore_errors=True)
    folder = staging / f"{name}@{now:%Y%m%dT%H%M%S%f}"
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise full_disk(error) or UserError(unwritable(folder.parent, error)) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
