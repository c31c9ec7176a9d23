"""Edits of the project's files that keep every other byte: comments, order, spelling."""
