"""``finmod query``: SQL over the public tables."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import rich_click as click

from finmod.cli.output import Form, output_option, show
from finmod.cli.project import opened


class AsOf(click.ParamType[int | datetime]):
    """A ledger version, or an instant in ISO 8601 (UTC where it has no offset)."""

    name = "version|time"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> int | datetime:
        """Return the version as int, the instant as datetime in UTC."""
        if value.isascii() and value.isdigit():
            return int(value)
        try:
            moment = datetime.fromisoformat(value)
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(f"'{value}' is neither a ledger version nor a time such as 2026-09-30T12:00", param, ctx)


@click.command("query")
@click.argument("sql", required=False)
@click.option("--list", "listing", is_flag=True, help="List the tables with grain and unit.")
@click.option("--as-of", type=AsOf(), help="State of the ledger: its version, or a time.")
@output_option
@click.pass_obj
def command(folder: Path | None, sql: str | None, *, listing: bool, as_of: int | datetime | None, form: Form) -> None:
    """Run SQL over the public tables; as a single dash it is read from standard input.

    Amounts are DECIMAL and never summed across currencies unless you do.
    """
    from finmod.workspace.query import query, tables

    if listing:
        result = tables()
    elif sql is None:
        message = "Give a statement, or --list to see the tables."
        raise click.UsageError(message)
    else:
        text = sys.stdin.read() if sql == "-" else sql
        result = query(opened(folder), text, as_of=as_of)
    show(result.columns, result.rows, form)
