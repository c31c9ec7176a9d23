"""Which files of a delivery are the bill as it stands: one version per billing period, never two.

Owns the choice between versions of the same bill, from the manifest that the supplier writes beside
them. Does not read bills and does not know any supplier's layout: the supplier's own file says which
files belong to one period, which version each is of, and what the manifest promises.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finmod.errors import Problem, UserError, counted
from finmod.sources.format import Selection
from finmod.terms.findings import Finding


@dataclass(frozen=True)
class Delivery:
    """The files found for one billing period of one report.

    Attributes:
        folder: The period's folder.
        files: File -> name of its version; "" where the layout overwrites and has no versions.
        manifest: The manifest that names the current version; None where there is none.
        promised: Files that the manifest names, as they should lie on this disk.
    """

    folder: Path
    files: dict[Path, str]
    manifest: Path | None = None
    promised: tuple[Path, ...] = ()

    @property
    def name(self) -> str:
        """Return what messages call it, such as ``bill/20260901-20261001``."""
        return f"{self.folder.parent.name}/{self.folder.name}"


def by_period(
    paths: Sequence[Path], is_period: Callable[[Path], bool]
) -> tuple[list[tuple[Path, dict[Path, str]]], tuple[Path, ...]]:
    """Return the files of each period's folder with the version that each is of, and the files in no such folder.

    Args:
        paths: Files found.
        is_period: Whether a folder is that of a period.
    """
    periods: dict[Path, dict[Path, str]] = {}
    loose = []
    for path in paths:
        folder = next((parent for parent in path.parents if is_period(parent)), None)
        if folder is None:
            loose.append(path)
        else:
            between = path.relative_to(folder).parts[:-1]
            periods.setdefault(folder, {})[path] = between[0] if between else ""
    return sorted(periods.items()), tuple(loose)


def delivery(folder: Path, files: dict[Path, str], manifest: Path | None, field: str) -> Delivery:
    """Return a period's delivery as its manifest describes it.

    Args:
        folder: The period's folder.
        files: File -> version.
        manifest: The manifest; None where there is none.
        field: The manifest's field that lists object keys or addresses of the files.

    Raises:
        UserError: FM1250, the manifest cannot be read.
    """
    if manifest is None:
        return Delivery(folder, files)
    promised = tuple(folder / _inside(key, folder.name) for key in _names(manifest, field))
    return Delivery(folder, files, manifest, promised)


def current(deliveries: Iterable[Delivery], loose: Sequence[Path] = ()) -> Selection:
    """Return the current version of every delivery, after the files that are in none.

    Raises:
        UserError: FM1251, a file that a manifest names is missing; FM1252, several versions of one bill
            lie side by side and no manifest says which one stands. All problems of all deliveries at once.
    """
    files = list(loose)
    left_out: list[tuple[Path, str]] = []
    findings: list[Finding] = []
    whole: list[Path] = []
    problems: list[Problem] = []
    for each in deliveries:
        found = _promised(each) if each.manifest else _single(each)
        if isinstance(found, Problem):
            problems.append(found)
            continue
        files.extend(found.files)
        left_out.extend(found.left_out)
        findings.extend(found.findings)
        whole.extend(found.whole)
    if problems:
        raise UserError(*problems)
    return Selection(tuple(files), tuple(left_out), tuple(findings), tuple(whole))


def _promised(each: Delivery) -> Selection | Problem:
    wanted = {path.resolve() for path in each.promised}
    files = tuple(path for path in each.files if path.resolve() in wanted)
    missing = sorted(wanted - {path.resolve() for path in files})
    if missing:
        return _incomplete(each, missing, len(wanted))
    left_out = tuple(path for path in each.files if path.resolve() not in wanted)
    if not left_out:
        return Selection(files, whole=(each.folder,))
    reason = f"superseded: the manifest of {each.name} does not name it"
    versions = sorted({each.files[path] for path in left_out} - {each.files[path] for path in files} - {""})
    what = f" of {_some(versions)}" if versions else ""
    finding = Finding(
        code="FM1253",
        severity="info",
        message=f"{each.name}: {counted(len(left_out), 'superseded file')}{what} not loaded; the manifest names "
        f"{len(files)}.",
        where=str(each.manifest),
    )
    return Selection(files, tuple((path, reason) for path in left_out), (finding,), (each.folder,))


def _incomplete(each: Delivery, missing: list[Path], wanted: int) -> Problem:
    lost = any(not path.exists() for path in missing)
    return Problem(
        code="FM1251",
        found=f"{len(missing)} of the {wanted} files that the manifest names "
        f"{'are missing' if lost else 'were not given'}: {_some([path.name for path in missing])}",
        expected="the whole bill; a part of it would load as if it were all",
        where=str(each.manifest),
        remedy="Download the missing files into the folder of the manifest's version."
        if lost
        else "Give the period's folder instead of single files.",
    )


def _single(each: Delivery) -> Selection | Problem:
    versions = sorted(set(each.files.values()))
    if len(versions) > 1:
        return Problem(
            code="FM1252",
            found=f"{len(versions)} versions of one bill lie side by side and no manifest says which one stands: "
            + _some([version or "files without a version's folder" for version in versions]),
            expected="one version, or the supplier's manifest beside them",
            where=each.name,
            remedy="Download the period's manifest too, or give the folder of the newest version alone.",
        )
    return Selection(tuple(each.files))


def _names(path: Path, field: str) -> list[str]:
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise _unreadable(path, f"the manifest is no JSON ({error})") from error
    names = content.get(field) if isinstance(content, dict) else None
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise _unreadable(path, f"the manifest has no list of file names in '{field}'")
    if not names:
        raise _unreadable(path, f"the manifest names no file in '{field}', and files lie in its period")
    return names


def _inside(key: str, folder: str) -> Path:
    """Return where a manifest's object key lies below its period folder, wherever that was copied to."""
    parts = key.split("/")
    start = len(parts) - parts[::-1].index(folder) if folder in parts[:-1] else len(parts) - 1
    return Path(*(part for part in parts[start:] if part not in ("", ".", "..")))


def _some(names: Sequence[str], limit: int = 10) -> str:
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


def _unreadable(path: Path, found: str) -> UserError:
    return UserError(
        Problem(
            code="FM1250",
            found=found,
            expected="the manifest as the supplier delivered it",
            where=str(path),
            remedy="Download it again, or remove it and keep the files of one version alone.",
        )
    )
