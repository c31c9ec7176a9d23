"""Prometheus' HTTP API: a query in, series of samples out, never a part of them without a word.

Owns the request, the limits of an answer, and what refusals mean. What is asked is decided in ``prometheus.py``.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from finmod.errors import Problem, UserError, printable
from finmod.settings.driver_address import SIGNS, address_fault

MOST_BYTES = 32_000_000
"""Of one answer; a larger one is asked for in halves."""

_LOGIN = "Give it a token, or user and password in the address: env:NAME."
_ADDRESS = "Is it the address of Prometheus, without /api/v1?"
_SELECTOR = 'Of a counter write the selector alone, such as http_requests_total{job="web"}.'

Labels = Mapping[str, str]
_SIGNS_OF_TOO_MUCH = ("too many samples", "exceeded maximum resolution", "timed out", "timeout", "limit")


class _NoRedirects(HTTPRedirectHandler):
    """Follows none: a token or a password would be sent to wherever an answer points."""

    def redirect_request(self, *_: object) -> None:
        """Return no request."""


class TooMuchError(Exception):
    """An answer is too large, or takes too long: a shorter window may do."""

    def __init__(self, words: str) -> None:
        """Keep what was said."""
        self.words = words
        super().__init__(words)


@dataclass(frozen=True)
class Series:
    """One series of an answer.

    Attributes:
        labels: Its labels, ``__name__`` among them where the query keeps it.
        samples: Milliseconds since 1970 and the text of the value, in order.
    """

    labels: Labels
    samples: list[tuple[int, str]]


@dataclass(frozen=True)
class Prometheus:
    """A server.

    Attributes:
        address: Its address, which may have user and password.
        place: What messages call what named it: ``file:line:column``.
        query_name: What messages call the query.
        timeout: Seconds that an answer may take.
        token: Bearer token; None where there is none.
    """

    address: str = field(repr=False)
    place: str
    query_name: str
    timeout: int
    token: str | None = field(default=None, repr=False)

    def at(self, query: str, instant: float) -> list[Series]:
        """Return the answer of a query at an instant: its samples, or with a range selector those of the range."""
        return self._asked("query", {"query": query, "time": f"{instant:.3f}"})

    def over(self, query: str, start: int, end: int, step: int) -> list[Series]:
        """Return the values of a query every ``step`` seconds from start to end, both included, in seconds."""
        return self._asked("query_range", {"query": query, "start": str(start), "end": str(end), "step": str(step)})

    def _asked(self, path: str, parameters: Mapping[str, str]) -> list[Series]:
        body = urlencode({**parameters, "timeout": f"{self.timeout}s"}).encode()
        fault = address_fault(self.address)
        if fault:
            raise UserError(self._refused(f"has {fault}", f"Correct it; {SIGNS}."))
        parts = urlsplit(self.address)
        headers = {"Accept": "application/json", **self._login(parts.username, parts.password)}
        address = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", ""))
        request = Request(f"{address}/api/v1/{path}", body, headers)  # noqa: S310 -- the scheme was looked at
        try:
            with build_opener(_NoRedirects).open(request, timeout=self.timeout) as answer:
                raw = answer.read(MOST_BYTES + 1)
        except HTTPError as error:
            raw = error.read(MOST_BYTES)
            self._raise(raw, error.code)
        except TimeoutError as error:
            message = f"no answer in {self.timeout} s"
            raise TooMuchError(message) from error
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            if isinstance(reason, TimeoutError):
                message = f"no answer in {self.timeout} s"
                raise TooMuchError(message) from error
            remedy = "See that the server runs and can be reached from here."
            raise UserError(self._refused(f"cannot be reached: {reason}", remedy)) from error
        if len(raw) > MOST_BYTES:
            message = f"an answer of more than {MOST_BYTES:,} bytes"
            raise TooMuchError(message)
        return [*self._series(raw)]

    def _login(self, user: str | None, password: str | None) -> dict[str, str]:
        if self.token:
            if not (self.token.isascii() and self.token.isprintable()):
                raise UserError(self._refused("has a token with signs that none has", "Correct it."))
            return {"Authorization": f"Bearer {self.token}"}
        if user:
            pair = base64.b64encode(f"{unquote(user)}:{unquote(password or '')}".encode()).decode()
            return {"Authorization": f"Basic {pair}"}
        return {}

    def _raise(self, raw: bytes, code: int) -> None:
        """Raise what an answer that is none means."""
        try:
            words = str(json.loads(raw)["error"])
        except (ValueError, KeyError, TypeError):
            words = f"HTTP {code}"
        if any(sign in words for sign in _SIGNS_OF_TOO_MUCH):
            raise TooMuchError(words)
        remedies = {401: _LOGIN, 403: _LOGIN, **dict.fromkeys((301, 302, 303, 307, 308, 404), _ADDRESS)}
        remedy = remedies.get(code) or (_SELECTOR if "vector selectors" in words else "Correct the query.")
        raise UserError(self._refused(f"says: {words}", remedy, None if code in remedies else self.query_name))

    def _series(self, raw: bytes) -> Iterator[Series]:
        try:
            document = json.loads(raw)
            if document.get("warnings"):
                words = f"warns: {document['warnings'][0]}"
                raise UserError(self._refused(words, "A part of the answer may be missing: mend that first."))
            data = document["data"]
            if data["resultType"] not in {"matrix", "vector"}:
                words = f"answers the query with a {data['resultType']}"
                raise UserError(self._refused(words, "Write a query that answers with series.", self.query_name))
            for each in data["result"]:
                yield self._one(each)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UserError(self._refused("answers in a way that is none of Prometheus", _ADDRESS)) from error

    def _one(self, each: Mapping[str, Any]) -> Series:
        if "histogram" in each or "histograms" in each:
            words = "answers the query with native histograms"
            remedy = "Write a query of numbers, such as histogram_count(...)."
            raise UserError(self._refused(words, remedy, self.query_name))
        samples = each["values"] if "values" in each else [each["value"]]
        labels = {str(name): str(value) for name, value in each["metric"].items()}
        return Series(labels, [(round(instant * 1000), str(value)) for instant, value in samples])

    def _refused(self, found: str, remedy: str, where: str | None = None) -> Problem:
        return Problem(
            code="FM2182",
            found=f"Prometheus {printable(found, 300).rstrip('.')}",
            where=where or self.place,
            remedy=f"{remedy} What was loaded before is unchanged.",
        )

    def too_much(self, words: str) -> UserError:
        """Return the error of a window that cannot be made shorter."""
        remedy = "Narrow the query, or give it more time: timeout: of its source."
        return UserError(self._refused(f"has too much for one answer: {words}", remedy, self.query_name))


def in_windows(  # noqa: PLR0913 -- what is asked, of whom, and in which pieces
    start: int, end: int, longest: int, ask: Callable[[int, int], list[Series]], server: Prometheus, *, least: int = 60
) -> Iterator[tuple[int, int, list[Series]]]:
    """Yield the answers of windows in order, each as long as its answer allows, and their bounds.

    Args:
        start: First second.
        end: Second after the last one.
        longest: Seconds of a window.
        ask: Answers a window, from its first second until before its last one.
        server: For messages.
        least: Seconds of the shortest window.
    """
    length = longest
    while start < end:
        until = min(start + length, end)
        try:
            answer = ask(start, until)
        except TooMuchError as error:
            if until - start <= least:
                raise server.too_much(error.words) from error
            # Windows of a query's steps stay multiples of the step.
            length = max((until - start) // 2 // least * least, least)
            continue
        yield start, until, answer
        start = until
