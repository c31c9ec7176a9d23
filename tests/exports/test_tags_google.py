"""Custom constraints of Google Cloud: what gcloud takes, and conditions that judge labels as CEL would."""

from __future__ import annotations

import re
from typing import Any

import pytest
from c7n.utils import yaml_load
from jsonschema import Draft202012Validator

from finmod.errors import UserError
from finmod.exports.tag_options import TagPolicyOptions
from finmod.exports.tag_rules import GOOGLE, tag_rules
from finmod.exports.tags_google import RESOURCE_TYPES, condition, google_constraints
from finmod.taxonomy.requirements import TagRequirement
from tests.exports.needs import COST_CENTRE, ORGANIZATION, OWNER, PRODUCT, TEAM, need

HERE = TagPolicyOptions(scope=ORGANIZATION)
VM = "compute.googleapis.com/Instance"
# Written from "REST resource: organizations.customConstraints" and "organizations.policies".
CONSTRAINT = {
    "type": "object",
    "required": ["name", "resourceTypes", "methodTypes", "condition", "actionType", "displayName", "description"],
    "additionalProperties": False,
    "properties": {
        "name": {"pattern": r"^organizations/[0-9]+/customConstraints/custom\.[A-Za-z0-9]{1,62}$"},
        "resourceTypes": {"type": "array", "items": {"enum": list(RESOURCE_TYPES)}, "minItems": 1, "maxItems": 1},
        "methodTypes": {"enum": [["CREATE"], ["CREATE", "UPDATE"]]},
        "condition": {"type": "string", "maxLength": 1000},
        "actionType": {"const": "ALLOW"},
        "displayName": {"type": "string", "maxLength": 200},
        "description": {"type": "string", "maxLength": 2000},
    },
}
_SPEC = {"const": {"rules": [{"enforce": True}]}}
POLICY = {
    "type": "object",
    "required": ["name", "dryRunSpec"],
    "additionalProperties": False,
    "properties": {
        "name": {"pattern": r"^organizations/[0-9]+/policies/custom\.[A-Za-z0-9]{1,62}$"},
        "spec": _SPEC,
        "dryRunSpec": _SPEC,
    },
}


def files(*needs: TagRequirement, options: TagPolicyOptions = HERE) -> dict[str, Any]:
    """Return file name -> what it holds, each checked against its schema."""
    made = google_constraints(needs, options)
    read: dict[str, Any] = {name: yaml_load(text) for name, text in made.items()}
    for name, document in read.items():
        kind, identity = re.fullmatch(r"(constraint|policy)-(\w+)\.yaml", name).groups()  # type: ignore[union-attr] # the names are ours
        Draft202012Validator(CONSTRAINT if kind == "constraint" else POLICY).validate(document)
        assert document["name"].endswith(f"/custom.{identity}")
    return read


def of(*kinds: str) -> TagPolicyOptions:
    return TagPolicyOptions(scope=ORGANIZATION, resource_types=kinds)


def allows(text: str, labels: dict[str, str]) -> bool:
    """Judge the few words of CEL that are used: &&, ||, !, in, ==, != and brackets are Python's own, renamed."""
    tokens = re.findall(r"'[^'\\]*'|resource(?:\.\w+)+|&&|\|\||!=|==|!|\bin\b|[\[\](),]|\s+", text)
    assert "".join(tokens) == text
    words = {"&&": " and ", "||": " or ", "!": " not "}
    python = "".join("labels" if token.startswith("resource") else words.get(token, token) for token in tokens)
    return bool(eval(python.strip(), {"__builtins__": {}}, {"labels": labels}))  # noqa: S307 - every token was just checked


def cel(need: TagRequirement) -> str:
    return condition(tag_rules([need], GOOGLE)[0])


@pytest.mark.parametrize(
    ("labels", "allowed"),
    [
        ({"product": "search"}, True),
        ({"product": "ads", "app": "x"}, True),
        ({"product": "srch"}, False),
        ({"product": ""}, False),
        ({"app": "search"}, False),
        ({}, False),
    ],
)
def test_a_required_label_is_allowed_with_a_value_of_the_taxonomy_only(labels: dict[str, str], allowed: bool) -> None:  # noqa: FBT001 - the expected answer
    text = cel(PRODUCT)
    assert text == "'product' in resource.labels && resource.labels['product'] in ['search', 'ads']"
    assert allows(text, labels) is allowed


@pytest.mark.parametrize(
    ("labels", "allowed"),
    [
        ({}, True),
        ({"team": "web"}, True),
        ({"team": "web", "squad": "x"}, True),
        ({"team": "wbe"}, False),
        ({"squad": "web"}, False),
    ],
)
def test_a_label_that_is_not_required_may_be_absent_but_not_hide(labels: dict[str, str], allowed: bool) -> None:  # noqa: FBT001 - the expected answer
    assert allows(cel(TEAM), labels) is allowed


