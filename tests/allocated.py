"""Allocations under test: a small loaded project, an allocation of records, drivers as rows; out comes a table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from finmod.allocation.definition import Allocation, Fixed, Grain, Level, Pool, Share, Values
from finmod.allocation.driver_series import Resolve
from finmod.allocation.run import Run, allocate
from finmod.engines.duckdb import Engine, identifier, literal
from finmod.focus.columns import COSTS
from finmod.ledger.ledger import Ledger, ManifestRow, PreparedPeriod
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS
from finmod.normalize.charges import COST_UNKNOWNS, KEY_TEXTS
from finmod.settings.project import Project, load_project
from finmod.taxonomy.definition import Condition
from finmod.taxonomy.reading import read_taxonomy
from tests.books import CHARGE
from tests.tagged import charge

TAXONOMY = """\
dimensions:
  product:
    values: {search: {}, ads: {}, shop: {}, late: {since: 2026-09-02}, k8s: {shared: true}, data: {shared: true},
      net: {shared: true}}
    from: [{tag: product}]
  team:
    values: {web: {}, api: {}}
    from: [{tag: team}]
"""


Row = tuple[str | None, ...]


def one(product: str, cost: str, **more: str) -> Mapping[str, str]:
    """Return a charge of a product on 1 September 2026, of a resource of its own."""
    team = more.pop("team", "")
    tags = json.dumps({key: text for key, text in (("product", product), ("team", team)) if text})
    return charge(9, cost, f"i-{product}-{team}-{cost}", tags, **more)


def day(number: int) -> dict[str, str]:
    """Return what a charge says of its day in September 2026."""
    return {
        "ChargePeriodStart": f"2026-09-{number:02}T00:00:00Z",
        "ChargePeriodEnd": f"2026-09-{number + 1:02}T00:00:00Z",
    }


def is_(subject: str, *texts: str) -> Condition:
    """Return a condition: one of some texts; with none that there is nothing."""
    return Condition(subject, texts, (), not texts, "allocation.yaml:1:1")


def pool(name: str, *shares: Share, receives: Values | None = None, **more: Any) -> Pool:  # noqa: ANN401 -- of Pool
    """Return the pool of what is called as it is in the dimension product; it is called so as a target too."""
    made: dict[str, Any] = {"when": ((is_("product", name),),), "receives": receives or (name, None), **more}
    return Pool(name=name, place=f"allocation.yaml:{name}", shares=shares, **made)


def by(kind: str, **more: Any) -> Share:  # noqa: ANN401 -- of Share
    """Return a share."""
    what = more.get("driver", "")
    return Share(kind=kind, place="allocation.yaml:9:9", text=f"by {kind} {what}".rstrip(), **more)  # type: ignore[arg-type]


def fixed(**parts: str) -> Share:
    """Return fixed parts by product; ``unallocated`` is nobody's."""
    return by(
        "fixed",
        fixed=tuple(
            Fixed((None, None) if name == "unallocated" else (name, None), Decimal(part), "allocation.yaml:9:20")
            for name, part in parts.items()
        ),
    )


def driver(name: str, values: Mapping[str, object], at: str = "2026-09-01", grain: Grain = "day") -> list[Row]:
    """Return rows of a driver: ``search`` or ``search/web`` -> value; an empty key names nobody."""
    rows: list[Row] = []
    for key, value in values.items():
        product, _, team = key.partition("/")
        dimensions = {name: text for name, text in (("product", product), ("team", team)) if text}
        rows.append((name, at if "T" in at else f"{at}T00:00:00", grain, json.dumps(dimensions), str(value)))
    return rows


@dataclass(frozen=True)
class Outcome:
    """What a run gave.

    Attributes:
        engine: Open, with its tables.
        run: The run.
    """

    engine: Engine
    run: Run

    def rows(self, columns: str, where: str = "true") -> list[tuple[Any, ...]]:
        """Return sums of EffectiveCost by some columns."""
        return self.engine.rows(
            f"SELECT {columns}, sum(EffectiveCost) FROM allocated WHERE {where} GROUP BY ALL ORDER BY ALL"
        )

    def by_product(self, where: str = "true") -> dict[str | None, Decimal]:
        """Return EffectiveCost by product."""
        return dict(self.rows("x_Product", where))


