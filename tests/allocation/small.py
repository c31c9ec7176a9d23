"""A small taxonomy, some drivers, and allocations beside them: what is read, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from finmod.allocation.definition import Allocation, DriverInfo
from finmod.allocation.reading import read_allocation
from finmod.errors import UserError
from finmod.taxonomy.reading import read_taxonomy
from tests.refusals import told

TAXONOMY = """
dimensions:
  product:
    values:
      search: {}
      ads: {since: 2026-04-01}
      kubernetes: {shared: true}
      platform: {shared: true}
    from: [{tag: product}]
  team:
    values: [search-web, ads-web, ads-api]
    from: [{tag: team}]
  cohort:
    from: [{tag: cohort}]
  pool: {}
"""

DRIVERS = {
    each.name: each
    for each in (
        DriverInfo("orders", "order", "day", ("product",)),
        DriverInfo("k8s_usage", "vCPU-hour", "day", ("product", "team")),
        DriverInfo("k8s_capacity", "vCPU-hour", "day", ()),
        DriverInfo("k8s_gigabytes", "GB", "day", ()),
        DriverInfo("k8s_monthly", "vCPU-hour", "month", ()),
        DriverInfo("k8s_zones", "vCPU-hour", "day", ("zone",)),
        DriverInfo("by_env", "request", "month", ("product", "env")),
        DriverInfo("by_team", "request", "hour", ("team",)),
        DriverInfo("overall", "request", "day", ()),
        DriverInfo("by_customer", "request", "day", ("product", "customer")),
    )
}


def read(
    folder: Path, text: str, taxonomy: str = TAXONOMY, drivers: Mapping[str, DriverInfo] | None = DRIVERS
) -> Allocation:
    """Return the allocation of a text."""
    (folder / "taxonomy.yaml").write_text(taxonomy)
    (folder / "allocation.yaml").write_text(text)
    return read_allocation(folder, read_taxonomy(folder), drivers)


def refused(folder: Path, text: str, taxonomy: str = TAXONOMY) -> list[str]:
    """Return the messages with which an allocation is refused, each in one line, without the name of the file."""
    with pytest.raises(UserError) as caught:
        read(folder, text, taxonomy)
    return [told(problem).removeprefix("allocation.yaml:") for problem in caught.value.problems]
