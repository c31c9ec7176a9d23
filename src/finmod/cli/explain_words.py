"""Words for what an allocated number is made of: a part's share, what it went by, by which pools and levels it came.

Owns the sentences of a pool's part, for ``explain_allocated.py`` and ``explain_true_up.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from finmod.cli.lines import one_line
from finmod.cli.output import money
from finmod.errors import counted
from finmod.terms.money import known_sum

if TYPE_CHECKING:
    from finmod.allocation.explain.answers import CutPart, DayPart, PoolPart
    from finmod.allocation.explain.basis import Basis

_LEAST_WAY = 0.0005  # rounds to 0.1 %
_THOUSAND = 1000
_MOST_GROUPS = 5
UNNAMED = "(none)"


UNALLOCATED = "Unallocated"
ALL = "All targets"


def sentence(part: PoolPart, whole: Decimal, currency: str, name: str) -> str:
    """Return what a part is and how much of the number it is; the name is that of its target."""
    share = percent_of(part.amount, whole)
    amount = money(part.amount, currency)
    if part.pool is None and part.is_cut:
        of_cut = percent_of(part.amount, part.pooled).strip(" ()")
        return (
            f"{amount}{share} is cut out of what charges name less closely: {of_cut or 'a part'} of their "
            f"{money(part.pooled, currency)}, from {counted(part.charges, 'charge key')}."
        )
    if part.pool is None:
        keys, says = counted(part.charges, "charge key"), "names" if part.charges == 1 else "name"
        if name == ALL:
            return f"{amount}{share} is in no pool, from {keys}."
        if name == UNALLOCATED:
            return f"{amount}{share} is in no pool: {keys} {says} nobody."
        return f"{amount}{share} is its own: {keys} {says} it."
    of_pool = percent_of(part.amount, part.pooled).strip(" ()")
    return (
        f"{amount}{share} comes from pool {part.pool} ({part.place}): {of_pool or 'a part'} of "
        f"its {money(part.pooled, currency)}, from {counted(part.charges, 'charge key')}."
    )


def percent_of(amount: Decimal, whole: Decimal) -> str:
    """Return a part in percent, in brackets and behind a blank; nothing where there is no whole."""
    return f" ({amount / whole * 100:.1f} %)" if whole else ""


def lines(part: PoolPart, name: str, currency: str) -> Iterator[str]:
    """Yield how a part came to be: its shares and what they went by, the pools on its way, the levels that cut it.

    Args:
        part: The part.
        name: What its target is called.
        currency: BillingCurrency.
    """
    for share in part.shares:
        told = [day for day in part.days if day.basis is not None and _is(day.basis, share)]
        groups = _groups(told)
        if len(groups) > 1:
            yield f"Share: {share.text} ({share.place}), told apart:"
            yield from _apart(groups, currency)
        else:
            within = "".join(f", {words}" for words, _ in groups if words)
            yield f"Share: {share.text} ({share.place}){within}{_goes_by(told)}."
        yield from _refused(told)
    ways = _mean_way(part.days)
    if ways:
        came = ", ".join(f"{portion * 100:.1f} % by way of {name}" for name, portion in ways.items())
        yield f"Of {name}'s part {came}; the rest straight from {part.pool}."
    yield from _cut_lines(part.days)


def _groups(days: Iterable[DayPart]) -> list[tuple[str, list[DayPart]]]:
    """Return days by what is shared alike, each with its words, the largest pool cost first."""
    found: dict[str, list[DayPart]] = {}
    for day in days:
        basis = day.basis
        if basis is None:
            continue
        texts = [f"{name} {one_line(day.within.get(name) or UNNAMED, 60)}" for name in basis.share.within]
        found.setdefault(", ".join([*texts, *([] if texts else [_kind(basis)])]), []).append(day)
    return sorted(found.items(), key=lambda item: (-abs(_pooled(item[1])), item[0]))


def _kind(basis: Basis) -> str:
    """Return what tells groups apart where no column does: the nodes, volumes and the like of clusters."""
    return basis.what if basis.share.kind == "kubernetes" else ""


def _pooled(days: Iterable[DayPart]) -> Decimal:
    return known_sum(day.pooled for day in days) or Decimal(0)


def _apart(groups: Sequence[tuple[str, list[DayPart]]], currency: str) -> Iterator[str]:
    for words, days in groups[:_MOST_GROUPS]:
        yield f"{words}: {_got(days, currency)}{_goes_by(days)}."
    rest = [day for _, days in groups[_MOST_GROUPS:] for day in days]
    if rest:
        yield f"{len(groups) - _MOST_GROUPS:,} more: {_got(rest, currency)}."


def _got(days: Sequence[DayPart], currency: str) -> str:
    return f"{money(known_sum(day.amount for day in days), currency)} of {money(_pooled(days), currency)}"


def _is(basis: Basis, share: object) -> bool:
    """Return whether a basis is that of a share, or of what is asked where that cannot tell."""
    each: Any = share
    while each is not None:
        if basis.share == each:
            return True
        each = each.otherwise
    return False


def _goes_by(days: Sequence[DayPart]) -> str:
    """Return what a share went by, summed over its periods where it is the same thing on all of its days."""
    return _based(
        [day.basis for day in days if day.basis is not None], len({day.day for day in days}), " straight from it"
    )


def _based(bases: Sequence[Basis], days: int, from_it: str) -> str:
    if not bases:
        return ""
    named = {basis.what for basis in bases}
    spread = spread_of([basis.part for basis in bases])
    days_of = f" over {counted(days, 'day')}" if days > 1 else ""
    if len(named) > 1:
        return f": {spread}{from_it}{days_of}"
    lower, upper = bases[-1].lower, bases[-1].upper
    interval = (
        f", of the month {lower * 100:.1f} to {upper * 100:.1f} % at 90 %"
        if lower is not None and upper is not None
        else ""
    )
    own, whole = values_of(bases)
    return f": {named.pop()} is {_number(own)} of {_number(whole)}, {spread}{from_it}{days_of}{interval}"


def spread_of(parts: Sequence[float]) -> str:
    """Return parts in percent: from the least to the most, or the one.

    >>> spread_of([0.25, 0.5]), spread_of([0.25, 0.25])
    ('25.0 to 50.0 %', '25.0 %')
    """
    least, most = (f"{part * 100:.1f}" for part in (min(parts), max(parts)))
    return f"{least} %" if least == most else f"{least} to {most} %"


def values_of(bases: Iterable[Basis]) -> tuple[float, float]:
    """Return the values of the target and of everybody, summed over the periods: a month's stands for all its days."""
    periods = {(basis.period, basis.own, basis.whole) for basis in bases}
    return sum(own for _, own, _ in periods), sum(whole for _, _, whole in periods)


