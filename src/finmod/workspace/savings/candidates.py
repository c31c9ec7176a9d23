"""Candidates: which share of a group's cost goes away, by the rule, by prices of the bill, or by none that is known.

Owns how the share is found and the words of evidence. What is saved of it in the end is told in
``models/savings.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from finmod.errors import counted, printable
from finmod.models.metrics import quotient
from finmod.models.savings import Candidate, low_water_share, price_share
from finmod.terms.money import known_sum, plain
from finmod.terms.savings import How
from finmod.workspace.savings.ends import commitment_ends
from finmod.workspace.savings.evidence import Looked
from finmod.workspace.savings.found import Group, Shown
from finmod.workspace.savings.prices import Pair, Prices, Rate, Service, covered_rates, seen_prices, successor_of

_TEXT = 80
_LARGE = 10_000
# What rounding leaves of an hour of a commitment is nothing that could be used first.
_LEAST_UNUSED = Decimal("0.01")


@dataclass(frozen=True)
class About:
    """What is known of a candidate.

    Attributes:
        group: What was found.
        evidence: What was seen, in sentences with numbers.
        basis: Why so much of it goes away.
        ends: Of commitments that cover parts of it, or stood unused, the last day where a bill tells it.
    """

    group: Group
    evidence: str
    basis: str
    ends: Mapping[str, date] = field(default_factory=dict)


Found = Candidate[About]


@dataclass(frozen=True)
class Priced:
    """Candidates, and what bills told of rates.

    Attributes:
        candidates: In any order.
        rates: Source and service -> the rate at which commitments cover it.
        without_rate: Source and service of uncovered usage of which no bill shows a rate.
        dearer: Source and service of uncovered usage whose commitments cost no less than it does.
    """

    candidates: tuple[Found, ...]
    rates: Mapping[Service, Rate]
    without_rate: tuple[Service, ...]
    dearer: tuple[Service, ...]


def priced(looked: Looked, groups: Sequence[Group]) -> Priced:
    """Return the candidates of groups; what a successor or a commitment would not make cheaper is none.

    Args:
        looked: By what they were found.
        groups: What was found.
    """
    families = [each for each in groups if each.rule.per == "family"]
    rates = covered_rates(looked.books, looked.month, {_service(each) for each in families})
    pairs = {number: _pair(each) for number, each in enumerate(groups) if each.rule.successors}
    prices = seen_prices(looked.books, looked.month, [pair for pair in pairs.values() if pair])
    covered = {part.commitment for group in groups for part in group.parts if part.commitment}
    ends = commitment_ends(looked.books, looked.month, covered)
    found = []
    unused = _unused(groups)
    for number, group in enumerate(groups):
        if group.rule.per == "family":
            share, how, basis = _of_family(group, rates.get(_service(group)))
            basis += _used_first(unused.get(group.source), looked.books.project.currency)
        elif group.rule.successors:
            pair = pairs[number]
            share, how, basis = _of_successor(group, prices.get(pair) if pair else None)
        else:
            share, how, basis = group.rule.share, group.rule.how, group.rule.basis
        if share is None or share > 0:
            words = " ".join(_sentences(group, looked.month))
            own = {name: ends[name] for part in group.parts if (name := part.commitment or "") in ends}
            about = About(group, words, basis, own)
            found.append(Candidate(group.rule, about, group.parts, share, how, _tie(group)))
    services = {_service(each) for each in families}
    return Priced(
        tuple(found),
        rates,
        tuple(sorted((each for each in services if each not in rates), key=str)),
        tuple(sorted((each for each in services if each in rates and rates[each].rate >= 1), key=str)),
    )


def _service(group: Group) -> Service:
    return group.source, group.service


def _tie(group: Group) -> str:
    return "\t".join(map(str, (group.source, group.account, group.region, group.resource_id, group.resource)))


def _pair(group: Group) -> Pair | None:
    found = successor_of(group.meter, group.rule.successors) if group.meter else None
    return Pair(group.source, group.region, group.meter or "", found[1]) if found else None


def _of_successor(group: Group, prices: Prices | None) -> tuple[Decimal | None, How, str]:
    found = successor_of(group.meter or "", group.rule.successors)
    name = found[0].new.rstrip(". ") if found else "the successor"
    if prices is not None:
        unit = printable(f"{prices.currency} a {prices.unit}", _TEXT)
        old, new = (_price(each) for each in (prices.old, prices.new))
        words = f"This bill has {name} at {new} against {old} {unit}, contracted." if old and new else ""
        return price_share(prices.old, prices.new), "by the bill", words or f"This bill has {name} at a lower price."
    share = found[0].share if found else None
    if share is None:
        return None, "unknown", f"Neither this bill nor the rule has a price of {name}."
    return share, group.rule.how, f"By list prices {name} is {_percent(share)} cheaper."


def _price(told: tuple[Decimal, Decimal]) -> str:
    """Return a price of a unit; empty where it is too small to be written with 12 places."""
    value = quotient(*told)
    return plain(value.quantize(Decimal("1E-6")) if value >= Decimal("0.0001") else value) if value else ""


def _of_family(group: Group, rate: Rate | None) -> tuple[Decimal | None, How, str]:
    shown = group.shown
    if rate is None:
        return (
            None,
            "unknown",
            "No bill of the last twelve months shows a rate at which commitments cover this service.",
        )
    if shown.least_cost is None or not shown.cost or shown.least_cost <= 0:
        return Decimal(0), "by the bill", ""
    share = low_water_share(shown.least_cost, shown.days, shown.cost, rate.rate)
    return share, "by the bill", (
        f"Commitments cover this service at {_percent(rate.rate)} of its contracted cost (bill of {rate.month:%Y-%m}); "
        f"of the low-water mark, {_percent(quotient(shown.least_cost * shown.days, shown.cost))} of the cost, the rest "
        "is saved."
    )  # fmt: skip


def _unused(groups: Sequence[Group]) -> dict[str, Decimal]:
    """Return source -> what its commitments stood unused for."""
    found: dict[str, Decimal] = {}
    for group in groups:
        if group.rule.per == "commitment" and group.shown.cost is not None:
            found[group.source] = known_sum([found.get(group.source), group.shown.cost]) or Decimal(0)
    return found


def _used_first(unused: Decimal | None, currency: str) -> str:
    """Return what is to be known before more is committed to: what stands unused may cover usage without a new fee."""
    if unused is None or unused < _LEAST_UNUSED:
        return ""
    return f" Commitments of this source stood unused for {_amount(unused)} {currency}: use them first."


def _percent(share: Decimal) -> str:
    return f"{share * 100:.1f} %"


def _sentences(group: Group, month: date) -> Iterator[str]:
    """Yield what was seen, with numbers."""
    shown, evidence = group.shown, group.rule.evidence
    used = f", {_amount(shown.quantity)} {printable(shown.unit, 40)}" if shown.unit and shown.quantity else ""
    yield f"Charged on {shown.days} of {counted(shown.span, 'day')}{used}."
    if group.since is not None and group.since < month:
        yield f"In the books since {group.since:%Y-%m}."
    if evidence.weekends is not None and shown.amount is not None:
        ends = shown.span - shown.weekdays
        weekend, weekday = _mean(shown.on_weekends, ends), _mean(shown.on_weekdays, shown.weekdays)
        yield f"A day of the weekend has {weekend}{_unit(shown)}, a weekday {weekday}."
    if evidence.without == "place":
        account, region = printable(group.account or "", 40), printable(group.region or "", 40)
        yield f"No {group.rule.beside_words} in account {account}, region {region}, all month."
    if evidence.without == "resource":
        yield f"No {group.rule.beside_words} on it all month."
    if evidence.beside_at_most is not None and shown.cost and not (shown.unknown or shown.unrated):
        yield f"Its {group.rule.beside_words} cost {_percent(quotient(shown.beside_cost, shown.cost))} of the storage."
    if group.rule.per == "family" and shown.least_cost is not None and shown.cost:
        yield f"Its least day cost {_amount(shown.least_cost)}, an average day {_mean(shown.cost, shown.days)}."


def _unit(shown: Shown) -> str:
    return f" {printable(shown.unit, 40)}" if shown.unit else ""


def _mean(amount: Decimal | None, days: int) -> str:
    return "nothing" if amount is None or not days else _amount(quotient(amount, Decimal(days)))


def _amount(value: Decimal) -> str:
    """Return a quantity or cost for people: two places, none of a large one, as many as a small one needs."""
    if abs(value) >= _LARGE:
        return f"{value:,.0f}"
    places = 2 if abs(value) >= Decimal("0.01") or not value else min(12, 2 - value.adjusted())
    return f"{value:,.{places}f}"
