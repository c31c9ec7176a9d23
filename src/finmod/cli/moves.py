"""What moves between two allocations, on a screen, as rows and as a comment on a pull request.

Owns the words and tables that ``plan``, ``apply`` and ``diff`` share. Texts of bills and rules are made harmless by
``output.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from finmod.cli.lines import say
from finmod.cli.output import console, money, table
from finmod.cli.project import typeable
from finmod.errors import counted
from finmod.reports.markdown import markdown_text
from finmod.terms.findings import codes
from finmod.terms.money import twelve_places

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from finmod.allocation.definition import Values
    from finmod.allocation.differences import Result, Total
    from finmod.allocation.moves import Flow, Line, Move
    from finmod.terms.findings import Finding
    from finmod.workspace.moves import Cause, Compared

_MOST = 20
_SAYS = {
    "rules": "This change moves",
    "charges": "New and restated charges move",
    "drivers": "New values of drivers move",
    "everything": "In all this moves",
}
_NOTHING = {
    "rules": "This change moves nothing.",
    "charges": "New and restated charges move nothing.",
    "drivers": "New values of drivers move nothing.",
    "everything": "Nothing moves.",
}
_TITLES = {
    "rules": "What the rules move",
    "charges": "What new and restated charges move",
    "drivers": "What new values of drivers move",
    "everything": "What moves",
}
_MOVES = ("from", "to", "a month", "in all", "months", "pool", "rule", "where")
_SIDES = ("before", "after", "change")
_RIGHT = ("a month", "in all", *_SIDES)


def headline(found: Compared, cause: Cause) -> str:
    """Return what a cause moves, as a sentence: the largest flow, and how many others there are."""
    largest = cause.headline()
    if largest is None:
        if any(move.is_between_targets for move in cause.moves):
            return f"{_SAYS[cause.kind]} less than a cent."
        nobody = f"{_SAYS[cause.kind]} cost from pool to pool alone: nobody pays more or less."
        return nobody if cause.moves else _NOTHING[cause.kind]
    depth, flow = largest
    others = sum(not each.is_dust for each in cause.flows(depth)) - 1
    more = f"; and {counted(others, 'smaller amount')} between others" if others else ""
    return f"{_SAYS[cause.kind]} {_amount(flow)} {_way(found, flow, depth)}{_average(flow)}{more}."


def _amount(flow: Flow) -> str:
    if len(flow.months) == 1:
        return f"{money(flow.amount, flow.currency)} in {flow.months[0]:%Y-%m}"
    if flow.is_dust_a_month:
        return f"{money(flow.amount, flow.currency)} in all"
    return f"{money(flow.per_month, flow.currency)} a month"


def _average(flow: Flow) -> str:
    if len(flow.months) == 1:
        return ""
    return f" ({months_words(flow.months)}{'' if flow.is_dust_a_month else ', on average'})"


def _way(found: Compared, flow: Flow, depth: int) -> str:
    giver, taker = (None if end is None else found.label(end) for end in (flow.giver, flow.taker))
    if giver is None:
        return f"to {taker}"
    if taker is None:
        return f"away from {giver}"
    inside = " within its " + found.dimensions[0] if depth > 1 else ""
    return f"from {giver} to {taker}{inside}"


def months_words(months: Sequence[date]) -> str:
    """Return months in words: one, or how many from when to when."""
    if len(months) == 1:
        return f"{months[0]:%Y-%m}"
    return f"{len(months):,} months from {months[0]:%Y-%m} to {months[-1]:%Y-%m}"


def total_words(total: Total, measure: str, *, is_first: bool) -> str:
    """Return the whole before and after, as a sentence; of what is the first, the whole alone."""
    if (total.before is None and total.after is None) or (is_first and total.after is None):
        return f"Total {measure} in {total.currency} is not known."
    before, after = (
        "not known" if each is None else money(each, total.currency) for each in (total.before, total.after)
    )
    if is_first:
        return f"Total {measure} {after}."
    if total.difference is None:
        return f"Total {measure} {before} before, {after} after."
    if not total.difference:
        return f"Total {measure} {after}, before and after: unchanged, to the last digit."
    return f"Total {measure} {before} before, {after} after: {_signed(total.difference, total.currency)}."


def _signed(amount: Decimal | None, currency: str) -> str:
    return f"{'+' if amount is not None and amount > 0 else ''}{money(amount, currency)}"


def end_words(found: Compared, end: Values | None, *, is_giver: bool) -> str:
    """Return who gives or takes; what was not there before, or is not there any more, is told so."""
    if end is None:
        return "(new cost)" if is_giver else "(gone)"
    return found.label(end)


def line_cells(found: Compared, line: Line) -> tuple[str, ...]:
    """Return the cells of a line of a table of moves."""
    flow = line.flow
    months = f"{flow.months[0]:%Y-%m}" if len(flow.months) == 1 else f"{len(flow.months):,}"
    return (
        end_words(found, flow.giver, is_giver=True), end_words(found, flow.taker, is_giver=False),
        money(flow.per_month, flow.currency), money(flow.amount, flow.currency), months, line.pool or "",
        line.text or "", line.rule or "",
    )  # fmt: skip


def _listed(cause: Cause, *, detail: bool = False) -> tuple[list[Line], str]:
    """Return the lines of a cause that are listed, and how many others there are, in words; empty for none."""
    every = cause.lines(detail=detail)
    lines = [line for line in every if not line.flow.is_dust]
    count = len(every) - len(lines)
    return lines, f"And {counted(count, 'difference')} of less than a cent." if count else ""


def screen_of_moves(found: Compared, *, detail: bool) -> None:
    """Print what every cause moves: sentence, table, the whole before and after."""
    screen = console()
    for cause in found.causes:
        say(screen, headline(found, cause), style="bold" if cause.kind == "rules" else "")
        lines, dust = _listed(cause, detail=detail)
        shown = lines if detail else lines[:_MOST]
        if shown:
            screen.print()
            table(_MOVES, [line_cells(found, line) for line in shown], right=_RIGHT, spare=("months", "rule", "in all"))
            if len(lines) > len(shown):
                say(screen, f"{len(lines) - len(shown):,} smaller ones are not shown: --detail shows all.", style="dim")
            if dust:
                say(screen, dust, style="dim")
            screen.print()
    _screen_of_changes(found)
    for total in found.totals:
        say(screen, total_words(total, found.measure, is_first=found.is_first))
    for words in booked_words(found):
        say(screen, words)


def _screen_of_changes(found: Compared) -> None:
    """Print what each value of the main dimension has more or less in all."""
    changed = [each for each in found.results if not each.is_same]
    if not changed or found.is_first:
        return
    table((found.dimensions[0], *_SIDES), [result_cells(found, each) for each in changed], right=_RIGHT)
    console().print()


def screen_of_results(found: Compared) -> None:
    """Print what each value of the main dimension has now."""
    rows = [(found.label((each.value,)), money(each.after, each.currency)) for each in found.results]
    table((found.dimensions[0], found.measure), rows, right=(found.measure,))


def result_cells(found: Compared, result: Result) -> tuple[str, ...]:
    """Return the cells of a line of a table of results."""
    amounts = (money(each, result.currency) for each in (result.before, result.after))
    change = "-" if result.is_same else _signed(result.difference, result.currency)
    return (found.label((result.value,)), *amounts, change)


def booked_words(found: Compared) -> Iterator[str]:
    """Yield where what moves in closed months is booked."""
    by_month: dict[date, list[date]] = {}
    for month, booked in sorted(found.booked.items()):
        by_month.setdefault(booked, []).append(month)
    for booked, months in by_month.items():
        verb, there = ("is", "it") if len(months) == 1 else ("are", "them")
        which = months_words(months)
        yield f"{which} {verb} closed: what moves in {there} is booked in {booked:%Y-%m}, where it sums to 0."


def finding_words(finding: Finding) -> str:
    """Return a finding as a line."""
    place = " ".join(filter(None, (finding.billing_period, finding.where)))
    amount = f" ({finding.measure} {money(finding.amount, finding.currency)})" if finding.amount is not None else ""
    return f"{finding.severity} {finding.code} {': '.join(filter(None, (place, finding.message)))}{amount}"


def screen_of_findings(folder: Path | None, findings: Sequence[Finding]) -> None:
    """Print what was odd, all but mere information, and below the last error of a kind what to do about it.

    Args:
        folder: What the user gave as ``--project``; None where nothing was given.
        findings: Errors first.
    """
    last = {finding.code: place for place, finding in enumerate(findings) if finding.severity == "error"}
    for place, finding in enumerate(findings):
        if finding.severity != "info":
            say(console(), finding_words(finding), style="red" if finding.severity == "error" else "yellow")
        if last.get(finding.code) == place:
            say(console(), f"  {typeable(folder, codes()[finding.code].remedy)}")


COLUMNS = (
    "what", "cause", "billing_period", "booked_in", "currency", "measure", "from", "to", "amount", "from_pool", "pool",
    "rule_text", "rule", "value", "before", "after", "difference", "code", "severity", "message",
)  # fmt: skip
"""Columns of the rows for programs."""


def rows_of(found: Compared) -> list[tuple[Any, ...]]:
    """Return every move, the totals, what each value of the main dimension has, and findings, for programs."""
    rows = [_row(what="total", currency=each.currency, measure=found.measure, **_sums(each)) for each in found.totals]
    for cause in found.causes:
        rows += [
            _row(what="total of cause", cause=cause.kind, currency=each.currency, measure=found.measure, **_sums(each))
            for each in cause.totals
        ]
        rows += [_move(found, cause, move) for move in cause.moves]
    rows += [
        _row(what="value", currency=each.currency, measure=found.measure, value=each.value, **_sums(each))
        for each in found.results
    ]
    rows += [
        _row(
            what="finding", billing_period=each.billing_period, currency=each.currency,
            amount=twelve_places(each.amount), rule=each.where, code=each.code, severity=each.severity,
            message=each.message,
        )
        for each in found.findings
    ]  # fmt: skip
    return rows


def _move(found: Compared, cause: Cause, move: Move) -> tuple[Any, ...]:
    booked = found.booked.get(move.month)
    giver, taker = (
        None if end is None else dict(zip(found.dimensions, end, strict=False)) for end in (move.giver, move.taker)
    )
    return _row(
        what="move", cause=cause.kind, billing_period=f"{move.month:%Y-%m}", booked_in=booked and f"{booked:%Y-%m}",
        currency=move.currency, measure=found.measure, amount=twelve_places(move.amount), from_pool=move.pools[0],
        pool=move.pools[1], rule_text=move.text, rule=move.rule, **{"from": giver, "to": taker},
    )  # fmt: skip


def _sums(each: Total | Result) -> dict[str, Any]:
    return {
        "before": twelve_places(each.before),
        "after": twelve_places(each.after),
        "difference": twelve_places(each.difference),
    }


def _row(**values: Any) -> tuple[Any, ...]:  # noqa: ANN401 -- cells hold any value
    return tuple(values.get(name) for name in COLUMNS)


@dataclass(frozen=True)
class Room:
    """How much of a comparison a page tells.

    Attributes:
        moves: Moves of a cause, added up.
        folded: Moves by month, and values of the main dimension, in what is folded.
        findings: Findings.
    """

    moves: int = _MOST
    folded: int = 200
    findings: int = 50


_ROOMS: Final = (Room(), Room(20, 50, 20), Room(10, 10, 10), Room(3, 3, 3))
_LONGEST: Final = 64_000
"""Bytes of a page: GitHub takes comments of 65,536."""


def fitted(page: Callable[[Room], Iterable[str]]) -> str:
    """Return a page with as much of it as fits into a comment on a pull request.

    Args:
        page: Gives its lines with more or less room.
    """
    for room in _ROOMS:
        text = "\n".join(page(room))
        if len(text.encode()) <= _LONGEST:
            break
    else:
        text = text.encode()[:_LONGEST].decode(errors="ignore").rpartition("\n")[0]
        text += "\n\n</details>" * (text.count("<details>") - text.count("</details>"))
        text += "\n\nThe rest has no room in a comment: --output csv lists all."
    return text


def page_of_moves(found: Compared, room: Room = _ROOMS[0]) -> Iterator[str]:
    """Yield the lines of a page: sentences, tables of moves, totals, closed months, findings, and every move folded."""
    for cause in found.causes:
        yield from ("", f"**{markdown_text(headline(found, cause))}**")
        lines, dust = _listed(cause)
        if lines:
            yield ""
            yield from markdown_table(_MOVES, [line_cells(found, line) for line in lines[: room.moves]], _RIGHT)
        if len(lines) > room.moves:
            yield from ("", f"{len(lines) - room.moves:,} smaller ones are not shown.")
        if lines and dust:
            yield from ("", dust)
    yield ""
    yield from (
        f"- {markdown_text(total_words(total, found.measure, is_first=found.is_first))}" for total in found.totals
    )
    yield from (f"- {markdown_text(words)}" for words in booked_words(found))
    told = [item for item in found.findings if item.severity != "info"]
    yield from (f"- {markdown_text(finding_words(item))}" for item in told[: room.findings])
    if len(told) > room.findings:
        yield f"- And {counted(len(told) - room.findings, 'finding')} more: --output csv lists all."
    yield from _folded(found, room.folded)


def _folded(found: Compared, most: int) -> Iterator[str]:
    headings = (found.dimensions[0], *_SIDES)
    yield from ("", f"<details><summary>{found.measure} by {markdown_text(headings[0])}</summary>", "")
    yield from markdown_table(headings, [result_cells(found, each) for each in found.results[:most]], _RIGHT)
    yield from _more(len(found.results) - most)
    yield from ("", "</details>")
    for cause in found.causes:
        lines, _ = _listed(cause, detail=True)
        if not lines:
            continue
        yield from (
            "",
            f"<details><summary>{_TITLES[cause.kind]}, by month: {counted(len(lines), 'move')}</summary>",
            "",
        )
        yield from markdown_table(_MOVES, [line_cells(found, line) for line in lines[:most]], _RIGHT)
        yield from _more(len(lines) - most)
        yield from ("", "</details>")


def _more(count: int) -> Iterator[str]:
    if count > 0:
        yield from ("", f"{count:,} more: --output csv lists all.")


def markdown_table(headings: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a table of Markdown, texts made harmless."""
    yield f"| {' | '.join(map(markdown_text, headings))} |"
    yield f"| {' | '.join('---:' if name in right else '---' for name in headings)} |"
    for row in rows:
        yield f"| {' | '.join(map(markdown_text, row))} |"
