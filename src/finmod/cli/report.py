"""``finmod report``: pages for those who answer for cost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import rich_click as click

from finmod.cli.aside import not_written, replacing
from finmod.cli.close import MONTH
from finmod.cli.compared import against_option, must_hold
from finmod.cli.lines import say
from finmod.cli.output import console
from finmod.cli.progress import progress
from finmod.cli.project import opened
from finmod.cli.values import Name, Place, Word, words_of
from finmod.errors import Problem, UserError

if TYPE_CHECKING:
    from finmod.models.variance.page import VariancePage

_ENDINGS: Final = (".html", ".pdf", ".md", ".xlsx")
_FOLDER: Final = "reports"
_WHAT, _UNWRITTEN = "report", "FM2581"


@click.group("report")
def command() -> None:
    """Write pages for those who answer for cost: HTML, PDF, Markdown or Excel."""


@command.command("variance")
@click.argument("period", required=False, type=MONTH, metavar="[PERIOD]")
@against_option
@click.option("--by", "by", multiple=True, type=Name("a dimension, or a word such as service"), metavar="WORD[,WORD]",
              help="Whose: dimensions that costs are allocated to, service, source; a table each; may be repeated. The "
              "first two dimensions and service without it.")  # fmt: skip
@click.option("--file", "target", type=Place("file"), metavar="FILE",
              help="Where to: .html, .pdf, .md or .xlsx; the ending says which. One that is there is replaced. Without "
              "it reports/variance-PERIOD.html of the project.")  # fmt: skip
@click.option("--output", "form", type=Word(("file", "markdown")), default="file", metavar="FORM", show_default=True,
              help="file, or markdown: print it instead.")  # fmt: skip
@click.pass_obj
def variance_command(  # noqa: PLR0913 -- one parameter per option
    folder: Path | None,
    period: str | None,
    *,
    against: str,
    by: tuple[str, ...],
    target: Path | None,
    form: str,
) -> None:
    """Write the month's report: what it cost, against what, and why.

    PERIOD is a month; the last one without it. A headline states the finding; below stand the bridge with every
    effect, products, teams and services with their trend, unit costs, and what it all stands on. The page is one file:
    no script, nothing from the net, light, dark and on paper. Every number of it ties.
    """
    from finmod.terms.periods import parse_period
    from finmod.workspace.report.variance import variance_page
    from finmod.workspace.variance.variance import Wanted

    if target is not None and form == "markdown":
        message = "--output markdown prints; --file writes. Give one of them."
        raise click.UsageError(message)
    ending = _ending(target)
    words = words_of(by)
    project = opened(folder)
    _look_for_library(ending)
    with progress() as step:
        page = variance_page(project, Wanted(parse_period(period) if period else None, against, words), step=step)
    if form == "markdown":
        from finmod.reports.variance.markdown import markdown_page

        click.echo(markdown_page(page), nl=False)
    else:
        _write(page, target or _own(project.root, page), ending)
    must_hold(page.proofs)


def _own(root: Path, page: VariancePage) -> Path:
    """Return where a report is written that nobody named a file for; its folder is made."""
    folder = root / _FOLDER
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise UserError(not_written(folder, error, _WHAT, code=_UNWRITTEN)) from error
    return folder / f"variance-{page.report.after.month:%Y-%m}.html"


def _ending(target: Path | None) -> str:
    if target is None:
        return ".html"
    ending = target.suffix.lower()
    if ending not in _ENDINGS:
        expected = "a file that ends in .html, .pdf, .md or .xlsx"
        raise UserError(
            Problem(code="FM2580", found=f"--file is {str(target)!r}", expected=expected, remedy="Name it so.")
        )
    return ending


def _look_for_library(ending: str) -> None:
    """Look for what writes a form, so that what lacks is said before anything is computed."""
    if ending == ".pdf":
        from finmod.reports.pdf import weasyprint

        weasyprint()
    elif ending == ".xlsx":
        from finmod.exports.variance_excel import look_for_library

        look_for_library()


def _write(page: VariancePage, target: Path, ending: str) -> None:
    with replacing(target, _WHAT, code=_UNWRITTEN) as aside:
        _make(page, aside, ending)
    say(console(), f"Wrote the report to {target}")


def _make(page: VariancePage, path: Path, ending: str) -> None:
    if ending == ".xlsx":
        from finmod.exports.variance_excel import write_variance

        write_variance(page, path)
    elif ending == ".pdf":
        from finmod.reports.pdf import pdf_of
        from finmod.reports.variance.page import html_page

        path.write_bytes(pdf_of(html_page(page, is_print=True)))
    elif ending == ".md":
        from finmod.reports.variance.markdown import markdown_page

        path.write_text(markdown_page(page), encoding="utf-8", newline="")
    else:
        from finmod.reports.variance.page import html_page

        path.write_text(html_page(page), encoding="utf-8", newline="")
