"""The record of a variance: exact sums, and effects by name."""

from __future__ import annotations

from decimal import Decimal

from finmod.models.variance.effects import EFFECTS, PLACE
from finmod.models.variance.report import Change, Proof, changed, exact_sum, together

D = Decimal
HUGE = D("12345678901234567890123456.123456789012")


def units(**named: int) -> list[int]:
    """Return effects in units of 1e-12."""
    return [named.get(effect.name, 0) for effect in EFFECTS]


def test_units_become_money_of_twelve_places() -> None:
    made = changed(("search",), 10**12, 3 * 10**12 + 1, units(volume=2 * 10**12, tax=1))
    assert (made.member, made.before, made.after) == (("search",), D(1), D("3.000000000001"))
    assert (made.effect("volume"), made.effect("tax"), made.effect("mix")) == (D(2), D("0.000000000001"), D(0))
    assert made.change == sum(made.effects) == D("2.000000000001")


def test_a_change_has_every_digit_of_amounts_that_decimals_would_round() -> None:
    """Decimals of Python keep 28 digits where nobody asks for more."""
    assert Change((), D("0.000000000001"), HUGE, ()).change == D("12345678901234567890123456.123456789011")
    assert exact_sum([HUGE, D("0.000000000001")]) == D("12345678901234567890123456.123456789013")
    assert exact_sum([]) == 0


def test_members_together_have_the_sums_of_each_effect() -> None:
    one, other = changed(("a",), 1, 4, units(volume=3)), changed(("b",), 10, 5, units(volume=-7, tax=2))
    both = together([one, other])
    wanted = changed((), 11, 9, units(volume=-4, tax=2))
    assert both == wanted


def test_nobody_together_is_nothing_of_every_effect() -> None:
    nothing = together([])
    assert (nothing.before, nothing.after, nothing.effects) == (D(0), D(0), (D(0),) * len(EFFECTS))


def test_a_proof_holds_to_the_last_digit() -> None:
    assert Proof(0, "USD", HUGE, HUGE).holds
    assert not Proof(0, "USD", HUGE, HUGE.next_plus()).holds
    assert not Proof(0, "USD", D(1), D("1.000000000001")).holds


def test_an_effect_is_found_by_its_name_and_not_by_its_size() -> None:
    made = changed((), 0, 0, [*range(len(EFFECTS))])
    assert all(made.effect(name).scaleb(12) == at for name, at in PLACE.items())
