"""Every example of a docstring runs, and gives what stands there."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import finmod

_MODULES = sorted(
    found.name for found in pkgutil.walk_packages(finmod.__path__, "finmod.") if not found.name.endswith("__main__")
)


@pytest.mark.parametrize("room", sorted({name.split(".")[1] for name in _MODULES}))
def test_examples_of_docstrings_run(room: str) -> None:
    said: list[str] = []
    for name in _MODULES:
        if name.split(".")[1] == room:
            module = importlib.import_module(name)
            for test in doctest.DocTestFinder(exclude_empty=True).find(module):
                if test.examples:
                    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=said.append)
    assert not said, "".join(said)
