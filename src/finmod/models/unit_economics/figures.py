"""The figures of a product whose sensitivity is asked for: unit cost, margin, break-even volume, price floor.

Inputs are those that are known apart: total cost of the present volume (from bills), variable cost of a unit (with its
interval), and the fixed cost that these leave. Another total moves both parts in proportion. So
doubt about the split moves nothing that only the total decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from finmod.models.unit_economics.break_even import Offer, break_even_volume
from finmod.models.unit_economics.cost_function import CostFunction, Estimate
from finmod.models.unit_economics.sensitivity import Figure

FIGURES: Final = ("unit_cost", "margin", "break_even_volume", "price_floor")
INPUTS: Final = ("total_cost", "variable_cost", "other_cost", "units", "price", "fee", "fee_per_unit", "margin")
"""What they take; other_cost is from elsewhere than bills, margin the part of the price that is wanted."""


@dataclass(frozen=True)
class Present:
    """Where total cost was measured.

    Attributes:
        units: Volume per month of the total cost; above 0.
        cost: Has the steps.
    """

    units: Decimal
    cost: CostFunction

    def figure(self, name: str) -> Figure:
        """Return one of ``FIGURES`` by its inputs.

        Raises:
            KeyError: There is no such figure.
        """
        return {
            "unit_cost": self._unit_cost,
            "margin": self._margin,
            "break_even_volume": self._break_even_volume,
            "price_floor": self._price_floor,
        }[name]

    def _cost(self, given: Mapping[str, Decimal]) -> CostFunction:
        total = self.cost.fixed.value + self.cost.variable.value * self.units
        # All of the bill moves, its variable part too.
        moved = given["total_cost"] / total if total else Decimal(1)
        variable = given["variable_cost"] * moved
        fixed = given["total_cost"] - variable * self.units
        return replace(self.cost, fixed=Estimate(fixed), variable=Estimate(variable), other=given["other_cost"])

    def _unit_cost(self, given: Mapping[str, Decimal]) -> Decimal | None:
        return self._cost(given).average(given["units"])

    def _margin(self, given: Mapping[str, Decimal]) -> Decimal | None:
        average = self._unit_cost(given)
        if average is None or given["price"] <= 0:
            return None
        return 1 - given["fee"] - (average + given["fee_per_unit"]) / given["price"]

    def _break_even_volume(self, given: Mapping[str, Decimal]) -> Decimal | None:
        fees = {name: given[name] for name in ("fee", "fee_per_unit")}
        return break_even_volume(Offer(name="", price=given["price"], cost=self._cost(given), **fees))

    def _price_floor(self, given: Mapping[str, Decimal]) -> Decimal | None:
        average, kept = self._unit_cost(given), 1 - given["fee"] - given["margin"]
        return (average + given["fee_per_unit"]) / kept if average is not None and kept > 0 else None
