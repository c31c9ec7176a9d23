"""``finmod explain``: why charges are called what they are called, and what an allocated amount is made of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from finmod.cli.close import MONTH
from finmod.cli.explain_allocated import (
    MEASURES,
    Target,
    object_of_way,
    show_amount,
    show_explained_true_up,
    targets_of,
    ways_of_charge,
)
from finmod.cli.explain_true_up import booked_words
from finmod.cli.lines import CUT, one_line, say
from finmod.cli.output import Form, cell, console, money, output_option, show
from finmod.cli.project import opened
from finmod.cli.tags import period_option
from finmod.cli.values import Day, Name, Word
from finmod.errors import Problem, UserError, counted
from finmod.terms.money import twelve_places

if TYPE_CHECKING:
    from finmod.allocation.explain.answers import ChargeWay
    from finmod.allocation.explain.charge import ChargeKey
    from finmod.settings.project import Project
    from finmod.taxonomy.explain import DimensionName, KeyNames, ParentName, RuleAnswer
    from finmod.taxonomy.outcomes import Outcome
    from finmod.workspace.explain_allocated import Ways

_PARENT = ("parent_resource", "parent_rule_text", "parent_place")
_COLUMNS = (
    "source", "billing_period", "charge_key", "since", "until", "charges", "effective_cost", "billed_cost", "currency",
    "taggable", "dimension", "value", "rule", "rule_text", "how", "place", "tag_key", "text",
    *_PARENT,
)  # fmt: skip
_SHOWN = (
    "ServiceName", "SubAccountId", "SubAccountName", "ResourceId", "ResourceName", "Tags", "AllocatedResourceId",
    "AllocatedTags",
)  # fmt: skip
_BUT = {
    "folded": ", but for case and separators",
    "alias": ", which is an alias",
    "pattern": ", which an alias that is a pattern matches",
    "inferred": ", for which it was inferred",
}
"""What a tag or column has with the value that it names, where it is not the value's name."""
_CAN = {
    "taggable": "It can carry tags.",
    "unknown": "Nobody knows whether it can carry tags.",
    "negative-cost": "It is in no share of tags: its resource gave back more than it cost.",
}
_LAST_PART = re.compile(r"^.*?([^/:]+)[/:]*$", re.DOTALL)


@click.command("explain")
@click.argument(
    "what", type=Name("a charge key or a resource", "Name one."), metavar="[KEY|RESOURCE]", required=False, default=None
)
@click.option(
    "--of",
    "targets",
    type=Target(),
    multiple=True,
    metavar="DIMENSION=VALUE",
    help="Explain an applied amount, of product=search or of team=; may be repeated for both.",
)
@click.option("--pool", type=Name("a pool"), metavar="NAME", help="Of --of: what came from one pool; direct is none.")
@click.option("--day", type=Day(), metavar="YYYY-MM-DD", help="Of --of: charges that begin on one day alone.")
@click.option(
    "--measure",
    type=Word(MEASURES),
    default=MEASURES[0],
    metavar="COST",
    show_default=True,
    help="Which cost is followed: EffectiveCost, BilledCost, ListCost or ContractedCost.",
)
@click.option(
    "--true-up", "of", type=MONTH, metavar="YYYY-MM", help="Of --of: what was moved later in that closed month, alone."
)
@click.option("--currency", type=Name("a currency"), metavar="CODE", help="Of --of: another than that of most cost.")
@period_option
@output_option
@click.pass_obj
def command(  # noqa: PLR0913 -- one parameter per option; click passes them by name
    folder: Path | None,
    *,
    what: str | None,
    targets: tuple[tuple[str, str | None], ...],
    pool: str | None,
    day: date | None,
    of: str | None,
    measure: str,
    currency: str | None,
    period: str | None,
    form: Form,
) -> None:
    """Show why charges are called what they are called, or what an allocated amount is made of.

    KEY is an x_ChargeKey of charges or charges_daily. RESOURCE is a ResourceId, a ResourceName, or the last parts of an
    id, as tables show it. Each is told with the rule that named it, what every other rule says, and who pays for it.

    With --of an amount of the applied allocation is taken apart: pools, shares, values of drivers, rules, charges.
    """
    from finmod.terms.periods import parse_period
    from finmod.workspace.explain import explain

    month = parse_period(period) if period else None
    if what is None:
        _explain_amount(folder, targets_of(targets), (month, day, pool, of), measure, currency, form)
        return
    if targets or pool or day or of or currency:
        raise UserError(_both())
    project = opened(folder)
    keys = explain(project, what.removeprefix(CUT), month)
    ways = _ways(project, keys, measure)
    if form == "json":
        told = [{**_object(item, ways.of(_key_of(item))), "allocated_untold": ways.untold} for item in keys]
        click.echo(json.dumps(told, indent=2, ensure_ascii=True))
    elif form == "table":
        _screens(keys, ways)
    else:
        show(_COLUMNS, [row for item in keys for row in _rows(item)], form)


