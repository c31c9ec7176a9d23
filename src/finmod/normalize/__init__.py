"""Supplier columns to FOCUS 1.4, by a declared mapping per supplier."""
