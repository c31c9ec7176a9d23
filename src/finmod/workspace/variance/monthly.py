"""The variance of every month against the one before, as rows of the public table ``variance_monthly``.

Owns what they depend on. The effects of a month are found once and kept until a bill, rules or rates change.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from finmod import __version__
from finmod.engines.duckdb import Engine
from finmod.ledger.applied import runs
from finmod.ledger.ledger import Ledger
from finmod.ledger.reductions import kept
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS, CLOSE_RATES, CLOSES, TRUE_UPS
from finmod.marts.changes import keep_effects, make_variance
from finmod.settings.project import Project
from finmod.taxonomy.keyed import months_of
from finmod.terms.periods import months_before
from finmod.workspace.marks import file_marks, rate_marks
from finmod.workspace.variance.variance import Made, make
from finmod.workspace.variance.wanted import Wanted

VARIANCES: Final = "variance_monthly"
_NAME: Final = "variance"
_SHAPE: Final = "4"
"""Changes where the effects of the same bills would be others."""
_POOL: Final = "pool"
_AROUND: Final = (-1, 0, 1, 2)
"""Months before the one that is told."""


def offer_variances(engine: Engine, project: Project) -> None:
    """Make the table ``variance_monthly`` in an engine.

    Raises:
        UserError: A file of the project has problems.
    """
    ledger = Ledger(project.store)
    known = runs(engine, ledger)
    head = ledger.at(engine, known[-1].ledger_version) if known else ledger.head(engine)
    months = months_of(ledger, head) if head.version >= 0 else []
    dimensions = [*known[-1].dimensions.values()] if known else []
    pairs = [(month, months_before(month, 1)) for month in months if months_before(month, 1) in months]
    make_variance(
        engine, dimensions, {pair: _effects(engine, project, ledger, *pair) for pair in pairs}, project.currency
    )


def _effects(engine: Engine, project: Project, ledger: Ledger, month: date, before: date) -> str:
    """Return SQL of the effects of a month, which are found in an engine of their own where they are not kept."""

    def find() -> str:
        with Engine(temp_folder=project.store / "spill") as own:
            return _keep(engine, make(own, project, Wanted(month, f"{before:%Y-%m}")))

    return kept(engine, project.store, _NAME, _mark(engine, project, ledger, month, before), find)


def _keep(engine: Engine, made: Made) -> str:
    facts = made.facts
    names = [made.books.targets.get(name, "x_Pool" if name == _POOL else name) for name in facts.columns]
    columns = dict(zip(names, zip(*facts.texts, strict=True), strict=True)) if facts.texts else dict.fromkeys(names, ())
    lacking = {"x_Pool": [None] * len(facts.texts)} if "x_Pool" not in columns else {}
    told = {name: [*texts] for name, texts in {**columns, **lacking}.items() if name != "BillingCurrency"}
    return keep_effects(engine, told, facts.effects)


def _mark(engine: Engine, project: Project, ledger: Ledger, month: date, before: date) -> list[str]:
    """Return all that the effects of a month depend on: bills, the books, rules and exchange rates."""
    known = runs(engine, ledger)
    run = known[-1] if known else None
    snapshot = ledger.at(engine, run.ledger_version) if run else ledger.head(engine)
    around = {f"{months_before(month, distance)}" for distance in _AROUND}
    last = f"{months_of(ledger, snapshot)[-1]}"
    files = [
        file
        for table in (CHARGE_DAYS, CHARGE_KEYS)
        for file in ledger.files(table, snapshot)
        # Which days a month lacks is seen beside those that stand before and after it.
        if file.parent.name.partition("=")[2] in around
    ]
    head = ledger.head(engine)
    files += [file for table in (CLOSES, CLOSE_RATES, TRUE_UPS) for file in ledger.files(table, head)]
    books = [run.rule_hash, *(run.months.get(each, "") for each in (month, before))] if run else [""]
    return [
        _SHAPE,
        __version__,
        f"{month}",
        f"{before}",
        f"{last == f'{month}'}",
        *rate_marks(project),
        *books,
        *file_marks(files),
    ]
