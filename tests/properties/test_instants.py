"""A column of few texts is read by what all of them are: no instant and no refusal differs from a look at each row."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from finmod.engines.duckdb import Engine, EngineError
from finmod.normalize.kubernetes_rows import UsageValues
from finmod.normalize.values import DateOrder, Values
from finmod.sources.domains import Domain
from tests.normalize.staged import parquet, staged
from tests.properties.bills import FEW

DAYS = ("2026-09-01", "2026-02-30", "2026-13-01", "0000-01-01", "9/1/2026", "30/9/2026", "9/31/2026", "5/1/25", "soon")
TIMES = ("", " ", " 00:00:00", "T23:59:59", "T24:00:00", "T25:00", " 12:30", "T12:00:00.123456", " 1:00:00")
ENDS = ("", "Z", " Z", " UTC", " utc", " +0000 UTC", "+02:00", " IST", "\n", " ")
text = st.builds("".join, st.tuples(*map(st.sampled_from, (DAYS, TIMES, ENDS))))
plain = st.builds(
    "{:%Y-%m-%d}{}{}".format, st.dates(), st.sampled_from((" 00:00:00", "T23:59", "")), st.sampled_from(("", "Z"))
)
columns = st.lists(st.none() | text, min_size=1, max_size=4) | st.lists(st.none() | plain, min_size=1, max_size=9)


def outcome(engine: Engine, values: Values, relation: str, *, tolerant: bool) -> object:
    """Return the instants of a column, or that it is refused."""
    sql = values.timestamp("a", tolerant=tolerant)
    try:
        return engine.rows(f"SELECT CAST({sql} AS VARCHAR) FROM {relation} ORDER BY file_row_number")
    except EngineError:
        return "refused"


@FEW
@pytest.mark.parametrize("tolerant", [False, True])
@pytest.mark.parametrize("order", ["iso", "mdy", "dmy"])
@pytest.mark.parametrize("kind", [Values, UsageValues])
@example(texts=["2026-09-01 00:00:00 +0000 UTC", None, "2026-09-01 23:59:59 +0000 UTC"])
@example(texts=["9/1/2026", "12/31/2026", None])
@example(texts=["2026-09-01", ""])
@example(texts=["2026-02-30"])
@example(texts=["0000-01-01"])
@example(texts=["9/31/2026"])
@example(texts=["30/9/2026"])
@example(texts=["2026-09-01T24:00:00"])
@example(texts=["2026-02-30 00:00:00 +0000 UTC"])
@example(texts=["2026-09-01\n"])
@given(texts=columns)
def test_what_is_known_of_texts_changes_no_instant(
    tmp_path: Path, kind: type[Values], order: DateOrder, texts: list[str | None], *, tolerant: bool
) -> None:
    with Engine(threads=1) as engine:
        made = staged(engine, parquet(tmp_path, {"a": [*texts, None], "b": [1] * (len(texts) + 1)}), tmp_path / "work")
        made = replace(made, columns=tuple(replace(column, type="VARCHAR") for column in made.columns[:1]))
        known = Domain(tuple(sorted({each for each in texts if each is not None})), has_null=True)
        slow = kind(made, str, order)
        quick = kind(replace(made, domains={made.columns[0].sql: known}), str, order)
        expected = outcome(engine, slow, made.relation, tolerant=tolerant)
        assert outcome(engine, quick, made.relation, tolerant=tolerant) == expected


@pytest.mark.parametrize(
    ("order", "texts", "sql"),
    [
        ("iso", ["2026-09-01T00:00Z", "2026-10-01 12:00:00 UTC"], 'TRY_CAST("a" AS TIMESTAMP)'),
        ("mdy", ["09/01/2026", "9/30/2026"], "try_strptime"),
    ],
)
def test_plain_texts_are_read_once_each(tmp_path: Path, order: DateOrder, texts: list[str], sql: str) -> None:
    with Engine() as engine:
        made = staged(engine, parquet(tmp_path, {"a": [*texts, None], "b": [1] * 3}), tmp_path)
        known = replace(made, domains={'"a"': Domain(tuple(sorted(texts)), has_null=True)})
    assert Values(known, str, order).timestamp("a").startswith(sql)
