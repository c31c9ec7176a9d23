"""``finmod reconcile``: invoices, files and commitments against the charges, and what explains each difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click
from rich.padding import Padding
from rich.text import Text

from finmod.cli.output import Form, console, money, output_option, show, table
from finmod.cli.progress import progress
from finmod.cli.project import opened
from finmod.cli.values import Month, Whole
from finmod.errors import counted, printable
from finmod.terms.money import known_sum, plain, twelve_places

if TYPE_CHECKING:
    from finmod.ledger.commitment_terms import CommitmentTerm
    from finmod.ledger.invoices import InvoiceRow
    from finmod.ledger.reconcile import Behind, Example
    from finmod.workspace.reconcile import ReconcileReport

_COLUMNS = (
    "section", "status", "source", "issuer", "invoice_id", "commitment", "billing_period", "currency", "expected",
    "found", "charges", "difference", "explained", "remainder", "what", "examples",
)  # fmt: skip
_LONGEST = 500
_LONG_ID = 40
_MOST_LINES = 20
_TO_THE_CENT = "to the cent"
_STATUSES = {
    "ties": "{} tie to the last digit",
    _TO_THE_CENT: "{} to the cent (the bills have more digits)",
    "differs": "{} differing",
    "no charges": "{} without charges",
    "not comparable": "{} not comparable",
    "not listed": "{} with charges and not on the list",
    "not loaded": "{} of months that are not loaded",
}


@click.command("reconcile")
@click.argument("period", required=False, type=Month("0001-01", "9999-12"))
@click.option(
    "--rows",
    "most",
    type=Whole("from 0 to 1000", least=0, most=1000),
    default=3,
    show_default=True,
    help="Charges to show behind each explanation.",
)
@output_option
@click.pass_obj
def command(folder: Path | None, period: str | None, *, most: int, form: Form) -> int:
    """Compare invoices, files and commitments with the charges, and explain each difference.

    PERIOD is a month such as 2026-09; all of them where it is not given.

    Exit code 1 when a part of a difference is not explained, an invoice cannot be compared, or a total was not kept.
    """
    from finmod.workspace.reconcile import reconcile

    project = opened(folder)
    with progress() as step:
        report = reconcile(project, period, most=most, step=step)
    if form == "table":
        _screen(report)
    else:
        show(_COLUMNS, [*_rows(report)], form)
    return int(report.red)


def _screen(report: ReconcileReport) -> None:
    _invoices(report)
    _totals(report)
    _commitments(report)
    screen = console()
    rest = ", ".join(money(amount, currency) for currency, amount in report.unexplained.items())
    screen.print()
    lacking = ", ".join(money(amount, currency) for currency, amount in report.not_listed.items())
    if lacking:
        screen.print(Text(f"Charged, and not on the list of invoices: {lacking}."))
    if rest:
        screen.print(Text(f"Not explained: {rest}."))
    elif report.has_list and all(row.status != "not comparable" for row in report.invoices):
        screen.print("No difference between invoices and charges is left unexplained.")
    if report.grave_explained:
        differ = counted(report.grave_explained, "explained difference")
        screen.print(Text(f"{differ}: as grave as a warning, which fails the check (check: in finmod.yaml)."))
    screen.print("[bold red]RED: something must be done.[/]" if report.red else "[bold green]GREEN[/]")


def _heading(words: str) -> None:
    console().print(Text(words, style="bold"))


def _line(indent: int, words: str) -> None:
    """Print words; on a terminal the lines that they take are all indented, in a pipe it is one."""
    screen, shown = console(), printable(words, _LONGEST)
    if screen.is_terminal:
        screen.print(Padding(Text(shown), (0, 0, 0, 2 * indent), expand=False))
    else:
        click.echo("  " * indent + shown)


def _invoices(report: ReconcileReport) -> None:
    _heading(f"Invoices{f' of {report.period}' if report.period else ''}")
    if report.has_list:
        of_status = Counter(map(_status, report.invoices))
        said = [words.format(f"{of_status[name]:,}") for name, words in _STATUSES.items() if of_status[name]]
        _line(1, f"{', '.join(said) or 'none'}.")
    else:
        _line(1, "finmod.yaml names no list of invoices: there is nothing to compare with.")
    open_rows = [row for row in report.invoices if row.status == "not invoiced"]
    for currency in dict.fromkeys(row.currency for row in open_rows):
        of_it = [row for row in open_rows if row.currency == currency]
        amount = known_sum(row.charged for row in of_it)
        _line(1, f"{counted(sum(row.charges for row in of_it), 'charge')} without an invoice id: "
                 f"{money(amount, currency)}.")  # fmt: skip
    rounded = [row for row in report.invoices if row.is_rounded]
    told = [row for row in report.invoices if row.difference or row.status == "not comparable"]
    told = [row for row in told if not row.is_rounded]
    told += [row for row in report.invoices if row.status == "not listed"] if report.has_list else []
    if told or rounded:
        click.echo()
        headings = ("invoice", "issuer", "period", "status", "invoiced", "charged", "difference", "not explained")
        # Of what is rounded nothing but the status says why.
        spare = ("issuer", "charged", "status")
        table(headings, [*map(_shown, (*told, *rounded))], right=headings[4:], spare=spare)
    _rounding(rounded)
    for row in told[:_MOST_LINES]:
        click.echo()
        for indent, words in _why(report, row):
            _line(indent, words)
    if len(told) > _MOST_LINES:
        _line(0, f"and {len(told) - _MOST_LINES:,} more; all of them: --output json")
    click.echo()


def _rounding(rounded: Sequence[InvoiceRow]) -> None:
    """Print once what rounding made of the differences, not for each invoice."""
    if rounded:
        click.echo()
    for currency in dict.fromkeys(row.currency for row in rounded):
        of_it = [row for row in rounded if row.currency == currency]
        amount = _exact(known_sum(row.difference for row in of_it), currency)
        are = "invoice is" if len(of_it) == 1 else "invoices are"
        _line(0, f"{len(of_it):,} {are} rounded to cents, which makes {amount} of difference, charged less invoiced.")


def _status(row: InvoiceRow) -> str:
    return _TO_THE_CENT if row.is_rounded else row.status


def _shown(row: InvoiceRow) -> tuple[object, ...]:
    shown = money if row.is_rounded else _exact
    amounts = [shown(each, row.currency) for each in (row.invoiced, row.charged, row.difference, row.remainder)]
    return row.invoice_id, row.issuer, row.billing_period, _status(row), *amounts


def _exact(amount: Decimal | None, currency: str) -> str:
    """Return money for people, with the digits it has where two places would show nothing of it."""
    rounded = money(amount, currency)
    return f"{plain(amount)} {currency}" if amount and rounded.startswith("0.00 ") else rounded


def _why(report: ReconcileReport, row: InvoiceRow) -> Iterator[tuple[int, str]]:
    """Yield what explains a row, each with the charges behind it, then what does not."""
    yield 0, f"{row.invoice_id} of {row.issuer or 'an unnamed issuer'}, {row.billing_period}: {_gap(row)}"
    for item in row.explanations:
        charges = f", {counted(item.charges, 'charge')}" if item.charges else ""
        yield 1, f"{_exact(item.amount, row.currency)}: {item.words}{charges}"
        yield from _charges(report.examples.get((row, item), ()), row.currency)
    if row.remainder:
        yield 1, f"{_exact(row.remainder, row.currency)}: not explained"
        for gap in report.gaps:
            if gap.source in row.sources and gap.billing_period == row.billing_period:
                yield 2, f"{gap.source}: {gap.message}"
    largest = report.examples.get((row, None), ()) if row.remainder != 0 else ()
    if largest:
        first = ", those without BilledCost first" if row.unknown else ""
        yield 1, f"largest charges of the invoice{first}:"
        yield from _charges(largest, row.currency)


def _gap(row: InvoiceRow) -> str:
    if row.difference:
        return f"{_exact(row.difference, row.currency)}, charged less invoiced"
    if row.status == "not listed":
        return f"charged {_exact(row.charged, row.currency)}, not on the list"
    if row.unknown:
        return f"not comparable, {counted(row.unknown, 'charge')} without BilledCost"
    return "not comparable: list and charges have other currencies, or issuers that cannot be told apart"


def _charges(examples: Sequence[Example], currency: str) -> Iterator[tuple[int, str]]:
    for item in examples:
        what = " ".join(filter(None, (item.category, item.service)))
        amount = "unknown BilledCost" if item.billed is None else _exact(item.billed, currency)
        place = f"{item.file or 'a file that is gone'}, {'a true-up' if item.row is None else f'row {item.row:,}'}"
        yield 2, f"{place}: {item.day} {what} {amount}"


def _totals(report: ReconcileReport) -> None:
    _heading("Files against the ledger")
    holding = sum(proof.holds for proof in report.proofs)
    _line(1, f"{holding:,} of {len(report.proofs):,} control totals of BilledCost, and their row counts, are the "
             "same in files, charges and daily cube.")  # fmt: skip
    for item in (proof for proof in report.proofs if not proof.holds):
        sums = ", ".join(_exact(amount, item.currency) for amount in (item.files, item.charges, item.days))
        rows = ", ".join(f"{number:,}" for number in item.rows)
        _line(1, f"{item.source} {item.billing_period}: {sums}; rows {rows}")
    for unknown in report.unknown:
        charges = f"{counted(unknown.charges, 'charge')} in {unknown.currency}"
        place = f"{unknown.source} {unknown.billing_period}"
        _line(1, f"{place}: {charges} without {unknown.cost}, the first: {unknown.file}, row {unknown.row:,}")
    click.echo()


def _commitments(report: ReconcileReport) -> None:
    _heading("Commitments over their terms, effective against billed")
    whole = [term for term in report.terms if term.rule != "beyond"]
    beyond = len(report.terms) - len(whole)
    known = Counter(term.rule for term in whole)
    _line(1, f"{known['stated']:,} with a term that the purchase states, {known['inferred']:,} with one inferred from "
             f"charges and monthly fees, {beyond:,} not wholly loaded.")  # fmt: skip
    if whole:
        headings = ("commitment", "source", "term", "known by", "billed", "effective", "difference")
        table(headings, [_term(term) for term in whole], right=headings[4:], spare=("known by", "source"))
    for term in (term for term in whole if not term.holds):
        for place in filter(None, term.examples):
            _line(1, f"{term.commitment}: {place}")
    for finding in report.months[:_MOST_LINES]:
        _line(1, f"{finding.source} {finding.billing_period} {finding.example}: {finding.message} ({finding.code})")
        if finding.where:
            _line(2, finding.where)


def _term(term: CommitmentTerm) -> tuple[object, ...]:
    amounts = (term.billed, term.effective, term.difference)
    return (
        _last_part(term.commitment), term.source, f"{term.begins} to {term.ends}", term.rule,
        *(_exact(amount, term.currency) for amount in amounts),
    )  # fmt: skip


def _last_part(commitment: str) -> str:
    """Return the last part of a long id, which tells it apart; other outputs have the whole."""
    last = commitment.rpartition("/")[2]
    return f".../{last}" if last and len(commitment) > _LONG_ID else commitment


def _rows(report: ReconcileReport) -> Iterator[tuple[Any, ...]]:
    """Yield a row per invoice, per explanation and remainder, per total, per commitment."""
    for row in report.invoices:
        place = (", ".join(row.sources) or None, row.issuer, row.invoice_id, None, row.billing_period, row.currency)
        sums = _twelve(row.invoiced, row.charged)
        gaps = _twelve(row.difference, row.explained, row.remainder)
        yield ("invoice", row.status, *place, *sums, row.charges, *gaps, None, _places(report, (row, None)))
        for item in row.explanations:
            amount = _twelve(item.amount)
            examples = _places(report, (row, item))
            words = f"{item.kind}: {item.words}"
            yield ("explanation", None, *place, None, None, item.charges, *amount, None, None, words, examples)
    for proof in report.proofs:
        sums = _twelve(proof.files, proof.charges)
        status = "holds" if proof.holds else "differs"
        yield (
            "total", status, proof.source, None, None, None, proof.billing_period, proof.currency, *sums, proof.rows[1],
            None, None, None, "BilledCost of files and ledger", None,
        )  # fmt: skip
    for term in report.terms:
        sums, gap = _twelve(term.billed, term.effective), _twelve(term.difference)
        status = "beyond" if term.rule == "beyond" else "holds" if term.holds else "differs"
        yield (
            "commitment", status, term.source, None, None, term.commitment, None, term.currency, *sums, term.charges,
            *gap, None, None, f"{term.begins} to {term.ends}, {term.rule}", [*filter(None, term.examples)],
        )  # fmt: skip


def _twelve(*amounts: Decimal | None) -> list[Decimal | None]:
    return [twelve_places(amount) for amount in amounts]


def _places(report: ReconcileReport, behind: Behind) -> list[dict[str, object]] | None:
    found = report.examples.get(behind)
    return None if found is None else [item._asdict() | {"day": f"{item.day}"} for item in found]
