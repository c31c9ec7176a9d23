"""Generators of pages, one file per kind of page; tools/docs.py lists them."""
