"""Figures as people read them, and rows of figures as programs do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import rich_click as click

from finmod.cli.moves import finding_words
from finmod.cli.output import Form, show
from finmod.terms.money import plain

if TYPE_CHECKING:
    from finmod.terms.findings import Finding

_DIGITS: Final = 4
_LARGE: Final = 10_000
_TENFOLD: Final = 10


def for_programs(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], form: Form, findings: Sequence[Finding]
) -> None:
    """Show rows for programs; what is odd or left out goes to standard error, so that no row lacks in silence."""
    show(columns, [[*map(_in_markdown, row)] if form == "markdown" else row for row in rows], form)
    for finding in findings:
        click.echo(finding_words(finding), err=True)


def _in_markdown(value: Any) -> Any:  # noqa: ANN401 -- anything that a row has
    """Return a value as people read it in a table: without zeros at its end, several words with commas."""
    if isinstance(value, Decimal):
        return plain(value)
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else value


def amount_text(value: Decimal | None) -> str:
    """Return an amount of a unit: two places, or as many as show four digits; unknown is a dash."""
    if value is None or abs(value) >= _LARGE:
        return whole_text(value)
    places = min(12, _DIGITS - 1 - value.adjusted()) if value and abs(value) < 1 else 2
    return f"{value:,.{places}f}"


def whole_text(value: Decimal | None) -> str:
    """Return a number without its fraction; unknown is a dash."""
    return "-" if value is None else f"{value:,.0f}"


def percent_text(value: Decimal | None) -> str:
    """Return a ratio as a percentage; unknown is a dash."""
    return "-" if value is None else f"{value * 100:,.1f} %"


def points_text(value: Decimal | None) -> str:
    """Return a difference of ratios in percentage points; unknown is a dash."""
    return "-" if value is None else f"{value * 100:,.1f} points"


def amount_places(amount: Decimal, places: int) -> str:
    """Return an amount with so many places, thousands separated; what rounds to nothing has no sign.

    >>> amount_places(Decimal("-1234.5"), 2), amount_places(Decimal("-0.4"), 0)
    ('-1,234.50', '0')
    """
    shown = f"{amount:,.{places}f}"
    return shown if shown.strip("-0.,") else shown.removeprefix("-")


def signed(amount: Decimal, places: int) -> str:
    """Return the same with its sign.

    >>> signed(Decimal("1234.5"), 2), signed(Decimal("0.4"), 0)
    ('+1,234.50', '0')
    """
    shown = amount_places(amount, places)
    return f"+{shown}" if amount > 0 and shown.strip("0.,") else shown


def signed_percent(ratio: Decimal) -> str:
    """Return a ratio as a percentage with its sign; more than ten times is of nearly nothing, and told as that.

    >>> signed_percent(Decimal("0.0949")), signed_percent(Decimal("-0.0004")), signed_percent(Decimal("52919184.3"))
    ('+9.5 %', '0.0 %', '> 1,000 %')
    """
    if abs(ratio) > _TENFOLD:
        return "> 1,000 %" if ratio > 0 else "< -1,000 %"
    return f"{signed(ratio * 100, 1)} %"
