"""Reconciliation of invoices: every row, what explains its difference, and the charges behind that.

Owns the order of the steps. The rows are made in ``invoices.py`` and explained in ``explanations.py``; the queries
stand in ``sql/``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from finmod.engines.duckdb import Engine, identifier
from finmod.focus.columns import MEASURES
from finmod.ledger.explanations import Explainer, Repeats
from finmod.ledger.invoice_files import ListedInvoice
from finmod.ledger.invoice_matches import match_invoices
from finmod.ledger.invoice_sides import ChargeFiles, Part, charged_parts, total
from finmod.ledger.invoices import Explanation, InvoiceRow, InvoiceTie, not_invoiced, tie_of
from finmod.ledger.reduce import query, relation
from finmod.normalize.charges import CHARGE_TYPES
from finmod.terms.findings import Finding

# Examples are looked up for so many of the largest differences.
_MOST_SHOWN = 50


class Example(NamedTuple):
    """A charge behind a sum: where it stands, and what it is. A true-up has no row: it is a difference."""

    file: str | None
    row: int | None
    day: date
    service: str | None
    category: str | None
    billed: Decimal | None


Behind = tuple[InvoiceRow, Explanation | None]
"""A row of an invoice and one of its explanations; None for what is not explained, or not compared."""


@dataclass(frozen=True)
class Reconciliation:
    """Invoices against their charges.

    Attributes:
        ties: Every invoice of list or charges.
        not_invoiced: Charges without an invoice id: a row per issuer, billing period and currency.
        names: A finding per pair of issuers' names that list and charges have for the same invoices.
        examples: Charges behind what is explained and what is not, the largest first.
    """

    ties: tuple[InvoiceTie, ...]
    not_invoiced: tuple[InvoiceRow, ...]
    names: tuple[Finding, ...]
    examples: dict[Behind, tuple[Example, ...]]

    @property
    def rows(self) -> list[InvoiceRow]:
        """Return every row: one per issuer, invoice id, billing period and currency."""
        return [*(row for tie in self.ties for row in tie.rows), *self.not_invoiced]


def reconcile_invoices(
    engine: Engine, lines: Sequence[ListedInvoice], files: ChargeFiles, *, most: int = 0, period: str | None = None
) -> Reconciliation:
    """Compare every listed invoice with its charges, and explain the differences.

    Args:
        engine: Where to run.
        lines: Lines of the list; empty without one.
        files: Of the ledger.
        most: Number of charges to show behind each explanation; 0 for none.
        period: Billing period whose charges are shown, ``YYYY-MM``; None for all.
    """
    with charged_parts(engine, files) as parts:
        matches, names = match_invoices(lines, parts)
        # True-ups alone do not tell that the bill of a month is loaded.
        held = {part.month for part in parts if part.true_up_of is None}
        ties = [tie_of(match, held) for match in matches]
        explained = _explained(engine, ties, parts, files)
        open_rows = not_invoiced(parts)
        rows = [row for tie in explained for row in tie.rows if period in {None, row.billing_period}]
        examples = _examples(engine, rows, files.charges, most) if most else {}
    return Reconciliation(tuple(explained), tuple(open_rows), tuple(names), examples)


def _explained(
    engine: Engine, ties: Sequence[InvoiceTie], parts: Sequence[Part], files: ChargeFiles
) -> list[InvoiceTie]:
    explainer = Explainer(ties, parts)
    ties = [explainer.across_periods(tie) if len(tie.rows) > 1 else tie for tie in ties]
    differing = [row for tie in ties for row in tie.rows if row.remainder]
    if not differing:
        return [*ties]
    repeats = _repeats(engine, differing, files.charges)
    # The largest difference takes first what may explain several.
    order = sorted(
        differing, key=lambda row: (-abs(row.remainder or Decimal(0)), row.billing_period, row.invoice_id or "")
    )
    found = {id(row): explainer.explain(row, repeats) for row in order}
    return [replace(tie, rows=tuple(found.get(id(row), row) for row in tie.rows)) for tie in ties]


def _repeats(engine: Engine, rows: Sequence[InvoiceRow], charges: Sequence[Path]) -> Repeats:
    """Return the charges that stand there once more than an equal one, of parts of invoices that differ."""
    wanted = {part.number: 1 if (row.remainder or 0) > 0 else -1 for row in rows for part in row.parts}
    places = {(part.source, part.month) for row in rows for part in row.parts}
    found: dict[int, tuple[int, Decimal]] = {}
    for number, count, amount, *_ in _repeated_rows(engine, wanted, places, charges):
        before = found.get(number, (0, Decimal(0)))
        found[number] = before[0] + count, total((before[1], amount))
    return found


def _repeated_rows(
    engine: Engine, wanted: dict[int, int], places: set[tuple[str, str]], charges: Sequence[Path]
) -> list[tuple]:  # type: ignore[type-arg]
    if not wanted:
        return []
    values = ", ".join(f"({number}, {sign})" for number, sign in wanted.items())
    engine.run(f"CREATE OR REPLACE TEMP TABLE wanted_parts AS SELECT * FROM (VALUES {values}) AS v (x_Part, sign)")
    try:
        found = []
        for path in _of_places(charges, places):
            own = sorted({name for name, _ in engine.columns(f"SELECT * FROM {relation([path])}")} - {*CHARGE_TYPES})
            compared = ", ".join(f"charges.{identifier(name)}" for name in (*MEASURES, *own))
            found += engine.rows(query("invoice_repeats").format(charges=relation([path]), compared=compared))
        return found
    finally:
        engine.run("DROP TABLE wanted_parts")


def _of_places(charges: Sequence[Path], places: Iterable[tuple[str, str]]) -> list[Path]:
    """Return the files of some sources' billing periods: each has a folder of its own."""
    folders = {(f"x_Source={source}", f"x_BillingPeriod={month}-01") for source, month in places}
    return [path for path in charges if (path.parent.parent.name, path.parent.name) in folders]


