"""A cluster's bill shared by its usage, from files to dollars: conserved, and told where a report is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from finmod.allocation.definition import Allocation, Pool, Share
from finmod.allocation.explain.basis import basis_of
from finmod.allocation.run import Run, allocate
from finmod.allocation.shares import When
from finmod.engines.duckdb import Engine
from finmod.ledger.ledger import Ledger
from finmod.taxonomy.definition import Condition
from tests.allocated import as_it_is
from tests.allocation.small_usage import DAYS, TAXONOMY
from tests.books import Books, bill
from tests.taxonomy.small import read
from tests.usage import hour, load_usage, report

SHARE = Share(kind="kubernetes", place="allocation.yaml:3:3", text="kubernetes", idle="proportional")
IN_CLUSTER = ((Condition("tag.cluster", ("*",), (), absent=False, place=""),),)


def charge(resource: str, cost: str, day: int = 1, **more: str) -> dict[str, str]:
    return {"ResourceId": resource, "BilledCost": cost, "EffectiveCost": cost, "Tags": '{"cluster": "prod"}',
            "ChargePeriodStart": f"2026-09-{day:02}T00:00:00Z", "ChargePeriodEnd": f"2026-09-{day + 1:02}T00:00:00Z",
            **more}  # fmt: skip


def of(product: str, **more: str) -> dict[str, str]:
    return hour(1, 0, pod=product, pod_labels=f"label_product:{product}", **more)


@contextmanager
def ran(books: Books, share: Share = SHARE) -> Iterator[tuple[Engine, Run]]:
    """Run an allocation of one pool."""
    pool = Pool(name="clusters", place="allocation.yaml:2:5", when=IN_CLUSTER, shares=(share,))
    with Engine() as engine:
        ledger = Ledger(books.root / ".finmod")
        taxonomy = read(books.root, TAXONOMY)
        allocation = Allocation(to=("product", "team"), pools=(pool,))
        yield engine, allocate(engine, ledger, ledger.head(engine), taxonomy, allocation, resolve=as_it_is)


def costs(engine: Engine) -> dict[Any, Decimal]:
    rows = engine.rows("SELECT x_Product, sum(BilledCost) FROM allocated GROUP BY 1 ORDER BY 1")
    return dict(rows)


def loaded(books: Books) -> None:
    charges = (
        charge("i-0a", "100"), charge("i-0f", "10"), charge("vol-x", "1", ServiceCategory="Storage"),
        {"Tags": '{"product": "ads"}', "BilledCost": "5"},
    )  # fmt: skip
    books.load(books.write("bill.csv", bill(*charges)))
    pods = report(of("search", pod_request_cpu_core_seconds="9000", pod_request_memory_byte_seconds="0"), of("ads"))
    load_usage(books, "--set", "Cluster=prod", books.write("pods.csv", pods))


def test_a_bill_goes_to_pods_and_nothing_is_lost(books: Books) -> None:
    loaded(books)

    with ran(books) as (engine, run):
        found = costs(engine)

    # search: 2.5 cores and 1 GiB; ads: 1 core and 2 GiB, at OpenCost's prices.
    search, ads = (
        cores * Decimal("0.031611") + gib * Decimal("0.004237") for cores, gib in ((Decimal("2.5"), 1), (1, 2))
    )
    expected = 111 * search / (search + ads)
    assert abs(found["search"] - expected) < Decimal("1e-9")
    assert found["search"] + found["ads"] == 116
    assert set(found) == {"search", "ads"}
    assert run.proved.totals["BilledCost", "USD"] == 116


def test_charges_for_nodes_that_no_report_knows_are_told(books: Books) -> None:
    loaded(books)

    with ran(books) as (_, run):
        (found,) = run.findings

    assert (found.code, found.severity, found.source, found.billing_period) == ("FM2240", "info", "saas", "2026-09")
    assert (found.amount, found.currency, found.example) == (Decimal(10), "USD", "i-0f")
    assert (found.column, found.where) == ("ResourceId", "allocation.yaml:2:5")
    assert found.message == (
        "1 node of pool clusters has charges on 1 day of which no usage report tells: shared by what their clusters "
        "held."
    )


def test_what_a_cluster_without_usage_costs_stays_unallocated_and_is_told(books: Books) -> None:
    charges = (charge("i-0a", "4"), charge("i-0a", "7", day=4), charge("i-0b", "9", Tags='{"cluster": "test"}'))
    books.load(books.write("bill.csv", bill(*charges)))
    load_usage(books, "--set", "Cluster=prod", books.write("pods.csv", report(of("search"))))

    with ran(books) as (engine, run):
        found = costs(engine)

    assert found == {None: Decimal(16), "search": Decimal(4)}
    told = "pool clusters, kubernetes: no usage of cluster {} is known for the day on 2026-09-0{}; its cost stays {}."
    assert {(each.code, each.amount, each.message) for each in run.findings} == {
        ("FM2141", Decimal(7), told.format("prod", 4, "unallocated")),
        ("FM2141", Decimal(9), told.format("test", 1, "unallocated")),
    }


def test_bills_without_any_usage_stay_unallocated(books: Books) -> None:
    books.load(books.write("bill.csv", bill(charge("i-0a", "7"))))

    with ran(books) as (engine, _):
        assert costs(engine) == {None: Decimal(7)}


def test_what_a_node_went_by_is_told(books: Books) -> None:
    loaded(books)

    with ran(books) as (_, run):
        group = run.asking.groups.texts.index(('["node","prod","i-0a"]',))
        basis = basis_of(run, 1, When(DAYS, DAYS, group), {run.targets.number(("ads", None))})

    assert basis is not None
    assert basis.what == "what was held of node i-0a of cluster prod"
    assert basis.own / basis.whole == pytest.approx(basis.part)
    # Idle hours go with what was held: 1 core and 2 GiB of 3.5 and 3.
    assert basis.part == pytest.approx((0.031611 + 2 * 0.004237) / (3.5 * 0.031611 + 3 * 0.004237))


def test_days_that_the_rest_of_a_month_stands_for_are_told(books: Books) -> None:
    books.load(books.write("bill.csv", bill(charge("i-0a", "100"), charge("i-0a", "10", day=4))))
    load_usage(books, "--set", "Cluster=prod", books.write("pods.csv", report(of("search"))))

    with ran(books, replace(SHARE, grain="month")) as (engine, run):
        assert costs(engine) == {"search": 110}
        (finding,) = run.findings
        assert finding.code == "FM2151"
        assert finding.message == (
            "pool clusters, kubernetes: usage of cluster prod has no row for 1 day with charges on 2026-09-04; the "
            "rest of the month stands for them."
        )
