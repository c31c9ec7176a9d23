"""The files in which the values of a taxonomy are written: taxonomy.yaml, what it includes, CSV files of values.

Owns which file has a value, and what texts mean so far, for edits. Rule sets that finmod ships are none of them. What a
taxonomy means as a whole is told in the room ``taxonomy``.
"""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from finmod.errors import Problem, UserError, near, printable
from finmod.settings.edits.csv_lists import NoCsvError, Values, read_values
from finmod.settings.paths import path_fault
from finmod.settings.separators import LARGEST_CSV
from finmod.settings.taxonomy import DimensionSettings, TaxonomyFile
from finmod.settings.validate import validated
from finmod.settings.yaml import parse_bytes, read_bytes

_RULE_SET = re.compile(r"[a-z][a-z0-9-]*")
_NO_DIMENSION, _NO_VALUE, _OPEN, _NO_CSV = "FM2040", "FM2041", "FM2042", "FM2046"


@dataclass(frozen=True)
class YamlFile:
    """One YAML file of the user.

    Attributes:
        path: Where it is.
        name: As messages call it, relative to the taxonomy.
        mark: The mark of its encoding, or nothing.
        text: What stands behind that, line ends as they are.
        settings: What it says.
    """

    path: Path
    name: str
    mark: bytes
    text: str
    settings: TaxonomyFile

    @property
    def raw(self) -> bytes:
        """Return the file as it was read."""
        return self.mark + self.text.encode()


@dataclass(frozen=True)
class CsvFile:
    """One CSV of values; attributes as of ``YamlFile``."""

    path: Path
    name: str
    mark: bytes
    values: Values

    @property
    def raw(self) -> bytes:
        """Return the file as it was read."""
        return self.mark + self.values.text.encode()


