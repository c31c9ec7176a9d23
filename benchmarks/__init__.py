"""Benchmarks: ratios against a floor or a peer that run beside us in the same minutes. Never timed tests."""
