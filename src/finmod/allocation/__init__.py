"""Shared cost to those who use it, exactly: pools, shares, one solve of all that feed each other, and the proof."""
