"""Whatever the bills: loads are idempotent, in any order, and every sum is the sum of the files."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.books import DROP
from tests.properties.bills import FEW, content, contents, expected, held, project, write

Files = list[list[dict[str, str]]]


@FEW
@given(files=contents)
def test_charges_and_cube_hold_what_the_files_hold_per_period_and_currency(tmp_path: Path, files: Files) -> None:
    books = project(tmp_path)
    write(books, files)
    books.load(books.root / "exports")
    assert held(books) == held(books, "charges_daily") == expected(files)


@FEW
@given(files=contents)
def test_loading_twice_loads_once(tmp_path: Path, files: Files) -> None:
    books = project(tmp_path)
    write(books, files)
    books.load(books.root / "exports")
    before = books.trace()
    assert "nothing to load" in books.load(books.root / "exports").out
    assert books.trace() == before


@FEW
@given(files=contents, order=st.randoms(use_true_random=False))
def test_the_order_of_the_files_does_not_matter(tmp_path: Path, files: Files, order: object) -> None:
    together, shuffled = project(tmp_path), project(tmp_path)
    write(together, files)
    together.load(together.root / "exports")
    write(shuffled, files)
    paths = [shuffled.root / f"exports/{chr(97 + place)}.csv" for place in range(len(files))]
    order.shuffle(paths)  # type: ignore[attr-defined]
    shuffled.load(*paths)
    key = "SELECT * EXCLUDE (x_ChargeKey) FROM charges ORDER BY x_File, x_Row"
    assert shuffled.query(key) == together.query(key)


@FEW
@given(first=contents, second=contents)
def test_after_any_change_the_ledger_holds_what_the_files_hold_now(tmp_path: Path, first: Files, second: Files) -> None:
    size = min(len(first), len(second))
    books = project(tmp_path)
    write(books, first[:size])
    books.load(books.root / "exports", *DROP)
    write(books, second[:size])
    books.load(books.root / "exports", *DROP)
    assert held(books) == held(books, "charges_daily") == expected(second[:size])


@FEW
@given(old=content, new=content)
def test_files_that_come_one_by_one_add_up(
    tmp_path: Path, old: list[dict[str, str]], new: list[dict[str, str]]
) -> None:
    books = project(tmp_path)
    write(books, [old])
    books.load(books.root / "exports")
    write(books, [old, new])
    books.load(books.root / "exports")
    assert held(books) == held(books, "charges_daily") == expected([old, new])
