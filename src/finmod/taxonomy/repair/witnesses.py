"""What each resource that carries a tag is, by everything but that tag: its account, its other tags, its name.

Owns the witnesses of one resource, how far each kind can be trusted, and when two of them agree. What that says of the
text on the resource is the work of evidence.py and judge.py.

Kinds. A group (account, value of another dimension such as team) speaks for the values that its other members are
tagged with, where these are few. Words speak where the name of a value stands in the name of the resource, of the
account or of the other dimension's value. The months before speak for what the same resource was tagged with. Each kind
is tried on the resources whose tag is understood, each without its own tag, groups of few members apart from those of
many. It is heard where Wilson's lower end of its share right is high enough, and where it is not worse on the very
values that it speaks for. Rules of the taxonomy and months before are heard untried: people wrote them. What finmod
inferred is no such rule, though a line of the taxonomy may say it by now: it comes from the account and the tags.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from finmod.taxonomy.fold import fold
from finmod.taxonomy.inference.wilson import wilson_lower

_WORD = re.compile(r"[^\W_]+")
# Nine in ten, at the one-sided 90 % bound: fifteen that are all right are enough.
_LEAST_TRUST, _Z = 0.9, 1.2816
_PRIOR_OF_VALUES = 2
_MEMBERS = (5, 15)
_FEWEST, _FEWEST_OF_EACH, _MOST_VALUES = 5, 4, 3
_PURE = 0.95
_LONGEST = 300
ACCOUNT, NAME, BEFORE, RULE, SIBLINGS = "account", "name", "months before", "other rules", "siblings"

Vote = tuple[str, str, frozenset[str]]
"""Kind that is tried, family that is independent of others, and the values that it may be."""


@dataclass(frozen=True, kw_only=True)
class Carrier:
    """One resource with a tag of the dimension, as far as a bill shows it. Texts are hostile.

    Attributes:
        text: The text of the tag.
        value: What the tag names; None where it is not understood.
        ruled: What other rules of the taxonomy call it that people wrote; None where none does.
        by: Families that the rule depends on, see ``Told.kinds``; the first one is what it is told as.
        sibling: What inference calls it, without this tag; None where nothing.
        account: What tells its account apart from all others.
        account_name: As the supplier shows it.
        name: As people gave it.
        dimensions: Other dimension -> what its tag of that dimension names.
        before: What the same tag named in a month before; None where nothing.
    """

    text: str = ""
    value: str | None = None
    ruled: str | None = None
    by: tuple[str, ...] = (RULE,)
    sibling: str | None = None
    account: str | None = None
    account_name: str | None = None
    name: str | None = None
    dimensions: Mapping[str, str] = field(default_factory=dict)
    before: str | None = None


@dataclass(frozen=True)
class Told:
    """What a resource is without its tag.

    Attributes:
        value: The value; None where nobody tells.
        kinds: Families that tell it: ``account``, ``name``, ``months before``, ``siblings``, ``other rules``, or the
            name of another dimension.
        is_sure: Whether two families that do not depend on each other tell it, and none tells otherwise.
    """

    value: str | None = None
    kinds: tuple[str, ...] = ()
    is_sure: bool = False


class Witnesses:
    """Everything that resources with a tag are known by."""

    def __init__(self, carriers: Iterable[Carrier], names: Mapping[str, Sequence[str]]) -> None:
        """Take the resources, and value -> its name and aliases."""
        self._carriers, self._count = list(carriers), len(names)
        self._phrases: dict[tuple[str, ...], set[str]] = defaultdict(set)
        self._lengths: dict[str, set[int]] = defaultdict(set)
        for value, texts in names.items():
            for words in {_words_of(text) for text in texts}:
                if words:
                    self._phrases[words].add(value)
                    self._lengths[words[0]].add(len(words))
        self._said: dict[str, frozenset[str]] = {}
        self._led: dict[tuple[str, str, str | None], tuple[frozenset[str], int]] = {}
        self._groups: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for one in self._carriers:
            if one.value is not None:
                for group in _groups(one):
                    self._groups[group][one.value] += 1
        self._trials: dict[str, dict[frozenset[str], list[int]]] = defaultdict(dict)
        self._try()
        self._proven: dict[str, tuple[bool, float]] = {}
        self._heard: dict[tuple[str, frozenset[str]], bool] = {}

    def _try(self) -> None:
        """Count how often each kind is right on resources whose tag is understood, by the values that it speaks for."""
        for one in self._carriers:
            if one.value is not None:
                for kind, _, values in self._votes(one):
                    tried = self._trials[kind].setdefault(values, [0, 0])
                    tried[0] += one.value in values
                    tried[1] += 1

    def _is_heard(self, kind: str, values: frozenset[str]) -> bool:
        if kind == BEFORE:
            return True
        if (kind, values) not in self._heard:
            if kind not in self._proven:
                self._proven[kind] = _proven(self._trials[kind].values())
            is_proven, usual = self._proven[kind]
            own = self._trials[kind].get(values, (0, 0))
            is_right = own[0] + _PRIOR_OF_VALUES * usual >= _LEAST_TRUST * (own[1] + _PRIOR_OF_VALUES)
            self._heard[kind, values] = is_proven and is_right
        return self._heard[kind, values]

    def told(self) -> Iterator[tuple[Carrier, Told]]:
        """Yield each resource, in order, with what it is without its tag."""
        for one in self._carriers:
            yield one, self._told(one)

    def _told(self, one: Carrier) -> Told:
        votes = [(family, values) for kind, family, values in self._votes(one) if self._is_heard(kind, values)]
        value = one.ruled or one.sibling
        if value is None and votes:
            # What all of them leave open, and one of them says outright.
            common = frozenset.intersection(*(values for _, values in votes))
            value = next(iter(common)) if common in [values for _, values in votes] and len(common) == 1 else None
        if value is None:
            return Told()
        if one.ruled is not None:
            # What goes by the same as a witness that is heard is that witness once more.
            heard = {family for family, _ in votes}
            by = next((family for family in one.by if family in heard), one.by[0])
            votes.insert(0, (by, frozenset({one.ruled})))
        agree = {family: None for family, values in votes if value in values}
        plain = any(values == {value} for _, values in votes)
        sure = plain and len(agree) > 1 and all(value in values for _, values in votes)
        return Told(value, tuple(agree) or (SIBLINGS,), sure)

    def _votes(self, one: Carrier) -> Iterator[Vote]:
        for kind, text in _groups(one):
            group = (kind, text, one.value)
            if group not in self._led:
                self._led[group] = _leaders(self._groups.get((kind, text), {}), one.value)
            values, members = self._led[group]
            # Who leaves all values open says nothing.
            if len(values) == 1 or 1 < len(values) < self._count:
                yield f"{kind} {sum(members >= least for least in _MEMBERS)}", kind, values
        for kind, family, text in _texts(one):
            if values := self._named(text):
                yield kind, family, values
        if one.before is not None:
            yield BEFORE, BEFORE, frozenset({one.before})

    def _named(self, text: str) -> frozenset[str]:
        """Return the value whose name stands in a text, the longest where one stands in another; empty where two do."""
        if text not in self._said:
            words = _words_of(text)
            found = {
                (name, value)
                for place, word in enumerate(words)
                for name in {words[place : place + length] for length in self._lengths.get(word, ())}
                for value in self._phrases.get(name, ())
            }
            whole = [pair for pair in found if not any(_is_part(pair[0], name) for name, _ in found)]
            values = frozenset(value for _, value in whole)
            self._said[text] = values if len(values) == 1 else frozenset()
        return self._said[text]


def _proven(trials: Collection[Sequence[int]]) -> tuple[bool, float]:
    """Return whether a kind is right often enough, and its share right over all values that it speaks for."""
    right, count = (sum(each[place] for each in trials) for place in (0, 1))
    # Each value alike: where nearly everything is production, being right about that shows nothing.
    usual = sum(each[0] / each[1] for each in trials) / max(len(trials), 1)
    return bool(wilson_lower(right, count, _Z) >= _LEAST_TRUST), usual


def _groups(one: Carrier) -> Iterator[tuple[str, str]]:
    if one.account is not None:
        yield ACCOUNT, one.account
    yield from one.dimensions.items()


def _leaders(counts: Mapping[str, int], own: str | None) -> tuple[frozenset[str], int]:
    """Return the few values that nearly all other members have, and their number; none where they are many."""
    others = {value: count - (value == own) for value, count in counts.items()}
    total, reached, found = sum(others.values()), 0, []
    for value in sorted(others, key=lambda one: (-others[one], one))[:_MOST_VALUES]:
        found.append(value)
        reached += others[value]
        if reached >= _PURE * total:
            break
    enough = total >= (_FEWEST if len(found) == 1 else _FEWEST_OF_EACH * len(found))
    return frozenset(found if enough and reached >= _PURE * total else ()), total


def _texts(one: Carrier) -> Iterator[tuple[str, str, str]]:
    """Yield kind, family and text of whatever may have a value's name in it."""
    if one.account_name:
        yield "account name", ACCOUNT, one.account_name
    if one.name:
        yield "resource name", NAME, one.name
    for dimension, text in one.dimensions.items():
        yield f"words of {dimension}", dimension, text


def _words_of(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(fold(text[:_LONGEST])))


def _is_part(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    places = range(len(long) - len(short) + 1)
    return len(short) < len(long) and any(long[place : place + len(short)] == short for place in places)
