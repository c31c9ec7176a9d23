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

_APPENDIX = "FOCUS appendix on participating entities"

# FOCUS 1.4 counts the seller as service provider on a marketplace and the producer behind a reseller. Both show in
# older bills as a publisher who neither offers the service nor sends the invoice. A publisher who does send the
# invoice is the provider under a legal name: the Foundation's anonymised AWS rows have ProviderName AWS and, as
# publisher and issuer alike, Amazon Web Services, Inc., EMEA SARL or Canada, Inc.
_SOLD_FOR_ANOTHER = "$PublisherName <> $ProviderName AND $PublisherName <> $InvoiceIssuerName"


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
    sql=f"coalesce($ServiceProviderName, CASE WHEN {_SOLD_FOR_ANOTHER} THEN $PublisherName END, "
    "$ProviderName, $PublisherName)",
    choice="ProviderName; the publisher instead where it is neither the provider nor the invoice issuer "
    "(marketplace seller, producer behind a reseller).",
    source="FOCUS 1.4 ServiceProviderName, notes on marketplaces and resellers; FOCUS 1.3 names it the replacement "
    f"of ProviderName; {_APPENDIX}.",
    alternative="Always ProviderName: marketplace charges then count as the cloud's own services. Always "
    "PublisherName: one cloud then falls apart into its legal entities.",
)

_HOST_PROVIDER = Derived(
    column="HostProviderName",
    sql=f"coalesce($HostProviderName, CASE WHEN {_SOLD_FOR_ANOTHER} THEN NULL ELSE $ProviderName END)",
    choice="The service provider, as FOCUS asks where no other host is exposed; NULL on charges sold for another "
    "company, whose host an older bill does not tell.",
    source=f"FOCUS 1.4 HostProviderName, nullability and default; {_APPENDIX}.",
    alternative="The marketplace operator as host: wrong for software as a service and for professional services.",
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
