"""What was charged a month, and what of it carries tags: reductions of named charges, made where they lack.

Owns what they depend on, and that charges are named for the months alone that are made anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from finmod.engines.duckdb import Engine, identifier
from finmod.focus.columns import COSTS
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.reduce import whole
from finmod.ledger.reductions import reduced
from finmod.ledger.rule_files import collect
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS, CHARGES, TRUE_UPS, Table
from finmod.marts.monthly import (
    CHARGED_BY,
    QUANTITIES,
    QUANTITY_UNKNOWNS,
    charged_months,
    dated_facts,
    tagged_months,
    without_quantity,
)
from finmod.normalize.charges import COST_UNKNOWNS
from finmod.settings.project import Project
from finmod.taxonomy.compliance import CAN, FACTS, make_facts, tagged_dimensions
from finmod.taxonomy.definition import Taxonomy
from finmod.taxonomy.keyed import BASE, booked_months, make_base
from finmod.taxonomy.naming import Naming, name_keys
from finmod.taxonomy.reading import ReadFiles, has_taxonomy, read_taxonomy

_SHAPE = "3"


@dataclass(frozen=True)
class NamedBy:
    """A taxonomy, and what tells it from another.

    Attributes:
        taxonomy: What names charges.
        hash: Of its files.
    """

    taxonomy: Taxonomy
    hash: str


def named_by(project: Project) -> NamedBy | None:
    """Return the taxonomy of a project; None where there is none.

    Raises:
        UserError: It has problems.
    """
    if not has_taxonomy(project.root):
        return None
    read = ReadFiles()
    taxonomy = read_taxonomy(project.root, read)
    return NamedBy(taxonomy, collect(project.root, read.paths, read.rule_sets).hash)


def charged(engine: Engine, project: Project, ledger: Ledger, snapshot: Snapshot, rules: NamedBy | None) -> str:
    """Return SQL of what was charged a month, with a column per dimension."""
    dimensions = {each.name: each.column for each in rules.taxonomy.dimensions.values()} if rules else {}

    def select(months: Sequence[date]) -> str:
        naming = _named(engine, ledger, snapshot, rules.taxonomy, months) if rules and months else None
        days = _with_quantity_unknowns(
            whole(CHARGE_DAYS, _files(ledger, snapshot, CHARGE_DAYS, months)),
            whole(CHARGES, _files(ledger, snapshot, CHARGES, months)),
        )
        keys = whole(CHARGE_KEYS, _files(ledger, snapshot, CHARGE_KEYS, months))
        true_ups = _true_ups(ledger, snapshot)
        return charged_months(
            _with_true_ups(days, (*_DAYS, *QUANTITY_UNKNOWNS.values()), true_ups),
            _with_true_ups(keys, (*_KEY, *CHARGED_BY[1:]), true_ups),
            naming,
            dimensions if naming else {},
            project.currency,
            months,
        )

    marks = _marks(engine, project, ledger, snapshot, rules, [*dimensions.values()])
    return reduced(engine, project.store, "charged", marks, select)


_KEY = ("x_Source", "x_BillingPeriod", "x_ChargeKey")
_DAYS = (*_KEY, "x_ChargeDate", *COSTS, *COST_UNKNOWNS, *QUANTITIES)


def _with_quantity_unknowns(days: str, charges: str) -> str:
    """Return SQL of the cube with the number of charges without each quantity, which it does not tell itself."""
    own = [*_KEY, "x_ChargeDate"]
    lacking = {name: without_quantity(name) for name in QUANTITIES}
    counts = ", ".join(f"count(*) FILTER ({lacking[name]}) AS {column}" for name, column in QUANTITY_UNKNOWNS.items())
    names = ", ".join(own)
    found = f"(SELECT {names}, {counts} FROM {charges} WHERE {' OR '.join(lacking.values())} GROUP BY {names})"
    # Of several rows of a key and day, by how many days charges run, the first one has the number.
    first = f"(SELECT {names}, min(x_ChargeDays) AS days FROM {days} SEMI JOIN found USING ({names}) GROUP BY {names})"
    columns = ", ".join(f"coalesce(q.{name}, 0) AS {name}" for name in QUANTITY_UNKNOWNS.values())
    same = " AND ".join(f"d.{name} = q.{name}" for name in own)
    return (
        f"(WITH found AS MATERIALIZED {found} SELECT d.*, {columns} FROM {days} AS d LEFT JOIN "
        f"(SELECT * FROM found JOIN {first} AS first USING ({names})) AS q ON {same} "
        "AND d.x_ChargeDays IS NOT DISTINCT FROM q.days)"
    )


def _true_ups(ledger: Ledger, snapshot: Snapshot) -> str:
    """Return SQL of every true-up; one without a quantity counts as one charge that has none."""
    counts = ", ".join(
        f"CAST({without_quantity(name)} AS BIGINT) AS {column}" for name, column in QUANTITY_UNKNOWNS.items()
    )
    return f"(SELECT *, {counts} FROM {whole(TRUE_UPS, ledger.files(TRUE_UPS, snapshot))})"


def _with_true_ups(rows: str, columns: Sequence[str], true_ups: str) -> str:
    """Return SQL of rows of keys or of days, and of true-ups as such: these have texts and amounts in one row."""
    own = ", ".join(map(identifier, columns))
    distinct = "DISTINCT " if "x_ChargeDate" not in columns else ""
    return (
        f"(SELECT {own}, NULL::DATE AS x_TrueUpOf FROM {rows} "
        f"UNION ALL BY NAME SELECT {distinct}{own}, x_TrueUpOf FROM {true_ups})"
    )


def _files(ledger: Ledger, snapshot: Snapshot, table: Table, months: Sequence[date]) -> list[Path]:
    return [file for file in ledger.files(table, snapshot) if _month(file) in months]


def tagged(engine: Engine, project: Project, ledger: Ledger, snapshot: Snapshot, rules: NamedBy | None) -> str:
    """Return SQL of what of a month's cost can carry tags and carries some that are understood, by dimension."""
    if rules is None:
        return f"({tagged_months({'': 0}, (), facts=_NOTHING, can='true')})"

    def select(months: Sequence[date]) -> str:
        naming = _named(engine, ledger, snapshot, rules.taxonomy, months)
        make_facts(engine)
        parts = {each.name: naming.place(each.name) for each in tagged_dimensions(naming)}
        if not parts:
            return tagged_months({"": 0}, months, facts=_NOTHING, can="true")
        cube = whole(CHARGE_DAYS, _files(ledger, snapshot, CHARGE_DAYS, months))
        days = _with_true_ups(cube, _DAYS, _true_ups(ledger, snapshot))
        return tagged_months(parts, months, facts=dated_facts(days, FACTS, naming, project.currency, months), can=CAN)

    return reduced(engine, project.store, "tagged", _marks(engine, project, ledger, snapshot, rules, ()), select)


