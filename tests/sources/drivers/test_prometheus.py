"""Drivers in a real Prometheus: what counters rose by, to the last digit, whatever period they are cut into."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from tests.drivers import DriverProject
from tests.servers import free_port, prometheus

DAYS = [datetime(2026, 9, day, tzinfo=UTC) for day in (1, 2, 3, 4)]
# Scrapes every five minutes, never at the edge of a period.
EVERY, OFFSET = timedelta(minutes=5), timedelta(seconds=137, milliseconds=413)
RESET, BORN = datetime(2026, 9, 2, 12, tzinfo=UTC), datetime(2026, 9, 2, 6, tzinfo=UTC)


def scrapes() -> Iterator[datetime]:
    """Yield the instants of all scrapes: the last one before the first day, and all of three days."""
    at = DAYS[0] - EVERY + OFFSET
    while at < DAYS[-1]:
        yield at
        at += EVERY


def series() -> Iterator[str]:
    """Yield the samples.

    requests: pod a of search rises by 3, and is set back on the second day, so that it stands at 2 after; pod b is born
    that day at 50 and rises by 1; ads rises by 0.1. memory: search has 4 and 6 GiB in two pods, ads 1 in mornings.
    """
    yield "# TYPE requests counter"
    value = 100
    for at in scrapes():
        value = 2 if RESET < at < RESET + EVERY else value + 3
        yield sample('requests_total{app="search",pod="a"}', value, at)
    for place, at in enumerate(at for at in scrapes() if at > BORN):
        yield sample('requests_total{app="search",pod="b"}', 50 + place, at)
    for place, at in enumerate(scrapes()):
        yield sample('requests_total{app="ads",pod="c"}', f"{Decimal(place) / 10:f}", at)
    yield "# TYPE memory gauge"
    for app, pod, size in (("search", "a", 4), ("search", "b", 6), ("ads", "c", 1)):
        yield from (
            sample(f'memory{{app="{app}",pod="{pod}"}}', size, at)
            for at in scrapes()
            if app == "search" or at.hour < 12
        )
    yield "# EOF\n"


def sample(name: str, value: object, at: datetime) -> str:
    return f"{name} {value} {at.timestamp():.3f}"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A Prometheus that refuses a day of all raw samples at once, so that it must be asked in halves."""
    with prometheus("\n".join(series()), "--query.max-samples=700") as address:
        yield address


@pytest.fixture
def project(tmp_path: Path) -> DriverProject:
    return DriverProject(tmp_path / "p")


def of_counter(project: DriverProject, server: str, grain: str = "day", more: str = "") -> DriverProject:
    project.write("drivers/requests.promql", "# all of them\nrequests_total\n")
    project.write(
        "drivers.yaml",
        f"""
requests:
  unit: request
  grain: {grain}
  by: [product]
  columns: {{product: app}}
  from: {{prometheus: "{server}", query: drivers/requests.promql, counter: true, since: 2026-09-01{more}}}
""",
    )
    return project


def test_a_counter_counts_what_it_rose_by_resets_and_edges_of_days_included(
    project: DriverProject, server: str
) -> None:
    """The first scrape of a day tells what happened since the last one of the day before.

    2 days without a reset: 288 scrapes of 3; the day of the reset: 144 of 3, 2 after the reset, 143 of 3. Pod b: 215,
    then 288 of 1.
    """
    of_counter(project, server).load(now=DAYS[-1])
    assert project.rows() == [
        ("2026-09-01", ("ads",), "28.8", None, "drivers/requests.promql, row 1"),
        ("2026-09-01", ("search",), "864", None, "drivers/requests.promql, row 2"),
        ("2026-09-02", ("ads",), "28.8", None, "drivers/requests.promql, row 3"),
        ("2026-09-02", ("search",), str(432 + 2 + 429 + 215), None, "drivers/requests.promql, row 4"),
        ("2026-09-03", ("ads",), "28.8", None, "drivers/requests.promql, row 5"),
        ("2026-09-03", ("search",), str(864 + 288), None, "drivers/requests.promql, row 6"),
    ]


def test_increase_of_the_same_days_is_another_number(server: str) -> None:
    """Why finmod does not use it: what fell between two days is lost, and the rest is stretched to make up for it."""
    asked = urlencode({"query": 'increase(requests_total{pod="a"}[1d])', "time": DAYS[2].timestamp()})
    with urlopen(f"{server}/api/v1/query?{asked}", timeout=10) as answer:  # noqa: S310 -- loopback
        (found,) = json.load(answer)["data"]["result"]
    assert 850 < float(found["value"][1]) < 876
    assert float(found["value"][1]) != 432 + 2 + 429


