"""Small AWS bills for tests: line items in, the charges that the mapping makes of them out."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from finmod.engines.duckdb import Engine, identifier
from finmod.normalize import aws
from finmod.normalize.mapping import render
from finmod.normalize.values import Values
from finmod.sources import aws_cur, aws_cur2
from finmod.sources.files import SourceFile
from finmod.sources.stage import Staged, stage

FORMATS = {"aws-cur": aws_cur.FORMAT, "aws-cur2": aws_cur2.FORMAT}

BASE = {
    "bill_payer_account_id": "111111111111",
    "bill_billing_period_start_date": "2026-09-01T00:00:00Z",
    "bill_billing_period_end_date": "2026-10-01T00:00:00Z",
    "bill_billing_entity": "AWS",
    "line_item_usage_account_id": "222222222222",
    "line_item_currency_code": "USD",
    "line_item_usage_start_date": "2026-09-01T00:00:00Z",
    "line_item_usage_end_date": "2026-09-01T01:00:00Z",
}


def charges(folder: Path, rows: Sequence[Mapping[str, str]], format_name: str = "aws-cur") -> list[dict[str, Any]]:
    """Return the charges of line items given under CUR 2.0 names; what a row does not say comes from ``BASE``."""
    path = folder / "bill.csv"
    names = list(dict.fromkeys(name for row in (BASE, *rows) for name in row))
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, names)
        writer.writeheader()
        writer.writerows({**BASE, **row} for row in rows)
    with Engine() as engine:
        return read(engine, path, format_name, folder)


def charge(folder: Path, row: Mapping[str, str], format_name: str = "aws-cur") -> dict[str, Any]:
    """Return the one charge of one line item, its further charges left out."""
    return charges(folder, [row], format_name)[0]


def read(engine: Engine, path: Path, format_name: str, folder: Path, *, pad: bool = False) -> list[dict[str, Any]]:
    """Return the charges of a file, in the order of its rows, each row's own charge before its further ones."""
    staged = stage(
        engine, SourceFile(path, path.name, path.name.ljust(24, "0"), path.stat().st_size), folder, pad_short_rows=pad
    )
    names, rows = engine.table(f"{select(staged, format_name)} ORDER BY x_Row, x_Charge")
    return [dict(zip(names, row, strict=True)) for row in rows]


def select(staged: Staged, format_name: str) -> str:
    """Return the SELECT of a staged file's charges, mapped columns only, with the row and the place in it."""
    mapping = aws.mapping(format_name, [column.name for column in staged.columns])
    values = Values(staged, FORMATS[format_name].canonical, "iso")
    readings = {"$": values.text, "#": values.decimal, "@": values.timestamp}
    selects = []
    for place, each in enumerate((mapping, *mapping.also)):
        body = ", ".join(f"{render(column.sql, readings)} AS {identifier(column.target)}" for column in each.columns)
        selects.append(
            f"SELECT {body}, file_row_number + 1 AS x_Row, {place} AS x_Charge FROM {staged.relation} "
            f"WHERE NOT coalesce({render(each.drop_when, readings)}, false)"
        )
    return " UNION ALL BY NAME ".join(selects)


def total(found: Sequence[Mapping[str, Any]], column: str) -> Decimal:
    """Return the sum of a column, NULL counted as nothing."""
    return sum((row[column] for row in found if row[column] is not None), Decimal(0))
