"""docs/reference/metrics.md: the metrics that come with finmod, from the file that declares them."""

from __future__ import annotations

from collections.abc import Mapping

from finmod.settings.metric_reading import built_in_metrics
from finmod.terms.metrics import Metric, in_words
from tools.pages.markdown import made_from, table

_HEAD = f"""# Metrics

{made_from("src/finmod/settings/built_in_metrics.json")}
These come with finmod; a project's metrics.yaml adds its own, and may define one of these names anew. `finmod metric
--list` shows all of a project, `finmod metric NAME --by WORD` the figures of one. [How to tell unit
costs](../how-to/metrics.md) says how metrics are written.

Costs without "of charges" are as they are allocated, and stand on the applied allocation. Amounts are in the reporting
currency; here it is USD.
"""

TABLE_COLUMNS = {
    "x_Metric": "Name of the metric.",
    "x_By": "Dimensions that it is told by, with commas; NULL where it is told as a whole alone.",
    "x_IsTotal": "Whether the row is of everything: made of the sums of both sides, never of the figures of parts.",
    "x_Numerator": "Sum above the line; NULL where a part of it is unknown.",
    "x_Denominator": "Sum below it; NULL likewise, and for a metric without a denominator.",
    "x_Figure": "The figure, at 12 places, halves to even; NULL where it is unknown.",
    "x_Currency": "Of a metric of money the reporting currency; NULL otherwise.",
    "x_Additivity": "additive: figures of parts sum to the whole; semi-additive: not over time; ratio: never. Where "
    "both sides are sums, sum x_Numerator and x_Denominator and divide; a level, such as users, is no sum of parts.",
    "x_Better": "Which way is good: lower, higher or neither.",
    "x_Owner": "Who answers for the metric.",
    "x_Why": "Why there is no figure: missing, zero, negative, unknown, not yet there, not applied, refused.",
}
"""Column of ``metrics_monthly`` -> what it means."""

TABLE_NOTE = (
    "A column per dimension that a metric is told by follows x_By, such as x_Product. Months are dense: a member that "
    "has a figure in one month has a row in all. Figures are those of `finmod metric`, see [how to tell unit costs]"
    "(../how-to/metrics.md); [metrics](metrics.md) lists those that come with finmod. They are made when the table "
    "is asked for."
)


def metric_pages() -> Mapping[str, str]:
    """Return the page of the built-in metrics."""
    found = built_in_metrics("USD").values()
    overview = table(
        ("metric", "label", "unit", "better", "adds up"),
        [
            (f"[{each.name}](#{each.name})", each.label, each.unit or "share", each.better, each.additivity)
            for each in found
        ],
    )
    return {"docs/reference/metrics.md": f"{_HEAD}\n{overview}{''.join(map(_section, found))}"}


def _section(metric: Metric) -> str:
    return f"\n## {metric.name}\n\n{metric.description}\n\n`{in_words(metric)}`\n\nSource: {metric.source}.\n"
