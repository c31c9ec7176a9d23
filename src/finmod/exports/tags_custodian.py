"""Cloud Custodian policies that find wrong tags on AWS, Azure and Google Cloud.

Owns their YAML, one file per cloud. For each resource type and dimension up to three policies, of which a resource
meets one at most: the tag is missing, it stands under a wrong key, its value is not in the taxonomy. Without an action
a policy reports; marking for a later action is a choice. Custodian formats texts like Python's str.format, so braces in
keys and values are doubled.

Source: Cloud Custodian, "Generic filters" (value filter, ``tag:`` keys, ``tag_key_transforms``), "mark-for-op"; checked
against c7n 0.9.53, c7n-azure 0.7.52 and c7n-gcp 0.4.52. A type of AWS that c7n does not have, or whose tags it does not
read, is refused, and so is a mark on one that it cannot mark; of Azure and Google Cloud the form of the name alone is
checked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from finmod.errors import Problem, UserError, printable
from finmod.exports.block_yaml import Plain, block_yaml
from finmod.exports.tag_names import slugs
from finmod.exports.tag_options import DEFAULTS, TagPolicyOptions, unknown_type
from finmod.exports.tag_rules import AWS, AZURE, GOOGLE, TagLimits, TagRule, nothing_to_enforce, tag_rules
from finmod.taxonomy.requirements import TagRequirement

_Filter = dict[str, Plain]


@dataclass(frozen=True)
class _Cloud:
    """A cloud of Custodian: the limits of its tags, the types that bill and carry tags, the word for a mark."""

    limits: TagLimits
    types: tuple[str, ...]
    mark: str


_CLOUDS = {
    "aws": _Cloud(
        AWS,
        (
            "aws.app-elb", "aws.cache-cluster", "aws.dynamodb-table", "aws.ebs", "aws.ebs-snapshot", "aws.ec2",
            "aws.ecs-service", "aws.efs", "aws.eks", "aws.elasticsearch", "aws.emr", "aws.fsx", "aws.kinesis",
            "aws.lambda", "aws.nat-gateway", "aws.rds", "aws.rds-cluster", "aws.rds-snapshot", "aws.redshift", "aws.s3",
            "aws.sagemaker-endpoint", "aws.sns", "aws.sqs",
        ),
        "tag",
    ),
    "azure": _Cloud(
        AZURE,
        (
            "azure.aks", "azure.appserviceplan", "azure.cognitiveservice", "azure.container-registry",
            "azure.cosmosdb", "azure.databricks", "azure.disk", "azure.eventhub", "azure.keyvault", "azure.kusto",
            "azure.loadbalancer", "azure.mysql-flexibleserver", "azure.postgresql-flexibleserver", "azure.publicip",
            "azure.redis", "azure.snapshot", "azure.sqlserver", "azure.storage", "azure.synapse", "azure.vm",
            "azure.vmss", "azure.webapp",
        ),
        "tag",
    ),
    "gcp": _Cloud(
        GOOGLE,
        (
            "gcp.bigtable-instance", "gcp.bq-dataset", "gcp.bucket", "gcp.disk", "gcp.function", "gcp.gke-cluster",
            "gcp.image", "gcp.instance", "gcp.pubsub-subscription", "gcp.pubsub-topic", "gcp.redis", "gcp.snapshot",
            "gcp.spanner-instance", "gcp.sql-instance",
        ),
        "label",
    ),
}  # fmt: skip

# Where the labels of a type stand elsewhere than in ``labels``, which ``tag:`` reads.
_LABELS = {"gcp.gke-cluster": "resourceLabels", "gcp.sql-instance": "settings.userLabels"}
_TYPE = re.compile(r"(aws|azure|gcp)\.[a-z0-9][a-z0-9-]*")
_OP = re.compile(r"[a-z][a-z0-9-]*")


def custodian_policies(requirements: Sequence[TagRequirement], options: TagPolicyOptions = DEFAULTS) -> dict[str, str]:
    """Return file name -> YAML: ``custodian-aws.yml``, ``custodian-azure.yml`` and ``custodian-gcp.yml``.

    A cloud that is asked for must be able to hold the taxonomy; ``resource_types`` leaves the others out.

    Raises:
        UserError: What a cloud cannot hold (FM2062 to FM2065), a type that Custodian does not have, whose tags it does
            not read or that it cannot mark (FM2067), an action or a number of days that is none (FM2068), no rule
            (FM2061).
    """
    _check_mark(options)
    files: dict[str, str] = {}
    problems: list[Problem] = []
    for cloud, types in _chosen(options).items():
        try:
            rules = tag_rules(requirements, _CLOUDS[cloud].limits)
        except UserError as error:
            problems += error.problems
            continue
        policies = [policy for kind in types for policy in _policies(kind, _CLOUDS[cloud], rules, options)]
        if policies:
            files[f"custodian-{cloud}.yml"] = block_yaml({"policies": policies})
    if problems:
        raise UserError(*dict.fromkeys(problems))
    if not files:
        target = "Cloud Custodian"
        raise nothing_to_enforce(target)
    return files


def _check_mark(options: TagPolicyOptions) -> None:
    known = options.mark_for is None or _OP.fullmatch(options.mark_for)
    if known and options.mark_days >= 0:
        return
    raise UserError(
        Problem(
            code="FM2068",
            found=f"resources shall be marked for '{printable(str(options.mark_for))}' in {options.mark_days} days",
            expected="an action of Custodian, such as notify or stop, and no negative number of days",
            remedy="Name such an action; notify is one of every type.",
        )
    )


def _chosen(options: TagPolicyOptions) -> dict[str, list[str]]:
    """Return cloud -> resource types, in the order of the clouds and of the names."""
    names = options.resource_types
    found = (_fault(name, marks=options.mark_for is not None) for name in names if name not in _CLOUDS)
    problems = [problem for problem in found if problem is not None]
    if problems:
        raise UserError(*problems)
    chosen: dict[str, list[str]] = {}
    for cloud, about in _CLOUDS.items():
        own = [name for name in names or _CLOUDS if name.split(".")[0] == cloud]
        types = dict.fromkeys(kind for name in own for kind in (about.types if name == cloud else (name,)))
        if types:
            chosen[cloud] = list(types)
    return chosen


def _fault(name: str, *, marks: bool) -> Problem | None:
    """Return why a type cannot be held to a rule, or, where it shall be, marked; None where it can."""
    aws = _types_of_aws()
    is_known = name in {*aws["mark"], *aws["report"]} if name.startswith("aws.") else bool(_TYPE.fullmatch(name))
    if not is_known:
        # One that Custodian has and whose tags it does not read is no slip of the pen.
        used = (kind for cloud in _CLOUDS.values() for kind in cloud.types)
        near_ones = () if name in aws["none"] else (*_CLOUDS, *aws["mark"], *aws["report"], *used)
        return unknown_type(name, "aws, azure, gcp, or a type such as aws.ec2", near_ones)
    if not marks or name not in aws["report"]:
        return None
    return Problem(
        code="FM2067",
        found=f"'{name}' is a resource type that Custodian cannot mark for a later action",
        expected="a type that has the action mark-for-op, such as aws.ec2",
        remedy="Leave that type out, or export it alone without --mark-for: its policies report.",
    )


@cache
def _types_of_aws() -> dict[str, list[str]]:
    """Return what Custodian can do with a type of AWS -> types, by its own registry.

    ``mark``: it reads the tags and has mark-for-op. ``report``: it reads the tags. ``none``: it reads none.
    """
    text = resources.files("finmod.exports").joinpath("custodian_types.json").read_text(encoding="utf-8")
    types: dict[str, list[str]] = json.loads(text)
    return types


def _policies(kind: str, cloud: _Cloud, rules: Sequence[TagRule], options: TagPolicyOptions) -> Iterator[Plain]:
    named = slugs(rule.dimension for rule in rules)
    for rule in rules:
        slug = named[rule.dimension]
        for what, title, filters in _wrongs(kind, cloud, rule):
            policy: dict[str, Plain] = {
                "name": f"finmod-{slug}-{kind.replace('.', '-')}-{what}",
                "resource": kind,
                "description": _literal(title),
                "filters": filters,
            }
            if options.mark_for is not None:
                mark = f"finmod_{slug.replace('-', '_')}"
                action: _Filter = {"type": "mark-for-op", cloud.mark: mark, "op": options.mark_for}
                # What is marked already keeps the day of its first mark.
                policy["filters"] = [_tag(kind, cloud, mark, "absent"), *filters]
                policy["actions"] = [{**action, "days": options.mark_days}]
            yield policy


def _wrongs(kind: str, cloud: _Cloud, rule: TagRule) -> Iterator[tuple[str, str, list[_Filter]]]:
    """Yield (what is wrong, title, filters). Filters of one policy must all hold."""
    absent = _tag(kind, cloud, rule.key, "absent")
    elsewhere = [_tag(kind, cloud, key, "present") for key in rule.wrong_keys]
    if rule.required:
        alone: list[_Filter] = [absent, {"not": [{"or": elsewhere}]}] if elsewhere else [absent]
        yield "missing", f"The {cloud.limits.thing} {rule.key} is missing", alone
    if elsewhere:
        yield "key", f"The {cloud.limits.thing} {rule.key} stands under another key", [absent, {"or": elsewhere}]
    if rule.values or rule.required:
        present = _tag(kind, cloud, rule.key, "present")
        bad = _tag(kind, cloud, rule.key, [_literal(value) for value in rule.values] or "empty")
        title = f"The {cloud.limits.thing} {rule.key} has a value that is not in the taxonomy"
        yield "value", title, [present, bad]


def _tag(kind: str, cloud: _Cloud, key: str, value: str | list[str]) -> _Filter:
    """Return a filter on one tag: a word of Custodian, or the values of which it must be none."""
    folds = cloud.limits.folds_case
    path = _LABELS.get(kind)
    name = f'{path}."{key}"' if path else f"tag:{_literal(key.lower() if folds else key)}"
    found: _Filter = {"type": "value", "key": name}
    if folds:
        found["tag_key_transforms"] = ["lower"]
    if isinstance(value, list):
        found["op"] = "not-in"
    return {**found, "value": value}


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
