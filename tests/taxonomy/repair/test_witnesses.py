"""What a resource is without its tag: two kinds that agree are sure, a kind that errs is not heard."""

from __future__ import annotations

from dataclasses import replace

from finmod.taxonomy.repair.witnesses import Carrier, Told, Witnesses

NAMES = {"search": ("search",), "ads": ("ads", "adverts"), "data-platform": ("data-platform",), "data": ("data",)}


def company(count: int = 20) -> list[Carrier]:
    """Return resources whose tag is understood: each product has an account and a team; one account is mixed."""
    own = [
        Carrier(text=value, value=value, account=f"{value}-home", dimensions={"team": f"{value}-web"})
        for value in ("search", "ads")
        for _ in range(count)
    ]
    mixed = [Carrier(text=value, value=value, account="mixed") for value in ("search", "ads") for _ in range(count)]
    return [*own, *mixed]


def told(one: Carrier, *more: Carrier, names: dict[str, tuple[str, ...]] | None = None) -> Told:
    return list(Witnesses([*company(), *more, one], names or NAMES).told())[-1][1]


def test_account_and_team_that_agree_are_sure() -> None:
    assert told(Carrier(text="adtech", account="ads-home", dimensions={"team": "ads-web"})) == Told(
        "ads", ("account", "team"), is_sure=True
    )


def test_one_kind_alone_tells_and_is_not_sure() -> None:
    assert told(Carrier(text="adtech", account="ads-home")) == Told("ads", ("account",), is_sure=False)
    assert told(Carrier(text="adtech", dimensions={"team": "ads-web"})) == Told("ads", ("team",), is_sure=False)


def test_an_account_of_two_values_leaves_both_open_and_supports_one_that_another_kind_tells() -> None:
    assert told(Carrier(text="x", account="mixed")) == Told()
    assert told(Carrier(text="x", account="mixed", dimensions={"team": "ads-web"})).is_sure


def test_an_account_of_all_values_is_no_witness() -> None:
    both: dict[str, tuple[str, ...]] = {value: (value,) for value in ("search", "ads")}
    one = Carrier(text="x", account="mixed", dimensions={"team": "ads-web"})
    assert told(one, names=both) == Told("ads", ("team",), is_sure=False)


def test_kinds_that_disagree_tell_nothing() -> None:
    assert told(Carrier(text="x", account="search-home", dimensions={"team": "ads-web"})) == Told()


def test_rules_of_the_taxonomy_come_first_and_doubt_is_told() -> None:
    ruled = Carrier(text="x", ruled="search", by=("account",), dimensions={"team": "ads-web"})
    assert told(ruled) == Told("search", ("account",), is_sure=False)
    assert told(Carrier(text="x", ruled="ads", by=("account",), dimensions={"team": "ads-web"})).is_sure


def test_a_rule_that_goes_by_what_a_witness_goes_by_is_that_witness_once_more() -> None:
    ruled = Carrier(text="x", ruled="ads", by=("other rules", "team"))
    assert told(ruled) == Told("ads", ("other rules",), is_sure=False)
    of_team = replace(ruled, dimensions={"team": "ads-web"})
    assert told(of_team) == Told("ads", ("team",), is_sure=False)
    assert told(replace(of_team, account="ads-home")) == Told("ads", ("team", "account"), is_sure=True)


def test_what_siblings_tell_is_no_kind_of_its_own() -> None:
    assert told(Carrier(text="x", sibling="ads")) == Told("ads", ("siblings",), is_sure=False)
    assert told(Carrier(text="x", sibling="ads", account="ads-home")) == Told("ads", ("account",), is_sure=False)


def test_the_months_before_are_a_kind() -> None:
    assert told(Carrier(text="x", account="ads-home", before="ads")) == Told(
        "ads", ("account", "months before"), is_sure=True
    )


def test_a_value_in_the_name_of_a_resource_speaks_once_names_have_proved_right() -> None:
    named = [Carrier(text="ads", value="ads", name=f"ads-vm-{number}") for number in range(20)]
    assert told(Carrier(text="x", name="adverts-vm-7"), *named) == Told("ads", ("name",), is_sure=False)
    assert told(Carrier(text="x", name="adverts-vm-7")) == Told()


def test_names_that_lie_are_not_heard() -> None:
    liars = [Carrier(text="ads", value="ads", name=f"search-vm-{number}") for number in range(20)]
    assert told(Carrier(text="x", name="search-vm-99"), *liars) == Told()


