"""Fenced blocks of a Markdown page and how each is run; CONTRIBUTING.md states the convention.

Owns the reading of info strings and the comparison of shown with real output. Runs nothing.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

_FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
LANGUAGES = {"console", "yaml", "python", "csv", "json"}
_OPTIONS = {"exact", "exit", "skip", "file"}


@dataclass(frozen=True)
class Command:
    """One line after ``$ `` and the output shown under it."""

    line: str
    shown: str


@dataclass(frozen=True)
class Block:
    """One fenced block that the convention covers.

    Attributes:
        language: console, yaml, python, csv or json.
        line: Line of the opening fence, from 1.
        text: What stands between the fences.
        options: Words of the info string after the language; a word without ``=`` has the value "".
    """

    language: str
    line: int
    text: str
    options: dict[str, str] = field(default_factory=dict)

    def commands(self) -> list[Command]:
        """Return the commands of a console block; a trailing backslash joins lines."""
        parts = re.split(r"^\$ ", self.text.replace("\\\n", ""), flags=re.MULTILINE)
        if parts[0].strip():
            message = f"line {self.line}: a console block begins with '$ '"
            raise ValueError(message)
        split = [part.partition("\n") for part in parts[1:]]
        return [Command(line.strip(), shown) for line, _, shown in split]


def blocks(page: str) -> Iterator[Block]:
    """Yield the blocks of a page whose language the convention covers, in order.

    Raises:
        ValueError: An option is unknown, or ``skip`` gives no reason.
    """
    for match in _FENCE.finditer(page):
        language, *words = shlex.split(match["info"]) or [""]
        if language not in LANGUAGES:
            continue
        line = page.count("\n", 0, match.start()) + 1
        options = {name: value for name, _, value in (word.partition("=") for word in words)}
        if unknown := sorted(set(options) - _OPTIONS):
            message = f"line {line}: unknown option {unknown[0]!r}; expected one of {', '.join(sorted(_OPTIONS))}"
            raise ValueError(message)
        if options.get("skip") == "":
            message = f'line {line}: a skipped block gives its reason: skip="..."'
            raise ValueError(message)
        yield Block(language, line, match["text"], options)


def difference(shown: str, real: str, *, exact: bool) -> str | None:
    """Return what stands in the page and not in the real output, or None where they agree.

    Loosely, each shown line must occur in order, white space apart, and ``...`` stands for any text;
    exactly, the texts are the same but for white space at the ends of lines.
    """
    if exact:
        same = [line.rstrip() for line in shown.strip().splitlines()]
        return None if same == [line.rstrip() for line in real.strip().splitlines()] else shown
    rest = iter(" ".join(line.split()) for line in real.splitlines())
    for line in shown.splitlines():
        wanted = " ".join(line.split())
        if wanted in ("", "..."):
            continue
        pattern = re.compile(".*".join(re.escape(part) for part in wanted.split("...")))
        if not any(pattern.fullmatch(candidate) for candidate in rest):
            return line
    return None
