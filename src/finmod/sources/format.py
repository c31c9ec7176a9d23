"""What a supplier format must say of itself.

Owns the record; each supplier's file fills one in, ``normalize/formats.py`` lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from finmod.terms.findings import Finding


@dataclass(frozen=True)
class Selection:
    """The files of a source that count.

    Attributes:
        files: Files to load.
        left_out: Files that a later version of the same report supersedes, with the reason.
        findings: What the user should know about the choice.
        whole: Folders of which the supplier's manifest names every file that counts: what else they brought is
            superseded, whether it still lies there or not.
    """

    files: tuple[Path, ...]
    left_out: tuple[tuple[Path, str], ...] = ()
    findings: tuple[Finding, ...] = field(default=())
    whole: tuple[Path, ...] = ()


def select_all(paths: Sequence[Path]) -> Selection:
    """Return every file: the rule of formats without versions."""
    return Selection(tuple(paths))


@dataclass(frozen=True)
class Format:
    """A supplier format.

    Attributes:
        name: As in ``--format`` and finmod.yaml.
        title: For people.
        recognise: Whether a file with these column names is of this format.
        canonical: Column name in a file -> name that the mapping uses.
        select_files: Which of the files found are to be loaded.
    """

    name: str
    title: str
    recognise: Callable[[Sequence[str]], bool]
    canonical: Callable[[str], str]
    select_files: Callable[[Sequence[Path]], Selection] = select_all
