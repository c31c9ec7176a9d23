"""Which columns of a file a driver is read from, and what is said where one is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drivers import DriverProject
from tests.refusals import messages


@pytest.fixture
def project(tmp_path: Path) -> DriverProject:
    return DriverProject(tmp_path / "p")


@pytest.mark.parametrize(
    ("header", "more"),
    [
        ("date,product,orders", ""),
        ("Date,PRODUCT,Orders", ""),
        ("date,product,value", ""),
        ("date,product,n", ", value: n"),
        ("day,product,orders", ", date: day"),
        ("date,app,orders", ", columns: {product: app}"),
    ],
)
def test_columns_are_found_by_name(project: DriverProject, header: str, more: str) -> None:
    project.write("drivers.yaml", f"orders: {{unit: order, grain: day, by: product, from: {{csv: o.csv}}{more}}}\n")
    project.write("o.csv", f"{header},note\n2026-09-01,ads,5,x\n")
    project.load()
    assert project.values() == [("2026-09-01", ("ads",), "5")]


def test_of_columns_that_differ_in_case_the_exact_one_is_meant(project: DriverProject) -> None:
    project.write("drivers.yaml", "orders: {unit: order, grain: day, from: {csv: o.csv}}\n")
    project.write("o.csv", "date,Orders,orders\n2026-09-01,1,2\n")
    project.load()
    assert project.values() == [("2026-09-01", (), "2")]


_HEADERS = ["day,product,orders", "date,produkt,orders", "date,product,order_s"]
_SAID = """
'date'; expected it beside day, product and orders. Rename the column, or name it in drivers.yaml:
  date: COLUMN of orders. (FM2177)
'product'; expected it beside date, produkt and orders. Did you mean 'produkt'? Rename the column, or name it in
  drivers.yaml: columns: {DIMENSION: COLUMN} of orders. (FM2177)
'orders' or 'value'; expected it beside date, product and order_s. Did you mean 'order_s'? Rename the column, or name
  it in drivers.yaml: value: COLUMN of orders. (FM2177)
"""
MISSING = list(zip(_HEADERS, messages(_SAID), strict=True))


@pytest.mark.parametrize(("header", "said"), MISSING)
def test_a_missing_column_is_told_with_the_near_one(project: DriverProject, header: str, said: str) -> None:
    project.write("drivers.yaml", "orders: {unit: order, grain: day, by: product, from: {csv: o.csv}}\n")
    project.write("o.csv", f"{header}\n2026-09-01,ads,5\n")
    assert project.refused() == [f"o.csv:1: there is no column {said}"]
