"""YAML files with the line and column of every key and value.

Owns reading: limits, syntax, and what a plain scalar means (YAML 1.2 core schema). Knows no file of the
project by name and no model. Works on the parser's events, so nothing in a file can build an object,
and aliases are counted before they are written out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, MarkedYAMLWarning
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)
from ruamel.yaml.reader import ReaderError

from finmod.errors import Problem, UserError, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MAX_BYTES = 1_000_000
MAX_DEPTH = 50
MAX_VALUES = 100_000

Steps = tuple[str | int, ...]

_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,60}|0o[0-7]{1,60}|0x[0-9a-fA-F]{1,60}")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]{1,60}|[0-9]{1,60}(\.[0-9]{0,60})?)([eE][-+]?[0-9]{1,3})?")
_UNSAFE = re.compile(r"[\ud800-\udfff\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Node:
    """One value of a file.

    Attributes:
        line: Line of its first character, from 1.
        column: Column of its first character, from 1.
        content: A scalar (text, whole number, Decimal, bool or None), a dict of ``Entry`` or a list of nodes.
        text: A scalar as it stands in the file.
        size: Number of values in it, aliases written out.
        height: Levels of collections in it, aliases written out.
    """

    line: int
    column: int
    content: Any
    text: str = ""
    size: int = 1
    height: int = 0

    def plain(self) -> Any:  # noqa: ANN401 - YAML holds any data; the models tell what it is
        """Return the value as plain Python data."""
        if isinstance(self.content, dict):
            return {key: entry.node.plain() for key, entry in self.content.items()}
        if isinstance(self.content, list):
            return [item.plain() for item in self.content]
        return self.content


@dataclass(frozen=True)
class Entry:
    """One key of a mapping with its place, and its value."""

    line: int
    column: int
    node: Node


@dataclass(frozen=True)
class Document:
    """One file that was read.

    Attributes:
        name: The file as messages call it.
        root: Its top level, a mapping.
        problems: What must be mended although the file could be read: keys that stand twice, tags.
        options: Top-level key -> the option of the command line that gave it; empty for a file.
    """

    name: str
    root: Node
    problems: tuple[Problem, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)

    def find(self, path: Steps) -> tuple[Steps, Node, tuple[int, int]]:
        """Return the deepest part of a path that the file has, its node, and line and column of its key.

        One mapping may stand where a list of them may: the step to its first item is left out then.
        """
        node, at, found = self.root, (1, 1), list[str | int]()
        for depth, step in enumerate(path):
            if isinstance(node.content, dict) and step in node.content:
                entry = node.content[step]
                node, at = entry.node, (entry.line, entry.column)
            elif step == 0 and isinstance(node.content, dict) and {*path[depth + 1 : depth + 2]} & {*node.content}:
                continue
            elif isinstance(node.content, list) and isinstance(step, int) and step < len(node.content):
                node = node.content[step]
                at = (node.line, node.column)
            else:
                break
            found.append(step)
        return tuple(found), node, at


@dataclass
class _Reader:
    """Builds nodes from events; ``problems`` are those that do not end the reading."""

    name: str
    events: Iterator[Event]
    problems: list[Problem] = field(default_factory=list)
    anchors: dict[str, Node | None] = field(default_factory=dict)
    values: int = 0

    def refusal(self, code: str, found: str, event: Event, *, expected: str | None, remedy: str) -> Problem:
        """Return a problem placed at an event."""
        where = f"{self.name}:{event.start_mark.line + 1}:{event.start_mark.column + 1}"
        return Problem(code=code, found=found, expected=expected, where=where, remedy=remedy)

    def stop(self, problem: Problem) -> UserError:
        """Return the error that ends the reading, with all that was found before."""
        return UserError(*self.problems, problem)

    def node(self, event: Event, depth: int) -> Node:
        """Return the value that starts at an event."""
        if isinstance(event, AliasEvent):
            return self.counted(self.alias(event), event, depth)
        assert isinstance(event, NodeEvent)  # noqa: S101 - tells mypy; the parser yields nothing else here
        self.refuse_tag(event)
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, ScalarEvent):
            node = Node(line, column, self.scalar(event), event.value)
        else:
            self.refuse_depth(depth + 1, event)
            content = self.mapping(depth + 1) if isinstance(event, MappingStartEvent) else self.sequence(depth + 1)
            inside = [entry.node for entry in content.values()] if isinstance(content, dict) else content
            size = 1 + sum(item.size for item in inside)
            node = Node(line, column, content, "", size, 1 + max((item.height for item in inside), default=0))
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return self.counted(node, event, depth)

    def counted(self, node: Node, event: Event, depth: int) -> Node:
        """Return the node, or refuse it where the file grows beyond the limits with it."""
        self.values += node.size if isinstance(event, AliasEvent) else 1
        if max(self.values, node.size) > MAX_VALUES:
            raise self.stop(
                self.refusal(
                    "FM1017",
                    f"the file holds more than {MAX_VALUES:,} values once its aliases are written out",
                    event,
                    expected="a file that is read in a moment",
                    remedy="Write the values out, or use fewer aliases (*name).",
                )
            )
        self.refuse_depth(depth + node.height, event)
        return node

    def refuse_depth(self, depth: int, event: Event) -> None:
        if depth > MAX_DEPTH:
            found = f"values are nested more than {MAX_DEPTH} levels deep"
            remedy = "Close the brackets, or take out the extra levels."
            raise self.stop(self.refusal("FM1018", found, event, expected=None, remedy=remedy))

    def refuse_tag(self, event: NodeEvent) -> None:
        tag = getattr(event, "tag", None)
        if tag is not None:
            shown = str(tag).replace("tag:yaml.org,2002:", "!!")
            remedy = "Remove the tag; text that looks like a number goes in quotes."
            problem = self.refusal("FM1016", f"the value has the tag {shown}", event, expected="no tag", remedy=remedy)
            self.problems.append(problem)

    def alias(self, event: AliasEvent) -> Node:
        """Return the node that an alias stands for."""
        node = self.anchors.get(event.anchor)
        if node is not None:
            return node
        found = f"the alias *{event.anchor} stands " + (
            "inside the value that it names" if event.anchor in self.anchors else "before any value of that name"
        )
        remedy = f"Mark an earlier value with &{event.anchor}, or write the value out."
        raise self.stop(self.refusal("FM1017", found, event, expected=None, remedy=remedy))

    def scalar(self, event: ScalarEvent) -> str | int | Decimal | bool | None:
        """Return the meaning of a scalar: YAML 1.2 core schema, decimals exact, infinities as text."""
        text: str = event.value
        if _UNSAFE.search(text):
            found = f"the text {printable(ascii(text))} holds a control character or half a character"
            remedy = "Remove the escape, or save the file again as UTF-8."
            raise self.stop(self.refusal("FM1014", found, event, expected="printable text", remedy=remedy))
        if event.style is not None:
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _INTEGER.fullmatch(text):
            return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
        return Decimal(text) if _DECIMAL.fullmatch(text) else text

    def sequence(self, depth: int) -> list[Node]:
        """Return the items up to the end of a list."""
        items = []
        while not isinstance(event := next(self.events), CollectionEndEvent):
            items.append(self.node(event, depth))
        return items

    def mapping(self, depth: int) -> dict[str, Entry]:
        """Return the entries up to the end of a mapping; of a key that stands twice the first value."""
        entries: dict[str, Entry] = {}
        while not isinstance(event := next(self.events), CollectionEndEvent):
            key = self.node(event, depth)
            if isinstance(key.content, dict | list):
                remedy = "Write the key as plain text before the colon; text with { or [ goes in quotes."
                problem = self.refusal("FM1021", "a key is a collection", event, expected="text", remedy=remedy)
                raise self.stop(problem)
            value = self.node(next(self.events), depth)
            if key.text in entries:
                first = entries[key.text].line
                found = f"the key {printable(key.text)!r} stands twice, the first time in line {first}"
                remedy = "Remove or rename one of the two."
                self.problems.append(self.refusal("FM1015", found, event, expected="each key once", remedy=remedy))
            else:
                line, column = event.start_mark.line + 1, event.start_mark.column + 1
                if value.content is None and not value.text:  # the parser places nothing where the next token starts
                    value = replace(value, line=line, column=column)
                entries[key.text] = Entry(line, column, value)
        return entries

    def document(self) -> Document:
        """Return the only document of the file."""
        starts = (event for event in self.events if isinstance(event, DocumentStartEvent))
        if next(starts, None) is None:
            raise self.stop(_not_a_mapping(f"{self.name}:1:1", "the file is empty"))
        first = next(self.events)
        root = self.node(first, 0)
        if not isinstance(root.content, dict):
            place = f"{self.name}:{root.line}:{root.column}"
            kind = "a list" if isinstance(root.content, list) else "a single value"
            empty = root.text == "" and root.content is None
            raise self.stop(_not_a_mapping(place, "the file is empty" if empty else f"the top level is {kind}"))
        second = next(starts, None)
        if second is not None:
            remedy = "Remove the line '---' and what follows, or put it in a file of its own."
            found = "a second document starts here"
            self.problems.append(self.refusal("FM1019", found, second, expected="one document", remedy=remedy))
        return Document(self.name, root, tuple(self.problems))


def _not_a_mapping(where: str, found: str) -> Problem:
    return Problem(
        code="FM1020",
        found=found,
        expected="lines of the form 'key: value'",
        where=where,
        remedy="Start from the file that `finmod init` writes in an empty folder.",
    )


def _syntax(name: str, found: str, text: str, at: int | tuple[int, int] | None) -> Problem:
    """Return a syntax problem at a character index, or at a line and column from 0."""
    if isinstance(at, int):
        before = text[:at]
        at = (before.count("\n"), at - (before.rfind("\n") + 1))
    where = f"{name}:{at[0] + 1}:{at[1] + 1}" if at else name
    remedy = "See the line named and the one above it: brackets, quotes, the space after a colon."
    if "'\\t'" in found:
        remedy = "Indent with spaces: YAML allows no tabs there."
    return Problem(code="FM1014", found=f"not YAML: {found}", where=where, remedy=remedy)


def parse_yaml(text: str, name: str) -> Document:
    """Return the document in a text; keys that stand twice and tags are among its ``problems``.

    Args:
        text: The whole file.
        name: What messages call it.

    Raises:
        UserError: The text is no YAML, no mapping, or goes beyond a limit.

    >>> parse_yaml("currency: USD", "finmod.yaml").root.plain()
    {'currency': 'USD'}
    """
    reader: _Reader | None = None
    try:
        reader = _Reader(name, iter(YAML(typ="safe", pure=True).parse(text)))
        return reader.document()
    except UserError:
        raise
    except (MarkedYAMLError, MarkedYAMLWarning) as error:
        mark = error.problem_mark or error.context_mark
        found = printable(" ".join(str(error.problem or error.context).split()))
        problem = _syntax(name, found, text, (mark.line, mark.column) if mark else None)
    except ReaderError as error:
        found = f"the character {text[error.position]!a} is not allowed"
        problem = _syntax(name, found, text, error.position)
    except Exception:  # noqa: BLE001 - the parser lets bare errors out, such as for the escape "\UFFFFFFFF"
        problem = _syntax(name, "an escape or a value stands for nothing that there is", text, None)
    raise UserError(*(reader.problems if reader else ()), problem)


def read_yaml(path: Path, *, name: str | None = None) -> Document:
    """Return the document in a file.

    Args:
        path: The file.
        name: What messages call it; the file's own name unless given.

    Raises:
        UserError: As in ``read_bytes`` and ``parse_bytes``.
    """
    name = name or path.name
    return parse_bytes(read_bytes(path, name), name)


def read_bytes(path: Path, name: str) -> bytes:
    """Return what a file of settings holds.

    Args:
        path: The file.
        name: What messages call it.

    Raises:
        UserError: FM1011, the file cannot be read; FM1012, it is too large.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        # A pipe would be waited for without end.
        remedy = "Put a file there: finmod init writes one."
        raise UserError(Problem(code="FM1011", found="this is no file", where=name, remedy=remedy))
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        found = f"the file cannot be read: {(error.strerror or type(error).__name__).lower()}"
        remedy = "Check that it exists and that you may read it."
        raise UserError(Problem(code="FM1011", found=found, where=name, remedy=remedy)) from None
    if len(raw) > MAX_BYTES:
        found = f"the file is larger than {MAX_BYTES:,} bytes"
        remedy = "Settings are small: was a bill given as a settings file?"
        raise UserError(Problem(code="FM1012", found=found, where=name, remedy=remedy))
    return raw


def parse_bytes(raw: bytes, name: str) -> Document:
    """Return the document in the bytes of a file, with a mark of the encoding or without.

    Args:
        raw: The whole file.
        name: What messages call it.

    Raises:
        UserError: FM1013, it is not UTF-8; or as in ``parse_yaml``.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        where = f"{name}:{before.count(10) + 1}:{column}"
        found = f"the byte 0x{raw[error.start]:02x} is not UTF-8"
        remedy = "Save the file again with the encoding UTF-8."
        raise UserError(Problem(code="FM1013", found=found, where=where, remedy=remedy)) from None
    return parse_yaml(text, name)
