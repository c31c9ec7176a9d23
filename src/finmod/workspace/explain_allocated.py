"""Explain what was applied: an amount down to pools, shares, drivers, rules and charges; a charge up to its targets.

Owns which applied version and which months are walked. The run of a month is made again from the rules that were kept,
on the state of the ledger and the drivers that it was made on, and what was applied must come out of it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from finmod.allocation.explain.answers import Asked, ChargeWay, Explanation
from finmod.allocation.explain.charge import ChargeKey, explain_charge
from finmod.allocation.explain.walk import explain_target
from finmod.allocation.run import ENGINE_MEMORY
from finmod.allocation.run import Run as Made
from finmod.engines.duckdb import Engine, EngineError, identifier
from finmod.errors import UserError
from finmod.ledger.applied import Run, runs
from finmod.ledger.delta import damaged
from finmod.ledger.ledger import Ledger
from finmod.settings.project import Project
from finmod.taxonomy.definition import Value
from finmod.taxonomy.keyed import cube
from finmod.terms.money import difference
from finmod.workspace.explain_refusals import (
    no_amount,
    no_month,
    no_true_up,
    nothing_applied,
    refuse_unknown,
    value_named,
)
from finmod.workspace.explain_true_ups import Look, TrueUp, applied_rows_sql, booked_later, months_booked, true_ups
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
        true_ups: What later versions moved in closed months, and is booked in this month beside it, oldest first.
        booked: Month -> what later versions moved in this one, which is closed, and is booked there.
    """

    run: Run
    month: date
    stored: Decimal
    explanation: Explanation
    labels: Mapping[str, str]
    true_ups: tuple[TrueUp, ...]
    booked: Mapping[date, Decimal] = field(default_factory=dict)

    @property
    def ties(self) -> bool:
        """Return whether the walk gives what was applied, to the last digit."""
        return self.stored == self.explanation.amount


@dataclass(frozen=True)
class ExplainedTrueUp:
    """A true-up, and what a target has in the closed month by the versions before and after it.

    Attributes:
        month: First day of the month in which it is booked.
        true_up: It.
        before: By the version before it.
        after: By that which made it.
        labels: Value of a dimension -> what reports call it.
    """

    month: date
    true_up: TrueUp
    before: Explanation
    after: Explanation
    labels: Mapping[str, str]

    @property
    def ties(self) -> bool:
        """Return whether both walks differ by what is booked, but for the order in which amounts were split."""
        return abs(difference(difference(self.after.amount, self.before.amount), self.true_up.amount)) < _NOISE


_NOISE = Decimal("1e-6")
"""Many days of amounts below a billionth, which no true-up is made of."""


def explain_amount(project: Project, wanted: Wanted) -> ExplainedAmount:
    """Return an applied amount with everything behind it.

    Raises:
        UserError: Nothing was applied, or there is no such month, dimension, value, pool or currency.
    """
    with _opened(project, wanted.month) as at:
        made = at.made()
        asked, stored = _asked(at, wanted)
        found = explain_target(at.engine, made, asked, at.cubes)
        look = at.look(asked)
        booked = booked_later(at.engine, at.ledger, at.known[-1], look)
        trued = true_ups(at.engine, at.ledger, at.known, look, at.rules_of)
        return ExplainedAmount(at.run, at.month, stored, found, _labels(at), trued, booked)


def explain_true_up(project: Project, wanted: Wanted, of: date) -> ExplainedTrueUp:
    """Return what later versions moved in a closed month, with everything behind it before and after.

    Args:
        project: Whose ledger.
        wanted: What is explained; its month is that in which the true-up is booked.
        of: First day of the closed month.

    Raises:
        UserError: As above, or nothing of that month is booked there.
    """
    with _opened(project, wanted.month) as at:
        asked, _ = _asked(at, wanted)
        found = next(
            (
                each
                for each in true_ups(at.engine, at.ledger, at.known, at.look(asked), at.rules_of)
                if each.month == of
            ),
            None,
        )
        if found is None or found.before is None:
            raise UserError(no_true_up(asked, at.month, of))
        walks: list[Explanation] = []
        for run in (found.before, found.after):
            then = replace(at, run=run, month=of, rules=at.rules_of(run))
            walks.append(explain_target(at.engine, then.made(), asked, then.cubes))
        return ExplainedTrueUp(at.month, found, walks[0], walks[1], _labels(at))


@dataclass(frozen=True)
class Ways:
    """Where charge keys went.

    Attributes:
        by_key: Key -> its ways; none of a month of which nothing was applied.
        untold: Why they cannot be told, the rules being gone or not taken any more; None where they can.
        booked: Months in which what later versions moved in theirs, which is closed, is booked.
    """

    by_key: Mapping[ChargeKey, Sequence[ChargeWay]] = field(default_factory=dict)
    untold: str | None = None
    booked: tuple[date, ...] = ()

    def of(self, key: ChargeKey) -> Sequence[ChargeWay]:
        """Return the ways of a key."""
        return self.by_key.get(key, ())


def explain_ways(project: Project, keys: Sequence[ChargeKey], measure: str) -> Ways:
    """Return where charge keys of one month went in the applied allocation.

    Args:
        project: Whose ledger.
        keys: The keys; the month is that of the first.
        measure: FOCUS id of the cost.
    """
    ledger = Ledger(project.store)
    with Engine() as engine:
        known = runs(engine, ledger)
    if not keys or not any(keys[0].month in run.months for run in known[-1:]):
        return Ways()
    try:
        with _opened(project, keys[0].month) as at:
            made = at.made()
            ways = {key: list(explain_charge(at.engine, made, key, at.cubes, measure)) for key in keys}
            return Ways(ways, booked=months_booked(at.engine, at.ledger, at.known[-1], at.month))
    except UserError as error:
        return Ways(untold=error.problems[0].found)


