"""Drops of CloudZero's format: which one counts, and what their columns are called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.normalize.formats import detect
from finmod.sources.cloudzero_cbf import canonical, recognise, select_files, tag_columns

PERIOD = "20260901-20261001"


def drops(root: Path, *names: str, manifest: str | None = None) -> list[Path]:
    """Write a file per drop of one billing period, and the manifest, and return the files."""
    paths = []
    for name in names:
        path = root / PERIOD / name / "a.csv.gz"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"")
        paths.append(path)
    if manifest is not None:
        (root / PERIOD).mkdir(exist_ok=True)
        (root / PERIOD / "manifest.json").write_text(manifest, encoding="utf-8")
    return paths


def test_the_drop_that_the_manifest_names_counts(tmp_path: Path) -> None:
    old, new = drops(tmp_path, "old", "new", manifest=json.dumps({"version": "1.0.0", "current_drop_id": "new"}))

    chosen = select_files([old, new])

    assert chosen.files == (new,)
    assert [path for path, _ in chosen.left_out] == [old]
    assert [finding.code for finding in chosen.findings] == ["FM1253"]


def test_files_in_no_period_are_taken_as_they_are(tmp_path: Path) -> None:
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]

    assert select_files(paths).files == tuple(paths)


def test_an_empty_drop_takes_its_period_out(tmp_path: Path) -> None:
    (old,) = drops(tmp_path, "old", manifest='{"current_drop_id": "none"}')
    (tmp_path / PERIOD / "none").mkdir()

    chosen = select_files([old])

    assert chosen.files == ()
    assert chosen.whole == (tmp_path / PERIOD,)


def test_several_drops_without_a_manifest_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"(?s)2 versions of one bill lie side by side.*FM1252"):
        select_files(drops(tmp_path, "old", "new"))


def test_a_drop_that_is_not_here_is_refused(tmp_path: Path) -> None:
    paths = drops(tmp_path, "old", manifest='{"current_drop_id": "ne\\u001bw"}')

    with pytest.raises(UserError, match=r"(?s)the drop 'ne\ufffdw', which is not here; expected.*FM1251"):
        select_files(paths)


@pytest.mark.parametrize("manifest", ["{", "[]", "{}", '{"current_drop_id": 7}', '{"current_drop_id": ".."}', ""])
def test_a_corrupt_manifest_is_refused(manifest: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="FM1250"):
        select_files(drops(tmp_path, "old", manifest=manifest))


def test_the_format_is_told_by_time_and_cost() -> None:
    assert recognise(["time/usage_start", "cost/cost"])
    assert detect(["lineitem/type", "time/usage_start", "Cost/Cost"]) == "cloudzero-cbf"
    assert not recognise(["time/usage_start", "cost"])


def test_tags_are_the_columns_behind_their_prefix() -> None:
    assert tag_columns(["resource/tag:b", "resource/id", "resource/tag:A b"]) == [
        ("resource/tag:A b", "A b"),
        ("resource/tag:b", "b"),
    ]
    assert canonical("resource/tag:A b") != canonical("resource/tag:A_b")
