"""Tags: how much of the spend carries tags that are understood, what changed, and what rules do.

Owns what the report holds. The measures are those of ``taxonomy``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from finmod.errors import Problem, UserError, near
from finmod.settings.project import Project
from finmod.settings.validate import listing
from finmod.taxonomy.compliance import GROUPS, Compliance, Untaggable, compliance, untaggable
from finmod.taxonomy.definition import Taxonomy
from finmod.taxonomy.drift import Drift, drift
from finmod.taxonomy.keys import TagKey, tag_keys
from finmod.taxonomy.rule_use import RuleUse, rule_findings, rule_uses
from finmod.taxonomy.taggable_spend import ServiceSpend, service_spend
from finmod.terms.findings import Finding
from finmod.workspace.names import named, of_name


@dataclass(frozen=True)
class TagReport:
    """The tags of one month, and of those before it.

    Attributes:
        month: First day of the billing period.
        compliance: Of every dimension that tags say and every month, all charges together.
        groups: The same by what was asked for, of the month alone; empty where nothing was.
        untaggable: What can carry no tags, of the month, by reason.
        drift: What came and went since the month before; empty where there is none.
        before: First day of that month; None where there is none.
        findings: Rules that name nothing.
        taxonomy: What was looked by.
        trend: The months that were asked for, oldest first: fewer than in ``compliance`` where that was one.
    """

    month: date
    compliance: tuple[Compliance, ...]
    groups: tuple[Compliance, ...]
    untaggable: tuple[Untaggable, ...]
    drift: tuple[Drift, ...]
    before: date | None
    findings: tuple[Finding, ...]
    taxonomy: Taxonomy
    trend: tuple[date, ...]

    @property
    def of_trend(self) -> list[Compliance]:
        """Return the compliance of the months that were asked for."""
        return [each for each in self.compliance if each.month in self.trend]

    @property
    def of_month(self) -> list[Compliance]:
        """Return the compliance of the month itself."""
        return [each for each in self.compliance if each.month == self.month]

    @property
    def missed(self) -> list[Compliance]:
        """Return the dimensions whose demanded share is not reached."""
        return [each for each in self.of_month if each.meets is False]

    def earlier(self, item: Compliance) -> Compliance | None:
        """Return the same of the month before."""
        same = (item.dimension, item.currency)
        return next((e for e in self.compliance if e.month == self.before and (e.dimension, e.currency) == same), None)


def tag_report(project: Project, month: date | None = None, *, by: str | None = None, trend: int = 2) -> TagReport:
    """Look at the tags of a month.

    Args:
        project: Whose ledger and taxonomy.
        month: First day of the billing period; None for the last one.
        by: What compliance is told by besides: a word such as ``account``, or a dimension.
        trend: How many months are looked at, the month itself among them; 2 at least, since drift compares two.

    Raises:
        UserError: As in ``named``, or nothing is called what compliance is to be told by.
    """
    with named(project, month, before=max(trend, 2) - 1) as found:
        words = [*GROUPS, *found.taxonomy.dimensions]
        if by is not None and by not in words:
            raise UserError(_no_group(by, words))
        engine, naming, months = found.engine, found.naming, found.months
        last, before = months[-1], months[-2] if len(months) > 1 else None
        return TagReport(
            month=last,
            compliance=tuple(compliance(engine, naming)),
            groups=tuple(each for each in compliance(engine, naming, by=by) if each.month == last) if by else (),
            untaggable=tuple(each for each in untaggable(engine) if each.month == last),
            drift=tuple(drift(engine, naming, last, before)) if before else (),
            before=before,
            findings=tuple(rule_findings(rule_uses(engine, naming))),
            taxonomy=found.taxonomy,
            trend=months[-trend:],
        )


def key_report(project: Project, month: date | None = None) -> tuple[date, list[TagKey]]:
    """Return the month that was looked at, and every tag key of its bills, the one with most spend first.

    Raises:
        UserError: As in ``named``.
    """
    with named(project, month) as found:
        return found.months[-1], tag_keys(found.engine, found.naming, found.months[-1])


def taggable_report(project: Project, month: date | None = None) -> tuple[date, list[ServiceSpend]]:
    """Return the month that was looked at, and what of the spend of each service can carry tags, the dearest first.

    Raises:
        UserError: As in ``named``.
    """
    with named(project, month) as found:
        return found.months[-1], service_spend(found.engine, found.months[-1])


def rule_report(
    project: Project, month: date | None = None, *, months: int = 1, dimension: str | None = None
) -> list[RuleUse]:
    """Return what each rule does with the charge keys of a month and of those before it.

    Args:
        project: Whose ledger and taxonomy.
        month: First day of the billing period; None for the last one.
        months: How many months are looked at together, the month itself among them.
        dimension: Rules of this dimension alone; None for all.

    Raises:
        UserError: As in ``named``, or there is no such dimension.
    """
    with named(project, month, before=months - 1) as found:
        if dimension is not None:
            of_name(dimension, list(found.taxonomy.dimensions.values()), "dimension of taxonomy.yaml")
        return [use for use in rule_uses(found.engine, found.naming) if dimension in {None, use.dimension}]


def _no_group(by: str, words: list[str]) -> Problem:
    close = near(by, words)
    return Problem(
        code="FM2018",
        found=f"compliance cannot be told by {by!r}",
        expected=listing(words),
        remedy=f"Did you mean {close!r}?" if close else "Name one of these, or add the dimension to taxonomy.yaml.",
    )
