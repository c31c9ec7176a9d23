"""The names of an Oracle cost report's columns."""

from __future__ import annotations

import pytest

from finmod.normalize.formats import detect
from finmod.sources.oci_cost import canonical, recognise, tag_columns

MARKS = ["lineItem/intervalUsageStart", "product/service", "cost/myCost"]


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("lineItem/tenantId", "line_item_tenant_id"),
        ("lineItem/TenantId", "line_item_tenant_id"),
        ("lineItem/iscorrection", "line_item_is_correction"),
        ("lineItem/backReference", "line_item_backreference_no"),
        ("product/Description", "product_description"),
        ("cost/myCostOverage", "cost_my_cost_overage"),
        ("something/else", "something/else"),
    ],
)
def test_columns_are_found_whatever_their_case(name: str, word: str) -> None:
    assert canonical(name) == word


def test_tags_are_the_columns_behind_their_prefix_by_key() -> None:
    names = ["tags/Ops.b", "product/service", "tags/Ops.a", r"tags/Dev\x.c"]

    assert tag_columns(names) == [(r"tags/Dev\x.c", r"Dev\x.c"), ("tags/Ops.a", "Ops.a"), ("tags/Ops.b", "Ops.b")]
    assert len({canonical(name) for name in ("tags/a.b", "tags/a_b", "tags/a b", "tags/A.b")}) == 4


def test_a_cost_report_is_told_by_its_columns() -> None:
    assert recognise(MARKS)
    assert detect(MARKS) == "oci-cost"
    assert not recognise(["lineItem/intervalUsageStart", "product/service", "usage/consumedQuantity"])
