"""The answers of cost and usage APIs: pages of time buckets, each with results.

Owns what such a page must look like, whoever wrote it. A bucket without results is a row of its own, so that the
days of a page are known whether they cost anything or not. Answers of costs and of usage may lie in one folder: each
source takes its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from finmod.errors import Problem, UserError, printable
from finmod.sources import gzip
from finmod.sources.files import SourceFile
from finmod.sources.format import Selection
from finmod.sources.kinds import is_gzip

Row = dict[str, object]
Told = Literal["usage", "costs"]
_ASK = "Ask the API again and keep the whole answer, as it came."
_HEAD_BYTES = 4 << 20
_MARKS: dict[bytes, Told] = {
    rb'"object"\s*:\s*"organization\.usage\.': "usage",
    rb'"uncached_input_tokens"\s*:': "usage",
    rb'"object"\s*:\s*"organization\.costs\.': "costs",
    rb'"amount"\s*:': "costs",
}
_MARK = re.compile(b"|".join(b"(%s)" % mark for mark in _MARKS))
_RESULTS = re.compile(rb'"results"\s*:\s*\[\s*(\]|[^\]\s])')


def pages(document: object) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield the pages of a document, one page or a list of them, each with its place.

    Raises:
        UserError: FM1142, something else stands there.
    """
    many = isinstance(document, list)
    for number, page in enumerate(document if isinstance(document, list) else [document], start=1):
        place = f"page {number}" if many else ""
        if not isinstance(page, dict):
            expected = "a page, a JSON object with a list 'data'"
            raise UserError(unexpected(f"{named(page)} stands where a page should", expected, place))
        error = page.get("error")
        if isinstance(error, (dict, str)):
            inside = error if isinstance(error, dict) else {"message": error}
            said = printable(str(inside.get("message", inside.get("type", ""))), 200)
            raise UserError(unexpected(f"the answer is an error: {said}", "an answer with costs or usage", place))
        yield place, page


def buckets(page: Mapping[str, object], place: str) -> Iterator[tuple[str, Mapping[str, object], list[object]]]:
    """Yield the time buckets of a page with their results and their place.

    Raises:
        UserError: FM1142, the page has no list of buckets, or a bucket no list of results.
    """
    data = page.get("data")
    if not isinstance(data, list):
        raise UserError(unexpected("the page has no list 'data'", "a page, a JSON object with a list 'data'", place))
    for number, bucket in enumerate(data, start=1):
        where = ", ".join(filter(None, (place, f"bucket {number}")))
        results = bucket.get("results") if isinstance(bucket, dict) else None
        if not isinstance(bucket, dict) or not isinstance(results, list):
            raise UserError(unexpected("the bucket has no list 'results'", "an object with a list 'results'", where))
        yield where, bucket, results


def rows(
    document: object,
    bounds: tuple[str, str],
    read: Callable[[str, Mapping[str, object]], Row],
    fields: tuple[str, ...],
    instant: Callable[[str, str, object], object],
) -> Iterator[Row]:
    """Yield a row per result, and one per bucket that has none.

    Args:
        document: The parsed answer, numbers as their text.
        bounds: Keys of a bucket's start and end.
        read: Place and result -> its columns.
        fields: Of a result, as ``picked`` has them.
        instant: Place, key and value of a bound -> the instant.

    Raises:
        UserError: FM1142, it has another form.
    """
    counted, columns = 0, ("kind", *(field.replace(".", "_") for field in fields))
    for page_number, (place, page) in enumerate(pages(document), start=1):
        more = {"has_more": "true"} if page.get("has_more") is True else {}
        for where, bucket, results in buckets(page, place):
            counted += 1
            start, end = (instant(where, key, bucket.get(key)) for key in bounds)
            time: Row = {"bucket_start": start, "bucket_end": end, **more}
            time |= {"bucket_number": str(counted), "page_number": str(page_number)}
            if not results:
                yield dict.fromkeys(columns) | time
            for number, result in enumerate(results, start=1):
                here = f"{where}, result {number}"
                if not isinstance(result, dict):
                    raise UserError(unexpected(f"{named(result)} stands where a result should", "a JSON object", here))
                yield {**time, **read(here, result)}