class TaxonomyFiles:
    """The files of one taxonomy, each read once."""

    def __init__(self, path: Path, fold: Callable[[str], str]) -> None:
        """Read the file and those that it includes.

        Args:
            path: The taxonomy.yaml.
            fold: How the taxonomy compares texts.

        Raises:
            UserError: One of them cannot be read or has problems.
        """
        self._root, self._fold = path, fold
        self._files: dict[Path, YamlFile] = {}
        self._included: dict[Path, list[Path]] = {}
        self._tables: dict[Path, CsvFile] = {}
        self._meanings: dict[str, dict[str, tuple[str, str | None]]] = {}
        self._naming: dict[Path, list[str]] = {}
        self._resolved: dict[tuple[Path, str], Path] = {}
        self._ships = False
        self._open(path, path.resolve())

    def _open(self, path: Path, key: Path) -> None:
        name = self._name(path)
        raw = read_bytes(path, name)
        settings = validated(TaxonomyFile, parse_bytes(raw, name))
        mark, raw = _unmarked(raw)
        self._files[key] = YamlFile(path, name, mark, raw.decode(), settings)
        self._included[key] = []
        for included in settings.include:
            if _RULE_SET.fullmatch(included):
                self._ships = True
            elif not path_fault(included) and not Path(included).is_absolute():
                below = path.parent / included
                if (its := below.resolve()) not in self._files:
                    self._included[key].append(its)
                    self._open(below, its)

    def _name(self, path: Path) -> str:
        return os.path.relpath(path, self._root.parent)

    def home(self, dimension: str, value: str) -> YamlFile | CsvFile:
        """Return the file that has a value: the first one, as the files include each other, which replaces others.

        Raises:
            UserError: FM2040 there is no such dimension, FM2041 no such value, FM2042 it is open, FM2046 its CSV cannot
                be read.
        """
        file = self._having(dimension, value)
        if file is None:
            raise UserError(self._lacking(list(self._of(dimension)), dimension, value))
        return file

    def sharing(self, file: CsvFile, value: str) -> list[str]:
        """Return the dimensions that have a value from a CSV: what is added to it there holds in each of them."""
        key = file.path.resolve()
        if key not in self._naming:
            every = dict.fromkeys(name for each in self._files.values() for name in each.settings.dimensions)
            self._naming[key] = [name for name in every if any(self._csv_path(*each) == key for each in self._of(name))]
        return [name for name in self._naming[key] if self._having(name, value) is file]

    def _having(self, dimension: str, value: str) -> YamlFile | CsvFile | None:
        for file, settings in self._of(dimension):
            if value in (settings.values or {}):
                return file
            table = self._table(file, settings)
            if table is not None and value in table.values.rows:
                return table
        return None

    def meanings(self, dimension: str) -> dict[str, tuple[str, str | None]]:
        """Return folded text -> value of a dimension and the file that says so; the caller adds what it adds."""
        if dimension not in self._meanings:
            found = self._meanings.setdefault(dimension, {})
            for name, (file, aliases) in self._values(dimension).items():
                for text in (name, *aliases):
                    found.setdefault(self._fold(text), (name, file))
        return self._meanings[dimension]

    def _values(self, dimension: str) -> dict[str, tuple[str, tuple[str, ...]]]:
        """Return each value of a dimension with the file that has it and its aliases there."""
        found: dict[str, tuple[str, tuple[str, ...]]] = {}
        for file, settings in self._of(dimension):
            for name, value in (settings.values or {}).items():
                found.setdefault(name, (file.name, tuple(alias.text for alias in value.aliases)))
            if (table := self._table(file, settings)) is not None:
                for name in table.values.rows:
                    found.setdefault(name, (table.name, table.values.aliases(name)))
        return found

    def _of(self, dimension: str, key: Path | None = None) -> Iterator[tuple[YamlFile, DimensionSettings]]:
        """Yield the files that have a dimension, in order; one that does not extend it hides those that it includes."""
        key = key or self._root.resolve()
        file = self._files[key]
        settings = file.settings.dimensions.get(dimension)
        if settings is not None:
            yield file, settings
            if not settings.extends:
                return
        for below in self._included[key]:
            yield from self._of(dimension, below)

    def _lacking(self, found: list[tuple[YamlFile, DimensionSettings]], dimension: str, value: str) -> Problem:
        where = found[0][0].name if found else self._root.name
        if found and all(each.values is None and not each.values_file for _, each in found):
            what = f"the dimension {dimension!r} has no values: any text is one"
            return Problem(code=_OPEN, found=what, where=where, remedy="List its values first.")
        if found:
            code, what, choices = _NO_VALUE, "value", [*self._values(dimension)]
            said = f"the dimension {dimension!r} has no value {printable(value, 80)!r}"
        else:
            code, what, choices = (
                _NO_DIMENSION,
                "dimension",
                [name for file in self._files.values() for name in file.settings.dimensions],
            )
            said = f"there is no dimension {printable(dimension, 80)!r}"
        hint = near(value if found else dimension, choices)
        remedy = f"Add the {what} to {self._root.name} first."
        if hint:
            remedy = f"Did you mean {hint!r}?"
        elif self._ships:
            has = ", with the aliases and patterns that it has there" if found else ""
            remedy = f"Rule sets that finmod ships are not edited: write the {what} into {self._root.name} first{has}."
        return Problem(code=code, found=said, where=where, remedy=remedy)

    def _table(self, file: YamlFile, settings: DimensionSettings) -> CsvFile | None:
        """Return the CSV that a dimension names; None where it names none."""
        key = self._csv_path(file, settings)
        if key is None or not settings.values_file:
            return None
        if key not in self._tables:
            path = file.path.parent / settings.values_file
            try:
                self._tables[key] = self._read_table(path, settings.values_file)
            except NoCsvError as error:
                where = f"{self._name(path)}:{error.line}" if error.line else self._name(path)
                raise UserError(
                    Problem(code=_NO_CSV, found=str(error), where=where, remedy="Correct the file, or its name.")
                ) from None
        return self._tables[key]

    def _csv_path(self, file: YamlFile, settings: DimensionSettings) -> Path | None:
        if not settings.values_file:
            return None
        asked = (file.path, settings.values_file)
        if asked not in self._resolved:
            self._resolved[asked] = (file.path.parent / settings.values_file).resolve()
        return self._resolved[asked]

    def _read_table(self, path: Path, written: str) -> CsvFile:
        if path_fault(written) or Path(written).is_absolute() or not path.is_file():
            found = "there is no such file beside the taxonomy"
            raise NoCsvError(found)
        try:
            if path.stat().st_size > LARGEST_CSV:
                found = f"the file has more than {LARGEST_CSV:,} bytes"
                raise NoCsvError(found)
            mark, raw = _unmarked(path.read_bytes())
            return CsvFile(path, self._name(path), mark, read_values(raw.decode()))
        except OSError as error:
            found = f"the file cannot be read: {(error.strerror or type(error).__name__).lower()}"
            raise NoCsvError(found) from None
        except UnicodeDecodeError as error:
            found = f"the byte 0x{error.object[error.start]:02x} is not UTF-8"
            raise NoCsvError(found, error.object[: error.start].count(b"\n") + 1) from None


def _unmarked(raw: bytes) -> tuple[bytes, bytes]:
    mark = codecs.BOM_UTF8 if raw.startswith(codecs.BOM_UTF8) else b""
    return mark, raw[len(mark) :]
