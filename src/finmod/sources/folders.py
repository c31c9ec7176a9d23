"""What a path, a folder or a glob names on this disk, and which of its folders are closed to us.

Owns the walk. A folder that cannot be read may hold half a bill, so it is told and never passed over.
"""

from __future__ import annotations

import errno
import glob
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG})


@dataclass(frozen=True)
class Closed:
    """A place that the operating system does not let us see.

    Attributes:
        path: Where it is.
        kind: ``folder`` or ``file``.
        reason: The operating system's words.
    """

    path: Path
    kind: str
    reason: str


@dataclass
class Seen:
    """What a path names.

    Attributes:
        files: Files, in no order.
        closed: What could not be looked at.
    """

    files: list[Path] = field(default_factory=list)
    closed: list[Closed] = field(default_factory=list)


def look(path: Path, wanted: Callable[[str], bool]) -> Seen:
    """Return the file of a path, the wanted files below a folder, or the files that a glob matches.

    Args:
        path: As the user wrote it; a file whose name looks like a glob is meant by its name.
        wanted: Whether a file below a folder is meant, by its name.
    """
    magic = glob.has_magic(str(path))
    try:
        mode = path.stat().st_mode
    except ValueError:  # a NUL byte: no file can be called so
        return Seen()
    except OSError as error:
        if magic:
            return _matches(path)
        return Seen() if error.errno in _ABSENT else Seen(closed=[_closed(path, "file", error)])
    if stat.S_ISDIR(mode):
        return _below(path, wanted)
    return Seen([path] if stat.S_ISREG(mode) else [])


def _closed(path: Path, kind: str, error: OSError) -> Closed:
    return Closed(path, kind, error.strerror or str(error))


def _below(start: Path, wanted: Callable[[str], bool]) -> Seen:
    """Return the wanted files below a folder; hidden folders and tables of a lake, such as the ledger's own, hold none.

    Links to folders are followed after all real folders, each real folder once, and none to a folder that the
    start lies in.
    """
    seen = Seen()
    visited = {str(parent) for parent in start.resolve().parents}
    folders, links = [start], list[Path]()
    while folders or links:
        folder = folders.pop() if folders else links.pop(0)
        real = os.path.realpath(folder)
        if real in visited:
            continue
        visited.add(real)
        try:
            with os.scandir(folder) as found:
                entries = sorted((entry for entry in found if not entry.name.startswith(".")), key=lambda e: e.name)
        except OSError as error:
            seen.closed.append(_closed(folder, "folder", error))
            continue
        inside = [entry for entry in entries if _is_folder(entry, seen)]
        if any(entry.name == "_delta_log" for entry in inside):
            continue
        folders += [Path(entry.path) for entry in inside if not entry.is_symlink()]
        links += [Path(entry.path) for entry in inside if entry.is_symlink()]
        seen.files += [Path(entry.path) for entry in entries if entry not in inside and wanted(entry.name)]
    return seen


def _is_folder(entry: os.DirEntry[str], seen: Seen) -> bool:
    try:
        return entry.is_dir()
    except OSError as error:
        if error.errno != errno.ELOOP:  # a link in a circle names nothing
            seen.closed.append(_closed(Path(entry.path), "folder", error))
        return False


def _matches(pattern: Path) -> Seen:
    matches = glob.glob(str(pattern), recursive=True)  # noqa: PTH207 -- Path.glob takes no absolute patterns
    closed = {each.path: each for each in _closed_on_the_way(pattern)}
    return Seen([Path(match) for match in matches if os.path.isfile(match)], list(closed.values()))  # noqa: PTH113 -- raises nothing


def _closed_on_the_way(pattern: Path) -> Iterator[Closed]:
    """Yield the folders that a glob would have to look into and cannot: it passes them over in silence."""
    parts = [*pattern.parts, *(["*"] if pattern.name == "**" else [])]
    first = next(place for place, part in enumerate(parts) if glob.has_magic(part))
    for end in range(first, len(parts)):
        way = str(Path(*parts[:end]))
        folders = glob.glob(way, recursive=True) if end > first else [way]  # noqa: PTH207 -- as above
        for folder in map(Path, folders):
            try:
                if glob.has_magic(parts[end]):
                    os.scandir(folder).close()
                else:
                    (folder / parts[end]).stat()
            except OSError as error:
                if error.errno not in _ABSENT:
                    yield _closed(folder, "folder", error)
