"""The JSON Schemas of the files of a project, for editors and the reference.

Owns the dialect line and the text of the files. What the schemas say comes from the models; what their validators alone
know is added as far as a schema can say it. Some rules are checked by the models alone, such as which currency codes
exist.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from finmod.settings.allocation import ALLOCATION, AllocationFile
from finmod.settings.driver_source import KINDS as DRIVER_SOURCES
from finmod.settings.drivers import DRIVER_NAME, DRIVERS, DriversFile
from finmod.settings.metrics import KINDS as METRIC_KINDS
from finmod.settings.metrics import METRIC_NAME, METRICS, MetricsFile
from finmod.settings.pnl import COLUMNS as PNL_COLUMNS
from finmod.settings.pnl import PNL, PnlFile
from finmod.settings.project import ProjectFile
from finmod.settings.rule import COLUMNS, KINDS
from finmod.settings.savings_file import RULE_NAME, SAVINGS, SavingsSettings
from finmod.settings.share import KEYS, NEEDED, UNALLOCATED
from finmod.settings.taxonomy import DIMENSION_NAME, TAXONOMY, TaxonomyFile

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import BaseModel

Schema = dict[str, Any]

_DAY = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
_TEXT = r"\S"
_NAME = r"^\S(.{0,198}\S)?$"
_COLUMN = {"$ref": "#/$defs/Column"}
_COLUMNS = {"description": "A text column of FOCUS, or the source.", "enum": list(COLUMNS)}
_SUBJECT = {"anyOf": [_COLUMN, {"pattern": r"^((tag|label)\.\S.*|[a-z][a-z0-9_-]*)$"}]}
_NEEDED = {"when": ("is",), "dimension": ("map",), "parents": ("parent",), "map": ("column", "dimension")}
"""What one of must stand beside a key of a rule."""
_MAPS = ("account", "account_name", "project", "name", "id", "map")


def json_schema() -> Schema:
    """Return the JSON Schema of finmod.yaml, draft 2020-12.

    >>> json_schema()["required"]
    ['name', 'currency']
    """
    return _of_model(ProjectFile, "finmod.yaml")


def taxonomy_schema() -> Schema:
    """Return the JSON Schema of taxonomy.yaml and of the files that it includes, draft 2020-12.

    >>> list(taxonomy_schema()["properties"])
    ['include', 'dimensions', 'taggable']
    """
    schema = _of_model(TaxonomyFile, TAXONOMY)
    models = schema["$defs"]
    _say_of_texts_and_days(schema)
    for model in models.values():
        if "when" in model["properties"]:
            conditions = _alternative(model["properties"]["when"], "object")
            conditions |= {"minProperties": 1, "propertyNames": _SUBJECT}
    _say_of_dimensions(schema, models["DimensionSettings"]["properties"])
    _alternative(models["ValueSettings"]["properties"]["parent"], "array")["minItems"] = 1
    _say_of_rules(models["RuleSettings"])
    _say_of_lookups(models["Lookup"])
    models["Column"] = _COLUMNS
    return schema


def allocation_schema() -> Schema:
    """Return the JSON Schema of allocation.yaml, draft 2020-12.

    >>> allocation_schema()["required"]
    ['to']
    """
    schema = _of_model(AllocationFile, ALLOCATION)
    models = schema["$defs"]
    _say_of_texts_and_days(schema)
    _say_of_pools(schema)
    _say_of_shares(models["ShareSettings"], models["ShareSettings"]["properties"])
    _say_of_policies([models[name]["properties"] for name in ("PolicySettings", "CommitmentPolicies")])
    models["Column"] = _COLUMNS
    models["Parts"] = {
        "description": "Names with their shares, or with names of the next dimension.",
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"$ref": "#/$defs/Parts"}]},
    }
    return schema


def metrics_schema() -> Schema:
    """Return the JSON Schema of metrics.yaml, draft 2020-12.

    >>> metrics_schema()["additionalProperties"]
    {'$ref': '#/$defs/MetricSettings'}
    """
    schema = _of_model(MetricsFile, METRICS)
    for inside in _objects(schema):
        if inside.get("type") == "string" and not inside.keys() & {"enum", "const", "pattern"}:
            inside["pattern"] = _TEXT
    for name in ("MetricSettings", "TermSettings"):
        term = schema["$defs"][name]
        kinds = term["properties"]
        for kind in METRIC_KINDS:
            # What a term is cannot be named and left out.
            kinds[kind]["anyOf"] = [each for each in kinds[kind]["anyOf"] if each.get("type") != "null"]
            kinds[kind].pop("default")
        _alternative(kinds["driver"], "string")["pattern"] = DRIVER_NAME
        conditions = _alternative(kinds["where"], "object")
        conditions |= {"minProperties": 1, "propertyNames": {"pattern": r"^[A-Za-z][A-Za-z0-9_-]*$"}}
        term["oneOf"] = [{"required": [kind]} for kind in METRIC_KINDS]
        term["dependentRequired"] = {"quantity": ["in"]}
    schema["$defs"]["MetricSettings"]["oneOf"].append({"required": ["numerator"]})
    return {**schema, "propertyNames": {"pattern": METRIC_NAME}}


def drivers_schema() -> Schema:
    """Return the JSON Schema of drivers.yaml, draft 2020-12.

    >>> drivers_schema()["additionalProperties"]
    {'$ref': '#/$defs/DriverSettings'}
    """
    schema = _of_model(DriversFile, DRIVERS)
    for inside in _objects(schema):
        if inside.get("type") == "string" and not inside.keys() & {"enum", "const", "pattern"}:
            inside["pattern"] = _TEXT
    driver, source = schema["$defs"]["DriverSettings"]["properties"], schema["$defs"]["SourceOfDriver"]
    _alternative(driver["by"], "array")["items"]["pattern"] = DIMENSION_NAME
    _alternative(driver["by"], "string")["pattern"] = DIMENSION_NAME
    _alternative(source["properties"]["since"], "string")["pattern"] = _DAY
    for kind in DRIVER_SOURCES:
        # What a source is cannot be named and left out.
        source["properties"][kind]["anyOf"] = [
            each for each in source["properties"][kind]["anyOf"] if each.get("type") != "null"
        ]
        source["properties"][kind].pop("default")
    # One kind of source; ``sql`` is one where it does not belong to ``postgres``.
    alone = {"required": ["sql"], "not": {"required": ["postgres"]}}
    source["oneOf"] = [alone if kind == "sql" else {"required": [kind]} for kind in DRIVER_SOURCES]
    source["dependentRequired"] = {"postgres": ["sql"], "prometheus": ["query"]}
    return {**schema, "propertyNames": {"pattern": DRIVER_NAME}}


def pnl_schema() -> Schema:
    """Return the JSON Schema of pnl.yaml, draft 2020-12.

    >>> list(pnl_schema()["properties"])
    ['cost', 'revenue', 'cloud', 'default', 'other', 'budget', 'cohorts']
    """
    schema = _of_model(PnlFile, PNL)
    _say_of_texts_and_days(schema)
    models = schema["$defs"]
    for each in models.values():
        if "driver" in each["properties"]:
            each["properties"]["driver"]["pattern"] = DRIVER_NAME
        if "is" in each["properties"]:
            each["properties"]["is"] |= {"minimum": 0, "maximum": 1}
        if "variable" in each["properties"]:
            _alternative(each["properties"]["variable"], "number").update(minimum=0, maximum=1)
    subject = {"anyOf": [{"enum": list(PNL_COLUMNS)}, {"pattern": r"^(x_[A-Z][A-Za-z0-9]*|[a-z][a-z0-9_-]*)$"}]}
    models["CloudLine"]["properties"]["when"] |= {"minProperties": 1, "propertyNames": subject}
    return schema


def schema_text() -> str:
    """Return the schema of finmod.yaml as the text of a file."""
    return _text(json_schema())


def taxonomy_schema_text() -> str:
    """Return the schema of taxonomy.yaml as the text of a file."""
    return _text(taxonomy_schema())


def allocation_schema_text() -> str:
    """Return the schema of allocation.yaml as the text of a file."""
    return _text(allocation_schema())


def metrics_schema_text() -> str:
    """Return the schema of metrics.yaml as the text of a file."""
    return _text(metrics_schema())


def drivers_schema_text() -> str:
    """Return the schema of drivers.yaml as the text of a file."""
    return _text(drivers_schema())


def pnl_schema_text() -> str:
    """Return the schema of pnl.yaml as the text of a file."""
    return _text(pnl_schema())


def savings_schema() -> Schema:
    """Return the JSON Schema of savings.yaml, draft 2020-12."""
    schema = _of_model(SavingsSettings, SAVINGS)
    for inside in _objects(schema):
        if inside.get("type") == "string" and not inside.keys() & {"enum", "const", "pattern"}:
            inside["pattern"] = _TEXT
    schema["properties"]["rules"]["propertyNames"] = {"pattern": RULE_NAME}
    return schema


def savings_schema_text() -> str:
    """Return the schema of savings.yaml as the text of a file."""
    return _text(savings_schema())


def write_schema(folder: Path) -> Path:
    """Write ``finmod.schema.json`` into a folder, made if need be, and return its path."""
    return _write(folder, "finmod.schema.json", schema_text())


def write_taxonomy_schema(folder: Path) -> Path:
    """Write ``taxonomy.schema.json`` into a folder, made if need be, and return its path."""
    return _write(folder, "taxonomy.schema.json", taxonomy_schema_text())


def write_allocation_schema(folder: Path) -> Path:
    """Write ``allocation.schema.json`` into a folder, made if need be, and return its path."""
    return _write(folder, "allocation.schema.json", allocation_schema_text())


def write_metrics_schema(folder: Path) -> Path:
    """Write ``metrics.schema.json`` into a folder, made if need be, and return its path."""
    return _write(folder, "metrics.schema.json", metrics_schema_text())


def write_drivers_schema(folder: Path) -> Path:
    """Write ``drivers.schema.json`` into a folder, made if need be, and return its path."""
    return _write(folder, "drivers.schema.json", drivers_schema_text())


def write_pnl_schema(folder: Path) -> Path:
    """Write ``pnl.schema.json`` into a folder, made if need be, and return its path."""
    return _write(folder, "pnl.schema.json", pnl_schema_text())


def write_savings_schema(folder: Path) -> Path:
    """Write ``savings.schema.json`` into a folder, made if need be, and return its path."""
    return _write(folder, "savings.schema.json", savings_schema_text())


def _of_model(file: type[BaseModel], title: str) -> Schema:
    schema = file.model_json_schema()
    for model in schema["$defs"].values():
        model["description"] = model["description"].split("\n\n")[0]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


def _say_of_dimensions(schema: Schema, of_one: Schema) -> None:
    dimensions = schema["properties"]["dimensions"]
    # ``dimensions:`` with nothing behind it: so stands the file that ``finmod init`` writes.
    dimensions["type"] = ["object", "null"]
    _alternative(of_one["values"], "object")["propertyNames"] = {"pattern": _NAME}
    _alternative(of_one["values"], "array")["items"]["pattern"] = _NAME
    # A share is a number; the text that pydantic would take for one stands in quotes, which the models refuse.
    of_one["required"]["anyOf"].remove(_alternative(of_one["required"], "string"))
    of_one["required"]["examples"] = [0.95]


def _say_of_texts_and_days(schema: Schema) -> None:
    for inside in _objects(schema):
        if inside.get("type") == "string" and not inside.keys() & {"enum", "pattern", "const"}:
            inside["pattern"] = _TEXT
    for model in schema["$defs"].values():
        for day in model["properties"].keys() & {"since", "until"}:
            _alternative(model["properties"][day], "string")["pattern"] = _DAY


def _say_of_pools(schema: Schema) -> None:
    models = schema["$defs"]
    pool, level = (models[f"{name}Settings"]["properties"] for name in ("Pool", "Level"))
    pool["when"]["anyOf"] = [each for each in pool["when"]["anyOf"] if each.get("type") != "null"]
    for conditions in (*pool["when"]["anyOf"], _alternative(pool["when"], "array")["items"]):
        if conditions["type"] == "object":
            conditions |= {"minProperties": 1, "propertyNames": _SUBJECT}
    for several in (pool["when"], pool["share"], level["share"], schema["properties"]["to"], level["within"]):
        several.pop("default", None)
        _alternative(several, "array")["minItems"] = 1
    _alternative(level["to"], "array")["minItems"] = 1
    for name in ("PoolSettings", "LevelSettings"):
        models[name]["required"] = sorted({*models[name]["required"], "share"})


def _say_of_policies(policies: list[Schema]) -> None:
    for meaning in (each for properties in policies for each in properties.values()):
        # What is said of nothing is left out.
        if any(each.get("type") == "string" for each in meaning["anyOf"]):
            meaning["anyOf"] = [_alternative(meaning, "string")]
            meaning.pop("default")


def _say_of_shares(model: Schema, properties: Schema) -> None:
    for name in {key for keys in KEYS.values() for key in keys}:
        # What belongs to a share cannot be named and left out.
        setting = properties[name]
        if "anyOf" in setting:
            setting["anyOf"] = [each for each in setting["anyOf"] if each.get("type") != "null"]
        setting.pop("default", None)
    number = properties["minimum"]
    number["anyOf"] = [
        _alternative(number, "number") | {key: number.pop(key) for key in ("exclusiveMinimum", "maximum")}
    ]
    number["examples"] = [0.01]
    properties["shares"] = {key: properties["shares"][key] for key in ("description", "examples")} | {
        "$ref": "#/$defs/Parts"
    }
    _alternative(properties["among"], "object")["minProperties"] = 1
    within = properties["within"]
    _a_column(within)
    for name in ("within", "drivers"):
        _alternative(properties[name], "array")["minItems"] = 1
    _alternative(within, "array")["items"] = _COLUMN
    properties["else"]["anyOf"] = [{"const": UNALLOCATED}, {"$ref": "#/$defs/ShareSettings"}]
    model["allOf"] = [
        {
            "if": {"properties": {"by": {"const": kind}}},
            "then": {
                "required": [NEEDED[kind]] if kind in NEEDED else [],
                "properties": {key: False for keys in KEYS.values() for key in keys if key not in own},
            },
        }
        for kind, own in KEYS.items()
    ]


def _say_of_rules(rule: Schema) -> None:
    properties = rule["properties"]
    for name in ("column", "patterns"):
        _a_column(properties[name])
    for name in _MAPS:
        lines = _alternative(properties[name], "object")
        lines |= {"minProperties": 1, "propertyNames": {"pattern": _TEXT}}
        _alternative(lines["additionalProperties"], "array")["minItems"] = 1
    # An enum beside the alternatives would refuse the absent value that they allow.
    _alternative(properties["parent"], "string")["enum"] = properties["parent"].pop("enum")
    for kind in KINDS:
        # What a rule is cannot be named and left out.
        properties[kind]["anyOf"] = [each for each in properties[kind]["anyOf"] if each.get("type") != "null"]
        properties[kind].pop("default")
    for name in ("tag", "label"):
        _alternative(properties[name], "array")["minItems"] = 1
    # One kind of rule; ``is`` is one where it does not belong to ``when``.
    alone = {"required": ["is"], "not": {"required": ["when"]}}
    rule["oneOf"] = [alone if kind == "is" else {"required": [kind]} for kind in KINDS]
    rule["dependentSchemas"] = {
        key: {"anyOf": [{"required": [other]} for other in others]} for key, others in _NEEDED.items()
    }


def _say_of_lookups(lookup: Schema) -> None:
    _a_column(lookup["properties"]["column"])
    lookup["anyOf"] = [{"required": ["column"]}, {"properties": {"key": _COLUMN}}]


def _a_column(setting: Schema) -> None:
    setting["anyOf"][setting["anyOf"].index(_alternative(setting, "string"))] = _COLUMN


def _alternative(schema: Schema, kind: str) -> Schema:
    """Return the alternative of a type, or the schema itself where it is of that type."""
    found: Schema = next(each for each in schema.get("anyOf", [schema]) if each.get("type") == kind)
    return found


def _objects(schema: object) -> Iterator[Schema]:
    """Yield every mapping of a schema, the outer ones first."""
    if isinstance(schema, dict):
        yield schema
    if isinstance(schema, dict | list):
        for inside in schema.values() if isinstance(schema, dict) else schema:
            yield from _objects(inside)


def _text(schema: Schema) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
