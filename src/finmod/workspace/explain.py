"""Explain: why charges are called what they are called.

Owns how a key or a resource is found in the ledger.
"""

from __future__ import annotations

from datetime import date

from finmod.errors import Problem, UserError, printable
from finmod.settings.project import Project
from finmod.taxonomy.explain import KeyNames, explain_keys
from finmod.workspace.names import named

MOST = 20
"""So many keys are explained at once."""


def explain(
    project: Project, *, key: int | None = None, resource: str | None = None, month: date | None = None
) -> list[KeyNames]:
    """Return the names of a charge key, or of a resource's keys, and what every rule says of them.

    Args:
        project: Whose ledger and taxonomy.
        key: x_ChargeKey; None where a resource is meant.
        resource: ResourceId, ResourceName, or the end of an id.
        month: First day of the billing period; None for the last one.

    Raises:
        UserError: As in ``named``, or nothing is found.
    """
    with named(project, month) as found:
        if key is not None:
            condition, bound = "r.x_ChargeKey = $1", str(key)
        else:
            bound = resource or ""
            condition = (
                "(r.ResourceId = $1 OR r.ResourceName = $1 OR r.AllocatedResourceId = $1 OR "
                "ends_with(r.ResourceId, '/' || $1))"
            )
        keys = explain_keys(found.engine, found.naming, condition, [bound], MOST)
        if keys:
            return keys
        what = f"charge key {key}" if key is not None else f"resource {printable(resource or '', 100)!r}"
        raise UserError(
            Problem(
                code="FM2019",
                found=f"{found.months[-1]:%Y-%m} has no charge of {what}",
                expected="x_ChargeKey, ResourceId or ResourceName of a charge of that month",
                remedy='Name another month with --period, or look for it with: finmod query "SELECT DISTINCT '
                'x_ChargeKey, ResourceId, ResourceName FROM charges_daily".',
            )
        )
