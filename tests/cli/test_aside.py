"""Files that a command writes: whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmod.cli.aside import replacing
from finmod.errors import UserError
from tests.refusals import told


def test_a_file_takes_the_place_of_the_one_that_is_there(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("old")
    with replacing(target, "report", code="FM2581") as aside:
        aside.write_text("new")
        assert (target.read_text(), aside.suffix) == ("old", ".html")

    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("report.html", "new")]


def test_what_fails_half_way_leaves_no_trace(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("old")
    with pytest.raises(ZeroDivisionError), replacing(target, "report", code="FM2581") as aside:
        aside.write_text("ne" + "w" * (1 // 0))

    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("report.html", "old")]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    target = tmp_path / "nowhere" / "report.html"
    with pytest.raises(UserError) as caught, replacing(target, "report", code="FM2581") as aside:
        aside.write_text("new")

    assert told(caught.value.problems[0]) == (
        f"{target}: the report cannot be written: no such file or directory. Name a file in a folder of yours. (FM2581)"
    )
