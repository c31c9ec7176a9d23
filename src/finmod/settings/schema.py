"""The JSON Schema of finmod.yaml, for editors and the reference.

Owns the dialect line and the text of the file. What the schema says comes from the models; some rules
are checked by them alone, such as which currency codes exist.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from finmod.settings.project import ProjectFile

if TYPE_CHECKING:
    from pathlib import Path


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of finmod.yaml, draft 2020-12.

    >>> json_schema()["required"]
    ['name', 'currency']
    """
    schema = ProjectFile.model_json_schema()
    for model in schema["$defs"].values():
        model["description"] = model["description"].split("\n\n")[0]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "finmod.yaml"}


def schema_text() -> str:
    """Return the schema as the text of a file."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def write_schema(folder: Path) -> Path:
    """Write ``finmod.schema.json`` into a folder, made if need be, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "finmod.schema.json"
    path.write_text(schema_text(), encoding="utf-8")
    return path