def test_a_dimension_without_values_gives_a_rule_of_the_key_only() -> None:
    assert cel(COST_CENTRE) == "'cost_centre' in resource.labels && resource.labels['cost_centre'] != ''"
    assert cel(need("owner", synonyms=("boss",), required=False)) == (
        "('owner' in resource.labels) || !('owner' in resource.labels || 'boss' in resource.labels)"
    )


def test_there_is_one_constraint_per_resource_type_and_a_policy_for_each() -> None:
    read = files(PRODUCT)
    constraints = {name: document for name, document in read.items() if name.startswith("constraint")}
    assert [document["resourceTypes"] for document in constraints.values()] == [[kind] for kind in RESOURCE_TYPES]
    assert len(read) == 2 * len(constraints)
    assert read["constraint-finmodProductComputeInstance.yaml"] == {
        "name": f"{ORGANIZATION}/customConstraints/custom.finmodProductComputeInstance",
        "resourceTypes": [VM],
        "methodTypes": ["CREATE", "UPDATE"],
        "condition": "'product' in resource.labels && resource.labels['product'] in ['search', 'ads']",
        "actionType": "ALLOW",
        "displayName": "Label product of ComputeInstance",
        "description": "A resource must carry the label product, not app, with one of: search, ads.",
    }


def test_the_labels_of_a_cluster_stand_in_a_field_of_their_own() -> None:
    read = files(PRODUCT, options=of("container.googleapis.com/Cluster"))
    assert read["constraint-finmodProductContainerCluster.yaml"]["condition"] == (
        "'product' in resource.resourceLabels && resource.resourceLabels['product'] in ['search', 'ads']"
    )


def test_a_policy_reports_only_unless_enforcement_is_chosen() -> None:
    name = "policy-finmodProductComputeInstance.yaml"
    enforced = TagPolicyOptions(scope=ORGANIZATION, resource_types=(VM,), enforce=True)
    assert list(files(PRODUCT, options=of(VM))[name]) == ["name", "dryRunSpec"]
    assert list(files(PRODUCT, options=enforced)[name]) == ["name", "spec", "dryRunSpec"]


def test_the_longest_name_of_a_dimension_fits_the_name_of_a_constraint() -> None:
    files(need("d" * 200, key="d"), need("D" * 201, key="e"), options=of("pubsub.googleapis.com/Subscription"))


@pytest.mark.parametrize("scope", ["123456789", "organizations/acme", "projects/1"])
def test_a_scope_that_is_no_organization_is_told(scope: str) -> None:
    with pytest.raises(UserError) as caught:
        files(PRODUCT, options=TagPolicyOptions(scope=scope))
    assert str(caught.value) == (
        f"the scope is '{scope}'; expected organizations/<number>.\n"
        "  Name the organization; see its number with: gcloud organizations list. (FM2066, docs/errors.md)"
    )


def test_a_scope_must_be_given() -> None:
    with pytest.raises(UserError, match=r"^no scope was given; expected organizations/<number>"):
        google_constraints([PRODUCT])


def test_a_type_whose_labels_no_constraint_reads_is_told() -> None:
    with pytest.raises(UserError) as caught:
        files(PRODUCT, options=of(VM, "compute.googleapis.com/Disk"))
    assert str(caught.value).startswith(
        "'compute.googleapis.com/Disk' is no resource type that this target can hold to a tag rule; expected "
        "compute.googleapis.com/Instance, container.googleapis.com/Cluster, "
    )
    assert [problem.code for problem in caught.value.problems] == ["FM2067"]


def test_a_taxonomy_without_a_rule_is_told() -> None:
    with pytest.raises(UserError, match=r"^the taxonomy holds no tag rule that Google Cloud could enforce"):
        files(OWNER)


def test_a_condition_beyond_1000_characters_is_told() -> None:
    with pytest.raises(UserError) as caught:
        files(need("product", *(f"product-{number:03}" for number in range(80))), options=of(VM))
    assert str(caught.value) == (
        "dimensions.product: the condition over its 80 values is 1,262 characters long; expected 1,000 at most.\n"
        "  Demand the key alone, --any-value and the dimension, and report values by Custodian. "
        "(FM2065, docs/errors.md)"
    )


def test_more_constraints_than_a_type_takes_are_told() -> None:
    with pytest.raises(UserError) as caught:
        files(*(need(f"d{number}") for number in range(21)))
    assert str(caught.value) == (
        "21 dimensions need as many constraints on each resource type; expected 20 at most on one type.\n"
        "  Export fewer: --dimension NAME. (FM2065, docs/errors.md)"
    )
