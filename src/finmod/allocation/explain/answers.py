"""What an explanation of an allocated number is made of: parts by pool, days, charge keys; and a charge's targets.

Owns the records. They are made in ``walk.py``, ``days.py`` and ``charge.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from finmod.allocation.definition import Level, Share, Values
from finmod.allocation.explain.basis import Basis


@dataclass(frozen=True)
class Asked:
    """Which number is explained.

    Attributes:
        values: Dimension -> its value, None for what has none; of the dimensions that are named alone.
        measure: FOCUS id of the cost.
        currency: BillingCurrency.
        pool: The part of one pool; None for all. ``direct`` is no pool.
        day: Of one charge date; None for all of the run's.
    """

    values: Mapping[str, str | None]
    measure: str
    currency: str
    pool: str | None = None
    day: date | None = None


@dataclass(frozen=True)
class ChargePart:
    """One charge key behind a number.

    Attributes:
        source: Name of the source.
        month: First day of the billing period.
        key: x_ChargeKey.
        texts: FOCUS column -> text: hostile, as they stand on the bill.
        cost: Its cost; of the day alone where a day is asked for.
        rule: The rule that put it there, in a few words; None where none did.
        place: ``file:line:column`` of that.
    """

    source: str
    month: date
    key: int
    texts: Mapping[str, str]
    cost: Decimal
    rule: str | None
    place: str | None


@dataclass(frozen=True)
class CutPart:
    """A level that cut a target's parent further, on one day.

    Attributes:
        level: Its name.
        parent: Whose cost it cut.
        basis: What its share went by: of the target, of everybody within the parent, and the part that came of it.
    """

    level: str
    parent: Values
    basis: Basis


@dataclass(frozen=True)
class DayPart:
    """What came of a pool on one day, from those of its charges that are shared alike.

    Attributes:
        day: Charge date.
        bill: First day of the month of their bill.
        pooled: What they cost.
        amount: What of it the target got.
        basis: What the share went by; None where no share could tell.
        within: Column that the pool's shares stay within -> their text there.
        way: Pools that part of it came by -> their part, 0 to 1; the rest came straight from the pool.
        cuts: Levels that cut what came further, until it was the target's.
    """

    day: date
    bill: date
    pooled: Decimal
    amount: Decimal
    basis: Basis | None
    within: Mapping[str, str | None] = field(default_factory=dict)
    way: Mapping[str, float] = field(default_factory=dict)
    cuts: tuple[CutPart, ...] = ()


@dataclass(frozen=True)
class PoolPart:
    """What of a number came from a pool, or directly.

    Attributes:
        pool: Its name; None for direct cost.
        amount: The target's part; the sum of its days, to the last digit, but for what is its own.
        pooled: What the pool cost in all; of what is its own the same as ``amount``.
        charges: Number of charge keys in it.
        place: ``file:line:column`` of the pool.
        shares: The shares that held, each with its place.
        days: Per charge date and what is shared alike; empty for what is its own.
        parts: Its charge keys, the dearest ones.
        is_cut: Whether it is direct cost that charges name in part alone, and that levels cut further.
    """

    pool: str | None
    amount: Decimal
    pooled: Decimal
    charges: int
    place: str | None
    shares: tuple[Share, ...]
    days: tuple[DayPart, ...]
    parts: tuple[ChargePart, ...]
    is_cut: bool = False


@dataclass(frozen=True)
class Explanation:
    """A number with everything that it is the sum of.

    Attributes:
        asked: Which number.
        amount: It; the sum of the parts, to the last digit.
        parts: By pool, the largest first.
        main: The main dimension: what has no value in it is unallocated.
    """

    asked: Asked
    amount: Decimal
    parts: tuple[PoolPart, ...]
    main: str


@dataclass(frozen=True)
class ChargeTarget:
    """What of a charge key went to one target.

    Attributes:
        named: Dimension -> its value, None where it has none.
        amount: Its part.
    """

    named: Mapping[str, str | None]
    amount: Decimal


@dataclass(frozen=True)
class ChargeWay:
    """Where the cost of a charge key went.

    Attributes:
        source: Name of the source.
        month: First day of the billing period.
        key: x_ChargeKey.
        pool: The pool that it is in; None where it is a target's own.
        place: ``file:line:column`` of the rule of the pool that took it.
        share: How the pool is shared; None as above.
        cost: Its cost.
        currency: BillingCurrency.
        targets: Who got it, the largest part first; they sum to its cost, to the last digit.
        level: The level that cut a target's own cost further; None where none did, or the cost is a pool's.
    """

    source: str
    month: date
    key: int
    pool: str | None
    place: str | None
    share: Share | None
    cost: Decimal
    currency: str
    targets: tuple[ChargeTarget, ...]
    level: Level | None = None
