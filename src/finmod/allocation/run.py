"""One run of an allocation: named charge keys in, every dollar with its target out, and the proof.

Owns the order of the steps. What a step does stands in the file of its name; what is kept of a run, and how two runs
differ, is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Final

import numpy as np

from finmod.allocation.asking import Asking, Cuts
from finmod.allocation.cells import (
    PLACE_COLUMNS,
    Cells,
    days_of_cells,
    keep_months,
    kept_costs,
    kept_texts,
    make_cells,
    make_keys,
    offer_targets,
    pool_cells,
    within_columns,
)
from finmod.allocation.definition import Allocation
from finmod.allocation.driver_findings import cut_driver_findings, driver_findings
from finmod.allocation.driver_series import Resolve
from finmod.allocation.findings import cut_findings, doubt_findings, fed_findings, pool_costs, share_findings
from finmod.allocation.full_cost import FirstRound, by_full_cost, read_places
from finmod.allocation.inferred import pool_history, with_history
from finmod.allocation.kubernetes_untold import untold_nodes
from finmod.allocation.kubernetes_usage import asks_usage, months_of, read_usage
from finmod.allocation.network import Network
from finmod.allocation.parts import make_allocated, split_cells
from finmod.allocation.pool_use import pool_findings, unshared_findings
from finmod.allocation.pools import POOL, with_pools
from finmod.allocation.proof import Proved, counted, prove
from finmod.allocation.shares import EPOCH, When
from finmod.allocation.solve import NoExit
from finmod.allocation.targets import Targets
from finmod.allocation.vectors import Ints, Vector
from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError
from finmod.ledger.kubernetes_rows import usage_rows
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.settings.validate import listing
from finmod.taxonomy.definition import Taxonomy
from finmod.taxonomy.keyed import BASE, cube, make_base, with_restated
from finmod.taxonomy.naming import Naming, name_keys
from finmod.terms.findings import Finding

_CURRENCY = PLACE_COLUMNS.index("BillingCurrency")
# Days of which ways are held at once.
_STRETCH = 31

ENGINE_MEMORY: Final = "1000MB"
"""What an engine may take where years are allocated at once: the arrays of a run need the rest of 2 GB."""


@dataclass
class Run:
    """A run, while the engine that holds its tables is open.

    Attributes:
        allocation: What was run.
        naming: What names charge keys, pools among it.
        targets: Whom costs go to.
        network: How costs get there, to be asked again.
        asking: What its shares were made with.
        proved: The proof.
        findings: Pools that take nothing or meet, shares that could not be computed, or by less than there should be.
    """

    allocation: Allocation
    naming: Naming
    targets: Targets
    network: Network
    asking: Asking
    proved: Proved
    findings: tuple[Finding, ...]


def allocate(  # noqa: PLR0913 -- what an allocation is made of
    engine: Engine,
    ledger: Ledger,
    snapshot: Snapshot,
    taxonomy: Taxonomy,
    allocation: Allocation,
    *,
    resolve: Resolve,
    months: Sequence[date] | None = None,
) -> Run:
    """Allocate the charges of some months, or of all; the tables ``allocated`` and ``allocation_proofs`` are made.

    Args:
        engine: Where to run; has the relation ``driver_rows``.
        ledger: Has the charges.
        snapshot: Its state.
        taxonomy: What names them.
        allocation: Who pays for what.
        resolve: Finds values of the taxonomy by what drivers call them.
        months: First days of billing periods; None for all.
    """
    whole = with_pools(taxonomy, allocation)
    bills, read = (with_restated(engine, ledger, snapshot, each) for each in (months, with_history(allocation, months)))
    targets, cubes = Targets(allocation.to), cube(ledger, snapshot, read)
    if asks_usage(allocation):
        held = months_of(engine, f"(FROM {cubes[0]} UNION ALL BY NAME FROM {cubes[1]})")
        read_usage(engine, partial(usage_rows, ledger, snapshot), taxonomy, targets, held)
    wanted, costs = within_columns(allocation), kept_costs(allocation)
    segments = make_base(engine, ledger, snapshot, whole, read, also=wanted, costs=costs)
    naming = name_keys(engine, whole, segments, BASE, asking=POOL, texts=kept_texts(allocation))
    used = pool_findings(engine, naming, allocation)
    groups = make_keys(engine, naming, allocation, targets)
    make_cells(engine, naming, *cubes)
    history, span = pool_history(engine, allocation), days_of_cells(engine)
    asking = Asking(engine, taxonomy, allocation, targets, groups, resolve, history, span)
    if read != bills:
        keep_months(engine, bills or ())
    cuts = Cuts(asking, tuple(level for level in allocation.levels if set(level.dimensions) <= set(allocation.to)))
    network, cut = Network({}, cuts), cuts.cut().tolist()
    places = read_places(engine)
    _offer_pools(engine, network, asking, places)
    if bills != months:
        keep_months(engine, months or ())
    cells = pool_cells(engine, cut)
    ways = _ways(network, cells, np.arange(len(cells.pool)), places, allocation)
    with counted(*cube(ledger, snapshot, months)) as went_in:
        make_allocated(engine, allocation, taxonomy, (cells, split_cells(cells, ways, targets)), cut)
        offer_targets(engine, targets)
        proved = prove(engine, allocation, went_in())
    findings = (*used, *_findings(engine, asking, naming, network, cuts))
    return Run(allocation, naming, targets, network, asking, proved, findings)


def _findings(engine: Engine, asking: Asking, naming: Naming, network: Network, cuts: Cuts) -> tuple[Finding, ...]:
    allocation, costs = asking.allocation, pool_costs(engine)
    return (
        *unshared_findings(engine, naming, allocation),
        *share_findings(allocation, network.pools, costs),
        *driver_findings(allocation, network.pools, costs, asking.targets),
        *fed_findings(allocation, network.fed),
        *doubt_findings(allocation, network.pools),
        *untold_nodes(engine, allocation, network.pools),
        *cut_findings(engine, asking.targets, cuts.dated()),
        *cut_driver_findings(cuts.dated()),
    )


def _offer_pools(engine: Engine, network: Network, asking: Asking, places: Mapping[int, tuple[object, ...]]) -> None:
    """Add the pools to the network; those that are shared by full cost when it is known what the others give.

    All bills that share a month stand in the table of cells: what a target costs on one is the same whatever is asked.
    """
    allocation = asking.allocation
    asking.weigh_days()
    late = by_full_cost(allocation)
    numbers = range(1, len(allocation.pools) + 1)
    network.pools |= {number: asking.pool(number) for number in numbers if number not in late}
    if late:
        # A target's own cost that is cut further is no gift of a pool: it counts as direct cost already.
        cells = pool_cells(engine)
        early = np.flatnonzero(~np.isin(cells.pool, np.array(late)))
        asking.first = FirstRound(cells, list(_ways(network, cells, early, places, allocation)), places)
        network.begin_again({number: asking.pool(number) for number in late})


def _ways(
    network: Network, cells: Cells, chosen: Ints, places: Mapping[int, tuple[object, ...]], allocation: Allocation
) -> Iterator[tuple[Ints, Vector]]:
    """Yield the places of those of the chosen cells that go the same way, and the way.

    Some weeks after one another: the ways of years, of hundreds of targets each, would fill the memory.
    """
    stretches = cells.day[chosen] // _STRETCH
    for number, stretch in enumerate(np.unique(stretches).tolist()):
        if number:
            network.forget()
        yield from _ways_of(network, cells, chosen[stretches == stretch], places, allocation)


def _ways_of(
    network: Network, cells: Cells, chosen: Ints, places: Mapping[int, tuple[object, ...]], allocation: Allocation
) -> Iterator[tuple[Ints, Vector]]:
    billed = {number: (int(str(place[-1])), str(place[_CURRENCY] or "")) for number, place in places.items()}
    kinds = {each: number for number, each in enumerate(sorted(set(billed.values())))}
    kind = np.array([kinds.get(billed.get(place, (0, "")), 0) for place in range(max(places) + 1)], dtype=np.int64)
    node = np.where(cells.pool > 0, -cells.pool, cells.target)
    keys = np.stack([node, cells.day, kind[cells.place], cells.group], axis=1)[chosen]
    every, at = np.unique(keys, axis=0, return_inverse=True)
    together: dict[int, tuple[Vector, list[int]]] = {}
    named = list(kinds)
    for number, (who, day, which, group) in enumerate(every.tolist()):
        period, currency = named[which]
        try:
            way = network.ends(who, When(day, period, group, currency))
        except NoExit as loop:
            raise UserError(_no_exit(loop, allocation, day)) from loop
        together.setdefault(id(way), (way, []))[1].append(number)
    order = np.argsort(at.reshape(-1), kind="stable")
    starts = np.searchsorted(at.reshape(-1)[order], np.arange(len(every) + 1))
    for way, numbers in together.values():
        yield chosen[np.concatenate([order[starts[each] : starts[each + 1]] for each in numbers])], way


def _no_exit(loop: NoExit, allocation: Allocation, day: int) -> Problem:
    pools = [allocation.pools[-node - 1] for node in loop.nodes if node < 0]
    names = [pool.name for pool in pools]
    way = " -> ".join((*names, names[0]))
    return Problem(
        code="FM2140",
        found=f"the cost of {listing(names, 'and')} never leaves them on {EPOCH + timedelta(days=day)}: {way}",
        expected="a way out of every loop of pools, to a target that is no pool",
        where=", ".join(pool.shares[0].place for pool in pools),
        remedy="Give one of their shares a target that is no pool, or leave the pools out of it with among.",
    )
