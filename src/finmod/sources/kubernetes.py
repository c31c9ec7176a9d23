"""Files that say what workloads of a Kubernetes cluster used: reports of the OpenShift operator, OpenCost, Ice.

Owns which kind of report a file is, told by its columns, and the reading of the JSON among them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError, printable
from finmod.sources import gzip, json_rows, opencost
from finmod.sources.files import SourceFile
from finmod.sources.format import Format
from finmod.sources.kinds import is_gzip
from finmod.sources.stage import Staged, StagedColumn, column_names, stage

_INTERVAL = frozenset({"interval_start", "interval_end"})
REPORTS: Final = {
    "openshift-pod": _INTERVAL | {"pod", "namespace", "pod_usage_cpu_core_seconds", "pod_request_cpu_core_seconds"},
    "openshift-storage": _INTERVAL | {"persistentvolumeclaim", "volume_request_storage_byte_seconds"},
    "openshift-vm": _INTERVAL | {"vm_name", "vm_cpu_request_core_seconds"},
    "openshift-gpu": _INTERVAL | {"gpu_uuid", "gpu_pod_uptime"},
    "openshift-node-labels": _INTERVAL | {"node", "node_labels"},
    "openshift-namespace-labels": _INTERVAL | {"namespace", "namespace_labels"},
    "ice": frozenset({"Cluster", "Namespace", "StartDate", "EndDate", "RequestsCPUCores", "UsedCPUCores"}),
    "opencost-csv": frozenset({"Date", "CPUCoreUsageAverage", "CPUCoreRequestAverage", "RAMBytesUsageAverage"}),
    "opencost": frozenset({"start", "end", "minutes", "cpuCoreHours", "ramByteHours"}),
}
"""Kind of report -> columns that tell it."""

_TELLING: Final = frozenset[str]().union(*REPORTS.values())
_ANSWER: Final = frozenset({"code", "data"})
_HEAD = 64


def report_of(columns: Sequence[str]) -> str | None:
    """Return the kind of report that column names are of, or None."""
    names = set(columns)
    return next((report for report, needed in REPORTS.items() if names >= needed), None)


def recognise(columns: Sequence[str]) -> bool:
    """Return whether the columns are those of a usage report, or the fields those of an answer of OpenCost."""
    return report_of(columns) is not None or set(columns) >= _ANSWER


def canonical(name: str) -> str:
    """Return a column name as it is: no report writes its columns in several ways."""
    return name


FORMAT = Format("kubernetes", "Kubernetes usage", recognise, canonical, stages_json=True)


def stage_usage(
    engine: Engine, file: SourceFile, folder: Path, *, wanted: Callable[[str], bool] = lambda _: True
) -> Staged:
    """Make a usage report ready for queries: CSV and Parquet as any file, an answer of OpenCost as rows of text.

    Args:
        engine: Where to read it.
        file: CSV, gzipped CSV, Parquet, JSON or gzipped JSON, told by content.
        folder: Temporary folder for the staged text.
        wanted: Whether a column of CSV, by its name, is needed beside those that tell the report.

    Raises:
        UserError: The file cannot be read whole, or is no usage report.
    """
    if is_json(file):
        return _stage_json(engine, file, folder)
    staged = stage(engine, file, folder, wanted=lambda name: name in _TELLING or wanted(name))
    if not recognise([column.name for column in staged.columns]):
        raise UserError(_unknown(staged.header_place, column_names(engine, file)))
    return staged


def is_json(file: SourceFile) -> bool:
    """Return whether a file, gzipped or not, begins as JSON does."""
    with file.path.open("rb") as handle:
        head = handle.read(_HEAD)
    if is_gzip(file):
        head = gzip.head(file, _HEAD)
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def _unknown(where: str, names: Sequence[str]) -> Problem:
    written = {name.casefold(): name for name in names}
    for report, needed in REPORTS.items():
        if written.keys() >= {name.casefold() for name in needed}:
            name = next(each for each in sorted(needed) if each not in names)
            return Problem(
                code="FM1276",
                found=f"the columns differ from those of the report {report} in case alone: "
                f"'{printable(written[name.casefold()], 60)}'",
                expected=f"'{name}'",
                where=where,
                remedy="Write the column names as the report has them: docs/reference/mappings/kubernetes.md.",
            )
    report, lacking = _nearest(names)
    if lacking:
        return Problem(
            code="FM1276",
            found=f"the file lacks {', '.join(lacking)}, and has other columns of the report {report}",
            expected=f"the columns of {report}",
            where=where,
            remedy="Export the report again with all columns: docs/reference/mappings/kubernetes.md.",
        )
    return Problem(
        code="FM1276",
        found="the columns are of no usage report that finmod knows",
        expected="pod, storage, VM, GPU or label usage of the OpenShift operator, OpenCost's CSV export, or Ice's",
        where=where,
        remedy="See docs/reference/mappings/kubernetes.md for the columns that each report needs.",
    )


def _nearest(names: Sequence[str]) -> tuple[str, list[str]]:
    """Return the report that most of its telling columns are there of, and those that are not; none if too many."""
    lacking = {report: sorted(needed.difference(names)) for report, needed in REPORTS.items()}
    report = min(lacking, key=lambda each: (len(lacking[each]), -len(REPORTS[each])))
    return report, lacking[report] if len(lacking[report]) <= len(REPORTS[report]) // 3 else []


def _stage_json(engine: Engine, file: SourceFile, folder: Path) -> Staged:
    found = list(opencost.rows(json_rows.read_document(file), file.name))
    if not found:
        raise UserError(
            Problem(
                code="FM1107",
                found="the answer has no allocations",
                where=file.name,
                remedy="Ask OpenCost for a window that it has data of, or take the file out of the source's path.",
            )
        )
    target = folder / f"{file.sha256[:24]}.parquet"
    json_rows.write_rows(engine, found, opencost.COLUMNS, target)
    columns = tuple(StagedColumn(name, name, "VARCHAR") for name in opencost.COLUMNS)
    return Staged(file, target, columns, len(found), nulls_read=True)
