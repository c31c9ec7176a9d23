"""What is refused and with which words, as blocks of text: a snippet, and indented below it the messages."""

from __future__ import annotations

from textwrap import dedent

from finmod.errors import Problem

_MESSAGE = " " * 4


def refusals(text: str) -> list[tuple[str, list[str]]]:
    """Return snippet and messages of each block: blank lines part blocks, four blanks begin what is a message."""
    found = []
    for block in dedent(text).strip("\n").split("\n\n"):
        lines = block.rstrip().split("\n")
        snippet = [line for line in lines if not line.startswith(_MESSAGE)]
        found.append(("\n".join(snippet), messages("\n".join(lines[len(snippet) :]))))
    return found


def messages(text: str) -> list[str]:
    """Return messages written one below the other; deeper lines go on with the message above."""
    found: list[str] = []
    for line in dedent(text).strip("\n").rstrip().split("\n"):
        if line.startswith(" "):
            found[-1] += f" {line.strip()}"
        elif line:
            found.append(line)
    return found


def told(problem: Problem) -> str:
    """Return a problem as blocks have it: in one line, without the name of the page of codes."""
    return " ".join(str(problem).replace(", docs/errors.md)", ")").split())
