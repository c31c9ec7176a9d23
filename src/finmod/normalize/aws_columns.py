"""What an AWS mapping reads that is no single column of the file: tags, cost categories, keys of map columns.

Owns the expressions, in the notation of ``mapping.py``, for names that the declared mapping uses like columns:
``tags``, ``cost_categories`` and ``discounts`` (JSON texts), ``discount_columns`` (not NULL where discounts come as
columns), ``amortisation_columns`` (not NULL where the file has columns of amortised reservations), and product
attributes that CUR 2.0 keeps in its map column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from finmod.normalize.mapping import render
from finmod.normalize.tags import tags_of_columns
from finmod.sources import aws_cur, aws_cur2

# Name in the mapping -> map column of CUR 2.0, key.
_KEYS = {
    "product_product_name": ("product", "product_name"),
    "product_servicename": ("product", "servicename"),
    "product_region": ("product", "region"),
    "product_operating_system": ("product", "operating_system"),
    "product_tenancy": ("product", "tenancy"),
    "resource_name": ("resource_tags", "user_name"),
}
_DISCOUNTS = frozenset({"discount", "discount_total_discount"})
_DISCOUNT = "discount_"
_AMORTISED = re.compile(r"reservation_(net_)?(unused_)?(effective_cost|amortized_.+|recurring_fee.*)")
_NAME_TAG = "name"


def derived(format_name: str, columns: Sequence[str]) -> dict[str, str]:
    """Return the derived columns of a file.

    Args:
        format_name: ``aws-cur`` or ``aws-cur2``.
        columns: The names of the file's columns.

    Returns:
        Name in the mapping -> expression of type VARCHAR in the notation, NULL in rows without it. Names for which
        the file has nothing are missing.
    """
    is_cur2 = format_name == "aws-cur2"
    canonical = aws_cur2.canonical if is_cur2 else aws_cur.canonical
    names = {canonical(column) for column in columns}
    maps = names & set(aws_cur2.MAP_COLUMNS) if is_cur2 else set()
    tag_parts = [(key, canonical(column)) for column, key in aws_cur.tag_columns(columns)]
    category_parts = [(key, canonical(column)) for column, key in aws_cur.cost_category_columns(columns)]
    made = {
        "tags": tags_sql(tag_parts, has_map="resource_tags" in maps),
        "cost_categories": _json_sql("cost_category", category_parts, has_map="cost_category" in maps),
        "discounts": _json_sql("discount", _discount_parts(names), has_map="discount" in maps),
    }
    if is_cur2 and names & _DISCOUNTS:
        made["discount_columns"] = "'columns'"
    if any(map(_AMORTISED.fullmatch, names)):
        made["amortisation_columns"] = "'columns'"
    own_name = [f"${name}" for key, name in tag_parts if key.lower() == _NAME_TAG]
    for name, (container, key) in _KEYS.items():
        cells = own_name if name == "resource_name" else [f"${name}"] if name in names else []
        cells = [*cells, *([_value(container, key)] if container in maps else [])]
        if cells:
            made[name] = f"nullif({_first(cells)}, '')"
    return {name: sql for name, sql in made.items() if sql}


def tags_sql(parts: Sequence[tuple[str, str]], *, has_map: bool) -> str:
    """Return the expression for a row's tags as JSON text: values as they are, NULL where a row has none; "" for never.

    A user's key stands without ``user:``; a key of AWS keeps ``aws:``. One JSON function per value and one
    concatenation per row: 4.5 million rows a second with eight tags.

    Args:
        parts: (tag key, canonical column) of tags in columns of their own, sorted by key.
        has_map: Whether the file has the map column ``resource_tags``.
    """
    text = _json_sql("resource_tags", parts, has_map=has_map)
    if not has_map:
        return text
    # A key follows { or , at once; inside a value a quote has a backslash before it. AWS's own come first: behind user_
    # stands a key of a team, aws_owner as well.
    own = f"regexp_replace({text}, '([{{,]\\s*)\"aws_', '\\1\"aws:', 'g')"
    return f"regexp_replace({own}, '([{{,]\\s*)\"user_', '\\1\"', 'g')"


def replace_derived(sql: str, made: Mapping[str, str]) -> str:
    """Return an expression in which derived names are replaced by the expressions that make them.

    >>> replace_derived("coalesce($tags, $line_item_type)", {"tags": "$resource_tags"})
    'coalesce($resource_tags, $line_item_type)'
    """
    keep = {sign: sign.__add__ for sign in "#@"}
    return render(sql, {"$": lambda name: made.get(name, f"${name}"), **keep})


def _json_sql(container: str, parts: Sequence[tuple[str, str]], *, has_map: bool) -> str:
    """Return the expression for one JSON text, from its map column, else from columns of their own; "" for never."""
    texts = [f"nullif(${container}, '{{}}')"] if has_map else []
    return _first([*texts, *filter(None, [tags_of_columns(parts)])])


def _value(container: str, key: str) -> str:
    """Return the expression for one key of a map column; NULL where the cell is no JSON, as other tools export maps."""
    return f"CASE WHEN json_valid(${container}) THEN json_extract_string(${container}, '$.{key}') END"


def _discount_parts(names: Iterable[str]) -> list[tuple[str, str]]:
    return [(name.removeprefix(_DISCOUNT), name) for name in sorted(names) if name.startswith(_DISCOUNT)]


def _first(cells: Sequence[str]) -> str:
    return f"coalesce({', '.join(cells)})" if len(cells) > 1 else "".join(cells)
