"""The public tables: named SQL with a declared grain, unit and owner."""
