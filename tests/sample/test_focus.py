"""The FOCUS exports, and the truth beside the others, keep every rule of the standard."""

from __future__ import annotations

import pytest

from finmod.engines.duckdb import Engine
from finmod.focus.columns import columns
from finmod.focus.rules import rules
from finmod.sample import SampleSummary
from finmod.sample.focus import FORMS, TRUTHS
from tests.sample.bills import files

_SQL_TYPES = {"Decimal": "DECIMAL(38,12)", "Date/Time": "TIMESTAMP", "String": "VARCHAR", "JSON": "VARCHAR"}


def _charges(engine: Engine, summary: SampleSummary, source: str) -> list[str]:
    """Make the table ``charges`` of a source and return its columns."""
    paths = ", ".join(f"'{path}'" for path in files(summary.folder, source))
    form = (FORMS | TRUTHS)[source]
    relation = f"read_parquet([{paths}])" if form.ending == "parquet" else f"read_csv([{paths}], all_varchar = true)"
    types = {column.id: column.data_type for column in columns(version=form.version)} | {"x_NotInExport": "String"}
    names = [name for name, _ in engine.columns(f"SELECT * FROM {relation}")]
    cast = ", ".join(f'CAST("{name}" AS {_SQL_TYPES[types[name]]}) AS "{name}"' for name in names)
    engine.run(f"CREATE OR REPLACE TEMP TABLE charges AS SELECT {cast} FROM {relation}")
    return names


@pytest.mark.parametrize("source", FORMS | TRUTHS)
def test_columns_are_those_of_the_version(small: SampleSummary, source: str) -> None:
    with Engine() as engine:
        names = _charges(engine, small, source)
    wanted = {column.id for column in columns(version=(FORMS | TRUTHS)[source].version)}
    assert set(names) == wanted | ({"x_NotInExport"} if source in TRUTHS else set())


@pytest.mark.parametrize("source", FORMS | TRUTHS)
def test_no_rule_is_broken(term: SampleSummary, source: str) -> None:
    broken = []
    with Engine() as engine:
        names = set(_charges(engine, term, source))
        for rule in rules():
            if rule.scope != "file" and names.issuperset(rule.columns):
                count = engine.row(f"SELECT count(*) FROM charges WHERE {rule.violation_sql}")[0]
                broken += [(rule.code, rule.name, count)] if count else []
    assert broken == []


def test_tokens_are_counted_one_by_one_and_priced_by_the_thousand(small: SampleSummary) -> None:
    with Engine() as engine:
        _charges(engine, small, "ai")
        found = engine.rows(
            """SELECT DISTINCT PricingUnit, ConsumedUnit, ConsumedQuantity = PricingQuantity * 1000 FROM charges
               WHERE ChargeCategory = 'Usage'"""
        )
    assert found == [("1000 Tokens", "Tokens", True)]


def test_a_correction_of_a_closed_period_stands_in_the_next(small: SampleSummary) -> None:
    with Engine() as engine:
        _charges(engine, small, "azure-mca")
        found = engine.rows(
            "SELECT DISTINCT BillingPeriodStart::DATE::VARCHAR, strftime(ChargePeriodStart, '%Y-%m'), BilledCost < 0 "
            "FROM charges WHERE ChargeClass = 'Correction'"
        )
    assert found == [("2026-09-01", "2026-08", True)]


def test_the_data_centre_names_its_host(small: SampleSummary) -> None:
    with Engine() as engine:
        _charges(engine, small, "datacentre")
        found = engine.rows("SELECT DISTINCT HostProviderName, ServiceProviderName FROM charges")
    assert found == [("Granite Row Data Centres (invented)", "Granite Row Data Centres (invented)")]
