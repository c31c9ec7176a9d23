"""docs/reference/taggable.md: which spend can carry tags, by supplier and service, and who says so.

Owns the layout; what is said comes from the table that charges are judged by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from finmod.taxonomy.taggable import TaggableLine, reasons, taggable_lines
from finmod.taxonomy.taggable_spend import why
from tools.pages.markdown import made_from, table

_NAMES: Final = {
    "aws": "AWS", "azure": "Azure", "google": "Google Cloud", "oracle": "Oracle", "databricks": "Databricks",
    "openai": "OpenAI", "anthropic": "Anthropic",
}  # fmt: skip
_RESOURCE: Final = {
    "named": "the charge names a resource",
    "none": "the charge names no resource, though others of the bill do",
    "unseen": "the bill names no resource at all",
}
_HEAD: Final = f"""# What can carry tags

{made_from("src/finmod/taxonomy/taggable.json")}
`finmod tags` counts spend that can carry tags, and sets the rest apart. Each charge is judged by this table: what
`taggable` in taxonomy.yaml says comes first; a charge that carries tags can; then the lines are tried in order and the
first that fits decides, those of every supplier in front, then those of the supplier whose bill it is, then the last.
What no line fits is `unknown` and counts as able to carry tags. `finmod tags taggable` shows the spend of a month so,
and column x_Taggable of [charge_names](tables.md#charge_names) has the verdict of every charge.

In a condition `*` stands for any signs, and case does not matter.

## Verdicts

"""


def taggable_pages() -> Mapping[str, str]:
    """Return the page of what can carry tags."""
    verdicts = table(("verdict", "means"), [(f"`{name}`", why(name)) for name in _verdicts()])
    sections = "".join(_sections(taggable_lines()))
    return {"docs/reference/taggable.md": f"{_HEAD}{verdicts}{sections}"}


def _verdicts() -> Iterator[str]:
    yield from ("taggable", "unknown", "negative-cost")
    yield from reasons()


def _sections(lines: Sequence[TaggableLine]) -> Iterator[str]:
    every = [line for line in lines if not line.suppliers]
    yield _section("Of every supplier, first", [line for line in every if line.first])
    suppliers = dict.fromkeys(name for line in lines for name in line.suppliers)
    for supplier in suppliers:
        yield _section(_NAMES[supplier], [line for line in lines if supplier in line.suppliers])
    yield _section("Of every supplier, last", [line for line in every if not line.first])


def _section(title: str, lines: Sequence[TaggableLine]) -> str:
    rows = [(_condition(line), f"`{line.verdict}`", line.note, f"[page]({line.page})") for line in lines]
    return f"\n## {title}\n\n{table(('where', 'verdict', 'note', 'source'), rows)}"


def _condition(line: TaggableLine) -> str:
    """Return in words what must hold, parts that all must joined by "and"."""
    parts = [f"{column} is {_texts(texts)}" for column, texts in line.tests.items()]
    if line.types:
        parts.append(f"ResourceId is of the type {_texts(line.types)}")
    if line.seller:
        parts.append("the provider is another one than the supplier")
    if sorted(line.resource) == ["none", "unseen"]:
        parts.append("the charge names no resource")
    elif line.resource:
        parts.append(" or ".join(_RESOURCE[each] for each in line.resource))
    if line.shows_tags:
        parts.append("other charges of the supplier carry tags")
    return "; and ".join(parts) or "any other charge"


def _texts(texts: Sequence[str | None]) -> str:
    return " or ".join("absent" if text is None else f"`{text}`" for text in texts)
