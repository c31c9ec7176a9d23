"""The metrics of a project: those that come with finmod, and those of metrics.yaml, which may say one anew.

Owns how a metric is made of what a file says: its terms with their units, what it is in, how it adds up. Whether the
columns of its conditions are there is known to who asks for its figures.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Final

from finmod.errors import Problem, UserError, near, printable
from finmod.settings.currencies import CURRENCIES
from finmod.settings.drivers import DRIVERS, Driver
from finmod.settings.metrics import METRICS, MeasureSettings, MetricSettings, MetricsFile, TermSettings
from finmod.settings.validate import first_problems, line_and_column, listing, validated
from finmod.settings.yaml import Document, Steps, parse_bytes, read_bytes
from finmod.terms.metrics import Demand, Format, Measure, Metric, additivity_of, unit_of_ratio
from finmod.terms.units import how_many

BUILT_IN: Final = "built_in_metrics.json"
_DRIVER, _UNITS, _ADDS, _CURRENCY, _NONE = "FM2401", "FM2403", "FM2404", "FM2402", "FM2405"
_CONDITION = "FM2406"


def has_metrics(root: Path) -> bool:
    """Return whether a project's folder has metrics of its own."""
    return os.path.lexists(root / METRICS)


def read_metrics(root: Path, currency: str, drivers: Mapping[str, Driver]) -> dict[str, Metric]:
    """Return every metric by name: those of finmod, then those of the project in the order of the file.

    Args:
        root: The project's folder.
        currency: Its reporting currency.
        drivers: The drivers of its drivers.yaml.

    Raises:
        UserError: Every problem of the file.
    """
    found = built_in_metrics(currency)
    if not has_metrics(root):
        return found
    raw = read_bytes(root / METRICS, METRICS)
    if all(not line.strip() or line.lstrip().startswith(b"#") for line in raw.splitlines()):
        return found  # so stands the file that ``finmod init`` writes
    return found | _metrics(parse_bytes(raw, METRICS), currency, drivers)


def built_in_metrics(currency: str) -> dict[str, Metric]:
    """Return the metrics that come with finmod, in a reporting currency."""
    text = resources.files("finmod.settings").joinpath(BUILT_IN).read_text(encoding="utf-8")
    reader = _Reader(None, currency, {})
    found = MetricsFile.model_validate_json(text).root
    return {name: reader.metric(name, settings) for name, settings in found.items()}


def chosen_metric(metrics: Mapping[str, Metric], name: str) -> Metric:
    """Return the metric of a name.

    Raises:
        UserError: There is none.
    """
    if name in metrics:
        return metrics[name]
    close = near(name, metrics)
    raise UserError(
        Problem(
            code=_NONE,
            found=f"there is no metric {printable(name, 80)!r}",
            expected=f"a metric of {METRICS}, or one of those that come with finmod",
            remedy=f"Did you mean {close!r}? " * bool(close) + "See them with: finmod metric --list.",
        )
    )


def _metrics(document: Document, currency: str, drivers: Mapping[str, Driver]) -> dict[str, Metric]:
    reader = _Reader(document, currency, drivers)
    made = {name: reader.metric(name, settings) for name, settings in validated(MetricsFile, document).root.items()}
    if reader.problems:
        raise UserError(*first_problems(sorted(reader.problems, key=line_and_column), document.name))
    return made


