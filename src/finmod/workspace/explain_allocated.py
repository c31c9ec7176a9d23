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

from finmod.allocation.explain import explain_target
from finmod.allocation.explain_charge import ChargeKey, explain_charge
from finmod.allocation.explained import Asked, ChargeWay, Explanation
from finmod.allocation.run import ENGINE_MEMORY
from finmod.allocation.run import Run as Made
from finmod.engines.duckdb import Engine, EngineError, identifier
from finmod.errors import Problem, UserError, near, printable
from finmod.ledger.applied import Run, runs
from finmod.ledger.delta import damaged
from finmod.ledger.ledger import Ledger
from finmod.settings.project import Project
from finmod.settings.validate import listing
from finmod.taxonomy.definition import Value, default_label
from finmod.taxonomy.keyed import cube
from finmod.terms.money import difference
from finmod.workspace.explain_true_ups import Look, TrueUp, applied_rows_sql, booked_later, true_ups
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
            raise UserError(_no_true_up(asked, at.month, of))
        walks: list[Explanation] = []
        for run in (found.before, found.after):
            then = replace(at, run=run, month=of, rules=at.rules_of(run))
            walks.append(explain_target(at.engine, then.made(), asked, then.cubes))
        return ExplainedTrueUp(at.month, found, walks[0], walks[1], _labels(at))


def explain_ways(project: Project, keys: Sequence[ChargeKey], measure: str) -> dict[ChargeKey, list[ChargeWay]]:
    """Return where charge keys of one month went in the applied allocation; nothing where none was applied of it.

    Args:
        project: Whose ledger.
        keys: The keys; the month is that of the first.
        measure: FOCUS id of the cost.
    """
    ledger = Ledger(project.store)
    with Engine() as engine:
        known = runs(engine, ledger)
    if not keys or not any(keys[0].month in run.months for run in known[-1:]):
        return {}
    with _opened(project, keys[0].month) as at:
        made = at.made()
        return {key: list(explain_charge(at.engine, made, key, at.cubes, measure)) for key in keys}


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
            self.kept[run.rule_hash] = kept_rules(self.ledger, run)
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
                raise UserError(_nothing())
            chosen = max(known[-1].months, default=month) if month is None else month
            if chosen is None or chosen not in known[-1].months:
                raise UserError(_no_month(chosen, sorted(known[-1].months)))
            run = next(each for each in reversed(known) if chosen in each.changed)
            rules = kept_rules(ledger, run)
            newest, kept = rules, {run.rule_hash: rules}
            if known[-1].rule_hash != run.rule_hash:
                with suppress(UserError):  # the names of then do as well
                    newest = kept[known[-1].rule_hash] = kept_rules(ledger, known[-1])
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
        _refuse_unknown("pool", wanted.pool, ["direct", *(pool.name for pool in at.rules.allocation.pools)])
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
        _refuse_unknown("currency of it", currency, sorted(amounts))
    if not amounts:
        raise UserError(_no_amount(asked, at.month))
    chosen = currency or found[0][0]
    return chosen, amounts[chosen]


def _resolved(at: _At, values: Mapping[str, str | None]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name, value in values.items():
        _refuse_unknown("dimension that costs are allocated to", name, at.rules.allocation.to)
        is_open = at.rules.taxonomy.dimensions[name].values is None
        found[name] = value if value is None or is_open else _value(name, value, _values(at, name))
    return found


def _value(dimension: str, text: str, known: Mapping[str, Value]) -> str:
    """Return the value that a text is: its name, or what reports call it, in whatever case.

    Raises:
        UserError: It is none, or several are called so.
    """
    if text in known:
        return text
    called = text.casefold()
    found = [
        name
        for name, value in known.items()
        if called in {each.casefold() for each in (name, value.label or default_label(name))}
    ]
    if len(found) > 1:
        raise UserError(
            Problem(
                code="FM2230",
                found=f"{printable(text, 80)!r} is what {len(found)} values of {dimension} are called",
                expected=listing([printable(name, 80) for name in found]),
                remedy="Name one of them.",
            )
        )
    if not found:
        _refuse_unknown(f"value of {dimension}", text, list(known))
    return found[0]


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


def _nothing() -> Problem:
    return Problem(
        code="FM2231",
        found="no allocation was applied yet",
        expected="one to explain",
        remedy="See what the rules give with: finmod plan; make it the books' with: finmod apply.",
    )


def _no_month(month: date | None, there: Sequence[date]) -> Problem:
    return Problem(
        code="FM2232",
        found=f"{month:%Y-%m} is not in the applied allocation" if month else "the applied allocation has no month",
        expected=f"a month from {there[0]:%Y-%m} to {there[-1]:%Y-%m}" if there else None,
        remedy="Apply it first: finmod apply.",
    )


def _no_amount(asked: Asked, month: date) -> Problem:
    of_pool = f" from pool {printable(asked.pool, 80)}" if asked.pool else ""
    return Problem(
        code="FM2233",
        found=f"{_what(asked)} has no {asked.measure}{of_pool} "
        f"{f'on {asked.day} on the bill of' if asked.day else 'in'} {month:%Y-%m}",
        remedy='See what there is with: finmod query "SELECT * FROM allocated_daily LIMIT 10".',
    )


def _no_true_up(asked: Asked, month: date, of: date) -> Problem:
    return Problem(
        code="FM2233",
        found=f"{_what(asked)} has no true-up of {of:%Y-%m} in {month:%Y-%m}",
        expected="a closed month of which something was moved later, and the month in which it is booked as --period",
        remedy='See which there are with: finmod query "SELECT DISTINCT x_AllocationOf, x_BillingPeriod FROM '
        'allocated_daily WHERE x_AllocationOf IS NOT NULL".',
    )


def _what(asked: Asked) -> str:
    return ", ".join(f"{name} {printable(value or '(none)', 80)}" for name, value in asked.values.items()) or "all"
