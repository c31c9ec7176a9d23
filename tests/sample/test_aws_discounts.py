"""What AWS takes off by agreement: a private rate, what is bundled with the firewall, a share of the rest."""

from __future__ import annotations

from decimal import Decimal

from finmod.engines.duckdb import Engine
from finmod.sample import SampleSummary
from tests.sample.bills import files

_MAIN = "bill_payer_account_id = '100000000001'"
_CENT = Decimal("0.01")


def _amounts(summary: SampleSummary, which: str) -> dict[str, Decimal]:
    """Return product code -> unblended cost of some rows of the last bill."""
    with Engine() as engine:
        return dict(
            engine.rows(
                f"""SELECT line_item_product_code, sum(line_item_unblended_cost)
                    FROM read_parquet('{files(summary.folder, "aws")[-1]}') WHERE {which} GROUP BY 1"""
            )
        )


def test_a_private_rate_is_a_share_of_what_storage_costs(small: SampleSummary) -> None:
    spent = _amounts(small, f"line_item_line_item_type = 'Usage' AND {_MAIN}")["AmazonS3"]
    (found,) = _amounts(small, "line_item_line_item_type = 'PrivateRateDiscount'").items()
    assert found[0] == "AmazonS3"
    assert abs(found[1] + spent * 8 / 100) < _CENT


def test_gateways_are_waived_for_the_traffic_that_the_firewall_inspects(small: SampleSummary) -> None:
    with Engine() as engine:
        traffic, endpoints = engine.row(
            f"""SELECT sum(line_item_usage_amount) FILTER (pricing_unit = 'GB'),
                sum(line_item_usage_amount) FILTER (pricing_unit = 'Hours')
                FROM read_parquet('{files(small.folder, "aws")[-1]}')
                WHERE line_item_product_code = 'AWSNetworkFirewall'"""
        )
    waived = _amounts(small, "line_item_line_item_type = 'BundledDiscount'")
    assert waived.keys() == {"AmazonVPC"}
    assert abs(waived["AmazonVPC"] + traffic * Decimal("0.045")) < _CENT
    assert endpoints == 2 * 24 * 31


def test_the_enterprise_discount_is_a_share_of_what_the_others_leave(small: SampleSummary) -> None:
    ours = f"line_item_product_code LIKE 'Am%' AND bill_billing_entity = 'AWS' AND {_MAIN}"
    left = _amounts(
        small, f"line_item_line_item_type IN ('Usage', 'PrivateRateDiscount', 'BundledDiscount') AND {ours}"
    )
    found = _amounts(small, f"line_item_line_item_type = 'EdpDiscount' AND {ours}")
    assert found.keys() == left.keys() >= {"AmazonS3", "AmazonVPC", "AmazonRDS"}
    assert all(abs(amount + left[code] * 5 / 100) < _CENT for code, amount in found.items())


def test_a_flat_rate_is_the_same_in_every_month(small: SampleSummary) -> None:
    with Engine() as engine:
        for path in files(small.folder, "aws"):
            found = engine.rows(
                f"""SELECT line_item_unblended_cost, line_item_product_code FROM read_parquet('{path}')
                    WHERE line_item_line_item_type = 'FlatRateSubscription'"""
            )
            assert found == [(200, "AmazonCloudFront")]
