"""A taxonomy that is broken anywhere is refused with places, or read: nothing else ever comes of it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError
from finmod.settings.yaml import parse_yaml
from finmod.taxonomy.definition import Taxonomy
from finmod.taxonomy.naming import name_keys
from finmod.taxonomy.reading import read_taxonomy
from finmod.taxonomy.segments import segments_between
from finmod.terms.findings import codes
from tests.taxonomy.small import Key, offer, tags, write

pytestmark = pytest.mark.fault

WHOLE = """
include: [more.yaml]
dimensions:
  product:
    label: Product
    values:
      search:
        {aliases: [srch, "find-*", {is: sr, until: 2026-02-15}], patterns: [search-*], owner: a, parent: discovery}
      ads: {since: 2026-01-01, parent: [{is: retail, until: 2026-02-15}, {is: discovery, since: 2026-02-15}]}
      platform: {shared: true, label: Platform}
    values_file: values.csv
    from:
      - tag: [product, app]
      - {label: app.kubernetes.io/part-of, since: 2026-01-01}
      - account: {"111122223333": search, "2*": [{is: ads, until: 2026-02-15}, {is: search, since: 2026-02-15}]}
      - name: {"srch-*": search, "/^ads-[0-9]+$/": ads}
      - patterns: ResourceName
      - when: {ServiceName: Amazon SageMaker, SubAccountId: ["4444*"], tag.cluster: "*", team: {not: [red]}, RegionId: }
        is: platform
      - lookup: {file: lookup.csv, key: SubAccountId, value: product}
      - column: ServiceName
      - {column: ServiceCategory, map: {Storage: platform}}
      - {parent: resource, parents: parents.csv}
      - {dimension: team, map: {"web*": search}}
    required: 0.95
    rolls_up: unit
  team: {from: [{tag: team}], required: 1}
  unit: {values: [discovery, retail]}
taggable:
  - {when: {ServiceName: "Support*"}, is: false}
