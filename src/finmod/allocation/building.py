"""From what allocation.yaml says to policies, pools and levels, with the problems of each name in it.

Owns what can be told of one pool or level by itself. How it is shared is built in ``share_building.py``; what pools
must be to each other is told in ``checks.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

from finmod.allocation.definition import Allocation, DriverInfo, Level, Pool, Share, Values, level_above
from finmod.allocation.policies import NAMES, OF_COMMITMENTS, Sets, Word, policy_pool, sets
from finmod.allocation.share_building import ShareBuilder
from finmod.errors import Problem, near, printable
from finmod.settings.allocation import COST, OWNER, USERS, AllocationFile, LevelSettings, PoolSettings
from finmod.settings.share import ShareSettings
from finmod.settings.taxonomy import DIMENSION_NAME
from finmod.settings.validate import listing
from finmod.settings.yaml import Document, Steps
from finmod.taxonomy.building import Builder as ConditionBuilder
from finmod.taxonomy.building import span, when_words
from finmod.taxonomy.checks import condition_faults, unknown_value
from finmod.taxonomy.definition import ALWAYS, Condition, Taxonomy, column_of, common
from finmod.taxonomy.patterns import is_pattern

OWN_COLUMNS: Final = frozenset({
    "x_billingperiod", "x_chargedate", "x_source", "x_trueupof", "x_allocationof", "x_pool", "x_measure", "x_before",
    "x_after", "x_difference",
})  # fmt: skip
"""The columns that tables of allocated cost have of finmod, in small letters."""

_INSIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "even": ("among", "else"),
    "cost": ("of", "grain", "among", "else"),
    "driver": ("driver", "idle", "minimum", "grain", "among", "else"),
}
"""The shares of a level whose dimensions are among those of ``to``, each with its keys."""

_BELOW: Final[Mapping[str, tuple[str, ...]]] = {"driver": ("driver", "idle")}
"""The same of a level that adds another dimension."""


@dataclass
class Builder:
    """Builds what the file says.

    Attributes:
        document: The file.
        settings: The same as a model.
        taxonomy: Whose dimensions and values are named.
        drivers: Every driver by its name; None where nobody knows them.
        problems: What must be mended.
    """

    document: Document
    settings: AllocationFile
    taxonomy: Taxonomy
    drivers: Mapping[str, DriverInfo] | None
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        # To try patterns takes a moment each time, however many they are.
        self._asked: list[Condition] = []
        self._conditions = ConditionBuilder(self.document, Path(), included=False)
        self._shares = ShareBuilder(
            self.document, self._conditions, self.taxonomy, self.settings.to, self.drivers, self.problems, self._asked
        )

    def allocation(self) -> Allocation:
        """Return the allocation, as far as it can be meant; what cannot is among the problems."""
        self._check_to()
        pools = [self._pool(number, each) for number, each in enumerate(self.settings.pools)]
        pools = self._with_policies(pools)
        levels = tuple(self._levels())
        self.problems += condition_faults(self._asked, self.taxonomy)
        return Allocation(to=self.settings.to, pools=tuple(pools), levels=levels, place=self._place(("to",)))

    def _place(self, at: Steps) -> str:
        return self._shares.place(at)

    def _value(self, at: Steps) -> str:
        """Return ``file:line:column`` of a value."""
        node = self.document.find(at)[1]
        return f"{self.document.name}:{node.line}:{node.column}"

    def _problem(self, code: str, found: str, expected: str | None, where: str, remedy: str) -> None:
        self.problems.append(Problem(code=code, found=found, expected=expected, where=where, remedy=remedy))

    def _check_to(self) -> None:
        known = list(self.taxonomy.dimensions)
        for number, name in enumerate(self.settings.to):
            if name not in known:
                close = near(name, known)
                remedy = f"Did you mean {close!r}?" if close else "Add it to taxonomy.yaml, or correct the name."
                self._problem(
                    "FM2101", f"taxonomy.yaml has no dimension {printable(name, 80)!r}",
                    listing(known) if known else "a dimension", self._value(("to", number)), remedy,
                )  # fmt: skip
            elif self.taxonomy.dimensions[name].column.lower() in OWN_COLUMNS:
                self._problem(
                    "FM2102", f"the column {self.taxonomy.dimensions[name].column} of {name} is one of finmod's own",
                    "a column of its own for each dimension", self._value(("to", number)),
                    "Rename the dimension in taxonomy.yaml.",
                )  # fmt: skip

    def _pool(self, number: int, settings: PoolSettings) -> Pool:
        at: Steps = ("pools", number)
        when = tuple(self._conditions.conditions(each, (*at, *steps)) for steps, each in settings.whens)
        self._asked += [each for one in when for each in one]
        holds = span(settings)
        shares = tuple(self._shares.share(each, (*at, *steps), holds) for steps, each in settings.shares)
        self._check_gaps(shares, settings.name)
        texts = tuple(
            (f"pool {settings.name}, {when_words(each)}", self._place((*at, *steps))) for steps, each in settings.whens
        )
        return Pool(
            name=settings.name, place=self._place((*at, "name")), when=when, shares=shares, texts=texts, span=holds,
            receives=self._receives(settings, when, at), label=settings.label, rest=settings.rest,
        )  # fmt: skip

    def _check_gaps(self, shares: tuple[Share, ...], name: str) -> None:
        """Refuse days between two shares on which none holds."""
        ordered = sorted(shares, key=lambda each: each.span.bounds)
        for earlier, later in pairwise(ordered):
            until, since = earlier.span.until, later.span.since
            if until is not None and since is not None and until < since:
                self._problem(
                    "FM2110", f"{printable(name, 80)!r} has no share from {until} until {since}",
                    "a share for each day between two", later.place,
                    "Let the earlier one hold until then; shares: {unallocated: 1} says that it stays with nobody.",
                )  # fmt: skip

    def _receives(self, settings: PoolSettings, when: tuple[tuple[Condition, ...], ...], at: Steps) -> Values | None:
        if settings.receives is None:
            return self._meant(when)
        if not settings.receives:
            return ()
        holds, found = span(settings), dict[str, str]()
        for dimension, value in settings.receives.items():
            step = (*at, "as", dimension)
            if dimension not in self.settings.to:
                close = near(dimension, self.settings.to)
                remedy = f"Did you mean {close!r}?" if close else "Name one of those, or take it out."
                self._problem(
                    "FM2101", f"as names {printable(dimension, 80)!r}", listing(self.settings.to), self._place(step),
                    remedy,
                )  # fmt: skip
                continue
            found[dimension] = value
            known = self.taxonomy.dimensions.get(dimension)
            if known is not None:
                self.problems += unknown_value(known, value, self._value(step), exact=True)
                there = (known.values or {}).get(value)
                if there is not None and common(there.span, holds) is None:
                    self._problem(
                        "FM2109", f"{printable(value, 80)!r} of {dimension} is there {there.span} only, the pool "
                        f"{holds}", "days in common", self._value(step), "Correct since and until of one of them.",
                    )  # fmt: skip
        return tuple(found.get(name) for name in self.settings.to) if found else None

    def _meant(self, when: tuple[tuple[Condition, ...], ...]) -> Values | None:
        """Return what a pool is called that is one value of one dimension."""
        if len(when) != 1 or len(when[0]) != 1:
            return None
        asked = when[0][0]
        dimension = self.taxonomy.dimensions.get(asked.subject)
        if dimension is None or asked.subject not in self.settings.to or asked.none or len(asked.any) != 1:
            return None
        text = asked.any[0]
        if is_pattern(text):
            return None
        name = next((each for each in dimension.values or {} if each.lower() == text.lower()), text)
        return tuple(name if each == asked.subject else None for each in self.settings.to)

    def _with_policies(self, pools: list[Pool]) -> list[Pool]:
        """Return the pools with those of policies before them, and with what policies put into them."""
        made, by_name = list[Pool](), dict[str, int]()
        for place, pool in enumerate(pools):
            by_name.setdefault(pool.name, place)
        for word, meaning, at in self._policies():
            where = self._value(at)
            allowed = (OWNER, USERS) if word in OF_COMMITMENTS else (OWNER, COST)
            if meaning in allowed:
                made += [policy_pool(word, meaning, where)] if meaning != OWNER else []
            elif meaning in by_name:
                text = f"policy {'.'.join(map(str, at[1:]))}: {meaning}"
                pools[by_name[meaning]] = _fed(pools[by_name[meaning]], sets(word, where), (text, where))
            else:
                self._unknown_meaning(meaning, at, (*allowed, *by_name))
        for pool in pools:
            if not pool.when:
                self._problem(
                    "FM2103", f"pool {printable(pool.name, 80)!r} has no when, and no policy names it",
                    "conditions that say which charges are in it", pool.place,
                    "Add when:, such as 'when: {ServiceName: \"*Support*\"}'.",
                )  # fmt: skip
        return [*made, *pools]

    def _policies(self) -> Iterator[tuple[Word, str, Steps]]:
        """Yield each policy that is given: its word, what it says, and the way to it."""
        policies = self.settings.policies
        for word in NAMES:
            of_commitments = word in OF_COMMITMENTS
            holder = policies.commitments if policies and of_commitments else policies
            meaning = getattr(holder, word, None) if holder else None
            if meaning is not None:
                yield word, meaning, ("policies", *(("commitments",) if of_commitments else ()), word)

    def _unknown_meaning(self, meaning: str, at: Steps, known: tuple[str, ...]) -> None:
        close = near(meaning, known)
        remedy = f"Did you mean {close!r}?" if close else "Add a pool of that name, or write one of these."
        self._problem(
            "FM2113", f"{'.'.join(map(str, at))} is {printable(meaning, 80)!r}",
            listing([printable(each, 40) for each in known[:20]]), self._value(at), remedy,
        )  # fmt: skip

    def _levels(self) -> Iterator[Level]:
        known = list(self.settings.to)
        below: list[Level] = []
        for number, settings in enumerate(self.settings.levels):
            at: Steps = ("levels", number)
            dimensions = settings.to or (settings.name,)
            self._check_level(settings, at, dimensions, known)
            of = (*(name for name in settings.within if name in known), *dimensions)
            shares = tuple(self._shares.share(each, (*at, *steps), ALWAYS, of) for steps, each in settings.shares)
            for steps, each in settings.shares:
                self._check_level_share(each, (*at, *steps), settings.name, dimensions)
            self._check_gaps(shares, settings.name)
            level = Level(
                name=settings.name, place=self._place((*at, "name")), dimensions=dimensions, within=settings.within,
                shares=shares,
            )  # fmt: skip
            self._check_below(level, at, below, known)
            known += [name for name in dimensions if name not in known]
            below += [] if set(dimensions) <= set(self.settings.to) else [level]
            yield level

    def _check_level(self, settings: LevelSettings, at: Steps, dimensions: tuple[str, ...], known: list[str]) -> None:
        shown = printable(settings.name, 80)
        for number, name in enumerate(settings.within):
            if name not in known:
                close = near(name, known)
                remedy = (
                    f"Did you mean {close!r}?" if close else "Name one of those, or move this level behind its own."
                )
                self._problem(
                    "FM2116", f"level {shown!r} is within {printable(name, 80)!r}",
                    f"{listing(known)}: a dimension of to, or of a level before", self._value((*at, "within", number)),
                    remedy,
                )  # fmt: skip
        for number, name in enumerate(dimensions):
            place = self._value((*at, "to", number) if settings.to else (*at, "name"))
            if name in settings.within:
                self._problem(
                    "FM2116", f"level {shown!r} adds {printable(name, 80)!r}, which it is within",
                    "another dimension", place, "Take it from within, or from to.",
                )  # fmt: skip
            elif name in known and name not in self.settings.to:
                self._problem(
                    "FM2116", f"level {shown!r} adds {printable(name, 80)!r}, as one before does",
                    "each dimension in one level", place, "Take it from one of the two.",
                )  # fmt: skip
            elif (
                not re.fullmatch(DIMENSION_NAME, name) or name.endswith("\n") or column_of(name).lower() in OWN_COLUMNS
            ):
                self._problem(
                    "FM2116", f"{printable(name, 80)!r} can be no dimension of level {shown!r}",
                    "a lower-case letter, then lower-case letters, digits, _ or -, and no column of finmod", place,
                    "Correct the name; where the level is called otherwise, add to: with the dimension.",
                )  # fmt: skip

    def _check_below(self, level: Level, at: Steps, before: Sequence[Level], known: Sequence[str]) -> None:
        """Refuse a level below the targets whose rows nothing before it has, or that would put aside what is known."""
        own = set(self.settings.to)
        shown = printable(level.name, 80)
        inside = [name for name in level.dimensions if name in own and name not in level.within]
        if inside and not set(level.dimensions) <= own:
            self._problem(
                "FM2116", f"level {shown!r} adds {printable(inside[0], 80)!r} of to beside others",
                "one level that fills in dimensions of to, and one below it",
                self._value((*at, "to", level.dimensions.index(inside[0]))),
                f"Take {printable(inside[0], 80)!r} out of it, into a level before.",
            )  # fmt: skip
        if not set(level.within) <= own and set(level.within) <= {*known} and level_above(level, before) is None:
            self._problem(
                "FM2116", f"level {shown!r} is within {listing(list(map(_shown, level.within)), 'and')}",
                "what a level before it is told by, all of it at once", self._place((*at, "within")),
                "Put the level before it within all the others, or take one out of here.",
            )  # fmt: skip

    def _check_level_share(self, settings: ShareSettings, at: Steps, name: str, dimensions: tuple[str, ...]) -> None:
        """Refuse what no level of its kind does: it would be read and then left out."""
        below = [each for each in dimensions if each not in self.settings.to]
        does = _BELOW if below else _INSIDE
        what = f"adds {listing(list(map(_shown, below)), 'and')} to to" if below else "fills in dimensions of to"
        told = f"level {_shown(name)} {what}"
        if settings.by not in does:
            self._problem(
                "FM2116", f"{told}, and is shared by {settings.by}", listing(does), self._value((*at, "by")),
                "Share it by a driver that is told by its dimensions." if below else "Correct by.",
            )  # fmt: skip
        else:
            self._check_level_keys(settings, at, told, does[settings.by])
        idle = ("proportional", "unallocated") if below else ("proportional",)
        if settings.by in does and settings.idle not in (None, *idle):
            self._problem(
                "FM2116", f"{told}, and has idle: {settings.idle}", listing(idle), self._value((*at, "idle")),
                "Correct it, or take it out.",
            )  # fmt: skip
        if settings.otherwise is not None and not below:
            self._check_level_share(settings.otherwise, (*at, "else"), name, dimensions)
        driver = (self.drivers or {}).get(settings.driver or "")
        if driver is not None:
            missing = [name for name in dimensions if name not in driver.by]
            if missing:
                close = near(missing[0], driver.by)
                self._problem(
                    "FM2108", f"driver {driver.name!r} is not told by {printable(missing[0], 80)!r}",
                    f"a driver by {listing(dimensions, 'and')}", self._value((*at, "driver")),
                    f"Did you mean {close!r}?" if close else "Add it to by of the driver, or name another driver.",
                )  # fmt: skip

    def _check_level_keys(self, settings: ShareSettings, at: Steps, told: str, keys: tuple[str, ...]) -> None:
        """Refuse keys that a level of its kind leaves out."""
        given = {"else" if each in {"otherwise", "says_unallocated"} else each for each in settings.model_fields_set}
        for key in sorted(given - {"by", "since", "until", *keys}):
            self._problem(
                "FM2116", f"{told}, and has {key} beside by: {settings.by}", f"{listing(keys, 'and')} at most",
                self._place((*at, key)), "Take it out: no such level does anything with it.",
            )  # fmt: skip


def _shown(name: str) -> str:
    return repr(printable(name, 80))


def _fed(pool: Pool, more: Sets, text: tuple[str, str]) -> Pool:
    """Return a pool with what a policy puts into it, behind what others do."""
    own = pool.first
    return replace(
        pool,
        first=own + len(more),
        when=(*pool.when[:own], *more, *pool.when[own:]),
        texts=(*pool.texts[:own], *(text for _ in more), *pool.texts[own:]),
    )
