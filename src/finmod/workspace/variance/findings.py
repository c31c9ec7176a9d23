"""What is said of a variance: what is unknown, not whole, not told apart or not the same on both sides.

Owns the words. A change that comes of a bill that lacks is said to come of it, and is no finding of cost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from finmod.errors import counted, printable
from finmod.ledger.applied import same_charges
from finmod.marts.variance import ROWS, SIDES
from finmod.models.variance.report import Change, Proof
from finmod.settings.validate import listing
from finmod.terms.findings import Finding, codes
from finmod.terms.money import in_money
from finmod.workspace.variance.cells import Books, Compared
from finmod.workspace.variance.states import Named
from finmod.workspace.variance.told import Told

_RANK: Final = {"error": 0, "warning": 1, "info": 2}
_APART: Final = "What these charges cost more or less is an effect of its own, neither price nor volume"
# Below a hundredth of what moved nobody asks.
_SMALL: Final = Decimal("0.01")


def findings_of(
    books: Books, named: tuple[Named, Named], compared: Compared, total: Change, proofs: Sequence[Proof]
) -> tuple[Finding, ...]:
    """Return what is said of a variance, the gravest first."""
    found = [
        *_unproved(proofs, named), *_partial(named), *_sources(books, named), *_unknown(books, compared, named),
        *_units(compared, total, books), *_currencies(books), *_other(compared, total, books), *_standing(books, named),
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda each: _RANK[each.severity]))


def _finding(code: str, message: str, *, amount: Decimal | None = None, currency: str | None = None) -> Finding:
    return Finding(
        code=code, message=message, severity=codes()[code].severity, amount=amount, currency=currency,
        measure="EffectiveCost",
    )  # fmt: skip


def _unproved(proofs: Sequence[Proof], named: Sequence[Named]) -> Iterator[Finding]:
    for each in proofs:
        if not each.holds:
            message = (
                f"Of {named[each.state].label} {each.compared:f} {each.currency} were compared, and the ledger has "
                f"{each.ledger:f}"
            )
            yield _finding("FM2510", message, amount=each.compared - each.ledger, currency=each.currency)


def _partial(named: Sequence[Named]) -> Iterator[Finding]:
    for each in named:
        edges = [("until", each.told.until), ("since", each.told.since)]
        told = [f"{printable(source, 40)} {word} {day}" for word, days in edges for source, day in days.items()]
        if told:
            message = (
                f"{each.label} is not told whole: {listing(told, 'and')}. The missing days are an effect of days; all "
                "other effects are of the days that are told"
            )
            yield _finding("FM2511", message)
        yield from lacking_days(each.label, each.told)


def lacking_days(label: str, told: Told) -> Iterator[Finding]:
    """Yield that some days of a month have no charges of a source that is told by the day."""
    if told.holes:
        lacking = [f"{printable(source, 40)} on {counted(days, 'day')}" for source, days in told.holes.items()]
        message = (
            f"{label} has no charges of {listing(lacking, 'and')} between its first and last one: what is missing "
            "there looks like less use"
        )
        yield _finding("FM2526", message)


def _sources(books: Books, named: Sequence[Named]) -> Iterator[Finding]:
    rows = books.engine.rows(
        "SELECT x_Source, bool_or(side = 0), bool_or(side = 1), coalesce(sum(amount) FILTER (side = 1), 0) - "
        f"coalesce(sum(amount) FILTER (side = 0), 0) FROM {ROWS} GROUP BY 1 ORDER BY 1"
    )
    for source, before, after, change in rows:
        if before == after:
            continue
        there, lacking = (named[0], named[1]) if before else (named[1], named[0])
        message = (
            f"The source {printable(source, 40)} has charges of {there.label} and none of {lacking.label}: all it "
            f"costs stands as {'ended' if before else 'new'}. Where its bill is only missing, load it"
        )
        yield _finding("FM2512", message, amount=change, currency=books.project.currency)


def _unknown(books: Books, compared: Compared, named: Sequence[Named]) -> Iterator[Finding]:
    for at, each in enumerate(named):
        if compared.unknown[at]:
            message = (
                f"The cost of {counted(compared.unknown[at], 'charge')} of {each.label} is unknown (NULL in the bill): "
                "sums are without it, and what its SKUs changed by stands in the effect other"
            )
            yield _finding("FM2513", message)
        if compared.unrated[at]:
            rows = f"{counted(compared.unrated[at], 'row')} of {each.label} in other currencies"
            message = (
                f"There is no rate into {books.project.currency} for {rows}: sums are without what that costs, and "
                "what its SKUs changed by stands in the effect other. Add rates to the table of fx"
            )
            yield _finding("FM2514", message)


def _currencies(books: Books) -> Iterator[Finding]:
    """Yield for each account that is billed in another currency than before."""
    told = (f"list(DISTINCT BillingCurrency) FILTER (side = {at} AND original <> 0)" for at in SIDES)
    rows = books.engine.rows(f"SELECT x_Source, SubAccountId, {', '.join(told)} FROM {ROWS} GROUP BY ALL ORDER BY ALL")
    for source, account, before, after in rows:
        if before and after and not {*before} & {*after}:
            was, now = (listing(sorted(printable(each, 10) for each in names), "and") for names in (before, after))
            whose = f"the account {printable(account, 60)}" if account else "what has no account"
            message = (
                f"Of {printable(source, 40)} {whose} is billed in {now}, and was in {was}: what it used stands as "
                "ended and new, each at the rate of its month"
            )
            yield _finding("FM2525", message)


def _units(compared: Compared, total: Change, books: Books) -> Iterator[Finding]:
    known = [_moved(old, new) for old, new, times in compared.units if times is not None]
    unknown = [_moved(old, new) for old, new, times in compared.units if times is None]
    if known:
        shown = listing([printable(each, 80) for each in known[:5]], "and")
        message = f"Units of quantity changed: {shown}. Quantities and prices of before are told in the unit of now"
        yield _finding("FM2515", message)
    apart = total.effect("unit_change")
    if unknown:
        shown = listing([printable(each, 80) for each in unknown[:5]], "and")
        message = f"Units changed, and nothing tells how many of the new one the old one is: {shown}. {_APART}"
        yield _finding("FM2516", message, amount=apart, currency=books.project.currency)
    elif apart:
        message = f"Some prices moved more than fiftyfold while quantities moved the other way as much. {_APART}"
        yield _finding("FM2516", message, amount=apart, currency=books.project.currency)


def _moved(old: str, new: str) -> str:
    return f"{old or 'no unit'} is now {new or 'no unit'}"


def _other(compared: Compared, total: Change, books: Books) -> Iterator[Finding]:
    # What lacks a cost or a rate is told of each month, with what bills do not give.
    amount = total.effect("other") - _lacking(compared)
    moved = sum((abs(each) for each in total.effects), Decimal(0))
    if moved and abs(amount) > _SMALL * moved:
        message = "Bills give no cost, quantity, price or kind for some charges: their change is not told apart"
        yield _finding("FM2517", message, amount=amount, currency=books.project.currency)


def _lacking(compared: Compared) -> Decimal:
    """Return what charges without a cost or a rate changed by, as far as it is known: all of it is in other."""
    cells = compared.cells
    before, after = (sum(side.amount[cells.lacks].tolist()) for side in (cells.before, cells.after))
    return in_money(after - before)


def _standing(books: Books, named: Sequence[Named]) -> Iterator[Finding]:
    after = named[1]
    head = books.ledger.head(books.engine)
    if after.run is None:
        yield _finding("FM2518", "No allocation was applied: what products and teams have of the change is not known")
    elif head.version != after.snapshot.version and not same_charges(head, after.snapshot):
        message = (
            f"The variance stands on allocation {after.run.version}, made of version {after.snapshot.version} of the "
            f"ledger, which has version {head.version} now: what came since is not in it. Run: finmod apply"
        )
        yield _finding("FM2519", message)
