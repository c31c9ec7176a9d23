"""The rows of Kubernetes usage: which of a ledger's tables they come from."""

from __future__ import annotations

from datetime import date

from finmod.engines.duckdb import Engine
from finmod.ledger.kubernetes_rows import HELD, usage_rows
from finmod.ledger.ledger import Ledger
from finmod.ledger.tables import KUBERNETES_USAGE
from tests.books import Books
from tests.usage import load_usage, report


def test_a_ledger_without_usage_has_no_rows_and_every_column(loaded: Books) -> None:
    with Engine() as engine:
        ledger = Ledger(loaded.root / ".finmod")
        sql = usage_rows(ledger, ledger.head(engine))

        assert engine.rows(f"SELECT * FROM {sql}") == []
        assert {name for name, _ in engine.columns(f"SELECT * FROM {sql}")} == set(KUBERNETES_USAGE.columns)


def test_a_row_holds_what_its_report_reckons_else_the_larger_of_request_and_usage() -> None:
    columns = "CpuAllocatedCoreSeconds, CpuRequestCoreSeconds, CpuUsageCoreSeconds"
    with Engine() as engine:
        sql = (
            f"SELECT {HELD['CpuAllocatedCoreSeconds']} FROM "
            f"(VALUES (1, 2, 3), (NULL, 2, 3), (NULL, 2, NULL), (NULL, NULL, NULL)) AS rows ({columns})"
        )

        assert engine.rows(sql) == [(1,), (3,), (2,), (None,)]


def test_files_of_other_months_are_not_read(books: Books) -> None:
    next_month = {"interval_start": "2026-10-01T00:00:00Z", "interval_end": "2026-10-01T00:59:59Z"}
    load_usage(books, books.write("a.csv", report({}, next_month)))
    with Engine() as engine:
        ledger = Ledger(books.root / ".finmod")
        every = usage_rows(ledger, ledger.head(engine))
        october = usage_rows(ledger, ledger.head(engine), (date(2026, 10, 1), date(2026, 10, 31)))

        assert engine.rows(f"SELECT count(*) FROM {every}") == [(2,)]
        assert engine.rows(f"SELECT x_UsageDate FROM {october}") == [(date(2026, 10, 1),)]
