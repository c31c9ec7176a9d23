"""A text that can be no local path is told before anything is looked for."""

from __future__ import annotations

import pytest

from finmod.settings.paths import UNREADABLE, UNWRITABLE, path_fault


@pytest.mark.parametrize("text", ["a", "./a b", "/x/y.csv", "a/**/*.parquet", "C:\\bills", "s3:/b", "a~", "é"])
def test_what_can_be_a_path_has_no_fault(text: str) -> None:
    assert path_fault(text) is None


@pytest.mark.parametrize(
    ("text", "code", "expected", "remedy"),
    [
        ("", "FM1009", "a path of printable characters", None),
        (" ", "FM1009", "a path of printable characters", None),
        ("a\x1b[31m", "FM1009", "a path of printable characters", None),
        ("~", "FM1009", "a path without ~", "Write the whole path of the home folder."),
        ("s3://b/c", "FM1008", "a local path", UNREADABLE),
        ("HTTPS://b/c", "FM1008", "a local path", UNREADABLE),
    ],
)
def test_what_can_be_none_is_told(text: str, code: str, expected: str, remedy: str | None) -> None:
    assert path_fault(text) == (code, expected, remedy)


def test_who_writes_says_so() -> None:
    assert path_fault("s3://b", place="file", remote=UNWRITABLE) == ("FM1008", "a local file", UNWRITABLE)
