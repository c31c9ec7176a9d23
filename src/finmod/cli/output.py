"""Rows on a terminal or in a pipe: table, JSON, CSV, Markdown.

Owns the text forms of values and how a table meets the width of a terminal. Text of bills is made harmless here:
no control characters on a terminal, no formula in CSV, no markup in Markdown.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal, Self

import rich_click as click
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from finmod.cli.values import Word
from finmod.errors import HARMFUL, counted, printable
from finmod.reports.markdown import markdown_text
from finmod.terms.formulas import is_formula

Form = Literal["table", "json", "csv", "markdown"]
FORMS: tuple[Form, ...] = ("table", "json", "csv", "markdown")
_GAP = 2
# Texts and headings may be folded down to these widths; numbers and times are never broken.
_LEAST_TEXT, _LEAST_HEADING = 16, 24
_IN_JSON = {ord(sign): f"\\u{ord(sign):04x}" for sign in HARMFUL if ord(sign) >= 127}  # noqa: PLR2004 -- json escapes the rest

output_option = click.option(
    "--output",
    "form",
    type=Word(FORMS),
    metavar="FORM",
    default="table",
    show_default=True,
    help="Form of the result: table, json, csv or markdown.",
)


def cell(value: Any) -> str:  # noqa: ANN401 -- a cell may hold any SQL value
    """Return a value as text: decimals and instants in full, instants in ISO 8601, NULL as the empty text."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat() + ("Z" if value.tzinfo is None else "")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(_json(value), ensure_ascii=False)
    return str(value)


def money(amount: Decimal | None, currency: str | None) -> str:
    """Return an amount for people: two places, thousands separated, its currency behind it; unknown is a dash.

    >>> money(Decimal("1234567.891"), "USD"), money(None, "USD")
    ('1,234,567.89 USD', '-')
    """
    if amount is None:
        return "-"
    shown = f"{amount:,.2f}"
    return f"{'0.00' if shown == '-0.00' else shown} {currency or ''}".rstrip()


def minute(instant: datetime) -> str:
    """Return an instant for people, to the minute."""
    return f"{instant:%Y-%m-%d %H:%M}"


def spread(parts: Collection[tuple[str, date | str]], unit: str) -> str:
    """Return over how many months and sources something is spread; a month of several sources is one month.

    Args:
        parts: Source and month.
        unit: What the months are called.

    >>> spread([("aws", "2026-09"), ("aws", "2026-10"), ("oci", "2026-10")], "month")
    '2 months of 2 sources'
    """
    sources, months = {source for source, _ in parts}, {month for _, month in parts}
    return counted(len(months), unit) + (f" of {len(sources):,} sources" if len(sources) > 1 else "")


def show(columns: Sequence[str], rows: Sequence[Sequence[Any]], form: Form) -> None:
    """Print rows in one of the forms; JSON is one array of objects."""
    if form == "table":
        # What a query answers is copied: a file, an id, the name of a table.
        table(columns, rows, whole_words=True)
    else:
        click.echo(text_of(columns, rows, form), nl=False)


