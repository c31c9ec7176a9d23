"""What many tests read and none changes, made once for all of them, whichever process of the run they are in."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from finmod.ledger.locks import hold
from finmod.workspace.demo import DemoReport, run_demo
from finmod.workspace.steps import silent
from tests.books import Books, finmod

Made = TypeVar("Made")
END_OF_DEMO = datetime(2026, 11, 1, tzinfo=UTC)


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Made]) -> Made:
    """Return what was made in a folder of its own; the first who asks makes it, and others wait for it.

    Args:
        factory: Tells the folder of the run; processes of one run have folders in the same one.
        name: Of the folder.
        make: Makes files in the folder, which is not there yet, and something that can be pickled.
    """
    own = factory.getbasetemp()
    run = own.parent if own.name.startswith("popen-") else own
    kept = run / f"{name}.made"
    with hold(run, name, name, wait=True):
        if not kept.exists():
            kept.write_bytes(pickle.dumps(make(run / name)))
    made: Made = pickle.loads(kept.read_bytes())  # noqa: S301 -- written above
    return made


def demo_once(factory: pytest.TempPathFactory) -> DemoReport:
    """Return the report of a demo of three months; its folder is there to be read."""
    return once(factory, "demo", lambda folder: run_demo(folder, rows=1200, months=3, now=END_OF_DEMO, step=silent))


def sample_once(factory: pytest.TempPathFactory, *, rows: int, months: int, seed: int = 1) -> Books:
    """Return the sample company with every bill and driver loaded, to be read: who changes it takes a copy."""

    def make(folder: Path) -> Path:
        said = finmod("sample", folder, "--rows", str(rows), "--months", str(months), "--seed", str(seed))
        assert said.code == 0, said.err
        said = Books(folder).run("load")
        assert said.code == 0, said.err
        return folder

    return Books(once(factory, f"sample-{rows}-{months}-{seed}", make))
