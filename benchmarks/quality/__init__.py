"""Benchmarks of what is right, beside plainer ways to do the same: precision and recall, no times."""
