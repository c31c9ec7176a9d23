"""The answers of cost APIs: pages of time buckets, each with results.

Owns what such a page must look like, whoever wrote it. A bucket without results is a row of its own, so that the
days of a page are known whether they cost anything or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from finmod.errors import Problem, UserError, printable

Row = dict[str, object]
_ASK = "Ask the API again and keep the whole answer, as it came."


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
        if isinstance(error, dict):
            said = printable(str(error.get("message", error.get("type", ""))), 200)
            raise UserError(unexpected(f"the answer is an error: {said}", "an answer with costs", place))
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
) -> Iterator[Row]:
    """Yield a row per result, and one per bucket that has none.

    Args:
        document: The parsed answer, numbers as their text.
        bounds: Keys of a bucket's start and end.
        read: Place and result -> its columns.
        fields: Of a result, as ``picked`` has them.

    Raises:
        UserError: FM1142, it has another form.
    """
    counted, columns = 0, ("kind", *(field.replace(".", "_") for field in fields))
    for place, page in pages(document):
        more = {"has_more": "true"} if page.get("has_more") is True else {}
        for where, bucket, results in buckets(page, place):
            counted += 1
            time: Row = {"bucket_start": bucket.get(bounds[0]), "bucket_end": bucket.get(bounds[1]), **more}
            time["bucket_number"] = str(counted)
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


def named(value: object) -> str:
    """Return what a JSON value is, in words."""
    kinds = {dict: "an object", list: "a list", bool: "true or false", str: "a text or number"}
    return kinds.get(type(value), "null")
