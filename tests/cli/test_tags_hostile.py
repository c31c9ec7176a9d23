"""Hostile text in tags, keys, ids, accounts, owners and values: no command of tags lets it act or look like ours."""

from __future__ import annotations

import csv
import io
import json
import shlex
from pathlib import Path

import pytest

from finmod.errors import HARMFUL
from tests.books import Books, Said, Unchanged, bill
from tests.tagged import charge

EVIL = (
    '=HYPERLINK("http://x")', "\x1b[31mred\x1b[0m", "a\nsaas 2026-09, charge key 1", "'; DROP TABLE names; --",
    "<script>alert(1)</script>|`x`[y](z)", "x" * 100_000, "$(touch pwned)", "\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe",
    "{{7*7}}", "[red]bold[/red]", "%s%n", "\N{GRINNING FACE} ok", "   ", "-1+1", "@SUM(A1)", "a\tb", "*", "/.*/",
    '"},{"', "--output", "\\", "~1~0/", "\r\n| a | b |",
)  # fmt: skip

TAXONOMY = r"""
dimensions:
  product:
    values:
      search: {owner: "o'brien; rm -rf ~ \"$(x)\" [red]", aliases: [srch]}
      "'; DROP TABLE x; --": {owner: "=cmd()", aliases: ["<b>bold</b>"]}
      "[red]ads[/red]|`x`": {owner: ads-team}
    from:
      - tag: [product, app]
      - account: {"2": "'; DROP TABLE x; --", "3": "[red]ads[/red]|`x`", "4": search}
    required: 0.9
  open:
    from:
      - tag: [open, "we'ird \"key\""]
"""

PARTS = 2
"""So many resources to be split to keep what one of them finds below what is explained at once."""

COMMANDS = (
    "tags", "tags --by account", "tags --by open", "tags --by product", "tags --trend 3", "tags keys",
    "tags drift --all", "tags taggable", "tags rules", "tags repair", "tags infer", "tags todo",
    "tags todo --owner =cmd()",
)  # fmt: skip


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Return a project whose every text is hostile; no test changes it."""
    return _hostile(tmp_path_factory.mktemp("evil") / "books")


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Return the same with a few resources to be split to, by which many are found at once; no test changes it."""
    return _hostile(tmp_path_factory.mktemp("parts") / "books", split=True)


def _hostile(folder: Path, *, split: bool = False) -> Books:
    made = Books(folder)
    charges = [charge(8, "99", "good", '{"product":"search"}')]
    for number, text in enumerate(EVIL):
        tags = {"product": text, "open": text, text[:200]: "k", 'we\'ird "key"': text}
        account = {"SubAccountId": str(number % 5), "SubAccountName": text[:300], "ResourceName": text[:2000]}
        if split:
            account["AllocatedResourceId"] = f"part-{number % PARTS}"
        charges.append(charge(9, str(number + 1), text, json.dumps(tags), **account))
    made.load(made.write("a.csv", bill(*charges)))
    made.write("taxonomy.yaml", TAXONOMY)
    return Unchanged(folder)


def run(books: Books, command: str, form: str) -> Said:
    first, *words = shlex.split(command)
    # Options of the group stand behind it, those of a subcommand behind that.
    place = 1 if words and not words[0].startswith("-") else 0
    said = books.run(first, *words[:place], "--output", form, *words[place:])
    assert (said.code, said.err) == (0, "")
    assert not set(said.out) & HARMFUL
    return said


@pytest.mark.parametrize("command", COMMANDS)
def test_no_form_lets_text_act(command: str, books: Books) -> None:
    rows = json.loads(run(books, command, "json").out)
    assert isinstance(rows, list)
    table = list(csv.reader(io.StringIO(run(books, command, "csv").out)))
    assert len(table) == len(rows) + 1
    assert {len(row) for row in table} == {len(table[0])}
    assert [cell for row in table for cell in row if cell[:1] in {"=", "+", "@", "\t"} or cell[:2] == "-1"] == []
    page = run(books, command, "markdown").out
    assert "<script" not in page
    assert "\n| a | b |" not in page


@pytest.mark.parametrize("command", COMMANDS)
def test_no_text_looks_like_a_line_of_ours_or_fills_the_screen(command: str, books: Books) -> None:
    shown = run(books, command, "table").out.splitlines()
    assert not any(line.startswith("saas 2026-09, charge key") for line in shown)
    assert max(map(len, shown)) < 1000


@pytest.mark.parametrize("text", [text for text in EVIL if text.strip()], ids=range(len(EVIL) - 1))
def test_every_resource_is_found_and_explained_as_text(text: str, books: Books) -> None:
    said = books.run("explain", "--", text)
    assert (said.code, said.err) == (0, "")
    assert not set(said.out) & HARMFUL
    heads = [line for line in said.out.splitlines() if "charge key" in line and not line.startswith(" ")]
    assert len(heads) == 1
    assert len(said.out) < 5000


@pytest.mark.parametrize("form", ["json", "csv", "markdown"])
def test_every_resource_is_explained_as_text_in_every_form(form: str, parts: Books) -> None:
    keys: set[str] = set()
    for number in range(PARTS):
        said = parts.run("explain", "--output", form, f"part-{number}")
        assert (said.code, said.err, set(said.out) & HARMFUL) == (0, "", set())
        if form == "json":
            keys |= {key["charge_key"] for key in json.loads(said.out)}
        elif form == "csv":
            rows = list(csv.DictReader(io.StringIO(said.out)))
            keys |= {row["charge_key"] for row in rows}
            assert [
                cell for row in rows for cell in row.values() if cell[:1] in {"=", "+", "@", "\t"} or cell[:2] == "-1"
            ] == []
        else:
            assert "<script" not in said.out
            assert "\n| a | b |" not in said.out
            heading, _, *page = (line.split(" | ") for line in said.out.splitlines())
            keys |= {row[heading.index("charge_key")] for row in page}
    assert len(keys) == len(EVIL)


def test_nothing_was_run_and_no_table_dropped(books: Books, tmp_path: Path) -> None:
    assert not (Path.cwd() / "pwned").exists()
    page = tmp_path / "todo.md"
    assert books.run("tags", "todo", "--to", page).code == 0
    assert "<script" not in page.read_text(encoding="utf-8")
    assert books.query("SELECT count(*) AS n FROM charge_names") == [{"n": 2 * (len(EVIL) + 1)}]
