"""Declared drivers give every product of the sample company its true full cost, as far as truth has digits.

Owns the rules that know the truth: what every resource really is, whose the charges without a resource are, and the
true use of platforms. What is nobody's own is shared by full cost within its source and month.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.allocation.definition import Allocation, Pool, Share
from finmod.allocation.run import Run, allocate
from finmod.engines.duckdb import Engine, literal
from finmod.ledger.ledger import Ledger
from finmod.sample.products import PLATFORMS, PRODUCTS
from finmod.settings.project import load_project
from finmod.taxonomy.definition import Condition
from finmod.taxonomy.reading import read_taxonomy
from tests.allocated import as_it_is
from tests.books import Books
from tests.examples import examples
from tests.once import sample_once

pytestmark = [pytest.mark.journey, pytest.mark.slow]

_PLATFORMS = tuple(platform.name for platform in PLATFORMS)

_TAXONOMY = f"""
dimensions:
  product:
    values:
      {{{", ".join(f"{product.name}: {{}}" for product in PRODUCTS)},
       {", ".join(f"{name}: {{shared: true}}" for name in _PLATFORMS)}}}
    from:
      - lookup: {{file: owners.csv, key: ResourceId, value: owner}}
      - when: {{ServiceName: [AWS Support*, Azure Support]}}
        is: support
      - when: {{ServiceName: AWS Network Firewall}}
        is: network
      - when: {{ChargeDescription: NAT gateway processing is waived*}}
        is: network
      - when: {{ChargeDescription: Flat-rate plan*}}
        is: catalog
"""

_SUMS = """
    SELECT BillingPeriod AS period, Source AS source, CASE WHEN Pool IN ('direct', {platforms}) THEN Pool ELSE 'rest'
    END AS pool, Product AS product, sum({measure}) AS amount, sum(EffectiveCost) AS cost, count(*) AS n
    FROM read_parquet({file}) GROUP BY ALL
"""

# What truth may be off: it rounds every row down to 1e-10, and so the costs by which it shares the rest; what finmod
# rounds itself is a hundredth of that.
_DIFFERENCES = """
    WITH costs AS (SELECT period, source, product, sum(cost) AS cost, sum(n) AS n FROM truth WHERE pool <> 'rest'
        GROUP BY ALL),
    doubts AS (SELECT period, source, product, CAST(n / sum(greatest(cost, 0)) OVER (PARTITION BY period, source) AS
        DOUBLE) AS doubt FROM costs),
    rests AS (SELECT period, source, CAST(abs(sum(amount)) AS DOUBLE) AS rest FROM truth WHERE pool = 'rest'
        GROUP BY ALL)
    SELECT source, pool, coalesce(f.amount, 0) - coalesce(t.amount, 0) AS difference,
        1.01e-10 * (coalesce(t.n, 0) + CASE WHEN pool = 'rest' THEN rest * doubt ELSE 0 END) AS allowed
    FROM truth AS t FULL JOIN found AS f USING (period, source, pool, product)
    JOIN doubts USING (period, source, product) JOIN rests USING (period, source)
