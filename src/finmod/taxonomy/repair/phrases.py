"""How likely one whole text is a name written otherwise: words more or less, in another order, numbers, environments.

Owns the rules for whole texts. Single words are compared in letters.py; which texts are compared at all is
decided in candidates.py.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass, replace
from math import prod

from finmod.taxonomy.repair.letters import ELSE, Likeness, word_likeness
from finmod.taxonomy.repair.lexicon import AFFIXES, ENVIRONMENTS, GENERIC, NEGATIONS, TECHNICAL

_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"[0-9]+")
_NUMERONYM = re.compile(r"[^\W\d_][0-9]{1,2}[^\W\d_]")
_BESIDE = 2
_NEGATED = re.compile(rf"({'|'.join(sorted(NEGATIONS))})-?")
_LEAST_GLUED = 4


@dataclass(frozen=True)
class Form:
    """A text taken apart.

    Attributes:
        folded: As ``fold`` gives it.
        words: Its runs of letters and digits, without accents.
        core: Its words without those that change nothing, such as app and team; all where nothing would be left.
        numbers: Its runs of digits, but for those of words such as k8s.
        joined: Its words as one.
        environment: Place of the environment that it names, as in ``ENVIRONMENTS``; None where it names none.
    """

    folded: str
    words: tuple[str, ...]
    core: tuple[str, ...]
    numbers: tuple[str, ...]
    joined: str
    environment: int | None


def form(folded: str) -> Form:
    """Return a folded text taken apart.

    >>> form("search-api-02").words, form("search-api-02").core, form("search-api-02").numbers
    (('search', 'api', '02'), ('search', '02'), ('02',))
    """
    plain = folded
    if not folded.isascii():
        apart = unicodedata.normalize("NFKD", folded)
        plain = unicodedata.normalize("NFKC", "".join(sign for sign in apart if not unicodedata.combining(sign)))
    words = tuple(_WORD.findall(plain))
    core = tuple(word for word in words if word not in AFFIXES) or words
    numbers = tuple(run for word in words if not _NUMERONYM.fullmatch(word) for run in _DIGITS.findall(word))
    named = (ENVIRONMENTS.get(text) for text in (folded, "-".join(core), "".join(core)))
    environment = next((place for place in named if place is not None), None)
    return Form(folded, words, core, numbers, "".join(words), environment)


def is_generic(text: Form) -> bool:
    """Return whether a text names nothing, or many things."""
    joined = text.joined
    return text.folded in GENERIC or joined in GENERIC or not joined or len(set(joined)) == 1


def is_technical(text: Form) -> bool:
    """Return whether a text says what a resource is made of, or for which environment, and no more."""
    return all(word in TECHNICAL or word in AFFIXES or word in ENVIRONMENTS for word in text.words)


def likeness(text: Form, name: Form, known: Container[str] = ()) -> Likeness | None:
    """Return how a text stands to a name from which it differs after folding.

    Args:
        text: The text of a tag; not generic.
        name: A name of a value, or an alias.
        known: Words that the names of the dimension have.

    Returns:
        None where nothing joins them; ``ELSE`` where the text is certainly something else.
    """
    if not text.words or not name.words:
        return None
    if text.joined == name.joined:
        return Likeness(0.98, "separators", "the same letters as '{}'")
    if found := _environments(text, name):
        return found
    if text.numbers != name.numbers:
        return _other_number(text, name, known)
    return _words(text, name, known)


def _environments(text: Form, name: Form) -> Likeness | None:
    one, other = text.environment, name.environment
    if other is None:
        return None
    if one is not None:
        return Likeness(0.97, "abbreviation", "another word for '{}'") if one == other else ELSE
    negated = _NEGATED.match(text.folded)
    return ELSE if negated and text.folded[negated.end() :] in ENVIRONMENTS else None


def _other_number(text: Form, name: Form, known: Container[str]) -> Likeness | None:
    bare, other = (form(_DIGITS.sub("", one.folded).strip("-")) for one in (text, name))
    if not bare.words or not other.words:
        return None
    near = bare.joined == other.joined or _words(bare, other, known)
    return ELSE if near else None


def _words(text: Form, name: Form, known: Container[str]) -> Likeness | None:
    found = [_whole(text.words, name.words, known)]
    if (text.core, name.core) != (text.words, name.words):
        found.append(_without_affixes(text, name, known))
    if len(text.words) == len(name.words) == 1:
        found.append(_glued(text.joined, name.joined))
    if ELSE in found:
        return ELSE
    return max((one for one in found if one), key=lambda one: one.weight, default=None)


def _without_affixes(text: Form, name: Form, known: Container[str]) -> Likeness | None:
    """Return the likeness of what is left without words such as app and team."""
    if text.core == text.words or name.core == name.words:
        if text.core == name.core:
            return Likeness(0.93, "words", "'{}' but for a word that says no more")
        found = _whole(text.core, name.core, known, parts=False)
        return replace(found, weight=found.weight * 0.97) if found else None
    # Both have one: search-api and search-team are two things, unless nothing else differs.
    return Likeness(0.3, "words", "'{}' with another word") if text.core == name.core else None


def _glued(text: str, name: str) -> Likeness | None:
    """Return the likeness of mobileapp and mobile."""
    longer, shorter = (text, name) if len(text) > len(name) else (name, text)
    if len(shorter) >= _LEAST_GLUED and longer.startswith(shorter) and longer.removeprefix(shorter) in AFFIXES:
        return Likeness(0.9, "words", "'{}' but for a word that says no more")
    return None


def _whole(
    text: tuple[str, ...], name: tuple[str, ...], known: Container[str], *, parts: bool = True
) -> Likeness | None:
    if text == name:
        return Likeness(0.98, "separators", "the same words as '{}'")
    if len(text) == len(name) == 1:
        return word_likeness(text[0], name[0], known)
    if len(text) == len(name) and sorted(text) == sorted(name):
        return Likeness(0.95, "words", "the words of '{}' in another order")
    found = [_word_by_word(text, name, known), _initials(text, name)]
    if parts:
        found.append(_one_in_the_other(text, name))
    if len(text) != len(name):
        found.append(_joined(text, name, known))
    if ELSE in found:
        return ELSE
    return max((one for one in found if one), key=lambda one: one.weight, default=None)


def _joined(text: tuple[str, ...], name: tuple[str, ...], known: Container[str]) -> Likeness | None:
    """Return the likeness of dataplatfrom and data-platform: errors of letters and separators together."""
    found = word_likeness("".join(text), "".join(name), known)
    if found is ELSE or not found or found.how != "spelling":
        return found if found is ELSE else None
    return replace(found, weight=found.weight * 0.97)


def _word_by_word(text: tuple[str, ...], name: tuple[str, ...], known: Container[str]) -> Likeness | None:
    if len(text) != len(name):
        return None
    differing = [(one, other) for one, other in zip(text, name, strict=True) if one != other]
    beside = _BESIDE if len(differing) < len(text) else 0
    found = [word_likeness(one, other, known, beside) for one, other in differing]
    if any(one is ELSE for one in found):
        return ELSE
    sure = [one for one in found if one]
    if len(sure) < len(found) or not sure:
        return None
    if len(sure) == 1:
        return sure[0]
    hows = sorted({one.how for one in sure})
    return Likeness(prod(one.weight for one in sure), "+".join(hows), "'{}' word by word")


def _one_in_the_other(text: tuple[str, ...], name: tuple[str, ...]) -> Likeness | None:
    """Return the likeness where one has all words of the other and more."""
    if set(name) < set(text):
        more = set(text) - set(name)
        if more & NEGATIONS:
            return ELSE
        if all(word in ENVIRONMENTS for word in more):
            return Likeness(0.91, "words", "'{}' and an environment")
        return Likeness(0.45, "words", "'{}' and another word")
    if set(text) < set(name):
        return Likeness(0.15, "words", "a word of '{}'")
    return None


def _initials(text: tuple[str, ...], name: tuple[str, ...]) -> Likeness | None:
    if (
        len(text) != 1
        or len(name) != len(text[0])
        or any(one[0] != letter for one, letter in zip(name, text[0], strict=True))
    ):
        return None
    return Likeness(0.4 if len(name) == 2 else 0.85, "abbreviation", "the first letters of the words of '{}'")  # noqa: PLR2004
