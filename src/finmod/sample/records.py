"""The small files beside the exports: drivers that the company has, and the lists under truth/.

Owns their columns and truth/README.md. The true split of costs is in truth.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from finmod.sample.aws_charges import arn
from finmod.sample.charges import Bill
from finmod.sample.focus_charges import commitment_id
from finmod.sample.prices import QUANTITY_DIGITS, SOURCES, decimal_text, skus, supplier
from finmod.sample.products import DRIVERS, PLATFORMS, PRODUCTS
from finmod.sample.streams import Stream
from finmod.sample.teams import TEAMS
from finmod.sample.truth import day_of, write_csv
from finmod.sample.world import World

# The company measures these two; nobody meters network and support, so their shares must be inferred.
_METERED = ("kubernetes", "data-platform")

_README = """# What really happened

Truth of the invented company, written by the same run as the exports beside it. Money is USD with 10 decimals, exact.
Days are UTC. Periods include their start and exclude their end.

| file | grain | what it holds |
|---|---|---|
| totals.csv | source, billing period, measure | exact totals of the exports: BilledCost, EffectiveCost, ListCost, ContractedCost in USD, and rows |
| allocation.parquet | billing period, day, source, pool, product, team | whose each cost was. Pool `direct` is a product's own use; a platform's name is its cost, split by true use; other pools (tax, credit, discount, unused, purchase ...) are shared by the product's effective cost in that source and month. Team is empty where no team is known. Sums to totals.csv for BilledCost and EffectiveCost. BilledCost of usage under an AWS Savings Plan is 0 here, since its negation row takes it back |
| customers.csv | billing period, product, customer | EffectiveCost of each product by true use of its customers; sums to allocation.parquet |
| customer_list.csv | customer | segment and month of the first use |
| tags.csv | source, resource | true product or platform, team, environment, and what people wrote as tags |
| incidents.csv | incident | use of one SKU by one owner was `factor` per mille of normal from `start` until before `end`; `effect` is the cost at list price above normal |
| initiatives.csv | initiative | the same for efficiency work; `effect` is negative: the saving at list price until the end of the window |
| effects_daily.csv | incident or initiative, day | the daily part of `effect` |
| price_cuts.csv | SKU | list prices that the supplier lowered, per mille |
| launches.csv | product | first day of products that began inside the window |
| commitments.csv | commitment | terms, in USD, hours and quantities |
| commitment_months.csv | commitment, billing period | total = used + unused effective cost; what the covered use would have cost at list price |
| drivers/PLATFORM.csv | day, product | true use of a shared platform |
| drivers/activity.csv | day, product, driver | the index that use follows; 1 is the level at the start |
"""


def write_drivers(folder: Path, world: World) -> list[Path]:
    """Write drivers/*.csv, what the company's own systems would export."""
    days, levels = [day.isoformat() for day in world.drivers.days], world.drivers.levels
    files = []
    for column, driver in enumerate(DRIVERS):
        rows = ((day, product.name, int(levels[place, column, at])) for at, day in enumerate(days) for place, product in enumerate(PRODUCTS) if product.levels[column])
        files.append(_csv(folder / "drivers" / f"{driver}.csv", ("date", "product", driver), rows))
    for platform in _METERED:
        row = [found.name for found in PLATFORMS].index(platform)
        files.append(_csv(folder / "drivers" / f"{platform}.csv", ("date", "product", "use"), _use_rows(world, row)))
    return [*files, _csv(folder / "drivers" / "revenue.csv", ("month", "product", "revenue", "currency"), _revenue(world))]


def _csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    write_csv(path, header, rows)
    return path


def _use_rows(world: World, platform: int) -> Iterable[tuple[str, str, int]]:
    use = world.drivers.platform_use[platform]
    for at, day in enumerate(world.drivers.days):
        for place, product in enumerate(PRODUCTS):
            if use[place, at]:
                yield day.isoformat(), product.name, int(use[place, at])


def _revenue(world: World) -> Iterable[tuple[str, str, str, str]]:
    """Yield monthly revenue in whole USD: so much per order, or per active user where nothing is ordered."""
    cents = Stream(world.seed, "revenue").integers(140, 420, len(PRODUCTS)).tolist()
    for number, month in enumerate(world.months):
        days = slice(world.days_before[number], world.days_before[number + 1])
        for place, product in enumerate(PRODUCTS):
            column = 0 if product.levels[0] else 2
            base = int(world.drivers.levels[place, column, days].sum())
            yield month.label, product.name, str(base * cents[place] // (100 if column == 0 else 2000)), "USD"


@dataclass
class Facts:
    """What the truth lists need of each bill, gathered bill by bill so that no bill need be kept.

    Attributes:
        totals: (source, month's place) -> measure -> exact total, 1e-10 USD.
        rows: (source, month's place) -> charges.
        invoices: (source, month's place) -> invoice number -> payable amount, 1e-10 USD.
        effects: (name, day's place, cost with minus without).
        held: (commitment's place, month's place, total, used, on-demand cost of what was covered).
    """

    totals: dict[tuple[str, int], dict[str, int]] = field(default_factory=dict)
    rows: dict[tuple[str, int], int] = field(default_factory=dict)
    invoices: dict[tuple[str, int], dict[str, int]] = field(default_factory=dict)
    effects: list[tuple[str, int, int]] = field(default_factory=list)
    held: list[tuple[int, int, int, int, int]] = field(default_factory=list)

    def add(self, bill: Bill) -> None:
        """Take what is needed from one bill."""
        key = (bill.source, bill.usage.number)
        self.totals[key], self.rows[key], self.invoices[key] = bill.totals(), bill.rows, bill.invoices()
        self.effects += bill.usage.effects
        for covered in bill.usage.covered:
            sums = (int(covered.total.sum()), int(covered.used.sum()), int(covered.on_demand.sum()))
            self.held.append((covered.number, bill.usage.number, *sums))


def write_invoices(folder: Path, world: World, facts: Facts, planted: Mapping[tuple[str, int], int | None]) -> Path:
    """Write invoices.csv; planted changes of a bill's first invoice come from a fault, None takes it out."""
    rows = []
    for (source, number), invoices in sorted(facts.invoices.items(), key=lambda item: (item[0][1], SOURCES.index(item[0][0]))):
        for place, (invoice, amount) in enumerate(invoices.items()):
            change = planted.get((source, number), 0) if place == 0 else 0
            if change is not None:
                rows.append((supplier(source).issuer, invoice, world.months[number].label, "USD", decimal_text(amount + change)))
    return _csv(folder / "invoices.csv", ("issuer", "invoice_id", "billing_period", "currency", "amount"), rows)


def write_truth_lists(folder: Path, world: World, facts: Facts) -> list[Path]:
    """Write everything under truth/ but the allocation and the customers."""
    truth = folder / "truth"
    files = [
        _totals(truth, world, facts),
        _tags(truth, world),
        *_events(truth, world, facts),
        *_commitments(truth, world, facts),
        *_truth_drivers(truth, world),
    ]
    (truth / "README.md").write_text(_README, encoding="utf-8")
    return [*files, truth / "README.md"]


def _totals(truth: Path, world: World, facts: Facts) -> Path:
    rows: list[tuple[str, ...]] = []
    for (source, number), totals in sorted(facts.totals.items(), key=lambda item: (item[0][1], SOURCES.index(item[0][0]))):
        label = world.months[number].label
        rows += [(source, label, measure, "USD", decimal_text(amount)) for measure, amount in totals.items()]
        rows.append((source, label, "rows", "", str(facts.rows[source, number])))
    return _csv(truth / "totals.csv", ("source", "billing_period", "measure", "currency", "amount"), rows)


def _tags(truth: Path, world: World) -> Path:
    rows = []
    for source, resources in world.resources.items():
        for place in range(resources.count):
            owner, tags = int(resources.owner[place]), resources.tags[place]
            platform = owner - len(PRODUCTS)
            rows.append(
                (
                    source, resources.ids[place], PRODUCTS[owner].name if platform < 0 else "",
                    PLATFORMS[platform].name if platform >= 0 else "", TEAMS[int(resources.team[place])].name,
                    resources.environment[place], json.dumps(tags, sort_keys=True),
                )
            )
    header = ("source", "resource_id", "product", "platform", "team", "environment", "written_tags")
    return _csv(truth / "tags.csv", header, rows)


def _owner(owner: int) -> str:
    return PRODUCTS[owner].name if owner < len(PRODUCTS) else PLATFORMS[owner - len(PRODUCTS)].name


def _events(truth: Path, world: World, facts: Facts) -> list[Path]:
    effect: dict[str, int] = {}
    for name, _, amount in facts.effects:
        effect[name] = effect.get(name, 0) + amount
    header = ("name", "source", "service", "sku", "owner", "start", "end", "factor", "cause", "one_time_cost", "effect", "currency")
    files = []
    for kind in ("incident", "initiative"):
        rows = [
            (
                one.name, one.source, skus()[one.sku].service_name, skus()[one.sku].key, _owner(one.owner),
                day_of(world, one.first_day), day_of(world, one.end_day), one.factor, one.cause, one.one_time_cost,
                decimal_text(effect.get(one.name, 0)), "USD",
            )
            for one in world.effects
            if one.kind == kind
        ]
        files.append(_csv(truth / f"{kind}s.csv", header, rows))
    daily = sorted((name, day_of(world, day), decimal_text(amount), "USD") for name, day, amount in facts.effects)
    cuts = [(skus()[cut.sku].source, skus()[cut.sku].key, world.months[cut.from_month].label, cut.cut) for cut in world.price_cuts if cut.from_month < len(world.months)]
    began = [(product.name, day_of(world, int(day))) for product, day in zip(PRODUCTS, world.drivers.launch_day, strict=True) if day]
    return [
        *files,
        _csv(truth / "effects_daily.csv", ("name", "date", "effect", "currency"), daily),
        _csv(truth / "price_cuts.csv", ("source", "sku", "from_month", "per_mille"), cuts),
        _csv(truth / "launches.csv", ("product", "date"), began),
    ]


def _commitments(truth: Path, world: World, facts: Facts) -> list[Path]:
    rows = [
        (
            held.name, held.source, arn(held) if held.source == "aws" else commitment_id(held), held.kind, held.payment,
            held.start.first, held.end.first, held.size,
            decimal_text(held.hourly, QUANTITY_DIGITS) if held.by_quantity else "", decimal_text(held.per_hour),
            decimal_text(held.upfront), decimal_text(held.recurring_per_hour), held.discount, "USD",
        )
        for held in world.commitments
    ]
    header = (
        "name", "source", "commitment_id", "kind", "payment", "start", "end", "size", "units", "cost_per_hour", "upfront",
        "recurring_per_hour", "discount_per_mille", "currency",
    )  # fmt: skip
    months = [
        (
            world.commitments[number].name, world.months[month].label, decimal_text(spent), decimal_text(used),
            decimal_text(spent - used), decimal_text(on_demand), "USD",
        )
        for number, month, spent, used, on_demand in sorted(facts.held)
    ]
    month_header = ("name", "billing_period", "total", "used", "unused", "covered_at_list_price", "currency")
    return [_csv(truth / "commitments.csv", header, rows), _csv(truth / "commitment_months.csv", month_header, months)]


def _truth_drivers(truth: Path, world: World) -> list[Path]:
    files = [
        _csv(truth / "drivers" / f"{platform.name}.csv", ("date", "product", "use"), _use_rows(world, row))
        for row, platform in enumerate(PLATFORMS)
    ]
    activity = (
        (day.isoformat(), product.name, driver, decimal_text(int(world.drivers.activity[place, column, at]), 4))
        for at, day in enumerate(world.drivers.days)
        for place, product in enumerate(PRODUCTS)
        for column, driver in enumerate(DRIVERS)
    )
    return [*files, _csv(truth / "drivers" / "activity.csv", ("date", "product", "driver", "activity"), activity)]
