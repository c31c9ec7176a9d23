"""Drivers of Prometheus, load after load: the server forgets, the ledger does not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.drivers import DriverProject
from tests.prometheus_answers import matrix, saying

DAY, HOUR = 86_400, 3_600
FIRST = int(datetime(2026, 9, 1, tzinfo=UTC).timestamp())
NOW = datetime(2026, 9, 5, tzinfo=UTC)


class Server:
    """Every six hours a value of a, from an instant on; then it has forgotten what was before another."""

    def __init__(self) -> None:
        """Know four days."""
        self.values = {FIRST + at * 6 * HOUR: float(at) for at in range(16)}

    def forget(self, hours: int) -> None:
        """Forget what was in the first hours."""
        self.values = {at: value for at, value in self.values.items() if at >= FIRST + hours * HOUR}

    def __call__(self, _: str, asked: Mapping[str, str], __: Mapping[str, str]) -> tuple[int, str]:
        """Answer a query of a range."""
        start, end = (int(asked[name]) for name in ("start", "end"))
        values = [[at, f"{value:g}"] for at, value in self.values.items() if start <= at <= end]
        return 200, matrix(*([({"app": "a"}, values)] if values else []))


@pytest.fixture
def project(tmp_path: Path) -> DriverProject:
    return DriverProject(tmp_path / "p")


def asking(project: DriverProject, address: str, more: str = "", combine: str = "sum") -> DriverProject:
    project.write("drivers.yaml", f"level: {{unit: x, grain: day, by: app, combine: {combine}, from: {{prometheus: "
                  f'"{address}", query: level, step: 6h, since: 2026-09-01{more}}}}}\n')  # fmt: skip
    return project


SUMS = [("2026-09-01", ("a",), "6"), ("2026-09-02", ("a",), "22"), ("2026-09-03", ("a",), "38"),
        ("2026-09-04", ("a",), "54")]  # fmt: skip


@pytest.mark.parametrize("forgotten", [24, 30, 42, 48])
def test_what_is_asked_for_again_keeps_what_the_server_has_forgotten(project: DriverProject, forgotten: int) -> None:
    server = Server()
    with saying(server) as address:
        asking(project, address).load(now=NOW)
        assert project.values() == SUMS
        server.forget(forgotten)
        project.load(now=NOW, again=True)
    assert project.values() == SUMS


def test_what_the_server_says_otherwise_now_counts_where_it_has_the_period_as_a_whole(project: DriverProject) -> None:
    server = Server()
    with saying(server) as address:
        asking(project, address).load(now=NOW)
        server.forget(30)
        server.values = {at: value + 1 for at, value in server.values.items()}
        project.load(now=NOW, again=True)
    assert project.values() == [*SUMS[:2], ("2026-09-03", ("a",), "42"), ("2026-09-04", ("a",), "58")]


def test_a_server_that_moved_is_the_same_driver_and_another_meaning_is_another_one(project: DriverProject) -> None:
    server = Server()
    with saying(server) as address:
        asking(project, address).load(now=NOW)
    server.forget(30)
    with saying(server) as address:
        assert asking(project, address, ", timeout: 9").load(now=NOW).version == 1
        assert project.values() == SUMS
        asking(project, address, combine="max").load(now=NOW)
    assert [row[0] for row in project.values()] == ["2026-09-02", "2026-09-03", "2026-09-04"]
