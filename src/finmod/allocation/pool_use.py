"""What each pool takes of the charges that there are: nothing, what others take first, or a cost that nobody shares.

Owns the findings about pools that a bill shows. What the file alone shows stands in ``checks.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from finmod.allocation.definition import Allocation, Pool
from finmod.allocation.pools import POOL, pool_rules
from finmod.engines.duckdb import Engine, literal
from finmod.errors import counted, printable
from finmod.settings.validate import listing
from finmod.taxonomy.definition import Rule
from finmod.taxonomy.naming import NAMES, Naming
from finmod.terms.findings import Finding
from finmod.terms.money import known_sum


@dataclass(frozen=True)
class _Alike:
    """Charges of one currency that the same rules answer.

    Attributes:
        answering: Places of those rules in order, from 0; never empty.
        currency: BillingCurrency.
        charges: Number of charges.
        cost: EffectiveCost of those of which it is known; None where it is of none.
    """

    answering: tuple[int, ...]
    currency: str
    charges: int
    cost: Decimal | None


def pool_findings(engine: Engine, naming: Naming, allocation: Allocation) -> list[Finding]:
    """Return a finding for each set of conditions that takes nothing, and for each two pools that meet.

    Policies are passed over: bills without tax need none, and to be asked before any pool is what they are there for.

    Args:
        engine: Has the table ``names``, each key with its number of charges and costs.
        naming: Of those keys, by ``with_pools``, asking every rule of ``POOL``.
        allocation: Whose pools they are.
    """
    rules = list(pool_rules(allocation))
    alike = _alike(engine, naming, len(rules))
    return [*_idle(naming, rules, alike), *_met(rules, alike)]


def _alike(engine: Engine, naming: Naming, count: int) -> list[_Alike]:
    if not count:
        return []
    rows = engine.rows(
        f"SELECT a_{naming.place(POOL)} AS who, BillingCurrency, CAST(sum(x_Charges) AS BIGINT), sum(EffectiveCost) "
        f"FROM {NAMES} WHERE contains(who, '1') GROUP BY ALL ORDER BY ALL"
    )
    return [
        _Alike(tuple(at for at, sign in enumerate(who) if sign == "1"), currency, charges, cost)
        for who, currency, charges, cost in rows
    ]


def _idle(naming: Naming, rules: Sequence[tuple[Rule, Pool]], alike: Sequence[_Alike]) -> Iterator[Finding]:
    for at, (rule, _) in enumerate(rules):
        matched = [each for each in alike if at in each.answering]
        if rule.included or not naming.segments.holding(rule.span) or any(at == each.answering[0] for each in matched):
            continue
        what = printable(rule.text, 100)
        if not matched:
            message = f"{what}, matches no charge. Correct it, or take it out."
        else:
            before: dict[int, int] = {}
            for each in matched:
                before[each.answering[0]] = before.get(each.answering[0], 0) + each.charges
            first = [f"{printable(rules[each][0].text, 100)} ({rules[each][0].place})" for each in before]
            charges = counted(sum(before.values()), "charge")
            message = (
                f"{what}, takes nothing: the {charges} that it matches {'are' if sum(before.values()) > 1 else 'is'} "
                f"taken before, by {listing(first, 'and')}. Move it above, narrow the other, or take it out."
            )
        yield Finding(
            code="FM2130", severity="warning", message=message, where=rule.place,
            rows=sum(each.charges for each in matched) if matched else None,
        )  # fmt: skip


def _met(rules: Sequence[tuple[Rule, Pool]], alike: Sequence[_Alike]) -> Iterator[Finding]:
    """Yield a finding for each two pools of which the first has charges that the other matches as well."""
    taking = {each.answering[0] for each in alike}
    met: dict[tuple[int, int], list[_Alike]] = {}
    for each in alike:
        first = each.answering[0]
        if rules[first][0].included:
            continue
        # Of two sets of conditions of a pool the first one stands for it.
        others = {rules[at][1].name: at for at in reversed(each.answering) if not rules[at][0].included}
        for name, at in sorted(others.items(), key=lambda item: item[1]):
            if name != rules[first][1].name and not rules[at][1].rest and at in taking:
                met.setdefault((first, at), []).append(each)
    for (first, at), charges in sorted(met.items()):
        winner, other = rules[first], rules[at]
        number = sum(each.charges for each in charges)
        name = printable(other[1].name, 80)
        yield Finding(
            code="FM2131",
            severity="warning",
            message=f"{printable(winner[1].name, 80)} has {counted(number, 'charge')} that {name} ({other[0].place}) "
            f"matches too, {_costs(charges)} of EffectiveCost. Narrow one of them, put the more special one first, or "
            f"say rest: true of {name} where it is for what is left.",
            where=winner[0].place,
            rows=number,
        )


def _costs(charges: Sequence[_Alike]) -> str:
    """Return amounts by currency, as a sentence has them."""
    by_currency: dict[str, list[Decimal | None]] = {}
    for each in charges:
        by_currency.setdefault(each.currency, []).append(each.cost)
    return _amounts({currency: known_sum(costs) for currency, costs in by_currency.items()})


def _amounts(costs: Mapping[str, Decimal | None]) -> str:
    return listing(
        [
            f"an unknown amount of {currency}" if cost is None else f"{cost:,.2f} {currency}"
            for currency, cost in costs.items()
        ],
        "and",
    )


def unshared_findings(engine: Engine, naming: Naming, allocation: Allocation) -> list[Finding]:
    """Return a finding for each shared value of the main dimension whose cost stays with it, since no pool takes it.

    Args:
        engine: Has the table ``names``, each key with its number of charges and costs.
        naming: Of those keys, by ``with_pools``.
        allocation: Whose pools they are.
    """
    dimension = naming.taxonomy.dimensions[allocation.to[0]]
    shared = {name: value for name, value in (dimension.values or {}).items() if value.shared}
    if not shared:
        return []
    names = ", ".join(map(literal, shared))
    rows = engine.rows(
        f"SELECT value, BillingCurrency, CAST(sum(x_Charges) AS BIGINT), sum(EffectiveCost) FROM (SELECT "
        f"{naming.value_sql(dimension.name)} AS value, x_Charges, EffectiveCost, BillingCurrency FROM {NAMES} "
        f"WHERE o_{naming.place(POOL)} IS NULL) WHERE value IN ({names}) GROUP BY ALL "
        "HAVING sum(EffectiveCost) IS DISTINCT FROM 0 ORDER BY ALL"
    )
    found: dict[str, list[_Alike]] = {}
    for value, currency, charges, cost in rows:
        found.setdefault(value, []).append(_Alike((), currency, charges, cost))
    return [
        Finding(
            code="FM2132",
            severity="info",
            message=f"{printable(name, 80)} of {dimension.name} is shared, and no pool takes {_costs(found[name])} of "
            "its EffectiveCost: it stays there. Add a pool "
            f"with when: {{{dimension.name}: {printable(name, 80)}}}, or take shared: from it.",
            where=value.place,
            rows=sum(each.charges for each in found[name]),
        )
        for name, value in shared.items()
        if name in found
    ]