def _screens(keys: Sequence[KeyNames], ways: Ways) -> None:
    """Show keys, those together that are alike."""
    from finmod.workspace.explain import MOST

    alike: dict[tuple[Any, ...], list[KeyNames]] = {}
    for item in keys:
        alike.setdefault(_alike(item), []).append(item)
    for number, group in enumerate(alike.values()):
        if number:
            click.echo()
        _screen(group, ways)
    if ways.untold:
        say(console(), f"Who pays for it cannot be told: {ways.untold}.", style="yellow")
    if ways.booked:
        say(console(), booked_words(keys[0].month, ways.booked))
    if len(keys) == MOST:
        say(console(), f"At most {MOST} charge keys are shown, the dearest.")


def _rows(item: KeyNames) -> Iterator[tuple[Any, ...]]:
    amounts = (twelve_places(item.effective_cost), twelve_places(item.billed_cost))
    head = (
        item.source, f"{item.month:%Y-%m}", item.key, item.since, item.until, item.charges, *amounts, item.currency,
        item.taggable,
    )  # fmt: skip
    for name in item.names:
        yield (*head, name.dimension.name, *_outcome(name.outcome), *_parent(name.parent))


def _outcome(found: Outcome | None) -> tuple[Any, ...]:
    if found is None:
        return (None,) * 7
    rule = found.rule
    return (found.value, rule and rule.number, _from(found), found.how, found.place, found.key, found.text)


def _parent(parent: ParentName | None) -> tuple[str | None, ...]:
    """Return the parent resource that a name came from, what names it, and where that stands."""
    if parent is None:
        return (None,) * 3
    return (parent.resource, _from(parent.outcome), parent.outcome.place)


def _from(found: Outcome) -> str:
    return found.rule.text if found.rule else f"rolls up from {found.below}"


def _explain_amount(  # noqa: PLR0913, PLR0917 -- what is explained
    folder: Path | None,
    targets: dict[str, str | None],
    narrowed: tuple[date | None, date | None, str | None, str | None],
    measure: str,
    currency: str | None,
    form: Form,
) -> None:
    from finmod.terms.periods import parse_period
    from finmod.workspace.explain_allocated import Wanted, explain_amount, explain_true_up

    month, day, pool, of = narrowed
    if not (targets or pool or day or of):
        raise UserError(_nothing_named())
    month = month or (day.replace(day=1) if day and not of else None)
    wanted = Wanted(targets, measure, month, day, pool, currency)
    if of is not None:
        show_explained_true_up(explain_true_up(opened(folder), wanted, parse_period(of)), form)
        return
    show_amount(explain_amount(opened(folder), wanted), form)


def _nothing_named() -> Problem:
    return Problem(
        code="FM1061",
        found="nothing to explain is named",
        expected="a charge key, a resource, or --of product=search",
        remedy="See: finmod explain --help",
    )


def _both() -> Problem:
    return Problem(
        code="FM1061",
        found="a charge key or resource stands beside --of, or an option that belongs to it",
        expected="one of the two",
        remedy="Leave one out: --of explains an allocated amount, alone or of a --pool, --day, --true-up, --currency.",
    )