def ran(  # noqa: PLR0913 -- what a run is made of
    project: Project,
    engine: Engine,
    pools: Sequence[Pool],
    drivers: Iterable[Row] = (),
    *,
    levels: Sequence[Level] = (),
    months: Sequence[date] | None = None,
) -> Outcome:
    """Run an allocation over a project."""
    ledger, taxonomy = Ledger(project.store), read_taxonomy(project.root)
    offer_drivers(engine, drivers)
    allocation = Allocation(to=("product", "team"), pools=tuple(pools), levels=tuple(levels))
    run = allocate(engine, ledger, ledger.head(engine), taxonomy, allocation, resolve=resolver(project), months=months)
    return Outcome(engine, run)


def offer_drivers(engine: Engine, drivers: Iterable[Row]) -> None:
    """Make the relation that a run reads drivers from."""
    engine.run(
        "CREATE OR REPLACE TEMP TABLE driver_rows (x_Driver VARCHAR, x_Start TIMESTAMP, x_Grain VARCHAR, "
        "x_Dimensions VARCHAR, x_Value DECIMAL(38,12))"
    )
    for row in drivers:
        engine.run("INSERT INTO driver_rows VALUES (?, ?::TIMESTAMP, ?, ?, ?::DECIMAL(38,12))", row)


def as_it_is(dimension: str, text: str, day: date | None = None) -> str | None:
    """Return a text of a driver as the value that it is called."""
    del dimension, day
    return text


def resolver(project: Project) -> Resolve:
    """Return what finds values of the project's taxonomy by their own names."""
    dimensions = read_taxonomy(project.root).dimensions

    def resolve(dimension: str, text: str, day: date | None = None) -> str | None:
        value = (dimensions[dimension].values or {}).get(text)
        return text if value is not None and (day is None or value.span.holds_on(day)) else None

    return resolve


def books_of(folder: Path, charges: Iterable[Mapping[str, str]]) -> Project:
    """Return a project with charges and the taxonomy of these tests.

    Their cube and keys are committed as a load would: to convert a bill takes a moment, and no run reads more.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "finmod.yaml").write_text("name: northwind\ncurrency: USD\n", encoding="utf-8")
    (folder / "taxonomy.yaml").write_text(TAXONOMY, encoding="utf-8")
    project = load_project(folder)
    by_month: dict[str, list[Mapping[str, str]]] = {}
    for each in charges:
        by_month.setdefault({**CHARGE, **each}["BillingPeriodStart"][:10], []).append({**CHARGE, **each})
    with Engine() as engine:
        staged = [_prepared(engine, folder, date.fromisoformat(start), each) for start, each in by_month.items()]
        Ledger(project.store).commit(engine, staged, "load", datetime(2026, 11, 1, tzinfo=UTC))
    return project


def _prepared(engine: Engine, folder: Path, period: date, charges: Sequence[Mapping[str, str]]) -> PreparedPeriod:
    place = f"'saas' AS x_Source, DATE '{period}' AS x_BillingPeriod"
    keys, days = [], []
    for number, each in enumerate(charges):
        texts = "".join(f", {literal(each[name])} AS {identifier(name)}" for name in KEY_TEXTS if each.get(name))
        keys.append(f"SELECT {place}, {number} AS x_ChargeKey{texts}")
        costs = ", ".join(f"{each[name]}::DECIMAL(38,12) AS {name}" for name in COSTS if each.get(name))
        unknown = ", ".join(
            f"{int(not each.get(name))} AS {column}" for name, column in zip(COSTS, COST_UNKNOWNS, strict=True)
        )
        start = each["ChargePeriodStart"][:10]
        days.append(f"SELECT {place}, {number} AS x_ChargeKey, DATE '{start}' AS x_ChargeDate, 1 AS x_Charges, "
                    f"{costs}, {unknown}")  # fmt: skip
    files = {}
    for table, rows in ((CHARGE_KEYS, keys), (CHARGE_DAYS, days)):
        empty = ", ".join(f"NULL::{kind} AS {identifier(name)}" for name, kind in table.columns.items())
        path = folder / f"{table.name}-{period}.parquet"
        sql = f"SELECT {empty} WHERE false UNION ALL BY NAME {' UNION ALL BY NAME '.join(rows)}"
        files[table.name] = (path, engine.copy_parquet(sql, path))
    manifest = ManifestRow("bill.csv", "", 0, len(charges), "USD", None, None, None)
    return PreparedPeriod("saas", period, "focus", "", files, (manifest,), {})
