"""Tag policies of AWS Organizations.

Owns their JSON. A tag policy says how a key is written (its case too), which values it may hold and, where chosen, for
which resource types a wrong tag is refused; what lacks a required key is reported. It cannot name wrong keys: a synonym
is seen only where it differs from the key by case.

Source: AWS Organizations User Guide, "Tag policy syntax and examples", "Reporting tagging compliance", "Services and
resource types that support enforcement", "Quotas and service limits" (10,000 characters a policy).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from finmod.errors import Problem, UserError
from finmod.exports.tag_options import DEFAULTS, TagPolicyOptions, unknown_type
from finmod.exports.tag_rules import AWS, TagRule, nothing_to_enforce, place, tag_rules
from finmod.taxonomy.requirements import TagRequirement

RESOURCE_TYPES = (
    "dynamodb:table",
    "ec2:instance",
    "ec2:volume",
    "elasticfilesystem:file-system",
    "lambda:function",
    "rds:db",
    "s3:bucket",
)
"""What is held to the rules where no types are chosen: each can be reported on, and its tagging refused."""

MAX_CHARACTERS = 10_000
# One wildcard is allowed: for all types of one service.
_TYPE = re.compile(r"[a-z][a-z0-9-]*:(?:\*|ALL_SUPPORTED|[A-Za-z][A-Za-z0-9/-]*)")

_Statement = Mapping[str, Mapping[str, str | list[str]]]


def aws_tag_policies(requirements: Sequence[TagRequirement], options: TagPolicyOptions = DEFAULTS) -> dict[str, str]:
    """Return file name -> JSON: one policy, or several where one would be too large.

    Several are attached to the same root, unit or account, where they act as one. They are indented unless only the
    text without white space keeps the limit, as the AWS CLI counts white space.

    Raises:
        UserError: What AWS cannot hold (FM2062 to FM2065) or a type that is none (FM2067).
    """
    problems = [
        unknown_type(name, "service:type, service:ALL_SUPPORTED or service:*", RESOURCE_TYPES)
        for name in options.resource_types
        if not _TYPE.fullmatch(name)
    ]
    if problems:
        raise UserError(*problems)
    types = list(dict.fromkeys(options.resource_types or RESOURCE_TYPES))
    rules = tag_rules(requirements, AWS)
    if not rules:
        target = "AWS"
        raise nothing_to_enforce(target)
    policies = _packed({rule.key: _statement(rule, types, enforce=options.enforce) for rule in rules}, rules)
    names = ["tag-policy.json"] if len(policies) == 1 else [f"tag-policy-{n + 1}.json" for n in range(len(policies))]
    return dict(zip(names, map(_text, policies), strict=True))


def _statement(rule: TagRule, types: list[str], *, enforce: bool) -> _Statement:
    statement: dict[str, Mapping[str, str | list[str]]] = {"tag_key": {"@@assign": rule.key}}
    if rule.values:
        statement["tag_value"] = {"@@assign": list(rule.values)}
    if enforce:
        statement["enforced_for"] = {"@@assign": types}
    if rule.required:
        statement["report_required_tag_for"] = {"@@assign": types}
    return statement


def _packed(statements: Mapping[str, _Statement], rules: Sequence[TagRule]) -> list[dict[str, _Statement]]:
    """Return the statements in as few policies as their order allows."""
    policies: list[dict[str, _Statement]] = []
    problems = []
    for rule in rules:
        own = {rule.key: statements[rule.key]}
        size = len(_dense(own))
        if size > MAX_CHARACTERS:
            problems.append(
                Problem(
                    code="FM2065",
                    found=f"the tag policy of its {len(rule.values):,} values is {size:,} characters long",
                    expected=f"{MAX_CHARACTERS:,} at most, white space aside",
                    where=place(rule.dimension),
                    remedy="Shorten the names, or leave the values of this dimension open for AWS.",
                )
            )
        elif policies and len(_dense({**policies[-1], **own})) <= MAX_CHARACTERS:
            policies[-1].update(own)
        else:
            policies.append(own)
    if problems:
        raise UserError(*problems)
    return policies


def _dense(statements: Mapping[str, _Statement]) -> str:
    return json.dumps({"tags": statements}, ensure_ascii=False, separators=(",", ":"))


def _text(statements: Mapping[str, _Statement]) -> str:
    indented = json.dumps({"tags": statements}, ensure_ascii=False, indent=2) + "\n"
    return indented if len(indented) <= MAX_CHARACTERS else _dense(statements)
