"""docs/reference/mappings/: how each supplier's bill becomes FOCUS, printed from the declared mappings.

Owns the layout and the names of parts. An expression's recurring pieces are the constants that the mapping's module
builds it from; they are shown under their names, once, so that the expression reads like the rule it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from textwrap import TextWrapper
from types import ModuleType
from typing import Final

from finmod.focus.columns import ledger_columns
from finmod.focus.versions import upgrade
from finmod.normalize import aws, aws_charges, aws_unused, azure_regions, gcp_services
from finmod.normalize.aws_services import CATEGORIES, REGIONS, SERVICE_NAMES, SUBCATEGORIES, lookup
from finmod.normalize.aws_unused import share
from finmod.normalize.focus import SUPPLIERS, mapping_of
from finmod.normalize.formats import READERS
from finmod.normalize.mapping import Declared, MapColumn, Mapping
from tools.pages.line_items import line_items
from tools.pages.markdown import made_from, table

_NOTATION: Final = """
## How to read an expression

| written | means |
| --- | --- |
| `$name` | the cell of the source column `name`, as text |
| `#name` | the cell as an exact decimal, rounded once, to 12 places |
| `@name` | the cell as an instant in UTC |
| `{name}` | a part that several columns share, spelled out under [Parts](#parts) |
| `lookup(table, key)` | the value that one of our [tables](#tables) has for a key; NULL where it has none |
| `net_or(net, gross)` | `net` where the file gives discounts as columns and has that column, else `gross` |
| `sum_of(a, b)` | a + b, of which one may be absent; NULL where both are |
| `share(a, b, c)` | a x b / c, exact, cut off after 12 places |

A column that the file lacks is NULL, and so is an empty cell. Everything else is SQL (DuckDB). Column names stand in
the form that CUR 2.0 gives them: the legacy `lineItem/UnblendedCost` is `line_item_unblended_cost`.

Seven names are no single column: `$tags`, `$cost_categories` and `$discounts` are JSON texts made of the file's columns
or of its map column; `$resource_name` is the tag `Name`; `$discount_columns` is not NULL where the file gives discounts
as columns, `$amortisation_columns` where it has columns of amortised reservations; `$file_folder` is the folder that
the file lies in.
"""

_FOCUS_NOTATION: Final = """
## How to read an expression

| written | means |
| --- | --- |
| `$name` | the cell of the column `name`, as text |
| `#name` | the cell as an exact decimal, rounded once, to 12 places |
| `@name` | the cell as an instant in UTC |
| `lookup(table, key)` | the value that one of our tables has for a key; NULL where it has none |

A column that the file lacks is NULL, and so is an empty cell. Everything else is SQL (DuckDB).
"""

_NEEDS: Final = {
    "focus": "`BilledCost`, `ChargePeriodStart` and `ChargeCategory` tell the format, whatever their case, and "
    "`BillingPeriodStart` and\n`BillingCurrency` are needed to book a charge. What a bill lacks can be said: "
    "`set: {BillingCurrency: USD}`. The version is\ntold by the columns.",
    "aws-cur": "`bill/PayerAccountId`, `lineItem/LineItemType` and `lineItem/UnblendedCost`, under any style of "
    "header, and none of the\nmap columns of CUR 2.0.",
    "aws-cur2": "`line_item_line_item_type` and `line_item_unblended_cost`, and at least one column that no legacy "
    "report has: `product`,\n`resource_tags`, `cost_category`, `discount`, `bill_payer_account_name` or "
    "`line_item_usage_account_name`.",
}
_TABLES: Final = {
    "product codes to names": SERVICE_NAMES,
    "product codes to categories": CATEGORIES,
    "product codes to subcategories": SUBCATEGORIES,
    "region codes to names": REGIONS,
    "region names to codes": {name: code for code, name in REGIONS.items()},
    "spellings of Azure's regions to names": azure_regions.NAMES,
    "Google's services to categories": gcp_services.CATEGORIES,
    "Google's services to subcategories": gcp_services.SUBCATEGORIES,
    "Google's regions to names": gcp_services.REGIONS,
}
# Two forms that the mappings write over and over; shown as if they were functions.
_SUM = re.compile(
    r"CASE WHEN (#\w+) IS NULL AND (#\w+) IS NULL THEN NULL ELSE coalesce\(\1, 0\) \+ coalesce\(\2, 0\) END"
)
_AMOUNT = r"(sum_of\([^()]*\)|[#$]\w+)"
_NET = re.compile(rf"CASE WHEN \$discount_columns IS NOT NULL THEN coalesce\({_AMOUNT}, {_AMOUNT}\) ELSE \2 END")
_SHARED = ("AMOUNT", "PART", "WHOLE")
# A part shorter than this reads better where it stands.
_PART_LENGTH = 40


def mapping_pages() -> MappingOf[str, str]:
    """Return one page per format."""
    pages = {name: _aws_page(READERS[name].mapping([], Declared())) for name in ("aws-cur", "aws-cur2")}
    return {f"docs/reference/mappings/{name}.md": text for name, text in {**pages, "focus": _focus_page()}.items()}


def _title(mapping: Mapping, title: str, *files: str) -> str:
    return (
        f"# {title}\n\n{made_from(*files)}\n"
        f"Format `{mapping.format}`. Load it with "
        f"`finmod load --format {mapping.format} PATH...`, or as a source with\n"
        f"`format: {mapping.format}` in finmod.yaml. Where supplier and standard leave a choice, this page says what "
        "was\nchosen, who says so, and what else could have been chosen.\n\n## What a file must have\n\n"
        f"{_NEEDS[mapping.format]}\n"
    )


def _focus_page() -> str:
    mapping = mapping_of("1.0")
    derived = {item.column for version in ("1.0", "1.3") for item in upgrade(version)}
    same = [item.id for item in ledger_columns() if item.id not in derived]
    text = _title(
        mapping, "FOCUS 1.0 to 1.4, read as 1.4", "src/finmod/normalize/focus.py", "src/finmod/focus/versions.py"
    )
    text += "\n## What holds for the whole bill\n\n" + bullets(mapping.notes)
    text += _FOCUS_NOTATION + "\n## Columns that are derived\n"
    for item in upgrade("1.2"):
        when = "older than 1.3" if item.column == "HostProviderName" else "older than 1.4"
        column = MapColumn(item.column, item.sql, f"In a bill {when}: {item.choice}", item.source, item.alternative)
        text += section(column, item.sql)
    text += "".join(section(item, item.sql) for item in mapping.columns if item.target.startswith("x_"))
    for supplier in SUPPLIERS:
        text += f"\n## What is read otherwise on rows of {supplier.name}\n"
        told = " or ".join(f"`{name}`" for name in supplier.provider)
        text += "\n" + wrapped(
            f"On rows whose provider begins with {told}, in files with the columns of {supplier.name}'s own export."
            + (" In other files such costs are kept, and told." if supplier.looks_everywhere else "")
        )
        text += "".join(
            section(item, spelled(item.sql, {})).replace("### ", f"### {supplier.name}: ", 1)
            for item in supplier.columns
        )
    text += "\n## Columns that are read as they stand\n\n" + wrapped(f"{', '.join(same)}.")
    others = "Every other column is kept as text: `x_` columns under their names, any other `NAME` as `x_NAME`."
    return f"{text}\n{others}\n"


def _aws_page(mapping: Mapping) -> str:
    parts = parts_of(aws, aws_charges, aws_unused)
    plain = [item for item in mapping.columns if is_plain(item)]
    ruled = [item for item in mapping.columns if not is_plain(item)]
    shown = {item.target: spelled(item.sql, parts) for item in ruled}
    files = (f"src/finmod/normalize/{name}.py" for name in ("aws", "aws_charges", "aws_unused"))
    text = _title(mapping, f"{mapping.title} to FOCUS 1.4", *files)
    text += (
        "\n## What holds for the whole bill\n\n"
        + bullets(mapping.notes)
        + line_items(mapping)
        + chosen(mapping)
        + _NOTATION
    )
    text += "\n## Columns that are read as they stand\n\n"
    text += table(("column", "from", "source"), [(item.target, f"`{item.sql}`", item.source) for item in plain])
    text += "\n## Columns that follow a rule\n" + "".join(section(item, shown[item.target]) for item in ruled)
    further = "".join(_further(mapping, also, parts) for also in mapping.also)
    text += further + unfilled(mapping) + parts_section(parts, [*shown.values(), further])
    return text + _tables_section()


def is_plain(item: MapColumn) -> bool:
    """Return whether a column is a cell or a constant as it stands."""
    return not item.choice and bool(re.fullmatch(r"[$#@]\w+|'[^']*'", item.sql))


def bullets(notes: Sequence[str]) -> str:
    """Return paragraphs as a list."""
    return "".join(wrapped(f"- {note}", indent="  ") for note in notes)


def wrapped(text: str, *, indent: str = "") -> str:
    """Return a paragraph in lines of 120 signs."""
    wide = TextWrapper(width=120, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return wide.fill(text) + "\n"


def section(item: MapColumn, sql: str) -> str:
    """Return the section on one column."""
    text = (
        f"\n### {item.target}\n\n"
        + (f"{wrapped(item.choice)}\n" if item.choice else "")
        + f"```sql\n{_broken(sql)}\n```\n"
    )
    if item.alternative:
        text += "\n" + wrapped(f"**Alternative, not taken:** {item.alternative}")
    return text + ("\n" + wrapped(f"**Source:** {item.source.removesuffix('.')}.") if item.source else "")


def parts_of(*modules: ModuleType) -> dict[str, str]:
    """Return name -> expression of the pieces that the mappings are built from, longest first."""
    found: dict[str, str] = {}
    for module in modules:
        for name, value in vars(module).items():
            if (
                isinstance(value, str)
                and name.isupper()
                and len(value) >= _PART_LENGTH
                and re.search(r"[$#@][a-z]", value)
            ):
                found.setdefault(_plainer(value), name.strip("_").lower())
    ordered = sorted(found.items(), key=lambda item: -len(item[0]))
    return {name: value for value, name in ordered}


def _shortened(sql: str, parts: MappingOf[str, str], *, own: str = "") -> str:
    """Return an expression in which parts stand under their names and our tables under theirs."""
    sql = _plainer(sql)
    for name, value in parts.items():
        if name != own:
            bare = value.removeprefix("(").removesuffix(")") if value.startswith("(") and value.endswith(")") else value
            sql = sql.replace(f"({bare})", f"{{{name}}}").replace(value, f"{{{name}}}")
    return _named_tables(sql)


def _pattern(sql: str, names: Sequence[str]) -> str:
    """Return the pattern of an expression in which each of some terms stands several times."""
    text = re.escape(sql)
    for name in names:
        before, after = text.split(name, 1)
        text = f"{before}(?P<{name}>.+?){after.replace(name, f'(?P={name})')}"
    return text


def _plainer(sql: str) -> str:
    sql = re.sub(_pattern(share(*_SHARED), _SHARED), r"share(\g<AMOUNT>, \g<PART>, \g<WHOLE>)", sql)
    return _NET.sub(r"net_or(\1, \2)", _SUM.sub(r"sum_of(\1, \2)", sql))


def spelled(sql: str, parts: MappingOf[str, str]) -> str:
    """Return a column's expression; one that is nothing but a part is spelled out."""
    same = next((name for name, value in parts.items() if value == _plainer(sql)), "")
    return _shortened(sql, parts, own=same)


def _named_tables(sql: str) -> str:
    for name, known in _TABLES.items():
        opening = lookup(known, "").removesuffix("]")
        while opening in sql:
            before, _, after = sql.partition(opening)
            end = closing(after)
            sql = f"{before}lookup({name}, {after[:end]}){after[end + 1 :]}"
    return sql


def closing(sql: str) -> int:
    """Return the place of the bracket that closes one opened before; texts may hold brackets."""
    depth, quoted = 1, False
    for place, sign in enumerate(sql):
        quoted ^= sign == "'"
        if not quoted:
            depth += {"[": 1, "]": -1}.get(sign, 0)
        if depth == 0:
            return place
    message = f"a bracket is not closed: {sql[:80]}"
    raise ValueError(message)


def _broken(sql: str) -> str:
    """Return an expression with each arm of its outer CASE on a line of its own."""
    if not sql.startswith("CASE "):
        return sql
    text, depth, arms = "", 0, 0
    for word in re.split(r"\b(CASE|WHEN|ELSE|END)\b", sql):
        depth += word == "CASE"
        if depth == 1 and word in ("WHEN", "ELSE", "END"):
            text = text.rstrip() + (" " if arms == 0 else "\n" if word == "END" else "\n     ")
            arms += 1
        text += word
        depth -= word == "END"
    return text


def chosen(mapping: Mapping) -> str:
    """Return the section on findings that the mapping brings about knowingly."""
    rows = [
        (f"[{item.code}](../../errors.md#{item.code.lower()})", f"`{item.when}`" if item.when else "all", item.reason)
        for item in mapping.by_choice
    ]
    return (
        "\n## Findings that follow from these choices\n\n"
        + wrapped(
            "`finmod check` shows these as information with the reason below: they are no fault of the bill, and "
            "nothing must be done. For any other charge of the same bill the finding keeps its severity."
        )
        + f"\n{table(('code', 'charges meant', 'reason'), rows)}"
    )


def _further(mapping: Mapping, also: Mapping, parts: MappingOf[str, str]) -> str:
    """Return the section on a second charge of the same row: which rows make one, and what differs in it."""
    rows = []
    for item in also.columns:
        if item not in mapping.columns:
            other = f"Alternative, not taken: {item.alternative}" if item.alternative else ""
            why = " ".join(filter(None, (item.choice, other)))
            rows.append((item.target, f"`{_shortened(item.sql, parts)}`", why, item.source))
    return (
        "\n## The second charge of a recurring fee: what was left unused\n\n"
        + wrapped(
            "A row makes it as well as its own charge, unless the following is true of it. Columns that are not named "
            "here are those of the row's own charge, x_File and x_Row included."
        )
        + f"\n```sql\n{spelled(also.drop_when, parts)}\n```\n\n"
        + table(("column", "from", "why", "source"), rows)
    )


def unfilled(mapping: Mapping) -> str:
    """Return the section on the columns that nothing fills."""
    filled = {item.target for item in mapping.columns}
    names = ", ".join(item.id for item in ledger_columns() if item.id not in filled)
    return f"\n## Columns that stay NULL\n\nThe report has nothing like them: {names}.\n"


def parts_section(parts: MappingOf[str, str], texts: Sequence[str]) -> str:
    """Return the section on the parts that texts name."""
    shown: dict[str, str] = {}
    waiting = list(texts)
    while waiting:
        for name in re.findall(r"\{([a-z_]+)\}", waiting.pop()):
            if name not in shown:
                shown[name] = _shortened(parts[name], parts, own=name)
                waiting.append(shown[name])
    return "\n## Parts\n" + "".join(
        f"\n`{{{name}}}`\n\n```sql\n{_broken(shown[name])}\n```\n" for name in sorted(shown)
    )


def _tables_section() -> str:
    text = (
        "\n## Tables\n\nKept in src/finmod/normalize/aws_services.py. Categories are our choice: AWS publishes none.\n"
    )
    text += "\n### Product codes\n\n"
    codes = sorted({*SERVICE_NAMES, *CATEGORIES, *SUBCATEGORIES})
    rows = [
        (code, SERVICE_NAMES.get(code, ""), CATEGORIES.get(code, ""), SUBCATEGORIES.get(code, "")) for code in codes
    ]
    text += table(("code", "ServiceName", "ServiceCategory", "ServiceSubcategory"), rows)
    return text + "\n### Regions\n\n" + table(("RegionId", "RegionName"), REGIONS.items())
