"""Anthropic's costs to FOCUS 1.4.

Owns the mapping, and what is told of types of cost that it does not know. The form of the answers stands in
``sources/anthropic.py``.
"""

from __future__ import annotations

from collections.abc import Sequence

from finmod.engines.duckdb import Engine, literal
from finmod.errors import counted, printable
from finmod.normalize.answers import whole_and_once
from finmod.normalize.booking import FilePeriods
from finmod.normalize.convert import Conversion
from finmod.normalize.mapping import MapColumn, Mapping
from finmod.normalize.openai import KINDS, MEND, NO_COST, NO_PRICES, PERIODS, UNKNOWN
from finmod.terms.findings import Finding

_COSTS = "Anthropic Admin API reference, Get Cost Report"
_COST_TYPES = ("tokens", "web_search", "code_execution", "session_usage")
_CENTS = "CASE WHEN upper($currency) = 'USD' THEN #amount END"

ANTHROPIC = Mapping(
    "anthropic",
    "Anthropic costs",
    (
        *PERIODS,
        MapColumn(
            "BilledCost",
            _CENTS,
            choice='amount / 100: the answer has the lowest unit of the currency, cents, as a decimal text: "123.45" '
            "is 1.2345 USD. The point is moved, so that every digit stays. Of another currency than USD, which the "
            "reference does not know, the lowest unit is not known either: NULL (FM1310).",
            source=f"{_COSTS}: amount",
            alternative="amount as it stands: a hundred times too much.",
            places=2,
        ),
        MapColumn("EffectiveCost", _CENTS, choice="As BilledCost.", places=2),
        *UNKNOWN,
        MapColumn("BillingCurrency", "upper($currency)", choice="In upper case.", source=f"{_COSTS}: currency"),
        MapColumn("SubAccountId", "$workspace_id", source=f"{_COSTS}: workspace_id"),
        MapColumn("SubAccountType", "CASE WHEN $workspace_id IS NOT NULL THEN 'Workspace' END"),
        *KINDS,
        MapColumn("InvoiceIssuerName", "'Anthropic'"),
        MapColumn("ServiceProviderName", "'Anthropic'"),
        MapColumn("HostProviderName", "NULL", choice="Where Anthropic runs it, the answer does not say."),
        MapColumn("ServiceName", "'Claude API'"),
        MapColumn("ChargeDescription", "$description", source=f"{_COSTS}: description"),
        MapColumn(
            "SkuId",
            "$description",
            choice="The description of the cost item: model, kind of token and tier in words. NULL where the costs "
            "were not grouped by description.",
            source=f"{_COSTS}: description",
        ),
        MapColumn("SkuMeter", "coalesce($token_type, $cost_type)", choice="The kind of token, else of cost."),
        MapColumn("x_Model", "$model", source=f"{_COSTS}: model"),
        MapColumn(
            "x_CostType",
            "$cost_type",
            choice=f"{', '.join(_COST_TYPES)}; any other is kept and told (FM1242).",
            source=f"{_COSTS}: cost_type",
        ),
        MapColumn("x_TokenType", "$token_type", source=f"{_COSTS}: token_type"),
        MapColumn("x_ServiceTier", "$service_tier", source=f"{_COSTS}: service_tier"),
        MapColumn("x_ContextWindow", "$context_window", source=f"{_COSTS}: context_window"),
        MapColumn("x_InferenceGeo", "$inference_geo", source=f"{_COSTS}: inference_geo"),
        MapColumn("x_Speed", "$speed", source=_COSTS),
    ),
    notes=(
        (
            "A file is one answer of /v1/organizations/cost_report, as it came, or a list of them. Every day may stand "
            "in one answer alone: two would count twice, so they are refused (FM1275). Where an answer says that there "
            "is more, the next page must be there too (FM1273)."
        ),
        "Ask with group_by[]=workspace_id and group_by[]=description: what the answer leaves out stays NULL.",
        (
            "An answer is of one organization and does not name it: say it, `set: {BillingAccountId: ...}`. A "
            "workspace of NULL is the default one, or the costs were not grouped by workspace."
        ),
        (
            "Answers of usage (/v1/organizations/usage_report/...) have tokens and no cost: the format ai-usage reads "
            "them. Beside those of costs they are left out, alone they are refused (FM1272)."
        ),
        "A day without results is no charge, and nothing is left out with it.",
    ),
    drop_when=NO_COST,
    dropped_rows_count=True,
    by_choice=NO_PRICES,
    mend=MEND,
)


def look(engine: Engine, files: Sequence[tuple[Conversion, FilePeriods]]) -> list[Finding]:
    """Return a finding per file, month and type of cost that is not known; refuse what ``whole_and_once`` does."""
    return [
        *whole_and_once(engine, files),
        *(found for conversion, _ in files for found in _unknown_types(engine, conversion)),
    ]


def _unknown_types(engine: Engine, conversion: Conversion) -> list[Finding]:
    known, kind = ", ".join(map(literal, _COST_TYPES)), conversion.values.text("cost_type")
    rows = engine.rows(
        f"SELECT {conversion.month}, {kind}, count(*), min(file_row_number) + 1 FROM {conversion.relation} "
        f"WHERE {kind} NOT IN ({known}) GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 20"
    )
    return [
        Finding(
            code="FM1242",
            severity="warning",
            message=f"The cost_type '{printable(name, 40)}' is not known; kept as x_CostType: "
            f"{counted(lines, 'charge')}.",
            source=conversion.source,
            billing_period=month,
            column="x_CostType",
            rows=lines,
            where=f"{conversion.staged.file.name}, row {row:,}",
        )
        for month, name, lines, row in rows
    ]