""".replace(", {}]", "]")
FILES = {
    "more.yaml": "dimensions: {team: {from: [{is: rest}]}, env: {extends: true, values: [a, b], from: [{tag: env}]}}\n",
    "values.csv": "value,aliases,patterns,owner,parent,shared,since,until\npay,p|pay-*,pay*,b,retail,no,2026-01-01,\n",
    "lookup.csv": 'SubAccountId,product,since,until\n1,search,,2026-02-15\n1,ads,2026-02-15,\n"3,x",pay,,\n',
    "parents.csv": "child,parent\na/b,c\n",
}
ROWS: list[Key] = [
    {"Tags": tags(product="SRCH", team="web-1"), "ResourceId": "c"},
    {"Tags": tags(app="zzz"), "SubAccountId": "1", "ResourceId": "a/b"},
    {"SubAccountId": "222", "ServiceName": "ads", "ServiceCategory": "Storage", "ResourceName": "search-1"},
]
FIRST, LAST = date(2026, 2, 1), date(2026, 2, 28)
ODD: list[Any] = [
    None, "", " ", "x", 0, -1, 1.5, True, [], {}, [None], [[]], [{}], {"": None}, {"is": "ads"}, {"a": {"b": {"c": 1}}},
    "*", "/(/", "/(a+)+/", "/", "2026-02-15", "2026-99-99", 20260215, "search", "SEARCH", "tag.x", "ServiceName",
    "values.csv", "more.yaml", "taxonomy.yaml", "../x", "/etc/passwd", "ai", "a" * 3000, "\u202e", "=cmd()", "product",
    "'; DROP TABLE base; --", "unit", ["search", "search"], [{"is": "search"}, {"is": "ads"}], {"not": []}, "\ud7ff",
    {"any": "x", "absent": True}, "\x85",
]  # fmt: skip
SIGNS = list("{}[],:*&!|>'\"%@`#-? \t\n\\/~0a\x00\x1b\u2028\ufeff\u00e9")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(threads=1) as made:
        yield made


def tried(engine: Engine, folder: Path) -> bool:
    """Return whether a taxonomy is read, and names keys then; it is refused with messages otherwise."""
    taxonomy, problems = read_or_refused(folder)
    if taxonomy is None:
        assert problems
        assert all(problem.code in codes() and problem.found for problem in problems)
        return False
    segments = segments_between(taxonomy.days(), FIRST, LAST)
    offer(engine, [{**row, "segment": at} for at in segments.all() for row in ROWS])
    name_keys(engine, taxonomy, segments, "base")
    assert engine.row("SELECT count(*) FROM names") == (len(ROWS) * len(segments.all()),)
    return True


def read_or_refused(folder: Path) -> tuple[Taxonomy | None, tuple[Problem, ...]]:
    try:
        return read_taxonomy(folder), ()
    except UserError as error:
        return None, error.problems


def test_the_whole_taxonomy_is_read(engine: Engine, tmp_path: Path) -> None:
    assert tried(engine, write(tmp_path, WHOLE, FILES))


def places(node: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 -- as JSON has it
    """Yield the way to each part of a plain structure."""
    yield at
    for key, inside in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from places(inside, (*at, key))


def broken(chance: random.Random, whole: Any) -> Any:  # noqa: ANN401 -- as JSON has it
    """Return a structure with one to three of its parts replaced, doubled, moved, renamed or taken out."""
    made = json.loads(json.dumps(whole, default=float))
    for _ in range(chance.randint(1, 3)):
        *way, last = chance.choice([place for place in places(made) if place])
        inside = made
        for step in way:
            inside = inside[step]
        what = chance.randrange(5)
        if what == 0:
            del inside[last]
        elif what == 1 and isinstance(inside, dict):
            inside[str(chance.choice([*ODD, "since", "until", "map", "is", "when", "from"]))] = inside.pop(last)
        elif what == 2 and isinstance(inside, list):
            inside.append(inside[last])
        elif what == 3:
            other = chance.choice(list(places(made)))
            value = made
            for step in other:
                value = value[step]
            inside[last] = json.loads(json.dumps(value))
        else:
            inside[last] = chance.choice(ODD)
    return made


def scrambled(chance: random.Random, text: str) -> str:
    """Return a text with one to four places of it changed."""
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(text) + 1)
        end = min(len(text), at + chance.choice([0, 1, 1, 2, 5, 30]))
        put = chance.choice(["", chance.choice(SIGNS), text[at:end] * 2, str(chance.choice(ODD))])
        text = text[:at] + put + text[end:]
    return text


def test_parts_of_another_kind_are_refused_or_read(engine: Engine, tmp_path: Path, *, long_faults: bool) -> None:
    whole = parse_yaml(WHOLE, "taxonomy.yaml").root.plain()
    read = 0
    for seed in range(5000 if long_faults else 100):
        made = broken(random.Random(seed), whole)  # noqa: S311 -- no secret
        text = json.dumps(made, ensure_ascii=False, indent=1)
        read += tried(engine, write(tmp_path, text, FILES))
    assert read


def test_scrambled_text_is_refused_or_read(engine: Engine, tmp_path: Path, *, long_faults: bool) -> None:
    read = 0
    for seed in range(5000 if long_faults else 100):
        text = scrambled(random.Random(seed), WHOLE)  # noqa: S311 -- no secret
        read += tried(engine, write(tmp_path, "", {**FILES, "taxonomy.yaml": text.encode("utf-8", "surrogatepass")}))
    assert read


@pytest.mark.parametrize("name", FILES)
def test_scrambled_files_beside_it_are_refused_or_read(
    engine: Engine, tmp_path: Path, name: str, *, long_faults: bool
) -> None:
    read = 0
    for seed in range(2000 if long_faults else 30):
        text = scrambled(random.Random(seed), FILES[name])  # noqa: S311 -- no secret
        read += tried(engine, write(tmp_path, WHOLE, {**FILES, name: text.encode("utf-8", "surrogatepass")}))
    assert read


@pytest.mark.parametrize("name", ["taxonomy.yaml", *FILES])
def test_random_bytes_are_refused_or_read(engine: Engine, tmp_path: Path, name: str) -> None:
    for seed in range(20):
        chance = random.Random(seed)  # noqa: S311 -- no secret
        tried(engine, write(tmp_path, WHOLE, {**FILES, name: chance.randbytes(chance.choice([0, 1, 10, 1000]))}))


def test_every_beginning_of_a_file_is_refused_or_read(engine: Engine, tmp_path: Path, *, long_faults: bool) -> None:
    for end in range(0, len(WHOLE), 1 if long_faults else 53):
        tried(engine, write(tmp_path, "", {**FILES, "taxonomy.yaml": WHOLE[:end]}))


def test_a_file_that_goes_while_it_is_read_is_refused(engine: Engine, tmp_path: Path) -> None:
    write(tmp_path, WHOLE, FILES)
    for name in ("more.yaml", *FILES):
        with suppress(FileNotFoundError):
            (tmp_path / name).unlink()
        assert not tried(engine, tmp_path)


def test_a_file_that_nobody_may_read_is_refused(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, WHOLE, FILES)

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    # Root may read anything, so the operating system is spoken for.
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert not tried(engine, tmp_path)
