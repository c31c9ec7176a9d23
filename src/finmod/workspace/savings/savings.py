"""The list of potential savings of a month: found by rules, priced, none saved twice, the largest first.

Owns the order of the steps and what is chosen of the list. Amounts are of the whole list, whatever is chosen: what an
earlier rule saves, a later one does not, though the earlier one is not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from finmod.errors import Problem, UserError, near, printable
from finmod.models.savings import Saving, Total, potential_savings, total, totals_by
from finmod.settings.project import Project
from finmod.settings.savings import Selected
from finmod.settings.savings_file import ProjectRules, read_saving_rules
from finmod.settings.validate import unknown_word
from finmod.taxonomy.keyed import months_of
from finmod.taxonomy.naming import Naming
from finmod.terms.findings import Finding
from finmod.workspace.metrics.measures import Measures, measures
from finmod.workspace.names import chosen_months
from finmod.workspace.savings.candidates import About, priced
from finmod.workspace.savings.evidence import look, name_months
from finmod.workspace.savings.findings import findings
from finmod.workspace.savings.found import found_groups
from finmod.workspace.savings.kept import kept_savings
from finmod.workspace.savings.rules import rules_of
from finmod.workspace.steps import Step, silent

_RULE, _BY, _OWNER = "FM2550", "FM2551", "FM2552"

Listed = Saving[About]

_WORDS: Final[dict[str, Callable[[Listed], str | None]]] = {
    "rule": lambda each: each.candidate.rule.name,
    "kind": lambda each: each.candidate.rule.kind,
    "owner": lambda each: each.candidate.about.group.owner,
    "source": lambda each: each.candidate.about.group.source,
    "account": lambda each: each.candidate.about.group.account,
    "region": lambda each: each.candidate.about.group.region,
    "service": lambda each: each.candidate.about.group.service,
    "effort": lambda each: each.candidate.rule.effort,
    "risk": lambda each: each.candidate.rule.risk,
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is asked for.

    Attributes:
        month: First day of the billing period; None for the last one that has charges.
        by: Word or dimension by which the list is added up; None for the list itself.
        rules: Names of rules; empty for all.
        owner: Who answers for it; None for whoever does.
        least: Amount that a candidate must save, and those without an amount must cost; None for any.
        top: How many of them at most; None for all.
    """

    month: date | None = None
    by: str | None = None
    rules: tuple[str, ...] = ()
    owner: str | None = None
    least: Decimal | None = None
    top: int | None = None


@dataclass(frozen=True, kw_only=True)
class SavingsReport:
    """Potential savings of a month.

    Attributes:
        project: Name of the project.
        currency: The reporting currency.
        month: First day of the billing period.
        dimensions: Dimension -> its column of SQL.
        savings: What was asked for, the largest first, those without an amount last.
        total: All that meets the conditions, also beyond ``top``.
        by: What the list is added up by; None for nothing.
        groups: Member of ``by`` -> its sum, the largest first; empty without ``by``.
        findings: What was odd.
    """

    project: str
    currency: str
    month: date
    dimensions: Mapping[str, str]
    savings: tuple[Listed, ...]
    total: Total
    by: str | None
    groups: tuple[tuple[str | None, Total], ...]
    findings: tuple[Finding, ...]


