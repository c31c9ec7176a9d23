"""Azure Policy: documents of the published form, and rules that judge tags as Azure would."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from finmod.errors import UserError
from finmod.exports.tag_options import TagPolicyOptions
from finmod.exports.tags_azure import azure_policies
from finmod.taxonomy.requirements import TagRequirement
from tests.exports.needs import COST_CENTRE, OWNER, PRODUCT, SUBSCRIPTION, TEAM, need

HERE = TagPolicyOptions(scope=SUBSCRIPTION)
INHERITING = TagPolicyOptions(scope=SUBSCRIPTION, inherit=True)
GROUP = "/providers/Microsoft.Management/managementGroups/acme"


def _closed(required: list[str], **properties: object) -> dict[str, Any]:
    return {"type": "object", "required": required, "additionalProperties": False, "properties": properties}


_CONDITION = {"$ref": "#/$defs/condition"}
_TEXT = {"type": "string"}
# Written from the schema 2020-10-01/policyDefinition.json of Azure and from "definition structure basics": exactly one
# subject and exactly one test in a condition, one operator otherwise.
RULE: dict[str, Any] = {
    **_closed(["if", "then"], **{
        "if": _CONDITION,
        "then": _closed(["effect"], effect={"const": "[parameters('effect')]"}, details=_closed(
            ["roleDefinitionIds", "operations"],
            roleDefinitionIds={"type": "array", "items": _TEXT, "minItems": 1},
            operations={"type": "array", "minItems": 1, "items": _closed(
                ["operation", "field"], operation={"enum": ["add", "addOrReplace", "remove"]}, field=_TEXT, value={})},
        )),
    }),
    "$defs": {
        "condition": {
            "oneOf": [
                _closed(["not"], **{"not": _CONDITION}),
                _closed(["anyOf"], anyOf={"type": "array", "items": _CONDITION, "minItems": 1}),
                _closed(["allOf"], allOf={"type": "array", "items": _CONDITION, "minItems": 1}),
                {"type": "object", "minProperties": 2, "maxProperties": 2,
                 "oneOf": [{"required": ["field"]}, {"required": ["value"]}],
                 "additionalProperties": False,
                 "properties": dict.fromkeys(("field", "value", "equals", "notEquals", "match"), _TEXT)
                 | {"exists": {"enum": ["true", "false"]}}},
            ]
        }
    },
}  # fmt: skip
_EFFECT = _closed(
    ["type", "allowedValues", "defaultValue", "metadata"],
    type={"const": "String"}, allowedValues={"type": "array", "items": _TEXT}, defaultValue=_TEXT, metadata={},
)  # fmt: skip
_COMMON = {
    "displayName": {"type": "string", "maxLength": 128}, "policyType": {"const": "Custom"},
    "description": {"type": "string", "maxLength": 512}, "metadata": {},
    "parameters": {"type": "object", "additionalProperties": _EFFECT},
}  # fmt: skip
_BODY = {
    "id": {"pattern": r"^(/subscriptions/[0-9a-f-]{36}|/providers/Microsoft\.Management/managementGroups/[^/]+)"
           r"/providers/Microsoft\.Authorization/policy(Set)?Definitions/[a-z0-9-]+$"},
    "type": {"enum": [f"Microsoft.Authorization/policy{kind}Definitions" for kind in ("", "Set")]},
    "name": {"type": "string", "maxLength": 64, "pattern": "^[a-z0-9-]+$"},
}  # fmt: skip
DEFINITION = _closed([*_BODY, "properties"], **_BODY, properties=_closed(
    [*_COMMON, "mode", "policyRule"], **_COMMON, mode={"const": "Indexed"}, policyRule={}))  # fmt: skip
INITIATIVE = _closed([*_BODY, "properties"], **_BODY, properties=_closed(
    [*_COMMON, "policyDefinitions"], **_COMMON, policyDefinitions={"type": "array", "minItems": 1, "items": _closed(
        ["policyDefinitionId", "policyDefinitionReferenceId", "parameters"], policyDefinitionId=_TEXT,
        policyDefinitionReferenceId=_TEXT, parameters={"type": "object"})}))  # fmt: skip


def documents(*needs: TagRequirement, options: TagPolicyOptions = HERE) -> dict[str, Any]:
    """Return kind of definition (``product-missing``) or ``initiative`` -> document, checked against the schemas."""
    read = {name: json.loads(text) for name, text in azure_policies(needs, options).items()}
    initiative = read.pop("initiative-finmod-tags.json")
    Draft202012Validator(INITIATIVE).validate(initiative)
    for name, document in read.items():
        Draft202012Validator(DEFINITION).validate(document)
        Draft202012Validator(RULE).validate(document["properties"]["policyRule"])
        assert name == f"policy-{document['name']}.json"
        assert document["id"].endswith(f"/policyDefinitions/{document['name']}")
    members = initiative["properties"]["policyDefinitions"]
    assert [member["policyDefinitionId"] for member in members] == [document["id"] for document in read.values()]
    kinds = {document["name"].removeprefix("finmod-tags-"): document for document in read.values()}
    return {**kinds, "initiative": initiative}


def holds(condition: dict[str, Any], tags: dict[str, str], group: dict[str, str]) -> bool:
    """Judge a condition as Azure documents it: names fold case, so does every test but match."""
    if "not" in condition:
        return not holds(condition["not"], tags, group)
    for operator, join in (("allOf", all), ("anyOf", any)):
        if operator in condition:
            return join(holds(inner, tags, group) for inner in condition[operator])
    subject = condition.get("field") or condition["value"].removeprefix("[resourceGroup().").removesuffix("]")
    name = re.fullmatch(r"tags\['(.*)'\]", subject)
    assert name
    found = {key.lower(): text for key, text in (tags if "field" in condition else group).items()}.get(name[1].lower())
    if "exists" in condition:
        return (found is not None) is bool(condition["exists"] == "true")
    text = found or ""
    if "equals" in condition:
        return found is not None and text.lower() == str(condition["equals"]).lower()
    if "notEquals" in condition:
        return text.lower() != str(condition["notEquals"]).lower()
    signs = {"#": r"[0-9]", "?": r"[A-Za-z]", ".": r"."}
    pattern = "".join(signs.get(sign, re.escape(sign)) for sign in condition["match"])
    return found is not None and re.fullmatch(pattern, text, re.DOTALL) is not None


def broken(read: dict[str, Any], tags: dict[str, str], group: dict[str, str] | None = None) -> list[str]:
    """Return the kinds of definitions that a resource with these tags meets."""
    return [
        kind
        for kind, document in read.items()
        if kind != "initiative" and holds(document["properties"]["policyRule"]["if"], tags, group or {})
    ]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"product": "search"}, []),
        ({"PRODUCT": "ads", "app": "x"}, []),
        ({"product": "srch"}, ["product-value"]),
        ({"product": "Search"}, ["product-value"]),
        ({"product": "searchx"}, ["product-value"]),
        ({"product": ""}, ["product-value"]),
        ({}, ["product-missing"]),
        ({"other": "search"}, ["product-missing"]),
        ({"App": "search"}, ["product-key"]),
    ],
)
def test_a_resource_breaks_one_rule_of_a_dimension_at_most(tags: dict[str, str], expected: list[str]) -> None:
    assert broken(documents(PRODUCT), tags) == expected


def test_a_dimension_that_is_not_required_is_judged_where_it_is_named() -> None:
    read = documents(TEAM)
    assert list(read) == ["team-key", "team-value", "initiative"]
    assert broken(read, {}) == []
    assert broken(read, {"squad": "web"}) == ["team-key"]
    assert broken(read, {"team": "wbe"}) == ["team-value"]


def test_a_required_dimension_without_values_takes_any_text_but_the_empty_one() -> None:
    read = documents(COST_CENTRE)
    assert broken(read, {"cost_centre": "4711"}) == []
    assert broken(read, {"cost_centre": ""}) == ["cost-centre-value"]
    assert broken(read, {}) == ["cost-centre-missing"]


@pytest.mark.parametrize(
    ("value", "others"),
    [
        ("a.b", ["axb", "a.B"]),
        ("c#", ["c1", "C#"]),
        ("why?", ["whyx", "Why?"]),
        ("*", ["x", "**"]),
        ("${x}", ["{x}"]),
        ('it\'s "so": {y} %z', ["it's so"]),
        ("[half", ["half"]),
        ("parameters('effect')", ["Audit"]),
    ],
)
def test_a_hostile_value_means_itself(value: str, others: list[str]) -> None:
    read = documents(need("product", value))
    assert broken(read, {"product": value}) == []
    for other in others:
        assert broken(read, {"product": other}) == ["product-value"]


@given(st.text("ab1.#?*", min_size=1, max_size=4), st.text("aAb1.#?*", max_size=4))
def test_a_text_is_allowed_where_it_is_the_value_letter_by_letter(value: str, text: str) -> None:
    assert broken(documents(need("product", value)), {"product": text}) == ([] if text == value else ["product-value"])


def test_a_missing_tag_is_taken_from_the_resource_group_where_the_group_has_a_value_of_the_taxonomy() -> None:
    read = documents(PRODUCT, COST_CENTRE, options=INHERITING)
    assert "product-inherit" in broken(read, {}, {"product": "search"})
    assert "product-inherit" not in broken(read, {}, {"product": "Search"})
    assert "product-inherit" not in broken(read, {"product": "ads"}, {"product": "search"})
    assert "product-inherit" not in broken(read, {}, {})
    assert "cost-centre-inherit" in broken(read, {}, {"cost_centre": "4711"})
    assert "cost-centre-inherit" not in broken(read, {}, {"cost_centre": ""})
    assert read["product-inherit"]["properties"]["policyRule"]["then"]["details"]["operations"] == [
        {"operation": "add", "field": "tags['product']", "value": "[resourceGroup().tags['product']]"}
    ]
    effects = {
        member["policyDefinitionReferenceId"]: member["parameters"]["effect"]["value"]
        for member in read["initiative"]["properties"]["policyDefinitions"]
    }
    assert effects["finmod-tags-product-inherit"] == "[parameters('inheritEffect')]"
    assert effects["finmod-tags-product-missing"] == "[parameters('effect')]"


def test_the_effect_is_a_parameter_that_reports_unless_enforcement_is_chosen() -> None:
    def effect(*, enforce: bool) -> dict[str, Any]:
        found: dict[str, Any] = documents(PRODUCT, options=TagPolicyOptions(scope=SUBSCRIPTION, enforce=enforce))[
            "initiative"
        ]["properties"]["parameters"]["effect"]
        return found

    assert effect(enforce=False)["defaultValue"] == "Audit"
    assert effect(enforce=True)["defaultValue"] == "Deny"
    assert effect(enforce=True)["allowedValues"] == ["Audit", "Deny", "Disabled"]


@pytest.mark.parametrize("scope", [GROUP, GROUP.replace("acme", "a"), GROUP.replace("acme", "a" * 90)])
def test_ids_stand_in_the_scope(scope: str) -> None:
    assert documents(PRODUCT, options=TagPolicyOptions(scope=scope))["product-missing"]["id"] == (
        f"{scope}/providers/Microsoft.Authorization/policyDefinitions/finmod-tags-product-missing"
    )


@pytest.mark.parametrize(
    "scope",
    [
        "0f1e2d3c-0000-4000-8000-00000000abcd",
        "/subscriptions/x",
        f"{GROUP}/x",
        f"{GROUP}.",
        GROUP.replace("acme", "a" * 91),
        "",
    ],
)
def test_a_scope_that_is_no_id_is_told(scope: str) -> None:
    with pytest.raises(UserError) as caught:
        documents(PRODUCT, options=TagPolicyOptions(scope=scope))
    assert str(caught.value) == (
        f"the scope is '{scope}'; expected /subscriptions/<id> or "
        "/providers/Microsoft.Management/managementGroups/<id>.\n"
        "  Name the subscription or the management group that the definitions shall stand in. (FM2066, docs/errors.md)"
    )


def test_a_scope_must_be_given() -> None:
    with pytest.raises(UserError, match=r"^no scope was given; expected /subscriptions/<id> or "):
        azure_policies([PRODUCT])


def test_a_taxonomy_without_a_rule_is_told() -> None:
    with pytest.raises(UserError) as caught:
        documents(OWNER)
    assert str(caught.value) == (
        "the taxonomy holds no tag rule that Azure Policy could enforce; expected a dimension with a tag source and "
        "with values or required.\n"
        "  Give a dimension `from: [{tag: ...}]`, and values or required. (FM2061, docs/errors.md)"
    )


def test_a_rule_beyond_the_limits_of_azure_is_told() -> None:
    dotted = [f"v{number}.0" for number in range(2048)]
    with pytest.raises(UserError) as caught:
        documents(need("product", *dotted))
    assert str(caught.value) == (
        "dimensions.product: its 2,048 values need 4,097 conditions in one rule; expected 4,096 at most.\n"
        "  Demand the key alone: --any-value and the dimension. (FM2065, docs/errors.md)"
    )
    with pytest.raises(UserError) as caught:
        documents(need("product", *dotted[:1024]), options=INHERITING)
    assert str(caught.value) == (
        "dimensions.product: taking one of its 1,024 values from the resource group needs 2,049 functions; expected "
        "2,048 at most.\n"
        "  Demand the key alone: --any-value and the dimension. (FM2065, docs/errors.md)"
    )
    with pytest.raises(UserError) as caught:
        documents(need("product", *(f"{number:0256}" for number in range(3200))))
    assert "policy-finmod-tags-product-value.json is 1," in str(caught.value)
    assert " bytes long; expected 1,048,576 at most.\n" in str(caught.value)
    with pytest.raises(UserError) as caught:
        documents(*(need(f"d{number}", "x", required=False) for number in range(501)))
    assert str(caught.value) == (
        "the export holds 501 definitions; expected 500 in one scope.\n"
        "  Export fewer: --dimension NAME. (FM2065, docs/errors.md)"
    )


def test_a_key_of_the_full_length_still_gives_a_display_name() -> None:
    read = documents(need("product", key="k" * 128))
    assert read["product-missing"]["properties"]["displayName"] == f"Tag {'k' * 121}..."
