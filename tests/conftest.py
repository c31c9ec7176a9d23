"""What tests of several rooms share: project folders, and the option for the long loops."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from tests.books import Books, bill

# How long an example takes depends on what else the machine does: no test is timed.
settings.register_profile("finmod", deadline=None)
settings.load_profile("finmod")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long-faults", action="store_true", help="kill and break at every moment instead of at some")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put files with slow tests first: a file is one worker's, and the other would wait for a long one that is last."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture
def long_faults(request: pytest.FixtureRequest) -> bool:
    """Whether the long loops are wished."""
    return bool(request.config.getoption("--long-faults"))


@pytest.fixture
def books(tmp_path: Path) -> Books:
    """An empty project."""
    return Books(tmp_path / "books")


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """A project with one charge of 1.5 USD in its ledger; copy it before changing it."""
    made = Books(tmp_path_factory.mktemp("kept") / "books")
    made.load(made.write("exports/good.csv", bill({})))
    return made


@pytest.fixture
def loaded(kept: Books, tmp_path: Path) -> Books:
    """A project with one charge of 1.5 USD in its ledger."""
    return kept.copy(tmp_path / "books")
