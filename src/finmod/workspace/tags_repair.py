"""Repaired tags: what texts in tags were meant to be, and their acceptance into taxonomy.yaml.

Owns what is known of each text. How a repair is judged stands in ``taxonomy/repair/``, how the file is edited in
``settings/edits/``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from finmod.errors import Problem, UserError, printable
from finmod.settings.edits.taxonomy import NewAlias, add_aliases
from finmod.settings.project import Project
from finmod.settings.taxonomy import TAXONOMY
from finmod.taxonomy.compliance import CAN, FACTS, RESOURCE, tagged_dimensions
from finmod.taxonomy.definition import Dimension, Value
from finmod.taxonomy.fold import fold
from finmod.taxonomy.patterns import is_pattern
from finmod.taxonomy.repair.families import families
from finmod.taxonomy.repair.judge import THRESHOLD, Known, Observed, Repair, Unclear, judged
from finmod.taxonomy.repair.pooling import Said
from finmod.taxonomy.repair.witnesses import RULE, Carrier, Witnesses
from finmod.taxonomy.tag_level import first_answer
from finmod.workspace.names import Named, named, valued_dimensions
from finmod.workspace.tags_infer import InferredTag, inferred_dimension, single, uninferred


@dataclass(frozen=True)
class RepairedDimension:
    """What texts of one dimension were meant to be.

    Attributes:
        dimension: Its name.
        repairs: Texts that are no value, with the one that they mean, the dearest first.
        unclear: Texts that are no value, and of which nobody can tell what they mean.
        costs: Text -> BillingCurrency -> EffectiveCost of the charges that carry it, None where none is known. Of a
            text in several currencies ``Repair.cost`` is the largest of them, for the order alone.
    """

    dimension: str
    repairs: tuple[Repair, ...]
    unclear: tuple[Unclear, ...]
    costs: Mapping[str, Mapping[str, Decimal | None]]


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
        Known(
            value.name, tuple(alias.text for alias in value.aliases if segments.holds(last, alias.span)), value.shared
        )
        for value in (dimension.values or {}).values()
        if segments.holds(last, value.span)
    ]
    elsewhere = {
        fold(text)
        for other in tagged_dimensions(found.naming)
        if other.name != dimension.name
        for value in _values(other)
        for text in (value.name, *(alias.text for alias in value.aliases))
    }
    verdicts = judged(observed, known, threshold=threshold, elsewhere=elsewhere)
    # An alias that held earlier in the month alone is among what was looked at, and needs no repair.
    repairs = tuple(one for one in verdicts.repairs if one.text in costs)
    unclear = tuple(one for one in verdicts.unclear if one.text in costs)
    return RepairedDimension(dimension.name, repairs, unclear, costs)


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
) -> tuple[list[Observed], dict[str, dict[str, Decimal | None]]]:
    """Return each text that is no value, with what else tells of the resources that carry it, and its costs.

    Behind them stand the names and aliases that are understood, with what tells of the resources that carry them.
    """
    costs = _costs(found, dimension)
    if not costs:
        return [], {}
    tags = inferred_dimension(found, dimension).tags if inferred is None else inferred
    siblings = {(tag.source, tag.resource): tag.value for tag in tags if tag.value is not None}
    texts: dict[str, Said] = {}
    understood: dict[str, Said] = {}
    names = {
        value.name: (value.name, *(alias.text for alias in value.aliases if not is_pattern(alias.text)))
        for value in _values(dimension)
    }
    written = {(value, fold(text)): text for value, every in names.items() for text in every[::-1]}
    for carrier, told in Witnesses(_carriers(found, dimension, siblings), names).told():
        if carrier.value is None:
            texts.setdefault(carrier.text, Said()).add(told)
        else:
            # As the taxonomy writes it; what a pattern understands stands for the value itself.
            name = written.get((carrier.value, fold(carrier.text)), carrier.value)
            understood.setdefault(name, Said()).add(told)
    observed = [
        texts.get(text, Said()).observed(text, max(cost or Decimal(0) for cost in each.values()))
        for text, each in costs.items()
    ]
    return [*observed, *(one.observed(text, Decimal(0)) for text, one in understood.items())], costs


def _values(dimension: Dimension) -> Iterable[Value]:
    return (dimension.values or {}).values()


def _costs(found: Named, dimension: Dimension) -> dict[str, dict[str, Decimal | None]]:
    """Return text that is no value -> BillingCurrency -> EffectiveCost of what carries it; None where unknown."""
    place = found.naming.place(dimension.name)
    rows = found.engine.rows(
        f"SELECT s_{place}, BillingCurrency, sum(EffectiveCost) FROM {FACTS} "
        f"WHERE x_BillingPeriod = ? AND {CAN} AND s_{place} < 0 GROUP BY ALL",
        [found.months[-1]],
    )
    costs: dict[str, dict[str, Decimal | None]] = {}
    for seen, currency, cost in rows:
        of_text = costs.setdefault(found.naming.outcomes[seen].text or "", {})
        before = of_text.get(currency)
        of_text[currency] = before if cost is None else cost + (before or 0)
    return costs


def _carriers(found: Named, dimension: Dimension, siblings: Mapping[tuple[str, str], str]) -> Iterator[Carrier]:
    """Yield each resource of the last month with a tag of the dimension, once per text.

    What its charges differ in is unknown. Charges of a source without a resource are one, and nothing is known of them:
    they may lie anywhere.
    """
    naming = found.naming
    place = naming.place(dimension.name)
    others = [each.name for each in tagged_dimensions(naming) if each.name != dimension.name]
    texts = ("SubAccountId", "SubAccountName", "ResourceName", *(naming.value_sql(name, of="s") for name in others))
    rows = found.engine.rows(
        f"SELECT s_{place} AS seen, x_Source, {RESOURCE} AS resource, {', '.join(map(single, texts))} "
        f"FROM {FACTS} WHERE x_BillingPeriod = ? "
        f"AND (s_{place} > 0 OR {CAN} AND s_{place} < 0) AND ({RESOURCE} IS NOT NULL OR s_{place} < 0) "
        "GROUP BY ALL ORDER BY ALL",
        [found.months[-1]],
    )
    by_rules, before, families = _by_rules(found, dimension), _before(found, dimension), _Families(found, dimension)
    done: set[tuple[str, str, str]] = set()
    for seen, source, resource, account, account_name, name, *told in rows:
        outcome = naming.outcomes[seen]
        # Two tags may have one text; and one text, read by two keys, has two numbers.
        one = (source, resource, outcome.value or f"\0{outcome.text}")
        if one in done:
            continue
        done.add(one)
        if resource is None:
            yield Carrier(text=outcome.text or "", value=outcome.value)
            continue
        key = (source, resource)
        ruled, tags = by_rules.get(key), {other: value for other, value in zip(others, told, strict=True) if value}
        yield Carrier(
            text=outcome.text or "",
            value=outcome.value,
            ruled=naming.outcomes[ruled].value if ruled else None,
            by=families.of(ruled, frozenset(tags)) if ruled else (RULE,),
            sibling=None if seen > 0 else siblings.get(key),
            # Accounts have the same id in every source that bills them.
            account=account or None,
            account_name=account_name,
            name=name,
            dimensions=tags,
            before=before.get(key) if seen < 0 else None,
        )


@dataclass
class _Families:
    """What rules of a dimension go by; asked once per outcome, since many resources have the same."""

    found: Named
    dimension: Dimension
    _done: dict[tuple[int, frozenset[str]], tuple[str, ...]] = field(default_factory=dict)

    def of(self, outcome: int, tagged: frozenset[str]) -> tuple[str, ...]:
        if (outcome, tagged) not in self._done:
            said = self.found.naming.outcomes[outcome]
            self._done[outcome, tagged] = families(
                self.found.taxonomy, self.dimension, said.rule, below=said.below, tagged=tagged
            )
        return self._done[outcome, tagged]


def _by_rules(found: Named, dimension: Dimension) -> dict[tuple[str, str], int]:
    """Return what rules that read no tag call the resources with a tag of the dimension, where people wrote them.

    Those whose tag is understood are among them: so it shows how far such rules can be trusted.
    """
    answers = list(found.naming.answers(dimension))
    tags = [name for name, rule in answers if rule is not None and rule.kind == "tag"]
    others = [
        uninferred(found, dimension.name, name, name)
        for name, rule in answers
        if rule is None or rule.kind not in {"tag", "label"}
    ]
    if not others:
        return {}
    return _by_resource(
        found,
        single("other"),
        f"(SELECT *, {first_answer(tags)} AS seen, coalesce({', '.join(others)}) AS other FROM ({found.naming.rules})) "
        f"WHERE x_BillingPeriod = $1 AND {RESOURCE} IS NOT NULL AND seen IS NOT NULL",
    )


def _before(found: Named, dimension: Dimension) -> dict[tuple[str, str], str]:
    """Return what the tag of a resource named in the last month before in which it was understood."""
    place, value = found.naming.place(dimension.name), found.naming.value_sql(dimension.name, of="s")
    return _by_resource(
        found,
        f"max_by({value}, (x_BillingPeriod, {value}))",
        f"{FACTS} WHERE s_{place} > 0 AND x_BillingPeriod < $1 AND (x_Source, {RESOURCE}) IN "
        f"(SELECT (x_Source, {RESOURCE}) FROM {FACTS} WHERE x_BillingPeriod = $1 AND s_{place} < 0)",
    )


def _by_resource(found: Named, told: str, where: str) -> dict[tuple[str, str], Any]:
    """Return source and resource -> an aggregate over its rows, where there is one; ``$1`` is the last month."""
    rows = found.engine.rows(
        f"SELECT x_Source, {RESOURCE} AS resource, {told} AS told FROM {where} GROUP BY ALL HAVING told IS NOT NULL",
        [found.months[-1]],
    )
    return {(source, resource): each for source, resource, each in rows}
