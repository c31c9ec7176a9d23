"""A small project whose charges are shared: products that charges name, a cluster and support that others use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from finmod.settings.project import Project, load_project
from tests.books import Books
from tests.tagged import charge, with_charges

AUGUST, SEPTEMBER = date(2026, 8, 1), date(2026, 9, 1)
NOW = datetime(2026, 10, 5, tzinfo=UTC)

TAXONOMY = """\
dimensions:
  product:
    values:
      search: {label: Search engine}
      ads: {}
      shop: {}
    from:
      - tag: product
      - account: {"7": shop}
"""

ALLOCATION = """\
to: [product]
pools:
  - {name: cluster, when: {tag.cluster: "*"}, share: {by: fixed, shares: {search: 0.75, ads: 0.25}}}
  - {name: support, when: {ServiceName: Support}, share: {by: cost}}
"""

CHARGES = tuple(
    charge(number, cost, resource, tags, **more)
    for number in (8, 9)
    for cost, resource, tags, more in (
        ("60", "i-1", '{"product":"search"}', {}),
        ("30", "i-2", '{"product":"ads"}', {}),
        ("10", "i-3", "", {}),
        ("40", "i-4", '{"cluster":"main"}', {}),
        ("8", "i-5", "", {"ServiceName": "Support"}),
    )
)
"""August and September alike: 148 a month. Direct: search 60, ads 30, nobody 10. Shared: cluster 40, support 8."""


def shared(folder: Path, allocation: str = ALLOCATION, charges: Iterable[Mapping[str, str]] = CHARGES) -> Books:
    """Return the project with its charges loaded."""
    made = with_charges(folder, charges, TAXONOMY)
    made.write("allocation.yaml", allocation)
    return made


HALVES = ALLOCATION.replace("{search: 0.75, ads: 0.25}", "{search: 0.5, ads: 0.5}")
"""The cluster shared otherwise: 10 a month go from search to ads; support follows what they cost directly: it stays."""


def project_of(books: Books) -> Project:
    """Return the project as commands open it."""
    return load_project(books.root)
