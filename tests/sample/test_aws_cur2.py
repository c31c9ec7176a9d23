"""The AWS export has the line items and the types of a CUR 2.0."""

from __future__ import annotations

from finmod.engines.duckdb import Engine
from finmod.sample import SampleSummary
from tests.sample.bills import files

_TYPES = {
    "Usage", "DiscountedUsage", "SavingsPlanCoveredUsage", "SavingsPlanNegation", "SavingsPlanRecurringFee",
    "SavingsPlanUpfrontFee", "RIFee", "Fee", "FlatRateSubscription", "Credit", "Refund", "Tax", "EdpDiscount",
    "PrivateRateDiscount", "BundledDiscount",
}  # fmt: skip


def _all(summary: SampleSummary) -> str:
    return f"read_parquet({[str(path) for path in files(summary.folder, 'aws')]})"


def test_every_line_item_type_occurs(small: SampleSummary) -> None:
    with Engine() as engine:
        found = engine.rows(f"SELECT DISTINCT line_item_line_item_type FROM {_all(small)}")
    assert {line_type for (line_type,) in found} == _TYPES


def test_map_columns_are_maps_and_money_is_decimal(small: SampleSummary) -> None:
    with Engine() as engine:
        types = dict(engine.columns(f"SELECT * FROM {_all(small)}"))
    assert {types[name] for name in ("resource_tags", "product", "cost_category")} == {"MAP(VARCHAR, VARCHAR)"}
    assert types["line_item_unblended_cost"] == "DECIMAL(18,10)"
    # With rows of EdpDiscount there is no discount column: AWS exports one or the other.
    assert "discount" not in types


def test_negation_cancels_covered_usage(small: SampleSummary) -> None:
    with Engine() as engine:
        open_plans = engine.rows(
            f"""SELECT savings_plan_savings_plan_a_r_n, sum(line_item_unblended_cost) FROM {_all(small)}
                WHERE line_item_line_item_type IN ('SavingsPlanCoveredUsage', 'SavingsPlanNegation')
                GROUP BY 1 HAVING sum(line_item_unblended_cost) <> 0"""
        )
    assert open_plans == []


def test_cost_is_rate_times_amount(small: SampleSummary) -> None:
    with Engine() as engine:
        wrong = engine.row(
            f"""SELECT count(*) FROM {_all(small)} WHERE line_item_line_item_type = 'Usage' AND line_item_unblended_cost
                <> line_item_unblended_rate::DECIMAL(18,6)::DECIMAL(38,10) * line_item_usage_amount::DECIMAL(18,4)"""
        )[0]
    assert wrong == 0


def test_line_items_have_ids_of_their_own(small: SampleSummary) -> None:
    with Engine() as engine:
        count, ids = engine.row(f"SELECT count(*), count(DISTINCT identity_line_item_id) FROM {_all(small)}")
    assert count == ids


def test_a_refund_corrects_the_month_before(small: SampleSummary) -> None:
    with Engine() as engine:
        found = engine.rows(
            f"""SELECT DISTINCT bill_bill_type, bill_billing_period_start_date > line_item_usage_start_date
                FROM {_all(small)} WHERE line_item_line_item_type = 'Refund'"""
        )
    assert found == [("Refund", True)]
