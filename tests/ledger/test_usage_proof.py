"""The proof of usage: it holds after a load, and a changed table breaks it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from finmod.engines.duckdb import Engine
from finmod.ledger.ledger import Ledger
from finmod.ledger.usage_proof import UsageProof, lost_usage, usage_proofs
from tests.ai import bucket, kept, page, usage
from tests.books import Books
from tests.usage import load_usage, report


def proven(books: Books) -> list[UsageProof]:
    ledger = Ledger(books.root / ".finmod")
    with Engine() as engine:
        return usage_proofs(engine, ledger, ledger.head(engine))


def test_a_ledger_without_usage_has_nothing_to_prove(loaded: Books) -> None:
    assert proven(loaded) == []


def test_rows_and_every_sum_are_those_of_the_file(books: Books) -> None:
    load_usage(books, books.write("a.csv", report({}, {"pod": "web-2", "pod_usage_cpu_core_seconds": ""})))

    found = {proof.quantity: proof for proof in proven(books)}

    assert all(proof.holds for proof in found.values())
    assert found["rows"].ledger == 2
    assert found["CpuUsageCoreSeconds"].files == Decimal(1800)
    assert found["CpuRequestCoreSeconds"].files == Decimal(7200)
    assert "CpuLimitCoreSeconds" not in found


def test_a_quantity_that_no_row_states_makes_no_total(books: Books) -> None:
    load_usage(books, books.write("a.csv", report({"pod_usage_cpu_core_seconds": ""})))

    assert "CpuUsageCoreSeconds" not in {proof.quantity for proof in proven(books)}
    assert books.query("SELECT CpuUsageCoreHours AS c FROM kubernetes_usage") == [{"c": None}]


def test_a_total_that_differs_is_an_error(books: Books) -> None:
    load_usage(books, books.write("a.csv", report({})))
    proof = proven(books)[0]

    (finding,) = lost_usage([proof, replace(proof, ledger=None)])

    assert (finding.code, finding.severity, finding.source, finding.billing_period) == (
        "FM1288",
        "error",
        "k8s",
        "2026-09",
    )
    assert finding.message.endswith("in its manifest and absent in the ledger.")


def test_one_report_under_two_sources_is_an_error(books: Books) -> None:
    path = books.write("a.csv", report({}))
    load_usage(books, path)
    books.run("load", "--format", "kubernetes", "--source", "other", path)

    said = books.run("check")

    assert said.code == 1
    assert "other 2026-09 a.csv: The same bytes are in the source k8s too." in said.out


def test_check_says_how_many_totals_held(books: Books) -> None:
    load_usage(books, books.write("a.csv", report({})))

    assert "7 of 7 totals of Kubernetes usage are the same in files and ledger." in books.run("check").out
    assert "CpuUsageCoreSeconds of a.csv" in books.run("check", "--proof").out


def test_answers_of_ai_usage_are_proven_as_reports_are(books: Books) -> None:
    kept(books, books.write("a.json", usage({}, {"model": "b", "output_tokens": None})))
    load_usage(books, books.write("a.csv", report({})))

    found = {(proof.title, proof.quantity): proof for proof in proven(books)}

    assert all(proof.holds for proof in found.values())
    assert {title for title, _ in found} == {"AI usage", "Kubernetes usage"}
    assert found["AI usage", "rows"].ledger == 2
    assert found["AI usage", "OutputTokens"].files == Decimal(500)
    assert found["AI usage", "InputTokens"].files == Decimal(2000)
    assert ("AI usage", "Images") not in found


def test_an_answer_without_results_makes_no_total(books: Books) -> None:
    kept(books, books.write("a.json", page(bucket(0))))

    assert proven(books) == []
