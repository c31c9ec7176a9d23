"""The export of tag rules as a whole: which targets there are, and what they never do in silence."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from c7n.utils import yaml_load

from finmod.errors import UserError
from finmod.exports.tag_options import TARGETS, TagPolicyOptions
from finmod.exports.tag_policies import tag_policies
from tests.exports.needs import COST_CENTRE, PRODUCT, SCOPES, TEAM


def exported(target: str) -> Mapping[str, str]:
    return tag_policies(target, [PRODUCT, COST_CENTRE, TEAM], TagPolicyOptions(scope=SCOPES[target]))


@pytest.mark.parametrize("target", TARGETS)
def test_the_same_taxonomy_gives_the_same_files(target: str) -> None:
    first, second = exported(target), exported(target)
    assert list(first.items()) == list(second.items())
    assert all(text.endswith("\n") for text in first.values())


@pytest.mark.parametrize("target", TARGETS)
def test_every_file_can_be_read_and_named(target: str) -> None:
    for name, text in exported(target).items():
        assert json.loads(text) if name.endswith(".json") else yaml_load(text)
        assert "/" not in name
        assert name == name.strip(". ")


def test_an_unknown_target_is_told_with_the_nearest() -> None:
    with pytest.raises(UserError) as caught:
        tag_policies("azur", [PRODUCT])
    assert str(caught.value) == (
        "tag rules cannot be exported for 'azur'; expected aws, azure, google, custodian.\n"
        "  Did you mean 'azure'? (FM2060, docs/errors.md)"
    )
    with pytest.raises(UserError, match=r"'oracle'; expected aws.*\n  Name one of them\."):
        tag_policies("oracle", [PRODUCT])


@pytest.mark.parametrize("target", TARGETS)
def test_a_taxonomy_without_a_tag_is_told(target: str) -> None:
    with pytest.raises(UserError) as caught:
        tag_policies(target, [])
    assert [problem.code for problem in caught.value.problems] == ["FM2061"]


def test_options_that_a_target_does_not_know_are_told() -> None:
    with pytest.raises(UserError) as caught:
        tag_policies("custodian", [PRODUCT], TagPolicyOptions(enforce=True, inherit=True))
    assert str(caught.value) == (
        "enforce was given for the target custodian, which has no such thing.\n"
        "  Leave it out; it is for aws and azure and google. (FM2068, docs/errors.md)\n"
        "inherit was given for the target custodian, which has no such thing.\n"
        "  Leave it out; it is for azure. (FM2068, docs/errors.md)"
    )


@pytest.mark.parametrize(
    ("target", "options"),
    [
        ("aws", TagPolicyOptions(scope="x")),
        ("aws", TagPolicyOptions(mark_for="stop")),
        ("azure", TagPolicyOptions(resource_types=("x",))),
        ("google", TagPolicyOptions(inherit=True)),
        ("custodian", TagPolicyOptions(scope="x")),
    ],
)
def test_no_option_is_passed_over(target: str, options: TagPolicyOptions) -> None:
    with pytest.raises(UserError) as caught:
        tag_policies(target, [PRODUCT], options)
    assert [problem.code for problem in caught.value.problems] == ["FM2068"]