def savings(project: Project, wanted: Wanted, *, step: Step = silent) -> SavingsReport:
    """Return the potential savings of a month.

    Args:
        project: Whose.
        wanted: What is asked for.
        step: Told what is done.

    Raises:
        UserError: The ledger is empty or damaged, the month has no charges, a name is none, or a file of the project
            has problems.
    """
    refuse_unknown(wanted.rules, read_saving_rules(project.root).rules)
    with measures(project, step) as books:
        month = chosen_months(months_of(books.ledger, books.snapshot), wanted.month, 0)[0]
        dimensions = {each.name: each.column for each in books.taxonomy.dimensions.values()} if books.taxonomy else {}
        key = _key(wanted.by, dimensions) if wanted.by else None
        step("look for savings", 0, 1)
        every, odd = savings_of(books, month, rules_of(project, books.engine))
    chosen = [each for each in every if _is_wanted(each, wanted)]
    if wanted.owner is not None and not any(_is_of(each, wanted.owner) for each in every):
        raise UserError(_no_owner(wanted.owner, every))
    return SavingsReport(
        project=project.name,
        currency=project.currency,
        month=month,
        dimensions=dimensions,
        savings=tuple(chosen[: wanted.top]),
        total=total(chosen),
        by=wanted.by,
        groups=_summed(chosen, key, wanted.top) if key else (),
        findings=odd,
    )


def savings_of(
    books: Measures, month: date, found: ProjectRules, naming: Callable[[], Naming] | None = None
) -> tuple[tuple[Listed, ...], tuple[Finding, ...]]:
    """Return every potential saving of a month of some books, by the rules of its project, and what was odd.

    Args:
        books: The books.
        month: First day of the billing period.
        found: The rules.
        naming: Names the keys of the month, and perhaps of others; None to name those of the month alone.
    """
    rules = [*found.rules.values()]

    def find() -> tuple[tuple[Listed, ...], tuple[Finding, ...]]:
        named = naming() if naming else name_months(books, [month], rules)
        looked = look(books, month, rules, named)
        made = priced(looked, found_groups(looked))
        return potential_savings(made.candidates), findings(looked, made)

    return kept_savings(books, month, found, find)


def _summed(
    chosen: Sequence[Listed], key: Callable[[Listed], str | None], top: int | None
) -> tuple[tuple[str | None, Total], ...]:
    found = totals_by(chosen, key)
    return tuple((None if name is None else str(name), each) for name, each in found[:top])


def _is_wanted(saving: Listed, wanted: Wanted) -> bool:
    if wanted.rules and saving.candidate.rule.name not in wanted.rules:
        return False
    if wanted.owner is not None and not _is_of(saving, wanted.owner):
        return False
    worth = saving.candidate.cost if saving.amount is None else saving.amount
    return wanted.least is None or worth is None or worth >= wanted.least


def _is_of(saving: Listed, owner: str) -> bool:
    own = saving.candidate.about.group.owner
    return own is not None and own.casefold() == owner.casefold()


def _key(by: str, dimensions: Mapping[str, str]) -> Callable[[Listed], str | None]:
    """Return what tells the member of a word or dimension; words of the list stand before dimensions of their name."""
    if by in _WORDS:
        return _WORDS[by]
    if by in dimensions:
        return lambda each: each.candidate.about.group.members.get(by)
    names = [*_WORDS, *(name for name in dimensions if name not in _WORDS)]
    raise UserError(unknown_word(by, names, code=_BY, found=f"--by is {printable(by, 80)!r}"))


def refuse_unknown(names: Collection[str], rules: Mapping[str, Selected]) -> None:
    """Refuse names that no rule has.

    Raises:
        UserError: One of them is none.
    """
    for name in names:
        if name not in rules:
            close = near(name, rules)
            remedy = f"Did you mean {close!r}? " * bool(close) + "See the rules with: finmod savings --list."
            found = f"there is no rule of savings {printable(name, 80)!r}"
            raise UserError(Problem(code=_RULE, found=found, expected="the name of a rule", remedy=remedy))


def _no_owner(owner: str, every: Sequence[Listed]) -> Problem:
    names = sorted({name for each in every if (name := each.candidate.about.group.owner) is not None})
    close = near(owner, names)
    return Problem(
        code=_OWNER,
        found=f"nobody called {printable(owner, 80)!r} answers for a potential saving of the month",
        expected="one of the owners that the list has" if names else "an owner, and the list has none",
        remedy=f"Did you mean {printable(close, 80)!r}?"
        if close
        else "See the owners with: finmod savings --by owner.",
    )
