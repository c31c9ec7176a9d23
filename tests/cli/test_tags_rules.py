"""``finmod tags rules``: what each rule names, and which name nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.books import Books, Unchanged
from tests.tagged import TAXONOMY, lines, records, tagged


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Return the tagged project; no test changes it."""
    return Unchanged(tagged(tmp_path_factory.mktemp("rules") / "books").root)


def test_rules_show_what_each_names(project: Books) -> None:
    rows = records(project, "rules")
    assert [(row["dimension"], row["rule"], row["names"], row["effective_cost"]) for row in rows] == [
        ("product", "1", "2", "80.000000000000"), ("product", "2", "2", "40.000000000000"), ("product", "3", "0", ""),
        ("team", "1", "1", "60.000000000000"), ("team", "2", "2", "40.000000000000"),
        ("department", "", "3", "100.000000000000"),
    ]  # fmt: skip
    assert lines(project, "rules") == [
        "product",
        "rule  says                      matches  names  EffectiveCost                   place",
        "1     tag product, app                2      2      80.00 USD                   taxonomy.yaml:8:9",
        "2     account                         2      2      40.00 USD                   taxonomy.yaml:9:9",
        "3     when ServiceName Unheard        0      0                 matches nothing  taxonomy.yaml:10:9",
        "",
        "team",
        "rule  says               matches  names  EffectiveCost    place",
        "1     tag team                 1      1      60.00 USD    taxonomy.yaml:16:9",
        "2     dimension product        2      2      40.00 USD    taxonomy.yaml:17:10",
        "",
        "department",
        "rule  says                 matches  names  EffectiveCost    place",
        "      rolls up from below        3      3     100.00 USD",
        "",
        "Counted are charge keys; of rules that match one, the first names it.",
    ]


def test_rules_of_one_dimension_over_several_months(project: Books) -> None:
    rows = records(project, "rules", "--dimension", "product", "--months", "2")
    assert [(row["dimension"], row["names"]) for row in rows] == [("product", "3"), ("product", "2"), ("product", "0")]


def test_rules_of_included_files_that_name_nothing_are_counted_alone(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books", "include: more.yaml\ndimensions: {}\n")
    books.write("more.yaml", TAXONOMY)
    shown = lines(books, "rules", "--dimension", "product")
    assert [line.split()[0] for line in shown[:4]] == ["product", "rule", "1", "2"]
    assert shown[4] == "1 rule of included files names nothing here: --output csv shows them all."
    assert len(records(books, "rules", "--dimension", "product")) == 3
    assert not any("FM2020" in line for line in lines(books))


def test_a_rule_that_is_always_answered_before_names_the_one_that_does(tmp_path: Path) -> None:
    hidden = TAXONOMY.replace("is: shared\n", 'is: shared\n      - name: {"i-3": search}\n')
    books = tagged(tmp_path / "books", hidden)
    assert re.search(r"^4 +name +1 +0 +rule 2 answers first", "\n".join(lines(books, "rules")), re.MULTILINE)
    assert records(books, "rules")[3]["answered_before_by"] == "taxonomy.yaml:9:9"


def test_a_taxonomy_without_rules_says_so(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books", "dimensions: {product: {values: [a]}}\n")
    assert lines(books, "rules") == ["There is no rule."]
