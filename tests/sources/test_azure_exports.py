"""Exports of Cost Management: the newest run of each period, whole, and what its manifest says of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from finmod.errors import UserError
from finmod.sources.azure_exports import manifest_of, select_exports, select_known_exports

RUN = "0f2c1f0e-7d1e-4c52-8a90-5c0ffee0000"
PERIOD = "exports/daily/20260901-20260930"


def run(
    root: Path,
    name: str,
    *,
    submitted: object = "2026-10-01T06:00:00Z",
    parts: int = 1,
    **others: Any,  # noqa: ANN401 -- parts of the manifest
) -> list[Path]:
    """Write a run's files and its manifest."""
    folder = root / PERIOD / name
    folder.mkdir(parents=True)
    files = [folder / f"part_{number}_0001.csv" for number in range(parts)]
    for file in files:
        file.write_text("a,b\n1,2\n", encoding="utf-8")
    content = {
        "manifestVersion": "2024-04-01",
        "blobs": [{"blobName": f"daily/20260901-20260930/{name}/{file.name}", "byteCount": 8} for file in files],
        "exportConfig": {"type": "ActualCost"},
        "runInfo": {"submittedTime": submitted, "runId": name},
    } | others
    (folder / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    return files


def test_of_several_runs_the_newest_counts_and_the_rest_is_told(tmp_path: Path) -> None:
    old = run(tmp_path, RUN + "1", submitted="2026-09-30T06:00:00Z")
    new = run(tmp_path, RUN + "0", submitted="2026-10-01T06:00:00Z")

    chosen = select_exports([*old, *new])

    assert chosen.files == tuple(new)
    assert [path for path, _ in chosen.left_out] == old
    assert [finding.code for finding in chosen.findings] == ["FM1253"]
    assert chosen.whole == (tmp_path / PERIOD,)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("2026-10-05T02:00:00+02:00", "2026-10-05T01:00:00Z"),
        ("2026-10-05T01:00:00Z", "2026-10-04T23:30:00-0200"),
        ("2026-10-05T01:00:00.1234567Z", "2026-10-05T01:00:00.1234568Z"),
        ("2026-10-05T01:00:00.09", "2026-10-05T01:00:00.1"),
        ("2026-10-05T01:00:00", "2026-10-05 01:00:01z"),
    ],
    ids=["east of UTC", "west of UTC", "seven digits", "digits of unlike number", "no offset"],
)
def test_the_newest_run_is_told_by_the_instant_and_not_by_its_text(tmp_path: Path, older: str, newer: str) -> None:
    old, new = run(tmp_path, RUN + "2", submitted=older), run(tmp_path, RUN + "1", submitted=newer)

    assert select_exports([*old, *new]).files == tuple(new)


@pytest.mark.parametrize("time", ["unknown", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+01:00", 20261005, {}])
def test_a_time_that_is_none_is_refused_where_it_must_tell_runs_apart(tmp_path: Path, time: object) -> None:
    files = [*run(tmp_path, RUN + "1"), *run(tmp_path, RUN + "2", submitted=time)]

    with pytest.raises(UserError) as caught:
        select_exports(files)

    assert f"manifest.json: the manifest's runInfo.submittedTime is no time: {time}; expected a time such as" in str(
        caught.value
    )
    assert f"{RUN}2" in str(caught.value)
    assert "FM1250" in str(caught.value)
    assert select_exports(files[1:]).files == tuple(files[1:])


@pytest.mark.parametrize(
    ("time", "said"),
    [
        ("2026-10-01T08:00:00.000+02:00", f"{RUN}1 and {RUN}2 were submitted at the same time"),
        (None, f"{RUN}1 has no submittedTime that is a time"),
        ("", f"{RUN}1 has no submittedTime that is a time"),
    ],
    ids=["same instant", "none", "empty"],
)
def test_runs_that_their_times_do_not_tell_apart_are_refused(tmp_path: Path, time: object, said: str) -> None:
    files = [*run(tmp_path, RUN + "1", submitted=time), *run(tmp_path, RUN + "2")]
    files[0].write_text("a,b\n1,3\n", encoding="utf-8")

    with pytest.raises(UserError) as caught:
        select_exports(files)

    assert f"2 versions of one bill lie side by side, and their manifests do not say which one stands: {said};" in str(
        caught.value
    )
    assert "Give the folder of the newest version alone. (FM1252" in str(caught.value)


@pytest.mark.parametrize("time", ["2026-10-01T06:00:00Z", None])
def test_copies_of_a_run_count_once(tmp_path: Path, time: object) -> None:
    files = [*run(tmp_path, RUN + "1", submitted=time), *run(tmp_path, RUN + "2")]

    assert select_exports(files).files == tuple(files[1:])


def test_the_manifest_says_which_half_a_file_is(tmp_path: Path) -> None:
    files = run(tmp_path, RUN + "1", exportConfig={"type": "AmortizedCost"})

    assert select_exports(files).roles == {files[0]: "amortized"}


def test_an_export_of_another_kind_is_no_half(tmp_path: Path) -> None:
    files = run(tmp_path, RUN + "1", exportConfig={"type": "FocusCost"})

    assert select_exports(files).roles == {}


def test_a_missing_part_is_refused(tmp_path: Path) -> None:
    files = run(tmp_path, RUN + "1", parts=2)
    files[1].unlink()

    with pytest.raises(UserError, match=r"1 of the 2 files that the manifest names are missing: part_1_0001\.csv"):
        select_exports(files[:1])


def test_a_part_that_was_not_given_is_refused(tmp_path: Path) -> None:
    files = run(tmp_path, RUN + "1", parts=2)

    with pytest.raises(UserError, match=r"(?s)were not given: part_1_0001\.csv.*Give the period's folder"):
        select_exports(files[:1])


def test_a_file_that_broke_off_is_refused(tmp_path: Path) -> None:
    files = run(tmp_path, RUN + "1", blobs=[{"blobName": "x/part_0_0001.csv", "byteCount": 5000}])

    with pytest.raises(UserError, match=r"(?s)part_0_0001\.csv has 8 bytes, and the manifest says 5,000.*FM1251"):
        select_exports(files)


def test_the_manifest_promises_rows(tmp_path: Path) -> None:
    blobs = [{"blobName": "x/part_0_0001.csv", "dataRowCount": 7}, {"blobName": "x/part_1_0001.csv"}]
    files = run(tmp_path, f"{RUN}1", parts=2, blobs=blobs)

    assert select_exports(files).promised == {files[0]: 7}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "the manifest is no JSON"),
        ("[" * 100_000, "the manifest is no JSON"),
        ("[]", "no list of file names in 'blobs'"),
        ('{"blobs": []}', "no list of file names in 'blobs'"),
        ('{"blobs": [{"byteCount": 3}]}', "no list of file names in 'blobs'"),
        ('{"blobs": ["part.csv"]}', "no list of file names in 'blobs'"),
        ('{"blobs": 7}', "no list of file names in 'blobs'"),
    ],
    ids=["broken", "deep", "list", "empty", "nameless", "texts", "number"],
)
def test_a_corrupt_manifest_is_refused(tmp_path: Path, content: str, said: str) -> None:
    files = run(tmp_path, RUN + "1")
    (files[0].parent / "manifest.json").write_text(content, encoding="utf-8")

    with pytest.raises(UserError) as caught:
        select_exports(files)

    assert said in str(caught.value)
    assert "FM1250" in str(caught.value)


