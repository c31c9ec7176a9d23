"""The page about a variance as Markdown, short enough for a chat or a pull request.

Owns what is left out of it. Names of a bill are escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from finmod.models.variance.headline import headline, label_of
from finmod.models.variance.page import Figure, Said, VariancePage, bridge_steps
from finmod.models.variance.report import Change
from finmod.reports.charts.labels import clean
from finmod.reports.markdown import markdown_table, markdown_text
from finmod.reports.variance import tables
from finmod.reports.variance.figures import cleaned, places_of, text_of
from finmod.reports.variance.page import lines_of, notices_of, title_of
from finmod.reports.variance.quality import quality_lines
from finmod.reports.variance.tables import Row, Table

SHOWN: Final = 5
"""Members at most."""


def markdown_page(page: VariancePage) -> str:
    """Return the page as Markdown: the finding, the bridge, the first dimension, unit costs, and what does not tie."""
    places = places_of(page.report.total)
    return "\n".join(f"{part.rstrip()}\n" for part in _parts(page, places))


def _parts(page: VariancePage, places: int) -> Iterator[str]:
    yield f"### {markdown_text(f'{clean(page.report.project)}: {title_of(page)}')}"
    yield f"**{_text(headline(page.report), places)}**"
    yield "\n".join(f"- {_text(each, places)}" for each in lines_of(page) if each)
    yield from _minds([text for _, text in notices_of(page)])
    yield _bridge(page, page.report.total, places)
    if page.causes:
        yield _table(tables.causes_table(page, page.causes), places)
    for members in page.members[:1]:
        charts = (None,) * len(members.rows)
        yield _table(tables.members_table(page, members, charts, SHOWN), places, without=(1,))
    if page.budget:
        yield _table(tables.budget_table(page, page.budget), places)
    if page.units:
        yield _table(tables.units_table(page, (None,) * len(page.units)), places, without=(1,))
    if page.savings:
        yield _table(tables.savings_table(page, page.savings), places, without=(2, 4))
        yield from _minds(tables.savings_notes(page.savings))
    odd = [each for each in quality_lines(page) if each.mark == "look"]
    if odd:
        yield "\n".join(f"- **{markdown_text(each.title)}:** {_text(each.said, places)}" for each in odd)


def _minds(texts: Sequence[str]) -> Iterator[str]:
    if texts:
        yield "\n".join(f"- **Mind:** {markdown_text(text)}" for text in texts)


def _text(said: Said, places: int) -> str:
    return markdown_text(text_of(cleaned(said), places))


def _bridge(page: VariancePage, total: Change, places: int) -> str:
    rows: list[tuple[str, Said]] = [(label_of(page.report.before), tables.before_of(total))]
    rows += [(each.title, (Figure(each.amount, "signed"),)) for each in bridge_steps(total)]
    rows.append((label_of(page.report.after), (Figure(total.after),)))
    heads = [("Effect", False), (page.report.currency, True)]
    return markdown_table(heads, [(name, text_of(said, places)) for name, said in rows])


def _table(table: Table, places: int, *, without: tuple[int, ...] = ()) -> str:
    kept = [at for at in range(len(table.heads)) if at not in without]
    heads = [(table.heads[at].text, table.heads[at].is_number) for at in kept]
    return markdown_table(heads, [_cells(row, kept, places) for row in table.rows])


def _cells(row: Row, kept: list[int], places: int) -> list[str]:
    cells = [row.cells[at] for at in kept]
    return [text_of(cell, places) if isinstance(cell, tuple) else "" for cell in cells]
