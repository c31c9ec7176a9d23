"""The small files beside the exports: drivers that the company has, and the lists under truth/.

Owns their columns and truth/README.md. The true split of costs is in truth.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import numpy as np

from finmod.sample.aws_lines import arn
from finmod.sample.behaviour import HEADER, behaviour_rows
from finmod.sample.charges import Bill
from finmod.sample.finance import write_finance
from finmod.sample.focus_commitments import commitment_id
from finmod.sample.incidents import Effect
from finmod.sample.prices import QUANTITY_DIGITS, SOURCES, decimal_text, skus, supplier
from finmod.sample.products import DRIVERS, PLATFORMS, PRODUCTS
from finmod.sample.streams import Ints
from finmod.sample.teams import ACCOUNTS, PAYERS, TEAMS
from finmod.sample.truth import day_of, write_csv
from finmod.sample.variance import HEADER as CHANGES
from finmod.sample.variance import Paid, change_rows, paid
from finmod.sample.world import World

# The company measures these two; nobody meters network and support, so their shares must be inferred.
_METERED = ("kubernetes", "data-platform")


def write_drivers(folder: Path, world: World) -> list[Path]:
    """Write drivers/*.csv, what the company's own systems would export."""
    days, levels = [day.isoformat() for day in world.drivers.days], world.drivers.levels
    files = []
    for column, driver in enumerate(DRIVERS):
        rows = (
            (day, product.name, int(levels[place, column, at]))
            for at, day in enumerate(days)
            for place, product in enumerate(PRODUCTS)
            if product.levels[column]
        )
        files.append(_csv(folder / "drivers" / f"{driver}.csv", ("date", "product", driver), rows))
    for platform in _METERED:
        row = [found.name for found in PLATFORMS].index(platform)
        files.append(_csv(folder / "drivers" / f"{platform}.csv", ("date", "product", "use"), _use_rows(world, row)))
    return [
        *files,
        _csv(folder / "drivers" / "customers.csv", ("month", "product", "customer", "use"), _customer_use(world)),
        *write_finance(folder / "drivers", world),
    ]


def _csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    write_csv(path, header, rows)
    return path


def _use_rows(world: World, platform: int) -> Iterable[tuple[str, str, int]]:
    use = world.drivers.platform_use[platform]
    for at, day in enumerate(world.drivers.days):
        for place, product in enumerate(PRODUCTS):
            if use[place, at]:
                yield day.isoformat(), product.name, int(use[place, at])


def _customer_use(world: World) -> Iterable[tuple[str, str, str, int]]:
    """Yield what customers use of products that have begun, by month: so truth/customers.csv shares their cost."""
    customers = world.customers
    for number, month in enumerate(world.months):
        for place, product in enumerate(PRODUCTS):
            if world.drivers.launch_day[place] >= world.days_before[number + 1]:
                continue
            use = np.where(customers.joined <= number, customers.use[:, place], 0).tolist()
            yield from (
                (month.label, product.name, name, count)
                for name, count in zip(customers.names, use, strict=True)
                if count
            )


_EVENT_HEADER = (
    "name", "source", "service", "sku", "owner", "start", "end", "factor", "cause", "one_time_cost", "effect",
    "currency",
)  # fmt: skip
_COMMITMENT_HEADER = (
    "name", "source", "commitment_id", "kind", "payment", "start", "end", "size", "units", "cost_per_hour",
    "upfront", "recurring_per_hour", "discount_per_mille", "currency",
)  # fmt: skip


@dataclass
class Facts:
    """What the truth lists need of each bill, gathered bill by bill so that no bill need be kept.

    Attributes:
        totals: (source, month's place) -> measure -> exact total, 1e-10 USD; list and contracted cost also as far as
            the supplier's own export tells them.
        rows: (source, month's place) -> charges.
        invoices: (source, month's place) -> invoice number -> payable amount, 1e-10 USD.
        effects: (name, day's place, cost with minus without).
        held: (commitment's place, month's place, total, used, on-demand cost of what was covered).
        parts: Month's place -> ``behaviour.month_parts`` of all sources together.
    """

    totals: dict[tuple[str, int], dict[str, int]] = field(default_factory=dict)
    rows: dict[tuple[str, int], int] = field(default_factory=dict)
    invoices: dict[tuple[str, int], dict[str, int]] = field(default_factory=dict)
    effects: list[tuple[str, int, int]] = field(default_factory=list)
    held: list[tuple[int, int, int, int, int]] = field(default_factory=list)
    parts: dict[int, Ints] = field(default_factory=dict)
    paid: dict[tuple[str, int], Paid] = field(default_factory=dict)

    def add(self, world: World, bill: Bill) -> None:
        """Take what is needed from one bill."""
        key = (bill.source, bill.usage.number)
        self.paid[key] = paid(world, bill)
        told = {f"{measure}InExport": amount for measure, amount in bill.told().items()}
        self.totals[key], self.rows[key], self.invoices[key] = bill.totals() | told, bill.rows, bill.invoices()
        self.effects += bill.usage.effects
        number, parts = bill.usage.number, bill.usage.parts
        self.parts[number] = self.parts[number] + parts if number in self.parts else parts
        for covered in bill.usage.covered:
            sums = (int(covered.total.sum()), int(covered.used.sum()), int(covered.on_demand.sum()))
            self.held.append((covered.number, bill.usage.number, *sums))


def write_invoices(folder: Path, world: World, facts: Facts, planted: Mapping[tuple[str, int], int | None]) -> Path:
    """Write invoices.csv; planted changes of a bill's first invoice come from a fault, None takes it out."""
    rows = []
    for (source, number), invoices in sorted(
        facts.invoices.items(), key=lambda item: (item[0][1], SOURCES.index(item[0][0]))
    ):
        for place, (invoice, amount) in enumerate(invoices.items()):
            change = planted.get((source, number), 0) if place == 0 else 0
            if change is not None:
                rows.append(
                    (supplier(source).issuer, invoice, world.months[number].label, "USD", decimal_text(amount + change))
                )
    return _csv(folder / "invoices.csv", ("issuer", "invoice_id", "billing_period", "currency", "amount"), rows)


def write_truth_lists(folder: Path, world: World, facts: Facts) -> list[Path]:
    """Write everything under truth/ but the allocation and the customers."""
    truth = folder / "truth"
    files = [
        _totals(truth, world, facts),
        _tags(truth, world),
        _payers(truth, world),
        *_events(truth, world, facts),
        *_commitments(truth, world, facts),
        *_truth_drivers(truth, world),
        _csv(truth / "cost_behaviour.csv", HEADER, behaviour_rows(world, facts.parts)),
        _csv(truth / "variance.csv", CHANGES, change_rows(world, facts.paid)),
    ]
    text = resources.files("finmod.sample").joinpath("truth.md").read_text(encoding="utf-8")
    (truth / "README.md").write_text(text, encoding="utf-8", newline="\n")
    return [*files, truth / "README.md"]


def _totals(truth: Path, world: World, facts: Facts) -> Path:
    rows: list[tuple[str, ...]] = []
    for (source, number), totals in sorted(
        facts.totals.items(), key=lambda item: (item[0][1], SOURCES.index(item[0][0]))
    ):
        label = world.months[number].label
        rows += [(source, label, measure, "USD", decimal_text(amount)) for measure, amount in totals.items()]
        rows.append((source, label, "rows", "", str(facts.rows[source, number])))
    return _csv(truth / "totals.csv", ("source", "billing_period", "measure", "currency", "amount"), rows)


def _tags(truth: Path, world: World) -> Path:
    rows = []
    for source, found in world.resources.items():
        for place in range(found.count):
            owner, tags = int(found.owner[place]), found.tags[place]
            platform = owner - len(PRODUCTS)
            rows.append(
                (
                    source,
                    found.ids[place],
                    PRODUCTS[owner].name if platform < 0 else "",
                    PLATFORMS[platform].name if platform >= 0 else "",
                    TEAMS[int(found.team[place])].name,
                    found.environment[place],
                    json.dumps(tags, sort_keys=True),
                )
            )
    header = ("source", "resource_id", "product", "platform", "team", "environment", "written_tags")
    return _csv(truth / "tags.csv", header, rows)


def _payers(truth: Path, world: World) -> Path:
    """Write who paid for each account and from when; a date is empty where the window does not see it."""
    move, rows = world.move, []
    for place, account in enumerate(ACCOUNTS):
        day = f"{move.at:%Y-%m-%d}" if place == move.account else ""
        if day:
            rows.append((account.source, account.number, account.name, *move.payer, "", day))
        rows.append((account.source, account.number, account.name, *PAYERS[account.source], day, ""))
    header = ("source", "account", "account_name", "payer", "payer_name", "from", "until")
    return _csv(truth / "payers.csv", header, rows)


def _owner(owner: int) -> str:
    return PRODUCTS[owner].name if owner < len(PRODUCTS) else PLATFORMS[owner - len(PRODUCTS)].name


def _events(truth: Path, world: World, facts: Facts) -> list[Path]:
    amounts: dict[str, int] = {}
    for name, _, amount in facts.effects:
        amounts[name] = amounts.get(name, 0) + amount
    files = [
        _csv(
            truth / f"{kind}s.csv",
            _EVENT_HEADER,
            [_event(world, one, amounts.get(one.name, 0)) for one in world.effects if one.kind == kind],
        )
        for kind in ("incident", "initiative")
    ]
    daily = sorted((name, day_of(world, day), decimal_text(amount), "USD") for name, day, amount in facts.effects)
    cuts = [
        (skus()[cut.sku].source, skus()[cut.sku].key, world.months[cut.from_month].label, cut.cut)
        for cut in world.price_cuts
        if cut.from_month < len(world.months)
    ]
    launches = zip(PRODUCTS, world.drivers.launch_day.tolist(), strict=True)
    began = [(product.name, day_of(world, day)) for product, day in launches if day]
    return [
        *files,
        _csv(truth / "effects_daily.csv", ("name", "date", "effect", "currency"), daily),
        _csv(truth / "price_cuts.csv", ("source", "sku", "from_month", "per_mille"), cuts),
        _csv(truth / "launches.csv", ("product", "date"), began),
    ]


def _event(world: World, one: Effect, amount: int) -> tuple[object, ...]:
    return (
        one.name,
        one.source,
        skus()[one.sku].service_name,
        skus()[one.sku].key,
        _owner(one.owner),
        day_of(world, one.first_day),
        day_of(world, one.end_day),
        one.factor,
        one.cause,
        one.one_time_cost,
        decimal_text(amount),
        "USD",
    )


def _commitments(truth: Path, world: World, facts: Facts) -> list[Path]:
    rows = [
        (
            held.name,
            held.source,
            arn(held) if held.source == "aws" else commitment_id(held),
            held.kind,
            held.payment,
            held.start.first,
            held.end.first,
            held.size,
            decimal_text(held.hourly, QUANTITY_DIGITS) if held.by_quantity else "",
            decimal_text(held.per_hour),
            decimal_text(held.upfront),
            decimal_text(held.recurring_per_hour),
            held.discount,
            "USD",
        )
        for held in world.commitments
    ]
    months = [
        (
            world.commitments[number].name,
            world.months[month].label,
            decimal_text(spent),
            decimal_text(used),
            decimal_text(spent - used),
            decimal_text(on_demand),
            "USD",
        )
        for number, month, spent, used, on_demand in sorted(facts.held)
    ]
    month_header = ("name", "billing_period", "total", "used", "unused", "covered_at_list_price", "currency")
    return [
        _csv(truth / "commitments.csv", _COMMITMENT_HEADER, rows),
        _csv(truth / "commitment_months.csv", month_header, months),
    ]


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
