"""The table of what can carry tags, over real bills: no charge that is tagged is judged untaggable, little is unknown.

The files stand beside the project, in ../shared/data, and are no part of it.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from finmod.taxonomy.taggable import CARRIES_TAGS, TAGGABLE, UNKNOWN, evidence_sql, verdict_sql
from tests.journeys.bills import ABSENT, DATA, load, new_project, rows

pytestmark = [pytest.mark.journey, pytest.mark.skipif(not DATA.is_dir(), reason=ABSENT)]

# Format, file, and the largest share of its billed cost (without signs) that may be unknown.
_BILLS = (
    ("focus", "focus/focus_sample_1000_focus1.0.csv", "0"),
    ("aws-cur", "aws/aws_cur_legacy_anonymised_2023-11.csv", "0.0002"),
    ("aws-cur", "aws/nise_aws_marketplace_2026-09.csv.gz", "0"),
    ("azure-cost", "azure/azure_ea_anonymised_2023-09_cad.csv", "0"),
    ("azure-cost", "azure/nise_azure_2026-09.csv.gz", "0"),
    ("gcp-billing", "gcp/nise_gcp_2026-09.csv.gz", "0"),
    ("gcp-billing", "gcp/koku_gcp_202011_credits.csv", "0"),
    ("oci-cost", "oci/oci_cost_2023-11.csv", "0"),
)


@pytest.mark.parametrize(("kind", "file", "unknown"), _BILLS, ids=[Path(bill[1]).name for bill in _BILLS])
def test_nothing_tagged_is_untaggable_and_little_is_unknown(kind: str, file: str, unknown: str, tmp_path: Path) -> None:
    project = new_project(tmp_path)
    load(project, "bill", kind, DATA / file)
    keys = (
        f"(SELECT * FROM charges_daily JOIN ({evidence_sql('charges_daily')}) AS evidence "
        "USING (x_Source, x_BillingPeriod, ServiceProviderName))"
    )
    verdict = verdict_sql(names_resources="names_resources", shows_tags="shows_tags")

    judged = rows(
        project,
        f"SELECT {CARRIES_TAGS} AS tagged, {verdict} AS verdict, sum(abs(BilledCost)) FROM {keys} GROUP BY ALL",
    )

    assert {name for tagged, name, _ in judged if tagged} <= {TAGGABLE}
    whole = sum((cost for *_, cost in judged), Decimal(0))
    assert sum((cost for _, name, cost in judged if name == UNKNOWN), Decimal(0)) <= Decimal(unknown) * whole
