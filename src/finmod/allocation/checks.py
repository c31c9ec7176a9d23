"""What must hold between the parts of an allocation: no name twice, no pool that none can reach, no cycle without exit.

Owns the problems that can be seen without a bill. What a bill shows, such as a pool that nothing is in, stands in
``pool_use.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from finmod.allocation.definition import Allocation, Level, Pool, Share, Values
from finmod.allocation.pools import POOL, with_pools
from finmod.errors import Problem, printable
from finmod.taxonomy.definition import Taxonomy, common
from finmod.taxonomy.shadows import shadowed


def faults(allocation: Allocation, taxonomy: Taxonomy) -> Iterator[Problem]:
    """Yield every problem between the parts of an allocation, in no order of places."""
    yield from _twice(allocation.pools, "pool")
    yield from _twice(allocation.levels, "level")
    yield from _received_twice(allocation)
    yield from shadowed(with_pools(taxonomy, allocation).dimensions[POOL], lambda rule: printable(rule.text, 100))
    yield from _without_exit(allocation)


def _twice(holders: Sequence[Pool] | Sequence[Level], what: str) -> Iterator[Problem]:
    seen: dict[str, Pool | Level] = {}
    for each in holders:
        first = seen.setdefault(each.name, each)
        if first is not each:
            of_policy = isinstance(first, Pool) and first.is_policy
            yield Problem(
                code="FM2106",
                found=f"{what} {printable(each.name, 80)!r} is called as "
                f"{'the pool of a policy' if of_policy else 'one before'} ({first.place})",
                expected="a name of its own for each",
                where=each.place,
                remedy="Rename it; or write its name as what the policy says, to put those charges into it."
                if of_policy
                else "Rename one of the two; what is shared otherwise at another time is one, with a list under share.",
            )


def _received_twice(allocation: Allocation) -> Iterator[Problem]:
    seen: list[Pool] = []
    for pool in allocation.pools:
        if not pool.receives:
            continue
        for other in seen:
            if other.receives == pool.receives and common(other.span, pool.span):
                what = ", ".join(
                    f"{dimension} {printable(value, 80)!r}"
                    for dimension, value in zip(allocation.to, pool.receives, strict=True)
                    if value is not None
                )
                yield Problem(
                    code="FM2114",
                    found=f"pool {printable(pool.name, 80)!r} gets what {what} is given, and so does pool "
                    f"{printable(other.name, 80)!r} ({other.place})",
                    expected="one pool for each target",
                    where=pool.place,
                    remedy="Give one of them another as:, or as: {} where it gets nothing.",
                )
                break
        seen.append(pool)


def _without_exit(allocation: Allocation) -> Iterator[Problem]:
    """Yield a problem for each loop of pools whose fixed shares feed each other alone: nobody would ever pay."""
    told: set[frozenset[str]] = set()
    for day in (date.min, *allocation.days()):
        feeds = _feeds(allocation, day)
        for loop in _loops(feeds):
            if frozenset(loop) in told:
                continue
            told.add(frozenset(loop))
            by_name = {pool.name: pool for pool in allocation.pools}
            way = [f"{printable(name, 80)!r} ({_fixed_on(by_name[name], day).place})" for name in loop]
            since = f", from {day} on" if day != date.min else ""
            steps = [
                f"feeds {name}" for name in [*way[1:], "itself" if len(way) == 1 else repr(printable(loop[0], 80))]
            ]
            yield Problem(
                code="FM2115",
                found=f"pool {way[0]} {', which '.join(steps)}, and nobody else{since}",
                expected="a part for somebody who is no pool of the loop",
                where=by_name[loop[0]].place,
                remedy="Give a part of one of them to a target that is no pool, or to unallocated.",
            )


def _fixed_on(pool: Pool, day: date) -> Share:
    return next(each for each in pool.shares if each.span.holds_on(day) and each.kind == "fixed")


def _feeds(allocation: Allocation, day: date) -> Mapping[str, tuple[str, ...]]:
    """Return for each pool that gives to pools alone on a day those pools, in the order of its parts."""
    there = [pool for pool in allocation.pools if pool.span.holds_on(day)]
    found: dict[str, tuple[str, ...]] = {}
    for pool in there:
        share = next((each for each in pool.shares if each.span.holds_on(day)), None)
        if share is None or share.kind != "fixed":
            continue
        names = [_receiving(there, part.values) for part in share.fixed if part.part]
        if names and all(names):
            found[pool.name] = tuple(dict.fromkeys(name for name in names if name))
    return found


def _receiving(pools: Sequence[Pool], values: Values) -> str | None:
    return next((pool.name for pool in pools if pool.receives == values), None)


def _loops(feeds: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Yield each loop that has no way out: pools from which only pools of no exit can be reached."""
    leads_out: set[str] = set()
    changed = True
    while changed:
        new = {
            name
            for name, to in feeds.items()
            if name not in leads_out and any(each not in feeds or each in leads_out for each in to)
        }
        leads_out |= new
        changed = bool(new)
    closed = {name: to for name, to in feeds.items() if name not in leads_out}
    done: set[str] = set()
    for start in closed:
        way: list[str] = []
        name = start
        while name not in way and name not in done:
            way.append(name)
            name = closed[name][0]
        if name in way:
            yield tuple(way[way.index(name) :])
        done |= set(way)
