"""Answers that no Prometheus of a test gives: refusals, halves, floods. A server of our own says them over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from finmod.sources.drivers import prometheus_api
from finmod.sources.drivers.prometheus_api import Prometheus, Series, TooMuchError, in_windows
from tests.drivers import DriverProject
from tests.prometheus_answers import matrix, saying
from tests.refusals import messages

NOW = datetime(2026, 9, 2, tzinfo=UTC)


@pytest.fixture
def project(tmp_path: Path) -> DriverProject:
    return DriverProject(tmp_path / "p")


def asked(project: DriverProject, address: str, more: str = "") -> DriverProject:
    project.write(
        "drivers.yaml",
        f"""
level:
  unit: x
  grain: day
  by: app
  combine: sum
  from: {{prometheus: "{address}", query: level, step: 6h, since: 2026-09-01{more}}}
""",
    )
    return project


_ANSWERS = [
    (401, "no"),
    (404, "no"),
    (400, '{"error": "bad\\u001b[31m"}'),
    (200, "<html>"),
    (200, matrix(warnings=["store is gone"])),
    (200, '{"data": {"resultType": "scalar", "result": [1, "2"]}}'),
    (200, '{"data": {"resultType": "matrix", "result": [{"metric": {}, "histograms": []}]}}'),
    (200, matrix(({}, [[1788220800, "+Inf"]]))),
]
_SAID = """
drivers.yaml:7:10: Prometheus says: HTTP 401. Give it a token, or user and password in the address: env:NAME.
drivers.yaml:7:10: Prometheus says: HTTP 404. Is it the address of Prometheus, without /api/v1?
drivers.yaml (level): Prometheus says: bad�[31m. Correct the query.
drivers.yaml:7:10: Prometheus answers in a way that is none of Prometheus. Is it the address of Prometheus, without
  /api/v1?
drivers.yaml:7:10: Prometheus warns: store is gone. A part of the answer may be missing: mend that first.
drivers.yaml (level): Prometheus answers the query with a scalar. Write a query that answers with series.
drivers.yaml (level): Prometheus answers the query with native histograms. Write a query of numbers, such as
  histogram_count(...).
drivers.yaml (level): Prometheus has the value '+Inf'; expected numbers. Write the query so that it divides by nothing
  that is 0.
"""
REFUSED = [(*given, said) for given, said in zip(_ANSWERS, messages(_SAID), strict=True)]


@pytest.mark.parametrize(("code", "text", "said"), REFUSED)
def test_what_is_no_whole_answer_is_refused(project: DriverProject, code: int, text: str, said: str) -> None:
    with saying(lambda *_: (code, text)) as address:
        assert asked(project, address).refused() == [f"{said} What was loaded before is unchanged. (FM2182)"]


def test_what_is_no_number_is_absent(project: DriverProject) -> None:
    text = matrix(({"app": "a"}, [[1788220800, "NaN"], [1788242400, "1.5"]]))
    with saying(lambda *_: (200, text)) as address:
        asked(project, address).load(now=NOW)
    assert project.values() == [("2026-09-01", ("a",), "1.5")]


def hearing(seen: list[str | None]) -> Callable[[str, dict[str, str], dict[str, str]], tuple[int, str]]:
    """Return an answer of one value, which notes by what it was asked for."""

    def answer(_: str, __: dict[str, str], headers: dict[str, str]) -> tuple[int, str]:
        seen.append(headers.get("Authorization"))
        return 200, matrix(({"app": "a"}, [[1788220800, "1"]]))

    return answer


def test_tokens_and_passwords_come_from_the_environment_alone(
    project: DriverProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str | None] = []
    with saying(hearing(seen)) as address:
        monkeypatch.setenv("TOKEN", "t0ken")
        monkeypatch.setenv("URL", address.replace("//", "//me:s%40cret@"))
        asked(project, address, ", token: env:TOKEN").load(now=NOW)
        asked(project, "env:URL").load(now=NOW, again=True)
    assert seen == ["Bearer t0ken", "Basic bWU6c0BjcmV0"]
    (message,) = asked(project, "env:NONE").refused()
    assert message == (
        "drivers.yaml:7:10: the environment has no variable NONE; expected the secret or address in it. Set it before "
        "the command: export NONE=... (FM2175)"
    )
    monkeypatch.setenv("URL", "ftp://h")
    assert "has no address that begins with http:// or https://" in asked(project, "env:URL").refused()[0]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://me:s3cret/x@127.0.0.1:1", "Prometheus has an address that cannot be read. "),
        ("http://me:s3cret#x@127.0.0.1:1", "Prometheus has an address that cannot be read. "),
        ("http://me:[s3cret@127.0.0.1:1", "Prometheus has an address that cannot be read. "),
        ("http://127.0.0.1:1/?token=s3cret", "Prometheus has an address with a ? or a # in it. "),
    ],
)
def test_no_part_of_a_password_with_odd_signs_is_shown(
    project: DriverProject, monkeypatch: pytest.MonkeyPatch, address: str, said: str
) -> None:
    monkeypatch.setenv("URL", address)
    (message,) = asked(project, "env:URL").refused()
    assert said in message
    assert "%23" in message
    assert "s3cret" not in message


def test_the_line_end_of_a_token_is_none_of_it_and_odd_signs_are_told(
    project: DriverProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str | None] = []
    with saying(hearing(seen)) as address:
        monkeypatch.setenv("TOKEN", "t0ken\n")
        asked(project, address, ", token: env:TOKEN").load(now=NOW)
        assert seen == ["Bearer t0ken"]
        monkeypatch.setenv("TOKEN", "s3cret\r\nX-Other: 1")
        (message,) = asked(project, address, ", token: env:TOKEN, timeout: 9").refused()
    assert "Prometheus has a token with signs that none has. Correct it." in message
    assert "s3cret" not in message


def test_a_token_follows_no_redirect(project: DriverProject, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def elsewhere(path: str, *_: object) -> tuple[int, str]:
        seen.append(path)
        return 200, matrix()

    monkeypatch.setenv("TOKEN", "t0ken")
    with saying(elsewhere) as other, saying(lambda *_: (302, ""), {"Location": other}) as address:
        (message,) = asked(project, address, ", token: env:TOKEN").refused()
    assert message.startswith("drivers.yaml:7:10: Prometheus says: HTTP 302. Is it the address of Prometheus")
    assert seen == []


def test_a_path_before_the_api_is_kept(project: DriverProject) -> None:
    paths: list[str] = []

    def answer(path: str, *_: object) -> tuple[int, str]:
        paths.append(path)
        return 200, matrix(({"app": "a"}, [[1788220800, "1"]]))

    with saying(answer) as address:
        asked(project, f"{address}/prom/").load(now=NOW)
    assert paths == ["/prom/api/v1/query_range"]


def test_an_answer_that_is_too_large_is_asked_for_in_halves(
    project: DriverProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one whole day every answer with more than one sample is too much."""
    monkeypatch.setattr(prometheus_api, "MOST_BYTES", 200)

    def answer(_: str, parameters: dict[str, str], __: object) -> tuple[int, str]:
        start, end = int(parameters["start"]), int(parameters["end"])
        every = [[at, "1"] for at in range(start, end + 1, 6 * 3600)]
        return 200, matrix(({"app": "a", "pad": "x" * 60 * (len(every) > 1)}, every))

    with saying(answer) as address:
        asked(project, address).load(now=NOW)
    assert project.values() == [("2026-09-01", ("a",), "4")]


def test_a_window_that_cannot_be_shorter_is_told(project: DriverProject) -> None:
    with saying(lambda *_: (422, '{"error": "query processing would load too many samples"}')) as address:
        (message,) = asked(project, address).refused()
    assert message == (
        "drivers.yaml (level): Prometheus has too much for one answer: query processing would load too many samples. "
        "Narrow the query, or give it more time: timeout: of its source. What was loaded before is unchanged. (FM2182)"
    )


def test_windows_follow_each_other_without_a_gap() -> None:
    server = Prometheus("http://h", "f:1:1", "q", 1)

    def ask(start: int, end: int) -> list[Series]:
        if end - start > 100:
            much = "much"
            raise TooMuchError(much)
        return []

    windows = [(start, end) for start, end, _ in in_windows(0, 350, 300, ask, server, least=30)]
    assert windows[0][0] == 0
    assert windows[-1][1] == 350
    assert all(one[1] == other[0] for one, other in pairwise(windows))
    assert all((end - start) % 30 == 0 for start, end in windows[:-1])
