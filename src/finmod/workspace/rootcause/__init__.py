"""Root causes of a change: what is searched, and what else happened then."""
