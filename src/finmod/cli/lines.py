"""Lines of text on a terminal: folded between words, amounts whole, long ids by their end.

Owns how sentences meet the width of a terminal; tables do so in ``output.py``.
"""

from __future__ import annotations

import re

from rich.console import Console
from rich.text import Text

from finmod.errors import printable

_HANG = 2
_LEAST = 20
# A blank that is none for whoever folds lines: a sign of private use, one cell wide.
_TIED = "\ue000"
_AMOUNT = re.compile(r"(?<=[0-9]) (?=(?:[A-Z]{3}|%)(?![A-Za-z0-9]))")
_EDGE = re.compile(r"[/:.]")
CUT = "\N{HORIZONTAL ELLIPSIS}"
"""Stands for what was left out of an id, in front of its end."""
TEXT = 40
"""Characters of a bill's text in a table at most."""


def say(screen: Console, text: str, *, style: str = "", indent: int = 0, limit: int = 2000) -> None:
    """Print a sentence that may hold text of a bill: one line in a pipe, folded on a terminal.

    Args:
        screen: Where to.
        text: The sentence; a line end in it is no line end here, so that no text looks like a line of ours.
        style: As rich has it.
        indent: Columns in front of it; lines that continue it stand two further.
        limit: Characters at most.
    """
    shown = one_line(text, limit)
    if not screen.is_terminal:
        screen.print(Text(f"{' ' * indent}{shown}", style=style), soft_wrap=True)
        return
    tied = _AMOUNT.sub(_TIED, shown)
    width = max(screen.width - indent - _HANG, _LEAST)
    for number, line in enumerate(Text(tied).wrap(screen, width)):
        front = " " * (indent + (_HANG if number else 0))
        screen.print(Text(front + line.plain.rstrip().replace(_TIED, " "), style=style), soft_wrap=True)


def one_line(text: str, limit: int = 200) -> str:
    r"""Return text from a bill made safe for one line of a terminal.

    >>> one_line("a\nb")
    'a b'
    """
    return printable(" ".join(text.split("\n")), limit).replace("\t", " ")


def end_of(resource: str, room: int = 28) -> str:
    """Return a resource's id as short as a table needs it: its last parts, which ``finmod explain`` finds it by.

    >>> end_of("/subscriptions/4a3b/resourcegroups/rg-1/providers/microsoft.compute/virtualmachines/vm-00003")
    '…virtualmachines/vm-00003'
    >>> end_of("i-0abc")
    'i-0abc'
    """
    if len(resource) <= room:
        return resource
    edges = (edge.end() for edge in _EDGE.finditer(resource))
    start = next((edge for edge in edges if 0 < len(resource) - edge < room), len(resource) - room + 1)
    return CUT + resource[start:]
