"""What is found: names of the dearest charge, names that all agree on, owners, dated names."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from finmod.taxonomy.definition import Dimension, Taxonomy, Value
from finmod.workspace.savings.found import owner_of
from finmod.workspace.savings.savings import Wanted
from tests.bills_by_day import charged, found, told, used

IDLE = "PublicIPv4:IdleAddress"
TAXONOMY = "dimensions: {team: {values: {web: {}, apps: {}}, from: [{tag: team}]}}\n"


def test_a_resource_is_called_as_its_dearest_charges(tmp_path: Path) -> None:
    early = used(IDLE, "eip-1", "1", days=range(1, 11), Tags='{"team":"web"}')
    late = used(IDLE, "eip-1", "1", days=range(11, 31), Tags='{"team":"apps"}')

    (saving,) = found(charged(tmp_path, early, late, taxonomy=TAXONOMY)).savings

    assert (saving.candidate.about.group.members, saving.amount) == ({"team": "apps"}, Decimal(30))


@pytest.mark.parametrize(("other", "team"), [("web", "web"), ("apps", None)])
def test_a_family_is_called_so_where_all_its_charges_are(other: str, team: str | None, tmp_path: Path) -> None:
    machines = [*used("BoxUsage:m5.large", "i-1", Tags='{"team":"web"}'),
                *used("BoxUsage:m5.xlarge", "i-2", Tags=f'{{"team":"{other}"}}')]  # fmt: skip

    report = found(charged(tmp_path, machines, taxonomy=TAXONOMY), Wanted(rules=("uncovered-usage",)))

    (saving,) = report.savings
    assert saving.candidate.about.group.members == {"team": team}
    assert saving.candidate.about.group.account is None


def test_names_that_change_within_the_month_leave_one_candidate(tmp_path: Path) -> None:
    taxonomy = (
        "dimensions:\n  team:\n    values: {web: {}, apps: {}}\n"
        '    from: [{account: {"1": [{is: web, until: "2026-09-21"}, {is: apps, since: "2026-09-21"}]}}]\n'
    )

    report = found(charged(tmp_path, used(IDLE, "eip-1", "1"), taxonomy=taxonomy))

    assert told(report, "idle-addresses") == [("eip-1", "30.00", "30.00")]
    assert report.savings[0].candidate.about.group.owner == "web"


def test_two_sources_with_the_same_resource_are_two_candidates(tmp_path: Path) -> None:
    books = charged(tmp_path, used(IDLE, "eip-1", "1"))
    assert (
        books.run("load", "--format", "focus", "--source", "other", "--accept", "FM1440", tmp_path / "bill.csv").code
        == 0
    )

    report = found(books)

    assert told(report, "idle-addresses") == [("eip-1", "30.00", "30.00")] * 2
    assert {each.candidate.about.group.source for each in report.savings} == {"saas", "other"}


def _dimension(name: str, **owners: str | None) -> Dimension:
    return Dimension(name, name, {value: Value(value, owner=owner) for value, owner in owners.items()}, ())


@pytest.mark.parametrize(
    ("members", "owner"),
    [
        ({"product": "search", "team": "web", "site": "north"}, "ann"),
        ({"product": "ads", "team": "web", "site": "north"}, "bob"),
        ({"product": "ads", "team": "apps", "site": "north"}, "eve"),
        ({"product": "ads", "team": "apps", "site": None}, "apps"),
        ({"product": None, "team": None, "site": None}, None),
    ],
)
def test_the_product_s_owner_stands_before_the_team_s_and_others(
    members: dict[str, str | None], owner: str | None
) -> None:
    dimensions = [
        _dimension("site", north="eve"), _dimension("team", web="bob", apps=None),
        _dimension("product", search="ann", ads=None),
    ]  # fmt: skip
    taxonomy = Taxonomy({each.name: each for each in dimensions})

    assert owner_of(taxonomy, members) == owner


def test_without_a_taxonomy_nobody_owns_it() -> None:
    assert owner_of(None, {}) is None
