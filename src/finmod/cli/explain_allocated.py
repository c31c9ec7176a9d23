"""``finmod explain --of``: an applied amount down to its pools, shares, drivers, rules and charges.

Owns the words; the walk is done in ``allocation/explain.py``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import rich_click as click

from finmod.cli.lines import end_of, one_line, say
from finmod.cli.output import Form, cell, console, markdown_text, minute, money, show, table, twelve_places
from finmod.cli.values import wrong_value
from finmod.errors import counted

if TYPE_CHECKING:
    from decimal import Decimal

    from finmod.allocation.basis import Basis
    from finmod.allocation.explain import ChargePart, ChargeWay, DayPart, PoolPart
    from finmod.workspace.explain_allocated import ExplainedAmount

_COLUMNS = (
    "billing_period", "target", "pool", "pool_place", "shared_by", "share_place", "charge_date", "measure", "pool_cost",
    "amount", "currency", "basis", "own", "whole", "part",
)  # fmt: skip
_UNNAMED = "(none)"
_LEAST_WAY = 0.0005  # rounds to 0.1 %
_THOUSAND = 1000
_MOST_TARGETS = 12
MEASURES = ("EffectiveCost", "BilledCost", "ListCost", "ContractedCost")
"""Costs that can be followed."""


class Target(click.ParamType[tuple[str, str | None]]):
    """``product=search``: a dimension and its value; nothing behind the sign is what has none."""

    name = "target"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str | None]:
        """Return the dimension and its value."""
        name, sign, text = value.partition("=")
        if not sign or not name.strip():
            raise wrong_value(value, param, ctx, expected="a dimension and its value, such as product=search")
        return name.strip(), text.strip() or None


def show_amount(found: ExplainedAmount, form: Form) -> None:
    """Show an explained amount in a form."""
    if form == "json":
        click.echo(json.dumps(_object(found), indent=2, ensure_ascii=True))
    elif form == "table":
        _screen(found)
    elif form == "markdown":
        click.echo("\n".join(_page(found)))
    else:
        show(_COLUMNS, list(_rows(found)), form)


def _name(found: ExplainedAmount, *, label: bool = True) -> str:
    values = found.explanation.asked.values.values()
    if values and not any(values):
        return "Unallocated" if label else _UNNAMED
    named = [(found.labels.get(value, value) if label else value) if value else _UNNAMED for value in values]
    return " / ".join(named) or "All targets"


def _when(found: ExplainedAmount) -> str:
    day = found.explanation.asked.day
    return f"on {day}" if day else f"in {found.month:%Y-%m}"


def _head(found: ExplainedAmount) -> str:
    asked = found.explanation.asked
    amount = money(found.explanation.amount, asked.currency)
    of_pool = f" from {'no pool' if asked.pool == 'direct' else f'pool {asked.pool}'}" if asked.pool else ""
    return f"{_name(found)}: {asked.measure} {amount} {_when(found)}{of_pool}"


def _version(found: ExplainedAmount) -> str:
    run = found.run
    head = f"Version {run.version}, applied {minute(run.applied_at)} UTC by {run.author}, has"
    if found.ties:
        return f"{head} the same amount, to the last digit."
    stored = money(found.stored, found.explanation.asked.currency)
    return f"{head} {stored}: another version of finmod made it, and this one shares otherwise. See: finmod plan"


def _screen(found: ExplainedAmount) -> None:
    screen = console()
    say(screen, _head(found), style="bold", limit=1000)
    say(screen, _version(found), style="dim" if found.ties else "red")
    for line in _booked(found):
        say(screen, line)
    for part in found.explanation.parts:
        screen.print()
        say(screen, _sentence(found, part), style="bold", limit=1000)
        for line in _lines(found, part):
            say(screen, line, indent=2, limit=1000)
        if part.parts:
            if found.explanation.asked.day:
                say(screen, "Its charge keys, with their cost of the whole month:", indent=2)
            columns = ("charge key", "source", "service", "account", "resource", "cost", "rule", "where")
            rows = [_row(each, found.explanation.asked.currency) for each in part.parts]
            table(columns, rows, right=("cost",), spare=("source", "account", "rule", "service"))
            more = part.charges - len(part.parts)
            if more > 0:
                say(screen, f"And {counted(more, 'charge key')} more.", style="dim")


def _booked(found: ExplainedAmount) -> Iterator[str]:
    for month, amount in found.true_ups.items():
        yield (
            f"Beside it stands a true-up of {month:%Y-%m}, which is closed: "
            f"{money(amount, found.explanation.asked.currency)}, by rules that came later."
        )


def _row(part: ChargePart, currency: str) -> tuple[str, ...]:
    texts = part.texts
    return (
        str(part.key),
        part.source,
        one_line(texts.get("ServiceName", ""), 40),
        one_line(texts.get("SubAccountName") or texts.get("SubAccountId", ""), 30),
        end_of(texts.get("ResourceName") or texts.get("ResourceId", "")),
        money(part.cost, currency),
        one_line(part.rule or "", 50),
        part.place or "",
    )


def _sentence(found: ExplainedAmount, part: PoolPart) -> str:
    currency = found.explanation.asked.currency
    share = _percent_of(part.amount, found.explanation.amount)
    if part.pool is None:
        says = "names" if part.charges == 1 else "name"
        return f"{money(part.amount, currency)}{share} is its own: {counted(part.charges, 'charge key')} {says} it."
    of_pool = _percent_of(part.amount, part.pooled).strip(" ()")
    return (
        f"{money(part.amount, currency)}{share} comes from pool {part.pool} ({part.place}): {of_pool or 'a part'} of "
        f"its {money(part.pooled, currency)}, from {counted(part.charges, 'charge key')}."
    )


def _percent_of(amount: Decimal, whole: Decimal) -> str:
    return f" ({amount / whole * 100:.1f} %)" if whole else ""


def _lines(found: ExplainedAmount, part: PoolPart) -> Iterator[str]:
    for share in part.shares:
        told = [day for day in part.days if day.basis is not None and _is(day.basis, share)]
        yield f"Share: {share.text} ({share.place}){_goes_by(told)}."
        yield from _refused(told)
    ways = _mean_way(part.days)
    if ways:
        came = ", ".join(f"{portion * 100:.1f} % by way of {name}" for name, portion in ways.items())
        yield f"Of {_name(found)}'s part {came}; the rest straight from {part.pool}."


def _is(basis: Basis, share: object) -> bool:
    """Return whether a basis is that of a share, or of what is asked where that cannot tell."""
    each: Any = share
    while each is not None:
        if basis.share == each:
            return True
        each = each.otherwise
    return False


def _goes_by(days: Sequence[DayPart]) -> str:
    """Return what a share went by, summed over its days where it is the same thing on all of them."""
    bases = [day.basis for day in days if day.basis is not None]
    if not bases:
        return ""
    named = {basis.what for basis in bases}
    parts = [basis.part for basis in bases]
    spread = f"{min(parts) * 100:.1f} to {max(parts) * 100:.1f} %" if len(parts) > 1 else f"{parts[0] * 100:.1f} %"
    days_of = f" over {counted(len(bases), 'day')}" if len(bases) > 1 else ""
    if len(named) > 1:
        return f": {spread} straight from it{days_of}"
    lower, upper = bases[-1].lower, bases[-1].upper
    interval = f", of the month {lower * 100:.1f} to {upper * 100:.1f} % at 90 %" if lower is not None and upper else ""
    values = {(basis.own, basis.whole) for basis in bases}
    own, whole = (sum(each) for each in zip(*values, strict=True))
    return f": {named.pop()} is {_number(own)} of {_number(whole)}, {spread} straight from it{days_of}{interval}"


def _refused(days: Sequence[DayPart]) -> Iterator[str]:
    reasons: dict[str, int] = {}
    for day in days:
        for reason in day.basis.refused if day.basis else ():
            reasons[reason] = reasons.get(reason, 0) + 1
    for reason, count in reasons.items():
        yield f"By its 'else' on {counted(count, 'day')}: {reason}."


def _mean_way(days: Sequence[DayPart]) -> dict[str, float]:
    """Return the pools that a part came by, weighted by what came on each day."""
    whole = sum(abs(float(day.amount)) for day in days)
    found: dict[str, float] = {}
    for day in days:
        for name, portion in day.way.items():
            found[name] = found.get(name, 0.0) + portion * abs(float(day.amount))
    return {name: amount / whole for name, amount in sorted(found.items()) if whole and amount / whole >= _LEAST_WAY}


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= _THOUSAND or value == int(value) else f"{value:,.4g}"


def _rows(found: ExplainedAmount) -> Iterator[tuple[Any, ...]]:
    asked = found.explanation.asked
    head = f"{found.month:%Y-%m}", _name(found, label=False)
    for part in found.explanation.parts:
        if part.pool is None:
            yield (*head, None, None, None, None, None, asked.measure, None, twelve_places(part.amount), asked.currency,
                   None, None, None, None)  # fmt: skip
        for day in part.days:
            basis = day.basis
            share = basis.share if basis else (part.shares[0] if part.shares else None)
            told = (basis.what, basis.own, basis.whole, basis.part) if basis else (None,) * 4
            yield (*head, part.pool, part.place, share and share.text, share and share.place, day.day, asked.measure,
                   twelve_places(day.pooled), twelve_places(day.amount), asked.currency, *told)  # fmt: skip


def _page(found: ExplainedAmount) -> Iterator[str]:
    yield f"## {markdown_text(_head(found))}"
    yield ""
    yield markdown_text(_version(found))
    yield from (markdown_text(line) for line in _booked(found))
    for part in found.explanation.parts:
        yield from ("", f"**{markdown_text(_sentence(found, part))}**")
        yield from (f"- {markdown_text(line)}" for line in _lines(found, part))


def _object(found: ExplainedAmount) -> dict[str, Any]:
    asked = found.explanation.asked
    return {
        "billing_period": f"{found.month:%Y-%m}",
        "target": dict(asked.values),
        "measure": asked.measure,
        "currency": asked.currency,
        "pool": asked.pool,
        "charge_date": cell(asked.day) or None,
        "amount": _amount(found.explanation.amount),
        "applied": {
            "version": found.run.version,
            "applied_at": cell(found.run.applied_at),
            "author": found.run.author,
            "rule_hash": found.run.rule_hash,
            "ledger_version": found.run.ledger_version,
            "drivers_version": found.run.drivers_version,
            "amount": _amount(found.stored),
            "ties": found.ties,
        },
        "true_ups": {f"{month:%Y-%m}": _amount(amount) for month, amount in found.true_ups.items()},
        "parts": [_part(part) for part in found.explanation.parts],
    }


def _part(part: PoolPart) -> dict[str, Any]:
    return {
        "pool": part.pool,
        "place": part.place,
        "amount": _amount(part.amount),
        "pool_cost": _amount(part.pooled),
        "charge_keys": part.charges,
        "shares": [{"text": share.text, "place": share.place} for share in part.shares],
        "days": [_day(day) for day in part.days],
        "charges": [
            {
                "source": each.source, "billing_period": f"{each.month:%Y-%m}", "charge_key": each.key,
                "columns": dict(each.texts), "cost": _amount(each.cost), "rule": each.rule, "place": each.place,
            }
            for each in part.parts
        ],
    }  # fmt: skip


def _day(day: DayPart) -> dict[str, Any]:
    basis = day.basis
    return {
        "charge_date": str(day.day),
        "pool_cost": _amount(day.pooled),
        "amount": _amount(day.amount),
        "basis": None if basis is None else {
            "what": basis.what, "own": basis.own, "whole": basis.whole, "part": basis.part,
            "share": basis.share.text, "place": basis.share.place, "lower": basis.lower, "upper": basis.upper,
            "refused": list(basis.refused),
        },
        "by_way_of": dict(day.way),
    }  # fmt: skip


def _amount(amount: Decimal) -> str:
    return cell(twelve_places(amount))


def ways_of_charge(ways: Sequence[ChargeWay], labels: Mapping[str, str] | None = None) -> Iterator[str]:
    """Yield lines that say where a charge key's cost went."""
    for way in ways:
        names = [
            f"{_target(list(each.named.values()), labels or {})} {money(each.amount, way.currency)}"
            for each in way.targets[:_MOST_TARGETS]
        ]
        more = len(way.targets) - len(names)
        whose = ", ".join(names) + (f" and {counted(more, 'other')}" if more > 0 else "") or "nobody"
        if way.pool is None:
            yield f"allocated: its own target's, {whose}"
            continue
        share = f", {way.share.text} ({way.share.place})" if way.share else ""
        yield f"allocated by pool {way.pool} ({way.place}){share}: {whose}"


def _target(values: Sequence[str | None], labels: Mapping[str, str]) -> str:
    named = [labels.get(value, value) for value in values if value]
    return " / ".join(named) or "unallocated"


def object_of_way(way: ChargeWay) -> dict[str, Any]:
    """Return where a charge key's cost went, for JSON."""
    return {
        "pool": way.pool,
        "place": way.place,
        "share": way.share.text if way.share else None,
        "share_place": way.share.place if way.share else None,
        "cost": _amount(way.cost),
        "currency": way.currency,
        "targets": [{**each.named, "amount": _amount(each.amount)} for each in way.targets],
    }
