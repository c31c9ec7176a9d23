"""An allocation read from allocation.yaml: its pools, shares and levels, with every problem of the file at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from finmod.allocation.building import Builder
from finmod.allocation.checks import faults
from finmod.allocation.definition import Allocation, DriverInfo
from finmod.errors import Problem, UserError
from finmod.settings.allocation import ALLOCATION, AllocationFile
from finmod.settings.validate import MOST_PROBLEMS, first_problems, line_and_column, validated
from finmod.settings.yaml import read_yaml
from finmod.taxonomy.definition import Taxonomy


def has_allocation(root: Path) -> bool:
    """Return whether a project's folder has an allocation."""
    return os.path.lexists(root / ALLOCATION)


def read_allocation(root: Path, taxonomy: Taxonomy, drivers: Mapping[str, DriverInfo] | None) -> Allocation:
    """Return the allocation of a project's folder.

    Args:
        root: The folder.
        taxonomy: Whose dimensions and values it names.
        drivers: Every driver of drivers.yaml by its name; None where drivers are not to be checked.

    Raises:
        UserError: There is no allocation.yaml, or every problem of it in the order of its lines.
    """
    if not has_allocation(root):
        raise UserError(
            Problem(
                code="FM2100",
                found=f"there is no {ALLOCATION} in {root}",
                expected="a file that says which cost is shared, and how",
                remedy="Write one to start from: finmod plan --init.",
            )
        )
    document = read_yaml(root / ALLOCATION)
    builder = Builder(document, validated(AllocationFile, document), taxonomy, drivers)
    made = builder.allocation()
    problems = [*builder.problems, *islice(faults(made, taxonomy), MOST_PROBLEMS + 1)]
    if problems:
        raise UserError(*first_problems(sorted(problems, key=line_and_column), ALLOCATION))
    return made
