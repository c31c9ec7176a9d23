"""``finmod check``: every tie-out and quality rule, with what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click
from rich.padding import Padding
from rich.text import Text

from finmod.cli.output import Form, console, money, output_option, show, table
from finmod.cli.progress import progress
from finmod.cli.project import opened, typeable
from finmod.errors import counted, printable
from finmod.terms.money import difference, known_sum, plain, twelve_places

if TYPE_CHECKING:
    from finmod.ledger.applied_proof import AppliedProof
    from finmod.ledger.proof import Proof
    from finmod.ledger.usage_proof import UsageProof
    from finmod.terms.findings import Code, Finding, Severity
    from finmod.workspace.check import CheckReport

_COLUMNS = (
    "severity", "code", "source", "billing_period", "column", "charges", "billed_cost", "effective_cost", "currency",
    "message", "example", "where", "remedy", "ignored",
)  # fmt: skip

_STYLES: dict[Severity, str] = {"error": "bold red", "warning": "bold yellow", "info": "dim"}
_EXAMPLES, _LONGEST, _LONGEST_EXAMPLE = 3, 500, 80

_PROOF_COLUMNS = (
    "source", "billing_period", "currency", "measure", "charges", "files", "ledger", "daily_cube", "rounding", "holds",
)  # fmt: skip


@click.command("check")
@click.option("--proof", is_flag=True, help="Print every sum that was compared, to the last digit.")
@output_option
@click.pass_obj
def command(folder: Path | None, *, proof: bool, form: Form) -> int:
    """Prove again that every total was kept, and list what is odd and what to do about it.

    Exit code 1 when something must be done.
    """
    from finmod.terms.findings import codes
    from finmod.workspace.check import check

    project = opened(folder)
    with progress() as step:
        report = check(project, step)
    let_pass = Counter((item.severity, item.code) for item in report.let_pass(project))
    if proof:
        _proof(report, form)
    elif form != "table":
        rows = [
            (*_row(item), codes()[item.code].remedy, (item.severity, item.code) in let_pass) for item in report.findings
        ]
        show(_COLUMNS, rows, form)
    else:
        typed = {code: replace(item, remedy=typeable(folder, item.remedy)) for code, item in codes().items()}
        _screen(report, typed, let_pass)
    return int(report.red)


def _proof(report: CheckReport, form: Form) -> None:
    rows = [*map(_proof_row, report.proofs), *map(_usage_row, report.usage), *map(_applied_row, report.allocated)]
    if form != "table":
        show(_PROOF_COLUMNS, rows, form)
        return
    # Where there is no room, columns go that say nothing which the others do not.
    spare = [] if any(item.rounding_difference for item in report.proofs) else ["rounding"]
    spare += ["daily_cube"] if all(item.days == item.charges for item in report.proofs) else []
    table(_PROOF_COLUMNS, rows, spare=spare)


def _proof_row(item: Proof) -> tuple[object, ...]:
    _, in_ledger, _ = item.rows
    return (
        item.source, item.billing_period, item.currency, item.measure, in_ledger, item.files, item.charges, item.days,
        item.rounding_difference, item.holds,
    )  # fmt: skip


def _usage_row(item: UsageProof) -> tuple[object, ...]:
    what = f"{item.quantity} of {item.file}"
    return item.source, f"{item.period:%Y-%m}", None, what, None, item.files, item.ledger, None, None, item.holds


def _applied_row(item: AppliedProof) -> tuple[object, ...]:
    what = f"{item.measure}, allocation version {item.version}"
    return None, item.billing_period, item.currency, what, None, None, item.allocated, item.charges, None, item.holds


def _row(item: Finding) -> tuple[object, ...]:
    return (
        item.severity, item.code, item.source, item.billing_period, item.column, item.rows,
        *(twelve_places(item.amount) if item.measure == name else None for name in ("BilledCost", "EffectiveCost")),
        item.currency, item.message, item.example, item.where,
    )  # fmt: skip


def _screen(report: CheckReport, catalogue: dict[str, Code], let_pass: Counter[tuple[Severity, str]]) -> None:
    _odd(report, catalogue, let_pass)
    screen = console()
    holding = sum(proof.holds for proof in report.proofs)
    if report.proofs:
        screen.print(
            f"{holding:,} of {len(report.proofs):,} totals are the same in files, charges and daily cube, "
            "to the last digit."
        )
    for title in dict.fromkeys(proof.title for proof in report.usage):
        holds = [proof.holds for proof in report.usage if proof.title == title]
        screen.print(f"{sum(holds):,} of {len(holds):,} totals of {title} are the same in files and ledger.")
    if report.allocated:
        holds = [proof.holds for proof in report.allocated]
        screen.print(
            f"{sum(holds):,} of {len(holds):,} totals are the same in charges and allocation version "
            f"{report.allocated[0].version}, day by day, to the last digit."
        )
    if report.invoices_tie is not None:
        screen.print(_invoices(tie=report.invoices_tie, rounded=report.invoices_rounded))
    billed = [proof for proof in report.proofs if proof.measure == "BilledCost"]
    for currency in dict.fromkeys(proof.currency for proof in billed):
        of_it = [proof for proof in billed if proof.currency == currency]
        amount = money(known_sum(proof.charges for proof in of_it), currency)
        exact_less_rounded = known_sum(proof.rounding_difference for proof in of_it) or Decimal(0)
        moved = plain(difference(Decimal(0), exact_less_rounded))
        screen.print(printable(f"BilledCost {amount}; rounding to 12 places moved it by {moved}."), markup=False)
    passed = let_pass.total()
    if passed:
        screen.print(
            f"{counted(passed, 'finding')} {'is' if passed == 1 else 'are'} let pass: check.ignore in finmod.yaml."
        )
    screen.print("[bold red]RED: something must be done.[/]" if report.red else "[bold green]GREEN[/]")


def _invoices(*, tie: bool, rounded: int) -> str:
    if not tie:
        return f"Not every listed invoice equals its charges, to the {'cent' if rounded else 'last digit'}."
    digits = f"{rounded:,} of them to the cent" if rounded else "to the last digit"
    return f"Every listed invoice of a loaded month equals its charges, {digits}."


def _odd(report: CheckReport, catalogue: dict[str, Code], let_pass: Collection[tuple[Severity, str]]) -> None:
    usage = {proof.source for proof in report.usage}
    by_code: dict[tuple[Severity, str, str | None], list[Finding]] = {}
    for finding in report.findings:
        by_code.setdefault((finding.severity, finding.code, finding.column), []).append(finding)
    if not by_code:
        return
    of_usage = {item.source in usage for item in report.findings}
    amount = {frozenset({True}): "rows", frozenset({True, False}): "charges, rows"}.get(frozenset(of_usage), "charges")
    table(
        ("severity", "code", "column", "what", amount, "periods"),
        [
            (
                _graded(severity, code, let_pass), code, column, catalogue[code].title, _count(items),
                len({(item.source, item.billing_period) for item in items}),
            )
            for (severity, code, column), items in by_code.items()
        ],
        right=(amount,),
    )  # fmt: skip
    screen = console()
    screen.print()
    for (severity, code, column), items in by_code.items():
        if severity != "info":
            shown = " ".join(filter(None, (_graded(severity, code, let_pass), code, column)))
            screen.print(Text(shown, style=_STYLES["info" if (severity, code) in let_pass else severity]))
            for indent, line in (*_lines(items, usage), (1, catalogue[code].remedy)):
                screen.print(Padding(Text(line), (0, 0, 0, 2 * indent), expand=False))
    if any(item.severity == "info" for item in report.findings):
        screen.print("Findings of severity info need no action.", style="dim")
    if any(_hides(items) for items in by_code.values()):
        screen.print("Every finding, whole, with its place and what to do: --output json", style="dim")
    screen.print()


def _graded(severity: Severity, code: str, let_pass: Collection[tuple[Severity, str]]) -> str:
    return f"{severity}, ignored" if (severity, code) in let_pass else severity


def _lines(items: Sequence[Finding], usage: Collection[str]) -> Iterator[tuple[int, str]]:
    """Yield what is found, and a step further in how much is in question and a value of the bill.

    Args:
        items: Findings of one code and column.
        usage: Sources of usage: their rows are no charges.
    """
    for item in items[:_EXAMPLES]:
        place = " ".join(filter(None, (item.source, item.billing_period, item.where)))
        yield 1, printable(": ".join(filter(None, (place, item.message))), _LONGEST)
        about = [] if item.rows is None else [_counted_rows(item, usage)]
        about += [] if item.amount is None else [f"{item.measure} {money(item.amount, item.currency)}"]
        about += [] if item.example is None else [f"for example {_example(item.example)}"]
        if about:
            yield 2, printable(", ".join(about), _LONGEST)
    if len(items) > _EXAMPLES:
        yield 1, f"and {len(items) - _EXAMPLES:,} more"


def _counted_rows(item: Finding, usage: Collection[str]) -> str:
    rows = item.rows or 0
    return f"{counted(rows, 'row')} of usage" if item.source in usage else counted(rows, "charge")


def _example(text: str) -> str:
    return printable(" ".join(text.split()), _LONGEST_EXAMPLE)


def _hides(items: Sequence[Finding]) -> bool:
    """Return whether the screen has less of some findings than the forms for programs."""
    return len(items) > _EXAMPLES or any(
        item.severity == "info" or len(item.message) > _LONGEST or len(item.example or "") > _LONGEST_EXAMPLE
        for item in items
    )


def _count(items: Sequence[Finding]) -> str:
    known = [item.rows for item in items if item.rows is not None]
    return f"{sum(known):,}" if known else ""
