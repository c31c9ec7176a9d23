"""Near-miss repair: which value of a dimension a dirty tag text means, and how sure that is.

Owns the verdict. Pure: it reads texts, counts and names, and changes nothing. A value is proposed by the letters of
the text (letters.py, phrases.py), by what other sources call the same resources (evidence.py),
or by both; the weights are combined as odds, so two values that come equally near leave neither above one half.

Never repaired are texts that name nothing (test, shared, n/a, tbd), other numbers (search2, prod-2), other environments
(preprod), and texts whose resources others call something else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from finmod.settings.edits.alias_text import LONGEST_ALIAS, alias_fault
from finmod.taxonomy.fold import fold
from finmod.taxonomy.repair.candidates import Candidates
from finmod.taxonomy.repair.evidence import Evidence, carries
from finmod.taxonomy.repair.letters import ELSE, Likeness, odds
from finmod.taxonomy.repair.phrases import Form, form, is_generic, is_technical, likeness

THRESHOLD = 0.9
"""The least confidence of a repair, unless another one is asked for."""

# Of texts that no letters explain, every third means one of the values all the same: odds of 0.5.
_UNEXPLAINED = 0.5
_BLOCKED, _MOST_SURE = 0.5, 0.999
_OFTEN, _OFTEN_FACTOR = 10, 0.3
_LEAST_LETTERS, _STRONG = 0.1, 0.5


@dataclass(frozen=True)
class Observed:
    """One tag text as it stands on resources of a month.

    Attributes:
        text: As it stands, hostile: escape before showing.
        resources: Number of resources that carry it.
        cost: EffectiveCost of those, one currency.
        evidence: What other sources of the taxonomy call the same resources, without this tag: value name -> number
            of resources. May be empty. No more than ``resources`` in sum.
    """

    text: str
    resources: int
    cost: Decimal
    evidence: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """One value of the dimension: its name, and the other texts that mean it."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Repair:
    """A text and the value that it means.

    Attributes:
        text: As in ``Observed``.
        value: Name of the value.
        confidence: Chance that it means this value, 0 to 1, three decimals. 1 where the two are the same after
            folding: the taxonomy reads such texts without an alias.
        how: What joins them: ``case``, ``separators``, ``spelling``, ``abbreviation``, ``words``, ``evidence``;
            several are joined by ``+``. ``alias+`` in front: it is near an alias, not the name.
        reason: For people, one clause; holds names of values and numbers, no text of the bill.
        runner_up: The value that comes next; None where no other one comes near.
        resources: As in ``Observed``.
        cost: As in ``Observed``.
    """

    text: str
    value: str
    confidence: float
    how: str
    reason: str
    runner_up: str | None
    resources: int
    cost: Decimal


@dataclass(frozen=True)
class Unclear:
    """A text without a value that is sure enough.

    Attributes:
        text: As in ``Observed``.
        guess: The value that comes nearest; None where none does or none may.
        confidence: Chance of the guess, as in ``Repair``; 0 where there is none.
        reason: For people, as in ``Repair``.
        resources: As in ``Observed``.
        cost: As in ``Observed``.
    """

    text: str
    guess: str | None
    confidence: float
    reason: str
    resources: int
    cost: Decimal


@dataclass(frozen=True)
class Verdicts:
    """What became of the texts that are not known, each the costliest first, then by text."""

    repairs: tuple[Repair, ...]
    unclear: tuple[Unclear, ...]


def repairs(observed: Iterable[Observed], known: Sequence[Known], *, threshold: float = THRESHOLD) -> list[Repair]:
    """Return the repairs of ``judged``.

    >>> seen = [Observed("Serach", 3, Decimal(20)), Observed("test", 2, Decimal(9))]
    >>> [(one.text, one.value, one.how, one.reason) for one in repairs(seen, [Known("search"), Known("ads")])]
    [('Serach', 'search', 'spelling', "2 letters of 'search' have changed places")]
    """
    return list(judged(observed, known, threshold=threshold).repairs)


