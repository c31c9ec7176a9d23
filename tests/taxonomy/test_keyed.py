"""What is named: which keys, which texts, which months, and their costs by stretch of days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from finmod.engines.duckdb import Engine
from finmod.ledger.ledger import Ledger
from finmod.settings.rule import COLUMNS
from finmod.taxonomy.keyed import ALWAYS, BASE, KEY, booked_months, looked_at, make_base, months_of
from finmod.taxonomy.reading import read_taxonomy
from finmod.taxonomy.segments import Segments
from tests.books import Books, bill
from tests.tagged import CHARGES, TAXONOMY, charge, tagged

AUGUST, SEPTEMBER, OCTOBER = (date(2026, month, 1) for month in (8, 9, 10))
MIDDLE = date(2026, 9, 15)
LATE = {"ChargePeriodStart": "2026-09-20T00:00:00Z", "ChargePeriodEnd": "2026-09-21T00:00:00Z"}
DATED = TAXONOMY.replace('{"2": ads}', '{"2": [{is: ads, until: 2026-09-15}, {is: search, since: 2026-09-15}]}')


@contextmanager
def base(books: Books, months: Sequence[date] | None = None) -> Iterator[tuple[Engine, Segments]]:
    """Make the base table of a project."""
    ledger = Ledger(books.root / ".finmod")
    with Engine() as engine:
        yield engine, make_base(engine, ledger, ledger.head(engine), read_taxonomy(books.root), months)


def rows(books: Books, columns: str, months: Sequence[date] | None = None) -> list[tuple[Any, ...]]:
    with base(books, months) as (engine, _):
        return engine.rows(f"SELECT {columns} FROM {BASE} ORDER BY ALL")


@pytest.fixture
def restated(tmp_path: Path) -> Books:
    """Return the tagged project with a true-up of August in September."""
    made = tagged(tmp_path / "books", DATED)
    assert made.run("close", "2026-08").code == 0
    late = {"ChargePeriodStart": "2026-08-31T00:00:00Z", "ChargePeriodEnd": "2026-09-01T00:00:00Z"}
    more = charge(8, "7", "i-4", '{"product":"ads"}', SubAccountId="2", **late)
    made.load(made.write("a.csv", bill(*CHARGES[:2], more, *CHARGES[2:])))
    return made


def test_every_key_of_a_month_stands_once_with_its_costs(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    found = rows(books, "ResourceId, EffectiveCost::VARCHAR, x_Charges, segment", [SEPTEMBER])
    assert found == [
        ("i-1", "60.000000000000", 1, 0), ("i-2", "20.000000000000", 1, 0), ("i-3", "10.000000000000", 1, 0),
        ("i-4", "30.000000000000", 1, 0), ("i-5", "5.000000000000", 1, 0), (None, "7.000000000000", 1, 0),
    ]  # fmt: skip


def test_without_months_every_month_is_there(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    assert {row[0] for row in rows(books, "x_BillingPeriod")} == {AUGUST, SEPTEMBER}
    assert {row[0] for row in rows(books, "x_BillingPeriod", [AUGUST])} == {AUGUST}
    assert rows(books, "x_BillingPeriod", [OCTOBER]) == []


def test_a_key_on_both_sides_of_a_change_stands_twice_and_its_cost_is_split(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books", DATED)
    late = charge(9, "40", "i-4", "", SubAccountId="2", ServiceName="Databases", **LATE)
    books.load(books.write("a.csv", bill(*CHARGES, late)))
    with base(books, [SEPTEMBER]) as (engine, segments):
        assert segments == Segments((MIDDLE,), date(2026, 9, 1))
        found = engine.rows(f"SELECT segment, EffectiveCost::INTEGER FROM {BASE} WHERE ResourceId = 'i-4' ORDER BY 1")
    assert found == [(0, 30), (1, 40)]


def test_days_outside_of_the_months_make_no_stretch(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books", DATED)
    with base(books, [AUGUST]) as (_, segments):
        assert segments.days == ()


def test_true_ups_are_keys_of_the_month_that_they_are_booked_in_with_days_of_their_own(restated: Books) -> None:
    found = rows(restated, "x_BillingPeriod, x_TrueUpOf, ResourceId, EffectiveCost::INTEGER, segment", [SEPTEMBER])
    assert [row for row in found if row[1] is not None] == [(SEPTEMBER, AUGUST, "i-4", 7, 0)]
    with base(restated, [SEPTEMBER]) as (engine, segments):
        # The true-up's day lies before the month: what began before it holds from there on.
        assert segments.first == date(2026, 8, 31)
        assert engine.row(f"SELECT count(*) FROM {BASE} WHERE x_TrueUpOf IS NOT NULL")[0] == 1


def test_no_two_rows_have_the_same_key(restated: Books) -> None:
    with base(restated) as (engine, _):
        assert engine.rows(f"SELECT {', '.join(KEY)} FROM {BASE} GROUP BY ALL HAVING count(*) > 1") == []


def test_months_are_those_with_charges_and_those_with_true_ups_alone(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    ledger = Ledger(books.root / ".finmod")
    with Engine() as engine:
        head = ledger.head(engine)
        assert (months_of(ledger, head), booked_months(engine, ledger, head)) == ([AUGUST, SEPTEMBER], [])
        assert books.run("close", "2026-09").code == 0
        books.load(
            books.write("a.csv", bill(*CHARGES[:-1], charge(9, "9", "", "", ChargeCategory="Tax", ServiceName="Tax")))
        )
        head = ledger.head(engine)
        assert (months_of(ledger, head), booked_months(engine, ledger, head)) == ([AUGUST, SEPTEMBER], [OCTOBER])


def test_an_empty_ledger_has_no_months_and_no_rows(tmp_path: Path) -> None:
    books = Books(tmp_path / "books")
    books.write("taxonomy.yaml", TAXONOMY)
    ledger = Ledger(books.root / ".finmod")
    with Engine() as engine:
        head = ledger.head(engine)
        assert (months_of(ledger, head), booked_months(engine, ledger, head)) == ([], [])
        assert make_base(engine, ledger, head, read_taxonomy(books.root)) == Segments()
        assert engine.rows(f"SELECT * FROM {BASE}") == []


def test_columns_are_those_that_rules_and_governance_look_at_each_once(tmp_path: Path) -> None:
    asks = TAXONOMY.replace("{ServiceName: Unheard}", "{PricingModel: x}").replace("PricingModel", "ChargeFrequency")
    columns = list(looked_at(read_taxonomy(tagged(tmp_path / "books", asks).root)))
    assert columns[: len(ALWAYS)] == list(ALWAYS)
    assert columns[len(ALWAYS) :] == ["ChargeFrequency"]
    assert set(columns) <= set(COLUMNS) | {"Tags", "AllocatedTags", "BillingCurrency"}


def test_a_column_of_a_taggable_rule_is_looked_at_too(tmp_path: Path) -> None:
    said = f"{TAXONOMY}taggable:\n  - when: {{ChargeFrequency: One-Time}}\n    is: false\n"
    assert "ChargeFrequency" in looked_at(read_taxonomy(tagged(tmp_path / "books", said).root))
