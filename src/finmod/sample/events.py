"""What people of the company wrote down of what happened: launches, purchases, prices, the bought account.

Owns events.csv. Incidents are not in it: nobody wrote them down.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from finmod.sample.prices import skus
from finmod.sample.products import PRODUCTS
from finmod.sample.teams import ACCOUNTS
from finmod.sample.truth import day_of, write_csv
from finmod.sample.world import World

FILE = "events.csv"
_HEADER = ("date", "event", "product", "source", "service", "account")


def write_events(folder: Path, world: World) -> Path:
    """Write events.csv, by day."""
    write_csv(folder / FILE, _HEADER, sorted(_rows(world)))
    return folder / FILE


def _rows(world: World) -> Iterator[tuple[str, ...]]:
    for product, day in zip(PRODUCTS, world.drivers.launch_day.tolist(), strict=True):
        if day:
            yield day_of(world, day), f"Launch of {product.name}", product.name, "", "", ""
    for cut in world.price_cuts:
        if cut.from_month < len(world.months):
            sku = skus()[cut.sku]
            text = f"{sku.service_name}: list price of {sku.key} lowered by {cut.cut / 10:g} %"
            yield str(world.months[cut.from_month].first), text, "", sku.source, sku.service_name, ""
    for held in world.commitments:
        if held.start in world.months:
            yield str(held.start.first), f"{held.kind} {held.name} begins, {held.payment}", "", held.source, "", ""
        if held.end in world.months:
            yield str(held.end.first), f"{held.kind} {held.name} has ended", "", held.source, "", ""
    account = ACCOUNTS[world.move.account]
    yield f"{world.move.at:%Y-%m-%d}", f"{account.name} moves to our payer", "", "aws", "", account.number
