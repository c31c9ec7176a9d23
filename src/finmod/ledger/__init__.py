"""Charges that stay: Delta tables, one atomic replace per source and billing period, and their history."""
