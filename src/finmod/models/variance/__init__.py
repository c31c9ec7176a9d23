"""Why cost changed: exact additive effects between two states of it."""
