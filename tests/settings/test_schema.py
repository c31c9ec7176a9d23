"""The JSON Schemas agree with the models."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from finmod.errors import UserError
from finmod.sample.months import parse_month
from finmod.sample.taxonomy import taxonomy_files
from finmod.settings.allocation import AllocationFile
from finmod.settings.init import allocation_text, project_text, taxonomy_text
from finmod.settings.schema import (
    allocation_schema,
    allocation_schema_text,
    json_schema,
    schema_text,
    taxonomy_schema,
    taxonomy_schema_text,
    write_allocation_schema,
    write_schema,
    write_taxonomy_schema,
)
from finmod.settings.taxonomy import TaxonomyFile
from finmod.settings.validate import validated
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


VALID_TAXONOMIES = [
    "{}",
    "dimensions:",
    taxonomy_text(),
    "{include: ai, dimensions: {product: {values: [search, ads], from: [{tag: product}], required: 0.95}}}",
    "{include: [ai, rules.yaml], dimensions: {product: {values: products.csv, required: 1}}}",
    "{dimensions: {a: {values: [b], values_file: more.csv}}}",
    "{dimensions: {a: {label: A, values: {b: , c: {aliases: d, shared: true}}, extends: false}}}",
    "{dimensions: {a: {values: {b: {aliases: [c, {is: d, until: 2026-07-01}], patterns: [e*], owner: f, label: g}}}}}",
    "{dimensions: {a: {rolls_up: b, values: {c: {parent: d}, e: {parent: [{is: d, until: 2026-07-01}]}}}}}",
    "{dimensions: {a: {from: [{account: {'1': b, '2*': [{is: b}]}, since: 2026-01-01}, {account_name: {b: c}}]}}}",
    "{dimensions: {a: {from: [{project: {b: c}}, {name: {b: c}}, {id: {b: c}}, {label: [b, c]}]}}}",
    "{dimensions: {a: {from: [{column: ServiceName}, {column: ServiceName, map: {b: c}}, {patterns: ResourceName}]}}}",
    "{dimensions: {a: {from: [{lookup: {file: b.csv, key: SubAccountId, value: c}}]}}}",
    "{dimensions: {a: {from: [{lookup: {file: b.csv, key: d, value: c, column: SubAccountId}}]}}}",
    "{dimensions: {a: {from: [{parent: resource}, {parent: resource, parents: p.csv}, {dimension: b, map: {c: d}}]}}}",
    "{dimensions: {a: {from: [{when: {ServiceName: b, tag.x: [c, d], label.y: {not: e*}, product: }, is: f}]}}}",
    "{dimensions: {a: {from: [{when: {x_Source: aws}, is: f}, {is: whatever}]}}}",
    "{taggable: [{when: {ServiceName: a}, is: false}]}",
]
INVALID_TAXONOMIES = [
    "{dimension: {}}",
    "{dimensions: {Product: {}}}",
    "{dimensions: {product: }}",
    "{dimensions: {product: {value: [a]}}}",
    "{dimensions: {product: {values: 5}}}",
    "{dimensions: {product: {values: ''}}}",
    "{dimensions: {product: {values: [' a']}}}",
    "{dimensions: {product: {values: {' a': {}}}}}",
    "{dimensions: {product: {values: {a: {alias: b}}}}}",
    "{dimensions: {product: {values: {a: {aliases: {is: b}}}}}}",
    "{dimensions: {product: {values: {a: {owner: 5}}}}}",
    "{dimensions: {product: {values: {a: {owner: ' '}}}}}",
    "{dimensions: {product: {values: {a: {shared: 'yes'}}}}}",
    "{dimensions: {product: {values: {a: {parent: []}}}}}",
    "{dimensions: {product: {required: '0.95'}}}",
    "{dimensions: {product: {required: 95}}}",
    "{dimensions: {product: {from: {tag: a}}}}",
    "{dimensions: {product: {from: [{}]}}}",
    "{dimensions: {product: {from: [{tags: a}]}}}",
    "{dimensions: {product: {from: [{tag: a, account: {b: c}}]}}}",
    "{dimensions: {product: {from: [{tag: a, is: b}]}}}",
    "{dimensions: {product: {from: [{tag: a, map: {b: c}}]}}}",
    "{dimensions: {product: {from: [{tag: a, parents: b}]}}}",
    "{dimensions: {product: {from: [{tag: a, since: 2026-13-01}]}}}",
    "{dimensions: {product: {from: [{tag: a, since: 1st of July}]}}}",
    "{dimensions: {product: {from: [{account: {}}]}}}",
    "{dimensions: {product: {from: [{account: {a: []}}]}}}",
    "{dimensions: {product: {from: [{account: {a: {is: b}}}]}}}",
    "{dimensions: {product: {from: [{column: ServiceNam}]}}}",
    "{dimensions: {product: {from: [{patterns: BilledCost}]}}}",
    "{dimensions: {product: {from: [{dimension: team}]}}}",
    "{dimensions: {product: {from: [{parent: account}]}}}",
    "{dimensions: {product: {from: [{lookup: {file: a.csv, key: b, value: c}}]}}}",
    "{dimensions: {product: {from: [{lookup: {file: a.csv, key: SubAccountId, value: c, column: b.c}}]}}}",
    "{dimensions: {product: {from: [{lookup: {file: a.csv, key: SubAccountId}}]}}}",
    "{dimensions: {product: {from: [{when: {ServiceName: a}}]}}}",
    "{dimensions: {product: {from: [{when: {}, is: a}]}}}",
    "{dimensions: {product: {from: [{when: {Service Name: a}, is: b}]}}}",
    "{dimensions: {product: {from: [{when: {ServiceName: [1]}, is: b}]}}}",
    "{taggable: [{when: {ServiceName: a}}]}",
    "{taggable: [{when: {ServiceName: a}, is: 'no'}]}",
]


@pytest.mark.parametrize("text", VALID_TAXONOMIES)
def test_what_the_models_take_the_schema_takes(text: str) -> None:
    validated(TaxonomyFile, parse_yaml(text, "f"))
    Draft202012Validator(taxonomy_schema()).validate(data(text))


@pytest.mark.parametrize("text", INVALID_TAXONOMIES)
def test_what_the_models_refuse_the_schema_refuses(text: str) -> None:
    with pytest.raises(UserError):
        validated(TaxonomyFile, parse_yaml(text, "f"))
    assert not Draft202012Validator(taxonomy_schema()).is_valid(data(text))


def test_the_sample_has_a_taxonomy_of_the_schema() -> None:
    text = taxonomy_files(months=24, end=parse_month("2026-10"))["taxonomy.yaml"]
    Draft202012Validator(taxonomy_schema()).validate(data(text))


VALID_ALLOCATIONS = [
    "{to: product}",
    "{to: [product, team], policies: , pools: , levels: }",
    allocation_text(["product", "team"]),
    "{to: [a], policies: {commitments: {purchases: users, unused: pool}, credits: cost, refunds: owner, tax: b}}",
    "{to: [a], pools: [{name: b, when: {c: d, ServiceName: [e], tag.f: , label.g: {not: h}}, share: {by: even}}]}",
    "{to: [a], pools: [{name: b, label: c, rest: true, when: [{d: e}, {d: f}], as: {a: g}, share: {by: cost}}]}",
    "{to: [a], pools: [{name: b, since: 2026-01-01, as: {}, share: [{by: even, until: 2026-07-01}]}]}",
    "{to: [a], pools: [{name: b, share: {by: fixed, shares: {c: 0.4, d: {e: 0.6, unallocated: 0}}}}]}",
    "{to: [a], pools: [{name: b, share: {by: cost, of: ListCost, base: full, within: x_Source, grain: day}}]}",
    "{to: [a], pools: [{name: b, share: {by: cost, within: [x_Source], pools: true, among: {a: {not: c}}}}]}",
    "{to: [a], pools: [{name: b, share: {by: driver, driver: c, capacity: d, idle: even, minimum: 0.1, grain: hour}}]}",
    "{to: [a], pools: [{name: b, share: {by: driver, driver: c, else: {by: even, else: unallocated}}}]}",
    "{to: [a], pools: [{name: b, share: {by: kubernetes, idle: owner, else: unallocated}}]}",
    "{to: [a], pools: [{name: b, share: {by: inferred, drivers: [c, d], months: 3}}]}",
    "{to: [a], levels: [{name: b, within: a, share: {by: cost}}, {name: c, to: d, within: [b], share: {by: even}}]}",
]
INVALID_ALLOCATIONS = [
    "{}",
    "{to: []}",
    "{to: [a], pool: []}",
    "{to: [a], policies: {tax: }}",
    "{to: [a], policies: {tax: 5}}",
    "{to: [a], policies: {commitments: {used: users}}}",
    "{to: [a], pools: {name: b}}",
    "{to: [a], pools: [{name: b}]}",
    "{to: [a], pools: [{share: {by: even}}]}",
    "{to: [a], pools: [{name: b, when: , share: {by: even}}]}",
    "{to: [a], pools: [{name: b, when: {}, share: {by: even}}]}",
    "{to: [a], pools: [{name: b, when: [], share: {by: even}}]}",
    "{to: [a], pools: [{name: b, when: [{}], share: {by: even}}]}",
    "{to: [a], pools: [{name: b, when: {Service Name: a}, share: {by: even}}]}",
    "{to: [a], pools: [{name: b, as: c, share: {by: even}}]}",
    "{to: [a], pools: [{name: b, share: even}]}",
    "{to: [a], pools: [{name: b, share: []}]}",
    "{to: [a], pools: [{name: b, share: {by: evenly}}]}",
    "{to: [a], pools: [{name: b, share: {by: even, since: 2026}}]}",
    "{to: [a], pools: [{name: b, share: {by: even, driver: c}}]}",
    "{to: [a], pools: [{name: b, share: {by: even, among: {}}}]}",
    "{to: [a], pools: [{name: b, share: {by: fixed}}]}",
    "{to: [a], pools: [{name: b, share: {by: fixed, shares: {}}}]}",
    "{to: [a], pools: [{name: b, share: {by: fixed, shares: {c: 1.5}}}]}",
    "{to: [a], pools: [{name: b, share: {by: fixed, shares: {c: '1'}}}]}",
    "{to: [a], pools: [{name: b, share: {by: fixed, shares: {c: {d: -1}}}}]}",
    "{to: [a], pools: [{name: b, share: {by: cost, within: BilledCost}}]}",
    "{to: [a], pools: [{name: b, share: {by: cost, within: []}}]}",
    "{to: [a], pools: [{name: b, share: {by: cost, minimum: 0.1}}]}",
    "{to: [a], pools: [{name: b, share: {by: driver}}]}",
    "{to: [a], pools: [{name: b, share: {by: driver, driver: }}]}",
    "{to: [a], pools: [{name: b, share: {by: driver, driver: c, minimum: 0}}]}",
    "{to: [a], pools: [{name: b, share: {by: driver, driver: c, minimum: '0.1'}}]}",
    "{to: [a], pools: [{name: b, share: {by: driver, driver: c, else: even}}]}",
    "{to: [a], pools: [{name: b, share: {by: driver, driver: c, else: {by: evn}}}]}",
    "{to: [a], pools: [{name: b, share: {by: inferred, drivers: []}}]}",
    "{to: [a], pools: [{name: b, share: {by: inferred, drivers: [c], months: 0}}]}",
    "{to: [a], levels: [{name: b, share: {by: cost}}]}",
    "{to: [a], levels: [{name: b, within: [], share: {by: cost}}]}",
]


@pytest.mark.parametrize("text", VALID_ALLOCATIONS)
def test_what_the_models_of_an_allocation_take_its_schema_takes(text: str) -> None:
    validated(AllocationFile, parse_yaml(text, "f"))
    Draft202012Validator(allocation_schema()).validate(data(text))


@pytest.mark.parametrize("text", INVALID_ALLOCATIONS)
def test_what_the_models_of_an_allocation_refuse_its_schema_refuses(text: str) -> None:
    with pytest.raises(UserError):
        validated(AllocationFile, parse_yaml(text, "f"))
    assert not Draft202012Validator(allocation_schema()).is_valid(data(text))


def test_every_setting_of_an_allocation_is_described() -> None:
    Draft202012Validator.check_schema(allocation_schema())
    schema = allocation_schema()
    for model in (schema, *schema["$defs"].values()):
        assert model["description"].count("\n") == 0
        assert all(setting["description"] for setting in model.get("properties", {}).values())


def test_the_file_holds_the_schema_of_an_allocation(tmp_path: Path) -> None:
    path = write_allocation_schema(tmp_path / "docs")
    assert path.name == "allocation.schema.json"
    assert json.loads(path.read_text()) == allocation_schema() == json.loads(allocation_schema_text())


def test_every_setting_of_a_taxonomy_is_described() -> None:
    Draft202012Validator.check_schema(taxonomy_schema())
    schema = taxonomy_schema()
    for model in (schema, *schema["$defs"].values()):
        assert model["description"].count("\n") == 0
        assert all(setting["description"] for setting in model.get("properties", {}).values())


def test_the_file_holds_the_schema_of_a_taxonomy(tmp_path: Path) -> None:
    path = write_taxonomy_schema(tmp_path / "docs")
    assert path.name == "taxonomy.schema.json"
    assert json.loads(path.read_text()) == taxonomy_schema() == json.loads(taxonomy_schema_text())
