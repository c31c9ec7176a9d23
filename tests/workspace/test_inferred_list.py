"""The list of inferred tags: lines that somebody confirmed stay, as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmod.errors import UserError
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


def test_cells_are_written_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    there = Confirmed((*COLUMNS, "note"), (("", "-1", "ads", "", 'a "b"\n\r\nc,d', "", "", "=x"), ("", "é", *" " * 6)))
    path.write_bytes(f"\ufeff{KIND},note\n{there.text()}".encode())
    assert confirmed(path).lines == (there.lines[0], ("", "é", *[""] * 6))


def test_a_list_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(f"{KIND}\n,i-\xff\n".encode("latin-1"))
    with pytest.raises(UserError, match="the byte 0xff is not UTF-8") as caught:
        confirmed(path)
    assert str(caught.value).startswith(f"{path}:2: ")
