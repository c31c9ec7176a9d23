"""Objects of a JSON file that the engine cannot read: what is wrong, in plain words, and where.

Owns the reading of the engine's complaints. The copy itself stands in ``json_rows.py``.
"""

from __future__ import annotations

import gzip as packed
import json
import re
from collections.abc import Mapping
from itertools import islice

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


def broken_object(file: SourceFile, said: str, form: Format) -> Problem:
    """Return what the engine says of a file's objects as a problem with its place.

    Args:
        file: The file.
        said: The engine's words.
        form: Its format: what the fields should be.
    """
    where = _place(file, said)
    # The engine repeats the object, which is text of the bill, behind what it found.
    for sign, (code, words) in _MEANT.items():
        match = re.search(sign, said, re.DOTALL)
        if match is None:
            continue
        what = printable(match.groupdict().get("what", ""), 60)
        if code == "FM1142":
            what = _KINDS.get(what.lower(), "a number")
            field = _misfit(_object(file, where), form.json_columns)
            what = f"{field} is {what}: it" if field else what
        remedy = "Save it as UTF-8 without the mark." if "byte order mark" in what else "Export it again."
        found = words.format(what=what)
        return Problem(code=code, found=found, expected=_EXPECTED[code], where=where, remedy=remedy)
    return Problem(
        code="FM1140",
        found="the JSON cannot be read",
        expected=_EXPECTED["FM1140"],
        where=where,
        remedy="Export it again.",
    )


def _place(file: SourceFile, said: str) -> str:
    malformed = "Malformed JSON" in said
    line = re.search(r"in line (\d+)", said)
    if line:
        return f"{file.name}:{_line(file, int(line[1]), malformed=malformed)}"
    if malformed and (broken := _broken_line(file)):
        return f"{file.name}:{broken}"
    row = re.search(r"in record/value (\d+)", said)
    return f"{file.name}, row {int(row[1]):,}" if row else file.name


def _object(file: SourceFile, where: str) -> object:
    """Return the object on the line that a place names, or None."""
    line = re.search(r":(\d+)$", where)
    if line is None:
        return None
    try:
        return json.loads(_text_of(file, int(line[1])))
    except (ValueError, RecursionError, OSError, EOFError):
        return None


def _misfit(value: object, kinds: Mapping[str, str]) -> str | None:
    """Return the first field, ``outer.inner``, that is neither null nor the list or the object that it should be."""
    if not isinstance(value, dict):
        return None
    for name, kind in kinds.items():
        cell = value.get(name)
        wanted = list if kind.endswith("[]") else dict if kind.startswith("STRUCT(") else object
        if cell is not None and not isinstance(cell, wanted):
            return name
        inner = _misfit(cell, fields_inside(kind)) if wanted is dict else None
        if inner:
            return f"{name}.{inner}"
    return None


def _line(file: SourceFile, told: int, *, malformed: bool) -> int:
    """Return the line that the engine means: of JSON that is broken, releases from 2.0 on tell the one after it."""
    if not malformed or told == 1:
        return told
    try:
        json.loads(_text_of(file, told - 1) or "0")
    except (ValueError, RecursionError, OSError, EOFError):
        return told - 1
    return told


def _text_of(file: SourceFile, line: int) -> str:
    opened = packed.open if is_gzip(file) else open
    with opened(file.path, "rt", encoding="utf-8", errors="replace") as handle:
        return next(islice(handle, line - 1, None), "")


def _broken_line(file: SourceFile) -> int | None:
    """Return the line, from 1, on which a list of objects, or objects one after another, are broken.

    None where that is not seen, as in a file too large to look at whole.
    """
    content = gzip.head(file, _MOST_LOOKED_AT + 1) if is_gzip(file) else file.path.read_bytes()[: _MOST_LOOKED_AT + 1]
    text = content.decode("utf-8-sig", errors="replace")
    if len(content) > _MOST_LOOKED_AT:
        return None
    place, decoder = 0, json.JSONDecoder()
    try:
        while place < len(text):
            if text[place].isspace():
                place += 1
                continue
            _, place = decoder.raw_decode(text, place)
    except json.JSONDecodeError as error:
        return error.lineno
    except (ValueError, RecursionError):
        return None
    return None
