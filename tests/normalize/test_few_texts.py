"""Columns of few texts: what they can hold is known before a row is read, or it is not claimed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from finmod.engines.duckdb import Engine
from finmod.normalize.convert import Conversion, select_charges, with_key
from finmod.normalize.few_texts import few_texts, make_types
from finmod.normalize.mapping import MapColumn
from finmod.normalize.values import Reading
from finmod.sources.domains import MOST_BYTES
from tests.books import CHARGE
from tests.normalize.staged import conversion, parquet

SEPTEMBER = date(2026, 9, 1)


def read(
    engine: Engine, tmp_path: Path, *charges: dict[str, str], name: str = "a.parquet", reading: Reading | None = None
) -> Conversion:
    """Return how a bill of some charges is read, with its domains."""
    names = dict.fromkeys(name for charge in (CHARGE, *charges) for name in charge)
    columns = {name: [{**CHARGE, **charge}.get(name, "") for charge in charges] for name in names}
    made = conversion(engine, parquet(tmp_path, columns, name), tmp_path / "staged", reading)
    return replace(made, staged=made.staged.with_domains(engine))


def test_texts_are_those_of_the_column_and_what_is_made_of_it(tmp_path: Path) -> None:
    with Engine() as engine:
        made = read(
            engine, tmp_path, *({"ServiceName": name, "x_Team": team} for name, team in (("a", ""), ("b", "t")))
        )
        found = few_texts(engine, [made], ["ServiceName", "x_Team", "BillingCurrency", "RegionId"])
    assert found == {"ServiceName": ["a", "b"], "x_Team": ["t"], "BillingCurrency": ["USD"]}


def test_texts_of_several_files_are_put_together(tmp_path: Path) -> None:
    with Engine() as engine:
        parts = [read(engine, tmp_path, {"ServiceName": name}, name=f"{name}.parquet") for name in "ab"]
        assert few_texts(engine, parts, ["ServiceName"]) == {"ServiceName": ["a", "b"]}


def test_a_column_that_one_file_does_not_tell_is_not_known(tmp_path: Path) -> None:
    with Engine() as engine:
        told = read(engine, tmp_path, {"ServiceName": "a"})
        silent = replace(told, staged=replace(told.staged, domains={}))
        assert few_texts(engine, [told, silent], ["ServiceName", "RegionId"]) == {}


def test_a_constant_of_the_user_fills_what_is_empty(tmp_path: Path) -> None:
    wish = Reading(constants={"ServiceName": "other", "x_Unit": "eu"})
    with Engine() as engine:
        made = read(engine, tmp_path, {"ServiceName": ""}, {"ServiceName": "a"}, reading=wish)
        found = few_texts(engine, [made], ["ServiceName", "x_Unit"])
    assert found == {"ServiceName": ["a", "other"], "x_Unit": ["eu"]}


def test_what_two_columns_make_together_is_known_where_one_of_them_does_not_vary(tmp_path: Path) -> None:
    target = MapColumn("ServiceName", "$x_One || '-' || coalesce($x_Two, '?')")
    rows = [{"x_One": "a", "x_Two": ""}, {"x_One": "b", "x_Two": ""}]
    with Engine() as engine:
        made = read(engine, tmp_path, *rows)
        made = replace(made, mapping=replace(made.mapping, columns=(target,)))
        assert few_texts(engine, [made], ["ServiceName"]) == {"ServiceName": ["a-?", "b-?"]}
        varied = read(engine, tmp_path, *rows, {"x_One": "a", "x_Two": "c"}, name="b.parquet")
        varied = replace(varied, mapping=replace(varied.mapping, columns=(target,)))
        assert few_texts(engine, [varied], ["ServiceName"]) == {}


def test_a_default_counts_what_it_takes(tmp_path: Path) -> None:
    columns = (MapColumn("ServiceName", "$x_One", default="&RegionId"), MapColumn("RegionId", "$x_Two"))
    with Engine() as engine:
        made = read(engine, tmp_path, {"x_One": "", "x_Two": "r"}, {"x_One": "a", "x_Two": "s"})
        made = replace(made, mapping=replace(made.mapping, columns=columns))
        assert few_texts(engine, [made], ["ServiceName", "RegionId"]) == {"RegionId": ["r", "s"]}


def test_columns_named_as_our_own_words_are_not_taken_for_them(tmp_path: Path) -> None:
    rows = [{"x_text": "one", "few": "f", "ServiceName": name} for name in ("a", "b")]
    with Engine() as engine:
        found = few_texts(engine, [read(engine, tmp_path, *rows)], ["x_text", "ServiceName"])
    assert found == {"x_text": ["one"], "ServiceName": ["a", "b"]}


@pytest.mark.parametrize("name", ["x_text", "X_TEXT_0", "x_Team"])
def test_one_text_too_long_to_be_repeated_is_not_known_whatever_its_column_is_called(tmp_path: Path, name: str) -> None:
    with Engine() as engine:
        first = read(engine, tmp_path, {name: "l" * 2000})
        other = read(engine, tmp_path, *({name: text} for text in ("a", "", "")), name="b.parquet")
        assert few_texts(engine, [first, other], [name]) == {}


def test_bytes_numbers_and_long_texts_are_not_known(tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {name: [value] * 2 for name, value in CHARGE.items()}
    columns |= {"x_Bytes": [b"a", b"b"], "x_Number": [1, 2], "x_Long": ["l" * MOST_BYTES, "m"]}
    with Engine() as engine:
        made = conversion(engine, parquet(tmp_path, columns), tmp_path / "staged")
        made = replace(made, staged=made.staged.with_domains(engine))
        assert few_texts(engine, [made], ["x_Bytes", "x_Number", "x_Long"]) == {}


def test_a_text_that_cannot_be_made_is_left_to_the_conversion_to_tell(tmp_path: Path) -> None:
    with Engine() as engine:
        made = read(engine, tmp_path, {"x_One": "a"}, {"x_One": "2026-01-01"})
        target = MapColumn("ServiceName", "CAST(CAST($x_One AS DATE) AS VARCHAR)")
        made = replace(made, mapping=replace(made.mapping, columns=(target,)))
        assert few_texts(engine, [made], ["ServiceName"]) == {}


@pytest.mark.parametrize("texts", [["it's", "a\0b", "", "é"], ["NULL", "null"]], ids=["odd", "words for NULL"])
def test_a_listed_text_comes_out_as_it_is(texts: list[str], tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {name: [value] * (len(texts) + 1) for name, value in CHARGE.items()}
    columns["ServiceName"] = [*texts, None]
    with Engine() as engine:
        made = conversion(engine, parquet(tmp_path, columns), tmp_path / "staged")
        made = replace(made, staged=made.staged.with_domains(engine))
        select = select_charges(made, SEPTEMBER, alone=True, extra={})
        types = make_types(engine, few_texts(engine, [made], ["ServiceName", "BillingCurrency"]))
        assert set(types) >= {"BillingCurrency"}
        sql = with_key([select], made.given(), {}, types=types)
        found = engine.rows(f"SELECT ServiceName::VARCHAR, BillingCurrency::VARCHAR FROM ({sql}) ORDER BY x_Row")
    expected = [None if text in {"", "NULL", "null"} else text for text in texts]
    assert found == [(text, "USD") for text in [*expected, None]]
