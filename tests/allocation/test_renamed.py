"""Charges that other rules call otherwise, with the rule that says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finmod.allocation.definition import Values
from finmod.allocation.moves import Change, Move, matched
from finmod.allocation.reading import read_allocation
from finmod.allocation.renamed import Left, Renaming, RulesOf, renamed
from finmod.engines.duckdb import Engine
from finmod.ledger.ledger import Ledger
from finmod.taxonomy.reading import read_taxonomy
from tests.applied import ALLOCATION, CHARGES, HALVES, SEPTEMBER, TAXONOMY, shared
from tests.books import Books
from tests.tagged import charge


def rules(folder: Path, taxonomy: str = TAXONOMY, allocation: str = ALLOCATION) -> RulesOf:
    folder.mkdir()
    (folder / "taxonomy.yaml").write_text(taxonomy, encoding="utf-8")
    (folder / "allocation.yaml").write_text(allocation, encoding="utf-8")
    read = read_taxonomy(folder)
    return RulesOf(read, read_allocation(folder, read, {}))


@contextmanager
def looking(books: Books, *dimensions: str, measure: str = "EffectiveCost") -> Iterator[tuple[Engine, Renaming]]:
    ledger = Ledger(books.root / ".finmod")
    with Engine() as engine:
        yield engine, Renaming(ledger, ledger.head(engine), [SEPTEMBER], measure, dimensions or ["product"])


def told(move: Move) -> tuple[object, ...]:
    return move.pools, move.giver, move.taker, str(move.amount.normalize()), move.rule, move.text


def test_the_same_rules_call_everything_the_same(tmp_path: Path) -> None:
    books, same = shared(tmp_path / "p"), rules(tmp_path / "a")
    with looking(books) as (engine, look):
        assert renamed(engine, look, same, same) == []


def test_rules_that_stand_elsewhere_and_share_otherwise_need_no_look_at_charges(tmp_path: Path) -> None:
    before = rules(tmp_path / "a")
    after = rules(tmp_path / "b", f"# moved\n{TAXONOMY}", f"# moved\n{HALVES}")
    with looking(shared(tmp_path / "p")) as (closed, look):
        pass
    assert renamed(closed, look, before, after) == []
    with pytest.raises(RuntimeError, match="shutdown"):
        renamed(closed, look, before, rules(tmp_path / "c", TAXONOMY.replace('{"7": shop}', '{"1": shop}')))


def test_a_charge_goes_with_the_rule_that_names_it_now(tmp_path: Path) -> None:
    """Account 1 is the shop's now: untagged charges follow, those in pools too."""
    books, before = shared(tmp_path / "p"), rules(tmp_path / "a")
    after = rules(tmp_path / "b", TAXONOMY.replace('{"7": shop}', '{"1": shop}'))
    with looking(books) as (engine, look):
        found = [told(move) for move in renamed(engine, look, before, after)]
    line = "taxonomy.yaml:9:19"
    assert found == [
        (("cluster", "cluster"), (None,), ("shop",), "4E+1", line, "account"),
        (("support", "support"), (None,), ("shop",), "8", line, "account"),
        ((None, None), (None,), ("shop",), "1E+1", line, "account"),
    ]


def test_what_no_rule_names_any_more_goes_with_the_rule_that_did(tmp_path: Path) -> None:
    books, before = shared(tmp_path / "p"), rules(tmp_path / "a")
    after = rules(tmp_path / "b", TAXONOMY.replace("      - tag: product\n", ""))
    with looking(books) as (engine, look):
        found = [told(move) for move in renamed(engine, look, before, after)]
    assert found == [
        ((None, None), ("ads",), (None,), "3E+1", "taxonomy.yaml:8:9", "tag product"),
        ((None, None), ("search",), (None,), "6E+1", "taxonomy.yaml:8:9", "tag product"),
    ]


