"""Texts by the thousand: their values are joined, where those of few stand in the statement."""

from __future__ import annotations

import json
from pathlib import Path

from finmod.taxonomy.naming import name_keys
from finmod.taxonomy.segments import Segments
from tests.taxonomy.small import Key, keys, read, tags


def test_many_texts_have_their_values_as_few_have(tmp_path: Path) -> None:
    taxonomy = read(tmp_path, "dimensions: {p: {from: [{parent: resource}, {tag: p}]}, q: {from: [{tag: q}]}}")
    evil = "'; DROP TABLE names; --="
    texts = [evil, "", *(f"t{at}" for at in range(1100)), "n/a"]
    rows: list[Key] = [{"Tags": json.dumps({"p": text}), "ResourceId": f"db/{at}"} for at, text in enumerate(texts)]
    rows += [{"ResourceId": "db/5/table"}, {"Tags": tags(q="x")}]

    with keys(rows) as engine:
        naming = name_keys(engine, taxonomy, Segments(), "base")
        found = engine.rows(
            f"SELECT {naming.value_sql('p')}, {naming.value_sql('p', 'k.', of='s')}, {naming.value_sql('q', 'k.')} "
            "FROM names AS k ORDER BY n"
        )
        (counted,) = engine.row(f"SELECT count(DISTINCT {naming.value_sql('p')}) FROM names")
        naming.offer_outcomes(engine)
        told = engine.rows("SELECT value, tag_key, rule FROM names_outcomes WHERE text = ? OR text = 'n/a'", [evil])
    values = [evil, None, *texts[2:-1], None]
    assert found == [*((each, each, None) for each in values), ("t3", None, None), (None, None, "x")]
    assert counted == 1101
    assert sorted(told, key=str) == [(evil, "p", 2), (None, "p", 2)]
