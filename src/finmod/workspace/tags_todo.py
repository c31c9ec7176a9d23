"""The to-do list of tags: which resources need which tag, per owner, with what it should be.

Owns where suggestions come from: repairs of texts, rules of the taxonomy, siblings.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finmod.settings.project import Project
from finmod.taxonomy.compliance import tagged_dimensions
from finmod.taxonomy.todo import Suggestion, Task, tasks, with_suggestions
from finmod.workspace.names import named
from finmod.workspace.tags_infer import inferred_dimension
from finmod.workspace.tags_repair import repaired_dimension


@dataclass(frozen=True)
class OwnerTasks:
    """What one owner has to do.

    Attributes:
        owner: Who.
        tasks: Tags to mend, the dearest first.
        costs: BillingCurrency -> EffectiveCost of the month of the resources concerned, each counted once.
    """

    owner: str
    tasks: tuple[Task, ...]
    costs: dict[str, Decimal]


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
        UserError: As in ``named``.
    """
    with named(project, month, before=2) as found:
        repaired: dict[tuple[str, str], Suggestion] = {}
        inferred: dict[tuple[str, str, str | None], Suggestion] = {}
        for dimension in tagged_dimensions(found.naming):
            if dimension.is_open:
                continue
            texts = {
                repair.text: Suggestion(repair.value, f"repaired: {repair.reason}", repair.confidence)
                for repair in repaired_dimension(found, dimension).repairs
            }
            for outcome in found.naming.outcomes.found:
                if outcome.dimension == dimension.name and outcome.value is None and outcome.text in texts:
                    repaired[dimension.name, f"{outcome.key}={outcome.text}"] = texts[outcome.text]
            for tag in inferred_dimension(found, dimension).tags:
                if tag.value is not None:
                    suggestion = Suggestion(tag.value, f"inferred: {tag.why}", tag.confidence)
                    inferred[dimension.name, tag.source, tag.resource] = suggestion
        every = with_suggestions(
            tasks(found.engine, found.naming, found.months[-1], respelt=respelt), repaired, inferred
        )
        return found.months[-1], [each for each in _by_owner(every) if owner in {None, each.owner}]


def _by_owner(every: list[Task]) -> list[OwnerTasks]:
    owners: dict[str, list[Task]] = {}
    for task in every:
        owners.setdefault(task.owner, []).append(task)
    found = [OwnerTasks(name, tuple(of_it), _costs(of_it)) for name, of_it in owners.items()]
    return sorted(found, key=lambda each: (-max(each.costs.values(), default=Decimal(0)), each.owner))


def _costs(of_it: list[Task]) -> dict[str, Decimal]:
    """Return the cost of resources by currency; one that lacks two tags costs once."""
    once = {
        (task.source, task.account, task.service, task.resource, task.currency): task.cost
        for task in sorted(of_it, key=lambda task: task.cost)
    }
    found: dict[str, Decimal] = {}
    for (*_, currency), cost in once.items():
        found[currency] = found.get(currency, Decimal(0)) + cost
    return found
