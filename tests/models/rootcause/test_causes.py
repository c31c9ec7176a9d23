"""Root causes of a change: promises that hold for all leaves, and the cases where nothing can be said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from finmod.models.rootcause.causes import root_causes
from finmod.models.rootcause.leaves import Dimension, Ints, Leaves
from tests.rootcause import UNIT, Row, grid, leaves_of

NAMES = ["ServiceName", "RegionId"]
TEXTS = st.sampled_from([None, "a", "b", "c", "\x1b[31m", "\ud800", "'; --", ""])
AMOUNTS = st.one_of(st.just(0), st.integers(-(10**15), 10**18))
ROWS = st.lists(st.tuples(st.tuples(TEXTS, TEXTS, TEXTS), AMOUNTS, AMOUNTS), max_size=25)


def _leaves(rows: Sequence[Row]) -> Leaves:
    """Return leaves whose amounts are units of 1e-12."""
    leaves = leaves_of(["one", "two", "three"], rows, resources=[f"r{at % 7}" for at in range(len(rows))])
    before, after = (np.array([row[place] for row in rows], dtype=np.int64) for place in (1, 2))
    return replace(leaves, before=before, after=after)


@given(ROWS, st.integers(1, 6))
def test_causes_others_usual_change_and_what_is_unexplained_sum_to_the_change(rows: list[Row], most: int) -> None:
    found = root_causes(_leaves(rows), most=most)

    assert (
        sum((one.explained for one in found.causes), found.usual) + found.by_others + found.unexplained == found.change
    )
    assert found.explained + found.by_others + found.remainder == found.change
    assert len(found.causes) <= most
    assert found.change * UNIT == sum(after - before for _, before, after in rows)


@given(ROWS)
def test_what_nothing_explains_does_not_depend_on_how_many_causes_are_told(rows: list[Row]) -> None:
    leaves = _leaves(rows)
    few, many = root_causes(leaves, most=1), root_causes(leaves, most=20)

    assert few.unexplained == many.unexplained
    assert few.usual == many.usual
    assert many.others == many.by_others == 0
    assert [one.name for one in few.causes] == [one.name for one in many.causes][: len(few.causes)] or few.others


def test_causes_that_are_not_told_by_name_are_told_in_one_sum() -> None:
    leaves = leaves_of(NAMES, grid(("S3", "us", 2.0), ("EC2", "eu", 6.0), ("RDS", "ap", 4.0)))

    every, first = root_causes(leaves), root_causes(leaves, most=1)

    assert [one.explained for one in every.causes] == [500, 300, 100]
    assert (first.causes, first.others) == (every.causes[:1], 2)
    assert first.by_others == 400
    assert first.unexplained == every.unexplained == 0


@given(ROWS, st.integers(0, 2**32 - 1))
def test_neither_the_order_of_leaves_nor_of_dimensions_changes_the_answer(rows: list[Row], seed: int) -> None:
    leaves = _leaves(rows)
    order = np.random.default_rng(seed).permutation(len(rows))

    assert root_causes(_shuffled(leaves, order)) == root_causes(leaves)


def _shuffled(leaves: Leaves, order: Ints) -> Leaves:
    def turned(one: Dimension) -> Dimension:
        # Codes are turned around too.
        return Dimension(one.name, (len(one.texts) - 1 - one.codes)[order], [*one.texts][::-1])

    return Leaves(
        dimensions=tuple(turned(one) for one in leaves.dimensions[::-1]),
        before=leaves.before[order],
        after=leaves.after[order],
        resource=turned(leaves.resource) if leaves.resource else None,
    )


@given(ROWS)
def test_where_nothing_changed_there_is_no_cause(rows: list[Row]) -> None:
    leaves = _leaves(rows)

    found = root_causes(replace(leaves, after=leaves.before))

    assert found.causes == ()
    assert found.change == found.usual == found.unexplained == 0


@given(ROWS.filter(bool), st.integers(2, 9))
def test_where_all_moved_alike_there_is_growth_and_no_cause(rows: list[Row], times: int) -> None:
    leaves = _leaves([(values, abs(before) + 1, 0) for values, before, _ in rows])

    found = root_causes(replace(leaves, after=leaves.before * times))

    assert found.growth == times
    assert found.causes == ()
    assert found.usual == found.change


@given(ROWS)
def test_where_all_is_unknown_nothing_is_named(rows: list[Row]) -> None:
    leaves = _leaves([((None, None, None), before, after) for _, before, after in rows])

    assert root_causes(replace(leaves, resource=None)).causes == ()
    assert all([word for word, _ in one.name] == ["ResourceId"] for one in root_causes(leaves).causes)


@given(ROWS)
def test_what_costs_a_thousand_times_as_much_has_the_same_causes(rows: list[Row]) -> None:
    leaves = _leaves([(values, before // 1024, after // 1024) for values, before, after in rows])
    dear = replace(leaves, before=leaves.before * 1024, after=leaves.after * 1024)

    cheap_causes, dear_causes = (
        [(one.name, one.explained * times) for one in root_causes(each).causes]
        for each, times in ((leaves, 1024), (dear, 1))
    )
    assert cheap_causes == dear_causes


def test_no_leaves_have_no_causes() -> None:
    found = root_causes(leaves_of(NAMES, []))

    assert found.causes == ()
    assert found.growth is None
    assert found.change == found.unexplained == 0


def test_where_nothing_was_before_nothing_is_told_apart() -> None:
    rows = [(values, 0, after) for values, _, after in grid(("S3", "us", 4.0))]

    found = root_causes(leaves_of(NAMES, rows))

    assert found.causes == ()
    assert found.growth is None
    assert found.usual == 0
    assert found.unexplained == found.change == 1500


def test_where_nothing_is_after_nothing_is_told_apart() -> None:
    found = root_causes(leaves_of(NAMES, [(values, before, 0) for values, before, _ in grid()]))

    assert found.causes == ()
    assert found.unexplained == found.change == -1200


def test_without_dimensions_there_is_no_cause() -> None:
    found = root_causes(leaves_of([], [((), 1, 9)]))

    assert found.causes == ()
    assert found.change == 8


def test_unknown_is_a_value_that_can_be_the_cause() -> None:
    rows: list[Row] = [
        ((product, region), 100, 100) for product in ("ads", "search", "maps") for region in ("eu", "us")
    ]
    rows += [((None, "eu"), 100, 600), ((None, "us"), 100, 600)]

    (cause,) = root_causes(leaves_of(["x_Product", "RegionId"], rows)).causes

    assert cause.name == (("x_Product", None),)
    assert cause.change == 1000


def test_hostile_texts_come_back_as_they_are() -> None:
    hostile = "\x1b[2J=cmd|' /C calc'!A0"
    rows: list[Row] = [
        ((hostile if service == "S3" else service, region), before, after)
        for (service, region), before, after in grid(("S3", "*", 5.0))
    ]

    (cause,) = root_causes(leaves_of(NAMES, rows, resources=[hostile] * len(rows))).causes

    assert cause.name == (("ServiceName", hostile),)
    assert [one.name for one in cause.resources] == [hostile]


def test_growth_is_that_of_most_of_the_money_and_not_of_the_total() -> None:
    rows = [(values, before, after * 2) for values, before, after in grid(("S3", "*", 10.0))]

    found = root_causes(leaves_of(NAMES, rows))

    assert found.growth == 2
    assert [(one.name, one.kind) for one in found.causes] == [((("ServiceName", "S3"),), "more")]
    assert found.usual == 900
    assert found.unexplained == 0


def test_growth_is_never_rounded_to_nothing() -> None:
    leaves = _leaves([(("a", "b", "c"), 10**18, 3), (("b", "b", "c"), 10**18, 3)])

    assert root_causes(leaves).growth == Decimal("3E-18")


def test_what_stays_the_same_while_all_else_doubles_is_a_cause() -> None:
    rows = [(values, before, after * 2) for values, before, after in grid(("S3", "*", 0.5))]

    (cause,) = root_causes(leaves_of(NAMES, rows)).causes

    assert cause.name == (("ServiceName", "S3"),)
    assert (cause.change, cause.excess) == (Decimal(0), Decimal(-300))
    assert cause.direction == "down"


def test_what_was_foreseen_is_no_cause() -> None:
    leaves = leaves_of(NAMES, grid(("S3", "*", 3.0), ("EC2", "us", 9.0)))
    foreseen = np.where(leaves.dimensions[0].codes == leaves.dimensions[0].texts.index("S3"), 300.0, 100.0)

    found = root_causes(replace(leaves, expected=foreseen))

    assert [one.name for one in found.causes] == [(("RegionId", "us"), ("ServiceName", "EC2"))]
    assert found.growth is None
    assert (found.usual, found.unexplained) == (Decimal(600), Decimal(0))


def test_a_credit_that_grew_is_a_cause_of_less() -> None:
    rows = [*grid(), (("Credit", "eu"), -100, -700), (("Credit", "us"), -100, -700)]

    (cause,) = root_causes(leaves_of(NAMES, rows)).causes

    assert cause.name == (("ServiceName", "Credit"),)
    assert cause.change == -1200
    assert cause.direction == "down"


def test_a_resource_that_was_replaced_is_no_change() -> None:
    rows: list[Row] = [((service, "eu"), 100, 100) for service in ("EC2", "RDS", "SQS")]
    rows += [(("S3", "eu"), 500, 0), (("S3", "eu"), 0, 500)]

    assert root_causes(leaves_of(NAMES, rows, resources=["a", "b", "c", "old", "new"])).causes == ()


def test_amounts_beyond_int64_have_the_same_causes() -> None:
    leaves = leaves_of(NAMES, grid(("S3", "us", 5.0)))
    wide = replace(
        leaves,
        before=np.array([one * 10**9 for one in leaves.before.tolist()], dtype=object),
        after=np.array([one * 10**9 for one in leaves.after.tolist()], dtype=object),
    )

    (cause,), (large,) = root_causes(leaves).causes, root_causes(wide).causes

    assert large.name == cause.name
    assert large.explained == cause.explained * 10**9 == 400 * 10**9


def test_what_is_material_is_for_the_caller_to_say() -> None:
    leaves = leaves_of(NAMES, grid(("S3", "us", 5.0)))

    assert root_causes(leaves, least=Decimal("0.3")).causes == ()
    assert len(root_causes(leaves, least=Decimal("0.2")).causes) == 1


def test_the_largest_resources_are_told_as_many_as_wanted() -> None:
    leaves = leaves_of(NAMES, grid(("S3", "*", 5.0)), resources=[f"r{at}" for at in range(12)])

    (cause,) = root_causes(leaves, named=2).causes

    assert [one.name for one in cause.resources] == ["r6", "r7"]
    assert cause.concentration == Decimal("0.666666666667")


def test_a_single_cell_that_is_most_of_what_moved_is_a_cause() -> None:
    """Of 36 cells that stand still one loses 800 and another gains them: however few, they are no chance."""
    places = [*product(("search", "ads", "shop"), ("eu", "us", "ap"), ("storage", "compute", "network", "data"))]
    moved = {places[0]: (900, 100), places[4]: (100, 900)}
    rows = [(place, *moved.get(place, (500, 500))) for place in places]
    names = ("product", "region", "service")
    found = root_causes(
        Leaves(
            dimensions=tuple(
                Dimension(name, np.arange(len(rows)), [place[of] for place, _, _ in rows])
                for of, name in enumerate(names)
            ),
            before=np.array([before for _, before, _ in rows]) * 10**12,
            after=np.array([after for _, _, after in rows]) * 10**12,
        )
    )
    assert [dict(cause.name)["region"] for cause in found.causes] == ["eu", "us"]
    assert len(found.offsets) == 1
