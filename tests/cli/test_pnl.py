"""``finmod pnl``: what stands on the screen, in files and in pipes."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from finmod.engines.duckdb import Engine
from tests.applied import TAXONOMY
from tests.books import Books
from tests.statements import PNL, books_of
from tests.tagged import charge, with_charges


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """The project; no test changes it."""
    return books_of(tmp_path_factory.mktemp("pnl") / "books")


def test_all_together_are_told_by_lines(books: Books) -> None:
    said = books.run("pnl")

    assert said.code == 0
    assert said.out.splitlines()[:8] == [
        "                     2026-08  2026-09   total",
        "  Subscriptions       280.00   400.00  680.00",
        "Revenue               280.00   400.00  680.00",
        "  Platform             40.00    40.00   80.00",
        "  Hosting             100.00   100.00  200.00",
        "Cost of sales         140.00   140.00  280.00",
        "Gross profit          140.00   260.00  400.00",
        "Gross margin          50.0 %   65.0 %  58.8 %",
    ]
    assert "2026-08 to 2026-09 in USD; EffectiveCost of allocation 1, applied " in said.out
    assert "Cloud lines are all 296.00 USD of the ledger, to the last digit" in said.out


def test_products_stand_below_each_other_the_best_first(books: Books) -> None:
    said = books.run("pnl", "--by", "product")

    rows = [line.split()[0] for line in said.out.splitlines()[:5]]
    assert rows == ["Product", "search", "ads", "(unallocated)", "all"]
    assert "info FM2315" in said.out
    assert "Salaries' is not told by product: it stands with what is nobody's" in said.out


def test_several_periods_of_products_have_a_total(books: Books) -> None:
    said = books.run("pnl", "--by", "product", "--from", "2026-08")

    assert [line.split()[0] for line in said.out.splitlines()[:13]] == [
        "Period", *["2026-08"] * 4, *["2026-09"] * 4, *["total"] * 4,
    ]  # fmt: skip


def test_a_budget_has_a_plan_and_a_variance_beside_each_period(tmp_path: Path) -> None:
    books = books_of(tmp_path / "books", pnl_yaml=PNL + "budget: {Subscriptions: plan}\n")
    said = books.run("pnl", "--period", "2026-09")

    assert said.out.splitlines()[:2] == [
        "                     2026-09  2026-09 plan  2026-09 variance",
        "  Subscriptions       400.00        370.00             30.00",
    ]
    assert "Gross margin          65.0 %             -                 -" in said.out


def test_members_have_plan_and_variance_of_what_is_planned(tmp_path: Path) -> None:
    books = books_of(tmp_path / "books", pnl_yaml=PNL + "budget: {Subscriptions: plan}\n")
    for form in ("table", "markdown"):
        said = books.run("pnl", "--by", "product", "--output", form)
        heads, search = (
            [each.strip(" |") for each in re.split(r" \| |  +", line)]
            for line in said.out.splitlines() if "Revenue plan" in line or "search" in line
        )  # fmt: skip
        told = dict(zip(heads, search, strict=True))
        assert (told["Revenue"], told["Revenue plan"], told["Revenue variance"]) == ("300.00", "250.00", "50.00")


def test_a_line_that_is_unknown_is_not_all_of_the_ledger(tmp_path: Path) -> None:
    charges = (charge(9, "100", "i-1", "", ListCost=""), charge(9, "5", "i-2", ""))
    books = with_charges(tmp_path / "books", charges, TAXONOMY)
    books.write("allocation.yaml", "to: [product]\n")
    books.write("pnl.yaml", "cost: ListCost\ndefault: {name: Hosting, section: cogs}\n")
    assert books.run("apply").code == 0

    said = books.run("pnl")
    words = "of the ledger, to the last digit; it is not all they cost"
    assert re.search(f"(?m)^What is known of cloud lines is all [0-9]+.00 USD {words}$", said.out)
    assert "Cloud lines are all" not in said.out


def test_cost_of_sales_of_nobody_is_a_warning_that_markdown_has(tmp_path: Path) -> None:
    text = PNL.replace("driver: salaries, section: opex", "driver: salaries, section: cogs")
    said = books_of(tmp_path / "books", pnl_yaml=text).run("pnl", "--by", "product", "--output", "markdown")

    assert "- warning FM2315 " in said.out


def test_programs_get_a_row_for_each_period_member_and_item(books: Books) -> None:
    told = json.loads(books.run("pnl", "--by", "product", "--output", "json").out)
    rows = [*csv.DictReader(io.StringIO(books.run("pnl", "--by", "product", "--output", "csv").out))]

    assert told["proofs"] == [
        {"currency": "USD", "ledger": "148.000000000000", "stated": "148.000000000000",
         "difference": "0.000000000000", "holds": True}
    ]  # fmt: skip
    assert {each["code"] for each in told["findings"]} == {"FM2315"}
    assert len(told["rows"]) == len(rows) == 4 * 15
    found = next(each for each in told["rows"] if (each["member"], each["item"]) == ("search", "gross_margin"))
    assert found == {
        "period": "2026-09", "first_day": "2026-09-01", "end": "2026-10-01", "by": "product", "member": "search",
        "whose": "member", "kind": "ratio", "section": None, "item": "gross_margin", "actual": "0.700000000000",
        "plan": None, "variance": None,
        "currency": None,
    }  # fmt: skip


def test_findings_that_a_form_does_not_have_itself_are_on_standard_error(books: Books, tmp_path: Path) -> None:
    told = re.compile(r"info FM2315 drivers\.yaml:2:1: The line 'Salaries' is not told by product: [^\n]+\n")
    for form, words in (("csv", told), ("markdown", told), ("json", re.compile("")), ("table", re.compile(""))):
        said = books.run("pnl", "--by", "product", "--output", form)
        assert (said.code, bool(words.fullmatch(said.err))) == (0, True), (form, said.err)
    for ending in ("xlsx", "csv", "md", "json"):
        said = books.run("pnl", "--by", "product", "--file", tmp_path / f"out.{ending}")
        assert told.fullmatch(said.err), ending


def test_a_warning_that_markdown_has_is_told_once_and_csv_has_it_beside(tmp_path: Path) -> None:
    text = PNL.replace("driver: salaries, section: opex", "driver: salaries, section: cogs")
    books = books_of(tmp_path / "books", pnl_yaml=text)

    assert books.run("pnl", "--by", "product", "--output", "markdown").err == ""
    assert books.run("pnl", "--by", "product", "--output", "csv").err.startswith("warning FM2315 ")
    said = books.run("pnl", "--grain", "quarter", "--output", "csv")
    assert "warning FM2321 There are no charges of 2026-07" in said.err


def test_members_called_as_sums_are_told_apart(tmp_path: Path) -> None:
    pnl = PNL + "cohorts: {plan: {file: plans.csv, key: customer, value: plan}}\n"
    books = books_of(tmp_path / "books", pnl_yaml=pnl)
    books.write("plans.csv", "customer,plan\nacme,all\nbolt,(unallocated)\ncore,all*\n")
    names = {"all**", "(unallocated)*", "all*", "(unallocated)", "all"}

    for words in ((), ("--from", "2026-08")):
        at = 1 if words else 0
        said = books.run("pnl", "--by", "plan", *words, "--output", "markdown")
        rows = [[each.strip() for each in line.split("|")[1:-1]] for line in said.out.splitlines() if line[:1] == "|"]
        told = [each[at].replace("\\", "") for each in rows[2:]]
        assert {*told} == names
        assert len(told) == 5 * (3 if words else 1)
        assert [line.split()[at] for line in books.run("pnl", "--by", "plan", *words).out.splitlines()[1:6]] == told[:5]
    books.run("pnl", "--by", "plan", "--file", tmp_path / "out.xlsx")
    sheet = load_workbook(tmp_path / "out.xlsx")["By plan"]
    assert {*names} == {row[1] for row in sheet.iter_rows(min_row=5, values_only=True) if row[1]}
    programs = csv.DictReader(io.StringIO(books.run("pnl", "--by", "plan", "--output", "csv").out))
    assert {(row["member"], row["whose"]) for row in programs} == {
        ("all", "member"), ("(unallocated)", "member"), ("all*", "member"), ("", "nobody"), ("", "all"),
    }  # fmt: skip


def test_the_last_quarters_so_far_are_told_where_none_is_whole(books: Books) -> None:
    said = books.run("pnl", "--grain", "quarter")

    assert said.out.splitlines()[0].split() == ["FY2026", "Q3"]
    words = " ".join(books.run("pnl", "--help").out.replace("│", " ").split())
    assert (
        "the last three periods that are whole, with --by of the last one; where none is whole, of the last ones"
        in (words)
    )


def test_a_page_of_markdown_is_the_table_and_its_proof(books: Books) -> None:
    said = books.run("pnl", "--by", "product", "--output", "markdown")

    assert said.out.startswith("| Product | Revenue | Cost of sales |")
    assert "Cloud lines are all 148.00 USD of the ledger, to the last digit" in said.out


def test_files_are_written_by_their_endings(books: Books, tmp_path: Path) -> None:
    for ending in ("xlsx", "csv", "md", "json"):
        target = tmp_path / f"out.{ending}"
        target.write_text("old", encoding="utf-8")
        said = books.run("pnl", "--by", "product", "--file", target)
        assert (said.code, said.out.splitlines()[0]) == (0, f"Wrote the statement to {target}")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["out.csv", "out.json", "out.md", "out.xlsx"]
    assert load_workbook(tmp_path / "out.xlsx").sheetnames == ["Statement", "By product", "Proof"]
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["allocation"] == 1
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").startswith("period,first_day,end,by,member,")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--file", "out.pdf"), ("--file is 'out.pdf'; expected a file that ends in .xlsx, .csv, .md or "
                                 ".json.\n  Name it "
         "so. (FM2334, docs/errors.md)")),
        (("--file", "gone/out.csv"), ("gone/out.csv: the statement cannot be written: no such file or "
                                      "directory.\n  Name a "
         "file in a folder of yours. (FM2334, docs/errors.md)")),
        (("--file", "gone/out.xlsx"), ("gone/out.xlsx: the statement cannot be written: no such file or directory.\n"
         "  Name a file in a folder of yours. (FM2334, docs/errors.md)")),
        (("--file", f"{'x' * 300}/out.csv"), (f"{'x' * 300}/out.csv: the statement cannot be written: file name too "
         "long.\n  Name a file in a folder of yours. (FM2334, docs/errors.md)")),
        (("--file", f"{'x' * 300}/out.xlsx"), (f"{'x' * 300}/out.xlsx: the statement cannot be written: file name too "
         "long.\n  Name a file in a folder of yours. (FM2334, docs/errors.md)")),
        (("--file", f"{'x' * 300}.csv"), (f"{'x' * 300}.csv: the statement cannot be written: file name too "
         "long.\n  Name a file in a folder of yours. (FM2334, docs/errors.md)")),
        (("--top", "3"), "--top and --bottom need --by.\n  See: finmod pnl --help"),
        (("--period", "2026-09", "--to", "2026-09"), ("--period is one period: give it without --from and "
                                                      "--to.\n  See: "
         "finmod pnl --help")),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(books: Books, words: tuple[str, ...], message: str) -> None:
    said = books.run("pnl", *words)

    assert (said.code, said.err.strip()) == (1, message)


def test_a_statement_that_is_not_the_ledgers_total_says_so_and_fails(tmp_path: Path) -> None:
    books = books_of(tmp_path / "books")
    assert books.run("pnl").code == 0
    for path in (books.root / ".finmod" / "reductions" / "charged_totals").iterdir():
        with Engine() as engine:
            changed = path.with_suffix(".changed")
            columns = "* REPLACE (CAST(EffectiveCost + 1 AS DECIMAL(38,12)) AS EffectiveCost)"
            engine.copy_parquet(f"SELECT {columns} FROM read_parquet('{path}')", changed)
            changed.replace(path)

    said = books.run("pnl", "--period", "2026-09")

    assert said.code == 1
    assert "NOT PROVEN: cloud lines differ by -1.000000000000 USD from 149.00 USD of the ledger" in said.out
    assert (
        "error FM2323 The statement sums to 148.000000000000 USD, the ledger's charges to 149.000000000000." in said.out
    )
    assert said.err.startswith("the statement is not the ledger's total; expected cloud lines that are all charges")
