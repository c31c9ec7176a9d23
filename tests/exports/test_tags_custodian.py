"""Cloud Custodian judges its policies itself: its schema takes them, its engine finds what is wrong."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest
from c7n.utils import yaml_load

from finmod.errors import UserError
from finmod.exports.tag_options import TagPolicyOptions
from finmod.exports.tags_custodian import custodian_policies
from finmod.taxonomy.requirements import TagRequirement
from tests.exports.custodian_engine import actions, run
from tests.exports.needs import COST_CENTRE, OWNER, PRODUCT, TEAM, need

ALL = (PRODUCT, COST_CENTRE, OWNER, TEAM)
PACKAGES = {"azure": "c7n_azure", "gcp": "c7n_gcp"}


def text(kind: str, *needs: TagRequirement, mark_for: str | None = None, mark_days: int = 14) -> str:
    """Return the file of one resource type, or of one cloud with all that finmod uses."""
    options = TagPolicyOptions(resource_types=(kind,), mark_for=mark_for, mark_days=mark_days)
    [(name, made)] = custodian_policies(needs, options).items()
    assert name == f"custodian-{kind.split('.', maxsplit=1)[0]}.yml"
    return made


def tagged(name: str, **tags: str) -> dict[str, Any]:
    """Return a resource of AWS."""
    return {"InstanceId": name, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def found(made: str, *resources: dict[str, Any], foreign: bool = False) -> dict[str, list[str]]:
    """Return what is wrong (the end of the policy's name) -> ids, for one resource type."""
    answer = run(made, resources, foreign=foreign)
    assert answer["errors"] == []
    return {name.split("-", 1)[1]: sorted(ids) for name, ids in answer["found"].items()}


def test_custodian_takes_the_policies_for_every_type_of_aws_and_the_marks() -> None:
    # The schema takes a good part of a second for each policy: every form of them is tried on one type below.
    answer = run(text("aws", need("team", "web", required=False), mark_for="notify"))
    assert answer["errors"] == []
    assert len(answer["found"]) == 23


def test_custodian_takes_the_policies_of_every_kind_of_dimension() -> None:
    answer = run(text("aws.ec2", *ALL))
    assert answer["errors"] == []
    assert list(answer["found"]) == [
        "finmod-product-aws-ec2-missing",
        "finmod-product-aws-ec2-key",
        "finmod-product-aws-ec2-value",
        "finmod-cost-centre-aws-ec2-missing",
        "finmod-cost-centre-aws-ec2-value",
        "finmod-team-aws-ec2-key",
        "finmod-team-aws-ec2-value",
    ]


def test_custodian_says_what_is_wrong_with_a_policy() -> None:
    [error] = run(text("aws.ec2", PRODUCT).replace("op: not-in", "op: not-inn"))["errors"]
    assert "not-inn" in error


@pytest.mark.parametrize("kind", ["azure.vm", "gcp.instance", "gcp.gke-cluster"])
def test_the_filters_for_other_clouds_are_those_of_custodians_core(kind: str) -> None:
    assert run(text(kind, *ALL), foreign=True)["errors"] == []


@pytest.mark.parametrize("cloud", ["azure", "gcp"])
@pytest.mark.parametrize("mark_for", [None, "notify"])
def test_the_packages_of_other_clouds_take_every_policy(cloud: str, mark_for: str | None) -> None:
    if importlib.util.find_spec(PACKAGES[cloud]) is None:
        pytest.skip(f"NOT TESTED: {PACKAGES[cloud]} is not installed")
    assert run(text(cloud, *ALL, mark_for=mark_for))["errors"] == []


def test_a_resource_of_aws_breaks_one_rule_of_a_dimension_at_most() -> None:
    resources = (
        tagged("good", product="search"),
        tagged("both", product="ads", app="x"),
        tagged("typo", product="srch"),
        tagged("case", product="Search"),
        tagged("empty", product=""),
        tagged("other", Product="search"),
        tagged("synonym", app="search"),
        tagged("foreign", team="web"),
        {"InstanceId": "none"},
    )
    assert found(text("aws.ec2", PRODUCT), *resources) == {
        "product-aws-ec2-missing": ["foreign", "none"],
        "product-aws-ec2-key": ["other", "synonym"],
        "product-aws-ec2-value": ["case", "empty", "typo"],
    }


def test_a_dimension_that_is_not_required_is_judged_where_it_is_named() -> None:
    resources = (tagged("none"), tagged("good", team="web"), tagged("typo", team="wbe"), tagged("synonym", squad="web"))
    assert found(text("aws.ec2", TEAM, OWNER), *resources) == {
        "team-aws-ec2-key": ["synonym"],
        "team-aws-ec2-value": ["typo"],
    }


def test_a_required_dimension_without_values_takes_any_text_but_the_empty_one() -> None:
    resources = (tagged("none"), tagged("good", cost_centre="4711"), tagged("empty", cost_centre=""))
    assert found(text("aws.ec2", COST_CENTRE), *resources) == {
        "cost-centre-aws-ec2-missing": ["none"],
        "cost-centre-aws-ec2-value": ["empty"],
    }


def test_the_names_of_tags_fold_case_on_azure_and_their_values_do_not() -> None:
    resources = (
        {"InstanceId": "good", "tags": {"PRODUCT": "search"}},
        {"InstanceId": "case", "tags": {"product": "Search"}},
        {"InstanceId": "synonym", "tags": {"APP": "search"}},
        {"InstanceId": "empty", "tags": {}},
        {"InstanceId": "null", "tags": None},
    )
    assert found(text("azure.vm", PRODUCT), *resources, foreign=True) == {
        "product-azure-vm-missing": ["empty", "null"],
        "product-azure-vm-key": ["synonym"],
        "product-azure-vm-value": ["case"],
    }


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("gcp.instance", ["labels"]),
        ("gcp.sql-instance", ["settings", "userLabels"]),
        ("gcp.gke-cluster", ["resourceLabels"]),
    ],
)
def test_labels_of_google_are_found_where_the_type_keeps_them(kind: str, path: list[str]) -> None:
    def labelled(name: str, **labels: str) -> dict[str, Any]:
        inner: Any = labels
        for step in reversed(path):
            inner = {step: inner}
        return {"InstanceId": name, **inner}

    resources = (labelled("good", product="ads"), labelled("typo", product="asd"), labelled("synonym", app="ads"))
    prefix = f"product-{kind.replace('.', '-')}"
    assert found(text(kind, PRODUCT), *resources, {"InstanceId": "none"}, foreign=True) == {
        f"{prefix}-missing": ["none"],
        f"{prefix}-key": ["synonym"],
        f"{prefix}-value": ["typo"],
    }


