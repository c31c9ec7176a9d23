"""A page as a reader of its elements finds it: figures with their exact values, tables by id, text without figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from html.parser import HTMLParser

_VOID = {"meta", "br", "link", "img"}
_UNREAD = {"style", "svg", "title"}


@dataclass
class Cell:
    """A cell of a table: its text, and the exact values of its figures."""

    text: str = ""
    values: list[Decimal] = field(default_factory=list)


@dataclass
class Parsed:
    """What a page has.

    Attributes:
        figures: Exact value and text of each figure.
        tables: Id -> rows of cells; without the notes that stand twice.
        text: All text but that of figures, pictures and what can be opened.
        tags: Every element with its attributes.
    """

    figures: list[tuple[Decimal, str]] = field(default_factory=list)
    tables: dict[str, list[list[Cell]]] = field(default_factory=dict)
    text: str = ""
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found, self.table = Parsed(), ""
        self.open: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.found.tags.append((tag, told))
        if tag not in _VOID:
            self.open.append((tag, told))
        if tag == "table":
            self.table = told.get("id") or ""
            self.found.tables.setdefault(self.table, [])
        elif tag == "tr":
            self.found.tables[self.table].append([])
        elif tag in {"td", "th"}:
            self.found.tables[self.table][-1].append(Cell())
        elif tag == "data":
            self.found.figures.append((Decimal(told["value"] or "NaN"), ""))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self.open]
        if tags and tags[-1] == "data":
            value, text = self.found.figures[-1]
            self.found.figures[-1] = (value, text + data)
        elif not _UNREAD & set(tags) and "details" not in tags:
            self.found.text += data
        if {"td", "th"} & set(tags) and "small" not in tags and "svg" not in tags:
            cell = self.found.tables[self.table][-1][-1]
            cell.text += data
            if tags[-1] == "data":
                cell.values.append(self.found.figures[-1][0])


def parsed(html: str) -> Parsed:
    """Return a page as its elements are; every element that is opened is closed."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader.found
