"""What separates the fields of a table: the signs, and the words for them.

Owns the list, which finmod.yaml and the command line share, and what holds for a CSV beside a taxonomy: which of them
separates its fields, and how large it may be.
"""

from __future__ import annotations

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
"""Word -> sign; either may be written."""

SEPARATORS_TOLD = "comma (,), semicolon (;), tab or bar (|)"
"""The same for messages; a tab has no sign that could be shown."""

LARGEST_CSV = 50_000_000
"""Bytes of a CSV beside a taxonomy."""


def csv_separator(text: str) -> str:
    r"""Return what separates the fields of a CSV beside a taxonomy, as its first line tells: a comma or a semicolon.

    >>> csv_separator("value;aliases\na,b;c"), csv_separator("value")
    (';', ',')
    """
    head = text.split("\n", 1)[0]
    return ";" if ";" in head and "," not in head else ","
