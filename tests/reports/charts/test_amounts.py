"""Amounts as text: short where they are seen, every digit where they are looked up."""

from __future__ import annotations

from decimal import Decimal

import pytest

from finmod.errors import InternalError
from finmod.reports.charts.amounts import MINUS, NO_VALUE, Column, finite, full, on_axis, short


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0"), ("0.00", "0"), ("7", "7"), ("950", "950"), ("999.6", "1k"), ("1234", "1.23k"), ("12345", "12.3k"),
        ("999950", "1M"), ("1200000", "1.2M"), ("-1200000", f"{MINUS}1.2M"), ("2e9", "2B"), ("3e12", "3T"),
        ("1.5e16", "15,000T"), ("0.0123", "0.0123"),
        ("0.000001234", f"1.23e{MINUS}6"), ("-1e-12", f"{MINUS}1e{MINUS}12"),
    ],
)  # fmt: skip
def test_short_amounts_have_three_digits_that_count(amount: str, text: str) -> None:
    assert short(Decimal(amount)) == text


def test_a_sign_is_written_where_it_is_asked_for_and_zero_has_none() -> None:
    assert [short(Decimal(each), is_signed=True) for each in (5, -5, 0)] == ["+5", f"{MINUS}5", "0"]
    assert [full(Decimal(each), is_signed=True) for each in (5, -5, 0)] == ["+5", f"{MINUS}5", "0"]


def test_full_amounts_keep_every_digit() -> None:
    assert full(Decimal("12345678901234567890.123456789012")) == "12,345,678,901,234,567,890.123456789012"
    assert full(Decimal("-0.500000000000")) == f"{MINUS}0.50"
    assert full(Decimal("1E+3")) == "1,000"


def test_what_is_not_known_is_told_and_never_zero() -> None:
    assert short(None) == full(None) == Column([]).text(None) == NO_VALUE


def test_a_column_writes_its_amounts_alike() -> None:
    def column(*amounts: str) -> list[str]:
        every = [Decimal(each) for each in amounts]
        return [Column(every).text(each) for each in every]

    assert column("420", "-45.5") == ["420.00", f"{MINUS}45.50"]
    assert column("420", "-45") == ["420", f"{MINUS}45"]
    assert column("123456.78", "0.4", "0") == ["123,457", "0.4", "0"]
    assert column("1234567890.5", "1000") == ["1.23B", "1k"]
    assert column("0.083812", "0.1") == ["0.0838", "0.1"]


def test_marks_of_an_axis_have_one_size_and_every_digit() -> None:
    def axis(*ticks: str) -> list[str]:
        return on_axis([Decimal(each) for each in ticks])

    assert axis("0", "500000", "1000000") == ["0", "0.5M", "1.0M"]
    assert axis("900000", "925000", "1025000") == ["900k", "925k", "1,025k"]
    assert axis("0", "0.025", "0.05") == ["0", "0.025", "0.050"]
    assert axis("-200", "0", "200") == [f"{MINUS}200", "0", "200"]
    assert axis("1000000000", "1000000500") == ["1,000.0000M", "1,000.0005M"]
    assert on_axis([Decimal(-5), Decimal(0), Decimal(5)], is_signed=True) == [f"{MINUS}5", "0", "+5"]


@pytest.mark.parametrize("wrong", ["NaN", "Infinity"])
def test_what_is_no_amount_is_refused(wrong: str) -> None:
    with pytest.raises(InternalError, match=f"a chart was given {wrong}, which is no amount"):
        finite(Decimal(wrong))
