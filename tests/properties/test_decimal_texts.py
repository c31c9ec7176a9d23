"""Every number that Python reads, text or double, is read as the same decimal, at 12 places and at 24, or refused."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.normalize.staged import cells

_EXACT = Context(prec=200)
DIGITS = st.text("0123456789", max_size=9)
TEXTS = st.builds(
    lambda sign, whole, part, exponent: f"{sign}{whole or '0'}{part}{exponent}",
    st.sampled_from(["", "-", "+"]),
    DIGITS,
    st.builds(lambda digits: f".{digits}" if digits else "", DIGITS),
    st.one_of(
        st.just(""),
        st.builds(
            lambda sign, size: f"{sign}{size}", st.sampled_from(["e", "E", "e-", "E-", "e+", "E+"]), st.integers(0, 9)
        ),
    ),
)


@settings(max_examples=60)
@given(st.lists(TEXTS, min_size=1, max_size=40))
def test_texts_are_read_as_python_reads_them(texts: list[str]) -> None:
    for scale in (12, 24):
        unit = Decimal(1).scaleb(-scale)
        meant = [Decimal(text).quantize(unit, ROUND_HALF_UP, _EXACT) for text in texts]
        # What is too large for the type is refused, and only that.
        fits = [abs(amount) < Decimal(10) ** (38 - scale) for amount in meant]
        with TemporaryDirectory() as folder:
            read = cells(Path(folder), texts, "decimal", scale=scale, tolerant=True)
        assert [amount for amount, fit in zip(read, fits, strict=True) if fit] == [
            amount for amount, fit in zip(meant, fits, strict=True) if fit
        ]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.floats(-1e12, 1e12), st.floats(-3000, 3000), st.floats(-1e-6, 1e-6)), min_size=1))
def test_doubles_are_read_as_python_reads_their_shortest_text(doubles: list[float]) -> None:
    unit = Decimal(1).scaleb(-12)
    with TemporaryDirectory() as folder:
        read = cells(Path(folder), doubles, "decimal")
    assert read == [Decimal(repr(double)).quantize(unit, ROUND_HALF_UP, _EXACT) for double in doubles]