def test_a_charge_that_enters_a_pool_keeps_its_name(tmp_path: Path) -> None:
    books, before = shared(tmp_path / "p"), rules(tmp_path / "a")
    pool = "  - {name: ads-for-all, when: {product: ads}, share: {by: even}}\n"
    after = rules(tmp_path / "b", allocation=ALLOCATION + pool)
    with looking(books) as (engine, look):
        (move,) = renamed(engine, look, before, after)
        (back,) = renamed(engine, look, after, before)
    assert told(move)[:4] == ((None, "ads-for-all"), ("ads",), ("ads",), "3E+1")
    assert move.rule == "allocation.yaml:5:25"
    assert told(back)[:4] == (("ads-for-all", None), ("ads",), ("ads",), "3E+1")
    assert back.rule == "allocation.yaml:5:25"


def test_a_credit_goes_the_other_way(tmp_path: Path) -> None:
    credit = charge(9, "-5", "i-9", "", ChargeCategory="Credit")
    books, before = shared(tmp_path / "p", charges=[credit]), rules(tmp_path / "a")
    after = rules(tmp_path / "b", TAXONOMY.replace('{"7": shop}', '{"1": shop}'))
    with looking(books) as (engine, look):
        (move,) = renamed(engine, look, before, after)
    assert (move.giver, move.taker, move.amount) == (("shop",), (None,), Decimal(5))


def test_a_day_on_which_only_one_of_the_rules_changes_is_told_apart(tmp_path: Path) -> None:
    day = {"ChargePeriodStart": "2026-09-20T00:00:00Z", "ChargePeriodEnd": "2026-09-21T00:00:00Z"}
    late = [charge(9, "3", "i-1", "", **day), charge(9, "4", "i-1", "")]
    books, before = shared(tmp_path / "p", charges=late), rules(tmp_path / "a")
    dated = TAXONOMY.replace('- account: {"7": shop}', '- {account: {"1": shop}, since: 2026-09-15}')
    with looking(books) as (engine, look):
        (move,) = renamed(engine, look, before, rules(tmp_path / "b", dated))
    assert (move.taker, move.amount) == (("shop",), Decimal(3))


def test_dimensions_that_ask_each_other_are_told_apart_from_those_of_before(tmp_path: Path) -> None:
    team = "  team:\n    values: {web: {}, api: {}}\n    from:\n      - {dimension: product, map: {search: web}}\n"
    books = shared(tmp_path / "p")
    before, after = (
        rules(tmp_path / "a", TAXONOMY + team),
        rules(tmp_path / "b", TAXONOMY + team.replace(": web", ": api")),
    )
    with looking(books, "product", "team") as (engine, look):
        (move,) = renamed(engine, look, before, after)
    assert (move.giver, move.taker, move.amount) == (("search", "web"), ("search", "api"), Decimal(60))


@pytest.mark.parametrize("backwards", [False, True])
def test_a_dimension_that_one_of_them_lacks_is_null_there(backwards: bool, tmp_path: Path) -> None:  # noqa: FBT001 -- a case
    books, without = shared(tmp_path / "p"), rules(tmp_path / "a")
    team = "  team:\n    values: {web: {}}\n    from:\n      - when: {product: search}\n        is: web\n"
    having = rules(tmp_path / "b", TAXONOMY + team)
    with looking(books, "team") as (engine, look):
        (move,) = renamed(engine, look, *((having, without) if backwards else (without, having)))
    assert {move.giver, move.taker} == {(None,), ("web",)}
    assert len(CHARGES) == 10


def left_of(*rows: tuple[str | None, str, str, str]) -> Left:
    """Return what is left of changes where a level fills in teams: pool, product, team, amount."""
    return Left(
        [Change(SEPTEMBER, "USD", pool, (product, team or None), Decimal(text)) for pool, product, team, text in rows],
        [False, True],
    )


def named(giver: str, taker: str, amount: str, pools: tuple[str | None, str | None] = (None, None)) -> Move:
    """Return a move of what charges bring with them; targets as product and team."""
    one, other = (tuple(text or None for text in end.split("/")) for end in (giver, taker))
    return Move(SEPTEMBER, "USD", pools, one, other, Decimal(amount), "taxonomy.yaml:9:19", "account")