class _Reader:
    """Makes metrics of settings, and keeps every problem.

    Without a document they are those that come with finmod: JSON, which is read in a hundredth of the time of YAML.
    """

    def __init__(self, document: Document | None, currency: str, drivers: Mapping[str, Driver]) -> None:
        self.problems: list[Problem] = []
        self._document, self._currency, self._drivers = document, currency, drivers

    def metric(self, name: str, settings: MetricSettings) -> Metric:
        """Return a metric; what is wrong with it is among the problems."""
        step = ("numerator",) if settings.numerator else ()
        above = tuple(self._terms(settings.above, (name, *step), is_list=bool(settings.numerator)))
        below = tuple(self._terms(settings.per, (name, "per"), is_list=True))
        one, other = self._unit(above, (name, *step)), self._unit(below, (name, "per"))
        unit = unit_of_ratio(one, other or None)
        is_money = one in CURRENCIES and unit != ""
        shown: Format = settings.format or ("money" if is_money else "number" if unit else "percent")
        self._compare(name, settings, unit, above, below)
        if settings.currency is not None and (settings.currency != self._currency or not is_money):
            expected = f"{self._currency}, the reporting currency of finmod.yaml" if is_money else "no currency"
            found = f"{name}.currency is {printable(settings.currency, 40)!r}"
            remedy = "Correct it, or leave it out: money is told in the reporting currency."
            self._refuse(_CURRENCY, found, (name, "currency"), expected=expected, remedy=remedy)
        return Metric(
            name=name,
            label=settings.label or name.replace("_", " ").capitalize(),
            numerator=above,
            denominator=below,
            unit=unit,
            currency=one if is_money else None,
            format=shown,
            places=settings.places,
            better=settings.better,
            additivity=additivity_of(above, below),
            by=settings.by or self._by(settings),
            owner=settings.owner,
            description=settings.description,
            source=settings.source,
            built_in=self._document is None,
            place=self._place((name,)),
        )

    def _terms(self, terms: Sequence[MeasureSettings], steps: Steps, *, is_list: bool) -> Iterator[Measure]:
        for number, term in enumerate(terms):
            own = (*steps, number) if is_list and self._is_list(steps) else steps
            yield self._measure(term, own)

    def _measure(self, term: MeasureSettings, steps: Steps) -> Measure:
        kind = term.kind or "cost"
        name = str(getattr(term, kind))
        return Measure(
            kind=kind,
            name=name,
            unit=self._unit_of(term, (*steps, kind)),
            sign=-1 if isinstance(term, TermSettings) and term.minus else 1,
            basis="charges" if kind in {"quantity", "tags", "potential"} else term.of or "allocated",
            part=term.part or "full",
            where=tuple(self._demands(term, steps)),
            known=tuple(term.known),
            over_time=term.over_time or "sum",
            not_over=tuple(term.not_over),
            place=self._place((*steps, kind)),
        )

    def _demands(self, term: MeasureSettings, steps: Steps) -> Iterator[Demand]:
        own = self._drivers.get(term.driver or "")
        told = own.settings.by if own else None
        for subject, condition in (term.where or {}).items():
            place = self._place((*steps, "where", subject))
            if told is not None and subject not in told:
                self._refuse_condition(term.driver or "", subject, told, (*steps, "where", subject))
            yield Demand(subject, condition.any, condition.none, absent=condition.absent, place=place)

    def _refuse_condition(self, driver: str, subject: str, told: Sequence[str], steps: Steps) -> None:
        close = near(subject, told)
        hint = f"Did you mean {close!r}?" if close else "Take the condition out, or load the driver by it."
        expected = f"a dimension of {driver}: {listing(told)}" if told else f"no condition: {driver} is one series"
        found = f"{_called(steps)} is nothing that the driver {driver} is told by"
        self._refuse(_CONDITION, found, steps, expected=expected, remedy=hint)

    def _unit_of(self, term: MeasureSettings, steps: Steps) -> str:
        """Return what a term counts; of a driver in another currency the reporting one, into which it is converted."""
        if term.driver is None:
            return term.counted_in or self._currency
        if term.driver in self._drivers:
            return self._unit_of_driver(term, self._drivers[term.driver].settings.unit, steps)
        close = near(term.driver, self._drivers)
        remedy = f"Did you mean {close!r}?" if close else f"Add it to {DRIVERS}, or correct the name."
        expected = f"a driver of {DRIVERS}: {listing(self._drivers)}" if self._drivers else f"a driver of {DRIVERS}"
        found = f"{_called(self._found(steps))} is {printable(term.driver, 80)!r}"
        self._refuse(_DRIVER, found, steps, expected=expected, remedy=remedy)
        return ""

    def _unit_of_driver(self, term: MeasureSettings, own: str, steps: Steps) -> str:
        if own in CURRENCIES:
            if term.counted_in:
                found = f"{_called((*steps[:-1], 'in'))} is {printable(term.counted_in, 40)!r}"
                remedy = "Take in out: money is told in the reporting currency."
                self._refuse(_UNITS, found, (*steps[:-1], "in"), expected="no in beside money", remedy=remedy)
            return self._currency
        if term.counted_in and how_many(own, term.counted_in) is None:
            found = f"{_called((*steps[:-1], 'in'))} is {printable(term.counted_in, 40)!r}"
            remedy = f"Write a size of it above 0, such as 1000 {printable(own, 40)}s, or take in out."
            self._refuse(
                _UNITS, found, (*steps[:-1], "in"), expected=f"what {term.driver} counts: {own}", remedy=remedy
            )
        return term.counted_in or own

    def _unit(self, terms: Sequence[Measure], steps: Steps) -> str:
        """Return the unit that all terms of a side have."""
        units = list(dict.fromkeys(each.unit for each in terms if each.unit))
        if len(units) > 1:
            found = f"{_called(steps)} adds up {listing(units, 'and')}"
            remedy = "Make two metrics of it, or take terms of one unit."
            self._refuse(_UNITS, found, steps, expected="terms that count the same", remedy=remedy)
        return units[0] if units else ""

    def _by(self, settings: MetricSettings) -> tuple[str, ...]:
        """Return the dimensions of the drivers that a metric is made of, which all of them have."""
        named = [each.driver for each in (*settings.above, *settings.per) if each.driver in self._drivers]
        every = [self._drivers[name].settings.by for name in named if name]
        return tuple(each for each in every[0] if all(each in other for other in every)) if every else ()

    def _compare(
        self, name: str, settings: MetricSettings, unit: str, above: tuple[Measure, ...], below: tuple[Measure, ...]
    ) -> None:
        """Refuse a unit or an additivity that is not what comes out."""
        if settings.unit is not None and settings.unit.strip() != unit and all(each.unit for each in (*above, *below)):
            found = f"{name}.unit is {printable(settings.unit, 60)!r}"
            remedy = "Correct the unit, or the driver that it is divided by; or leave unit out."
            self._refuse(_UNITS, found, (name, "unit"), expected=f"{unit!r}, which both sides make", remedy=remedy)
        adds = additivity_of(above, below)
        if settings.additivity is not None and settings.additivity != adds:
            why = {
                "ratio": "it has a denominator: its figures are never added up, its two sides are",
                "semi-additive": "its figures cannot be added up over months, or not over what not_over names",
                "additive": "its figures can be added up",
            }[adds]
            found = f"{name}.additivity is {settings.additivity!r}"
            remedy = "Correct it, or leave it out."
            self._refuse(_ADDS, found, (name, "additivity"), expected=f"{adds!r}: {why}", remedy=remedy)

    def _refuse(self, code: str, found: str, steps: Steps, *, expected: str, remedy: str) -> None:
        where = self._place(steps)
        self.problems.append(Problem(code=code, found=found, expected=expected, where=where, remedy=remedy))

    def _is_list(self, steps: Steps) -> bool:
        return self._document is not None and isinstance(self._document.find(steps)[1].content, list)

    def _found(self, steps: Steps) -> Steps:
        return self._document.find(steps)[0] if self._document else steps

    def _place(self, steps: Steps) -> str:
        if self._document is None:
            return ""  # it came with finmod, and nobody can mend it there
        _, node, key = self._document.find(steps)
        line, column = (node.line, node.column) if len(steps) > 1 else key
        return f"{self._document.name}:{line}:{column}"


def _called(steps: Steps) -> str:
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in steps)
