"""Root cause: which combinations of dimensions explain best why a cost changed."""
