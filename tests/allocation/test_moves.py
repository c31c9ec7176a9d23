"""Who gives what to whom, out of who has more and who has less."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from finmod.allocation.moves import Change, Flow, Line, Move, flows, lines, matched
from finmod.terms.money import difference

JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
SEARCH, ADS, SHOP, NOBODY = ("search",), ("ads",), ("shop",), (None,)


def change(target: tuple[str | None, ...], amount: str, pool: str | None = "k8s", month: date = JULY) -> Change:
    return Change(month, "USD", pool, target, Decimal(amount))


def told(moves: list[Move]) -> list[tuple[object, ...]]:
    return [(move.pools, move.giver, move.taker, str(move.amount)) for move in moves]


def test_the_largest_giver_gives_to_the_largest_taker_first() -> None:
    moves = matched([change(SEARCH, "-10"), change(ADS, "7"), change(SHOP, "5"), change(NOBODY, "-2")])
    assert told(moves) == [
        (("k8s", "k8s"), SEARCH, ADS, "7"), (("k8s", "k8s"), SEARCH, SHOP, "3"), (("k8s", "k8s"), NOBODY, SHOP, "2"),
    ]  # fmt: skip


def test_pools_months_and_currencies_are_matched_apart() -> None:
    moves = matched([
        change(SEARCH, "-1"), change(ADS, "1"), change(SEARCH, "2", "net"), change(ADS, "-2", "net"),
        change(SEARCH, "-4", month=AUGUST), change(ADS, "4", month=AUGUST),
        Change(AUGUST, "EUR", None, ADS, Decimal(-3)), Change(AUGUST, "EUR", None, SHOP, Decimal(3)),
    ])  # fmt: skip
    assert [(move.month, move.currency, move.pool, move.giver, move.taker, str(move.amount)) for move in moves] == [
        (JULY, "USD", "k8s", SEARCH, ADS, "1"),
        (JULY, "USD", "net", ADS, SEARCH, "2"),
        (AUGUST, "EUR", None, ADS, SHOP, "3"),
        (AUGUST, "USD", "k8s", SEARCH, ADS, "4"),
    ]


def test_charges_that_go_into_a_pool_leave_their_target_for_those_that_share_it() -> None:
    moves = matched([change(SHOP, "-100", None), change(SEARCH, "60"), change(ADS, "40")])
    assert told(moves) == [((None, "k8s"), SHOP, SEARCH, "60"), ((None, "k8s"), SHOP, ADS, "40")]
    assert {move.pool for move in moves} == {"k8s"}


def test_a_target_that_only_changes_its_pool_pays_the_same() -> None:
    moves = matched([change(SHOP, "-5", None), change(SHOP, "5")])
    assert told(moves) == [((None, "k8s"), SHOP, SHOP, "5")]
    assert not moves[0].is_between_targets
    assert flows(moves, 1) == []


def test_what_came_or_went_has_one_end_alone() -> None:
    moves = matched([change(SEARCH, "3", None), change(ADS, "-1", "k8s")])
    assert told(moves) == [((None, "k8s")[::-1], ADS, SEARCH, "1"), ((None, None), None, SEARCH, "2")]
    assert told(matched([change(ADS, "-1")])) == [(("k8s", "k8s"), ADS, None, "1")]


def test_what_shows_as_nothing_is_dust() -> None:
    assert [Flow("USD", SEARCH, ADS, Decimal(text), (JULY,)).is_dust for text in ("0.0049", "0.005")] == [True, False]


def test_nothing_changed_nothing_moves() -> None:
    assert matched([]) == []
    assert flows([], 1) == []


def test_a_flow_is_what_goes_less_what_comes_back() -> None:
    moves = matched([
        change(SEARCH, "-10"), change(ADS, "10"), change(SEARCH, "4", "net"), change(ADS, "-4", "net"),
        change(SEARCH, "-6", month=AUGUST), change(ADS, "6", month=AUGUST),
    ])  # fmt: skip
    assert flows(moves, 1) == [Flow("USD", SEARCH, ADS, Decimal(12), (JULY, AUGUST))]


def test_a_flow_looks_at_as_many_dimensions_as_it_is_told() -> None:
    moves = matched([change(("search", "web"), "-5"), change(("search", "api"), "2"), change(("ads", "web"), "3")])
    assert flows(moves, 1) == [Flow("USD", SEARCH, ADS, Decimal(3), (JULY,))]
    assert [(flow.giver, flow.taker, flow.amount) for flow in flows(moves, 2)] == [
        (("search", "web"), ("ads", "web"), Decimal(3)), (("search", "web"), ("search", "api"), Decimal(2)),
    ]  # fmt: skip


def test_lines_add_up_months_and_tell_targets_by_their_main_dimension() -> None:
    def move(giver: tuple[str, str] | None, taker: tuple[str, str], amount: str, month: date = JULY) -> Move:
        return Move(month, "USD", ("k8s", "k8s"), giver, taker, Decimal(amount), "a.yaml:3:5", "even")

    moves = [
        move(("search", "web"), ("ads", "web"), "1"), move(("search", "api"), ("ads", "web"), "2", AUGUST),
        move(("search", "web"), ("search", "api"), "9"), move(None, ("ads", "web"), "0.5"),
        move(("ads", "web"), ("ads", "web"), "100"),
    ]  # fmt: skip
    found = lines(moves)
    assert found == [
        Line(Flow("USD", ("search", "web"), ("search", "api"), Decimal(9), (JULY,)), "k8s", "even", "a.yaml:3:5"),
        Line(Flow("USD", SEARCH, ADS, Decimal(3), (JULY, AUGUST)), "k8s", "even", "a.yaml:3:5"),
        Line(Flow("USD", None, ADS, Decimal("0.5"), (JULY,)), "k8s", "even", "a.yaml:3:5"),
    ]
    assert found[1].flow.per_month == Decimal("1.5")
    detail = lines(moves, detail=True)
    assert [(line.flow.giver, line.flow.months, str(line.flow.amount)) for line in detail] == [
        (("search", "web"), (JULY,), "9"), (("search", "api"), (AUGUST,), "2"), (("search", "web"), (JULY,), "1"),
        (None, (JULY,), "0.5"),
    ]  # fmt: skip


def test_months_are_matched_alike_where_their_amounts_are_not() -> None:
    moves = matched([
        change(SEARCH, "-5"), change(SHOP, "-4"), change(ADS, "5"), change(NOBODY, "4"),
        change(SEARCH, "-4", month=AUGUST), change(SHOP, "-5", month=AUGUST), change(ADS, "9", month=AUGUST),
    ])  # fmt: skip
    assert [(move.month, move.giver, move.taker) for move in moves] == [
        (JULY, SEARCH, ADS), (JULY, SHOP, NOBODY), (AUGUST, SEARCH, ADS), (AUGUST, SHOP, ADS),
    ]  # fmt: skip


@given(
    st.lists(
        st.tuples(
            st.sampled_from([None, "k8s", "net"]), st.sampled_from([None, "a", "b", "c"]),
            st.integers(-(10**37), 10**37).filter(bool),
        ),
        unique_by=lambda row: row[:2],
        max_size=12,
    )
)  # fmt: skip
def test_moves_make_exactly_the_changes_whatever_they_are(rows: list[tuple[str | None, str | None, int]]) -> None:
    made = [Change(JULY, "USD", pool, (target,), Decimal(f"{amount}e-12")) for pool, target, amount in rows]
    found: dict[object, Decimal] = defaultdict(Decimal)
    for move in matched(made):
        assert move.amount > 0
        if move.giver is not None:
            found[move.pools[0], move.giver] = difference(found[move.pools[0], move.giver], move.amount)
        if move.taker is not None:
            found[move.pools[1], move.taker] = difference(found[move.pools[1], move.taker], move.amount.copy_negate())
    assert {key: amount for key, amount in found.items() if amount} == {
        (each.pool, each.target): each.amount for each in made
    }
    assert matched(made) == matched(list(reversed(made)))


def test_what_goes_from_team_to_team_of_a_product_does_not_go_by_way_of_another_product() -> None:
    """Every product has what it had: no line says that ads gave to search and search to ads."""
    moves = matched([
        change(("search", "web"), "-96"), change(("search", "api"), "50"), change(("search", "data"), "46"),
        change(("ads", "api"), "-64"), change(("ads", "web"), "64"),
    ])  # fmt: skip
    assert [(move.giver, move.taker, str(move.amount)) for move in moves] == [
        (("search", "web"), ("search", "api"), "50"),
        (("search", "web"), ("search", "data"), "46"),
        (("ads", "api"), ("ads", "web"), "64"),
    ]
    assert flows(moves, 1) == []


def test_what_is_left_of_a_product_goes_to_others() -> None:
    moves = matched([
        change(("search", "web"), "-9"), change(("search", "api"), "2"), change(("ads", "web"), "7"),
    ])  # fmt: skip
    assert [(move.giver, move.taker, str(move.amount)) for move in moves] == [
        (("search", "web"), ("search", "api"), "2"), (("search", "web"), ("ads", "web"), "7"),
    ]  # fmt: skip


def test_flows_of_one_amount_stand_by_who_gives_and_takes_whenever_that_was() -> None:
    def move(month: date, giver: tuple[str], taker: tuple[str]) -> Move:
        return Move(month, "USD", ("k8s", "k8s"), giver, taker, Decimal(10))

    moves = [move(JULY, SEARCH, SHOP), move(AUGUST, ADS, ("games",))]
    assert [(flow.giver, flow.taker) for flow in flows(moves, 1)] == [(ADS, ("games",)), (SEARCH, SHOP)]
    assert [line.flow.months for line in lines(moves)] == [(JULY,), (AUGUST,)]
