"""Unit economics: what one more unit costs, what an average one does, and what a price must not go below."""
