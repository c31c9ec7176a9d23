"""Objects of a JSON file that the engine cannot read: what is wrong, in plain words, and where.

Owns the reading of the engine's complaints. The copy itself stands in ``json_rows.py``.
"""

from __future__ import annotations

import gzip as packed
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from finmod.engines.duckdb import Engine, EngineError, literal
from finmod.errors import Problem, printable
from finmod.sources import gzip
from finmod.sources.files import SourceFile
from finmod.sources.format import Format, fields_inside
from finmod.sources.kinds import is_gzip
from finmod.sources.long_rows import MOST_BYTES

_MOST_LOOKED_AT = 64 << 20
# What the engine says -> code, what that means.
_MEANT = {
    r"duplicate key \"(?P<what>.*)\"": ("FM1141", "the key '{what}' stands more than once in one object"),
    r"Expected OBJECT, but got (?P<what>\w+)": ("FM1142", "{what} stands where an object was expected"),
    r"Expected ARRAY, but got (?P<what>\w+)": ("FM1142", "{what} stands where a list was expected"),
    r"maximum_object_size": ("FM1115", "an object is too long"),
    r"invalid utf-?8|UTF-8": ("FM1114", "a byte that is not UTF-8"),
    r"Malformed JSON.*?: (?P<what>[^.\n]+)": ("FM1140", "the JSON is broken: {what}"),
}
_EXPECTED = {
    "FM1140": "one whole JSON object per row",
    "FM1141": "each key once",
    "FM1142": "the form that the supplier documents",
    "FM1114": "text in UTF-8",
    "FM1115": f"less than {MOST_BYTES // 1_000_000} MB",
}
# As the engine names them; every other type is a number.
_KINDS = {"varchar": "text", "object": "an object", "array": "a list", "boolean": "true or false", "null": "null"}
_ELEMENT = "an element of "
# What Python's surrogateescape makes of a byte that is not UTF-8.
_NO_UTF8 = re.compile(r"[\udc80-\udcff]")


class _Misfit(NamedTuple):
    """A cell that is neither null nor the list or the object that it should be.

    Attributes:
        field: Its field, ``outer.inner``.
        kind: What it is.
        wanted: What it should be.
    """

    field: str
    kind: str
    wanted: str


def broken_object(engine: Engine, file: SourceFile, said: str, form: Format, objects: str) -> Problem:
    """Return what the engine says of a file's objects as a problem with its place.

    Args:
        engine: Where to look for the object.
        file: The file.
        said: The engine's words.
        form: Its format: what the fields should be.
        objects: SQL for the file's objects, each as ``json``.
    """
    # The engine repeats the object, which is text of the bill, behind what it found.
    for sign, (code, words) in _MEANT.items():
        match = re.search(sign, said, re.DOTALL)
        if match is None:
            continue
        what, where = match.groupdict().get("what", ""), _place(file, said)
        # Looked for anew: inside lists, the engine counts their elements and not the rows.
        wanted = "ARRAY" if "ARRAY" in sign else "OBJECT"
        tests = {"FM1141": _twice(form.json_columns, "$", what), "FM1142": _misfits(form.json_columns, wanted)}
        row, text = _first(engine, objects, tests[code]) if code in tests else (0, "")
        if row:
            where = f"{file.name}:{_line_of_row(file, row)}" if "in line" in said else f"{file.name}, row {row:,}"
        misfit = _misfit(_parsed(text), form.json_columns) if row and code == "FM1142" else None
        what = _KINDS.get(what.lower(), "a number") if code == "FM1142" else printable(what, 60)
        found = f"{misfit.field} is {misfit.kind}" if misfit else words.format(what=what)
        expected = misfit.wanted if misfit else _EXPECTED[code]
        remedy = "Save it as UTF-8 without the mark." if "byte order mark" in what else "Export it again."
        return Problem(code=code, found=found, expected=expected, where=where, remedy=remedy)
    return Problem(
        code="FM1140",
        found="the JSON cannot be read",
        expected=_EXPECTED["FM1140"],
        where=_place(file, said),
        remedy="Export it again.",
    )


def _first(engine: Engine, objects: str, tests: Iterable[str]) -> tuple[int, str]:
    """Return the row, from 1, and the text of the first object of which a test is true; 0 where none is found."""
    test = " OR ".join(f"coalesce({test}, false)" for test in tests)
    numbered = f"SELECT row_number() OVER () AS row, json, {test or 'false'} AS is_meant FROM {objects}"
    engine.run("SET preserve_insertion_order = true")
    try:
        found = engine.rows(f"SELECT row, json FROM ({numbered}) WHERE is_meant ORDER BY row LIMIT 1")
    except EngineError:
        found = []
    finally:
        engine.run("SET preserve_insertion_order = false")
    return found[0] if found else (0, "")


def _misfits(kinds: Mapping[str, str], wanted: str) -> Iterator[str]:
    """Yield SQL for whether a field of ``json`` is neither null nor of the wanted type, as it should be."""
    fields = dict(_paths(kinds, "$"))
    lists = [literal(path) for path, kind in fields.items() if kind.endswith("[]")]
    structs = [literal(path) for path, kind in fields.items() if not kind.endswith("[]")]
    asked = lists if wanted == "ARRAY" else structs
    # All paths in one call: each call reads the object anew.
    of_elements = [f"json_type(json, {path[:-1]}[*]')" for path in lists] if wanted == "OBJECT" else []
    for types in (f"json_type(json, [{', '.join(asked)}]::VARCHAR[])", *of_elements):
        yield f"list_bool_or([one NOT IN ('{wanted}', 'NULL') FOR one IN {types}])"


