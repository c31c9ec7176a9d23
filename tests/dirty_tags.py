"""The dirty tag texts of the sample company, with the truth about them and what other sources say.

Owns what the tests of repair and benchmarks/quality/tag_repair.py are judged by. The world is made in process, as
`finmod sample` makes it.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from finmod.sample.months import parse_month
from finmod.sample.products import PLATFORMS, PRODUCTS
from finmod.sample.teams import ACCOUNTS, TEAMS
from finmod.sample.world import make_world
from finmod.taxonomy.fold import fold
from finmod.taxonomy.repair.judge import Known, Observed
from finmod.taxonomy.repair.witnesses import Carrier, Told, Witnesses
from tests.books import Books
from tests.near_misses import VALUES

KEYS = {"product": ("product", "Product", "app"), "team": ("team",), "environment": ("environment",)}
SOURCES = ("account", "team", "name")
"""What others can say of a resource: the map of accounts, the team tag, the pattern of its name."""

# These suppliers' exports have no name of a resource.
_NAMELESS = {"aws", "oci"}
_TEAM_OF = {fold(team.name): team.owns for team in TEAMS}
_NAMES = (*(one.name for one in PRODUCTS), *(one.name for one in PLATFORMS))


@dataclass
class Text:
    """One tag text: how many resources carry it, what they truly are, and what other sources call them."""

    resources: int = 0
    truth: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)

    @property
    def meant(self) -> str:
        """Return what most of its resources are."""
        return self.truth.most_common(1)[0][0]


@dataclass(frozen=True)
class Score:
    """How many were dirty, how many of those were repaired, and how many of those rightly."""

    dirty: int = 0
    repaired: int = 0
    right: int = 0

    def __add__(self, other: Score) -> Score:
        """Return the sum."""
        return Score(self.dirty + other.dirty, self.repaired + other.repaired, self.right + other.right)

    @property
    def precision(self) -> float:
        """Return the share of repairs that are right; 1 where there are none."""
        return self.right / self.repaired if self.repaired else 1.0

    @property
    def recall(self) -> float:
        """Return the share of what is dirty that was repaired rightly; 1 where nothing is."""
        return self.right / self.dirty if self.dirty else 1.0


@dataclass(frozen=True)
class Resource:
    """One resource: what people wrote, what it truly is, and what others say, by dimension; its account and name."""

    tags: Mapping[str, str]
    truth: Mapping[str, str]
    said: Mapping[str, str]
    account: str
    name: str


def sample_resources(seed: int, sources: Iterable[str]) -> Iterator[Resource]:
    """Yield every resource of a sample company.

    Args:
        seed: Which company.
        sources: Those of ``SOURCES`` that have a say.
    """
    world = make_world(seed=seed, months=24, end=parse_month("2026-10"), rows=1_000_000, spend=Decimal(8_000_000))
    for source, resources in world.resources.items():
        for place, tags in enumerate(resources.tags):
            truth = {
                "product": _NAMES[int(resources.owner[place])],
                "team": TEAMS[int(resources.team[place])].name,
                "environment": resources.environment[place],
            }
            name = "" if source in _NAMELESS else resources.names[place]
            account = int(resources.account[place])
            yield Resource(tags, truth, _said(account, name, tags, set(sources)), ACCOUNTS[account].number, name)


def tag_texts(seed: int, sources: Iterable[str]) -> dict[str, dict[str, Text]]:
    """Return dimension -> text -> what is known of it, clean texts among them; arguments as ``sample_resources``."""
    found: dict[str, dict[str, Text]] = {dimension: defaultdict(Text) for dimension in VALUES}
    for resource in sample_resources(seed, sources):
        for dimension, keys in KEYS.items():
            for text in (resource.tags[key] for key in keys if key in resource.tags):
                one = found[dimension][text]
                one.resources += 1
                one.truth[resource.truth[dimension]] += 1
                if dimension in resource.said:
                    one.said[resource.said[dimension]] += 1
    return found


def _said(account: int, name: str, tags: Mapping[str, str], sources: set[str]) -> dict[str, str]:
    """Return what others call a resource, by dimension; of the product the first that answers."""
    said: dict[str, str] = {}
    home = ACCOUNTS[account]
    if "account" in sources:
        if len(home.owns) == 1 and home.owns[0] in _NAMES:
            said["product"] = home.owns[0]
        # A user reads production from such names, and development from -dev; staging lies there as well.
        if home.name.endswith("-prod") or home.name.startswith("platform-"):
            said["environment"] = "production"
        elif home.name.endswith("-dev"):
            said["environment"] = "development"
    if "team" in sources and (owned := _TEAM_OF.get(fold(tags.get("team", "")))):
        said.setdefault("product", owned)
    if "name" in sources:
        for product in _NAMES:
            if name.startswith(f"{product}-"):
                said.setdefault("product", product)
    return said


def observed(texts: Mapping[str, Text]) -> list[Observed]:
    """Return the texts as repair takes them; each resource costs 1."""
    return [Observed(text, one.resources, Decimal(one.resources), dict(one.said)) for text, one in texts.items()]


def known(dimension: str) -> list[Known]:
    """Return the values of a dimension, without aliases."""
    return [Known(name) for name in VALUES[dimension]]


def scores(texts: Mapping[str, Text], values: Iterable[str], repaired: Mapping[str, str]) -> tuple[Score, Score]:
    """Return the score per resource and per distinct text of what is dirty: not the name of a value to the letter."""
    names = set(values)
    per_resource, per_text = Score(), Score()
    for text, one in texts.items():
        if text not in names:
            value = repaired.get(text)
            per_resource += Score(one.resources, one.resources if value else 0, one.truth[value] if value else 0)
            per_text += Score(1, 1 if value else 0, 1 if value == one.meant else 0)
    return per_resource, per_text


def sample_carriers(seed: int) -> tuple[list[Carrier], dict[str, str]]:
    """Return the resources with a product tag, known by their account, team and name, and text -> what it means."""
    names, truth = {fold(name): name for name in VALUES["product"]}, {}
    carriers = []
    for one in sample_resources(seed, ()):
        for text in (one.tags[key] for key in KEYS["product"] if key in one.tags):
            truth[text] = one.truth["product"]
            team = {"team": fold(one.tags["team"])} if "team" in one.tags else {}
            value = names.get(fold(text))
            carriers.append(Carrier(text=text, value=value, account=one.account, name=one.name, dimensions=team))
    return carriers, truth


def told_texts(carriers: Iterable[Carrier]) -> list[Observed]:
    """Return the product texts of resources, each with what witnesses tell of it; each resource costs 1."""
    found: dict[str, list[Told]] = defaultdict(list)
    for carrier, told in Witnesses(carriers, {name: (name,) for name in VALUES["product"]}).told():
        found[carrier.text].append(told)
    return [
        Observed(
            text,
            len(every),
            Decimal(len(every)),
            Counter(told.value for told in every if told.value),
            Counter(told.value for told in every if told.value and told.is_sure),
        )
        for text, every in found.items()
    ]


def true_tags(books: Books) -> dict[tuple[str, str], dict[str, str]]:
    """Return (source, resource) -> what it really is, in a sample project; a platform is its product."""
    with (books.root / "truth" / "tags.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {(row["source"], row["resource_id"]): {**row, "product": row["platform"] or row["product"]} for row in rows}


def written_tags(books: Books) -> list[dict[str, Any]]:
    """Return each resource of the last month with the texts of its tags as the bill has them, by dimension."""
    return books.query(
        "SELECT DISTINCT x_Dimension AS d, x_Source AS s, coalesce(AllocatedResourceId, ResourceId) AS r, "
        "x_TagText AS t, x_TagState AS k FROM charge_names JOIN "
        "(SELECT DISTINCT x_Source, x_BillingPeriod, x_ChargeKey, ResourceId, AllocatedResourceId FROM charges_daily) "
        "USING (x_Source, x_BillingPeriod, x_ChargeKey) "
        "WHERE x_BillingPeriod = '2026-10-01' AND x_Dimension IN ('product', 'team', 'environment')"
    )