def ends_of(moves: list[Move]) -> list[tuple[object, ...]]:
    return [(move.giver, move.taker, str(move.amount), move.text) for move in moves]


def test_a_charge_that_a_level_cuts_goes_from_those_that_had_it_to_those_that_have_it() -> None:
    left = left_of(
        (None, "shop", "web", "-30"), (None, "shop", "api", "-20"), (None, "search", "web", "50"),
        ("k8s", "search", "web", "-1"), ("k8s", "search", "api", "1"),
    )  # fmt: skip
    assert ends_of(left.without([named("shop/", "search/", "50")])) == [
        (("shop", "web"), ("search", "web"), "30", "account"), (("shop", "api"), ("search", "web"), "20", "account"),
    ]  # fmt: skip
    assert {each.pool for each in left.changes()} == {"k8s"}


def test_whole_names_are_taken_out_before_those_that_a_level_cuts() -> None:
    """All of the shop's 60 went; 40 of them are known by their team."""
    left = left_of((None, "shop", "web", "-60"), (None, "search", "web", "20"), (None, "ads", "web", "40"))
    told = left.without([named("shop/", "search/", "20"), named("shop/web", "ads/web", "40")])
    assert ends_of(told) == [
        (("shop", "web"), ("search", "web"), "20", "account"), (("shop", "web"), ("ads", "web"), "40", "account"),
    ]  # fmt: skip
    assert left.changes() == []


def test_what_a_level_had_called_so_already_moves_nothing() -> None:
    left = left_of()
    assert left.without([named("shop/", "shop/web", "5")]) == []
    assert left.changes() == []


def test_a_charge_that_enters_a_pool_is_matched_with_what_the_pool_gives() -> None:
    left = left_of((None, "shop", "web", "-9"), ("k8s", "search", "web", "9"))
    assert left.without([named("shop/", "shop/", "9", (None, "k8s"))]) == []
    assert [(each.pool, each.target, str(each.amount)) for each in left.changes()] == [
        ("k8s", ("search", "web"), "9"), ("k8s", ("shop", "web"), "-9"),
    ]  # fmt: skip
    back = left_of((None, "shop", "web", "9"), ("k8s", "search", "web", "-9"))
    assert back.without([named("shop/", "shop/", "9", ("k8s", None))]) == []
    assert [(each.pool, each.target, str(each.amount)) for each in back.changes()] == [
        ("k8s", ("search", "web"), "-9"), ("k8s", ("shop", "web"), "9"),
    ]  # fmt: skip


Pools = tuple[str | None, str | None]
TARGETS = st.tuples(st.sampled_from(["search", "ads"]), st.sampled_from([None, "web", "api"]))
AMOUNTS = st.integers(1, 10**15)


@given(
    st.dictionaries(st.tuples(st.sampled_from([None, "k8s"]), TARGETS), AMOUNTS | AMOUNTS.map(lambda some: -some)),
    st.lists(
        st.tuples(TARGETS, TARGETS, AMOUNTS, st.sampled_from([(None, None), (None, "k8s"), ("k8s", None)])), max_size=5
    ),
)
def test_every_target_has_exactly_what_it_has_more_or_less_whatever_charges_bring_with_them(
    differing: dict[tuple[str | None, Values], int], brought: list[tuple[Values, Values, int, Pools]]
) -> None:
    left = Left(
        [Change(SEPTEMBER, "USD", pool, target, Decimal(some)) for (pool, target), some in differing.items()],
        [False, True],
    )
    named = [Move(SEPTEMBER, "USD", pools, one, other, Decimal(some)) for one, other, some, pools in brought]
    found: dict[Values, Decimal] = defaultdict(Decimal)
    for (_, target), some in differing.items():
        found[target] += some
    for move in (*left.without(named), *matched(left.changes())):
        assert move.amount > 0
        if move.giver is not None:
            found[move.giver] += move.amount
        if move.taker is not None:
            found[move.taker] -= move.amount
    assert {target: some for target, some in found.items() if some} == {}
