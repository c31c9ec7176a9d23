"""Where queries over raw rows run; one file per engine."""
