"""docs/reference/mappings/kubernetes.md: how each report of Kubernetes usage becomes rows of one table.

Owns the layout; what is said comes from the declared mappings and columns.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import Final

from finmod.normalize.kubernetes import MAPPINGS
from finmod.normalize.kubernetes_columns import KINDS
from finmod.normalize.mapping import Mapping
from finmod.sources.kubernetes import REPORTS
from tools.pages.markdown import made_from, table
from tools.pages.usage import section

_HEAD: Final = f"""# Kubernetes usage

{made_from("src/finmod/normalize/kubernetes.py", "src/finmod/normalize/kubernetes_columns.py")}
Format `kubernetes`. Load it with `finmod load --format kubernetes PATH...`, or as a source with `format: kubernetes` in
finmod.yaml. It is telemetry: it becomes rows of the table [kubernetes_usage](../tables.md#kubernetes_usage), and never
charges.

## What holds for every report

- The kind of report is told by its columns. CSV, gzipped CSV and Parquet are read, and OpenCost's answers as JSON or
  gzipped JSON.
- Quantities are kept as core-seconds, byte-seconds, GPU-seconds and bytes, each cell rounded once, to 12 places. The
  public tables divide them: a core-hour is 3,600 core-seconds, a GiB-hour 3,600 x 1,073,741,824 byte-seconds.
- A column that the file lacks is NULL, and so is an empty cell. A quantity below zero is refused.
- An interval belongs to the month and day of its start, UTC.
- The cluster's name is said by `set: {{Cluster: prod}}` where the report leaves it out.
- Split cost allocation data of AWS needs no report: kubernetes_usage takes those rows from the bill.

## How to read an expression

| written | means |
| --- | --- |
| `$name` | the cell of the column `name`, as text |
| `#name` | the cell as an exact decimal |
| `@name` | the cell as an instant in UTC |
| `labels($name)` | the text `label_app:web\\|label_tier:front` as a JSON object without the prefix |

Everything else is SQL (DuckDB).

## Kinds of rows

"""


def kubernetes_pages() -> MappingOf[str, str]:
    """Return the page of the usage reports."""
    kinds = table(("x_Kind", "stands for"), [(f"`{kind}`", words) for kind, words in KINDS.items()])
    sections = "".join(_report(name, mapping) for name, mapping in MAPPINGS.items())
    return {"docs/reference/mappings/kubernetes.md": f"{_HEAD}{kinds}{sections}"}


def _report(name: str, mapping: Mapping) -> str:
    told = ", ".join(f"`{column}`" for column in sorted(REPORTS[name]))
    where = "Fields of an allocation that tell it" if name == "opencost" else "Columns that tell it"
    return section(mapping, f"{where}: {told}.")
