"""Cohorts that are called as a dimension are refused: one would hide the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmod.errors import UserError
from tests.refusals import told
from tests.statements import PNL, books_of, report_of


@pytest.mark.parametrize("name", ["product", "customer"])
@pytest.mark.parametrize("by", ["product", None])
def test_cohorts_called_as_a_dimension_or_one_of_levels_are_refused(tmp_path: Path, name: str, by: str | None) -> None:
    books = books_of(
        tmp_path / "books", pnl_yaml=PNL + f"cohorts:\n  {name}: {{file: plans.csv, key: customer, value: plan}}\n"
    )
    with pytest.raises(UserError) as caught:
        report_of(books, by)

    assert [told(problem) for problem in caught.value.problems] == [
        (
            f"pnl.yaml:8:3: the cohorts are called '{name}', which is a dimension of the applied allocation; expected "
            f"a name that no dimension has. Choose another name, such as {name}_group: --by {name} is that dimension. "
            "(FM2338)"
        )
    ]
