"""Amounts as text: short ones for pictures, full ones for the tables behind them.

Owns rounding for the eye. A table has every digit; what stands in a picture is rounded, halves to even.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final

from finmod.errors import InternalError
from finmod.terms.money import plain

NO_VALUE: Final = "no value"
"""What stands where an amount is not known: never 0, never an empty cell."""
MINUS: Final = "\N{MINUS SIGN}"
_LETTERS: Final = ((12, "T"), (9, "B"), (6, "M"), (3, "k"))
_THREE: Final = Context(prec=3, rounding=ROUND_HALF_EVEN)
_WIDE: Final = Context(prec=100, rounding=ROUND_HALF_EVEN)
_TINY: Final = Decimal("0.0001")
_LONG: Final = Decimal(10) ** 9
_WHOLE: Final = 1000


def finite(amount: Decimal | None) -> Decimal | None:
    """Return an amount as it is.

    Raises:
        InternalError: It is infinite or no number: nothing could be drawn.
    """
    if amount is not None and not amount.is_finite():
        message = f"a chart was given {amount}, which is no amount"
        raise InternalError(message)
    return amount


def short(amount: Decimal | None, *, is_signed: bool = False) -> str:
    """Return an amount with three digits that count.

    >>> short(Decimal(12345)), short(Decimal(1_200_000)), short(Decimal("0.5"), is_signed=True), short(None)
    ('12.3k', '1.2M', '+0.5', 'no value')
    """
    if amount is None:
        return NO_VALUE
    rounded = _THREE.plus(amount)
    if rounded and abs(rounded) < _TINY:
        digits, _, small = f"{abs(rounded):.2e}".partition("e")
        return _sign(amount, is_signed=is_signed) + f"{digits.rstrip('0').rstrip('.')}e{MINUS}{abs(int(small))}"
    power, letter = _letter(rounded)
    return _sign(rounded, is_signed=is_signed) + _grouped(rounded.scaleb(-power)) + letter


def full(amount: Decimal | None, *, is_signed: bool = False) -> str:
    """Return an amount with every digit it has.

    >>> full(Decimal("1234567.500")), full(Decimal("0.000000000001")), full(Decimal(7), is_signed=True)
    ('1,234,567.50', '0.000000000001', '+7')
    """
    if amount is None:
        return NO_VALUE
    digits = _grouped(amount)
    cents = "0" if "." in digits and len(digits.partition(".")[2]) == 1 else ""
    return _sign(amount, is_signed=is_signed) + digits + cents


class Column:
    """Writes amounts that stand under one another alike, so that they can be compared.

    Whole where the largest has a thousand or all are, of two places where not, short from a thousand million on. An
    amount that would be rounded away is written short.

    >>> column = Column([Decimal("12345.6"), Decimal("0.4")])
    >>> column.text(Decimal("12345.6")), column.text(Decimal("0.4"), is_signed=True), column.text(None)
    ('12,346', '+0.4', 'no value')
    """

    def __init__(self, amounts: Iterable[Decimal | None]) -> None:
        every = [abs(each) for each in amounts if each is not None]
        largest = max(every, default=Decimal(0))
        is_whole = all(each == each.to_integral_value() for each in every)
        self._is_short = largest >= _LONG or (largest < 1 and not is_whole)
        self._unit = Decimal(1) if is_whole or largest >= _WHOLE else Decimal("0.01")

    def text(self, amount: Decimal | None, *, is_signed: bool = False) -> str:
        """Return an amount as the column writes it."""
        if amount is None or self._is_short:
            return short(amount, is_signed=is_signed)
        rounded = _WIDE.quantize(amount, self._unit)
        if amount and not rounded:
            return short(amount, is_signed=is_signed)
        return _sign(rounded, is_signed=is_signed) + f"{abs(rounded):,f}"


def on_axis(ticks: Sequence[Decimal], *, is_signed: bool = False) -> list[str]:
    """Return the marks of an axis, all of one size and with every digit.

    >>> on_axis([Decimal(0), Decimal(500_000), Decimal(1_000_000)])
    ['0', '0.5M', '1.0M']
    """
    largest = max(map(abs, ticks), default=Decimal(0))
    sizes = [(power, letter) for power, letter in (*_LETTERS, (0, "")) if largest >= Decimal(10) ** power] or [(0, "")]
    # The largest size that needs one place behind the point at most; one smaller has longer texts.
    places, (power, letter) = min(
        ((max(_places(tick, power) for tick in ticks), (power, letter)) for power, letter in sizes[:2]),
        key=lambda each: max(1, each[0]),
    )
    return [
        _sign(tick, is_signed=is_signed) + f"{abs(tick.scaleb(-power, _WIDE)):,.{places}f}" + letter if tick else "0"
        for tick in ticks
    ]


def _places(tick: Decimal, power: int) -> int:
    return len(plain(tick.scaleb(-power, _WIDE)).partition(".")[2])


def _letter(amount: Decimal) -> tuple[int, str]:
    return next(((power, letter) for power, letter in _LETTERS if abs(amount) >= Decimal(10) ** power), (0, ""))


def _sign(amount: Decimal, *, is_signed: bool) -> str:
    return MINUS if amount < 0 else "+" if is_signed and amount else ""


def _grouped(amount: Decimal) -> str:
    whole, point, rest = plain(amount.copy_abs()).partition(".")
    return f"{int(whole):,}{point}{rest}"
