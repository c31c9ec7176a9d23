"""What a rule goes by: the account, the name, another dimension, or what no witness knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmod.taxonomy.definition import Taxonomy
from finmod.taxonomy.reading import read_taxonomy
from finmod.taxonomy.repair.families import families

OTHERS = """\
  team:
    values: {web: {parent: sales}}
    from:
      - tag: [team, squad]
      - account: {"1": web}
    rolls_up: unit
  zone:
    values: [inner]
    from:
      - label: [zone]
  unit:
    values: [sales]
"""


def taxonomy(folder: Path, rules: str) -> Taxonomy:
    """Return a taxonomy whose product has these rules."""
    values = "{ads: {patterns: ['ads-*']}}"
    product = f"dimensions:\n  product:\n    values: {values}\n    from:\n      - tag: [product]\n{rules}"
    (folder / "taxonomy.yaml").write_text(f"{product}{OTHERS}", encoding="utf-8")
    return read_taxonomy(folder)


def of_rules(folder: Path, *rules: str, tagged: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return what the first of some rules of product goes by."""
    found = taxonomy(folder, "".join(f"      - {rule}\n" for rule in rules))
    return families(found, found.dimensions["product"], found.dimensions["product"].rules[1], tagged=tagged)


@pytest.mark.parametrize(
    ("rule", "goes_by"),
    [
        ('account: {"1": ads}', ("account",)),
        ("account_name: {ads: ads}", ("account",)),
        ("patterns: SubAccountName", ("account",)),
        ("patterns: ResourceName", ("name",)),
        ("patterns: ServiceName", ("other rules",)),
        ("name: {'ads-*': ads}", ("name",)),
        ("column: BillingAccountName", ("account",)),
        ("id: {i-1: ads}", ("other rules", "name")),
        ("{when: {SubAccountId: '1', ServiceName: Storage}, is: ads}", ("account", "other rules")),
        ("{when: {ServiceName: Storage, SubAccountId: '1'}, is: ads}", ("other rules", "account")),
        ("{when: {AllocatedResourceName: 'ads-*'}, is: ads}", ("other rules", "name")),
        ("{when: {tag.cluster: '*'}, is: ads}", ("other rules",)),
        ("{when: {tag.Squad: web, ResourceName: '*'}, is: ads}", ("team", "name")),
        ("{when: {'tag.user:team': web}, is: ads}", ("team",)),
        ("{when: {tag.product: a}, is: ads}", ("other rules",)),
        ("{when: {tag.zone: a}, is: ads}", ("other rules",)),
        ("{when: {label.zone: a}, is: ads}", ("zone",)),
        ("is: ads", ("other rules",)),
    ],
)
def test_a_rule_goes_by_whatever_it_looks_at(rule: str, goes_by: tuple[str, ...], tmp_path: Path) -> None:
    assert of_rules(tmp_path, rule) == goes_by


@pytest.mark.parametrize("rule", ["{dimension: team, map: {web: ads}}", "{when: {team: web}, is: ads}"])
def test_a_dimension_without_a_tag_on_the_resource_is_told_by_its_own_rules(rule: str, tmp_path: Path) -> None:
    assert of_rules(tmp_path, rule) == ("team", "account")
    assert of_rules(tmp_path, rule, tagged=("team",)) == ("team",)


def test_a_parent_is_called_so_by_any_rule_behind(tmp_path: Path) -> None:
    parent, account = "parent: resource", 'account: {"1": ads}'
    assert of_rules(tmp_path, parent, account) == ("other rules", "account")
    assert of_rules(tmp_path, parent) == ("other rules",)


def test_what_rolls_up_goes_by_the_dimension_below(tmp_path: Path) -> None:
    found = taxonomy(tmp_path, "      - {when: {unit: sales}, is: ads}\n")
    product, unit = found.dimensions["product"], found.dimensions["unit"]
    assert families(found, unit, None, below="team", tagged=("team",)) == ("team",)
    assert families(found, product, product.rules[1]) == ("unit", "team", "account")


def test_many_rules_that_ask_dimensions_of_many_rules_are_each_read_once(tmp_path: Path) -> None:
    def dimension(number: int) -> str:
        asks = "".join(f"      - {{when: {{d{number + 1}: v, ServiceName: s{rule}}}, is: v}}\n" for rule in range(20))
        return f"  d{number}:\n    values: [v]\n    from:\n" + (asks if number < 9 else "      - is: v\n")

    below = "".join(map(dimension, range(10)))
    rules = "      - {when: {d0: v}, is: ads}\n"
    product = f"dimensions:\n  product:\n    values: [ads]\n    from:\n{rules}"
    (tmp_path / "taxonomy.yaml").write_text(f"{product}{below}", encoding="utf-8")
    found = read_taxonomy(tmp_path)

    (first,) = found.dimensions["product"].rules
    assert families(found, found.dimensions["product"], first) == (
        *(f"d{number}" for number in range(10)),
        "other rules",
    )
