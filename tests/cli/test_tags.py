"""``finmod tags``: the screen, other forms, drift, rules, and what is refused."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.books import Books, bill
from tests.tagged import TAXONOMY, charge, tagged


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Return the tagged project; no test changes it."""
    return tagged(tmp_path_factory.mktemp("tags") / "books")


def test_the_screen_tells_share_target_gap_and_what_is_not_counted(project: Books) -> None:
    said = project.run("tags")
    assert said.code == 0, said.err
    assert said.out.splitlines()[:8] == [
        "northwind, 2026-09: tags by EffectiveCost of what can carry them",
        "dimension  understood  required   change                gap     no tag   no value    respelt  resources",
        "product        64.0 %    90.0 %  -19.3 pt  below  45.00 USD  35.00 USD  10.00 USD  20.00 USD     2 of 5",
        "team           48.0 %         -  +48.0 pt         65.00 USD  65.00 USD   0.00 USD   0.00 USD     1 of 5",
        "Not counted, for it can carry no tags: 7.00 USD (tax 7.00).",
        "Gap of product: 45.00 USD a month without an understood tag; other rules name 40.00 USD of it, nobody answers "
        "for 5.00 USD.",
        "Gap of team: 65.00 USD a month without an understood tag; other rules name 40.00 USD of it, nobody answers for "
        "25.00 USD.",
        "Since 2026-08: 3 new keys, 3 new values, 1 vanished value.",
    ]


def test_a_rule_that_names_nothing_is_told_below_with_its_place(project: Books) -> None:
    assert "taxonomy.yaml:10:9: product rule 3 (when ServiceName Unheard) matches no charge. (FM2020)" in (
        project.run("tags").out
    )


def test_json_has_every_measure_as_exact_text(project: Books) -> None:
    rows = json.loads(project.run("tags", "--output", "json").out)
    (product, team) = rows
    assert product == {
        "billing_period": "2026-09", "dimension": "product", "group": None, "currency": "USD", "share": "0.640000",
        "required": "0.9", "meets": False, "taggable": "125.000000000000", "understood": "80.000000000000",
        "respelt": "20.000000000000", "unrecognised": "10.000000000000", "missing": "35.000000000000",
        "gap": "45.000000000000", "gap_named_otherwise": "40.000000000000", "untaggable": "7.000000000000",
        "unsure": "0.000000000000", "named": "120.000000000000", "resources": 5, "resources_understood": 2,
        "unknown_charges": 0,
    }  # fmt: skip
    assert team["dimension"] == "team"


def test_by_and_trend_tell_groups_and_months(project: Books) -> None:
    groups = json.loads(project.run("tags", "--by", "account", "--output", "json").out)
    assert {(row["dimension"], row["group"]): row["gap"] for row in groups if row["dimension"] == "product"} == {
        ("product", "1"): "5.000000000000", ("product", "2"): "40.000000000000",
    }  # fmt: skip
    months = json.loads(project.run("tags", "--trend", "2", "--output", "json").out)
    assert {row["billing_period"] for row in months} == {"2026-08", "2026-09"}
    assert "dimension  currency  2026-08  2026-09" in project.run("tags", "--trend", "3").out
    assert "product    2         0.0 %" in project.run("tags", "--by", "account").out.replace(
        "       0.0", "         0.0"
    )


def test_an_earlier_month_can_be_asked_for(project: Books) -> None:
    said = project.run("tags", "--period", "2026-08")
    assert said.out.startswith("northwind, 2026-08: ")
    assert "product        83.3 %" in said.out


def test_check_exits_with_1_where_a_target_is_missed(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    assert books.run("tags", "--check").code == 1
    books.write("taxonomy.yaml", TAXONOMY.replace("required: 0.9", "required: 0.6"))
    assert books.run("tags", "--check").code == 0


def test_drift_is_listed_with_what_carries_it(project: Books) -> None:
    out = project.run("tags", "drift").out.splitlines()
    assert out[0] == "northwind: 2026-09 against 2026-08"
    assert [line.split()[:3] for line in out[2:]] == [
        ["new", "key", "team"], ["new", "key", "Product"], ["new", "key", "cost"], ["new", "value", "SRCH"],
        ["new", "value", "serach"], ["vanished", "value", "gone"], ["new", "value", "search-web"],
    ]  # fmt: skip
    first = project.run("tags", "drift", "--period", "2026-08").out
    assert first == "2026-08 is the first month: there is nothing to compare with.\n"


def test_rules_show_what_each_names(project: Books) -> None:
    rows = list(csv.DictReader(io.StringIO(project.run("tags", "rules", "--output", "csv").out)))
    assert [(row["dimension"], row["rule"], row["names"], row["effective_cost"]) for row in rows] == [
        ("product", "1", "2", "80.000000000000"), ("product", "2", "2", "40.000000000000"), ("product", "3", "0", ""),
        ("team", "1", "1", "60.000000000000"), ("team", "2", "2", "40.000000000000"),
        ("department", "", "3", "100.000000000000"),
    ]  # fmt: skip
    assert "matches nothing" in project.run("tags", "rules", "--dimension", "product").out


def test_what_cannot_be_looked_at_is_refused_by_name(project: Books, tmp_path: Path) -> None:
    assert project.run("tags", "--by", "servic").err == (
        "compliance cannot be told by 'servic'; expected account, service, supplier, source, region, product, team or "
        "department.\n  Did you mean 'service'? (FM2018, docs/errors.md)\n"
    )
    assert project.run("tags", "--period", "2027-01").err == (
        "there are no charges of 2027-01; expected a month from 2026-08 to 2026-09 that was loaded.\n"
        f"  See the months with: finmod status. (FM2017, docs/errors.md)\n"
    )
    empty = Books(tmp_path / "empty")
    said = empty.run("tags")
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        f"there is no taxonomy.yaml in {empty.root}; expected a file that says what charges are called.\n"
        f"  Write one to start from: finmod tags init. (FM2000, docs/errors.md)\n"
    )
    empty.write("taxonomy.yaml", "dimensions: {}\n")
    assert "the ledger is empty" in empty.run("tags").err


def test_init_writes_a_taxonomy_that_loads_and_never_over_one(tmp_path: Path) -> None:
    books = Books(tmp_path / "books")
    assert books.run("tags", "init").code == 0
    text = (books.root / "taxonomy.yaml").read_bytes()
    assert books.run("tags", "init").code == 1
    assert (books.root / "taxonomy.yaml").read_bytes() == text
    assert "the ledger is empty" in books.run("tags").err


def test_hostile_tags_reach_no_terminal_and_no_spreadsheet(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    evil = '{"product":"=HYPERLINK(1)\\u001b[31m|<script>"}'
    books.load(books.write("b.csv", bill(charge(9, "3", "i-9", evil))), "--source", "other")
    for form in ("table", "csv", "markdown", "json"):
        for words in (("tags", "drift"), ("tags", "todo"), ("tags", "repair"), ("explain", "i-9")):
            said = books.run(*words, "--output", form)
            assert said.code == 0, (words, said.err)
            assert "\x1b" not in said.out, words
            if form == "csv":
                cells = [cell for row in csv.reader(io.StringIO(said.out)) for cell in row]
                assert not [cell for cell in cells if cell.startswith("=")]