def judged(observed: Iterable[Observed], known: Sequence[Known], *, threshold: float = THRESHOLD) -> Verdicts:
    """Return for each text that is neither a name nor an alias, to the letter, what it means.

    Args:
        observed: Each text once. Known texts belong to it: their evidence tells what is usual, and how far other
            sources can be trusted. One ``Observed`` with a value's name may stand for all texts that are understood as
            that value.
        known: The values of the dimension.
        threshold: The least confidence of a repair, above 0.
    """
    seen = list(observed)
    exact = {text for value in known for text in (value.name, *value.aliases)}
    judge = _Judge(seen, known)
    done: list[Repair] = []
    open_: list[Unclear] = []
    for one, verdict in zip(seen, judge.verdicts(seen), strict=True):
        if one.text in exact:
            continue
        if verdict.value is not None and verdict.confidence >= threshold:
            done.append(
                Repair(
                    one.text,
                    verdict.value,
                    verdict.confidence,
                    _same_how(one.text, verdict) if verdict.same else verdict.how,
                    verdict.reason,
                    verdict.runner_up,
                    one.resources,
                    one.cost,
                )
            )
        else:
            open_.append(Unclear(one.text, verdict.value, verdict.confidence, verdict.reason, one.resources, one.cost))
    return Verdicts(
        tuple(sorted(done, key=lambda one: (-one.cost, one.text))),
        tuple(sorted(open_, key=lambda one: (-one.cost, one.text))),
    )


@dataclass(frozen=True)
class _Verdict:
    """What a folded text means; ``same`` is the name or alias that folds to it."""

    value: str | None
    confidence: float
    how: str
    reason: str
    runner_up: str | None = None
    same: str | None = None


def _same_how(text: str, verdict: _Verdict) -> str:
    """Return in what a text differs from one that folds alike."""
    same = verdict.same or ""
    if text.casefold() == same.casefold():
        return "case"
    return "separators" if fold(text) == fold(same) and _letters(text) == _letters(same) else "case+separators"


def _letters(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum())


_TOO_LONG = _Verdict(None, 0.0, "", "too long for a tag")


class _Judge:
    """Weighs every folded text once."""

    def __init__(self, seen: Sequence[Observed], known: Sequence[Known]) -> None:
        self._names = _folded_names(known)
        self._places: dict[str, list[int]] = {value.name: [] for value in known}
        for place, values in enumerate(self._names.values()):
            for value in values:
                self._places[value].append(place)
        self._forms = [form(folded) for folded in self._names]
        self._words = {word for name in self._forms for word in name.words}
        self._candidates = Candidates(self._forms)
        self._resources, self._said = _pooled(seen)
        self._evidence = self._learned()
        self._often = {
            value: sum(self._resources.get(self._forms[place].folded, 0) for place in places)
            for value, places in self._places.items()
        }

    def _learned(self) -> Evidence:
        everywhere: Counter[str] = Counter()
        known: dict[str, Counter[str]] = {}
        for folded, said in self._said.items():
            everywhere.update(said)
            values = self._names.get(folded, {})
            if len(values) == 1:
                known.setdefault(next(iter(values)), Counter()).update(said)
        return Evidence(tuple(self._places), everywhere, known)

    def verdicts(self, seen: Sequence[Observed]) -> list[_Verdict]:
        """Return a verdict per text, in order."""
        folded = [fold(one.text) for one in seen]
        forms = {
            text: form(text) for text in dict.fromkeys(folded) if text not in self._names and len(text) <= LONGEST_ALIAS
        }
        near = dict(zip(forms, self._candidates.near(list(forms.values())), strict=True))
        found = {text: self._verdict(forms[text], near[text]) for text in forms}
        return [
            self._same(text) if text in self._names else _unfit(one.text) or found.get(text) or _TOO_LONG
            for one, text in zip(seen, folded, strict=True)
        ]

    def _same(self, folded: str) -> _Verdict:
        values = self._names[folded]
        value, text = next(iter(values.items()))
        if len(values) > 1:
            return _Verdict(None, 0.0, "", f"the same as {_listed(values)} but for case and separators")
        return _Verdict(value, 1.0, "case", f"'{text}' in other case or with other separators", None, text)

    def _verdict(self, text: Form, near: Iterable[int]) -> _Verdict:
        if not text.words:
            return _Verdict(None, 0.0, "", "it has no letter and no digit")
        if is_generic(text):
            return _Verdict(None, 0.0, "", "a word that names no value")
        said: Mapping[str, int] = self._said.get(text.folded, {})
        found, other = self._likenesses(text, near, said)
        weights = {value: self._odds(text, one, value) for value, (one, _) in found.items()}
        for value in self._evidence.possible(said) - other:
            weights.setdefault(value, _UNEXPLAINED / len(self._places))
        weights = {value: weight * self._evidence.factor(value, said) for value, weight in weights.items()}
        if not weights:
            return _Verdict(None, 0.0, "", _nothing(other))
        order = sorted(weights, key=lambda value: (-weights[value], value))
        best = order[0]
        confidence = min(round(weights[best] / (1 + sum(weights.values())), 3), _MOST_SURE)
        how, reason = _told(found.get(best), said, best)
        runner_up = order[1] if len(order) > 1 else None
        verdict = _Verdict(best, confidence, how, reason, runner_up)
        return self._checked(verdict, text, {value: one.weight for value, (one, _) in found.items()})

    def _checked(self, verdict: _Verdict, text: Form, letters: Mapping[str, float]) -> _Verdict:
        """Return the verdict, or what blocks it; ``letters`` is the weight of each value by letters alone."""
        value = verdict.value or ""
        nearest = max(letters, key=lambda one: (letters[one], one), default=value)
        said: Mapping[str, int] = self._said.get(text.folded, {})
        blocked = ""
        if self._evidence.contradicts(value, said):
            blocked = f"other sources call such resources {_listed(said)}"
        elif letters.get(value, 0) < _STRONG <= letters.get(nearest, 0):
            blocked = f"{verdict.reason}, and its letters are near '{nearest}'"
        elif letters.get(value, 0) < _LEAST_LETTERS:
            if is_technical(text):
                blocked = "a word for what the resource is made of"
            elif not carries(value, said, self._resources[text.folded]):
                blocked = f"{verdict.reason}: too few to go by that alone"
        if not blocked:
            return verdict
        return replace(verdict, confidence=min(verdict.confidence, _BLOCKED), reason=blocked)

    def _likenesses(
        self, text: Form, near: Iterable[int], said: Mapping[str, int]
    ) -> tuple[dict[str, tuple[Likeness, str]], set[str]]:
        """Return the best likeness of each value with the name that has it, and the values that it cannot be."""
        found: dict[str, tuple[Likeness, str]] = {}
        other: set[str] = set()
        possible = [place for value in self._evidence.possible(said) for place in self._places[value]]
        for place in {*near, *possible}:
            one = likeness(text, self._forms[place], self._words)
            if one is None:
                continue
            for value, name in self._names[self._forms[place].folded].items():
                if one is ELSE:
                    other.add(value)
                elif value not in found or one.weight > found[value][0].weight:
                    found[value] = one, name
        return {value: one for value, one in found.items() if value not in other}, other

    def _odds(self, text: Form, one: Likeness, value: str) -> float:
        often = self._resources[text.folded]
        slip = one.how == "spelling" and often >= _OFTEN and often > self._often[value]
        # What is written more often than the name itself is hardly a slip of the pen.
        return odds(one.weight) * (_OFTEN_FACTOR if slip else 1)


