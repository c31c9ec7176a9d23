"""From an effect to the charges behind it: amounts that are those of the variance, figures of both months, keys."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.models.variance.effects import EFFECTS, PLACE
from finmod.models.variance.report import Behind
from finmod.settings.project import load_project
from finmod.workspace.variance.drill import behind, effect_named, variance_behind
from finmod.workspace.variance.variance import Made, Wanted, report_of
from tests.books import Books
from tests.variances import ADS, SEARCH, books_of, compared_of, member, used

D = Decimal


def of(made: Made, effect: str, most: int = 15, **scope: str | None) -> Behind:
    return behind(made, PLACE[effect], scope, most)


def test_an_effect_is_found_by_its_name_or_refused_in_words() -> None:
    assert [effect_named(effect.name) for effect in EFFECTS] == [*range(len(EFFECTS))]
    with pytest.raises(UserError, match="--effect is 'taxes'; expected volume, mix, days"):
        effect_named("taxes")


def test_the_cells_of_a_price_have_it_all_with_the_figures_of_both_months(made: Made, small: Books) -> None:
    found = of(made, "list_price")
    (source,) = found.sources
    assert found.amount == source.amount == report_of(made, Wanted()).total.effect("list_price")
    assert not any((found.others, found.others_amount, found.pools))
    assert (source.texts["ResourceId"], source.texts["SubAccountId"]) == ("i-2", "5")
    before, after = source.before, source.after
    assert (before.cost, after.cost) == (D(62), D(90))
    told = [(each.quantity, each.list_price, each.contracted_price, each.covered) for each in (before, after)]
    assert told == [(31.0, 2.0, 2.0, 0.0), (30.0, 3.0, 3.0, 0.0)]
    keys = small.query("SELECT x_ChargeKey AS k FROM charges_daily WHERE ResourceId = 'i-2' ORDER BY x_BillingPeriod")
    assert [*before.charge_keys, *after.charge_keys] == [int(row["k"]) for row in keys]
    assert before.keys == after.keys == 1


NO_LIST, NOT_AGREED = ({f"{kind}Cost": "", f"{kind}UnitPrice": ""} for kind in ("List", "Contracted"))
SECOND = {"ChargePeriodStart": "2026-09-02T00:00:00Z", "ChargePeriodEnd": "2026-09-03T00:00:00Z"}


@pytest.mark.parametrize(("apart", "keys"), [({"Tags": ADS}, 2), (SECOND, 1)], ids=["other tags", "another day"])
def test_a_price_is_of_the_part_of_a_cell_that_tells_it(apart: dict[str, str], keys: int, tmp_path: Path) -> None:
    """310 hours at 2.00 become 300 at 3.00: of these 100 tell a list price alone, and 200 a contracted one alone.

    1.00 more for each of 10 hours on 30.5 days are 305, and one day less of 10 hours at 2.50 are -25.
    """
    books = books_of(
        tmp_path / "books", used(8, "i-1", SEARCH, "310", "2"), used(9, "i-1", SEARCH, "100", "3", **NOT_AGREED),
        used(9, "i-1", SEARCH, "200", "3", **NO_LIST, **apart), apply=False,
    )  # fmt: skip
    with compared_of(books) as made:
        (source,) = of(made, "list_price").sources
        before, after = source.before, source.after
        assert (before.cost, after.cost, after.quantity, after.keys) == (D(620), D(900), 300.0, keys)
        assert (before.list_price, after.list_price) == (2.0, 3.0)
        assert (before.contracted_price, after.contracted_price) == (2.0, 3.0)
        assert (source.amount, of(made, "days").amount) == (D(305), D(-25))


def test_prices_and_shares_are_told_as_price_lists_have_them(tmp_path: Path) -> None:
    """The quotient of these doubles is 0.06499999999999999, and what nothing covered of a correction is -0.0."""
    books = books_of(
        tmp_path / "books", used(8, "i-1", SEARCH, "82405.6861", "0.065"), used(9, "i-1", SEARCH, "90000", "0.065"),
        used(8, "i-2", SEARCH, "-10", "1", ChargeClass="Correction"),
        used(9, "i-2", SEARCH, "-20", "1", ChargeClass="Correction"), apply=False,
    )  # fmt: skip
    with compared_of(books) as made:
        (usage,), (correction,) = (of(made, effect).sources for effect in ("volume", "restatement"))
    assert (usage.before.list_price, usage.before.contracted_price) == (0.065, 0.065)
    assert (str(correction.before.covered), str(correction.after.covered)) == ("0.0", "0.0")


def test_those_with_the_most_of_it_stand_first_and_the_others_sum_to_the_rest(made: Made) -> None:
    every, shown = of(made, "volume"), of(made, "volume", 1)
    assert [abs(each.amount) for each in every.sources] == sorted(
        (abs(each.amount) for each in every.sources), reverse=True
    )
    assert shown.sources == every.sources[:1]
    assert shown.others == len(every.sources) - 1 > 0
    assert shown.others_amount == every.amount - every.sources[0].amount
    assert shown.amount == every.amount


@pytest.mark.parametrize("effect", ["volume", "days", "list_price", "ended_resources", "tax"])
@pytest.mark.parametrize("product", ["search", "ads", None])
def test_a_target_has_what_the_variance_tells_of_it(made: Made, effect: str, product: str | None) -> None:
    """Its own cells, and its part of the pool."""
    wanted = member(report_of(made, Wanted(by=("product",))), product).effect(effect)
    found = of(made, effect, product=product)
    own = sum((each.amount for each in found.sources), D(0))
    assert found.amount == wanted == own + sum((amount for _, amount in found.pools), D(0))


def test_what_is_nobodys_has_no_cell_of_a_pool(made: Made) -> None:
    found = of(made, "volume", product=None)
    assert (found.sources, found.pools) == ((), ())


def test_a_pool_is_told_with_its_cells_and_the_part_of_a_target_without(made: Made) -> None:
    pool = of(made, "volume", pool="cluster")
    assert [each.texts["ResourceId"] for each in pool.sources] == ["i-4"]
    part = of(made, "volume", product="search", pool="cluster")
    assert (part.sources, [name for name, _ in part.pools]) == ((), ["cluster"])
    assert part.amount == pool.amount * D("0.75")


def test_what_is_chosen_by_what_charges_have_no_target_has(made: Made) -> None:
    assert of(made, "ended_resources", resource="i-5").amount == -40
    assert of(made, "volume", resource="i-5").amount == 0
    assert of(made, "tax", resource=None, category="Tax").amount == 12


@pytest.mark.parametrize(("scope", "message"), [
    ({"produkt": "ads"}, "--of names 'produkt', by which charges cannot be chosen"),
    ({"product": "nosuch"}, "--of names product=nosuch, and neither 2026-08 nor 2026-09 has a charge of it"),
    ({"resource": "i-9"}, "--of names resource=i-9, and neither 2026-08 nor 2026-09 has a charge of it"),
    ({"product": "ads", "resource": "i-1"}, "--of names product=ads resource=i-1, and neither 2026-08 nor 2026-09"),
])  # fmt: skip
def test_what_nobody_has_is_refused_in_words(made: Made, scope: dict[str, str | None], message: str) -> None:
    with pytest.raises(UserError) as caught:
        behind(made, PLACE["volume"], scope, 15)
    assert message in str(caught.value)


def test_the_same_is_told_of_a_project(small: Books, made: Made) -> None:
    found = variance_behind(load_project(small.root), Wanted(), PLACE["tax"], {}, 15)
    assert replace(found, proofs=()) == of(made, "tax")
    assert [each.holds for each in found.proofs] == [True, True]
