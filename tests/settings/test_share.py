"""Shares: each kind has keys of its own, numbers are kept as they are written, and what cannot be meant is told."""

from __future__ import annotations

from decimal import Decimal

import pytest

from finmod.allocation.cells import PLACE_COLUMNS
from finmod.errors import UserError
from finmod.settings.share import KEYS, NEEDED, WITHIN_FULL, ShareSettings
from finmod.settings.validate import validated
from finmod.settings.yaml import parse_yaml
from tests.refusals import refusals, told

GIVEN = {
    "among": "{product: {not: [insights]}}", "pools": "true", "else": "unallocated", "shares": "{a: 1}",
    "of": "ListCost", "base": "full", "within": "x_Source", "grain": "day", "driver": "orders", "capacity": "hours",
    "idle": "owner", "minimum": "0.01", "drivers": "[orders, users]", "months": "12",
    "overhead": "even", "prices": "{cpu: 4, memory: 0.5, gpu: 0}",
}  # fmt: skip
"""One value of each key."""


def read(text: str) -> ShareSettings:
    return validated(ShareSettings, parse_yaml(text, "f"))


def refused(text: str) -> list[str]:
    with pytest.raises(UserError) as caught:
        read(text)
    return [told(problem).removeprefix("f:") for problem in caught.value.problems]


@pytest.mark.parametrize("kind", KEYS)
def test_each_kind_takes_its_keys(kind: str) -> None:
    found = read(f"by: {kind}\nsince: 2026-01-01\n" + "".join(f"{key}: {GIVEN[key]}\n" for key in KEYS[kind]))
    assert (found.by, found.since) == (kind, "2026-01-01")


@pytest.mark.parametrize(("kind", "key"), [(kind, key) for kind in KEYS for key in GIVEN if key not in KEYS[kind]])
def test_keys_of_other_kinds_are_told(kind: str, key: str) -> None:
    needed = f"{NEEDED[kind]}: {GIVEN[NEEDED[kind]]}\n" if kind in NEEDED else ""
    (message,) = refused(f"by: {kind}\n{needed}{key}: {GIVEN[key]}\n")
    assert f"{key} stands beside by: {kind}; expected {key} beside by: " in message
    assert message.endswith("Take it out, or correct by. (FM2103)")


def test_what_is_not_said_is_as_usual() -> None:
    found = read("by: cost")
    assert (found.of, found.base, found.within, found.pools) == ("EffectiveCost", "direct", (), False)
    assert read("{by: inferred, drivers: requests}").months == 6


def test_full_cost_is_told_by_columns_that_pools_keep_alone() -> None:
    assert read("{by: cost, base: full, within: [x_Source, ServiceName]}").within == ("x_Source", "ServiceName")
    assert read("{by: cost, within: SubAccountId}").within == ("SubAccountId",)
    (message,) = refused("by: cost\nbase: full\nwithin: [x_Source, SubAccountId]\n")
    assert message == (
        "3:20: within.2 is 'SubAccountId'; expected x_Source, ServiceName, ChargeCategory or BillingCurrency beside "
        "base: full. Take it out, or write base: direct: what pools give is not told by other columns. (FM2103)"
    )
    assert set(WITHIN_FULL) < set(PLACE_COLUMNS)


def test_fixed_shares_are_exact_and_nested() -> None:
    found = read("{by: fixed, shares: {search: 0.40, ads: {ads-web: 0.35, unallocated: 0.25}, none: 0}}")
    assert found.shares == {
        "search": Decimal("0.40"),
        "ads": {"ads-web": Decimal("0.35"), "unallocated": Decimal("0.25")},
        "none": Decimal(0),
    }


def test_else_is_a_share_or_unallocated() -> None:
    found = read("{by: driver, driver: a, else: {by: driver, driver: b, else: unallocated}}")
    assert found.otherwise is not None
    assert (found.says_unallocated, found.otherwise.driver, found.otherwise.says_unallocated) == (False, "b", True)
    assert found.otherwise.otherwise is None
    assert read("{by: driver, driver: a}").says_unallocated is False


