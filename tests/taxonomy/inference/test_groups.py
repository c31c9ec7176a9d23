"""Groups: the words of names, days at the edge of the bills, and accounts of one name."""

from __future__ import annotations

import pytest

from finmod.taxonomy.inference.groups import Groups, make_groups, name_words
from tests.taxonomy.inference.rows import Rows, day


def groups(rows: Rows, kind: str) -> dict[tuple[str, ...], list[int]]:
    """Return the groups of a kind with more than one member: key -> rows."""
    ordered, order = rows.frame().sorted()
    (found,) = (one for one in make_groups(ordered) if one.kind == kind)
    members: dict[tuple[str, ...], list[int]] = {}
    for row, group in zip(found.row.tolist(), found.group.tolist(), strict=True):
        members.setdefault(found.keys[group], []).append(int(order[row]))
    return members


def words_of(rows: Rows, kind: str) -> list[str]:
    """Return the words of a kind's groups."""
    (found,) = (one for one in make_groups(rows.frame().sorted()[0]) if one.kind == kind)
    return [found.words(key) for key in found.keys]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (None, []),
        ("", []),
        ("0000-1234", []),
        ("search-prod-eu1", ["search", "prod", "eu"]),
        ("SearchAPI.v2", ["searchapi"]),
        ("web-3fa85f64-5717", ["web"]),
        ("\uff33earch\u00a0k8s", ["search", "k8s"]),
        ("a b c", []),
        ("s" * 100_000, ["s" * 200]),
    ],
)
def test_a_name_has_words_without_numbers_and_hashes(name: str | None, words: list[str]) -> None:
    assert name_words(name) == words


def test_a_name_is_in_a_group_per_beginning_and_word() -> None:
    rows = Rows().add("x", 2, name="search-web-{n}", resource_id="//h/projects/p/instances/gce-{n}")
    assert groups(rows, "name") == {
        ("begins", "search"): [0, 1],
        ("begins", "search-web"): [0, 1],
        ("has", "search"): [0, 1],
        ("has", "web"): [0, 1],
        ("has", "gce"): [0, 1],
    }


def test_who_is_alone_is_in_no_group() -> None:
    assert groups(Rows().add("x", 1, account="a1").add("x", 1, account="a2"), "account") == {}


def test_accounts_of_one_name_are_a_group_where_they_are_several() -> None:
    rows = (
        Rows().add("x", 2, account="1", account_name="search-prod").add("x", 1, account="2", account_name="search-lab")
    )
    assert groups(rows, "account name") == {("search",): [0, 1, 2]}


def test_a_day_at_the_edge_of_the_bills_is_no_beginning_and_no_end() -> None:
    rows = Rows().add("x", 2, account="a", first_day=day(1), last_day=day(20))
    rows.add("x", 2, account="a", first_day=day(5), last_day=day(31))
    rows.add("x", 2, account="a", first_day=day(5), last_day=day(20))
    assert groups(rows, "created") == {("aws", "a", "2026-07-05"): [2, 3, 4, 5]}
    assert groups(rows, "days") == {("aws", "a", "life", "2026-07-05", "2026-07-20"): [4, 5]}


def test_the_pattern_of_days_is_one_of_days_not_of_amounts() -> None:
    rows = Rows().add("x", 1, account="a", usage=[1.0, 0.0, 9.0]).add("x", 1, account="a", usage=[7.0, 0.0, 2.0])
    rows.add("x", 2, account="a", usage=[1.0, 1.0, 1.0])
    (members,) = groups(rows, "days").values()
    assert members == [0, 1]


def test_the_service_never_speaks_and_days_never_warn() -> None:
    kinds: dict[str, Groups] = {one.kind: one for one in make_groups(Rows().add("x", 1).frame().sorted()[0])}
    assert [kind for kind, one in kinds.items() if not one.speaks] == ["service"]
    assert [kind for kind, one in kinds.items() if not one.warns] == ["created", "days"]


def test_groups_are_called_by_what_they_have_in_common() -> None:
    rows = Rows().add("x", 2, account="a", service="S3", resource_type="bucket", parent="rg", first_day=day(9),
                      last_day=day(9), team="t")  # fmt: skip
    rows.add("x", 2, account="a", service="S3", first_day=day(1), last_day=day(31))
    assert words_of(rows, "service") == ["of 'S3 bucket'", "of 'S3'"]
    assert words_of(rows, "parent") == ["under 'rg'"]
    assert words_of(rows, "dimension team") == ["with team 't'"]
    assert words_of(rows, "created") == ["created on 2026-07-09 in 'rg'"]
    assert words_of(rows, "days") == ["in account 'a' that were used from 2026-07-09 to 2026-07-09"]
