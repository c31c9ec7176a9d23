"""Formulas of workbooks: what is unknown stays unknown, and nothing is divided by nothing."""

from __future__ import annotations

from finmod.exports.formulas import if_known, share_of


def test_a_figure_is_unknown_where_one_cell_is_no_number() -> None:
    assert if_known(["B2", "C2"], "C2-B2") == '=IF(COUNT(B2,C2)=2,C2-B2,"unknown")'


def test_a_share_of_nothing_or_of_a_credit_is_none() -> None:
    assert share_of("B2", "B$1") == '=IF(COUNT(B2,B$1)=2,IF(B$1>0,B2/B$1,"n/a"),"n/a")'
