"""Which groups each resource stands in: same team, account, parent, words of the name, days.

Owns the kinds of evidence that are groups, and how a group is called. How a group's labels count stands in
counts.py; daily use that moves together in usage.py.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from finmod.errors import printable
from finmod.taxonomy.inference.frame import Flags, Ints, ResourceFrame

_Key = tuple[str, ...]
_LONGEST_NAME, _MOST_WORDS, _BEGINNINGS, _HASH_LENGTH, _SHOWN = 200, 8, 3, 6, 80
_PARTS = re.compile(r"[\W_]+")
_LAST_DIGITS = re.compile(r"\d+$")
_DIGIT = re.compile(r"\d")
_NO_DIGITS = str.maketrans("123456789", "0" * 9)


@dataclass(frozen=True)
class Groups:
    """The groups of one kind, as memberships: a resource may be in none, in one or in several.

    Attributes:
        kind: Name of the kind: account, parent, name and the like; of other dimensions ``dimension team`` and so on.
        row: Per membership the resource's row.
        group: Per membership the group's number.
        keys: Per group what its members have in common.
        words: Turns such a key into words that fit after "41 of 41 labelled resources".
        speaks: Whether its labels count. Where they do not, the groups only tell who is never labelled.
        warns: Whether a group without labels keeps its members from being inferred.
    """

    kind: str
    row: Ints
    group: Ints
    keys: tuple[_Key, ...]
    words: Callable[[_Key], str]
    speaks: bool = True
    warns: bool = True


def quoted(text: str) -> str:
    """Return text of a bill in quotes, safe for a terminal and not long."""
    return f"'{printable(text, _SHOWN)}'"


def make_groups(frame: ResourceFrame) -> Iterator[Groups]:
    """Yield the groups of every kind that the frame's columns allow, in a fixed order.

    Args:
        frame: In the order of its keys, so that groups have the same numbers whatever the order of rows was.
    """
    for dimension, values in sorted(frame.dimensions.items()):
        yield _single(f"dimension {dimension}", _keys(values), partial(_dimension_words, dimension))
    yield _single("account", _keys(frame.source, frame.account), lambda key: f"in account {quoted(key[1])}")
    yield _single("parent", _keys(frame.source, frame.parent), lambda key: f"under {quoted(key[1])}")
    yield _several("name", _name_keys(frame), _name_words)
    yield _across_accounts(frame, _several("account name", _account_name_keys(frame), _account_name_words))
    yield _single("created", _created_keys(frame), lambda key: f"created on {key[2]} in {quoted(key[1])}", warns=False)
    yield _several("days", _day_keys(frame), _day_words, warns=False)
    kinds = _keys(frame.supplier, frame.service, frame.resource_type, last_may_miss=True)
    yield _single("service", kinds, lambda key: f"of {quoted(' '.join(filter(None, key[1:])))}", speaks=False)


def _dimension_words(dimension: str, key: _Key) -> str:
    return f"with {dimension} {quoted(key[0])}"


def _keys(*columns: Iterable[str | None], last_may_miss: bool = False) -> Iterator[_Key | None]:
    """Yield the texts of each row; None where one is missing, but for the first: a source may be unknown."""
    rows = zip(*(list(column) for column in columns), strict=True)
    single = len(columns) == 1
    for row in rows:
        needed = row if single else row[1:-1] if last_may_miss else row[1:]
        yield None if None in needed else tuple(text or "" for text in row)


def _single(
    kind: str,
    keys: Iterable[_Key | None],
    words: Callable[[_Key], str],
    *,
    speaks: bool = True,
    warns: bool = True,
) -> Groups:
    return _several(kind, (() if key is None else (key,) for key in keys), words, speaks=speaks, warns=warns)


def _several(
    kind: str,
    keys: Iterable[tuple[_Key, ...]],
    words: Callable[[_Key], str],
    *,
    speaks: bool = True,
    warns: bool = True,
) -> Groups:
    numbers: dict[_Key, int] = {}
    # Many resources have the same keys: each combination is looked up once.
    places: dict[tuple[_Key, ...], list[int]] = {}
    groups: list[int] = []
    lengths: list[int] = []
    for row in keys:
        found = places.get(row)
        if found is None:
            found = places[row] = [numbers.setdefault(key, len(numbers)) for key in row]
        groups += found
        lengths.append(len(found))
    member = np.repeat(np.arange(len(lengths), dtype=np.int64), np.array(lengths, dtype=np.int64))
    group = np.array(groups, dtype=np.int64)
    # Who is alone in a group learns nothing from it.
    many = np.bincount(group, minlength=1)[group] > 1 if len(group) else np.zeros(0, dtype=np.bool_)
    return Groups(kind, member[many], group[many], tuple(numbers), words, speaks, warns)


def name_words(text: str | None) -> list[str]:
    """Return the words of a name: folded, numbers at the end of a word taken off, numbers and hashes left out.

    >>> name_words("Search-API_prod01/00017-3f9a2c71")
    ['search', 'api', 'prod']
    """
    if not text:
        return []
    folded = unicodedata.normalize("NFKC", text[:_LONGEST_NAME]).casefold()
    words = []
    for part in _PARTS.split(folded):
        word = _LAST_DIGITS.sub("", part)
        if len(word) > 1 and not (_DIGIT.search(word) and len(part) >= _HASH_LENGTH):
            words.append(word)
    return words[:_MOST_WORDS]


def _last_part(resource_id: str | None) -> str | None:
    return resource_id[max(resource_id.rfind("/"), resource_id.rfind(":")) + 1 :] if resource_id else None


def _name_keys(frame: ResourceFrame) -> Iterator[tuple[_Key, ...]]:
    found: dict[tuple[str | None, str | None], tuple[_Key, ...]] = {}
    for name, resource_id in zip(frame.name, frame.resource_id, strict=True):
        # Which digits there are makes no difference to the words.
        both = (_without_digits(name), _without_digits(_last_part(resource_id)))
        if both not in found:
            words = name_words(both[0])
            every = dict.fromkeys([*words, *name_words(both[1])])
            found[both] = (*(("begins", text) for text in _beginnings(words)), *(("has", word) for word in every))
        yield found[both]


def _without_digits(text: str | None) -> str | None:
    return text[:_LONGEST_NAME].translate(_NO_DIGITS) if text else None


def _beginnings(words: list[str]) -> list[str]:
    return ["-".join(words[:length]) for length in range(1, min(len(words), _BEGINNINGS) + 1)]


def _name_words(key: _Key) -> str:
    return f"whose name {'begins with' if key[0] == 'begins' else 'has the word'} {quoted(key[1])}"


def _account_name_keys(frame: ResourceFrame) -> Iterator[tuple[_Key, ...]]:
    found: dict[str | None, tuple[_Key, ...]] = {}
    for name in frame.account_name:
        if name not in found:
            found[name] = tuple((text,) for text in _beginnings(name_words(name)))
        yield found[name]


def _account_name_words(key: _Key) -> str:
    return f"in accounts whose name begins with {quoted(key[0])}"


def _across_accounts(frame: ResourceFrame, groups: Groups) -> Groups:
    """Return the groups that are more than one account; the others stand there as accounts already."""
    numbers: dict[Hashable, int] = {}
    accounts = [numbers.setdefault(key, len(numbers)) for key in zip(frame.source, frame.account, strict=True)]
    account = np.array(accounts, dtype=np.int64)[groups.row]
    pairs = np.unique(groups.group * max(len(numbers), 1) + account) // max(len(numbers), 1)
    many = (np.bincount(pairs, minlength=1) > 1)[groups.group] if len(pairs) else np.zeros(0, dtype=np.bool_)
    return replace(groups, row=groups.row[many], group=groups.group[many])


def _homes(frame: ResourceFrame) -> list[_Key | None]:
    pairs = zip(frame.source, frame.account, frame.parent, strict=True)
    return [None if not (parent or account) else (source or "", parent or account) for source, account, parent in pairs]


def _inner(frame: ResourceFrame) -> tuple[Flags, Flags]:
    """Return whether first and last day lie inside the days of their source: at its edges nothing begins or ends."""
    numbers = {source: place for place, source in enumerate(dict.fromkeys(frame.source))}
    codes = np.array([numbers[source] for source in frame.source], dtype=np.int64)
    far = np.datetime64("9999-12-31", "D")
    earliest, latest = np.full(len(numbers), far), np.full(len(numbers), np.datetime64("0001-01-01", "D"))
    known = ~np.isnat(frame.first_day) & ~np.isnat(frame.last_day)
    np.minimum.at(earliest, codes[known], frame.first_day[known])
    np.maximum.at(latest, codes[known], frame.last_day[known])
    return known & (frame.first_day > earliest[codes]), known & (frame.last_day < latest[codes])


def _created_keys(frame: ResourceFrame) -> Iterator[_Key | None]:
    began = _inner(frame)[0].tolist()
    for home, day, inside in zip(_homes(frame), frame.first_day.astype(str).tolist(), began, strict=True):
        yield (*home, day) if home and inside else None


def _day_keys(frame: ResourceFrame) -> Iterator[tuple[_Key, ...]]:
    """Yield the days on which a resource is used, where it is not used on all: as life and as pattern of the month."""
    began, ended = _inner(frame)
    whole = (began & ended).tolist()
    patterns = _patterns(frame)
    days = zip(frame.first_day.astype(str).tolist(), frame.last_day.astype(str).tolist(), strict=True)
    accounts = zip(frame.source, frame.account, strict=True)
    for (source, account), (first, last), lived, pattern in zip(accounts, days, whole, patterns, strict=True):
        life = ((source or "", account, "life", first, last),) if lived else ()
        same = ((source or "", account, "pattern", pattern),) if pattern else ()
        yield () if account is None else life + same


def _patterns(frame: ResourceFrame) -> list[str]:
    if frame.usage is None or frame.usage.shape[1] == 0:
        return [""] * frame.count
    used: Flags = np.nan_to_num(frame.usage, nan=0.0) > 0
    some = np.asarray(used.any(axis=1) & ~used.all(axis=1), dtype=np.bool_)
    texts = [bits.tobytes().hex() for bits in np.packbits(used, axis=1)]
    return [text if partly else "" for text, partly in zip(texts, some.tolist(), strict=True)]


def _day_words(key: _Key) -> str:
    days = f"from {key[3]} to {key[4]}" if key[2] == "life" else "on the same days of the month"
    return f"in account {quoted(key[1])} that were used {days}"
