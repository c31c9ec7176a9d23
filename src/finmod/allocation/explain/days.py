"""What came of a pool day by day: from which of its charges, by what share, by way of which pools, cut by which levels.

Owns the split of a pool's cells for one target. It is the split of the run, so that its days sum to what the run gave,
to the last digit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

import numpy as np

from finmod.allocation.asking import Cuts
from finmod.allocation.cells import BILL, CELLS, PLACES
from finmod.allocation.explain.answers import Asked, CutPart, DayPart
from finmod.allocation.explain.basis import Basis, answered, basis_of_answer, basis_of_cut
from finmod.allocation.kubernetes_charges import WEIGHTS
from finmod.allocation.run import Run
from finmod.allocation.shares import EPOCH, When
from finmod.allocation.split import MILLION, UNIT, split_any
from finmod.allocation.vectors import Floats, Ints, Vector
from finmod.engines.duckdb import Engine, identifier, literal
from finmod.terms.money import in_money


@dataclass
class Days:
    """The days of one number.

    Attributes:
        engine: Has the tables of the run.
        run: It.
        asked: Which number.
        wanted: Numbers of the targets that it is of.
    """

    engine: Engine
    run: Run
    asked: Asked
    wanted: Sequence[int]
    # Vectors are kept beside what was found by their identity: another one could get it.
    _bases: dict[tuple[int, int, tuple[str, ...]], tuple[Vector, Basis | None]] = field(default_factory=dict)
    _ways: dict[tuple[int, int], tuple[tuple[Vector, Vector], Mapping[str, float]]] = field(default_factory=dict)
    _cuts: dict[tuple[int, int], tuple[CutPart, ...]] = field(default_factory=dict)
    _ancestors: tuple[int, ...] | None = None

    def of_pool(self, number: int) -> tuple[DayPart, ...]:
        """Return what came of a pool, by day and by what of it is shared alike, oldest first."""
        return tuple(
            replace(part, basis=self._basis(number, when), way=self._by_way(number, when))
            for when, part in self._parts(f"pool = {number}", number)
        )

    def of_cut(self) -> tuple[DayPart, ...]:
        """Return what came of direct cost that charges name in part alone, day by day."""
        above = ", ".join(map(str, self.ancestors())) or "NULL"
        return tuple(part for _, part in self._parts(f"pool = 0 AND target IN ({above})", 0))

    def ancestors(self) -> tuple[int, ...]:
        """Return the targets that are cut further and can be cut into those that are wanted."""
        if self._ancestors is None:
            cuts = self.run.network.cut
            every = self.run.targets.every
            names = [every[number] for number in self.wanted]
            cut = cuts.cut().tolist() if isinstance(cuts, Cuts) else []
            self._ancestors = tuple(
                number
                for number in cut
                if number not in self.wanted
                and any(
                    all(mine in {None, its} for mine, its in zip(every[number], name, strict=True)) for name in names
                )
            )
        return self._ancestors

    def _parts(self, where: str, number: int) -> Iterator[tuple[When, DayPart]]:
        """Yield the cells of a day, bill and group together; of several targets that are cut each for itself."""
        measure = identifier(self.asked.measure)
        asked = f"{where} AND BillingCurrency = {literal(self.asked.currency)} AND {measure} IS NOT NULL"
        asked += f" AND day = {(self.asked.day - EPOCH).days}" if self.asked.day else ""
        found = self.engine.arrays(
            f"SELECT CAST(day AS BIGINT) AS day, CAST({BILL} - DATE '1970-01-01' AS BIGINT) AS bill, "
            "CAST(grp AS BIGINT) AS grp, CAST(target AS BIGINT) AS target, "
            f"CAST(trunc({measure}) AS BIGINT) AS whole, "
            f"CAST(CAST({measure} - trunc({measure}) AS DECIMAL(13,12)) * {UNIT} AS BIGINT) AS rest "
            f"FROM {CELLS} JOIN {PLACES} USING (place) WHERE {asked} ORDER BY day, bill, grp, target"
        )
        cells = {name: np.asarray(values, dtype=np.int64) for name, values in found.items()}
        keys = np.stack([cells[name] for name in ("day", "bill", "grp", "target")], axis=1)
        every, starts = np.unique(keys, axis=0, return_index=True)
        order = np.argsort(starts)
        ends = [*starts[order][1:].tolist(), len(keys)][: len(starts)]
        for (at, bill, group, target), first, last in zip(
            every[order].tolist(), starts[order].tolist(), ends, strict=True
        ):
            when = When(at, bill, group, self.asked.currency)
            way = self.run.network.ends(-number or target, when)
            amounts = cells["whole"][first:last], cells["rest"][first:last]
            pooled, amount = self._split(way, *amounts)
            if amount or number:
                yield when, self._told(when, number, (pooled, amount))

    def _told(self, when: When, number: int, amounts: tuple[Decimal, Decimal]) -> DayPart:
        groups = self.run.asking.groups
        names, texts = groups.columns.get(number, ()), groups.texts[when.group]
        within = {name: text for name, text in zip(names, texts, strict=False) if name != WEIGHTS}
        bill = EPOCH + timedelta(days=when.period)
        return DayPart(when.date, bill, *amounts, None, within, cuts=self._cut_parts(when))

    def _split(self, way: Vector, whole: Ints, rest: Ints) -> tuple[Decimal, Decimal]:
        """Return what cells cost, and what of it is the target's: they are split one by one, as in the run."""
        ordered = way.ordered(self.run.targets.rank())
        held = np.isin(ordered.places, np.array(self.wanted, dtype=np.int64))
        pooled = sum(whole.tolist()) * UNIT + sum(rest.tolist())
        if not held.any():
            return in_money(pooled), Decimal(0)
        millions, units = split_any(whole, rest, ordered.edges)
        large = 0 if millions is None else sum(millions[:, held].ravel().tolist()) * MILLION
        mine = large + sum(units[:, held].ravel().tolist())
        return in_money(pooled), in_money(mine)

    def _basis(self, number: int, when: When) -> Basis | None:
        answer = answered(self.run.network.pools[number], when)
        if answer.vector is None:
            return None
        key = id(answer.vector), when.group, answer.refused
        if key not in self._bases:
            self._bases[key] = answer.vector, basis_of_answer(self.run, answer, when, set(self.wanted))
        return self._bases[key][1]

    def _by_way(self, number: int, when: When) -> Mapping[str, float]:
        """Return of the part of a day what came by way of other pools."""
        network = self.run.network
        first, whole = network.pools[number].on(when), network.ends(-number, when)
        key = id(first), id(whole)
        if key not in self._ways:
            self._ways[key] = (first, whole), self._ways_of(first, whole, when)
        return self._ways[key][1]

    def _ways_of(self, first: Vector, whole: Vector, when: When) -> dict[str, float]:
        held = _held(whole, self.wanted)
        if held <= 0:
            return {}
        after = replace(when, group=0)
        found = {
            self.run.allocation.pools[-place - 1].name: part
            * _held(self.run.network.ends(place, after), self.wanted)
            / held
            for place, part in zip(first.places.tolist(), _floats(first), strict=True)
            if place < 0
        }
        return {name: part for name, part in found.items() if part > 0}

    def _cut_parts(self, when: When) -> tuple[CutPart, ...]:
        """Return the levels that cut what comes to those above the target, from above down."""
        cuts = self.run.network.cut
        at = replace(when, group=0)
        if not isinstance(cuts, Cuts):
            return ()
        key = at.day, at.period
        if key not in self._cuts:
            below = {*self.wanted, *self.ancestors()}
            found: list[CutPart] = []
            for number in self.ancestors():
                vector, held = cuts(number, at), cuts.held(number)
                if vector is not None and held is not None:
                    basis = basis_of_cut(held[1], vector, at, below)
                    found += [CutPart(held[0].name, self.run.targets.every[number], basis)] if basis else []
            self._cuts[key] = tuple(found)
        return self._cuts[key]


def _held(way: Vector, wanted: Sequence[int]) -> float:
    return float(way.parts[np.isin(way.places, np.array(wanted, dtype=np.int64))].sum())


def _floats(vector: Vector) -> list[float]:
    parts: Floats = vector.parts
    return [float(each) for each in parts]
