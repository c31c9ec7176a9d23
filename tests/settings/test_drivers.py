"""drivers.yaml: every key is read, and what cannot be meant is told with its place and a remedy, all of it at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from finmod.errors import UserError
from finmod.settings.drivers import DriverSettings, DriversFile, chosen_drivers, read_drivers
from finmod.settings.schema import drivers_schema, drivers_schema_text, write_drivers_schema
from finmod.settings.validate import validated
from finmod.settings.yaml import parse_yaml
from tests.refusals import refusals, told

WHOLE = """
orders: {unit: order, grain: day, by: [product], from: {csv: drivers/orders.csv}}
revenue: {unit: USD, grain: month, by: [product], from: {postgres: "env:FINANCE_DSN", sql: drivers/revenue.sql}}
k8s_usage:
  unit: vCPU-hour
  grain: hour
  by: [product, team]
  from:
    prometheus: http://localhost:9090
    query: drivers/k8s.promql
    counter: true
    since: 2026-09-01
    token: env:PROMETHEUS_TOKEN
    timeout: 30
  columns: {product: label_app}
  gaps: zero
  timezone: UTC
  label: CPU
  description: What pods used.
memory:
  {unit: GiB, grain: day, combine: average, from: {prometheus: "env:PROM", query: "sum(memory)", step: 1m}}
