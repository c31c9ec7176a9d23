"""Cohorts: groups of the members of a dimension, from a CSV file that pnl.yaml names.

Owns the reading of that file and what is refused of it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from finmod.errors import Problem, UserError, near, printable
from finmod.ledger.applied import Run
from finmod.ledger.tables import ALLOCATED_LEVELS
from finmod.settings.pnl import CohortSettings, Pnl
from finmod.settings.validate import listing
from finmod.taxonomy.definition import column_of

_MOST_BYTES = 100_000_000
_MOST_PROBLEMS = 20
_CODE = "FM2333"


@dataclass(frozen=True)
class Cohorts:
    """Groups of members.

    Attributes:
        name: As pnl.yaml calls them.
        dimension: Whose members they are.
        groups: Member -> its group.
        file: What they were read from.
    """

    name: str
    dimension: str
    groups: Mapping[str, str]
    file: str


def refuse_dimensions(pnl: Pnl, run: Run) -> None:
    """Refuse cohorts that are called as a dimension of the applied allocation or its levels: one hides the other.

    Raises:
        UserError: There are such.
    """
    columns = {*run.dimensions.values(), *run.columns.get(ALLOCATED_LEVELS.name, ())}
    problems = [
        Problem(
            code="FM2338",
            found=f"the cohorts are called {name!r}, which is a dimension of the applied allocation",
            expected="a name that no dimension has",
            where=pnl.place("cohorts", name, is_key=True),
            remedy=f"Choose another name, such as {name}_group: --by {name} is that dimension.",
        )
        for name in pnl.settings.cohorts
        if name in run.dimensions or column_of(name) in columns
    ]
    if problems:
        raise UserError(*problems)


def read_cohorts(root: Path, pnl: Pnl, name: str) -> Cohorts:
    """Return the cohorts of a name.

    Raises:
        UserError: The file cannot be read, lacks a column, or says two groups of one member.
    """
    settings = pnl.settings.cohorts[name]
    place = pnl.place("cohorts", name, "file")
    path = root / settings.file
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise UserError(_problem("the file is larger than 100 MB", place, "Keep one line for each member."))
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(_problem(f"{printable(settings.file, 80)} is not UTF-8", place, "Save it as UTF-8.")) from None
    except (OSError, ValueError) as error:
        found = f"{printable(settings.file, 80)} cannot be read: {getattr(error, 'strerror', None) or 'no such path'}"
        raise UserError(_problem(found, place, "Correct file, from the folder of pnl.yaml.")) from None
    return Cohorts(name, settings.of, _groups(text, settings, place), settings.file)


def _groups(text: str, settings: CohortSettings, place: str) -> dict[str, str]:
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        header = next(rows, [])
        lacking = [each for each in (settings.key, settings.value) if each not in header]
        if lacking:
            raise UserError(*_no_columns(lacking, header, settings, place))
        at = header.index(settings.key), header.index(settings.value)
        groups: dict[str, str] = {}
        problems = [*_read(rows, at, groups, settings.file)]
    except csv.Error as error:
        raise UserError(_problem(f"the file is no CSV: {error}", settings.file, "Export it again.")) from None
    if problems:
        raise UserError(*problems[:_MOST_PROBLEMS])
    return groups


def _read(rows: Iterator[list[str]], at: tuple[int, int], groups: dict[str, str], file: str) -> Iterator[Problem]:
    """Fill the groups; yield the rows that say another group of a member that has one."""
    for number, row in enumerate(rows, 2):
        if len(row) <= max(at) or not row[at[0]].strip():
            continue
        member, group = row[at[0]].strip(), row[at[1]].strip()
        if group and groups.setdefault(member, group) != group:
            found = (
                f"{printable(member, 80)!r} is {printable(group, 40)!r}, and {printable(groups[member], 40)!r} above"
            )
            yield _problem(found, f"{file}, row {number}", "Keep one of the two: a member has one group.")


def _no_columns(lacking: Sequence[str], header: Sequence[str], settings: CohortSettings, place: str) -> list[Problem]:
    shown = listing([printable(each, 40) for each in header[:20]]) if header else "a heading, and there is none"
    return [
        Problem(
            code=_CODE,
            found=f"{printable(settings.file, 80)} has no column {printable(each, 80)!r}",
            expected=shown,
            where=place,
            remedy=f"Did you mean {close!r}?" if (close := near(each, header)) else "Correct key or value in pnl.yaml.",
        )
        for each in lacking
    ]


def _problem(found: str, where: str, remedy: str) -> Problem:
    return Problem(code=_CODE, found=found, where=where, remedy=remedy)
