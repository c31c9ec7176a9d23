"""Evidence of a month: its charge keys named and selected by the rules, and what their days show.

Owns which keys, days and exchange rates the evidence of a month is made of. The tables are those of
``marts/savings_evidence.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from finmod.engines.duckdb import identifier, literal
from finmod.focus.columns import COSTS
from finmod.ledger.close_rates import every_kept_rate
from finmod.ledger.rate_findings import ForeignDay
from finmod.ledger.reduce import whole
from finmod.ledger.reporting import REPORTING_COSTS, with_reporting
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS, Table
from finmod.marts.savings_evidence import ALSO, make_days, make_evidence, make_groups, make_keys, make_parts
from finmod.normalize.charges import COST_UNKNOWNS
from finmod.settings.savings import Selected
from finmod.taxonomy.definition import Taxonomy
from finmod.taxonomy.keyed import BASE, make_base
from finmod.taxonomy.naming import Naming, name_keys
from finmod.taxonomy.segments import Segments
from finmod.taxonomy.selected import Alternatives, read_as_tags, with_selections
from finmod.workspace.fx import reporting_of
from finmod.workspace.metrics.measures import Measures

_WHEN, _BESIDE = "savings:", "beside:"
# To sum a cost takes time, and a base without any is none.
_ONE_COST: Final = ("EffectiveCost",)
_CUBE: Final = (
    "x_Source", "x_BillingPeriod", "x_ChargeKey", "x_ChargeDate", "x_ChargeDays", "ConsumedQuantity", *COSTS,
    *COST_UNKNOWNS,
)  # fmt: skip


@dataclass(frozen=True)
class Looked:
    """What the evidence of a month was made by, while its tables stand in the engine.

    Attributes:
        books: Where they stand.
        month: First day of the billing period.
        rules: The rules; their places are their numbers in the tables.
        dimensions: Dimension -> its column.
        as_tags: Dimension that the taxonomy lacks, so that tags of its name are read -> rules that look at it.
    """

    books: Measures
    month: date
    rules: tuple[Selected, ...]
    dimensions: Mapping[str, str]
    as_tags: Mapping[str, Sequence[str]]


def name_months(books: Measures, months: Sequence[date], rules: Sequence[Selected]) -> Naming:
    """Return the names of the keys of some months, and what rules select among them; the engine has their tables."""
    taxonomy = with_selections(books.taxonomy or Taxonomy({}), _selections(rules))
    segments = make_base(books.engine, books.ledger, books.snapshot, taxonomy, months, costs=_ONE_COST)
    naming = name_keys(books.engine, taxonomy, segments, BASE)
    naming.offer_values(books.engine)
    return naming


def _selections(rules: Sequence[Selected]) -> dict[str, Alternatives]:
    found: dict[str, Alternatives] = {_WHEN + each.rule.name: each.when for each in rules}
    return found | {_BESIDE + each.rule.name: each.beside for each in rules if each.beside}


def look(books: Measures, month: date, rules: Sequence[Selected], naming: Naming) -> Looked:
    """Make the tables of evidence of a month.

    Args:
        books: The project's books.
        month: First day of a billing period that has charges.
        rules: What is looked for.
        naming: Names of the keys of that month, and perhaps of others.
    """
    taxonomy, engine = books.taxonomy or Taxonomy({}), books.engine
    dimensions = {each.name: each.column for each in taxonomy.dimensions.values()}
    names = [(_WHEN + each.rule.name, _BESIDE + each.rule.name if each.beside else None) for each in rules]
    make_keys(engine, naming, names, dimensions, _texts(books, month))
    make_days(engine, _cube(books, month, naming.segments), lambda rows: _reported(books, month, rows))
    declared = [each.rule for each in rules]
    make_groups(engine, declared)
    make_evidence(engine, declared)
    make_parts(engine)
    found = read_as_tags(taxonomy, _selections(rules))
    as_tags = {name: [each.partition(":")[2] for each in by] for name, by in found.items()}
    return Looked(books, month, tuple(rules), dimensions, as_tags)


def files_of(books: Measures, table: Table, *, first: date, last: date) -> list[Path]:
    """Return the files of the months of a span, both ends included."""
    return [file for file in books.ledger.files(table, books.snapshot) if first <= month_of(file) <= last]


def month_of(file: Path) -> date:
    """Return the billing period of a file by the folder of its partition."""
    return date.fromisoformat(file.parent.name.partition("=")[2])


def _texts(books: Measures, month: date) -> str:
    columns = ", ".join(("x_Source", "x_BillingPeriod", "x_ChargeKey", *map(identifier, ALSO)))
    return f"(SELECT {columns} FROM {whole(CHARGE_KEYS, files_of(books, CHARGE_KEYS, first=month, last=month))})"


def _cube(books: Measures, month: date, segments: Segments) -> str:
    rows = whole(CHARGE_DAYS, files_of(books, CHARGE_DAYS, first=month, last=month))
    return f"(SELECT {', '.join(_CUBE)}, {segments.of('x_ChargeDate')} AS segment FROM {rows})"


def _reported(books: Measures, month: date, rows: str) -> str:
    """Return SQL of rows with costs in the reporting currency; where all are in it, that takes no time to plan."""
    currency = books.project.currency
    abroad = books.engine.rows(
        f"SELECT DISTINCT BillingCurrency, x_ChargeDate FROM ({rows}) WHERE BillingCurrency <> {literal(currency)}"
    )
    if not abroad:
        costs = ", ".join(f"{cost} AS {reported}" for cost, reported in REPORTING_COSTS.items())
        return f"(SELECT *, {costs} FROM ({rows}))"
    days = [ForeignDay("", f"{month:%Y-%m}", other, day, 1, None, month) for other, day in abroad]
    kept = every_kept_rate(books.engine, books.ledger, books.snapshot)
    return f"({with_reporting(rows, reporting_of(books.project, days, kept), (), 'x_BillingPeriod')})"
