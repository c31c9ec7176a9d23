"""docs/reference/focus.md and the JSON Schemas of the settings: texts that the rooms themselves write."""

from __future__ import annotations

from collections.abc import Mapping

from finmod.focus.reference import focus_reference
from finmod.settings.schema import (
    allocation_schema_text,
    drivers_schema_text,
    metrics_schema_text,
    pnl_schema_text,
    savings_schema_text,
    schema_text,
    taxonomy_schema_text,
)


def standard_pages() -> Mapping[str, str]:
    """Return the page of the standard and the schemas of the settings."""
    return {
        "docs/reference/focus.md": focus_reference(),
        "docs/reference/schema/drivers.schema.json": drivers_schema_text(),
        "docs/reference/schema/pnl.schema.json": pnl_schema_text(),
        "docs/reference/schema/savings.schema.json": savings_schema_text(),
        "docs/reference/schema/metrics.schema.json": metrics_schema_text(),
        "docs/reference/schema/finmod.schema.json": schema_text(),
        "docs/reference/schema/taxonomy.schema.json": taxonomy_schema_text(),
        "docs/reference/schema/allocation.schema.json": allocation_schema_text(),
    }
