"""Which spend can carry tags at all: the table of suppliers' rules, and the SQL that judges charge keys by it.

Owns the reading of ``taggable.json`` and the expression. Knows no tag and no dimension, and runs nothing.

Lines of the table are tried in order and the first that fits decides: lines of every supplier that stand before the
first supplier's, then those of the supplier whose bill it is, then the last ones of every supplier. A charge that
carries tags is taggable, whatever the table says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final, cast

from finmod.engines.duckdb import identifier, literal
from finmod.focus.columns import columns

TAGGABLE: Final = "taggable"
UNKNOWN: Final = "unknown"
OVERRULED: Final = "overruled"

CARRIES_TAGS: Final = "coalesce(Tags NOT IN ('', '{}', '{ }', 'null'), false)"
"""SQL over a charge key: whether it carries any tag."""

# Whoever issues the bill decides which tags stand in it: a seller's charge on a cloud's bill goes by the cloud's rules.
_BILL_OF = ("InvoiceIssuerName", "x_ProviderName", "ServiceProviderName")
_LISTED = frozenset(item.id for item in columns() if item.allowed_values)
_HAS_RESOURCE = "(ResourceId IS NOT NULL OR ResourceName IS NOT NULL OR ResourceType IS NOT NULL)"


def verdict_sql(
    *, names_resources: str = "true", shows_tags: str = "false", overrules: Sequence[tuple[str, bool]] = ()
) -> str:
    """Return SQL over a charge key: ``taggable``, ``unknown``, or the reason why nobody can tag it.

    Its value is never NULL. It reads FOCUS columns of the key by their names, unqualified.

    Args:
        names_resources: SQL for whether the key's bill names resources, see ``evidence_sql``. Where it does not, a
            charge without a resource is judged by its service.
        shows_tags: SQL for whether the supplier's charges in the bill carry tags. Of a supplier that the table does
            not know, it is the only evidence that its resources can be tagged.
        overrules: What the user says, in front of everything: SQL for a condition, and whether such spend is taggable.
            Where it is not, the reason is ``overruled``.

    >>> verdict_sql(overrules=[("ServiceName = 'Rent'", False)])[:56]
    "CASE WHEN (ServiceName = 'Rent') THEN 'overruled' WHEN c"
    """
    said = [(f"({condition})", TAGGABLE if can else OVERRULED) for condition, can in overrules]
    first, by_supplier, last = _parts()
    facts = {"names_resources": f"({names_resources})", "shows_tags": f"({shows_tags})"}
    cases = " ".join(f"WHEN {literal(name)} THEN {_case(lines, facts)}" for name, lines in by_supplier.items())
    return (
        f"CASE {_whens(said)} WHEN {CARRIES_TAGS} THEN {literal(TAGGABLE)} {_whens(_branches(first, facts))} "
        f"ELSE coalesce(CASE {_supplier()} {cases} END, {_case(last, facts)}, {literal(UNKNOWN)}) END"
    ).replace("CASE  ", "CASE ")


def evidence_sql(keys: str) -> str:
    """Return a query for what the bills of a source and month show.

    One row per x_Source, x_BillingPeriod and ServiceProviderName, which may be NULL: so what one month shows does not
    hang on the others that are looked at. ``names_resources`` is true for every provider of a source where one charge
    of its month names a resource, ``shows_tags`` where one of the provider's carries a tag.

    Args:
        keys: SQL for the charge keys.
    """
    return (
        "SELECT x_Source, x_BillingPeriod, ServiceProviderName, bool_or(bool_or(ResourceId IS NOT NULL)) "
        "OVER (PARTITION BY x_Source, x_BillingPeriod) AS names_resources, "
        f"bool_or({CARRIES_TAGS}) AS shows_tags FROM {keys} GROUP BY x_Source, x_BillingPeriod, ServiceProviderName"
    )


@cache
def reasons() -> dict[str, str]:
    """Return each reason why spend cannot be tagged, with the sentence that says it."""
    return dict(_table()["reasons"])


@dataclass(frozen=True)
class TaggableLine:
    """One line of the table, as a page tells it.

    Attributes:
        suppliers: Whose bills it is tried on; empty for every supplier's.
        first: Of a line of every supplier: whether it is tried in front of those of the suppliers.
        tests: What must hold: column -> texts of which one must fit, ``*`` any letters, None an absent text.
        types: Resource types of Azure of which the id must name one.
        resource: ``named``, ``none``, ``unseen``: whether the charge names a resource; ``unseen`` is a bill that names
            none at all. Empty where it does not matter.
        seller: Whether the charge must be a third party's.
        shows_tags: Whether the supplier's other charges must carry tags.
        verdict: ``taggable``, ``unknown``, or a reason.
        page: Address of where the supplier says so.
        note: What else is to be known.
    """

    suppliers: tuple[str, ...]
    first: bool
    tests: Mapping[str, Sequence[str | None]]
    types: tuple[str, ...]
    resource: tuple[str, ...]
    seller: bool
    shows_tags: bool
    verdict: str
    page: str
    note: str


@cache
def taggable_lines() -> tuple[TaggableLine, ...]:
    """Return the table of what can carry tags, in the order in which it is tried."""
    first, *_ = _parts()
    return tuple(
        TaggableLine(
            suppliers=(line["supplier"],) if isinstance(line.get("supplier"), str) else tuple(line.get("supplier", ())),
            first=line in first,
            tests=line.get("when", {}),
            types=tuple(line.get("type", ())),
            resource=tuple(line.get("resource", ())),
            seller="seller" in line,
            shows_tags="bill" in line,
            verdict=line["is"],
            page=_table()["pages"][line["page"]],
            note=line.get("note", ""),
        )
        for line in _table()["lines"]
    )


@cache
def _table() -> dict[str, Any]:
    text = resources.files("finmod.taxonomy").joinpath("taggable.json").read_text(encoding="utf-8")
    return cast("dict[str, Any]", json.loads(text))


def _parts() -> tuple[list[Any], dict[str, list[Any]], list[Any]]:
    """Return the lines of every supplier that stand first, those of each supplier, and those that stand last."""
    first: list[Any] = []
    by_supplier: dict[str, list[Any]] = {}
    last: list[Any] = []
    for line in _table()["lines"]:
        named = line.get("supplier", [])
        for supplier in [named] if isinstance(named, str) else named:
            by_supplier.setdefault(supplier, []).append(line)
        if not named:
            (last if by_supplier else first).append(line)
    return first, by_supplier, last


def _case(lines: Sequence[Any], facts: Mapping[str, str]) -> str:
    return f"CASE {_whens(_branches(lines, facts))} END"


def _whens(branches: Sequence[tuple[str, str]]) -> str:
    return " ".join(f"WHEN {condition} THEN {literal(verdict)}" for condition, verdict in branches)


def _branches(lines: Sequence[Any], facts: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(_condition(line, facts), line["is"]) for line in lines]


def _condition(line: Mapping[str, Any], facts: Mapping[str, str]) -> str:
    """Return SQL for whether a line of the table fits."""
    states = {
        "named": _HAS_RESOURCE,
        "none": f"(NOT {_HAS_RESOURCE} AND {facts['names_resources']})",
        "unseen": f"(NOT {_HAS_RESOURCE} AND NOT {facts['names_resources']})",
    }
    tests = [_any_of(column, globs) for column, globs in line.get("when", {}).items()]
    wanted = line.get("resource", [])
    if sorted(wanted) == ["none", "unseen"]:
        tests.append(f"NOT {_HAS_RESOURCE}")
    elif wanted:
        tests.append("(" + " OR ".join(states[state] for state in wanted) + ")")
    if "type" in line:
        tests.append(f"regexp_matches(ResourceId, {literal(_types(line['type']))})")
    if "seller" in line:
        names = _table()["suppliers"][line["supplier"]]["names"]
        tests.append(f"NOT ({_begins('ServiceProviderName', names)})")
    if "bill" in line:
        tests.append(facts["shows_tags"])
    return " AND ".join(tests) or "true"


def _any_of(column: str, globs: Sequence[str | None]) -> str:
    """Return SQL for whether a column's text fits one of some globs, whatever the case; None is an absent text."""
    name = identifier(column)
    exact = [literal(glob) for glob in globs if glob is not None and "*" not in glob]
    # Of what FOCUS lists, the case is known; a function per row and test is what the expression costs.
    text = name if column in _LISTED else f"lower({name})"
    tests = [f"{name} IS NULL"] if None in globs else []
    tests += [f"{text} IN ({', '.join(exact)})"] if exact else []
    tests += [_glob(name, glob) for glob in globs if glob is not None and "*" in glob]
    return f"({' OR '.join(tests)})"


