"""The rules of a folder, and runs of them with drivers and levels."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.workspace.apply import apply
from finmod.workspace.check import check
from finmod.workspace.plan import plan
from finmod.workspace.rules import changed_meanwhile, read_rules
from tests.applied import NOW, SEPTEMBER, TAXONOMY, project_of, shared
from tests.books import Books

RULE_SET = "ai"
DRIVERS = """\
requests: {unit: request, grain: month, by: [product], from: {csv: requests.csv}}
seats: {unit: seat, grain: month, by: [product, customer], from: {csv: seats.csv}}
"""
BY_REQUESTS = """\
to: [product]
pools:
  - {name: cluster, when: {tag.cluster: "*"}, share: {by: driver, driver: requests}}
levels:
  - {name: customer, to: [customer], within: [product], share: {by: driver, driver: seats}}
"""
REQUESTS = "date,product,requests\n2026-08-01,search,1\n2026-08-01,ads,1\n2026-09-01,search,3\n2026-09-01,ADS,1\n"
SEATS = "date,product,customer,seats\n2026-09-01,search,acme,1\n2026-09-01,search,zorg,2\n2026-09-01,ads,acme,1\n"


@pytest.fixture
def driven(tmp_path: Path) -> Books:
    """Return a project whose cluster is shared by requests, and products further by seats of customers."""
    books = shared(tmp_path / "books", BY_REQUESTS)
    books.write("drivers.yaml", DRIVERS)
    books.write("requests.csv", REQUESTS)
    books.write("seats.csv", SEATS)
    said = books.run("drivers", "load")
    assert said.code == 0, said.err
    return books


def test_the_rules_are_all_files_that_they_are_read_from(driven: Books) -> None:
    driven.write("taxonomy.yaml", f"include: [more.yaml]\n{TAXONOMY}")
    driven.write("more.yaml", "dimensions: {}\n")
    rules = read_rules(driven.root)
    assert sorted(rules.files.files) == ["allocation.yaml", "drivers.yaml", "more.yaml", "taxonomy.yaml"]
    assert rules.columns == {"product": "x_Product"}


def test_a_driver_that_there_is_none_of_is_told(tmp_path: Path) -> None:
    books = shared(tmp_path / "p", BY_REQUESTS)
    with pytest.raises(UserError, match=r"allocation\.yaml:3:\d+: .*requests"):
        read_rules(books.root)


def test_drivers_share_pools_by_the_values_of_each_month(driven: Books) -> None:
    run = apply(project_of(driven), NOW, author="ada").run
    assert run.drivers_version == 1
    rows = driven.query(
        "SELECT x_BillingPeriod, x_Product, EffectiveCost FROM allocated_daily WHERE x_Pool = 'cluster' ORDER BY ALL"
    )
    assert [(row["x_BillingPeriod"][5:7], row["x_Product"], row["EffectiveCost"][:-13]) for row in rows] == [
        ("08", "ads", "20"), ("08", "search", "20"), ("09", "ads", "10"), ("09", "search", "30"),
    ]  # fmt: skip


def test_levels_are_applied_with_each_amount_once(driven: Books) -> None:
    apply(project_of(driven), NOW, author="ada")
    rows = driven.query(
        "SELECT x_Level, x_Product, x_Customer, sum(EffectiveCost) AS c FROM allocated_levels_daily "
        "WHERE x_BillingPeriod = DATE '2026-09-01' GROUP BY ALL ORDER BY ALL"
    )
    assert [(row["x_Level"], row["x_Product"], row["x_Customer"], row["c"][:-13]) for row in rows] == [
        ("customer", "ads", "acme", "40"),
        ("customer", "search", "acme", "30"),
        ("customer", "search", "zorg", "60"),
        ("customer", None, None, "18"),
    ]
    assert all(proof.holds for proof in check(project_of(driven)).allocated)


def test_new_values_of_drivers_are_told_apart_from_rules_and_charges(driven: Books) -> None:
    apply(project_of(driven), NOW, author="ada")
    driven.write("requests.csv", REQUESTS.replace("2026-09-01,search,3", "2026-09-01,search,1"))
    assert driven.run("drivers", "load").code == 0
    found = plan(project_of(driven))
    assert [cause.kind for cause in found.causes] == ["drivers"]
    assert [(move.month, move.giver, move.taker, move.amount) for move in found.causes[0].moves] == [
        (SEPTEMBER, ("search",), ("ads",), Decimal(10))
    ]
    driven.write(
        "allocation.yaml", BY_REQUESTS.replace("{by: driver, driver: requests}", "{by: fixed, shares: {ads: 1}}")
    )
    both = plan(project_of(driven))
    assert [cause.kind for cause in both.causes] == ["drivers", "rules"]
    assert [sum(move.amount for move in cause.moves) for cause in both.causes] == [10, 40]
    out = driven.run("plan").out
    assert "New values of drivers move 10.00 USD in 2026-09 from Search engine to Ads." in out


def test_levels_of_closed_months_stand(driven: Books) -> None:
    apply(project_of(driven), NOW, author="ada")
    assert driven.run("close", "2026-09").code == 0
    driven.write("seats.csv", SEATS.replace("search,zorg,2", "search,zorg,1"))
    assert driven.run("drivers", "load").code == 0
    apply(project_of(driven), NOW, author="ada")
    rows = driven.query(
        "SELECT x_BillingPeriod, x_AllocationOf, x_Product, x_Customer, EffectiveCost FROM allocated_levels_daily "
        "WHERE x_AllocationOf IS NOT NULL ORDER BY ALL"
    )
    assert [(row["x_BillingPeriod"], row["x_Customer"], row["EffectiveCost"][:-13]) for row in rows] == [
        ("2026-10-01", "acme", "15"), ("2026-10-01", "zorg", "-15"),
    ]  # fmt: skip


def test_a_rule_file_that_goes_away_while_it_is_read_is_told() -> None:
    assert str(changed_meanwhile(FileNotFoundError(2, "No such file or directory", "allocation.yaml"))) == (
        "allocation.yaml: a rule file changed while it was read: No such file or directory; expected files that stay "
        "as they are until the command ends.\n  Run the command again. (FM2210, docs/errors.md)"
    )


def test_a_taxonomy_of_the_same_files_is_taken_and_not_read_again(driven: Books, tmp_path: Path) -> None:
    driven.write("taxonomy.yaml", f"include: [more.yaml]\n{TAXONOMY}")
    driven.write("more.yaml", "dimensions: {}\n")
    rules = read_rules(driven.root)
    other = driven.copy(tmp_path / "other")
    other.write("allocation.yaml", BY_REQUESTS.replace("pools:", "pools: # now"))
    same = read_rules(other.root, rules)
    assert same.taxonomy is rules.taxonomy
    assert same == read_rules(other.root)
    assert same.files.hash != rules.files.hash

    other.write("more.yaml", "dimensions: {area: {from: [{tag: area}]}}\n")
    read = read_rules(other.root, rules)
    assert "area" in read.taxonomy.dimensions
    assert read == read_rules(other.root)

    (other.root / "more.yaml").unlink()
    with pytest.raises(UserError, match=r"there is no file 'more\.yaml'"):
        read_rules(other.root, rules)


def test_rule_sets_of_finmod_and_files_elsewhere_are_of_the_same_taxonomy_too(driven: Books, tmp_path: Path) -> None:
    def project(name: str) -> Books:
        made = driven.copy(tmp_path / name / "p")
        made.write("taxonomy.yaml", f"include: [../rules.yaml, {RULE_SET}]\n{TAXONOMY}")
        (tmp_path / name / "rules.yaml").write_text("dimensions: {area: {from: [{tag: area}]}}\n", encoding="utf-8")
        return made

    rules, other = read_rules(project("one").root), project("two").root
    same = read_rules(other, rules)
    assert same.taxonomy is rules.taxonomy
    assert same.files == read_rules(other).files
    assert [*same.files.built_in] == [RULE_SET]
    (tmp_path / "two" / "rules.yaml").write_text("dimensions: {zone: {from: [{tag: zone}]}}\n", encoding="utf-8")
    assert "zone" in read_rules(other, rules).taxonomy.dimensions
