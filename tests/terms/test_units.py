"""Units of quantities."""

from __future__ import annotations

from fractions import Fraction

import pytest

from finmod.terms.units import Unit, how_many, read_unit


@pytest.mark.parametrize(
    ("text", "base", "size"),
    [
        ("Tokens", "token", 1),
        ("1000 Tokens", "token", 1000),
        ("1K tokens", "token", 1000),
        ("million tokens", "token", 10**6),
        ("1M requests", "request", 10**6),
        ("100 Hours", "second", 360_000),
        ("Hrs", "second", 3600),
        ("1,000 Requests", "request", 1000),
        ("GB", "byte", 10**9),
        ("GiB", "byte", 2**30),
        ("gibibyte", "byte", 2**30),
        ("GB-Months", "byte month", 10**9),
        ("gibibyte month", "byte month", 2**30),
        ("vCPU-Hours", "second vCPU", 3600),
        ("OCPU Hours", "OCPU second", 3600),
        ("Million Datapoints", "datapoint", 10**6),
        ("Queries", "query", 1),
    ],
)
def test_suppliers_units_are_read(text: str, base: str, size: int) -> None:
    assert read_unit(text) == Unit(base, Fraction(size))


@pytest.mark.parametrize(
    "text",
    [
        "", "1000", "widgets", "Units/Month", "m", "gb", "Gb", "kb", "Mbps", "10 k", "GB of something",
        "1,5 GB", "1,50 GB", "1,0000 Tokens", "1,,000 Tokens", "0 Tokens", "0.0 GB",
        "1.2.3 Tokens", "1. Tokens", "1_0 Tokens", "9" * 5000 + " Tokens", "1." + "9" * 5000 + " Tokens", "GB " * 5000,
    ],
)  # fmt: skip
def test_what_is_no_known_unit_has_none(text: str) -> None:
    assert read_unit(text) is None


def test_sizes_of_one_thing_are_converted_exactly() -> None:
    assert how_many("GiB", "GB") == Fraction(2**30, 10**9)
    assert how_many("second", "hour") == Fraction(1, 3600)
    assert how_many("vCPU-hour", "hour-vCPU") == 1
    assert how_many("OCPU Hours", "vCPU-Hours") is None
    assert how_many("GB-Months", "GB") is None


def test_an_unknown_unit_is_itself_and_nothing_else() -> None:
    assert how_many("Widget", "widget ") == 1
    assert how_many("widget", "widgets") is None


def test_bits_are_not_bytes_that_are_spelt_alike() -> None:
    assert how_many("Gb", "GB") is None
    assert how_many("kb", "kB") is None
    assert how_many("GB", "Gb") is None


def test_none_of_a_thing_is_no_unit_of_it() -> None:
    assert how_many("0 Tokens", "0 Tokens") is None
    assert how_many("0.5 Tokens", "Tokens") == Fraction(1, 2)
