"""The exceptions of finmod: what the user must mend apart from what we broke.

Owns the tree, the exit codes and the wording of a problem. Knows no room.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

# Terminal commands; marks that turn the direction of the text around them; halves of characters, which no stream takes.
_COMMANDS = (*range(32), *range(127, 160))
_TURNS = (0x061C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A))
_HALVES = range(0xD800, 0xE000)
HARMFUL = frozenset(map(chr, (*_COMMANDS, *_TURNS, *_HALVES))) - {"\n", "\t"}
"""Characters that are never shown as they are."""
_SHOWN = dict.fromkeys(map(ord, HARMFUL), "\N{REPLACEMENT CHARACTER}")


def printable(text: str, limit: int = 200) -> str:
    """Return text from a bill made safe for a terminal: no control characters, at most ``limit`` long."""
    clean = text.translate(_SHOWN)
    return clean if len(clean) <= limit else f"{clean[:limit]}... ({len(text):,} characters)"


def counted(number: int, thing: str) -> str:
    """Return a number with what it counts.

    >>> counted(1, "row"), counted(1200, "charge")
    ('1 row', '1,200 charges')
    """
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def near(word: str, choices: Iterable[str]) -> str | None:
    """Return the choice that is closest to a mistyped word, or None where none is close.

    >>> near("aws-cur3", ["focus", "aws-cur2"])
    'aws-cur2'
    """
    by_fold = {choice.casefold(): choice for choice in choices}
    found = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[found[0]] if found else None


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that the user must mend: what was found, what was expected, where, what to do.

    Attributes:
        code: Stable code, listed in docs/errors.md.
        found: What was found, a clause without a full stop.
        expected: What was expected; None where ``found`` says it all.
        where: ``file``, ``file:line``, ``file:line:column`` or ``file, row n``; None where there is no place.
        remedy: What to do, one sentence or a command.

    >>> print(Problem(code="FM1101", found="the file is empty", where="bill.csv", remedy="Export it again."))
    bill.csv: the file is empty.
      Export it again. (FM1101, docs/errors.md)
    """

    code: str
    found: str
    expected: str | None = None
    where: str | None = None
    remedy: str | None = None

    def __str__(self) -> str:
        """Return the text a user reads."""
        # A file may be called so that the rest of its name would look like a message of ours.
        place = f"{self.where}: ".replace("\n", "\N{REPLACEMENT CHARACTER}") if self.where else ""
        expected = f"; expected {self.expected}" if self.expected else ""
        remedy = f"{self.remedy} " if self.remedy else ""
        return printable(f"{place}{self.found}{expected}.\n  {remedy}({self.code}, docs/errors.md)", 4000)


class FinmodError(Exception):
    """The root of every exception that finmod raises on purpose."""

    exit_code: ClassVar[int] = 70


class UserError(FinmodError):
    """The user must do something: shown without a traceback, exit code 1."""

    exit_code: ClassVar[int] = 1

    def __init__(self, *problems: Problem) -> None:
        """Carry one or more problems; one run reports them all."""
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class InternalError(FinmodError):
    """Our fault: exit code 70, with the request to report it."""
