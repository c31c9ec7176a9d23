"""Tags of bills that causes are looked for by, beside the dimensions of a taxonomy.

Owns which tags these are: the ones on most charge keys that no rule reads, few texts of each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from finmod.ledger.reduce import whole
from finmod.ledger.tables import CHARGE_KEYS
from finmod.taxonomy.tag_keys import is_set_by_supplier, ranked
from finmod.workspace.variance.cells import TAGS, Books
from finmod.workspace.variance.states import Named

_MOST: Final = 3
# Each more makes the search longer; what stands on few keys, or says something else on each, explains nothing.
_LEAST_SHARE: Final = 0.2
_MOST_TEXTS: Final = 200
_PLAIN: Final = re.compile(r"[\w .:/@+-]{1,60}")


def tags_beside(books: Books, named: Sequence[Named]) -> dict[str, tuple[str, ...]]:
    """Return name -> keys of bills that mean the same tag, of tags that no dimension of a taxonomy is read from.

    Args:
        books: Whose.
        named: The two states.
    """
    there = _there(books, named)
    keys = [*there]
    taken = {
        key
        for dimension in (books.rules.taxonomy.dimensions.values() if books.rules else ())
        for key in ranked(dimension.tag_keys, keys)
    }
    found: dict[str, tuple[str, ...]] = {}
    for key, (share, texts) in there.items():
        if key in taken or is_set_by_supplier(key) or not _PLAIN.fullmatch(key):
            continue
        same = [each for each in ranked([key], keys) if each not in taken]
        taken.update(same)
        if share >= _LEAST_SHARE and texts <= _MOST_TEXTS:
            found[f"tag:{key}"] = tuple(same)
    return dict([*found.items()][:_MOST])


def _there(books: Books, named: Sequence[Named]) -> Mapping[str, tuple[float, int]]:
    """Return each key with the share of charge keys that have a text of it, and how many texts; the commonest first."""
    rows = []
    for each in named:
        files = [
            file
            for file in books.ledger.files(CHARGE_KEYS, each.snapshot)
            if file.parent.name.partition("=")[2] == str(each.month)
        ]
        rows.append(f"SELECT {', '.join(TAGS)} FROM {whole(CHARGE_KEYS, files)}")
    pairs = ", ".join(_pairs(column) for column in TAGS)
    found = books.engine.rows(
        f"WITH every AS (SELECT {', '.join(TAGS)}, count(*) AS n FROM ({' UNION ALL '.join(rows)}) GROUP BY ALL), "
        f"told AS (SELECT n, unnest(list_distinct(list_concat({pairs}))) AS pair FROM every) "
        "SELECT pair.key, sum(n) / (SELECT sum(n) FROM every), count(DISTINCT pair.text) FROM told "
        "WHERE pair.text <> '' GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    return {key: (float(share), texts) for key, share, texts in found}


def _pairs(column: str) -> str:
    """Return SQL of the keys of a column of tags with their texts, as a list."""
    is_object = f"json_valid({column}) AND json_type({column}) = 'OBJECT'"
    pair = f"{{'key': k, 'text': json_extract_string({column}, '/' || replace(replace(k, '~', '~0'), '/', '~1'))}}"
    return f"coalesce(CASE WHEN {is_object} THEN [{pair} FOR k IN json_keys({column})] END, [])"