def test_a_hostile_value_means_itself() -> None:
    values = ("{account_id}", "{", "${x}", "*", "a: b #c", 'it\'s "so"', "absent", "not-null", "on", "1_000", "- x")
    resources = [{"InstanceId": value, "tags": {"product": value}} for value in values]
    others = [{"InstanceId": value, "tags": {"product": value}} for value in ("111122223333", "x", "true", "1000")]
    made = text("azure.vm", need("product", *values))
    assert found(made, *resources, *others, foreign=True)["product-azure-vm-value"] == [
        "1000",
        "111122223333",
        "true",
        "x",
    ]


def test_a_hostile_key_means_itself() -> None:
    key = '{region}: "${x}" #1'
    made = text("azure.vm", need("product", "a", key=key))
    resources = ({"InstanceId": "good", "tags": {key: "a"}}, {"InstanceId": "bad", "tags": {key: "b"}})
    assert found(made, *resources, foreign=True) == {"product-azure-vm-missing": [], "product-azure-vm-value": ["bad"]}


def test_a_policy_only_reports_unless_a_mark_is_chosen() -> None:
    policies = yaml_load(text("aws.ec2", PRODUCT))["policies"]
    assert all("actions" not in policy for policy in policies)

    made = text("aws.ec2", PRODUCT, mark_for="stop", mark_days=3)
    assert yaml_load(made)["policies"][0]["actions"] == [
        {"type": "mark-for-op", "tag": "finmod_product", "op": "stop", "days": 3}
    ]
    marked = tagged("marked", finmod_product="Resource does not meet policy: stop@2026/12/01")
    assert found(made, tagged("new"), marked)["product-aws-ec2-missing"] == ["new"]


def test_google_marks_by_a_label() -> None:
    made = yaml_load(text("gcp.instance", COST_CENTRE, mark_for="notify"))
    assert made["policies"][0]["actions"] == [
        {"type": "mark-for-op", "label": "finmod_cost_centre", "op": "notify", "days": 14}
    ]


def test_there_is_a_file_for_each_cloud() -> None:
    assert list(custodian_policies(ALL)) == ["custodian-aws.yml", "custodian-azure.yml", "custodian-gcp.yml"]
    some = custodian_policies(ALL, TagPolicyOptions(resource_types=("gcp.bucket", "aws.s3", "aws.s3")))
    assert {name: {policy["resource"] for policy in yaml_load(made)["policies"]} for name, made in some.items()} == {
        "custodian-aws.yml": {"aws.s3"},
        "custodian-gcp.yml": {"gcp.bucket"},
    }


