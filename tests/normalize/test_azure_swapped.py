"""Halves of an Azure bill in each other's place, whole or as one file too many."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from finmod.errors import UserError
from tests.journeys.bills import new_project
from tests.normalize.azure_bill import IN_ACTUAL, PURCHASE, load, load_pair, write
from tests.normalize.test_azure_pairs import ACTUAL, AMORTIZED


@pytest.mark.parametrize(
    ("actual", "amortized", "said"),
    [
        (AMORTIZED, ACTUAL, "the file stands under actual and has 1 row of unused commitments"),
        (
            AMORTIZED[:2],
            ACTUAL,
            "under actual and has 1 row of covered usage with a cost",
        ),
        ([{}], [{}, PURCHASE], "under amortized and has 1 purchase of commitments, and its twin has none"),
        ([{}, PURCHASE], [{}, IN_ACTUAL, PURCHASE], "1 purchase of commitments and covered usage at 0"),
    ],
    ids=["unused", "covered", "purchase", "not amortized"],
)
def test_halves_in_each_others_place_are_told_by_their_rows(
    tmp_path: Path, actual: list[dict[str, str]], amortized: list[dict[str, str]], said: str
) -> None:
    with pytest.raises(UserError) as caught:
        load_pair(tmp_path, actual, amortized)

    assert said in str(caught.value)
    assert "Exchange the paths of actual and amortized." in str(caught.value)
    assert "FM1259" in str(caught.value)


def test_halves_in_each_others_place_are_told_by_their_manifests(tmp_path: Path) -> None:
    folder = tmp_path / "actual"
    half = write(folder / "part.csv", [{}])
    _manifest(folder, "AmortizedCost")

    with pytest.raises(UserError, match=r"stands under actual, and its manifest says AmortizedCost") as caught:
        load(
            new_project(tmp_path / "project"),
            actual=[str(half)],
            amortized=[str(write(tmp_path / "amortized.csv", [{}]))],
        )

    assert "FM1259" in str(caught.value)


@pytest.mark.parametrize(
    ("role", "other", "stray"), [("amortized", "actual", ACTUAL), ("actual", "amortized", AMORTIZED)]
)
def test_a_file_of_the_other_half_beside_right_ones_is_to_be_taken_out(
    tmp_path: Path, role: str, other: str, stray: list[dict[str, str]]
) -> None:
    halves = {
        "actual": [str(write(tmp_path / "a.csv", ACTUAL))],
        "amortized": [str(write(tmp_path / "m.csv", AMORTIZED))],
    }
    halves[role].append(str(write(tmp_path / "stray.csv", stray)))

    with pytest.raises(UserError) as caught:
        load(new_project(tmp_path / "project"), **halves)

    assert f"Take it out of {role}: it is {other} cost. (FM1259" in str(caught.value)
    assert "Exchange" not in str(caught.value)


def test_a_manifest_of_the_other_half_beside_right_ones_is_to_be_taken_out(tmp_path: Path) -> None:
    kinds = {"actual": "ActualCost", "amortized": "AmortizedCost", "stray": "ActualCost"}
    rows: dict[str, list[dict[str, str]]] = {"actual": [{}], "amortized": [{}], "stray": [{}, {}]}
    files = {name: str(write(tmp_path / name / "part.csv", rows[name])) for name in kinds}
    for name, kind in kinds.items():
        _manifest(tmp_path / name, kind)

    with pytest.raises(UserError, match=r"(?s)Take it out of amortized: it is actual cost\..*FM1259"):
        load(
            new_project(tmp_path / "project"),
            actual=[files["actual"]],
            amortized=[files["amortized"], files["stray"]],
        )


def _manifest(folder: Path, kind: str) -> None:
    content = {"blobs": [{"blobName": "part.csv"}], "exportConfig": {"type": kind}}
    (folder / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
