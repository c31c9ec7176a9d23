"""Tag rules of a taxonomy as policies of those who can enforce them.

Owns the choice of the target. The targets own their formats, tag_rules.py what each supplier can hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from finmod.exports.tag_options import DEFAULTS, TagPolicyOptions, check_options
from finmod.exports.tag_rules import nothing_to_enforce
from finmod.exports.tags_aws import aws_tag_policies
from finmod.exports.tags_azure import azure_policies
from finmod.exports.tags_custodian import custodian_policies
from finmod.exports.tags_google import google_constraints
from finmod.taxonomy.requirements import TagRequirement

_WRITERS: dict[str, Callable[[Sequence[TagRequirement], TagPolicyOptions], dict[str, str]]] = {
    "aws": aws_tag_policies,
    "azure": azure_policies,
    "google": google_constraints,
    "custodian": custodian_policies,
}


def tag_policies(
    target: str, requirements: Sequence[TagRequirement], options: TagPolicyOptions = DEFAULTS
) -> Mapping[str, str]:
    """Return file name -> text, the same for the same input.

    Args:
        target: aws, azure, google or custodian.
        requirements: Dimensions that are read from a tag; their order is the order in the files.
        options: See ``TagPolicyOptions``; what a target does not know is refused, not passed over.

    Raises:
        UserError: FM2060 to FM2068; what the target cannot hold is told wholly, and nothing is left out in silence.
    """
    check_options(target, options)
    if not requirements:
        raise nothing_to_enforce(target)
    return _WRITERS[target](requirements, options)
