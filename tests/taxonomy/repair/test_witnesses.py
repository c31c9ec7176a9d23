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


def test_a_kind_that_is_right_about_nearly_everything_is_not_heard_about_the_rest() -> None:
    everything = [
        *(Carrier(text="production", value="production", account=f"p{n % 9}") for n in range(270)),
        *(Carrier(text=value, value=value, account="lab") for value in ("staging", *["development"] * 19)),
        *(Carrier(text=value, value=value, account="hall") for value in ("development", *["staging"] * 19)),
        *(Carrier(text="development", value="development", account="den") for _ in range(5)),
        *(Carrier(text="staging", value="staging", account="den") for _ in range(1)),
    ]
    names = {"production": ("production",), "staging": ("staging",), "development": ("development",)}
    found = list(Witnesses([*everything, Carrier(text="stg", account="den")], names).told())[-1][1]
    assert found == Told()
    found = list(Witnesses([*everything, Carrier(text="prd", account="p1")], names).told())[-1][1]
    assert found.value == "production"


def test_a_resource_of_which_nothing_is_known_is_nothing() -> None:
    assert told(Carrier(text="x")) == Told()
    assert list(Witnesses([], {}).told()) == []
