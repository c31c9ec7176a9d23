"""The variance in Python: frames that are exact, and arguments in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

import finmod as fm
from finmod.errors import UserError
from finmod.models.variance.effects import EFFECTS
from tests.books import Books
from tests.variances import SEARCH, books_of, small_once, used

NAMES = [effect.name for effect in EFFECTS]


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Two products, the cluster that they share, and tax that is nobody's; a copy, for the table is kept in it."""
    return small_once(tmp_path_factory).copy(tmp_path_factory.mktemp("variance") / "books")


def test_a_frame_has_members_effects_and_everything(books: Books) -> None:
    rows = fm.open(books.root).variance("2026-09", against=date(2026, 8, 15), by="product").arrow().to_pylist()

    assert [row["product"] for row in rows] == ["search", "ads", None, None]
    assert [row["is_total"] for row in rows] == [False, False, False, True]
    total = rows[-1]
    for row in rows:
        assert sum(row[name] for name in NAMES) == row["change"] == row["after"] - row["before"]
    for name in ("change", *NAMES):
        assert sum(row[name] for row in rows[:-1]) == total[name]


def test_the_table_has_what_the_frame_has(books: Books) -> None:
    frame = fm.open(books.root).variance(by=["product", "service"]).arrow().to_pylist()
    told = books.run(
        "query",
        "SELECT x_Product, ServiceName, x_Effect, sum(x_Amount) FROM variance_monthly WHERE x_BillingPeriod = "
        "'2026-09-01' GROUP BY ALL HAVING sum(x_Amount) <> 0",
        "--output", "csv",
    ).out.splitlines()[1:]  # fmt: skip
    table = {tuple(line.split(",")[:3]): Decimal(line.split(",")[3]) for line in told}
    wanted = {
        (row["product"] or "", row["service"], name): row[name]
        for row in frame if not row["is_total"] for name in NAMES if row[name]
    }  # fmt: skip
    assert table == wanted


def test_without_an_allocation_the_table_tells_services(tmp_path_factory: pytest.TempPathFactory) -> None:
    made = books_of(
        tmp_path_factory.mktemp("plain") / "books", used(8, "i-1", SEARCH, "310", "1"),
        used(9, "i-1", SEARCH, "300", "1"), apply=False,
    )  # fmt: skip
    said = made.run("query", "SELECT ServiceName, x_Effect, x_Amount FROM variance_monthly", "--output", "csv")
    assert said.out.splitlines()[1:] == ["Storage,days,-10.000000000000"]


def test_an_empty_ledger_has_an_empty_table(tmp_path_factory: pytest.TempPathFactory) -> None:
    empty = Books(tmp_path_factory.mktemp("empty") / "books")
    assert empty.run("query", "SELECT count(*) AS n FROM variance_monthly", "--output", "csv").out == "n\n0\n"


def test_causes_are_a_frame(books: Books) -> None:
    frame = fm.open(books.root).causes("2026-09", top=2)
    rows = frame.arrow().to_pylist()
    assert frame.columns[:2] == ("part", "cause")
    assert all(row["kind"] in {"new", "ended", "more", "less"} for row in rows if row["part"] == "cause")


def test_what_causes_do_not_explain_has_rows_so_that_explained_is_the_change(books: Books) -> None:
    project = fm.open(books.root)
    rows = project.causes("2026-09", top=1).arrow().to_pylist()
    (*_, total) = project.variance("2026-09").arrow().to_pylist()
    assert [row["part"] for row in rows][-2:] == ["usual", "unexplained"]
    assert sum(row["explained"] for row in rows) == total["change"]
    assert all(row["before"] is None and row["kind"] is None for row in rows if row["part"] != "cause")


def test_arguments_of_the_wrong_kind_are_refused(books: Books) -> None:
    with pytest.raises(UserError, match="against"):
        fm.open(books.root).variance(against=7)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(UserError, match="by names 'produkt'"):
        fm.open(books.root).variance(by="produkt")
