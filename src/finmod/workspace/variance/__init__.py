"""Why cost changed: what is compared, where it is read, and who has it."""