def test_runs_without_manifests_side_by_side_are_refused(tmp_path: Path) -> None:
    files = [*run(tmp_path, RUN + "1"), *run(tmp_path, RUN + "2")]
    for file in files:
        (file.parent / "manifest.json").unlink()

    with pytest.raises(UserError, match="2 versions of one bill lie side by side"):
        select_exports(files)


def test_daily_files_of_an_old_export_are_never_added_up(tmp_path: Path) -> None:
    folder = tmp_path / PERIOD
    folder.mkdir(parents=True)
    files = [folder / f"daily_{RUN}{number}.csv" for number in (1, 2)]
    for file in files:
        file.write_text("a\n1\n", encoding="utf-8")

    with pytest.raises(UserError, match=r"(?s)2 versions of one bill lie side by side.*FM1252"):
        select_exports(files)
    assert select_exports(files[:1]).files == (files[0],)


def test_a_run_outside_of_a_periods_folder_must_be_whole_too(tmp_path: Path) -> None:
    files = run(tmp_path, RUN + "1", parts=2)
    loose = tmp_path / "download"
    (tmp_path / PERIOD / (RUN + "1")).rename(loose)

    assert select_exports([loose / file.name for file in files]).files == tuple(loose / file.name for file in files)
    with pytest.raises(UserError, match="FM1251"):
        select_exports([loose / files[0].name])


def test_files_in_no_export_are_taken_as_they_are(tmp_path: Path) -> None:
    files = [tmp_path / "a.csv", tmp_path / "b.csv"]

    assert select_exports(files).files == tuple(files)
    assert manifest_of(files[0]) is None


def test_windows_names_in_a_manifest_are_found(tmp_path: Path) -> None:
    files = run(tmp_path, RUN + "1", blobs=[{"blobName": "daily\\20260901-20260930\\part_0_0001.csv"}])

    assert select_exports(files).files == tuple(files)


def test_focus_exports_of_azure_count_by_their_newest_run(tmp_path: Path) -> None:
    old = run(tmp_path, RUN + "1", submitted="2026-09-30T06:00:00Z", exportConfig={"type": "FocusCost"})
    new = run(tmp_path, RUN + "2", exportConfig={"type": "FocusCost"})
    other = tmp_path / "aws" / "focus.csv"

    chosen = select_known_exports([*old, other, *new])

    assert chosen.files == (other, *new)
    assert [path for path, _ in chosen.left_out] == old


def test_runs_of_a_focus_export_without_manifests_are_refused_side_by_side(tmp_path: Path) -> None:
    files = [*run(tmp_path, f"{RUN}1"), *run(tmp_path, f"{RUN}2")]
    for file in files:
        (file.parent / "manifest.json").unlink()

    with pytest.raises(UserError, match=r"(?s)2 versions of one bill lie side by side.*FM1252"):
        select_known_exports(files)
    assert select_known_exports(files[:1]).files == tuple(files[:1])


def test_another_tools_manifest_beside_focus_files_is_none_of_ours(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"files": 3}', encoding="utf-8")

    assert select_known_exports([tmp_path / "a.csv"]).files == (tmp_path / "a.csv",)


def test_a_corrupt_manifest_in_a_periods_folder_is_refused_for_focus_too(tmp_path: Path) -> None:
    files = run(tmp_path, RUN + "1")
    (files[0].parent / "manifest.json").write_text("{", encoding="utf-8")

    with pytest.raises(UserError, match="FM1250"):
        select_known_exports(files)
