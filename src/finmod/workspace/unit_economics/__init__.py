"""Unit economics of a project: what is read for each question, and its answers."""