stored: {unit: GB, grain: day, combine: last, from: {sql: "SELECT 1 AS date, 2 AS stored"}, value: stored, date: date}
sheet: {unit: seat, grain: month, by: team, combine: none, from: {excel: [a.xlsx, "b*.xlsx"], sheet: Seats}}
requests: {unit: request, grain: day, from: {parquet: drivers/*.parquet}}
"""
CSV = "unit: order, grain: day, from: {csv: a.csv}"


def read(text: str) -> dict[str, DriverSettings]:
    return validated(DriversFile, parse_yaml(text, "drivers.yaml")).root


def refused(text: str) -> list[str]:
    with pytest.raises(UserError) as caught:
        read(text)
    return [told(problem) for problem in caught.value.problems]


def test_every_key_is_read() -> None:
    found = read(WHOLE)
    assert [each.source.kind for each in found.values()] == [
        "csv", "postgres", "prometheus", "prometheus", "sql", "excel", "parquet",
    ]  # fmt: skip
    usage = found["k8s_usage"]
    assert (usage.by, usage.column("product"), usage.column("team")) == (("product", "team"), "label_app", "team")
    assert (usage.combined, usage.gaps, usage.source.timeout, usage.source.since) == ("sum", "zero", 30, "2026-09-01")
    assert (found["memory"].source.step_seconds, usage.source.step_seconds) == (60, 300)
    assert found["sheet"].source.files == ("a.xlsx", "b*.xlsx")
    assert found["orders"].source.files == ("drivers/orders.csv",)
    assert found["revenue"].source.files == ()


REFUSED = """
    orders: {unit: order, grain: dya, from: {csv: a.csv}}
        drivers.yaml:1:30: orders.grain is 'dya'; expected hour, day or month. Did you mean 'day'? (FM1003)

    Orders: {unit: order, grain: day, from: {csv: a.csv}}
        drivers.yaml:1:1: the file has the key 'Orders'; expected a lower-case letter, then lower-case letters, digits,
          _ or -, at most 63 characters. Rename the driver. (FM1006)

    orders: {grain: day, from: {csv: a.csv}}
        drivers.yaml:1:1: orders.unit is missing. Add it, such as 'unit: order'. (FM1002)

    orders: {unit: order, grain: day, bye: [product], from: {csv: a.csv}}
        drivers.yaml:1:35: orders.bye is no key of this file; expected unit, grain, by, from, value, date, columns,
          combine, gaps, timezone, label or description. Did you mean 'by'? (FM1004)

    orders: {unit: order, grain: day, by: [product, Team, product], from: {csv: a.csv}}
        drivers.yaml:1:49: orders.by.2 is 'Team'; expected a lower-case letter, then lower-case letters, digits, _ or -,
          at most 40 characters. Write the dimension as taxonomy.yaml has it. (FM1006)

    orders: {unit: order, grain: day, by: [product, product], from: {csv: a.csv}}
        drivers.yaml:1:49: orders.by.2 is 'product' once more; expected each dimension once. Take one of them out.
          (FM1006)

    orders: {unit: order, grain: day, timezone: Europe/Berlin, from: {csv: a.csv}}
        drivers.yaml:1:45: orders.timezone is 'Europe/Berlin'; expected UTC, in which bills are. Leave it out, and write
          instants with their offset: 2026-09-01T00:00:00+02:00 is turned into UTC. (FM2172)

    orders: {unit: order, grain: day, by: product, columns: {produkt: app}, from: {csv: a.csv}}
        drivers.yaml:1:67: orders.columns.produkt is no dimension of by; expected a dimension of by: product. Did you
          mean 'product'? (FM2171)

    orders: {unit: order, grain: day, columns: {team: app}, from: {csv: a.csv}}
        drivers.yaml:1:51: orders.columns.team is no dimension of by; expected no columns without by. Add team to by, or
          take the line out. (FM2171)

    memory: {unit: GiB, grain: day, from: {prometheus: "http://h:9", query: up}}
        drivers.yaml:1:9: memory has no combine; expected combine: average, last, max or sum. Say how the samples of a
          period come together: combine: average for levels, last for totals. (FM2173)

    memory: {unit: GiB, grain: day, combine: max, from: {prometheus: "http://h:9", query: up, step: 7m}}
        drivers.yaml:1:97: memory.from.step is '7m'; expected a step that a whole number of makes one day. Write step:
          5m, 1h or the like. (FM2174)

    memory: {unit: GiB, grain: hour, combine: max, from: {prometheus: "http://h:9", query: up, step: 1d}}
        drivers.yaml:1:98: memory.from.step is '1d'; expected a step that a whole number of makes one hour. Write step:
          5m, 1h or the like. (FM2174)

    cpu: {unit: s, grain: day, combine: max, from: {prometheus: "http://h:9", query: up, counter: true}}
        drivers.yaml:1:37: cpu.combine is 'max'; expected sum. Take combine out: what a counter rose by is added up.
          (FM2173)

    orders: {unit: order, grain: day, combine: total, from: {csv: a.csv}}
        drivers.yaml:1:44: orders.combine is 'total'; expected sum, last, average, max or none. Write one of these
          values. (FM1003)
"""


@pytest.mark.parametrize(("text", "messages"), refusals(REFUSED))
def test_what_cannot_be_meant_is_told(text: str, messages: list[str]) -> None:
    assert refused(text) == messages


def test_a_driver_knows_its_place(tmp_path: Path) -> None:
    (tmp_path / "drivers.yaml").write_text(f"a: {{{CSV}}}\nb:\n  unit: order\n  grain: day\n  from:\n    csv: b.csv\n")
    first, second = read_drivers(tmp_path).values()
    assert (first.name, first.place, second.place) == ("a", "drivers.yaml:1:1", "drivers.yaml:2:1")
    assert (first.source_place, second.source_place) == ("drivers.yaml:1:37", "drivers.yaml:6:5")


@pytest.mark.parametrize("text", [None, "", "# drivers\n\n  # orders: {}\n"])
def test_a_project_without_drivers_has_none(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "drivers.yaml").write_text(text)
    assert read_drivers(tmp_path) == {}
    assert chosen_drivers({}, ()) == {}


def test_a_name_that_is_no_driver_is_told_with_the_near_one(tmp_path: Path) -> None:
    (tmp_path / "drivers.yaml").write_text(f"orders: {{{CSV}}}\nrequests: {{{CSV}}}\n")
    drivers = read_drivers(tmp_path)
    assert list(chosen_drivers(drivers, ("requests",))) == ["requests"]
    with pytest.raises(UserError) as caught:
        chosen_drivers(drivers, ("order", "zzz"))
    assert [told(problem) for problem in caught.value.problems] == [
        "there is no driver 'order'; expected orders or requests. Did you mean 'orders'? (FM2170)",
        "there is no driver 'zzz'; expected orders or requests. Add it to drivers.yaml, or name another one. (FM2170)",
    ]
    with pytest.raises(UserError, match="and there is none"):
        chosen_drivers({}, ("orders",))


def test_the_schema_takes_what_the_models_take(tmp_path: Path) -> None:
    schema = drivers_schema()
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(_data(WHOLE))
    path = write_drivers_schema(tmp_path)
    assert path.name == "drivers.schema.json"
    assert json.loads(path.read_text()) == schema == json.loads(drivers_schema_text())


@pytest.mark.parametrize(
    "text",
    [
        "Orders: {unit: order, grain: day, from: {csv: a.csv}}",
        "orders: {unit: order, grain: day, from: {}}",
        "orders: {unit: order, grain: day, from: {csv: a.csv, parquet: b}}",
        "orders: {unit: order, grain: day, from: {csv: }}",
        "orders: {unit: order, grain: day, from: {postgres: env:A}}",
        "orders: {unit: order, grain: day, from: {prometheus: http://a}}",
        "orders: {unit: order, grain: day, by: [Product], from: {csv: a.csv}}",
        "orders: {unit: order, grain: day, timezone: CET, from: {csv: a.csv}}",
        "orders: {unit: '', grain: day, from: {csv: a.csv}}",
    ],
)
def test_the_schema_refuses_what_the_models_refuse(text: str) -> None:
    assert not Draft202012Validator(drivers_schema()).is_valid(_data(text))
    assert refused(text)


def _data(text: str) -> object:
    found = parse_yaml(text, "drivers.yaml").root.plain()
    return json.loads(json.dumps(found, default=str))
