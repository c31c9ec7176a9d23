"""docs/reference/focus.md and the JSON Schema of finmod.yaml: texts that the rooms themselves write."""

from __future__ import annotations

from collections.abc import Mapping

from finmod.focus.reference import focus_reference
from finmod.settings.schema import schema_text


def standard_pages() -> Mapping[str, str]:
    """Return the page of the standard and the schema of the settings."""
    return {
        "docs/reference/focus.md": focus_reference(),
        "docs/reference/schema/finmod.schema.json": schema_text(),
    }