_NOTHING = (
    "(SELECT NULL::DATE AS x_BillingPeriod, NULL::VARCHAR AS x_Source, NULL::VARCHAR AS ServiceName, "
    "NULL::VARCHAR AS BillingCurrency, NULL::DATE AS x_ChargeDate, NULL::DATE AS x_BillOf, "
    "0::DECIMAL(38,12) AS EffectiveCost, 0 AS x_UnknownEffectiveCost, 0 AS s_0 WHERE false)"
)


def _named(engine: Engine, ledger: Ledger, snapshot: Snapshot, taxonomy: Taxonomy, months: Sequence[date]) -> Naming:
    return name_keys(engine, taxonomy, make_base(engine, ledger, snapshot, taxonomy, months), BASE)


def _marks(  # noqa: PLR0913, PLR0917 -- all that rows depend on
    engine: Engine,
    project: Project,
    ledger: Ledger,
    snapshot: Snapshot,
    rules: NamedBy | None,
    columns: Sequence[str],
) -> dict[date, Sequence[str]]:
    """Return month -> all that its rows depend on: files of charges, true-ups, and what names them.

    A month in which true-ups are booked is there before its own bill comes.
    """
    by_month: dict[date, list[str]] = {month: [] for month in booked_months(engine, ledger, snapshot)}
    for table in (CHARGE_DAYS, CHARGE_KEYS):
        for file in ledger.files(table, snapshot):
            by_month.setdefault(_month(file), []).append(f"{file.parent.parent.name}/{file.name}")
    true_ups = [f"{file.parent.name}/{file.name}" for file in ledger.files(TRUE_UPS, snapshot)]
    shape = (_SHAPE, project.currency, rules.hash if rules else "", *columns, *sorted(true_ups))
    return {month: (*shape, *sorted(by_month[month])) for month in sorted(by_month)}


def _month(file: Path) -> date:
    return date.fromisoformat(file.parent.name.partition("=")[2])