def _refused(days: Sequence[DayPart]) -> Iterator[str]:
    reasons: dict[str, set[object]] = {}
    for day in days:
        for reason in day.basis.refused if day.basis else ():
            reasons.setdefault(reason, set()).add(day.day)
    for reason, some in reasons.items():
        yield f"By its 'else' on {counted(len(some), 'day')}: {reason}."


def _mean_way(days: Sequence[DayPart]) -> dict[str, float]:
    """Return the pools that a part came by, weighted by what came on each day."""
    whole = sum(abs(float(day.amount)) for day in days)
    found: dict[str, float] = {}
    for day in days:
        for name, portion in day.way.items():
            found[name] = found.get(name, 0.0) + portion * abs(float(day.amount))
    return {name: amount / whole for name, amount in sorted(found.items()) if whole and amount / whole >= _LEAST_WAY}


def _cut_lines(days: Sequence[DayPart]) -> Iterator[str]:
    """Yield the levels that cut a part further, from whom, by what."""
    found: dict[tuple[str, tuple[str | None, ...], str, str], dict[object, CutPart]] = {}
    for day in days:
        for cut in day.cuts:
            share = cut.basis.share
            found.setdefault((cut.level, cut.parent, share.text, share.place), {})[day.day] = cut
    for (level, parent, text, place), by_day in found.items():
        bases = [cut.basis for cut in by_day.values()]
        whose = one_line(" / ".join(value or UNNAMED for value in parent), 120).removesuffix(f" / {UNNAMED}")
        yield f"Level {level} cuts what {whose} has, {text} ({place}){_based(bases, len(bases), '')}."


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= _THOUSAND or value == int(value) else f"{value:,.4g}"
