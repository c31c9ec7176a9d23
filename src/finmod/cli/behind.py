"""``finmod variance --effect``: the charges behind an effect, with the figures of both months."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import rich_click as click

from finmod.cli.compared import must_hold
from finmod.cli.figures import amount_text, percent_text, signed
from finmod.cli.lines import end_of, one_line, say
from finmod.cli.moves import finding_words
from finmod.cli.output import Form, console, json_text, objects, table, text_of
from finmod.cli.project import opened
from finmod.errors import counted
from finmod.terms.money import twelve_places

if TYPE_CHECKING:
    from finmod.models.variance.report import Behind, Half, Source
    from finmod.workspace.variance.wanted import Wanted

_CELLS = 15


def show_behind(
    folder: Path | None, wanted: Wanted, asked: tuple[str, dict[str, str | None]], top: int | None, form: Form
) -> None:
    """Print the charges behind an effect: those with the most of it, and what all else has.

    Args:
        folder: Of the project.
        wanted: The two states.
        asked: Name of the effect, and whose it is.
        top: How many rows.
        form: Of the result.
    """
    from finmod.workspace.variance.drill import effect_named, variance_behind

    name, scope = asked
    found = variance_behind(opened(folder), wanted, effect_named(name), scope, top or _CELLS)
    _show(found, form)
    if form in {"csv", "markdown"}:
        for finding in found.findings:
            say(console(stderr=True), finding_words(finding))
    must_hold(found.proofs)


def _show(found: Behind, form: Form) -> None:
    if form == "table":
        _screen_of_cells(found)
        return
    if form == "json":
        click.echo(json_text(_json_of_cells(found)), nl=False)
        return
    # Files sum to the effect as well: what has no row of its own stands below.
    blank = [None] * len(_OF_CELL)
    rows = [["charges", None, twelve_places(each.amount), *_cell(each)] for each in found.sources]
    rows += [["others", None, twelve_places(found.others_amount), *blank]] if found.others else []
    rows += [
        ["pool" if pool else "other shares", pool or None, twelve_places(amount), *blank]
        for pool, amount in found.pools
    ]
    click.echo(text_of(("part", "pool", "amount", *_OF_CELL), rows, form), nl=False)


def _json_of_cells(found: Behind) -> dict[str, Any]:
    rows = [(twelve_places(each.amount), *_cell(each)) for each in found.sources]
    return {
        "effect": found.effect.name, "title": found.effect.title, "meaning": found.effect.meaning,
        "of": dict(found.scope), **next(objects(("amount",), [(twelve_places(found.amount),)])),
        "rows": [*objects(("amount", *_OF_CELL), rows)],
        "others": next(objects(("cells", "amount"), [(found.others, twelve_places(found.others_amount))])),
        "pools": [*objects(("pool", "amount"),
                           [(pool or None, twelve_places(amount)) for pool, amount in found.pools])],
        "findings": [*objects(("code", "severity", "message"),
                              [(each.code, each.severity, each.message) for each in found.findings])],
    }  # fmt: skip


_SIDES = ("source", "account", "region", "service", "sku", "resource", "unit", "category", "currency")
_HALF = ("cost", "quantity", "covered", "list_price", "contracted_price", "charge_keys")


_OF_CELL = (*_SIDES, *(f"{half}_{name}" for half in ("before", "after") for name in _HALF))


def _cell(each: Source) -> list[Any]:
    return [*each.texts.values(), *_figures(each.before), *_figures(each.after)]


def _figures(half: Half) -> list[Any]:
    keys = ", ".join(map(str, half.charge_keys))
    return [twelve_places(half.cost), half.quantity, half.covered, half.list_price, half.contracted_price, keys]


def _screen_of_cells(found: Behind) -> None:
    screen = console()
    scope = ", ".join(f"{name}={'' if value is None else one_line(value, 60)}" for name, value in found.scope)
    say(screen, f"{found.effect.title}{f' of {scope}' if scope else ''}: {signed(found.amount, 2)}", style="bold")
    say(screen, found.effect.meaning)
    if found.sources:
        heads = ["Amount", "Service", "Resource or SKU", "Account", "Quantity", "List price", "Covered", "Cost", "Key"]
        # A key that is folded cannot be copied.
        whole = ("Amount", "Quantity", "List price", "Covered", "Cost", "Key")
        spare = ("Account", "Covered", "List price", "Service")
        table(heads, [_cell_row(each) for each in found.sources], right=whole, spare=spare)
    if found.others:
        say(screen, f"{counted(found.others, 'other')}: {signed(found.others_amount, 2)}")
    for pool, amount in found.pools:
        what = (
            f"Its part of the pool {one_line(pool, 60)}" if pool else "The rest, as levels of allocation.yaml give it"
        )
        more = f"; the charges: --of {quote(f'pool={one_line(pool, 200)}')}" if pool else ""
        say(screen, f"{what}: {signed(amount, 2)}{more}")
    if found.sources:
        say(screen, "Why a charge is called what it is called and who pays for it: finmod explain KEY")
    for finding in found.findings:
        say(screen, finding_words(finding), style={"error": "red", "warning": "yellow"}.get(finding.severity, ""))


def _cell_row(each: Source) -> list[str]:
    texts = each.texts
    named = texts["ResourceId"] or texts["sku"] or texts["ChargeCategory"] or ""
    key = next(iter((*each.after.charge_keys, *each.before.charge_keys)), None)
    before, after = each.before, each.after
    return [
        signed(each.amount, 2), one_line(texts["ServiceName"] or "-", 32), end_of(one_line(named, 400)),
        one_line(texts["SubAccountId"] or "-", 24), _moved(before.quantity, after.quantity),
        _moved(before.list_price, after.list_price), _moved(before.covered, after.covered, percent=True),
        f"{before.cost:,.2f} → {after.cost:,.2f}", "" if key is None else str(key),
    ]  # fmt: skip


def _moved(before: float | None, after: float | None, *, percent: bool = False) -> str:
    texts = []
    for value in (before, after):
        told = None if value is None else Decimal(repr(value))
        texts.append(percent_text(told) if percent else amount_text(told))
    return texts[0] if texts[0] == texts[1] else " → ".join(texts)
