"""Sparklines of text: a row of figures as bars of one line."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

_BARS = " ▁▂▃▄▅▆▇█"


def spark(values: Sequence[Decimal | None]) -> str:
    """Return figures as bars, from zero up; what is unknown, zero or less has none.

    >>> spark([Decimal(1), None, Decimal(4)])
    '▂ █'
    """
    known = [value for value in values if value is not None]
    top = max(known, default=Decimal(1)) or Decimal(1)
    return "".join(_bar(value, top) for value in values)


def _bar(value: Decimal | None, top: Decimal) -> str:
    return _BARS[0] if value is None or value <= 0 else _BARS[max(1, int(value * 8 / top))]
