"""Explain what was applied: an amount down to pools, shares, drivers, rules and charges; a charge up to its targets.

Owns which applied version and which months are walked. The run of a month is made again from the rules that were kept,
on the state of the ledger and the drivers that it was made on, and what was applied must come out of it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finmod.allocation.explain import Asked, ChargeWay, Explanation, explain_charge, explain_target
from finmod.allocation.run import Run as Made
from finmod.engines.duckdb import Engine, EngineError, identifier
from finmod.errors import Problem, UserError, near, printable
from finmod.ledger.applied import Run, files_of, runs
from finmod.ledger.delta import damaged
from finmod.ledger.ledger import Ledger
from finmod.ledger.reduce import whole
from finmod.ledger.tables import ALLOCATED
from finmod.settings.project import Project
from finmod.settings.validate import listing
from finmod.taxonomy.keyed import cube
from finmod.workspace.plan import kept_rules
from finmod.workspace.rules import Rules, made_run


@dataclass(frozen=True)
class Wanted:
    """What is to be explained.

    Attributes:
        values: Dimension -> its value; None for what has none there.
        measure: FOCUS id of the cost.
        month: First day of the billing period; None for the last one that was applied.
        day: One charge date; None for all.
        pool: One pool; None for all.
        currency: BillingCurrency; None for the one with most cost.
    """

    values: Mapping[str, str | None]
    measure: str = "EffectiveCost"
    month: date | None = None
    day: date | None = None
    pool: str | None = None
    currency: str | None = None


@dataclass(frozen=True)
class ExplainedAmount:
    """An applied amount and what it is the sum of.

    Attributes:
        run: The applied version that gave the month its rows.
        month: First day of the billing period.
        stored: What was applied: a sum of rows of ``allocated_daily``.
        explanation: The same, walked.
        labels: Value of a dimension -> what reports call it.
        true_ups: Closed month -> what rules that came later moved there, and that is booked in this month beside it.
    """

    run: Run
    month: date
    stored: Decimal
    explanation: Explanation
    labels: Mapping[str, str]
    true_ups: Mapping[date, Decimal]

    @property
    def ties(self) -> bool:
        """Return whether the walk gives what was applied, to the last digit."""
        return self.stored == self.explanation.amount


def explain_amount(project: Project, wanted: Wanted) -> ExplainedAmount:
    """Return an applied amount with everything behind it.

    Raises:
        UserError: Nothing was applied, or there is no such month, dimension, value, pool or currency.
    """
    with _opened(project, wanted.month) as at:
        values = _resolved(at.rules, wanted.values)
        if wanted.pool is not None:
            _refuse_unknown("pool", wanted.pool, ["direct", *(pool.name for pool in at.rules.allocation.pools)])
        asked = Asked(values, wanted.measure, "", wanted.pool, wanted.day)
        stored = _stored(at, asked, wanted.currency)
        asked = Asked(values, wanted.measure, stored[0], wanted.pool, wanted.day)
        found = explain_target(at.engine, at.made, asked)
        return ExplainedAmount(at.run, at.month, stored[1], found, _labels(at.rules), _true_ups(at, asked))


def explain_ways(project: Project, keys: Sequence[tuple[str, date, int]], measure: str) -> dict[int, list[ChargeWay]]:
    """Return where charge keys of one month went in the applied allocation; nothing where none was applied of it.

    Args:
        project: Whose ledger.
        keys: Source, first day of the billing period and x_ChargeKey of each; the month is that of the first.
        measure: FOCUS id of the cost.
    """
    ledger = Ledger(project.store)
    with Engine() as engine:
        known = runs(engine, ledger)
    if not keys or not any(keys[0][1] in run.months for run in known[-1:]):
        return {}
    with _opened(project, keys[0][1]) as at:
        days, _ = cube(at.ledger, at.ledger.at(at.engine, at.run.ledger_version), [at.month])
        return {key[2]: list(explain_charge(at.engine, at.made, key, days, measure)) for key in keys}


@dataclass(frozen=True)
class _At:
    """One applied month, run again."""

    engine: Engine
    ledger: Ledger
    newest: Run
    run: Run
    month: date
    rules: Rules
    made: Made


@contextmanager
def _opened(project: Project, month: date | None) -> Iterator[_At]:
    ledger = Ledger(project.store)
    with Engine(temp_folder=project.store / "spill") as engine:
        try:
            known = runs(engine, ledger)
            if not known:
                raise UserError(_nothing())
            chosen = max(known[-1].months) if month is None else month
            if chosen not in known[-1].months:
                raise UserError(_no_month(chosen, sorted(known[-1].months)))
            run = next(each for each in reversed(known) if chosen in each.changed)
            rules = kept_rules(ledger, run)
            snapshot = ledger.at(engine, run.ledger_version)
            made = made_run(engine, ledger, snapshot, rules, drivers=run.drivers_version, months=[chosen])
            yield _At(engine, ledger, known[-1], run, chosen, rules, made)
        except EngineError as error:
            raise UserError(damaged(str(error))) from error


def _stored(at: _At, asked: Asked, currency: str | None) -> tuple[str, Decimal]:
    """Return the currency and the applied amount: of the currency with most cost where none is named."""
    found = at.engine.rows(
        f"SELECT BillingCurrency, sum({identifier(asked.measure)}) AS amount FROM {_rows(at, asked)} AND "
        "x_AllocationOf IS NULL GROUP BY ALL HAVING amount IS NOT NULL ORDER BY abs(amount) DESC, BillingCurrency",
        list(asked.values.values()),
    )
    amounts = dict(found)
    if not amounts:  # nothing but what is booked of closed months
        booked = at.engine.rows(
            f"SELECT DISTINCT BillingCurrency FROM {_rows(at, asked)} AND x_AllocationOf IS NOT NULL ORDER BY 1",
            list(asked.values.values()),
        )
        amounts = {row[0]: Decimal(0) for row in booked}
        found = [*amounts.items()]
    if currency is not None and currency not in amounts:
        _refuse_unknown("currency of it", currency, sorted(amounts))
    if not amounts:
        raise UserError(_no_amount(asked, at.month))
    chosen = currency or found[0][0]
    return chosen, amounts[chosen]


def _true_ups(at: _At, asked: Asked) -> dict[date, Decimal]:
    """Return what is booked in the month of closed ones, by the closed month."""
    found = at.engine.rows(
        f"SELECT x_AllocationOf, sum({identifier(asked.measure)}) AS amount FROM {_rows(at, asked)} AND "
        "x_AllocationOf IS NOT NULL AND BillingCurrency = ? GROUP BY ALL HAVING amount <> 0 ORDER BY 1",
        [*asked.values.values(), asked.currency],
    )
    return dict(found)


def _rows(at: _At, asked: Asked) -> str:
    """Return SQL for the applied rows behind a number, its true-ups too, up to the first condition."""
    rows = whole(ALLOCATED, files_of(at.ledger, ALLOCATED, at.newest))
    columns = at.rules.columns
    tests = [f"{identifier(columns[name])} IS NOT DISTINCT FROM ?" for name in asked.values]
    tests += ["x_Pool IS NULL" if asked.pool == "direct" else f"x_Pool = {_text(asked.pool)}"] if asked.pool else []
    tests += [f"x_ChargeDate = DATE '{asked.day}'"] if asked.day else []
    return f"{rows} WHERE x_BillingPeriod = DATE '{at.month}'{''.join(f' AND {test}' for test in tests)}"


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _resolved(rules: Rules, values: Mapping[str, str | None]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name, value in values.items():
        _refuse_unknown("dimension that costs are allocated to", name, rules.allocation.to)
        known = rules.taxonomy.dimensions[name].values
        if value is not None and known is not None:
            _refuse_unknown(f"value of {name}", value, list(known))
        found[name] = value
    return found


def _refuse_unknown(what: str, name: str, known: Sequence[str]) -> None:
    if name in known:
        return
    close = near(name, known)
    shown = known if len(known) <= _MOST_NAMES else []
    raise UserError(
        Problem(
            code="FM2230",
            found=f"{printable(name, 80)!r} is no {what}",
            expected=listing(shown) if shown else None,
            remedy=f"Did you mean {close!r}?" if close else "Name one that there is.",
        )
    )


_MOST_NAMES = 30


def _labels(rules: Rules) -> dict[str, str]:
    return {
        name: value.label
        for dimension in rules.allocation.to
        for name, value in (rules.taxonomy.dimensions[dimension].values or {}).items()
        if value.label
    }


def _nothing() -> Problem:
    return Problem(
        code="FM2231",
        found="no allocation was applied yet",
        expected="one to explain",
        remedy="See what the rules give with: finmod plan; make it the books' with: finmod apply.",
    )


def _no_month(month: date, there: Sequence[date]) -> Problem:
    return Problem(
        code="FM2232",
        found=f"{month:%Y-%m} is not in the applied allocation",
        expected=f"a month from {there[0]:%Y-%m} to {there[-1]:%Y-%m}" if there else None,
        remedy="Apply it first: finmod apply.",
    )


def _no_amount(asked: Asked, month: date) -> Problem:
    what = ", ".join(f"{name} {printable(value or '(none)', 80)}" for name, value in asked.values.items()) or "all"
    of_pool = f" from pool {printable(asked.pool, 80)}" if asked.pool else ""
    return Problem(
        code="FM2233",
        found=f"{what} has no {asked.measure}{of_pool} in {asked.day or f'{month:%Y-%m}'}",
        remedy='See what there is with: finmod query "SELECT * FROM allocated_daily LIMIT 10".',
    )
