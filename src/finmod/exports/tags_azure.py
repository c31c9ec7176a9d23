"""Azure Policy: definitions that audit or deny tags, and the initiative that holds them.

Owns their JSON: for each dimension a definition for a missing tag, one for a tag under a wrong key, one for a value
that the taxonomy does not know and, where chosen, one that takes a missing tag from the resource group. They are bodies
for the REST API as they stand. Every text of the taxonomy is a literal; expressions hold nothing but checked keys.

Azure compares tag names without regard to case, so no rule can ask for the case of a name. Values keep their case, but
every condition but ``match`` ignores it: values are therefore compared by ``match``, whose signs for any digit, letter
or sign are written as any sign and pinned by ``equals`` beside it.

Source: Microsoft, "Azure Policy definition structure policy rule" (fields, conditions, limits of a rule), "Azure Policy
initiative definition structure", "Azure Policy definitions modify effect", "Azure subscription and service limits".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from finmod.errors import Problem, UserError
from finmod.exports.tag_names import slugs
from finmod.exports.tag_options import DEFAULTS, TagPolicyOptions, checked_scope
from finmod.exports.tag_rules import AZURE, TagRule, nothing_to_enforce, place, tag_rules
from finmod.taxonomy.requirements import TagRequirement

INITIATIVE = "finmod-tags"
MAX_CONDITIONS, MAX_FUNCTIONS, MAX_BYTES, MAX_POLICIES = 4096, 2048, 1_048_576, 500
# Tag Contributor: it may change tags and nothing else.
_ROLE = "/providers/Microsoft.Authorization/roleDefinitions/4a9ae827-6dc8-4573-8ac7-8239d42aa03f"
_GUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_SCOPE = re.compile(
    rf"/subscriptions/{_GUID}|/providers/Microsoft\.Management/managementGroups/[A-Za-z0-9_().-]{{0,89}}[A-Za-z0-9_()-]"
)

_Json = dict[str, object]


def azure_policies(requirements: Sequence[TagRequirement], options: TagPolicyOptions = DEFAULTS) -> dict[str, str]:
    """Return file name -> JSON: ``policy-<name>.json`` for each definition and ``initiative-finmod-tags.json``.

    Mode Indexed: every resource type that carries tags and a location. Definitions are created first, each at its
    ``id``, then the initiative, then an assignment of it.

    Raises:
        UserError: What Azure cannot hold (FM2062 to FM2065), a scope that is no id (FM2066), no rule (FM2061).
    """
    expected = "/subscriptions/<id> or /providers/Microsoft.Management/managementGroups/<id>"
    remedy = "Name the subscription or the management group that the definitions shall stand in."
    scope = checked_scope(options.scope, _SCOPE, expected, remedy)
    rules = tag_rules(requirements, AZURE)
    _check_size(rules, inherit=options.inherit)
    named = slugs(rule.dimension for rule in rules)
    definitions = [
        _definition(scope, f"{INITIATIVE}-{named[rule.dimension]}-{kind}", title, policy_rule, options)
        for rule in rules
        for kind, title, policy_rule in _policy_rules(rule, inherit=options.inherit)
    ]
    if not definitions:
        target = "Azure Policy"
        raise nothing_to_enforce(target)
    if len(definitions) > MAX_POLICIES:
        raise UserError(
            _too_large(f"the export holds {len(definitions):,} definitions", f"{MAX_POLICIES} in one scope")
        )
    documents = {f"policy-{item['name']}.json": item for item in definitions}
    documents[f"initiative-{INITIATIVE}.json"] = _initiative(scope, definitions, options)
    return {name: _text(name, document) for name, document in documents.items()}


def _policy_rules(rule: TagRule, *, inherit: bool) -> Iterator[tuple[str, str, _Json]]:
    """Yield (kind, title, policyRule) for what can be broken. No resource breaks two of the first three."""
    key, effect = rule.key, {"effect": "[parameters('effect')]"}
    wrong = [_exists(name) for name in rule.wrong_keys]
    if rule.required:
        lacks = [_exists(key, yes=False), *(_exists(name, yes=False) for name in rule.wrong_keys)]
        yield "missing", f"Tag {key} is missing", {"if": {"allOf": lacks}, "then": effect}
    if wrong:
        under = [_exists(key, yes=False), {"anyOf": wrong}]
        yield "key", f"Tag {key} stands under another key", {"if": {"allOf": under}, "then": effect}
    if rule.values or rule.required:
        bad: _Json = {"not": {"anyOf": _allowed({"field": _field(key)}, rule.values)}}
        if not rule.values:
            bad = {"field": _field(key), "equals": ""}
        yield (
            "value",
            f"Tag {key} has a value that is not in the taxonomy",
            {
                "if": {"allOf": [_exists(key), bad]},
                "then": effect,
            },
        )
    if inherit:
        group = f"[resourceGroup().tags['{key}']]"
        good: _Json = {"anyOf": _allowed({"value": group}, rule.values)}
        if not rule.values:
            good = {"value": group, "notEquals": ""}
        operation = {"operation": "add", "field": _field(key), "value": group}
        yield (
            "inherit",
            f"Tag {key} is taken from the resource group",
            {
                "if": {"allOf": [_exists(key, yes=False), good]},
                "then": {
                    "effect": "[parameters('effect')]",
                    "details": {"roleDefinitionIds": [_ROLE], "operations": [operation]},
                },
            },
        )


def _field(key: str) -> str:
    return f"tags['{key}']"


def _exists(key: str, *, yes: bool = True) -> _Json:
    return {"field": _field(key), "exists": "true" if yes else "false"}


def _allowed(subject: Mapping[str, str], values: Sequence[str]) -> list[_Json]:
    return [_is_exactly(subject, value) for value in values]


def _is_exactly(subject: Mapping[str, str], value: str) -> _Json:
    pattern = re.sub(r"[#?.]", ".", value)
    same: _Json = {**subject, "match": pattern}
    return same if pattern == value and "." not in value else {"allOf": [{**subject, "equals": value}, same]}


def _definition(scope: str, name: str, title: str, policy_rule: _Json, options: TagPolicyOptions) -> _Json:
    inherits = name.endswith("-inherit")
    return {
        "id": f"{scope}/providers/Microsoft.Authorization/policyDefinitions/{name}",
        "type": "Microsoft.Authorization/policyDefinitions",
        "name": name,
        "properties": {
            "displayName": _display(title),
            "policyType": "Custom",
            "mode": "Indexed",
            "description": "Made by finmod from the taxonomy of the project.",
            "metadata": {"category": "Tags", "version": "1.0.0"},
            "parameters": {"effect": _inherit_effect() if inherits else _effect(options)},
            "policyRule": policy_rule,
        },
    }


def _initiative(scope: str, definitions: Sequence[_Json], options: TagPolicyOptions) -> _Json:
    parameters: _Json = {"effect": _effect(options)}
    if options.inherit:
        parameters["inheritEffect"] = _inherit_effect()
    members = []
    for item in definitions:
        parameter = "inheritEffect" if str(item["name"]).endswith("-inherit") else "effect"
        members.append(
            {
                "policyDefinitionId": item["id"],
                "policyDefinitionReferenceId": item["name"],
                "parameters": {"effect": {"value": f"[parameters('{parameter}')]"}},
            }
        )
    return {
        "id": f"{scope}/providers/Microsoft.Authorization/policySetDefinitions/{INITIATIVE}",
        "type": "Microsoft.Authorization/policySetDefinitions",
        "name": INITIATIVE,
        "properties": {
            "displayName": "Tags of the finmod taxonomy",
            "policyType": "Custom",
            "description": "Made by finmod from the taxonomy of the project.",
            "metadata": {"category": "Tags", "version": "1.0.0"},
            "parameters": parameters,
            "policyDefinitions": members,
        },
    }


def _effect(options: TagPolicyOptions) -> _Json:
    return {
        "type": "String",
        "metadata": {"displayName": "Effect", "description": "Report, block, or do nothing."},
        "allowedValues": ["Audit", "Deny", "Disabled"],
        "defaultValue": "Deny" if options.enforce else "Audit",
    }


def _inherit_effect() -> _Json:
    return {
        "type": "String",
        "metadata": {"displayName": "Inherit", "description": "Take the tag from the resource group, or do nothing."},
        "allowedValues": ["Modify", "Disabled"],
        "defaultValue": "Modify",
    }


def _display(title: str) -> str:
    # 128 signs are the limit; a key alone may have as many.
    return title if len(title) <= 128 else f"{title[:125]}..."  # noqa: PLR2004 - Azure's own number


def _check_size(rules: Sequence[TagRule], *, inherit: bool) -> None:
    problems = []
    for rule in rules:
        conditions = 1 + sum(2 if set("#?.") & set(value) else 1 for value in rule.values)
        where = place(rule.dimension)
        if conditions > MAX_CONDITIONS:
            found = f"its {len(rule.values):,} values need {conditions:,} conditions in one rule"
            problems.append(_too_large(found, f"{MAX_CONDITIONS:,} at most", where))
        elif inherit and conditions > MAX_FUNCTIONS:
            found = (
                f"taking one of its {len(rule.values):,} values from the resource group needs {conditions:,} functions"
            )
            problems.append(_too_large(found, f"{MAX_FUNCTIONS:,} at most", where))
    if problems:
        raise UserError(*problems)


def _too_large(found: str, expected: str, where: str | None = None) -> Problem:
    remedy = "Demand the key alone: --any-value and the dimension." if where else "Export fewer: --dimension NAME."
    return Problem(code="FM2065", found=found, expected=expected, where=where, remedy=remedy)


def _text(name: str, document: _Json) -> str:
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    size = len(text.encode())
    if size > MAX_BYTES:
        raise UserError(_too_large(f"{name} is {size:,} bytes long", f"{MAX_BYTES:,} at most"))
    return text
