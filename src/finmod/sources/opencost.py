"""The answer of OpenCost's /allocation: one row per allocation of each set, and one per volume that it holds.

Owns the shape of that answer and what is refused in its place. Numbers stay the text that the answer has.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

from finmod.errors import Problem, UserError, printable

_PROPERTIES: Final = (
    "cluster", "node", "namespace", "controllerKind", "controller", "pod", "container", "providerID",
)  # fmt: skip
_NUMBERS: Final = (
    "minutes", "cpuCoreHours", "cpuCoreRequestAverage", "cpuCoreUsageAverage", "cpuCoreLimitAverage", "ramByteHours",
    "ramByteRequestAverage", "ramByteUsageAverage", "ramByteLimitAverage", "gpuHours", "pvByteHours",
    "networkTransferBytes", "networkReceiveBytes",
)  # fmt: skip
COLUMNS: Final = (
    "kind", "name", "start", "end", *_PROPERTIES, "labels", "namespaceLabels", *_NUMBERS, "gpuModel", "volume",
    "volumeProviderID",
)  # fmt: skip
"""Columns of the rows, by the names of the answer; ``kind``, ``volume`` and what follows it are told by its shape."""

_SPECIAL: Final = {"__idle__": "idle", "__unmounted__": "unmounted"}
"""Allocations that stand for no workload: what no pod asked for, and volumes that no pod mounted."""
_NO_NAME: Final = "__unallocated__"
"""What OpenCost writes where a workload lacks what was aggregated by."""
_KEEP: Final = "Keep it with its bills; load the answer of /allocation instead."

Row = dict[str, str | None]


def rows(document: object, file: str) -> Iterator[Row]:
    """Yield the rows of an answer, in its order.

    Args:
        document: The parsed answer, numbers as their text.
        file: What messages call it.

    Raises:
        UserError: It is another answer: of /cloudCost, of /assets, of an error, or no answer of OpenCost at all.
    """
    for number, entries in enumerate(_sets(document, file), start=1):
        for key, entry in entries.items():
            where = f"{file}, set {number}, {printable(key, 80)}"
            if not isinstance(entry, dict):
                raise UserError(_unread(f"it is {_type(entry)}", "an allocation, a JSON object", where))
            _refuse_other_answers(entry, where)
            yield from _allocation(key, entry, where)


def _sets(document: object, file: str) -> Iterator[dict[str, object]]:
    """Yield each set of allocations; a set without any is null."""
    if isinstance(document, dict):
        code = document.get("code", "200")
        if str(code) != "200":
            said = printable(str(document.get("message", document.get("status", ""))), 200)
            raise UserError(
                _unread(f"the answer is an error, {printable(str(code), 20)} {said}".strip(), "an answer 200", file)
            )
        if "rates" in document:
            raise UserError(_unread("it is a cost model: prices, and no usage", "usage of workloads", file))
        document = document.get("data", document)
    if isinstance(document, dict) and isinstance(document.get("sets"), list):
        document = document["sets"]
    if not isinstance(document, list):
        raise UserError(
            _unread(f"it holds {_type(document)} and no list 'data'", "the answer of OpenCost's /allocation", file)
        )
    for number, entry in enumerate(document, start=1):
        if entry is None:
            continue
        if isinstance(entry, dict) and isinstance(entry.get("cloudCosts"), dict):
            raise UserError(_bill(file, "cloudCost"))
        found = entry.get("allocations", entry) if isinstance(entry, dict) else entry
        if not isinstance(found, dict):
            raise UserError(
                _unread(f"it is {_type(found)}", "allocations by name, a JSON object", f"{file}, set {number}")
            )
        yield found


def _refuse_other_answers(entry: Mapping[str, object], where: str) -> None:
    if "type" in entry and "cpuCoreHours" not in entry:
        raise UserError(_bill(where, "assets"))
    lacking = [name for name in ("cpuCoreHours", "ramByteHours") if name not in entry]
    if lacking:
        raise UserError(_unread(f"it has no {' and no '.join(lacking)}", "an allocation of OpenCost", where))
    average = next((name for name in _NUMBERS if name.endswith("Average") and entry.get(name) is not None), None)
    if average and not entry.get("minutes"):
        raise UserError(_unread(f"it has {average} and no minutes", "the minutes that each average is over", where))


def _bill(where: str, answer: str) -> Problem:
    return Problem(
        code="FM1277",
        found=f"this is OpenCost's answer of /{answer}: what things cost, and no usage",
        expected="the answer of /allocation: usage and requests of each workload",
        where=where,
        remedy="Costs come from the cloud's own bill (finmod load --format aws-cur2, azure-cost, gcp-billing). "
        "For usage ask OpenCost for /allocation?window=month&step=1d&aggregate=pod.",
    )


def _unread(found: str, expected: str, where: str) -> Problem:
    remedy = "Ask OpenCost for /allocation?window=month&step=1d&aggregate=pod and keep the whole answer."
    return Problem(code="FM1276", found=found, expected=expected, where=where, remedy=remedy)


def _allocation(key: str, entry: Mapping[str, object], where: str) -> Iterator[Row]:
    properties = entry.get("properties") or {}
    if not isinstance(properties, dict):
        raise UserError(_unread(f"'properties' is {_type(properties)}", "a JSON object", where))
    window = entry.get("window")
    window = window if isinstance(window, dict) else {}
    name = _text("name", entry.get("name", key), where)
    row: Row = dict.fromkeys(COLUMNS)
    row |= {"name": name, "kind": _kind(name or key, properties)}
    row |= {each: _text(each, entry.get(each) or window.get(each), where) for each in ("start", "end")}
    row |= {each: _named(_text(each, properties.get(each), where)) for each in _PROPERTIES}
    row |= {each: _labels(properties.get(each), where) for each in ("labels", "namespaceLabels")}
    row |= {each: _text(each, entry.get(each), where) for each in _NUMBERS}
    gpu = entry.get("gpuAllocation")
    row["gpuModel"] = _text("gpuDevice", gpu.get("gpuDevice"), where) if isinstance(gpu, dict) else None
    volumes = entry.get("pvs")
    if not isinstance(volumes, dict) or not volumes:
        yield row
        return
    yield row | {"pvByteHours": None}
    for volume, held in volumes.items():
        if not isinstance(held, dict):
            raise UserError(_unread(f"the volume {printable(volume, 80)} is {_type(held)}", "a JSON object", where))
        yield _volume(row, volume, held, where)


def _volume(row: Row, volume: str, held: Mapping[str, object], where: str) -> Row:
    """Return the row of a volume: whose it is, and no more than its own bytes."""
    whose = {name: row[name] for name in ("name", "start", "end", *_PROPERTIES, "labels", "namespaceLabels")}
    of_cluster = volume.rpartition("name=")[2] if "name=" in volume else volume
    return {
        **dict.fromkeys(COLUMNS),
        **whose,
        "kind": "unmounted" if row["kind"] == "unmounted" else "storage",
        "volume": of_cluster,
        "volumeProviderID": _text("providerID", held.get("providerID"), where),
        "pvByteHours": _text("byteHours", held.get("byteHours"), where),
    }


def _kind(name: str, properties: Mapping[str, object]) -> str:
    special = next((kind for mark, kind in _SPECIAL.items() if mark in name.split("/")), None)
    if special:
        return special
    return next((part for part in ("pod", "namespace", "node") if properties.get(part)), "group")


def _named(text: str | None) -> str | None:
    """Return a name, or None where it says that there is none."""
    return None if text in {*_SPECIAL, _NO_NAME, ""} else text


def _labels(found: object, where: str) -> str | None:
    if not found:
        return None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise UserError(_unread("labels are no JSON object of texts", 'such as {"app": "web"}', where))
    return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _text(name: str, value: object, where: str) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    raise UserError(_unread(f"{name} is {_type(value)}", "a text or a number, as OpenCost gave it", where))


def _type(value: object) -> str:
    # NaN and the infinities are no JSON, and are no text when they are read.
    if isinstance(value, float):
        return {"nan": "NaN", "inf": "Infinity"}.get(str(value), "-Infinity")
    names = {dict: "a JSON object", list: "a JSON list", bool: "true or false", str: "a text or number"}
    return names.get(type(value), "null")
