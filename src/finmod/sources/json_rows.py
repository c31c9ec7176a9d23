"""JSON: one object per row, in lines, one after another or in an array; and the answers of APIs, in pages.

Owns the layouts and the copy to Parquet. Numbers are doubles, as JSON readers take them and suppliers write them, and
count as their shortest text; numbers in quotes keep every digit, and so does every number of a page.
"""

from __future__ import annotations

import gzip as packed
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Literal, NamedTuple

from finmod.engines.duckdb import Engine, EngineError, file_list, identifier, literal
from finmod.errors import Problem, UserError, printable
from finmod.sources import gzip
from finmod.sources.broken_json import broken_object
from finmod.sources.files import SourceFile
from finmod.sources.format import Format, fields_inside
from finmod.sources.kinds import is_gzip
from finmod.sources.long_rows import MOST_BYTES

Layout = Literal["newline_delimited", "unstructured", "array"]
_HEAD_BYTES = 4 << 20
_MOST_PAGE_BYTES = 200 << 20
_FIRST_OBJECTS = 10_000
_EXPORT = "Export it again."
_STRING = r'"(?:[^"\\]|\\.)*+"'
_KEYS = re.compile(rf"(?P<key>{_STRING})(?=\s*:)|{_STRING}|[{{}}]", re.DOTALL)


class Head(NamedTuple):
    """How a JSON file begins.

    Attributes:
        layout: How its rows stand in it.
        first: Its first object; empty where it has none.
    """

    layout: Layout
    first: dict[str, Any]


class _TwiceError(ValueError):
    """A key stands twice in one object."""


def read_head(file: SourceFile) -> Head:
    """Return the layout of a file and its first object, read from its first bytes.

    Raises:
        UserError: It begins with no whole object.
    """
    if is_gzip(file):
        raw = gzip.head(file, _HEAD_BYTES)
    else:
        with file.path.open("rb") as handle:
            raw = handle.read(_HEAD_BYTES)
    text = raw.decode("utf-8-sig", errors="replace").lstrip()
    inside = text[1:].lstrip() if text.startswith("[") else text
    if text.startswith("[") and inside.startswith("]"):
        return Head("array", {})
    try:
        first, end = _decoder().raw_decode(inside)
    except ValueError as error:
        whole = len(raw) < _HEAD_BYTES
        raise UserError(_broken(file, error) if whole else _unlike(file, "no object ends in its first 4 MB")) from error
    if not isinstance(first, dict):
        raise UserError(_unlike(file, "its first value is no object"))
    if text.startswith("["):
        return Head("array", first)
    line = inside[:end]
    return Head("unstructured" if "\n" in line or re.match(r"[ \t]*\{", inside[end:]) else "newline_delimited", first)


def refuse_empty_list(file: SourceFile, head: Head) -> None:
    """Refuse a file whose list has no objects.

    Raises:
        UserError: FM1107.
    """
    if head == Head("array", {}):
        raise UserError(
            Problem(
                code="FM1107",
                found="the list has no rows",
                where=file.name,
                remedy="Export it again, or take it out of the source's path.",
            )
        )


def column_names(file: SourceFile) -> list[str]:
    """Return the column names of a file, as ``names`` does; an answer longer than its head is read whole for them.

    Raises:
        UserError: It begins with no whole object, or is an empty list.
    """
    try:
        head = read_head(file)
        refuse_empty_list(file, head)
        return names(head)
    except UserError:
        try:
            document = read_document(file)
        except UserError:
            document = None
        first = document[0] if isinstance(document, list) and document else document
        if isinstance(first, dict):
            return list(first)
        raise


def names(head: Head) -> list[str]:
    """Return the column names of a file: the fields of its first object, and those of objects as ``object.field``."""
    return [name for field, value in head.first.items() for name in _names(field, value)]


def _names(name: str, value: object) -> list[str]:
    inside = value.items() if isinstance(value, dict) else ()
    return [name, *(deeper for field, item in inside for deeper in _names(f"{name}.{field}", item))]


def fields_read(form: Format) -> set[str]:
    """Return the names of the fields that a format reads, those inside objects as ``object.field``."""
    return set(_leaves(form.json_columns, form))


def keys(engine: Engine, file: SourceFile, layout: Layout) -> list[list[str]]:
    """Return the different lists of keys that the first objects of a file have, nested ones left out."""
    # To read every object twice would slow a load; an exporter that writes two such fields does so early.
    objects = f"SELECT json FROM read_json_objects({_source(file, layout)}) LIMIT {_FIRST_OBJECTS}"
    return list(engine.row(f"SELECT list(DISTINCT json_keys(json)) FROM ({objects})")[0] or [])


def _source(file: SourceFile, layout: Layout) -> str:
    packing = "gzip" if is_gzip(file) else "uncompressed"
    size = f"maximum_object_size = {MOST_BYTES}"
    return f"{file_list([file.path])}, format = '{layout}', compression = '{packing}', {size}"


