"""Random taxonomies and charge keys of few words, so that what they say meets often."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hypothesis import strategies as st

DAYS = [date(2026, 1, 10), date(2026, 1, 20), date(2026, 2, 1), date(2026, 2, 15)]
VALUES = ["alpha", "Beta", "gam-ma", "delta"]
ALIASES = ["a1", "A_2", "b-1", "x*", "y?", "/z+/", "Alp.ha 1", "*q*", "b2"]
TEXTS = [
    "alpha", "ALPHA", " alpha ", "beta", "Beta", "gam_ma", "GAM MA", "delta", "a1", "A-2", "a_2", "b1", "x", "xy", "Y1",
    "zz", "alp_ha.1", "aqb", "none", "N/A", "", " ", "zzz", "1", "\t",
]  # fmt: skip
KEYS = [
    *["product", "app", "Product", "user:product"] * 3,
    "product", "Product", "PRODUCT_", "user:product", "user_product", "tag:Product", "project:product",
    "123456/product", "maps-prod/product", "Finance.product", "app", "user:App", "project:app", "k8s-label/app",
    "label:app",
    "kubernetes:product", "a/b~c", "", "0", "$.x", "o'brien", 'q"t',
]  # fmt: skip
ASKED = ["product", "Product", "app", "a/b~c", "team"]
ACCOUNTS = ["1", "11", "2", "A", None]
SERVICES = ["alpha", "ALPHA", "beta", "Gam ma", "Amazon S3", "A 1", "x-1", "none", "", None]
RESOURCES = ["/r/a", "/r/a", "/r/a/b", "/r/a/b/c", "arn:x:y/a", "arn:x:y", "q", "/r/a/", "/R/A", None]
NAMES = ["alpha-1", "x", "Search-9", None, None]
COLUMNS = ("SubAccountId", "SubAccountName", "ServiceName", "ResourceId", "ResourceName", "RegionId")
TEXTS_OF_MAPS = [
    "1",
    "11",
    "1*",
    "a",
    "A",
    "?",
    "*",
    "alpha",
    "alpha-*",
    "/[a-z]+-[0-9]/",
    "x*",
    "amazon s3",
    "/r/a*",
    "*a",
    "arn*",
]


@dataclass(frozen=True)
class Case:
    """A taxonomy, the CSV files that it names, and charge keys.

    Attributes:
        dimensions: As in taxonomy.yaml.
        tables: Name of a CSV to its rows.
        rows: Charge keys, each with its ``day``.
    """

    dimensions: Mapping[str, Any]
    tables: Mapping[str, Sequence[Mapping[str, str]]]
    rows: Sequence[Mapping[str, Any]]

    def text(self) -> str:
        """Return taxonomy.yaml: JSON is YAML."""
        return json.dumps({"dimensions": self.dimensions}, ensure_ascii=False)

    def files(self) -> dict[str, str]:
        """Return the CSV files, each text in quotes."""
        return {name: _csv(rows) for name, rows in self.tables.items()}


def _csv(rows: Sequence[Mapping[str, str]]) -> str:
    columns = list(dict.fromkeys(column for row in rows for column in row)) or ["child", "parent", "key", "value"]
    lines = [columns, *([row.get(column, "") for column in columns] for row in rows)]
    return "".join(",".join('"' + text.replace('"', '""') + '"' for text in line) + "\n" for line in lines)


@st.composite
def spans(draw: st.DrawFn) -> dict[str, str]:
    """Mostly always; else since a day, until a day, or both."""
    if draw(st.integers(0, 3)):
        return {}
    first, last = sorted(draw(st.lists(st.sampled_from(DAYS), min_size=2, max_size=2, unique=True)))
    bounds = {"since": first.isoformat(), "until": last.isoformat()}
    return draw(st.sampled_from([bounds, {"since": bounds["since"]}, {"until": bounds["until"]}]))


@st.composite
def targets(draw: st.DrawFn, names: Sequence[str]) -> Any:  # noqa: ANN401 -- a text or a list
    """One value, or one until a day and another since that day or a later one."""
    value = st.sampled_from(names)
    if draw(st.integers(0, 2)):
        return draw(value)
    first, last = sorted(draw(st.lists(st.sampled_from(DAYS), min_size=2, max_size=2)))
    return [{"is": draw(value), "until": first.isoformat()}, {"is": draw(value), "since": last.isoformat()}]


@st.composite
def values(draw: st.DrawFn, above: Sequence[str] | None) -> dict[str, Any] | None:
    """Values with aliases of their own, or none: any text is one then."""
    if not draw(st.integers(0, 3)):
        return None
    names = draw(st.lists(st.sampled_from(VALUES), min_size=1, max_size=4, unique=True))
    aliases = draw(st.permutations(ALIASES))
    found: dict[str, Any] = {}
    for place, name in enumerate(names):
        own = [
            draw(st.sampled_from([alias, {"is": alias, **draw(spans())}]))
            for alias in aliases[place * 2 : place * 2 + draw(st.integers(0, 2))]
        ]
        found[name] = {**({"aliases": own} if own else {}), **draw(spans())}
        if draw(st.booleans()):
            found[name]["patterns"] = draw(st.lists(st.sampled_from(TEXTS_OF_MAPS), min_size=1, max_size=2))
        if above and draw(st.booleans()):
            found[name]["parent"] = draw(targets(above))
    return found


def _texts(draw: st.DrawFn, pool: Sequence[str]) -> list[str]:
    return draw(st.lists(st.sampled_from(pool), min_size=1, max_size=3, unique=True))


@st.composite
def conditions(draw: st.DrawFn, below: Sequence[str]) -> dict[str, Any]:
    """One to three conditions."""
    subjects = [*COLUMNS, "x_Source", "tag.product", "tag.APP", "label.app", *below]
    found = {}
    for subject in draw(st.lists(st.sampled_from(subjects), min_size=1, max_size=2, unique=True)):
        pool = [*VALUES, "*a*"] if subject in below else [*TEXTS_OF_MAPS, "aws"]
        some, others = _texts(draw, pool), _texts(draw, pool)
        found[subject] = draw(st.sampled_from([some, some[0], {"not": others}, {"any": some, "not": others}, None]))
    return found


@st.composite
def rules(draw: st.DrawFn, names: Sequence[str], below: Sequence[str], tables: dict[str, Any]) -> dict[str, Any]:
    """One rule of any kind."""
    kinds = (
        "tag", "tag", "label", "account", "name", "id", "column", "map", "patterns", "lookup", "parent", "when", "is",
    )  # fmt: skip
    kind = draw(st.sampled_from([*kinds, "dimension"] if below else kinds))
    keys = st.lists(st.sampled_from(TEXTS_OF_MAPS), min_size=1, max_size=4, unique=True)
    lines = {key: draw(targets(names)) for key in draw(keys)}
    found: dict[str, Any]
    if kind in {"tag", "label"}:
        found = {kind: _texts(draw, ASKED)}
    elif kind in {"account", "name", "id"}:
        found = {kind: lines}
    elif kind in {"column", "map"}:
        found = {"column": draw(st.sampled_from(COLUMNS)), **({"map": lines} if kind == "map" else {})}
    elif kind == "patterns":
        found = {kind: draw(st.sampled_from(COLUMNS))}
    elif kind == "lookup":
        file = f"l{len(tables)}.csv"
        tables[file] = draw(st.lists(lookup_rows(names), max_size=5, unique_by=lambda row: row["key"].lower()))
        found = {kind: {"file": file, "key": "key", "value": "value", "column": draw(st.sampled_from(COLUMNS))}}
    elif kind == "parent":
        found = {"parent": "resource"}
        if draw(st.booleans()):
            found["parents"] = f"p{len(tables)}.csv"
            pairs = st.tuples(*[st.sampled_from([each for each in RESOURCES if each])] * 2)
            some = draw(st.lists(pairs, max_size=3, unique_by=lambda pair: pair[0]))
            tables[found["parents"]] = [{"child": child, "parent": parent} for child, parent in some]
    elif kind == "dimension":
        pool = [*VALUES, "*a*", "1"]
        lines = {key: draw(targets(names)) for key in _texts(draw, pool)}
        found = {kind: draw(st.sampled_from(below)), "map": lines}
    else:
        found = {"is": draw(st.sampled_from(names))}
        if kind == "when":
            found["when"] = draw(conditions(below))
    return {**found, **draw(spans())}


@st.composite
def lookup_rows(draw: st.DrawFn, names: Sequence[str]) -> dict[str, str]:
    """One row of a lookup."""
    return {"key": draw(st.sampled_from(TEXTS_OF_MAPS)), "value": draw(st.sampled_from(names)), **draw(spans())}


@st.composite
def charge_keys(draw: st.DrawFn) -> dict[str, Any]:
    """One charge key on one day."""
    tags = st.one_of(
        st.none(),
        *[st.dictionaries(st.sampled_from(KEYS), st.sampled_from(TEXTS), min_size=1, max_size=5).map(json.dumps)] * 3,
        st.sampled_from(["", "{bad", "[1]", '"product"', '{"product":', "null", '{"product":null}', " {}"]),
    )
    pools = {
        "SubAccountId": ACCOUNTS, "SubAccountName": NAMES, "ServiceName": SERVICES, "ResourceId": RESOURCES,
        "ResourceName": NAMES, "RegionId": ACCOUNTS,
    }  # fmt: skip
    return {
        **{column: draw(st.sampled_from(pool)) for column, pool in pools.items()},
        "x_Source": draw(st.sampled_from(["aws", "azure"])),
        "Tags": draw(tags),
        "AllocatedTags": draw(st.one_of(st.none(), tags)),
        "day": draw(st.dates(date(2026, 1, 1), date(2026, 2, 28))),
    }


@st.composite
def cases(draw: st.DrawFn, most: int = 3) -> Case:
    """A taxonomy of some dimensions, of which each may ask those before it and roll up to the last one."""
    tables: dict[str, Any] = {}
    count = draw(st.integers(1, most))
    above = draw(st.sampled_from([None, VALUES[:2]])) if count > 1 else None
    dimensions: dict[str, Any] = {}
    for place in range(count):
        is_last = place == count - 1
        own = (
            {name: draw(spans()) for name in above} if is_last and above
            else draw(values(above if not is_last else None))
        )  # fmt: skip
        names = list(own) if own else [*VALUES, "any text"]
        below = list(dimensions)
        made = draw(st.lists(rules(names, below, tables), min_size=1, max_size=4))
        dimensions[f"d{place}"] = {
            **({"values": own} if own is not None else {}),
            **({"rolls_up": f"d{count - 1}"} if above and not is_last else {}),
            "from": made,
        }
    return Case(dimensions, tables, draw(st.lists(charge_keys(), min_size=1, max_size=8)))
