"""The search finds one cause after another and ends."""

from __future__ import annotations

from collections.abc import Sequence

from finmod.models.rootcause.cells import cells_of
from finmod.models.rootcause.claims import prospect
from finmod.models.rootcause.search import candidates, found_claims
from tests.rootcause import Row, grid, leaves_of

NAMES = ["ServiceName", "RegionId"]


def _found(
    rows: Sequence[Row], names: list[str] | None = None, *, least: float = 1.0, most: int = 5
) -> list[dict[str, str]]:
    cells = cells_of(leaves_of(names or NAMES, rows))
    every = found_claims(cells, prospect(cells.after, cells.before), least=least, most=most)
    return [{cells.names[at]: str(cells.texts[at][code]) for at, code in one.name} for one in every]


def test_causes_are_found_one_after_another_the_largest_first() -> None:
    rows = grid(("S3", "*", 2.0), ("EC2", "us", 9.0))

    assert _found(rows) == [{"ServiceName": "EC2", "RegionId": "us"}, {"ServiceName": "S3"}]


def test_causes_that_overlap_multiply() -> None:
    rows: list[Row] = [
        ((f"s{one}", f"r{other}"), 100, 100 * (3 if one == 0 else 1) * (2 if other == 0 else 1))
        for one in range(8)
        for other in range(8)
    ]

    assert _found(rows) == [{"ServiceName": "s0"}, {"RegionId": "r0"}]


def test_of_names_that_select_the_same_cells_the_shortest_stands() -> None:
    rows: list[Row] = [
        ((service, f"{service}-{sku}", region), 100, 400 if service == "S3" else 100)
        for service in ("EC2", "RDS", "S3", "SQS")
        for sku in ("a", "b")
        for region in ("eu", "us")
    ]
    doubled: list[Row] = [((*values, f"{values[0]} team"), before, after) for values, before, after in rows]

    assert _found(doubled, ["ServiceName", "SkuId", "RegionId", "team"]) == [{"ServiceName": "S3"}]


def test_small_cells_that_stand_still_make_a_name_narrower() -> None:
    accounts = [f"a{at}" for at in range(6)]
    rows: list[Row] = [((service, "eu", one), 1000, 1000) for service in ("EC2", "RDS", "SQS") for one in accounts]
    rows += [(("EC2", "us", one), 1000, 1000) for one in accounts]
    rows += [(("S3", "eu", one), 1000, 3000) for one in accounts]
    quiet: list[Row] = [(("S3", "us", one), 5, 5) for one in accounts]
    names = ["ServiceName", "RegionId", "SubAccountName"]

    assert _found(rows, names) == [{"ServiceName": "S3"}]
    assert _found([*rows, *quiet], names) == [{"ServiceName": "S3", "RegionId": "eu"}]


def test_three_dimensions_are_named_where_it_takes_three() -> None:
    rows: list[Row] = [
        ((a, b, c), 100, 700 if (a, b, c) == ("a1", "b1", "c1") else 100)
        for a in ("a1", "a2", "a3")
        for b in ("b1", "b2", "b3")
        for c in ("c1", "c2", "c3")
    ]

    assert _found(rows, ["a", "b", "c"]) == [{"a": "a1", "b": "b1", "c": "c1"}]


def test_an_end_in_one_place_is_not_taken_for_an_end_of_what_began_elsewhere() -> None:
    rows: list[Row] = [((f"a{at}", "EC2"), 100, 100) for at in range(1, 9)]
    rows += [(("a1", "EKS"), 300, 0), (("a2", "EKS"), 0, 300)]

    found = _found(rows, ["SubAccountName", "ServiceName"])

    assert {tuple(sorted(one.items())) for one in found} == {
        (("ServiceName", "EKS"), ("SubAccountName", "a1")),
        (("ServiceName", "EKS"), ("SubAccountName", "a2")),
    }


def test_there_are_no_more_causes_than_wanted_and_none_below_what_is_material() -> None:
    rows = grid(("S3", "*", 2.0), ("EC2", "us", 9.0))

    assert _found(rows, most=1) == [{"ServiceName": "EC2", "RegionId": "us"}]
    assert _found(rows, least=500.0) == [{"ServiceName": "EC2", "RegionId": "us"}]
    assert _found(rows, least=5000.0) == []


def test_what_is_pruned_would_not_have_come_near_the_best() -> None:
    cells = cells_of(leaves_of(NAMES, grid(("S3", "*", 2.0), ("EC2", "us", 9.0))))
    now = prospect(cells.after, cells.before)

    near = candidates(cells, now, 1.0)

    best = max(one.gain for one in near)
    assert best == 800
    assert all(one.gain >= 0.6 * best for one in near)
