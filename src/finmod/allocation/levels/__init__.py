"""Levels below the targets: what a product costs cut further, to customers and the like."""