def _paths(kinds: Mapping[str, str], above: str) -> Iterator[tuple[str, str]]:
    """Yield path and type of each field that is a list or an object."""
    for name, kind in kinds.items():
        path = f'{above}."{name}"'
        if kind.endswith("[]") or kind.startswith("STRUCT("):
            yield path, kind
        if kind.startswith("STRUCT(") and kind.endswith(")"):
            yield from _paths(fields_inside(kind), path)


def _twice(kinds: Mapping[str, str], above: str, key: str) -> Iterator[str]:
    """Yield SQL for whether a key that is read stands more than once in one object of ``json``."""
    if key in kinds:
        twice = f"len(list_filter(json_keys(one), lambda name: name = {literal(key)})) > 1"
        yield f"list_bool_or([{twice} FOR one IN json_extract(json, [{literal(above)}])])"
        yield f"list_bool_or([{twice} FOR one IN json_extract(json, {literal(f'{above}[*]')})])"
    for name, kind in kinds.items():
        if kind.startswith("STRUCT("):
            yield from _twice(fields_inside(kind.removesuffix("[]")), f'{above}."{name}"', key)


def _place(file: SourceFile, said: str) -> str:
    malformed = "Malformed JSON" in said
    line = re.search(r"in line (\d+)", said)
    if line:
        return f"{file.name}:{_line(file, int(line[1]), malformed=malformed)}"
    if malformed and (broken := _broken_line(file)):
        return f"{file.name}:{broken}"
    row = re.search(r"in record/value (\d+)", said)
    # As of lines, the engine tells the one after it.
    return f"{file.name}, row {max(int(row[1]) - malformed, 1):,}" if row else file.name


def _parsed(text: str) -> object:
    """Return an object of JSON; None for one that is nested too deeply."""
    try:
        return json.loads(text, parse_int=float)
    except (ValueError, RecursionError):
        return None


def _misfit(value: object, kinds: Mapping[str, str]) -> _Misfit | None:
    """Return the first field of an object that is neither null nor the list or the object that it should be."""
    if not isinstance(value, dict):
        return None
    for name, kind in kinds.items():
        cell, is_list = value.get(name), kind.endswith("[]")
        if cell is None or not (is_list or kind.startswith("STRUCT(")):
            continue
        if not isinstance(cell, list if is_list else dict):
            return _Misfit(name, _kind(cell), "a list" if is_list else "an object")
        if is_list:
            odd = [one for one in cell if one is not None and not isinstance(one, dict)]
            inner = _Misfit(f"{_ELEMENT}{name}", _kind(odd[0]), "an object") if odd else None
        else:
            inner = _misfit(cell, fields_inside(kind))
            inner = inner._replace(field=_within(name, inner.field)) if inner else None
        if inner:
            return inner
    return None


def _within(name: str, field: str) -> str:
    """Return what a field of the object under a name is called from outside."""
    is_element = field.startswith(_ELEMENT)
    return f"{_ELEMENT * is_element}{name}.{field.removeprefix(_ELEMENT)}"


def _kind(cell: object) -> str:
    kinds: dict[type, str] = {bool: "true or false", str: "text", dict: "an object", list: "a list"}
    return kinds.get(type(cell), "a number")


def _rows(file: SourceFile) -> Iterator[tuple[int, bytes]]:
    """Yield line, from 1, and text of each row of a file in lines; as the engine has it, empty lines are none."""
    opened = packed.open if is_gzip(file) else open
    with opened(file.path, "rb") as handle:
        yield from ((line, text) for line, text in enumerate(handle, start=1) if text.strip())


def _line_of_row(file: SourceFile, row: int) -> int:
    return next((line for line, _ in islice(_rows(file), row - 1, None)), row)


def _line(file: SourceFile, told: int, *, malformed: bool) -> int:
    """Return the line of the row that the engine means: of JSON that is broken, releases from 2.0 on tell the next."""
    try:
        rows = list(islice(_rows(file), max(told - 2, 0) if malformed else told - 1, told))
    except (OSError, EOFError):
        return told
    if not rows:
        return told
    (line, text), (following, _) = rows[0], rows[-1]
    return line if _is_broken(text) else following


def _is_broken(text: bytes) -> bool:
    try:
        # Python takes half of a surrogate pair, until it is written.
        json.dumps(json.loads(text.decode(), parse_int=float), ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return True
    return False


def _broken_line(file: SourceFile) -> int | None:
    """Return the line, from 1, on which a list of objects, or objects one after another, are broken.

    None where that is not seen, as in a file too large to look at whole.
    """
    content = gzip.head(file, _MOST_LOOKED_AT + 1) if is_gzip(file) else file.path.read_bytes()[: _MOST_LOOKED_AT + 1]
    if len(content) > _MOST_LOOKED_AT:
        return None
    text = content.decode("utf-8-sig", errors="surrogateescape")
    odd = _NO_UTF8.search(text)
    broken = odd.start() if odd else None
    place, decoder = 0, json.JSONDecoder()
    try:
        while place < len(text):
            if text[place].isspace():
                place += 1
                continue
            _, place = decoder.raw_decode(text, place)
    except json.JSONDecodeError as error:
        broken = error.pos if broken is None else min(error.pos, broken)
    except (ValueError, RecursionError):
        pass
    return None if broken is None else text.count("\n", 0, broken) + 1
