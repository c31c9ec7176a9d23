"""The list of inferred tags: lines that somebody confirmed stay, whatever saved them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from finmod.errors import UserError
from finmod.workspace.files import write_list
from finmod.workspace.inferred_list import COLUMNS, KIND, Confirmed, confirmed

OURS = ",i-1,ads,0.99,because,2026-09,0.95"


def test_lines_that_say_no_month_are_confirmed(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"{KIND}\n{OURS}\n,i-2,ads,0.99,because, ,0.95\npod,,=x\n", encoding="utf-8")
    assert confirmed(path) == Confirmed(
        COLUMNS, (("", "i-2", "ads", "0.99", "because", "", "0.95"), ("pod", "", "=x", "", "", "", ""))
    )


@pytest.mark.parametrize("text", [None, f"{KIND}\n", f"{KIND}\n{OURS}\n", "value,owner\nsearch,me\n"])
def test_where_nothing_is_confirmed_there_is_nothing(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    assert confirmed(tmp_path / "list.csv") == Confirmed()


def test_no_line_is_made_for_a_resource_that_has_one() -> None:
    there = Confirmed(lines=(("", "I-1", "ads", "", "", "", ""), ("pod", "", "ads", "", "", "", "")))
    new = [("", "i-1", "search"), ("pod", "", "search"), ("", "pod", "search"), ("i-1", "", "search")]
    assert there.without(new) == new[2:]


def test_a_line_with_two_ids_stands_for_both() -> None:
    there = Confirmed(lines=(("pod-1", "I-1", "search", "", "", "", ""),))
    new = [("", "i-1", "ads"), ("pod-1", "", "ads"), ("i-1", "", "ads"), ("", "i-2", "ads")]
    assert there.without(new) == new[2:]


ROWS = (
    (*COLUMNS, "note"),
    ("", "i-2", "ads", "", "we asked; twice", "", "", "me"),
    ("", "i-1", "ads", "0.99", "because", "2026-09", "0.95", ""),
)


@pytest.mark.parametrize(
    ("order", "form"),
    [
        (range(8), {"delimiter": ";"}),
        (range(8), {"quoting": csv.QUOTE_ALL, "lineterminator": "\r\n"}),
        ((7, 5, 4, 3, 2, 1, 0, 6), {}),
    ],
    ids=["semicolons", "quotes", "moved"],
)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_list_that_a_spreadsheet_saved_is_known_by_the_names_of_its_columns(
    order: Sequence[int], form: dict[str, Any], mark: str, tmp_path: Path
) -> None:
    path, text = tmp_path / "list.csv", io.StringIO()
    csv.writer(text, **form).writerows([row[at] for at in order] for row in ROWS)
    path.write_bytes(f"{mark}{text.getvalue()}".encode())
    found = confirmed(path)
    assert (found.columns, found.lines) == (ROWS[0], ROWS[1:2])
    write_list(path, f"{KIND}\n", found.kind)
    assert path.read_text(encoding="utf-8") == f"{KIND}\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{KIND}\n,i-\xff\n".encode("latin-1"), "the byte 0xff is not UTF-8"),
        (f"{KIND}\n{OURS}\n".encode("utf-16"), "the byte 0xff is not UTF-8"),
        (f"sep=;\n{KIND}\n".replace(",", ";").encode(), "the first line is 'sep=;'"),
        (f"{KIND}\n".replace("confidence", "sure").encode(), "there is no column 'confidence'"),
        (f"{KIND}\n".replace(",", "\t").encode(), "there is no column 'AllocatedResourceId'"),
    ],
)
def test_a_list_that_cannot_be_read_is_told_and_never_taken_for_another_file(
    text: bytes, found: str, tmp_path: Path
) -> None:
    (tmp_path / "list.csv").write_bytes(text)
    with pytest.raises(UserError) as caught:
        confirmed(tmp_path / "list.csv")
    (problem,) = caught.value.problems
    assert (problem.code, problem.found) == ("FM2009", found)
    assert problem.where is not None
    assert problem.where.startswith(f"{tmp_path / 'list.csv'}:")


def test_a_text_without_a_heading_is_refused_where_its_line_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"{KIND},,who,\n{OURS},gone,,\n,i-2,ads,,,,,,,\n", encoding="utf-8")
    assert confirmed(path).columns == (*COLUMNS, "who")
    path.write_text(f"{KIND},,who,\n,i-2,ads,,,,,,me,our note\n,i-3,ads,,,,,\x1b,me,\n", encoding="utf-8")
    with pytest.raises(UserError) as caught:
        confirmed(path)
    told = "stands in a column without a heading; expected a heading above each text that is to be kept."
    remedy = "  Give the column a name in the first line, or take the text out. (FM2009, docs/errors.md)"
    assert str(caught.value).splitlines() == [
        f"{path}:2: 'our note' {told}", remedy, f"{path}:3: '\N{REPLACEMENT CHARACTER}' {told}", remedy,
    ]  # fmt: skip


def test_cells_are_written_as_they_were_read(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    there = Confirmed((*COLUMNS, "note"), (("", "-1", "ads", "", 'a "b"\n\r\nc,d', "", "", "=x"), ("", "é", *" " * 6)))
    path.write_bytes(f"\ufeff{KIND},note\n{there.text()}".encode())
    assert confirmed(path).lines == (there.lines[0], ("", "é", *[""] * 6))
