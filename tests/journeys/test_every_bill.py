"""All suppliers at once: loaded, tied out, closed, restated, compared, as a controller and an engineer would do it."""

from __future__ import annotations

import csv
import gzip
import io
from decimal import Decimal
from pathlib import Path

import pytest

from tests.books import Books
from tests.once import sample_once

pytestmark = pytest.mark.journey

SUPPLIERS = {"aws", "azure-ea", "azure-mca", "gcp", "oci", "ai", "datacentre"}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Return the sample company of two months, loaded."""
    return sample_once(tmp_path_factory, rows=10_000, months=2)


@pytest.fixture
def books(sample: Books, tmp_path: Path) -> Books:
    """Return a copy of it that a test may change."""
    return sample.copy(tmp_path / "books")


def amount(books: Books, sql: str, *words: str) -> Decimal:
    """Return the one amount of a query."""
    (row,) = books.query(f"SELECT {sql}", *words)
    return Decimal(next(iter(row.values())))


def restated(path: Path) -> Decimal:
    """Raise the first cost of a bill by 10 in every column of cost; return its BilledCost before."""
    text = path.read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    first = next(row for row in rows if not row["ListUnitPrice"])  # else price and quantity would not give it
    before = Decimal(first["BilledCost"])
    for column in ("BilledCost", "EffectiveCost", "ContractedCost", "ListCost"):
        first[column] = str(Decimal(first[column]) + 10)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8")
    return before


def test_every_supplier_is_loaded_and_every_invoice_ties(sample: Books) -> None:
    assert {row["x_Source"] for row in sample.query("SELECT DISTINCT x_Source FROM charges")} == SUPPLIERS
    checked = sample.run("check")
    assert checked.code == 0, checked.out
    assert "GREEN" in checked.out
    statuses = {row["x_Status"] for row in sample.query("SELECT DISTINCT x_Status FROM invoices")}
    assert statuses == {"ties"}
    assert sample.run("reconcile").code == 0


def test_the_ledger_is_the_companys_own_truth_to_the_last_digit(sample: Books) -> None:
    text = (sample.root / "truth" / "totals.csv").read_text(encoding="utf-8")
    columns = {"ListCostInExport": "ListCost", "ContractedCostInExport": "ContractedCost"}
    hidden = {"ListCost", "ContractedCost"}
    wanted = {
        (row["source"], row["billing_period"], columns.get(row["measure"], row["measure"])): Decimal(row["amount"])
        for row in csv.DictReader(io.StringIO(text))
        if row["measure"] not in {*hidden, "rows"}
    }
    found = {
        (row["x_Source"], row["month"], measure): Decimal(row[measure] or 0)
        for row in sample.query(
            "SELECT x_Source, strftime(x_BillingPeriod, '%Y-%m') AS month, sum(BilledCost) AS BilledCost, "
            "sum(EffectiveCost) AS EffectiveCost, sum(ListCost) AS ListCost, sum(ContractedCost) AS ContractedCost "
            "FROM charges GROUP BY ALL"
        )
        for measure in ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")
    }
    assert found == wanted


def test_a_second_load_of_everything_does_nothing(books: Books) -> None:
    before = books.trace()
    assert books.run("load").code == 0
    assert books.trace() == before


def test_a_restated_month_that_is_closed_becomes_a_true_up(books: Books) -> None:
    september = "sum(BilledCost) FROM charges WHERE x_BillingPeriod = DATE '2026-09-01'"
    october = "sum(BilledCost) FROM charges WHERE x_BillingPeriod = DATE '2026-10-01'"
    was = amount(books, september), amount(books, october)
    assert books.run("close", "2026-09", "--note", "told the board").code == 0
    restated(books.root / "exports" / "ai" / "ai-focus-2026-09.csv")
    said = books.run("load", "ai")
    assert "true-up in 2026-10" in said.out
    assert amount(books, september) == was[0]
    assert amount(books, october) == was[1] + 10
    assert amount(books, september, "--as-of", "2026-09") == was[0]
    assert amount(books, "sum(EffectiveCost) FROM charges WHERE x_TrueUpOf = DATE '2026-09-01'") == 10
    history = books.run("history", "--output", "markdown").out
    assert "# Closed months of northwind" in history
    assert "told the board" in history
    assert "+10.00" in history or "10.00 USD" in history
    assert books.run("check").code == 0


def test_an_azure_pair_is_restated_by_halves(books: Books) -> None:
    """Only the amortized file changes: its unchanged twin is read beside it, and nothing is billed twice."""
    billed = "sum(BilledCost) FROM charges WHERE x_Source = 'azure-ea'"
    before = amount(books, billed)
    (path,) = sorted((books.root / "exports/azure-ea/amortized").glob("20261001-*/*/*.csv.gz"))
    content = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(content + b"\n", mtime=0))
    said = books.run("load", "azure-ea")
    assert said.code == 0, said.err
    assert "replaced" in said.out
    assert amount(books, billed) == before


def test_the_same_bill_by_two_exports_is_compared_and_counted_once(books: Books) -> None:
    file = books.root / "focus-aws.parquet"
    assert books.run("export", "focus", "--source", "aws", "--to", file).code == 0
    before = amount(books, "sum(BilledCost) FROM charges")
    assert "(FM1440, docs/errors.md)" in books.run("load", file, "--source", "aws-focus").err
    assert books.run("load", file, "--source", "aws-focus", "--compare-with", "aws").code == 0
    assert amount(books, "sum(BilledCost) FROM charges") == before
    said = books.run("compare", "aws", "aws-focus", "--detailed-exitcode")
    assert said.code == 0, said.out
    assert "The same bill: its 2 totals agree in every cost, to the last digit." in said.out
