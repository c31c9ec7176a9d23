"""Repaired tags: what texts in tags were meant to be, and their acceptance into taxonomy.yaml.

Owns what is known of each text. How a repair is judged stands in ``taxonomy/repair/``, how the file is edited in
``settings/edits/``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finmod.errors import Problem, UserError, printable
from finmod.settings.edits.taxonomy import NewAlias, add_aliases
from finmod.settings.project import Project
from finmod.settings.taxonomy import TAXONOMY
from finmod.taxonomy.compliance import CAN, FACTS, RESOURCE
from finmod.taxonomy.definition import Dimension
from finmod.taxonomy.fold import fold
from finmod.taxonomy.repair.judge import THRESHOLD, Known, Observed, Repair, Unclear, judged
from finmod.taxonomy.tag_level import first_answer
from finmod.workspace.names import Named, named, valued_dimensions
from finmod.workspace.tags_infer import InferredTag, inferred_dimension


@dataclass(frozen=True)
class RepairedDimension:
    """What texts of one dimension were meant to be.

    Attributes:
        dimension: Its name.
        repairs: Texts that are no value, with the one that they mean, the dearest first.
        unclear: Texts that are no value, and of which nobody can tell what they mean.
        costs: Text -> BillingCurrency -> EffectiveCost of the charges that carry it. Of a text in several currencies
            ``Repair.cost`` is the largest of them, for the order alone.
    """

    dimension: str
    repairs: tuple[Repair, ...]
    unclear: tuple[Unclear, ...]
    costs: Mapping[str, Mapping[str, Decimal]]


@dataclass(frozen=True)
class Accepted:
    """A text that became an alias.

    Attributes:
        dimension: Name of the dimension.
        value: Name of the value.
        text: The text.
        place: ``file:line`` where it stands now.
    """

    dimension: str
    value: str
    text: str
    place: str


def repair_tags(
    project: Project, month: date | None = None, *, dimension: str | None = None, threshold: float = THRESHOLD
) -> list[RepairedDimension]:
    """Return what the texts of a month's tags were meant to be that no dimension understands.

    Args:
        project: Whose ledger and taxonomy.
        month: First day of the billing period; None for the last one.
        dimension: One dimension; None for all that tags say and that have values.
        threshold: Confidence from which on a text is repaired.

    Raises:
        UserError: As in ``named``, or there is no such dimension.
    """
    with named(project, month, before=2) as found:
        return [repaired_dimension(found, each, threshold=threshold) for each in valued_dimensions(found, dimension)]


def repaired_dimension(
    found: Named, dimension: Dimension, inferred: Sequence[InferredTag] | None = None, *, threshold: float = THRESHOLD
) -> RepairedDimension:
    """Return what the texts of one dimension were meant to be, in the last of the named months.

    Args:
        found: The named keys.
        dimension: One that tags say and that has values.
        inferred: What ``inferred_dimension`` tells of it; None where that was not asked yet.
        threshold: As in ``repair_tags``.
    """
    observed, costs = _observed(found, dimension, inferred)
    segments = found.naming.segments
    last = segments.all()[-1]
    known = [
        Known(value.name, tuple(alias.text for alias in value.aliases if segments.holds(last, alias.span)))
        for value in (dimension.values or {}).values()
        if segments.holds(last, value.span)
    ]
    verdicts = judged(observed, known, threshold=threshold)
    return RepairedDimension(dimension.name, verdicts.repairs, verdicts.unclear, costs)


def accept(
    project: Project, repaired: Sequence[RepairedDimension], texts: Iterable[str] | None = None
) -> list[Accepted]:
    """Write repairs as aliases where the taxonomy has the values, all of them or those of some texts.

    Args:
        project: Whose taxonomy.
        repaired: What ``repair_tags`` found.
        texts: Those that are accepted; None for all.

    Returns:
        What was written. Of texts that differ in case and separators alone one is.

    Raises:
        UserError: A text is not among them, or the file cannot be edited; nothing is written then.
    """
    every = [NewAlias(item.dimension, repair.value, repair.text) for item in repaired for repair in item.repairs]
    wanted = None if texts is None else set(texts)
    chosen = [each for each in every if wanted is None or each.text in wanted]
    missing = sorted((wanted or set()) - {each.text for each in chosen})
    if missing:
        raise UserError(
            *(
                Problem(
                    code="FM2022",
                    found=f"no repair is known for {printable(text, 100)!r}",
                    expected="a text that finmod tags repair lists with a value",
                    remedy=f"Lower --threshold, or add it as an alias in {TAXONOMY}.",
                )
                for text in missing
            )
        )
    # What differs in case and separators alone needs one alias.
    chosen = list({(each.dimension, each.value, fold(each.text)): each for each in reversed(chosen)}.values())[::-1]
    changes = add_aliases(project.root / TAXONOMY, chosen, fold=fold) if chosen else ()
    return [
        Accepted(each.alias.dimension, each.alias.value, each.alias.text, f"{each.file}:{each.line}")
        for each in changes
    ]


def _observed(
    found: Named, dimension: Dimension, inferred: Sequence[InferredTag] | None
) -> tuple[list[Observed], dict[str, dict[str, Decimal]]]:
    """Return each text that is no value, with what else tells of the resources that carry it, and its costs."""
    place, month = found.naming.place(dimension.name), found.months[-1]
    rows = found.engine.rows(
        f"SELECT s_{place}, x_Source, {RESOURCE}, o_{place}, coalesce(sum(EffectiveCost), 0), BillingCurrency "
        f"FROM {FACTS} WHERE x_BillingPeriod = ? AND {CAN} AND s_{place} < 0 GROUP BY ALL",
        [month],
    )
    if not rows:
        return [], {}
    tags = inferred_dimension(found, dimension).tags if inferred is None else inferred
    siblings = {(tag.source, tag.resource): tag.value for tag in tags if tag.value is not None}
    costs: dict[str, dict[str, Decimal]] = {}
    resources: dict[str, set[tuple[str, str | None]]] = {}
    evidence: dict[str, Counter[str]] = {}
    for seen, source, resource, number, cost, currency in rows:
        text = found.naming.outcomes[seen].text or ""
        of_text = costs.setdefault(text, {})
        of_text[currency] = of_text.get(currency, Decimal(0)) + cost
        if (source, resource) not in resources.setdefault(text, set()):
            resources[text].add((source, resource))
            told = found.naming.outcomes[number].value if number else siblings.get((source, resource))
            if told is not None:
                evidence.setdefault(text, Counter())[told] += 1
    observed = [
        Observed(text, len(resources[text]), max(each.values()), evidence.get(text, Counter()))
        for text, each in costs.items()
    ]
    return [*observed, *_understood(found, dimension)], costs


def _understood(found: Named, dimension: Dimension) -> list[Observed]:
    """Return what other rules call the resources whose tag is understood: so it shows how far these can be trusted."""
    answers = list(found.naming.answers(dimension))
    tags = [name for name, rule in answers if rule is not None and rule.kind == "tag"]
    others = [name for name, rule in answers if rule is None or rule.kind not in {"tag", "label"}]
    if not others:
        return []
    rows = found.engine.rows(
        f"SELECT {first_answer(tags)} AS seen, coalesce({', '.join(others)}) AS other, "
        f"count(DISTINCT (x_Source, {RESOURCE})) FROM ({found.naming.rules}) WHERE x_BillingPeriod = ? "
        f"AND {RESOURCE} IS NOT NULL GROUP BY ALL HAVING seen > 0",
        [found.months[-1]],
    )
    resources: Counter[str] = Counter()
    evidence: dict[str, Counter[str]] = {}
    for seen, other, count in rows:
        value = found.naming.outcomes[seen].value or ""
        resources[value] += count
        if other is not None:
            evidence.setdefault(value, Counter())[found.naming.outcomes[other].value or ""] += count
    return [Observed(value, count, Decimal(0), evidence.get(value, Counter())) for value, count in resources.items()]
