"""Programs that keep the house: budgets, guards, generated pages, import contracts. Not part of the package."""