def _ways(project: Project, keys: Sequence[KeyNames], measure: str) -> Ways:
    """Return where the keys' cost went."""
    from finmod.workspace.explain_allocated import explain_ways

    return explain_ways(project, [_key_of(item) for item in keys], measure)


def _key_of(item: KeyNames) -> ChargeKey:
    from finmod.allocation.explain.charge import ChargeKey

    return ChargeKey(item.source, item.month, item.key, item.restated, item.since, item.until)


def _object(item: KeyNames, ways: Sequence[ChargeWay]) -> dict[str, Any]:
    keys = ("value", "rule", "rule_text", "how", "place", "tag_key", "text")
    return {
        "source": item.source,
        "billing_period": f"{item.month:%Y-%m}",
        "charge_key": item.key,
        "true_up_of": f"{item.restated:%Y-%m}" if item.restated else None,
        "since": cell(item.since) or None,
        "until": cell(item.until) or None,
        "charges": item.charges,
        "effective_cost": cell(twelve_places(item.effective_cost)) or None,
        "billed_cost": cell(twelve_places(item.billed_cost)) or None,
        "currency": item.currency,
        "taggable": item.taggable,
        "columns": item.texts,
        "names": {
            name.dimension.name: {
                **dict(zip(keys, _outcome(name.outcome), strict=True)),
                **dict(zip(_PARENT, _parent(name.parent), strict=True)),
                "rules": [_answer(answer) for answer in name.answers],
            }
            for name in item.names
        },
        "allocated": [object_of_way(way) for way in ways],
    }


def _answer(answer: RuleAnswer) -> dict[str, Any]:
    found = answer.outcome
    return {
        "rule": answer.rule.number if answer.rule else None,
        "rule_text": answer.rule.text if answer.rule else (_from(found) if found else "rolls up from below"),
        "place": answer.rule.place if answer.rule else (found.place if found else None),
        "says": found.value if found else None,
        "unrecognised_text": found.text if found and found.value is None else None,
        "parent_resource": answer.parent and answer.parent.resource,
        "wins": answer.wins,
    }


def _screen(keys: Sequence[KeyNames], ways: Ways) -> None:
    """Show what keys have in common: what they are, what they are called, and why."""
    screen, item = console(), keys[0]
    for each in keys:
        say(screen, _head(each), style="bold", limit=1000)
    for name in (*_SHOWN, *_asked(item)):
        if name in item.texts:
            say(screen, f"{name}: {one_line(item.texts[name], 500)}", style="dim", indent=2)
    say(screen, _CAN.get(item.taggable, f"It can carry no tags: {item.taggable.replace('-', ' ')}."), indent=2)
    for name_of in item.names:
        say(screen, f"{name_of.dimension.name} {_sentence(name_of, item)}", indent=2)
        for answer in name_of.answers:
            if not answer.wins and answer.outcome is not None:
                say(screen, _aside(answer, name_of), style="dim", indent=4)
    for each in keys:
        for line in ways_of_charge(ways.of(_key_of(each))):
            say(screen, line, indent=2)


def _head(item: KeyNames) -> str:
    kind = ", ".join(filter(None, (item.texts.get("ChargeCategory"), item.texts.get("SkuMeter"))))
    key = f"{item.source} {item.month:%Y-%m}, charge key {item.key}{f' ({one_line(kind, 100)})' if kind else ''}"
    parts = [f"{key}: {counted(item.charges, 'charge')}", f"EffectiveCost {money(item.effective_cost, item.currency)}"]
    if item.restated:
        parts.append(f"true-up of {item.restated:%Y-%m}")
    if item.since or item.until:
        days = (f"from {item.since}" if item.since else "", f"before {item.until}" if item.until else "")
        parts.append(f"days {' and '.join(filter(None, days))}")
    return ", ".join(parts)


def _asked(item: KeyNames) -> Iterator[str]:
    """Yield the columns besides those always shown that rules with an answer looked at."""
    answers = (answer for name in item.names for answer in name.answers if answer.outcome and answer.rule)
    rules = [answer.rule for answer in answers if answer.rule]
    found = [*(rule.column for rule in rules), *(each.subject for rule in rules for each in rule.when)]
    yield from (name for name in dict.fromkeys(found) if name and name not in _SHOWN)


