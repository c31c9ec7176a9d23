"""Rule files that were applied, kept by their hash: old rules can be run again on the ledger of today.

Owns the hash and the folders ``rules/HASH`` of a store. Which files the rules are read from is told by those who read
them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from finmod.engines.disk import full_disk
from finmod.errors import UserError
from finmod.ledger.locks import unwritable

SHOWN = 12
"""Digits of a hash that people are shown."""
_ROOT = "ROOT"
_FILES = "files"


@dataclass(frozen=True)
class RuleFiles:
    """The files that rules are read from.

    Attributes:
        root: The project's folder, as a path from the folder that all files lie in; ``.`` where it is that one.
        files: Path from that folder -> bytes.
        built_in: Name of a rule set of finmod -> its text.
    """

    root: str
    files: Mapping[str, bytes]
    built_in: Mapping[str, str] = field(default_factory=dict)

    @property
    def hash(self) -> str:
        """Return the SHA-256 over names and bytes: the same for the same rules, wherever the project lies."""
        made = hashlib.sha256()
        parts = [(f"/{name}", content) for name, content in self.files.items()]
        parts += [(f"rule set {name}", text.encode()) for name, text in self.built_in.items()]
        for name, content in [("", self.root.encode()), *sorted(parts)]:
            for part in (name.encode(), content):
                made.update(len(part).to_bytes(8, "big") + part)
        return made.hexdigest()


def collect(root: Path, paths: Iterable[Path], built_in: Mapping[str, str] | None = None) -> RuleFiles:
    """Return the files that rules are read from.

    Args:
        root: The project's folder.
        paths: The files; they may lie outside of it.
        built_in: Name of a rule set of finmod -> its text.

    Raises:
        OSError: One of them cannot be read.
    """
    base = os.path.normpath(root.absolute())
    whole = {os.path.normpath(path.absolute()): path for path in paths}
    over = os.path.commonpath([base, *map(os.path.dirname, whole)])
    files = {_relative(name, over): path.read_bytes() for name, path in sorted(whole.items())}
    return RuleFiles(_relative(base, over), files, dict(built_in or {}))


def _relative(path: str, over: str) -> str:
    return Path(os.path.relpath(path, over)).as_posix()


def keep(store: Path, rules: RuleFiles) -> None:
    """Keep rule files in a store, whole or not at all; those that it has already stay as they are.

    One writer at a time: what others left aside is of those that were killed, and goes.

    Raises:
        UserError: The store cannot be written.
    """
    target = _folder(store, rules.hash)
    for left in target.parent.glob(".*"):
        shutil.rmtree(left, ignore_errors=True)
    if target.is_dir():
        return
    aside = target.parent / f".{rules.hash}-{uuid.uuid4().hex}"
    try:
        for name, content in rules.files.items():
            path = aside / _FILES / PurePosixPath(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        for name, text in rules.built_in.items():
            (aside / "rule_sets").mkdir(parents=True, exist_ok=True)
            (aside / "rule_sets" / f"{name}.yaml").write_text(text, encoding="utf-8")
        (aside / _FILES / PurePosixPath(rules.root)).mkdir(parents=True, exist_ok=True)
        (aside / _ROOT).write_text(rules.root, encoding="utf-8")
        aside.rename(target)
    except OSError as error:
        if not target.is_dir():  # another apply may have kept the same
            raise full_disk(error) or UserError(unwritable(target.parent, error)) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def kept(store: Path, digest: str) -> Path | None:
    """Return the folder that stands for the project's, with the rule files of a hash; None where they are gone."""
    folder = _folder(store, digest)
    try:
        root = (folder / _ROOT).read_text(encoding="utf-8")
    except OSError:
        return None
    return folder / _FILES / PurePosixPath(root)


def _folder(store: Path, digest: str) -> Path:
    return store / "rules" / digest
