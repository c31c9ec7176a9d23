"""Markdown that every generated page is made of: tables whose cells cannot break out of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table, ending in a newline; a bar inside a cell is kept as text."""
    lines = (head, ["---"] * len(head), *rows)
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def made_from(*files: str) -> str:
    """Return the line that tells who opens the page's text where it is really written."""
    return f"<!-- Made by `make docs` from {' and '.join(files)}. -->\n"
