"""What many tests read and none changes, made once for all of them, whichever process of the run they are in."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from finmod.ledger.locks import hold
from finmod.sample import SampleSummary
from finmod.sample.faults import FAULTS
from finmod.settings.project import Project, load_project
from finmod.workspace.demo import SPEND, DemoReport, run_demo
from finmod.workspace.load import load_source
from finmod.workspace.sample import write_project_sample
from finmod.workspace.steps import silent
from tests.books import Books
from tests.ready import in_shell, shell_environment

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
    return Books(company_once(factory, rows=rows, months=months, seed=seed).folder)


@dataclass(frozen=True)
class Company:
    """The sample company as the pages make it, and what the two commands said there.

    Attributes:
        folder: The project, called northwind.
        written: What ``finmod sample`` said.
        loaded: What ``finmod load`` said.
    """

    folder: Path
    written: str
    loaded: str


def company_once(factory: pytest.TempPathFactory, *, rows: int, months: int, seed: int = 1) -> Company:
    """Return the sample company, written and loaded from a shell, as readers of the pages do it."""

    def make(folder: Path) -> Company:
        folder.mkdir()
        root, seeded = folder / "northwind", f" --seed {seed}" if seed != 1 else ""
        environment = shell_environment(folder / "bin")
        written = in_shell(f"finmod sample northwind --rows {rows} --months {months}{seeded}", folder, environment)
        loaded = in_shell("finmod load", root, environment)
        assert (written.returncode, loaded.returncode) == (0, 0), written.stdout + loaded.stdout
        return Company(root, written.stdout, loaded.stdout)

    return once(factory, f"sample-{rows}-{months}-{seed}", make)


def months_of(fault: str) -> int:
    """Return how many months a sample with a planted fault has.

    In their first two, one fault finds nothing to spoil, and another spoils two invoices.
    """
    return 3 if fault in {"covered_usage_billed", "duplicate_rows"} else 2


def spoiled_once(factory: pytest.TempPathFactory, fault: str) -> SampleSummary:
    """Return the sample company with a planted fault, about 10,000 charges, to be read: a project without a ledger."""
    return once(factory, f"spoiled-{fault}", lambda folder: _spoiled(folder, fault))


def _spoiled(folder: Path, fault: str) -> SampleSummary:
    written = write_project_sample(
        folder, seed=1, months=months_of(fault), end="2026-10", rows=10_000, spend=SPEND, step=silent, fault=fault
    )
    return written.summary


def spoiled_loaded_once(factory: pytest.TempPathFactory, fault: str) -> Project:
    """Return a copy of it in whose ledger the source is that has the fault, to be read."""

    def make(folder: Path) -> Path:
        shutil.copytree(spoiled_once(factory, fault).folder, folder)
        project, source = load_project(folder), FAULTS[fault].source
        load_source(project, source, project.sources[source], END_OF_DEMO, silent)
        return folder

    return load_project(once(factory, f"loaded-{fault}", make))
