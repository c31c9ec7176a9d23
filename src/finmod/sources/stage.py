"""A file made ready for conversion: Parquet as it is, CSV and JSON as text columns in a temporary Parquet file.

Owns the record of a staged file. Why CSV is staged first: docs/decisions/0002.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from finmod.engines.duckdb import Engine, EngineError, file_list, identifier
from finmod.errors import Problem, UserError, counted, printable
from finmod.sources import csv, json_rows, literals, parquet
from finmod.sources.domains import Domain, read_domains
from finmod.sources.files import SourceFile
from finmod.sources.format import Format, Page
from finmod.sources.kinds import kind_of, kind_with_json
from finmod.sources.lists import is_wrapped, unwrapped
from finmod.terms.findings import Finding

MOST_COLUMNS = 2000


@dataclass(frozen=True)
class StagedColumn:
    """A column of a file.

    Attributes:
        name: As the file names it.
        physical: As the staged Parquet names it: names that differ in case alone stay apart.
        type: DuckDB type; VARCHAR throughout for CSV.
        inside: Fields of nested structs on the way to the value.
        form: SQL for a list in the form that its mapping reads; "" for other cells.
    """

    name: str
    physical: str
    type: str
    inside: tuple[str, ...] = ()
    form: str = ""

    @classmethod
    def of(cls, name: str, physical: str, kind: str, inside: tuple[str, ...] = ()) -> StagedColumn:
        """Return a column by its type; one of the type that holds nothing but NULL is text that is NULL.

        Some writers of Parquet give that type to a column without a value, and the engine cannot cast it in a struct.
        """
        if kind.strip('"') == "NULL":
            return cls(name, physical, "VARCHAR", inside, "NULL::VARCHAR")
        return cls(name, physical, kind, inside)

    @property
    def sql(self) -> str:
        """Return SQL for a cell."""
        return self.form or ".".join(map(identifier, (self.physical, *self.inside)))


@dataclass(frozen=True)
class Staged:
    """A file that can be queried.

    Attributes:
        file: The source file.
        parquet: Parquet whose row numbers, from 0, are the data rows of the file.
        columns: Its columns in the order of the file.
        rows: Number of data rows.
        findings: What was odd but legal about its shape.
        nulls_read: Whether the texts that mean NULL are NULL already.
        domains: SQL of a cell -> the texts of its column, where they are few.
    """

    file: SourceFile
    parquet: Path
    columns: tuple[StagedColumn, ...]
    rows: int
    findings: tuple[Finding, ...] = ()
    nulls_read: bool = False
    domains: Mapping[str, Domain] = field(default_factory=dict)

    @property
    def header_place(self) -> str:
        """Return where its columns are named, for messages: with the line where it has lines."""
        return f"{self.file.name}:1" if self.nulls_read else self.file.name

    @property
    def relation(self) -> str:
        """Return SQL for its rows, with ``file_row_number``."""
        return f"read_parquet({file_list([self.parquet])}, file_row_number = true, hive_partitioning = false)"

    def with_domains(self, engine: Engine) -> Staged:
        """Return the same file with its domains, looked up in an engine where they are not known."""
        if self.domains:
            return self
        texts = {
            column.sql: (column.physical, *column.inside)
            for column in self.columns
            if column.type == "VARCHAR" and not column.form
        }
        return replace(self, domains=read_domains(engine, self.parquet, texts))


def stage(  # noqa: PLR0913 -- a file, where it goes, and how it is read
    engine: Engine,
    file: SourceFile,
    folder: Path,
    *,
    wanted: Callable[[str], bool] = lambda _: True,
    pad_short_rows: bool = False,
    form: Format | None = None,
    separator: str = ",",
) -> Staged:
    """Make a file ready for queries.

    Args:
        engine: Where to read it.
        file: CSV, gzipped CSV or Parquet, and JSON where the format has it; told by content.
        folder: Temporary folder for the staged text of CSV and JSON files.
        wanted: Whether a column, by its name in the file, is needed; a CSV file's others are checked but not kept.
        pad_short_rows: Read the missing last fields of short CSV rows as NULL instead of refusing the file.
        form: Its format, where that reads JSON or nested Parquet.
        separator: What separates the fields of CSV.

    Raises:
        UserError: The file cannot be read whole; with line and remedy.
    """
    kind = kind_with_json(file) if form is not None and form.reads_json else kind_of(file)
    if kind == "parquet":
        return _stage_parquet(engine, file, form)
    if kind == "json" and form is not None:
        return _stage_json(engine, file, form, folder)
    header = csv.read_header(file, gzipped=kind == "gzip", separator=separator)
    _refuse_columns(file, header.names, f"{file.name}:1")
    kept = [name for name in header.names if wanted(name)]
    header = replace(header, kept=tuple(header.physical[header.names.index(name)] for name in kept))
    target = folder / f"{file.sha256[:24]}.parquet"
    rows, short = csv.copy_to_parquet(engine, file, header, target, pad_short_rows=pad_short_rows)
    _refuse_no_rows(file, rows)
    columns = tuple(
        StagedColumn(name, physical, "VARCHAR") for name, physical in zip(kept, header.kept or (), strict=True)
    )
    if form is not None:
        named = {form.canonical(column.name): column.physical for column in columns}
        literals.rewrite(engine, target, {named[name]: form.lists.get(name) for name in form.literals & named.keys()})
    found = (_short_finding(file, short),) if short else ()
    return Staged(file, target, columns, rows, found, nulls_read=True)


def _short_finding(file: SourceFile, short: csv.ShortRows) -> Finding:
    return Finding(
        code="FM1204",
        severity="warning",
        message=f"Missing last fields of {counted(short.rows, 'row')} were read as NULL, as wished.",
        rows=short.rows,
        where=f"{file.name}:{short.line}",
    )


def _stage_json(engine: Engine, file: SourceFile, form: Format, folder: Path) -> Staged:
    target = folder / f"{file.sha256[:24]}.parquet"
    if form.page is not None:
        answers = _answers(form.page, json_rows.read_document(file), file)
        names = list(dict.fromkeys(name for answer in answers for name in answer))
        _refuse_no_rows(file, len(answers))
        rows = json_rows.write_rows(engine, answers, names, target)
    else:
        head = json_rows.read_head(file)
        rows = json_rows.copy_to_parquet(engine, file, head.layout, form, target)
        _refuse_no_rows(file, rows)
        _refuse_same_fields(engine, file, head, form)
    return Staged(file, target, _flat(engine, target), rows)


def _refuse_same_fields(engine: Engine, file: SourceFile, head: json_rows.Head, form: Format) -> None:
    """Refuse fields that are read as one, such as cost and Cost; one of the two would be passed over."""
    read = {form.canonical(name) for name in json_rows.fields_read(form)}
    for names in (json_rows.names(head), *json_rows.keys(engine, file, head.layout)):
        first: dict[str, str] = {}
        for name in names:
            other = first.setdefault(form.canonical(name), name)
            if other != name and form.canonical(name) in read:
                raise UserError(same_column(other, name, file.name))


def _answers(page: Page, document: object, file: SourceFile) -> list[Mapping[str, object]]:
    """Return the rows of an answer; what is refused in it is told with the file."""
    try:
        return list(page(document))
    except UserError as error:
        problems = (
            replace(problem, where=", ".join(filter(None, (file.name, problem.where)))) for problem in error.problems
        )
        raise UserError(*problems) from error


def _in_form(column: StagedColumn, form: Format) -> StagedColumn:
    pairs = form.lists.get(form.canonical(column.name))
    made = pairs.of_parquet(column.sql, column.type) if pairs else ""
    if made:
        return replace(column, form=made, type="VARCHAR")
    if is_wrapped(column.type):
        return replace(column, form=f"[one.element FOR one IN {unwrapped(column.sql, column.type)}]", type="JSON[]")
    return column


def _flat(engine: Engine, path: Path) -> tuple[StagedColumn, ...]:
    """Return the columns of a Parquet file, and each field of a struct as a column named ``struct.field``."""
    relation = f"read_parquet({file_list([path])}, hive_partitioning = false)"
    columns = [StagedColumn.of(name, name, kind) for name, kind in engine.columns(f"SELECT * FROM {relation}")]
    fields = (item for column in columns if _is_struct(column) for item in _fields(engine, relation, column))
    return (*columns, *fields)


def _is_struct(column: StagedColumn) -> bool:
    return column.type.startswith("STRUCT") and not column.type.endswith("]")


def _fields(engine: Engine, relation: str, column: StagedColumn) -> list[StagedColumn]:
    found: list[StagedColumn] = []
    for name, kind in engine.columns(f"SELECT {column.sql}.* FROM {relation}"):
        inner = StagedColumn.of(f"{column.name}.{name}", column.physical, kind, (*column.inside, name))
        found += [inner, *(_fields(engine, relation, inner) if _is_struct(inner) else [])]
    return found


def _stage_parquet(engine: Engine, file: SourceFile, form: Format | None) -> Staged:
    relation = f"read_parquet({file_list([file.path])}, hive_partitioning = false)"
    try:
        found = engine.columns(f"SELECT * FROM {relation}")
        rows = int(engine.row(f"SELECT count(*) FROM {relation}")[0])
        names, leaves = parquet.top_columns(engine, file)
        _refuse_columns(file, names, file.name)
        _refuse_row_number(file, names)
        _refuse_no_rows(file, rows)
        typed = [(name, physical, kind) for name, (physical, kind) in zip(names, found, strict=True)]
        problems = parquet.long_cells(engine, file, typed, leaves)
    except EngineError as error:
        raise UserError(parquet.unreadable(file, error)) from error
    if problems:
        raise UserError(*problems)
    columns = tuple(StagedColumn.of(*column) for column in typed)
    if form is not None and form.json_columns:
        nested = any(kind.startswith("STRUCT(") for kind in form.json_columns.values())
        columns = tuple(_in_form(column, form) for column in (_flat(engine, file.path) if nested else columns))
    return Staged(file, file.path, columns, rows)


def _refuse_no_rows(file: SourceFile, rows: int) -> None:
    if rows == 0:
        raise UserError(
            Problem(
                code="FM1107",
                found="the file has column names but no rows",
                where=file.name,
                remedy="Export it again, or take it out of the source's path.",
            )
        )


def _refuse_row_number(file: SourceFile, names: list[str]) -> None:
    taken = [name for name in names if name.casefold() == "file_row_number"]
    if taken:
        raise UserError(
            Problem(
                code="FM1109",
                found=f"a column is called '{taken[0]}', as the numbers of rows are while a Parquet file is read",
                expected="another name",
                where=file.name,
                remedy="Rename or leave out the column.",
            )
        )


def _refuse_columns(file: SourceFile, names: list[str], header: str) -> None:
    if len(names) > MOST_COLUMNS:
        raise UserError(
            Problem(
                code="FM1108",
                found=f"the file has {len(names):,} columns",
                expected=f"at most {MOST_COLUMNS:,}",
                where=file.name,
                remedy="Is it a billing export? Leave out the columns that are not needed.",
            )
        )
    first: set[str] = set()
    for place, name in enumerate(names, start=1):
        if name in first:
            raise UserError(
                Problem(
                    code="FM1109",
                    found=f"column '{name}' stands more than once, again as column {place:,}",
                    expected="each column once",
                    where=header,
                    remedy="Export it again, or rename one of the two.",
                )
            )
        first.add(name)


def same_column(first: str, second: str, where: str) -> Problem:
    """Return the problem of two columns that are read as one."""
    return Problem(
        code="FM1109",
        found=f"the columns '{printable(first, 60)}' and '{printable(second, 60)}' are one and the same in the ledger",
        expected="each column once, under one name, whatever its case",
        where=where,
        remedy="Export it again, or rename one of the two.",
    )


def column_names(
    engine: Engine, file: SourceFile, *, separator: str = ",", any_separator: bool = False, json: bool = False
) -> list[str]:
    """Return the column names of a file without reading its rows, with the fields of structs as ``struct.field``.

    Args:
        engine: Where to look.
        file: The file.
        separator: What separates the fields of CSV.
        any_separator: Whether the user may say what separates them.
        json: Whether JSON may be meant: its names are the fields of its first object.

    Raises:
        UserError: It has none that can be read.
    """
    kind = kind_with_json(file) if json else kind_of(file)
    if kind == "json":
        return json_rows.column_names(file)
    if kind != "parquet":
        return csv.read_header(file, gzipped=kind == "gzip", separator=separator, any_separator=any_separator).names
    try:
        return [column.name for column in _flat(engine, file.path)]
    except EngineError as error:
        raise UserError(parquet.unreadable(file, error)) from error
