"""Report versions: a new assembly of an AWS report takes the place of the old one, whatever became of its files."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from tests.books import Books
from tests.normalize.aws_bill import BASE

PERIOD = "cur/bill/20260901-20261001"
DECLARED = "name: n\ncurrency: USD\nsources:\n  aws: {format: aws-cur, path: cur}\n"


def assembly(books: Books, version: str, *costs: str) -> None:
    """Write one report version, a chunk per cost, and the manifest that names it alone."""
    names = []
    for number, cost in enumerate(costs, start=1):
        names.append(f"{PERIOD}/{version}/bill-{number:05}.csv")
        path = books.root / names[-1]
        path.parent.mkdir(parents=True, exist_ok=True)
        row = {**BASE, "line_item_line_item_type": "Usage", "line_item_unblended_cost": cost}
        with path.open("w", newline="", encoding="utf-8") as handle:
            writer = csv.DictWriter(handle, row)
            writer.writeheader()
            writer.writerow(row)
    manifest = books.root / PERIOD / "bill-Manifest.json"
    manifest.write_text(json.dumps({"reportKeys": [f"bucket/{name}" for name in names]}), encoding="utf-8")


@pytest.fixture(params=["declared", "by path"])
def load(request: pytest.FixtureRequest, books: Books) -> list[str | Path]:
    """How the report is loaded."""
    if request.param == "declared":
        books.write("finmod.yaml", DECLARED)
        return []
    return ["--source", "aws", books.root / "cur"]


def test_a_chunk_that_the_new_version_lacks_leaves_though_no_file_has_new_bytes(
    books: Books, load: list[str | Path]
) -> None:
    assembly(books, "first", "1", "100")
    assert books.run("load", *load).code == 0
    assembly(books, "second", "1")
    said = books.run("load", *load)
    assert (said.code, said.err) == (0, "")
    assert books.totals() == {"aws 2026-09": "1 1.000000000000"}
    assert "nothing to load" in books.run("load", *load).out


def test_an_old_version_that_was_deleted_is_superseded_all_the_same(books: Books, load: list[str | Path]) -> None:
    assembly(books, "first", "1", "100")
    assert books.run("load", *load).code == 0
    shutil.rmtree(books.root / PERIOD / "first")
    assembly(books, "second", "2")
    said = books.run("load", *load)
    assert (said.code, said.err) == (0, "")
    assert books.totals() == {"aws 2026-09": "1 2.000000000000"}
    assert not books.query("SELECT 1 FROM findings WHERE x_Code = 'FM1201'")


def test_a_file_beside_the_report_stays_when_the_report_is_replaced(books: Books, load: list[str | Path]) -> None:
    assembly(books, "first", "1")
    other = books.root / "cur/loose.csv"
    shutil.copy(books.root / PERIOD / "first/bill-00001.csv", other)
    other.write_text(other.read_text(encoding="utf-8").replace(",1\r", ",7\r").replace(",1\n", ",7\n"))
    assert books.run("load", *load).code == 0
    assembly(books, "second", "2")
    assert books.run("load", *load).code == 0
    assert books.totals() == {"aws 2026-09": "2 9.000000000000"}
