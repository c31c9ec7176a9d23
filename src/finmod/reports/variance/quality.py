"""The box of data quality: what the page stands on, and whether it ties.

Owns its sentences, and what makes one of them look odd.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from finmod.errors import printable
from finmod.models.variance.headline import label_of
from finmod.models.variance.page import Figure, Said, VariancePage
from finmod.models.variance.report import Proof
from finmod.reports.variance.figures import ended, name_of, sentence
from finmod.reports.variance.tables import Head, Row, Table, number_head
from finmod.terms.money import difference

Mark = Literal["ties", "look", "note"]


@dataclass(frozen=True)
class Line:
    """A sentence of the box.

    Attributes:
        mark: Whether it is fine, odd, or only told.
        title: What it is about.
        said: The sentence.
    """

    mark: Mark
    title: str
    said: Said


def quality_lines(page: VariancePage) -> tuple[Line, ...]:
    """Return what the page stands on."""
    every = (_ledger(page), _sums(page), _invoices(page), _allocated(page), _findings(page), _months(page), _load(page))
    return (*every, *_notes(page))


def is_tied(page: VariancePage) -> bool:
    """Return whether everything that can be compared is the same."""
    return all(each.mark != "look" for each in (_ledger(page), _sums(page), _invoices(page)))


def _count(number: int) -> Figure:
    return Figure(Decimal(number), "count")


def _counted(number: int, thing: str) -> Said:
    return _count(number), f" {thing}{'' if number == 1 else 's'}"


def _ledger(page: VariancePage) -> Line:
    if all(each.holds for each in page.proofs):
        words = "Every charge of the ledger is in this page, to the last digit."
        return Line("ties", "Ledger", (words,))
    return Line("look", "Ledger", ("What is compared is NOT the ledger's total: see the table below.",))


def _sums(page: VariancePage) -> Line:
    same, every = page.quality.sums
    said = (_count(same), " of ", _count(every), " totals are the same in files, charges and daily cube.")
    return Line("ties" if same == every else "look", "Files", said)


def _invoices(page: VariancePage) -> Line:
    found = page.quality.invoices
    if found is None:
        return Line("note", "Invoices", ("The project lists no invoices: nothing says what was asked for.",))
    tie = "equals its charges" if found.tie == 1 else "equal their charges"
    said = sentence(_count(found.tie), " of ", _counted(found.compared, "invoice"), f" of the month {tie}")
    for currency, amount in found.unexplained:
        said = sentence(
            said, "; ", Figure(amount, "exact"), f" {name_of(currency, '')} of the differences is not explained"
        )
    if found.odd:
        said = sentence(
            said,
            "; ",
            _count(found.odd),
            f" {'stands' if found.odd == 1 else 'stand'} on one side alone or cannot be compared",
        )
    return Line("ties" if found.tie == found.compared and not found.odd else "look", "Invoices", sentence(said, "."))


def _allocated(page: VariancePage) -> Line:
    state, share = page.report.after, page.allocated
    if state.version is None or state.applied_at is None:
        return Line("note", "Allocation", ("No allocation stands: what products have of the change is not known.",))
    known: Said = ()
    if share is not None:
        known = (Figure(share, "percent"), f" of cost has a {name_of(page.members[0].by, '')}; ")
    said = sentence(known, "allocation " if known else "Allocation ", _count(state.version),
                    f", applied {state.applied_at:%Y-%m-%d %H:%M} UTC.")  # fmt: skip
    return Line("note", "Allocation", said)


def _findings(page: VariancePage) -> Line:
    errors, warnings, notes = page.quality.findings
    said = sentence(
        _counted(errors, "error"), ", ", _counted(warnings, "warning"), " and ", _counted(notes, "note"), " of a check"
    )
    let = page.quality.let_pass
    if let:
        said = sentence(said, "; the project lets ", _count(let), " of them pass")
    return Line("look" if errors else "note", "Findings", sentence(said, "."))


def _months(page: VariancePage) -> Line:
    told = [f"{label} is {f'closed since {at:%Y-%m-%d}' if at else 'open'}" for label, at in page.quality.closed]
    return Line("note", "Months", (f"{'; '.join(told)}.",))


def _load(page: VariancePage) -> Line:
    at, version = page.quality.loaded_at, page.report.after.ledger_version
    when = f"The last bill of the month was read {at:%Y-%m-%d %H:%M} UTC; " if at else ""
    return Line("note", "Load", (f"{when}ledger version ", _count(version), "."))


def _notes(page: VariancePage) -> tuple[Line, ...]:
    notes = [each for each in page.report.findings if each.severity == "info"]
    return tuple(Line("note", each.code, (ended(printable(each.message, 400)),)) for each in notes)


def _named_proofs(page: VariancePage) -> Iterator[tuple[str, Proof]]:
    """Yield what is compared with the ledger; of the budget, whose month stands there already, what does not tie."""
    states = (page.report.before, page.report.after)
    yield from ((label_of(states[each.state]), each) for each in page.report.proofs)
    if page.budget:
        label = f"{label_of(page.budget.report.after)} beside its budget"
        yield from ((label, each) for each in page.budget.report.proofs if not each.holds)


def tie_table(page: VariancePage) -> Table:
    """Return what the ledger has beside what was compared, every digit of it."""
    rows = []
    for label, each in _named_proofs(page):
        name = f"{label}, {name_of(each.currency, '')}"
        words = "the same" if each.holds else "NOT the same"
        amounts = (each.ledger, each.compared, difference(each.compared, each.ledger))
        rows.append(Row(((name,), *((Figure(amount, "exact"),) for amount in amounts), (words,))))
    heads = (Head("Month, currency"), number_head("In the ledger"), number_head("On this page"),
             number_head("Difference"), Head("They are"))  # fmt: skip
    return Table("Tie-out: EffectiveCost, every digit", heads, tuple(rows))
