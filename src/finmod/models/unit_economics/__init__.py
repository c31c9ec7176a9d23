"""Unit economics: what a unit costs on average and at the margin, and what of a cost is fixed."""
