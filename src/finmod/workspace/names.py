"""Names: the charge keys of some months of a project, named by its taxonomy.

Owns which months are looked at, and the order of taxonomy, ledger and naming. What is made of the names stands in the
files of the capabilities.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import Problem, UserError, near, printable
from finmod.ledger.delta import damaged
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.settings.project import Project
from finmod.settings.validate import listing
from finmod.taxonomy.compliance import make_facts, tagged_dimensions
from finmod.taxonomy.definition import Dimension, Taxonomy
from finmod.taxonomy.keyed import BASE, booked_months, make_base, months_of
from finmod.taxonomy.naming import Naming, name_keys
from finmod.taxonomy.reading import read_taxonomy


@dataclass(frozen=True)
class Named:
    """Charge keys that were named, while the engine that holds them is open.

    Attributes:
        engine: Has the tables ``names`` and ``tag_facts``.
        ledger: Where the keys come from.
        snapshot: Its state.
        taxonomy: What named them.
        naming: What the numbers in the tables mean.
        months: First days of the billing periods, oldest first.
    """

    engine: Engine
    ledger: Ledger
    snapshot: Snapshot
    taxonomy: Taxonomy
    naming: Naming
    months: tuple[date, ...]


@contextmanager
def named(project: Project, month: date | None = None, *, before: int = 0) -> Iterator[Named]:
    """Give the named charge keys of a month and of some months before it.

    Args:
        project: Whose ledger and taxonomy.
        month: First day of the billing period; None for the last one that has charges of its own.
        before: How many billing periods with charges before it are looked at too.

    Raises:
        UserError: There is no taxonomy or it has problems, the ledger is empty or damaged, or the month has no charge.
    """
    taxonomy = read_taxonomy(project.root)
    ledger = Ledger(project.store)
    with Engine(temp_folder=project.store / "spill") as engine:
        snapshot = ledger.head(engine)
        try:
            own = months_of(ledger, snapshot)
            there = sorted({*own, *booked_months(engine, ledger, snapshot)})
            months = chosen_months(there, month or (own[-1] if own else None), before)
            segments = make_base(engine, ledger, snapshot, taxonomy, months)
            naming = name_keys(engine, taxonomy, segments, BASE)
            make_facts(engine)
        except EngineError as error:
            raise UserError(damaged(str(error))) from error
        yield Named(engine, ledger, snapshot, taxonomy, naming, tuple(months))


def valued_dimensions(found: Named, name: str | None = None) -> list[Dimension]:
    """Return the dimensions that tags say and that have values: those that can be repaired and inferred.

    Args:
        found: Whose taxonomy.
        name: One of them; None for all.

    Raises:
        UserError: None of them is called so.
    """
    dimensions = [each for each in tagged_dimensions(found.naming) if not each.is_open]
    return [of_name(name, dimensions, "dimension that tags say and that has values")] if name else dimensions


def name_all(engine: Engine, project: Project, ledger: Ledger, snapshot: Snapshot, *, facts: bool = True) -> Naming:
    """Name the charge keys of every month in one state of the ledger; the tables of the names are made in the engine.

    Args:
        engine: Where they are made.
        project: Whose taxonomy.
        ledger: Has the charge keys.
        snapshot: Its state.
        facts: Whether the tables that ``charge_names`` is made of are made too; columns of dimensions need none.

    Raises:
        UserError: There is no taxonomy, or it has problems.
        EngineError: A file of the ledger is gone or damaged.
    """
    taxonomy = read_taxonomy(project.root)
    naming = name_keys(engine, taxonomy, make_base(engine, ledger, snapshot, taxonomy), BASE)
    if facts:
        make_facts(engine)
        naming.offer_outcomes(engine)
    return naming


def of_name(name: str, dimensions: Sequence[Dimension], what: str) -> Dimension:
    """Return the dimension of a name.

    Args:
        name: As it was asked for.
        dimensions: Those that can be meant.
        what: What they are, for the message.

    Raises:
        UserError: None of them is called so.
    """
    found = next((each for each in dimensions if each.name == name), None)
    if found is not None:
        return found
    names = [each.name for each in dimensions]
    close = near(name, names)
    raise UserError(
        Problem(
            code="FM2018",
            found=f"{printable(name, 80)!r} is no {what}",
            expected=listing(names) if names else "one, and there is none",
            remedy=f"Did you mean {close!r}?" if close else "Name one of these." if names else "Add it first.",
        )
    )


def chosen_months(there: Sequence[date], month: date | None, before: int) -> Sequence[date]:
    """Return a month and some before it.

    Args:
        there: First days of the months that have charges, oldest first.
        month: The last one; None for the last that is there.
        before: How many of those before it.

    Raises:
        UserError: There is none, or not that one.
    """
    if not there:
        raise UserError(Problem(code="FM1502", found="the ledger is empty", remedy="Load a bill first: finmod load."))
    if month is not None and month not in there:
        raise UserError(
            Problem(
                code="FM2017",
                found=f"there are no charges of {month:%Y-%m}",
                expected=f"a month from {there[0]:%Y-%m} to {there[-1]:%Y-%m} that was loaded",
                remedy="See the months with: finmod status.",
            )
        )
    last = there.index(month) if month is not None else len(there) - 1
    return there[max(last - before, 0) : last + 1]
