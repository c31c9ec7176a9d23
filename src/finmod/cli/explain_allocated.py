"""``finmod explain --of``: an applied amount down to its pools, shares, drivers, rules and charges.

Owns the words; the walk is done in ``allocation/explain``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import rich_click as click

from finmod.cli.explain_true_up import (
    TRUE_UP_COLUMNS,
    TRUE_UP_RIGHT,
    TRUE_UP_SPARE,
    amount_text,
    show_true_up,
    true_up_cause,
    true_up_object,
    true_up_rows,
)
from finmod.cli.explain_words import ALL, UNALLOCATED, UNNAMED, lines, sentence
from finmod.cli.lines import end_of, one_line, say
from finmod.cli.moves import markdown_table
from finmod.cli.output import Form, cell, console, minute, money, show, table
from finmod.cli.values import wrong_value
from finmod.errors import Problem, UserError, counted, printable
from finmod.reports.markdown import markdown_text
from finmod.terms.money import twelve_places

if TYPE_CHECKING:
    from finmod.allocation.explain.answers import ChargePart, ChargeWay, DayPart, Explanation, PoolPart
    from finmod.allocation.explain.basis import Basis
    from finmod.workspace.explain_allocated import ExplainedAmount, ExplainedTrueUp

_COLUMNS = (
    "billing_period", "target", "pool", "pool_place", "shared_by", "share_place", "charge_date", "measure", "pool_cost",
    "amount", "currency", "basis", "own", "whole", "part", "within", "true_up_of",
)  # fmt: skip
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


def targets_of(named: Sequence[tuple[str, str | None]]) -> dict[str, str | None]:
    """Return dimension -> value; of a dimension that is named twice nobody can know which one is meant."""
    found = dict(named)
    if len(found) < len(named):
        names = [name for name, _ in named]
        twice = next(name for name in names if names.count(name) > 1)
        raise UserError(
            Problem(
                code="FM1061",
                found=f"--of names {printable(twice, 80)} twice",
                expected="each dimension once",
                remedy="Explain one value after the other.",
            )
        )
    return found


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


def show_explained_true_up(found: ExplainedTrueUp, form: Form) -> None:
    """Show an explained true-up in a form."""
    show_true_up(found, _called(found.after, found.labels), form, part_object)


def _name(found: ExplainedAmount, *, label: bool = True) -> str:
    return _called(found.explanation, found.labels if label else None)


def _called(explanation: Explanation, labels: Mapping[str, str] | None) -> str:
    """Return how a target is called; without labels as rows for programs call it."""
    values = explanation.asked.values
    if labels is None:
        return " / ".join(value or UNNAMED for value in values.values())
    if values and not any(values.values()):
        is_main = explanation.main in values
        return UNALLOCATED if is_main else " / ".join(f"No {name}" for name in values)
    return " / ".join(labels.get(value, value) if value else f"no {name}" for name, value in values.items()) or ALL


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
    for line in _later(found):
        say(screen, line)
    _screen_of_true_ups(found)
    for part in found.explanation.parts:
        screen.print()
        currency = found.explanation.asked.currency
        say(screen, sentence(part, found.explanation.amount, currency, _name(found)), style="bold", limit=1000)
        for line in lines(part, _name(found), currency):
            say(screen, line, indent=2, limit=1000)
        if part.parts:
            columns = ("charge key", "source", "service", "account", "resource", "cost", "rule", "where")
            rows = [_row(each, currency) for each in part.parts]
            table(columns, rows, right=("cost",), spare=("source", "account", "rule", "service"))
            more = part.charges - len(part.parts)
            if more > 0:
                say(screen, f"And {counted(more, 'charge key')} more.", style="dim")


def _later(found: ExplainedAmount) -> Iterator[str]:
    """Yield where what later versions moved in a closed month stands."""
    for month, amount in found.booked.items():
        yield (
            f"The month is closed: {money(amount, found.explanation.asked.currency)} that later versions moved in it "
            f"stands in {month:%Y-%m}."
        )


def _booked(found: ExplainedAmount) -> Iterator[str]:
    for each in found.true_ups:
        yield (
            f"Beside it stands a true-up of {each.month:%Y-%m}, which is closed: "
            f"{money(each.amount, found.explanation.asked.currency)}, {true_up_cause(each)}."
        )


def _screen_of_true_ups(found: ExplainedAmount) -> None:
    currency = found.explanation.asked.currency
    for each, line in zip(found.true_ups, _booked(found), strict=True):
        say(console(), line)
        table(TRUE_UP_COLUMNS, true_up_rows(each, currency), right=TRUE_UP_RIGHT, spare=TRUE_UP_SPARE)


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


def _rows(found: ExplainedAmount) -> Iterator[tuple[Any, ...]]:
    asked = found.explanation.asked
    head = f"{found.month:%Y-%m}", _name(found, label=False)
    for part in found.explanation.parts:
        if not part.days:
            yield (*head, None, None, None, None, None, asked.measure, None, twelve_places(part.amount), asked.currency,
                   *[None] * 6)  # fmt: skip
        for day in part.days:
            basis = day.basis
            share = basis.share if basis else (part.shares[0] if part.shares else None)
            told = (basis.what, basis.own, basis.whole, basis.part) if basis else (None,) * 4
            yield (*head, part.pool, part.place, share and share.text, share and share.place, day.day, asked.measure,
                   twelve_places(day.pooled), twelve_places(day.amount), asked.currency, *told,
                   dict(day.within) or None, None)  # fmt: skip
    for each in found.true_ups:
        for moved in each.parts:
            last = moved.shares_after[-1] if moved.shares_after else None
            yield (*head, moved.pool, None, last and last.text, last and last.place, None, asked.measure, None,
                   twelve_places(moved.moved), asked.currency, *[None] * 5, f"{each.month:%Y-%m}")  # fmt: skip


def _page(found: ExplainedAmount) -> Iterator[str]:
    yield f"## {markdown_text(_head(found))}"
    yield ""
    yield markdown_text(_version(found))
    yield from (line for words in _later(found) for line in ("", markdown_text(words)))
    for each, line in zip(found.true_ups, _booked(found), strict=True):
        yield from ("", markdown_text(line), "")
        rows = true_up_rows(each, found.explanation.asked.currency)
        yield from markdown_table(TRUE_UP_COLUMNS, rows, TRUE_UP_RIGHT)
    for part in found.explanation.parts:
        currency = found.explanation.asked.currency
        yield from ("", f"**{markdown_text(sentence(part, found.explanation.amount, currency, _name(found)))}**")
        yield from (f"- {markdown_text(line)}" for line in lines(part, _name(found), currency))


def _object(found: ExplainedAmount) -> dict[str, Any]:
    asked = found.explanation.asked
    return {
        "billing_period": f"{found.month:%Y-%m}",
        "target": dict(asked.values),
        "measure": asked.measure,
        "currency": asked.currency,
        "pool": asked.pool,
        "charge_date": cell(asked.day) or None,
        "amount": amount_text(found.explanation.amount),
        "applied": {
            "version": found.run.version,
            "applied_at": cell(found.run.applied_at),
            "author": found.run.author,
            "rule_hash": found.run.rule_hash,
            "ledger_version": found.run.ledger_version,
            "drivers_version": found.run.drivers_version,
            "amount": amount_text(found.stored),
            "ties": found.ties,
        },
        "booked_later": {f"{month:%Y-%m}": amount_text(amount) for month, amount in found.booked.items()},
        "true_ups": {f"{each.month:%Y-%m}": true_up_object(each) for each in found.true_ups},
        "parts": [part_object(part) for part in found.explanation.parts],
    }


def part_object(part: PoolPart) -> dict[str, Any]:
    """Return a part for JSON."""
    return {
        "pool": part.pool,
        "place": part.place,
        "amount": amount_text(part.amount),
        "is_cut": part.is_cut,
        "pool_cost": amount_text(part.pooled),
        "charge_keys": part.charges,
        "shares": [{"text": share.text, "place": share.place} for share in part.shares],
        "days": [_day(day) for day in part.days],
        "charges": [
            {
                "source": each.source, "billing_period": f"{each.month:%Y-%m}", "charge_key": each.key,
                "columns": dict(each.texts), "cost": amount_text(each.cost), "rule": each.rule, "place": each.place,
            }
            for each in part.parts
        ],
    }  # fmt: skip


def _day(day: DayPart) -> dict[str, Any]:
    return {
        "charge_date": str(day.day),
        "bill": f"{day.bill:%Y-%m}",
        "within": dict(day.within),
        "pool_cost": amount_text(day.pooled),
        "amount": amount_text(day.amount),
        "basis": _basis(day.basis) if day.basis else None,
        "by_way_of": dict(day.way),
        "cuts": [
            {"level": cut.level, "of": list(cut.parent), "basis": _basis(cut.basis)} for cut in day.cuts
        ],
    }  # fmt: skip


def _basis(basis: Basis) -> dict[str, Any]:
    return {
        "what": basis.what, "own": basis.own, "whole": basis.whole, "part": basis.part, "share": basis.share.text,
        "place": basis.share.place, "lower": basis.lower, "upper": basis.upper, "refused": list(basis.refused),
    }  # fmt: skip


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
            cut = f", cut by level {way.level.name} ({way.level.place})" if way.level else ""
            yield f"allocated: its own target's{cut}, {whose}"
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
        "cost": amount_text(way.cost),
        "currency": way.currency,
        "level": way.level.name if way.level else None,
        "level_place": way.level.place if way.level else None,
        "targets": [{**each.named, "amount": amount_text(each.amount)} for each in way.targets],
    }
