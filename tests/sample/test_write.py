"""A sample is what was asked for, ties to its invoices and truth, and is the same every time."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import UserError
from finmod.sample import SampleSummary, write_sample
from finmod.sample.prices import SUPPLIERS
from tests.sample.bills import months, records, rows, same_values, total


def test_same_arguments_give_same_content(small: SampleSummary, folder: Path) -> None:
    again = write_sample(folder, months=3, rows=10_000)
    assert [path.relative_to(folder) for path in again.files] == [p.relative_to(small.folder) for p in small.files]
    with Engine() as engine:
        for one, other in zip(small.files, again.files, strict=True):
            assert same_values(engine, one, other), one.name


def test_another_seed_is_another_company(small: SampleSummary, folder: Path) -> None:
    other = write_sample(folder, seed=2, months=3, rows=10_000)
    assert other.billed.keys() == small.billed.keys()
    assert all(other.billed[key] != small.billed[key] for key in small.billed)


def test_totals_of_the_files_are_those_of_truth(small: SampleSummary) -> None:
    truth = {
        (record["source"], record["billing_period"], record["measure"]): Decimal(record["amount"])
        for record in records(small.folder / "truth" / "totals.csv")
    }
    with Engine() as engine:
        for source, label, path in months(small.folder):
            measures = ["BilledCost", "EffectiveCost"]
            if source != "aws":  # a CUR has no list and contracted cost of its own: normalize says what they are
                measures += ["ListCost", "ContractedCost"]
            for measure in measures:
                assert total(engine, path, measure) == truth[source, label, measure], (path.name, measure)
            if source != "gcp":  # where a credit is a part of its row, and a charge of its own in truth
                assert rows(engine, path) == truth[source, label, "rows"]


def test_invoices_equal_billed_cost(small: SampleSummary) -> None:
    issuers = {supplier.issuer: supplier.source for supplier in SUPPLIERS}
    invoiced: dict[tuple[str, str], Decimal] = {}
    for record in records(small.folder / "invoices.csv"):
        # Microsoft sends one for each agreement.
        source = "azure-ea" if record["invoice_id"].startswith("55010001-") else issuers[record["issuer"]]
        key = source, record["billing_period"]
        invoiced[key] = invoiced.get(key, Decimal(0)) + Decimal(record["amount"])
    with Engine() as engine:
        billed = {(source, label): total(engine, path, "BilledCost") for source, label, path in months(small.folder)}
    assert invoiced == billed == small.billed


def test_each_invoice_equals_the_rows_that_name_it(small: SampleSummary) -> None:
    wanted = {record["invoice_id"]: Decimal(record["amount"]) for record in records(small.folder / "invoices.csv")}
    found: dict[str, Decimal] = {}
    with Engine() as engine:
        for source, _, path in months(small.folder):
            name, cost = (
                ("bill_invoice_id", "line_item_unblended_cost") if source == "aws" else ("InvoiceId", "BilledCost")
            )
            relation = (
                f"read_parquet('{path}')" if path.suffix == ".parquet" else f"read_csv('{path}', all_varchar = true)"
            )
            found |= dict(engine.rows(f"SELECT {name}, sum(CAST({cost} AS DECIMAL(38,12))) FROM {relation} GROUP BY 1"))
    assert found == wanted


@pytest.mark.parametrize(("wanted", "window"), [(10_000, 3), (40_000, 3), (6_000, 14)])
def test_rows_are_met_within_a_tenth(folder: Path, wanted: int, window: int) -> None:
    summary = write_sample(folder, months=window, rows=wanted)
    assert abs(sum(summary.rows.values()) - wanted) < wanted / 10


def test_spend_and_shares_are_about_as_asked(term: SampleSummary) -> None:
    spent: dict[str, Decimal] = {}
    for record in records(term.folder / "truth" / "totals.csv"):
        if record["measure"] == "EffectiveCost":
            spent[record["source"]] = spent.get(record["source"], Decimal(0)) + Decimal(record["amount"])
    annual = sum(spent.values(), Decimal(0)) * 12 / 14
    assert abs(annual - 8_000_000) < 800_000
    shares = {source: float(amount / sum(spent.values())) for source, amount in spent.items()}
    for supplier in SUPPLIERS:
        assert shares[supplier.source] == pytest.approx(supplier.share, abs=0.03)


def test_progress_counts_every_bill(folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    write_sample(folder, months=1, rows=3_000, on_progress=lambda done, of: seen.append((done, of)))
    assert seen == [(number, 7) for number in range(1, 8)]


def test_a_run_that_is_broken_off_leaves_nothing(folder: Path) -> None:
    def stop(done: int, _: int) -> None:
        if done == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_sample(folder, months=3, rows=10_000, on_progress=stop)
    assert list(folder.iterdir()) == []


def test_nothing_but_the_sample_is_left(small: SampleSummary) -> None:
    assert sorted(path.name for path in small.folder.iterdir()) == [
        "drivers",
        "events.csv",
        "exports",
        "invoices.csv",
        "truth",
    ]
    on_disk = {path for path in small.folder.rglob("*") if path.is_file()}
    assert on_disk == set(small.files)


def test_a_folder_with_a_sample_is_refused(small: SampleSummary) -> None:
    with pytest.raises(UserError, match="the folder holds exports, truth, drivers, invoices") as caught:
        write_sample(small.folder, months=3, rows=10_000)
    assert caught.value.problems[0].code == "FM1700"


def test_a_file_in_place_of_the_folder_is_refused(folder: Path) -> None:
    folder.write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match="there is a file of that name; expected a folder"):
        write_sample(folder)
    assert folder.read_text(encoding="utf-8") == "mine"


def test_every_senseless_argument_is_told_at_once(folder: Path) -> None:
    with pytest.raises(UserError) as caught:
        write_sample(folder, seed=-1, rows=10, months=3, spend=Decimal("NaN"))
    assert [problem.code for problem in caught.value.problems] == ["FM1701", "FM1704", "FM1706"]
    assert "--rows: 10 rows; expected 1,200 or more for 3 months" in str(caught.value)
    assert not folder.exists()


def test_months_out_of_range_are_refused(folder: Path) -> None:
    with pytest.raises(UserError, match="0 months; expected 1 to 120"):
        write_sample(folder, months=0)


def test_a_senseless_month_is_refused(folder: Path) -> None:
    with pytest.raises(UserError, match="the last month is '2026-13'; expected a month such as 2026-10"):
        write_sample(folder, end="2026-13")
