"""Text of bills in Markdown, for chats and pull requests.

Owns what is escaped: nothing of a bill is markup, ends a cell, mentions anybody or links anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from finmod.errors import printable

_MARKS: Final = re.compile(r"[\\|\[`*~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_ENTITY: Final = re.compile(r"&(?=#?[A-Za-z0-9]+;)")
_LINKED: Final = re.compile(r"@(?=\w)|#(?=[0-9])|:(?=//)|\bwww(?=\.)", re.IGNORECASE)


def markdown_text(text: str) -> str:
    r"""Return text as one line of Markdown that shows it as it is: neither markup nor the end of a cell.

    Nobody is mentioned by it, and no issue, address or site is linked: a space without a width stands between.

    >>> print(markdown_text("*Support* of @everyone | <b>https://a.example"))
    \*Support\* of @&#8203;everyone \| &lt;b>https:&#8203;//a.example
    """
    clean = _ENTITY.sub("&amp;", printable(text, 2000).replace("\n", " "))
    clean = _MARKS.sub(lambda found: f"\\{found[0]}", clean).replace("<", "&lt;")
    return _LINKED.sub(lambda found: f"{found[0]}&#8203;", clean)


def markdown_table(heads: Sequence[tuple[str, bool]], rows: Sequence[Sequence[str]]) -> str:
    """Return a table of texts, which are escaped here.

    Args:
        heads: Heading of each column, and whether it has numbers.
        rows: As many texts each.

    >>> print(markdown_table([("Effect", False), ("Amount", True)], [["Volume", "+1"]]), end="")
    | Effect | Amount |
    | --- | ---: |
    | Volume | +1 |
    """
    lines = [
        [markdown_text(head) for head, _ in heads],
        ["---:" if is_number else "---" for _, is_number in heads],
        *([markdown_text(text) for text in row] for row in rows),
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