def text_of(columns: Sequence[str], rows: Sequence[Sequence[Any]], form: Form) -> str:
    """Return rows as JSON, one array of objects, as CSV or as Markdown."""
    if form == "json":
        return json_text([*objects(columns, rows)])
    if form == "csv":
        return csv_text(columns, rows)
    lines = [
        [*map(markdown_text, columns)],
        ["---"] * len(columns),
        *([markdown_text(cell(value)) for value in row] for row in rows),
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def objects(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[dict[str, Any]]:
    """Yield rows as objects of JSON; amounts are decimal text."""
    for row in rows:
        yield {name: _json(value) for name, value in zip(columns, row, strict=True)}


def json_text(value: Any) -> str:  # noqa: ANN401 -- anything that JSON has
    """Return JSON for a file or a terminal, on which no character of it commands anything."""
    return json.dumps(value, indent=2, ensure_ascii=False).translate(_IN_JSON) + "\n"


def table(
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    right: Collection[str] = (),
    spare: Sequence[str] = (),
    whole_words: bool = False,
) -> None:
    """Print rows as a table: numbers to the right, bills' text without control characters or markup.

    On a terminal that is too narrow, spare columns go and are named below, then text is folded, and numbers never are;
    where that is not enough, every row becomes a block of lines. In a pipe a table is as wide as its rows need.

    Args:
        columns: Headings.
        rows: Values as ``cell`` takes them.
        right: Headings of texts that are numbers for people, such as ``1,234.56 USD``.
        spare: Headings of columns that may go, the first one first.
        whole_words: Fold text between its words alone.
    """
    screen = console()
    drawn = [
        _Column.of(name, [row[place] for row in rows], right=name in right, whole_words=whole_words)
        for place, name in enumerate(columns)
    ]
    if not screen.is_terminal:
        click.echo("".join(_plain(drawn, len(rows))), nl=False)
        return
    kept = list(drawn)
    for name in spare:
        if _least(kept) > screen.width:
            kept = [column for column in kept if column.heading != name]
    if _least(kept) > screen.width:
        _blocks(screen, drawn, len(rows))
        return
    made = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="bold")
    for column, width in zip(kept, _widths(kept, screen.width), strict=True):
        made.add_column(Text(column.heading), justify="right" if column.right else "left", overflow="fold", width=width)
    for texts in zip(*(column.texts for column in kept), strict=True):
        made.add_row(*map(Text, texts))
    screen.print(made)
    gone = [column.heading for column in drawn if column not in kept and any(column.texts)]
    if gone:
        screen.print(Text(f"Left out for want of room: {', '.join(gone)}; all of it: --output json", style="dim"))


@dataclass(frozen=True)
class _Column:
    heading: str
    texts: list[str]
    right: bool
    least: int
    width: int

    @classmethod
    def of(cls, name: str, values: Sequence[Any], *, right: bool, whole_words: bool) -> Self:
        given = [value for value in values if value is not None]
        number = bool(given) and all(isinstance(value, (int, Decimal, float)) for value in given)
        # A tab has no width that a table could count on.
        texts = [printable(text).replace("\t", " ") for text in (_aligned(values) if number else map(cell, values))]
        heading = printable(name).replace("\t", " ")
        width = max(map(_width, texts), default=0)
        whole = number or right or all(isinstance(value, (date, time)) for value in given)
        longest = max((cell_len(word) for text in texts for word in text.split()), default=0) if whole_words else 0
        least_text = width if whole else max(min(width, _LEAST_TEXT), longest)
        least = max(least_text, min(_width(heading), _LEAST_HEADING))
        return cls(heading, texts, number or right, least, max(width, _width(heading)))


def _least(columns: Sequence[_Column]) -> int:
    return sum(column.least + _GAP for column in columns) - _GAP


def _widths(columns: Sequence[_Column], room: int) -> list[int]:
    """Return the width of each column: all of the room where it is needed, shared evenly by those that need it."""
    widths = [column.least for column in columns]
    spare = room - _least(columns)
    while spare > 0 and widths != [column.width for column in columns]:
        for place, column in enumerate(columns):
            if spare > 0 and widths[place] < column.width:
                widths[place], spare = widths[place] + 1, spare - 1
    return widths


def _width(text: str) -> int:
    return max(map(cell_len, text.split("\n")))


def _aligned(values: Sequence[Any]) -> list[str]:
    """Return decimals of a column with as many places as the longest of them needs, two at least where it has any."""
    decimals = [value for value in values if isinstance(value, Decimal)]
    if not all(value is None or (isinstance(value, Decimal) and value.is_finite()) for value in values):
        return [*map(cell, values)]
    places = max((len(f"{value:f}".partition(".")[2].rstrip("0")) for value in decimals), default=0)
    most = max((len(f"{value:f}".partition(".")[2]) for value in decimals), default=0)
    return ["" if value is None else f"{value:.{min(most, max(places, 2))}f}" for value in values]


def _plain(columns: Sequence[_Column], count: int) -> Iterator[str]:
    """Give the lines of a table at its full width; a terminal's means would take minutes for some thousand rows."""
    for place in range(-1, count):
        cells = [(column.heading if place < 0 else column.texts[place]).split("\n") for column in columns]
        for line in range(max(map(len, cells), default=1)):
            texts = [cell[line] if line < len(cell) else "" for cell in cells]
            padded = (
                " " * (column.width - cell_len(text)) + text
                if column.right
                else text + " " * (column.width - cell_len(text))
                for text, column in zip(texts, columns, strict=True)
            )
            yield (" " * _GAP).join(padded).rstrip() + "\n"


def _blocks(screen: Console, columns: Sequence[_Column], count: int) -> None:
    """Print each row as lines of name and value, since side by side they do not fit."""
    wide = max(_width(column.heading) for column in columns)
    for place in range(count):
        made = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, show_header=False)
        made.add_column(no_wrap=True, min_width=min(wide, screen.width // 2))
        made.add_column(overflow="fold")
        for column in columns:
            if column.texts[place]:
                made.add_row(Text(column.heading), Text(column.texts[place]))
        screen.print(Text(f"row {place + 1:,}", style="bold"))
        screen.print(made)
        screen.print()
    empty = "columns without a value are left out" if count else "no rows"
    screen.print(Text(f"{len(columns):,} columns are too wide for this terminal side by side; {empty}.", style="dim"))


def console(*, stderr: bool = False) -> Console:
    """Return a console; in a pipe it is wide enough for a long message."""
    made = Console(stderr=stderr, highlight=False, soft_wrap=False)
    return made if made.is_terminal else Console(stderr=stderr, highlight=False, width=500, no_color=True)


def _json(value: Any) -> Any:  # noqa: ANN401 -- a cell may hold any SQL value, and JSON any of five kinds
    """Return a value as JSON has it; amounts as decimal text, and what no JSON number can be as text."""
    if value is None or isinstance(value, (int, str)) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, dict):
        return {name if isinstance(name, str) else cell(name): _json(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json(item) for item in value]
    return cell(value)


def csv_text(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return rows as CSV: a text that a spreadsheet would run gets an apostrophe in front."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([_no_formula(name) for name in columns])
    for row in rows:
        writer.writerow([_no_formula(value) if isinstance(value, str) else cell(value) for value in row])
    return text.getvalue()


def _no_formula(text: str) -> str:
    shown = printable(text, len(text))
    return f"'{shown}" if is_formula(text) else shown
