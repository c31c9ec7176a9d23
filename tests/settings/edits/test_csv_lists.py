"""An alias is appended in a cell of a CSV; every other byte stays."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.settings.edits.csv_lists import NoCsvError, read_values, with_aliases
from finmod.settings.edits.taxonomy import NewAlias, add_aliases
from finmod.taxonomy.fold import fold
from finmod.taxonomy.reading import read_taxonomy
from tests.settings.edits.aliases import CSV, HEAD, add, refused, written


def test_values_in_a_csv_get_their_aliases_there(tmp_path: Path) -> None:
    table = written(tmp_path, CSV, "products.csv")
    path = written(tmp_path, f"{HEAD} products.csv  # ours\n")
    before = path.read_bytes()
    changes = add_aliases(path, [NewAlias("product", "search", "serach"), NewAlias("product", "ads", "adz")])
    assert table.read_text() == "value,aliases,owner\nsearch,srch|serach,x\nads,adz,y\n"
    assert path.read_bytes() == before
    assert [(change.file, change.line, change.text) for change in changes] == [
        ("products.csv", 2, "search,srch|serach,x"),
        ("products.csv", 3, "ads,adz,y"),
    ]
    assert add(path, "serach", " serach ") == ()


def test_a_csv_beside_values_in_the_file_is_edited_together_with_it(tmp_path: Path) -> None:
    table = written(tmp_path, CSV, "products.csv")
    path = written(tmp_path, f"{HEAD} {{maps: {{}}}}\n    values_file: products.csv\n")
    add_aliases(path, [NewAlias("product", "search", "serach"), NewAlias("product", "maps", "map")])
    assert "srch|serach" in table.read_text()
    assert "maps: {aliases: [map]}" in path.read_text()


_SHARED = "dimensions: {product: {values: names.csv}, team: {values: names.csv}, other: {values: {maps: {}}}}\n"


def test_a_csv_that_two_dimensions_name_gets_the_aliases_of_both(tmp_path: Path) -> None:
    table = written(tmp_path, "value,aliases\nsearch,\nads,\n", "names.csv")
    path = written(tmp_path, _SHARED)
    new = [
        NewAlias("product", "search", "serach"),
        NewAlias("team", "search", "seerch"),
        NewAlias("team", "search", "SERACH"),
        NewAlias("team", "ads", "adz"),
        NewAlias("other", "maps", "serach"),
    ]
    changes = add_aliases(path, new, fold=fold)
    assert table.read_text() == "value,aliases\nsearch,serach|seerch\nads,adz\n"
    assert [change.alias for change in changes] == new
    read_taxonomy(tmp_path)
    assert add_aliases(path, new, fold=fold) == ()


def test_an_alias_in_a_csv_is_no_other_value_of_any_dimension_that_names_it(tmp_path: Path) -> None:
    written(tmp_path, "value,aliases\nsearch,\nads,\n", "names.csv")
    dimensions = "{product: {values: names.csv}, team: {extends: true, values: names.csv}}"
    written(tmp_path, "dimensions: {team: {values: {web: {aliases: [w]}}}}\n", "base.yaml")
    path = written(tmp_path, f"include: [base.yaml]\ndimensions: {dimensions}\n")
    before = {each: each.read_bytes() for each in tmp_path.iterdir()}
    with pytest.raises(UserError) as caught:
        add_aliases(path, [NewAlias("product", "search", "x"), NewAlias("team", "ads", "X")], fold=fold)
    expected = "names.csv: 'X' means 'search' too, in product; expected a text that means 'ads' alone.\n  Decide for"
    assert str(caught.value).startswith(expected)
    with pytest.raises(UserError, match=r"names\.csv: 'w' means 'web' already, in team; expected a text that means"):
        add_aliases(path, [NewAlias("product", "search", "w")], fold=fold)
    assert {each: each.read_bytes() for each in tmp_path.iterdir()} == before


def test_one_bad_alias_keeps_every_file(tmp_path: Path) -> None:
    table = written(tmp_path, CSV, "products.csv")
    path = written(tmp_path, f"{HEAD} {{maps: {{}}}}\n    values_file: products.csv\n")
    with pytest.raises(UserError):
        add_aliases(path, [NewAlias("product", "maps", "map"), NewAlias("product", "search", "a|b")])
    assert table.read_text() == CSV
    assert "aliases" not in path.read_text()


@pytest.mark.parametrize(
    ("csv", "text", "message"),
    [
        (
            CSV,
            "a|b",
            "products.csv:2: 'a|b' cannot be an alias there; expected a text without |, line ends and tabs, in a CSV",
        ),
        (CSV, "a\nb", "expected a text without |, line ends and tabs, in a CSV"),
        (
            "value,aliases\nsearch,\n",
            "=cmd()",
            "expected a text that does not begin like a formula, as the first of a cell",
        ),
        ("value,aliases\nsearch,\n", "\uff1dcmd()", "does not begin like a formula, as the first of a cell"),
        ("value,aliases\nsearch,\n", "\u200b=cmd()", "does not begin like a formula, as the first of a cell"),
        ("value,aliases\nsearch,\n", "-1", "does not begin like a formula, as the first of a cell"),
        ("value,owner\nsearch,x\n", "a", "products.csv:1: there is no column 'aliases'"),
        ("name,aliases\nsearch,x\n", "a", "products.csv:1: there is no column 'value'"),
        ("", "a", "products.csv:1: there is no column 'value'"),
        (
            "value,aliases\nsearch,\nsearch,a\n",
            "b",
            "products.csv:3: the value 'search' stands twice, the first time in line 2",
        ),
        ('value,aliases\nsearch,"a\n', "b", "products.csv:2: a quote does not close"),
        ('value,aliases\nsearch,"a"b\n', "b", "products.csv:2: something stands behind a closing quote"),
        ("value,aliases\nads,\n", "b", "taxonomy.yaml: the dimension 'product' has no value 'search'"),
    ],
)
def test_what_a_csv_cannot_hold_is_refused(tmp_path: Path, csv: str, text: str, message: str) -> None:
    written(tmp_path, csv, "products.csv")
    path = written(tmp_path, f"{HEAD} products.csv\n")
    assert message in refused(path, text)


def test_a_csv_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEAD} products.csv\n")
    assert "products.csv: there is no such file beside the taxonomy" in refused(path, "a")
    written(tmp_path, b"value,aliases\n\xff,\n", "products.csv")
    assert "products.csv:2: the byte 0xff is not UTF-8" in refused(path, "a")
    path = written(tmp_path, f"{HEAD} /etc/passwd\n")
    assert "there is no such file beside the taxonomy" in refused(path, "a")


def test_a_file_that_was_saved_meanwhile_is_kept_and_the_other_taken_back(tmp_path: Path) -> None:
    written(tmp_path, CSV, "products.csv")
    path = written(tmp_path, f"{HEAD} {{maps: {{}}}}\n    values_file: products.csv\n")

    def fold_while_an_editor_saves(text: str) -> str:
        if text == "serach":
            written(tmp_path, f"{CSV}new,,\n", "products.csv")
        return fold(text)

    new = [NewAlias("product", "maps", "map"), NewAlias("product", "search", "serach")]
    # The tables are read when the first alias is looked at.
    with pytest.raises(UserError) as caught:
        add_aliases(path, new, fold=fold_while_an_editor_saves)
    assert str(caught.value).startswith("products.csv: the file was saved by someone else while it was edited")
    assert "aliases" not in path.read_text()
    assert (tmp_path / "products.csv").read_text() == f"{CSV}new,,\n"
    assert {each.name for each in tmp_path.iterdir()} == {"taxonomy.yaml", "products.csv"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("value,aliases\nads,a\n", "value,aliases\nads,a|adz\n"),
        ("value,aliases\r\nads,\r\n", "value,aliases\r\nads,adz\r\n"),
        ("value,aliases\nads,a", "value,aliases\nads,a|adz"),
        ("value,aliases\nads,  a \n", "value,aliases\nads,  a |adz\n"),
        ('value,aliases\nads,"a"\n', 'value,aliases\nads,"a|adz"\n'),
        ('value,aliases\nads,""\n', 'value,aliases\nads,"adz"\n'),
        ('value,aliases\nads,"a ""b"", c"\n', 'value,aliases\nads,"a ""b"", c|adz"\n'),
        ("value,aliases,owner\nads\n", "value,aliases,owner\nads,adz\n"),
        ("value,owner,aliases\nads\n", "value,owner,aliases\nads,,adz\n"),
        (" value ; aliases ;owner\n ads ; a;x\n", " value ; aliases ;owner\n ads ; a|adz;x\n"),
        ("aliases,value\n,ads\n", "aliases,value\nadz,ads\n"),
        ('\n\nowner,value,aliases\n"x\ny",ads,a\n', '\n\nowner,value,aliases\n"x\ny",ads,a|adz\n'),
        ("value,aliases\r\n'x',\r\nads,\r\n\r\n", "value,aliases\r\n'x',\r\nads,adz\r\n\r\n"),
        ("value,aliases\rads,\r", "value,aliases\rads,adz\r"),
    ],
)
def test_a_cell_gets_its_alias_in_every_form(before: str, after: str) -> None:
    assert with_aliases(read_values(before), {"ads": ["adz"]}) == after


@pytest.mark.parametrize(
    ("alias", "cell"),
    [
        ("a,b", '"x|a,b"'),
        ('a"b', '"x|a""b"'),
        ("a;b", "x|a;b"),
        ("=1", "x|=1"),
        (" a ", "x|a"),
        ("\N{GRINNING FACE}", "x|\N{GRINNING FACE}"),
    ],
)
def test_what_a_cell_needs_quotes_for_gets_them(alias: str, cell: str) -> None:
    after = with_aliases(read_values("value,aliases\nads,x\n"), {"ads": [alias]})
    assert after == f"value,aliases\nads,{cell}\n"
    assert read_values(after).aliases("ads") == ("x", alias.strip())


def test_several_rows_are_changed_at_once() -> None:
    before = "value,aliases\nads,\nmaps,m\nsearch,\n"
    after = with_aliases(read_values(before), {"search": ["s", "t"], "ads": ["a"]})
    assert after == "value,aliases\nads,a\nmaps,m\nsearch,s|t\n"


def test_the_mark_of_the_encoding_and_line_ends_stay(tmp_path: Path) -> None:
    table = written(tmp_path, b"\xef\xbb\xbf" + CSV.replace("\n", "\r\n").encode(), "products.csv")
    path = written(tmp_path, f"{HEAD} products.csv\n")
    add(path, "serach")
    expected = CSV.replace("srch", "srch|serach").replace("\n", "\r\n")
    assert table.read_bytes() == b"\xef\xbb\xbf" + expected.encode()


def test_what_the_csv_module_reads_otherwise_is_refused() -> None:
    values = read_values("value,aliases\nads,x\n" + "y" * 200_000 + ",\n")
    # The limit is one of the whole process, and other readers raise it.
    before = csv.field_size_limit(131_072)
    try:
        with pytest.raises(NoCsvError) as caught:
            with_aliases(values, {"ads": ["a"]})
    finally:
        csv.field_size_limit(before)
    assert str(caught.value) == "field larger than field limit (131072)"
