"""``finmod check``: every tie-out and quality rule, with what to do."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from finmod.cli.output import Form, cell, console, money, output_option, show, table
from finmod.cli.project import opened

_COLUMNS = (
    "severity", "code", "source", "billing_period", "column", "charges", "billed_cost", "currency", "message",
    "example", "where",
)  # fmt: skip


@click.command("check")
@click.option("--proof", is_flag=True, help="Print every sum that was compared, to the last digit.")
@output_option
@click.pass_obj
def command(folder: Path | None, *, proof: bool, form: Form) -> int:
    """Prove again that every total was kept, and list what is odd and what to do about it.

    Exit code 1 when something must be done.
    """
    from finmod.terms.findings import codes  # noqa: PLC0415
    from finmod.workspace.check import check  # noqa: PLC0415

    report = check(opened(folder))
    if proof:
        show(
            (
                "source",
                "billing_period",
                "currency",
                "measure",
                "charges",
                "files",
                "ledger",
                "daily_cube",
                "rounding",
                "holds",
            ),
            [
                (
                    p.source,
                    p.billing_period,
                    p.currency,
                    p.measure,
                    p.rows,
                    p.files,
                    p.charges,
                    p.days,
                    p.rounding_difference,
                    p.holds,
                )
                for p in report.proofs
            ],
            form,
        )
        return int(report.red)
    rows = [
        (
            f.severity,
            f.code,
            f.source,
            f.billing_period,
            f.column,
            f.rows,
            f.amount,
            f.currency,
            f.message,
            f.example,
            f.where,
        )
        for f in report.findings
    ]
    if form != "table":
        show(_COLUMNS, rows, form)
        return int(report.red)
    _screen(report, codes())
    return int(report.red)


def _screen(report, catalogue) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 -- late imports
    by_code: dict[tuple[str, str, str | None], list] = {}
    for finding in report.findings:
        by_code.setdefault((finding.severity, finding.code, finding.column), []).append(finding)
    if by_code:
        table(
            ("", "code", "column", "what", "charges", "periods", "for example"),
            [
                (
                    severity, code, column or "", catalogue[code].title,
                    sum(item.rows or 0 for item in items) or None,
                    len({(item.source, item.billing_period) for item in items}),
                    " ".join(filter(None, (items[0].source, items[0].billing_period, items[0].where))),
                )
                for (severity, code, column), items in by_code.items()
            ],
        )  # fmt: skip
        console().print()
        for code in dict.fromkeys(code for severity, code, _ in by_code if severity != "info"):
            console().print(f"{code}: {catalogue[code].remedy}", markup=False)
        console().print()
    holding = sum(proof.holds for proof in report.proofs)
    console().print(
        f"{holding:,} of {len(report.proofs):,} totals are the same in files, charges and daily cube, to the last digit."
    )
    billed: dict[str, tuple] = {}
    for proof in report.proofs:
        if proof.measure == "BilledCost" and proof.charges is not None:
            amount, rounding = billed.get(proof.currency, (0, 0))
            billed[proof.currency] = (amount + proof.charges, rounding + (proof.rounding_difference or 0))
    for currency, (amount, rounding) in billed.items():
        console().print(
            f"BilledCost {money(amount, currency)}; rounding to 12 places moved it by {cell(rounding.normalize() if rounding else 0)}."
        )
    console().print("[bold red]RED: something must be done.[/]" if report.red else "[bold green]GREEN[/]")
