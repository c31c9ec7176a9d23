"""A store that is damaged or stands in an odd place: every command says what to do, none calls it our fault."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.books import Books, Said

COMMANDS: dict[str, tuple[str, ...]] = {
    "status": (),
    "query": ("SELECT count(*) FROM charges",),
    "check": (),
    "load": ("--format", "focus", "--source", "saas", "exports/good.csv"),
    "export": ("focus", "--version", "1.4", "--to", "out.csv"),
}


def run(books: Books, command: str) -> Said:
    arguments = [str(books.root / word) if word.endswith(".csv") else word for word in COMMANDS[command]]
    return books.run(command, *arguments)


def newest(store: Path, table: str) -> Path:
    return max((store / "tables" / table / "_delta_log").glob("*.json"))


def a_file(store: Path) -> None:
    shutil.rmtree(store)
    store.write_bytes(b"")


STORES: dict[str, tuple[Callable[[Path], object], str]] = {
    "garbage in the log of loads": (lambda store: newest(store, "loads").write_bytes(b"garbage"), "FM1503"),
    "an empty entry in the log of loads": (lambda store: newest(store, "loads").write_bytes(b""), "FM1503"),
    "the manifest is gone": (lambda store: next(store.glob("tables/loads/*.parquet")).unlink(), "FM1503"),
    "a file stands there": (a_file, "FM1504"),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("damage", STORES)
def test_a_damaged_store_is_told_by_every_command(loaded: Books, damage: str, command: str) -> None:
    spoil, code = STORES[damage]
    spoil(loaded.root / ".finmod")
    said = run(loaded, command)
    assert (said.code, said.out) == (1, "")
    assert f"({code}, docs/errors.md)" in said.err


CHARGES: dict[str, Callable[[Path], object]] = {
    "a file of the charges is gone": lambda store: next(store.glob("tables/charges/*/*/*.parquet")).unlink(),
    "the charges are gone": lambda store: shutil.rmtree(store / "tables/charges"),
    "garbage in the log of charges": lambda store: newest(store, "charges").write_bytes(b"garbage"),
}


@pytest.mark.parametrize("command", ["query", "check", "load", "export"])
@pytest.mark.parametrize("damage", CHARGES)
def test_damaged_charges_are_told_by_every_command_that_needs_them(loaded: Books, damage: str, command: str) -> None:
    CHARGES[damage](loaded.root / ".finmod")
    said = run(loaded, command)
    assert (said.code, said.out) == (1, "")
    assert "the ledger cannot be read: " in said.err
    assert "Bring the store folder back from a copy, or remove it and load every bill again. (FM1503" in said.err


# Root reads and writes everything unless it gives that up.
_POWERLESS = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


@pytest.mark.skipif(bool(_POWERLESS) and not shutil.which("setpriv"), reason="NOT RUN: root without setpriv")
@pytest.mark.parametrize(
    ("folder", "commands"),
    [(".finmod", COMMANDS), (".finmod/tables", COMMANDS), (".finmod/tables/charges", ("query", "load")),
     (".finmod/tables/loads/*.parquet", ("status",)), (".finmod/staging", ("load",)), (".finmod/locks", ("load",))],
)  # fmt: skip
def test_a_store_that_may_not_be_read_is_told_and_never_to_be_removed(
    loaded: Books, folder: str, commands: Sequence[str]
) -> None:
    (place,) = loaded.root.glob(folder)
    mode = place.stat().st_mode
    place.chmod(0)
    try:
        for command in commands:
            arguments = [str(loaded.root / word) if word.endswith(".csv") else word for word in COMMANDS[command]]
            line = [sys.executable, "-m", "finmod", "--project", str(loaded.root), command, *arguments]
            done = subprocess.run([*_POWERLESS, *line], capture_output=True, text=True, check=False)
            assert (done.returncode, done.stdout) == (1, ""), command
            assert "permission denied" in done.stderr.lower()
            assert "FM1506" in done.stderr
            assert "remove" not in done.stderr
    finally:
        place.chmod(mode)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", ["back\\slash", "per%20cent"])
def test_a_folder_whose_name_would_be_misread_is_refused_by_every_command(
    loaded: Books, name: str, command: str
) -> None:
    said = run(Books(loaded.root.rename(loaded.root.with_name(name))), command)
    assert (said.code, said.out) == (1, "")
    assert "Rename the folder. (FM1504, docs/errors.md)" in said.err
