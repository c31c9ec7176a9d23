"""How likely one word is another one written otherwise: typing errors, abbreviations, plurals.

Owns the rules for single words of letters, and their weights. Numbers, several words and what else is known of a text
stand in phrases.py and evidence.py.

A weight is a chance between 0 and 1: of the texts that stand to a word as these two do, how many mean it, as long as
no other word comes near. Weights were set by rule of thumb and held against lists of English words and of real tags.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz.distance import OSA

from finmod.taxonomy.repair.lexicon import AFFIXES, NEGATIONS, ORDINARY, TECHNICAL


@dataclass(frozen=True)
class Likeness:
    """How one text stands to another.

    Attributes:
        weight: A chance as in the module's docstring; 0 where the text is certainly something else.
        how: ``separators``, ``spelling``, ``abbreviation`` or ``words``.
        reason: For people, with ``{}`` where the other text stands.
    """

    weight: float
    how: str
    reason: str


ELSE = Likeness(0.0, "", "")
"""The text is something else, whatever other sources call its resources."""

_VOWELS = frozenset("aeiou")
_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_SOUND_ALIKE = frozenset(map(frozenset, ("ck", "cs", "sz", "fv", "iy", "gj", "mn", "dt", "bp", "kq", "vw")))
_BRITISH = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"ogue(?=s?\b)", "og"),
        (r"our(?=\b|s\b|ing\b|ed\b|ite)", "or"),
        (r"tre\b", "ter"),
        (r"is(?=(e|es|ed|ing|er|ers|ation|ations)\b)", "iz"),
        (r"yse\b", "yze"),
        (r"ence\b", "ense"),
        (r"ll(?=(ing|ed|er|ers)\b)", "l"),
        (r"amme\b", "am"),
    )
)
_ENDINGS = ("ings", "ing", "ments", "ment", "ions", "ion", "ers", "er", "ors", "or", "ed", "es", "e", "s")
_STEM = 4
_KEPT = 50_000
_SHORT = 3
_SAME_WORD = 0.95


def odds(weight: float) -> float:
    """Return a chance as odds.

    >>> odds(0.75)
    3.0
    """
    return weight / (1 - weight)


def weight_of(chance: float) -> float:
    """Return odds as a chance; the reverse of ``odds``."""
    return chance / (1 + chance)


def _times(weight: float, factor: float) -> float:
    return weight_of(odds(weight) * factor)


@lru_cache(_KEPT)
def singular(word: str) -> str:
    """Return a word without the ending of the plural, as far as letters tell.

    >>> singular("searches"), singular("deliveries"), singular("ads"), singular("business")
    ('search', 'delivery', 'ad', 'business')
    """
    if word.endswith("ies") and len(word) > _STEM:
        return f"{word[:-3]}y"
    if word.endswith(("ses", "xes", "zes", "ches", "shes")) and len(word) > _STEM:
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


@lru_cache(_KEPT)
def _american(word: str) -> str:
    for pattern, instead in _BRITISH:
        word = pattern.sub(instead, word)
    return word


@lru_cache(_KEPT)
def _without_ending(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORT:
            return word.removesuffix(ending)
    return word


@lru_cache(_KEPT)
def _stem(word: str) -> str:
    found = _without_ending(word)
    # shipping, planned: the last letter was doubled before the ending.
    return found[:-1] if len(found) > _SHORT and found[-1] == found[-2] else found


def is_within(short: str, long: str) -> bool:
    """Return whether the letters of one word stand in another in that order.

    >>> is_within("prd", "production"), is_within("stg", "tags")
    (True, False)
    """
    rest = iter(long)
    return all(letter in rest for letter in short)


def numeronym(word: str) -> str:
    """Return a word as its first and last letter with the number of those between.

    >>> numeronym("kubernetes")
    'k8s'
    """
    return f"{word[:1]}{len(word) - 2}{word[-1:]}"


def consonants(word: str) -> str:
    """Return a word without its vowels, but for the first letter, and without doubled letters.

    >>> consonants("search"), consonants("messaging")
    ('srch', 'msgng')
    """
    kept = word[:1] + "".join(letter for letter in word[1:] if letter not in _VOWELS)
    return "".join(letter for letter, before in zip(kept, f" {kept}", strict=False) if letter != before)


def most_errors(length: int) -> int:
    """Return how many typing errors the shorter of two words may have, by its length."""
    return 0 if length <= 3 else 1 if length <= 7 else 2 if length <= 11 else 3  # noqa: PLR2004 - the table itself


_TYPING = {(1, 4): 0.5, (1, 5): 0.75, (1, 6): 0.93, (1, 7): 0.94, (1, 8): 0.955}
_TYPING |= {(2, 8): 0.6, (2, 9): 0.75, (2, 10): 0.86, (2, 11): 0.88, (2, 12): 0.92, (2, 13): 0.94}
_TYPING |= {(3, 12): 0.6, (3, 13): 0.7, (3, 14): 0.8}
_PREFIX = {1: 0.05, 2: 0.3, 3: 0.75, 4: 0.85, 5: 0.87, 6: 0.91}
_MOST_OF_IT = 0.6
_ENDING = 4
_COMMON_SLIP = 1.5


def _typed(text: str, word: str, beside: int) -> Likeness | None:
    """Return the likeness of two words by typing errors."""
    length = (len(text) + len(word) + 1) // 2 + beside
    most = min(most_errors(length), most_errors(min(len(text), len(word)) + beside))
    errors = OSA.distance(text, word, score_cutoff=most)
    if not 0 < errors <= most:
        return None
    lengths = [known for count, known in _TYPING if count == errors and known <= length]
    factor = _kind(text, word) if errors == 1 else 1.0
    if errors > 1 and text[:-_ENDING] == word[: len(text) - _ENDING]:
        # translator and translation: an ending is not mistyped, it is another.
        factor = 0.4
    if text[0] != word[0]:
        # People see the first letter of what they type.
        factor *= 0.35 if text[:2] == word[1::-1] else 0.12
    weight = _times(_TYPING[errors, max(lengths)], factor)
    if errors == 1 and sorted(text) == sorted(word):
        return Likeness(weight, "spelling", "2 letters of '{}' have changed places")
    return Likeness(
        weight,
        "spelling",
        f"{errors} letter{'' if errors == 1 else 's'} differ{'s' if errors == 1 else ''} from '{{}}'",
    )


def _kind(text: str, word: str) -> float:
    """Return by how much one error is likelier than others."""
    at = next(
        (place for place, pair in enumerate(zip(text, word, strict=False)) if pair[0] != pair[1]),
        min(len(text), len(word)),
    )
    if len(text) == len(word):
        changed_places = text[at + 1 :] != word[at + 1 :]
        return _COMMON_SLIP if changed_places else _exchange(text[at], word[at])
    longer = text if len(text) > len(word) else word
    doubled = at > 0 and longer[at] == longer[at - 1]
    return _COMMON_SLIP if doubled else 1.0


def _exchange(letter: str, other: str) -> float:
    if frozenset((letter, other)) in _SOUND_ALIKE:
        return 1.0
    if {letter, other} <= _VOWELS | {"y"}:
        # Often a slip, and often another word: billing and balling.
        return 0.6
    for row in _KEYBOARD:
        if letter in row and other in row and abs(row.index(letter) - row.index(other)) == 1:
            return 0.8
    return 0.4


def _extended(text: str, word: str) -> Likeness | None:
    """Return the likeness of a text that is the word and more letters; None where it is not."""
    before, more = text.removesuffix(word), text.removeprefix(word)
    if before not in {text, word[0]}:
        return ELSE if before in NEGATIONS else Likeness(0.15, "words", "ends in '{}'")
    if more == text:
        return None
    if more == word[-1]:
        return _typed(text, word, 0)
    if len(more) == 1 and len(word) > _STEM + 1:
        return Likeness(0.8, "spelling", "'{}' with 1 letter more")
    return Likeness(0.3, "words", "begins with '{}'")


def _shortened(text: str, word: str) -> Likeness | None:
    """Return the likeness of a text that may be short for the word."""
    if len(text) >= len(word) or text[0] != word[0]:
        return None
    reason = "short for '{}'"
    if word.startswith(text):
        reason = "the first letters of '{}'"
    if word.startswith(text) or (text[-1] == word[-1] == "s" and word.startswith(text[:-1])):
        return Likeness(_prefix(text, word), "abbreviation", reason)
    if not is_within(text, word):
        return None
    if len(text) >= _SHORT and consonants(text) == text == consonants(word):
        return Likeness(0.94, "abbreviation", "'{}' without its vowels")
    return Likeness(_letters_left_out(text, word), "abbreviation", reason)


def _letters_left_out(text: str, word: str) -> float:
    """Return the weight of some letters of a word, in its order, the first one among them."""
    same_end = text[-1] == word[-1]
    if len(text) < _SHORT:
        return 0.1
    if consonants(text) == text:
        whole = consonants(word)
        begins = whole.startswith(text) and 2 * len(text) > len(whole)
        return 0.9 if begins else 0.8 if same_end else 0.7
    if len(text) > _STEM and len(text) >= _MOST_OF_IT * len(word):
        return 0.92 if same_end and len(text) > _ENDING + _SHORT else 0.75
    return 0.2


def _prefix(text: str, word: str) -> float:
    """Return the weight of the first letters of a word: more of them, or most of the word, leave less room."""
    if word in {f"{text}{end}" for end in "dry"}:
        # warrant and warranty, ledge and ledger: that letter makes another word.
        return 0.8
    if len(text) > _STEM and len(text) >= _MOST_OF_IT * len(word):
        return 0.92
    return _PREFIX[min(len(text), max(_PREFIX))]


def _inflected(text: str, word: str) -> Likeness | None:
    """Return the likeness of two forms of one word."""
    if text == word:
        return Likeness(0.995, "separators", "the same as '{}'")
    if text == numeronym(word):
        return Likeness(0.96, "abbreviation", "'{}' with its letters counted")
    shorter = min(len(text), len(word))
    if singular(text) == singular(word):
        weight = {1: 0.3, 2: 0.6, 3: 0.92}.get(shorter, _SAME_WORD)
        return Likeness(weight, "spelling", "the plural of '{}'" if len(text) > len(word) else "the singular of '{}'")
    if _american(text) == _american(word):
        return Likeness(_SAME_WORD, "spelling", "another spelling of '{}'")
    if _stem(text) == _stem(word):
        return Likeness(0.75, "spelling", "another form of '{}'")
    return None


def _long_form(text: str, word: str) -> Likeness | None:
    """Return the likeness where the known word may be short for the text."""
    found = _shortened(word, text)
    return replace(found, weight=min(found.weight, 0.25), reason="'{}' may be short for it") if found else None


def word_likeness(text: str, word: str, known: Container[str] = (), beside: int = 0) -> Likeness | None:
    """Return how a single word stands to a word of a name; None where nothing joins them.

    Args:
        text: A word of a tag, folded, letters of any script, not empty.
        word: A word of a name, in the same form.
        known: Words that the names of the dimension have: a text that is one of them means it.
        beside: Letters by which words beside it, that are the same in both, make up for shortness.
    """
    inflected = _inflected(text, word)
    if inflected and (inflected.weight >= _SAME_WORD or singular(text) == singular(word)):
        return inflected
    extended = _extended(text, word)
    if extended is ELSE:
        return ELSE
    another = extended or word.startswith(text) or _without_ending(text) == _without_ending(word)
    typed = None if another else _typed(text, word, beside)
    found = [one for one in (inflected, extended, _shortened(text, word), _long_form(text, word), typed) if one]
    return max((_unless_a_word(text, word, one, known) for one in found), key=_weight, default=None)


def _unless_a_word(text: str, word: str, one: Likeness, known: Container[str]) -> Likeness:
    """Return a likeness, weaker where the text is a word of its own."""
    factor = 1.0
    if text in known:
        factor = 0.03
    elif _is_a_word(text) or (_stem(text) in _STEMS and _stem(text) != _stem(word)):
        # Words are sometimes short for another one, and hardly ever another one mistyped.
        factor = 0.3 if one.how == "abbreviation" else 0.08
    return one if factor == 1 else replace(one, weight=_times(one.weight, factor))


def _weight(one: Likeness) -> float:
    return one.weight


def _is_a_word(text: str) -> bool:
    return any(text in words for words in (ORDINARY, TECHNICAL, AFFIXES)) or singular(text) in ORDINARY


_STEMS = frozenset(_stem(word) for word in ORDINARY | TECHNICAL)