def _glob(name: str, glob: str) -> str:
    """Return SQL for one glob; the plain forms are much faster than a pattern."""
    if glob == "*":
        return f"{name} IS NOT NULL"
    middle = glob.strip("*")
    if "*" in middle:
        return f"lower({name}) LIKE {literal(_like(glob))} ESCAPE '!'"
    if glob.startswith("*") and glob.endswith("*"):
        return f"contains(lower({name}), {literal(middle)})"
    test = "starts_with" if glob.endswith("*") else "ends_with"
    return f"{test}(lower({name}), {literal(middle)})"


def _like(glob: str) -> str:
    return "".join("%" if sign == "*" else f"!{sign}" if sign in "%_!" else sign for sign in glob)


def _types(types: Sequence[str]) -> str:
    """Return the RE2 that finds ids of Azure whose last resource type is one of some, whatever the case."""
    return f"(?i)/providers/(?:{'|'.join(map(_type, types))})/?$"


def _type(name: str) -> str:
    """Return the RE2 for ids of one type: names stand between its parts, and ``*`` is every type of a namespace."""
    namespace, *parts = name.split("/")
    if parts == ["*"]:
        return f"{re.escape(namespace)}/.*"
    return re.escape(namespace) + "".join(f"/{re.escape(part)}/[^/]+" for part in parts)


def _supplier() -> str:
    """Return SQL for whose bill a key stands in; NULL for a supplier that the table does not know."""
    suppliers = _table()["suppliers"]
    by_name = [
        f"WHEN {_begins(column, known['names'])} THEN {literal(name)}"
        for column in _BILL_OF
        for name, known in suppliers.items()
    ]
    by_id = [
        f"WHEN {_begins('ResourceId', known['ids'])} THEN {literal(name)}"
        for name, known in suppliers.items()
        if known["ids"]
    ]
    return f"CASE {' '.join(by_name + by_id)} END"


def _begins(column: str, beginnings: Sequence[str]) -> str:
    name = identifier(column)
    return " OR ".join(f"starts_with(lower({name}), {literal(beginning)})" for beginning in beginnings)
