"""The variance: what changed between two states of the books, exactly, by what it can be told by.

Owns the order of the steps and the proofs. The effects are those of ``models/variance``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from finmod.engines.duckdb import Engine, EngineError, identifier
from finmod.errors import Problem, UserError, printable
from finmod.ledger.applied import Run, runs
from finmod.ledger.delta import damaged
from finmod.ledger.ledger import Ledger
from finmod.marts.catalogue import view_sql
from finmod.marts.variance import CELLS, ROWS
from finmod.models.variance.bridge import Bridge, bridge
from finmod.models.variance.effects import EFFECTS
from finmod.models.variance.report import Change, Member, Proof, State, VarianceReport, changed
from finmod.models.variance.rounding import sums_by
from finmod.models.variance.targets import owned
from finmod.settings.project import Project
from finmod.settings.validate import listing, unknown_word
from finmod.taxonomy.reading import has_taxonomy
from finmod.terms.money import in_money
from finmod.workspace.plan import kept_rules
from finmod.workspace.rules import Rules, read_rules
from finmod.workspace.variance.books import Facts, allocated, unallocated
from finmod.workspace.variance.budget import budget_variance
from finmod.workspace.variance.cells import Books, Compared, Looked, compare
from finmod.workspace.variance.findings import findings_of
from finmod.workspace.variance.states import BUDGET, Named, name_states
from finmod.workspace.variance.tags import tags_beside
from finmod.workspace.variance.wanted import Wanted

_OF_FACTS: Final = {
    "source": "x_Source", "service": "ServiceName", "category": "ChargeCategory", "currency": "BillingCurrency",
    "pool": "pool",
}  # fmt: skip
OF_CELLS: Final = {
    "source": "x_Source", "service": "ServiceName", "category": "ChargeCategory", "currency": "BillingCurrency",
    "account": "SubAccountId", "region": "RegionId", "sku": "sku", "resource": "ResourceId", "unit": "unit",
}  # fmt: skip
"""What single charges can be told by, beside what is allocated: word -> column of cells."""
__all__ = ["OF_CELLS", "Made", "Wanted", "made_of", "make", "report_of", "variance"]


@dataclass(frozen=True)
class Made:
    """What a variance is made of, while the engine that has its tables is open.

    Attributes:
        books: What was read.
        looked: Before and after.
        named: What they are called.
        compared: Cells, places and who has them.
        bridge: The effects of cells.
        facts: Effects by target and place.
        proofs: What the public table of charges has in each state beside what was compared.
    """

    books: Books
    looked: tuple[Looked, Looked]
    named: tuple[Named, Named]
    compared: Compared
    bridge: Bridge
    facts: Facts
    proofs: tuple[Proof, ...]


def variance(project: Project, wanted: Wanted) -> VarianceReport:
    """Return what changed between two states of the books.

    Raises:
        UserError: A month is not there, nothing was loaded, or what is asked by is nothing that cost can be told by.
    """
    if wanted.against == BUDGET:
        return budget_variance(project, wanted)
    with made_of(project, wanted) as made:
        return report_of(made, wanted)


@contextmanager
def made_of(project: Project, wanted: Wanted, *, called: bool = False) -> Iterator[Made]:
    """Yield the comparison of two states, with an engine of its own.

    Args:
        project: Whose books.
        wanted: What is asked for.
        called: As ``make``.

    Raises:
        UserError: As ``variance``, or a file of the ledger is gone or damaged.
    """
    with Engine(temp_folder=project.store / "spill") as engine:
        try:
            yield make(engine, project, wanted, called=called)
        except EngineError as error:
            raise UserError(damaged(str(error))) from error


def make(engine: Engine, project: Project, wanted: Wanted, *, called: bool = False) -> Made:
    """Compare two states; tables of cells stay in the engine.

    Args:
        engine: Where.
        project: Whose books.
        wanted: What is asked for.
        called: Whether charge keys are told by every dimension too, for root causes.

    Raises:
        UserError: As ``variance``.
    """
    ledger = Ledger(project.store)
    known = runs(engine, ledger)
    named = name_states(engine, ledger, known, wanted.period, wanted.against)
    run = named[1].run
    # Where the rules of the books are gone, those of the folder name charges: what they say otherwise is an effect.
    rules = _rules(project, ledger, run) if run else None
    targets = dict(run.dimensions) if run and rules else {}
    names = (*targets, *(name for name in rules.taxonomy.dimensions if name not in targets)) if rules else ()
    books = Books(engine, project, ledger, rules, targets, names if called else ())
    if called:
        books = replace(books, tags=tags_beside(books, named))
    _refuse(books, wanted.by)
    _refuse_without_books(books, named, wanted.by)
    before, after = (
        Looked(side, each.month, each.snapshot, each.restated, each.told) for side, each in enumerate(named)
    )
    compared = compare(books, (before, after))
    made = bridge(compared.cells)
    effects = owned(compared.held, made.effects)
    both = _both_runs(named)
    if rules is None or both is None:
        facts = unallocated(compared, effects)
    else:
        facts = allocated(books, compared, effects, (before, after), both)
    return Made(books, (before, after), named, compared, made, facts, tuple(_proofs(books, (before, after))))


def report_by(made: Made, wanted: Wanted, name: str) -> VarianceReport:
    """Return the report by one dimension or word alone.

    Raises:
        UserError: Cost cannot be told by it.
    """
    _refuse(made.books, (name,))
    _refuse_without_books(made.books, made.named, (name,))
    return report_of(made, Wanted(wanted.period, wanted.against, (name,)))


def _rules(project: Project, ledger: Ledger, run: Run) -> Rules | None:
    try:
        return kept_rules(ledger, run)
    except UserError:
        return read_rules(project.root) if has_taxonomy(project.root) else None


def _both_runs(named: Sequence[Named]) -> tuple[Run, Run] | None:
    before, after = named[0].run, named[1].run
    return (before, after) if before and after else None


def _refuse(books: Books, by: Sequence[str]) -> None:
    """Refuse what cost cannot be told by.

    Raises:
        UserError: It is no dimension and no word, or only single charges can be told by it.
    """
    # Without an allocation nothing is in a pool.
    facts = [word for word in _OF_FACTS if word != "pool" or books.targets]
    known = [*books.targets, *facts, *(word for word in OF_CELLS if word not in _OF_FACTS)]
    for name in by:
        if name not in known:
            found = f"--by names {printable(name, 80)!r}, which cost cannot be told by"
            raise UserError(unknown_word(name, known, code="FM2505", found=found))
    alone = [name for name in by if name not in _OF_FACTS and name not in books.targets]
    shared = [name for name in by if name in books.targets or name == "pool"]
    if alone and shared:
        raise UserError(
            Problem(
                code="FM2506",
                found=f"--by has {listing(shared, 'and')} beside {listing(alone, 'and')}",
                expected="one kind: what is shared out has no account, region, SKU or resource of its own",
                remedy=f"Ask for --by {','.join(name for name in by if name not in alone)}, or for "
                f"--by {','.join(name for name in by if name not in shared)}.",
            )
        )


def _refuse_without_books(books: Books, named: Sequence[Named], by: Sequence[str]) -> None:
    """Refuse to tell targets of a state in which nothing was allocated.

    Raises:
        UserError: It is asked for.
    """
    lacking = [each.label for each in named if each.run is None]
    asked = [name for name in by if name in books.targets or name == "pool"]
    if lacking and asked and books.targets:
        raise UserError(
            Problem(
                code="FM2505",
                found=f"--by names {printable(listing(asked, 'and'), 80)}, and no allocation was made of {lacking[0]}",
                expected=listing([word for word in _OF_FACTS if word != "pool"], "or"),
                remedy="Ask by one of these, or compare with a month that was allocated.",
            )
        )


def report_of(made: Made, wanted: Wanted) -> VarianceReport:
    """Return the report of what was made."""
    total = _total(made)
    rows = [*_rows(made, wanted.by)] if wanted.by else []
    nobody = tuple(None for _ in wanted.by)
    rows.sort(key=lambda each: (each.member == nobody, -abs(each.change), tuple(text or "" for text in each.member)))
    project = made.books.project
    before, after = (_state(each) for each in made.named)
    proofs = (*made.proofs, *_lost(made))
    return VarianceReport(
        project=project.name,
        currency=project.currency,
        before=before,
        after=after,
        by=wanted.by,
        rows=tuple(rows),
        total=total,
        proofs=proofs,
        findings=findings_of(made.books, made.named, made.compared, total, proofs),
    )


def _state(named: Named) -> State:
    run = named.run
    told = named.told
    until, since = min(told.until.values(), default=None), max(told.since.values(), default=None)
    return State(
        named.label, named.month, named.snapshot.version, run.version if run else None, run.applied_at if run else None,
        until, since, tuple(sorted({*told.until, *told.since})),
    )  # fmt: skip


def _total(made: Made) -> Change:
    cells, effects = made.compared.cells, made.bridge.effects
    zero = np.zeros(cells.count, dtype=np.int64)
    before, after = (int(sums_by(zero, side.amount, 1)[0]) for side in (cells.before, cells.after))
    return changed((), before, after, [int(each) for each in sums_by(zero, effects, 1)[0]])


def _rows(made: Made, by: Sequence[str]) -> Iterator[Change]:
    if all(name in made.books.targets or name in _OF_FACTS for name in by):
        facts = made.facts
        places = [facts.columns.index(_OF_FACTS.get(name, name)) for name in by]
        members = [tuple(texts[at] for at in places) for texts in facts.texts]
        yield from _summed(members, facts)
        return
    columns = ", ".join(identifier(OF_CELLS[name]) for name in by)
    members = made.books.engine.rows(f"SELECT {columns} FROM {CELLS} ORDER BY cell")
    cells = made.compared.cells
    yield from _summed(members, Facts((), (), cells.before.amount, cells.after.amount, made.bridge.effects))


def _summed(members: Sequence[Member], facts: Facts) -> Iterator[Change]:
    numbers: dict[Member, int] = {}
    number = np.array([numbers.setdefault(member, len(numbers)) for member in members], dtype=np.int64)
    count = len(numbers)
    before, after = (sums_by(number, units, count) for units in (facts.before, facts.after))
    effects = sums_by(number, facts.effects, count) if count else np.zeros((0, len(EFFECTS)), dtype=np.int64)
    for member, at in numbers.items():
        yield changed(member, int(before[at]), int(after[at]), [*map(int, effects[at])])


def _proofs(books: Books, states: Iterable[Looked]) -> Iterator[Proof]:
    """Yield what the public table of charges has in each state beside what was compared, by currency."""
    engine = books.engine
    for looked in states:
        charges = view_sql("charges_daily", books.ledger, looked.snapshot)
        ledger = dict(
            engine.rows(
                f"SELECT coalesce(BillingCurrency, ''), coalesce(sum(EffectiveCost), 0) FROM ({charges}) "
                f"WHERE {_of_month(looked)} GROUP BY 1"
            )
        )
        compared = dict(
            engine.rows(
                f"SELECT coalesce(BillingCurrency, ''), coalesce(sum(original), 0) FROM {ROWS} "
                f"WHERE side = {looked.side} GROUP BY 1"
            )
        )
        for currency in sorted({*ledger, *compared}):
            yield Proof(looked.side, currency, ledger.get(currency, 0), compared.get(currency, 0))


def _lost(made: Made) -> Iterator[Proof]:
    """Yield, of each state in which targets have not all that was compared, both in the reporting currency."""
    facts, cells = made.facts, made.compared.cells
    for at, (given, own) in enumerate(((facts.before, cells.before.amount), (facts.after, cells.after.amount))):
        every, told = (int(sums_by(np.zeros(len(units), dtype=np.int64), units, 1)[0]) for units in (own, given))
        if told != every:
            yield Proof(at, made.books.project.currency, in_money(every), in_money(told))


def _of_month(looked: Looked) -> str:
    month = f"DATE '{looked.month}'"
    restated = f" OR x_TrueUpOf = {month}" if looked.restated else ""
    return f"(x_BillingPeriod = {month}{restated})"
