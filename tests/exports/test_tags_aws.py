"""Tag policies of AWS: their structure, their operators, and the limit of their size."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from finmod.errors import UserError
from finmod.exports.tag_options import DEFAULTS, TagPolicyOptions
from finmod.exports.tags_aws import MAX_CHARACTERS, RESOURCE_TYPES, aws_tag_policies
from finmod.taxonomy.requirements import TagRequirement
from tests.exports.needs import COST_CENTRE, OWNER, PRODUCT, TEAM, need

_TYPES = {"type": "array", "items": {"type": "string", "pattern": "^[a-z0-9-]+:[^*]*\\*?$"}, "minItems": 1}
# Written from "Tag policy syntax and examples" of the AWS Organizations User Guide.
SCHEMA = {
    "type": "object",
    "required": ["tags"],
    "additionalProperties": False,
    "properties": {
        "tags": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {
                "type": "object",
                "required": ["tag_key"],
                "additionalProperties": False,
                "properties": {
                    "tag_key": {"$ref": "#/$defs/text"},
                    "tag_value": {"$ref": "#/$defs/texts"},
                    "enforced_for": {"$ref": "#/$defs/types"},
                    "report_required_tag_for": {"$ref": "#/$defs/types"},
                },
            },
        }
    },
    "$defs": {
        "text": {"type": "object", "required": ["@@assign"], "additionalProperties": False,
                 "properties": {"@@assign": {"type": "string"}}},
        "texts": {"type": "object", "required": ["@@assign"], "additionalProperties": False,
                  "properties": {"@@assign": {"type": "array", "items": {"type": "string", "pattern": "^[^*]*$"},
                                              "minItems": 1, "uniqueItems": True}}},
        "types": {"type": "object", "required": ["@@assign"], "additionalProperties": False,
                  "properties": {"@@assign": _TYPES}},
    },
}  # fmt: skip


def policies(*needs: TagRequirement, options: TagPolicyOptions = DEFAULTS) -> dict[str, Any]:
    """Return file name -> policy, each checked against the schema, the limit and its own keys."""
    files = aws_tag_policies(needs, options)
    read = {name: json.loads(text) for name, text in files.items()}
    for name, text in files.items():
        Draft202012Validator(SCHEMA).validate(read[name])
        assert len(text) <= MAX_CHARACTERS
        assert all(key == own["tag_key"]["@@assign"] for key, own in read[name]["tags"].items())
    return read


def test_a_required_dimension_with_values_names_key_values_and_where_it_is_asked_for() -> None:
    assert policies(PRODUCT) == {
        "tag-policy.json": {
            "tags": {
                "product": {
                    "tag_key": {"@@assign": "product"},
                    "tag_value": {"@@assign": ["search", "ads"]},
                    "report_required_tag_for": {"@@assign": list(RESOURCE_TYPES)},
                }
            }
        }
    }


def test_a_dimension_without_values_gives_a_rule_of_the_key_only() -> None:
    tags = policies(OWNER, COST_CENTRE)["tag-policy.json"]["tags"]
    assert tags["owner"] == {"tag_key": {"@@assign": "owner"}}
    assert "tag_value" not in tags["cost_centre"]


def test_nothing_is_refused_unless_enforcement_is_chosen() -> None:
    assert "enforced_for" not in policies(TEAM)["tag-policy.json"]["tags"]["team"]
    enforced = policies(
        TEAM, options=TagPolicyOptions(enforce=True, resource_types=("ec2:ALL_SUPPORTED", "s3:bucket", "kms:*"))
    )
    assert enforced["tag-policy.json"]["tags"]["team"]["enforced_for"] == {
        "@@assign": ["ec2:ALL_SUPPORTED", "s3:bucket", "kms:*"]
    }


@pytest.mark.parametrize(
    ("name", "meant"),
    [("*", None), ("*:instance", "ec2:instance"), ("ec2", None), ("ec2:in*", "ec2:instance"),
     ("EC2:instance", "ec2:instance"), ("ec2:instance;x", "ec2:instance"), ("aws.ec2", None)],
)  # fmt: skip
def test_a_type_that_a_tag_policy_cannot_name_is_told(name: str, meant: str | None) -> None:
    remedy = f"Did you mean '{meant}'?" if meant else "Name such a type, or none for those that finmod uses."
    with pytest.raises(UserError) as caught:
        policies(PRODUCT, options=TagPolicyOptions(resource_types=("s3:bucket", name)))
    assert str(caught.value) == (
        f"'{name}' is no resource type that this target can hold to a tag rule; expected service:type, "
        "service:ALL_SUPPORTED or service:*.\n"
        f"  {remedy} (FM2067, docs/errors.md)"
    )


def test_a_key_keeps_its_case_and_its_signs() -> None:
    tags = policies(need("cost centre", "Größe 1", key="Acme:Cost Centre"))["tag-policy.json"]["tags"]
    assert tags["Acme:Cost Centre"]["tag_value"] == {"@@assign": ["Größe 1"]}


def test_a_large_policy_is_written_without_white_space_and_one_larger_still_as_several() -> None:
    values = [f"product-{number:03}-{'x' * 40}" for number in range(170)]
    dense = aws_tag_policies([need("product", *values)])
    assert list(dense) == ["tag-policy.json"]
    assert "\n" not in dense["tag-policy.json"]

    several = policies(need("product", *values), need("team", *values[:20]), OWNER)
    assert {name: list(policy["tags"]) for name, policy in several.items()} == {
        "tag-policy-1.json": ["product"],
        "tag-policy-2.json": ["team", "owner"],
    }


def test_a_dimension_that_fits_no_policy_is_told() -> None:
    with pytest.raises(UserError) as caught:
        policies(OWNER, need("product", *(f"product-{number:03}-{'x' * 40}" for number in range(200))))
    assert str(caught.value) == (
        "dimensions.product: the tag policy of its 200 values is 11,239 characters long; expected 10,000 at most, "
        "white space aside.\n"
        "  Shorten the names, or leave the values of this dimension open for AWS. (FM2065, docs/errors.md)"
    )
