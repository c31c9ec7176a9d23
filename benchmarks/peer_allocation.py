"""Run by the peer's own Python: allocates rows by cloud-cost-allocation and prints seconds and answer as JSON."""

from __future__ import annotations

import builtins
import importlib
import json
import logging
import sys
import time
from configparser import ConfigParser
from pathlib import Path
from typing import Any


def main() -> None:
    """Read a file of costs, keys and precedence; print the seconds of reading and allocating, the answer, and cuts."""
    # Its annotations name classes before there are any; up to Python 3.13 such a name must mean something.
    vars(builtins).update(dict.fromkeys(("CostItemFactory", "CostItem", "ServiceInstance"), object))
    allocator_of = _named("cloud_cost_allocator", "CloudCostAllocator")
    reader_of = _named("reader.csv_cost_allocation_keys_reader", "CSV_CostAllocationKeysReader")
    given = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    logging.disable(logging.CRITICAL)
    settings = ConfigParser()
    settings["General"] = {
        "DateFormat": "%%Y-%%m-%%d", "DefaultService": "none", "Amounts": "Cost", "AllocationKeys": "Key",
        "AmountAllocationKeys": "Cost:Key",
    }  # fmt: skip
    settings["Cycles"] = {"ServicePrecedenceList": ",".join(given["precedence"]), "MaxBreaks": "100000"}
    factory = _named("cost_items", "CostItemFactory")(_named("config", "Config")(settings))
    start = time.process_time()
    costs: dict[str, list[Any]] = {}
    keys: dict[str, list[Any]] = {}
    for row in given["costs"]:
        item = factory.create_cloud_cost_item()
        item.date_str, item.service, item.instance = row["Date"], row["Service"], row["Service"]
        item.amounts[0] = float(row["Cost"])
        costs.setdefault(row["Date"], []).append(item)
    read: list[Any] = []
    reader_of(factory).read(read, given["keys"])
    for item in read:
        keys.setdefault(item.date_str, []).append(item)
    middle = time.process_time()
    answer: dict[str, dict[str, float]] = {}
    for day, items in costs.items():
        allocator = allocator_of(factory)
        allocator.date_str, allocator.currency = day, "USD"
        if not allocator.allocate(keys[day], items, ["Cost"]):
            sys.exit(f"cloud-cost-allocation could not allocate {day}")
        found = answer.setdefault(day, {})
        for item in keys[day]:
            if item.product:
                found[item.product] = found.get(item.product, 0.0) + item.product_amounts[0]
    cut = sum(item.is_removed_from_cycle for item in read)
    times = {"reading": middle - start, "alone": time.process_time() - middle}
    print(json.dumps({**times, "answer": answer, "cut": cut}))


def _named(module: str, name: str) -> Any:  # noqa: ANN401 -- of a package that has no types
    return getattr(importlib.import_module(f"cloud_cost_allocation.{module}"), name)


if __name__ == "__main__":
    main()
