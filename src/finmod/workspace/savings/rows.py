"""The list of savings as rows for programs: a row per candidate, or per member of what it is added up by.

Owns the columns. Amounts are in the reporting currency, of one month.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Final

from finmod.marts.rows import Row
from finmod.settings.savings import Selected
from finmod.terms.money import twelve_places
from finmod.terms.savings import SavingRule
from finmod.workspace.savings.savings import Listed, SavingsReport

_BEFORE: Final = (
    "month", "rank", "rule", "title", "kind", "resource", "resource_id", "source", "account", "account_name", "region",
    "service",
)  # fmt: skip
_AFTER: Final = (
    "owner", "cost", "potential_savings", "cash", "committed", "commitments", "currency", "how", "share", "effort",
    "risk", "days", "since", "evidence", "basis", "remedy",
)  # fmt: skip
_AMOUNTS: Final = ("cost", "potential_savings", "cash", "committed", "share")
SUMMED: Final = ("candidates", "potential_savings", "usage", "commitment", "cash", "without_amount", "currency")
"""Columns of sums, behind the one that tells the member."""

_DECIMAL: Final = "DECIMAL(38,12)"
LISTED: Final = (
    "rule", "title", "kind", "per", "seen", "share", "how", "basis", "source", "suppliers", "effort", "risk", "remedy",
)  # fmt: skip
"""Columns of the list of rules."""


def columns_of(report: SavingsReport) -> tuple[str, ...]:
    """Return the columns; a dimension that is called as one of the list's own is called by its column of SQL."""
    if report.by:
        return (
            (report.by, *SUMMED) if report.by not in SUMMED else (report.dimensions.get(report.by, "member"), *SUMMED)
        )
    return (*_BEFORE, *_dimension_columns(report.dimensions), *_AFTER)


def _dimension_columns(dimensions: Mapping[str, str]) -> list[str]:
    taken = {*_BEFORE, *_AFTER}
    found: list[str] = []
    for name, column in dimensions.items():
        wanted = (name, column, *(f"{column}_{at}" for at in range(1, len(dimensions) + len(taken))))
        found.append(next(each for each in wanted if each not in taken))
        taken.add(found[-1])
    return found


def types_of(report: SavingsReport) -> dict[str, str]:
    """Return column -> SQL type, whatever rows there are."""
    columns = columns_of(report)
    types: dict[str, str] = dict.fromkeys(columns, "VARCHAR")
    if report.by:
        whole = dict.fromkeys(("candidates", "without_amount"), "BIGINT")
        return types | whole | dict.fromkeys(("potential_savings", "usage", "commitment", "cash"), _DECIMAL)
    return (
        types
        | {"month": "DATE", "since": "DATE", "rank": "BIGINT", "days": "BIGINT"}
        | dict.fromkeys(_AMOUNTS, _DECIMAL)
    )


def rows_of(report: SavingsReport) -> Iterator[Row]:
    """Yield the rows: candidates in their order, or sums."""
    if report.by:
        for name, each in report.groups:
            amounts = (each.amount, each.usage, each.commitment, each.cash)
            told = [twelve_places(amount) for amount in amounts]
            yield (name, each.candidates, *told, each.unknown, report.currency)
        return
    for rank, saving in zip(count(1), report.savings, strict=False):
        yield (report.month, rank, *told_of(saving, report.dimensions, report.currency))


def told_of(saving: Listed, dimensions: Mapping[str, str], currency: str) -> Row:
    """Return what stands of a candidate behind its month and rank."""
    candidate, group = saving.candidate, saving.candidate.about.group
    rule = candidate.rule
    return (
        rule.name, rule.title, rule.kind, group.resource, group.resource_id, group.source, group.account,
        group.account_name, group.region, group.service, *(group.members.get(name) for name in dimensions),
        group.owner, twelve_places(candidate.cost), twelve_places(saving.amount), twelve_places(saving.cash),
        twelve_places(saving.committed), commitments_of(saving) or None, currency, candidate.how,
        twelve_places(candidate.share), rule.effort, rule.risk, group.shown.days, group.since,
        candidate.about.evidence, basis_of(saving), rule.remedy,
    )  # fmt: skip


def commitments_of(saving: Listed) -> str:
    """Return the commitments of which capacity is freed, with their last day where a bill tells it."""
    ends = saving.candidate.about.ends
    return ", ".join(f"{name or '(no id)'}{f' until {ends[name]}' if name in ends else ''}" for name, _ in saving.freed)


def basis_of(saving: Listed) -> str:
    """Return why so much goes away, and what is to be known beside it."""
    candidate = saving.candidate
    words = [candidate.about.basis]
    if saving.is_reduced:
        words.append("An earlier rule saves a part of it: this one counts what is left.")
    if candidate.rule.kind == "usage" and saving.committed:
        words.append("What a commitment covers frees no cash until it ends or other usage takes its place.")
    return " ".join(words)


def listed(rule: SavingRule) -> Row:
    """Return the row of a rule; several words have commas between them."""
    return (
        rule.name, rule.title, rule.kind, rule.per, rule.seen, rule.share, rule.how, rule.basis, rule.source,
        ", ".join(rule.suppliers), rule.effort, rule.risk, rule.remedy,
    )  # fmt: skip


def listed_rules(rules: Mapping[str, Selected]) -> Sequence[Row]:
    """Return the rows of the list of rules, in the order in which they take what they save."""
    return [listed(each.rule) for each in rules.values()]
