"""YAML text that YAML 1.1 and 1.2 read alike.

Owns the writing of plain data. Cloud Custodian reads YAML 1.1, where ``on``, ``12:30`` and ``1_000`` are no texts, and
newer tools read 1.2: how a text is written so that both read it, settings/quoting.py knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from finmod.settings.quoting import yaml_scalar

Plain = str | int | bool | Mapping[str, "Plain"] | Sequence["Plain"]
"""What is written: texts, whole numbers, truth values, and mappings and lists of these."""


def block_yaml(value: Mapping[str, Plain]) -> str:
    r"""Return a mapping as YAML in block style, keys in their order, ended by a line feed.

    >>> print(block_yaml({"name": "a", "values": ["on", "x: y"]}), end="")
    name: a
    values:
      - "on"
      - "x: y"
    """
    return "".join(f"{line}\n" for line in _lines(value, ""))


def _lines(value: Plain, indent: str) -> Iterator[str]:
    """Yield the lines of a mapping or a list; both must hold something."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if isinstance(inner, str | int):
                yield f"{indent}{_scalar(key)}: {_scalar(inner)}"
            else:
                yield f"{indent}{_scalar(key)}:"
                yield from _lines(inner, f"{indent}  ")
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            if isinstance(inner, str | int):
                yield f"{indent}- {_scalar(inner)}"
            else:
                # The first line of what stands in the list carries its mark.
                first, *rest = _lines(inner, f"{indent}  ")
                yield f"{indent}- {first[len(indent) + 2 :]}"
                yield from rest


def _scalar(value: str | int) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return yaml_scalar(value)
