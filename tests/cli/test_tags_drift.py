"""``finmod tags drift``: what came and went, and what suppliers set themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.books import Books, Unchanged, bill
from tests.tagged import EURO, TAXONOMY, charge, lines, records, tagged


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Return the tagged project; no test changes it."""
    return Unchanged(tagged(tmp_path_factory.mktemp("drift") / "books").root)


def test_drift_is_listed_with_what_carries_it(project: Books) -> None:
    assert lines(project, "drift") == [
        "northwind: 2026-09 against 2026-08",
        "change    what   text        dimension  means       resources  EffectiveCost  such as",
        "new       key    team        team                           1      60.00 USD  i-1",
        "new       key    Product     product                        1      20.00 USD  i-2",
        "new       key    cost                                       1       5.00 USD  i-5",
        "new       value  SRCH        product    search              1      20.00 USD  i-2",
        "vanished  value  gone        product    (no value)          1      10.00 USD  i-2",
        "new       value  serach      product    (no value)          1      10.00 USD  i-3",
        "new       value  search-web  team       search-web          1      60.00 USD  i-1",
    ]
    first = lines(project, "drift", "--period", "2026-08")
    assert first == ["2026-08 is the first month: there is nothing to compare with."]
    assert lines(project, "drift", "--period", "2026-08", "--output", "json") == ["[]"]


def test_months_that_are_alike_have_no_drift(tmp_path: Path) -> None:
    books = Books(tmp_path / "books")
    books.load(books.write("a.csv", bill(*(charge(n, "1", "i-1", '{"product":"search"}') for n in (7, 8)))))
    books.write("taxonomy.yaml", TAXONOMY)
    assert lines(books, "drift") == ["northwind: 2026-08 against 2026-07", "No key or value came or went."]
    assert "Since 2026-07: no key or value came or went." in lines(books)


def test_keys_that_suppliers_set_themselves_are_counted_apart(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    tags = '{"aws:createdBy":"x","goog-gke-node":"y","owner":"z"}'
    # A key in two currencies is one key.
    euro = charge(9, "3", "i-9", '{"aws:createdBy":"x"}', **EURO)
    books.load(books.write("b.csv", bill(charge(9, "3", "i-8", tags), euro)), "--source", "other")
    shown = lines(books, "drift")
    assert shown[-1] == "Not listed: 2 keys that suppliers set themselves; --all lists them."
    assert [line.split()[2] for line in shown[2:6]] == ["team", "Product", "cost", "owner"]
    every = lines(books, "drift", "--all")
    assert {"aws:createdBy", "goog-gke-node"} <= {line.split()[2] for line in every[2:]}
    assert not any(line.startswith("Not listed") for line in every)
    by_supplier = {row["name"]: row["supplier_set"] for row in records(books, "drift")}
    assert (by_supplier["aws:createdBy"], by_supplier["owner"], len(by_supplier)) == ("True", "False", 10)
    assert "Since 2026-08: 4 new keys, 3 new values, 1 vanished value." in lines(books)


def test_an_id_too_long_for_a_table_is_shown_by_its_end(tmp_path: Path) -> None:
    long = "/subscriptions/4a3b/resourcegroups/rg-1/providers/x.compute/virtualmachines/vm-17"
    books = tagged(tmp_path / "books")
    books.load(books.write("b.csv", bill(charge(9, "1", long, '{"odd":"x"}'))), "--source", "other")
    assert any(line.endswith("…virtualmachines/vm-17") for line in lines(books, "drift"))


def test_what_is_of_unknown_cost_is_no_amount_and_comes_last(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    odd = charge(9, "", "i-8", '{"odd":"x","product":"nonsense"}', BilledCost="2")
    books.load(books.write("b.csv", bill(odd)), "--source", "other")
    rows = records(books, "drift")
    assert [(row["what"], row["name"]) for row in rows if not row["effective_cost"]] == [
        ("key", "odd"), ("value", "nonsense"),
    ]  # fmt: skip
    assert [row["name"] for row in rows if row["what"] == "key"][-1] == "odd"
    assert [line.split()[-2:] for line in lines(books, "drift") if line.endswith("i-8")] == [["-", "i-8"]] * 2
