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

_EDGES = ("/", ":", ".")


def explain(project: Project, what: str, month: date | None = None) -> list[KeyNames]:
    """Return the names of a charge key, or of a resource's keys, and what every rule says of them.

    Args:
        project: Whose ledger and taxonomy.
        what: x_ChargeKey, ResourceId, AllocatedResourceId, ResourceName, or the last parts of an id.
        month: First day of the billing period; None for the last one.

    Returns:
        The dearest first, ``MOST`` at most.

    Raises:
        UserError: As in ``named``, or nothing is found.
    """
    with named(project, month) as found:
        ends = " OR ".join(
            f"ends_with({column}, '{edge}' || $1)"
            for column in ("r.ResourceId", "r.AllocatedResourceId")
            for edge in _EDGES
        )
        is_one = "$1 IN (CAST(r.x_ChargeKey AS VARCHAR), r.ResourceId, r.ResourceName, r.AllocatedResourceId)"
        keys = explain_keys(found.engine, found.naming, f"(coalesce({is_one}, false) OR {ends})", [what], MOST)
        if keys:
            return keys
        raise UserError(
            Problem(
                code="FM2019",
                found=f"{found.months[-1]:%Y-%m} has no charge key or resource {printable(what, 100)!r}",
                expected="x_ChargeKey, ResourceId or ResourceName of a charge of that month",
                remedy='Name another month with --period, or look for it with: finmod query "SELECT DISTINCT '
                'x_ChargeKey, ResourceId, ResourceName FROM charges_daily".',
            )
        )