@dataclass(frozen=True)
class _At:
    """One applied month.

    Attributes:
        engine: Open.
        ledger: Has what was applied.
        known: Every version.
        run: The one that gave the month its rows.
        month: First day of the billing period.
        rules: Those of the version.
        newest: Those of the newest version, by which values are called today.
        kept: Hash of rules -> them, of those that were read.
    """

    engine: Engine
    ledger: Ledger
    known: tuple[Run, ...]
    run: Run
    month: date
    rules: Rules
    newest: Rules
    kept: dict[str, Rules] = field(default_factory=dict)

    def rules_of(self, run: Run) -> Rules:
        """Return the rules of a version, read once: that takes as long as a small run.

        Raises:
            UserError: They are gone.
        """
        if run.rule_hash not in self.kept:
            self.kept[run.rule_hash] = kept_rules(self.ledger, run, self.rules)
        return self.kept[run.rule_hash]

    def made(self) -> Made:
        """Return the run of the version, made again for the month."""
        snapshot = self.ledger.at(self.engine, self.run.ledger_version)
        return made_run(
            self.engine, self.ledger, snapshot, self.rules, drivers=self.run.drivers_version, months=[self.month]
        )

    @property
    def cubes(self) -> tuple[str, str]:
        """Return SQL for the daily cube of the month, and for the true-ups that are booked in it."""
        return cube(self.ledger, self.ledger.at(self.engine, self.run.ledger_version), [self.month])

    def look(self, asked: Asked) -> Look:
        """Return which applied rows are behind a number."""
        return Look(asked, self.rules.columns, self.month)


@contextmanager
def _opened(project: Project, month: date | None) -> Iterator[_At]:
    ledger = Ledger(project.store)
    with Engine(temp_folder=project.store / "spill", memory_limit=ENGINE_MEMORY) as engine:
        try:
            known = runs(engine, ledger)
            if not known:
                raise UserError(nothing_applied())
            chosen = max(known[-1].months, default=month) if month is None else month
            if chosen is None or chosen not in known[-1].months:
                raise UserError(no_month(chosen, sorted(known[-1].months)))
            run = next(each for each in reversed(known) if chosen in each.changed)
            rules = kept_rules(ledger, run)
            newest, kept = rules, {run.rule_hash: rules}
            if known[-1].rule_hash != run.rule_hash:
                with suppress(UserError):  # the names of then do as well
                    newest = kept[known[-1].rule_hash] = kept_rules(ledger, known[-1], rules)
            yield _At(engine, ledger, known, run, chosen, rules, newest, kept)
        except EngineError as error:
            raise UserError(damaged(str(error))) from error


def _asked(at: _At, wanted: Wanted) -> tuple[Asked, Decimal]:
    """Return what is asked, with its currency, and the applied amount.

    Raises:
        UserError: There is no such dimension, value, pool or currency.
    """
    values = _resolved(at, wanted.values)
    if wanted.pool is not None:
        refuse_unknown("pool", wanted.pool, ["direct", *(pool.name for pool in at.rules.allocation.pools)])
    asked = Asked(values, wanted.measure, "", wanted.pool, wanted.day)
    currency, stored = _stored(at, asked, wanted.currency)
    return replace(asked, currency=currency), stored


def _stored(at: _At, asked: Asked, currency: str | None) -> tuple[str, Decimal]:
    """Return the currency and the applied amount: of the currency with most cost where none is named."""
    rows = applied_rows_sql(at.ledger, at.known[-1], at.look(asked))
    found = at.engine.rows(
        f"SELECT BillingCurrency, sum({identifier(asked.measure)}) AS amount FROM {rows} AND "
        "x_AllocationOf IS NULL GROUP BY ALL HAVING amount IS NOT NULL ORDER BY abs(amount) DESC, BillingCurrency",
        list(asked.values.values()),
    )
    amounts = dict(found)
    if not amounts:  # nothing but what is booked of closed months
        booked = at.engine.rows(
            f"SELECT DISTINCT BillingCurrency FROM {rows} AND x_AllocationOf IS NOT NULL ORDER BY 1",
            list(asked.values.values()),
        )
        amounts = {row[0]: Decimal(0) for row in booked}
        found = [*amounts.items()]
    if currency is not None and currency not in amounts:
        refuse_unknown("currency of it", currency, sorted(amounts))
    if not amounts:
        raise UserError(no_amount(asked, at.month))
    chosen = currency or found[0][0]
    return chosen, amounts[chosen]


def _resolved(at: _At, values: Mapping[str, str | None]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name, value in values.items():
        refuse_unknown("dimension that costs are allocated to", name, at.rules.allocation.to)
        is_open = at.rules.taxonomy.dimensions[name].values is None
        found[name] = value if value is None or is_open else value_named(name, value, _values(at, name))
    return found


def _labels(at: _At) -> dict[str, str]:
    return {
        name: value.label
        for dimension in at.rules.allocation.to
        for name, value in _values(at, dimension).items()
        if value.label
    }


def _values(at: _At, dimension: str) -> dict[str, Value]:
    """Return the values that the month knows, called as they are called today; none of an open dimension."""
    known = at.rules.taxonomy.dimensions[dimension].values or {}
    today = at.newest.taxonomy.dimensions.get(dimension)
    return {name: ((today.values if today else None) or {}).get(name, value) for name, value in known.items()}
