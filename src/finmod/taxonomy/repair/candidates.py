"""Which names come into question for a text: a few of hundreds, without comparing each with each by every rule.

Owns the search. Whether a candidate is the one, the other files of repair say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from finmod.taxonomy.repair.letters import is_within, most_errors, numeronym
from finmod.taxonomy.repair.phrases import Form

_BLOCK = 2_000
_MOST_ERRORS = 3
# A word that so many names have, such as api of the teams, leads to none of them.
_COMMON = 25
_LONGEST = 100


class Candidates:
    """The names of a dimension, ready to be asked for those that come near a text."""

    def __init__(self, names: Sequence[Form]) -> None:
        """Take the names; places in this sequence are what is returned."""
        self.names = names
        self._keys: dict[tuple[object, ...], list[int]] = defaultdict(list)
        self._first: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for place, name in enumerate(names):
            for key in (*_keys(name), *_short_forms(name)):
                self._keys[key].append(place)
            for joined in {name.joined, "".join(name.core)}:
                if joined:
                    self._first[joined[0]].append((joined, place))
        self._texts = [(joined, place) for found in self._first.values() for joined, place in found]

    def near(self, texts: Sequence[Form]) -> Iterator[set[int]]:
        """Yield for each text the places of the names that come into question."""
        for start in range(0, len(texts), _BLOCK):
            block = texts[start : start + _BLOCK]
            by_letters = self._by_letters(block)
            for place, text in enumerate(block):
                yield by_letters[place] | self._by_keys(text) | self._by_abbreviation(text)

    def _by_letters(self, texts: Sequence[Form]) -> list[set[int]]:
        """Return per text the names that few typing errors lead to."""
        found: list[set[int]] = [set() for _ in texts]
        forms = [(joined, place) for place, text in enumerate(texts) for joined in {text.joined, "".join(text.core)}]
        forms = [one for one in forms if len(one[0]) <= _LONGEST]
        if not forms or not self._texts:
            return found
        words, names = [one[0] for one in forms], [one[0] for one in self._texts]
        errors = cdist(words, names, scorer=OSA.distance, score_cutoff=_MOST_ERRORS, dtype=np.uint8)
        shorter = np.minimum(
            np.array([len(word) for word in words])[:, None], np.array([len(name) for name in names])[None, :]
        )
        allowed = np.array([most_errors(length) for length in range(_LONGEST + 1)])
        for row, column in np.argwhere(errors <= allowed[np.minimum(shorter, _LONGEST)]):
            found[forms[row][1]].add(self._texts[column][1])
        return found

    def _by_keys(self, text: Form) -> set[int]:
        """Return the names that share a word, the initials or the environment with the text."""
        found: set[int] = set()
        for key in (*_keys(text), *(("short", word) for word in text.words)):
            places = self._keys.get(key, ())
            if len(places) <= _COMMON or key[0] != "word":
                found.update(places)
        return found

    def _by_abbreviation(self, text: Form) -> set[int]:
        """Return the names that the text may be short for, or that may be short for it."""
        found: set[int] = set()
        for joined in {text.joined, "".join(text.core)}:
            if joined and len(joined) <= _LONGEST:
                for name, place in self._first.get(joined[0], ()):
                    longer = len(name) > len(joined)
                    if is_within(joined, name) if longer else is_within(name, joined):
                        found.add(place)
        return found


def _keys(text: Form) -> Iterator[tuple[object, ...]]:
    """Yield what a text and a name have in common where the name comes into question."""
    for word in set(text.words):
        yield "word", word
    if len(text.words) > 1:
        yield "initials", tuple(word[0] for word in text.words)
    if text.environment is not None:
        yield "environment", text.environment


def _short_forms(name: Form) -> Iterator[tuple[object, ...]]:
    """Yield the words that a name may be shortened to beside those that its first word begins with."""
    yield "short", "".join(word[0] for word in name.words)
    for word in name.words:
        yield "short", numeronym(word)
