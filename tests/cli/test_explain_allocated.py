"""``finmod explain --of`` and what ``explain`` says of where a charge's cost went."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from tests.applied import TAXONOMY, shared
from tests.books import Books
from tests.tagged import charge


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Books:
    books = shared(tmp_path_factory.mktemp("explained") / "books")
    assert books.run("apply", "--author", "ada").code == 0
    return books


def test_a_screen_goes_from_the_number_to_pools_shares_and_charges(applied: Books) -> None:
    out = applied.run("explain", "--of", "product=search", "--period", "2026-09").out
    assert out.startswith("Search engine: EffectiveCost 95.33 USD in 2026-09\n")
    assert "has the same amount, to the last digit." in out
    assert "60.00 USD (62.9 %) is its own: 1 charge key names it." in out
    assert (
        "30.00 USD (31.5 %) comes from pool cluster (allocation.yaml:3:6): 75.0 % of its 40.00 USD, from 1 charge key."
    ) in out
    assert "Share: fixed in 2 parts (allocation.yaml:3:47)" in out
    assert "i-4" in out


def test_json_has_every_digit_and_the_applied_version(applied: Books) -> None:
    told = json.loads(applied.run("explain", "--of", "product=search", "--output", "json").out)
    assert (told["amount"], told["applied"]["amount"], told["applied"]["ties"]) == (
        "95.333333333333", "95.333333333333", True,
    )  # fmt: skip
    pools = {part["pool"]: part for part in told["parts"]}
    assert pools["support"]["amount"] == "5.333333333333"
    assert pools["cluster"]["days"][0]["basis"]["part"] == 0.75


def test_csv_has_a_row_per_pool_and_day(applied: Books) -> None:
    rows = list(csv.DictReader(io.StringIO(applied.run("explain", "--of", "product=ads", "--output", "csv").out)))
    assert [(row["pool"], row["charge_date"], row["amount"]) for row in rows] == [
        ("", "", "30.000000000000"), ("cluster", "2026-09-01", "10.000000000000"),
        ("support", "2026-09-01", "2.666666666667"),
    ]  # fmt: skip


def test_a_charge_tells_who_pays_for_it(applied: Books) -> None:
    out = applied.run("explain", "i-4").out
    assert "allocated by pool cluster (allocation.yaml:3:21), fixed in 2 parts (allocation.yaml:3:47)" in out
    assert "search 30.00 USD, ads 10.00 USD" in out
    (told,) = json.loads(applied.run("explain", "i-4", "--output", "json").out)
    assert told["allocated"][0]["targets"] == [
        {"product": "search", "amount": "30.000000000000"}, {"product": "ads", "amount": "10.000000000000"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--of", "product=serach"), "'serach' is no value of product; expected search, ads or shop.\n  Did you mean"),
        (("--of", "prod=search"), "'prod' is no dimension that costs are allocated to; expected product."),
        (("--of", "search"), "--of is 'search'; expected a dimension and its value, such as product=search."),
        (("--of", "product=search", "--pool", "clustr"), "'clustr' is no pool; expected direct, cluster or support."),
        (("--of", "product=search", "--day", "2026-13-01"), "--day is '2026-13-01'; expected a day as YYYY-MM-DD"),
        (
            ("--of", "product=search", "--period", "2025-01"),
            "2025-01 is not in the applied allocation; expected",
        ),
        (("--of", "product=shop"), "product shop has no EffectiveCost in 2026-09."),
        (
            ("--of", "product=search", "--day", "2026-09-30"),
            "product search has no EffectiveCost of charges that begin on 2026-09-30 on the bill of 2026-09.",
        ),
        (("--of", "product=search", "--of", "product=ads"), "--of names product twice; expected each dimension once."),
        (("--of", "product=search", "--currency", "EUR"), "'EUR' is no currency of it; expected USD."),
        (("i-4", "--of", "product=search"), "a charge key or resource stands beside --of, or an option that"),
        (("i-4", "--pool", "cluster"), "belongs to it; expected one of the two."),
        ((), "nothing to explain is named; expected a charge key, a resource, or --of product=search."),
    ],
)
def test_what_cannot_be_explained_is_told(applied: Books, words: tuple[str, ...], expected: str) -> None:
    found = applied.run("explain", *words)
    assert (found.code, found.out) == (1, "")
    assert expected in found.err


def test_before_the_first_apply_there_is_nothing_to_explain(tmp_path: Path) -> None:
    found = shared(tmp_path / "p").run("explain", "--of", "product=search")
    assert found.code == 1
    assert "no allocation was applied yet; expected one to explain." in found.err


def test_without_the_rules_that_were_applied_a_charge_is_explained_all_the_same(applied: Books, tmp_path: Path) -> None:
    books = applied.copy(tmp_path / "gone")
    shutil.rmtree(books.root / ".finmod" / "rules")
    out = books.run("explain", "i-4").out
    assert out.startswith("saas 2026-09, charge key")
    assert "Who pays for it cannot be told: the rules of version 1 are gone from the store" in out
    (told,) = json.loads(books.run("explain", "i-4", "--output", "json").out)
    assert told["allocated"] == []
    assert told["allocated_untold"].startswith("the rules of version 1 are gone")


def test_a_charge_key_that_changed_its_name_within_the_month_is_followed_stretch_by_stretch(tmp_path: Path) -> None:
    days = {"ChargePeriodStart": "2026-09-20T00:00:00Z", "ChargePeriodEnd": "2026-09-21T00:00:00Z"}
    charges = [charge(9, cost, "i-1", '{"product":"search"}', **more) for cost, more in (("3", {}), ("5", days))]
    books = shared(tmp_path / "moved", "to: [product]\npools: []\n", charges)
    books.write(
        "taxonomy.yaml",
        TAXONOMY.replace("- tag: product\n", "- {tag: product, until: 2026-09-15}\n      - {when: {tag.product: "
                         "search}, is: ads, since: 2026-09-15}\n"),
    )  # fmt: skip
    assert books.run("apply", "--author", "ada").code == 0
    told = json.loads(books.run("explain", "i-1", "--output", "json").out)
    assert sorted((way["cost"], way["targets"][0]["product"]) for item in told for way in item["allocated"]) == [
        ("3.000000000000", "search"), ("5.000000000000", "ads"),
    ]  # fmt: skip


def test_a_value_is_found_by_what_reports_call_it(applied: Books) -> None:
    for name in ("Search engine", "SEARCH", "search Engine"):
        assert applied.run("explain", "--of", f"product={name}").out.startswith(
            "Search engine: EffectiveCost 95.33 USD"
        )


def test_a_name_that_two_values_have_is_told(applied: Books, tmp_path: Path) -> None:
    books = applied.copy(tmp_path / "two")
    books.write("taxonomy.yaml", TAXONOMY.replace("ads: {}", "ads: {label: Search Engine}"))
    assert books.run("apply", "--author", "ada").code == 0
    found = books.run("explain", "--of", "product=search engine")
    assert found.err.startswith(
        "'search engine' is what 2 values of product are called; expected search or ads.\n  Name one of them. (FM2230"
    )


def test_what_nobody_has_is_said_so(applied: Books) -> None:
    out = applied.run("explain", "--of", "product=").out
    assert "10.00 USD (100.0 %) is in no pool: 1 charge key names nobody." in out
    assert "100.00 USD (100.0 %) is in no pool, from 3 charge keys." in applied.run("explain", "--pool", "direct").out
