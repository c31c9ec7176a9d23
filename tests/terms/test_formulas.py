"""Formulas of spreadsheets: what is one in Python is one in SQL."""

from __future__ import annotations

import sys
import time

import pytest

from finmod.engines.duckdb import Engine, literal
from finmod.terms.formulas import FORMULA, NEGATIVE, is_formula

BLANKS = [sign for sign in map(chr, range(sys.maxunicode + 1)) if sign.isspace()] + ["\u200b", "\ufeff"]
RUN = [
    *(f"{blank}{sign}1" for blank in ("", *BLANKS) for sign in "=+@\uff1d\uff0b\uff0d\uff20"),
    *(f"{blank}-cmd" for blank in ("", *BLANKS)),
    *(f"{blank}-1" for blank in BLANKS),
    "-", "--1", "-1+1", "-1\n", "-1 ", "-1.", "-1e", "-.", "-1|b", "\tx", "\rx", "\nx",
    " \u200b\u3000=cmd()",
]  # fmt: skip
SHOWN = [
    "",
    " ",
    "x",
    " x",
    "-1",
    "-1.5",
    "-.5",
    "-1.5e3",
    "-1E-9",
    "-007",
    "a=1",
    "'=1",
    '"=1"',
    "[=1]",
    "a-b",
    "\x00=1",
]


@pytest.mark.parametrize(("texts", "wanted"), [(RUN, True), (SHOWN, False)])
def test_python_and_sql_agree_on_what_is_run(texts: list[str], wanted: bool) -> None:  # noqa: FBT001 -- a parameter
    assert [text for text in texts if is_formula(text) is not wanted] == []
    formula = f"regexp_matches(t, {literal(FORMULA)}) AND NOT regexp_full_match(t, {literal(NEGATIVE)})"
    with Engine(threads=1) as engine:
        rows = engine.rows(f"SELECT t, {formula} FROM (SELECT unnest(?::VARCHAR[]) AS t)", [texts])
    assert [text for text, found in rows if found is not wanted] == []
    assert len(rows) == len(texts)


@pytest.mark.parametrize("text", [f"-{'1' * 100_000}x", f"-1e{'1' * 100_000}x", f"{' ' * 100_000}x"])
def test_a_long_text_takes_no_time(text: str) -> None:
    begun = time.perf_counter()
    is_formula(text)
    assert time.perf_counter() - begun < 0.5
