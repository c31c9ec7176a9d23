"""What can be chosen when tag rules are exported, and which target knows which choice.

Owns the record of options and the check against the target. The targets read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from finmod.errors import Problem, UserError, near, printable

TARGETS = ("aws", "azure", "google", "custodian")
"""Whom tag rules can be exported for."""


@dataclass(frozen=True, kw_only=True)
class TagPolicyOptions:
    """How tag rules are exported.

    Attributes:
        enforce: Block what breaks a rule, where False reports it. AWS: ``enforced_for``; Azure: the effect Deny in
            place of Audit; Google: ``spec`` beside ``dryRunSpec``.
        scope: Where the policies stand. Azure: ``/subscriptions/<id>`` or
            ``/providers/Microsoft.Management/managementGroups/<id>``; Google: ``organizations/<number>``. Both need it.
        resource_types: Types in the target's own words, such as ``ec2:instance``; for Custodian also a cloud as a whole
            (``aws``, ``azure``, ``gcp``). Empty for those that the target's file lists. Azure covers every type.
        inherit: Azure: a resource without the tag takes it from its resource group (effect Modify).
        mark_for: Custodian: mark what breaks a rule for this action, such as ``notify`` or ``stop``; None reports only.
        mark_days: Custodian: days from the mark to the action.
    """

    enforce: bool = False
    scope: str | None = None
    resource_types: tuple[str, ...] = ()
    inherit: bool = False
    mark_for: str | None = None
    mark_days: int = 14


DEFAULTS = TagPolicyOptions()

# option -> the targets that know it
_KNOWN: dict[str, tuple[str, ...]] = {
    "enforce": ("aws", "azure", "google"),
    "scope": ("azure", "google"),
    "resource_types": ("aws", "google", "custodian"),
    "inherit": ("azure",),
    "mark_for": ("custodian",),
}


def check_options(target: str, options: TagPolicyOptions) -> None:
    """Raise a UserError for a target that is unknown (FM2060) or options that it does not know (FM2068)."""
    if target not in TARGETS:
        close = near(target, TARGETS)
        raise UserError(
            Problem(
                code="FM2060",
                found=f"tag rules cannot be exported for '{printable(target)}'",
                expected=", ".join(TARGETS),
                remedy=f"Did you mean '{close}'?" if close else "Name one of them.",
            )
        )
    problems = [
        Problem(
            code="FM2068",
            found=f"{name} was given for the target {target}, which has no such thing",
            remedy=f"Leave it out; it is for {' and '.join(known)}.",
        )
        for name, known in _KNOWN.items()
        if target not in known and getattr(options, name) != getattr(DEFAULTS, name)
    ]
    if problems:
        raise UserError(*problems)


def checked_scope(scope: str | None, form: re.Pattern[str], expected: str, remedy: str) -> str:
    """Return where the policies shall stand.

    Args:
        scope: As it was given.
        form: What it must match wholly.
        expected: The same in words.
        remedy: How the user finds it.

    Raises:
        UserError: FM2066, there is none, or it is no such place.
    """
    if scope is not None and form.fullmatch(scope):
        return scope
    found = "no scope was given" if scope is None else f"the scope is '{printable(scope)}'"
    raise UserError(Problem(code="FM2066", found=found, expected=expected, remedy=remedy))


def unknown_type(name: str, expected: str, known: Iterable[str] = ()) -> Problem:
    """Return the problem of a resource type that the target cannot use; a near one of those known is proposed."""
    close = near(name, known)
    return Problem(
        code="FM2067",
        found=f"'{printable(name)}' is no resource type that this target can hold to a tag rule",
        expected=expected,
        remedy=f"Did you mean '{close}'?" if close else "Name such a type, or none for those that finmod uses.",
    )
