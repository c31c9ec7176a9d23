"""Usage reports: which kind a file is, and what is no report."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import UserError
from finmod.sources.files import fingerprint
from finmod.sources.kubernetes import REPORTS, recognise, report_of, stage_usage
from finmod.sources.stage import Staged
from tests.usage import answer, report


def staged(folder: Path, content: bytes, name: str = "a.json") -> Staged:
    path = folder / name
    path.write_bytes(content)
    with Engine() as engine:
        return stage_usage(engine, fingerprint(path, folder), folder)


@pytest.mark.parametrize("name", REPORTS)
def test_each_report_is_told_by_its_columns(name: str) -> None:
    assert report_of([*REPORTS[name], "something_else"]) == name


def test_bills_are_no_usage() -> None:
    assert not recognise(["BilledCost", "ChargePeriodStart", "namespace"])


def test_an_answer_of_opencost_is_known_by_its_fields() -> None:
    assert recognise(["code", "data"])


@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_is_staged_as_rows_of_text(tmp_path: Path, packed: bool) -> None:  # noqa: FBT001 -- a parameter
    content = answer({}, {"name": "b"}).encode()

    found = staged(tmp_path, gzip.compress(content) if packed else content)

    assert found.rows == 2
    assert {column.type for column in found.columns} == {"VARCHAR"}


def test_numbers_keep_every_digit(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(answer({}).replace("12.5", "12.50000000000000000000001"), encoding="utf-8")
    with Engine() as engine:
        found = stage_usage(engine, fingerprint(path, tmp_path), tmp_path)
        text = engine.row(f"SELECT cpuCoreHours FROM {found.relation}")

    assert text == ("12.50000000000000000000001",)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"code": 200, "data": [', "FM1140"),
        (b'{"code": 200, "code": 200, "data": []}', "FM1141"),
        (b'{"code": 200, "data": []}', "FM1107"),
        (gzip.compress(answer({}).encode())[:-9], "FM1112"),
        (b"a,b\n1,2\n", "FM1276"),
        (b"", "FM1103"),
    ],
)
def test_what_is_damaged_or_empty_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(UserError) as caught:
        staged(tmp_path, content)

    assert [problem.code for problem in caught.value.problems] == [code]


def test_csv_is_staged_as_any_bill(tmp_path: Path) -> None:
    assert staged(tmp_path, report({}).encode(), "pods.csv").rows == 1


def test_columns_that_nobody_needs_are_not_staged(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(report({}), encoding="utf-8")
    names = (tmp_path / "a.csv").read_text(encoding="utf-8").split("\n")[0].split(",")
    file = fingerprint(tmp_path / "a.csv", tmp_path)
    with Engine() as engine:
        every = stage_usage(engine, file, tmp_path)
        found = stage_usage(engine, file, tmp_path, wanted={"node"}.__contains__)

    assert [column.name for column in every.columns] == names
    telling = REPORTS["openshift-pod"] | {"node"}
    assert [column.name for column in found.columns] == [name for name in names if name in telling]


def test_columns_that_differ_in_case_alone_are_told_as_such(tmp_path: Path) -> None:
    header, row = report({}).splitlines()

    with pytest.raises(UserError) as caught:
        staged(tmp_path, f"{header.upper()}\n{row}\n".encode())

    (problem,) = caught.value.problems
    assert problem.code == "FM1276"
    assert problem.found == "the columns differ from those of the report openshift-pod in case alone: 'INTERVAL_END'"
    assert problem.expected == "'interval_end'"


def test_a_column_that_a_report_needs_is_named(tmp_path: Path) -> None:
    text = report({}).replace(",pod,", ",pot,", 1)

    with pytest.raises(UserError) as caught:
        staged(tmp_path, text.encode())

    (problem,) = caught.value.problems
    assert problem.code == "FM1276"
    assert problem.found == "the file lacks pod, and has other columns of the report openshift-pod"
    assert problem.remedy == "Export the report again with all columns: docs/reference/mappings/kubernetes.md."
