"""A small project whose charges carry tags, good, bad and none, over two months, with a taxonomy that names them."""

from __future__ import annotations

import atexit
import csv
import io
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from tests.books import Books, bill, month

TAXONOMY = """\
dimensions:
  product:
    values:
      search: {owner: search-team, aliases: [srch]}
      ads: {owner: ads-team}
      shared: {shared: true}
    from:
      - tag: [product, app]
      - account: {"2": ads}
      - when: {ServiceName: Unheard}
        is: shared
    required: 0.9
  team:
    values: {search-web: {parent: discovery}, ads-web: {parent: growth}}
    from:
      - tag: team
      - {dimension: product, map: {ads: ads-web}}
    rolls_up: department
  department: {values: [discovery, growth]}
"""


def charge(number: int, cost: str, resource: str, tags: str, **more: str) -> Mapping[str, str]:
    """Return a charge of a resource in a month; billed and effective cost are the same."""
    given = {
        "EffectiveCost": cost,
        "ResourceId": resource,
        "Tags": tags,
        "ServiceProviderName": "AWS",
        "SubAccountId": "1",
    }
    return month(number, cost, **{**given, **more})


CHARGES = (
    charge(8, "50", "i-1", '{"product":"search"}'),
    charge(8, "10", "i-2", '{"product":"gone"}'),
    charge(9, "60", "i-1", '{"product":"search","team":"search-web"}'),
    charge(9, "20", "i-2", '{"Product":"SRCH"}'),
    charge(9, "10", "i-3", '{"product":"serach"}', SubAccountId="2"),
    charge(9, "30", "i-4", "", SubAccountId="2", ServiceName="Databases"),
    charge(9, "5", "i-5", '{"cost":"x"}'),
    charge(9, "7", "", "", ChargeCategory="Tax", ServiceName="Tax"),
)
"""September: 125 can carry tags, of which 80 is understood; 7 of tax cannot."""


@cache
def _loaded(text: str) -> Books:
    """Return a project into which a bill was loaded, once for all tests of this process: a load takes a moment."""
    folder = Path(tempfile.mkdtemp(prefix="finmod-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = Books(folder / "books")
    made.load(made.write("a.csv", text))
    return made


def with_charges(folder: Path, charges: Iterable[Mapping[str, str]], taxonomy: str) -> Books:
    """Return a project of its own in which charges were loaded."""
    made = _loaded(bill(*charges)).copy(folder)
    made.write("taxonomy.yaml", taxonomy)
    return made


def tagged(folder: Path, taxonomy: str = TAXONOMY) -> Books:
    """Return the project with its charges loaded."""
    return with_charges(folder, CHARGES, taxonomy)


EURO = {"BillingCurrency": "EUR", "BillingAccountId": "a2"}
"""What makes a charge one in euros."""

ESTATE = """\
# Kept by the platform team.
dimensions:
  product:
    values:
      search: {owner: search-team}   # the first product
      ads: {owner: ads-team, aliases: [adverts]}
      payments: {owner: "o'brien & sons"}
      kubernetes: {shared: true}
    from:
      - tag: product
    required: 0.9
"""


def estate(folder: Path, taxonomy: str = ESTATE) -> Books:
    """Return a project of 170 resources in September, enough to learn from.

    Each of three products has an account of its own, with 50 resources that are tagged and five that are not. Two of
    search's are tagged ``serach``, one of the mixed account is ``zzz``; there half are search and half ads, and eight
    have no tag.
    """
    charges: list[Mapping[str, str]] = []

    def add(number: int, account: str, product: str) -> None:
        tags = f'{{"product":"{product}"}}' if product else ""
        charges.append(charge(9, "1.25", f"i-{account}-{number}", tags, SubAccountId=account))

    for account in ("search", "ads", "payments"):
        for number in range(55):
            add(number, account, account if number < 50 else "")
    for number in range(55, 57):
        add(number, "search", "serach")
    for number in range(16):
        add(number, "mixed", ("search", "ads")[number % 2] if number < 8 else "")
    add(16, "mixed", "zzz")
    return with_charges(folder, charges, taxonomy)


def lines(books: Books, *words: str) -> list[str]:
    """Return what ``finmod tags`` says on a pipe, line by line."""
    said = books.run("tags", *words)
    assert (said.code, said.err) == (0, "")
    return said.out.splitlines()


def records(books: Books, *words: str) -> list[dict[str, str]]:
    """Return what ``finmod tags`` says as CSV, row by row."""
    return list(csv.DictReader(io.StringIO("\n".join(lines(books, *words, "--output", "csv")))))
