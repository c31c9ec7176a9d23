"""Markdown: what a bill says is text."""

from __future__ import annotations

from finmod.reports.markdown import markdown_table


def test_a_cell_cannot_end_its_row() -> None:
    told = markdown_table([("A", False), ("B", True)], [["a | b\n| c", "<b>"]])
    assert told.splitlines()[2] == "| a \\| b \\| c | &lt;b> |"
