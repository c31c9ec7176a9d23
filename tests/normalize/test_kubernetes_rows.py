"""Cells of usage reports: times as Go prints them, labels as JSON, numbers of any length."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finmod.engines.duckdb import Engine
from finmod.normalize.kubernetes_checks import look_at_report
from finmod.normalize.kubernetes_rows import conversion
from finmod.normalize.usage_checks import usage_periods
from finmod.normalize.values import Reading
from finmod.sources.files import fingerprint
from finmod.sources.kubernetes import stage_usage
from tests.usage import report


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as made:
        yield made


def read(engine: Engine, folder: Path, target: str, *rows: dict[str, str]) -> list[Any]:
    path = folder / "pods.csv"
    path.write_text(report(*rows), encoding="utf-8")
    staged = stage_usage(engine, fingerprint(path, folder), folder)
    made = conversion("k8s", staged, Reading())
    usage_periods(engine, made, look_at_report)
    return [row[0] for row in engine.rows(f"SELECT {made.expression(target)} FROM {made.relation} ORDER BY ALL")]


@pytest.mark.parametrize(
    "text",
    ["2026-09-01 00:00:00 +0000 UTC", "2026-09-01T00:00:00Z", "2026-09-01 00:00:00", "2026-09-01T02:00:00+02:00"],
)
def test_times_of_every_writer_are_utc(engine: Engine, tmp_path: Path, text: str) -> None:
    assert read(engine, tmp_path, "IntervalStart", {"interval_start": text}) == [datetime(2026, 9, 1)]  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("2026-09-01 00:59:59 +0000 UTC", datetime(2026, 9, 1, 1)),  # noqa: DTZ001
        ("2026-09-01 01:00:00 +0000 UTC", datetime(2026, 9, 1, 1)),  # noqa: DTZ001
        ("2026-09-30 23:59:59 +0000 UTC", datetime(2026, 10, 1)),  # noqa: DTZ001
    ],
)
def test_ends_are_excluded(engine: Engine, tmp_path: Path, text: str, end: datetime) -> None:
    assert read(engine, tmp_path, "IntervalEnd", {"interval_end": text}) == [end]


def test_labels_are_one_json_object_in_order(engine: Engine, tmp_path: Path) -> None:
    text = "label_team:a b|label_node.io/role:|label_app:x:y"

    (found, none) = read(engine, tmp_path, "Labels", {"pod_labels": text}, {"pod_labels": ""})

    assert found == '{"app":"x:y","node.io/role":"","team":"a b"}'
    assert json.loads(found)["app"] == "x:y"
    assert none is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("38081842926059.516", "38081842926059.516"),
        ("1e3", "1000"),
        ("1.5E-7", "0.00000015"),
        ("0.00000000000050", "0.000000000001"),
        ("0.00000000000049", "0"),
    ],
)
def test_numbers_are_read_as_text_and_rounded_once(engine: Engine, tmp_path: Path, text: str, value: str) -> None:
    for name, target in (
        ("pod_usage_memory_byte_seconds", "MemoryUsageByteSeconds"),
        ("pod_usage_cpu_core_seconds", "CpuUsageCoreSeconds"),
    ):
        assert read(engine, tmp_path, target, {name: text}) == [Decimal(value)]
