"""``finmod query``: SQL over the public tables."""

from __future__ import annotations

import re
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import rich_click as click

from finmod.cli.output import Form, output_option, show, table
from finmod.cli.project import opened
from finmod.cli.values import wrong_value


class AsOf(click.ParamType[int | datetime | date]):
    """A ledger version, a closed month, or an instant in ISO 8601 (UTC where it has no offset)."""

    name = "version|month|time"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> int | datetime | date:
        """Return the version as int, the month as the date of its first day, the instant as datetime in UTC."""
        if value.isascii() and value.isdigit():
            return int(value)
        month = re.fullmatch(r"(?:close:)?([0-9]{4})-(0[1-9]|1[0-2])", value)
        if month is not None and month[1] != "0000":
            return date(int(month[1]), int(month[2]), 1)
        try:
            moment = datetime.fromisoformat(value)
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError):
            expected = "a version such as 3, a closed month such as 2026-09, or a time such as 2026-09-30T12:00"
            also = ", neither a ledger version nor a month nor a time"
            raise wrong_value(value, param, ctx, expected=expected, also=also) from None


class _Query(click.RichCommand):
    """A command whose argument may begin with a comment of SQL, which looks like an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put such a statement last, behind the sign that ends the options."""
        options = {name for parameter in self.get_params(ctx) for name in parameter.opts}
        comments = [
            word
            for word in args
            if word.startswith("--") and len(word.split(maxsplit=1)) > 1 and word.partition("=")[0] not in options
        ]
        if comments and "--" not in args:
            args = [*(word for word in args if word not in comments), "--", *comments]
        return super().parse_args(ctx, args)


@click.command("query", cls=_Query)
@click.argument("sql", required=False)
@click.option("--list", "listing", is_flag=True, help="List the tables with grain and unit.")
@click.option("--as-of", type=AsOf(), help="State of the ledger: its version, a closed month (YYYY-MM), or a time.")
@output_option
@click.pass_obj
def command(
    folder: Path | None, sql: str | None, *, listing: bool, as_of: int | datetime | date | None, form: Form
) -> None:
    """Run SQL over the public tables; as a single dash it is read from standard input.

    Amounts are DECIMAL and never summed across currencies unless you do.
    """
    from finmod.workspace.query import query, tables

    if listing and (sql is not None or as_of is not None):
        message = "--list takes no statement and no --as-of: it lists the tables, which are the same at all times"
        raise click.UsageError(message)
    if listing:
        result = tables()
    elif sql is None:
        message = "Give a statement, or --list to see the tables."
        raise click.UsageError(message)
    else:
        text = sys.stdin.read() if sql == "-" else sql
        result = query(opened(folder), text, as_of=as_of)
    if form == "table" and listing:
        table(result.columns, result.rows, spare=("owner",), whole_words=True)
    else:
        show(result.columns, result.rows, form)
