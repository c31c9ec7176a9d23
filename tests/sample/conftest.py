"""Samples that several tests read: three months with every source, fourteen for a whole term, one by the hour."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmod.sample import SampleSummary, write_sample
from tests.once import once


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> SampleSummary:
    """Three months, about 10,000 charges, one a day and resource."""
    return once(tmp_path_factory, "small", lambda folder: write_sample(folder, months=3, rows=10_000))


@pytest.fixture(scope="session")
def term(tmp_path_factory: pytest.TempPathFactory) -> SampleSummary:
    """Fourteen months: one-year terms begin in the second and third and end inside."""
    return once(tmp_path_factory, "term", lambda folder: write_sample(folder, months=14, rows=10_000))


@pytest.fixture(scope="session")
def hours(tmp_path_factory: pytest.TempPathFactory) -> SampleSummary:
    """One month of charges by the hour, which fill more than two row groups of Parquet."""
    return once(tmp_path_factory, "hours", lambda folder: write_sample(folder, months=1, rows=450_000))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that does not exist yet."""
    return tmp_path / "sample"
