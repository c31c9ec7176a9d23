"""docs/reference/mappings/ of the formats whose page needs no chapter of its own: layout, and what each page says.

Owns the list of those formats. The pages of AWS and FOCUS stand in ``mappings.py``.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from types import ModuleType
from typing import Final

from finmod.normalize import (
    anthropic,
    azure,
    azure_charges,
    azure_regions,
    azure_services,
    cbf,
    gcp,
    gcp_charges,
    gcp_credits,
    gcp_services,
    oci,
    oci_services,
    openai,
)
from finmod.normalize import table as any_table
from finmod.normalize.aws_services import lookup
from finmod.normalize.mapping import Declared, MapColumn, Mapping
from tools.pages import mappings as layout
from tools.pages.markdown import made_from, table

_NOTATION: Final = """
## How to read an expression

| written | means |
| --- | --- |
| `$name` | the cell of the source column `name`, as text |
| `#name` | the cell as an exact decimal, rounded once, to 12 places |
| `@name` | the cell as an instant in UTC |
"""
_LEDGER: Final = "| `&Name` | the ledger column of that name, as it is made here |\n"
_PART: Final = "| `{name}` | a part that several columns share, spelled out under [Parts](#parts) |\n"
_LOOKUP: Final = (
    "| `lookup(table, key)` | the value that one of our [tables](#tables) has for a key; NULL where it has none |\n"
)
_END: Final = "\nA column that the file lacks is NULL, and so is an empty cell. Everything else is SQL (DuckDB).\n"


@dataclass(frozen=True)
class Page:
    """What a mapping's page is made of.

    Attributes:
        mapping: The mapping, as declared.
        needs: What a file must have, a paragraph.
        files: Where it is written, from the root.
        modules: Modules of which long expressions are named parts.
        tables: Name -> table of ours that an expression looks something up in.
        loaded: How it is loaded, where that needs more than the format's name.
        further: What the further charges of a row are, a sentence; "" where a row makes one alone.
    """

    mapping: Mapping
    needs: str
    files: tuple[str, ...]
    modules: tuple[ModuleType, ...] = ()
    tables: MappingOf[str, MappingOf[str, str]] = field(default_factory=dict)
    loaded: str = ""
    further: str = ""


def _pages() -> tuple[Page, ...]:
    return (
        Page(
            any_table.mapping(Declared(charge_period="{charge_period}")),
            "Any columns: finmod.yaml names those that mean something.",
            ("src/finmod/normalize/table.py",),
            loaded="How: [load any table](../../how-to/table.md).",
        ),
        _azure(),
        Page(
            openai.OPENAI,
            "The answer of `/v1/organization/costs`, JSON, as it came: `object`, `data` and `has_more`.",
            ("src/finmod/normalize/openai.py",),
        ),
        Page(
            anthropic.ANTHROPIC,
            "The answer of `/v1/organizations/cost_report`, JSON, as it came: `data`, `has_more` and `next_page`.",
            ("src/finmod/normalize/anthropic.py", "src/finmod/normalize/openai.py"),
        ),
        Page(
            cbf.CBF,
            "`time/usage_start` and `cost/cost`; everything else may be left out. The currency must be said: "
            "`set: {BillingCurrency: USD}`.",
            ("src/finmod/normalize/cbf.py",),
            (cbf,),
        ),
        Page(
            oci.OCI_COST,
            "`lineItem/intervalUsageStart`, `product/service` and `cost/myCost`, whatever their case.",
            ("src/finmod/normalize/oci.py",),
            (oci,),
            {
                "services to categories": oci_services.CATEGORIES,
                "services to subcategories": oci_services.SUBCATEGORIES,
                "regions to names": oci_services.REGIONS,
            },
        ),
        _google(),
    )


def _google() -> Page:
    return Page(
        gcp.mapping(),
        "`billing_account_id`, `usage_start_time` and `cost`, and any of `service`, `sku`, `invoice`, `credits` and "
        "`cost_type`, nested or flattened.",
        tuple(f"src/finmod/normalize/{name}.py" for name in ("gcp", "gcp_charges", "gcp_credits")),
        (gcp, gcp_charges, gcp_credits),
        {
            "services to categories": gcp_services.CATEGORIES,
            "services to subcategories": gcp_services.SUBCATEGORIES,
            "regions to names": gcp_services.REGIONS,
        },
        further="Every element of `credits` makes a charge of its own, with the columns below; `$credits_amount` is "
        "the field `amount` of the element. All other columns are those of the row's own charge, x_File and x_Row "
        "included.",
    )


def _azure() -> Page:
    return Page(
        azure.mapping([], Declared()),
        "A cost (`CostInBillingCurrency`, `Cost` or `PreTaxCost`), a date (`Date` or `UsageDateTime`), "
        "`MeterCategory` and `SubscriptionId` or `SubscriptionGuid`, whatever their case, or in brackets behind a "
        "name in another language.",
        tuple(f"src/finmod/normalize/{name}.py" for name in ("azure", "azure_charges", "azure_pairs")),
        (azure, azure_charges),
        {
            "meter categories to categories": azure_services.CATEGORIES,
            "meter categories to subcategories": azure_services.SUBCATEGORIES,
            "spellings of regions to names": azure_regions.NAMES,
            "units of measure to units": azure_services.UNITS,
        },
        "Load it with `finmod load --format azure-cost --actual A --amortized B`, or as a source with `actual:` "
        "and `amortized:` in finmod.yaml. How: [load Azure's bills](../../how-to/azure.md).",
    )


def supplier_pages() -> MappingOf[str, str]:
    """Return one page per format of the list."""
    return {f"docs/reference/mappings/{page.mapping.format}.md": text_of(page) for page in _pages()}


def text_of(page: Page) -> str:
    """Return the whole text of a page."""
    mapping, parts = page.mapping, layout.parts_of(*page.modules)
    plain = [item for item in mapping.columns if layout.is_plain(item)]
    ruled = [item for item in mapping.columns if not layout.is_plain(item)]
    shown = {item.target: _shown(item, parts, page) for item in ruled}
    text = _head(page) + "\n## What holds for the whole bill\n\n" + layout.bullets(mapping.notes)
    text += layout.chosen(mapping) if mapping.by_choice else ""
    text += _NOTATION + (_LEDGER if any(item.default for item in mapping.columns) else "")
    text += (_PART if parts else "") + (_LOOKUP if page.tables else "") + _END
    if plain:
        text += "\n## Columns that are read as they stand\n\n"
        text += table(("column", "from", "source"), [(item.target, f"`{item.sql}`", item.source) for item in plain])
    text += "\n## Columns that follow a rule\n"
    text += "".join(layout.section(item, shown[item.target]) for item in ruled)
    text += "".join(_further(page, also, parts) for also in mapping.also) if page.further else ""
    text += layout.unfilled(mapping) if mapping.named is None else ""
    more = [_shown(item, parts, page) for also in mapping.also for item in also.columns if page.further]
    text += layout.parts_section(parts, [*shown.values(), *more]) if parts else ""
    return text + _tables(page)


def _further(page: Page, also: Mapping, parts: MappingOf[str, str]) -> str:
    """Return the section on further charges of a row: in which columns they differ from its own."""
    differing = [item for item in also.columns if item not in page.mapping.columns]
    text = f"\n## Further charges of a row\n\n{layout.wrapped(page.further)}"
    return text + "".join(layout.section(item, _shown(item, parts, page)) for item in differing)


def _head(page: Page) -> str:
    mapping = page.mapping
    how = page.loaded or (
        f"Load it with `finmod load --format {mapping.format} PATH...`, or as a source with "
        f"`format: {mapping.format}` in finmod.yaml."
    )
    said = (
        f"Format `{mapping.format}`. {how} Where supplier and standard leave a choice, this page says what was chosen, "
        "who says so, and what else could have been chosen."
    )
    title = f"# {mapping.title} to FOCUS 1.4\n\n{made_from(*page.files)}\n"
    return f"{title}{layout.wrapped(said)}\n## What a file must have\n\n{layout.wrapped(page.needs)}"


def _shown(item: MapColumn, parts: MappingOf[str, str], page: Page) -> str:
    sql = item.sql if item.sql != "NULL" or not item.default else item.default
    for name, known in page.tables.items():
        opening = lookup(known, "").removesuffix("]")
        while opening in sql:
            before, _, after = sql.partition(opening)
            end = layout.closing(after)
            sql = f"{before}lookup({name}, {after[:end]}){after[end + 1 :]}"
    return layout.spelled(sql, parts)


def _tables(page: Page) -> str:
    if not page.tables:
        return ""
    text = "\n## Tables\n\nThey are our choice: the supplier publishes none.\n"
    for name, known in page.tables.items():
        text += f"\n### {name[0].upper()}{name[1:]}\n\n" + table(("key", "value"), sorted(known.items()))
    return text