def _alike(item: KeyNames) -> tuple[Any, ...]:
    """Return what keys have in common that are explained together."""
    shown = tuple(item.texts.get(name) for name in (*_SHOWN, *_asked(item)))
    answers = tuple((answer.outcome, answer.wins) for name in item.names for answer in name.answers)
    return (item.source, item.month, item.restated, item.since, item.until, item.taggable, shown, answers)


def _sentence(name: DimensionName, item: KeyNames) -> str:
    found = name.outcome
    if found is None:
        return f"is not known: {_unknown(name, item)}."
    value = one_line(found.value or "", 100)
    rule = f"rule {found.rule.number}, {one_line(found.rule.text, 200)}; " if found.rule else ""
    return f"is {value}: {_reason(found, item, name.parent)} ({rule}{found.place})."


def _unknown(name: DimensionName, item: KeyNames) -> str:
    """Return why nothing names a dimension."""
    rules = sum(answer.rule is not None for answer in name.answers)
    below = [each.dimension.name for each in item.names if each.dimension.rolls_up == name.dimension.name]
    parts = [f"none of its {rules:,} rules names it" if rules > 1 else "its rule does not name it"] if rules else []
    parts += [f"its {each} does not roll up to it" for each in below]
    return ", and ".join(parts) or "it has no rule"


def _reason(found: Outcome, item: KeyNames, parent: ParentName | None) -> str:
    """Return why a rule names what it names."""
    rule, inferred = found.rule, ", as was inferred" if found.how == "inferred" else ""
    if found.key is not None:
        kind = "label" if rule and rule.kind == "label" else "tag"
        return f"its {kind} {_written(found.key, found.text)}{_BUT.get(found.how, '')}"
    if found.below is not None:
        below = next((each.outcome for each in item.names if each.dimension.name == found.below), None)
        value = one_line(below.value or "", 100) if below else ""
        return f"its {found.below} {f'is {value}' if rule else f'{value} rolls up to it'}{inferred}"
    if found.text is not None and rule is not None and rule.column is not None:
        return f"{_compared(rule.column, found.text, item)}{_BUT.get(found.how, '')}"
    if rule is not None and rule.kind == "parent":
        return f"its parent resource{_named_by(parent)} is called so{inferred}"
    return "whatever it is" if found.how == "is" else f"its conditions hold{inferred}"


def _named_by(parent: ParentName | None) -> str:
    """Return which resource is the parent, and what names it."""
    if parent is None:
        return ""
    rule = parent.outcome.rule
    of_rule = f"rule {rule.number}, " if rule else ""
    return f" {one_line(parent.resource, 160)} (by {of_rule}{one_line(_from(parent.outcome), 200)})"


def _compared(column: str, text: str, item: KeyNames) -> str:
    """Return what stands in a column, and the line of a map that means it where that is a pattern."""
    if column == "name":
        own = item.texts.get("ResourceName") or _LAST_PART.sub(r"\1", item.texts.get("ResourceId", text))
        column = "its name"
    else:
        own = item.texts.get(column, text)
    is_same = own.casefold() == text.casefold()
    return f"{column} is {one_line(own, 80)!r}{'' if is_same else f', like {one_line(text, 80)!r}'}"


def _written(key: str, text: str | None) -> str:
    return one_line(f"{key}={text}", 160)


def _aside(answer: RuleAnswer, name: DimensionName) -> str:
    found = answer.outcome
    assert found is not None  # noqa: S101 -- those without are left out before
    same = name.outcome is not None and name.outcome.value == found.value
    value = one_line(found.value or "", 100)
    if answer.rule is None:
        return f"its {found.below} rolls up to {'the same' if same else f'{value}, and comes later'}."
    rule = f"rule {answer.rule.number}, {one_line(answer.rule.text, 200)},"
    if found.value is None:
        return f"{rule} finds {_written(found.key or '', found.text)}, which is no value."
    if answer.parent is not None:
        rule = f"{rule[:-1]}, of {one_line(answer.parent.resource, 160)},"
    return f"{rule} says the same." if same else f"{rule} would say {value}, and comes later."
