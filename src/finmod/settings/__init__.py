"""The user's project files: read with line and column, validated, written by ``finmod init``."""
