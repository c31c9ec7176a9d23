"""Price floors: below which price a unit costs more than it brings, now, in the long run, and with a margin.

Fees go with the price, so each floor solves ``price = (cost + fee per sale + margin * price) + fee * price``:

- short run: marginal cost; below it every unit sold makes a loss
- long run: average cost; below it the product does not pay for its fixed cost
- target margin: average cost, and the margin besides

Each is told for every numerator (direct, fully loaded), and once more with cost at the upper end of its interval: the
prudent floor, which is too low with a probability of (1 - level) / 2.

Source: Horngren, Datar, Rajan: Cost Accounting, chapters on relevant cost of one-time orders, and on pricing (cost-plus
and target pricing).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Final, Literal

from finmod.errors import printable
from finmod.models.unit_economics.cost_function import ARITHMETIC, LEVEL, CostFunction, interval, shown
from finmod.terms.findings import Finding

_ZERO: Final = Decimal(0)

Floor = Literal["short_run", "long_run", "target_margin"]
FLOORS: Final[tuple[Floor, ...]] = ("short_run", "long_run", "target_margin")
"""The lowest first, where average cost is not below marginal cost."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What goes with every sale, and what is wanted.

    Attributes:
        fee: Part of the price, 0 to 1, such as a payment fee of 0.029.
        fee_per_unit: Amount per unit, such as 0.30.
        margin: Part of the price that shall be left after all cost.

    Raises:
        ValueError: One is negative, or fee and margin take the whole price.
    """

    fee: Decimal = _ZERO
    fee_per_unit: Decimal = _ZERO
    margin: Decimal = _ZERO

    def __post_init__(self) -> None:
        if min(self.fee, self.fee_per_unit, self.margin) < 0 or self.fee + self.margin >= 1:
            message = f"a fee of {self.fee} and {self.fee_per_unit} per unit with a margin of {self.margin}"
            raise ValueError(message)


@dataclass(frozen=True, kw_only=True)
class Priced:
    """A product whose price is asked for.

    Attributes:
        name: Of the product.
        costs: Numerator, such as ``direct`` or ``fully_loaded`` -> its cost function.
        volumes: Units per month to look at, each above 0.
        price: Revenue per unit now; None where unknown.
    """

    name: str
    costs: Mapping[str, CostFunction]
    volumes: Sequence[Decimal]
    price: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class PriceFloor:
    """The floors of one product, numerator and volume. All are per unit.

    Attributes:
        product: Its name.
        units: Volume per month.
        numerator: Such as ``direct``.
        marginal_cost: Of one more unit.
        average_cost: Of all units.
        short_run: See the module, as all floors.
        long_run: Likewise.
        target_margin: Likewise.
        prudent_short_run: With cost at the upper end of its interval.
        prudent_long_run: Likewise.
        prudent_target_margin: Likewise.
        price: Revenue per unit now; None where unknown.
        room: Floor -> part of the price that a discount may take until the prudent floor: negative where the price is
            below it already; None where the price is 0 or unknown.
        binding: The first prudent floor that a discount would break: of those that the price keeps the highest. None
            where the price is unknown, or breaks all of them.
    """

    product: str
    units: Decimal
    numerator: str
    marginal_cost: Decimal
    average_cost: Decimal
    short_run: Decimal
    long_run: Decimal
    target_margin: Decimal
    prudent_short_run: Decimal
    prudent_long_run: Decimal
    prudent_target_margin: Decimal
    price: Decimal | None
    room: Mapping[Floor, Decimal | None]
    binding: Floor | None

    @property
    def broken(self) -> tuple[Floor, ...]:
        """Return the prudent floors that the price is below already; none where it is unknown."""
        if self.price is None:
            return ()
        prudent = (self.prudent_short_run, self.prudent_long_run, self.prudent_target_margin)
        return tuple(name for name, least in zip(FLOORS, prudent, strict=True) if self.price < least)


@dataclass(frozen=True)
class PriceFloors:
    """A table of price floors.

    Attributes:
        rows: By product, volume, numerator.
        findings: Prices below a floor, and unknown ones.
    """

    rows: tuple[PriceFloor, ...]
    findings: tuple[Finding, ...]


def price_floors(products: Sequence[Priced], terms: Terms, *, seed: int = 0, level: float = LEVEL) -> PriceFloors:
    """Return the floors of products at some volumes.

    Args:
        products: Amounts of one product are of one currency.
        terms: Fees and the margin that is wanted.
        seed: Of the simulation; the same gives the same prudent floors.
        level: Of the intervals.

    Raises:
        ValueError: A volume is not above 0.

    >>> from finmod.models.unit_economics.cost_function import Estimate
    >>> cost = CostFunction(fixed=Estimate(Decimal(1000)), variable=Estimate(Decimal("0.19")))
    >>> asked = Priced(name="search", costs={"direct": cost}, volumes=[Decimal(5000)], price=Decimal("0.5"))
    >>> (row,) = price_floors([asked], Terms(fee=Decimal("0.05"), margin=Decimal("0.3"))).rows
    >>> [str(each) for each in (row.short_run, row.target_margin, row.room["short_run"])], row.binding
    (['0.2', '0.6', '0.6'], 'long_run')
    """
    with localcontext(ARITHMETIC):
        rows = tuple(
            _row(product, numerator, function, units, terms, _Draw(seed, place, level))
            for product in products
            for units in product.volumes
            for place, (numerator, function) in enumerate(product.costs.items())
        )
        return PriceFloors(rows, tuple(_findings(products, rows, terms.margin)))


@dataclass(frozen=True)
class _Draw:
    seed: int
    stream: int
    level: float


def _row(  # noqa: PLR0913, PLR0917 - what a row is of
    product: Priced, numerator: str, function: CostFunction, units: Decimal, terms: Terms, draw: _Draw
) -> PriceFloor:
    average = function.average(units)
    if average is None:
        message = f"a price at a volume of {units}"
        raise ValueError(message)
    marginal = function.variable
    floors = dict(zip(FLOORS, _floors(marginal.value, average, terms), strict=True))
    highest = _highest_average(function, units, average, draw)
    prudent = dict(zip(FLOORS, _floors(marginal.high, highest, terms), strict=True))
    return PriceFloor(
        product=product.name,
        units=units,
        numerator=numerator,
        marginal_cost=marginal.value,
        average_cost=average,
        **floors,
        prudent_short_run=prudent["short_run"],
        prudent_long_run=prudent["long_run"],
        prudent_target_margin=prudent["target_margin"],
        price=product.price,
        room={floor: _room(product.price, prudent[floor]) for floor in FLOORS},
        binding=_binding(prudent, product.price),
    )


def _room(price: Decimal | None, floor: Decimal) -> Decimal | None:
    return (price - floor) / price if price is not None and price > 0 else None


def _floors(marginal: Decimal, average: Decimal, terms: Terms) -> tuple[Decimal, Decimal, Decimal]:
    kept = 1 - terms.fee
    return (
        (marginal + terms.fee_per_unit) / kept,
        (average + terms.fee_per_unit) / kept,
        (average + terms.fee_per_unit) / (kept - terms.margin),
    )


def _highest_average(function: CostFunction, units: Decimal, average: Decimal, draw: _Draw) -> Decimal:
    fixed, variable = function.draws(draw.seed, stream=draw.stream)
    known = function.total(units) - function.fixed.value - function.variable.value * units
    drawn = (fixed + float(known)) / float(units) + variable
    upper = interval(drawn, average, level=draw.level)[1]
    return average if upper is None else upper


def _binding(prudent: Mapping[Floor, Decimal], price: Decimal | None) -> Floor | None:
    held = () if price is None else tuple(floor for floor in FLOORS if prudent[floor] <= price)
    return max(held, key=lambda floor: prudent[floor], default=None)


def _findings(products: Sequence[Priced], rows: Sequence[PriceFloor], margin: Decimal) -> Iterator[Finding]:
    for product in products:
        if product.price is None:
            words = f"{printable(product.name)}: the price now is unknown, so there is no room for a discount to tell"
            yield Finding(code="FM2369", message=words, severity="warning")
    for row in rows:
        if row.price is None:
            continue
        of = f"{printable(row.product)} at {shown(row.units)} units a month"
        kind = printable(row.numerator).replace("_", " ")
        if row.price < row.short_run:
            words = f"{of}: the price of {shown(row.price)} is below what one more unit costs, {shown(row.short_run)}"
            yield Finding(code="FM2370", message=f"{words} ({kind})", severity="warning")
        elif row.price < row.long_run:
            words = f"{of}: the price of {shown(row.price)} is below what a unit costs on average"
            yield Finding(code="FM2371", message=f"{words}, {shown(row.long_run)} ({kind})", severity="warning")
        if margin and row.price < row.target_margin:
            words = f"{of}: the price of {shown(row.price)} misses the margin of {shown(margin * 100)} %"
            words = f"{words}, which needs {shown(row.target_margin)} ({kind})"
            yield Finding(code="FM2384", message=words, severity="warning")
