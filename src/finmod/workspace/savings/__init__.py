"""Potential savings of a project: what its bills show, priced, and who could act on it."""
