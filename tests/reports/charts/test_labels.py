"""Labels: harmless, and never wider than their room."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from finmod.reports.charts.labels import clean, escaped, shortened, text_width, wrapped


def test_text_of_bills_is_one_harmless_line() -> None:
    assert clean("a\x00b\n\tc\u202ed\ufeff\ud800e") == "ab cde"
    assert clean("a" + "\u0301" * 50) == "a\u0301\u0301"
    assert clean("x" * 5000) == "x" * 299 + "…"
    assert escaped("</text><script>'\"&") == "&lt;/text&gt;&lt;script&gt;&#x27;&quot;&amp;"


def test_wide_letters_count_as_wide() -> None:
    assert text_width("iiii") < text_width("aaaa") < text_width("MMMM")
    assert text_width("漢字") > 2 * 12
    assert text_width("\ufdfd") > 100
    assert text_width("a\u0301") == text_width("a")
    assert text_width("Total", is_bold=True) > text_width("Total")


@given(st.text(max_size=60), st.floats(20, 300))
def test_a_shortened_text_fits_and_begins_as_it_did(text: str, room: float) -> None:
    short = shortened(text, room)

    assert text_width(short) <= room
    assert short == text or text.startswith(short.removesuffix("…"))


@given(st.text(max_size=400), st.integers(60, 400))
def test_wrapped_lines_fit_and_are_three_at_most(text: str, room: int) -> None:
    lines = wrapped(text, room)

    assert len(lines) <= 3
    assert all(text_width(line) <= room for line in lines)


def test_wrapping_loses_no_word_where_there_is_room() -> None:
    assert wrapped("one two  three", 60) == ["one two", "three"]
    assert wrapped("", 60) == []
