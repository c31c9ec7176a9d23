"""Changes to finmod.yaml that keep its comments and the order of its keys; a new source may change blanks and indents.

Owns writing into a file of the user. Nothing is written that would not load.
"""

from __future__ import annotations

import codecs
from io import StringIO
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from finmod.errors import Problem, UserError, printable
from finmod.settings.project import ProjectFile
from finmod.settings.rewrite import Content, rewrite
from finmod.settings.validate import validated
from finmod.settings.yaml import parse_bytes, parse_yaml, read_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_LINE_END = "\n"


def add_source(path: Path, name: str, mapping: Mapping[str, Any]) -> None:
    """Add a source to a finmod.yaml, in one atomic replace.

    Args:
        path: The finmod.yaml.
        name: Name of the new source.
        mapping: Its settings as they stand in the file: ``format``, ``path``, ``set`` and so on.

    Raises:
        UserError: The file has problems, has a source of that name, or would have problems with the new one.
    """
    raw = read_bytes(path, path.name)
    before = validated(ProjectFile, parse_bytes(raw, path.name))
    if name in before.sources:
        found = f"the source {name!r} is there already"
        remedy = "Choose another name, or edit the file."
        raise UserError(Problem(code="FM1023", found=found, where=path.name, remedy=remedy))
    try:
        text = _with_source(_text(raw), name, dict(mapping))
    except (YAMLError, ValueError) as error:
        found = f"the source {name!r} cannot be added: {printable(str(error).splitlines()[0])}"
        remedy = "Add it by hand, and put text that looks like a date in quotes."
        raise UserError(Problem(code="FM1014", found=found, where=path.name, remedy=remedy)) from None
    _write(path, raw, text)


def set_rates(path: Path, name: str) -> None:
    """Name the table of exchange rates in a finmod.yaml that names none, in one atomic replace.

    Args:
        path: The finmod.yaml.
        name: The table's file, relative to the project.

    Raises:
        UserError: The file has problems, or would have problems with it.
    """
    raw = read_bytes(path, path.name)
    validated(ProjectFile, parse_bytes(raw, path.name))
    before = _text(raw)
    after = f"{before}{'' if before.endswith(_LINE_END) else _LINE_END}fx: {name}{_LINE_END}"
    try:
        validated(ProjectFile, parse_yaml(after, path.name))
    except UserError:
        found = "the exchange rates cannot be named at the end of the file"
        remedy = f"Add them by hand: fx: {name}."
        raise UserError(Problem(code="FM1014", found=found, where=path.name, remedy=remedy)) from None
    _write(path, raw, after)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8-sig").replace("\r\n", _LINE_END)


def _write(path: Path, raw: bytes, text: str) -> None:
    validated(ProjectFile, parse_yaml(text, path.name))
    mark = codecs.BOM_UTF8 if raw.startswith(codecs.BOM_UTF8) else b""
    has_crlf = 0 < raw.count(b"\r\n") == raw.count(b"\n")
    as_before = text.replace(_LINE_END, "\r\n") if has_crlf else text
    rewrite({path: Content(raw, mark + as_before.encode())})


def _with_source(text: str, name: str, mapping: dict[str, Any]) -> str:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    data = yaml.load(text)
    source = CommentedMap(mapping)
    source.fa.set_flow_style()
    if data.get("sources"):
        data["sources"][name] = source
    else:
        data["sources"] = CommentedMap({name: source})
    out = StringIO()
    yaml.dump(data, out)
    return out.getvalue()
