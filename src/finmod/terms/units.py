"""Units of quantities: which are the same thing in other sizes, and how many of one another is.

Owns the reading of suppliers' unit texts, such as ``1000 Tokens``, ``GB-Months`` and ``gibibyte month``. Only what is
certain is read: a text that is no known unit has none, and is never taken for another.

Source: FOCUS 1.4, "Unit Format"; IEC 80000-13 for binary prefixes. Suppliers write GB for 2**30 bytes now and then and
do not tell; what is written is what counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

_NUMBERS: Final = {
    "": 1, "k": 10**3, "thousand": 10**3, "m": 10**6, "million": 10**6, "millions": 10**6, "b": 10**9, "billion": 10**9,
}  # fmt: skip
_DECIMAL: Final = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "p": 10**15}
_BINARY: Final = {"ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40, "pi": 2**50}
_LONG: Final = {
    "byte": 1, "kilobyte": 10**3, "megabyte": 10**6, "gigabyte": 10**9, "terabyte": 10**12, "petabyte": 10**15,
    "kibibyte": 2**10, "mebibyte": 2**20, "gibibyte": 2**30, "tebibyte": 2**40, "pebibyte": 2**50,
}  # fmt: skip
_TIMES: Final = {
    "second": 1, "sec": 1, "s": 1, "minute": 60, "min": 60, "hour": 3600, "hr": 3600, "hrs": 3600, "h": 3600,
    "day": 86_400,
}  # fmt: skip
# A month has no fixed length: it stays a unit of its own.
_WORDS: Final = {
    "token": "token", "request": "request", "query": "query", "image": "image", "character": "character",
    "unit": "unit", "count": "unit", "message": "message", "order": "order", "user": "user", "datapoint": "datapoint",
    "vcpu": "vCPU", "cpu": "vCPU", "core": "vCPU", "ocpu": "OCPU", "ecpu": "ECPU", "gpu": "GPU", "kwh": "kWh",
    "month": "month", "year": "year",
}  # fmt: skip
# A comma or low line stands before three digits: ``1,5`` is one and a half to some, and fifteen to nobody.
_SIZE: Final = r"(?:[0-9]{1,3}(?:[,_][0-9]{3}){1,4}|[0-9]{1,15})(?:\.[0-9]{1,15})?"
_SIZED = re.compile(
    rf"(?P<size>{_SIZE})?\s*(?P<more>k|m|b|thousand|millions?|billion)?\b\s*(?P<rest>.*)", re.IGNORECASE
)
_NONE = re.compile(r"0+(?:\.0*)?(?![0-9.])")
_MOST_LETTERS: Final = 100


@dataclass(frozen=True)
class Unit:
    """A unit, and how many of its simplest form it is.

    Attributes:
        base: What it counts, in the simplest form: ``byte``, ``byte month``, ``token``.
        size: How many of those one unit is.
    """

    base: str
    size: Fraction


def read_unit(text: str) -> Unit | None:
    """Return a unit by what suppliers write; None where it is none that is known.

    >>> read_unit("1000 Tokens"), read_unit("GiB").size
    (Unit(base='token', size=Fraction(1000, 1)), Fraction(1073741824, 1))
    >>> read_unit("GB-Months").base, read_unit("gibibyte month").base, read_unit("widgets"), read_unit("1,5 GB")
    ('byte month', 'byte month', None, None)
    """
    found = _SIZED.fullmatch(text.strip()) if len(text) <= _MOST_LETTERS else None
    if found is None or "/" in text:
        return None
    size = Fraction(found["size"].replace(",", "").replace("_", "")) if found["size"] else Fraction(1)
    words = [word for word in re.split(r"[\s\-_*]+", found["rest"]) if word]
    more = found["more"] or ""
    if more and not words:
        # ``m`` alone is no number of anything.
        return None
    size *= _NUMBERS[more.lower()]
    parts = [_part(word) for word in words]
    # None of a thing is no size: nothing could be divided by it.
    if not size or not parts or any(part is None for part in parts):
        return None
    for part in parts:
        size *= part.size if part else 1
    return Unit(" ".join(sorted(part.base for part in parts if part)), size)


def how_many(text: str, of: str) -> Fraction | None:
    """Return how many of one unit another one is; None where they do not count the same, or are not known.

    >>> how_many("1000 Tokens", "million tokens"), how_many("GB", "hour"), how_many("widget", "widget")
    (Fraction(1, 1000), None, Fraction(1, 1))
    >>> how_many("Gb", "GB")
    """
    one, other = read_unit(text), read_unit(of)
    if one and other:
        return one.size / other.size if one.base == other.base else None
    # Gb are bits and GB bytes: what is known is not what is spelt nearly like it.
    is_same = one is other and _is_of_something(text) and text.strip().casefold() == of.strip().casefold()
    return Fraction(1) if is_same else None


def _is_of_something(text: str) -> bool:
    return not _NONE.match(text.strip())


def _part(word: str) -> Unit | None:
    small = word.lower()
    singular = small[:-3] + "y" if small.endswith("ies") else small.removesuffix("s") if len(small) > 1 else small
    if singular in _LONG or small in _LONG:
        return Unit("byte", Fraction(_LONG.get(singular) or _LONG[small]))
    if small in _TIMES or singular in _TIMES:
        return Unit("second", Fraction(_TIMES.get(small) or _TIMES[singular]))
    if small in _WORDS or singular in _WORDS:
        return Unit(_WORDS.get(small) or _WORDS[singular], Fraction(1))
    prefix = small[:-1]
    if word.endswith("B") and prefix in {**_DECIMAL, **_BINARY}:  # a small b is a bit
        return Unit("byte", Fraction({**_DECIMAL, **_BINARY}[prefix]))
    return None
