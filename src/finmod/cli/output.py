"""Rows on a terminal or in a pipe: table, JSON, CSV, Markdown.

Owns the text forms of values. Text of bills is made harmless here: no control characters on a terminal,
no formula in CSV, no markup in Markdown.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import rich_click as click
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from finmod.errors import HARMFUL, printable

Form = Literal["table", "json", "csv", "markdown"]
FORMS: tuple[Form, ...] = ("table", "json", "csv", "markdown")
_FORMULA = re.compile(r"[=+@\t\r\n]|-(?![0-9]*\.?[0-9]+([eE][+-]?[0-9]+)?$)")
_IN_JSON = {ord(sign): f"\\u{ord(sign):04x}" for sign in HARMFUL if ord(sign) >= 127}  # noqa: PLR2004 -- json escapes the rest

output_option = click.option(
    "--output", "form", type=click.Choice(FORMS), default="table", show_default=True, help="Form of the result."
)


def cell(value: Any) -> str:  # noqa: ANN401 -- a cell may hold any SQL value
    """Return a value as text: decimals in full, instants in ISO 8601, NULL as the empty text."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds") + ("Z" if value.tzinfo is None else "")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (dict, list)):
        return json.dumps(value, default=cell, ensure_ascii=False)
    return str(value)


def money(amount: Decimal | None, currency: str | None) -> str:
    """Return an amount for people: two places, thousands separated, its currency behind it; unknown is a dash.

    >>> money(Decimal("1234567.891"), "USD"), money(None, "USD")
    ('1,234,567.89 USD', '-')
    """
    return "-" if amount is None else f"{amount:,.2f} {currency or ''}".rstrip()


def show(columns: Sequence[str], rows: Sequence[Sequence[Any]], form: Form) -> None:
    """Print rows in one of the forms; JSON is one array of objects."""
    if form == "json":
        objects = [{name: _json(value) for name, value in zip(columns, row, strict=True)} for row in rows]
        click.echo(json.dumps(objects, indent=2, ensure_ascii=False).translate(_IN_JSON))
    elif form == "csv":
        click.echo(_csv(columns, rows), nl=False)
    elif form == "markdown":
        lines = [
            [*map(_markdown, columns)],
            ["---"] * len(columns),
            *([_markdown(cell(value)) for value in row] for row in rows),
        ]
        click.echo("\n".join(f"| {' | '.join(line)} |" for line in lines))
    else:
        table(columns, rows)


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]], title: str | None = None) -> None:
    """Print rows as a table: numbers to the right, bills' text without control characters or markup."""
    numeric = [
        bool(rows) and all(isinstance(row[place], (int, Decimal, float, type(None))) for row in rows)
        for place in range(len(columns))
    ]
    drawn = Table(title=title, box=None, pad_edge=False, header_style="bold", title_justify="left", title_style="bold")
    for name, right in zip(columns, numeric, strict=True):
        drawn.add_column(escape(printable(name)), justify="right" if right else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(printable(cell(value))) for value in row))
    console().print(drawn)


def console(*, stderr: bool = False) -> Console:
    """Return a console; in a pipe it is as wide as the rows need."""
    made = Console(stderr=stderr, highlight=False, soft_wrap=False)
    return made if made.is_terminal else Console(stderr=stderr, highlight=False, width=500, no_color=True)


def _json(value: Any) -> str | float | None:  # noqa: ANN401 -- a cell may hold any SQL value
    """Return a value as JSON has it; amounts as decimal text, and what no JSON number can be as text."""
    if value is None or isinstance(value, (int, str)) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return cell(value)


def _csv(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([_no_formula(name) for name in columns])
    for row in rows:
        writer.writerow([_no_formula(value) if isinstance(value, str) else cell(value) for value in row])
    return text.getvalue()


def _no_formula(text: str) -> str:
    shown = printable(text, len(text))
    return f"'{shown}" if _FORMULA.match(text) else shown


def _markdown(text: str) -> str:
    clean = printable(text, 2000).replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")
    return clean.replace("<", "&lt;").replace("[", "\\[").replace("`", "\\`")
