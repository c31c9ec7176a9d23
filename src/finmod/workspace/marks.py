"""Marks of reductions: what figures depend on beside their own rules, as texts that change where it does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from finmod.settings.project import Project


def rate_marks(project: Project) -> tuple[str, ...]:
    """Return what amounts in the reporting currency depend on: the currency, how rates are taken, and their table."""
    fx = project.fx.read_bytes() if project.fx and project.fx.is_file() else b""
    return project.currency, project.fx_rate, str(project.fx_days), hashlib.sha256(fx).hexdigest()


def file_marks(files: Iterable[Path]) -> list[str]:
    """Return the names of files of tables with the folders of their source and month, sorted: none is ever rewritten.

    >>> file_marks([Path("/s/charge_days/x_Source=b/x_BillingPeriod=2026-10-01/0.parquet")])
    ['x_Source=b/x_BillingPeriod=2026-10-01/0.parquet']
    """
    return sorted(f"{file.parent.parent.name}/{file.parent.name}/{file.name}" for file in files)