def _examples(
    engine: Engine, rows: Iterable[InvoiceRow], charges: Sequence[Path], most: int
) -> dict[Behind, tuple[Example, ...]]:
    behind = [*_behind(rows)]
    found: dict[Behind, tuple[Example, ...]] = {}
    whole = [(row, item) for row, item in behind if item is None or not item.repeated]
    wanted = [(_parts_of(*pair), pair[1] is not None and pair[1].kind == "sign") for pair in whole]
    for number, *values in _largest(engine, wanted, charges, most):
        found[whole[number]] = (*found.get(whole[number], ()), Example(*values))
    for row, item in behind:
        if item is not None and item.repeated:
            sign = 1 if item.amount > 0 else -1
            places = {(part.source, part.month) for part in item.parts}
            repeated = _repeated_rows(engine, {part.number: sign for part in item.parts}, places, charges)
            repeated.sort(key=lambda values: (-abs(values[2]), *values[3:5]))
            found[row, item] = tuple(Example(*values[3:]) for values in repeated[:most])
    return found


def _behind(rows: Iterable[InvoiceRow]) -> Iterator[Behind]:
    told = [row for row in rows if row.difference or row.status in {"not listed", "not comparable"}]
    told.sort(key=lambda row: -abs(row.difference or row.charged or Decimal(0)))
    for row in told[:_MOST_SHOWN]:
        yield from ((row, item) for item in row.explanations if item.parts)
        if row.remainder != 0 and row.parts:
            yield row, None


def _parts_of(row: InvoiceRow, item: Explanation | None) -> Sequence[Part]:
    if item is not None:
        return item.parts
    # Where charges without BilledCost are what cannot be compared, they are shown, not the largest others.
    unknown = [part for part in row.parts if part.unknown]
    return unknown or row.parts


def _largest(
    engine: Engine, wanted: Sequence[tuple[Sequence[Part], bool]], charges: Sequence[Path], most: int
) -> list[tuple]:  # type: ignore[type-arg]
    """Return the largest charges of each of some sums of parts, of which a flag asks for those of negative cost."""
    # Usage of positive and of negative cost is one part of the keys.
    rows = {
        (place, part.number, part.late, negative) for place, (parts, negative) in enumerate(wanted) for part in parts
    }
    values = ", ".join(f"({place}, {number}, {late}, {negative})" for place, number, late, negative in sorted(rows))
    every = [part for parts, _ in wanted for part in parts]
    files = _of_places(charges, {(part.source, part.month) for part in every if part.true_up_of is None})
    if not values:
        return []
    columns = "(wanted, x_Part, late, negative)"
    engine.run(f"CREATE OR REPLACE TEMP TABLE wanted_rows AS SELECT * FROM (VALUES {values}) AS v {columns}")
    try:
        found = engine.rows(query("invoice_examples").format(charges=relation(files), most=most)) if files else []
        if any(part.true_up_of is not None for part in every):
            found += engine.rows(query("invoice_true_up_examples").format(most=most))
        return found
    finally:
        engine.run("DROP TABLE wanted_rows")
