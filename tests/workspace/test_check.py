"""What makes a check red: totals that were not kept, findings, invoices; and what the settings let pass."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine, literal
from finmod.errors import UserError
from finmod.focus.columns import COSTS
from finmod.settings.project import Project, load_project
from finmod.terms.findings import codes
from finmod.workspace.check import CheckReport, check
from tests.books import Books, bill, month

COMPLETE = {
    "BilledCost": "1.5",
    "EffectiveCost": "1.5",
    "ListCost": "1.5",
    "ContractedCost": "1.5",
    "InvoiceId": "i1",
}


def project(books: Books, *lines: str) -> Project:
    """Return the project with more lines in its finmod.yaml."""
    books.write("finmod.yaml", "\n".join(("name: n", "currency: USD", *lines, "")))
    return load_project(books.root)


def invoices(books: Books, *lines: str) -> None:
    """Write the list of invoices."""
    books.write("invoices.csv", "\n".join(("issuer,invoice_id,billing_period,currency,amount", *lines, "")))


def counted(report: CheckReport, *, severity: str) -> Counter[str]:
    return Counter(finding.code for finding in report.findings if finding.severity == severity)


def charges_file(books: Books) -> Path:
    """Return the one Parquet file that the charges stand in."""
    (file,) = (books.root / ".finmod/tables/charges").rglob("*.parquet")
    return file


def spoil(file: Path) -> None:
    """Write a Parquet file anew with a cent more in each charge."""
    other = file.with_suffix(".other")
    with Engine() as engine:
        engine.copy_parquet(
            f"SELECT * REPLACE (CAST(BilledCost + 0.01 AS DECIMAL(38, 12)) AS BilledCost) "
            f"FROM read_parquet({literal(str(file))}, hive_partitioning = false)",
            other,
        )
    other.replace(file)


def test_an_empty_ledger_cannot_be_checked(books: Books) -> None:
    with pytest.raises(UserError, match="the ledger is empty") as caught:
        check(load_project(books.root))
    assert "FM1502" in str(caught.value)


def test_every_cost_of_every_period_is_proven(books: Books) -> None:
    books.load(books.write("a.csv", bill(month(8, "2", **{**COMPLETE, "BilledCost": "2"}), month(9, "3"))))
    report = check(load_project(books.root))
    assert Counter((proof.billing_period, proof.measure) for proof in report.proofs) == Counter(
        (period, cost) for period in ("2026-08", "2026-09") for cost in COSTS
    )
    assert all(proof.holds for proof in report.proofs)
    assert report.version == 1
    assert counted(report, severity="error")["FM1402"] == 0


def test_rows_of_one_month_alone_are_looked_at_where_one_is_asked_for_and_totals_of_all(books: Books) -> None:
    twice = [month(number, "2", **COMPLETE) for number in (8, 9) for _ in range(2)]
    books.load(books.write("a.csv", bill(*twice)))

    def repeated(report: CheckReport) -> list[str | None]:
        return [each.billing_period for each in report.findings if each.code == "FM1205"]

    whole, one = check(load_project(books.root)), check(load_project(books.root), month=date(2026, 9, 1))
    assert repeated(whole) == ["2026-08", "2026-09"]
    assert repeated(one) == ["2026-09"]
    assert one.proofs == whole.proofs


def test_a_file_of_the_ledger_that_was_changed_makes_the_check_red(loaded: Books) -> None:
    spoil(charges_file(loaded))
    report = check(load_project(loaded.root))
    assert report.red
    (broken,) = (finding for finding in report.findings if finding.code == "FM1402")
    assert (broken.source, broken.billing_period, broken.column, broken.severity) == (
        "saas",
        "2026-09",
        "BilledCost",
        "error",
    )
    assert "1.500000000000 in the files' manifest, 1.510000000000 in the charges" in broken.message
    assert [proof.measure for proof in report.proofs if not proof.holds] == ["BilledCost"]
    said = loaded.run("check")
    assert said.code == 1
    assert "FM1402" in said.out + said.err


@pytest.mark.parametrize("table", ["charges", "charge_days", "charge_keys"])
def test_a_file_of_the_ledger_that_is_gone_is_told(loaded: Books, table: str) -> None:
    (file,) = (loaded.root / ".finmod/tables" / table).rglob("*.parquet")
    file.unlink()
    with pytest.raises(UserError, match="FM1503"):
        check(load_project(loaded.root))
    said = loaded.run("check")
    assert said.code == 1
    assert "Bring the store folder back from a copy" in said.err
    assert "Traceback" not in said.err


def test_a_file_of_the_ledger_that_is_no_parquet_is_told(loaded: Books) -> None:
    charges_file(loaded).write_bytes(b"no parquet at all")
    with pytest.raises(UserError, match="FM1503"):
        check(load_project(loaded.root))


def twice(books: Books) -> None:
    """Load a charge twice: a warning of its own."""
    charge = month(9, **COMPLETE)
    books.load(books.write("a.csv", bill(charge, charge)))


def test_a_warning_makes_red_only_where_it_is_asked_for(books: Books) -> None:
    twice(books)
    errors = sorted({f.code for f in check(load_project(books.root)).findings if f.severity == "error"})
    silent = f"  ignore: [{', '.join(errors)}]"
    assert not check(project(books, "check:", silent)).red
    assert check(project(books, "check:", silent, "  fail_on: warning")).red


def test_codes_that_are_ignored_are_shown_and_never_red(books: Books) -> None:
    twice(books)
    every = check(project(books, "check:", "  fail_on: warning"))
    codes = {finding.code for finding in every.findings if finding.severity != "info"}
    assert every.red
    assert "FM1205" in codes
    some = check(project(books, "check:", "  fail_on: warning", f"  ignore: [{', '.join(sorted(codes - {'FM1205'}))}]"))
    assert some.red
    none = check(project(books, "check:", "  fail_on: warning", f"  ignore: [{', '.join(sorted(codes))}]"))
    assert not none.red
    assert none.findings == every.findings


def test_errors_come_first(books: Books) -> None:
    twice(books)
    rank = ["error", "warning", "info"]
    severities = [rank.index(finding.severity) for finding in check(load_project(books.root)).findings]
    assert severities == sorted(severities)


def test_invoices_are_compared_only_where_the_project_names_them(books: Books) -> None:
    twice(books)
    invoices(books, "Acme,i1,2026-09,USD,2.99")
    assert "FM1405" not in {finding.code for finding in check(load_project(books.root)).findings}
    named = check(project(books, "invoices: invoices.csv"))
    (found,) = (finding for finding in named.findings if finding.code == "FM1405")
    assert (found.severity, found.amount, found.rows) == ("error", Decimal(3), 2)
    assert named.red


def test_invoices_that_cannot_be_told_apart_do_not_tie(books: Books) -> None:
    twice(books)
    invoices(books, "Acme,i1,2026-09,USD,1", "Bmce,i1,2026-09,USD,2")
    report = check(project(books, "invoices: invoices.csv"))
    assert counted(report, severity="error")["FM1408"] == 1
    assert (report.red, report.invoices_tie) == (True, False)


@pytest.mark.parametrize("lines", [(), ("x,i8,2026-08,USD,5",)], ids=["empty", "of other months"])
def test_a_list_without_invoices_of_loaded_months_ties_with_nothing(loaded: Books, lines: tuple[str, ...]) -> None:
    invoices(loaded, *lines)
    assert check(project(loaded, "invoices: invoices.csv")).invoices_tie is None
    assert "listed invoice" not in loaded.run("check").out


@pytest.mark.parametrize("cost", ["3", "0.00"])
def test_charges_that_are_not_listed_leave_the_listed_invoices_tied(books: Books, cost: str) -> None:
    books.load(
        books.write(
            "a.csv",
            bill(month(9, **COMPLETE), month(9, **{**COMPLETE, **dict.fromkeys(COSTS, cost), "InvoiceId": "i2"})),
        )
    )
    invoices(books, "x,i1,2026-09,USD,1.5")
    report = check(project(books, "invoices: invoices.csv"))
    assert counted(report, severity="warning")["FM1406"] == 1
    assert report.invoices_tie is True


def test_a_listed_invoice_without_charges_makes_the_check_red(loaded: Books) -> None:
    invoices(loaded, "x,i9,2026-09,USD,1000000")
    settings = project(loaded, "invoices: invoices.csv", "check:", "  ignore: [FM1311, FM1312]")
    report = check(settings)
    assert counted(report, severity="error")["FM1406"] == 1
    assert (report.red, report.invoices_tie) == (True, False)
    invoices(loaded, "x,i9,2026-09,USD,0", "x,i8,2026-08,USD,5")
    report = check(settings)
    assert counted(report, severity="info")["FM1406"] == 1
    assert report.invoices_tie


def test_a_file_under_two_sources_makes_the_check_red(loaded: Books) -> None:
    settings = load_project(loaded.root)
    assert counted(check(settings), severity="error")["FM1410"] == 0
    file = loaded.root / "exports/good.csv"
    assert loaded.run("load", "--format", "focus", "--source", "again", file).code == 0
    report = check(settings)
    (found,) = (finding for finding in report.findings if finding.code == "FM1410")
    assert (found.source, found.billing_period, found.rows, found.amount) == ("again", "2026-09", 1, Decimal("1.5"))
    assert report.red


def test_a_file_leaves_a_source_that_was_loaded_by_path_as_it_is_said(loaded: Books) -> None:
    assert "must stand in finmod.yaml first" in codes()["FM1410"].remedy
    loaded.write("kept.csv", bill(month(9, "7")))
    files = (loaded.root / "exports/good.csv", loaded.root / "kept.csv")
    assert loaded.run("load", "--format", "focus", "--source", "again", *files).code == 0
    assert loaded.run("load", "again", "--again").code == 1

    settings = project(loaded, "sources:", "  again: {format: focus, path: kept.csv}")
    said = loaded.run("load", "again", "--again", "--accept", "FM1130")

    assert said.code == 0, said.err
    assert "FM1410" not in {finding.code for finding in check(settings).findings}


def test_a_path_of_a_file_that_is_loaded_twice_is_said_once(loaded: Books) -> None:
    assert loaded.run("load", "--format", "focus", "--source", "again", loaded.root / "exports/good.csv").code == 0
    (line,) = (line for line in loaded.run("check").out.splitlines() if "also loaded" in line)
    assert line == (
        "  again 2026-09 exports/good.csv: The file is also loaded under saas: 1 charge of 1.50 USD counted twice."
    )


def test_only_what_the_ledger_holds_now_is_checked(books: Books) -> None:
    twice(books)
    books.load(books.write("a.csv", bill(month(9, **COMPLETE))))
    report = check(load_project(books.root))
    assert "FM1205" not in {finding.code for finding in report.findings}
    assert all(proof.holds for proof in report.proofs)
