"""The company's taxonomy: taxonomy.yaml and the lists beside it, as its people would have written them.

Owns what the organisation knows of itself: departments, who answers for a product, which account is whose. Of what
people wrote in tags it knows a few aliases and no more, so that dirty tags stay dirty.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from string import Template

from finmod.sample.months import Month, months_until
from finmod.sample.payers import make_move
from finmod.sample.products import PRODUCTS
from finmod.sample.teams import ACCOUNTS, TEAMS, Account, Team

FILE = "taxonomy.yaml"

DEPARTMENTS: dict[str, tuple[str, ...]] = {
    "discovery": ("search", "catalog", "recommendations"),
    "ordering": ("checkout", "payments", "subscriptions"),
    "fulfilment": ("inventory", "shipping"),
    "customers": ("loyalty", "mobile", "assistant"),
    "marketplace": ("marketplace",),
    "media": ("ads", "insights"),
    "platforms": ("kubernetes", "data-platform", "network", "support"),
}
"""Department -> products and platforms that its teams run."""

_TEAM_HEADER = ("value", "owner", "parent", "since")
_ACCOUNT_HEADER = ("SubAccountId", "name", "supplier", "product", "team", "environment")


def taxonomy_files(*, months: int, end: Month) -> dict[str, str]:
    """Return the files of the taxonomy: path below the project -> text, the same on any machine.

    Args:
        months: Length of the window in whole months.
        end: Its last month.
    """
    window = months_until(end, months)
    launched = _launched(window)
    template = resources.files("finmod.sample").joinpath(FILE).read_text(encoding="utf-8")
    text = Template(template).substitute(
        {name: day.isoformat() for name, day in launched.items()},
        joined=f"{make_move(window).at:%Y-%m-%d}",
        departments=_map((name, department) for department, names in DEPARTMENTS.items() for name in names),
        cost_centres=_map((team.name, team.cost_centre) for team in TEAMS),
    )
    return {
        FILE: text,
        "taxonomy/teams.csv": _csv(_TEAM_HEADER, (_team(team, launched) for team in TEAMS)),
        "taxonomy/accounts.csv": _csv(_ACCOUNT_HEADER, (_account(account) for account in ACCOUNTS)),
    }


def write_taxonomy_files(folder: Path, *, months: int, end: Month) -> list[Path]:
    """Write the files of the taxonomy into a folder; those that stand there are overwritten."""
    written = []
    for name, text in taxonomy_files(months=months, end=end).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        written.append(path)
    return written


def _launched(window: Sequence[Month]) -> dict[str, date]:
    """Return the first day of the month in which each product began that the window sees begin.

    Nobody remembers the day; and where charges are monthly, that of the launch begins with its month.
    """
    days = sum(month.days for month in window)
    return {
        product.name: (window[0].first + timedelta(days=int(days * product.launched_at))).replace(day=1)
        for product in PRODUCTS
        if product.launched_at
    }


def _team(team: Team, launched: dict[str, date]) -> tuple[str, ...]:
    department = next(name for name, owns in DEPARTMENTS.items() if team.owns in owns)
    since = launched[team.owns].isoformat() if team.owns in launched else ""
    return team.name, f"{team.name}@northwind.example", department, since


def _account(account: Account) -> tuple[str, ...]:
    """Return what is known of an account: whose it is where that is one product or platform, and production."""
    own = account.owns[0] if len(account.owns) == 1 and account.owns != ("shared",) else ""
    team = next((each.name for each in TEAMS if each.name == f"{own}-team"), "")
    # The data centre is one hall, in which everything stands.
    is_production = account.production and account.source != "datacentre"
    return account.number, account.name, account.source, own, team, "production" if is_production else ""


def _map(pairs: Iterable[tuple[str, str]]) -> str:
    """Return the lines of a map, as they are indented in the file."""
    return "\n".join(f"          {key}: {value}" for key, value in pairs)


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
