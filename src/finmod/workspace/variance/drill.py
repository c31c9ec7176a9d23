"""What stands behind an effect: the cells that have it, with both months' figures and their charge keys.

Owns the way from an amount of a variance to charges. What a target has of a pool is told as its part of the pool; the
pool's own cells are told where the pool is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from finmod.engines.duckdb import Engine, identifier, literal
from finmod.errors import Problem, UserError, printable
from finmod.marts.variance import CELLS, OWNERS, PLACES, SIDES
from finmod.models.variance.cells import Ints, Units
from finmod.models.variance.effects import EFFECTS, PLACE
from finmod.models.variance.report import Behind, Half, Source
from finmod.models.variance.rounding import sums_by
from finmod.models.variance.targets import owned
from finmod.settings.project import Project
from finmod.settings.validate import unknown_word
from finmod.terms.money import in_money
from finmod.workspace.variance.cells import POOL_COLUMN
from finmod.workspace.variance.variance import OF_CELLS, Made, Wanted, made_of, report_of

_KEYS: Final = 3
_TEXTS: Final = ("x_Source", "SubAccountId", "RegionId", "ServiceName", "sku", "ResourceId", "unit", "ChargeCategory",
                 "BillingCurrency")  # fmt: skip
_FIGURES: Final = ("amount", "quantity", "covered_quantity", "listed", "listed_quantity", "agreed", "agreed_quantity")


def effect_named(name: str) -> int:
    """Return the place of an effect.

    Raises:
        UserError: There is none of that name.
    """
    if name in PLACE:
        return PLACE[name]
    raise UserError(unknown_word(name, PLACE, code="FM2507", found=f"--effect is {printable(name, 80)!r}"))


def behind(made: Made, effect: int, scope: Mapping[str, str | None], most: int) -> Behind:
    """Return the cells with the most of an effect.

    Args:
        made: The variance, its engine open.
        effect: Place of the effect.
        scope: Dimension or word -> the value that is asked for; None for what has none.
        most: How many.
    """
    _refuse(made, scope)
    rows = _chosen(made, scope)
    effects = owned(made.compared.held, made.bridge.effects)[rows, effect]
    cells, amounts = _by_cell(made.compared.held.of[rows], effects)
    order = np.lexsort((cells, -np.abs(amounts.astype(np.float64))))
    shown = [at for at in order[:most].tolist() if amounts[at]]
    sources = tuple(_sources(made.books.engine, cells[shown].tolist(), [int(amounts[at]) for at in shown]))
    own = sum(map(int, amounts.tolist()))
    shares = _part_of_pool(made, effect, scope) or _shares(made, effect, scope, own)
    if not len(rows) and not any(_is_of(made, scope)):
        raise UserError(_nobody(made, scope))
    return Behind(
        effect=EFFECTS[effect],
        scope=tuple(scope.items()),
        amount=in_money(own + sum(shares.values())),
        sources=sources,
        others=int(np.count_nonzero(amounts)) - len(shown),
        others_amount=in_money(own - sum(int(amounts[at]) for at in shown)),
        pools=tuple((pool, in_money(units)) for pool, units in shares.items() if units),
    )


def _is_of(made: Made, scope: Mapping[str, str | None]) -> Iterator[bool]:
    """Yield for each member of the variance whether it is one that is asked for."""
    facts, asked = made.facts, _of_facts(scope)
    # What is shared out has no account or resource: no member is one of those.
    if not asked.keys() <= {*facts.columns}:
        return
    tests = {facts.columns.index(name): value for name, value in asked.items()}
    for texts in facts.texts:
        yield all(texts[at] == value for at, value in tests.items())


def _nobody(made: Made, scope: Mapping[str, str | None]) -> Problem:
    asked = " ".join(f"{printable(name, 40)}={printable(value or '', 80)}" for name, value in scope.items())
    return Problem(
        code="FM2508",
        found=f"--of names {asked}, and neither {made.named[0].label} nor {made.named[1].label} has a charge of it",
        expected="a value that charges have in one of the two months, spelt as they spell it",
        remedy=f"See which there are: finmod variance --by {next(iter(scope))}.",
    )


def _refuse(made: Made, scope: Mapping[str, str | None]) -> None:
    known = [*made.books.targets, *OF_CELLS, *(["pool"] if made.books.rules else [])]
    for name in scope:
        if name not in known:
            found = f"--of names {printable(name, 80)!r}, by which charges cannot be chosen"
            raise UserError(unknown_word(name, known, code="FM2508", found=found))


def _tests(made: Made, scope: Mapping[str, str | None]) -> str:
    columns = {**OF_CELLS, **made.books.targets, "pool": POOL_COLUMN}
    tests = []
    for name, value in scope.items():
        table = "p" if name in made.books.targets or name == "pool" else "c"
        column = f"{table}.{identifier(columns[name])}"
        tests.append(f"{column} IS NULL" if value is None else f"{column} = {literal(value)}")
    if any(name in made.books.targets for name in scope) and "pool" not in scope:
        tests.append(f"p.{POOL_COLUMN} IS NULL")
    return " AND ".join(tests) or "true"


def _chosen(made: Made, scope: Mapping[str, str | None]) -> Ints:
    """Return the places of the rows of ``held`` that are asked for."""
    numbered = f"SELECT row_number() OVER (ORDER BY cell, place) - 1 AS number, cell, place FROM {OWNERS}"
    found = made.books.engine.arrays(
        f"SELECT number FROM ({numbered}) AS o JOIN {CELLS} AS c USING (cell) JOIN {PLACES} AS p USING (place) "
        f"WHERE {_tests(made, scope)} ORDER BY number"
    )
    return np.asarray(found["number"], dtype=np.int64)


def _by_cell(cell: Ints, units: Units) -> tuple[Ints, Units]:
    """Return each cell once with what its rows have."""
    cells, number = np.unique(cell, return_inverse=True)
    return cells, sums_by(number, units, len(cells))


def _shares(made: Made, effect: int, scope: Mapping[str, str | None], own: int) -> dict[str, int]:
    """Return pool -> what the targets that are asked for have of an effect by it; under "" what levels give them."""
    is_of_facts = all(column in made.facts.columns for column in _of_facts(scope))
    if not any(name in made.books.targets for name in scope) or "pool" in scope or not is_of_facts:
        return {}
    facts = made.facts
    pool = facts.columns.index("pool")
    found = {"": -own}
    for texts, units, is_asked in zip(facts.texts, facts.effects[:, effect].tolist(), _is_of(made, scope), strict=True):
        if units and is_asked:
            found[texts[pool] or ""] = found.get(texts[pool] or "", 0) + int(units)
    return found


def _part_of_pool(made: Made, effect: int, scope: Mapping[str, str | None]) -> dict[str, int]:
    """Return what a target has of an effect by the one pool that is asked for too; nothing where none is."""
    if "pool" not in scope or not any(name in made.books.targets for name in scope):
        return {}
    rows = zip(made.facts.effects[:, effect].tolist(), _is_of(made, scope), strict=True)
    return {scope["pool"] or "": sum(int(units) for units, is_asked in rows if is_asked)}


def _of_facts(scope: Mapping[str, str | None]) -> dict[str, str | None]:
    return {OF_CELLS.get(name, name): value for name, value in scope.items()}


def _sources(engine: Engine, cells: Sequence[int], amounts: Sequence[int]) -> list[Source]:
    if not cells:
        return []
    figures = ", ".join(f"{name}_{at}" for at in SIDES for name in _FIGURES)
    among = ", ".join(map(str, cells))
    texts = ", ".join(map(identifier, _TEXTS))
    rows = {
        row[0]: row[1:] for row in engine.rows(f"SELECT cell, {texts}, {figures} FROM {CELLS} WHERE cell IN ({among})")
    }
    keys: dict[tuple[int, int], list[int]] = {}
    for cell, side, key in engine.rows(
        f"SELECT c.cell, f.side, f.x_ChargeKey FROM variance_found AS f JOIN {CELLS} AS c USING (one, two) "
        f"WHERE c.cell IN ({among}) GROUP BY ALL ORDER BY c.cell, f.side, sum(abs(f.amount)) DESC, f.x_ChargeKey"
    ):
        keys.setdefault((cell, side), []).append(key)
    width = len(_FIGURES)
    found = []
    for cell, units in zip(cells, amounts, strict=True):
        row = rows[cell]
        told = dict(zip(_TEXTS, row[: len(_TEXTS)], strict=True))
        halves = [_half(row[len(_TEXTS) + at * width :][:width], keys.get((cell, at), [])) for at in SIDES]
        found.append(Source(in_money(units), told, halves[0], halves[1]))
    return found


def _half(figures: Sequence[Any], keys: Sequence[int]) -> Half:
    amount, quantity, covered, listed, listed_quantity, agreed, agreed_quantity = figures
    return Half(
        cost=amount,
        quantity=quantity,
        covered=(covered / quantity or 0.0) if quantity else None,  # never -0.0
        list_price=_price(listed, listed_quantity),
        contracted_price=_price(agreed, agreed_quantity),
        charge_keys=tuple(keys[:_KEYS]),
        keys=len(keys),
    )


def _price(cost: float | None, quantity: float | None) -> float | None:
    # To as many digits as price lists have: the quotient of doubles is 0.06499999999999999 where the price is 0.065.
    return float(f"{cost / quantity:.12g}") if cost is not None and quantity else None


def variance_behind(
    project: Project, wanted: Wanted, effect: int, scope: Mapping[str, str | None], most: int
) -> Behind:
    """Return the charges behind an effect.

    Args:
        project: Whose books.
        wanted: The two states.
        effect: Place of the effect.
        scope: As ``behind``.
        most: How many cells are told.

    Raises:
        UserError: As ``variance``, or what is asked for is nothing by which charges can be chosen.
    """
    with made_of(project, wanted) as made:
        report = report_of(made, Wanted(wanted.period, wanted.against))
        return replace(behind(made, effect, scope, most), findings=report.findings, proofs=report.proofs)
