"""The whole way of a user with tags: see the gap, repair, infer, use it, hand out the list, export, ask why.

On the sample company, whose truth/tags.csv says what every resource really is; steps build on one another.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from tests.books import Books, Unchanged
from tests.dirty_tags import true_tags, written_tags
from tests.once import sample_once

pytestmark = [pytest.mark.journey, pytest.mark.slow]

PRECISION_OF_REPAIRS, PRECISION_OF_INFERENCE, RECALL = Decimal("0.98"), Decimal("0.95"), Decimal("0.9")
SCOPES = {
    "aws": (), "azure": ("--scope", "/subscriptions/4a3b0052-0000-4000-8000-000000000001"),
    "google": ("--scope", "organizations/1234", "--dimension", "product", "--dimension", "environment"),
    "custodian": (),
}  # fmt: skip


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Return the sample company with two months loaded, before anything is repaired; tests copy it to change it."""
    return Unchanged(sample_once(tmp_path_factory, rows=40_000, months=2).root)


@pytest.fixture(scope="module")
def repaired(company: Books, tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Return a copy of it whose repairs were accepted."""
    books = company.copy(tmp_path_factory.mktemp("repaired") / "northwind")
    assert books.run("tags", "repair", "--accept").code == 0
    return Unchanged(books.root)


def records(books: Books, *words: str | Path) -> list[dict[str, str]]:
    said = books.run(str(words[0]), *words[1:], "--output", "csv")
    assert said.code == 0, said.err
    return list(csv.DictReader(io.StringIO(said.out)))


def understood(books: Books) -> dict[str, Decimal]:
    return {row["dimension"]: Decimal(row["understood"]) for row in records(books, "tags")}


def test_repairs_are_right_and_find_what_is_dirty(company: Books) -> None:
    meant = {
        (row["dimension"], row["text"]): row["value"] for row in records(company, "tags", "repair") if row["value"]
    }
    real = true_tags(company)
    found, right = 0, 0
    dirty, read = Counter[str](), Counter[str]()
    for row in written_tags(company):
        true = real.get((row["s"], row["r"]), {}).get(row["d"])
        if true is None or row["t"] in {None, true}:
            continue
        dirty[row["d"]] += 1
        value = meant.get((row["d"], row["t"]))
        found += value is not None
        right += value == true
        read[row["d"]] += value == true or row["k"] == "understood"
    assert found > 50
    assert Decimal(right) / found >= PRECISION_OF_REPAIRS
    # What is understood in another spelling needs no repair; both together are what becomes of dirty tags.
    # By dimension, since the many that are easy would hide the few that are not.
    assert set(dirty) == {"product", "team", "environment"}
    assert {name for name in dirty if Decimal(read[name]) / dirty[name] < RECALL} == set()


def test_what_is_understood_grows_by_what_was_repaired_to_the_last_digit(company: Books, repaired: Books) -> None:
    before, after = understood(company), understood(repaired)
    gained = dict.fromkeys(before, Decimal(0))
    for row in records(company, "tags", "repair"):
        gained[row["dimension"]] += Decimal(row["effective_cost"]) if row["value"] else 0
    assert gained["product"] > 0
    assert {name: after[name] - before[name] for name in before} == gained
    assert [row for row in records(repaired, "tags", "repair") if row["value"]] == []


def test_the_taxonomy_keeps_its_comments_and_a_second_time_changes_nothing(company: Books, repaired: Books) -> None:
    for name in ("taxonomy.yaml", "taxonomy/teams.csv"):
        old, new = ((each.root / name).read_text(encoding="utf-8").splitlines() for each in (company, repaired))
        comments = [re.sub(r"^[^#]*#", "#", line) for line in old if "#" in line]
        assert [re.sub(r"^[^#]*#", "#", line) for line in new if "#" in line] == comments
        assert len(new) == len(old)
    before = (repaired.root / "taxonomy.yaml").read_bytes()
    said = repaired.run("tags", "repair", "--accept")
    assert said.out.endswith("There is none to accept.\n")
    assert (repaired.root / "taxonomy.yaml").read_bytes() == before


def test_inferred_tags_are_right_and_none_is_inferred_for_a_platform(repaired: Books) -> None:
    real = true_tags(repaired)
    for dimension in ("product", "team", "environment"):
        rows = records(repaired, "tags", "infer", "--dimension", dimension)
        told = [(row, real[row["source"], row["resource_id"]]) for row in rows
                if row["value"] and (row["source"], row["resource_id"]) in real]  # fmt: skip
        assert len(told) >= 20
        right = sum(row["value"] == true[dimension] for row, true in told)
        assert Decimal(right) / len(told) >= PRECISION_OF_INFERENCE, dimension
        if dimension == "product":
            assert [row["resource_id"] for row, true in told if true["platform"]] == []


def test_a_lookup_of_what_was_inferred_names_more_and_what_it_says_is_right(repaired: Books, tmp_path: Path) -> None:
    books = repaired.copy(tmp_path / "northwind")
    said = books.run("tags", "infer", "--dimension", "product", "--to", books.root / "lists" / "inferred.csv")
    rule = said.out.splitlines()[-1].strip()
    assert rule == "- lookup: {file: lists/inferred.csv, key: ResourceId, value: value}"
    path = books.root / "taxonomy.yaml"
    text = path.read_text(encoding="utf-8")
    # At the end of the rules of product.
    path.write_text(text.replace("    required: 0.95", f"      {rule}\n    required: 0.95"), encoding="utf-8")
    unnamed = "SELECT count(DISTINCT ResourceId) AS n FROM charges_daily WHERE x_Product IS NULL AND ResourceId <> ''"
    assert books.query(unnamed)[0]["n"] < repaired.query(unnamed)[0]["n"]
    (use,) = (
        row
        for row in records(books, "tags", "rules")
        if row["text"].startswith("lookup lists/inferred.csv, inferred from ")
    )
    assert int(use["names"]) > 0
    assert understood(books) == understood(repaired)
    real = true_tags(books)
    rows = books.query(
        "SELECT DISTINCT x_Source AS s, ResourceId AS r, x_Value AS v FROM charge_names "
        "JOIN (SELECT DISTINCT x_ChargeKey, ResourceId FROM charges_daily) USING (x_ChargeKey) "
        "WHERE x_How = 'inferred' AND x_Dimension = 'product'"
    )
    judged = [real[row["s"], row["r"]]["product"] == row["v"] for row in rows if (row["s"], row["r"]) in real]
    assert judged
    assert Decimal(sum(judged)) / len(judged) >= PRECISION_OF_INFERENCE


def test_every_task_has_an_owner_or_nobody_and_lists_add_up(repaired: Books, tmp_path: Path) -> None:
    every = records(repaired, "tags", "todo")
    gap = {row["dimension"]: Decimal(row["gap"]) for row in records(repaired, "tags")}
    for dimension, amount in gap.items():
        assert sum(Decimal(row["effective_cost"]) for row in every if row["dimension"] == dimension) == amount
    owners = list(dict.fromkeys(row["owner"] for row in every))
    assert len(owners) > 10
    for owner in (owners[0], owners[-1]):
        path = tmp_path / "todo.csv"
        assert repaired.run("tags", "todo", "--owner", owner, "--to", path).code == 0
        with path.open(encoding="utf-8", newline="") as file:
            assert list(csv.DictReader(file)) == [row for row in every if row["owner"] == owner]
    page = repaired.run("tags", "todo", "--output", "markdown").out
    assert page.count("\n## ") == len(owners)


def test_rules_for_every_target_are_written_and_readable(repaired: Books, tmp_path: Path) -> None:
    # Sixty teams are more than a condition of Google Cloud has room for.
    refused = repaired.run(
        "tags", "export", "--target", "google", "--to", tmp_path / "none", "--scope", "organizations/1"
    )
    assert (refused.code, "dimensions.team: the condition over its 60 values" in refused.err) == (1, True)
    assert not (tmp_path / "none").exists()
    for target, scope in SCOPES.items():
        said = repaired.run("tags", "export", "--target", target, "--to", tmp_path / target, *scope)
        assert said.code == 0, said.err
        # Beside the list of what was written.
        files = [path for path in (tmp_path / target).rglob("*") if path.is_file() and path.name != ".finmod-files"]
        assert files
        for path in files:
            text = path.read_text(encoding="utf-8")
            assert text
            if path.suffix == ".json":
                json.loads(text)


def test_one_resource_is_explained_as_the_tables_have_it(repaired: Books) -> None:
    (row,) = repaired.query(
        "SELECT ResourceId AS r, any_value(x_Product) AS p, any_value(x_Team) AS t FROM charges_daily WHERE "
        "x_BillingPeriod = '2026-10-01' AND x_Product IS NOT NULL AND x_Team IS NOT NULL AND ResourceId LIKE 'i-%' "
        "AND AllocatedResourceId IS NULL GROUP BY 1 ORDER BY sum(EffectiveCost) DESC LIMIT 1"
    )
    said = repaired.run("explain", row["r"])
    assert said.code == 0
    assert re.search(rf"^  product is {row['p']}: .*\.(yaml|csv):[0-9]+:[0-9]+\)\.$", said.out, re.MULTILINE)
    assert f"  team is {row['t']}: " in said.out
    names = json.loads(repaired.run("explain", row["r"], "--output", "json").out)[0]["names"]
    assert (names["product"]["value"], names["team"]["value"]) == (row["p"], row["t"])


def test_names_cover_every_charge_of_every_month_once(repaired: Books) -> None:
    costs = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")
    sums = ", ".join(f"CAST(sum({cost}) AS VARCHAR) AS {cost}" for cost in costs)
    (whole,) = repaired.query(f"SELECT {sums} FROM charges_daily")
    named = repaired.query(f"SELECT x_Dimension AS d, {sums} FROM charge_names GROUP BY x_Dimension")
    assert [{cost: row[cost] for cost in costs} for row in named] == [whole] * 7