def test_the_longest_name_in_a_text_counts_and_two_names_do_not() -> None:
    named = [Carrier(text=value, value=value, name=f"{value}-1") for value in NAMES for _ in range(20)]
    assert told(Carrier(text="x", name="data-platform-9"), *named).value == "data-platform"
    assert told(Carrier(text="x", name="search-for-ads"), *named).value is None


def test_many_values_that_begin_alike_are_told_apart_by_their_length_and_last_word() -> None:
    names = {f"customer-{number:05}": (f"customer-{number:05}", f"customer-{number:05}-eu") for number in range(1000)}
    known = [Carrier(text=value, value=value, name=f"{value}-vm") for value in names]
    lost = [Carrier(text="x", name="the-customer-00007-eu-vm"), Carrier(text="x", name="customer-99999-vm")]
    assert [told.value for _, told in Witnesses([*known, *lost], names).told()][-2:] == ["customer-00007", None]


def of(account: str, **counts: int) -> list[Carrier]:
    """Return resources of an account, so many of each value."""
    return [Carrier(text=one, value=one, account=account) for one, count in counts.items() for _ in range(count)]


def of_each(count: int, name: str, **counts: int) -> list[Carrier]:
    """Return resources of so many accounts that are alike."""
    return [one for number in range(count) for one in of(f"{name}-{number}", **counts)]


def test_the_own_tag_of_a_resource_says_nothing_of_it() -> None:
    own = Carrier(text="ads", value="ads", account="den")
    assert told(own, *of_each(3, "small", ads=6), *of("den", ads=5)) == Told("ads", ("account",), is_sure=False)
    assert told(own, *of_each(3, "small", ads=6), *of("den", ads=4)) == Told()


def test_an_account_of_four_resources_speaks_for_none() -> None:
    assert told(Carrier(text="x", account="den"), *of_each(5, "small", ads=4), *of("den", ads=4)) == Told()


def test_an_account_supports_a_value_with_four_resources_of_each_of_three_values_at_most() -> None:
    one = Carrier(text="x", account="den", dimensions={"team": "ads-web"})
    tens = of_each(3, "ten", ads=5, search=5)
    assert told(one, *tens, *of("den", ads=4, search=4)).is_sure
    assert told(one, *of_each(2, "three", ads=5, search=5, data=5), *of("den", ads=4, search=4, data=4)).is_sure
    assert told(one, *tens, *of("den", ads=4, search=3)) == Told("ads", ("team",), is_sure=False)
    assert told(one, *tens, *of("den", **dict.fromkeys(NAMES, 5))) == Told("ads", ("team",), is_sure=False)


def test_fifteen_that_are_all_right_are_enough_to_be_heard() -> None:
    assert told(Carrier(text="x", account="den"), *of("other", ads=15), *of("den", ads=5)).value == "ads"
    assert told(Carrier(text="x", account="den"), *of("other", ads=14), *of("den", ads=5)) == Told()


def test_accounts_of_few_resources_are_tried_apart_from_those_of_many() -> None:
    known = [*of("ads-home", ads=20), *of_each(3, "odd", ads=5, search=1), *of("den", ads=5)]
    assert told(Carrier(text="x", account="den"), *known) == Told()
    assert told(Carrier(text="x", account="ads-home"), *known).value == "ads"


STAGES = {"production": ("production",), "staging": ("staging",), "development": ("development",)}


def of_stages(account: str, *known: Carrier) -> Told:
    """Return what a resource of an account is in a company that is nearly all production."""
    every = [*of_each(27, "live", production=10), *known, Carrier(text="x", account=account)]
    return list(Witnesses(every, STAGES).told())[-1][1]


def test_a_kind_that_is_right_about_nearly_everything_is_not_heard_about_the_rest() -> None:
    labs = of_each(4, "lab", development=9, staging=1)
    assert of_stages("den", *labs, *of("den", development=9)) == Told()
    assert of_stages("live-1", *labs, *of("den", development=9)).value == "production"
    assert of_stages("den", *of("den", development=9)).value == "development"


def test_a_value_that_a_kind_was_not_tried_on_is_as_sure_as_the_values_are_on_average() -> None:
    labs = of_each(4, "lab", staging=9, development=1)
    assert of_stages("den", *of("den", development=5)).value == "development"
    assert of_stages("den", *labs, *of("den", development=5)) == Told()


def test_a_resource_of_which_nothing_is_known_is_nothing() -> None:
    assert told(Carrier(text="x")) == Told()
    assert list(Witnesses([], {}).told()) == []
