"""The folders that Cost Management exports into: which run of an export stands, whether it is whole, what it holds.

Owns the manifest.json of an export and the layouts of its folders, for cost details and for FOCUS alike::

    <export>/<yyyymmdd-yyyymmdd>/[<time>/]<run>/part_0_0001.csv   with manifest.json beside it
    <export>/<yyyymmdd-yyyymmdd>/<export>_<run>.csv               of before 2023, without one

Source: Microsoft Cost Management documentation, "Create and manage Cost Management exports" (file partitioning,
overwriting, manifest file).
"""

from __future__ import annotations

import filecmp
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from finmod.errors import Problem, UserError, printable
from finmod.sources.deliveries import Delivery, by_period, current
from finmod.sources.format import Selection

_PERIOD = re.compile(r"\d{8}-\d{8}")
_RUN = re.compile(r"_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)
_TIME = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d(?::?\d\d)?)?", re.ASCII)
_NEVER = (datetime.min.replace(tzinfo=UTC), "")
_MANIFESTS = ("manifest.json", "_manifest.json")
_ROLES = {"actualcost": "actual", "amortizedcost": "amortized"}


@dataclass(frozen=True)
class Manifest:
    """What an export says of one of its runs.

    Attributes:
        path: The file.
        blobs: Name of a data file beside it -> its size in bytes, None where that is not said.
        rows: Name of a data file -> its rows, where that is said.
        submitted: When the run was asked for, as written; None where that is not said.
        kind: ``ActualCost``, ``AmortizedCost``, ``FocusCost`` or another; "" where that is not said.
    """

    path: Path
    blobs: dict[str, int | None]
    rows: dict[str, int]
    submitted: object
    kind: str

    @property
    def role(self) -> str:
        """Return ``actual`` or ``amortized``; "" for an export of another kind."""
        return _ROLES.get(self.kind.lower(), "")


def manifest_of(path: Path) -> Manifest | None:
    """Return the manifest that lies beside a data file, or None.

    Raises:
        UserError: FM1250, it cannot be read.
    """
    found = next((path.parent / name for name in _MANIFESTS if (path.parent / name).is_file()), None)
    return _read(found) if found else None


def select_exports(paths: Sequence[Path]) -> Selection:
    """Return the newest run of each export and period, and which half of a pair each of its files is.

    Files that lie in no period's folder are taken as they are; a manifest beside them must name them.

    Raises:
        UserError: FM1250 to FM1252, see ``deliveries.current``; FM1251 as well where a file is shorter than its
            manifest says.
    """
    manifests = {folder: manifest_of(folder / "any") for folder in {path.parent for path in paths}}
    periods, loose = by_period(paths, lambda folder: bool(_PERIOD.fullmatch(folder.name)))
    deliveries = [_delivery(folder, files, manifests) for folder, files in periods]
    deliveries += [
        _delivery(folder, {path: "" for path in loose if path.parent == folder}, manifests)
        for folder in sorted({path.parent for path in loose if manifests[path.parent]})
    ]
    chosen = current(deliveries, [path for path in loose if not manifests[path.parent]])
    cut = [problem for path in chosen.files if (problem := _cut(path, manifests[path.parent]))]
    if cut:
        raise UserError(*cut)
    said = {path: manifest for path in chosen.files if (manifest := manifests[path.parent])}
    return replace(
        chosen,
        roles={path: manifest.role for path, manifest in said.items() if manifest.role},
        promised={path: manifest.rows[path.name] for path, manifest in said.items() if path.name in manifest.rows},
    )


def select_known_exports(paths: Sequence[Path]) -> Selection:
    """Return the newest run of what exports of Cost Management delivered, and every other file as it is.

    For formats whose files come from other suppliers too: a manifest counts where it is one of Cost Management's, or
    lies in a period's folder as those do, and so does the folder of a run below one.

    Raises:
        UserError: As ``select_exports``.
    """
    ours = {folder for folder in {path.parent for path in paths} if _is_export(folder)}
    chosen = select_exports([path for path in paths if path.parent in ours])
    kept = set(chosen.files)
    return replace(chosen, files=tuple(path for path in paths if path in kept or path.parent not in ours), roles={})


def _is_export(folder: Path) -> bool:
    in_period = any(_PERIOD.fullmatch(parent.name) for parent in (folder, *folder.parents))
    try:
        return manifest_of(folder / "any") is not None or (in_period and bool(_RUN.fullmatch(f"_{folder.name}")))
    except UserError:
        if in_period:
            raise
        return False


