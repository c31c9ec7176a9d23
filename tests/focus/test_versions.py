"""Detection of versions, reading older ones as 1.4 and writing 1.4 as older ones."""

from __future__ import annotations

import re

import pytest

from finmod.engines.duckdb import Engine, literal
from finmod.errors import InternalError
from finmod.focus.columns import VERSIONS, Version, columns
from finmod.focus.versions import PROJECTED, canonical, detect_version, projection, upgrade
from tests.focus.charge_rows import CHARGE, charges


@pytest.mark.parametrize("version", VERSIONS)
def test_a_complete_file_is_detected(version: Version) -> None:
    assert detect_version([item.id for item in columns(version=version)]) == version


@pytest.mark.parametrize("version", VERSIONS)
def test_a_file_of_mandatory_columns_is_the_lowest_version_that_fits(version: Version) -> None:
    names = [item.id for item in columns(version=version) if item.level == "Mandatory"]
    assert detect_version(names) == {"1.1": "1.0", "1.2": "1.0"}.get(version, version)


@pytest.mark.parametrize(
    ("names", "version"),
    [
        (["BilledCost", "EffectiveCost"], "1.0"),
        (["ProviderName", "SkuPriceDetails", "Id", "x_Anything"], "1.1"),
        (["ProviderName", "INVOICEID"], "1.2"),
        (["ProviderName", "HostProviderName"], "1.3"),
        (["BilledCost", "ServiceProviderName", "HostProviderName"], "1.4"),
        (["ProviderName", "PublisherName", "InvoiceDetailId"], "1.0"),
        (["lineItem/UsageType", "cost"], None),
        ([], None),
    ],
)
def test_the_version_that_explains_most_names_wins(names: list[str], version: Version | None) -> None:
    assert detect_version(names) == version


def test_names_are_known_whatever_their_case() -> None:
    assert canonical("SkuPriceid") == "SkuPriceId"
    assert canonical("PROVIDERNAME") == "ProviderName"
    assert canonical("x_SkuPriceId") is None
    assert canonical("SkuPrice Id") is None


@pytest.mark.parametrize("version", PROJECTED)
def test_a_projection_has_the_columns_of_its_version_in_order(version: Version) -> None:
    assert [name for name, _ in projection(version)] == [item.id for item in columns(version=version)]


def test_the_projection_to_1_4_changes_nothing() -> None:
    assert all(sql == f'"{name}"' for name, sql in projection("1.4"))


def test_older_versions_than_1_2_are_not_written() -> None:
    with pytest.raises(InternalError, match=r"projected onto 1\.2, 1\.3, 1\.4, not onto 1\.0"):
        projection("1.0")


def project(engine: Engine, version: Version, given: str) -> dict[str, object]:
    sql = ", ".join(f'{expression} AS "{name}"' for name, expression in projection(version))
    names, rows = engine.table(f"SELECT {sql} FROM (SELECT *, {given} FROM {charges({})})")
    return dict(zip(names, rows[0], strict=True))


GIVEN = "'Reseller' AS \"x_ProviderName\", 'Amazon Web Services, Inc.' AS \"x_PublisherName\""
NOT_GIVEN = 'NULL::VARCHAR AS "x_ProviderName", NULL::VARCHAR AS "x_PublisherName"'


@pytest.mark.parametrize("version", PROJECTED)
def test_a_projected_charge_keeps_its_values(version: Version) -> None:
    with Engine(threads=1) as engine:
        row = project(engine, version, GIVEN)
    for name in {item.id for item in columns(version=version)} & set(CHARGE) - {"ServiceProviderName"}:
        assert row[name] is not None, name
    assert str(row["BilledCost"]) == "1.000000000000"
    assert detect_version(row) == version


def test_provider_and_publisher_are_what_the_bill_said() -> None:
    with Engine(threads=1) as engine:
        row = project(engine, "1.2", GIVEN)
    assert (row["ProviderName"], row["PublisherName"]) == ("Reseller", "Amazon Web Services, Inc.")


def test_a_bill_without_provider_and_publisher_takes_the_service_provider() -> None:
    with Engine(threads=1) as engine:
        row = project(engine, "1.3", NOT_GIVEN)
    assert (row["ProviderName"], row["PublisherName"], row["ServiceProviderName"]) == ("AWS", "AWS", "AWS")


def derive(version: Version, **given: str) -> dict[str, str | None]:
    def value(found: re.Match[str]) -> str:
        text = given.get(found.group(1))
        return "NULL::VARCHAR" if text is None else literal(text)

    def read(sql: str) -> str:
        return "SELECT " + re.sub(r"[$](\w+)", value, sql)

    with Engine(threads=1) as engine:
        return {item.column: engine.row(read(item.sql))[0] for item in upgrade(version)}


@pytest.mark.parametrize(
    ("provider", "publisher", "issuer"),
    [
        ("Microsoft", "Microsoft", "Microsoft"),
        ("AWS", "Amazon Web Services EMEA SARL", "Amazon Web Services EMEA SARL"),
        ("Microsoft Azure", "Microsoft", "Microsoft Azure"),
        ("AWS", "Red Hat Inc.", "Amazon Web Services, Inc."),
        ("Managed Services Ltd", "AWS", "Managed Services Ltd"),
    ],
)
def test_the_provider_of_an_older_bill_is_service_and_host_provider(provider: str, publisher: str, issuer: str) -> None:
    derived = derive("1.2", ProviderName=provider, PublisherName=publisher, InvoiceIssuerName=issuer)
    assert derived == {"ServiceProviderName": provider, "HostProviderName": provider}


def test_a_service_provider_that_stands_in_the_bill_is_kept() -> None:
    assert derive("1.3", ServiceProviderName="A", ProviderName="B") == {"ServiceProviderName": "A"}


def test_a_missing_provider_falls_back_on_the_publisher() -> None:
    derived = derive("1.0", PublisherName="Red Hat Inc.")
    assert derived == {"ServiceProviderName": "Red Hat Inc.", "HostProviderName": "Red Hat Inc."}


def test_a_bill_without_provider_and_publisher_leaves_them_unknown() -> None:
    assert derive("1.0", InvoiceIssuerName="A") == {"ServiceProviderName": None, "HostProviderName": None}


def test_a_bill_of_1_4_is_taken_as_it_is() -> None:
    assert upgrade("1.4") == ()
