"""allocation.yaml is read beside the taxonomy; every problem of it is told at once, in the order of its lines."""

from __future__ import annotations

import json
import string
import tempfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finmod.allocation.reading import has_allocation, read_allocation
from finmod.errors import Problem, UserError
from finmod.settings.init import init_allocation
from finmod.taxonomy.definition import Taxonomy
from finmod.taxonomy.reading import read_taxonomy
from tests.allocation.small import DRIVERS, TAXONOMY, read, refused
from tests.examples import examples
from tests.refusals import told

CONTRACT = """\
to: [product, team]
policies:
  commitments: {purchases: owner, unused: users}
  credits: cost
  tax: rent
pools:
  - name: kubernetes
    when: {tag.cluster: "*"}
    as: {product: kubernetes}
    since: 2026-01-01
    share: {by: driver, driver: k8s_usage, idle: proportional, minimum: 0.01, grain: day, capacity: k8s_capacity}
  - {name: support, when: {ServiceName: "*Support*"}, share: {by: cost, base: full, within: [x_Source], pools: true}}
  - {name: tools, when: {ServiceName: Tools}, share: {by: even, among: {product: {not: [ads]}}}}
  - {name: rent, when: {ServiceName: Rent}, share: {by: fixed, shares: {search: 0.4, kubernetes: {ads-web: 0.6}}}}
  - {name: k8s, when: {ServiceName: K8s}, share: {by: kubernetes, idle: proportional}}
  - name: untagged
    when: {product: null}
    share: {by: inferred, drivers: [orders, k8s_usage], months: 6, else: unallocated}
levels:
  - {name: team, within: [product], share: {by: cost}}
  - {name: customer, within: [product], share: {by: driver, driver: by_customer}}
"""


def test_every_kind_of_share_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, CONTRACT)
    assert [(pool.name, pool.shares[0].kind) for pool in found.pools] == [
        ("unused commitments", "cost"),
        ("credits", "cost"),
        ("kubernetes", "driver"),
        ("support", "cost"),
        ("tools", "even"),
        ("rent", "fixed"),
        ("k8s", "kubernetes"),
        ("untagged", "inferred"),
    ]
    assert (found.to, found.place) == (("product", "team"), "allocation.yaml:1:1")
    assert found.drivers() == ("k8s_usage", "k8s_capacity", "orders", "by_customer")
    assert found.columns() == ("CommitmentDiscountId", "x_Source", "SubAccountId")
    assert [f"{day}" for day in found.days()] == ["2026-01-01"]


def test_a_project_without_an_allocation_is_told_how_to_begin(tmp_path: Path) -> None:
    assert not has_allocation(tmp_path)
    with pytest.raises(UserError) as caught:
        read_allocation(tmp_path, Taxonomy({}), None)
    assert told(caught.value.problems[0]) == (
        f"there is no allocation.yaml in {tmp_path}; expected a file that says which cost is shared, and how. "
        "Write one to start from: finmod plan --init. (FM2100)"
    )


def test_the_file_to_start_from_shares_nothing(tmp_path: Path) -> None:
    (tmp_path / "taxonomy.yaml").write_text(TAXONOMY)
    init_allocation(tmp_path, ["product", "team"])
    found = read_allocation(tmp_path, read_taxonomy(tmp_path), DRIVERS)
    assert (found.to, found.pools, found.levels) == (("product", "team"), (), ())


def test_problems_stand_in_the_order_of_the_lines(tmp_path: Path) -> None:
    text = """\
to: [product, teem]
policies: {tax: kost}
pools:
  - {name: a, when: {product: serch}, share: {by: driver, driver: ordrs}}
  - {name: a, when: {ServiceName: b}, share: {by: fixed, shares: {search: 0.9}}}
"""
    assert [each.split(":")[0] + each[-8:] for each in refused(tmp_path, text)] == [
        "1(FM2101)",
        "2(FM2113)",
        "4(FM2011)",
        "4(FM2107)",
        "5(FM2106)",
        "5(FM2104)",
    ]


def test_of_very_many_problems_the_first_are_told(tmp_path: Path) -> None:
    pools = "".join(f"- {{name: p{n}, when: {{product: x{n}}}, share: {{by: even}}}}\n" for n in range(120))
    found = refused(tmp_path, f"to: [product]\npools:\n{pools}")
    assert len(found) == 101
    assert found[-1] == (
        " there are more problems than the first 100, which are shown. Mend these first, and check that the files "
        "are the right ones. (FM1024)"
    )


def test_hostile_names_do_no_harm(tmp_path: Path) -> None:
    text = 'to: [product]\npools: [{name: a, when: {product: "x\\u202ey\'; DROP TABLE names --"}, share: {by: even}}]'
    (message,) = refused(tmp_path, text)
    assert "\u202e" not in message
    assert message.startswith('2:26: "x\N{REPLACEMENT CHARACTER}y\'; DROP TABLE names --" is no value of product')


_WORDS = st.sampled_from([
    "product", "team", "search", "ads", "kubernetes", "orders", "k8s_usage", "users", "cost", "owner", "even", "fixed",
    "driver", "inferred", "unallocated", "ServiceName", "tag.a", "x_Source", "2026-01-01", "*", "/(/", "a\u202eb",
])  # fmt: skip
_KEYS = st.sampled_from([
    "to", "policies", "pools", "levels", "name", "when", "share", "by", "driver", "drivers", "shares", "among", "else",
    "as", "within", "since", "until", "minimum", "tax", "commitments", "unused", "product", "team", "not", "rest",
])  # fmt: skip
_ANY = st.recursive(
    _WORDS | st.integers(-2, 2) | st.booleans() | st.none() | st.decimals(0, 1, places=2),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(_KEYS, inside, max_size=5),
    max_leaves=12,
)
_SHARES = st.fixed_dictionaries(
    {"by": st.sampled_from(["even", "fixed", "cost", "driver", "kubernetes", "inferred"])},
    optional={
        "driver": _WORDS, "drivers": st.lists(_WORDS, max_size=3), "else": _ANY, "among": _ANY, "minimum": _ANY,
        "shares": st.dictionaries(_WORDS, st.decimals(0, 1, places=1) | _ANY, max_size=3), "since": _WORDS,
    },
)  # fmt: skip
_POOLS = st.fixed_dictionaries(
    {"name": st.text(string.printable, min_size=1, max_size=5), "share": _SHARES | st.lists(_SHARES, max_size=2)},
    optional={"when": st.dictionaries(_WORDS, _WORDS, max_size=2) | _ANY, "as": _ANY, "until": _WORDS},
)


@cache
def _taxonomy() -> Taxonomy:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "taxonomy.yaml").write_text(TAXONOMY)
        return read_taxonomy(Path(folder))


@settings(max_examples=examples(30))
@given(
    st.fixed_dictionaries(
        {"to": st.lists(st.sampled_from(["product", "team", "pool", "x"]), max_size=3) | _ANY},
        optional={"pools": st.lists(_POOLS, max_size=4) | _ANY, "policies": _ANY, "levels": st.lists(_POOLS) | _ANY},
    )
)
def test_whatever_stands_in_the_file_is_read_or_told(whole: dict[str, object]) -> None:
    problems: tuple[Problem, ...] = ()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "allocation.yaml").write_text(json.dumps(whole, default=float))
        try:
            read_allocation(Path(folder), _taxonomy(), DRIVERS)
        except UserError as error:
            problems = error.problems
    assert all(problem.code.startswith("FM") and problem.remedy for problem in problems)