REFUSED = """
{}
    1:1: by is missing. Add it, such as 'by: driver'. (FM1002)

by: evn
    1:5: by is 'evn'; expected even, fixed, cost, driver, kubernetes or inferred. Did you mean 'even'? (FM1003)

by: even
since: 2026-13-01
    2:8: since is '2026-13-01'; expected a day as YYYY-MM-DD, such as 2026-07-01. Write the day as YYYY-MM-DD.
      (FM2001)

by: fixed
    1:1: the file has no shares; expected shares beside by: fixed. Add it, such as 'shares: {search: 0.4, ads:
      0.6}'. (FM2103)

by: fixed
shares: 5
    2:9: shares is 5; expected names, each with its share. Write a mapping such as {search: 0.4, ads: 0.6}. (FM1005)

by: fixed
shares: {}
    2:9: shares is an empty mapping; expected at least one name with its share. Fill it. (FM1006)

by: fixed
shares: {a: -0.1, b: 40, c: 40%, d: true, e: , f: {}, unallocated: {a: 1}}
    2:13: shares.a is -0.1; expected a share from 0 to 1. Take it out: nobody is paid by a pool. (FM2105)
    2:22: shares.b is 40; expected a share from 0 to 1. Write 0.4 for 40 %. (FM2105)
    2:29: shares.c is '40%'; expected a share from 0 to 1, or names with shares. Write 0.4 for 40 %. (FM2105)
    2:37: shares.d is true; expected a share from 0 to 1, or names with shares. Write 0.4 for 40 %. (FM2105)
    2:43: shares.e is empty; expected a share from 0 to 1, or names with shares. Write 0.4 for 40 %. (FM2105)
    2:51: shares.f is an empty mapping; expected at least one name with its share. Fill it. (FM1006)
    2:68: shares.unallocated is a mapping; expected a share from 0 to 1. Give it one share: nobody has teams.
      (FM2105)

by: fixed
shares: {a: 0.3333333333333, b: {c: [1]}}
    2:13: shares.a is 0.3333333333333; expected at most 12 decimals. Round it; they sum to 1. (FM2105)
    2:37: shares.b.c is a list; expected a share from 0 to 1, or names with shares. Write 0.4 for 40 %. (FM2105)

by: cost
of: Effectivecost
within: [x_Sourc, BilledCost]
base: all
pools: yes
    2:5: of is 'Effectivecost'; expected BilledCost, EffectiveCost, ListCost or ContractedCost. Did you mean
      'EffectiveCost'? (FM1003)
    3:10: within.1 is 'x_Sourc'; expected a text column of FOCUS, or x_Source. Did you mean 'x_Source'? (FM2003)
    3:19: within.2 is 'BilledCost'; expected a text column of FOCUS, or x_Source. The columns are the text columns
      of docs/reference/focus.md. (FM2003)
    4:7: base is 'all'; expected direct or full. Write one of these values. (FM1003)
    5:8: pools is 'yes'; expected true or false. Write true or false. (FM1005)

by: cost
grain: hour
    2:8: grain is 'hour'; expected day or month: charges are kept by day. Write grain: day. (FM1003)

by: cost
among: {}
    2:8: among is an empty mapping; expected at least one condition. Fill it, or remove the rule. (FM1006)

by: driver
    1:1: the file has no driver; expected driver beside by: driver. Add it, such as 'driver: orders'. (FM2103)

by: driver
driver: a
capacity: a
minimum: 0.5
    3:11: capacity is 'a'; expected another driver than driver. Name the driver that says how much there was, or
      take capacity out. (FM2103)

by: driver
driver: a
minimum: 0
    3:10: minimum is 0; expected a share above 0, such as 0.01. Correct it, or take it out: 0 is no minimum.
      (FM2112)

by: driver
driver: a
minimum: 0.6
idle: proportonal
    3:10: minimum is 0.6; expected at most 0.5: two targets would get more than there is. Write 0.01 for 1 %.
      (FM2112)
    4:7: idle is 'proportonal'; expected proportional, even, owner or unallocated. Did you mean 'proportional'?
      (FM1003)

by: driver
driver: a
minimum: 1 %
    3:10: minimum is '1 %'; expected a share above 0, such as 0.01. Write 0.01 for 1 %. (FM1005)

by: driver
driver:
idle:
else:
    2:1: driver is empty; expected something. Fill it, or take the line out. (FM1005)
    3:1: idle is empty; expected something. Fill it, or take the line out. (FM1005)
    4:1: else is empty; expected something. Fill it, or take the line out. (FM1005)

by: driver
driver: a
else: unalocated
    3:7: else is 'unalocated'; expected unallocated, or a share as {by: even}. Did you mean 'unallocated'? (FM1003)

by: driver
driver: a
else: even
    3:7: else is 'even'; expected unallocated, or a share as {by: even}. Write else: unallocated. (FM1003)

by: driver
driver: a
else: {by: driver, driver: b, until: 2026-01-01}
    3:38: else.until is '2026-01-01'; expected days on the share alone. Take it out: it holds where the share before
      it does. (FM2103)

by: driver
driver: a
else: {by: driver, driver: b, else: {by: evn}}
    3:42: else.else.by is 'evn'; expected even, fixed, cost, driver, kubernetes or inferred. Did you mean 'even'?
      (FM1003)

by: inferred
drivers: []
    2:10: drivers is an empty list; expected something. Fill it, or take the line out. (FM1005)

by: inferred
drivers: [a, b, a]
    2:17: drivers.3 is 'a'; expected each driver once. Take one of the two out. (FM1015)

by: inferred
drivers: a
months: 61
    3:9: months is 61; expected a whole number of months from 1 to 60. Write months: 6. (FM1006)

by: inferred
drivers: a
months: 1.5
    3:9: months is 1.5; expected a whole number of months from 1 to 60. Write months: 6. (FM1006)

"""