"""


def _named(value: str | None) -> tuple[tuple[Condition, ...], ...]:
    return ((Condition("product", (value,) if value else (), (), value is None, "test"),),)


def _by_use(platform: str) -> Pool:
    share = Share(kind="driver", driver=platform, place="test", text="driver")
    return Pool(name=platform, place="test", when=_named(platform), shares=(share,), receives=(platform,))


_BY_COST = Share(kind="cost", base="full", within=("x_Source",), grain="month", place="test", text="cost")
_RULES = Allocation(
    to=("product",),
    pools=(
        *map(_by_use, _PLATFORMS),
        Pool(name="rest", place="test", when=_named(None), shares=(_BY_COST,)),
    ),
)


@dataclass(frozen=True)
class Allocated:
    """A sample company that is allocated by the rules that know it.

    Attributes:
        engine: Has the tables of the run.
        run: The run.
        file: Its true allocation.
        books: Its project, with an allocation of its own.
    """

    engine: Engine
    run: Run
    file: Path
    books: Books

    def differences(self, measure: str) -> list[tuple[str, str, Decimal, float]]:
        """Return source, pool, what is allocated less what is true, and how large that may be, by month and product."""
        platforms = ", ".join(map(literal, _PLATFORMS))
        truth = _SUMS.format(platforms=platforms, measure=measure, file=literal(str(self.file)))
        self.engine.run(f"CREATE OR REPLACE TEMP TABLE truth AS {truth}")
        self.engine.run(
            "CREATE OR REPLACE TEMP TABLE found AS SELECT x_BillingPeriod AS period, x_Source AS source, "
            f"coalesce(x_Pool, 'direct') AS pool, x_Product AS product, sum({measure}) AS amount FROM allocated "
            "GROUP BY ALL"
        )
        return self.engine.rows(_DIFFERENCES)


@pytest.fixture(scope="module", params=range(1, min(examples(1), 3) + 1))
def company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Allocated]:
    """Return a company of two months, charged by the day: of one seed in CI, of three where properties are tried."""
    own = tmp_path_factory.mktemp("company") / "northwind"
    root = sample_once(tmp_path_factory, rows=10_000, months=2, seed=request.param).copy(own).root
    rules = tmp_path_factory.mktemp("rules")
    (rules / "taxonomy.yaml").write_text(_TAXONOMY, encoding="utf-8")
    with (root / "truth" / "tags.csv").open(encoding="utf-8", newline="") as file:
        owners = [(row["resource_id"], row["product"] or row["platform"]) for row in csv.DictReader(file)]
    with (rules / "owners.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("ResourceId", "owner"), *owners])
    ledger = Ledger(load_project(root).store)
    with Engine() as engine:
        parts = [_driver_rows(root, name) for name in _PLATFORMS]
        engine.run(f"CREATE TEMP TABLE driver_rows AS {' UNION ALL '.join(parts)}")
        taxonomy = read_taxonomy(rules)
        run = allocate(engine, ledger, ledger.head(engine), taxonomy, _RULES, resolve=as_it_is)
        yield Allocated(engine, run, root / "truth" / "allocation.parquet", Books(root))


def _driver_rows(root: Path, platform: str) -> str:
    file = literal(str(root / "truth" / "drivers" / f"{platform}.csv"))
    return (
        f"SELECT {literal(platform)} AS x_Driver, CAST(date AS TIMESTAMP) AS x_Start, 'day' AS x_Grain, "
        f"to_json({{'product': product}})::VARCHAR AS x_Dimensions, use AS x_Value FROM read_csv({file})"
    )


def test_every_product_has_its_true_full_cost_by_month_source_and_pool(company: Allocated) -> None:
    found = company.differences("EffectiveCost")
    assert len(found) > 300
    assert {pool for _, pool, *_ in found} == {"direct", *_PLATFORMS, "rest"}
    assert [row for row in found if abs(row[2]) > row[3]] == []
    assert max(row[3] for row in found) < 1e-7


def test_so_it_has_what_is_billed_but_under_savings_plans_which_truth_nets(company: Allocated) -> None:
    found = company.differences("BilledCost")
    told = [row for row in found if row[0] != "aws" or row[1] in {"data-platform", "network", "support"}]
    assert len(told) > 250
    assert [row for row in told if abs(row[2]) > row[3]] == []
    # A savings plan's negation is one charge for all that it covers: no product's, where truth takes it off each.
    assert sum(row[2] for row in found if row[0] == "aws") == 0


def test_no_pool_lacks_a_driver_and_nothing_is_lost(company: Allocated) -> None:
    assert [each.missed for each in company.run.network.pools.values() if each.missed] == []
    assert company.run.proved.sums > 0
    assert company.engine.rows("SELECT * FROM allocation_proofs WHERE x_Difference <> 0") == []
    assert company.engine.rows("SELECT * FROM allocated WHERE x_Product IS NULL") == []


def test_rules_of_the_company_itself_share_what_is_metered_as_it_is_used_and_all_of_it_is_proven(
    company: Allocated,
) -> None:
    said = company.books.run("apply", "--author", "Ann")
    assert said.code == 0, said.err
    rows = company.books.query(
        "SELECT x_Pool AS pool, x_ChargeDate AS day, x_Product AS product, sum(EffectiveCost) AS cost "
        "FROM allocated_daily WHERE x_Pool IN ('kubernetes', 'data-platform') GROUP BY ALL"
    )
    found = shares((row["pool"], row["day"], row["product"], row["cost"]) for row in rows)
    true = company.engine.rows(
        "SELECT Pool, CAST(ChargeDate AS VARCHAR), Product, CAST(sum(EffectiveCost) AS VARCHAR) FROM "
        f"read_parquet({literal(str(company.file))}) WHERE Pool IN ('kubernetes', 'data-platform') GROUP BY ALL"
    )
    wanted = shares(true)
    assert len(found) > 500
    assert set(found) == set(wanted)
    assert max(abs(found[key] - wanted[key]) for key in found) < Decimal("1e-9")
    checked = company.books.run("check")
    assert checked.code == 0, checked.out
    assert "8 of 8 totals are the same in charges and allocation version 1, day by day" in checked.out


def shares(rows: Iterable[tuple[str, str, str, str]]) -> dict[tuple[str, str, str], Decimal]:
    """Return pool, day and product -> its share of the pool's cost of the day."""
    costs = {(pool, day, product): Decimal(cost) for pool, day, product, cost in rows}
    whole: dict[tuple[str, str], Decimal] = {}
    for (pool, day, _), cost in costs.items():
        whole[pool, day] = whole.get((pool, day), Decimal(0)) + cost
    return {(pool, day, product): cost / whole[pool, day] for (pool, day, product), cost in costs.items()}
