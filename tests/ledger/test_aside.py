"""Folders aside: one for each writer, gone with it; what a killed one left goes with the next."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.ledger.aside import aside
from tests.applied import NOW


def test_what_a_killed_writer_left_goes_and_nothing_else(tmp_path: Path) -> None:
    for name in ("aws@1", "aws@2", "aws-2@1"):
        (tmp_path / name / "spill").mkdir(parents=True)
    with aside(tmp_path, "aws", NOW) as folder:
        (folder / "rows.parquet").touch()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["aws-2@1", folder.name]
    assert [path.name for path in tmp_path.iterdir()] == ["aws-2@1"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "staging").touch()
    with pytest.raises(UserError, match="staging"), aside(tmp_path / "staging", "_drivers", NOW):
        pass
