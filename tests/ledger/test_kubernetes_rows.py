"""The rows of Kubernetes usage: which of a ledger's tables they come from."""

from __future__ import annotations

from finmod.engines.duckdb import Engine
from finmod.ledger.kubernetes_rows import HELD, usage_rows
from finmod.ledger.ledger import Ledger
from finmod.ledger.tables import KUBERNETES_USAGE
from tests.books import Books


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
