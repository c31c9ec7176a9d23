r"""Regular expressions that read one text in more ways than there are letters, such as (a+)+ or (a|a)*.

Owns the reading of a pattern's parts, and the search for such repeats. RE2, which finmod matches with, does not mind
them; matchers that try one way after another, in the tools that a pattern is copied to, come to no end.

A pattern becomes a graph: its letters in order, each with those that may follow and the number of ways to get there.
Two ways that part and meet again inside one repeat double with each round. Repeats of the same letters in a row take a
power of the length: a few of them are usual, as in ^\s*(.*?)\s*$, and names are short.

Source: Weideman, van der Merwe, Berglund and Watson, "Analyzing Matching Time Behavior of Backtracking Regular
Expression Matchers by Using Ambiguity of NFA", 2016: exponential and polynomial ambiguity.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from finmod.engines.duckdb import Engine, literal

ATOM = re.compile(
    r"(?P<escape>\\Q.*?\\E|\\[pP](?:\{[^}]*\}|.)|\\x(?:\{[0-9A-Fa-f]+\}|[0-9A-Fa-f]{2})|\\[0-7]{2,3}|\\.)"
    r"|(?P<class>\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\])|(?P<flag>\(\?[A-Za-z-]*\))"
    r"|(?P<open>\((?:\?[A-Za-z-]*:|\?P?<[^>]*>)?)|(?P<close>\))|(?P<bar>\|)|(?P<one>.)",
    re.DOTALL,
)
"""One part of a regular expression."""

QUANTIFIER = re.compile(r"(?P<sign>[*+?])\??|\{(?P<low>[0-9]+)(?P<comma>,)?(?P<high>[0-9]*)\}\??")
"""How often the part before it stands."""

# Copies of a counted part, counts that are as good as endless, steps of the search, repeats in a row that are too many.
_COPIES, _ENDLESS, _STEPS, _IN_A_ROW = 12, 10, 100_000, 5
_MOST_EDGES, _DEEPEST = 100_000, 60
# Zero, and halves of letters, which no text of the engine has.
_NOT_THERE = frozenset((0, *range(0xD800, 0xE000)))
_ANY_CASE = re.compile(r"\(\?[A-Za-z]*i")
# Letters that a class or an escape gives by number; other escapes are taken whole, so that [\\x41] gives none.
_NUMBERED = re.compile(r"\\(?:x\{([0-9A-Fa-f]+)\}|x([0-9A-Fa-f]{2})|.)", re.DOTALL)
_NO_LETTER = re.compile(r"[\^$]|\\[AzbBCQE]")
# A few letters of each kind: what two sets have in common, one of these or of the pattern's own letters shows.
_LETTERS = "".join(map(chr, (*range(1, 128), 0x85, 0xA0, 0xAA, 0xB2, 0xB7, 0xD7, 0xE9, 0x301, 0x3B1, 0x436, 0x5D0,
                             0x661, 0x2003, 0x20AC, 0x2160, 0x4E2D, 0xAC00, 0x1F600)))  # fmt: skip

# What atoms read, by the atom, flags and letters: one taxonomy asks for the same classes many times.
_READ: dict[tuple[str, str, str], int] = {}

Edge = tuple[int, int]


class _TooLargeError(Exception):
    """The expression is too large to be looked through."""


@dataclass
class _Part:
    """What a part of a pattern is as a graph.

    Attributes:
        first: Letters that it can begin with -> ways.
        last: Letters that it can end with -> ways.
        empty: Ways to read nothing.
    """

    first: Counter[int] = field(default_factory=Counter)
    last: Counter[int] = field(default_factory=Counter)
    empty: int = 1


@dataclass
class _Graph:
    """Reads a pattern as a graph.

    Attributes:
        text: The pattern, without slashes.
        letters: Text of each atom that reads a letter.
        edges: Which letter may follow which, and in how many ways.
        endless: Letters that are repeated by themselves without end.
        loops: Begin and end of each repeat in the text, and the letters inside.
        doubled: Edges that a repeat gives a second way -> begin and end of that repeat.
        place: How far it is read.
        depth: How many groups are open there.
    """

    text: str
    letters: list[str] = field(default_factory=list)
    edges: Counter[Edge] = field(default_factory=Counter)
    endless: set[int] = field(default_factory=set)
    loops: list[tuple[int, int, frozenset[int]]] = field(default_factory=list)
    doubled: dict[Edge, tuple[int, int]] = field(default_factory=dict)
    place: int = 0
    depth: int = 0

    def alternatives(self) -> _Part:
        """Read up to the end of a group, or of the pattern."""
        every: list[_Part] = []
        if self.depth > _DEEPEST:
            raise _TooLargeError
        while True:
            every.append(self._sequence())
            if not self.text.startswith("|", self.place):
                break
            self.place += 1
        found = _Part(empty=sum(each.empty for each in every))
        for each in every:
            found.first += each.first
            found.last += each.last
        return found

    def _sequence(self) -> _Part:
        found = _Part()
        while self.place < len(self.text) and self.text[self.place] not in "|)":
            begin = self.place
            found = self._behind(found, self._counted(begin))
        return found

    def _counted(self, begin: int) -> _Part:
        """Read one part and how often it stands: as copies, the last of which may be repeated."""
        before = len(self.letters)
        part, is_one = self._atom(begin)
        end, low, high = _count(self.text, self.place)
        self.place = end
        copies = [part]
        for _ in range(min(low, _COPIES) - 1 if before < len(self.letters) else 0):
            self.place = begin
            copies.append(self._atom(begin)[0])
        self.place = end
        last = copies[-1]
        is_group = not is_one
        if high is None or (high > max(1, low) and is_one) or (high >= _ENDLESS and is_group):
            start = len(self.letters) - (len(self.letters) - before) // len(copies)
            self._repeat(last, frozenset(range(start, len(self.letters))), begin, end)
            if high is None and len(self.letters) - start == 1:
                self.endless.add(start)
            if low >= _ENDLESS and last.empty:
                # Which of the many rounds are empty, is tried for each letter.
                self.doubled |= {(letter, letter): (begin, end) for letter in last.first}
            last.empty += min(last.empty, 1)
        last.empty += low == 0
        found = copies[0]
        for copy in copies[1:]:
            found = self._behind(found, copy)
        return found

    def _repeat(self, part: _Part, inside: frozenset[int], begin: int, end: int) -> None:
        self.loops.append((begin, end, inside))
        for edge in self._join(part, part):
            self.doubled.setdefault(edge, (begin, end))

    def _atom(self, begin: int) -> tuple[_Part, bool]:
        """Read what stands at a place; return it, and whether it is one letter and not a group."""
        atom = ATOM.match(self.text, begin)
        if atom is None:
            self.place = begin + 1
            return _Part(), True
        self.place = atom.end()
        if atom["open"]:
            self.depth += 1
            found = self.alternatives()
            self.depth -= 1
            self.place += 1
            return found, False
        if atom["escape"] and atom[0].startswith("\\Q"):
            found = _Part()
            for letter in atom[0][2:-2]:
                found = self._behind(found, self._letter(re.escape(letter)))
            return found, False
        return _Part() if atom["flag"] or _NO_LETTER.fullmatch(atom[0]) else self._letter(atom[0]), True

    def _letter(self, text: str) -> _Part:
        number = len(self.letters)
        self.letters.append(text)
        return _Part(Counter((number,)), Counter((number,)), 0)

    def _behind(self, one: _Part, other: _Part) -> _Part:
        """Return two parts one behind the other."""
        self._join(one, other)
        first, last = Counter(one.first), Counter(other.last)
        for letter, ways in other.first.items() if one.empty else ():
            first[letter] += ways * one.empty
        for letter, ways in one.last.items() if other.empty else ():
            last[letter] += ways * other.empty
        return _Part(first, last, min(one.empty * other.empty, 2))

    def _join(self, one: _Part, other: _Part) -> list[Edge]:
        """Let one part follow another; return the edges that have more than one way now."""
        found = []
        for (end, ways), (begin, others) in product(one.last.items(), other.first.items()):
            self.edges[end, begin] = min(self.edges[end, begin] + ways * others, 2)
            found += [(end, begin)] if self.edges[end, begin] > 1 else []
        if len(self.edges) > _MOST_EDGES:
            raise _TooLargeError
        return found


def _count(text: str, place: int) -> tuple[int, int, int | None]:
    """Return where the count at a place ends, and how often at least and at most; None for without end."""
    found = QUANTIFIER.match(text, place)
    if found is None:
        return place, 1, 1
    if found["sign"]:
        return found.end(), int(found["sign"] == "+"), 1 if found["sign"] == "?" else None
    low = int(found["low"])
    return found.end(), low, int(found["high"]) if found["high"] else None if found["comma"] else low


def ambiguous(engine: Engine, inside: str) -> str | None:
    """Return the repeat of a regular expression that reads one text in very many ways, or None where none does.

    Of an expression with very many ways from letter to letter, or very deep, nothing is told: too much has to be tried.

    Args:
        engine: Knows which letters a class has.
        inside: The expression, which RE2 takes.
    """
    graph = _Graph(inside)
    try:
        graph.alternatives()
    except _TooLargeError:
        return None
    if graph.doubled:
        begin, end = min(graph.doubled.values())
        return inside[begin:end]
    circles = _circles(graph)
    if not circles and len(graph.endless) < _IN_A_ROW:
        return None
    is_any_case = any(_ANY_CASE.match(atom[0]) for atom in ATOM.finditer(inside))
    sets = _sets(engine, graph.letters, "is" if is_any_case else "s")
    following = _following(graph)
    kind_of = _kinds(following)
    doubled = [edge for edge, ways in graph.edges.items() if ways > 1]
    for circle in circles:
        pair = next((edge for edge in doubled if set(edge) <= circle), None) or _parting(
            following, kind_of, circle, sets
        )
        if pair is not None:
            holding = [(end - begin, begin, end) for begin, end, letters in graph.loops if set(pair) <= letters]
            _, begin, end = min(holding)
            return inside[begin:end]
    return _in_a_row(graph, following, sets)


def _following(graph: _Graph) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for one, other in graph.edges:
        found.setdefault(one, []).append(other)
    return found


def _kinds(following: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """Return the kind of each letter, below zero: those with the same followers are of one, and gone on from once."""
    kinds: dict[tuple[int, ...], int] = {}
    return {letter: kinds.setdefault(tuple(then), -1 - len(kinds)) for letter, then in following.items()}


def _circles(graph: _Graph) -> list[frozenset[int]]:
    """Return the letters of each outermost repeat that can follow themselves."""
    outer: list[tuple[int, int, frozenset[int]]] = []
    for loop in sorted(graph.loops, key=lambda each: each[0] - each[1]):
        if not any(loop[2] <= each[2] for each in outer):
            outer.append(loop)
    return [letters for _, _, letters in outer if letters]


def _sets(engine: Engine, letters: list[str], flags: str) -> list[int]:
    """Return the letters that each atom reads, as bits; other tools mind their case where the pattern does not say."""
    own = {letter for text in letters for letter in text}
    coded = {int(code or two, 16) for text in set(letters) for code, two in _NUMBERED.findall(text) if code or two}
    own |= set(map(chr, coded - _NOT_THERE))
    more = "".join(sorted(own - set(_LETTERS)))
    unknown = [atom for atom in dict.fromkeys(letters) if (atom, flags, more) not in _READ]
    if unknown:
        _READ.update(zip(((atom, flags, more) for atom in unknown), _read(engine, unknown, flags, more), strict=True))
    return [_READ[atom, flags, more] for atom in letters]


def _read(engine: Engine, atoms: list[str], flags: str, more: str) -> Iterator[int]:
    """Yield the letters that each of some atoms reads, as bits: of those that are tried always, and some more."""
    tests = ", ".join(f"regexp_full_match(letter, {literal(f'(?:{atom})')}, {literal(flags)})" for atom in atoms)
    rows = engine.rows(f"SELECT {tests} FROM (SELECT unnest(?::VARCHAR[]) AS letter)", [[*_LETTERS, *more]])
    for column in zip(*rows, strict=True):
        yield sum(1 << at for at, is_read in enumerate(column) if is_read)


def _parting(
    following: Mapping[int, Sequence[int]], kind_of: Mapping[int, int], circle: frozenset[int], sets: list[int]
) -> Edge | None:
    """Return two letters that one text can stand at after two ways round a repeat; None where none are found."""
    # Between two pairs of letters stands the pair of their kinds.
    one_of = {kind_of[letter]: letter for letter in circle if letter in kind_of}
    followers = {kind: [each for each in following[letter] if each in circle] for kind, letter in one_of.items()}
    waiting, before, left = [(each, each) for each in circle], dict[Edge, list[Edge]](), _STEPS
    seen = set(waiting)
    while waiting:
        pair = waiting.pop()
        if pair[0] >= 0:
            found = [(kind_of[pair[0]], kind_of[pair[1]])] if kind_of.keys() >= set(pair) else []
        else:
            every = [followers[each] for each in pair]
            left -= len(every[0]) * len(every[1])
            found = [(one, other) for one, other in product(*every) if sets[one] & sets[other]] if left >= 0 else []
        if left < 0:
            return None
        for one, other in found:
            then = min(one, other), max(one, other)
            before.setdefault(then, []).append(pair)
            if then not in seen:
                seen.add(then)
                waiting.append(then)
    return _returning(before, circle)


def _returning(before: Mapping[Edge, list[Edge]], circle: frozenset[int]) -> Edge | None:
    """Return a pair of two letters from which both ways meet again."""
    waiting = [(each, each) for each in circle]
    seen = set(waiting)
    while waiting:
        for pair in before.get(waiting.pop(), ()):
            if 0 <= pair[0] != pair[1]:
                return pair
            if pair not in seen:
                seen.add(pair)
                waiting.append(pair)
    return None


def _in_a_row(graph: _Graph, following: Mapping[int, Sequence[int]], sets: list[int]) -> str | None:
    """Return endless repeats in a row that have a letter in common, as many as are too many: a*a*a*a*a*."""
    longest: dict[int, list[tuple[int, int, int]]] = {}
    for letter in sorted(graph.endless):
        # Number of repeats that end here, what all of them read, the first of them.
        chains = [*longest.get(letter, ()), (1, sets[letter], letter)]
        for count, common, begin in chains:
            if count == _IN_A_ROW:
                spans = {next(iter(inside)): (start, end) for start, end, inside in graph.loops if len(inside) == 1}
                return graph.text[spans[begin][0] : spans[letter][1]]
            for then in following.get(letter, ()):
                if then > letter and then in graph.endless and common & sets[then]:
                    known = longest.setdefault(then, [])
                    chain = (count + 1, common & sets[then], begin)
                    if chain not in known and len(known) < _COPIES:
                        known.append(chain)
    return None
