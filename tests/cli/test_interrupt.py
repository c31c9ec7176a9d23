"""Ctrl-C, at every moment of a command: no traceback, exit code 1, and the truth about the ledger."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.books import Books, bill

# An interrupt at the import of a module: inside the import, or inside the clean-up of an object, where Python drops it.
_AT_IMPORT = """
import importlib.abc, runpy, signal, sys, weakref

class Moment:
    pass

class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            if {dropped}:
                moment = Moment()
                kept = weakref.ref(moment, lambda _: signal.raise_signal(signal.SIGINT))
                del moment
            else:
                signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Finder())
"""
# An interrupt while Python itself ends, after the last line of the command.
_AT_THE_END = """
import atexit, runpy, signal, sys
atexit.register(signal.raise_signal, signal.SIGINT)
"""
# Something of DuckDB's that nothing frees any more, as an interrupt in its clean-up leaves it.
_HELD = """
import ctypes, duckdb
ctypes.pythonapi.Py_IncRef(ctypes.py_object(duckdb.connect()))
"""
_RUN = """
signal.signal(signal.SIGINT, signal.{handler})
sys.argv = ["finmod", *sys.argv[1:]]
runpy.run_module("finmod", run_name="__main__")
"""


def interrupted(script: str, *arguments: str | Path, handler: str = "default_int_handler") -> tuple[int, str, str]:
    said = subprocess.run(
        [sys.executable, "-c", script + _RUN.format(handler=handler), *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return said.returncode, said.stdout, said.stderr


@pytest.mark.parametrize("module", ["finmod.cli.main", "rich_click", "finmod.cli.status"])
@pytest.mark.parametrize("fate", ["raised", "dropped"])
def test_an_interrupt_before_the_command_begins_ends_it_at_once(module: str, fate: str, tmp_path: Path) -> None:
    script = _AT_IMPORT.format(module=module, dropped=fate == "dropped")
    assert interrupted(script, "--project", tmp_path, "status") == (1, "", "\nInterrupted.\n")


@pytest.mark.parametrize("module", ["duckdb", "deltalake"])
@pytest.mark.parametrize("fate", ["raised", "dropped"])
def test_an_interrupt_while_a_library_is_imported_is_not_lost(module: str, fate: str, loaded: Books) -> None:
    script = _AT_IMPORT.format(module=module, dropped=fate == "dropped")
    code, out, err = interrupted(script, "--project", loaded.root, "query", "SELECT count(*) FROM range(100000000000)")
    assert (code, out, err) == (1, "", "\nInterrupted.\n")


@pytest.mark.parametrize("held", ["", _HELD], ids=["freed", "held"])
def test_an_interrupted_load_says_how_the_ledger_is(held: str, books: Books) -> None:
    script = held + _AT_IMPORT.format(module="finmod.workspace.load", dropped=False)
    file = books.write("a.csv", bill({}))
    code, out, err = interrupted(script, "--project", books.root, "load", "--format", "focus", file)
    assert (code, out, err) == (1, "", "\nInterrupted; the ledger is as the last whole load, close or apply left it.\n")


def test_an_interrupt_after_the_last_line_changes_nothing(loaded: Books) -> None:
    code, out, err = interrupted(_AT_THE_END, "--project", loaded.root, "status")
    assert (code, err) == (0, "")
    assert "ledger version 1" in out


def test_an_interrupt_that_the_caller_wants_ignored_is_ignored(loaded: Books) -> None:
    script = _AT_IMPORT.format(module="duckdb", dropped=False)
    assert interrupted(script, "--project", loaded.root, "status", handler="SIG_IGN")[::2] == (0, "")
