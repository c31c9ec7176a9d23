"""What a charge is called, and whether it can carry tags, hangs on its own month alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from finmod.settings.project import load_project
from finmod.workspace.names import named
from tests.books import Books, bill
from tests.tagged import charge

PARENTS = """\
dimensions:
  product:
    values: [search, ads]
    from: [{tag: product}, {parent: resource}]
  team:
    values: {a: {aliases: [ALIAS]}}
    from: [{tag: team}]
"""


def books_of(folder: Path, *charges: Mapping[str, str], taxonomy: str = PARENTS.replace("ALIAS", "x")) -> Books:
    books = Books(folder)
    books.load(books.write("a.csv", bill(*charges)))
    books.write("taxonomy.yaml", taxonomy)
    return books


def of_child(books: Books) -> set[str | None]:
    """Return what the child is called in September, by all months and by that one alone."""
    sql = "SELECT x_Product FROM charges_daily WHERE ResourceId = 'db/1/t' AND x_BillingPeriod = '2026-09-01'"
    rows = books.query(sql)
    with named(load_project(books.root)) as found:
        sql = f"SELECT {found.naming.value_sql('product')} FROM names WHERE ResourceId = 'db/1/t'"
        return {row["x_Product"] for row in rows} | {row[0] for row in found.engine.rows(sql)}


def test_a_parent_that_was_renamed_last_month_names_its_child(tmp_path: Path) -> None:
    books = books_of(
        tmp_path / "books",
        charge(8, "1", "db/1", '{"product":"search"}'), charge(9, "1", "db/1", '{"product":"ads"}'),
        charge(9, "100", "db/1/t", ""),
    )  # fmt: skip
    assert of_child(books) == {"ads"}


def test_a_day_in_another_dimension_takes_no_name_from_a_child(tmp_path: Path) -> None:
    late = {"ChargePeriodStart": "2026-09-20T00:00:00Z", "ChargePeriodEnd": "2026-09-21T00:00:00Z"}
    books = books_of(
        tmp_path / "books",
        charge(9, "1", "db/1", '{"product":"search"}'), charge(9, "100", "db/1/t", "", **late),
        taxonomy=PARENTS.replace("ALIAS", "{is: b, since: 2026-09-10}"),
    )  # fmt: skip
    assert of_child(books) == {"search"}


def test_whether_spend_can_carry_tags_is_told_by_its_own_month(tmp_path: Path) -> None:
    unnamed = {"ServiceProviderName": "Nobody Knows", "SubAccountId": "7"}
    books = books_of(
        tmp_path / "books",
        charge(8, "50", "", "", **unnamed), charge(8, "50", "", '{"product":"ads"}', **unnamed),
        charge(9, "50", "r", '{"product":"ads"}', **unnamed),
    )  # fmt: skip
    verdicts = []
    for before in (0, 1):
        with named(load_project(books.root), None if before else date(2026, 8, 1), before=before) as found:
            rows = "tag_facts WHERE x_BillingPeriod = DATE '2026-08-01'"
            verdicts.append(sorted(found.engine.rows(f"SELECT x_Taggable, sum(EffectiveCost) FROM {rows} GROUP BY 1")))
    assert verdicts[0] == verdicts[1]
