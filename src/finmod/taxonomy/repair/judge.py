"""Near-miss repair: which value of a dimension a dirty tag text means, and how sure that is.

Owns the verdict. Pure: it reads texts, counts and names, and changes nothing. A value is proposed by the letters of
the text (letters.py, phrases.py), by what other sources call the same resources (evidence.py),
or by both; the weights are combined as odds, so two values that come equally near leave neither above one half.

Never repaired are texts that name nothing (test, shared, n/a, tbd), other numbers (search2, prod-2), other environments
(preprod), and texts whose resources others call something else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from finmod.settings.edits.alias_text import LONGEST_ALIAS, alias_fault
from finmod.taxonomy.fold import fold
from finmod.taxonomy.repair.candidates import Candidates
from finmod.taxonomy.repair.evidence import LEAST_RESOURCES, Evidence, Meaning, carries, is_unanimous
from finmod.taxonomy.repair.letters import ELSE, Likeness, odds
from finmod.taxonomy.repair.phrases import Form, form, is_generic, is_technical, likeness
from finmod.taxonomy.repair.pooling import Said, folded_names, pooled
from finmod.taxonomy.repair.records import Known, Observed, Repair, Unclear, Verdicts
from finmod.taxonomy.repair.wording import listed, nothing, told

__all__ = ["THRESHOLD", "Known", "Observed", "Repair", "Unclear", "Verdicts", "judged", "repairs"]

THRESHOLD = 0.9
"""The least confidence of a repair, unless another one is asked for."""

_BLOCKED, _MOST_SURE = 0.5, 0.999
_OFTEN, _OFTEN_FACTOR = 10, 0.3
_SPEAKS = 3
_MOST_WORDS = 3
_LEAST_LETTERS, _SECOND_KIND, _STRONG = 0.1, 0.3, 0.5


def repairs(observed: Iterable[Observed], known: Sequence[Known], *, threshold: float = THRESHOLD) -> list[Repair]:
    """Return the repairs of ``judged``.

    >>> from decimal import Decimal
    >>> seen = [Observed("Serach", 3, Decimal(20)), Observed("test", 2, Decimal(9))]
    >>> [(one.text, one.value, one.how, one.reason) for one in repairs(seen, [Known("search"), Known("ads")])]
    [('Serach', 'search', 'spelling', "2 letters of 'search' have changed places")]
    """
    return list(judged(observed, known, threshold=threshold).repairs)


def judged(
    observed: Iterable[Observed],
    known: Sequence[Known],
    *,
    threshold: float = THRESHOLD,
    elsewhere: Container[str] = (),
) -> Verdicts:
    """Return for each text that is neither a name nor an alias, to the letter, what it means.

    Args:
        observed: Each text once. Known texts belong to it: their evidence tells what is usual, and how far other
            sources can be trusted. One ``Observed`` with a value's name may stand for all texts that are understood as
            that value.
        known: The values of the dimension.
        threshold: The least confidence of a repair, above 0.
        elsewhere: Folded names of values of other dimensions: nothing but its letters makes such a text one of these.
    """
    seen = list(observed)
    exact = {text for value in known for text in (value.name, *value.aliases)}
    judge = _Judge(seen, known, elsewhere)
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

    def __init__(self, seen: Sequence[Observed], known: Sequence[Known], elsewhere: Container[str]) -> None:
        self._names = folded_names(known)
        self._own = {fold(value.name) for value in known}
        self._shared = {value.name for value in known if value.shared}
        self._elsewhere = elsewhere
        self._places: dict[str, list[int]] = {value.name: [] for value in known}
        for place, values in enumerate(self._names.values()):
            for value in values:
                self._places[value].append(place)
        self._forms = [form(folded) for folded in self._names]
        self._words = Counter(word for name in self._forms for word in set(name.words))
        self._candidates = Candidates(self._forms)
        self._said = pooled(seen)
        self._evidence = self._learned()
        self._often = {
            value: sum(self._said[self._forms[place].folded].resources for place in places)
            for value, places in self._places.items()
        }
        self._meaning = Meaning()

    def _learned(self) -> Evidence:
        everywhere: Counter[str] = Counter()
        known: dict[str, Counter[str]] = {}
        for folded, said in self._said.items():
            everywhere.update(said.counts)
            values = self._names.get(folded, {})
            if len(values) == 1:
                known.setdefault(next(iter(values)), Counter()).update(said.counts)
        return Evidence(tuple(self._places), everywhere, known)

    def verdicts(self, seen: Sequence[Observed]) -> list[_Verdict]:
        """Return a verdict per text, in order."""
        folded = [fold(one.text) for one in seen]
        forms = {
            text: form(text) for text in dict.fromkeys(folded) if text not in self._names and len(text) <= LONGEST_ALIAS
        }
        near = zip(forms.values(), self._candidates.near(list(forms.values())), strict=True)
        likenesses = {text.folded: self._likenesses(text, places) for text, places in near}
        shown = {text: self._shown(forms[text], *likenesses[text]) for text in forms}
        meaning = {**shown, **{text: self._alias_shown(text) for text in folded if text in self._names}}
        self._meaning = Meaning((one, self._said[text].resources) for text, one in meaning.items())
        found = {text: self._verdict(forms[text], *likenesses[text], own=shown[text] is True) for text in forms}
        return [
            self._same(text) if text in self._names else _unfit(one.text) or found.get(text) or _TOO_LONG
            for one, text in zip(seen, folded, strict=True)
        ]

    def _alias_shown(self, folded: str) -> bool | None:
        """Return what ``_shown`` would say were it no alias: so acceptance leaves other texts as sure as they are."""
        text, values = form(folded), self._names[folded]
        if folded in self._own or len(values) > 1:
            return None
        value = next(iter(values))
        # Its own words are among those of the names; were it no alias, they would not be.
        known = {word for word in (*text.words, text.joined) if self._words[word] > (word in text.words)}
        one = likeness(text, form(fold(value)), known)
        found = {value: (one, value)} if one and one is not ELSE else {}
        return self._shown(text, found, set()) if text.words else None

    def _shown(self, text: Form, found: Mapping[str, tuple[Likeness, str]], other: set[str]) -> bool | None:
        """Return whether a text means one of the values; None where neither letters nor resources show it."""
        if not text.words or is_generic(text):
            return False
        said = self._said[text.folded].counts
        best, (one, _) = max(found.items(), key=lambda each: (each[1][0].weight, each[0]), default=("", (ELSE, "")))
        if one.weight >= THRESHOLD:
            return not self._evidence.contradicts(best, said, self._said[text.folded].resources)
        if other or is_technical(text):
            return False
        value = max(said, key=lambda each: (said[each], each), default="")
        if sum(said.values()) < LEAST_RESOURCES:
            return None
        if not is_unanimous(value, said):
            return False
        return True if self._evidence.factor(value, said) >= _SPEAKS else None

    def _same(self, folded: str) -> _Verdict:
        values = self._names[folded]
        value, text = next(iter(values.items()))
        if len(values) > 1:
            return _Verdict(None, 0.0, "", f"the same as {listed(values)} but for case and separators")
        return _Verdict(value, 1.0, "case", f"'{text}' in other case or with other separators", None, text)

    def _verdict(
        self, text: Form, found: Mapping[str, tuple[Likeness, str]], other: set[str], *, own: bool
    ) -> _Verdict:
        if not text.words:
            return _Verdict(None, 0.0, "", "it has no letter and no digit")
        if is_generic(text):
            return _Verdict(None, 0.0, "", "a word that names no value")
        said = self._said[text.folded]
        weights = {value: self._odds(text, one, value) for value, (one, _) in found.items()}
        for value in self._evidence.possible(said.counts) - other:
            unexplained = self._meaning.odds(said.resources, own=own) * self._evidence.share(value)
            weights[value] = weights.get(value, 0) + unexplained
        weights = {
            value: weight * self._evidence.factor(value, said.counts, said.resources)
            for value, weight in weights.items()
        }
        if not weights:
            return _Verdict(None, 0.0, "", nothing(other))
        order = sorted(weights, key=lambda value: (-weights[value], value))
        best = order[0]
        confidence = min(round(weights[best] / (1 + sum(weights.values())), 3), _MOST_SURE)
        how, reason = told(found.get(best), said, best)
        runner_up = order[1] if len(order) > 1 else None
        verdict = _Verdict(best, confidence, how, reason, runner_up)
        blocked = self._blocked(verdict, text, {value: one.weight for value, (one, _) in found.items()})
        return replace(verdict, confidence=min(confidence, _BLOCKED), reason=blocked) if blocked else verdict

    def _blocked(self, verdict: _Verdict, text: Form, letters: Mapping[str, float]) -> str:
        """Return why a verdict must not stand, "" where it may; ``letters`` is each value's weight by letters alone."""
        value, said = verdict.value or "", self._said[text.folded]
        nearest = max(letters, key=lambda one: (letters[one], one), default=value)
        if self._evidence.contradicts(value, said.counts, said.resources):
            return f"other sources call such resources {listed(said.counts)}"
        if letters.get(value, 0) >= _STRONG:
            return ""
        if letters.get(nearest, 0) >= _STRONG:
            return f"{verdict.reason}, and its letters are near '{nearest}'"
        if text.folded in self._elsewhere:
            return "the name of a value of another dimension"
        return self._too_little(verdict, text, letters.get(value, 0))

    def _too_little(self, verdict: _Verdict, text: Form, letters: float) -> str:
        """Return why evidence must not name a text that is little like the value, "" where it may."""
        value, said = verdict.value or "", self._said[text.folded]
        if letters < _LEAST_LETTERS and is_technical(text):
            return "a word for what the resource is made of"
        if letters < _LEAST_LETTERS and value in self._shared:
            return f"{verdict.reason}, which is shared"
        if said.counts.get(value, 0) == 1 and letters < _SECOND_KIND:
            # One resource may carry anything: all that is known of it must agree, and the text must look like a name.
            enough = _is_sure(value, said) and _is_like_a_name(text)
        else:
            enough = letters >= _LEAST_LETTERS or carries(value, said.counts, said.resources)
        return "" if enough else f"{verdict.reason}: too few to go by that alone"

    def _likenesses(self, text: Form, near: Iterable[int]) -> tuple[dict[str, tuple[Likeness, str]], set[str]]:
        """Return the best likeness of each value with the name that has it, and the values that it cannot be."""
        found: dict[str, tuple[Likeness, str]] = {}
        other: set[str] = set()
        if not text.words or is_generic(text):
            return found, other
        possible = [
            place for value in self._evidence.possible(self._said[text.folded].counts) for place in self._places[value]
        ]
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
        often = self._said[text.folded].resources
        slip = one.how == "spelling" and often >= _OFTEN and often > self._often[value]
        # What is written more often than the name itself is hardly a slip of the pen.
        return odds(one.weight) * (_OFTEN_FACTOR if slip else 1)


def _is_sure(value: str, said: Said) -> bool:
    """Return whether the one resource of which anything is said is certainly the value, and half of all at least."""
    return said.sure.get(value, 0) > 0 and carries(value, said.counts, said.resources, least=1)


def _is_like_a_name(text: Form) -> bool:
    """Return whether a text may be a name at all: few words, no number, not an address."""
    return not text.numbers and len(text.words) <= _MOST_WORDS and "@" not in text.folded


def _unfit(text: str) -> _Verdict | None:
    """Return the verdict on a text that could not be accepted as an alias; None where it could, or is blank."""
    if len(text) > LONGEST_ALIAS:
        return _TOO_LONG
    fault = alias_fault(text) if text.strip() else None
    return _Verdict(None, 0.0, "", f"it cannot be an alias; expected {fault}") if fault else None
