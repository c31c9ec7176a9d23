"""``finmod explain --of``: what later versions moved in a closed month, in words, and down to charges on both sides.

Owns the words of true-ups; what a part is made of is told by ``explain_words.py``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import rich_click as click

from finmod.cli.explain_words import lines, sentence
from finmod.cli.lines import say
from finmod.cli.moves import markdown_table
from finmod.cli.output import Form, cell, console, minute, money, show, table
from finmod.reports.markdown import markdown_text
from finmod.terms.money import difference, twelve_places

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from finmod.allocation.definition import Share
    from finmod.allocation.explain.answers import Explanation, PoolPart
    from finmod.ledger.applied import Run
    from finmod.workspace.explain_allocated import ExplainedTrueUp
    from finmod.workspace.explain_true_ups import TrueUp

_SHORT = 12
TRUE_UP_COLUMNS: Final = ("pool", "before", "after", "moved", "shared before", "shared since")
TRUE_UP_RIGHT: Final = ("before", "after", "moved")
TRUE_UP_SPARE: Final = ("shared before", "shared since")
_COLUMNS = (
    "billing_period", "true_up_of", "pool", "version_before", "version_after", "measure", "currency", "before", "after",
    "moved", "share_before", "share_before_place", "share_after", "share_after_place",
)  # fmt: skip


def booked_words(month: date, booked: Sequence[date]) -> str:
    """Return where what was moved later in a closed month stands."""
    where = ", ".join(f"{each:%Y-%m}" for each in booked)
    return (
        f"Later versions moved cost of {month:%Y-%m}, which is closed: that is booked in {where}. See --of with "
        f"--true-up {month:%Y-%m}."
    )


def true_up_cause(found: TrueUp) -> str:
    """Return which versions made a true-up, and what is new in the later one."""
    if found.before is None:
        return f"by version {found.after.version}"
    what = [
        word
        for word, is_new in (
            ("rules", found.before.rule_hash != found.after.rule_hash),
            ("values of drivers", found.before.drivers_version != found.after.drivers_version),
        )
        if is_new
    ]
    why = f", by its {' and '.join(what)}" if what else ""
    return f"what version {found.after.version} gives there less what version {found.before.version} gave{why}"


def true_up_rows(found: TrueUp, currency: str) -> list[tuple[str, ...]]:
    """Return a true-up by pool, for a table; what shows as 0.00 is left out where anything else does not."""
    from finmod.allocation.moves import DUST

    shown = [part for part in found.parts if abs(part.moved) >= DUST] or found.parts
    return [
        (
            part.pool or "(no pool)", money(part.before, currency), money(_after(part.before, part.moved), currency),
            money(part.moved, currency), _shares(part.shares_before), _shares(part.shares_after),
        )
        for part in shown
    ]  # fmt: skip


def _after(before: Decimal, moved: Decimal) -> Decimal:
    return difference(before, moved.copy_negate())


def _shares(shares: Sequence[Share]) -> str:
    return "; ".join(f"{share.text} ({share.place})" for share in shares)


def true_up_object(found: TrueUp) -> dict[str, Any]:
    """Return a true-up for JSON."""
    return {
        "amount": amount_text(found.amount),
        "before": _version_object(found.before) if found.before else None,
        "after": _version_object(found.after),
        "parts": [
            {
                "pool": part.pool,
                "before": amount_text(part.before),
                "after": amount_text(_after(part.before, part.moved)),
                "moved": amount_text(part.moved),
                "shares_before": [{"text": share.text, "place": share.place} for share in part.shares_before],
                "shares_after": [{"text": share.text, "place": share.place} for share in part.shares_after],
            }
            for part in found.parts
        ],
    }


def _version_object(run: Run) -> dict[str, Any]:
    return {
        "version": run.version,
        "applied_at": cell(run.applied_at),
        "author": run.author,
        "rule_hash": run.rule_hash,
        "ledger_version": run.ledger_version,
        "drivers_version": run.drivers_version,
    }


def amount_text(amount: Decimal) -> str:
    """Return an amount for JSON: every digit, as text."""
    return cell(twelve_places(amount))


def show_true_up(found: ExplainedTrueUp, name: str, form: Form, part_object: Callable[[PoolPart], Any]) -> None:
    """Show a true-up with both sides walked, in a form.

    Args:
        found: It.
        name: What its target is called.
        form: The form.
        part_object: Makes a part ready for JSON.
    """
    if form == "json":
        told = {"billing_period": f"{found.month:%Y-%m}", "true_up_of": f"{found.true_up.month:%Y-%m}"}
        sides = {
            key: [part_object(part) for part in side.parts]
            for key, side in (("parts_before", found.before), ("parts_after", found.after))
        }
        click.echo(json.dumps({**told, **true_up_object(found.true_up), **sides}, indent=2, ensure_ascii=True))
    elif form == "table":
        _screen(found, name)
    elif form == "markdown":
        click.echo("\n".join(_page(found, name)))
    else:
        show(_COLUMNS, list(_rows(found)), form)


def _head(found: ExplainedTrueUp, name: str) -> str:
    asked = found.before.asked
    amount = money(found.true_up.amount, asked.currency)
    return f"{name}: {asked.measure} {amount} in {found.month:%Y-%m}, a true-up of {found.true_up.month:%Y-%m}"


def _cause(found: ExplainedTrueUp) -> str:
    words = true_up_cause(found.true_up)
    same = "" if found.ties else " Made anew, the two differ otherwise: another version of finmod made them."
    return f"{words[:1].upper()}{words[1:]}.{same}"


def _sides(found: ExplainedTrueUp) -> Iterator[tuple[str, Explanation]]:
    currency = found.before.asked.currency
    for run, side in ((found.true_up.before, found.before), (found.true_up.after, found.after)):
        if run is not None:
            head = f"Version {run.version}, applied {minute(run.applied_at)} UTC by {run.author}"
            rules = f"rules {run.rule_hash[:_SHORT]}"
            yield f"{head}, {rules}: {money(side.amount, currency)} in {found.true_up.month:%Y-%m}", side


def _screen(found: ExplainedTrueUp, name: str) -> None:
    screen, currency = console(), found.before.asked.currency
    say(screen, _head(found, name), style="bold")
    say(screen, _cause(found), style="dim" if found.ties else "red")
    screen.print()
    rows = true_up_rows(found.true_up, currency)
    table(TRUE_UP_COLUMNS, rows, right=TRUE_UP_RIGHT, spare=TRUE_UP_SPARE)
    for head, side in _sides(found):
        screen.print()
        say(screen, head, style="bold")
        for part in side.parts:
            say(screen, sentence(part, side.amount, currency, name), indent=2, limit=1000)
            for line in lines(part, name, currency):
                say(screen, line, style="dim", indent=4, limit=1000)


def _page(found: ExplainedTrueUp, name: str) -> Iterator[str]:
    currency = found.before.asked.currency
    yield f"## {markdown_text(_head(found, name))}"
    yield from ("", markdown_text(_cause(found)), "")
    yield from markdown_table(TRUE_UP_COLUMNS, true_up_rows(found.true_up, currency), TRUE_UP_RIGHT)
    for head, side in _sides(found):
        yield from ("", f"**{markdown_text(head)}**", "")
        for part in side.parts:
            yield f"- {markdown_text(sentence(part, side.amount, currency, name))}"
            yield from (f"  - {markdown_text(line)}" for line in lines(part, name, currency))


def _rows(found: ExplainedTrueUp) -> Iterator[tuple[Any, ...]]:
    asked, true_up = found.before.asked, found.true_up
    for part in true_up.parts:
        last = [shares[-1] if shares else None for shares in (part.shares_before, part.shares_after)]
        yield (
            f"{found.month:%Y-%m}", f"{true_up.month:%Y-%m}", part.pool, true_up.before and true_up.before.version,
            true_up.after.version, asked.measure, asked.currency, twelve_places(part.before),
            twelve_places(_after(part.before, part.moved)), twelve_places(part.moved),
            *(text for share in last for text in ((share.text, share.place) if share else (None, None))),
        )  # fmt: skip