@pytest.mark.parametrize(
    ("snippet", "expected"), refusals(REFUSED), ids=lambda text: text if isinstance(text, str) else ""
)
def test_what_cannot_be_meant_is_told(snippet: str, expected: list[str]) -> None:
    assert refused(snippet) == expected


def test_prices_are_kept_as_they_are_written() -> None:
    found = read("by: kubernetes\nprices: {cpu: 0.0316, memory: 0.004, gpu: 0}").prices
    assert found is not None
    assert (found.cpu, found.memory, found.gpu) == (Decimal("0.0316"), Decimal("0.004"), Decimal(0))


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        (
            "{cpu: 1, memory: 1, gpu: -1}",
            "prices.gpu is -1; expected a price of 0 or more. Correct it: who holds more pays more. (FM1006)",
        ),
        (
            "{cpu: 1, memory: 1, gpu: '1'}",
            "prices.gpu is '1'; expected a price, such as 0.03. Write a number. (FM1005)",
        ),
        (
            "{cpu: 0, memory: 0, gpu: 1}",
            "prices is a mapping; expected a price of cpu or memory above 0. Write a price, or take it out. (FM1006)",
        ),
        ("{cpu: 1, memory: 1}", "prices.gpu is missing. Add it, such as 'gpu: 0.95'. (FM1002)"),
    ],
)
def test_prices_that_are_none_are_told(prices: str, expected: str) -> None:
    assert [each.split(": ", 1)[1] for each in refused(f"by: kubernetes\nprices: {prices}")] == [expected]


def test_kubernetes_by_the_hour_is_told() -> None:
    (found,) = refused("by: kubernetes\ngrain: hour")
    assert "grain is 'hour'; expected day or month: charges are kept by day. Write grain: day. (FM1003)" in found
