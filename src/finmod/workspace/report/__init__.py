"""What reports say: fetched from the books, by the names of the capabilities."""
