"""From what a share says to how a pool is shared, with the problems of each name in it.

Owns one share beside the taxonomy and the drivers: values that are not there or do not hold, parts that are not 1,
drivers that are not there or do not fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import prod
from typing import Any

from finmod.allocation.definition import FINEST_FIRST, PRICES, DriverInfo, Fixed, Share, Values
from finmod.errors import Problem, near, printable
from finmod.settings.share import UNALLOCATED, ShareSettings
from finmod.settings.validate import listing
from finmod.settings.yaml import Document, Steps
from finmod.taxonomy.building import Builder, span
from finmod.taxonomy.checks import unknown_value
from finmod.taxonomy.definition import Condition, Span, Taxonomy, common
from finmod.taxonomy.patterns import is_pattern
from finmod.terms.money import plain


@dataclass
class ShareBuilder:
    """Builds shares.

    Attributes:
        document: The file.
        conditions: Builds the conditions of the file.
        taxonomy: Whose dimensions and values are named.
        to: The dimensions that costs are allocated to.
        drivers: Every driver by its name; None where nobody knows them.
        problems: What must be mended, added to.
        asked: Conditions that are still to be looked at, all at once, added to.
    """

    document: Document
    conditions: Builder
    taxonomy: Taxonomy
    to: tuple[str, ...]
    drivers: Mapping[str, DriverInfo] | None
    problems: list[Problem]
    asked: list[Condition]

    def share(self, settings: ShareSettings, at: Steps, holds: Span, of: tuple[str, ...] | None = None) -> Share:
        """Return a share.

        Args:
            settings: What the file says.
            at: The way to it.
            holds: When what is shared is there.
            of: Of a level, the dimensions that it stays within and those that it adds; None of a pool.
        """
        held, dimensions = span(settings), of or self.to
        both = common(held, holds)
        if both is None:
            self._problem(
                "FM2117", f"{self._name(at)} holds on no day on which what it shares is there ({holds})",
                "days in common", self._value(at), "Correct since and until of one of them.",
            )  # fmt: skip
        otherwise = None
        if settings.otherwise is not None:
            otherwise = self.share(settings.otherwise, (*at, "else"), both or holds, of)
            self._told_before(otherwise, settings, (*at, "else"))
        among = self._among(settings, at, dimensions)
        self._check_drivers(settings, at, dimensions)
        self._check_minimum(settings, among, at)
        if of is None:
            self._check_even(settings, at)
        return Share(
            kind=settings.by,
            place=self.place(at),
            text=share_words(settings),
            span=held,
            fixed=self._fixed(settings, at, both or holds),
            among=among,
            measure=settings.of,
            base=settings.base,
            within=settings.within,
            pools=settings.pools,
            driver=settings.driver,
            capacity=settings.capacity,
            idle=settings.idle,
            minimum=settings.minimum,
            grain=settings.grain,
            drivers=settings.drivers,
            months=settings.months,
            overhead=settings.overhead,
            prices=_prices(settings),
            otherwise=otherwise,
            unallocated=settings.says_unallocated,
        )

    def place(self, at: Steps) -> str:
        """Return ``file:line:column`` of a key or an item."""
        line, column = self.document.find(at)[2]
        return f"{self.document.name}:{line}:{column}"

    def _value(self, at: Steps) -> str:
        """Return ``file:line:column`` of a value."""
        node = self.document.find(at)[1]
        return f"{self.document.name}:{node.line}:{node.column}"

    def _name(self, at: Steps) -> str:
        """Return the path to a value as a person counts."""
        return ".".join(str(step + 1) if isinstance(step, int) else printable(step, 80) for step in at)

    def _problem(self, code: str, found: str, expected: str | None, where: str, remedy: str) -> None:
        self.problems.append(Problem(code=code, found=found, expected=expected, where=where, remedy=remedy))

    def _fixed(self, settings: ShareSettings, at: Steps, holds: Span) -> tuple[Fixed, ...]:
        if not settings.shares:
            return ()
        at = (*at, "shares")
        found = tuple(self._parts(settings.shares, at, (), holds))
        total = sum(_leaves(settings.shares), Decimal())
        if total != 1:
            missing = plain(abs(1 - total))
            remedy = (
                f"{missing} is missing: give it to somebody, or write {UNALLOCATED}: {missing}."
                if total < 1
                else f"{missing} is too much: take it from somebody."
            )
            self._problem("FM2104", f"{self._name(at)} sum to {plain(total)}", "1", self._value(at), remedy)
        return found

    def _parts(self, given: Mapping[str, Any], at: Steps, above: tuple[str, ...], holds: Span) -> Iterator[Fixed]:
        """Yield the parts below some values, each of the next dimension."""
        if len(above) >= len(self.to):
            remedy = f"Add the dimension to to, or give {printable(above[-1], 80)!r} one share."
            self._problem(
                "FM2101", f"{self._name(at)} has names of one dimension more",
                f"names of {listing(self.to, 'and')}", self._value(at), remedy,
            )  # fmt: skip
            return
        for name, part in given.items():
            values = above if name == UNALLOCATED else (*above, name)
            if name != UNALLOCATED:
                self._check_value(self.to[len(above)], name, (*at, name), holds)
            if isinstance(part, dict):
                yield from self._parts(part, (*at, name), values, holds)
            else:
                yield Fixed(_padded(values, len(self.to)), part, self.place((*at, name)))

    def _check_value(self, dimension: str, name: str, at: Steps, holds: Span) -> None:
        known = self.taxonomy.dimensions.get(dimension)
        if known is None:
            return
        self.problems += unknown_value(known, name, self.place(at), exact=True)
        value = (known.values or {}).get(name)
        if value is not None and common(value.span, holds) != holds:
            self._problem(
                "FM2109",
                f"{printable(name, 80)!r} of {dimension} is there {value.span}, and the share {str(holds) or 'always'}",
                "values that are there as long as the share", self.place(at),
                "Give the share the same days, and add another for the others.",
            )  # fmt: skip

    def _among(self, settings: ShareSettings, at: Steps, of: tuple[str, ...]) -> tuple[Condition, ...]:
        at = (*at, "among")
        found = self.conditions.conditions(settings.among or {}, at)
        for each in found:
            if each.subject not in of:
                close = near(each.subject, of)
                remedy = f"Did you mean {close!r}?" if close else "Name one of those, or take it out."
                self._problem(
                    "FM2101", f"{self._name((*at, each.subject))} is no dimension that costs are allocated to",
                    listing(of), each.place, remedy,
                )  # fmt: skip
        self.asked += [each for each in found if each.subject in of]
        return found

    def _check_minimum(self, settings: ShareSettings, among: tuple[Condition, ...], at: Steps) -> None:
        """Refuse a minimum that even the values that may be targets would not have together."""
        lists = [each.any for each in among]
        if settings.minimum and lists and all(lists) and not any(is_pattern(text) for each in lists for text in each):
            targets = prod(len(each) for each in lists)
            if settings.minimum * targets > 1:
                self._problem(
                    "FM2112",
                    f"{self._name((*at, 'minimum'))} is {plain(settings.minimum)}, of {targets} targets together "
                    f"{plain(settings.minimum * targets)}",
                    "at most 1 together", self._value((*at, "minimum")), "Write a smaller minimum.",
                )  # fmt: skip

    def _check_even(self, settings: ShareSettings, at: Steps) -> None:
        """Refuse an even share among values that no list tells: nobody would have a part."""
        main = self.to[0]
        dimension = self.taxonomy.dimensions.get(main)
        if settings.by == "even" and dimension is not None and dimension.values is None and not settings.pools:
            self._problem(
                "FM2118", f"{self._name((*at, 'by'))} is even, and any text is a value of {main}",
                f"a dimension with values under {main} of taxonomy.yaml", self._value((*at, "by")),
                "Add its values there, or share by: cost.",
            )  # fmt: skip

    def _told_before(self, share: Share, before: ShareSettings, at: Steps) -> None:
        """Refuse what is to be done where another share cannot be told, and cannot be told just there either."""
        asked = filter(None, (share.driver, *share.drivers))
        again = [name for name in asked if name in {before.driver, *before.drivers}]
        if share.kind == before.by and (again or share.kind == "kubernetes"):
            what = f"driver {printable(again[0], 80)!r}" if again else "usage of Kubernetes"
            self._problem(
                "FM2111", f"{self._name(at)} asks for the {what} again, which is not there where it is asked",
                "another share, or unallocated", self.place(at), f"Write else: {UNALLOCATED}, or name another driver.",
            )  # fmt: skip

    def _check_drivers(self, settings: ShareSettings, at: Steps, of: tuple[str, ...]) -> None:
        if self.drivers is None:
            return
        main = self._driver(settings.driver, (*at, "driver"))
        if main is not None:
            self._check_dimensions(main, (*at, "driver"), of)
            self._check_grain(main, settings, at)
        for number, name in enumerate(settings.drivers):
            each = self._driver(name, (*at, "drivers", number))
            if each is not None:
                self._check_dimensions(each, (*at, "drivers", number), of)
        there = self._driver(settings.capacity, (*at, "capacity"))
        if there is not None and main is not None:
            self._check_capacity(there, main, (*at, "capacity"))

    def _driver(self, name: str | None, at: Steps) -> DriverInfo | None:
        if name is None or self.drivers is None:
            return None
        if name not in self.drivers:
            close = near(name, self.drivers)
            remedy = f"Did you mean {close!r}?" if close else "Add it to drivers.yaml, or correct the name."
            some = [printable(each, 40) for each in list(self.drivers)[:20]] or ["a driver of drivers.yaml"]
            expected = listing([*some, "..."] if len(self.drivers) > len(some) else some)
            self._problem("FM2107", f"no driver is {printable(name, 80)!r}", expected, self._value(at), remedy)
        return self.drivers.get(name)

    def _check_dimensions(self, driver: DriverInfo, at: Steps, of: tuple[str, ...]) -> None:
        told = f"by {listing(driver.by, 'and')}" if driver.by else "as one number for all"
        foreign = [name for name in driver.by if name not in of]
        if of[0] not in driver.by:
            found, expected = f"driver {driver.name!r} is told {told}", f"a driver by {of[0]}"
            remedy = f"Add {of[0]} to by of the driver in drivers.yaml, or name another driver."
        elif foreign:
            found, expected = f"driver {driver.name!r} is told {told}", f"{listing(of, 'and')} at most"
            remedy = f"Add {listing(foreign, 'and')} to to, or take it from by of the driver in drivers.yaml."
        else:
            return
        self._problem("FM2108", found, expected, self._value(at), remedy)

    def _check_grain(self, driver: DriverInfo, settings: ShareSettings, at: Steps) -> None:
        if settings.grain is not None and FINEST_FIRST.index(settings.grain) < FINEST_FIRST.index(driver.grain):
            self._problem(
                "FM2108", f"driver {driver.name!r} has one value per {driver.grain}",
                f"a grain of {listing(FINEST_FIRST[FINEST_FIRST.index(driver.grain) :])}",
                self._value((*at, "grain")), "Take grain out, or give the driver a finer one.",
            )  # fmt: skip

    def _check_capacity(self, there: DriverInfo, used: DriverInfo, at: Steps) -> None:
        foreign = [name for name in there.by if name not in used.by]
        if there.unit != used.unit:
            found = f"capacity {there.name!r} is in {printable(there.unit, 40)!r}"
            expected = f"the unit of {used.name!r}, {printable(used.unit, 40)!r}"
            remedy = "Correct the unit of one of them in drivers.yaml."
        elif foreign:
            found, remedy = f"capacity {there.name!r} is told by {listing(foreign, 'and')}", "Name another driver."
            expected = f"at most the dimensions of {used.name!r}"
        elif there.grain != used.grain:
            found = f"capacity {there.name!r} has one value per {there.grain}"
            expected, remedy = f"one per {used.grain}, as {used.name!r}", "Give both drivers one grain."
        else:
            return
        self._problem("FM2108", found, expected, self._value(at), remedy)


def share_words(settings: ShareSettings) -> str:
    """Return how a share reads, in a few words."""
    words = {
        "even": "even",
        "fixed": f"fixed in {len(list(_leaves(settings.shares or {})))} parts",
        "cost": f"cost {settings.of}",
        "driver": f"driver {settings.driver}",
        "kubernetes": "kubernetes",
        "inferred": f"inferred {', '.join(settings.drivers)}",
    }[settings.by]
    words += f" within {listing(settings.within, 'and')}" if settings.within else ""
    words += f" among {', '.join(settings.among)}" if settings.among else ""
    return f"{words}, idle {settings.idle}" if settings.idle else words


def _leaves(given: Mapping[str, Any]) -> Iterator[Decimal]:
    """Yield every part of fixed shares."""
    for each in given.values():
        if isinstance(each, dict):
            yield from _leaves(each)
        else:
            yield each


def _prices(settings: ShareSettings) -> tuple[Decimal, Decimal, Decimal]:
    given = settings.prices
    return PRICES if given is None else (given.cpu, given.memory, given.gpu)


def _padded(values: tuple[str, ...], count: int) -> Values:
    return (*values, *([None] * (count - len(values))))
