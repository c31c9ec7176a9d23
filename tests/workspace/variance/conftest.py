"""The small project of ``tests/variances.py``, and its two months compared."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from finmod.workspace.variance.variance import Made
from tests.books import Books
from tests.variances import compared_of, small_once


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Two products with a cluster that they share 3 to 1, in August and September; no test changes it."""
    return small_once(tmp_path_factory)


@pytest.fixture(scope="module")
def made(small: Books) -> Iterator[Made]:
    """Both months compared; each file has an engine of its own."""
    with compared_of(small) as found:
        yield found
