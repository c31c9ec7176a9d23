"""Savings in the Python API: what its arguments may be, and the frame that comes out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from finmod.settings.project import Project
from finmod.terms.bounds import AMOUNT
from finmod.workspace.api_words import arguments, count_of, month_of, number_of, text_of, words_of
from finmod.workspace.frame import Frame
from finmod.workspace.savings.rows import columns_of, rows_of, types_of
from finmod.workspace.savings.savings import Wanted, savings


def savings_frame(project: Project, month: str | date | None, given: Mapping[str, Any]) -> Frame:
    """Return the savings of a month as a frame.

    Args:
        project: Whose.
        month: The month, as it was given.
        given: Argument -> value, as they were given.

    Raises:
        UserError: An argument is none that it takes, or as ``savings`` says.
    """
    by, owner, least = given["by"], given["owner"], given["least"]
    wanted = Wanted(
        month=month_of(month, "month"),
        by=None if by is None else text_of(by, "by", "a word such as owner, or a dimension"),
        rules=words_of(given["rule"], "rule"),
        owner=None if owner is None else text_of(owner, "owner", "the name of an owner"),
        least=None if least is None else number_of(least, "least", AMOUNT),
        top=count_of(given["top"], "top"),
    )
    with arguments():
        report = savings(project, wanted)
    return Frame(columns_of(report), tuple(rows_of(report)), report.findings, types_of(report))
