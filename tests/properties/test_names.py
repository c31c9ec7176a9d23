"""Conservation: every cost is named in every dimension once, and the parts of compliance add up to the whole."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from finmod.focus.columns import COSTS
from finmod.settings.project import load_project
from finmod.taxonomy.compliance import GROUPS, compliance
from finmod.workspace.names import named
from tests.books import Books, bill, month
from tests.examples import examples
from tests.properties.bills import FEW, project

TAXONOMY = """\
dimensions:
  product:
    values:
      search: {aliases: [srch]}
      ads: {until: 2026-08-02, parent: retail}
      "o'brien": {}
    from:
      - {tag: [product, app], until: 2026-08-03}
      - {tag: app, since: 2026-08-03}
      - account: {"2": [{is: ads, until: 2026-08-02}, {is: search, since: 2026-08-02}]}
      - when: {ServiceName: Compute, tag.owner: null}
        is: "o'brien"
    required: 0.5
    rolls_up: unit
  unit: {values: [retail]}
  owner: {from: [{tag: owner}, {column: ServiceName}]}
"""

_ACCOUNT = {"USD": "a1", "EUR": "a2"}
cost = st.one_of(st.just(""), st.decimals(-50, 1000, places=12).map(lambda value: f"{value:f}"))
tags = st.sampled_from([
    "", "{}", '{"product":"search"}', '{"app":"SRCH"}', '{"Product":"ads","owner":"me"}', '{"product":"serach"}',
    '{"product":"","app":"ads"}', '{"product":"\\u001b\'; --"}',
])  # fmt: skip


def _charge(number: int, day: int, costs: tuple[str, ...], currency: str, texts: dict[str, str]) -> dict[str, str]:
    days = {
        "ChargePeriodStart": f"2026-{number:02}-{day:02}T00:00:00Z",
        "ChargePeriodEnd": f"2026-{number:02}-{day + 1:02}T00:00:00Z",
    }
    amounts = dict(zip(COSTS, costs, strict=True))
    amounts["BilledCost"] = amounts["BilledCost"] or "0"
    more = {"BillingCurrency": currency, "BillingAccountId": _ACCOUNT[currency], "ServiceProviderName": "AWS"}
    return month(number, **{**amounts, **days, **more, **texts})


charge = st.builds(
    _charge,
    st.integers(7, 8),
    st.integers(1, 4),
    st.tuples(cost, cost, cost, cost),
    st.sampled_from(["USD", "EUR"]),
    st.fixed_dictionaries(
        {
            "Tags": tags,
            "AllocatedTags": st.sampled_from(["", '{"product":"ads"}']),
            "AllocatedResourceId": st.sampled_from(["", "pod-1"]),
            "ResourceId": st.sampled_from(["", "i-1", "i-2"]),
            "SubAccountId": st.sampled_from(["", "1", "2"]),
            "ServiceName": st.sampled_from(["Storage", "Compute", "it's; DROP"]),
            "ChargeCategory": st.sampled_from(["Usage", "Tax"]),
        }
    ),
)
charges = st.lists(charge, min_size=1, max_size=12)


def loaded(folder: Path, rows: list[dict[str, str]], restated: list[dict[str, str]]) -> Books:
    """Return a project with a bill; where July was closed and billed anew, with its true-ups."""
    made = project(folder)
    made.write("taxonomy.yaml", TAXONOMY)
    july, august = ([row for row in rows if row["BillingPeriodStart"][5:7] == name] for name in ("07", "08"))
    made.load(made.write("a.csv", bill(*(july or [month(7)]), *(august or [month(8)]))))
    again = [row for row in restated if row["BillingPeriodStart"][5:7] == "07"]
    if again:
        assert made.run("close", "2026-07").code == 0
        made.load(made.write("a.csv", bill(*again, *(august or [month(8)]))))
    return made


# One project for both: to load it costs more than to ask.
@FEW
@given(rows=charges, restated=charges)
def test_every_cost_is_named_once_in_every_dimension_and_parts_of_compliance_add_up(
    tmp_path: Path, rows: list[dict[str, str]], restated: list[dict[str, str]]
) -> None:
    books = loaded(tmp_path, rows, restated)
    assert_every_cost_is_named_once(books)
    assert_parts_and_groups_add_up(books)


def assert_every_cost_is_named_once(books: Books) -> None:
    place = "x_Source, x_BillingPeriod, x_ChargeKey, x_TrueUpOf, BillingCurrency"
    sums = ", ".join(f"CAST(sum({name}) AS VARCHAR) AS {name}" for name in COSTS)
    whole = f"SELECT {place}, {sums}, sum(x_Charges) AS n FROM {{}} GROUP BY ALL ORDER BY ALL"
    daily = books.query(whole.format("charges_daily"))
    for dimension in ("product", "unit", "owner"):
        assert books.query(whole.format(f"charge_names WHERE x_Dimension = '{dimension}'")) == daily
    stretches = "SELECT 1 AS x FROM charge_names GROUP BY x_Dimension, x_Since, {} HAVING count(*) > 1"
    assert books.query(stretches.format(place)) == []
    assert (
        books.query(
            "SELECT x_ChargeKey, x_Product, x_Unit, x_Owner FROM charges_daily EXCEPT "
            "SELECT x_ChargeKey, x_Product, x_Unit, x_Owner FROM charges"
        )
        == []
    )


def assert_parts_and_groups_add_up(books: Books) -> None:
    told: dict[Any, Decimal] = {
        (row["p"], row["c"]): Decimal(row["e"])
        for row in books.query(
            "SELECT strftime(x_BillingPeriod, '%Y-%m') AS p, BillingCurrency AS c, "
            "CAST(coalesce(sum(EffectiveCost), 0) AS VARCHAR) AS e FROM charges_daily GROUP BY ALL"
        )
    }
    with named(load_project(books.root), before=9) as found:
        whole = compliance(found.engine, found.naming)
        assert {each.dimension for each in whole} == {"product", "owner"}
        for each in whole:
            assert each.understood + each.unrecognised + each.missing == each.taggable
            assert each.taggable + each.untaggable == told[f"{each.month:%Y-%m}", each.currency]
            assert 0 <= each.resources_understood <= each.resources
        for by in (*GROUPS, *found.taxonomy.dimensions):
            parts = compliance(found.engine, found.naming, by=by)
            for each in whole:
                same = [
                    p
                    for p in parts
                    if (p.dimension, p.month, p.currency) == (each.dimension, each.month, each.currency)
                ]
                for name in ("taggable", "unsure", "untaggable", "understood", "respelt", "unrecognised", "missing",
                             "named", "gap_named", "unknown_charges"):  # fmt: skip
                    assert sum(getattr(p, name) for p in same) == getattr(each, name), (by, name)


@settings(FEW, max_examples=examples(2))
@given(rows=charges)
def test_the_commands_take_any_bill(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    books = loaded(tmp_path, rows, [])
    for words in ((), ("--by", "region"), ("--trend", "2"), ("drift",), ("rules",), ("repair",), ("infer",), ("todo",)):
        said = books.run("tags", *words, "--output", "json")
        assert (said.code, said.err) == (0, ""), words
        json.loads(said.out)
