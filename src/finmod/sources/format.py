"""What a supplier format must say of itself.

Owns the record; each supplier's file fills one in, ``normalize/formats.py`` lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from finmod.sources.lists import Pairs
from finmod.terms.findings import Finding

Page = Callable[[object], Iterable[Mapping[str, object]]]
"""A JSON document, numbers as text -> its rows: name of a column -> text or None."""


@dataclass(frozen=True)
class Selection:
    """The files of a source that count.

    Attributes:
        files: Files to load.
        left_out: Files that a later version of the same report supersedes, with the reason.
        findings: What the user should know about the choice.
        whole: Folders of which the supplier's manifest names every file that counts: what else they brought is
            superseded, whether it still lies there or not.
        roles: File -> ``actual`` or ``amortized``, of bills that come in halves.
        promised: File -> rows that the supplier's manifest says it has, where it does.
    """

    files: tuple[Path, ...]
    left_out: tuple[tuple[Path, str], ...] = ()
    findings: tuple[Finding, ...] = field(default=())
    whole: tuple[Path, ...] = ()
    roles: Mapping[Path, str] = field(default_factory=dict)
    promised: Mapping[Path, int] = field(default_factory=dict)


def select_all(paths: Sequence[Path]) -> Selection:
    """Return every file: the rule of formats without versions."""
    return Selection(tuple(paths))


def fields_inside(kind: str) -> dict[str, str]:
    """Return field -> type of a STRUCT.

    >>> fields_inside('STRUCT(id VARCHAR, "labels" STRUCT("key" VARCHAR, "value" VARCHAR)[])')
    {'id': 'VARCHAR', 'labels': 'STRUCT("key" VARCHAR, "value" VARCHAR)[]'}
    """
    parts, depth = [""], 0
    for sign in kind[len("STRUCT(") : -1]:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    split = (part.strip().partition(" ") for part in parts)
    return {name.strip('"'): inner for name, _, inner in split}


@dataclass(frozen=True)
class Format:
    """A supplier format.

    Attributes:
        name: As in ``--format`` and finmod.yaml.
        title: For people.
        recognise: Whether a file with these column names is of this format.
        canonical: Column name in a file -> name that the mapping uses.
        select_files: Which of the files found are to be loaded.
        json_columns: Field -> DuckDB type, for formats that come as one JSON object per row; others refuse JSON. Fields
            of a STRUCT become columns named ``struct.field``, in Parquet too. A list is read as JSON text.
        page: Turns a JSON document, such as the answer of an API, into rows; None for formats that have none.
        literals: Columns, by canonical name, whose text may be a Python literal where other tools wrote the CSV file.
        lists: Column that is a list of keys and values, by canonical name -> how its pairs are written: the mapping
            reads it as pairs of a JSON object, whatever kind of file it comes from.
        stages_json: Whether files may be JSON that the format's own file makes ready, as usage is.
        any_separator: Whether the user may say what separates the fields of CSV.
        halves: Whether a bill comes as two files that are read together, under ``actual`` and ``amortized``.
        marks: Columns, by canonical name, without which no file is of the format; empty where that cannot be said.
        as_written: Mark -> what the supplier calls it in its files, where that is not the mark itself.
        instead: Columns of a file that lacks marks -> what it is in the format's place, as a remedy; "" where unknown.
    """

    name: str
    title: str
    recognise: Callable[[Sequence[str]], bool]
    canonical: Callable[[str], str]
    select_files: Callable[[Sequence[Path]], Selection] = select_all
    json_columns: Mapping[str, str] = field(default_factory=dict)
    page: Page | None = None
    literals: frozenset[str] = frozenset()
    lists: Mapping[str, Pairs] = field(default_factory=dict)
    stages_json: bool = False
    any_separator: bool = False
    halves: bool = False
    marks: frozenset[str] = frozenset()
    as_written: Mapping[str, str] = field(default_factory=dict)
    instead: Callable[[Sequence[str]], str] = lambda _: ""

    def lacking(self, columns: Sequence[str]) -> list[str]:
        """Return the marks that a file lacks which has others of them, as written; nothing for something else."""
        lacking = self.marks - {self.canonical(name) for name in columns}
        return [self.as_written.get(mark, mark) for mark in sorted(lacking)] if lacking < self.marks else []

    @property
    def reads_json(self) -> bool:
        """Return whether files may be JSON."""
        return bool(self.json_columns) or self.page is not None or self.stages_json
