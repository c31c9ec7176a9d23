"""The to-do list of tags: which resources need which tag, per owner, with what it should be.

Owns where suggestions come from: repairs of texts, rules of the taxonomy, siblings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finmod.errors import Problem, UserError, near, printable
from finmod.settings.project import Project
from finmod.settings.validate import listing
from finmod.taxonomy.definition import Dimension, Taxonomy
from finmod.taxonomy.todo import NOBODY, Suggestion, Task, tasks, with_suggestions
from finmod.workspace.names import Named, named, valued_dimensions
from finmod.workspace.tags_infer import InferredTag, inferred_dimension
from finmod.workspace.tags_repair import repaired_dimension

_FEW_OWNERS = 8


@dataclass(frozen=True)
class OwnerTasks:
    """What one owner has to do.

    Attributes:
        owner: Who.
        tasks: Tags to mend, the dearest first.
        costs: BillingCurrency -> EffectiveCost of the month of the resources concerned, each counted once; None where
            it is unknown of all of them.
    """

    owner: str
    tasks: tuple[Task, ...]
    costs: dict[str, Decimal | None]


def todo(
    project: Project, month: date | None = None, *, owner: str | None = None, respelt: bool = False
) -> tuple[date, list[OwnerTasks]]:
    """Return the month and what each owner has to do in it, the dearest owner first.

    Args:
        project: Whose ledger and taxonomy.
        month: First day of the billing period; None for the last one.
        owner: One owner; None for all.
        respelt: Whether texts that are understood in another spelling are listed too.

    Raises:
        UserError: As in ``named``, or nobody is called as the owner is.
    """
    with named(project, month, before=2) as found:
        if owner is not None:
            _check_owner(owner, found.taxonomy)
        there = tasks(found.engine, found.naming, found.months[-1], respelt=respelt)
        asked = unanswered(there, owner)
        repaired: dict[tuple[str, str], Suggestion] = {}
        inferred: dict[tuple[str, str, str | None], Suggestion] = {}
        for dimension in valued_dimensions(found):
            if dimension.name in asked:
                siblings = inferred_dimension(found, dimension).tags
                repaired |= _repaired(found, dimension, siblings)
                inferred |= {
                    (dimension.name, tag.source, tag.resource): Suggestion(
                        tag.value, f"inferred: {tag.why}", tag.confidence
                    )
                    for tag in siblings
                    if tag.value is not None
                }
        every = with_suggestions(there, repaired, inferred, found.taxonomy)
        return found.months[-1], [each for each in _by_owner(every) if owner in {None, each.owner}]


def unanswered(there: Sequence[Task], owner: str | None) -> set[str]:
    """Return the dimensions of which more must be known than rules tell: what a text was meant to be, what is missing.

    Args:
        there: The tasks.
        owner: Whose are asked for; None for all. What nobody owns may become his by what is suggested for it.
    """
    asked = [task for task in there if task.problem != "respelt" and (owner is None or task.owner in {owner, NOBODY})]
    resources = {(task.source, task.resource) for task in asked}
    unknown = (
        task
        for task in there
        if task.problem == "unrecognised" or (task.problem == "missing" and task.suggestion is None)
    )
    return {task.dimension for task in unknown if (task.source, task.resource) in resources}


def _repaired(found: Named, dimension: Dimension, siblings: Sequence[InferredTag]) -> dict[tuple[str, str], Suggestion]:
    """Return (dimension, ``key=text``) -> what the text was meant to be."""
    texts = {
        repair.text: Suggestion(repair.value, f"repaired: {repair.reason}", repair.confidence)
        for repair in repaired_dimension(found, dimension, siblings).repairs
    }
    return {
        (dimension.name, f"{outcome.key}={outcome.text}"): texts[outcome.text]
        for outcome in found.naming.outcomes.found
        if outcome.dimension == dimension.name and outcome.value is None and outcome.text in texts
    }


def _check_owner(owner: str, taxonomy: Taxonomy) -> None:
    values = (value for each in taxonomy.dimensions.values() for value in (each.values or {}).values())
    owners = sorted({value.owner for value in values if value.owner} | {NOBODY})
    if owner not in owners:
        close = near(owner, owners)
        raise UserError(
            Problem(
                code="FM2023",
                found=f"no value has the owner {printable(owner, 100)!r}",
                expected=listing(owners) if len(owners) <= _FEW_OWNERS else "one that stands beside a value",
                remedy=f"Did you mean {close!r}?" if close else "See who has tasks: finmod tags todo.",
            )
        )


def _by_owner(every: list[Task]) -> list[OwnerTasks]:
    owners: dict[str, list[Task]] = {}
    for task in every:
        owners.setdefault(task.owner, []).append(task)
    found = [OwnerTasks(name, tuple(of_it), _costs(of_it)) for name, of_it in owners.items()]
    return sorted(found, key=lambda each: (-max(cost or 0 for cost in each.costs.values()), each.owner))


def _costs(of_it: list[Task]) -> dict[str, Decimal | None]:
    """Return the cost of resources by currency; one that lacks two tags costs once.

    Of a resource the dimension counts whose tags are wrong on most of its cost.
    """
    by_dimension: dict[tuple[str | None, ...], dict[str, Decimal]] = {}
    found: dict[str, Decimal | None] = {}
    for task in of_it:
        found.setdefault(task.currency, None)
        if task.cost is not None:
            resource = (task.source, task.account, task.service, task.resource, task.currency)
            costs = by_dimension.setdefault(resource, {})
            costs[task.dimension] = costs.get(task.dimension, Decimal(0)) + task.cost
    for (*_, currency), costs in by_dimension.items():
        found[currency or ""] = (found[currency or ""] or Decimal(0)) + max(costs.values())
    return found