def test_what_one_cloud_cannot_hold_is_told_and_the_others_can_be_had_alone() -> None:
    wide = need("product", "Search & Ads")
    with pytest.raises(UserError) as caught:
        custodian_policies([wide])
    assert [problem.expected for problem in caught.value.problems] == [
        "1 to 256 letters, digits, spaces and _ . : / = + - @ (a * is a wildcard in tag policies)",
        "1 to 63 lower-case letters, digits, _ and -",
    ]
    assert list(custodian_policies([wide], TagPolicyOptions(resource_types=("azure",)))) == ["custodian-azure.yml"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [("ec2", "aws.ec2"), ("oci.instance", "gcp.instance"), ("zzzzzzzz", None), ("aws.ec2 or", "aws.ecr"),
     ("AWS", "aws"), ("aws.lamda", "aws.lambda"), ("aws.zzzzzzzz", None), ("aws.account", None), ("aws.kms", None)],
)  # fmt: skip
def test_a_type_that_custodian_does_not_have_is_told(name: str, meant: str | None) -> None:
    remedy = f"Did you mean '{meant}'?" if meant else "Name such a type, or none for those that finmod uses."
    with pytest.raises(UserError) as caught:
        custodian_policies([PRODUCT], TagPolicyOptions(resource_types=(name,)))
    assert str(caught.value) == (
        f"'{name}' is no resource type that this target can hold to a tag rule; expected aws, azure, gcp, or a type "
        "such as aws.ec2.\n"
        f"  {remedy} (FM2067, docs/errors.md)"
    )


# Their tags stand in what Custodian asks AWS for, though it has no action that writes one.
READ_ALONE = {
    "aws.eks-nodegroup", "aws.iam-oidc-provider", "aws.iam-saml-provider", "aws.rest-client-certificate",
    "aws.rest-vpclink", "aws.ssm-activation", "aws.transfer-connector", "aws.transfer-server", "aws.transfer-user",
}  # fmt: skip


def test_every_type_of_aws_whose_tags_custodian_reads_is_taken_and_no_other() -> None:
    registry = actions()
    assert len(registry) > 400
    marked = sorted(kind for kind, known in registry.items() if "mark-for-op" in known)
    tagged_alone = {kind for kind, known in registry.items() if "tag" in known} - set(marked)
    reported = sorted(tagged_alone | READ_ALONE)
    assert min(len(marked), len(tagged_alone)) > 10
    for mark_for, types in (("notify", marked), (None, [*marked, *reported])):
        options = TagPolicyOptions(resource_types=tuple(types), mark_for=mark_for)
        [made] = custodian_policies([need("team", "web", required=False)], options).values()
        assert [policy["resource"] for policy in yaml_load(made)["policies"]] == types
    assert refused(*registry) == sorted(set(registry) - {*marked, *reported})
    assert refused(*registry, mark_for="notify") == sorted(set(registry) - set(marked))


def refused(*types: str, mark_for: str | None = None) -> list[str]:
    """Return the types that are refused, sorted."""
    with pytest.raises(UserError) as caught:
        custodian_policies([PRODUCT], TagPolicyOptions(resource_types=types, mark_for=mark_for))
    assert {problem.code for problem in caught.value.problems} == {"FM2067"}
    return sorted(problem.found.split("'")[1] for problem in caught.value.problems)


def test_custodian_takes_a_policy_for_a_type_that_it_cannot_mark() -> None:
    assert run(text("aws.step-machine", TEAM))["errors"] == []
    with pytest.raises(UserError) as caught:
        text("aws.step-machine", TEAM, mark_for="notify")
    assert str(caught.value) == (
        "'aws.step-machine' is a resource type that Custodian cannot mark for a later action; expected a type that has "
        "the action mark-for-op, such as aws.ec2.\n"
        "  Leave that type out, or export it alone without --mark-for: its policies report. (FM2067, docs/errors.md)"
    )


@pytest.mark.parametrize(("mark_for", "days"), [("Stop it", 1), ("stop", -1), ("", 1)])
def test_an_action_that_is_none_is_told(mark_for: str, days: int) -> None:
    with pytest.raises(UserError) as caught:
        custodian_policies([PRODUCT], TagPolicyOptions(mark_for=mark_for, mark_days=days))
    assert str(caught.value) == (
        f"resources shall be marked for '{mark_for}' in {days} days; expected an action of Custodian, such as notify "
        "or stop, and no negative number of days.\n"
        "  Name such an action; notify is one of every type. (FM2068, docs/errors.md)"
    )


def test_a_taxonomy_without_a_rule_is_told() -> None:
    with pytest.raises(UserError, match=r"^the taxonomy holds no tag rule that Cloud Custodian could enforce"):
        custodian_policies([OWNER])
