"""Where drivers come from: files, queries, PostgreSQL, Prometheus; each becomes staged rows of text or types."""
