"""A dirty text gets the value that it means, or none: every trap, and that repair comes to rest."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finmod.taxonomy.repair.judge import THRESHOLD, Known, Observed, Repair, Unclear, judged, repairs

PRODUCTS = [Known(name) for name in ("search", "ads", "catalog", "payments", "marketplace", "loyalty", "shipping")]


def seen(text: str, resources: int = 4, evidence: Mapping[str, int] | None = None) -> Observed:
    return Observed(text, resources, Decimal(resources), evidence or {})


def usual() -> list[Observed]:
    """Clean texts whose accounts say what they are: they tell how the company is."""
    return [seen(value.name, 20, {value.name: 18}) for value in PRODUCTS]


def repaired(text: str, resources: int = 4, evidence: Mapping[str, int] | None = None) -> Repair | None:
    found = [one for one in repairs([*usual(), seen(text, resources, evidence)], PRODUCTS) if one.text == text]
    return found[0] if found else None


def unclear(text: str, resources: int = 4, evidence: Mapping[str, int] | None = None) -> Unclear:
    found = judged([*usual(), seen(text, resources, evidence)], PRODUCTS).unclear
    return next(one for one in found if one.text == text)


def test_known_texts_get_no_repair_and_are_not_listed() -> None:
    found = judged([seen("search"), seen("srch")], [Known("search", ("srch",))])
    assert (found.repairs, found.unclear) == ((), ())


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("SEARCH", "case"),
        (" search ", "separators"),
        ("_Search", "case+separators"),
        ("\N{FULLWIDTH LATIN SMALL LETTER S}earch", "case+separators"),
    ],
)
def test_texts_that_fold_alike_are_sure(text: str, how: str) -> None:
    found = repaired(text)
    assert found is not None
    assert (found.value, found.confidence, found.how) == ("search", 1.0, how)
    assert found.reason == "'search' in other case or with other separators"


def test_a_repair_says_what_it_goes_by() -> None:
    found = repaired("Serach", 3)
    assert found == Repair(
        text="Serach",
        value="search",
        confidence=0.952,
        how="spelling",
        reason="2 letters of 'search' have changed places",
        runner_up=None,
        resources=3,
        cost=Decimal(3),
    )


def test_an_alias_leads_to_its_value() -> None:
    found = repairs([seen("rewadrs")], [Known("loyalty", ("rewards",)), Known("ads")])
    assert [(one.value, one.how, one.reason) for one in found] == [
        ("loyalty", "alias+spelling", "2 letters of 'rewards' have changed places")
    ]


@pytest.mark.parametrize("text", ["test", "shared", "none", "N/A", "unknown", "TBD", "-", "", "  ", "\N{SNOWMAN}"])
def test_texts_that_name_nothing_are_never_repaired(text: str) -> None:
    found = unclear(text, 50, {"loyalty": 50})
    assert (found.guess, found.confidence) == (None, 0.0)
    assert found.reason in {"a word that names no value", "it has no letter and no digit"}


@pytest.mark.parametrize("sign", ["+", "\N{ROCKET}", "\N{COMBINING ACUTE ACCENT}"])
def test_an_alias_of_signs_alone_is_like_nothing(sign: str) -> None:
    texts = [seen("xads", 6, {"ads": 6}), seen("adtech kit", 6, {"ads": 6}), seen("&", 6, {"ads": 6}), seen(sign)]
    found = judged([*usual(), *texts], [Known("ads", (sign,)), *(one for one in PRODUCTS if one.name != "ads")])
    assert {one.text: one.value for one in found.repairs} == {"xads": "ads", "adtech kit": "ads"}
    assert [one.text for one in found.unclear] == ["&"]


def test_a_value_may_be_called_test() -> None:
    assert [one.value for one in repairs([seen("Test")], [Known("test"), Known("prod")])] == ["test"]


@pytest.mark.parametrize("text", ["search2", "search-2", "search-v2"])
def test_another_number_is_another_thing_whatever_others_say(text: str) -> None:
    assert unclear(text, 50, {"search": 50}).reason == "something else than 'search'"


def test_numbers_that_are_values_stay_apart() -> None:
    values = [Known("prod-1"), Known("prod-2")]
    found = judged([seen("PROD_2"), seen("prod-3"), seen("prod")], values)
    assert [(one.text, one.value) for one in found.repairs] == [("PROD_2", "prod-2")]
    assert {one.text for one in found.unclear} == {"prod-3", "prod"}


def test_two_values_that_are_equally_near_leave_none() -> None:
    found = judged([seen("rankingx")], [Known("rankinga"), Known("rankingb")])
    assert found.repairs == ()
    assert found.unclear[0].confidence <= 0.5


def test_a_text_that_folds_like_two_values_has_none() -> None:
    found = judged([seen("a b")], [Known("a-b"), Known("a_b")])
    assert found.repairs == ()
    assert found.unclear[0].reason == "the same as 'a-b' and 'a_b' but for case and separators"


def test_the_nearer_of_two_values_that_begin_alike_is_meant() -> None:
    values = [Known("search"), Known("search-ads"), Known("searchlight")]
    found = {one.text: one.value for one in repairs([seen("serach"), seen("SearchAds"), seen("searchligth")], values)}
    assert found == {"serach": "search", "SearchAds": "search-ads", "searchligth": "searchlight"}


def test_evidence_alone_carries_a_text_when_all_agree() -> None:
    found = repaired("rewards", 5, {"loyalty": 5})
    assert found is not None
    assert (found.value, found.how) == ("loyalty", "evidence")
    assert found.reason == "other sources call 5 of 5 such resources 'loyalty'"


@pytest.mark.parametrize(
    ("resources", "evidence", "reason"),
    [
        (1, {"loyalty": 1}, "other sources call 1 of 1 such resources 'loyalty': too few to go by that alone"),
        (2, {"loyalty": 2}, "other sources call 2 of 2 such resources 'loyalty'"),
        (40, {"loyalty": 3}, "other sources call 3 of 3 such resources 'loyalty': too few to go by that alone"),
        (
            6,
            {"loyalty": 5, "ads": 1},
            "other sources call 5 of 6 such resources 'loyalty': too few to go by that alone",
        ),
        (6, {"loyalty": 3, "ads": 3}, "other sources call such resources 'ads' and 'loyalty'"),
    ],
)
def test_evidence_alone_is_too_little_otherwise(resources: int, evidence: dict[str, int], reason: str) -> None:
    found = unclear("rewards", resources, evidence)
    assert found.reason == reason
    assert found.confidence < THRESHOLD


def test_evidence_helps_a_short_text() -> None:
    assert repaired("mp") is None
    found = repaired("mp", 3, {"marketplace": 3})
    assert found is not None
    assert (found.value, found.how) == ("marketplace", "abbreviation+evidence")
    assert found.reason == "short for 'marketplace'; other sources call 3 of 3 such resources 'marketplace'"


def test_evidence_decides_between_two_values_in_one_text() -> None:
    assert repaired("search-ads") is None
    found = repaired("search-ads", 6, {"ads": 6})
    assert found is not None
    assert found.value == "ads"


def test_evidence_for_something_else_blocks() -> None:
    assert repaired("serach") is not None
    found = unclear("serach", 5, {"ads": 5})
    assert found.confidence <= 0.5
    assert found.reason == "other sources call 5 of 5 such resources 'ads', and its letters are near 'search'"


def test_one_resource_elsewhere_is_enough_to_doubt() -> None:
    assert repaired("serach", 1, {"ads": 1}) is None


def test_a_technical_word_is_no_other_word_for_where_it_lies() -> None:
    found = unclear("redis", 9, {"loyalty": 9})
    assert (found.guess, found.reason) == ("loyalty", "a word for what the resource is made of")


def test_texts_that_fold_alike_share_their_evidence() -> None:
    texts = [seen("rewards", 2, {"loyalty": 2}), seen("Rewards", 2, {"loyalty": 2})]
    assert {one.text for one in repairs([*usual(), *texts], PRODUCTS)} == {"rewards", "Rewards"}


def test_what_is_written_more_often_than_the_name_is_no_slip() -> None:
    few = judged([seen("search", 50), seen("searxh", 9)], [Known("search")])
    many = judged([seen("search", 50), seen("searxh", 90)], [Known("search")])
    assert few.repairs
    assert not many.repairs


def test_a_threshold_may_be_chosen() -> None:
    assert repairs([seen("reco")], [Known("recommendations")]) == []
    assert len(repairs([seen("reco")], [Known("recommendations")], threshold=0.8)) == 1


def test_the_costliest_come_first() -> None:
    texts = [Observed("ADS", 1, Decimal(1)), Observed("SEARCH", 1, Decimal(3)), Observed("Ads", 1, Decimal(1))]
    assert [one.text for one in repairs(texts, PRODUCTS)] == ["SEARCH", "ADS", "Ads"]


_SLIPS = (
    "serach catalogue payment shiping loyality mktplace paymnets searhc catalgo shippping markteplace loyatly paymnts "
    "shipipng"
)
CLEAN_KEY = [seen(text, 1 + place % 2) for place, text in enumerate(_SLIPS.split())]
"""Texts that are no name and mean a value all the same: so much for what else people write."""


def single(text: str = "adtech", sure: int = 1, **more: int) -> Observed:
    """Return a text of one resource that is of ads by account and by team."""
    evidence = {"ads": 1} | more
    return Observed(text, 1, Decimal(1), evidence, {"ads": sure}, {"ads": ("account", "team")})


def of_single(one: Observed, *others: Observed, known: list[Known] = PRODUCTS) -> Repair | Unclear:
    found = judged([*usual(), *CLEAN_KEY, *others, one], known, elsewhere={"ads-web"})
    every: list[Repair | Unclear] = [*found.repairs, *found.unclear]
    return next(each for each in every if each.text == one.text)


def test_one_resource_is_enough_where_two_kinds_agree_and_the_key_holds_nothing_but_values() -> None:
    found = of_single(single())
    assert isinstance(found, Repair)
    assert (found.value, found.how, found.reason) == (
        "ads", "evidence", "by account and team 1 of 1 such resources is 'ads'",
    )  # fmt: skip
    assert THRESHOLD <= found.confidence <= 0.96


def test_one_kind_alone_is_too_little_for_one_resource() -> None:
    found = of_single(single(sure=0))
    assert isinstance(found, Unclear)
    assert found.reason == "by account and team 1 of 1 such resources is 'ads': too few to go by that alone"


def test_a_key_that_holds_anything_needs_more() -> None:
    noise = [seen(text, 4, {"search": 2, "loyalty": 2}) for text in ("zuvi", "gopa", "test")]
    found = of_single(single(), *noise)
    assert isinstance(found, Unclear)
    assert 0.5 < found.confidence < THRESHOLD


@pytest.mark.parametrize(
    "accepted", [{}, {"test": "ads"}, {one.text: one.value for one in repairs(CLEAN_KEY, PRODUCTS)}]
)
def test_acceptance_of_some_texts_leaves_others_as_sure_as_they_are(accepted: dict[str, str]) -> None:
    known = [Known(one.name, tuple(text for text, value in accepted.items() if value == one.name)) for one in PRODUCTS]
    found = of_single(single(), seen("test"), known=known)
    assert found.confidence == of_single(single(), seen("test")).confidence


@pytest.mark.parametrize("text", ["adtech-7", "jane@example.com", "what we once bought here"])
def test_what_does_not_look_like_a_name_is_not_named_by_one_resource(text: str) -> None:
    assert isinstance(of_single(single(text)), Unclear)


def test_the_name_of_another_dimensions_value_needs_letters() -> None:
    found = judged([*usual(), *CLEAN_KEY, seen("growth", 4, {"ads": 4})], PRODUCTS, elsewhere={"growth"})
    assert [(one.text, one.reason) for one in found.unclear] == [("growth", "the name of a value of another dimension")]


def test_evidence_alone_never_names_what_is_shared() -> None:
    known = [Known(one.name, shared=one.name == "ads") for one in PRODUCTS]
    found = judged([*usual(), *CLEAN_KEY, seen("nodes-of-all", 4, {"ads": 4})], known)
    assert [one.reason for one in found.unclear] == ["other sources call 4 of 4 such resources 'ads', which is shared"]


def test_an_open_dimension_repairs_nothing() -> None:
    found = judged([seen("search", 3, {"search": 3})], [])
    assert found.repairs == ()
    assert found.unclear[0].reason == "no value comes near"


def test_a_text_beyond_every_limit_is_told_and_not_compared() -> None:
    texts = ["search" * 5000, f"search{'-' * 300}x", "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 250]
    found = judged([seen(text) for text in texts], PRODUCTS)
    assert [one.reason for one in found.unclear] == ["too long for a tag"] * 3


def test_texts_that_could_not_be_accepted_are_told() -> None:
    found = judged([seen("searc*"), seen("sea\x00rch"), seen("/search/")], PRODUCTS)
    assert [(one.text, one.guess, one.reason.split(";")[0]) for one in found.unclear] == [
        ("sea\x00rch", None, "it cannot be an alias"),
        ("searc*", None, "it cannot be an alias"),
    ]
    assert [one.text for one in found.repairs] == ["/search/"]


def test_aliases_that_are_patterns_are_no_texts() -> None:
    assert repairs([seen("serch-eu")], [Known("search", ("serch-*", "/serch-.+/")), Known("ads")]) == []


NAMES = st.lists(st.text("abcdeiorst-_ ", min_size=1, max_size=9), min_size=1, max_size=6, unique=True)
TEXTS = st.lists(st.text("abcdeiorstABCD-_ 12", max_size=10), max_size=10, unique=True)


@given(NAMES, TEXTS, st.data())
def test_every_text_has_one_verdict_in_any_order(names: list[str], texts: list[str], data: st.DataObject) -> None:
    values = [Known(name) for name in names]
    evidence = st.dictionaries(st.sampled_from(names), st.integers(1, 9), max_size=3)
    observed = [seen(text, 20, data.draw(evidence)) for text in texts]
    found = judged(observed, values)
    told = [*(one.text for one in found.repairs), *(one.text for one in found.unclear)]
    assert sorted(told) == sorted(set(texts) - set(names))
    assert all(one.value in names and 0.9 <= one.confidence <= 1 for one in found.repairs)
    assert all(0 <= one.confidence <= 1 for one in found.unclear)
    assert judged(data.draw(st.permutations(observed)), values) == found


@given(NAMES, TEXTS)
def test_a_repaired_set_has_nothing_to_repair(names: list[str], texts: list[str]) -> None:
    values = [Known(name) for name in names]
    instead = {one.text: one.value for one in repairs([seen(text) for text in texts], values)}
    written = dict.fromkeys(instead.get(text, text) for text in texts)
    assert [one.text for one in repairs([seen(text) for text in written], values) if one.text in instead] == []


@given(NAMES, TEXTS)
def test_accepting_repairs_comes_to_rest_and_takes_nothing_back(names: list[str], texts: list[str]) -> None:
    accepted: dict[str, str] = {}
    observed = [seen(text) for text in texts]
    for _ in range(len(texts) + 1):
        values = [Known(name, tuple(text for text, value in accepted.items() if value == name)) for name in names]
        found = {one.text: one.value for one in repairs(observed, values)}
        assert not set(found) & set(accepted)
        if not found:
            break
        accepted |= found
    assert not found
