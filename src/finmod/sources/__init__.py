"""One file per supplier format, and what all formats share: finding, reading and refusing files."""
