"""Aliases accepted into a taxonomy: the user's files keep comments, order, quotes and layout.

Owns the refusals that concern the aliases, and that all of them are written or none. Which file has a value is told in
files.py, how a text is edited in proof.py and csv_lists.py, how files are replaced in rewrite.py one room up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from finmod.errors import Problem, UserError, printable
from finmod.settings.edits.alias_text import alias_fault
from finmod.settings.edits.csv_lists import NoCsvError, Values, csv_fault, read_values, with_aliases
from finmod.settings.edits.files import CsvFile, TaxonomyFiles, YamlFile
from finmod.settings.edits.proof import alias_lines, with_new_aliases
from finmod.settings.rewrite import Content, rewrite

_UNFIT, _TWO, _NO_PLACE, _NO_CSV, _TWICE = "FM2043", "FM2044", "FM2045", "FM2046", "FM2047"


@dataclass(frozen=True)
class NewAlias:
    """A text that shall mean a value.

    Attributes:
        dimension: Name of the dimension.
        value: Name of the value.
        text: As it stands in tags, hostile.
    """

    dimension: str
    value: str
    text: str


@dataclass(frozen=True)
class Change:
    """What was changed for one alias.

    Attributes:
        alias: The alias.
        file: The file, relative to the folder of the taxonomy.
        line: Number of the line on which the alias stands now, from 1.
        text: That line, hostile: escape before showing.
    """

    alias: NewAlias
    file: str
    line: int
    text: str


@dataclass
class _Plan:
    """What is to be added to each file, and what is in the way."""

    files: TaxonomyFiles
    fold: Callable[[str], str]
    problems: list[Problem] = field(default_factory=list)
    added: dict[Path, list[NewAlias]] = field(default_factory=dict)
    homes: dict[Path, YamlFile | CsvFile] = field(default_factory=dict)
    taken: set[tuple[str, str]] = field(default_factory=set)  # dimension and folded text

    def take(self, alias: NewAlias) -> None:
        """Note what an alias changes, or why it cannot be added; nothing where it is there already."""
        shown, folded = repr(printable(alias.text, 80)), self.fold(alias.text)
        fault = alias_fault(alias.text) or (None if folded else "a text of more than separators")
        if fault:
            self._refuse(_UNFIT, f"{shown} cannot be an alias", fault, None, "Correct the tag on the resources.")
            return
        try:
            file = self.files.home(alias.dimension, alias.value)
        except UserError as error:
            self.problems += [problem for problem in error.problems if problem not in self.problems]
            return
        # What stands in a CSV holds in each dimension that names it.
        shares = self.files.sharing(file, alias.value) if isinstance(file, CsvFile) else [alias.dimension]
        if any(self._means_another(alias, folded, dimension, file) for dimension in shares):
            return
        _, said_by = self.files.meanings(alias.dimension).get(folded, (alias.value, None))
        if said_by or (alias.dimension, folded) in self.taken:
            return
        if isinstance(file, CsvFile) and not self._fits(file, alias):
            return
        for dimension in shares:
            self.files.meanings(dimension).setdefault(folded, (alias.value, None))
        self.taken.add((alias.dimension, folded))
        self.homes[file.path] = file
        self.added.setdefault(file.path, []).append(alias)

    def _means_another(self, alias: NewAlias, folded: str, dimension: str, file: YamlFile | CsvFile) -> bool:
        """Return whether a text has another meaning in a dimension; note the problem where it has."""
        meaning, said_by = self.files.meanings(dimension).get(folded, (alias.value, None))
        if meaning == alias.value:
            return False
        shown, other = (repr(printable(text, 80)) for text in (alias.text, meaning))
        expected = f"a text that means {printable(alias.value, 80)!r} alone"
        remedy = f"Take it from {other} in {said_by}, or leave it out: --text accepts others." if said_by else ""
        found = f"{shown} means {other} {'already' if said_by else 'too'}, in {dimension}"
        self._refuse(_TWO, found, expected, file.name, remedy or "Decide for one of the two.")
        return True

    def _fits(self, file: CsvFile, alias: NewAlias) -> bool:
        """Return whether a CSV can hold an alias; note the problem where it cannot."""
        rows = file.values.rows[alias.value]
        others = any(each.value == alias.value for each in self.added.get(file.path, ()))
        fault = csv_fault(alias.text, first=not others and not file.values.aliases(alias.value))
        where = f"{file.name}:{rows[-1].line}"
        if len(rows) > 1:
            found = f"the value {printable(alias.value, 80)!r} stands twice, the first time in line {rows[0].line}"
            self._refuse(_TWICE, found, "one row", where, "Keep one of the rows.")
        elif "aliases" not in file.values.columns:
            remedy = "Add the column to the first line, then run the command again."
            self._refuse(_NO_CSV, "there is no column 'aliases'", None, f"{file.name}:1", remedy)
        elif fault:
            found = f"{printable(alias.text, 80)!r} cannot be an alias there"
            self._refuse(_UNFIT, found, fault, where, "Correct the tag on the resources.")
        else:
            return True
        return False

    def _refuse(self, code: str, found: str, expected: str | None, where: str | None, remedy: str) -> None:
        problem = Problem(code=code, found=found, expected=expected, where=where, remedy=remedy)
        if problem not in self.problems:
            self.problems.append(problem)


def add_aliases(
    path: Path, aliases: Sequence[NewAlias], *, fold: Callable[[str], str] = str.casefold
) -> tuple[Change, ...]:
    """Add aliases to the values of a taxonomy; all of them or none.

    Values are looked for in the file, in the CSV files that it names as values, and in the files of the user's own that
    it includes. A text that means the value already is no change: its name or an alias, but for what folding leaves
    out. Each file is replaced in one atomic step.

    Args:
        path: The taxonomy.yaml.
        aliases: What shall be added, in order.
        fold: How the taxonomy compares texts: ``finmod.taxonomy.fold.fold``.

    Returns:
        What was changed, in the order of ``aliases``; empty where all were there.

    Raises:
        UserError: A file has problems; FM2040 to FM2047, each alias that cannot be added; FM1011, a file cannot be
            written; FM2078, one was saved meanwhile. Nothing was written.
    """
    plan = _Plan(TaxonomyFiles(path, fold), fold)
    for alias in aliases:
        plan.take(alias)
    if plan.problems:
        raise UserError(*plan.problems)
    new = {where: _new_text(plan.homes[where], added, fold) for where, added in plan.added.items()}
    homes = plan.homes
    rewrite({where: Content(homes[where].raw, homes[where].mark + text.encode()) for where, text in new.items()})
    changes = {
        change.alias: change
        for where, text in new.items()
        for change in _changes(plan.homes[where], text, plan.added[where])
    }
    return tuple(changes[alias] for alias in dict.fromkeys(aliases) if alias in changes)


def _new_text(file: YamlFile | CsvFile, added: Sequence[NewAlias], fold: Callable[[str], str]) -> str:
    if isinstance(file, YamlFile):
        texts: dict[tuple[str, str], list[str]] = {}
        for alias in added:
            texts.setdefault((alias.dimension, alias.value), []).append(alias.text)
        return with_new_aliases(file.text, file.name, texts)
    # A CSV knows no dimension: what several of them ask for stands in it once.
    rows: dict[str, dict[str, str]] = {}
    for alias in added:
        rows.setdefault(alias.value, {}).setdefault(fold(alias.text), alias.text)
    try:
        return with_aliases(file.values, {value: list(new.values()) for value, new in rows.items()})
    except NoCsvError as error:
        where, remedy = f"{file.name}:{error.line}", "Add the aliases by hand."
        raise UserError(Problem(code=_NO_PLACE, found=str(error), where=where, remedy=remedy)) from None


def _changes(file: YamlFile | CsvFile, text: str, added: Sequence[NewAlias]) -> Iterator[Change]:
    lines = text.replace("\r\n", "\n").split("\n")
    if isinstance(file, YamlFile):
        found = alias_lines(text, [(alias.dimension, alias.value, alias.text) for alias in added])
    else:
        found = _cell_lines(read_values(text), added)
    for alias, line in zip(added, found, strict=True):
        yield Change(alias, file.name, line, lines[line - 1])


def _cell_lines(values: Values, added: Sequence[NewAlias]) -> Iterator[int]:
    for alias in added:
        row = values.rows[alias.value][0]
        cell = values.cell(row, "aliases")
        yield row.line + (values.text.count("\n", row.cells[0].start, cell.start) if cell else 0)
