"""Between versions of the standard: which one a file has, how to read it as 1.4, how to write it older.

Owns detection, the derivation of 1.4 columns from older ones (``upgrade``) and the projections of the
ledger onto 1.2, 1.3 and 1.4 (``projection``). Reads no file and runs no query.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from finmod.errors import InternalError
from finmod.focus.columns import VERSIONS, Version, columns

PROJECTED: tuple[Version, ...] = ("1.2", "1.3", "1.4")


@dataclass(frozen=True)
class Derived:
    """A 1.4 column that older versions do not have under that name and meaning.

    Attributes:
        column: FOCUS 1.4 column id.
        sql: Expression over the file's columns; ``$name`` is a column as text, NULL where the file lacks it.
        choice: What was chosen.
        source: The document that says so.
        alternative: What else could have been chosen.
    """

    column: str
    sql: str
    choice: str
    source: str
    alternative: str


_SERVICE_PROVIDER = Derived(
    column="ServiceProviderName",
    sql="coalesce($ServiceProviderName, $ProviderName, $PublisherName)",
    choice="ProviderName, which it replaced; the publisher only where the bill names no provider. It is no rename: on "
    "a marketplace 1.4 means the seller, whom an older bill has as publisher and who stays in x_PublisherName.",
    source="FOCUS 1.4 ServiceProviderName (introduced as replacement of ProviderName; note on marketplaces) and "
    "appendix of participating entities, where every case but marketplaces and resold licences keeps the provider",
    alternative="PublisherName wherever it differs from provider and issuer: finds marketplace sellers (AWS, Red Hat "
    "Inc., Amazon Web Services, Inc.), but takes a supplier's own services for a seller's wherever the two names are "
    "forms of one (Microsoft Azure, Microsoft, Microsoft Azure), and the cloud for the provider behind a reseller.",
)

_HOST_PROVIDER = Derived(
    column="HostProviderName",
    sql="coalesce($HostProviderName, $ProviderName, $PublisherName)",
    choice="The service provider: the value FOCUS demands where the bill shows no other host, and a bill older than "
    "1.3 has no column to show one.",
    source="FOCUS 1.4 HostProviderName, nullability and default value",
    alternative="NULL, which FOCUS allows for services that run on nothing and for taxes and adjustments; an older "
    "bill does not tell which services those are.",
)


@cache
def _ids_by_case() -> dict[str, str]:
    return {item.id.casefold(): item.id for version in VERSIONS for item in columns(version=version)}


def canonical(name: str) -> str | None:
    """Return the FOCUS id that a column name means, whatever its case; None for any other name.

    >>> canonical("SkuPriceid"), canonical("x_Team")
    ('SkuPriceId', None)
    """
    return _ids_by_case().get(name.casefold())


def detect_version(names: Iterable[str]) -> Version | None:
    """Return the version of CostAndUsage that a file's column names fit; None where no name is a FOCUS id.

    The version that knows most of the names wins; among equals the one whose mandatory columns are missing least,
    then the lowest. Names that no version knows do not count, and case is ignored.

    >>> detect_version(["BilledCost", "ProviderName", "invoiceid", "x_Team"])
    '1.2'
    >>> detect_version(["BilledCost", "ServiceProviderName", "HostProviderName"])
    '1.4'
    """
    present = {found for name in names if (found := canonical(name))}
    if not present:
        return None

    def misfit(version: Version) -> tuple[int, int]:
        known = columns(version=version)
        unexplained = len(present - {item.id for item in known})
        missing = sum(item.level == "Mandatory" and item.id not in present for item in known)
        return unexplained, missing

    return min(VERSIONS, key=misfit)


def upgrade(version: Version) -> tuple[Derived, ...]:
    """Return the 1.4 columns that must be derived when a file of a version is read.

    Columns not named here keep their name and meaning, or are NULL because the version has nothing like them.
    A file of 1.3 brings its own HostProviderName, and NULL there is its issuer's word.

    >>> [item.column for item in upgrade("1.2")], [item.column for item in upgrade("1.4")]
    (['HostProviderName', 'ServiceProviderName'], [])
    """
    if version == "1.4":
        return ()
    return (_SERVICE_PROVIDER,) if version == "1.3" else (_HOST_PROVIDER, _SERVICE_PROVIDER)


@cache
def projection(version: Version) -> tuple[tuple[str, str], ...]:
    """Return ``(column id, SQL over the ledger's charges)`` for each column of a version, alphabetical by id.

    ProviderName and PublisherName, which 1.4 no longer has, are what the bill said (``x_ProviderName``,
    ``x_PublisherName``); a bill of 1.4 did not say, and both take ServiceProviderName. Source: FOCUS 1.3 names it the
    replacement of ProviderName, and outside white labels it is the producer, which is what Publisher means.
    Alternative: HostProviderName as publisher, but that is whose infrastructure is used, not who made the service;
    InvoiceIssuerName as provider, right for a marketplace and wrong for a reseller's region.

    Raises:
        InternalError: The ledger is not projected onto that version.

    >>> dict(projection("1.2"))["ProviderName"]
    'coalesce("x_ProviderName", "ServiceProviderName")'
    """
    if version not in PROJECTED:
        message = f"the ledger is projected onto {', '.join(PROJECTED)}, not onto {version}"
        raise InternalError(message)
    ledger = {item.id for item in columns()}
    return tuple(
        (item.id, f'"{item.id}"' if item.id in ledger else f'coalesce("x_{item.id}", "ServiceProviderName")')
        for item in columns(version=version)
    )
