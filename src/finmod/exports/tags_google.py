"""Custom constraints of Google Cloud's Organization Policy that hold labels to the taxonomy.

Owns the constraints, one per dimension and resource type, and the policies that switch them on. Each allows the
creation or change of a resource where its label is right (CEL over ``resource.labels``) and blocks every other; the
policies report only (``dryRunSpec``) unless enforcement is chosen. Labels are what the bill shows; Resource Manager
tags, which Google can demand by the method GOVERN_TAGS, are another thing and not written here.

Google offers this for few types: for disks, functions, Cloud SQL, BigQuery and others a constraint sees no labels.
Custodian reports on those.

Source: Google Cloud, "Creating and managing custom constraints", "Compute Engine: custom constraints" (fields, examples
with labels, dry run, 20 constraints a type), "REST resource: organizations.customConstraints" (lengths). Types and
fields beside Compute Engine: github.com/uriarriaga/gcp-org-label-enforcer, which tests them against the service.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from finmod.errors import Problem, UserError
from finmod.exports.block_yaml import Plain, block_yaml
from finmod.exports.tag_names import slugs
from finmod.exports.tag_options import DEFAULTS, TagPolicyOptions, checked_scope, unknown_type
from finmod.exports.tag_rules import GOOGLE, TagRule, nothing_to_enforce, place, tag_rules
from finmod.taxonomy.requirements import TagRequirement

_BOTH = ("CREATE", "UPDATE")
# type -> (field of the labels, methods)
_TYPES: dict[str, tuple[str, tuple[str, ...]]] = {
    "compute.googleapis.com/Instance": ("resource.labels", _BOTH),
    "container.googleapis.com/Cluster": ("resource.resourceLabels", _BOTH),
    "dataproc.googleapis.com/Batch": ("resource.labels", ("CREATE",)),
    "dataproc.googleapis.com/Cluster": ("resource.labels", _BOTH),
    "pubsub.googleapis.com/Snapshot": ("resource.labels", _BOTH),
    "pubsub.googleapis.com/Subscription": ("resource.labels", _BOTH),
    "pubsub.googleapis.com/Topic": ("resource.labels", _BOTH),
    "storage.googleapis.com/Bucket": ("resource.labels", _BOTH),
}
RESOURCE_TYPES = tuple(_TYPES)
"""The types whose labels a custom constraint can read."""

MAX_CONDITION, MAX_CONSTRAINTS = 1000, 20
_SCOPE = re.compile(r"organizations/[0-9]{1,20}")


def google_constraints(requirements: Sequence[TagRequirement], options: TagPolicyOptions = DEFAULTS) -> dict[str, str]:
    """Return file name -> YAML: ``constraint-<id>.yaml`` and ``policy-<id>.yaml`` for each dimension and type.

    ``gcloud org-policies set-custom-constraint`` takes the first, then ``gcloud org-policies set-policy`` the second
    (with ``--update-mask=dryRunSpec`` where it reports only).

    Raises:
        UserError: What Google cannot hold (FM2062 to FM2065), a scope that is no organization (FM2066), a type whose
            labels no constraint reads (FM2067), no rule (FM2061).
    """
    remedy = "Name the organization; see its number with: gcloud organizations list."
    scope = checked_scope(options.scope, _SCOPE, "organizations/<number>", remedy)
    unknown = [name for name in options.resource_types if name not in _TYPES]
    if unknown:
        raise UserError(*(unknown_type(name, ", ".join(RESOURCE_TYPES), RESOURCE_TYPES) for name in unknown))
    types = tuple(dict.fromkeys(options.resource_types or RESOURCE_TYPES))
    rules = [rule for rule in tag_rules(requirements, GOOGLE) if rule.required or rule.values or rule.wrong_keys]
    if not rules:
        target = "Google Cloud"
        raise nothing_to_enforce(target)
    _check_size(rules, types)
    named = slugs(rule.dimension for rule in rules)
    files: dict[str, str] = {}
    for rule in rules:
        for kind in types:
            identity = f"finmod{_camel(named[rule.dimension])}{_short(kind)}"
            files[f"constraint-{identity}.yaml"] = block_yaml(_constraint(scope, identity, kind, rule))
            files[f"policy-{identity}.yaml"] = block_yaml(_policy(scope, identity, enforce=options.enforce))
    return files


def condition(rule: TagRule, field: str = "resource.labels") -> str:
    """Return the CEL text that is true for a resource whose label is right.

    Labels have no signs that a CEL text would have to escape.
    """
    has = f"'{rule.key}' in {field}"
    if rule.values:
        values = "', '".join(rule.values)
        good = f"{has} && {field}['{rule.key}'] in ['{values}']"
    else:
        good = f"{has} && {field}['{rule.key}'] != ''" if rule.required else has
    if rule.required:
        return good
    # A label that is not required may be absent, but not hide under another key.
    absent = " || ".join(f"'{key}' in {field}" for key in (rule.key, *rule.wrong_keys))
    return f"({good}) || !({absent})"


def _constraint(scope: str, identity: str, kind: str, rule: TagRule) -> dict[str, Plain]:
    field, methods = _TYPES[kind]
    return {
        "name": f"{scope}/customConstraints/custom.{identity}",
        "resourceTypes": [kind],
        "methodTypes": list(methods),
        "condition": condition(rule, field),
        "actionType": "ALLOW",
        "displayName": f"Label {rule.key} of {_short(kind)}",
        "description": _description(rule),
    }


def _description(rule: TagRule) -> str:
    """Return what is shown to whoever is blocked; 2,000 characters are the limit, and keys and values are short."""
    must = "must carry" if rule.required else "may carry"
    instead = f", not {' or '.join(rule.wrong_keys[:10])}" if rule.wrong_keys else ""
    allowed = f", with one of: {', '.join(rule.values)}" if rule.values else ""
    return f"A resource {must} the label {rule.key}{instead}{allowed}."


def _policy(scope: str, identity: str, *, enforce: bool) -> dict[str, Plain]:
    spec: dict[str, Plain] = {"rules": [{"enforce": True}]}
    live: dict[str, Plain] = {"spec": spec} if enforce else {}
    return {"name": f"{scope}/policies/custom.{identity}", **live, "dryRunSpec": spec}


def _short(kind: str) -> str:
    service, name = kind.split("/")
    return f"{service.split('.')[0].capitalize()}{name}"


def _camel(slug: str) -> str:
    return "".join(part.capitalize() for part in slug.split("-"))


def _check_size(rules: Sequence[TagRule], types: Sequence[str]) -> None:
    problems = []
    if len(rules) > MAX_CONSTRAINTS:
        problems.append(
            Problem(
                code="FM2065",
                found=f"{len(rules)} dimensions need as many constraints on each resource type",
                expected=f"{MAX_CONSTRAINTS} at most on one type",
                remedy="Export fewer: --dimension NAME.",
            )
        )
    for rule in rules:
        size = max(len(condition(rule, _TYPES[kind][0])) for kind in types)
        if size > MAX_CONDITION:
            problems.append(
                Problem(
                    code="FM2065",
                    found=f"the condition over its {len(rule.values):,} values is {size:,} characters long",
                    expected=f"{MAX_CONDITION:,} at most",
                    where=place(rule.dimension),
                    remedy="Demand the key alone, --any-value and the dimension, and report values by Custodian.",
                )
            )
    if problems:
        raise UserError(*problems)