def _delivery(folder: Path, files: dict[Path, str], manifests: dict[Path, Manifest | None]) -> Delivery:
    versions = {path: version or _run_in_name(path) for path, version in files.items()}
    runs = [manifests[place] for place in sorted({path.parent for path in files})]
    known = [run for run in runs if run is not None]
    if not known or (len(known) < len(runs)):
        return Delivery(folder, versions)
    newest = _newest(known)
    promised = tuple(newest.path.parent / name for name in newest.blobs)
    return Delivery(folder, versions, newest.path, promised)


def _newest(runs: Sequence[Manifest]) -> Manifest:
    """Return the run that was asked for last; copies of one run are one.

    Raises:
        UserError: FM1250, a time cannot be read; FM1252, the times do not say which of two runs stands.
    """
    if len(runs) == 1:
        return runs[0]
    times = {run.path: _instant(run) for run in runs}
    newest = max(runs, key=lambda run: (times[run.path], str(run.path)))
    level = [run for run in runs if run is not newest and times[run.path] in (_NEVER, times[newest.path])]
    rival = next((run for run in level if not _same(run, newest)), None)
    if rival is None:
        return newest
    why = (
        f"{rival.path.parent.name} has no submittedTime that is a time"
        if times[rival.path] == _NEVER
        else f"{rival.path.parent.name} and {newest.path.parent.name} were submitted at the same time"
    )
    raise UserError(
        Problem(
            code="FM1252",
            found=f"{len(runs)} versions of one bill lie side by side, and their manifests do not say which one "
            f"stands: {why}",
            expected="a time in runInfo.submittedTime of each manifest, and one that is the latest",
            where=f"{rival.path}, {newest.path}",
            remedy="Give the folder of the newest version alone.",
        )
    )


def _instant(run: Manifest) -> tuple[datetime, str]:
    """Return when a run was asked for, in UTC to the second, and the digits of its fraction, which sort as text."""
    if run.submitted in (None, ""):
        return _NEVER
    found = _TIME.fullmatch(str(run.submitted).strip().upper())
    try:
        if found:
            return datetime.fromisoformat(found[1] + (found[3] or "Z")).astimezone(UTC), (found[2] or "").rstrip("0")
    except (ValueError, OverflowError):
        pass  # told below, as every other text that is no time
    what = f"the manifest's runInfo.submittedTime is no time: {printable(str(run.submitted), 60)}"
    raise _unreadable(
        run.path, what, "a time such as 2026-10-05T01:00:00Z: it says which of several runs is the newest"
    )


def _same(run: Manifest, other: Manifest) -> bool:
    """Return whether two runs have the same files, byte for byte."""
    pairs = [(run.path.parent / name, other.path.parent / name) for name in run.blobs]
    return run.blobs.keys() == other.blobs.keys() and all(
        one.is_file() and two.is_file() and filecmp.cmp(one, two, shallow=False) for one, two in pairs
    )


def _run_in_name(path: Path) -> str:
    found = _RUN.search(path.name)
    return found[1] if found else ""


def _cut(path: Path, manifest: Manifest | None) -> Problem | None:
    """Return the problem of a CSV file that is shorter than promised; other kinds say so themselves."""
    wanted = manifest.blobs.get(path.name) if manifest else None
    if manifest is None or wanted is None or path.suffix.lower() != ".csv" or path.stat().st_size >= wanted:
        return None
    return Problem(
        code="FM1251",
        found=f"{path.name} has {path.stat().st_size:,} bytes, and the manifest says {wanted:,}",
        expected="the whole bill; a part of it would load as if it were all",
        where=str(manifest.path),
        remedy="Download the file again.",
    )


def _read(path: Path) -> Manifest:
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, f"the manifest is no JSON ({error})") from error
    blobs = content.get("blobs") if isinstance(content, dict) else None
    # A name ends at the last slash, whichever system wrote it.
    entries = {
        re.split(r"[/\\]", _text(entry.get("blobName")))[-1]: entry
        for entry in map(_object, blobs if isinstance(blobs, list) else [])
    }
    if not entries or not all(entries):
        raise _unreadable(path, "the manifest has no list of file names in 'blobs'")
    run, config = (_object(content.get(key)) for key in ("runInfo", "exportConfig"))
    sizes = {name: _count(entry.get("byteCount")) for name, entry in entries.items()}
    rows = {name: count for name, entry in entries.items() if (count := _count(entry.get("dataRowCount"))) is not None}
    return Manifest(path, sizes, rows, run.get("submittedTime"), _text(config.get("type")))


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _unreadable(path: Path, found: str, expected: str = "the manifest as Cost Management delivered it") -> UserError:
    return UserError(
        Problem(
            code="FM1250",
            found=found,
            expected=expected,
            where=str(path),
            remedy="Download it again, or remove it and keep the files of one run alone.",
        )
    )
