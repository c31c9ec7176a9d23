"""The JSON Schema agrees with the models."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from finmod.settings.init import project_text
from finmod.settings.schema import json_schema, schema_text, write_schema
from finmod.settings.yaml import parse_yaml

if TYPE_CHECKING:
    from pathlib import Path

VALID = [
    project_text("a", "USD"),
    "{name: a, currency: USD, sources: {b: {format: focus, path: [c, d], set: {x_a: b}, unreadable_as_null: [Tags]}}}",
    "{name: a, currency: USD, fx: fx.csv, check: {fail_on: warning, ignore: [FM1201]}}",
]
INVALID = [
    "{name: a}",
    "{name: a, currency: usd}",
    "{name: a, currency: USD, other: 1}",
    "{name: a, currency: USD, fiscal_year_start: 13}",
    "{name: a, currency: USD, sources: {B: {format: focus, path: c}}}",
    "{name: a, currency: USD, sources: {b: {format: aws, path: c}}}",
    "{name: a, currency: USD, sources: {b: {format: focus, path: c, set: {Tag: a}}}}",
    "{name: a, currency: USD, sources: {b: {format: focus, path: c, unreadable_as_null: [Tag]}}}",
]


def data(text: str) -> dict[str, Any]:
    plain: dict[str, Any] = parse_yaml(text, "f").root.plain()
    return plain


@pytest.mark.parametrize("text", VALID)
def test_valid_files_pass(text: str) -> None:
    Draft202012Validator(json_schema()).validate(data(text))


@pytest.mark.parametrize("text", INVALID)
def test_invalid_files_fail(text: str) -> None:
    assert not Draft202012Validator(json_schema()).is_valid(data(text))


def test_the_schema_is_one_itself() -> None:
    Draft202012Validator.check_schema(json_schema())


def test_every_setting_is_described() -> None:
    schema = json_schema()
    for model in (schema, *schema["$defs"].values()):
        assert model["description"].count("\n") == 0
        assert all(setting["description"] for setting in model["properties"].values())


def test_the_file_holds_the_schema(tmp_path: Path) -> None:
    path = write_schema(tmp_path / "docs")
    assert path.name == "finmod.schema.json"
    assert json.loads(path.read_text()) == json_schema() == json.loads(schema_text())
