"""Policies in whole runs: charges that pools hold take part like those that stand directly with a target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finmod.allocation.definition import Pool
from finmod.allocation.policies import policy_pool
from finmod.engines.duckdb import Engine, identifier, literal
from finmod.ledger.ledger import Ledger, ManifestRow, PreparedPeriod
from finmod.ledger.tables import KUBERNETES_USAGE
from finmod.settings.project import Project
from tests.allocated import Outcome, books_of, by, day, driver, fixed, is_, one, pool, ran

UNUSED = policy_pool("unused", "users", "allocation.yaml:2:3")
TAX = policy_pool("tax", "cost", "allocation.yaml:3:3")
HELD = {"CommitmentDiscountId": "sp-1", "CommitmentDiscountStatus": "Used"}
WASTE = one("", "10", CommitmentDiscountId="sp-1", CommitmentDiscountStatus="Unused")
CLUSTER: Pool = replace(pool("cluster"), when=((is_("ServiceName", "Nodes"),),), receives=None)
"""The cluster, which is called nothing as a target."""


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as opened:
        yield opened


def cluster(*shares: Any) -> Pool:  # noqa: ANN401 -- shares
    return replace(CLUSTER, shares=shares)


def nodes(cost: str, **more: str) -> Mapping[str, str]:
    return one("", cost, ServiceName="Nodes", **more)


def of(outcome: Outcome, name: str) -> dict[str | None, Decimal]:
    """Return what a pool gives by product."""
    return outcome.by_product(f"x_Pool = '{name}'")


def test_unused_commitments_go_to_the_pool_that_used_the_rest_and_on_to_its_users(
    tmp_path: Path, engine: Engine
) -> None:
    charges = [one("search", "20", **HELD), nodes("60", **HELD), one("shop", "900"), WASTE]
    found = ran(books_of(tmp_path, charges), engine, [UNUSED, cluster(fixed(search="0.5", ads="0.5"))])
    # A quarter was used by search itself, the rest by the cluster.
    assert of(found, "unused commitments") == {"search": Decimal("6.25"), "ads": Decimal("3.75")}
    assert found.run.findings == ()


def test_unused_commitments_of_nodes_go_to_those_who_held_the_cluster(tmp_path: Path, engine: Engine) -> None:
    project = books_of(tmp_path, [nodes("60", **HELD), one("shop", "900"), WASTE])
    hold(project, {"search": 3, "ads": 1})
    found = ran(project, engine, [UNUSED, cluster(by("kubernetes", idle="proportional"))])
    assert of(found, "cluster") == {"search": 45, "ads": 15}
    assert of(found, "unused commitments") == {"search": Decimal("7.5"), "ads": Decimal("2.5")}
    assert found.run.findings == ()


def test_what_the_users_of_a_commitment_cannot_be_told_for_is_told(tmp_path: Path, engine: Engine) -> None:
    later = one("", "7", CommitmentDiscountId="sp-1", CommitmentDiscountStatus="Unused", **day(2))
    share = by("driver", driver="use")
    found = ran(books_of(tmp_path, [nodes("60", **HELD), later]), engine, [UNUSED, cluster(share)],
                driver("use", {"ads": 1}))  # fmt: skip
    assert of(found, "cluster") == {"ads": 60}
    assert of(found, "unused commitments") == {None: 7}
    (told,) = found.run.findings
    assert told.message == (
        "pool cluster, by driver use: driver use has no value for the period on 2026-09-02; what other pools give it, "
        "and cost that is not known, stays unallocated."
    )


def test_what_a_policy_holds_is_no_use_of_anything(tmp_path: Path, engine: Engine) -> None:
    bought = policy_pool("purchases", "users", "allocation.yaml:2:3")
    fee = one("", "30", ChargeCategory="Purchase", CommitmentDiscountId="sp-1")
    tools = replace(pool("tools", by("cost", pools=True)), when=((is_("ServiceName", "Tools"),),), receives=None)
    charges = [fee, WASTE, one("search", "5"), one("", "8", ServiceName="Tools")]
    found = ran(books_of(tmp_path, charges), engine, [bought, UNUSED, tools])
    # Each would be all that the other goes to, without a way out of the two.
    assert of(found, "commitment purchases") == {None: 30}
    assert of(found, "unused commitments") == {None: 10}
    assert of(found, "tools") == {"search": 8}


def test_tax_goes_to_pools_of_the_same_account_too(tmp_path: Path, engine: Engine) -> None:
    charges = [
        one("search", "100"), nodes("300"), one("shop", "900", SubAccountId="2"),
        one("", "8", ChargeCategory="Tax"), one("", "5", ChargeCategory="Tax", SubAccountId="3"),
    ]  # fmt: skip
    found = ran(books_of(tmp_path, charges), engine, [TAX, cluster(fixed(ads="1"))])
    # Account 3 has nothing but tax: that of the whole source goes by 100, 300 and 900.
    parts = found.rows("x_Product", "x_Pool = 'tax'")
    assert [(name, cost.quantize(Decimal("0.0001"))) for name, cost in parts] == [
        ("ads", Decimal("7.1538")), ("search", Decimal("2.3846")), ("shop", Decimal("3.4615")),
    ]  # fmt: skip


def test_pools_that_are_called_nothing_have_a_part_unless_among_leaves_them_out(tmp_path: Path, engine: Engine) -> None:
    project = books_of(tmp_path, [one("search", "100"), nodes("300"), one("net", "40")])
    shares = fixed(ads="1")
    found = ran(project, engine, [cluster(shares), pool("net", by("cost", pools=True))])
    assert of(found, "net") == {"search": 10, "ads": 30}
    named = by("cost", pools=True, among=(is_("product", "*"),))
    assert of(ran(project, engine, [cluster(shares), pool("net", named)]), "net") == {"search": 40}


def hold(project: Project, cores: Mapping[str, int]) -> None:
    """Add usage of the cluster ``prod`` on 1 September 2026: an hour of a pod per product."""
    empty = ", ".join(f"NULL::{kind} AS {identifier(name)}" for name, kind in KUBERNETES_USAGE.columns.items())
    rows = []
    for name, number in cores.items():
        given = {
            "x_Source": "k8s", "x_BillingPeriod": "2026-09-01", "x_UsageDate": "2026-09-01", "x_Kind": "pod",
            "Cluster": "prod", "Node": "a", "Namespace": "shop", "Pod": name, "Labels": f'{{"product": "{name}"}}',
            "IntervalStart": "2026-09-01 00:00:00", "IntervalEnd": "2026-09-01 00:59:59",
            "CpuRequestCoreSeconds": str(3600 * number), "NodeCpuCapacityCoreSeconds": str(3600 * 8),
        }  # fmt: skip
        texts = (
            f"{literal(text)}::{KUBERNETES_USAGE.columns[key]} AS {identifier(key)}" for key, text in given.items()
        )
        rows.append(f"SELECT {', '.join(texts)}")
    with Engine() as engine:
        path = project.root / "usage.parquet"
        sql = f"SELECT {empty} WHERE false UNION ALL BY NAME {' UNION ALL BY NAME '.join(rows)}"
        files = {KUBERNETES_USAGE.name: (path, engine.copy_parquet(sql, path))}
        manifest = ManifestRow("usage.csv", "", 0, len(rows), None, None, None, None)
        staged = PreparedPeriod("k8s", date(2026, 9, 1), "kubernetes", "", files, (manifest,), {})
        Ledger(project.store).commit(engine, [staged], "load", datetime(2026, 11, 2, tzinfo=UTC))
