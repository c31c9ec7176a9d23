"""A small project whose charges carry tags, good, bad and none, over two months, with a taxonomy that names them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.books import Books, bill, month

TAXONOMY = """\
dimensions:
  product:
    values:
      search: {owner: search-team, aliases: [srch]}
      ads: {owner: ads-team}
      shared: {shared: true}
    from:
      - tag: [product, app]
      - account: {"2": ads}
      - when: {ServiceName: Unheard}
        is: shared
    required: 0.9
  team:
    values: {search-web: {parent: discovery}, ads-web: {parent: growth}}
    from:
      - tag: team
      - {dimension: product, map: {ads: ads-web}}
    rolls_up: department
  department: {values: [discovery, growth]}
"""


def charge(number: int, cost: str, resource: str, tags: str, **more: str) -> Mapping[str, str]:
    """Return a charge of a resource in a month; billed and effective cost are the same."""
    given = {
        "EffectiveCost": cost,
        "ResourceId": resource,
        "Tags": tags,
        "ServiceProviderName": "AWS",
        "SubAccountId": "1",
    }
    return month(number, cost, **{**given, **more})


CHARGES = (
    charge(8, "50", "i-1", '{"product":"search"}'),
    charge(8, "10", "i-2", '{"product":"gone"}'),
    charge(9, "60", "i-1", '{"product":"search","team":"search-web"}'),
    charge(9, "20", "i-2", '{"Product":"SRCH"}'),
    charge(9, "10", "i-3", '{"product":"serach"}', SubAccountId="2"),
    charge(9, "30", "i-4", "", SubAccountId="2", ServiceName="Databases"),
    charge(9, "5", "i-5", '{"cost":"x"}'),
    charge(9, "7", "", "", ChargeCategory="Tax", ServiceName="Tax"),
)
"""September: 125 can carry tags, of which 80 is understood; 7 of tax cannot."""


def tagged(folder: Path, taxonomy: str = TAXONOMY) -> Books:
    """Return the project with its charges loaded."""
    made = Books(folder)
    made.load(made.write("a.csv", bill(*CHARGES)))
    made.write("taxonomy.yaml", taxonomy)
    return made
