"""Whole runs over a small bill: 1 September 2026, EffectiveCost in USD."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.allocation.definition import Level
from finmod.engines.duckdb import Engine
from finmod.errors import UserError
from finmod.taxonomy.definition import Span
from tests.allocated import Outcome, books_of, by, day, driver, fixed, is_, one, pool, ran
from tests.tagged import charge

SEARCH_ADS = (one("search", "300", team="web"), one("ads", "100", team="api"))


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as opened:
        yield opened


def total(outcome: Outcome) -> Decimal:
    return Decimal(outcome.rows("1")[0][1])


def d(text: str) -> Decimal:
    return Decimal(text)


def test_what_is_in_no_pool_is_direct_and_keeps_its_names(tmp_path: Path, engine: Engine) -> None:
    found = ran(books_of(tmp_path, SEARCH_ADS), engine, [])
    assert found.rows("x_Pool, x_Product, x_Team") == [(None, "ads", "api", 100), (None, "search", "web", 300)]


def test_unallocated_cost_is_kept(tmp_path: Path, engine: Engine) -> None:
    found = ran(books_of(tmp_path, [*SEARCH_ADS, one("", "7")]), engine, [])
    assert found.by_product()[None] == 7
    assert total(found) == 407


def test_a_pool_goes_by_its_driver_and_its_own_cost_is_nobodys_else(tmp_path: Path, engine: Engine) -> None:
    use = driver("use", {"search": 3, "ads": 1})
    found = ran(
        books_of(tmp_path, [*SEARCH_ADS, one("k8s", "40")]), engine, [pool("k8s", by("driver", driver="use"))], use
    )
    assert found.by_product("x_Pool = 'k8s'") == {"search": 30, "ads": 10}
    assert "k8s" not in found.by_product()


def test_every_measure_is_shared_at_once_and_an_unknown_one_stays_unknown(tmp_path: Path, engine: Engine) -> None:
    more = {"ListCost": "80", "ContractedCost": ""}
    found = ran(books_of(tmp_path, [one("k8s", "40", **more)]), engine, [pool("k8s", fixed(search="0.75", ads="0.25"))])
    assert engine.rows("SELECT x_Product, BilledCost, ListCost, ContractedCost, x_UnknownContractedCost FROM allocated "
                       "ORDER BY 1") == [("ads", 10, 20, None, 1), ("search", 30, 60, None, 1)]  # fmt: skip
    assert found.run.findings == ()


def test_pools_feed_each_other_in_a_cycle_and_end_as_fractions_say(tmp_path: Path, engine: Engine) -> None:
    pools = [pool("k8s", by("driver", driver="k8s")), pool("data", by("driver", driver="data"))]
    rows = [
        *driver("k8s", {"data": 20, "search": 40, "ads": 40}),
        *driver("data", {"k8s": 10, "search": 60, "ads": 30}),
    ]
    found = ran(books_of(tmp_path, [one("k8s", "490"), one("data", "98")]), engine, pools, rows)
    # T = (I - S)^-1 S: of k8s 26/49 and 23/49, of data 32/49 and 17/49 (x 1/0.98 x 0.98).
    assert found.by_product("x_Pool = 'k8s'") == {"search": d("260"), "ads": d("230")}
    assert found.by_product("x_Pool = 'data'") == {"search": d("32") * 2, "ads": d("17") * 2}


def test_a_loop_without_an_exit_names_its_pools_and_their_places(tmp_path: Path, engine: Engine) -> None:
    pools = [pool("k8s", fixed(data="1")), pool("data", fixed(k8s="1"))]
    with pytest.raises(UserError) as error:
        ran(books_of(tmp_path, [one("k8s", "490")]), engine, pools)
    (problem,) = error.value.problems
    assert (problem.code, problem.found) == (
        "FM2140", "the cost of k8s and data never leaves them on 2026-09-01: k8s -> data -> k8s",
    )  # fmt: skip
    assert problem.where == "allocation.yaml:9:9, allocation.yaml:9:9"


def test_a_missing_driver_is_no_even_split(tmp_path: Path, engine: Engine) -> None:
    charges = [one("k8s", "40"), one("k8s", "60", **day(2))]
    pools = [pool("k8s", by("driver", driver="use"))]
    found = ran(books_of(tmp_path, charges), engine, pools, driver("use", {"search": 1}))
    assert found.by_product() == {"search": 40, None: 60}
    (finding,) = found.run.findings
    assert (finding.code, finding.severity, finding.amount, finding.currency) == ("FM2141", "error", d("60"), "USD")
    assert finding.message == (
        "pool k8s, by driver use: driver use has no value for the period on 2026-09-02; its cost stays unallocated."
    )


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"search": 0, "ads": 0}, "driver use is 0 for everybody"),
        ({"search": -1, "ads": 3}, "driver use is negative"),
    ],
)
def test_a_driver_that_says_nothing_leaves_cost_unallocated(
    tmp_path: Path, engine: Engine, values: dict[str, int], words: str
) -> None:
    found = ran(
        books_of(tmp_path, [one("k8s", "40")]), engine, [pool("k8s", by("driver", driver="use"))], driver("use", values)
    )
    assert found.by_product() == {None: 40}
    assert words in found.run.findings[0].message


def test_where_a_share_cannot_be_computed_its_else_is_asked(tmp_path: Path, engine: Engine) -> None:
    share = by("driver", driver="gone", otherwise=fixed(ads="1"))
    found = ran(books_of(tmp_path, [one("k8s", "40")]), engine, [pool("k8s", share)])
    assert found.by_product() == {"ads": 40}
    assert [(each.code, each.severity) for each in found.run.findings] == [("FM2142", "info")]


@pytest.mark.parametrize(
    ("idle", "expected"),
    [
        (None, {"search": d("30"), "ads": d("10"), None: d("40")}),
        ("unallocated", {"search": d("30"), "ads": d("10"), None: d("40")}),
        ("proportional", {"search": d("60"), "ads": d("20")}),
        ("even", {"search": d("50"), "ads": d("30")}),
        ("owner", {"search": d("30"), "ads": d("10"), "k8s": d("40")}),
    ],
)
def test_what_nobody_used_goes_where_idle_says(
    tmp_path: Path, engine: Engine, idle: str | None, expected: dict[str | None, Decimal]
) -> None:
    share = by("driver", driver="use", capacity="there", idle=idle)
    rows = [*driver("use", {"search": 3, "ads": 1}), *driver("there", {"": 8})]
    found = ran(books_of(tmp_path, [one("k8s", "80")]), engine, [pool("k8s", share)], rows)
    assert found.by_product() == expected


def test_a_minimum_is_paid_by_everybody_with_use(tmp_path: Path, engine: Engine) -> None:
    share = by("driver", driver="use", minimum=d("0.25"))
    use = driver("use", {"search": 9, "ads": 1, "shop": 0})
    found = ran(books_of(tmp_path, [one("k8s", "40")]), engine, [pool("k8s", share)], use)
    assert found.by_product() == {"search": 30, "ads": 10}


def test_hours_count_the_same_whatever_was_used_in_them(tmp_path: Path, engine: Engine) -> None:
    rows = [
        row
        for hour in range(24)
        for row in driver("use", {"search": 1} if hour < 6 else {"ads": 1000}, f"2026-09-01T{hour:02}:00:00", "hour")
    ]
    found = ran(books_of(tmp_path, [one("k8s", "40")]), engine, [pool("k8s", by("driver", driver="use"))], rows)
    assert found.by_product() == {"search": 10, "ads": 30}


def test_a_month_of_a_driver_holds_on_each_of_its_days(tmp_path: Path, engine: Engine) -> None:
    charges = [one("k8s", "40"), one("k8s", "60", **day(2))]
    use = driver("use", {"search": 1, "ads": 1}, grain="month")
    found = ran(books_of(tmp_path, charges), engine, [pool("k8s", by("driver", driver="use"))], use)
    assert found.by_product() == {"search": 50, "ads": 50}


def test_an_even_share_is_among_the_values_of_the_day_that_are_no_platforms(tmp_path: Path, engine: Engine) -> None:
    charges = [one("k8s", "30"), one("k8s", "40", **day(2))]
    found = ran(books_of(tmp_path, charges), engine, [pool("k8s", by("even"))])
    assert found.by_product() == {"search": 20, "ads": 20, "shop": 20, "late": 10}


def test_an_even_share_keeps_to_those_that_it_is_among(tmp_path: Path, engine: Engine) -> None:
    found = ran(
        books_of(tmp_path, [one("k8s", "30")]), engine, [pool("k8s", by("even", among=(is_("product", "s*"),)))]
    )
    assert found.by_product() == {"search": 15, "shop": 15}


def test_a_share_by_cost_follows_what_targets_cost_themselves_down_to_the_team(tmp_path: Path, engine: Engine) -> None:
    found = ran(books_of(tmp_path, [*SEARCH_ADS, one("net", "40")]), engine, [pool("net", by("cost"))])
    assert found.rows("x_Product, x_Team", "x_Pool = 'net'") == [("ads", "api", 10), ("search", "web", 30)]


def test_a_target_that_earns_more_than_it_costs_has_no_part_in_a_share_by_cost(tmp_path: Path, engine: Engine) -> None:
    charges = [*SEARCH_ADS, one("shop", "-50"), one("net", "40")]
    found = ran(books_of(tmp_path, charges), engine, [pool("net", by("cost"))])
    assert found.by_product("x_Pool = 'net'") == {"ads": 10, "search": 30}


def test_a_commitment_whose_users_are_named_by_credits_alone_goes_by_the_size_of_those(
    tmp_path: Path, engine: Engine
) -> None:
    held = {"CommitmentDiscountId": "c-1"}
    charges = [
        one("search", "-30", team="web", **held),
        one("ads", "-10", team="api", **held),
        one("net", "40", **held),
    ]
    found = ran(books_of(tmp_path, charges), engine, [pool("net", by("cost", within=("CommitmentDiscountId",)))])
    assert found.by_product("x_Pool = 'net'") == {"ads": 10, "search": 30}


def test_where_nobody_has_cost_above_0_a_share_by_cost_cannot_be_computed(tmp_path: Path, engine: Engine) -> None:
    charges = [one("search", "-0.01"), one("net", "1000")]
    found = ran(books_of(tmp_path, charges), engine, [pool("net", by("cost"))])
    assert found.by_product("x_Pool = 'net'") == {None: 1000}
    assert "no target has EffectiveCost above 0" in found.run.findings[0].message


def test_a_share_within_columns_follows_cost_of_the_same_texts(tmp_path: Path, engine: Engine) -> None:
    charges = [
        one("search", "300", SubAccountId="1"), one("ads", "100", SubAccountId="2"), one("net", "8", SubAccountId="2"),
        one("net", "4", SubAccountId="9"),
    ]  # fmt: skip
    found = ran(books_of(tmp_path, charges), engine, [pool("net", by("cost", within=("SubAccountId",)))])
    assert found.by_product("x_Pool = 'net'") == {"ads": 8, None: 4}
    assert "no target has EffectiveCost above 0 among charges of the same SubAccountId" in found.run.findings[0].message


def test_full_cost_counts_what_other_pools_gave(tmp_path: Path, engine: Engine) -> None:
    pools = [pool("k8s", fixed(ads="1")), pool("net", by("cost", base="full"))]
    found = ran(books_of(tmp_path, [*SEARCH_ADS, one("k8s", "200"), one("net", "60")]), engine, pools)
    assert found.by_product("x_Pool = 'net'") == {"ads": 30, "search": 30}


def test_pools_can_have_a_part_of_a_share_by_cost(tmp_path: Path, engine: Engine) -> None:
    pools = [pool("k8s", fixed(ads="1")), pool("net", by("cost", pools=True))]
    found = ran(books_of(tmp_path, [*SEARCH_ADS, one("k8s", "400"), one("net", "80")]), engine, pools)
    assert found.by_product("x_Pool = 'net'") == {"ads": 50, "search": 30}


def test_a_pool_that_says_so_gets_nothing_where_pools_are_targets(tmp_path: Path, engine: Engine) -> None:
    pools = [replace(pool("k8s", fixed(ads="1")), receives=()), pool("net", by("cost", pools=True))]
    found = ran(books_of(tmp_path, [*SEARCH_ADS, one("k8s", "400"), one("net", "40")]), engine, pools)
    assert found.by_product("x_Pool = 'net'") == {"ads": 10, "search": 30}


def test_a_level_fills_in_the_team_that_a_share_does_not_know(tmp_path: Path, engine: Engine) -> None:
    charges = [*SEARCH_ADS, one("search", "100", team="api"), one("search", "8"), one("k8s", "80")]
    level = Level(name="team", place="", dimensions=("team",), within=("product",), shares=(by("cost"),))
    found = ran(books_of(tmp_path, charges), engine, [pool("k8s", fixed(search="1"))], levels=[level])
    assert found.rows("x_Pool, x_Team", "x_Product = 'search'") == [
        ("k8s", "api", 20), ("k8s", "web", 60), (None, "api", 102), (None, "web", 306),
    ]  # fmt: skip


def test_dated_shares_hold_on_their_days(tmp_path: Path, engine: Engine) -> None:
    old = replace(fixed(search="1"), span=Span(until=date(2026, 9, 2)))
    new = replace(fixed(ads="1"), span=Span(since=date(2026, 9, 2)))
    found = ran(books_of(tmp_path, [one("k8s", "40"), one("k8s", "60", **day(2))]), engine, [pool("k8s", old, new)])
    assert found.by_product() == {"search": 40, "ads": 60}


def test_currencies_never_meet(tmp_path: Path, engine: Engine) -> None:
    charges = [one("k8s", "40"), one("k8s", "60", BillingCurrency="EUR")]
    found = ran(books_of(tmp_path, charges), engine, [pool("k8s", fixed(search="0.5", ads="0.5"))])
    assert found.rows("BillingCurrency, x_Product") == [
        ("EUR", "ads", 30), ("EUR", "search", 30), ("USD", "ads", 20), ("USD", "search", 20),
    ]  # fmt: skip


def test_a_share_by_cost_never_crosses_currencies(tmp_path: Path, engine: Engine) -> None:
    charges = [
        *SEARCH_ADS,
        one("shop", "9000", BillingCurrency="EUR"),
        one("net", "40"),
        one("net", "7", BillingCurrency="EUR"),
    ]
    found = ran(books_of(tmp_path, charges), engine, [pool("net", by("cost"))])
    assert found.rows("BillingCurrency, x_Product", "x_Pool = 'net'") == [
        ("EUR", "shop", 7), ("USD", "ads", 10), ("USD", "search", 30),
    ]  # fmt: skip


def test_an_amount_beyond_64_bits_is_shared_to_the_last_digit(tmp_path: Path, engine: Engine) -> None:
    amount = "123456789012345678.000000000001"
    found = ran(books_of(tmp_path, [one("k8s", amount)]), engine, [pool("k8s", fixed(search="0.3", ads="0.7"))])
    assert total(found) == d(amount)


def test_the_proof_has_a_sum_for_every_day_currency_pool_and_measure(tmp_path: Path, engine: Engine) -> None:
    charges = [*SEARCH_ADS, one("k8s", "60", **day(2))]
    found = ran(books_of(tmp_path, charges), engine, [pool("k8s", fixed(search="0.3", ads="0.7"))])
    assert engine.rows("SELECT x_ChargeDate, x_Pool, x_Before, x_After, x_Difference FROM allocation_proofs "
                       "WHERE x_Measure = 'EffectiveCost' ORDER BY 1") == [
        (date(2026, 9, 1), None, 400, 400, 0), (date(2026, 9, 2), "k8s", 60, 60, 0),
    ]  # fmt: skip
    assert found.run.proved.totals["EffectiveCost", "USD"] == 460


def test_a_run_of_one_month_leaves_the_others_out(tmp_path: Path, engine: Engine) -> None:
    made = books_of(tmp_path, [*SEARCH_ADS, charge(8, "50", "i-1", '{"product":"search"}')])
    assert total(ran(made, engine, [], months=[date(2026, 8, 1)])) == 50


def test_full_cost_beside_a_level_counts_direct_cost_once(tmp_path: Path, engine: Engine) -> None:
    charges = [one("search", "100", team="web"), one("search", "100"), one("ads", "200", team="api"), one("net", "100")]
    level = Level(name="team", place="", dimensions=("team",), within=("product",), shares=(by("cost"),))
    found = ran(books_of(tmp_path, charges), engine, [pool("net", by("cost", base="full"))], levels=[level])
    assert found.by_product("x_Pool = 'net'") == {"ads": 50, "search": 50}


def test_a_daily_share_by_cost_keeps_bills_apart(tmp_path: Path, engine: Engine) -> None:
    late = {"ChargePeriodStart": "2026-08-31T00:00:00Z", "ChargePeriodEnd": "2026-09-01T00:00:00Z"}
    charges = [
        one("search", "10", **late), one("ads", "30", **late), one("net", "80", **late),
        charge(8, "100", "i-9", '{"product":"search"}', **late),
    ]  # fmt: skip
    made = books_of(tmp_path, charges)
    whole = ran(made, engine, [pool("net", by("cost", grain="day"))])
    assert whole.by_product("x_Pool = 'net'") == {"search": 20, "ads": 60}
    alone = ran(made, engine, [pool("net", by("cost", grain="day"))], months=[date(2026, 9, 1)])
    assert alone.by_product("x_Pool = 'net'") == {"search": 20, "ads": 60}


def test_a_pool_receives_while_there_is_one(tmp_path: Path, engine: Engine) -> None:
    gone = pool("data", fixed(shop="1"), span=Span(until=date(2026, 9, 2)))
    charges = [one("k8s", "40"), one("k8s", "60", **day(2))]
    found = ran(books_of(tmp_path, charges), engine, [pool("k8s", fixed(data="1")), gone])
    assert found.by_product() == {"shop": 40, "data": 60}


def test_a_finer_target_of_a_pool_goes_to_the_pool(tmp_path: Path, engine: Engine) -> None:
    pools = [pool("k8s", by("driver", driver="use")), pool("data", fixed(shop="1"))]
    found = ran(books_of(tmp_path, [one("k8s", "40")]), engine, pools, driver("use", {"data/web": 1}))
    assert found.by_product() == {"shop": 40}


def test_a_text_that_is_no_value_yet_is_nobody(tmp_path: Path, engine: Engine) -> None:
    use = driver("use", {"late": 1, "ads": 1})
    pools = [pool("k8s", by("driver", driver="use"))]
    made = books_of(tmp_path, [one("k8s", "40"), charge(9, "1", "i-d", "{}", **day(3))])
    found = ran(made, engine, pools, use)
    assert found.by_product("x_Pool = 'k8s'") == {"ads": 20, None: 20}


def test_a_driver_that_names_nobody_known_is_told(tmp_path: Path, engine: Engine) -> None:
    use = driver("use", {"shpo": 1})
    found = ran(books_of(tmp_path, [one("k8s", "40")]), engine, [pool("k8s", by("driver", driver="use"))], use)
    assert found.by_product() == {None: 40}
    assert "driver use names nobody that the taxonomy knows" in found.run.findings[0].message


def test_a_pool_that_is_fed_alone_is_told_where_its_driver_is_missing(tmp_path: Path, engine: Engine) -> None:
    pools = [pool("data", fixed(k8s="1")), pool("k8s", by("driver", driver="gone"))]
    found = ran(books_of(tmp_path, [one("data", "40")]), engine, pools)
    (finding,) = [each for each in found.run.findings if each.code == "FM2141"]
    assert finding.amount is None
    assert found.by_product() == {None: 40}
    assert "what other pools give it" in finding.message


def test_a_currency_that_was_shared_is_not_told_as_missed(tmp_path: Path, engine: Engine) -> None:
    charges = [*SEARCH_ADS, one("net", "40"), one("net", "7", BillingCurrency="EUR")]
    found = ran(books_of(tmp_path, charges), engine, [pool("net", by("cost"))])
    assert [(each.currency, each.amount) for each in found.run.findings if each.code == "FM2141"] == [("EUR", d("7"))]


def test_a_minimum_that_is_more_than_all_cannot_be_computed(tmp_path: Path, engine: Engine) -> None:
    share = by("driver", driver="use", minimum=d("0.34"))
    use = driver("use", {"search": 99, "ads": 1, "shop": 1})
    found = ran(books_of(tmp_path, [one("k8s", "40")]), engine, [pool("k8s", share)], use)
    assert found.by_product() == {None: 40}
    assert "a minimum of 0.34 for each of 3 targets is more than all" in found.run.findings[0].message


def test_use_of_those_that_are_left_out_is_no_idle_capacity(tmp_path: Path, engine: Engine) -> None:
    share = by("driver", driver="use", capacity="there", among=(is_("product", "search", "ads"),))
    rows = [*driver("use", {"search": 3, "ads": 1, "shop": 4}), *driver("there", {"": 8})]
    found = ran(books_of(tmp_path, [one("k8s", "40")]), engine, [pool("k8s", share)], rows)
    assert found.by_product() == {"search": 30, "ads": 10}


def test_cost_without_a_product_is_no_reason_for_more(tmp_path: Path, engine: Engine) -> None:
    charges = [*SEARCH_ADS, one("", "400", team="web"), one("net", "40")]
    found = ran(books_of(tmp_path, charges), engine, [pool("net", by("cost"))])
    assert found.by_product("x_Pool = 'net'") == {"ads": 10, "search": 30}


def test_a_pool_within_columns_that_is_fed_is_told(tmp_path: Path, engine: Engine) -> None:
    pools = [pool("data", fixed(net="1")), pool("net", by("cost", within=("SubAccountId",)))]
    found = ran(books_of(tmp_path, [*SEARCH_ADS, one("data", "40"), one("net", "4")]), engine, pools)
    assert [each.code for each in found.run.findings] == ["FM2144"]


def test_a_part_has_the_same_last_digit_whatever_else_a_run_sees(tmp_path: Path, engine: Engine) -> None:
    charges = [one("search", "1"), one("ads", "1"), one("net", "1"), charge(8, "5", "i-8", '{"product":"shop"}')]
    pools = [pool("net", by("even", among=(is_("product", "search", "ads", "shop"),)))]
    made = books_of(tmp_path, charges)
    where = "x_Pool = 'net' AND x_BillingPeriod = DATE '2026-09-01'"
    whole = ran(made, engine, pools).by_product(where)
    assert ran(made, engine, pools, months=[date(2026, 9, 1)]).by_product(where) == whole
