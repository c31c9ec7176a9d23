"""What tests of usage share: small reports as text, and how they are loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.books import Books, Said

POD = {
    "interval_start": "2026-09-01 00:00:00 +0000 UTC",
    "interval_end": "2026-09-01 00:59:59 +0000 UTC",
    "namespace": "shop",
    "node": "node-a",
    "resource_id": "i-0a",
    "pod": "web-1",
    "pod_usage_cpu_core_seconds": "1800",
    "pod_request_cpu_core_seconds": "3600",
    "pod_usage_memory_byte_seconds": "3865470566400",
    "pod_request_memory_byte_seconds": "7730941132800",
    "node_capacity_cpu_core_seconds": "14400",
    "node_capacity_memory_byte_seconds": "61847529062400",
    "pod_labels": "label_app:web",
}
"""An hour of a pod that asked for 1 core and 2 GiB, and used half, on a node of 4 cores and 16 GiB."""

ALLOCATION = {
    "name": "web",
    "properties": {"cluster": "c1", "namespace": "shop", "pod": "web-1", "node": "node-a", "labels": {"app": "web"}},
    "window": {"start": "2026-09-01T00:00:00Z", "end": "2026-09-02T00:00:00Z"},
    "start": "2026-09-01T00:00:00Z",
    "end": "2026-09-01T12:00:00Z",
    "minutes": 720,
    "cpuCoreHours": 12.5,
    "cpuCoreRequestAverage": 1,
    "cpuCoreUsageAverage": 0.25,
    "ramByteHours": 12884901888,
    "ramByteRequestAverage": 1073741824,
    "ramByteUsageAverage": 536870912,
    "gpuHours": 0,
    "pvByteHours": 0,
    "pvs": None,
    "networkTransferBytes": 100,
    "networkReceiveBytes": 200.5,
}
"""Half a day of a pod that asked for 1 core and 1 GiB."""


def report(*rows: Mapping[str, str], base: Mapping[str, str] = POD) -> str:
    """Return a report as CSV: what a row does not say comes from ``base``."""
    names = list(dict.fromkeys(name for row in (base, *rows) for name in row))
    lines = [names, *([{**base, **row}.get(name, "") for name in names] for row in rows)]
    return "".join(f"{','.join(line)}\n" for line in lines)


def hour(day: int, at: int, **more: str) -> dict[str, str]:
    """Return an hour of September 2026."""
    stamp = f"2026-09-{day:02} {at:02}"
    return {"interval_start": f"{stamp}:00:00 +0000 UTC", "interval_end": f"{stamp}:59:59 +0000 UTC", **more}


def answer(*allocations: Mapping[str, Any]) -> str:
    """Return an answer of /allocation with one set."""
    found = [{**ALLOCATION, **each} for each in allocations]
    return json.dumps({"code": 200, "data": [{f"a{place}": each for place, each in enumerate(found)}]})


def load_usage(books: Books, *arguments: str | Path) -> Said:
    """Load files as usage from the source ``k8s``."""
    return books.run("load", "--format", "kubernetes", "--source", "k8s", *arguments)


def refused_usage(books: Books, *arguments: str | Path) -> str:
    """Load files as usage: it must be refused and leave no trace; return the message."""
    before = books.trace()
    said = load_usage(books, *arguments)
    assert said.code == 1, (said.code, said.out, said.err)
    assert "Traceback" not in said.err
    assert books.trace() == before
    assert books.staged() == []
    return said.err
