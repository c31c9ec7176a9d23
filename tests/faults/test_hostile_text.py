"""Hostile text is data: kept byte for byte in the ledger, harmless wherever it is shown or exported."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finmod.settings.project import load_project
from finmod.workspace.query import query
from tests.books import Books, bill

HOSTILE = {
    "formula": "=cmd|'/C calc'!A0",
    "plus": "+1+1",
    "minus": "-1+1",
    "at": "@SUM(A1)",
    "tab": "\t=1",
    "carriage return": "\r=1",
    "script": "<script>alert(1)</script>",
    "image": "<img src=x onerror=alert(1)>",
    "sql": "'; DROP TABLE charges;--",
    "quotes": '"\'`""',
    "path": "../../etc/passwd",
    "terminal": "\x1b[31mred\x1b]0;title\x07\x9b31m",
    "right to left": "invoice\u202egpj.exe\u2066",
    "nul": "a\0b",
    "lines": "one\ntwo\r\nthree\rfour",
    "emoji": "👩‍👩‍👧‍👦 ﷽ é é",
    "not a character": "\uffff\ufdd0",
    "markup": "[red]x[/red] [link=http://x]y[/link]",
    "markdown": "|a|**b**[c](http://d)`e`",
    "template": "{0} {name} {{}} $x #x @x ${HOME} %s %(x)s",
    "json": '{"a": "\\u0000"}',
    "backslash": "\\n\\\\ \\",
    "long": "x" * 100_000,
    "comma": ",,,",
    "spaces": "  a  ",
}
TERMINAL_DANGERS = {"\x1b", "\x07", "\x9b", "\0", "\u202e", "\u2066", "\r"}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """A project whose bill has hostile text in names, ids, tags, and columns of its own."""
    books = Books(tmp_path_factory.mktemp("hostile") / "books")
    rows = [
        {
            "ServiceName": text,
            "ResourceId": text,
            "x_Note": text,
            "Tags": json.dumps({text: text}),
            "ResourceName": name,
        }
        for name, text in HOSTILE.items()
    ]
    books.load(books.write("b.csv", bill(*rows)))
    return books


@pytest.mark.parametrize("name", HOSTILE)
def test_text_survives_as_data(hostile: Books, name: str) -> None:
    for table in ("charges", "charges_focus_1_2", "charges_daily"):
        result = query(
            load_project(hostile.root),
            f"SELECT ServiceName, ResourceId, Tags FROM {table} WHERE ResourceName = '{name}'",
        )
        assert result.rows == [(HOSTILE[name], HOSTILE[name], json.dumps({HOSTILE[name]: HOSTILE[name]}))]
    rows = hostile.query(f"SELECT ServiceName, x_Note FROM charges WHERE ResourceName = '{name}'")
    assert rows == [{"ServiceName": HOSTILE[name], "x_Note": HOSTILE[name]}]


@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown"])
@pytest.mark.parametrize("command", [("query", "SELECT ServiceName, x_Note FROM charges"), ("check",), ("status",)])
def test_no_output_commands_a_terminal(hostile: Books, command: tuple[str, ...], form: str) -> None:
    said = hostile.run(*command, "--output", form)
    assert not TERMINAL_DANGERS & set(said.out + said.err)


def test_csv_has_no_formula(hostile: Books) -> None:
    sql = "SELECT ServiceName, '-1.5' AS n FROM charges WHERE length(ServiceName) < 1000"
    rows = list(csv.reader(io.StringIO(hostile.run("query", sql, "--output", "csv").out, newline="")))
    cells = [row[0] for row in rows]
    assert len(cells) == len(HOSTILE)
    assert {row[1] for row in rows} == {"n", "-1.5"}
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_markdown_has_no_markup(hostile: Books) -> None:
    said = hostile.run(
        "query", "SELECT ServiceName FROM charges WHERE length(ServiceName) < 100", "--output", "markdown"
    )
    lines = said.out.splitlines()
    assert len(lines) == len(HOSTILE) - 1 + 2
    assert all(line.startswith("| ") and line.endswith(" |") for line in lines)
    assert "<script" not in said.out
    assert "<img" not in said.out
    assert not [line for line in lines[2:] if "|" in line[1:-1].replace("\\|", "")]


def test_table_shows_markup_as_it_stands(hostile: Books) -> None:
    said = hostile.run("query", "SELECT ServiceName FROM charges WHERE ResourceName = 'markup'")
    assert HOSTILE["markup"] in said.out


@pytest.mark.parametrize("version", ["1.2", "1.4"])
def test_exported_csv_has_no_formula_and_parquet_is_as_it_was(hostile: Books, tmp_path: Path, version: str) -> None:
    target = tmp_path / "out.csv.gz"
    said = hostile.run("export", "focus", "--version", version, "--to", target)
    assert said.code == 0, said.err
    before = csv.field_size_limit(1 << 20)
    try:
        with gzip.open(target, "rt", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    finally:
        csv.field_size_limit(before)
    assert len(rows) == len(HOSTILE)
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "@", "\t", "\r", "-1+"))]
    parquet = tmp_path / "out.parquet"
    assert hostile.run("export", "focus", "--version", version, "--to", parquet).code == 0
    again = Books(tmp_path / "again")
    again.load(parquet)
    names = again.query("SELECT ResourceName, ServiceName FROM charges")
    assert {row["ResourceName"]: row["ServiceName"] for row in names} == HOSTILE


COLUMNS = [
    'x_"quoted"',
    "x_it's",
    "x_{0}",
    "x_{name}",
    "x_}{",
    "x_[red]",
    "x_a b",
    "x_a.b",
    "x_a/b",
    "x_$a",
    "x_#a@b",
    "x_%s",
    "x_;--",
    "x_ä🙂",
    "x_<script>",
    "x_=1",
    "x_\\n",
    "x_" + "y" * 250,
    "select",
    "=cmd",
    "Ä",
    "x_two\nlines",
    "x_\u202e",
    "x_\x1b[31m",
    "x_a,b",
]


def test_hostile_column_names_are_kept(books: Books, tmp_path: Path) -> None:
    books.load(books.write("b.csv", bill({name: f"v{place}" for place, name in enumerate(COLUMNS)})))
    kept = {name if name.startswith("x_") else f"x_{name}": f"v{place}" for place, name in enumerate(COLUMNS)}
    (row,) = books.query("SELECT * FROM charges")
    assert {name: row.get(name) for name in kept} == kept
    for table in ("charges_focus_1_2", "charges_daily", "findings", "loads"):
        assert books.query(f"SELECT count(*) > 0 AS found FROM {table}") == [{"found": True}]
    for form in ("table", "csv", "markdown", "json"):
        for command in (("query", "SELECT * FROM charges"), ("check",)):
            said = books.run(*command, "--output", form)
            assert said.code in (0, 1)
            assert "not your fault" not in said.err
            assert not TERMINAL_DANGERS & set(said.out)
    for ending in ("csv", "parquet"):
        assert books.run("export", "focus", "--to", tmp_path / f"o.{ending}").code == 0
    books.load(books.write("b.csv", bill(dict.fromkeys(COLUMNS, "again"))))
    assert books.query("SELECT * FROM charges", "--as-of", "1") == [row]


@pytest.mark.parametrize(
    "name",
    ["../x", "a/b", "a b", "'; DROP TABLE charges;--", "[red]", "=cmd", "..", "", "x" * 300, "a\nb", "\x1b[31m", "ä"],
)
def test_hostile_source_name_is_refused_or_works(loaded: Books, name: str) -> None:
    said = loaded.run("load", "--format", "focus", "--source", name, loaded.write("new.csv", bill({}, {})))
    assert said.code in (0, 1)
    assert not TERMINAL_DANGERS & set(said.out + said.err)
    if said.code == 0 and name:
        assert f"{name} 2026-09" in loaded.totals()
    assert sorted(path.name for path in loaded.root.parent.iterdir()) == ["books"]


# Text as CSV in UTF-8 can hold it. A cell that is empty or says NULL is NULL.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40).filter(
    lambda text: text not in ("NULL", "null", "(null)")
)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, min_size=1, max_size=40))
def test_any_text_goes_round_from_csv_to_json(books: Books, texts: list[str]) -> None:
    path = books.write("b.csv", bill(*({"ServiceName": text, "x_Note": text} for text in texts)))
    books.load(path)
    rows = books.query("SELECT ServiceName AS a, x_Note AS b FROM charges ORDER BY x_Row")
    assert rows == [{"a": text, "b": text} for text in texts]
