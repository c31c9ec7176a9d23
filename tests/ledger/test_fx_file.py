"""The table of exchange rates: what is read, what is refused, and where."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.ledger.fx_file import read_rates, write_rates

HEAD = "date,from,to,rate\n"
DAY = date(2026, 9, 1)


def refused(tmp_path: Path, text: str | bytes) -> str:
    file = tmp_path / "fx.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(UserError) as caught:
        read_rates(file)
    return str(caught.value)


def test_rates_are_read_by_pair_and_day_to_every_digit(tmp_path: Path) -> None:
    file = tmp_path / "fx.csv"
    file.write_text(f"\ufeff{HEAD}2026-09-01,EUR,USD,1.1709\n\n 2026-09-01 , EUR , GBP , 0.000000000000000001 \r\n")
    assert read_rates(file) == {
        ("EUR", "USD"): {DAY: Decimal("1.1709")},
        ("EUR", "GBP"): {DAY: Decimal("0.000000000000000001")},
    }


def test_a_table_that_is_written_reads_the_same_and_keeps_its_digits(tmp_path: Path) -> None:
    file = tmp_path / "fx.csv"
    rates = {("EUR", "USD"): {date(2026, 9, 2): Decimal("1.10"), DAY: Decimal("0.0000001")}}
    write_rates(file, rates)
    assert file.read_text() == f"{HEAD}2026-09-01,EUR,USD,0.0000001\n2026-09-02,EUR,USD,1.10\n"
    assert read_rates(file) == rates
    assert [path.name for path in tmp_path.iterdir()] == ["fx.csv"]


def test_lines_that_agree_are_fine_and_lines_that_differ_are_refused_with_both_places(tmp_path: Path) -> None:
    same = f"{HEAD}2026-09-01,EUR,USD,1.10\n2026-09-01,EUR,USD,1.1\n"
    (tmp_path / "same.csv").write_text(same)
    assert read_rates(tmp_path / "same.csv") == {("EUR", "USD"): {DAY: Decimal("1.1")}}
    assert refused(tmp_path, f"{same}2026-09-01,EUR,USD,1.2\n") == (
        "fx.csv:4: the rate of 2026-09-01 from EUR to USD is 1.2, and 1.10 in line 2; expected one rate per day and "
        "pair of currencies.\n  Remove one of the two lines. (FM1432, docs/errors.md)"
    )


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("01/09/2026,EUR,USD,1.1", "fx.csv:2: date is '01/09/2026'; expected a day as YYYY-MM-DD"),
        ("2026-02-30,EUR,USD,1.1", "fx.csv:2: date is '2026-02-30'; expected a day as YYYY-MM-DD"),
        ("2026-09-01,eur,USD,1.1", "fx.csv:2: from is 'eur'; expected a currency code of ISO 4217"),
        ("2026-09-01,EUR,,1.1", "fx.csv:2: to is empty; expected a currency code of ISO 4217"),
        ("2026-09-01,EUR,EUR,1", "fx.csv:2: to is 'EUR'; expected another currency than from"),
        ("2026-09-01,EUR,USD,0.000", "fx.csv:2: rate is '0.000'; expected plain decimal text above 0"),
        ("2026-09-01,EUR,USD,-1.1", "fx.csv:2: rate is '-1.1'; expected plain decimal text above 0"),
        ("2026-09-01,EUR,USD,1e2", "fx.csv:2: rate is '1e2'; expected plain decimal text above 0"),
        ("2026-09-01,EUR,USD,NaN", "fx.csv:2: rate is 'NaN'; expected plain decimal text above 0"),
        ("2026-09-01,EUR,USD,\u0661", "fx.csv:2: rate is '\u0661'; expected plain decimal text above 0"),
        ("2026-09-01,EUR,USD,0.1234567890123456789", "fx.csv:2: rate is '0.1234567890123456789'; expected"),
        ("2026-09-01,EUR,USD,1,1", "fx.csv:2: the line has 5 fields; expected CSV in UTF-8"),
        ("2026-09-05,EUR,USD", "fx.csv:2: the line lacks its rate"),
        ('2026-09-01,EUR,USD,"1', "fx.csv:2: the line cannot be read"),
        ("2026-09-01,EUR,USD,\x1b[31m", "rate is '\N{REPLACEMENT CHARACTER}[31m'"),
    ],
)
def test_a_line_that_could_be_read_in_two_ways_is_refused_with_its_place(tmp_path: Path, line: str, found: str) -> None:
    said = refused(tmp_path, f"{HEAD}{line}\n")
    assert found in said
    assert "FM1432" in said


def test_every_line_is_told_at_once_and_the_rest_counted(tmp_path: Path) -> None:
    said = refused(tmp_path, HEAD + "2026-09-01,EUR,USD,0\n" * 25)
    assert said.count("rate is '0'") == 20
    assert "the exchange rates have 5 further problems" in said


def test_a_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    assert "the columns of the exchange rates are: day, rate" in refused(tmp_path, "day,rate\n")
    assert "the columns of the exchange rates are: none" in refused(tmp_path, "")
    assert "fx.csv:2: the line is not UTF-8" in refused(tmp_path, HEAD.encode() + b"2026-09-01,\xff\n")
    with pytest.raises(UserError, match=r"none.csv: the exchange rates cannot be read: no such file"):
        read_rates(tmp_path / "none.csv")
    with pytest.raises(UserError, match="is a directory"):
        read_rates(tmp_path)


def test_a_file_beyond_the_limit_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "fx.csv"
    with file.open("wb") as opened:
        opened.truncate(100_000_001)
    with pytest.raises(UserError, match="the file of the exchange rates has 100,000,001 bytes"):
        read_rates(file)


def test_a_table_that_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        write_rates(tmp_path / "none" / "fx.csv", {})
    assert str(caught.value) == (
        "fx.csv: the exchange rates cannot be written: no such file or directory.\n  Check that you may write to its "
        "folder, and that the disk has room. (FM1435, docs/errors.md)"
    )
