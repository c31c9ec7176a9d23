"""A slow and plain evaluator of taxonomies, written from what their documentation says: the judge of the fast one.

It knows nothing of segments, tables or numbers: it asks rule by rule, for one charge key on one day.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

Settings = Mapping[str, Any]
Row = Mapping[str, Any]
"""A charge key: column to text, ``day`` to the day."""
Condition = str | list[str] | dict[str, str | list[str]] | None
Answer = tuple[str | None, str]
"""A value, None for the text of a tag that is none, and how it was found."""

Known = dict[tuple[int, str], tuple[int, Answer] | None]
"""Number of a row and a dimension to the number of the rule that won, and what it says."""
Parents = Mapping[str, Callable[[Row], str | None]]
"""Dimension to what tells the value of a row's parent."""

PLACEHOLDERS = {
    "", "none", "null", "nil", "nan", "n-a", "na", "unknown", "undefined", "tbd", "todo", "unset", "empty", "default",
    "xxx",
}  # fmt: skip
MAPS = {"account": "SubAccountId", "project": "SubAccountId", "account_name": "SubAccountName", "id": "ResourceId"}


def fold(text: str) -> str:
    """Return a text without case, width, separators around it and kinds of separators."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "-".join("".join(" " if sign.isspace() or sign in "_-./:" else sign for sign in plain).split())


def is_pattern(text: str) -> bool:
    return "*" in text or "?" in text or is_expression(text)


def is_expression(text: str) -> bool:
    return len(text) > 2 and text[0] == text[-1] == "/"


def matches(pattern: str, text: str) -> bool:
    """Return whether a text, glob or /pattern/ is that of a whole text, whatever the case."""
    if is_expression(pattern):
        return re.fullmatch(pattern[1:-1], text, re.IGNORECASE | re.DOTALL) is not None
    return _glob(pattern.lower(), text.lower())


def _glob(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(_glob(pattern[1:], text[at:]) for at in range(len(text) + 1))
    return bool(text) and pattern[0] in {"?", text[0]} and _glob(pattern[1:], text[1:])


def holds(settings: Settings, day: date) -> bool:
    since, until = settings.get("since") or "0000", settings.get("until") or "9999"
    return bool(since <= day.isoformat() < until)


def many(value: object) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def ranked(asked: Sequence[str], there: Sequence[str], *, labels: bool = False) -> list[str]:
    """Return the keys of a bill that asked keys mean, nearest first."""
    found: list[str] = []
    for wanted in asked:
        for rank in range(5):
            near = (key for key in sorted(there) if _nearness(wanted, key, labels=labels) == rank)
            found += [key for key in near if key not in found]
    return found


def _nearness(wanted: str, key: str, *, labels: bool) -> int | None:
    """Return 0 for the very text, 1 for the same folded, then the forms of suppliers; None where it is another key."""
    if key == wanted:
        return 0
    forms = [key, *(_inside_label(key) if labels else (_own(key), _of_namespace(key), _of_project(key)))]
    return next((rank for rank, form in enumerate(forms, start=1) if form and fold(form) == fold(wanted)), None)


def _behind(key: str, *starts: str) -> str | None:
    return next((key.removeprefix(start) for start in starts if key.startswith(start)), None)


def _own(key: str) -> str | None:
    return _behind(key, "user:", "user_", "tag:", "tag_", "label:", "label_")


def _of_project(key: str) -> str | None:
    return _behind(key, "project:")


def _of_namespace(key: str) -> str | None:
    """Return the key behind Google's number or project and a slash, or Oracle's namespace and a dot."""
    if key.startswith("k8s-label/"):
        return None
    before, slash, after = key.partition("/")
    if (
        slash
        and after
        and "/" not in after
        and (before.isdigit() or re.fullmatch("[a-z][a-z0-9-]{4,28}[a-z0-9]", before))
    ):
        return after
    before, dot, after = key.partition(".")
    return after if dot and after and re.fullmatch("[A-Za-z0-9_-]+", before) and not set(after) & set("./:") else None


def _inside_label(key: str) -> tuple[str | None, str | None]:
    starts = (
        "k8s-label/",
        "k8s-",
        "k8s_",
        "aws:eks:",
        "aws_eks_",
        "aws:eks_",
        "aws_eks:",
        "kubernetes:",
        "kubernetes_",
    )
    return _behind(key, *starts, "label:", "label_", "eks:"), _own(key)


def tags_of(text: str | None) -> dict[str, str]:
    """Return keys and texts of a column of tags; of what is no JSON object none."""
    try:
        found = json.loads(text or "null")
    except ValueError:
        return {}
    return {key: value for key, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}


def resource_name(row: Row) -> str | None:
    if row.get("ResourceName") is not None:
        return str(row["ResourceName"])
    if row.get("ResourceId") is None:
        return None
    parts = re.split("[/:]+", str(row["ResourceId"]).rstrip("/:"))
    return parts[-1]


def looked_at(row: Row, column: str) -> str | None:
    found = resource_name(row) if column == "name" else row.get(column)
    return None if found is None else str(found)


@dataclass
class Oracle:
    """What one taxonomy calls charge keys.

    Attributes:
        dimensions: As in taxonomy.yaml; ``values`` a mapping or missing, every list a list.
        tables: The rows of each CSV.
        segment: Tells which days belong together, for parents.
        known: What is known of the rows so far: row number and dimension to answer.
    """

    dimensions: Mapping[str, Settings]
    tables: Mapping[str, Sequence[Mapping[str, str]]]
    segment: Callable[[date], int]
    known: Known = field(default_factory=dict)

    def names(self, rows: Sequence[Row]) -> list[dict[str, tuple[str, int, str] | None]]:
        """Return value, number of the rule and how of each row and dimension; 0 is what rolls up."""
        first = self._all(rows, None)
        parents = {name: self._by_resource(rows, name, first) for name in self.dimensions}
        second = self._all(rows, parents)
        return [
            {
                name: (found[1][0] or "", found[0], found[1][1]) if (found := second[at, name]) else None
                for name in self.dimensions
            }
            for at in range(len(rows))
        ]

    def said(self, row: Row, name: str) -> tuple[str, str, str | None] | None:
        """Return key, text and value of what the tags of a row say: the first that is a value, or else the first."""
        of_tags = [rule for rule in self.dimensions[name].get("from", ()) if "tag" in rule or "label" in rule]
        rules = [rule for rule in of_tags if holds(rule, row["day"])]
        return self._first_tag(row, name, rules)

    def _first_tag(self, row: Row, name: str, rules: Sequence[Settings]) -> tuple[str, str, str | None] | None:
        answers = [each for rule in rules if (each := self._tag(row, name, rule))]
        return next((each for each in answers if each[2] is not None), answers[0] if answers else None)

    def _all(self, rows: Sequence[Row], parents: Parents | None) -> Known:
        self.known = {}
        for name in self._order():
            for at, row in enumerate(rows):
                self.known[at, name] = self._winner(at, row, name, parents)
        return self.known

    def _order(self) -> list[str]:
        """Return the dimensions, each behind those that it asks and those that roll up to it."""
        done: list[str] = []
        while len(done) < len(self.dimensions):
            for name, settings in self.dimensions.items():
                asked = {rule["dimension"] for rule in settings.get("from", ()) if "dimension" in rule}
                asked |= {subject for rule in settings.get("from", ()) for subject in rule.get("when", ())}
                asked |= {below for below, each in self.dimensions.items() if each.get("rolls_up") == name}
                if name not in done and asked & set(self.dimensions) <= set(done):
                    done.append(name)
        return done

    def _winner(self, at: int, row: Row, name: str, parents: Parents | None) -> tuple[int, Answer] | None:
        """Return number and answer of the first rule that answers."""
        for number, rule in enumerate(self.dimensions[name].get("from", ()), start=1):
            found = self._answer(at, row, name, rule, parents) if holds(rule, row["day"]) else None
            if found is not None:
                return number, found
        above = self._rolled_up(at, row, name)
        return (0, (above, "dimension")) if above is not None else None

    def _answer(self, at: int, row: Row, name: str, rule: Settings, parents: Parents | None) -> Answer | None:
        day = row["day"]
        if "tag" in rule or "label" in rule:
            tag = self._tag(row, name, rule)
            return (tag[2], self._value(name, tag[1], day)[1]) if tag and tag[2] is not None else None
        if "dimension" in rule:
            other = self.known[at, rule["dimension"]]
            value = self._mapped(name, rule["map"].items(), other[1][0], day) if other else None
            return (value, "dimension") if value is not None else None
        if "when" in rule or "is" in rule:
            is_met = all(self._is_met(at, row, *each) for each in rule.get("when", {}).items())
            return (
                (rule["is"], "when" if "when" in rule else "is")
                if is_met and self._has(name, rule["is"], day)
                else None
            )
        if "parent" in rule:
            value = parents[name](row) if parents else None
            return (value, "parent") if value is not None else None
        if "column" in rule and "map" not in rule:
            text = looked_at(row, rule["column"])
            found = self._value(name, text, day) if text and text.strip() else (None, "")
            return found if found[0] is not None else None
        column, lines = self._lines(name, rule)
        value = self._mapped(name, lines, looked_at(row, column), day, is_literal="lookup" in rule)
        return (value, "map") if value is not None else None

    def _lines(self, name: str, rule: Settings) -> tuple[str, list[tuple[str, Any]]]:
        """Return the column and the lines of a rule that is a map."""
        if "patterns" in rule:
            values = self.dimensions[name].get("values") or {}
            lines = [(text, value) for value, each in values.items() for text in many(each.get("patterns", []))]
            return rule["patterns"], lines
        if "lookup" in rule:
            key, value = rule["lookup"]["key"], rule["lookup"]["value"]
            table = self.tables[rule["lookup"]["file"]]
            return rule["lookup"].get("column", key), [(row[key], [{"is": row[value], **row}]) for row in table]
        if "column" in rule:
            return rule["column"], list(rule["map"].items())
        kind = next(kind for kind in (*MAPS, "name") if kind in rule)
        return MAPS.get(kind, kind), list(rule[kind].items())

    def _mapped(
        self, name: str, lines: Iterable[tuple[str, Any]], text: str | None, day: date, *, is_literal: bool = False
    ) -> str | None:
        """Return what the first line that matches says on a day: lines of the text alone go before patterns.

        Keys of a lookup are texts, whatever signs they have.
        """
        if text is None:
            return None
        for want_pattern in (False, True):
            for key, targets in lines:
                is_text = is_literal or not is_pattern(key)
                if is_text is not want_pattern and (key.lower() == text.lower() if is_text else matches(key, text)):
                    for target in [{"is": targets}] if isinstance(targets, str) else targets:
                        if holds(target, day) and self._has(name, target["is"], day):
                            return str(target["is"])
        return None

    def _has(self, name: str, value: str, day: date) -> bool:
        """Return whether a dimension has a value on a day."""
        values = self.dimensions[name].get("values")
        return values is None or (value in values and holds(values[value], day))

    def _tag(self, row: Row, name: str, rule: Settings) -> tuple[str, str, str | None] | None:
        """Return key, text and value of a tag rule: of the first key whose text is a value, or else of the first."""
        asked, labels = many(rule.get("tag") or rule.get("label")), "label" in rule
        answers = [
            (key, text, self._value(name, text, row["day"])[0]) for key, text in self._texts(row, asked, labels=labels)
        ]
        return next((each for each in answers if each[2] is not None), answers[0] if answers else None)

    def _texts(self, row: Row, asked: Sequence[str], *, labels: bool) -> Iterator[tuple[str, str]]:
        for column in ("AllocatedTags", "Tags"):
            tags = tags_of(row.get(column))
            yield from ((key, tags[key]) for key in ranked(asked, list(tags), labels=labels) if tags[key].strip())

    def _value(self, name: str, text: str, day: date) -> Answer:
        """Return the value that a text is, and how it was found."""
        values = self.dimensions[name].get("values")
        if values is None:
            return (None, "unrecognised") if fold(text) in PLACEHOLDERS else (text.strip(), "open")
        there = {value: each for value, each in values.items() if holds(each, day)}
        aliases = [
            (value, alias["is"] if isinstance(alias, dict) else alias)
            for value, each in there.items()
            for alias in many(each.get("aliases", []))
            if isinstance(alias, str) or holds(alias, day)
        ]
        plain = [(value, alias) for value, alias in aliases if not is_pattern(alias)]
        # None of these has separators, so that they are as they would be folded.
        globs = [(value, alias) for value, alias in aliases if is_pattern(alias) and not is_expression(alias)]
        tries: list[tuple[str, list[str]]] = [
            ("exact", [value for value in there if value == text]),
            ("alias", [value for value, alias in plain if alias == text]),
            ("folded", [value for value in there if fold(value) == fold(text)]),
            ("alias", [value for value, alias in plain if fold(alias) == fold(text)]),
            ("pattern", [value for value, alias in aliases if is_pattern(alias) and matches(alias, text)]),
            ("pattern", [value for value, alias in globs if matches(alias, fold(text))]),
        ]
        return next(((found[0], how) for how, found in tries if found), (None, "unrecognised"))

    def _is_met(self, at: int, row: Row, subject: str, condition: Condition) -> bool:
        text = self._subject(at, row, subject)
        if condition is None:
            return text is None
        given = condition if isinstance(condition, dict) else {"any": condition}
        is_any = "any" not in given or (text is not None and any(matches(each, text) for each in many(given["any"])))
        is_none = "not" in given and text is not None and any(matches(each, text) for each in many(given["not"]))
        return is_any and not is_none

    def _subject(self, at: int, row: Row, subject: str) -> str | None:
        if subject in self.dimensions:
            found = self.known[at, subject]
            return found[1][0] if found else None
        kind, _, key = subject.partition(".")
        if key:
            return next((text.strip() for _, text in self._texts(row, [key], labels=kind == "label")), None)
        return looked_at(row, subject)

    def _rolled_up(self, at: int, row: Row, name: str) -> str | None:
        for below, settings in self.dimensions.items():
            found = self.known[at, below] if settings.get("rolls_up") == name else None
            value = (settings.get("values") or {}).get(found[1][0]) if found else None
            for target in many((value or {}).get("parent", [])):
                parent = {"is": target} if isinstance(target, str) else target
                if holds(parent, row["day"]) and self._has(name, parent["is"], row["day"]):
                    return str(parent["is"])
        return None

    def _by_resource(self, rows: Sequence[Row], name: str, first: Known) -> Callable[[Row], str | None]:
        """Return what tells the value of a row's parent: the nearest one that all its own rows agree on."""
        called: dict[tuple[Any, ...], set[str | None]] = {}
        for at, row in enumerate(rows):
            if row.get("ResourceId") is not None:
                found = first[at, name]
                where = (row["x_Source"], self.segment(row["day"]), row["ResourceId"])
                called.setdefault(where, set()).add(found[1][0] if found else None)
        listed: dict[str, str] = {}
        for rule in self.dimensions[name].get("from", ()):
            for pair in self.tables[rule["parents"]] if "parents" in rule else ():
                listed.setdefault(pair["child"], pair["parent"])

        def elsewhere(row: Row, parent: str) -> set[str | None]:
            """Return what a parent without a row on such days is called on all others."""
            source = row["x_Source"]
            others = [names for (whose, _, which), names in called.items() if (whose, which) == (source, parent)]
            return set().union(*others) if others and all(len(names) == 1 for names in others) else {None}

        def value(row: Row) -> str | None:
            for parent in _ways_up(row.get("ResourceId"), listed):
                names = called.get((row["x_Source"], self.segment(row["day"]), parent)) or elsewhere(row, parent)
                if len(names) == 1 and None not in names:
                    return names.copy().pop()
            return None

        return value


def _ways_up(resource: str | None, listed: Mapping[str, str]) -> Iterator[str]:
    """Yield up to four parents of a resource that the user lists, then up to four that its id tells; never itself."""
    if resource is None:
        return
    above = resource
    for _ in range(4):
        above = listed.get(above, resource)
        if above != resource:
            yield above
    for _ in range(4):
        cut = max(resource.rfind("/"), resource.rfind(":"))
        if cut <= 0 or cut == len(resource) - 1:
            return
        resource = resource[:cut]
        yield resource