def test_hours_add_up_to_days(project: DriverProject, server: str) -> None:
    of_counter(project, server, "hour").load(now=DAYS[-1])
    hours = project.values()
    assert len(hours) == 2 * 72
    assert sum(int(value) for _, (app,), value in hours if app == "search") == 864 + 1078 + 1152


def test_only_periods_that_are_over_are_loaded_and_later_ones_are_added(project: DriverProject, server: str) -> None:
    of_counter(project, server).load(now=DAYS[1] + timedelta(hours=13))
    assert project.values() == [("2026-09-01", ("ads",), "28.8"), ("2026-09-01", ("search",), "864")]
    assert project.load(now=DAYS[1] + timedelta(hours=20)).version == 1
    assert project.load(now=DAYS[3]).version == 2
    step_by_step = project.values()
    assert len(step_by_step) == 6
    assert project.load(now=DAYS[3]).version == 2
    assert project.load(now=DAYS[3], again=True).version == 3
    assert project.values() == step_by_step


def test_what_prometheus_has_forgotten_stays(project: DriverProject, server: str) -> None:
    """A later load asks for later periods alone; what it does not bring is kept."""
    of_counter(project, server).load(now=DAYS[2])
    before = project.values()
    project.load(now=DAYS[3] + timedelta(days=30))
    assert project.values()[: len(before)] == before
    assert len(project.values()) == 6


def test_values_of_a_query_come_together_as_declared(project: DriverProject, server: str) -> None:
    """A target that is not there at an instant at which others are, has 0 then."""
    text = """
{name}: {{unit: GiB, grain: day, by: product, columns: {{product: app}}, combine: {combine},
  from: {{prometheus: "{server}", query: memory, step: 1h, since: 2026-09-03}}}}
"""
    project.write("drivers.yaml", "".join(
        text.format(name=combine, combine=combine, server=server) for combine in ("average", "last", "max", "sum")
    ))  # fmt: skip
    project.load(now=DAYS[3])
    assert {name: [row[1:3] for row in project.rows(name)] for name in ("average", "last", "max", "sum")} == {
        "average": [(("ads",), "0.5"), (("search",), "10")],
        "last": [(("ads",), "0"), (("search",), "10")],
        "max": [(("ads",), "1"), (("search",), "10")],
        "sum": [(("ads",), "12"), (("search",), "240")],
    }


def test_a_server_without_such_series_is_told(project: DriverProject, server: str) -> None:
    of_counter(project, server)
    project.write("drivers/requests.promql", 'requests_total{app="none"}')
    (message,) = project.refused()
    assert message == (
        "drivers.yaml:7:10: the driver requests has no row with a value. See that its source has rows; what was loaded "
        "before is unchanged. (FM2183)"
    )


def test_a_query_that_is_no_selector_cannot_be_a_counter(project: DriverProject, server: str) -> None:
    of_counter(project, server)
    project.write("drivers/requests.promql", "sum(requests_total)")
    (message,) = project.refused()
    assert message.startswith("drivers/requests.promql: Prometheus says: ")
    assert message.endswith(
        'Of a counter write the selector alone, such as http_requests_total{job="web"}. What was loaded before is '
        "unchanged. (FM2182)"
    )


def test_a_query_with_a_fault_is_told(project: DriverProject, server: str) -> None:
    project.write(
        "drivers.yaml",
        f"""
memory: {{unit: GiB, grain: day, combine: last, from: {{prometheus: "{server}", query: "sum(", since: 2026-09-01}}}}
""",
    )
    (message,) = project.refused()
    assert message.startswith("drivers.yaml (memory): Prometheus says: ")
    assert message.endswith("Correct the query. What was loaded before is unchanged. (FM2182)")


def test_a_server_that_is_not_there_is_told(project: DriverProject) -> None:
    of_counter(project, f"http://127.0.0.1:{free_port()}")
    (message,) = project.refused()
    assert message.startswith("drivers.yaml:7:10: Prometheus cannot be reached: ")
    assert message.endswith(
        "See that the server runs and can be reached from here. What was loaded before is unchanged. (FM2182)"
    )


def test_a_label_that_no_series_has_is_refused_with_the_near_one(project: DriverProject, server: str) -> None:
    of_counter(project, server)
    yaml = (project.root / "drivers.yaml").read_text(encoding="utf-8")
    project.write("drivers.yaml", yaml.replace("product: app", "product: aap"))
    (message,) = project.refused()
    assert message == (
        "drivers/requests.promql: no series has the label 'aap'; expected it beside app and pod. Did you mean 'app'? "
        "Keep it in the query (sum by ...), or name another label in drivers.yaml: columns: {product: LABEL} of "
        "requests. What was loaded before is unchanged. (FM2177)"
    )
