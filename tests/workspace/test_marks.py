"""Marks: they change where what figures depend on changes, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from finmod.settings.project import load_project
from finmod.workspace.marks import file_marks, rate_marks

SETTINGS = "name: northwind\ncurrency: EUR\nfx: fx.csv\n"


def test_another_rate_in_the_table_is_another_mark(tmp_path: Path) -> None:
    (tmp_path / "finmod.yaml").write_text(SETTINGS)
    project = load_project(tmp_path)
    without = rate_marks(project)
    (tmp_path / "fx.csv").write_text("date,from,to,rate\n2026-10-01,USD,EUR,0.9\n")
    one = rate_marks(project)
    (tmp_path / "fx.csv").write_text("date,from,to,rate\n2026-10-01,USD,EUR,0.8\n")

    assert len({without, one, rate_marks(project)}) == 3
    assert rate_marks(replace(project, fx_rate="month_end")) != rate_marks(project)
    assert rate_marks(replace(project, name="other")) == rate_marks(project)


def test_files_are_told_apart_by_source_and_month_wherever_the_store_stands() -> None:
    files = [Path(f"/s/x_Source={source}/x_BillingPeriod=2026-10-01/0.parquet") for source in ("b", "a")]

    assert file_marks(files) == [
        "x_Source=a/x_BillingPeriod=2026-10-01/0.parquet",
        "x_Source=b/x_BillingPeriod=2026-10-01/0.parquet",
    ]
