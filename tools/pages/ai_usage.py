"""docs/reference/mappings/ai-usage.md: how each supplier's answer of usage becomes rows of one table.

Owns the layout; what is said comes from the declared mappings and columns.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import Final

from finmod.normalize.ai_usage import MAPPINGS
from finmod.normalize.ai_usage_columns import KINDS
from tools.pages.markdown import made_from, table
from tools.pages.usage import section

_HEAD: Final = f"""# AI usage

{made_from("src/finmod/normalize/ai_usage.py", "src/finmod/normalize/ai_usage_columns.py")}
Format `ai-usage`. Load it with `finmod load --format ai-usage PATH...`, or as a source with `format: ai-usage` in
finmod.yaml. It is telemetry: it becomes rows of the table [ai_usage](../tables.md#ai_usage), and never charges. What
was paid comes from the answers of costs: [openai](openai.md), [anthropic](anthropic.md).

## What holds for every answer

- A file is one answer as it came, or a list of the pages of one supplier, as JSON or gzipped JSON. Whose it is and of
  what kind is told by what it holds.
- Counts are whole numbers. One with decimals is refused ([FM1294](../../errors.md#fm1294)), and so is one below zero. A
  field that the answer lacks is NULL, and so is null.
- A bucket of time may be a minute, an hour or a day. It belongs to the month and day of its start, UTC. A bucket
  without results is no row.
- Usage of one kind may stand once for each time: buckets that overlap are refused
  ([FM1293](../../errors.md#fm1293)).
- Where an answer says that there is more, the next page must be there too, or the check is red
  ([FM1292](../../errors.md#fm1292)).
- Answers of costs may lie beside those of usage: they are left out.
- A field that is newer than this release is kept in x_OtherFields, and a kind under its own name.

## How to read an expression

| written | means |
| --- | --- |
| `$name` | the field `name` of a result, as text; a field of an object inside it is `object_field` |
| `#name` | the field as an exact decimal |
| `@name` | the field as an instant in UTC |

Everything else is SQL (DuckDB).

## Kinds of rows

"""
_ASK: Final = {
    "openai": "A page that says what object it is.",
    "anthropic": "A page that does not say what object it is, with results that have tokens.",
}


def ai_usage_pages() -> MappingOf[str, str]:
    """Return the page of the answers of usage."""
    kinds = table(("x_Kind", "stands for"), [(f"`{kind}`", words) for kind, words in KINDS.items()])
    sections = "".join(section(mapping, _ASK[name]) for name, mapping in MAPPINGS.items())
    return {"docs/reference/mappings/ai-usage.md": f"{_HEAD}{kinds}{sections}"}
