"""Resources of tests: a handful of alike ones at a time, some labelled, some not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from finmod.taxonomy.inference.infer import Inference, ResourceFrame, resource_frame

_TEXTS = ("account", "account_name", "region", "service", "resource_type", "name", "resource_id", "parent")


@dataclass
class Rows:
    """Resources in the order in which they were added.

    Attributes:
        rows: Columns of each resource.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, label: str | None, count: int, *, missing: int = 0, **columns: Any) -> Rows:  # noqa: ANN401 -- any column
        """Add so many labelled resources and so many without a label; a text of {n} is the resource's number."""
        for place in range(count + missing):
            number = len(self.rows)
            filled = {name: text.format(n=number) if isinstance(text, str) else text for name, text in columns.items()}
            self.rows.append({"key": f"r{number:04d}", "label": label if place < count else None, **filled})
        return self

    def column(self, name: str) -> list[Any]:
        """Return a column; None where a resource lacks it."""
        return [row.get(name) for row in self.rows]

    def frame(self) -> ResourceFrame:
        """Return the frame."""
        dimensions = sorted({name for row in self.rows for name in row if name in {"team", "environment", "cluster"}})
        days: list[Sequence[float] | None] = self.column("usage")
        length = max((len(use) for use in days if use is not None), default=0)
        return resource_frame(
            self.column("key"),
            self.column("label"),
            dimensions={name: self.column(name) for name in dimensions},
            first_day=self.column("first_day"),
            last_day=self.column("last_day"),
            usage=[use if use is not None else [float("nan")] * length for use in days] if length else None,
            cost=[row.get("cost", Decimal(1)) for row in self.rows],
            source=["aws"] * len(self.rows),
            supplier=["AWS"] * len(self.rows),
            **{name: self.column(name) for name in _TEXTS},
        )


def verdicts(found: Inference) -> dict[str, tuple[str | None, str | None]]:
    """Return key -> (value, reason)."""
    return {key: (value, reason) for key, value, reason in zip(found.key, found.value, found.reason, strict=True)}


def outcomes(found: Inference) -> set[tuple[str | None, str | None]]:
    """Return the different (value, reason) that occur."""
    return set(verdicts(found).values())


def day(number: int) -> date:
    """Return a day of July 2026."""
    return date(2026, 7, number)