def copy_to_parquet(engine: Engine, file: SourceFile, layout: Layout, form: Format, target: Path) -> int:
    """Write the fields of every object, in their order, to a Parquet file; return the number of objects.

    Args:
        engine: Where to read it.
        file: The JSON file, gzipped or not.
        layout: How its rows stand in it.
        form: Its format: which fields are read, and how its lists; other fields are passed over.
        target: Parquet file to write.

    Raises:
        UserError: An object is broken or of another form, or the gzip file is damaged; nothing is left behind.
    """
    types = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in form.json_columns.items())
    reader = f"read_json({_source(file, layout)}, columns = {{{types}}})"
    picked = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in _leaves(form.json_columns, form).items())
    query = f"SELECT {picked} FROM {reader}"
    check = gzip.Check(file, engine) if is_gzip(file) else None
    try:
        with check or nullcontext():
            return engine.copy_parquet(query, target, compression="lz4_raw", ordered=True)
    except EngineError as error:
        target.unlink(missing_ok=True)
        objects = f"read_json_objects({_source(file, layout)})"
        problem = (check and check.problem) or broken_object(engine, file, str(error), form, objects)
        raise UserError(problem) from error
    except UserError:
        target.unlink(missing_ok=True)
        raise


def _leaves(columns: Mapping[str, str], form: Format, above: tuple[str, ...] = ()) -> dict[str, str]:
    """Return name -> SQL of what an object holds: the fields of structs as ``struct.field``, lists as text.

    Texts in columns of their own have a Parquet dictionary each, so that a mapping looks at each entry once.
    """
    found: dict[str, str] = {}
    for name, kind in columns.items():
        place = (*above, name)
        whole, cell = ".".join(place), ".".join(map(identifier, place))
        pairs = form.lists.get(form.canonical(whole))
        if kind.endswith("[]"):
            made = pairs and pairs.of_list("one", cell, parsed='"value" JSON' in kind)
            found[whole] = made or f"CAST(to_json({cell}) AS VARCHAR)"
        elif kind.startswith("STRUCT("):
            found |= _leaves(fields_inside(kind), form, place)
        elif kind == "JSON":
            text = f"CAST({cell} AS VARCHAR)"
            found[whole] = pairs.of_text(text) if pairs else text
        else:
            found[whole] = cell
    return found


def read_document(file: SourceFile) -> object:
    """Return the one JSON document that a file is, with numbers as their text.

    Raises:
        UserError: It is too long, broken or has a key twice.
    """
    content = _content(file)
    try:
        return json.loads(content.decode("utf-8-sig"), parse_float=str, parse_int=str, object_pairs_hook=_once)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UserError(
            Problem(
                code="FM1114",
                found="a byte that is not UTF-8",
                expected="text in UTF-8",
                where=f"{file.name}:{line}",
                remedy=_EXPORT,
            )
        ) from error
    except _TwiceError as error:
        found = f"the key '{printable(str(error), 60)}' stands more than once in one object"
        where = f"{file.name}{_second(content.decode('utf-8-sig'), str(error))}"
        raise UserError(
            Problem(code="FM1141", found=found, expected="each key once", where=where, remedy=_EXPORT)
        ) from error
    except (ValueError, RecursionError) as error:
        raise UserError(_broken(file, error)) from error


def _second(text: str, name: str) -> str:
    """Return ``:line:column`` of a key that its object has already; "" where it is not found."""
    objects = list[set[str]]()
    for found in _KEYS.finditer(text):
        if found[0] == "{":
            objects.append(set())
        elif found[0] == "}":
            objects.pop()
        elif found["key"] is not None and json.loads(found["key"]) == name:
            if name in objects[-1]:
                start = found.start()
                return f":{text.count(chr(10), 0, start) + 1}:{start - text.rfind(chr(10), 0, start)}"
            objects[-1].add(name)
    return ""


def _content(file: SourceFile) -> bytes:
    if is_gzip(file):
        content = gzip.head(file, _MOST_PAGE_BYTES + 1)
    else:
        with file.path.open("rb") as handle:
            content = handle.read(_MOST_PAGE_BYTES + 1)
    if len(content) > _MOST_PAGE_BYTES:
        raise UserError(
            Problem(
                code="FM1115",
                found="the document is too long",
                expected=f"an answer of less than {_MOST_PAGE_BYTES >> 20} MB",
                where=file.name,
                remedy="Ask for fewer days a page.",
            )
        )
    return content


def write_rows(engine: Engine, rows: Iterable[Mapping[str, object]], columns: Sequence[str], target: Path) -> int:
    """Write rows of texts to a Parquet file and return their number; a value that is no text is kept as JSON."""
    folder = target.with_suffix(".ndjson.gz")
    count = 0
    with packed.open(folder, "wt", encoding="utf-8", compresslevel=1) as handle:
        for row in rows:
            handle.write(json.dumps({name: _text(row.get(name)) for name in columns}) + "\n")
            count += 1
    types = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in columns)
    query = f"SELECT * FROM read_json({file_list([folder])}, format = 'newline_delimited', columns = {{{types}}})"
    try:
        engine.copy_parquet(query, target, compression="lz4_raw", ordered=True)
    finally:
        folder.unlink(missing_ok=True)
    return count


def _text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(parse_float=str, parse_int=str)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        raise _TwiceError(next(name for name, _ in pairs if name in seen or seen.add(name)))  # type: ignore[func-returns-value]
    return found


def _broken(file: SourceFile, error: ValueError | RecursionError) -> Problem:
    if isinstance(error, json.JSONDecodeError):
        found, where = f"the JSON is broken: {error.msg.lower()}", f"{file.name}:{error.lineno}:{error.colno}"
    else:
        found, where = "the JSON is broken: objects inside objects without end", file.name
    return Problem(code="FM1140", found=found, expected="whole JSON", where=where, remedy=_EXPORT)


def _unlike(file: SourceFile, found: str) -> Problem:
    return Problem(code="FM1142", found=found, expected="JSON with one object per row", where=file.name, remedy=_EXPORT)
