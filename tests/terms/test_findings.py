"""Every code in use is explained, and every explained code is in use."""

from __future__ import annotations

import re
from pathlib import Path

import finmod
from finmod.terms.findings import codes

SOURCE = Path(finmod.__file__).parent
# Rules of the standard stand as data, and their codes with them.
IN_USE = [*SOURCE.rglob("*.py"), *SOURCE.rglob("*.sql")]


def used() -> set[str]:
    found: set[str] = set()
    for path in IN_USE:
        found |= set(re.findall(r"\bFM\d{4}\b", path.read_text(encoding="utf-8")))
    return found


def test_every_code_in_the_source_is_in_the_catalogue() -> None:
    assert used() - set(codes()) == set()


def test_every_code_of_the_catalogue_is_in_use() -> None:
    assert set(codes()) - used() == set()


def test_every_code_says_what_it_is_what_it_means_and_what_to_do() -> None:
    for code in codes().values():
        assert re.fullmatch(r"FM[12]\d{3}", code.code)
        assert code.severity in {"error", "warning", "info"}
        assert code.title
        assert not code.title.endswith("."), code
        assert code.meaning.endswith("."), code
        assert code.remedy.endswith("."), code


def test_codes_are_sorted() -> None:
    assert list(codes()) == sorted(codes())
