"""Edits of the project's files: aliases keep every other byte, finmod.yaml its comments and the order of its keys."""
