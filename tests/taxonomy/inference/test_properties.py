"""What holds for every estate: order, seed, labels that stay, a verdict for each gap, and names that are only names."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from finmod.taxonomy.inference.frame import Ints
from finmod.taxonomy.inference.infer import REASONS, Inference, InferenceOptions, ResourceFrame, infer, resource_frame
from tests.examples import examples

ONCE, TWICE = examples(50), examples(25)
"""Examples of a property for which inference runs once, or twice."""
VALUES = ("search", "ads", "platform")
# Few labels reach a low target: so that there is something to infer in frames that are small.
EASY = InferenceOptions(target=0.6, folds=3, labelled=0.3, shared_values=frozenset({"platform"}))
_CELLS: dict[str, tuple[Any, ...]] = {
    "label": (None, *VALUES),
    "team": (None, "t1", "t2", "t3"),
    "account": (None, "a1", "a2", "a3"),
    "name": (None, "", "search-1", "ads-web-2", "shared\x00\ud800"),
    "service": (None, "EC2", "S3"),
    "parent": (None, "rg-1", "rg-2"),
    "first": (None, "2026-07-01", "2026-07-02", "2026-07-03"),
    "usage": tuple((0.0, 1.0, use, 1e30, 2.0, -2.0, 1.0) for use in (0.0, 3.0, float("nan"))),
    "cost": (Decimal("-0.5"), Decimal(0), Decimal("12.25")),
}
_OWNERS = {"t1": "search", "t2": "ads", "t3": "platform"}


def _frame(rows: list[dict[str, Any]]) -> ResourceFrame:
    return resource_frame(
        [f"{place * 7919 % 10007}" for place in range(len(rows))],
        [row["label"] for row in rows],
        dimensions={"team": [row["team"] for row in rows]},
        first_day=np.array([row["first"] for row in rows], dtype="datetime64[D]").tolist(),
        last_day=np.array(["2026-07-31" for _ in rows], dtype="datetime64[D]").tolist(),
        usage=[row["usage"] for row in rows] or None,
        cost=[row["cost"] for row in rows],
        source=["aws"] * len(rows),
        **{name: [row[name] for row in rows] for name in ("account", "name", "service", "parent")},
    )


def _grown(seed: int, count: int, wrong: float) -> ResourceFrame:
    """Return an estate in which a team's resources are mostly of its product, so that there is something to learn."""
    chance = np.random.default_rng(seed)
    rows = [{name: cells[chance.integers(len(cells))] for name, cells in _CELLS.items()} for _ in range(count)]
    for row in rows:
        if row["label"] and row["team"] and chance.random() >= wrong:
            row["label"] = _OWNERS[row["team"]]
    return _frame(rows)


_loose = st.lists(st.fixed_dictionaries({name: st.sampled_from(cells) for name, cells in _CELLS.items()}), max_size=30)
_structured = st.builds(_grown, st.integers(0, 10_000), st.integers(40, 110), st.sampled_from([0.0, 0.1, 0.3]))
frames = st.one_of(_structured, _loose.map(_frame))


def taken(frame: ResourceFrame, order: Ints) -> ResourceFrame:
    """Return the frame with its rows in another order."""
    texts = ("key", "label", "source", "supplier", "account", "account_name", "region", "service", "resource_type",
             "name", "resource_id", "parent", "first_day", "last_day", "cost")  # fmt: skip
    return replace(
        frame,
        **{name: getattr(frame, name)[order] for name in texts},
        dimensions={name: column[order] for name, column in frame.dimensions.items()},
        usage=None if frame.usage is None else frame.usage[order],
    )


def told(found: Inference) -> dict[str, tuple[Any, ...]]:
    """Return key -> everything that is told of it."""
    rows = zip(found.value, found.inferred, found.reason, found.why, strict=True)
    sure = np.nan_to_num(found.confidence, nan=-1.0).tolist()
    return {key: (*row, one) for key, row, one in zip(found.key, rows, sure, strict=True)}


@settings(max_examples=TWICE)
@given(frame=frames, order=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(frame: ResourceFrame, order: Any) -> None:  # noqa: ANN401 -- random.Random
    places = list(range(frame.count))
    order.shuffle(places)
    one, other = infer(frame, EASY), infer(taken(frame, np.array(places, dtype=np.int64)), EASY)
    assert told(one) == told(other)
    assert one.report == other.report


@settings(max_examples=TWICE)
@given(frame=frames, seed=st.integers(0, 5))
def test_the_same_seed_gives_the_same_result(frame: ResourceFrame, seed: int) -> None:
    options = replace(EASY, seed=seed)
    one, other = infer(frame, options), infer(frame, options)
    assert (told(one), one.report) == (told(other), other.report)


@settings(max_examples=ONCE)
@given(frame=frames)
def test_labels_stay_and_each_gap_gets_a_verdict(frame: ResourceFrame) -> None:
    before = frame.label.tolist()
    found = infer(frame, EASY)
    assert frame.label.tolist() == before
    assert found.key.tolist() == [key for key, label in zip(frame.key, before, strict=True) if label is None]
    for value, inferred, reason, evidence in zip(found.value, found.inferred, found.reason, found.why, strict=True):
        assert inferred == (value is not None) == (reason is None)
        assert reason is None or reason in REASONS
        assert value in {None, "search", "ads"}
        assert evidence
    assert np.isnan(found.confidence[~found.inferred]).all()
    assert ((found.confidence[found.inferred] >= EASY.target) & (found.confidence[found.inferred] < 1)).all()


@settings(max_examples=TWICE)
@given(frame=frames, names=st.permutations(["a", "zz", "M"]))
def test_renamed_values_rename_the_result(frame: ResourceFrame, names: list[str]) -> None:
    renamed: dict[str | None, str | None] = {None: None, **dict(zip(VALUES, names, strict=True))}
    label = np.array([renamed[value] for value in frame.label.tolist()] + [None], dtype=np.object_)[:-1]
    options = replace(EASY, shared_values=frozenset({str(renamed["platform"])}))
    one, other = infer(frame, EASY), infer(replace(frame, label=label), options)
    assert other.value.tolist() == [renamed[value] for value in one.value.tolist()]
    assert other.reason.tolist() == one.reason.tolist()
    assert np.array_equal(other.confidence, one.confidence, equal_nan=True)
    assert other.report == one.report


@settings(max_examples=ONCE)
@given(frame=frames)
def test_the_report_adds_up(frame: ResourceFrame) -> None:
    found = infer(frame, EASY)
    report = found.report
    assert report.unlabelled.resources == len(found.key)
    assert report.unlabelled.decided == int(found.inferred.sum())
    assert report.unlabelled.decided + sum(report.abstained.values()) == report.unlabelled.resources
    assert report.unlabelled.resources + report.held_out.resources == frame.count
    assert report.unlabelled.cost + report.held_out.cost == sum(frame.cost.tolist(), Decimal(0))
    assert report.held_out.decided == report.precision.decided
    assert report.precision.right <= report.precision.decided
    assert report.problem is None or not found.inferred.any()
