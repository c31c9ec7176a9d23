"""Oracle's own FOCUS export: the names of 1.0-preview that it keeps, and its zeros that are no costs.

Owns the rules of Oracle alone. Source: Oracle Cloud Infrastructure Documentation, FOCUS Cost Report Schema and Cost
Report Schema; FOCUS 1.0-preview.
"""

from __future__ import annotations

from collections.abc import Sequence

from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import counted
from finmod.normalize.convert import Conversion
from finmod.normalize.diagnose import why_unreadable
from finmod.normalize.focus_supplier import FocusSupplier
from finmod.normalize.mapping import MapColumn, render
from finmod.terms.findings import Finding

_SCHEMA = "Oracle Cloud Infrastructure Documentation, FOCUS Cost Report Schema"
_PREVIEW = "FOCUS 1.0-preview"
_MARKS = frozenset({"oci_referencenumber"})
_BILLED = "coalesce(#BilledCost, 0) <> 0"
_NOT_AMORTIZED = f"(#EffectiveCost = 0 AND {_BILLED} AND $CommitmentDiscountId IS NULL)"
_NO_LIST = f"(#ListCost = 0 AND {_BILLED})"

_COSTS = (
    MapColumn(
        "EffectiveCost",
        f"CASE WHEN {_NOT_AMORTIZED} THEN #BilledCost ELSE #EffectiveCost END",
        choice="0 beside a billed cost of Oracle, on a charge without a commitment, is no effective cost "
        "but one that Oracle does not fill in. Nothing is amortized on Oracle's bills: it is BilledCost, as in the "
        "cost report of the same month; with a finding (FM1268).",
        source=_SCHEMA,
        alternative="0 as written: every month would be free. NULL: two exports of one bill would not agree.",
    ),
    MapColumn(
        "ListCost",
        f"CASE WHEN {_NO_LIST} THEN NULL ELSE #ListCost END",
        choice="0 beside a billed cost of Oracle is a list cost that Oracle does not have: NULL, with a "
        "finding (FM1262).",
        source=_SCHEMA,
        alternative="0 as written: the saving on such a charge would be the whole cost, below 0.",
    ),
    MapColumn(
        "ListUnitPrice",
        f"CASE WHEN #ListUnitPrice = 0 AND {_BILLED} THEN NULL ELSE #ListUnitPrice END",
        choice="As ListCost.",
    ),
)
_RENAMED = (
    MapColumn(
        "ServiceProviderName",
        "coalesce($ServiceProviderName, $ProviderName, $Provider, $PublisherName, $Publisher)",
        choice="Provider of 1.0-preview, which Oracle still writes, is ProviderName.",
        source=_PREVIEW,
    ),
    MapColumn(
        "x_ProviderName", "coalesce($ProviderName, $Provider)", choice="As ServiceProviderName.", source=_PREVIEW
    ),
    MapColumn("x_PublisherName", "coalesce($PublisherName, $Publisher)", choice="Publisher of 1.0-preview."),
    MapColumn(
        "InvoiceIssuerName",
        "coalesce($InvoiceIssuerName, $InvoiceIssuer)",
        choice="InvoiceIssuer of 1.0-preview.",
        source=_PREVIEW,
    ),
    MapColumn("RegionId", "coalesce($RegionId, $Region)", choice="Region of 1.0-preview.", source=_PREVIEW),
    MapColumn("RegionName", "coalesce($RegionName, $Region)", choice="Region of 1.0-preview.", source=_PREVIEW),
    MapColumn(
        "ConsumedQuantity",
        "CASE WHEN $ChargeCategory = 'Usage' THEN coalesce(#ConsumedQuantity, #UsageQuantity) END",
        choice="UsageQuantity of 1.0-preview, on usage alone as FOCUS has it now.",
        source=_PREVIEW,
    ),
    MapColumn(
        "ConsumedUnit",
        "CASE WHEN $ChargeCategory = 'Usage' THEN coalesce($ConsumedUnit, $UsageUnit) END",
        choice="UsageUnit of 1.0-preview.",
        source=_PREVIEW,
    ),
    MapColumn(
        "ChargeFrequency",
        "CASE lower($ChargeFrequency) WHEN 'usage-based' THEN 'Usage-Based' ELSE $ChargeFrequency END",
        choice="Oracle writes Usage-based.",
        source="FOCUS 1.4, ChargeFrequency",
    ),
)


def recognise(columns: Sequence[str]) -> bool:
    """Return whether a FOCUS file has what Oracle's export has beside FOCUS: reference numbers."""
    return {name.casefold().removeprefix("x_") for name in columns} >= _MARKS


def findings(engine: Engine, conversion: Conversion, rows_of_it: str) -> list[Finding]:
    """Return how many effective and list costs of Oracle's rows are 0 because Oracle does not fill them in.

    In a table that somebody made of several exports they are kept: nobody knows what else was changed there.
    """
    values, tolerated = conversion.values, conversion.reading.unreadable_as_null
    signs = {
        "$": values.text,
        "#": lambda name: values.decimal(name, tolerant=name in tolerated),
        "@": values.timestamp,
    }
    tests = [render(f"({rows_of_it} AND {test})", signs) for test in (_NOT_AMORTIZED, _NO_LIST)]
    picked = ", ".join(f"count(*) FILTER (WHERE {test}), min(r) FILTER (WHERE {test})" for test in tests)
    try:
        found = engine.rows(
            f"SELECT {conversion.month}, {picked} FROM (SELECT *, file_row_number + 1 AS r FROM {conversion.relation}) "
            "GROUP BY 1 ORDER BY 1"
        )
    except EngineError as error:
        raise why_unreadable(engine, [conversion], error) from error
    own = recognise([column.name for column in conversion.staged.columns])
    kept = "is kept as written: the file is not Oracle's own export"
    said = (
        ("FM1268", "EffectiveCost", "is 0 beside a cost that is billed, and", "is read as BilledCost"),
        ("FM1262", "ListCost", "is 0 beside a cost that is not, and", "is read as unknown"),
    )
    return [
        Finding(
            code=code,
            severity="warning",
            message=f"{target} {words} {read if own else kept}: {counted(rows, 'charge')}.",
            source=conversion.source,
            billing_period=month,
            column=target,
            rows=rows,
            where=f"{conversion.staged.file.name}, row {row:,}",
        )
        for month, *counts in found
        for (code, target, words, read), rows, row in zip(said, counts[::2], counts[1::2], strict=True)
        if rows
    ]


ORACLE = FocusSupplier("Oracle", ("Oracle", "OCI"), recognise, (*_COSTS, *_RENAMED), findings, looks_everywhere=True)
