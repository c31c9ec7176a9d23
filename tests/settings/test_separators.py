"""Which sign separates the fields of a CSV beside a taxonomy."""

from __future__ import annotations

import pytest

from finmod.settings.separators import csv_separator


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a,b", ","), ("a;b\nc,d", ";"), ("a;b,c", ","), ("a", ","), ("", ","), ("a\r\nb;c", ",")],
)
def test_the_first_line_tells(text: str, expected: str) -> None:
    assert csv_separator(text) == expected
