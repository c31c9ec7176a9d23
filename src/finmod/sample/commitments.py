"""The commitments that the company holds: what they cover, what they cost, when they start and expire.

Owns the portfolio and its exact arithmetic. Which usage a commitment covered on a day is in usage.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from finmod.sample.months import Month
from finmod.sample.prices import DYADIC_AMOUNT, skus, supplier
from finmod.sample.resources import Resources, moving
from finmod.sample.streams import Ints


@dataclass(frozen=True)
class Commitment:
    """One commitment. Money is in integers of 1e-10 USD, prices in 1e-6, quantities in 1e-4.

    Attributes:
        name: Identifier in truth, such as ``aws-sp-1``.
        source: Name of the source.
        kind: ``Compute Savings Plan``, ``Reserved Instance``, ``Reservation``, ``Savings Plan``,
            ``Reserved Servers``, ``Resource CUD`` or ``Flexible CUD``.
        eligible: Matches ``Sku.eligible``.
        payment: ``No Upfront``, ``Partial Upfront`` or ``All Upfront``.
        start: First month of the term.
        end: Month after the term.
        size: Size that it covers; "" where it is a spend commitment over all sizes.
        discount: Per mille off the list price.
        hourly: Committed per hour: money of a spend commitment, quantity where ``size`` is set.
        rate: Effective price per unit where ``size`` is set, else 0.
        upfront_rate: The part of ``rate`` (or of ``hourly``) that was paid upfront.
    """

    name: str
    source: str
    kind: str
    eligible: str
    payment: str
    start: Month
    end: Month
    size: str
    discount: int
    hourly: int
    rate: int
    upfront_rate: int

    @property
    def by_quantity(self) -> bool:
        """Return whether it commits to a quantity rather than to spend."""
        return bool(self.size)

    @property
    def hours(self) -> int:
        """Return the hours of the term."""
        return (self.end.first - self.start.first).days * 24

    @property
    def per_hour(self) -> int:
        """Return what an hour of it costs, upfront part included."""
        return self.hourly * self.rate if self.by_quantity else self.hourly

    @property
    def upfront_per_hour(self) -> int:
        """Return the amortised upfront part of an hour."""
        return self.hourly * self.upfront_rate if self.by_quantity else self.upfront_rate

    @property
    def recurring_per_hour(self) -> int:
        """Return what is billed for an hour."""
        return self.per_hour - self.upfront_per_hour

    @property
    def upfront(self) -> int:
        """Return what was paid upfront for the whole term."""
        return self.upfront_per_hour * self.hours

    def active(self, month: Month) -> bool:
        """Return whether its term includes a month."""
        return self.start <= month < self.end


@dataclass(frozen=True)
class _Plan:
    name: str
    source: str
    kind: str
    eligible: str
    payment: str
    starts: int
    sized: bool
    discount: int
    fill: int


_ONE_UNIT, _TENTH_OF_A_CENT = 10_000, 10**7
_UPFRONT_PER_MILLE = {"No Upfront": 0, "Partial Upfront": 500, "All Upfront": 1000}

# Reserved capacity stands before spend commitments: that is the order in which suppliers apply them.
_PORTFOLIO: tuple[_Plan, ...] = (
    _Plan("aws-ri-1", "aws", "Reserved Instance", "compute", "Partial Upfront", 1, sized=True, discount=360, fill=60),
    _Plan("aws-ri-2", "aws", "Reserved Instance", "compute", "All Upfront", 14, sized=True, discount=390, fill=70),
    _Plan("aws-sp-1", "aws", "Compute Savings Plan", "compute", "No Upfront", -10, sized=False, discount=270, fill=55),
    _Plan("aws-sp-2", "aws", "Compute Savings Plan", "compute", "All Upfront", 2, sized=False, discount=300, fill=62),
    _Plan("aws-sp-3", "aws", "Compute Savings Plan", "compute", "No Upfront", 15, sized=False, discount=270, fill=66),
    _Plan("azure-ri-1", "azure-ea", "Reservation", "machine", "All Upfront", 1, sized=True, discount=380, fill=80),
    _Plan("azure-ri-2", "azure-ea", "Reservation", "machine", "No Upfront", 14, sized=True, discount=380, fill=90),
    _Plan("azure-sp-1", "azure-ea", "Savings Plan", "machine", "No Upfront", 1, sized=False, discount=240, fill=22),
    _Plan("azure-ri-3", "azure-mca", "Reservation", "machine", "No Upfront", 1, sized=True, discount=380, fill=104),
    _Plan("server-1", "datacentre", "Reserved Servers", "server", "No Upfront", 1, sized=True, discount=200, fill=60),
    _Plan("gcp-cud-1", "gcp", "Resource CUD", "cud", "No Upfront", -5, sized=True, discount=500, fill=45),
    _Plan("gcp-cud-2", "gcp", "Flexible CUD", "cud", "No Upfront", 8, sized=False, discount=280, fill=100),
)


def make_commitments(
    resources: dict[str, Resources], activity: Ints, months: tuple[Month, ...], days_before: list[int]
) -> tuple[Commitment, ...]:
    """Return the portfolio, sized on what was used when each term began.

    Args:
        resources: Per source.
        activity: From ``drivers.usage_activity``.
        months: The window.
        days_before: Per month the number of days of the window before it.
    """
    found = []
    for plan in _PORTFOLIO:
        if plan.starts >= len(months):
            continue
        day = days_before[max(plan.starts, 0)]
        commitment = _sized(plan, resources[plan.source], activity, day, months[0])
        if commitment.hourly:
            found.append(commitment)
    return tuple(found)


def covers(resources: Resources, eligible: str, size: str) -> Ints:
    """Return the numbers of the resources that such a commitment can cover."""
    table = skus()
    return np.array(
        [
            number
            for number, place in enumerate(resources.sku)
            if table[place].eligible == eligible
            and (not size or (resources.size[number] == size and bool(table[place].sizes)))
        ],
        dtype=np.int64,
    )


def _sized(plan: _Plan, resources: Resources, activity: Ints, day: int, first: Month) -> Commitment:
    """Return the commitment at the size that fits the first four weeks of its term."""
    found = covers(resources, plan.eligible, "")
    use = moving(resources.sku[found], resources.owner[found], activity[:, :, day : day + 28])
    alive = (resources.first_day[found] <= day) & (resources.end_day[found] > day)
    quantity = resources.base[found] * (use.sum(axis=1) // use.shape[1] // 1000) // 1000 * alive
    listed = np.array([skus()[place].list_price for place in resources.sku[found]], dtype=np.int64)
    price = listed * resources.multiple[found]
    size, rate, hourly = "", 0, 0
    if plan.sized:
        size, daily, list_price = _largest_size(resources, (found, quantity, price))
        rate = list_price * (1000 - plan.discount) // 1000
        # Whole instances, one at least.
        hourly = _ONE_UNIT * max(1, daily * plan.fill // 100 // 24 // _ONE_UNIT) if size else 0
    else:
        committed = int((quantity * price).sum()) // 24 * plan.fill // 100 * (1000 - plan.discount) // 1000
        unit = DYADIC_AMOUNT if supplier(plan.source).step > 1 else _TENTH_OF_A_CENT
        hourly = committed // unit * unit
    start = first.following(plan.starts)
    return Commitment(
        name=plan.name,
        source=plan.source,
        kind=plan.kind,
        eligible=plan.eligible,
        payment=plan.payment,
        start=start,
        end=start.following(12),
        size=size,
        discount=plan.discount,
        hourly=hourly,
        rate=rate,
        upfront_rate=(rate or hourly) * _UPFRONT_PER_MILLE[plan.payment] // 1000,
    )


def _largest_size(resources: Resources, frame: tuple[Ints, Ints, Ints]) -> tuple[str, int, int]:
    """Return the size that costs most, its quantity a day and its list price; "" where nothing has a size."""
    cost: dict[str, int] = {}
    daily: dict[str, int] = {}
    prices: dict[str, int] = {}
    for number, quantity, price in zip(*(column.tolist() for column in frame), strict=True):
        if skus()[resources.sku[number]].sizes:
            size = resources.size[number]
            cost[size] = cost.get(size, 0) + quantity * price
            daily[size] = daily.get(size, 0) + quantity
            prices[size] = price
    if not cost:
        return "", 0, 0
    size = max(sorted(cost), key=cost.__getitem__)
    return size, daily[size], prices[size]
