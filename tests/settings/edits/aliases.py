"""Taxonomies on the disk, and aliases added to them, for the tests of edits."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.settings.edits.taxonomy import Change, NewAlias, add_aliases
from finmod.taxonomy.fold import fold

HEAD = "dimensions:\n  product:\n    values:"
"""What stands before the values of the product."""

CSV = "value,aliases,owner\nsearch,srch,x\nads,,y\n"
"""A list of values in a file of its own."""


def written(folder: Path, text: str | bytes, name: str = "taxonomy.yaml") -> Path:
    """Write a file; return where it is."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def add(path: Path, *texts: str, value: str = "search", dimension: str = "product") -> tuple[Change, ...]:
    """Add aliases to one value."""
    return add_aliases(path, [NewAlias(dimension, value, text) for text in texts], fold=fold)


def refused(path: Path, *texts: str, value: str = "search", dimension: str = "product") -> str:
    """Return the message that refuses aliases of one value; every file beside it stays as it was."""
    before = {each: each.read_bytes() for each in path.parent.iterdir()}
    with pytest.raises(UserError) as caught:
        add(path, *texts, value=value, dimension=dimension)
    assert {each: each.read_bytes() for each in path.parent.iterdir()} == before
    return str(caught.value)
