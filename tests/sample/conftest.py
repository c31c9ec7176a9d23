"""Small samples that several tests read: three months with every source, and fourteen for a whole term."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmod.sample import SampleSummary, write_sample


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> SampleSummary:
    """Three months, about 10,000 charges, one a day and resource."""
    return write_sample(tmp_path_factory.mktemp("small"), months=3, rows=10_000)


@pytest.fixture(scope="session")
def term(tmp_path_factory: pytest.TempPathFactory) -> SampleSummary:
    """Fourteen months: one-year terms begin in the second and third and end inside."""
    return write_sample(tmp_path_factory.mktemp("term"), months=14, rows=10_000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that does not exist yet."""
    return tmp_path / "sample"
