"""``finmod variance --causes``: which combinations moved unlike the rest, and what else happened then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finmod.cli.compared import must_hold
from finmod.cli.figures import amount_places, amount_text, signed, signed_percent
from finmod.cli.lines import end_of, one_line, say
from finmod.cli.moves import finding_words
from finmod.cli.output import Form, console, json_text, objects, table, text_of
from finmod.cli.project import opened
from finmod.errors import counted
from finmod.reports.markdown import markdown_table, markdown_text
from finmod.terms.money import twelve_places

if TYPE_CHECKING:
    from finmod.models.rootcause.answer import Cause, Offset, Value
    from finmod.models.rootcause.report import Beside, CausesReport, DriverMove, Happening
    from finmod.workspace.variance.variance import Wanted

_KINDS = {"new": "new", "ended": "ended", "more": "more than usual", "less": "less than usual"}
_UNKNOWN = "none"
_WHOLE = 2000
_SHOWN = 3


def show_causes(folder: Path | None, wanted: Wanted, top: int | None, form: Form) -> None:
    """Print the root causes of a change."""
    from finmod.workspace.rootcause.causes import MOST, causes

    report = causes(opened(folder), wanted, top or MOST)
    _show(report, form)
    must_hold(report.proofs)


def _show(report: CausesReport, form: Form) -> None:
    if form == "table":
        _screen(report)
    elif form == "json":
        _echo(json_text(_json(report)))
    elif form == "markdown":
        _echo(_markdown(report))
    else:
        _echo(text_of(_COLUMNS, [*_rows(report)], form))
        for finding in report.findings:
            say(console(stderr=True), finding_words(finding))


def _echo(text: str) -> None:
    import rich_click as click

    click.echo(text, nl=False)


def _screen(report: CausesReport) -> None:
    screen = console()
    for line in headline(report):
        say(screen, line, style="bold")
    if report.found.causes:
        heads, rows = _table(report)
        table(heads, rows, right=heads[2:5], whole_words=True)
    for line in _below(report):
        say(screen, line)
    besides = [*_besides(report)]
    if besides:
        say(screen, "Besides:", style="bold")
    for line in besides:
        say(screen, line, indent=2)
    for finding in report.findings:
        say(screen, finding_words(finding), style={"error": "red", "warning": "yellow"}.get(finding.severity, ""))


def _markdown(report: CausesReport) -> str:
    """Return the same as Markdown: nothing of a bill is markup."""
    parts = [f"**{markdown_text(line)}**\n" for line in headline(report)]
    if report.found.causes:
        heads, rows = _table(report)
        parts.append(markdown_table([(head, head in heads[2:5]) for head in heads], rows))
    parts += [_list(_below(report)), _list(f"Besides: {line}" for line in _besides(report))]
    parts.append(_list(map(finding_words, report.findings)))
    return "\n".join(part for part in parts if part)


def _list(lines: Iterable[str]) -> str:
    return "".join(f"- {markdown_text(line)}\n" for line in lines)


def _table(report: CausesReport) -> tuple[list[str], list[list[str]]]:
    heads = ["#", "What", report.before.label, report.after.label, "Explains", "How"]
    rows = [
        [str(at), name_words(cause.name), amount_places(cause.counted.before, 0), amount_places(cause.counted.after, 0),
         signed(cause.explained, 0), _KINDS[cause.kind]]
        for at, cause in enumerate(report.found.causes, start=1)
    ]  # fmt: skip
    return heads, rows


def _below(report: CausesReport) -> Iterator[str]:
    """Yield what stands behind each cause, with its number, and which of them offset each other."""
    for at, (cause, beside) in enumerate(zip(report.found.causes, report.beside, strict=True), start=1):
        for line in evidence(cause, beside):
            yield f"{at}  {line}"
    yield from map(offset_words, report.found.offsets)


def _besides(report: CausesReport) -> Iterator[str]:
    """Yield what else happened then, of nothing that a cause names."""
    yield from map(happening_words, report.happenings)
    if report.drivers:
        yield f"Drivers, a day: {', '.join(map(driver_words, report.drivers))}"


def headline(report: CausesReport) -> Iterator[str]:
    """Yield what of the change the causes explain, and what the rest is."""
    from finmod.models.variance.headline import UNKNOWN

    found = report.found
    change = f"{signed(found.change, 0)} {report.currency} from {report.before.label} to {report.after.label}"
    growth = f" ({signed_percent(found.growth - 1)})" if found.growth is not None else ""
    rest = f"{signed(found.usual, 0)} as most of the cost moved{growth}, {signed(found.unexplained, 0)} not explained."
    if found.others:
        rest = f"{signed(found.by_others, 0)} by {counted(found.others, 'other cause')}, {rest}"
    if found.causes:
        causes = counted(len(found.causes), "cause")
        yield f"{change}: {signed(found.explained, 0)} by {causes} that moved unlike the rest, {rest}"
        return
    sides = ((report.before, found.before), (report.after, found.after))
    nothing = [state.label for state, amount in sides if not amount]
    if nothing and UNKNOWN & {each.code for each in report.findings}:
        yield f"{change}: what {nothing[0]} cost is not known, so that no cause stands out."
    elif nothing:
        yield f"{change}: {nothing[0]} cost nothing, so that no cause stands out."
    else:
        yield f"{change}: nothing moved unlike the rest: {rest}"


def evidence(cause: Cause, beside: Beside) -> Iterator[str]:
    """Yield what stands behind a cause and beside it."""
    if cause.own:
        whole = f"{amount_places(cause.before, 0)} to {amount_places(cause.after, 0)}"
        yield f"without what narrower causes have of it; in all {whole}"
    if cause.known_alike:
        yield f"all of it: {name_words(cause.known_alike)}"
    moved = (
        []
        if cause.one_resource
        else [
            f"{end_of(one_line(each.name, 200), 40) if each.name else 'without a resource'} {signed(each.change, 0)}"
            for each in cause.resources[:_SHOWN]
        ]
    )
    if moved:
        share = f", {cause.concentration * 100:.0f} % of its moves" if cause.concentration is not None else ""
        named = f"{'the largest ' if cause.leaves > len(moved) else ''}resource{'' if len(moved) == 1 else 's'}"
        yield f"{named}: {', '.join(moved)}{share if len(cause.resources) == len(moved) else ''}"
    for happening in beside.happenings:
        yield happening_words(happening)
    if beside.drivers:
        yield f"drivers, a day: {', '.join(map(driver_words, beside.drivers))}"


def name_words(name: tuple[Value, ...], longest: int = 60) -> str:
    """Return a combination as people read it.

    Args:
        name: (dimension, value).
        longest: Characters of a value at most.

    >>> name_words((("service", "Storage"), ("region", None)))
    'service Storage, no region'
    """
    return ", ".join(f"no {word}" if value is None else f"{word} {one_line(value, longest)}" for word, value in name)


def _value(text: str | None) -> str:
    return _UNKNOWN if text is None else one_line(text, 60)


def happening_words(happening: Happening) -> str:
    """Return what happened, with its days."""
    until = f" to {happening.until}" if happening.until else ""
    of = f" ({name_words(happening.of)})" if happening.of else ""
    return f"{happening.day}{until}: {one_line(happening.text, 300)}{of}"


def driver_words(move: DriverMove) -> str:
    """Return how a driver moved."""
    of = f" of {name_words(move.of)}" if move.of else ""
    change = f" {signed_percent(move.change)}" if move.change is not None else " new" if move.is_new else ""
    told = f"; {move.told}" if move.told else ""
    return f"{one_line(move.driver, 60)}{of}{change} ({amount_text(move.before)} to {amount_text(move.after)}{told})"


def offset_words(offset: Offset) -> str:
    """Return a pair of causes that nearly cancel."""
    moved = ", ".join(f"{word} {_value(one)} to {_value(other)}" for word, one, other in offset.moved)
    return (
        f"{offset.down + 1} and {offset.up + 1} offset each other{f': from {moved}' if moved else ''}; "
        f"together {signed(offset.net, 0)}"
    )


_COLUMNS = ("part", "cause", "what", "amount", "before", "after", "expected", "share", "kind", "resources",
            "happenings", "drivers")  # fmt: skip


def _rows(report: CausesReport) -> Iterator[list[Any]]:
    """Yield a row per cause and of the rest, whose amounts sum to the change, then of what has no amount of its own."""
    found = report.found
    for at, (cause, beside) in enumerate(zip(found.causes, report.beside, strict=True), start=1):
        resources = "; ".join(f"{each.name or ''} {each.change:f}" for each in cause.resources)
        figures = map(
            twelve_places,
            (cause.explained, cause.counted.before, cause.counted.after, cause.counted.expected, cause.share),
        )
        yield [
            "cause", at, name_words(cause.name, _WHOLE), *figures, cause.kind, resources,
            "; ".join(map(happening_words, beside.happenings)), "; ".join(map(driver_words, beside.drivers)),
        ]  # fmt: skip
    blank = [None] * (len(_COLUMNS) - 4)
    yield from ([part, None, what, twelve_places(amount), *blank] for part, what, amount in found.rest())
    yield from (["offset", None, offset_words(each), None, *blank] for each in found.offsets)
    yield from (["happening", None, happening_words(each), None, *blank] for each in report.happenings)
    yield from (["driver", None, driver_words(each), None, *blank] for each in report.drivers)


def _json(report: CausesReport) -> dict[str, Any]:
    found = report.found
    sums = ("before", "after", "change", "explained", "by_others", "usual", "unexplained", "growth")
    total = next(objects(sums, [tuple(twelve_places(getattr(found, name)) for name in sums)]))
    return {
        "project": report.project, "currency": report.currency, "before": report.before.label,
        "after": report.after.label, "total": {**total, "others": found.others},
        "causes": [_cause(cause, beside) for cause, beside in zip(found.causes, report.beside, strict=True)],
        "offsets": [
            {"down": each.down + 1, "up": each.up + 1, "net": f"{twelve_places(each.net):f}",
             "moved": [{"dimension": word, "from": one, "to": other} for word, one, other in each.moved]}
            for each in found.offsets
        ],
        "happenings": [_happening(each) for each in report.happenings],
        "drivers": [_driver(each) for each in report.drivers],
        "findings": [*objects(("code", "severity", "message"),
                              [(each.code, each.severity, each.message) for each in report.findings])],
    }  # fmt: skip


_PART = ("before", "after", "expected")


def _cause(cause: Cause, beside: Beside) -> dict[str, Any]:
    names = ("before", "after", "change", "expected", "explained", "share", "concentration")
    return {
        "name": dict(cause.name),
        **next(objects(names, [tuple(twelve_places(getattr(cause, name)) for name in names)])),
        "kind": cause.kind, "leaves": cause.leaves, "alike": dict(cause.alike),
        "own": next(objects(_PART, [tuple(twelve_places(getattr(cause.counted, name)) for name in _PART)])),
        "resources": [*objects(("name", *names[:3]), [
            (each.name, *map(twelve_places, (each.before, each.after, each.change))) for each in cause.resources
        ])],
        "happenings": [_happening(each) for each in beside.happenings],
        "drivers": [_driver(each) for each in beside.drivers],
    }  # fmt: skip


def _happening(each: Happening) -> dict[str, Any]:
    names = ("kind", "day", "until", "text")
    return {**next(objects(names, [(each.kind, each.day, each.until, each.text)])), "of": dict(each.of)}


def _driver(each: DriverMove) -> dict[str, Any]:
    names = ("driver", "unit", "before", "after", "change", "told_since", "told_until")
    figures = map(twelve_places, (each.before, each.after, each.change))
    told = next(objects(names, [(each.driver, each.unit, *figures, each.since, each.until)]))
    return {**told, "of": dict(each.of)}
