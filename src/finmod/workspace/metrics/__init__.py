"""Metrics of a project: sums of costs and drivers, the figures that they make, and what lacks."""
