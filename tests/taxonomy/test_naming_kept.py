"""What a pass over charge keys keeps beside their names: which rules of a dimension answer, and few texts."""

from __future__ import annotations

from pathlib import Path

from finmod.taxonomy.naming import name_keys
from finmod.taxonomy.segments import Segments
from tests.taxonomy.small import Key, keys, read, tags


def test_every_rule_of_a_dimension_can_be_asked_and_few_texts_kept(tmp_path: Path) -> None:
    rules = 'tag: product}, {account: {"1": by-account}}, {name: {x-*: by-name}'
    text = f"dimensions: {{p: {{from: [{{{rules}}}]}}, q: {{from: [{{tag: product}}]}}}}"
    rows: list[Key] = [
        {"Tags": tags(product="by-tag"), "SubAccountId": "1", "ResourceName": "x-1"},
        {"SubAccountId": "2", "ResourceName": "x-1"},
        {"SubAccountId": "1"},
        {},
    ]
    with keys(rows) as engine:
        naming = name_keys(engine, read(tmp_path, text), Segments(), "base", asking="p", texts=("SubAccountId",))
        asked = engine.rows(f"SELECT a_{naming.place('p')}, {naming.value_sql('p')} FROM names ORDER BY n")
        kept = [name for name, kind in engine.columns("FROM names") if kind == "VARCHAR"]
        whole = name_keys(engine, read(tmp_path, text), Segments(), "base")
        plain = engine.rows(f"SELECT {whole.value_sql('p')} FROM names ORDER BY n")
    assert [told for told, _ in asked] == ["111", "001", "010", "000"]
    assert [(value,) for _, value in asked] == plain == [("by-tag",), ("by-name",), ("by-account",), (None,)]
    assert kept == ["SubAccountId", f"a_{naming.place('p')}"]
