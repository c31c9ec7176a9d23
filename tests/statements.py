"""A small project with an applied allocation, drivers of money and a pnl.yaml: statements come out."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from finmod.models.pnl_report import PnlReport
from finmod.settings.project import load_project
from finmod.workspace.pnl.periods import Asked
from finmod.workspace.pnl.statement import Wanted, make_pnl
from tests.applied import ALLOCATION, shared
from tests.books import Books

DRIVERS = """\
revenue: {unit: USD, grain: month, by: [product], from: {csv: revenue.csv}}
salaries: {unit: USD, grain: month, from: {csv: salaries.csv}}
orders: {unit: order, grain: month, by: [product], from: {csv: orders.csv}}
use: {unit: request, grain: month, by: [product, customer], from: {csv: use.csv}}
earned: {unit: USD, grain: month, by: [product, customer], from: {csv: earned.csv}}
plan: {unit: USD, grain: month, by: [product], from: {csv: plan.csv}}
"""

PNL = """\
revenue: [{name: Subscriptions, driver: revenue}]
cloud:
  - {name: Support, when: {x_Pool: support}, section: opex}
  - {name: Platform, when: {x_Pool: cluster}, section: cogs, variable: 0.5}
default: {name: Hosting, section: cogs}
other: [{name: Salaries, driver: salaries, section: opex}]
"""

LEVELS = f"""{ALLOCATION}\
levels:
  - {{name: customer, within: [product], share: {{by: driver, driver: use}}}}
"""

FILES = {
    "revenue.csv": "date,product,revenue\n2026-08,search,200\n2026-08,ads,80\n2026-09,search,300\n2026-09,ads,100\n",
    "salaries.csv": "date,salaries\n2026-08,20\n2026-09,25\n",
    "orders.csv": "date,product,orders\n2026-08,search,5\n2026-09,search,7\n",
    "use.csv": "date,product,customer,use\n" + "".join(
        f"2026-{month:02},{product},{customer},{use}\n"
        for month in (8, 9)
        for product, customer, use in (
            ("search", "acme", 3), ("search", "bolt", 1), ("ads", "acme", 1), ("ads", "core", 2),
        )
    ),
    "earned.csv": "date,product,customer,earned\n" + "".join(
        f"2026-{month:02},{product},{customer},{earned}\n"
        for month in (8, 9)
        for product, customer, earned in (("search", "acme", 150), ("search", "bolt", 50), ("ads", "core", 80))
    ),
    "plan.csv": "date,product,plan\n2026-09,search,250\n2026-09,ads,120\n",
}  # fmt: skip


@cache
def _applied() -> Books:
    """Return the project with its allocation applied, once for all tests of this process: to load takes a moment."""
    folder = Path(tempfile.mkdtemp(prefix="finmod-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = shared(folder / "books", LEVELS)
    for name, text in {**FILES, "drivers.yaml": DRIVERS, "pnl.yaml": PNL}.items():
        made.write(name, text)
    for words in (("drivers", "load"), ("apply",)):
        said = made.run(*words)
        assert said.code == 0, said.err
    return made


def books_of(folder: Path, **files: str) -> Books:
    """Return a copy of the project; some of its files say something else: ``pnl_yaml`` is pnl.yaml.

    What a driver is read from is loaded again.
    """
    made = _applied().copy(folder)
    for name, text in files.items():
        made.write(name.replace("_yaml", ".yaml").replace("_csv", ".csv"), text)
    if any(name.endswith("_csv") or name == "drivers_yaml" for name in files):
        assert made.run("drivers", "load").code == 0
    return made


def report_of(books: Books, by: str | None = "product", **asked: Any) -> PnlReport:  # noqa: ANN401 -- of Asked and Wanted
    """Return the statement of a project, of its last month where nothing else is asked for."""
    more = {name: asked.pop(name) for name in ("top", "bottom") if name in asked}
    return make_pnl(load_project(books.root), Wanted(by, Asked(**asked), **more))


def item(report: PnlReport, name: str, member: str | None = "search", period: int = 0) -> Decimal | None:
    """Return one item of a member in a period."""
    return report.statement.columns[period, member].actual.item(name)


def lines(report: PnlReport, member: str | None = "search", period: int = 0) -> dict[str, Decimal | None]:
    """Return the lines of a member in a period."""
    names = [line.name for line in report.statement.lines]
    return dict(zip(names, report.statement.columns[period, member].actual.lines, strict=True))


def findings(report: PnlReport) -> list[str]:
    """Return code and message of each finding."""
    return [f"{each.code} {each.message}" for each in report.findings]
