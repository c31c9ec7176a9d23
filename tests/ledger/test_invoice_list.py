"""The list of invoices: plain lines are read, every other one is refused with file, line, column and remedy."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError
from finmod.ledger.invoice_files import LIST_COLUMNS, ListedInvoice
from finmod.ledger.invoice_list import read_invoices

HEADER = ",".join(LIST_COLUMNS)


def write(folder: Path, content: str | bytes) -> Path:
    file = folder / "invoices.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def read(file: Path) -> list[ListedInvoice]:
    with Engine() as engine:
        return read_invoices(engine, [file])


def refused(folder: Path, content: str | bytes) -> tuple[Problem, ...]:
    with pytest.raises(UserError) as caught:
        read(write(folder, content))
    assert {problem.code for problem in caught.value.problems} == {"FM1129"}
    return caught.value.problems


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_are_read_with_their_place(tmp_path: Path, end: str) -> None:
    lines = ("\ufeff" + HEADER, '"Acme, Inc.", i1 ,2026-07,USD,-1204.50', "", '"two', 'lines",i2,2026-07,EUR,0', "")
    assert read(write(tmp_path, end.join(lines))) == [
        ListedInvoice("Acme, Inc.", "i1", "2026-07", "USD", Decimal("-1204.50"), 2),
        ListedInvoice(f"two{end}lines", "i2", "2026-07", "EUR", Decimal(0), 4),
    ]


def test_an_issuer_may_be_unknown(tmp_path: Path) -> None:
    (found,) = read(write(tmp_path, f"{HEADER}\n,i1,2026-07,USD,3\n"))
    assert found.issuer is None


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Acme,,2026-07,USD,3", "invoice_id is empty; expected the id that the invoice bears"),
        ("Acme,i1,Jan,USD,3", "billing_period is 'Jan'; expected a month as YYYY-MM"),
        ("Acme,i1,,USD,3", "billing_period is empty; expected a month as YYYY-MM"),
        ("Acme,i1,2026-13,USD,3", "billing_period is '2026-13'; expected a month"),
        ("Acme,i1,2026-07,,3", "currency is empty; expected a currency code of ISO 4217"),
        ("Acme,i1,2026-07,usd,3", "currency is 'usd'; expected a currency code"),
        *(
            (f"Acme,i1,2026-07,USD,{amount}", f"amount is '{amount}'; expected plain decimal text")
            for amount in (
                "1_0",
                "three",
                "1e3",
                "NaN",
                "inf",
                "+3",
                ".5",
                "3.",
                "0x1",
                "$3",
                "\N{ARABIC-INDIC DIGIT ONE}",
                "1.0000000000001",
            )
        ),
        ("Acme,i1,2026-07,USD,", "amount is empty; expected plain decimal text"),
        ("Acme,i1,2026-07,USD,1,204.50", "the line has 6 fields; expected CSV in UTF-8 with the columns issuer,"),
        (",,,,", "invoice_id is empty"),
    ],
)
def test_a_line_that_cannot_be_understood_is_refused_with_its_place(tmp_path: Path, line: str, found: str) -> None:
    first, *_ = refused(tmp_path, f"{HEADER}\nAcme,i0,2026-07,USD,3\n{line}\n")
    assert str(first).startswith(f"invoices.csv:3: {found}")
    assert first.remedy


def test_every_problem_is_told_at_once_up_to_a_number(tmp_path: Path) -> None:
    assert [problem.where for problem in refused(tmp_path, f"{HEADER}\nAcme,,Jan,,1_0\nAcme,i1,2026-07,USD,x\n")] == [
        *["invoices.csv:2"] * 4,
        "invoices.csv:3",
    ]
    many = refused(tmp_path, HEADER + "\nAcme,i1,2026-07,USD,x" * 30)
    assert (len(many), many[-1].found) == (21, "the invoices have 10 further problems")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("", "invoices.csv:1: the columns of the invoices are: none"),
        ("invoice,amount\ni1,3\n", "invoices.csv:1: the columns of the invoices are: invoice, amount"),
        (",".join(reversed(LIST_COLUMNS)), "invoices.csv:1: the columns of the invoices are: amount, currency"),
        (HEADER.replace(",", ";"), "invoices.csv:1: the columns of the invoices are: issuer;invoice_id"),
        (f"{HEADER}\nAcm\xe9,i1,2026-07,USD,3\n".encode("latin-1"), "invoices.csv:2: the line is not UTF-8"),
        (f"{HEADER}\n".encode("utf-16"), "invoices.csv:1: the line is not UTF-8"),
        (f'{HEADER}\n"Acme" x,i1,2026-07,USD,3\n', "invoices.csv:2: the line cannot be read: "),
    ],
)
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, content: str | bytes, found: str) -> None:
    (problem,) = refused(tmp_path, content)
    assert str(problem).startswith(found)
    assert problem.expected == (
        f"CSV in UTF-8 with the columns {', '.join(LIST_COLUMNS)}, or an InvoiceDetail file of FOCUS as CSV or Parquet"
    )


def test_a_file_that_is_none_or_far_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none.csv: the invoices cannot be read: No such file"):
        read(tmp_path / "none.csv")
    with pytest.raises(UserError, match="the invoices cannot be read: Is a directory"):
        read(tmp_path)
    with (tmp_path / "large.csv").open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(UserError, match="the file of the invoices has 200,000,000 bytes"):
        read(tmp_path / "large.csv")
