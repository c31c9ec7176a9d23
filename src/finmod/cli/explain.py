"""``finmod explain``: why charges are called what they are called."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click
from rich.text import Text

from finmod.cli.output import Form, cell, console, money, output_option, show, twelve_places
from finmod.cli.project import opened
from finmod.cli.tags import period_option
from finmod.cli.values import Name
from finmod.errors import counted, printable

if TYPE_CHECKING:
    from finmod.taxonomy.explain import DimensionName, KeyNames, RuleAnswer
    from finmod.taxonomy.outcomes import Outcome

_COLUMNS = (
    "source", "billing_period", "charge_key", "since", "until", "charges", "effective_cost", "billed_cost", "currency",
    "taggable", "dimension", "value", "rule", "rule_text", "how", "place", "tag_key", "text",
)  # fmt: skip
_HOW = {
    "exact": "as it is written there",
    "folded": "but for case and separators",
    "alias": "an alias",
    "pattern": "by an alias that is a pattern",
    "open": "any text is a value",
    "map": "by a map",
    "when": "its conditions hold",
    "is": "whatever it is",
    "parent": "as the parent resource",
    "dimension": "by another dimension",
    "unrecognised": "no value of the dimension",
}


@click.command("explain")
@click.argument("what", type=Name("a charge key or a resource", "Name one."), metavar="KEY|RESOURCE")
@period_option
@output_option
@click.pass_obj
def command(folder: Path | None, what: str, period: str | None, *, form: Form) -> None:
    """Show why charges are called what they are called: the rule that named them, and what every other rule says.

    KEY is an x_ChargeKey of charges or charges_daily. RESOURCE is a ResourceId, a ResourceName, or the last part of an
    id.
    """
    from finmod.terms.periods import parse_period
    from finmod.workspace.explain import MOST, explain

    month = parse_period(period) if period else None
    is_key = what.lstrip("-").isdigit() and len(what) <= 19  # noqa: PLR2004 -- digits of a 63-bit number
    project = opened(folder)
    keys = explain(project, key=int(what), month=month) if is_key else explain(project, resource=what, month=month)
    if form == "json":
        click.echo(json.dumps([_object(item) for item in keys], indent=2, ensure_ascii=True))
        return
    if form != "table":
        show(_COLUMNS, [row for item in keys for row in _rows(item)], form)
        return
    for item in keys:
        _screen(item)
    if len(keys) == MOST:
        console().print(f"The {MOST} dearest keys are shown.")


def _rows(item: KeyNames) -> Iterator[tuple[Any, ...]]:
    amounts = (twelve_places(item.effective_cost), twelve_places(item.billed_cost))
    head = (
        item.source, f"{item.month:%Y-%m}", item.key, item.since, item.until, item.charges, *amounts, item.currency,
        item.taggable,
    )  # fmt: skip
    for name in item.names:
        yield (*head, name.dimension.name, *_outcome(name.outcome))


def _outcome(found: Outcome | None) -> tuple[Any, ...]:
    if found is None:
        return (None,) * 7
    rule = found.rule
    return (found.value, rule and rule.number, _from(found), found.how, found.place, found.key, found.text)


def _from(found: Outcome) -> str:
    return found.rule.text if found.rule else f"rolls up from {found.below}"


def _object(item: KeyNames) -> dict[str, Any]:
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
                "rules": [_answer(answer) for answer in name.answers],
            }
            for name in item.names
        },
    }


def _answer(answer: RuleAnswer) -> dict[str, Any]:
    found = answer.outcome
    return {
        "rule": answer.rule.number if answer.rule else None,
        "rule_text": answer.rule.text if answer.rule else (_from(found) if found else "rolls up from below"),
        "place": answer.rule.place if answer.rule else (found.place if found else None),
        "says": found.value if found else None,
        "unrecognised_text": found.text if found and found.value is None else None,
        "wins": answer.wins,
    }


def _screen(item: KeyNames) -> None:
    screen = console()
    head = (
        f"{item.source} {item.month:%Y-%m}, charge key {item.key}: {counted(item.charges, 'charge')}, EffectiveCost "
        f"{money(item.effective_cost, item.currency)}"
    )
    if item.restated:
        head += f", true-up of {item.restated:%Y-%m}"
    if item.since or item.until:
        days = [f"from {item.since}" if item.since else "", f"until before {item.until}" if item.until else ""]
        head += f", days {' '.join(filter(None, days))}"
    screen.print(Text(printable(head, 1000), style="bold"))
    for name in (
        "ServiceName",
        "SubAccountId",
        "SubAccountName",
        "ResourceId",
        "ResourceName",
        "Tags",
        "AllocatedTags",
    ):
        if name in item.texts:
            screen.print(Text(f"  {name}: {printable(item.texts[name], 500)}", style="dim"))
    screen.print(
        Text(f"  {'It can carry tags' if item.taggable == 'taggable' else f'Tags: {item.taggable}'}.", style="dim")
    )
    for name_of in item.names:
        screen.print(Text(f"  {name_of.dimension.name} is {_sentence(name_of)}"))
        for answer in name_of.answers:
            if not answer.wins and answer.outcome is not None:
                screen.print(Text(f"    {_aside(answer)}", style="dim"))
    screen.print()


def _sentence(name: DimensionName) -> str:
    found = name.outcome
    if found is None:
        every = counted(len(name.answers), "rule")
        return f"not known: none of {every} names it." if name.answers else "not known: it has no rule."
    if found.rule is None:
        return f"{printable(found.value or '', 100)}: {found.below} rolls up to it ({found.place})."
    rule = f"rule {found.rule.number} ({found.rule.text}; {found.place})"
    said = f": {printable(found.text, 80)!r}" if found.text is not None else ":"
    key = f" under the key {printable(found.key, 80)!r}," if found.key is not None else ""
    end = f"{said}{key} {_HOW[found.how]}." if found.text is not None else f": {_HOW[found.how]}."
    return f"{printable(found.value or '', 100)}, by {printable(rule, 300)}{end}"


def _aside(answer: RuleAnswer) -> str:
    found = answer.outcome
    assert found is not None  # noqa: S101 -- those without are left out before
    what = f"rule {answer.rule.number} ({printable(answer.rule.text, 100)})" if answer.rule else _from(found)
    if found.value is None:
        there = f"{printable(found.text or '', 80)!r} under the key {printable(found.key or '', 80)!r}"
        return f"{what} found {there}, {_HOW[found.how]}."
    return (
        f"{what} says {printable(found.value, 100)} too, later in order." if answer.rule else f"{what}: {found.value}."
    )
