"""Oracle's cost report has overage inside its lines and corrections that name what they correct."""

from __future__ import annotations

import csv
import gzip
from decimal import Decimal

from finmod.sample import SampleSummary
from tests.sample.native import exported


def _lines(summary: SampleSummary, label: str) -> list[dict[str, str]]:
    (path,) = exported(summary.folder, "oci", label)
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_cost_is_price_times_quantity(small: SampleSummary) -> None:
    for line in _lines(small, "2026-09"):
        assert Decimal(line["cost/unitPrice"]) * Decimal(line["usage/billedQuantity"]) == Decimal(line["cost/myCost"])


def test_overage_is_a_part_of_its_line(small: SampleSummary) -> None:
    over = [line for line in _lines(small, "2026-09") if line["cost/overageFlag"] == "true"]
    assert over
    assert all(0 < Decimal(line["cost/myCostOverage"]) < Decimal(line["cost/myCost"]) for line in over)
    assert all(line["cost/overageFlag"] == "false" for line in _lines(small, "2026-10"))


def test_a_correction_names_the_line_it_corrects(small: SampleSummary) -> None:
    lines = _lines(small, "2026-10")
    numbers = {line["lineItem/referenceNo"]: line for line in lines}
    assert len(numbers) == len(lines)
    corrections = [line for line in lines if line["lineItem/isCorrection"] == "true"]
    assert corrections
    for line in corrections:
        corrected = numbers[line["lineItem/backreferenceNo"]]
        assert corrected["product/resourceId"] == line["product/resourceId"]
        assert corrected["lineItem/intervalUsageStart"] == line["lineItem/intervalUsageStart"]
        assert -Decimal(corrected["cost/myCost"]) < Decimal(line["cost/myCost"]) < 0
