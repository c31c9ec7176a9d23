"""Findings of the list of savings: what is unknown of candidates, and where a bill cannot show what a rule looks for.

Owns their words. Each is told of the rules that were asked for alone.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date

from finmod.errors import counted, printable
from finmod.settings.validate import listing
from finmod.terms.findings import Finding, codes
from finmod.workspace.savings.candidates import Found, Priced
from finmod.workspace.savings.evidence import Looked
from finmod.workspace.savings.prices import Service

_MOST = 5
_TEXT = 80


def findings(looked: Looked, made: Priced) -> tuple[Finding, ...]:
    """Return what was odd about the savings of a month, warnings first."""
    found = [
        *_of_costs(made.candidates, looked.month), *_of_rates(made, looked.month), *_of_tags(looked), *_of_span(looked),
        *_of_long(looked), *_of_beside(looked), *_of_untold(looked),
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda each: (each.severity != "warning", each.code)))


def _finding(code: str, message: str, month: date, *, source: str | None = None, rows: int | None = None) -> Finding:
    return Finding(
        code=code, message=message, source=source, billing_period=f"{month:%Y-%m}", rows=rows,
        measure="EffectiveCost", severity=codes()[code].severity,
    )  # fmt: skip


def _of_costs(candidates: Sequence[Found], month: date) -> Iterator[Finding]:
    unknown = [each for each in candidates if each.about.group.shown.unknown]
    unrated = [each for each in candidates if each.about.group.shown.unrated and not each.about.group.shown.unknown]
    if unknown:
        charges = sum(each.about.group.shown.unknown for each in unknown)
        message = f"the effective cost of {counted(charges, 'charge')} is unknown: {_have(unknown)} no amount"
        yield _finding("FM2554", message, month, rows=charges)
    if unrated:
        yield _finding("FM2555", f"costs in other currencies have no exchange rate: {_have(unrated)} no amount", month)


def _have(candidates: Sequence[Found]) -> str:
    return f"{counted(len(candidates), 'candidate')} {_has(len(candidates))}"


def _of_rates(made: Priced, month: date) -> Iterator[Finding]:
    if made.dearer:
        message = (
            f"commitments cost no less than the negotiated price of {_services(made.dearer)}: more would save nothing"
        )
        yield _finding("FM2557", message, month)
    if made.without_rate:
        message = f"no bill of the last twelve months shows a rate of commitments for {_services(made.without_rate)}"
        yield _finding("FM2556", message, month)


def _services(services: Sequence[Service]) -> str:
    names = [printable(f"{service or 'no service'} ({source})", _TEXT) for source, service in services[:_MOST]]
    more = [f"{len(services) - _MOST} more"] if len(services) > _MOST else []
    return listing([*names, *more], "and")


def _of_tags(looked: Looked) -> Iterator[Finding]:
    for dimension, rules in looked.as_tags.items():
        who = f"{listing(rules, 'and')} {_reads(len(rules))}"
        words = f"there is no dimension {dimension}: {who} the tag {dimension} as it stands"
        yield _finding("FM2553", words, looked.month)


def _of_span(looked: Looked) -> Iterator[Finding]:
    month = looked.month
    last = month.replace(day=monthrange(month.year, month.month)[1])
    rows = looked.books.engine.rows(
        "SELECT x_Source, first, last FROM savings_spans WHERE x_Source IN (SELECT x_Source FROM savings_groups JOIN "
        f"savings_evidence USING (grp)) AND (last < DATE '{last}' OR first > DATE '{month}') ORDER BY 1"
    )
    for source, first, end in rows:
        days, bill = (end - first).days + 1, f"the bill of {printable(source, _TEXT)}"
        message = f"{bill} has the days from {first} to {end}: amounts are of {counted(days, 'day')}"
        yield _finding("FM2558", message, month, source=source)


def _of_long(looked: Looked) -> Iterator[Finding]:
    by_day = [place for place, each in enumerate(looked.rules) if each.rule.evidence.needs_days]
    if not by_day:
        return
    rows = looked.books.engine.rows(
        "SELECT x_Source, count(DISTINCT grp) FROM savings_groups JOIN savings_members USING (grp) JOIN savings_days "
        f"USING (key) WHERE length > 1 AND rule IN ({', '.join(map(str, by_day))}) GROUP BY ALL ORDER BY 1"
    )
    for source, groups in rows:
        message = (
            f"the bill of {printable(source, _TEXT)} has usage of {counted(groups, 'thing')} that is billed for "
            "several days at once: rules about weekends and least days do not look at it"
        )
        yield _finding("FM2559", message, looked.month, source=source)


def _of_beside(looked: Looked) -> Iterator[Finding]:
    needing = [place for place, each in enumerate(looked.rules) if each.beside]
    if not needing:
        return
    rows = looked.books.engine.rows(
        "SELECT rule, list(DISTINCT x_Source ORDER BY x_Source) FROM savings_groups ANTI JOIN savings_paired "
        f"USING (rule, x_Source) WHERE rule IN ({', '.join(map(str, needing))}) GROUP BY ALL ORDER BY ALL"
    )
    for place, sources in rows:
        rule = looked.rules[place].rule
        where = "in the same account and region" if rule.evidence.without == "place" else "on the same resource"
        names = listing([printable(each, _TEXT) for each in sources], "and")
        bills = "the bill of" if len(sources) == 1 else "the bills of"
        message = (
            f"{rule.name} finds nothing in {bills} {names}, which nowhere {_has(len(sources))} {rule.beside_words}"
        )
        yield _finding("FM2560", f"{message} {where}", looked.month)


def _of_untold(looked: Looked) -> Iterator[Finding]:
    rows = looked.books.engine.rows(
        "SELECT rule, x_Source, count(*) FROM savings_untold JOIN savings_groups USING (grp) GROUP BY ALL ORDER BY ALL"
    )
    for place, source, things in rows:
        rule, bill = looked.rules[place].rule, f"the bill of {printable(source, _TEXT)}"
        costs = f"{'its' if things == 1 else 'their'} own cost, or that of the {rule.beside_words}, is unknown"
        message = f"{rule.name} cannot tell of {counted(things, 'thing')} in {bill}: {costs}"
        yield _finding("FM2566", message, looked.month, source=source)


def _has(number: int) -> str:
    return "has" if number == 1 else "have"


def _reads(number: int) -> str:
    return "reads" if number == 1 else "read"