def _unfit(text: str) -> _Verdict | None:
    """Return the verdict on a text that could not be accepted as an alias; None where it could, or is blank."""
    if len(text) > LONGEST_ALIAS:
        return _TOO_LONG
    fault = alias_fault(text) if text.strip() else None
    return _Verdict(None, 0.0, "", f"it cannot be an alias; expected {fault}") if fault else None


def _folded_names(known: Iterable[Known]) -> dict[str, dict[str, str]]:
    """Return folded text -> value -> the name or alias that folds to it; aliases that are patterns are left out."""
    names: dict[str, dict[str, str]] = {}
    for value in known:
        for text in (value.name, *(alias for alias in value.aliases if not alias_fault(alias))):
            if folded := fold(text):
                names.setdefault(folded, {}).setdefault(value.name, text)
    return names


def _pooled(seen: Iterable[Observed]) -> tuple[Counter[str], dict[str, Counter[str]]]:
    """Return per folded text its resources, and what others call them: texts that fold alike are one."""
    resources: Counter[str] = Counter()
    said: dict[str, Counter[str]] = {}
    for one in seen:
        folded = fold(one.text)
        resources[folded] += one.resources
        counts = {value: count for value, count in one.evidence.items() if count > 0}
        if counts:
            said.setdefault(folded, Counter()).update(counts)
    return resources, said


def _told(found: tuple[Likeness, str] | None, said: Mapping[str, int], value: str) -> tuple[str, str]:
    """Return how a text and a value are joined, and the reason for people."""
    count, total = said.get(value, 0), sum(said.values())
    elsewhere = f"other sources call {count:,} of {total:,} such resources '{value}'"
    if found is None:
        return "evidence", elsewhere
    one, name = found
    how = one.how if name == value else f"alias+{one.how}"
    reason = one.reason.format(name)
    return (f"{how}+evidence", f"{reason}; {elsewhere}") if count else (how, reason)


def _nothing(other: set[str]) -> str:
    return f"something else than {_listed(other)}" if other else "no value comes near"


def _listed(values: Iterable[str]) -> str:
    names = [f"'{value}'" for value in sorted(values)[:3]]
    return " and ".join(names)
