"""The list of currencies holds codes and nothing else."""

from __future__ import annotations

from finmod.settings.currencies import CURRENCIES


def test_codes_have_three_capital_letters() -> None:
    assert all(len(code) == 3 and code.isalpha() and code.isupper() for code in CURRENCIES)


def test_money_is_there_and_metals_are_not() -> None:
    assert {"USD", "EUR", "JPY", "INR", "BRL", "XOF", "HRK"} <= CURRENCIES
    assert not {"XAU", "XXX", "XTS"} & CURRENCIES
