"""What each rule names, and which name nothing."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from finmod.settings.project import load_project
from finmod.taxonomy.rule_use import RuleUse, rule_findings, rule_uses
from finmod.workspace.names import named
from tests.tagged import TAXONOMY, tagged


def uses(folder: Path, taxonomy: str = TAXONOMY) -> list[RuleUse]:
    with named(load_project(tagged(folder, taxonomy).root)) as found:
        return rule_uses(found.engine, found.naming)


def test_each_rule_tells_what_it_answers_and_what_it_names(tmp_path: Path) -> None:
    told = [
        (use.dimension, use.rule.number if use.rule else None, use.answers, use.names, *(a.cost for a in use.amounts))
        for use in uses(tmp_path / "books")
    ]
    assert told == [
        ("product", 1, 2, 2, Decimal(80)),
        ("product", 2, 2, 2, Decimal(40)),
        ("product", 3, 0, 0),
        ("team", 1, 1, 1, Decimal(60)),
        ("team", 2, 2, 2, Decimal(40)),
        ("department", None, 3, 3, Decimal(100)),
    ]


def test_a_rule_that_matches_nothing_is_a_warning_with_its_place(tmp_path: Path) -> None:
    (finding,) = rule_findings(uses(tmp_path / "books"))
    assert (finding.code, finding.severity, finding.where) == ("FM2020", "warning", "taxonomy.yaml:10:9")
    assert (
        finding.message
        == "product rule 3 (when ServiceName Unheard) has an answer for no charge. Correct it, or take it out."
    )


def test_a_rule_that_is_always_answered_before_names_the_one_that_does(tmp_path: Path) -> None:
    hidden = TAXONOMY.replace("is: shared\n", 'is: shared\n      - name: {"i-3": search, "i-4": search}\n')
    found = rule_findings(uses(tmp_path / "books", hidden))
    (finding,) = [each for each in found if each.code == "FM2021"]
    assert (
        finding.message == "product rule 4 (name) names nothing: account (taxonomy.yaml:9:9) answers first. "
        "Move it above, or take it out."
    )
    assert (finding.where, finding.rows) == ("taxonomy.yaml:12:9", 2)


def test_rules_of_included_files_may_name_nothing(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books", "include: more.yaml\n")
    books.write("more.yaml", TAXONOMY)
    with named(load_project(books.root)) as found:
        assert rule_findings(rule_uses(found.engine, found.naming)) == []
