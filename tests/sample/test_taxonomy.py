"""The company's taxonomy is what its people know: it names what it names rightly, and leaves dirty tags as they are."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.ledger.ledger import Ledger
from finmod.sample import SampleSummary
from finmod.sample.months import parse_month
from finmod.sample.products import PLATFORMS, PRODUCTS
from finmod.sample.taxonomy import DEPARTMENTS, taxonomy_files, write_taxonomy_files
from finmod.sample.teams import ACCOUNTS, TEAMS
from finmod.taxonomy.definition import Taxonomy
from finmod.taxonomy.keyed import BASE, make_base
from finmod.taxonomy.naming import name_keys
from finmod.taxonomy.reading import read_taxonomy
from tests.once import demo_once, sample_once

PRODUCT_NAMES = [product.name for product in PRODUCTS]
PLATFORM_NAMES = [platform.name for platform in PLATFORMS]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def taxonomy(folder: Path, months: int = 3, end: str = "2026-10") -> Taxonomy:
    """Return the taxonomy of a window; that it can be read says that no rule of it is at fault."""
    write_taxonomy_files(folder, months=months, end=parse_month(end))
    return read_taxonomy(folder)


def test_values_are_those_of_the_company(tmp_path: Path) -> None:
    dimensions = taxonomy(tmp_path).dimensions
    products, teams = dimensions["product"].values, dimensions["team"].values
    assert products is not None
    assert teams is not None
    assert list(products) == [*PRODUCT_NAMES, *PLATFORM_NAMES, "company"]
    assert [name for name, value in products.items() if value.shared] == [*PLATFORM_NAMES, "company"]
    assert list(teams) == [team.name for team in TEAMS]
    assert len(teams) == 60
    assert all(value.owner for value in (*products.values(), *teams.values()))
    (cost_centres,) = dimensions["cost-centre"].rules
    assert [(entry.key, entry.targets[0].text) for entry in cost_centres.entries or ()] == [
        (team.name, team.cost_centre) for team in TEAMS
    ]


def test_a_team_is_of_the_department_that_its_product_is_of(tmp_path: Path) -> None:
    dimensions = taxonomy(tmp_path).dimensions
    of_product = {name: department for department, names in DEPARTMENTS.items() for name in names}
    (rule,) = dimensions["department"].rules
    assert {entry.key: entry.targets[0].text for entry in rule.entries or ()} == of_product
    assert list(of_product) == sorted([*PRODUCT_NAMES, *PLATFORM_NAMES], key=list(of_product).index)
    parents = {name: value.parents[0].text for name, value in (dimensions["team"].values or {}).items()}
    assert parents == {team.name: of_product[team.owns] for team in TEAMS}


def test_dates_are_those_of_the_window(small: SampleSummary, tmp_path: Path) -> None:
    products = taxonomy(tmp_path).dimensions["product"].values or {}
    launched = {row["product"]: row["date"] for row in rows_of(small.folder / "truth" / "launches.csv")}
    assert {name: f"{value.span.since:%Y-%m}" for name, value in products.items() if value.span.since} == {
        name: day[:7] for name, day in launched.items()
    }
    departments = read_taxonomy(tmp_path).dimensions["department"].values or {}
    (joined,) = {row["from"] for row in rows_of(small.folder / "truth" / "payers.csv") if row["from"]}
    assert [(each.text, str(each.span)) for each in departments["marketplace"].parents] == [
        ("harbour-market", f"until {joined}"),
        ("retail", f"since {joined}"),
    ]


@pytest.mark.parametrize(("months", "end"), [(1, "2026-02"), (2, "2026-01"), (24, "2026-10"), (120, "2030-12")])
def test_a_window_of_any_length_has_a_taxonomy_that_can_be_read(tmp_path: Path, months: int, end: str) -> None:
    assert list(taxonomy(tmp_path, months, end).dimensions)[:6] == [
        "product", "team", "department", "business-unit", "environment", "cost-centre"
    ]  # fmt: skip


def test_the_same_window_gives_the_same_files(tmp_path: Path) -> None:
    files = taxonomy_files(months=24, end=parse_month("2026-10"))
    assert list(files) == ["taxonomy.yaml", "taxonomy/teams.csv", "taxonomy/accounts.csv"]
    written = write_taxonomy_files(tmp_path, months=24, end=parse_month("2026-10"))
    assert {path.relative_to(tmp_path).as_posix(): path.read_bytes().decode() for path in written} == files
    assert not any("\r" in text for text in files.values())


def test_it_is_no_key_to_the_answers(tmp_path: Path) -> None:
    dimensions = taxonomy(tmp_path).dimensions
    aliases = {
        alias.text
        for name in ("product", "team", "environment")
        for value in (dimensions[name].values or {}).values()
        for alias in value.aliases
    }
    assert aliases == {"srch", "recs", "prod", "dev"}
    with_patterns = [name for name, value in (dimensions["product"].values or {}).items() if value.patterns]
    assert 0 < len(set(with_patterns) & set(PRODUCT_NAMES)) < len(PRODUCT_NAMES) / 2


@dataclass(frozen=True)
class Named:
    """One charge key of a resource, and what it was named.

    Attributes:
        source: Where it comes from.
        account: SubAccountName.
        truth: Its row of truth/tags.csv.
        pod: Kubernetes namespace that it was split to; None for others.
        cost: EffectiveCost, USD.
        names: Dimension -> (value, how, rule); None where it has none.
        unread: Dimensions whose tag is there and is no value.
        is_tagged: Whether the charges have tags: corrections of a supplier have none.
    """

    source: str
    account: str
    truth: dict[str, str]
    pod: str | None
    cost: Decimal
    names: dict[str, tuple[str, str, str] | None]
    unread: frozenset[str]
    is_tagged: bool

    def true(self, dimension: str) -> str:
        """Return what it is."""
        return self.truth["product"] or self.truth["platform"] if dimension == "product" else self.truth[dimension]


JUDGED = ("product", "team", "environment")


class Bills:
    """A loaded sample whose charge keys are named by its taxonomy."""

    def __init__(self, engine: Engine, root: Path) -> None:
        """Name every key."""
        self.engine, self.root, self.taxonomy = engine, root, read_taxonomy(root)
        ledger = Ledger(root / ".finmod")
        self.segments = make_base(engine, ledger, ledger.head(engine), self.taxonomy)
        self.naming = name_keys(engine, self.taxonomy, self.segments, BASE)

    def resources(self) -> Iterator[Named]:
        """Yield every key of a resource that truth knows."""
        truth = {(row["source"], row["resource_id"].lower()): row for row in rows_of(self.root / "truth" / "tags.csv")}
        places = [self.naming.place(name) for name in JUDGED]
        columns = ", ".join([f"o_{place}" for place in places] + [f"s_{place}" for place in places])
        for source, account, resource, pod, tags, cost, *numbers in self.engine.rows(
            "SELECT x_Source, SubAccountName, ResourceId, AllocatedTags->>'$.\"aws:eks_namespace\"', Tags, "
            f"EffectiveCost, {columns} FROM names WHERE ResourceId IS NOT NULL"
        ):
            if (source, resource.lower()) in truth:
                named = zip(JUDGED, numbers, numbers[len(JUDGED) :], strict=False)
                said = {name: (self._outcome(won), (text or 0) < 0) for name, won, text in named}
                yield Named(
                    source, account, truth[source, resource.lower()], pod, cost,
                    {name: won for name, (won, _) in said.items()},
                    frozenset(name for name, (_, unread) in said.items() if unread),
                    tags is not None,
                )  # fmt: skip

    def _outcome(self, number: int | None) -> tuple[str, str, str] | None:
        if number is None:
            return None
        found = self.naming.outcomes[number]
        assert found.value is not None
        return found.value, found.how, found.rule.kind if found.rule else ""


# A charge a day and resource; and one a month, whose launch begins with its month.
@pytest.fixture(scope="module", params=["days", "months"])
def bills(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bills]:
    """Return a loaded sample, named."""
    if request.param == "days":
        root = sample_once(tmp_path_factory, rows=10_000, months=2).root
    else:
        root = demo_once(tmp_path_factory).folder
    with Engine() as engine:
        yield Bills(engine, root)


def test_what_is_named_is_true(bills: Bills) -> None:
    named = [
        (dimension, found, each.true(dimension), each.source)
        for each in bills.resources()
        if each.pod is None
        for dimension in JUDGED
        if (found := each.names[dimension]) is not None
    ]
    assert {how for _, (_, how, _), _, _ in named} == {"exact", "folded", "alias", "map", "when"}
    assert [each for each in named if each[1][0] != each[2]] == []


@pytest.mark.parametrize("dimension", JUDGED)
def test_a_clean_tag_names_from_the_first_day_on(bills: Bills, dimension: str) -> None:
    clean = [
        each
        for each in bills.resources()
        if each.is_tagged
        and each.pod is None
        and json.loads(each.truth["written_tags"]).get(dimension) == each.true(dimension)
    ]
    assert dimension != "product" or {"assistant", "subscriptions"} <= {each.true("product") for each in clean}
    assert len(clean) > len(PRODUCTS)
    assert [each for each in clean if each.names[dimension] != (each.true(dimension), "exact", "tag")] == []


@pytest.mark.parametrize(("dimension", "least"), [("product", "0.92"), ("team", "0.75"), ("environment", "0.92")])
def test_most_spend_of_resources_has_a_name_and_not_all(bills: Bills, dimension: str, least: str) -> None:
    every = list(bills.resources())
    named = sum(each.cost for each in every if each.names[dimension] is not None)
    share = named / sum((each.cost for each in every), Decimal(0))
    assert Decimal(least) < share < Decimal("0.99"), share


def test_accounts_that_two_products_share_name_no_product(bills: Bills) -> None:
    owned = {account.name for account in ACCOUNTS if len(account.owns) == 1 and account.owns != ("shared",)}
    by_account = {
        each.account for each in bills.resources() if (each.names["product"] or ("", "", ""))[1:] == ("map", "map")
        and each.source == "aws"
    }  # fmt: skip
    assert by_account <= owned
    assert any(each.account.startswith("nonprod") and each.names["product"] is None for each in bills.resources())


def test_dirty_tags_stay_dirty(bills: Bills) -> None:
    every = list(bills.resources())
    for dimension in ("product", "environment"):
        unread = sum(dimension in each.unread for each in every)
        assert len(every) / 50 < unread < len(every) / 5, (dimension, unread, len(every))


def test_pods_are_named_by_their_namespace(bills: Bills) -> None:
    pods = [(each.pod, each.names["product"]) for each in bills.resources() if each.pod is not None]
    assert pods
    assert [(pod, name) for pod, name in pods if name != (pod, "exact", "label")] == []


def test_every_rule_of_its_own_names_something(bills: Bills) -> None:
    won = {
        (bills.naming.outcomes[number].dimension, rule.number)
        for place in range(len(bills.taxonomy.dimensions))
        for (number,) in bills.engine.rows(f"SELECT DISTINCT o_{place} FROM names WHERE o_{place} IS NOT NULL")
        if (rule := bills.naming.outcomes[number].rule) is not None and not rule.included
    }
    own = {
        (name, rule.number) for name, of in bills.taxonomy.dimensions.items() for rule in of.rules if not rule.included
    }
    assert won == own


def test_what_is_everybodys_is_no_products(bills: Bills) -> None:
    place = bills.naming.place("product")
    named = {
        (category, bills.naming.outcomes[number].value)
        for category, number in bills.engine.rows(
            f"SELECT DISTINCT ChargeCategory, o_{place} FROM names WHERE ChargeCategory = 'Tax' OR ServiceName ILIKE "
            "'%support%'"
        )
    }
    assert named == {("Tax", "company"), ("Purchase", "support")}


def test_the_bought_account_changes_its_business_unit_on_the_day(bills: Bills) -> None:
    (joined,) = {row["from"] for row in rows_of(bills.root / "truth" / "payers.csv") if row["from"]}
    place = bills.naming.place("business-unit")
    found = {
        (f"{bills.segments.start(segment)}" >= joined, bills.naming.outcomes[number].value)
        for segment, number in bills.engine.rows(
            f"SELECT DISTINCT segment, o_{place} FROM names WHERE SubAccountName = 'marketplace-prod' "
            f"AND ResourceId IS NOT NULL AND o_{place} IS NOT NULL"
        )
    }
    assert found == {(False, "harbour-market"), (True, "retail")}
