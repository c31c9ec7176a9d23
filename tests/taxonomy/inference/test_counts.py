"""Counts: held-out parts are left out, and a group speaks only where it is pure, labelled and special."""

from __future__ import annotations

import numpy as np

from finmod.taxonomy.inference.counts import Demand, Known, Voices, count_groups
from finmod.taxonomy.inference.wilson import Z_95, wilson_lower

DEMAND = Demand(support=3, purity=0.95, labelled=0.5, z=Z_95)


def counted(labels: str, groups: str, folds: str, *, mute: str = "", hidden: int = -1) -> Voices:
    """Return what groups say: one letter per resource for its label (. for none), its group and its part."""
    names = tuple(sorted(set(labels) - {"."}))
    label = np.array([names.index(one) if one != "." else -1 for one in labels], dtype=np.int64)
    parts = max([2, *(int(part) + 1 for part in folds if part != ".")])
    fold = [parts if one == "." else int(part) for one, part in zip(labels, folds, strict=True)]
    known = Known(
        label=label,
        names=names,
        fold=np.array(fold, dtype=np.int64),
        folds=parts,
        mute=np.array([name in mute for name in names] or [False]),
        hidden=hidden,
    )
    group = np.array([ord(one) - ord("A") for one in groups], dtype=np.int64)
    return count_groups(np.arange(len(labels), dtype=np.int64), group, known, DEMAND)


def test_a_label_is_judged_by_the_other_parts_and_a_gap_by_all() -> None:
    found = counted("xxxxx.yy", "AAAAAABB", "00111.01")
    assert found.support.tolist() == [3, 3, 2, 2, 2, 5, 1, 1]
    assert found.hits.tolist() == [3, 3, 2, 2, 2, 5, 1, 1]
    assert found.members.tolist() == [5, 5, 5, 5, 5, 5, 1, 1]
    assert found.labelled.tolist() == [4, 4, 4, 4, 4, 5, 1, 1]


def test_a_hidden_part_counts_for_nobody_and_only_what_teaches_is_asked() -> None:
    found = counted("xxxxx.yy", "AAAAAABB", "00112.02", hidden=1)
    assert found.support.tolist() == [1, 1, 0, 0, 2, 0, 1, 1]
    assert found.hits.tolist() == [1, 1, 0, 0, 2, 0, 1, 1]
    assert found.labelled.tolist() == [4, 4, 4, 4, 4, 5, 1, 1]


def test_a_group_needs_support() -> None:
    found = counted("xx.xxx.yyyy", "AAABBBBCCCC", "01.010.0101")
    assert found.score[2] == 0
    assert found.score[6] == wilson_lower(3, 3, Z_95)


def test_a_mixed_group_does_not_speak() -> None:
    assert counted("xxxxxxxxxy.yyyy", "AAAAAAAAAAABBBB", "0101010101.0101").score[10] == 0


def test_a_group_that_is_like_the_rest_does_not_speak() -> None:
    assert counted("xxxx.xxxxxxxxy", "AAAAABBBBBBBBB", "0101.010101010").score[4] == 0
    assert counted("xxxx.yyyyyyyyx", "AAAAABBBBBBBBB", "0101.010101010").score[4] > 0


def test_a_group_without_any_rest_does_not_speak() -> None:
    assert counted("xxxx.", "AAAAA", "0101.").score[4] == 0


def test_a_group_that_is_mostly_unlabelled_does_not_speak_and_warns() -> None:
    found = counted("xxxx" + "." * 14 + "yyyy", "A" * 18 + "BBBB", "0101" + "." * 14 + "0101")
    assert found.score[5] == 0
    assert found.warns[5]
    assert not found.warns[18:].any()


def test_three_unlabelled_siblings_are_no_warning_yet() -> None:
    assert not counted("...." + "xy", "AAAABB", "...." + "01").warns.any()
    assert counted("....." + "xy", "AAAAABB", "....." + "01").warns[:5].all()


def test_a_shared_value_never_speaks_and_warns_where_it_is_half() -> None:
    found = counted("xxxx.zzyy.yyyy", "AAAAABBBBBCCCC", "0101.0101.0101", mute="xz")
    assert found.score[4] == 0
    assert found.warns[[4, 9]].tolist() == [True, True]
    assert found.muted[[4, 9]].tolist() == [4, 2]
    assert not found.warns[10:].any()


def test_nothing_is_counted_of_nothing() -> None:
    assert len(counted("", "", "").row) == 0
    assert counted("..", "AA", "..").value.tolist() == [-1, -1]