def picked(result: Mapping[str, object], fields: tuple[str, ...]) -> Row:
    """Return some fields of a result; of an object inside it, ``field.inner`` becomes ``field_inner``."""
    found: Row = {}
    for field in fields:
        outer, _, inner = field.partition(".")
        value = result.get(outer)
        if inner:
            value = value.get(inner) if isinstance(value, dict) else None
        found[field.replace(".", "_")] = value
    return found


def unread(result: Mapping[str, object], fields: Collection[str]) -> str | None:
    """Return the fields of a result that say something and are not among some, as a JSON object; None without any.

    Of an object of which an inner field is among them, the inner ones count, as ``object.field``.
    """
    objects = {field.partition(".")[0] for field in fields if "." in field}
    inner = {f"{name}.{field}": item for name in objects for field, item in _inside(result.get(name)).items()}
    every = {name: value for name, value in result.items() if name not in objects} | inner
    left = {name: value for name, value in every.items() if value is not None and name not in fields}
    return json.dumps(left, ensure_ascii=False, sort_keys=True, separators=(",", ":")) if left else None


def _inside(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def unexpected(found: str, expected: str, place: str) -> Problem:
    """Return the problem of a document of another form; the file is named by whoever reads it."""
    return Problem(code="FM1142", found=found, expected=expected, where=place or None, remedy=_ASK)


def no_cost(what: str, place: str, ask: str) -> Problem:
    """Return the problem of an answer that has usage and no cost."""
    return Problem(
        code="FM1272",
        found=f"the answer holds usage ({printable(what, 60)}) and no cost",
        expected="the answer that holds costs",
        where=place or None,
        remedy=ask,
    )


def no_usage(what: str, place: str, ask: str) -> Problem:
    """Return the problem of an answer in place of one of usage."""
    return Problem(
        code="FM1291",
        found=f"the answer holds {what}",
        expected="the answer that holds usage: tokens, requests and the like",
        where=place or None,
        remedy=ask,
    )


def told(path: Path) -> Told | None:
    """Return what an answer has by its first result; None where it has none, and for files that are no answer."""
    mark = _MARK.search(_head(path))
    return None if mark is None else list(_MARKS.values())[(mark.lastindex or 1) - 1]


def is_empty(path: Path) -> bool:
    """Return whether an answer has buckets and not one result: nothing tells what it is an answer of."""
    content = _head(path)
    ends = {match[1] for match in _RESULTS.finditer(content)}
    return ends == {b"]"} and len(content) < _HEAD_BYTES


def _head(path: Path) -> bytes:
    """Return the first bytes of a file, unpacked; none where it cannot be read: whoever reads it whole says why."""
    try:
        file = SourceFile(path, path.name, "", path.stat().st_size)
        if is_gzip(file):
            return gzip.head(file, _HEAD_BYTES)
        with path.open("rb") as handle:
            return handle.read(_HEAD_BYTES)
    except (OSError, UserError):
        return b""


def select(paths: Sequence[Path], wanted: Told, reason: str) -> Selection:
    """Return the answers of one sort; the others are left out, unless there is nothing else: then they are refused.

    An answer without results that says what another one says is left out too: nothing of it could count twice.

    Args:
        paths: Every file of the source.
        wanted: The sort. Answers without any result may be of it.
        reason: Why the others are left out.
    """
    found = {path: told(path) for path in paths}
    others = {path: reason for path in paths if found[path] not in {wanted, None}}
    left_out = others if wanted in found.values() else {}
    left_out |= _repeated([path for path in paths if found[path] is None])
    return Selection(tuple(path for path in paths if path not in left_out), tuple(left_out.items()))


def _repeated(paths: Sequence[Path]) -> dict[Path, str]:
    """Return the answers without results that say what an earlier one says, with that as the reason."""
    first: dict[bytes, Path] = {}
    repeated = {}
    for path in paths:
        content = _head(path)
        is_whole = b'"results"' in content and len(content) < _HEAD_BYTES
        if is_whole and first.setdefault(content, path) is not path:
            repeated[path] = f"no results, as in {first[content].name}"
    return repeated


def named(value: object) -> str:
    """Return what a JSON value is, in words."""
    kinds = {dict: "an object", list: "a list", bool: "true or false", str: "a text or number"}
    return kinds.get(type(value), "null")
